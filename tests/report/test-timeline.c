/* SPDX-License-Identifier: BSD-3-Clause */
/* Counts over time: that none is lost, whatever order and years they come in. */
#include <criterion/criterion.h>
#include <glib.h>

#include "report/html/html-timeline.h"
#include "report/sparkline.h"
#include "report/timeline.h"

#define SECONDS(n) (SHAKEDOWN_NS_PER_S * (n))
#define NOW SECONDS(1795214261)

static uint64_t total(const Timeline *t, TimelineSeries series)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < t->bins; i++)
		sum += t->count[series][i];
	return sum;
}

/* How much of the series lies in the bin of that moment. */
static uint64_t at(const Timeline *t, ShakedownTime time, TimelineSeries series)
{
	ShakedownDuration step = timeline_step(t->shift);
	int64_t bin = time / step - (time % step < 0) - t->first;

	return bin >= 0 && bin < t->bins ? t->count[series][bin] : 0;
}

Test(timeline, keeps_all_in_any_order)
{
	g_autoptr(GRand) rand = g_rand_new_with_seed(11);

	for (unsigned round = 0; round < 50; round++) {
		g_autofree Timeline *t = g_new0(Timeline, 1);
		double spread = g_rand_double_range(rand, 1e-3, 1e6);
		ShakedownTime first = INT64_MAX, last = INT64_MIN;
		for (unsigned i = 0; i < 300; i++) {
			double after = g_rand_double_range(rand, -spread, spread);
			ShakedownTime time = NOW + (ShakedownTime)(after * 1e9);
			timeline_add(t, time, TIMELINE_FAILED);
			first = MIN(first, time);
			last = MAX(last, time);
			cr_assert_leq(t->bins, TIMELINE_BINS);
			cr_assert_gt(at(t, time, TIMELINE_FAILED), 0);
		}
		cr_assert_eq(total(t, TIMELINE_FAILED), 300);
		cr_assert_eq(total(t, TIMELINE_ATTEMPTS), 0);
		cr_assert_gt(at(t, first, TIMELINE_FAILED), 0);
		cr_assert_gt(at(t, last, TIMELINE_FAILED), 0);
		/* No wider than it has to be: half as wide would not have reached. */
		cr_assert(t->shift == 0 || t->bins > TIMELINE_BINS / 2, "%u bins", t->bins);
	}
}

Test(timeline, takes_the_ends_of_time)
{
	g_autofree Timeline *t = g_new0(Timeline, 1);

	timeline_add(t, INT64_C(1) << 62, TIMELINE_ATTEMPTS);
	timeline_add(t, -(INT64_C(1) << 62), TIMELINE_ATTEMPTS);
	timeline_add(t, -1, TIMELINE_ATTEMPTS);
	timeline_add(t, 0, TIMELINE_ATTEMPTS);
	cr_assert_eq(total(t, TIMELINE_ATTEMPTS), 4);
	cr_assert_leq(t->bins, TIMELINE_BINS);
	cr_assert_gt(at(t, -1, TIMELINE_ATTEMPTS), 0);
}

Test(timeline, merged_is_as_if_counted_together)
{
	g_autoptr(GRand) rand = g_rand_new_with_seed(12);

	for (unsigned round = 0; round < 100; round++) {
		g_autofree Timeline *parts = g_new0(Timeline, 2), *whole = g_new0(Timeline, 1);
		double spread[2] = {g_rand_double_range(rand, 1e-3, 1e4),
				    g_rand_double_range(rand, 1e-3, 1e4)};
		for (unsigned i = 0; i < 200; i++) {
			unsigned which = i % 2;
			ShakedownTime time =
				NOW + (ShakedownTime)(g_rand_double(rand) * spread[which] * 1e9);
			timeline_add(&parts[which], time, (TimelineSeries)(i % TIMELINE_SERIES));
			timeline_add(whole, time, (TimelineSeries)(i % TIMELINE_SERIES));
		}
		TimelineSpan span = {0}, together = {0};
		timeline_span_take(&span, &parts[0]);
		timeline_span_take(&span, &parts[1]);
		timeline_merge(&parts[0], &parts[1]);
		timeline_span_take(&together, whole);
		cr_assert_eq(parts[0].shift, whole->shift);
		cr_assert_eq(span.first, together.first);
		cr_assert_eq(span.bins, together.bins);
		for (unsigned s = 0; s < TIMELINE_SERIES; s++) {
			uint64_t a[TIMELINE_BINS], b[TIMELINE_BINS];
			timeline_in(&parts[0], &span, (TimelineSeries)s, a);
			timeline_in(whole, &span, (TimelineSeries)s, b);
			cr_assert_arr_eq(a, b, sizeof(a));
		}
	}
}

Test(timeline, bounds_the_peak)
{
	g_autoptr(GRand) rand = g_rand_new_with_seed(13);

	for (unsigned round = 0; round < 50; round++) {
		g_autofree Timeline *t = g_new0(Timeline, 1);
		int change[4096] = {0};
		unsigned span = round % 2 ? 4000 : 100, peak = 0, held = 0;
		for (unsigned i = 0; i < 200; i++) {
			unsigned from = (unsigned)g_rand_int_range(rand, 0, (gint)span);
			unsigned to = from + (unsigned)g_rand_int_range(rand, 1, 90);
			change[from]++;
			change[MIN(to, 4095)]--;
			timeline_add(t, NOW + from * SECONDS(1),
				     (TimelineSeries)(TIMELINE_ENTERS + SHAKEDOWN_SERVER));
			timeline_add(t, NOW + MIN(to, 4095) * SECONDS(1),
				     (TimelineSeries)(TIMELINE_LEAVES + SHAKEDOWN_SERVER));
		}
		for (unsigned i = 0; i < 4096; i++) {
			held = (unsigned)((int)held + change[i]);
			peak = MAX(peak, held);
		}
		TimelinePeak found = timeline_peak(t, SHAKEDOWN_SERVER);
		cr_assert(found.least <= peak && peak <= found.most, "%u not in %u..%u", peak,
			  (unsigned)found.least, (unsigned)found.most);
		cr_assert_eq(timeline_peak(t, SHAKEDOWN_CLIENT).most, 0);
	}
}

static void expect_spark(const uint64_t *values, uint32_t n, unsigned bars, SparkHow how,
			 bool ascii, const char *expected)
{
	g_autoptr(GString) line = g_string_new(NULL);
	Spark spark = sparkline_append(line, values, n, bars, how, ascii);

	cr_expect_str_eq(line->str, expected, "%s, not %s", line->str, expected);
	cr_expect_leq(spark.bars, bars);
}

Test(sparkline, bars)
{
	static const uint64_t values[] = {0, 1, 2, 4, 8, 0, 7, 3};
	static const uint64_t even[] = {5, 5, 5, 5, 5, 5, 5, 5, 5};
	static const uint64_t steep[] = {1, 1000000};

	expect_spark(values, 8, 8, SPARK_SUM, false, "·▁▂▄█·▇▃");
	expect_spark(values, 8, 8, SPARK_SUM, true, "_.:=@_#-");
	expect_spark(values, 8, 4, SPARK_SUM, true, ".+*@");
	expect_spark(values, 8, 4, SPARK_MOST, true, ".=@#");
	/* Even traffic looks even, though 9 do not divide by 4; the last bar is what is left. */
	expect_spark(even, 9, 5, SPARK_SUM, true, "@@@@=");
	expect_spark(steep, 2, 9, SPARK_SUM, true, ".@");
	expect_spark(values, 0, 9, SPARK_SUM, true, "");
	expect_spark(values, 8, 0, SPARK_SUM, true, "");
	expect_spark(values, 1, 9, SPARK_SUM, true, "_");
}

/* A connection whose server sent SYN,ACK at that time, and whose records end a second later. */
static void add_half_open(HtmlTimeline *t, ShakedownTime time, bool completed)
{
	ShakedownHistoryEntry server[2] = {
		{.state = SHAKEDOWN_TCP_SYN_RECEIVED, .time = time},
		{.state = SHAKEDOWN_TCP_ESTABLISHED, .time = time + SECONDS(1)},
	};
	ShakedownConnection c = {.start = time, .end = time + SECONDS(1)};

	c.handshake.outcome =
		completed ? SHAKEDOWN_HANDSHAKE_COMPLETE : SHAKEDOWN_HANDSHAKE_UNFINISHED;
	c.teardown.outcome = SHAKEDOWN_TEARDOWN_OPEN;
	c.side[SHAKEDOWN_SERVER].history = server;
	c.side[SHAKEDOWN_SERVER].history_len = completed ? 2 : 1;
	html_timeline_connection(t, &c);
}

/* How many are half-open when all that is known is over. */
static int half_open_at_end(const HtmlTimeline *t)
{
	int level = 0;

	for (unsigned i = 0; i < t->len; i++)
		level += t->bins[i].half_open;
	return level;
}

Test(timeline, a_page_holds_half_open_what_nobody_completed)
{
	g_autofree HtmlTimeline *t = g_new0(HtmlTimeline, 1);

	html_timeline_init(t);
	for (unsigned i = 0; i < 40; i++)
		add_half_open(t, NOW + SECONDS(i) / 10, i % 4 == 0);
	cr_assert_eq(half_open_at_end(t), 30);
	/* Two minutes later their servers have given up. */
	add_half_open(t, NOW + SECONDS(120), true);
	add_half_open(t, NOW, false);
	cr_assert_eq(half_open_at_end(t), 30);
}
