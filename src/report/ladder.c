/* SPDX-License-Identifier: BSD-3-Clause */
/* The ladder as a sink: picks one connection's records, keeps what the drawing needs, draws last.
 */
#include "report/ladder.h"

#include "report/ladder-data.h"
#include "report/ladder-mermaid.h"
#include "report/ladder-svg.h"
#include "report/ladder-text.h"

#include <inttypes.h>

typedef struct {
	ReportSink base;
	ReportWriter *out;
	ShakedownSinkOptions options;
	uint64_t id;
	LadderData ladder;
	uint64_t connections; /* records of any id: how many there are, should no summary tell */
} LadderSink;

static void ladder_connection(ReportSink *sink, const ShakedownConnection *connection)
{
	LadderSink *self = (LadderSink *)sink;

	self->connections++;
	if (connection->id == self->id)
		ladder_about_connection(&self->ladder.about, connection);
}

static void ladder_anomaly(ReportSink *sink, const ShakedownAnomaly *anomaly)
{
	LadderSink *self = (LadderSink *)sink;

	if (anomaly->connection == self->id)
		ladder_about_anomaly(&self->ladder.about, anomaly);
}

static void ladder_segment(ReportSink *sink, const ShakedownSegment *segment)
{
	LadderSink *self = (LadderSink *)sink;
	LadderNumber seq, ack;

	if (segment->connection == self->id)
		ladder_data_segment(&self->ladder, segment, &seq, &ack);
}

/* "there is no connection 7: the capture holds 3 connections, numbered from 1 to 3" */
static void set_no_connection(const LadderSink *self, const ShakedownSummary *summary,
			      const ShakedownCaptureInfo *capture, GError **error)
{
	uint64_t n = summary ? summary->connections : self->connections;

	if (!n)
		g_set_error(error, SHAKEDOWN_SINK_ERROR, SHAKEDOWN_SINK_ERROR_NO_CONNECTION,
			    "there is no connection to draw: %s",
			    capture && capture->passed < capture->packets
				    ? "the packets that passed the filter hold none"
				    : "the capture holds none");
	else if (n == 1)
		g_set_error(error, SHAKEDOWN_SINK_ERROR, SHAKEDOWN_SINK_ERROR_NO_CONNECTION,
			    "there is no connection %" PRIu64
			    ": the capture holds one, which is connection 1",
			    self->id);
	else
		g_set_error(error, SHAKEDOWN_SINK_ERROR, SHAKEDOWN_SINK_ERROR_NO_CONNECTION,
			    "there is no connection %" PRIu64 ": the capture holds %" PRIu64
			    " connections, numbered from 1 to %" PRIu64,
			    self->id, n, n);
}

static bool ladder_finish(ReportSink *sink, const ShakedownSummary *summary,
			  const ShakedownCaptureInfo *capture, GError **error)
{
	LadderSink *self = (LadderSink *)sink;

	if (!self->ladder.about.seen) {
		set_no_connection(self, summary, capture, error);
		return false;
	}
	ladder_data_settle(&self->ladder);
	if (self->options.format == SHAKEDOWN_FORMAT_SVG)
		ladder_svg_document(self->out, &self->ladder, self->options.verbose);
	else if (self->options.format == SHAKEDOWN_FORMAT_MERMAID)
		ladder_mermaid(self->out, &self->ladder, self->options.verbose);
	else
		ladder_text(self->out, &self->ladder, &self->options);
	return true;
}

static void ladder_free(ReportSink *sink)
{
	LadderSink *self = (LadderSink *)sink;

	ladder_data_clear(&self->ladder);
	g_free(self);
}

ReportSink *ladder_sink_new(ReportWriter *out, const ShakedownSinkOptions *options)
{
	static const ReportSinkOps ops = {.connection = ladder_connection,
					  .anomaly = ladder_anomaly,
					  .segment = ladder_segment,
					  .finish = ladder_finish,
					  .free = ladder_free,
					  .wants_segments = true};
	LadderSink *self = g_new0(LadderSink, 1);

	self->base.ops = &ops;
	self->out = out;
	self->options = *options;
	self->id = options->connection ? options->connection : 1;
	ladder_data_init(&self->ladder, self->id, options);
	return &self->base;
}
