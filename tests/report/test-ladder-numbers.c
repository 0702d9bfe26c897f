/* SPDX-License-Identifier: BSD-3-Clause */
/* x, y, u, v, w. */
#include "report/ladder-numbers.h"

#include <criterion/criterion.h>

#define ISN_C UINT32_C(4294967290) /* the circle closes after the first few bytes */
#define ISN_S UINT32_C(1000)

typedef struct {
	LadderNumbers numbers;
	bool isn_known[2];
	char text[2][32]; /* seq and ack of the last segment */
} Fixture;

static Fixture fixture(bool isn_known)
{
	Fixture f = {.isn_known = {isn_known, isn_known}};
	ladder_numbers_init(&f.numbers, false, true);
	return f;
}

static void see_class(Fixture *f, ShakedownSideId sender, unsigned flags, uint32_t seq,
		      uint32_t ack, uint32_t len, ShakedownSegmentClass segment_class)
{
	ShakedownSegment s = {.sender = sender,
			      .flags = (uint16_t)flags,
			      .seq = seq,
			      .ack = ack,
			      .len = len,
			      .isn_known = {f->isn_known[0], f->isn_known[1]},
			      .isn = {ISN_C, ISN_S},
			      .segment_class = segment_class};
	LadderNumber numbers[2];

	ladder_numbers_see(&f->numbers, &s, &numbers[0], &numbers[1]);
	for (int i = 0; i < 2; i++) {
		g_autoptr(GString) out = g_string_new(NULL);
		ShakedownSideId whose = i == 0 ? sender : (ShakedownSideId)!sender;
		ladder_numbers_append(&f->numbers, whose, &numbers[i], f->numbers.closer >= 0, out);
		g_strlcpy(f->text[i], out->str, sizeof f->text[i]);
	}
}

static void see(Fixture *f, ShakedownSideId sender, unsigned flags, uint32_t seq, uint32_t ack,
		uint32_t len)
{
	see_class(f, sender, flags, seq, ack, len, SHAKEDOWN_SEGMENT_NEW);
}

#define EXPECT(f, seq_text, ack_text)                                                              \
	do {                                                                                       \
		cr_assert_str_eq((f).text[0], seq_text);                                           \
		cr_assert_str_eq((f).text[1], ack_text);                                           \
	} while (0)

Test(ladder_numbers, count_across_the_wrap)
{
	Fixture f = fixture(true);

	see(&f, SHAKEDOWN_CLIENT, 0x002, ISN_C, 0, 0);
	cr_assert_str_eq(f.text[0], "x");
	see(&f, SHAKEDOWN_SERVER, 0x012, ISN_S, ISN_C + 1, 0);
	EXPECT(f, "y", "x+1");
	see(&f, SHAKEDOWN_CLIENT, 0x018, ISN_C + 1, ISN_S + 1, 100);
	EXPECT(f, "x+1", "y+1");
	see(&f, SHAKEDOWN_CLIENT, 0x018, ISN_C + 101, ISN_S + 1, 100);
	EXPECT(f, "x+101", "y+1");
	see(&f, SHAKEDOWN_CLIENT, 0x010, ISN_C, ISN_S + 1, 0);
	EXPECT(f, "x", "y+1");
}

Test(ladder_numbers, go_on_beyond_4_gib)
{
	Fixture f = fixture(true);
	uint64_t offset = 1;

	see(&f, SHAKEDOWN_CLIENT, 0x002, ISN_C, 0, 0);
	for (int i = 0; i < 80000; i++, offset += 65000)
		see(&f, SHAKEDOWN_CLIENT, 0x010, ISN_C + (uint32_t)offset, ISN_S, 65000);
	see(&f, SHAKEDOWN_CLIENT, 0x011, ISN_C + (uint32_t)offset, ISN_S, 0);
	cr_assert_str_eq(f.text[0], "u");
	g_autoptr(GString) name = g_string_new(NULL), meaning = g_string_new(NULL);
	cr_assert(ladder_numbers_legend(&f.numbers, 2, name, meaning));
	g_autofree char *expected =
		g_strdup_printf("u = x+5200000001 = %u", ISN_C + (uint32_t)5200000001);
	cr_assert_str_eq(name->str, expected);
}

Test(ladder_numbers, begin_at_the_first_seen_without_a_syn)
{
	Fixture f = fixture(false);

	see(&f, SHAKEDOWN_SERVER, 0x018, 7000, 90, 10);
	EXPECT(f, "y0", "x0");
	see(&f, SHAKEDOWN_CLIENT, 0x010, 90, 7010, 0);
	EXPECT(f, "x0", "y0+10");
	see(&f, SHAKEDOWN_CLIENT, 0x010, 80, 7010, 10);
	EXPECT(f, "x0-10", "y0+10");
}

Test(ladder_numbers, tell_the_syn_from_the_answer_to_it)
{
	Fixture f = fixture(false);
	g_autoptr(GString) name = g_string_new(NULL), meaning = g_string_new(NULL);

	see(&f, SHAKEDOWN_SERVER, 0x012, 7000, 90, 0);
	EXPECT(f, "y", "x+1");
	cr_assert(ladder_numbers_legend(&f.numbers, 0, name, meaning));
	cr_assert_str_eq(name->str, "x = 89");
	cr_assert_str_eq(meaning->str,
			 "the client's initial sequence number, known from the answer to it");
}

Test(ladder_numbers, are_put_right_when_the_syn_comes_late)
{
	Fixture f = fixture(false);
	LadderNumber seq, ack;
	ShakedownSegment s = {.sender = SHAKEDOWN_CLIENT,
			      .flags = 0x018,
			      .seq = 501,
			      .len = 10,
			      .ack = 1,
			      .segment_class = SHAKEDOWN_SEGMENT_NEW};
	g_autoptr(GString) out = g_string_new(NULL);

	ladder_numbers_see(&f.numbers, &s, &seq, &ack);
	ShakedownSegment syn = {.sender = SHAKEDOWN_CLIENT,
				.flags = 0x002,
				.seq = 500,
				.isn_known = {true, false},
				.isn = {500, 0}};
	LadderNumber late;
	ladder_numbers_see(&f.numbers, &syn, &late, &ack);
	ladder_numbers_append(&f.numbers, SHAKEDOWN_CLIENT, &seq, false, out);
	g_string_append_c(out, ' ');
	ladder_numbers_append(&f.numbers, SHAKEDOWN_CLIENT, &late, false, out);
	cr_assert_str_eq(out->str, "x+1 x");
}

Test(ladder_numbers, give_no_name_to_what_lies_elsewhere)
{
	Fixture f = fixture(true);

	see(&f, SHAKEDOWN_CLIENT, 0x002, ISN_C, 0, 0);
	/* RFC 9293 §3.10.7.1: a closed port answers with seq 0. */
	see(&f, SHAKEDOWN_SERVER, 0x014, 0, ISN_C + 1, 0);
	EXPECT(f, "0", "x+1");
	see(&f, SHAKEDOWN_SERVER, 0x004, 123456789, 0, 0);
	cr_assert_str_eq(f.text[0], "123456789");
	see_class(&f, SHAKEDOWN_CLIENT, 0x002, ISN_C + 900000000, 0, 0,
		  SHAKEDOWN_SEGMENT_OUT_OF_WINDOW);
	g_autofree char *raw = g_strdup_printf("%u", ISN_C + 900000000u);
	cr_assert_str_eq(f.text[0], raw);
	/* None of it moved what is named. */
	see(&f, SHAKEDOWN_CLIENT, 0x018, ISN_C + 1, ISN_S + 1, 5);
	EXPECT(f, "x+1", "y+1");
}

Test(ladder_numbers, of_an_old_duplicate_syn_are_not_x)
{
	/* RFC 9293 §3.5, figure 8: the tracker then goes by the later initial number. */
	Fixture f = fixture(false);
	LadderNumber old, fresh, ack;
	g_autoptr(GString) out = g_string_new(NULL);
	ShakedownSegment a = {.flags = 0x002, .seq = 90, .isn_known = {true}, .isn = {90}};
	ShakedownSegment b = {.flags = 0x002, .seq = 100000, .isn_known = {true}, .isn = {100000}};

	ladder_numbers_see(&f.numbers, &a, &old, &ack);
	ladder_numbers_see(&f.numbers, &b, &fresh, &ack);
	ladder_numbers_append(&f.numbers, SHAKEDOWN_CLIENT, &old, false, out);
	g_string_append_c(out, ' ');
	ladder_numbers_append(&f.numbers, SHAKEDOWN_CLIENT, &fresh, false, out);
	cr_assert_str_eq(out->str, "90 x");
}

static void open_and_say(Fixture *f)
{
	see(f, SHAKEDOWN_CLIENT, 0x002, ISN_C, 0, 0);
	see(f, SHAKEDOWN_SERVER, 0x012, ISN_S, ISN_C + 1, 0);
	see(f, SHAKEDOWN_CLIENT, 0x018, ISN_C + 1, ISN_S + 1, 120);
	see(f, SHAKEDOWN_SERVER, 0x018, ISN_S + 1, ISN_C + 121, 340);
}

Test(ladder_numbers, of_a_teardown_are_u_and_v)
{
	Fixture f = fixture(true);

	open_and_say(&f);
	see(&f, SHAKEDOWN_CLIENT, 0x011, ISN_C + 121, ISN_S + 341, 0);
	EXPECT(f, "u", "v");
	see(&f, SHAKEDOWN_SERVER, 0x010, ISN_S + 341, ISN_C + 122, 0);
	EXPECT(f, "v", "u+1");
	see(&f, SHAKEDOWN_SERVER, 0x011, ISN_S + 341, ISN_C + 122, 0);
	EXPECT(f, "v", "u+1");
	see(&f, SHAKEDOWN_CLIENT, 0x010, ISN_C + 122, ISN_S + 342, 0);
	EXPECT(f, "u+1", "v+1");
	/* Old data has the name that it had. */
	see(&f, SHAKEDOWN_CLIENT, 0x018, ISN_C + 1, ISN_S + 341, 120);
	EXPECT(f, "x+1", "v");
}

Test(ladder_numbers, of_a_half_close_are_u_v_and_w)
{
	Fixture f = fixture(true);
	g_autoptr(GString) name = g_string_new(NULL), meaning = g_string_new(NULL);

	open_and_say(&f);
	see(&f, SHAKEDOWN_SERVER, 0x011, ISN_S + 341, ISN_C + 121, 0);
	EXPECT(f, "u", "v");
	see(&f, SHAKEDOWN_CLIENT, 0x018, ISN_C + 121, ISN_S + 342, 50);
	EXPECT(f, "v", "u+1");
	see(&f, SHAKEDOWN_CLIENT, 0x019, ISN_C + 171, ISN_S + 342, 10);
	EXPECT(f, "v+50", "u+1");
	see(&f, SHAKEDOWN_SERVER, 0x010, ISN_S + 342, ISN_C + 182, 0);
	EXPECT(f, "u+1", "w+1");
	cr_assert(ladder_numbers_legend(&f.numbers, 4, name, meaning));
	cr_assert(g_str_has_prefix(name->str, "w = x+181 = "), "%s", name->str);
	cr_assert_str_eq(meaning->str, "the client's FIN, after the 10 bytes it came with");
	cr_assert_not(ladder_numbers_legend(&f.numbers, 5, name, meaning));
}

Test(ladder_numbers, are_not_taught_by_a_bad_checksum)
{
	Fixture f = fixture(true);

	open_and_say(&f);
	see_class(&f, SHAKEDOWN_CLIENT, 0x011, ISN_C + 121, ISN_S + 341, 0,
		  SHAKEDOWN_SEGMENT_BAD_CHECKSUM);
	EXPECT(f, "x+121", "y+341");
	cr_assert_eq(f.numbers.closer, -1);
}
