/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Properties: what is told of a capture does not change when its sequence numbers start elsewhere,
 * its sides swap, its time moves, its packets are cut behind their headers, or when it is fed in
 * other portions. Takes capture files and directories of them; prints the seed, which
 * SHAKEDOWN_TEST_SEED sets.
 */
#include "sample.h"
#include "story.h"
#include "tcp/tcp-record.h"
#include "tcp/tcp-tracker.h"
#include "transform.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
	GRand *rand;
	unsigned number, failed;
	const char *name; /* of the capture */
} Run;

typedef struct {
	Story *story;
	TcpTracker *tracker;
	ShakedownConfig config;
	TcpRecordRoom room;
} Telling;

static void on_over(TcpConnection *conn, void *data)
{
	Telling *telling = data;
	ShakedownConnection record;

	tcp_record_fill(&record, &telling->room, conn, telling->tracker, &telling->config);
	story_connection(&record, telling->story);
}

static void on_event(const TcpEvent *event, void *data)
{
	story_event(event, ((Telling *)data)->story);
}

static void on_segment(const ShakedownSegment *segment, void *data)
{
	story_segment(segment, ((Telling *)data)->story);
}

/* The tracker's story of segments; batch: how many are handed to it at most, 1: one by one. */
static Story *tell(const SampleItems *items, const Change *change, GRand *batches)
{
	Story *story = story_new(change);
	Telling *telling = g_new0(Telling, 1);
	TcpTrackerObserver observer = {.event = on_event, .over = on_over, .segment = on_segment};

	shakedown_config_init(&telling->config);
	telling->story = story;
	telling->tracker = tcp_tracker_new(&telling->config, &observer, telling);
	for (guint i = 0; i < items->items->len; i++) {
		const SampleItem *item = &g_array_index(items->items, SampleItem, i);
		Segment batch[100];
		guint n = batches ? (guint)g_rand_int_range(batches, 1, 100) : 1, held = 0;

		while (held < n && i + held < items->items->len && item[held].segment) {
			batch[held] = item[held].seg;
			held++;
		}
		if (held == 0)
			tcp_tracker_advance(telling->tracker, item->seg.time);
		else if (batches)
			tcp_tracker_segments(telling->tracker, batch, held);
		else
			tcp_tracker_segment(telling->tracker, batch);
		i += held ? held - 1 : 0;
	}
	tcp_tracker_finish(telling->tracker);
	tcp_tracker_free(telling->tracker);
	g_free(telling);
	return story;
}

/* The library's story of packets. portion: packets at once, 0: random numbers of them. */
static Story *tell_packets(const Sample *sample, const Change *change, guint portion, GRand *rand)
{
	Story *story = story_new(change);
	ShakedownObserver observer = {
		.connection = story_connection, .anomaly = story_anomaly, .segment = story_segment};
	g_autoptr(ShakedownAnalysis) analysis = shakedown_analysis_new(NULL, &observer, story);

	for (guint i = 0, n; i < sample->packets->len; i += n) {
		n = portion ? portion : (guint)g_rand_int_range(rand, 1, 300);
		n = MIN(n, sample->packets->len - i);
		ShakedownPacket *at = &g_array_index(sample->packets, ShakedownPacket, i);
		g_autofree ShakedownPacket *moved = g_memdup2(at, n * sizeof *at);

		for (guint k = 0; change && k < n; k++)
			moved[k].time += change->time;
		shakedown_analysis_feed(analysis, moved, n);
	}
	shakedown_analysis_finish(analysis);
	return story;
}

static void check(Run *run, const char *property, const Story *before, Story *after,
		  bool not_by_ports)
{
	g_autofree char *report = story_compare(before, after, not_by_ports);

	story_free(after);
	printf("%s %u - %s: %s\n", report ? "not ok" : "ok", ++run->number, run->name, property);
	if (!report)
		return;
	run->failed++;
	g_auto(GStrv) lines = g_strsplit(report, "\n", -1);
	for (size_t i = 0; lines[i] && lines[i][0]; i++)
		printf("# %s\n", lines[i]);
}

static void check_numbers(Run *run, const SampleItems *items, const Story *before)
{
	for (int near_wrap = 0; near_wrap < 2; near_wrap++) {
		g_autoptr(SampleItems) moved = sample_items_copy(items);
		g_autoptr(Shift) shift = shift_new(run->rand, near_wrap);
		Change change = {.shift = shift_of, .data = shift};

		shift_apply(shift, moved);
		check(run, near_wrap ? "numbers wrap" : "numbers start elsewhere", before,
		      tell(moved, &change, NULL), false);
	}
}

static void check_sides(Run *run, const SampleItems *items, const Story *before)
{
	for (int ports = 0; ports < 2; ports++) {
		g_autoptr(SampleItems) swapped = sample_items_copy(items);
		Change change = {.addresses_swapped = true, .ports_swapped = ports};

		swap_sides(swapped, ports);
		check(run, ports ? "sides swapped" : "addresses swapped", before,
		      tell(swapped, &change, NULL), ports);
	}
}

/* Whole seconds that are whole ticks of the tracker's clock, and anything. */
static void check_time(Run *run, const Sample *sample, const Story *before)
{
	const ShakedownTime step = INT64_C(32768) * SHAKEDOWN_NS_PER_S;
	const ShakedownTime times[] = {step * g_rand_int_range(run->rand, 1, 20000),
				       -step * g_rand_int_range(run->rand, 1, 20000),
				       (ShakedownTime)g_rand_int(run->rand) *
					       g_rand_int_range(run->rand, 1, 1 << 26)};
	static const char *const names[] = {"time moved on", "time moved back",
					    "time moved by no round number"};

	for (size_t i = 0; i < G_N_ELEMENTS(times); i++) {
		Change change = {.time = times[i]};

		check(run, names[i], before, tell_packets(sample, &change, 1, NULL), false);
	}
}

static void check_snaplen(Run *run, const Sample *sample)
{
	static const uint32_t snaplens[] = {64, 68, 96};
	g_autoptr(SampleItems) whole = sample_decode(sample, 0, true);
	g_autoptr(Story) before = tell(whole, NULL, NULL);

	for (size_t i = 0; i < G_N_ELEMENTS(snaplens); i++) {
		g_autoptr(SampleItems) cut = sample_decode(sample, snaplens[i], true);
		g_autofree char *name = g_strdup_printf("cut to %" PRIu32, snaplens[i]);

		check(run, name, before, tell(cut, NULL, NULL), false);
	}
}

static void check_portions(Run *run, const Sample *sample, const SampleItems *items,
			   const Story *before, const Story *by_packet)
{
	check(run, "segments in batches", before, tell(items, NULL, run->rand), false);
	check(run, "packets in portions", by_packet, tell_packets(sample, NULL, 0, run->rand),
	      false);
	check(run, "packets all at once", by_packet,
	      tell_packets(sample, NULL, MAX(sample->packets->len, 1), NULL), false);
}

static void check_file(Run *run, const char *path)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *name = g_path_get_basename(path);
	g_autoptr(Sample) sample = sample_read(path, &error);

	run->name = name;
	if (!sample) {
		printf("ok %u - %s # SKIP %s\n", ++run->number, name, error->message);
		return;
	}
	g_autoptr(SampleItems) items = sample_decode(sample, 0, false);
	g_autoptr(Story) before = tell(items, NULL, NULL);
	g_autoptr(Story) by_packet = tell_packets(sample, NULL, 1, NULL);

	check_numbers(run, items, before);
	check_sides(run, items, before);
	check_time(run, sample, by_packet);
	check_snaplen(run, sample);
	check_portions(run, sample, items, before, by_packet);
}

static int by_name(gconstpointer a, gconstpointer b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void check_path(Run *run, const char *path)
{
	g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
	g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(g_free);
	const char *name;

	if (!dir) {
		check_file(run, path);
		return;
	}
	while ((name = g_dir_read_name(dir)))
		if (strstr(name, ".pcap") || strstr(name, ".cap") || strstr(name, ".erf") ||
		    strstr(name, ".snoop"))
			g_ptr_array_add(files, g_build_filename(path, name, NULL));
	g_ptr_array_sort(files, by_name);
	for (guint i = 0; i < files->len; i++)
		check_file(run, g_ptr_array_index(files, i));
}

int main(int argc, char **argv)
{
	const char *given = g_getenv("SHAKEDOWN_TEST_SEED"), *more = g_getenv("SHAKEDOWN_CAPTURES");
	guint32 seed = given ? (guint32)g_ascii_strtoull(given, NULL, 0) : g_random_int();
	Run run = {.rand = g_rand_new_with_seed(seed)};

	printf("TAP version 13\n# SHAKEDOWN_TEST_SEED=%" PRIu32 "\n", seed);
	for (int i = 1; i < argc; i++)
		check_path(&run, argv[i]);
	if (more)
		check_path(&run, more);
	else
		printf("ok %u - more captures # SKIP SHAKEDOWN_CAPTURES names no directory\n",
		       ++run.number);
	printf("1..%u\n", run.number);
	g_rand_free(run.rand);
	return run.failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
