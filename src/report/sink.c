/* SPDX-License-Identifier: BSD-3-Clause */
/* The sink that everybody sees: finds the implementation of a view and format, and minds the
 * writer. */
#include <glib.h>

#include "report/ladder.h"
#include "report/views.h"

struct _ShakedownSink {
	ReportWriter writer;
	ReportSink *body;
};

G_DEFINE_QUARK(shakedown - sink - error - quark, shakedown_sink_error)

bool shakedown_format_from_name(const char *name, ShakedownFormat *format)
{
	static const char *const names[] = {
		[SHAKEDOWN_FORMAT_TEXT] = "text",     [SHAKEDOWN_FORMAT_JSON] = "json",
		[SHAKEDOWN_FORMAT_NDJSON] = "ndjson", [SHAKEDOWN_FORMAT_CSV] = "csv",
		[SHAKEDOWN_FORMAT_ZEEK] = "zeek",     [SHAKEDOWN_FORMAT_ZEEK_JSON] = "zeek-json",
	};
	for (size_t i = 0; name && i < G_N_ELEMENTS(names); i++) {
		if (strcmp(name, names[i]) == 0) {
			*format = (ShakedownFormat)i;
			return true;
		}
	}
	return false;
}

typedef ReportSink *(*Constructor)(ReportWriter *out, const ShakedownSinkOptions *options);

static Constructor text_constructor(ShakedownView view)
{
	switch (view) {
	case SHAKEDOWN_VIEW_REPORT:
		return report_text_new;
	case SHAKEDOWN_VIEW_CONNECTIONS:
		return connections_text_new;
	case SHAKEDOWN_VIEW_ANOMALIES:
		return anomalies_text_new;
	case SHAKEDOWN_VIEW_LADDER:
		return ladder_sink_new;
	}
	return NULL;
}

static Constructor constructor(ShakedownView view, ShakedownFormat format)
{
	if (format == SHAKEDOWN_FORMAT_TEXT)
		return text_constructor(view);
	if (view == SHAKEDOWN_VIEW_LADDER)
		return NULL;
	switch (format) {
	case SHAKEDOWN_FORMAT_TEXT:
		break;
	case SHAKEDOWN_FORMAT_JSON:
		return json_sink_new;
	case SHAKEDOWN_FORMAT_NDJSON:
		return ndjson_sink_new;
	case SHAKEDOWN_FORMAT_CSV:
		return csv_sink_new;
	case SHAKEDOWN_FORMAT_ZEEK:
	case SHAKEDOWN_FORMAT_ZEEK_JSON:
		return view == SHAKEDOWN_VIEW_ANOMALIES ? NULL : zeek_sink_new;
	}
	return NULL;
}

static const char *why_not(ShakedownView view)
{
	if (view == SHAKEDOWN_VIEW_LADDER)
		return "the ladder is a drawing: it has no format but text (for the states with "
		       "their packets as data, try: shakedown conns --format ndjson)";
	return "Zeek's conn.log has connections, not anomalies (try: shakedown conns --format "
	       "zeek, or shakedown anomalies --format ndjson)";
}

ShakedownSink *shakedown_sink_new(const ShakedownSinkOptions *options, GError **error)
{
	Constructor make = constructor(options->view, options->format);
	if (!make) {
		g_set_error_literal(error, SHAKEDOWN_SINK_ERROR, SHAKEDOWN_SINK_ERROR_UNSUPPORTED,
				    why_not(options->view));
		return NULL;
	}
	ShakedownSink *sink = g_new0(ShakedownSink, 1);
	report_writer_init(&sink->writer, options->write, options->write_data);
	sink->body = make(&sink->writer, options);
	return sink;
}

void shakedown_sink_free(ShakedownSink *sink)
{
	if (!sink)
		return;
	sink->body->ops->free(sink->body);
	report_writer_clear(&sink->writer);
	g_free(sink);
}

void shakedown_sink_connection(ShakedownSink *sink, const ShakedownConnection *connection)
{
	if (sink->body->ops->connection && !sink->writer.broken)
		sink->body->ops->connection(sink->body, connection);
}

void shakedown_sink_anomaly(ShakedownSink *sink, const ShakedownAnomaly *anomaly)
{
	if (sink->body->ops->anomaly && !sink->writer.broken)
		sink->body->ops->anomaly(sink->body, anomaly);
}

void shakedown_sink_segment(ShakedownSink *sink, const ShakedownSegment *segment)
{
	if (sink->body->ops->segment && !sink->writer.broken)
		sink->body->ops->segment(sink->body, segment);
}

bool shakedown_sink_wants_segments(const ShakedownSink *sink)
{
	return sink->body->ops->wants_segments;
}

bool shakedown_sink_wants_conn_log(const ShakedownSink *sink)
{
	return sink->body->ops->wants_conn_log;
}

bool shakedown_sink_broken(const ShakedownSink *sink)
{
	return sink->writer.broken;
}

bool shakedown_sink_finish(ShakedownSink *sink, const ShakedownSummary *summary,
			   const ShakedownCaptureInfo *capture, GError **error)
{
	bool ok = sink->body->ops->finish(sink->body, summary, capture, error);
	if (report_writer_flush(&sink->writer) || !ok)
		return ok;
	g_set_error(error, SHAKEDOWN_SINK_ERROR, SHAKEDOWN_SINK_ERROR_WRITE,
		    "the output was refused after %" G_GUINT64_FORMAT
		    " bytes: is the disk full, or the reader gone?",
		    (guint64)sink->writer.written);
	return false;
}
