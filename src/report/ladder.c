/* SPDX-License-Identifier: BSD-3-Clause */
/* The ladder as a sink: picks one connection's records, keeps what the drawing needs, draws last.
 */
#include "report/ladder.h"

#include "report/ladder-mermaid.h"
#include "report/ladder-svg.h"
#include "report/ladder-text.h"
#include "report/portrait.h"

#include <inttypes.h>

typedef struct {
	ReportSink base;
	ReportWriter *out;
	ShakedownSinkOptions options;
	uint64_t id;
	Portrait portrait;
	uint64_t connections; /* records of any id: how many there are, should no summary tell */
} LadderSink;

static void ladder_connection(ReportSink *sink, const ShakedownConnection *connection)
{
	LadderSink *ladder = (LadderSink *)sink;

	ladder->connections++;
	if (connection->id == ladder->id)
		ladder_about_connection(&ladder->portrait.about, connection);
}

static void ladder_anomaly(ReportSink *sink, const ShakedownAnomaly *anomaly)
{
	LadderSink *ladder = (LadderSink *)sink;

	if (anomaly->connection == ladder->id)
		ladder_about_anomaly(&ladder->portrait.about, anomaly);
}

static void ladder_segment(ReportSink *sink, const ShakedownSegment *segment)
{
	LadderSink *ladder = (LadderSink *)sink;
	LadderNumber seq, ack;

	if (segment->connection == ladder->id)
		portrait_segment(&ladder->portrait, segment, &seq, &ack);
}

/* "no connection 7: the capture holds 3 (1 to 3)" */
static void set_no_connection(const LadderSink *ladder, const ShakedownSummary *summary,
			      GError **error)
{
	uint64_t n = summary ? summary->connections : ladder->connections;

	if (!n)
		g_set_error_literal(error, SHAKEDOWN_SINK_ERROR, SHAKEDOWN_SINK_ERROR_NO_CONNECTION,
				    "there is no connection to draw: the capture holds none");
	else if (n == 1)
		g_set_error(error, SHAKEDOWN_SINK_ERROR, SHAKEDOWN_SINK_ERROR_NO_CONNECTION,
			    "there is no connection %" PRIu64
			    ": the capture holds one, which is connection 1",
			    ladder->id);
	else
		g_set_error(error, SHAKEDOWN_SINK_ERROR, SHAKEDOWN_SINK_ERROR_NO_CONNECTION,
			    "there is no connection %" PRIu64 ": the capture holds %" PRIu64
			    " connections, numbered from 1 to %" PRIu64,
			    ladder->id, n, n);
}

static bool ladder_finish(ReportSink *sink, const ShakedownSummary *summary,
			  const ShakedownCaptureInfo *capture, GError **error)
{
	LadderSink *ladder = (LadderSink *)sink;

	if (!ladder->portrait.about.seen) {
		set_no_connection(ladder, summary, error);
		return false;
	}
	portrait_settle(&ladder->portrait);
	if (ladder->options.format == SHAKEDOWN_FORMAT_SVG)
		ladder_svg_document(ladder->out, &ladder->portrait, ladder->options.verbose);
	else if (ladder->options.format == SHAKEDOWN_FORMAT_MERMAID)
		ladder_mermaid(ladder->out, &ladder->portrait, ladder->options.verbose);
	else
		ladder_text(ladder->out, &ladder->portrait, &ladder->options);
	return true;
}

static void ladder_free(ReportSink *sink)
{
	LadderSink *ladder = (LadderSink *)sink;

	portrait_clear(&ladder->portrait);
	g_free(ladder);
}

ReportSink *ladder_sink_new(ReportWriter *out, const ShakedownSinkOptions *options)
{
	static const ReportSinkOps ops = {.connection = ladder_connection,
					  .anomaly = ladder_anomaly,
					  .segment = ladder_segment,
					  .finish = ladder_finish,
					  .free = ladder_free,
					  .wants_segments = true};
	LadderSink *ladder = g_new0(LadderSink, 1);

	ladder->base.ops = &ops;
	ladder->out = out;
	ladder->options = *options;
	ladder->id = options->connection ? options->connection : 1;
	portrait_init(&ladder->portrait, ladder->id, options);
	return &ladder->base;
}
