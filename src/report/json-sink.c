/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The JSON document: connections go out as they come, anomalies wait in a spool, capture and
 * summary stand last; so nothing grows with the capture but the spool's file.
 */
#include <glib.h>
#include <shakedown/version.h>

#include "report/record.h"
#include "report/spool.h"
#include "report/views.h"

typedef struct {
	ReportSink base;
	ReportWriter *out;
	JsonWriter json;
	bool connections, anomalies; /* the view has them */
	bool any_anomaly;
	Spool spool;
	ReportWriter spool_writer;
	JsonWriter spool_json;
} JsonSink;

static void put_connection(ReportSink *sink, const ShakedownConnection *connection)
{
	JsonSink *self = (JsonSink *)sink;

	if (!self->connections)
		return;
	if (self->json.comma)
		report_put_char(self->out, ',');
	report_put_char(self->out, '\n');
	self->json.comma = false;
	record_connection(&self->json, connection);
}

static void put_anomaly(ReportSink *sink, const ShakedownAnomaly *anomaly)
{
	JsonSink *self = (JsonSink *)sink;

	if (!self->anomalies)
		return;
	report_put(&self->spool_writer, self->any_anomaly ? ",\n" : "\n");
	self->any_anomaly = true;
	self->spool_json.comma = false;
	record_anomaly(&self->spool_json, anomaly);
}

static bool finish_anomalies(JsonSink *self, GError **error)
{
	report_put(self->out, self->connections ? ",\n\"anomalies\":[" : "\"anomalies\":[");
	(void)report_writer_flush(&self->spool_writer);
	if (!spool_drain(&self->spool, self->out)) {
		g_set_error_literal(error, SHAKEDOWN_SINK_ERROR, SHAKEDOWN_SINK_ERROR_WRITE,
				    "the temporary file that held the anomalies could not be read "
				    "back; try --format ndjson, which needs none");
		return false;
	}
	report_put(self->out, "\n]");
	return true;
}

static bool finish(ReportSink *sink, const ShakedownSummary *summary,
		   const ShakedownCaptureInfo *capture, GError **error)
{
	JsonSink *self = (JsonSink *)sink;

	if (self->connections)
		report_put(self->out, "\n]");
	if (self->anomalies && !finish_anomalies(self, error))
		return false;
	report_put(self->out, ",\n\"capture\":");
	self->json.comma = false;
	record_capture_value(&self->json, capture);
	report_put(self->out, ",\n\"summary\":");
	self->json.comma = false;
	record_summary_value(&self->json, summary, capture);
	report_put(self->out, "}\n");
	return true;
}

static void json_sink_free(ReportSink *sink)
{
	JsonSink *self = (JsonSink *)sink;

	report_writer_clear(&self->spool_writer);
	spool_clear(&self->spool);
	g_free(self);
}

ReportSink *json_sink_new(ReportWriter *out, const ShakedownSinkOptions *options)
{
	static const ReportSinkOps ops = {
		.connection = put_connection,
		.anomaly = put_anomaly,
		.finish = finish,
		.free = json_sink_free,
	};
	JsonSink *self = g_new0(JsonSink, 1);

	self->base.ops = &ops;
	self->out = out;
	self->connections = options->view != SHAKEDOWN_VIEW_ANOMALIES;
	self->anomalies = options->view != SHAKEDOWN_VIEW_CONNECTIONS;
	json_init(&self->json, out);
	spool_init(&self->spool, SPOOL_MEMORY);
	report_writer_init(&self->spool_writer, spool_write, &self->spool);
	json_init(&self->spool_json, &self->spool_writer);
	report_put(out, "{\"shakedown\":\"" SHAKEDOWN_VERSION "\",\n");
	if (self->connections)
		report_put(out, "\"connections\":[");
	return &self->base;
}
