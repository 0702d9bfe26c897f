/* SPDX-License-Identifier: BSD-3-Clause */
/* A record a line, as they come; the summary last, in the view that has everything. */
#include <glib.h>

#include "report/record.h"
#include "report/views.h"

typedef struct {
	ReportSink base;
	JsonWriter json;
	ShakedownView view;
	bool flush_records;
} NdjsonSink;

static void end_record(NdjsonSink *self)
{
	report_put_char(self->json.out, '\n');
	self->json.comma = false;
	if (self->flush_records)
		(void)report_writer_flush(self->json.out);
}

static void put_connection(ReportSink *sink, const ShakedownConnection *connection)
{
	NdjsonSink *self = (NdjsonSink *)sink;

	if (self->view == SHAKEDOWN_VIEW_ANOMALIES || self->view == SHAKEDOWN_VIEW_WATCH)
		return;
	record_connection(&self->json, connection);
	end_record(self);
}

static void put_anomaly(ReportSink *sink, const ShakedownAnomaly *anomaly)
{
	NdjsonSink *self = (NdjsonSink *)sink;

	if (self->view == SHAKEDOWN_VIEW_CONNECTIONS)
		return;
	record_anomaly(&self->json, anomaly);
	end_record(self);
}

static bool finish(ReportSink *sink, const ShakedownSummary *summary,
		   const ShakedownCaptureInfo *capture, GError **error)
{
	NdjsonSink *self = (NdjsonSink *)sink;

	if (self->view == SHAKEDOWN_VIEW_REPORT || self->view == SHAKEDOWN_VIEW_WATCH) {
		record_summary(&self->json, summary, capture);
		end_record(self);
	}
	return true;
}

static void ndjson_sink_free(ReportSink *sink)
{
	g_free(sink);
}

ReportSink *ndjson_sink_new(ReportWriter *out, const ShakedownSinkOptions *options)
{
	static const ReportSinkOps ops = {
		.connection = put_connection,
		.anomaly = put_anomaly,
		.finish = finish,
		.free = ndjson_sink_free,
	};
	NdjsonSink *self = g_new0(NdjsonSink, 1);

	self->base.ops = &ops;
	self->view = options->view;
	self->flush_records = options->flush_records;
	json_init(&self->json, out);
	return &self->base;
}
