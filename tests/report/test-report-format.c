/* SPDX-License-Identifier: BSD-3-Clause */
/* Numbers, times and durations as text; the writer beneath. */
#include <criterion/criterion.h>

#include "report/quantiles.h"
#include "report/spool.h"
#include "report/tally.h"
#include "report/writer.h"
#include "samples.h"

static const char *time_text(ShakedownTime time)
{
	static char text[REPORT_TIME_LEN + 1];
	text[report_format_time(text, time)] = '\0';
	return text;
}

Test(format, times_are_rfc_3339_in_utc)
{
	cr_assert_str_eq(time_text(0), "1970-01-01T00:00:00.000000000Z");
	cr_assert_str_eq(time_text(SAMPLE_START), "2026-11-20T22:37:41.123456789Z");
	cr_assert_str_eq(time_text(-1), "1969-12-31T23:59:59.999999999Z");
	/* 2038 and 2106, where 32 bits end */
	cr_assert_str_eq(time_text(INT64_C(2147483648) * SHAKEDOWN_NS_PER_S),
			 "2038-01-19T03:14:08.000000000Z");
	cr_assert_str_eq(time_text(INT64_C(4294967296) * SHAKEDOWN_NS_PER_S),
			 "2106-02-07T06:28:16.000000000Z");
	cr_assert_str_eq(time_text(INT64_MAX), "2262-04-11T23:47:16.854775807Z");
	cr_assert_str_eq(time_text(INT64_MIN), "1677-09-21T00:12:43.145224192Z");
}

/* What is kept of the time before is its second, of which 1970's first is one like any other. */
Test(format, times_near_each_other_are_written_as_each_alone)
{
	static const ShakedownTime times[] = {
		0,
		999999999,
		1000000000,
		-1,
		-1000000000,
		-1000000001,
		SAMPLE_START,
		SAMPLE_START + 1,
		SAMPLE_START + SHAKEDOWN_NS_PER_S,
		SAMPLE_START,
		INT64_MAX,
		INT64_MIN,
	};
	ReportTime before = {0};

	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		char text[REPORT_TIME_LEN + 1];

		text[report_format_time_near(text, times[i], &before)] = '\0';
		cr_assert_str_eq(text, time_text(times[i]));
	}
}

/* Every day of the range, against GLib's calendar: leap years, centuries, 2000. */
Test(format, dates_agree_with_the_calendar)
{
	GDate date;
	char expected[16];

	g_date_clear(&date, 1);
	g_date_set_dmy(&date, 1, G_DATE_OCTOBER, 1677);
	int64_t epoch = 719163; /* GDate's Julian day of 1970-01-01 */
	while (g_date_get_year(&date) < 2262) {
		int64_t day = (int64_t)g_date_get_julian(&date) - epoch;
		g_snprintf(expected, sizeof(expected), "%04d-%02d-%02d", g_date_get_year(&date),
			   g_date_get_month(&date), g_date_get_day(&date));
		const char *text = time_text(day * 86400 * SHAKEDOWN_NS_PER_S);
		cr_assert(strncmp(text, expected, 10) == 0, "%s, not %s", text, expected);
		g_date_add_days(&date, 1);
	}
}

Test(format, seconds_are_exact_decimals)
{
	static const struct {
		ShakedownDuration duration;
		const char *text;
	} rows[] = {
		{0, "0"},
		{1, "0.000000001"},
		{-1, "-0.000000001"},
		{1234000000, "1.234"},
		{INT64_C(31200000000), "31.2"},
		{SHAKEDOWN_NS_PER_S, "1"},
		{100, "0.0000001"},
		{INT64_MAX, "9223372036.854775807"},
		{INT64_MIN + 1, "-9223372036.854775807"},
	};
	char text[REPORT_SECONDS_LEN + 1];

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		text[report_format_seconds(text, rows[i].duration)] = '\0';
		cr_assert_str_eq(text, rows[i].text);
	}
}

Test(format, seconds_with_fixed_decimals_round)
{
	char text[REPORT_SECONDS_LEN + 1];

	text[report_format_seconds_fixed(text, 12345678901, 3)] = '\0';
	cr_assert_str_eq(text, "12.346");
	text[report_format_seconds_fixed(text, 999999999, 3)] = '\0';
	cr_assert_str_eq(text, "1.000");
	text[report_format_seconds_fixed(text, -400, 3)] = '\0';
	cr_assert_str_eq(text, "0.000");
	text[report_format_seconds_fixed(text, -1500000000, 0)] = '\0';
	cr_assert_str_eq(text, "-2");
	text[report_format_seconds_fixed(text, INT64_MIN, 9)] = '\0';
	cr_assert_str_eq(text, "-9223372036.854775808");
}

Test(format, durations_for_people_have_three_digits)
{
	static const struct {
		ShakedownDuration duration;
		const char *text;
	} rows[] = {
		{0, "0 s"},
		{7, "7 ns"},
		{640, "640 ns"},
		{1000, "1.00 us"},
		{21340, "21.3 us"},
		{999499, "999 us"},
		{999500, "1.00 ms"},
		{21 * 1000000, "21.0 ms"},
		{999999999, "1.00 s"},
		{INT64_C(31200000000), "31.2 s"},
		{INT64_C(59499999999), "59.5 s"},
		{INT64_C(59999999999), "1 min 0 s"},
		{INT64_C(725000000000), "12 min 5 s"},
		{INT64_C(12000000000000), "3 h 20 min"},
		{INT64_C(1051200000000000), "12 d 4 h"},
		{-1500000, "-1.50 ms"},
		{SHAKEDOWN_DURATION_UNKNOWN, "-"},
		{INT64_MAX, "106751 d 23 h"},
	};
	char text[REPORT_DURATION_LEN + 1];

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		text[report_format_duration(text, rows[i].duration, "u")] = '\0';
		cr_assert_str_eq(text, rows[i].text);
	}
}

Test(format, numbers)
{
	char text[64];

	for (uint64_t n = 0, i = 0; i < 20; i++, n = n * 10 + i % 10) {
		char expected[32];
		g_snprintf(expected, sizeof(expected), "%" G_GUINT64_FORMAT, (guint64)n);
		text[report_format_uint(text, n)] = '\0';
		cr_assert_str_eq(text, expected);
	}
	text[report_format_uint(text, UINT64_MAX)] = '\0';
	cr_assert_str_eq(text, "18446744073709551615");
	text[report_format_int(text, INT64_MIN)] = '\0';
	cr_assert_str_eq(text, "-9223372036854775808");
	text[report_format_grouped(text, 1234567)] = '\0';
	cr_assert_str_eq(text, "1,234,567");
	text[report_format_grouped(text, 999)] = '\0';
	cr_assert_str_eq(text, "999");
	text[report_format_grouped(text, UINT64_MAX)] = '\0';
	cr_assert_str_eq(text, "18,446,744,073,709,551,615");
}

Test(format, sizes_counts_and_shares)
{
	char text[64];

	text[report_format_size(text, 999)] = '\0';
	cr_assert_str_eq(text, "999 B");
	text[report_format_size(text, 999499)] = '\0';
	cr_assert_str_eq(text, "999 kB");
	text[report_format_size(text, 999500)] = '\0';
	cr_assert_str_eq(text, "1.00 MB");
	text[report_format_size(text, UINT64_MAX)] = '\0';
	cr_assert_str_eq(text, "18446 PB");
	text[report_format_count(text, 12345)] = '\0';
	cr_assert_str_eq(text, "12.3k");
	text[report_format_percent(text, 0, 7)] = '\0';
	cr_assert_str_eq(text, "0%");
	text[report_format_percent(text, 7, 7)] = '\0';
	cr_assert_str_eq(text, "100%");
	text[report_format_percent(text, 1, 100000)] = '\0';
	cr_assert_str_eq(text, "<0.1%");
	text[report_format_percent(text, 99999, 100000)] = '\0';
	cr_assert_str_eq(text, ">99.9%");
	text[report_format_percent(text, 412, 1000)] = '\0';
	cr_assert_str_eq(text, "41.2%");
	text[report_format_percent(text, 1, 0)] = '\0';
	cr_assert_str_eq(text, "-");
}

Test(format, endpoints)
{
	ShakedownAddress v6 = {6, {0x20, 0x01, 0x0d, 0xb8, [15] = 1}};
	ShakedownAddress v4 = {4, {255, 255, 255, 255}};
	char text[REPORT_ENDPOINT_LEN + 1];

	text[report_format_endpoint(text, &v6, 443)] = '\0';
	cr_assert_str_eq(text, "[2001:db8::1]:443");
	text[report_format_endpoint(text, &v4, 65535)] = '\0';
	cr_assert_str_eq(text, "255.255.255.255:65535");
}

Test(writer, hands_on_everything_in_order)
{
	Catch caught;
	ReportWriter writer;
	g_autofree char *long_text = g_strnfill(700000, 'x');

	catch_init(&caught);
	report_writer_init(&writer, sample_catch, &caught);
	report_put(&writer, "a");
	report_put(&writer, long_text);
	report_put_repeat(&writer, 'y', 300000);
	report_put_uint(&writer, 42);
	report_put_int(&writer, -42);
	cr_assert(report_writer_flush(&writer));
	cr_assert_eq(caught.bytes, 1 + 700000 + 300000 + 2 + 3);
	cr_assert_eq(writer.written, caught.bytes);
	cr_assert_eq(caught.text->str[0], 'a');
	cr_assert_eq(caught.text->str[700000], 'x');
	cr_assert_eq(caught.text->str[700001], 'y');
	cr_assert_str_eq(caught.text->str + 1000001, "42-42");
	report_writer_clear(&writer);
	catch_clear(&caught);
}

Test(writer, is_broken_once_refused)
{
	Catch caught;
	ReportWriter writer;

	catch_init(&caught);
	caught.refuse_after = 10;
	report_writer_init(&writer, sample_catch, &caught);
	report_put(&writer, "0123456789");
	cr_assert(report_writer_flush(&writer));
	report_put(&writer, "x");
	cr_assert_not(report_writer_flush(&writer));
	size_t calls = caught.calls;
	for (int i = 0; i < 1000000; i++)
		report_put(&writer, "more");
	cr_assert_not(report_writer_flush(&writer));
	cr_assert_eq(caught.calls, calls, "a broken writer asks again");
	report_writer_clear(&writer);
	catch_clear(&caught);
}

Test(spool, keeps_the_order_beyond_memory)
{
	Spool spool;
	Catch caught;
	ReportWriter writer;
	char line[16];

	catch_init(&caught);
	spool_init(&spool, 100);
	report_writer_init(&writer, sample_catch, &caught);
	for (int i = 0; i < 20000; i++) {
		g_snprintf(line, sizeof(line), "%d\n", i);
		cr_assert(spool_write(line, strlen(line), &spool));
		cr_assert_leq(spool.memory->len, 116);
	}
	cr_assert(spool_drain(&spool, &writer));
	cr_assert(report_writer_flush(&writer));
	const char *p = caught.text->str;
	for (int i = 0; i < 20000; i++) {
		cr_assert_eq(strtol(p, NULL, 10), i);
		p = strchr(p, '\n') + 1;
	}
	cr_assert_eq(*p, '\0');
	report_writer_clear(&writer);
	spool_clear(&spool);
	catch_clear(&caught);
}

Test(quantiles, are_exact_while_few)
{
	Quantiles q = {0};

	cr_assert_eq(quantiles_at(&q, 50), SHAKEDOWN_DURATION_UNKNOWN);
	quantiles_add(&q, SHAKEDOWN_DURATION_UNKNOWN);
	cr_assert_eq(q.n, 0);
	for (int i = 100; i >= 1; i--)
		quantiles_add(&q, i);
	cr_assert_eq(quantiles_at(&q, 50), 50);
	cr_assert_eq(quantiles_at(&q, 95), 95);
	cr_assert_eq(quantiles_at(&q, 100), 100);
	cr_assert_eq(quantiles_at(&q, 0), 1);
	quantiles_clear(&q);
}

Test(quantiles, are_near_when_many)
{
	Quantiles q = {0};

	for (int64_t i = 1; i <= 1000000; i++)
		quantiles_add(&q, i * 997 % 1000000 * 1000);
	int64_t median = quantiles_at(&q, 50), p95 = quantiles_at(&q, 95);
	cr_assert(llabs(median - 500000000) < 500000000 * INT64_C(32) / 1000);
	cr_assert(llabs(p95 - 950000000) < 950000000 * INT64_C(32) / 1000);
	cr_assert_eq(quantiles_at(&q, 100), q.max);
	quantiles_add(&q, INT64_MAX);
	quantiles_add(&q, 0);
	cr_assert_eq(q.max, INT64_MAX);
	cr_assert_eq(q.min, 0);
	quantiles_clear(&q);
}

/* One connection weighs and counts the same, whether counters have been made for it or not. */
Test(tally, counters_say_what_the_brief_said)
{
	static const SampleKind kinds[] = {SAMPLE_GRACEFUL, SAMPLE_UNFINISHED};
	Tally brief, full;

	tally_init(&brief, 16, true);
	tally_init(&full, 16, true);
	for (uint64_t i = 0; i < 600; i++) {
		ShakedownConnection c =
			sample_connection(kinds[i * 7 % 5 % G_N_ELEMENTS(kinds)], i + 1);

		c.side[SHAKEDOWN_CLIENT].addr.bytes[1] = (uint8_t)(i * i % 31);
		tally_add(&brief, &c, SHAKEDOWN_CLIENT, false);
		tally_add(&full, &c, SHAKEDOWN_CLIENT, false);
		for (guint k = 0; k < full.len; k++)
			(void)tally_entry(&full, &full.briefs[k]);
		cr_assert_eq(tally_len(&brief), tally_len(&full));
	}
	uint64_t connections[2];
	cr_assert_eq(tally_failing(&brief, &connections[0]), tally_failing(&full, &connections[1]));
	cr_assert_eq(connections[0], connections[1]);
	cr_assert(brief.dropped && full.dropped);
	g_autoptr(GPtrArray) a = tally_ranking(&brief, 16), b = tally_ranking(&full, 16);
	cr_assert_eq(a->len, b->len);
	for (guint k = 0; k < a->len; k++) {
		const TallyEntry *x = g_ptr_array_index(a, k), *y = g_ptr_array_index(b, k);
		size_t counts = offsetof(TallyEntry, server_rtt);

		cr_assert_eq(memcmp(x, y, counts), 0, "rank %u", k);
		cr_assert_eq(x->server_rtt.n, y->server_rtt.n);
		cr_assert_eq(x->server_rtt.max, y->server_rtt.max);
	}
	tally_clear(&brief);
	tally_clear(&full);
}

Test(tally, keeps_those_that_stand_out)
{
	Tally tally;

	tally_init(&tally, 64, false);
	for (uint64_t i = 1; i <= 100000; i++) {
		ShakedownConnection c = sample_connection(SAMPLE_UNFINISHED, i);
		uint32_t forged = (uint32_t)i * 2654435761u;
		memcpy(c.side[SHAKEDOWN_CLIENT].addr.bytes, &forged, 4);
		tally_add(&tally, &c, SHAKEDOWN_CLIENT, false);
		c = sample_connection(SAMPLE_GRACEFUL, 1);
		tally_add(&tally, &c, SHAKEDOWN_CLIENT, false);
		cr_assert_leq(tally_len(&tally), 64);
	}
	g_autoptr(GPtrArray) ranking = tally_ranking(&tally, 8);
	const TallyEntry *first = g_ptr_array_index(ranking, 0);
	cr_assert_eq(first->connections, 100000);
	cr_assert(tally.dropped);
	tally_clear(&tally);
}
