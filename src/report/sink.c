/* SPDX-License-Identifier: BSD-3-Clause */
/* The sink that everybody sees: finds the implementation of a view and format, and minds the
 * writer. */
#include <glib.h>

#include "report/ladder.h"
#include "report/problems.h"
#include "report/views.h"

struct _ShakedownSink {
	ReportWriter writer;
	ReportSink *body;
	Problems *problems; /* NULL: each anomaly by itself */
};

G_DEFINE_QUARK(shakedown - sink - error - quark, shakedown_sink_error)

bool shakedown_format_from_name(const char *name, ShakedownFormat *format)
{
	static const char *const names[] = {
		[SHAKEDOWN_FORMAT_TEXT] = "text",	[SHAKEDOWN_FORMAT_JSON] = "json",
		[SHAKEDOWN_FORMAT_NDJSON] = "ndjson",	[SHAKEDOWN_FORMAT_CSV] = "csv",
		[SHAKEDOWN_FORMAT_ZEEK] = "zeek",	[SHAKEDOWN_FORMAT_ZEEK_JSON] = "zeek-json",
		[SHAKEDOWN_FORMAT_HTML] = "html",	[SHAKEDOWN_FORMAT_SVG] = "svg",
		[SHAKEDOWN_FORMAT_MERMAID] = "mermaid",
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
	case SHAKEDOWN_VIEW_WATCH:
		return watch_text_new;
	}
	return NULL;
}

/* The report by groups has its own records. */
static Constructor groups_constructor(ShakedownFormat format)
{
	switch (format) {
	case SHAKEDOWN_FORMAT_TEXT:
		return report_text_new;
	case SHAKEDOWN_FORMAT_JSON:
	case SHAKEDOWN_FORMAT_NDJSON:
	case SHAKEDOWN_FORMAT_CSV:
		return groups_sink_new;
	case SHAKEDOWN_FORMAT_ZEEK:
	case SHAKEDOWN_FORMAT_ZEEK_JSON:
	case SHAKEDOWN_FORMAT_HTML:
	case SHAKEDOWN_FORMAT_SVG:
	case SHAKEDOWN_FORMAT_MERMAID:
		break;
	}
	return NULL;
}

static Constructor constructor(ShakedownView view, ShakedownFormat format)
{
	if (format == SHAKEDOWN_FORMAT_TEXT)
		return text_constructor(view);
	if (view == SHAKEDOWN_VIEW_LADDER)
		return format == SHAKEDOWN_FORMAT_SVG || format == SHAKEDOWN_FORMAT_MERMAID
			       ? ladder_sink_new
			       : NULL;
	if (view == SHAKEDOWN_VIEW_WATCH)
		return format == SHAKEDOWN_FORMAT_NDJSON ? ndjson_sink_new : NULL;
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
	case SHAKEDOWN_FORMAT_HTML:
		return view == SHAKEDOWN_VIEW_REPORT ? html_sink_new : NULL;
	case SHAKEDOWN_FORMAT_SVG:
	case SHAKEDOWN_FORMAT_MERMAID:
		break;
	}
	return NULL;
}

static const char *why_not(const ShakedownSinkOptions *options)
{
	ShakedownFormat format = options->format;

	if (options->view == SHAKEDOWN_VIEW_LADDER)
		return "the ladder is a drawing: it has no format but text, svg and mermaid (for "
		       "the states with their packets as data, try: shakedown conns --format "
		       "ndjson)";
	if (options->view == SHAKEDOWN_VIEW_WATCH)
		return "what happens has to be told as it happens: watch has the formats text and "
		       "ndjson";
	if (format == SHAKEDOWN_FORMAT_HTML)
		return options->grouping.by != SHAKEDOWN_GROUP_NONE
			       ? "the page has no groups (try: shakedown report --format html)"
			       : "only the whole report is a page (try: shakedown report --format "
				 "html)";
	if (format == SHAKEDOWN_FORMAT_SVG || format == SHAKEDOWN_FORMAT_MERMAID)
		return "only one connection is a drawing (try: shakedown ladder --conn ID --format "
		       "svg)";
	if (options->grouping.by != SHAKEDOWN_GROUP_NONE)
		return "Zeek's conn.log has connections, not groups of them (try: shakedown report "
		       "--group-by service --format ndjson)";
	return "Zeek's conn.log has connections, not anomalies (try: shakedown conns --format "
	       "zeek, or shakedown anomalies --format ndjson)";
}

static void hand_on(const ShakedownAnomaly *anomaly, void *data)
{
	ShakedownSink *sink = data;

	if (!sink->writer.broken)
		sink->body->ops->anomaly(sink->body, anomaly);
}

/* The other views are about connections: what befell each of them. */
static Problems *gatherer(ShakedownSink *sink, const ShakedownSinkOptions *options)
{
	bool told = options->view == SHAKEDOWN_VIEW_REPORT ||
		    options->view == SHAKEDOWN_VIEW_ANOMALIES ||
		    options->view == SHAKEDOWN_VIEW_WATCH;
	bool stream = options->format == SHAKEDOWN_FORMAT_NDJSON || options->flush_records;

	if (options->all || !told || !sink->body->ops->anomaly || sink->body->ops->each_anomaly)
		return NULL;
	return problems_new(stream, hand_on, sink);
}

ShakedownSink *shakedown_sink_new(const ShakedownSinkOptions *options, GError **error)
{
	bool grouped = options->view == SHAKEDOWN_VIEW_REPORT &&
		       options->grouping.by != SHAKEDOWN_GROUP_NONE;
	Constructor make = grouped ? groups_constructor(options->format)
				   : constructor(options->view, options->format);
	if (!make) {
		g_set_error_literal(error, SHAKEDOWN_SINK_ERROR, SHAKEDOWN_SINK_ERROR_UNSUPPORTED,
				    why_not(options));
		return NULL;
	}
	ShakedownSink *sink = g_new0(ShakedownSink, 1);
	report_writer_init(&sink->writer, options->write, options->write_data);
	sink->body = make(&sink->writer, options);
	sink->problems = gatherer(sink, options);
	return sink;
}

void shakedown_sink_free(ShakedownSink *sink)
{
	if (!sink)
		return;
	problems_free(sink->problems);
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
	if (sink->problems && !sink->writer.broken)
		problems_add(sink->problems, anomaly);
	else if (sink->body->ops->anomaly)
		hand_on(anomaly, sink);
}

void shakedown_sink_segment(ShakedownSink *sink, const ShakedownSegment *segment)
{
	if (sink->body->ops->segment && !sink->writer.broken)
		sink->body->ops->segment(sink->body, segment);
}

void shakedown_sink_advance(ShakedownSink *sink, ShakedownTime now)
{
	if (sink->problems && !sink->writer.broken)
		problems_advance(sink->problems, now);
}

bool shakedown_sink_wants_segments(const ShakedownSink *sink)
{
	return sink->body->ops->wants_segments;
}

bool shakedown_sink_read_again(ShakedownSink *sink)
{
	return sink->body->ops->again && !sink->writer.broken && sink->body->ops->again(sink->body);
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
	if (sink->problems)
		problems_finish(sink->problems);
	bool ok = sink->body->ops->finish(sink->body, summary, capture, error);
	if (report_writer_flush(&sink->writer) || !ok)
		return ok;
	g_set_error(error, SHAKEDOWN_SINK_ERROR, SHAKEDOWN_SINK_ERROR_WRITE,
		    "the output was refused after %" G_GUINT64_FORMAT
		    " bytes: is the disk full, or the reader gone?",
		    (guint64)sink->writer.written);
	return false;
}
