/* SPDX-License-Identifier: BSD-3-Clause */
/* Bounds: windows and their scale, holes, what the capture lost, and what cannot be. */
#include "tcp/tcp-space.h"

#include "talk.h"

#include <glib.h>

static const char scale_7[] = "\x03\x03\x07\x01";
static const char scale_14[] = "\x03\x03\x0e\x01";

#define C SHAKEDOWN_CLIENT
#define S SHAKEDOWN_SERVER

/* RFC 7323 §2.2. */
Test(tcp_window, is_scaled_after_the_syns_if_both_offered)
{
	g_autoptr(Talk) t = talk_new();

	CLIENT(t, TCP_SYN, .options = scale_7, .options_len = 4, .window = 5000);
	SERVER(t, SYN_ACK, 0, 1, .options = scale_7, .options_len = 4, .window = 6000);
	cr_assert_eq(talk_side(t, C)->window, 5000, "a SYN's own window is not scaled");
	cr_assert_eq(talk_side(t, S)->window, 6000);
	CLIENT(t, TCP_ACK, 1, 1, .window = 500);
	cr_assert_eq(talk_side(t, C)->window, 500 << 7);
	SERVER(t, PSH_ACK, 1, 1, 10, .window = 65535);
	cr_assert_eq(talk_side(t, S)->window, 65535 << 7);
	cr_assert_eq(talk_side(t, S)->window_max, 65535 << 7);
}

Test(tcp_window, is_not_scaled_if_one_did_not_offer)
{
	g_autoptr(Talk) t = talk_new();

	CLIENT(t, TCP_SYN, .options = scale_7, .options_len = 4);
	SERVER(t, SYN_ACK, 0, 1);
	CLIENT(t, TCP_ACK, 1, 1, .window = 500);
	cr_assert_eq(talk_side(t, C)->window, 500);
}

/* §2.3: a shift above 14 is taken as 14. */
Test(tcp_window, scale_above_14_is_14)
{
	g_autoptr(Talk) t = talk_new();

	talk_open_with(t, "\x03\x03\xff\x01", 4);
	CLIENT(t, PSH_ACK, 1, 1, 10, .window = 65535);
	cr_assert_eq(talk_side(t, C)->window, 65535u << 14);
}

/* Numbers wrap: where the capture began in the middle, what began two gigabytes ago looks as if it
 * lay ahead. */
Test(tcp_bytes, of_a_transfer_longer_than_half_of_all_numbers_count_once)
{
	enum { MIB = 1 << 20, MIBS = 9000 };
	g_autoptr(Talk) t = talk_new();

	for (uint32_t i = 0; i < MIBS; i++) {
		CLIENT(t, PSH_ACK, 1 + i * MIB, 1, MIB, .window = 65535);
		SERVER(t, TCP_ACK, 1, 1 + (i + 1) * MIB, .window = 65535);
		if (i % 100 == 99)
			CLIENT(t, PSH_ACK, 1 + (i - 1) * MIB, 1, MIB, .window = 65535);
	}
	cr_assert_eq(talk_record(t, 1)->side[C].bytes, (uint64_t)MIBS * MIB, "%" G_GUINT64_FORMAT,
		     talk_record(t, 1)->side[C].bytes);
	cr_assert_eq(talk_record(t, 1)->side[C].missing_bytes, 0);
}

/* A side's own numbers say how much of it is missing. */
Test(tcp_hole, acknowledged_is_the_captures_loss)
{
	g_autoptr(Talk) t = talk_new();

	talk_open(t);
	CLIENT(t, PSH_ACK, 1, 1, 100);
	CLIENT(t, PSH_ACK, 201, 1, 100);
	talk_events(t);
	SERVER(t, TCP_ACK, 1, 301);
	EXPECT_EVENTS(t, "capture-loss");
	cr_assert_eq(talk_record(t, 1)->side[C].missing_bytes, 100);
	cr_assert_eq(talk_record(t, 1)->side[C].bytes, 200);
	/* Counted once. */
	SERVER(t, TCP_ACK, 1, 301);
	CLIENT(t, PSH_ACK, 301, 1, 100);
	SERVER(t, TCP_ACK, 1, 401);
	EXPECT_EVENTS(t, "");
	cr_assert_eq(talk_record(t, 1)->side[C].missing_bytes, 100);
	cr_assert_eq(tcp_tracker_counts(t->tracker)->missing_bytes, 100);
}

Test(tcp_hole, beyond_all_that_was_captured)
{
	g_autoptr(Talk) t = talk_new();

	talk_open(t);
	CLIENT(t, PSH_ACK, 1, 1, 100);
	SERVER(t, TCP_ACK, 1, 1101);
	cr_assert_eq(talk_record(t, 1)->side[C].missing_bytes, 1000);
	EXPECT_CLASS(t, ACK);
	/* It goes on behind it. */
	CLIENT(t, PSH_ACK, 1101, 1, 100);
	EXPECT_CLASS(t, NEW);
}

/* Sent, but not acknowledged: perhaps it was lost after the tap; nobody may say "missing". */
Test(tcp_hole, not_acknowledged_is_not_missing)
{
	g_autoptr(Talk) t = talk_new();

	talk_open(t);
	CLIENT(t, PSH_ACK, 201, 1, 100);
	SERVER(t, TCP_ACK, 1, 1);
	cr_assert_eq(talk_record(t, 1)->side[C].missing_bytes, 0);
	CLIENT(t, PSH_ACK, 1, 1, 200, .after = MS(250));
	SERVER(t, TCP_ACK, 1, 301);
	cr_assert_eq(talk_record(t, 1)->side[C].missing_bytes, 0);
	cr_assert_eq(talk_record(t, 1)->side[C].bytes, 300);
}

/* The hole's middle comes first, then its ends: each byte is counted once. */
Test(tcp_hole, filled_in_parts)
{
	g_autoptr(Talk) t = talk_new();
	Talk *k = t;

	t->isn[C] = UINT32_MAX - 150;
	talk_open(t);
	CLIENT(k, PSH_ACK, 301, 1, 100);
	CLIENT(k, PSH_ACK, 101, 1, 100, .after = MS(1));
	CLIENT(k, PSH_ACK, 1, 1, 100, .after = MS(1));
	CLIENT(k, PSH_ACK, 151, 1, 150, .after = MS(1));
	cr_assert_eq(talk_record(t, 1)->side[C].bytes, 400);
	SERVER(k, TCP_ACK, 1, 401);
	cr_assert_eq(talk_record(t, 1)->side[C].missing_bytes, 0);
}

/* Part of it is acknowledged, the rest is still to come. */
Test(tcp_hole, acknowledged_in_part)
{
	g_autoptr(Talk) t = talk_new();

	talk_open(t);
	CLIENT(t, PSH_ACK, 201, 1, 100);
	SERVER(t, TCP_ACK, 1, 101);
	cr_assert_eq(talk_record(t, 1)->side[C].missing_bytes, 100);
	CLIENT(t, PSH_ACK, 101, 1, 100, .after = MS(250));
	SERVER(t, TCP_ACK, 1, 301);
	cr_assert_eq(talk_record(t, 1)->side[C].missing_bytes, 100);
	cr_assert_eq(talk_record(t, 1)->side[C].bytes, 200);
}

/* More holes than are kept: the oldest are forgotten, one in 64 at once, and nothing is said of
 * them. */
Test(tcp_hole, more_than_are_kept)
{
	g_autoptr(Talk) t = talk_new();
	unsigned kept = TCP_HOLES_MOST - TCP_HOLES_MOST / 64 + 10, holes = TCP_HOLES_MOST + 10;

	talk_open_with(t, scale_14, 4);
	for (unsigned i = 0; i < holes; i++)
		CLIENT(t, PSH_ACK, 101 + 200 * i, 1, 100, .after = MS(1));
	SERVER(t, TCP_ACK, 1, 1 + 200 * holes);
	cr_assert_eq(talk_record(t, 1)->side[C].missing_bytes, 100 * kept);
	cr_assert_eq(talk_record(t, 1)->side[C].bytes, 100 * holes);
}

/* A long path in trouble: hundreds of holes at once, all filled. */
Test(tcp_hole, hundreds_are_filled)
{
	g_autoptr(Talk) t = talk_new();
	unsigned holes = 500;

	talk_open_with(t, scale_14, 4);
	for (unsigned i = 0; i < holes; i++)
		CLIENT(t, PSH_ACK, 101 + 200 * i, 1, 100, .after = MS(1));
	for (unsigned i = 0; i < holes; i++)
		CLIENT(t, PSH_ACK, 1 + 200 * i, 1, 100, .after = MS(1));
	SERVER(t, TCP_ACK, 1, 1 + 200 * holes);
	cr_assert_eq(talk_record(t, 1)->side[C].bytes, 200 * holes);
	cr_assert_eq(talk_record(t, 1)->side[C].missing_bytes, 0);
}

/* A full list whose middle is split by what arrives: there is no room for another. */
Test(tcp_hole, split_where_the_list_is_full)
{
	g_autoptr(Talk) t = talk_new();
	unsigned most = TCP_HOLES_MOST;

	talk_open_with(t, scale_14, 4);
	SERVER(t, TCP_ACK, 1, 1);
	for (unsigned i = 0; i < most; i++)
		CLIENT(t, PSH_ACK, 301 + 400 * i, 1, 100, .after = MS(1));
	for (unsigned i = 0; i < most; i++)
		CLIENT(t, PSH_ACK, 101 + 400 * i, 1, 100, .after = MS(1));
	SERVER(t, TCP_ACK, 1, 1 + 400 * most);
	cr_assert_eq(talk_record(t, 1)->side[C].bytes, 200 * most);
	cr_assert_eq(talk_record(t, 1)->side[C].missing_bytes, 100 * most,
		     "the upper half of each is forgotten");
}

/* RFC 9293 §3.10.7.4 fifth: an ACK of something not yet sent is dropped. */
Test(tcp_bad_ack, far_beyond_what_was_sent)
{
	g_autoptr(Talk) t = talk_new();

	talk_open(t);
	CLIENT(t, PSH_ACK, 1, 1, 100);
	talk_events(t);
	SERVER(t, TCP_ACK, 1, 1000000);
	EXPECT_CLASS(t, OUT_OF_WINDOW);
	EXPECT_EVENTS(t, "bad-ack");
	cr_assert_eq(talk_record(t, 1)->side[C].missing_bytes, 0);
	cr_assert_eq(talk_side(t, S)->rcv_nxt.value, t->isn[C] + 1);
	SERVER(t, TCP_ACK, 1, 101);
	EXPECT_CLASS(t, ACK);
}

/* All that a host sends may bear it, and what it was not answered, it sends again. */
Test(tcp_bad_ack, is_no_better_for_being_repeated)
{
	g_autoptr(Talk) t = talk_new();

	talk_open(t);
	CLIENT(t, PSH_ACK, 1, 1, 100);
	talk_events(t);
	SERVER(t, PSH_ACK, 1, 1000000, 40);
	EXPECT_CLASS(t, OUT_OF_WINDOW);
	SERVER(t, PSH_ACK, 41, 1000000, 40);
	EXPECT_CLASS(t, OUT_OF_WINDOW);
	EXPECT_EVENTS(t, "bad-ack bad-ack");
	CLIENT(t, TCP_ACK, 101, 1);
	EXPECT_CLASS(t, CHALLENGE_ACK);
	talk_wait(t, MS(300));
	SERVER(t, PSH_ACK, 1, 1000000, 40);
	EXPECT_CLASS(t, OUT_OF_WINDOW);
	SERVER(t, PSH_ACK, 1, 101, 40);
	EXPECT_CLASS(t, NEW);
	cr_assert_eq(talk_record(t, 1)->side[C].missing_bytes, 0);
	cr_assert_eq(talk_record(t, 1)->side[S].bytes, 40);
}

/* Nobody says that it is wrong. */
Test(tcp_bad_ack, is_believed_when_it_stays)
{
	g_autoptr(Talk) t = talk_new();

	talk_open(t);
	CLIENT(t, PSH_ACK, 1, 1, 100);
	SERVER(t, PSH_ACK, 1, 1000000, 40);
	EXPECT_CLASS(t, OUT_OF_WINDOW);
	talk_wait(t, MS(300));
	SERVER(t, PSH_ACK, 41, 1000000, 40);
	EXPECT_CLASS(t, NEW);
	cr_assert_eq(talk_record(t, 1)->side[C].missing_bytes, 1000000 - 101);
}

Test(tcp_bad_ack, beyond_a_fin_there_is_nothing)
{
	g_autoptr(Talk) t = talk_new();

	talk_open(t);
	CLIENT(t, FIN_ACK, 1, 1);
	talk_events(t);
	SERVER(t, TCP_ACK, 1, 3);
	EXPECT_EVENTS(t, "bad-ack");
	EXPECT_STATES(t, "FIN-WAIT-1 / CLOSE-WAIT?");
}

/* A bad ACK carries a FIN: the FIN is dropped with it. */
Test(tcp_bad_ack, takes_its_fin_with_it)
{
	g_autoptr(Talk) t = talk_new();

	talk_open(t);
	SERVER(t, FIN_ACK, 1, 5000000);
	EXPECT_CLASS(t, OUT_OF_WINDOW);
	EXPECT_STATES(t, "ESTABLISHED / ESTABLISHED?");
}

Test(tcp_outside, a_number_out_of_the_blue_changes_nothing)
{
	static const uint32_t strangers[] = {0x10000000, 0x40000000, 0x7fffffff,
					     0x80000000, 0xc0000000, 0u - 300000};

	for (size_t i = 0; i < G_N_ELEMENTS(strangers); i++) {
		g_autoptr(Talk) t = talk_new();

		talk_open(t);
		CLIENT(t, FIN_ACK, strangers[i], 1, 50);
		EXPECT_CLASS(t, OUT_OF_WINDOW);
		EXPECT_STATES(t, "ESTABLISHED / ESTABLISHED?");
		CLIENT(t, PSH_ACK, 1, 1, 100);
		EXPECT_CLASS(t, NEW);
		cr_assert_eq(talk_record(t, 1)->side[C].bytes, 100);
	}
}

/* The capture lost more than a window. Two segments that agree are believed. */
Test(tcp_outside, resynchronises_after_the_capture_lost_much)
{
	g_autoptr(Talk) t = talk_new();
	const uint32_t at = 50000000;

	talk_open(t);
	CLIENT(t, PSH_ACK, at, 1, 1000);
	EXPECT_CLASS(t, OUT_OF_WINDOW);
	CLIENT(t, PSH_ACK, at + 1000, 1, 1000);
	EXPECT_CLASS(t, NEW);
	SERVER(t, TCP_ACK, 1, at + 2000);
	EXPECT_CLASS(t, ACK);
	CLIENT(t, FIN_ACK, at + 2000, 1);
	EXPECT_STATES(t, "FIN-WAIT-1 / CLOSE-WAIT?");
	SERVER(t, FIN_ACK, 1, at + 2001);
	CLIENT(t, TCP_ACK, at + 2001, 2);
	EXPECT_STATES(t, "TIME-WAIT! / CLOSED?");
}

/* The receiver's side of the same loss: its ACKs are what is left. */
Test(tcp_outside, resynchronises_by_acknowledgments_too)
{
	g_autoptr(Talk) t = talk_new();
	const uint32_t at = 50000000;

	talk_open(t);
	SERVER(t, TCP_ACK, 1, at);
	SERVER(t, TCP_ACK, 1, at + 5000);
	SERVER(t, TCP_ACK, 1, at + 9000);
	CLIENT(t, PSH_ACK, at + 9000, 1, 1000);
	CLIENT(t, PSH_ACK, at + 10000, 1, 1000);
	SERVER(t, TCP_ACK, 1, at + 11000);
	EXPECT_CLASS(t, ACK);
	CLIENT(t, FIN_ACK, at + 11000, 1);
	EXPECT_STATES(t, "FIN-WAIT-1 / CLOSE-WAIT?");
}

/* Or what one sends is just what the other acknowledges: all of a connection's end that is left. */
Test(tcp_outside, resynchronises_where_both_agree)
{
	const uint32_t c = 50000000;
	g_autoptr(Talk) t = talk_new();

	talk_open(t);
	SERVER(t, TCP_ACK, 1, c);
	EXPECT_CLASS(t, OUT_OF_WINDOW);
	CLIENT(t, FIN_ACK, c, 1);
	EXPECT_STATES(t, "FIN-WAIT-1 / CLOSE-WAIT?");
	SERVER(t, FIN_ACK, 1, c + 1);
	EXPECT_STATES(t, "TIME-WAIT? / LAST-ACK");
	g_autoptr(Talk) u = talk_new();

	talk_open(u);
	CLIENT(u, PSH_ACK, c, 1, 1000);
	EXPECT_CLASS(u, OUT_OF_WINDOW);
	SERVER(u, TCP_ACK, 1, c + 1000);
	EXPECT_CLASS(u, ACK);
	CLIENT(u, FIN_ACK, c + 1000, 1);
	EXPECT_STATES(u, "FIN-WAIT-1 / CLOSE-WAIT?");
}

/* The FIN is the first that is left. */
Test(tcp_outside, a_fin_behind_what_the_capture_lost_is_known_when_it_is_acknowledged)
{
	const uint32_t c = 50000000;
	g_autoptr(Talk) t = talk_new();

	talk_open(t);
	CLIENT(t, FIN_ACK, c, 1, 100);
	EXPECT_CLASS(t, OUT_OF_WINDOW);
	EXPECT_STATES(t, "ESTABLISHED / ESTABLISHED?");
	SERVER(t, TCP_ACK, 1, c + 101);
	EXPECT_CLASS(t, ACK);
	EXPECT_NOTE(t, "a FIN that had seemed to lie out of window is acknowledged");
	EXPECT_STATES(t, "FIN-WAIT-2? / CLOSE-WAIT!");
	EXPECT_HISTORY(t, 1, C, "SYN-SENT ESTABLISHED FIN-WAIT-1! FIN-WAIT-2?");
	SERVER(t, FIN_ACK, 1, c + 101);
	CLIENT(t, TCP_ACK, c + 101, 2);
	EXPECT_STATES(t, "TIME-WAIT! / CLOSED?");
	g_autoptr(Talk) u = talk_new();

	/* All of it but the FIN. */
	talk_open(u);
	CLIENT(u, FIN_ACK, c, 1, 100);
	SERVER(u, TCP_ACK, 1, c + 100);
	EXPECT_STATES(u, "ESTABLISHED / ESTABLISHED!");
	/* No FIN, then one that is another's. */
	g_autoptr(Talk) v = talk_new();

	talk_open(v);
	CLIENT(v, FIN_ACK, c, 1);
	CLIENT(v, PSH_ACK, c + 20000000, 1, 1);
	SERVER(v, TCP_ACK, 1, c + 20000001);
	EXPECT_STATES(v, "ESTABLISHED / ESTABLISHED!");
}

/* Half closed, it goes on acknowledging while its FIN is on its way. */
Test(tcp_outside, a_fin_behind_what_the_capture_lost_is_not_forgotten_over_an_acknowledgment)
{
	const uint32_t c = 50000000;
	g_autoptr(Talk) t = talk_new();

	talk_open(t);
	CLIENT(t, FIN_ACK, c, 1, 100);
	SERVER(t, PSH_ACK, 1, 1, 100);
	CLIENT(t, TCP_ACK, c + 101, 101);
	EXPECT_CLASS(t, OUT_OF_WINDOW);
	SERVER(t, TCP_ACK, 101, c + 101);
	EXPECT_STATES(t, "FIN-WAIT-2? / CLOSE-WAIT!");
	g_autoptr(Talk) u = talk_new();

	/* What ends where the FIN did says that there was none. */
	talk_open(u);
	CLIENT(u, FIN_ACK, c, 1);
	CLIENT(u, PSH_ACK, c - 99, 1, 100);
	SERVER(u, TCP_ACK, 1, c + 1);
	EXPECT_STATES(u, "ESTABLISHED / ESTABLISHED!");
}

/* … like any other. */
Test(tcp_outside, a_fin_behind_what_the_capture_lost_may_be_sent_again)
{
	static const uint32_t at[] = {1, 50000000};

	for (size_t i = 0; i < G_N_ELEMENTS(at); i++) {
		const uint32_t c = at[i];
		g_autoptr(Talk) t = talk_new();

		talk_open(t);
		CLIENT(t, FIN_ACK, c, 1);
		SERVER(t, TCP_ACK, 1, c + 1);
		SERVER(t, FIN_ACK, 1, c + 1);
		CLIENT(t, FIN_ACK, c, 1);
		CLIENT(t, TCP_ACK, c + 1, 2);
		EXPECT_STATES(t, "TIME-WAIT! / CLOSED?");
		cr_expect_not(tcp_conn_has(talk_conn(t, 1), TCP_CONN_CROSSED));
		cr_expect_eq(talk_conn(t, 1)->side[C].fins, 2);
	}
}

/* … and is none where its sender goes on. */
Test(tcp_outside, a_fin_behind_what_the_capture_lost_may_be_refuted)
{
	const uint32_t c = 50000000;
	g_autoptr(Talk) t = talk_new();

	talk_open(t);
	CLIENT(t, FIN_ACK, c, 1);
	SERVER(t, TCP_ACK, 1, c + 1);
	CLIENT(t, PSH_ACK, c + 1, 1, 100);
	EXPECT_STATES(t, "ESTABLISHED / ESTABLISHED!");
	CLIENT(t, FIN_ACK, c + 101, 1);
	EXPECT_STATES(t, "FIN-WAIT-1 / CLOSE-WAIT?");
	cr_expect_eq(talk_conn(t, 1)->side[C].fins, 1);
}

/* A stranger's, that what was meant passes by later. */
Test(tcp_outside, a_fin_is_forgotten_where_its_sender_goes_on_elsewhere)
{
	const uint32_t fin = 200000;
	g_autoptr(Talk) t = talk_new();

	talk_open(t);
	CLIENT(t, FIN_ACK, fin, 1);
	EXPECT_CLASS(t, OUT_OF_WINDOW);
	for (uint32_t at = 1; at <= fin; at += 50000) {
		CLIENT(t, PSH_ACK, at, 1, 50000);
		SERVER(t, TCP_ACK, 1, at + 50000);
	}
	EXPECT_STATES(t, "ESTABLISHED / ESTABLISHED!");
}

/* Older than what is in flight but for its end, and an acknowledgment as old. */
Test(tcp_outside, a_fin_below_what_was_acknowledged_since_is_none)
{
	g_autoptr(Talk) t = talk_new();

	talk_open(t);
	for (uint32_t at = 1; at < 1000000; at += 50000) {
		CLIENT(t, PSH_ACK, at, 1, 50000);
		SERVER(t, TCP_ACK, 1, at + 50000);
	}
	for (uint32_t end = 600001; end < 950001; end += 500) {
		CLIENT(t, FIN_ACK, end - 1000, 1, 999);
		if (t->segment_class != SHAKEDOWN_SEGMENT_OUT_OF_WINDOW)
			break;
		SERVER(t, TCP_ACK, 1, end);
		EXPECT_STATES(t, "ESTABLISHED / ESTABLISHED!");
	}
}

/* A stranger in the name of one, who agrees with itself alone, and then those that were meant. */
Test(tcp_outside, one_that_acknowledges_what_cannot_be_is_not_believed)
{
	g_autoptr(Talk) t = talk_new();

	talk_open(t);
	CLIENT(t, TCP_ACK, 50000000, 70000000);
	EXPECT_CLASS(t, OUT_OF_WINDOW);
	CLIENT(t, FIN_ACK, 50000000, 70000000);
	EXPECT_CLASS(t, OUT_OF_WINDOW);
	CLIENT(t, FIN_ACK, 50000001, 70000000);
	EXPECT_CLASS(t, OUT_OF_WINDOW);
	EXPECT_STATES(t, "ESTABLISHED / ESTABLISHED?");
	CLIENT(t, PSH_ACK, 1, 1, 100);
	EXPECT_CLASS(t, NEW);
	SERVER(t, TCP_ACK, 1, 101);
	EXPECT_CLASS(t, ACK);
	CLIENT(t, FIN_ACK, 101, 1);
	EXPECT_STATES(t, "FIN-WAIT-1 / CLOSE-WAIT?");
}

/* Strangers in the name of both, who do not. */
Test(tcp_outside, that_do_not_agree_change_nothing)
{
	g_autoptr(Talk) t = talk_new();

	talk_open(t);
	CLIENT(t, FIN_ACK, 50000000, 1, 1000);
	EXPECT_CLASS(t, OUT_OF_WINDOW);
	SERVER(t, TCP_ACK, 1, 50000000 + 1002);
	EXPECT_CLASS(t, OUT_OF_WINDOW);
	CLIENT(t, FIN_ACK, 51000000, 1, 1000);
	EXPECT_CLASS(t, OUT_OF_WINDOW);
	SERVER(t, FIN_ACK, 1, 60000000);
	EXPECT_CLASS(t, OUT_OF_WINDOW);
	EXPECT_STATES(t, "ESTABLISHED / ESTABLISHED?");
}

/* A window of 1 GiB: still a bound, and no sign is lost in it. */
Test(tcp_outside, the_largest_window)
{
	g_autoptr(Talk) t = talk_new();

	talk_open_with(t, scale_14, 4);
	SERVER(t, TCP_ACK, 1, 1, .window = 65535);
	CLIENT(t, PSH_ACK, 900000000, 1, 1000, .window = 65535);
	EXPECT_CLASS(t, NEW);
	CLIENT(t, PSH_ACK, 1, 1, 1000, .window = 65535, .after = MS(300));
	EXPECT_CLASS(t, RETRANSMISSION);
}

/* A late old segment within a window is old, not outside. */
Test(tcp_outside, an_old_segment_within_a_window_is_old)
{
	g_autoptr(Talk) t = talk_new();

	talk_open(t);
	for (uint32_t at = 1; at < 40000; at += 1000) {
		CLIENT(t, PSH_ACK, at, 1, 1000);
		SERVER(t, TCP_ACK, 1, at + 1000);
	}
	CLIENT(t, PSH_ACK, 1, 1, 1000, .after = MS(300));
	EXPECT_CLASS(t, SPURIOUS_RETRANSMISSION);
}

/* Lengths that no packet has: a segment is hostile until shown otherwise. */
Test(tcp_outside, enormous_lengths_do_no_harm)
{
	static const uint32_t lens[] = {0x7fffffff, 0x80000000, 0xfffffffe, UINT32_MAX};

	for (size_t i = 0; i < G_N_ELEMENTS(lens); i++) {
		g_autoptr(Talk) t = talk_new();

		talk_open(t);
		CLIENT(t, PSH_ACK, 1, 1, lens[i]);
		SERVER(t, PSH_ACK, 1, 1, lens[i]);
		CLIENT(t, FIN_ACK, 1, 1, lens[i]);
		CLIENT(t, TCP_SYN, 5, 1, lens[i]);
		SERVER(t, TCP_ACK, 1, 1);
		talk_finish(t);
	}
}
