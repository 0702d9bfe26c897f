/* SPDX-License-Identifier: BSD-3-Clause */
/* Of whole captures: the board's ladders are those of the ladder's own sink, and its sums those of
 * the analysis. */
#include <criterion/criterion.h>
#include <string.h>

#include <shakedown/shakedown.h>

#define BATCH 64

typedef struct {
	ShakedownBoard *board;
	ShakedownSink *sink; /* of one connection; NULL: the board is filled */
	uint64_t corrected, resets, forged;
	GArray *lengths; /* of guint: segments of each connection, by id */
	ShakedownLive live;
	uint64_t connections;
} Reading;

static void on_connection(const ShakedownConnection *connection, void *data)
{
	Reading *r = data;

	if (r->sink) {
		shakedown_sink_connection(r->sink, connection);
		return;
	}
	shakedown_board_connection(r->board, connection);
	r->resets += connection->teardown.outcome == SHAKEDOWN_TEARDOWN_RESET;
}

static void on_anomaly(const ShakedownAnomaly *anomaly, void *data)
{
	Reading *r = data;

	if (r->sink) {
		shakedown_sink_anomaly(r->sink, anomaly);
		return;
	}
	shakedown_board_anomaly(r->board, anomaly);
	r->forged += anomaly->kind == SHAKEDOWN_ANOMALY_FORGED_RST;
}

static void on_segment(const ShakedownSegment *segment, void *data)
{
	Reading *r = data;

	if (r->sink) {
		shakedown_sink_segment(r->sink, segment);
		return;
	}
	shakedown_board_segment(r->board, segment);
	if (segment->connection >= r->lengths->len)
		g_array_set_size(r->lengths, (guint)segment->connection + 1);
	g_array_index(r->lengths, guint, segment->connection)++;
}

static void on_event(const ShakedownEvent *event, void *data)
{
	Reading *r = data;

	if (r->sink)
		return;
	r->corrected += event->after_all;
	shakedown_board_event(r->board, event);
}

static void read_all(Reading *r, const char *path, ShakedownSummary *summary)
{
	const char *const files[] = {path, NULL};
	const ShakedownCaptureOptions options = {.files = files};
	const ShakedownObserver observer = {.connection = on_connection,
					    .anomaly = on_anomaly,
					    .segment = on_segment,
					    .event = on_event};
	g_autoptr(GError) error = NULL;
	g_autoptr(ShakedownCapture) capture = shakedown_capture_open(&options, &error);
	g_autoptr(ShakedownAnalysis) analysis = shakedown_analysis_new(NULL, &observer, r);
	ShakedownPacket packets[BATCH];

	cr_assert(capture, "%s", error ? error->message : path);
	while (!shakedown_capture_ended(capture))
		shakedown_analysis_feed(analysis, packets,
					shakedown_capture_read(capture, packets, BATCH));
	shakedown_analysis_live(analysis, &r->live);
	shakedown_analysis_finish(analysis);
	*summary = *shakedown_analysis_summary(analysis);
	summary->skipped = NULL;
	r->connections = summary->connections;
}

static bool append(const void *bytes, size_t len, void *data)
{
	g_string_append_len(data, bytes, (gssize)len);
	return true;
}

static void compare_ladder(const Reading *filled, const char *path, uint64_t id)
{
	g_autoptr(GString) board = g_string_new(NULL), sink = g_string_new(NULL);
	ShakedownSinkOptions options = {.view = SHAKEDOWN_VIEW_LADDER,
					.width = 100,
					.connection = id,
					.write = append,
					.write_data = board};
	g_autoptr(GError) error = NULL;
	ShakedownSummary summary;

	cr_assert(shakedown_board_ladder(filled->board, id, &options, &error), "%s: %s", path,
		  error ? error->message : "");
	options.write_data = sink;
	Reading again = {.sink = shakedown_sink_new(&options, &error)};

	cr_assert(again.sink);
	read_all(&again, path, &summary);
	cr_assert(shakedown_sink_finish(again.sink, &summary, NULL, &error));
	shakedown_sink_free(again.sink);
	cr_assert_str_eq(board->str, sink->str, "%s, connection %" G_GUINT64_FORMAT, path, id);
}

static void compare_sums(const Reading *r, const char *path)
{
	g_autofree ShakedownBoardService *rows =
		g_new(ShakedownBoardService, SHAKEDOWN_BOARD_SERVICES);
	size_t n = shakedown_board_services(r->board, rows, SHAKEDOWN_BOARD_SERVICES);
	uint64_t tried = 0, complete = 0, failed = 0, resets = 0, forgotten, connections;

	shakedown_board_forgotten(r->board, &forgotten, &connections);
	if (forgotten)
		return;
	for (size_t i = 0; i < n; i++) {
		uint64_t by_outcome = 0;

		tried += rows[i].tried;
		complete += rows[i].complete;
		failed += rows[i].failed;
		resets += rows[i].resets;
		for (unsigned o = 0; o < SHAKEDOWN_HANDSHAKE_OUTCOMES; o++)
			by_outcome += rows[i].outcomes[o];
		cr_assert_eq(by_outcome, rows[i].failed, "%s", path);
		cr_assert_eq(rows[i].outcomes[SHAKEDOWN_HANDSHAKE_IN_PROGRESS], 0, "%s", path);
		cr_assert_eq(rows[i].outcomes[SHAKEDOWN_HANDSHAKE_COMPLETE], 0, "%s", path);
		cr_assert_eq(rows[i].live, 0, "%s: all are over", path);
	}
	/* Finishing tries nothing more. */
	cr_assert_eq(tried, r->live.attempts, "%s", path);
	cr_assert_eq(complete, r->live.completed, "%s", path);
	/* That a reset was somebody else's may come out later. */
	cr_assert(resets >= r->resets && resets <= r->resets + r->forged, "%s", path);
	cr_assert_eq(failed + r->corrected, r->live.failed, "%s", path);
}

static void try_capture(const char *path)
{
	Reading r = {.board = shakedown_board_new(),
		     .lengths = g_array_new(FALSE, TRUE, sizeof(guint))};
	ShakedownSummary summary;
	unsigned compared = 0;

	read_all(&r, path, &summary);
	compare_sums(&r, path);
	/* Those that are short enough to be there whole. */
	for (uint64_t id = 1; id <= r.connections && compared < 20; id++)
		if (r.connections <= 100 && id < r.lengths->len &&
		    g_array_index(r.lengths, guint, id) <= 40) {
			compare_ladder(&r, path, id);
			compared++;
		}
	g_array_unref(r.lengths);
	shakedown_board_free(r.board);
}

Test(board_captures, ladders_and_sums_are_the_same)
{
	g_autoptr(GDir) dir = g_dir_open(BOARD_CAPTURES, 0, NULL);
	unsigned n = 0;

	cr_assert(dir);
	for (const char *name = g_dir_read_name(dir); name; name = g_dir_read_name(dir)) {
		g_autofree char *path = g_build_filename(BOARD_CAPTURES, name, NULL);

		if (!g_str_has_suffix(name, ".pcap"))
			continue;
		try_capture(path);
		n++;
	}
	cr_assert_gt(n, 10);
}
