/* SPDX-License-Identifier: BSD-3-Clause */
#include "writer.h"

#include <criterion/criterion.h>

#define S SHAKEDOWN_NS_PER_S
#define HOUR (3600 * S)
#define DAY (24 * HOUR)
/* 2026-01-31 00:00 UTC */
#define MIDNIGHT (INT64_C(1769817600) * S)

static void assert_moment(const char *text, ShakedownMomentKind kind, int64_t time)
{
	ShakedownMoment moment = {0};

	cr_assert(shakedown_moment_from_text(text, &moment), "%s", text);
	cr_assert_eq(moment.kind, kind, "%s", text);
	cr_assert_eq(moment.time, time, "%s: %" G_GINT64_FORMAT, text, moment.time);
}

Test(moment, is_read_as_reports_and_records_have_it)
{
	static const char *const same[] = {
		"2026-01-31 10:05:00.25",
		"2026-01-31T10:05:00.250000000Z",
		"2026-01-31t10:05:00,25z",
		"2026-01-31_10:05:00.25",
		"2026-01-31 10:05:00.25 UTC",
		"2026-01-31T12:05:00.25+02:00",
		"2026-01-31T06:35:00.25-0330",
		"2026-01-30T22:05:00.25-12",
		"1769853900.25",
		"1769853900.2500000001",
	};

	for (size_t i = 0; i < G_N_ELEMENTS(same); i++)
		assert_moment(same[i], SHAKEDOWN_MOMENT_AT,
			      MIDNIGHT + 10 * HOUR + 5 * 60 * S + S / 4);
	assert_moment("2026-01-31", SHAKEDOWN_MOMENT_AT, MIDNIGHT);
	assert_moment("2026-01-31 10:05", SHAKEDOWN_MOMENT_AT, MIDNIGHT + 10 * HOUR + 300 * S);
	assert_moment("1969-12-31 23:59:59.5", SHAKEDOWN_MOMENT_AT, -S / 2);
	assert_moment("10:05", SHAKEDOWN_MOMENT_OF_DAY, 10 * HOUR + 300 * S);
	assert_moment("23:59:59.999999999", SHAKEDOWN_MOMENT_OF_DAY, DAY - 1);
	assert_moment("01:00+02:00", SHAKEDOWN_MOMENT_OF_DAY, 23 * HOUR);
	assert_moment("23:00-02", SHAKEDOWN_MOMENT_OF_DAY, HOUR);
	assert_moment("+90", SHAKEDOWN_MOMENT_AFTER, 90 * S);
	assert_moment("+0", SHAKEDOWN_MOMENT_AFTER, 0);
	assert_moment("+5min", SHAKEDOWN_MOMENT_AFTER, 300 * S);
	assert_moment("+1.5h", SHAKEDOWN_MOMENT_AFTER, 3 * HOUR / 2);
}

Test(moment, is_nothing_else)
{
	static const char *const wrong[] = {
		"",
		"now",
		"yesterday",
		"10",
		"90",
		"12345678",
		"10:5",
		"1:05",
		"24:00",
		"10:60",
		"10:05:60",
		"10:05:",
		"10:05:00.",
		"10:05 ",
		"10:05x",
		"10:05+",
		"10:05+2",
		"10:05+24:00",
		"10:05+02:60",
		"10:05+02:00x",
		"2026-02-29",
		"2026-13-01",
		"2026-1-31",
		"2026-01-31 ",
		"2026-01-31T",
		"2026-01-31 25:00",
		"2026-01-31 10",
		"2026-01-3110:05",
		"26-01-31",
		"9999-01-01",
		"0001-01-01",
		"1769853900.",
		"1769853900x",
		"99999999999",
		"99999999999999999999999",
		"-5min",
		"+",
		"+soon",
		"+-5",
		"++5",
		"+99999999999999h",
	};

	for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
		ShakedownMoment moment = {SHAKEDOWN_MOMENT_AT, 7};

		cr_assert(!shakedown_moment_from_text(wrong[i], &moment), "%s", wrong[i]);
		cr_assert_eq(moment.time, 7);
	}
}

typedef struct {
	ShakedownCapture *capture;
	char *path;
	GArray *frames; /* of uint64_t */
} Asked;

/* Packets of these times (ns), of which those since and until are read. */
static Asked ask(const ShakedownTime *times, size_t n, const char *since, const char *until,
		 const ShakedownCaptureOptions *beside)
{
	ShakedownCaptureOptions options = beside ? *beside : (ShakedownCaptureOptions){0};
	Asked asked = {.frames = g_array_new(FALSE, FALSE, sizeof(uint64_t))};
	Writer w = writer_new(false);
	ShakedownPacket packets[64];
	size_t got;

	pcap_header(&w, MAGIC_NANOSECONDS, 1);
	for (size_t i = 0; i < n; i++)
		pcap_packet(&w, (uint32_t)(times[i] / S), (uint32_t)(times[i] % S), i, 60);
	asked.path = writer_file(&w);
	writer_free(&w);
	const char *files[] = {asked.path, NULL};
	options.files = files;
	cr_assert(!since || shakedown_moment_from_text(since, &options.since));
	cr_assert(!until || shakedown_moment_from_text(until, &options.until));
	asked.capture = shakedown_capture_open(&options, NULL);
	cr_assert(asked.capture);
	while ((got = shakedown_capture_read(asked.capture, packets, 64)))
		for (size_t i = 0; i < got; i++)
			g_array_append_val(asked.frames, packets[i].frame);
	return asked;
}

static void done(Asked *asked)
{
	shakedown_capture_free(asked->capture);
	remove_file(asked->path);
	g_array_unref(asked->frames);
}

/* Which of these packets are read: the first frame, and how many. */
static void assert_asked(const ShakedownTime *times, size_t n, const char *since, const char *until,
			 uint64_t first, unsigned len)
{
	Asked asked = ask(times, n, since, until, NULL);

	cr_assert_eq(asked.frames->len, len, "%s to %s: %u", since, until, asked.frames->len);
	for (unsigned i = 0; i < len; i++)
		cr_assert_eq(g_array_index(asked.frames, uint64_t, i), first + i);
	cr_assert_eq(shakedown_capture_info(asked.capture)->passed, len);
	cr_assert_eq(shakedown_capture_info(asked.capture)->packets, n);
	done(&asked);
}

Test(window, holds_what_begins_with_one_moment_and_ends_before_another)
{
	ShakedownTime times[10];

	for (int i = 0; i < 10; i++)
		times[i] = MIDNIGHT + 10 * HOUR + i * 60 * S;
	assert_asked(times, 10, NULL, "10:05", 1, 5);
	assert_asked(times, 10, "10:05", NULL, 6, 5);
	assert_asked(times, 10, "10:02", "10:05", 3, 3);
	assert_asked(times, 10, "2026-01-31 10:02", "10:05", 3, 3);
	assert_asked(times, 10, "2026-01-31 10:02", "2026-01-31T12:05+02:00", 3, 3);
	assert_asked(times, 10, "10:02", "+3min", 3, 3);
	assert_asked(times, 10, "+2min", "+3min", 3, 3);
	assert_asked(times, 10, NULL, "+3min", 1, 3);
	assert_asked(times, 10, "+121", "+180.5", 4, 3);
	assert_asked(times, 10, "+0", NULL, 1, 10);
	assert_asked(times, 10, "2026-01-30", "2026-02-01", 1, 10);
}

Test(window, of_a_time_of_day_is_of_the_day_that_is_meant)
{
	const ShakedownTime over_midnight[] = {MIDNIGHT - 600 * S, MIDNIGHT - 300 * S,
					       MIDNIGHT,	   MIDNIGHT + 300 * S,
					       MIDNIGHT + 600 * S, MIDNIGHT + HOUR};
	const ShakedownTime long_day[] = {MIDNIGHT + 8 * HOUR,	MIDNIGHT + 13 * HOUR,
					  MIDNIGHT + 20 * HOUR, MIDNIGHT + 22 * HOUR,
					  MIDNIGHT + 31 * HOUR, MIDNIGHT + 33 * HOUR};

	assert_asked(over_midnight, 6, "00:05", NULL, 4, 3);
	assert_asked(over_midnight, 6, "23:55", "00:05", 2, 2);
	assert_asked(over_midnight, 6, NULL, "00:00", 1, 2);
	/* A little before the first packet is no day later. */
	assert_asked(over_midnight, 6, "23:40", NULL, 1, 6);
	assert_asked(long_day, 6, "07:30", "09:00", 1, 1);
	assert_asked(long_day, 6, "21:00", NULL, 4, 3);
	assert_asked(long_day, 6, "21:00", "08:00", 4, 2);
	assert_asked(long_day, 6, "2026-02-01", "08:00", 5, 1);
	/* The same time as an end is that of the next day. */
	assert_asked(long_day, 6, "08:00", "08:00", 1, 5);
}

Test(window, tells_what_it_came_to_and_how_far_time_went)
{
	const ShakedownTime times[] = {MIDNIGHT, MIDNIGHT + S, MIDNIGHT + 9 * S};
	Asked asked = ask(times, 3, "+0.5", "+4", NULL);
	const ShakedownCaptureInfo *info = shakedown_capture_info(asked.capture);

	cr_assert_eq(info->since, MIDNIGHT + S / 2);
	cr_assert_eq(info->until, MIDNIGHT + S / 2 + 4 * S);
	cr_assert_eq(info->last, MIDNIGHT + S);
	cr_assert_null(info->missed);
	/* Nothing passed until then: a packet behind it shows that. */
	cr_assert_eq(shakedown_capture_now(asked.capture), info->until - 1);
	done(&asked);

	asked = ask(times, 3, "+0.5", "+1h", NULL);
	cr_assert_eq(shakedown_capture_now(asked.capture), MIDNIGHT + 9 * S);
	done(&asked);
	asked = ask(times, 3, NULL, NULL, NULL);
	cr_assert_eq(shakedown_capture_info(asked.capture)->since, 0);
	cr_assert_eq(shakedown_capture_info(asked.capture)->until, 0);
	done(&asked);
}

Test(window, that_holds_nothing_says_what_there_is)
{
	const ShakedownTime times[] = {MIDNIGHT, MIDNIGHT + S};
	Asked asked = ask(times, 2, "10:05", "+5min", NULL);

	for (int i = 0; i < 2; i++)
		cr_assert_str_eq(shakedown_capture_info(asked.capture)->missed,
				 "no packet since 2026-01-31 10:05:00.000 until 2026-01-31 "
				 "10:10:00.000 UTC: those that were read are of 2026-01-31 "
				 "00:00:00.000 to 2026-01-31 00:00:01.000 UTC");
	cr_assert_null(shakedown_capture_problem(asked.capture));
	done(&asked);
}

/* Frames are those of the file; a filter and a count go with it. */
Test(window, goes_with_a_count)
{
	ShakedownTime times[10];

	for (int i = 0; i < 10; i++)
		times[i] = MIDNIGHT + i * S;
	Asked asked = ask(times, 10, "+3", NULL, &(ShakedownCaptureOptions){.count = 2});

	cr_assert_eq(asked.frames->len, 2);
	cr_assert_eq(g_array_index(asked.frames, uint64_t, 0), 4);
	cr_assert_eq(shakedown_capture_info(asked.capture)->packets, 5);
	done(&asked);
}

#define MANY 3000

/* One stamp from the future is no end, nor are packets that are out of order. */
Test(window, is_past_when_a_hundred_packets_are_far_beyond)
{
	ShakedownTime *times = g_new(ShakedownTime, MANY);

	for (int i = 0; i < MANY; i++)
		times[i] = MIDNIGHT + i * S / 10;
	times[5] += 30 * DAY;
	times[2900] = MIDNIGHT + 9 * S;
	Asked asked = ask(times, MANY, NULL, "+10", NULL);

	cr_assert_eq(asked.frames->len, 99);
	/* 100 s, a minute, a hundred packets, and what is read at once. */
	cr_assert_gt(shakedown_capture_info(asked.capture)->packets, 800);
	cr_assert_lt(shakedown_capture_info(asked.capture)->packets, 2000);
	done(&asked);

	/* A clock that runs from there on is set back: all is read. */
	for (int i = 700; i < MANY; i += 50)
		times[i] = MIDNIGHT + 9 * S;
	asked = ask(times, MANY, NULL, "+10", NULL);
	cr_assert_eq(shakedown_capture_info(asked.capture)->packets, MANY);
	cr_assert_eq(asked.frames->len, 99 + 46);
	done(&asked);
	g_free(times);
}

/* A clock that was never set may stand before 1970; where the writer says nothing of the end of its
 * capture, that is not 1970. */
Test(window, time_before_the_epoch_ends_with_its_last_packet)
{
	Writer w = writer_new(false);
	ShakedownPacket packet;

	ng_section(&w);
	ng_interface_clock(&w, 1, 9, -100);
	ng_packet(&w, 0, 5 * S, 0, 60);
	ng_packet(&w, 0, 7 * S, 1, 60);
	char *path = writer_file(&w);
	const char *files[] = {path, NULL};
	ShakedownCaptureOptions options = {.files = files};
	g_autoptr(ShakedownCapture) capture = shakedown_capture_open(&options, NULL);

	writer_free(&w);
	cr_assert(capture);
	while (shakedown_capture_read(capture, &packet, 1))
		;
	cr_assert_eq(shakedown_capture_now(capture), -93 * S);
	remove_file(path);
}
