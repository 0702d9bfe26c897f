/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/icmp.h"
#include "scene.h"

Test(finding, span)
{
	Finding f = {0};
	static const struct {
		ShakedownDuration span;
		const char *text;
	} spans[] = {
		{0, "0 µs"},
		{999499, "999 µs"},
		{999900, "1 ms"},
		{MS(8) + 200000, "8.2 ms"},
		{MS(31200), "31.2 s"},
		{SECONDS(300), "5 min"},
		{SECONDS(3 * 3600), "3 h"},
		{SECONDS(5 * 86400), "5 days"},
		{SHAKEDOWN_DURATION_UNKNOWN, "an unknown time"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(spans); i++)
		cr_assert_str_eq(finding_span(&f, spans[i].span), spans[i].text);
}

Test(finding, bytes)
{
	Finding f = {0};

	cr_assert_str_eq(finding_bytes(&f, 0), "0 bytes");
	cr_assert_str_eq(finding_bytes(&f, 1), "1 byte");
	cr_assert_str_eq(finding_bytes(&f, UINT64_MAX), "18446744073709551615 bytes");
}

static void check(const ShakedownAnomaly *a, void *data)
{
	cr_assert_eq(a->frames_len, 3);
	cr_assert_eq(a->frames[0], 1);
	cr_assert_eq(a->frames[1], 5);
	cr_assert_eq(a->frames[2], 9);
	cr_assert_eq(a->facts_len, 3);
	cr_assert_str_eq(a->facts[0].text, "one");
	cr_assert_str_eq(a->facts[1].text, "two");
	cr_assert_eq(a->facts[2].type, SHAKEDOWN_VALUE_FLAG);
	cr_assert_str_eq(a->filter,
			 "ip.addr==192.0.2.1 && tcp.port==80 && frame.number in {1, 5, 9}");
	cr_assert_str_eq(a->narrowing, "tcp.flags.syn==1");
	cr_assert_eq(a->scope, SHAKEDOWN_SCOPE_SERVICE);
	*(bool *)data = true;
}

Test(finding, keeps_frames_in_order_and_texts_apart)
{
	ShakedownSummary summary = {0};
	bool told = false;
	DetectContext context = {.summary = &summary, .report = check, .data = &told};
	ShakedownAddress a = {4, {192, 0, 2, 1}};
	Finding f;

	finding_begin_wide(&f, &context, SHAKEDOWN_ANOMALY_SYN_FLOOD, &a, 80);
	finding_frame(&f, 9);
	finding_frame(&f, 1);
	finding_frame(&f, 0);
	finding_frame(&f, 5);
	finding_frame(&f, 9);
	finding_text(&f, "first", "one");
	finding_text(&f, "second", "two");
	finding_flag(&f, "third", true);
	finding_filter(&f, "tcp.flags.syn==1");
	finding_summary(&f, "x");
	finding_report(&f);
	cr_assert(told);
}

static void check_many(const ShakedownAnomaly *a, void *data)
{
	cr_assert(a->frames_cut);
	cr_assert_str_eq(a->filter, "ip.addr==192.0.2.1 && tcp.flags.syn==1 && "
				    "frame.time_epoch>=-1.500000000 && "
				    "frame.time_epoch<=2.000000003");
	*(bool *)data = true;
}

Test(finding, selects_by_kind_and_time_where_frames_are_examples)
{
	ShakedownSummary summary = {0};
	bool told = false;
	DetectContext context = {.summary = &summary, .report = check_many, .data = &told};
	ShakedownAddress a = {4, {192, 0, 2, 1}};
	Finding f;

	finding_begin_wide(&f, &context, SHAKEDOWN_ANOMALY_PORT_SCAN, &a, 0);
	finding_time(&f, -MS(1500), SECONDS(2) + 3);
	for (uint64_t frame = 1; frame <= FINDING_FRAMES + 1; frame++)
		finding_frame(&f, frame);
	finding_filter(&f, "tcp.flags.syn==1");
	finding_summary(&f, "x");
	finding_report(&f);
	cr_assert(told);
}

Test(finding, icmp_names)
{
	cr_assert_str_eq(icmp_unreachable_name(4, 3, 1), "host unreachable");
	cr_assert_str_eq(icmp_unreachable_name(6, 1, 3), "address unreachable");
	cr_assert_str_eq(icmp_unreachable_name(4, 11, 0), "time to live exceeded in transit");
	cr_assert_str_eq(icmp_unreachable_name(6, 3, 0), "time to live exceeded in transit");
	cr_assert_str_eq(icmp_unreachable_name(4, 3, 200), "destination unreachable");
	cr_assert_str_eq(icmp_unreachable_name(0, 1, 0), "destination unreachable");
}
