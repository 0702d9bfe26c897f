/* SPDX-License-Identifier: BSD-3-Clause */
/* What each segment of an open connection is. */
#include "talk.h"

#include <glib.h>

/* Window scale 7 on both SYNs. */
static const char scale_7[] = "\x03\x03\x07\x01";

/* Everything again with the numbers starting elsewhere: nothing depends on where they are. */
static const uint32_t starts[][2] = {
	{1000, 300000},		  {0, 0},
	{UINT32_MAX, UINT32_MAX}, {UINT32_MAX - 150, 5},
	{7, UINT32_MAX - 250},	  {0x7fffffff, 0x80000000},
	{0x7fffff80, 0xffffff00},
};

static Talk *talk_from(size_t start)
{
	Talk *t = talk_new();

	t->isn[0] = starts[start][0];
	t->isn[1] = starts[start][1];
	talk_open(t);
	return t;
}

#define FOR_EACH_START(t)                                                                          \
	for (size_t start_ = 0; start_ < G_N_ELEMENTS(starts); start_++)                           \
		for (g_autoptr(Talk) t = talk_from(start_); t; talk_free(g_steal_pointer(&t)))

Test(tcp_class, data_and_acknowledgments)
{
	FOR_EACH_START(t)
	{
		CLIENT(t, PSH_ACK, 1, 1, 100);
		EXPECT_CLASS(t, NEW);
		SERVER(t, TCP_ACK, 1, 101);
		EXPECT_CLASS(t, ACK);
		SERVER(t, PSH_ACK, 1, 101, 200);
		EXPECT_CLASS(t, NEW);
		SERVER(t, PSH_ACK, 201, 101, 200);
		EXPECT_CLASS(t, NEW);
		CLIENT(t, TCP_ACK, 101, 401);
		EXPECT_CLASS(t, ACK);
		EXPECT_STATES(t, "ESTABLISHED / ESTABLISHED!");
		cr_assert_eq(talk_record(t, 1)->side[0].bytes, 100);
		cr_assert_eq(talk_record(t, 1)->side[1].bytes, 400);
	}
}

Test(tcp_class, retransmission_by_timeout)
{
	FOR_EACH_START(t)
	{
		CLIENT(t, PSH_ACK, 1, 1, 100);
		CLIENT(t, PSH_ACK, 1, 1, 100, .after = MS(250));
		EXPECT_CLASS(t, RETRANSMISSION);
		cr_assert_eq(talk_aside(t, SHAKEDOWN_CLIENT)->retransmissions, 1);
		cr_assert_eq(talk_record(t, 1)->side[0].bytes, 100);
	}
}

/* A part sent again, and some that is new: Linux collapses segments when it retransmits. */
Test(tcp_class, retransmission_with_new_data_at_its_end)
{
	FOR_EACH_START(t)
	{
		CLIENT(t, PSH_ACK, 1, 1, 100);
		CLIENT(t, PSH_ACK, 51, 1, 150, .after = MS(250));
		EXPECT_CLASS(t, RETRANSMISSION);
		cr_assert_eq(talk_record(t, 1)->side[0].bytes, 200);
	}
}

static void three_duplicates(Talk *t)
{
	SERVER(t, PSH_ACK, 1, 1, 100);
	SERVER(t, PSH_ACK, 101, 1, 100, .after = AT_ONCE);
	SERVER(t, PSH_ACK, 201, 1, 100, .after = AT_ONCE);
	SERVER(t, PSH_ACK, 301, 1, 100, .after = AT_ONCE);
	CLIENT(t, TCP_ACK, 1, 1);
	for (unsigned i = 0; i < 3; i++) {
		CLIENT(t, TCP_ACK, 1, 1, .after = MS(1));
		EXPECT_CLASS(t, DUPLICATE_ACK);
	}
	cr_assert_geq(talk_side(t, SHAKEDOWN_CLIENT)->dup_acks, 3);
}

/* RFC 5681 §3.2: after three duplicate ACKs. */
Test(tcp_class, fast_retransmission)
{
	FOR_EACH_START(t)
	{
		three_duplicates(t);
		SERVER(t, PSH_ACK, 1, 1, 100, .after = MS(1));
		EXPECT_CLASS(t, FAST_RETRANSMISSION);
		CLIENT(t, TCP_ACK, 1, 401);
		EXPECT_CLASS(t, ACK);
		cr_assert_eq(talk_side(t, SHAKEDOWN_CLIENT)->dup_acks, 0);
	}
}

Test(tcp_class, two_duplicates_are_no_reason_for_a_fast_one)
{
	FOR_EACH_START(t)
	{
		SERVER(t, PSH_ACK, 1, 1, 100);
		SERVER(t, PSH_ACK, 101, 1, 100, .after = AT_ONCE);
		CLIENT(t, TCP_ACK, 1, 1);
		CLIENT(t, TCP_ACK, 1, 1);
		SERVER(t, PSH_ACK, 1, 1, 100, .after = MS(210));
		EXPECT_CLASS(t, RETRANSMISSION);
	}
}

Test(tcp_class, spurious_retransmission)
{
	FOR_EACH_START(t)
	{
		CLIENT(t, PSH_ACK, 1, 1, 100);
		SERVER(t, TCP_ACK, 1, 101);
		CLIENT(t, PSH_ACK, 1, 1, 100, .after = MS(250));
		EXPECT_CLASS(t, SPURIOUS_RETRANSMISSION);
	}
}

/* Overtaken on the way: the hole behind it is filled within a round trip. */
Test(tcp_class, out_of_order)
{
	FOR_EACH_START(t)
	{
		CLIENT(t, PSH_ACK, 101, 1, 100);
		EXPECT_CLASS(t, NEW);
		CLIENT(t, PSH_ACK, 1, 1, 100, .after = MS(1), .ip_id = NO_IP_ID);
		EXPECT_CLASS(t, OUT_OF_ORDER);
		cr_assert_eq(talk_aside(t, SHAKEDOWN_CLIENT)->out_of_order, 1);
		cr_assert_eq(talk_aside(t, SHAKEDOWN_CLIENT)->retransmissions, 0);
		cr_assert_eq(talk_record(t, 1)->side[0].bytes, 200);
	}
}

/* Lost before the tap, and sent again: later, or with a later IP id. */
Test(tcp_class, a_hole_filled_late_was_sent_again)
{
	FOR_EACH_START(t)
	{
		CLIENT(t, PSH_ACK, 101, 1, 100);
		CLIENT(t, PSH_ACK, 1, 1, 100, .after = MS(300), .ip_id = NO_IP_ID);
		EXPECT_CLASS(t, RETRANSMISSION);
		cr_assert_eq(talk_record(t, 1)->side[0].bytes, 200);
	}
}

Test(tcp_class, ip_ids_tell_which_was_sent_first)
{
	FOR_EACH_START(t)
	{
		CLIENT(t, PSH_ACK, 101, 1, 100, .ip_id = 501);
		CLIENT(t, PSH_ACK, 1, 1, 100, .ip_id = 500, .after = MS(40));
		EXPECT_CLASS(t, OUT_OF_ORDER);
		CLIENT(t, PSH_ACK, 301, 1, 100, .ip_id = 503);
		CLIENT(t, PSH_ACK, 201, 1, 100, .ip_id = 504, .after = MS(1));
		EXPECT_CLASS(t, RETRANSMISSION);
		/* Ids wrap, too. */
		CLIENT(t, PSH_ACK, 501, 1, 100, .ip_id = 1);
		CLIENT(t, PSH_ACK, 401, 1, 100, .ip_id = 0xfffe, .after = MS(1));
		EXPECT_CLASS(t, OUT_OF_ORDER);
	}
}

/* A shaper's queue may hold a packet for long: its id is of just before; one further off is not. */
Test(tcp_class, an_id_of_just_before_was_held_back)
{
	FOR_EACH_START(t)
	{
		CLIENT(t, PSH_ACK, 101, 1, 100, .ip_id = 501);
		CLIENT(t, PSH_ACK, 1, 1, 100, .ip_id = 500, .after = SECONDS(1));
		EXPECT_CLASS(t, OUT_OF_ORDER);
		CLIENT(t, PSH_ACK, 301, 1, 100, .ip_id = 600);
		CLIENT(t, PSH_ACK, 201, 1, 100, .ip_id = 550, .after = SECONDS(1));
		EXPECT_CLASS(t, RETRANSMISSION);
	}
}

/* RFC 9293 §3.8.4. */
Test(tcp_class, keep_alive_and_its_answer)
{
	FOR_EACH_START(t)
	{
		CLIENT(t, PSH_ACK, 1, 1, 100);
		SERVER(t, TCP_ACK, 1, 101);
		CLIENT(t, TCP_ACK, 100, 1, .after = SECONDS(45));
		EXPECT_CLASS(t, KEEP_ALIVE);
		SERVER(t, TCP_ACK, 1, 101);
		EXPECT_CLASS(t, KEEP_ALIVE_ACK);
		/* With a byte of rubbish, as old stacks do. */
		CLIENT(t, TCP_ACK, 100, 1, 1, .after = SECONDS(45));
		EXPECT_CLASS(t, KEEP_ALIVE);
		cr_assert_eq(talk_aside(t, SHAKEDOWN_CLIENT)->retransmissions, 0);
		cr_assert_eq(talk_record(t, 1)->side[0].bytes, 100);
	}
}

/* Right after the handshake the number below is the SYN's. */
Test(tcp_class, keep_alive_before_any_data)
{
	FOR_EACH_START(t)
	{
		SERVER(t, TCP_ACK, 0, 1, .after = SECONDS(10));
		EXPECT_CLASS(t, KEEP_ALIVE);
		CLIENT(t, TCP_ACK, 1, 1);
		EXPECT_CLASS(t, KEEP_ALIVE_ACK);
		CLIENT(t, TCP_ACK, 0, 1, .after = SECONDS(10));
		EXPECT_CLASS(t, KEEP_ALIVE);
		cr_assert_str_eq(shakedown_tcp_state_name(talk_record(t, 1)->side[1].state),
				 "ESTABLISHED");
	}
}

/* The capture begins with it, and nobody answers; what follows a while later is what is sent next,
 * while one byte less right away, or behind what is acknowledged, is missing. */
Test(tcp_class, keep_alive_at_the_captures_begin)
{
	static const struct {
		bool acked;
		ShakedownDuration after;
		unsigned missing;
	} rows[] = {{false, SECONDS(20), 0}, {false, MS(1), 1}, {true, SECONDS(20), 1}};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		g_autoptr(Talk) t = talk_new();

		if (rows[i].acked)
			SERVER(t, TCP_ACK, 1, 100);
		CLIENT(t, TCP_ACK, 100, 1);
		CLIENT(t, PSH_ACK, 101, 1, 50, .after = rows[i].after);
		SERVER(t, TCP_ACK, 1, 151);
		const ShakedownSide *c = &talk_record(t, 1)->side[SHAKEDOWN_CLIENT];

		cr_expect_eq(c->missing_bytes, rows[i].missing, "row %zu", i);
		cr_expect_eq(c->keep_alives, !rows[i].missing, "row %zu", i);
		cr_expect_eq(c->bytes, 50, "row %zu", i);
	}
}

Test(tcp_class, zero_window_probe_and_the_window_opening)
{
	FOR_EACH_START(t)
	{
		CLIENT(t, PSH_ACK, 1, 1, 100);
		SERVER(t, TCP_ACK, 1, 101, .window = CLOSED_WINDOW);
		cr_assert(tcp_side_has(talk_side(t, SHAKEDOWN_SERVER), TCP_SIDE_ZERO_WINDOW));
		/* Linux: no byte, below; BSD: one byte beyond. */
		CLIENT(t, TCP_ACK, 100, 1, .after = MS(210));
		EXPECT_CLASS(t, ZERO_WINDOW_PROBE);
		SERVER(t, TCP_ACK, 1, 101, .window = CLOSED_WINDOW);
		CLIENT(t, TCP_ACK, 101, 1, 1, .after = MS(420));
		EXPECT_CLASS(t, ZERO_WINDOW_PROBE);
		SERVER(t, TCP_ACK, 1, 101, .window = CLOSED_WINDOW);
		SERVER(t, TCP_ACK, 1, 101, .window = 4096);
		EXPECT_CLASS(t, WINDOW_UPDATE);
		cr_assert_not(tcp_side_has(talk_side(t, SHAKEDOWN_SERVER), TCP_SIDE_ZERO_WINDOW));
	}
}

Test(tcp_class, window_update_is_no_duplicate)
{
	FOR_EACH_START(t)
	{
		SERVER(t, PSH_ACK, 1, 1, 100);
		CLIENT(t, TCP_ACK, 1, 101, .window = 2000);
		CLIENT(t, TCP_ACK, 1, 101, .window = 9000);
		EXPECT_CLASS(t, WINDOW_UPDATE);
		cr_assert_eq(talk_side(t, SHAKEDOWN_CLIENT)->dup_acks, 0);
	}
}

/* RFC 5681 §2: a segment with data is no duplicate ACK. */
Test(tcp_class, data_that_acknowledges_nothing_new_is_data)
{
	FOR_EACH_START(t)
	{
		SERVER(t, PSH_ACK, 1, 1, 100);
		CLIENT(t, PSH_ACK, 1, 1, 10);
		EXPECT_CLASS(t, NEW);
		cr_assert_eq(talk_side(t, SHAKEDOWN_CLIENT)->dup_acks, 0);
	}
}

Test(tcp_class, fin_is_control)
{
	FOR_EACH_START(t)
	{
		CLIENT(t, FIN_ACK, 1, 1);
		EXPECT_CLASS(t, CONTROL);
		CLIENT(t, FIN_ACK, 1, 1, .after = MS(250));
		EXPECT_CLASS(t, RETRANSMISSION);
		cr_assert_eq(talk_aside(t, SHAKEDOWN_CLIENT)->retransmissions, 1);
	}
}

/* Many times round the circle: two gigabytes would do, if anything kept an old number. */
Test(tcp_class, five_gigabytes_go_through)
{
	g_autoptr(Talk) t = talk_new();
	uint32_t at = 1;

	talk_open_with(t, scale_7, 4);
	for (unsigned i = 0; i < 5 * 1024; i++) {
		for (unsigned j = 0; j < 32; j++, at += 32768)
			CLIENT(t, TCP_ACK, at, 1, 32768, .after = MS(1), .window = 60000);
		EXPECT_CLASS(t, NEW);
		SERVER(t, TCP_ACK, 1, at, .after = MS(1), .window = 60000);
		EXPECT_CLASS(t, ACK);
	}
	cr_assert_eq(talk_record(t, 1)->side[0].bytes, UINT64_C(5) << 30);
	cr_assert_eq(talk_record(t, 1)->side[0].retransmissions, 0);
	cr_assert_eq(talk_record(t, 1)->side[0].missing_bytes, 0);
	EXPECT_STATES(t, "ESTABLISHED / ESTABLISHED!");
}
