/* SPDX-License-Identifier: BSD-3-Clause */
/* The ladder as a sink: picks one connection's records, keeps what the drawing needs, draws last.
 */
#include "report/ladder.h"

#include "report/ladder-about.h"
#include "report/ladder-draw.h"

#include <inttypes.h>

/* Narrower than the one, a row's columns do not fit; wider than the other, the eye gets lost. */
enum { WIDTH_LEAST = 72, WIDTH_MOST = 140 };

typedef struct {
	ReportSink base;
	ReportWriter *out;
	ShakedownSinkOptions options;
	uint64_t id;
	LadderAbout about;
	LadderNumbers numbers;
	LadderRows rows;
	uint64_t connections; /* records of any id: how many there are, should no summary tell */
} LadderSink;

static void ladder_connection(ReportSink *sink, const ShakedownConnection *connection)
{
	LadderSink *ladder = (LadderSink *)sink;

	ladder->connections++;
	if (connection->id == ladder->id)
		ladder_about_connection(&ladder->about, connection);
}

static void ladder_anomaly(ReportSink *sink, const ShakedownAnomaly *anomaly)
{
	LadderSink *ladder = (LadderSink *)sink;

	if (anomaly->connection == ladder->id)
		ladder_about_anomaly(&ladder->about, anomaly);
}

static void copy_changes(LadderRow *row, const ShakedownSegment *segment)
{
	/* The last ones count, should there ever be more than a row can hold. */
	size_t n = MIN(segment->changes_len, LADDER_CHANGES_MAX);
	const ShakedownStateChange *from = segment->changes + (segment->changes_len - n);

	row->changes_len = (uint8_t)n;
	for (size_t i = 0; i < n; i++)
		row->changes[i] = (LadderChange){.side = from[i].side & 1u,
						 .state = from[i].state & 0xfu,
						 .evidence = from[i].evidence & 0x7u,
						 .taken_back = from[i].taken_back};
}

static void ladder_segment(ReportSink *sink, const ShakedownSegment *segment)
{
	LadderSink *ladder = (LadderSink *)sink;

	if (segment->connection != ladder->id)
		return;
	if (!ladder->about.seen) {
		ladder->about.seen = true;
		for (int side = 0; side < 2; side++) {
			ladder->about.addr[side] = *segment->addr[side];
			ladder->about.port[side] = segment->port[side];
		}
	}
	LadderRow row = {
		.frame = segment->frame,
		.time = segment->time,
		.len = segment->len,
		.window = segment->window,
		.flags = segment->flags,
		.sender = segment->sender & 1u,
		.segment_class = (uint8_t)segment->segment_class,
		.state = {(uint8_t)segment->state[0], (uint8_t)segment->state[1]},
		.note = g_strdup(segment->note),
	};
	ladder_numbers_see(&ladder->numbers, segment, &row.seq, &row.ack);
	row.closing = ladder->numbers.closer >= 0;
	copy_changes(&row, segment);
	ladder_rows_add(&ladder->rows, &row);
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
	const LadderAbout *about = &ladder->about;
	TextLayout text;

	if (!about->seen) {
		set_no_connection(ladder, summary, error);
		return false;
	}
	ladder_rows_end(&ladder->rows);
	LadderBeliefs beliefs =
		ladder_beliefs_settle(&ladder->rows, about->recorded ? &about->connection : NULL);
	text_layout_init(&text, ladder->out, &ladder->options);
	text.width = CLAMP(text.width, WIDTH_LEAST, WIDTH_MOST);
	ladder_about_head(about, &text);
	LadderBrevity brevity = ladder_draw(&text, &ladder->rows, &ladder->numbers, &beliefs,
					    ladder->options.verbose);
	ladder_about_foot(about, &ladder->numbers, &beliefs, brevity, &text);
	text_layout_clear(&text);
	return true;
}

static void ladder_free(ReportSink *sink)
{
	LadderSink *ladder = (LadderSink *)sink;

	ladder_rows_clear(&ladder->rows);
	ladder_about_clear(&ladder->about);
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
	ladder->id = ladder->about.id = options->connection ? options->connection : 1;
	uint64_t id = ladder->id;
	ladder_about_init(&ladder->about);
	ladder->about.id = id;
	ladder_numbers_init(&ladder->numbers, options->absolute, options->ascii);
	ladder_rows_init(&ladder->rows, options->verbose);
	return &ladder->base;
}
