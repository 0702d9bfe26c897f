/* SPDX-License-Identifier: BSD-3-Clause */
/* What became of a connection: each outcome, by evidence, and never by what had no time to come. */
#include "tcp/tcp-outcome.h"

#include "talk.h"

#include <glib.h>

#define C SHAKEDOWN_CLIENT
#define S SHAKEDOWN_SERVER

static const char cookie[] = "\x22\x0a\x00\x11\x22\x33\x44\x55\x66\x77\x01\x01";

Test(tcp_handshake, in_progress_until_patience_ends)
{
	g_autoptr(Talk) t = talk_new();

	CLIENT(t, TCP_SYN);
	EXPECT_OUTCOME(t, 1, "three-way in-progress, none never-opened");
	talk_wait(t, SECONDS(2));
	EXPECT_OUTCOME(t, 1, "three-way in-progress, none never-opened");
	talk_wait(t, SECONDS(2));
	EXPECT_OUTCOME(t, 1, "three-way no-answer, none never-opened");
}

/* The capture ended before anything could be said. */
Test(tcp_handshake, in_progress_at_the_end_of_the_capture)
{
	g_autoptr(Talk) t = talk_new();

	CLIENT(t, TCP_SYN);
	SERVER(t, SYN_ACK, 0, 1);
	talk_finish(t);
	EXPECT_OUTCOME(t, 1, "three-way in-progress, none never-opened");
}

Test(tcp_handshake, unfinished)
{
	g_autoptr(Talk) t = talk_new();

	CLIENT(t, TCP_SYN);
	SERVER(t, SYN_ACK, 0, 1);
	EXPECT_OUTCOME(t, 1, "three-way in-progress, none never-opened");
	talk_wait(t, SECONDS(4));
	EXPECT_OUTCOME(t, 1, "three-way unfinished, none never-opened");
}

/* The client is ESTABLISHED, the server never takes its ACK. */
Test(tcp_handshake, unfinished_since_the_third_ack_is_not_taken)
{
	g_autoptr(Talk) t = talk_new();

	talk_open(t);
	SERVER(t, SYN_ACK, 0, 1, .after = SECONDS(1));
	CLIENT(t, TCP_ACK, 1, 1);
	SERVER(t, SYN_ACK, 0, 1, .after = SECONDS(2));
	EXPECT_STATES(t, "ESTABLISHED / SYN-RECEIVED");
	talk_wait(t, SECONDS(10));
	EXPECT_OUTCOME(t, 1, "three-way unfinished, none open");
}

Test(tcp_handshake, refused)
{
	g_autoptr(Talk) t = talk_new();

	CLIENT(t, TCP_SYN);
	SERVER(t, RST_ACK, 0u - t->isn[S], 1);
	EXPECT_OUTCOME(t, 1, "three-way refused, none never-opened");
	cr_assert_eq(talk_record(t, 1)->handshake.syn_ack, 0);
}

/* Only the refusal was captured: it tells of a SYN, and by whom. */
Test(tcp_handshake, refused_with_the_syn_not_captured)
{
	g_autoptr(Talk) t = talk_new();

	SERVER(t, RST_ACK, 0u - t->isn[S], 1);
	EXPECT_OUTCOME(t, 1, "three-way refused, none never-opened");
	EXPECT_STATES(t, "CLOSED? / CLOSED");
	cr_assert_eq(talk_record(t, 1)->side[S].port, 80);
}

Test(tcp_handshake, unreachable)
{
	g_autoptr(Talk) t = talk_new();

	t->addr[C].version = t->addr[S].version = 6;
	CLIENT(t, TCP_SYN);
	talk_icmp(t, C, 2, 0); /* packet too big: soft */
	talk_icmp(t, C, 3, 1); /* time exceeded, in reassembly */
	EXPECT_OUTCOME(t, 1, "three-way in-progress, none never-opened");
	talk_icmp(t, C, 1, 4); /* port unreachable */
	EXPECT_OUTCOME(t, 1, "three-way unreachable, none never-opened");
}

/* RFC 4443 §3.3; the number that it has in ICMP is another error's in ICMPv6. */
Test(tcp_handshake, unreachable_where_the_hop_limit_is_used_up)
{
	g_autoptr(Talk) t = talk_new();

	t->addr[C].version = t->addr[S].version = 6;
	CLIENT(t, TCP_SYN);
	talk_icmp(t, C, 11, 0);
	EXPECT_OUTCOME(t, 1, "three-way in-progress, none never-opened");
	talk_icmp(t, C, 3, 0);
	EXPECT_OUTCOME(t, 1, "three-way unreachable, none never-opened");
}

Test(tcp_handshake, aborted)
{
	g_autoptr(Talk) t = talk_new();

	CLIENT(t, TCP_SYN);
	SERVER(t, SYN_ACK, 0, 1);
	CLIENT(t, TCP_RST, 1);
	EXPECT_OUTCOME(t, 1, "three-way aborted, none never-opened");
	cr_assert_eq(talk_record(t, 1)->teardown.first, C);
}

/* The client gives up by itself before anything has come. */
Test(tcp_handshake, given_up_by_reset_before_an_answer)
{
	g_autoptr(Talk) t = talk_new();

	CLIENT(t, TCP_SYN);
	CLIENT(t, RST_ACK, 1, 0, .after = MS(500));
	EXPECT_STATES(t, "CLOSED / CLOSED");
	talk_wait(t, SECONDS(10));
	EXPECT_OUTCOME(t, 1, "three-way no-answer, none never-opened");
}

Test(tcp_handshake, reset_later_is_complete_all_the_same)
{
	g_autoptr(Talk) t = talk_new();

	talk_open(t);
	CLIENT(t, RST_ACK, 1, 1);
	EXPECT_OUTCOME(t, 1, "three-way complete, reset reset");
}

Test(tcp_handshake, fast_open_is_the_servers_choice)
{
	g_autoptr(Talk) t = talk_new(), u = talk_new();

	CLIENT(t, TCP_SYN, .len = 22, .options = cookie, .options_len = 12);
	SERVER(t, SYN_ACK, 0, 23);
	EXPECT_OUTCOME(t, 1, "fast-open in-progress, none never-opened");
	CLIENT(u, TCP_SYN, .len = 22, .options = cookie, .options_len = 12);
	SERVER(u, SYN_ACK, 0, 1);
	EXPECT_OUTCOME(u, 1, "three-way in-progress, none never-opened");
}

Test(tcp_handshake, not_captured)
{
	g_autoptr(Talk) t = talk_new();

	CLIENT(t, TCP_ACK, 1, 1);
	EXPECT_OUTCOME(t, 1, "not-captured not-captured, none open");
	cr_assert_eq(talk_record(t, 1)->handshake.server_rtt, SHAKEDOWN_DURATION_UNKNOWN);
	cr_assert_eq(talk_record(t, 1)->handshake.client_rtt, SHAKEDOWN_DURATION_UNKNOWN);
}

Test(tcp_teardown, half_closed)
{
	g_autoptr(Talk) t = talk_new();

	talk_open(t);
	SERVER(t, FIN_ACK, 1, 1);
	EXPECT_OUTCOME(t, 1, "three-way complete, none half-closed");
	CLIENT(t, TCP_ACK, 1, 2);
	EXPECT_OUTCOME(t, 1, "three-way complete, none half-closed");
	cr_assert_eq(talk_record(t, 1)->teardown.first, S);
	cr_assert_eq(talk_record(t, 1)->teardown.time_wait, -1);
	cr_assert_eq(talk_record(t, 1)->teardown.half_closed, MS(10), "to the last packet");
}

/* A reset ends it, whatever still comes: here a second one. */
Test(tcp_teardown, half_closed_until_reset)
{
	g_autoptr(Talk) t = talk_new();

	talk_open(t);
	SERVER(t, FIN_ACK, 1, 1);
	CLIENT(t, RST_ACK, 1, 2);
	CLIENT(t, TCP_RST, 1, 0, .after = SECONDS(1));
	EXPECT_OUTCOME(t, 1, "three-way complete, reset reset");
	cr_assert_eq(talk_record(t, 1)->teardown.half_closed, MS(10));
}

Test(tcp_teardown, unacknowledged)
{
	g_autoptr(Talk) t = talk_new();

	talk_open(t);
	CLIENT(t, FIN_ACK, 1, 1);
	SERVER(t, TCP_ACK, 1, 2);
	SERVER(t, FIN_ACK, 1, 2);
	EXPECT_OUTCOME(t, 1, "three-way complete, four-way unacknowledged");
	CLIENT(t, TCP_ACK, 2, 2);
	EXPECT_OUTCOME(t, 1, "three-way complete, four-way graceful");
}

/* Crossed FINs, of which one was acknowledged. */
Test(tcp_teardown, unacknowledged_after_crossing)
{
	g_autoptr(Talk) t = talk_new();

	talk_open(t);
	CLIENT(t, FIN_ACK, 1, 1);
	SERVER(t, FIN_ACK, 1, 1, .after = MS(1));
	CLIENT(t, TCP_ACK, 2, 2);
	EXPECT_OUTCOME(t, 1, "three-way complete, simultaneous unacknowledged");
}

/* FIN, then RST: the last word is the RST's. */
Test(tcp_teardown, reset_after_one_fin)
{
	g_autoptr(Talk) t = talk_new();

	talk_open(t);
	CLIENT(t, PSH_ACK, 1, 1, 10);
	SERVER(t, TCP_ACK, 1, 11);
	CLIENT(t, FIN_ACK, 11, 1);
	SERVER(t, TCP_RST, 1);
	EXPECT_OUTCOME(t, 1, "three-way complete, reset reset");
	cr_assert_eq(talk_record(t, 1)->teardown.first, C);
}

/* A bare RST from a server that never proved to be ESTABLISHED: it had no connection, §3.10.7.1. */
Test(tcp_teardown, reset_by_a_server_that_never_had_the_third_ack)
{
	g_autoptr(Talk) t = talk_new();

	talk_open(t);
	CLIENT(t, FIN_ACK, 1, 1);
	SERVER(t, TCP_RST, 1);
	EXPECT_HISTORY(t, 1, S, "SYN-RECEIVED CLOSED");
	EXPECT_OUTCOME(t, 1, "three-way unfinished, reset reset");
}

/* A forged or ignored reset is no teardown. */
Test(tcp_teardown, contradicted_reset_is_none)
{
	g_autoptr(Talk) t = talk_new();

	talk_open(t);
	SERVER(t, PSH_ACK, 1, 1, 100);
	CLIENT(t, TCP_ACK, 1, 101);
	CLIENT(t, TCP_RST, 1);
	SERVER(t, PSH_ACK, 101, 1, 100, .after = SECONDS(1));
	CLIENT(t, TCP_ACK, 1, 201);
	EXPECT_STATES(t, "ESTABLISHED / ESTABLISHED!");
	EXPECT_OUTCOME(t, 1, "three-way complete, none open");
	cr_assert_eq(talk_record(t, 1)->teardown.first, -1);
}

Test(tcp_teardown, time_wait_holder)
{
	static const struct {
		const char *name;
		bool server_first, crossed;
		int holder;
	} rows[] = {{"client first", false, false, C},
		    {"server first", true, false, S},
		    {"crossed", false, true, 2}};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(Talk) t = talk_new();
		ShakedownSideId first = rows[i].server_first ? S : C, second = tcp_other(first);

		talk_open(t);
		talk_send(t, first, &(TalkSegment){FIN_ACK, 1, 1});
		talk_send(t, second,
			  &(TalkSegment){FIN_ACK, 1, rows[i].crossed ? 1 : 2, .after = MS(1)});
		talk_send(t, first, &(TalkSegment){TCP_ACK, 2, 2});
		if (rows[i].crossed)
			talk_send(t, second, &(TalkSegment){TCP_ACK, 2, 2});
		cr_assert_eq(talk_record(t, 1)->teardown.time_wait, rows[i].holder, "%s",
			     rows[i].name);
		/* It held it, even when it is over. */
		talk_wait(t, SECONDS(61));
		cr_assert_eq(talk_record(t, 1)->teardown.time_wait, rows[i].holder, "%s",
			     rows[i].name);
	}
}
