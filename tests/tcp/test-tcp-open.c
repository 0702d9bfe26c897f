/* SPDX-License-Identifier: BSD-3-Clause */
/* Opening, RFC 9293 §3.5: the figures and what goes wrong beside them. */
#include "talk.h"

#include <glib.h>

#define C SHAKEDOWN_CLIENT
#define S SHAKEDOWN_SERVER

/* RFC 7413 cookie of 8 bytes; an empty one asks for a cookie. */
static const char cookie[] = "\x22\x0a\x00\x11\x22\x33\x44\x55\x66\x77\x01\x01";

/* Figure 6. */
Test(tcp_open, three_way)
{
	g_autoptr(Talk) t = talk_new();

	CLIENT(t, TCP_SYN);
	EXPECT_STATES(t, "SYN-SENT / CLOSED");
	EXPECT_CLASS(t, CONTROL);
	SERVER(t, SYN_ACK, 0, 1, .after = MS(20));
	EXPECT_STATES(t, "SYN-SENT / SYN-RECEIVED");
	CLIENT(t, TCP_ACK, 1, 1, .after = MS(5));
	EXPECT_STATES(t, "ESTABLISHED / ESTABLISHED?");
	EXPECT_CLASS(t, CONTROL);
	EXPECT_EVENTS(t, "opened syn syn-ack established");
	CLIENT(t, PSH_ACK, 1, 1, 100);
	EXPECT_STATES(t, "ESTABLISHED / ESTABLISHED?");
	SERVER(t, TCP_ACK, 1, 101);
	EXPECT_STATES(t, "ESTABLISHED / ESTABLISHED!");
	EXPECT_HISTORY(t, 1, C, "SYN-SENT ESTABLISHED");
	EXPECT_HISTORY(t, 1, S, "SYN-RECEIVED ESTABLISHED!");
	cr_assert_eq(talk_record(t, 1)->handshake.server_rtt, MS(20));
	cr_assert_eq(talk_record(t, 1)->handshake.client_rtt, MS(5));
	EXPECT_OUTCOME(t, 1, "three-way complete, none open");
}

/* The third segment may carry data, or a FIN: each is as good as a bare ACK. */
Test(tcp_open, third_segment_with_data_or_fin)
{
	g_autoptr(Talk) t = talk_new();

	CLIENT(t, TCP_SYN);
	SERVER(t, SYN_ACK, 0, 1);
	CLIENT(t, PSH_ACK, 1, 1, 100);
	EXPECT_STATES(t, "ESTABLISHED / ESTABLISHED?");

	g_autoptr(Talk) u = talk_new();
	CLIENT(u, TCP_SYN);
	SERVER(u, SYN_ACK, 0, 1);
	CLIENT(u, FIN_ACK, 1, 1);
	EXPECT_STATES(u, "FIN-WAIT-1 / CLOSE-WAIT?");
	EXPECT_HISTORY(u, 1, C, "SYN-SENT ESTABLISHED FIN-WAIT-1");
}

/* An ACK of nothing (y instead of y+1) is no third ACK. */
Test(tcp_open, third_ack_must_cover_the_syn)
{
	g_autoptr(Talk) t = talk_new();

	CLIENT(t, TCP_SYN);
	SERVER(t, SYN_ACK, 0, 1);
	CLIENT(t, TCP_ACK, 1, 0);
	EXPECT_STATES(t, "SYN-SENT / SYN-RECEIVED");
	CLIENT(t, TCP_ACK, 1, 1);
	EXPECT_STATES(t, "ESTABLISHED / ESTABLISHED?");
}

Test(tcp_open, syn_and_syn_ack_again)
{
	g_autoptr(Talk) t = talk_new();

	CLIENT(t, TCP_SYN);
	CLIENT(t, TCP_SYN, .after = SECONDS(1));
	EXPECT_CLASS(t, RETRANSMISSION);
	EXPECT_STATES(t, "SYN-SENT / CLOSED");
	SERVER(t, SYN_ACK, 0, 1);
	SERVER(t, SYN_ACK, 0, 1, .after = SECONDS(1));
	EXPECT_CLASS(t, RETRANSMISSION);
	CLIENT(t, TCP_ACK, 1, 1);
	EXPECT_STATES(t, "ESTABLISHED / ESTABLISHED?");
	EXPECT_EVENTS(t, "opened syn syn syn-ack syn-ack established");
	const ShakedownConnection *r = talk_record(t, 1);
	cr_assert_eq(r->handshake.syn, 2);
	cr_assert_eq(r->handshake.syn_ack, 2);
	cr_assert_eq(r->side[C].retransmissions, 1);
	cr_assert_eq(r->side[S].retransmissions, 1);
	/* From the last SYN on, from the last SYN,ACK on: Karn's question does not arise. */
	cr_assert_eq(r->handshake.server_rtt, MS(10));
	cr_assert_eq(r->handshake.client_rtt, MS(10));
}

/* Figure 7. */
Test(tcp_open, simultaneous)
{
	g_autoptr(Talk) t = talk_new();

	CLIENT(t, TCP_SYN);
	SERVER(t, TCP_SYN, .after = MS(1));
	EXPECT_STATES(t, "SYN-SENT / SYN-SENT");
	CLIENT(t, SYN_ACK, 0, 1);
	SERVER(t, SYN_ACK, 0, 1, .after = MS(1));
	CLIENT(t, TCP_ACK, 1, 1);
	SERVER(t, TCP_ACK, 1, 1, .after = MS(1));
	EXPECT_HISTORY(t, 1, C, "SYN-SENT SYN-RECEIVED ESTABLISHED!");
	EXPECT_HISTORY(t, 1, S, "SYN-SENT SYN-RECEIVED ESTABLISHED!");
	EXPECT_OUTCOME(t, 1, "simultaneous complete, none open");
	cr_assert_eq(talk_record(t, 1)->role_basis, SHAKEDOWN_ROLE_SYN);
	CLIENT(t, PSH_ACK, 1, 1, 100);
	SERVER(t, FIN_ACK, 1, 101);
	EXPECT_STATES(t, "CLOSE-WAIT? / FIN-WAIT-1");
}

/* Linux answers the other's SYN,ACK with data at once; nobody sends a bare ACK. */
Test(tcp_open, simultaneous_proved_by_data)
{
	g_autoptr(Talk) t = talk_new();

	CLIENT(t, TCP_SYN);
	SERVER(t, TCP_SYN, .after = MS(1));
	CLIENT(t, SYN_ACK, 0, 1);
	SERVER(t, SYN_ACK, 0, 1, .after = MS(1));
	CLIENT(t, PSH_ACK, 1, 1, 50);
	EXPECT_HISTORY(t, 1, C, "SYN-SENT SYN-RECEIVED ESTABLISHED!");
	SERVER(t, PSH_ACK, 1, 51, 50);
	EXPECT_HISTORY(t, 1, S, "SYN-SENT SYN-RECEIVED ESTABLISHED!");
}

/* A split handshake: the SYN is answered by ACK, then SYN; the client answers that with SYN,ACK. */
Test(tcp_open, split_in_four)
{
	g_autoptr(Talk) t = talk_new();

	CLIENT(t, TCP_SYN);
	SERVER(t, TCP_SYN, .after = MS(20));
	CLIENT(t, SYN_ACK, 0, 1);
	SERVER(t, TCP_ACK, 1, 1, .after = MS(20));
	EXPECT_HISTORY(t, 1, S, "SYN-SENT ESTABLISHED");
	EXPECT_STATES(t, "ESTABLISHED? / ESTABLISHED");
	CLIENT(t, PSH_ACK, 1, 1, 100);
	EXPECT_HISTORY(t, 1, C, "SYN-SENT SYN-RECEIVED ESTABLISHED!");
	EXPECT_OUTCOME(t, 1, "split complete, none open");
}

/* Its SYN took the way that its ACK takes, give or take what a way does: it did not cross the
 * other's. */
Test(tcp_open, split_on_an_uneven_way)
{
	g_autoptr(Talk) t = talk_new();

	CLIENT(t, TCP_SYN);
	SERVER(t, TCP_SYN);
	CLIENT(t, SYN_ACK, 0, 1);
	SERVER(t, TCP_ACK, 1, 1, .after = MS(15));
	EXPECT_OUTCOME(t, 1, "split complete, none open");
}

/* Both began at the same moment: beside the one its SYN takes a leg to leave and the other's one to
 * come, while an answer takes both. The other, which had its own SYN out, takes the SYN,ACK as any
 * client does. */
Test(tcp_open, crossed_at_the_same_moment)
{
	g_autoptr(Talk) t = talk_new();

	CLIENT(t, TCP_SYN);
	SERVER(t, TCP_SYN, .after = MS(100));
	CLIENT(t, SYN_ACK, 0, 1, .after = MS(1));
	SERVER(t, TCP_ACK, 1, 1, .after = MS(200));
	EXPECT_HISTORY(t, 1, S, "SYN-SENT ESTABLISHED");
	EXPECT_OUTCOME(t, 1, "simultaneous complete, none open");
}

/* §3.5 figure 8 with both SYNs before the answer; but a number that has gone on with its clock is
 * of a later attempt, and the first was not old. */
Test(tcp_open, of_two_syns_the_one_not_reset)
{
	g_autoptr(Talk) t = talk_new(), u = talk_new();

	CLIENT(t, TCP_SYN, .isn = 0x70000000);
	CLIENT(t, TCP_SYN, .after = MS(1));
	SERVER(t, SYN_ACK, 0, 1, .peer_isn = 0x70000000);
	CLIENT(t, TCP_RST, 1, .isn = 0x70000000);
	EXPECT_STATES(t, "SYN-SENT / CLOSED?");
	EXPECT_EVENTS(t, "opened syn syn-in-connection syn-ack rst syn old-duplicate-syn");
	SERVER(t, SYN_ACK, 0, 1, .isn = 0x33330000);
	CLIENT(t, TCP_ACK, 1, 1, .peer_isn = 0x33330000);
	EXPECT_STATES(t, "ESTABLISHED / ESTABLISHED?");
	cr_assert_eq(t->connections, 1);

	CLIENT(u, TCP_SYN, .isn = 0x70000000);
	CLIENT(u, TCP_SYN, .isn = 0x70000000 + 1000000, .after = SECONDS(1));
	SERVER(u, SYN_ACK, 0, 1, .peer_isn = 0x70000000);
	CLIENT(u, TCP_RST, 1, .isn = 0x70000000);
	cr_assert_eq(u->connections, 2);
}

/* … in five: the bare ACK seemed to be what follows a SYN,ACK that was not captured, until the SYN.
 */
Test(tcp_open, split_in_five)
{
	g_autoptr(Talk) t = talk_new();

	CLIENT(t, TCP_SYN);
	SERVER(t, TCP_ACK, 0, 1);
	SERVER(t, TCP_SYN);
	EXPECT_STATES(t, "SYN-SENT / SYN-SENT");
	CLIENT(t, SYN_ACK, 0, 1);
	SERVER(t, TCP_ACK, 1, 1, .after = MS(200));
	CLIENT(t, PSH_ACK, 1, 1, 100);
	EXPECT_HISTORY(t, 1, C, "SYN-SENT SYN-RECEIVED ESTABLISHED!");
	EXPECT_HISTORY(t, 1, S, "SYN-SENT ESTABLISHED");
	EXPECT_OUTCOME(t, 1, "split complete, none open");
	cr_assert_eq(t->connections, 1);
}

/* Whoever has acknowledged, sent data or closed is done with its opening: that SYN is another's. */
Test(tcp_open, no_split_once_it_is_open)
{
	for (unsigned i = 0; i < 3; i++) {
		g_autoptr(Talk) t = talk_new();

		CLIENT(t, TCP_SYN);
		SERVER(t, i == 1 ? PSH_ACK : i == 2 ? FIN_ACK : TCP_ACK, 1, 1, i == 1 ? 100 : 0);
		if (i == 0)
			CLIENT(t, TCP_ACK, 1, 1);
		SERVER(t, TCP_SYN, .isn = 0x40000000);
		cr_assert_str_eq(strstr(talk_outcome(t, 1), "split") ? "split" : "", "");
	}
}

/* RFC 7413 §4.2: the data on the SYN is taken, and answered before the third ACK. */
Test(tcp_open, fast_open_accepted)
{
	g_autoptr(Talk) t = talk_new();

	CLIENT(t, TCP_SYN, .len = 22, .options = cookie, .options_len = 12);
	SERVER(t, SYN_ACK, 0, 23);
	SERVER(t, PSH_ACK, 1, 23, 300, .after = MS(1));
	EXPECT_STATES(t, "SYN-SENT / SYN-RECEIVED");
	CLIENT(t, TCP_ACK, 23, 301);
	EXPECT_STATES(t, "ESTABLISHED / ESTABLISHED?");
	EXPECT_OUTCOME(t, 1, "fast-open complete, none open");
	cr_assert_eq(talk_record(t, 1)->side[C].bytes, 22);
	cr_assert_eq(talk_record(t, 1)->side[C].retransmissions, 0);
	cr_assert_eq(talk_record(t, 1)->side[C].options.fast_open, 1);
}

/* The server closes from SYN-RECEIVED, Figure 5: CLOSE / snd FIN. */
Test(tcp_open, fast_open_closed_from_syn_received)
{
	g_autoptr(Talk) t = talk_new();

	CLIENT(t, TCP_SYN, .len = 22, .options = cookie, .options_len = 12);
	SERVER(t, SYN_ACK, 0, 23);
	SERVER(t, FIN_ACK, 1, 23, 300, .after = MS(1));
	EXPECT_HISTORY(t, 1, S, "SYN-RECEIVED FIN-WAIT-1");
	CLIENT(t, TCP_ACK, 23, 302);
	EXPECT_STATES(t, "CLOSE-WAIT! / FIN-WAIT-2?");
}

/* §4.2.2: not taken; the data comes again with the third ACK and is no retransmission's fault. */
Test(tcp_open, fast_open_ignored)
{
	g_autoptr(Talk) t = talk_new();

	CLIENT(t, TCP_SYN, .len = 22, .options = cookie, .options_len = 12);
	SERVER(t, SYN_ACK, 0, 1);
	EXPECT_STATES(t, "SYN-SENT / SYN-RECEIVED");
	CLIENT(t, PSH_ACK, 1, 1, 22);
	EXPECT_STATES(t, "ESTABLISHED / ESTABLISHED?");
	SERVER(t, TCP_ACK, 1, 23);
	EXPECT_STATES(t, "ESTABLISHED / ESTABLISHED!");
	EXPECT_OUTCOME(t, 1, "three-way complete, none open");
	cr_assert_eq(talk_record(t, 1)->side[C].bytes, 22);
}

/* The SYN with data again, this time without: what was acknowledged is x+1. */
Test(tcp_open, fast_open_syn_again_without_data)
{
	g_autoptr(Talk) t = talk_new();

	CLIENT(t, TCP_SYN, .len = 22, .options = cookie, .options_len = 12);
	CLIENT(t, TCP_SYN, .after = SECONDS(1));
	EXPECT_CLASS(t, RETRANSMISSION);
	SERVER(t, SYN_ACK, 0, 1);
	CLIENT(t, PSH_ACK, 1, 1, 22);
	SERVER(t, TCP_ACK, 1, 23);
	EXPECT_STATES(t, "ESTABLISHED / ESTABLISHED!");
}

/* Figure 8, near B: the old duplicate passes first, the real SYN after its reset. */
Test(tcp_open, old_duplicate_first)
{
	g_autoptr(Talk) t = talk_new();

	t->isn[C] = 100;
	CLIENT(t, TCP_SYN, .isn = 90);
	SERVER(t, SYN_ACK, 0, 1, .isn = 300, .peer_isn = 90);
	CLIENT(t, TCP_RST, .isn = 91);
	EXPECT_EVENTS(t, "opened syn syn-ack rst");
	CLIENT(t, TCP_SYN);
	EXPECT_EVENTS(t, "old-duplicate-syn syn");
	EXPECT_STATES(t, "SYN-SENT / CLOSED?");
	SERVER(t, SYN_ACK, 0, 1);
	CLIENT(t, TCP_ACK, 1, 1);
	EXPECT_STATES(t, "ESTABLISHED / ESTABLISHED?");
	cr_assert_eq(t->connections, 1);
	EXPECT_HISTORY(t, 1, C, "SYN-SENT ESTABLISHED");
	EXPECT_OUTCOME(t, 1, "three-way complete, none open");
	cr_assert_eq(talk_record(t, 1)->side[C].isn, 100);
}

/* Figure 8, near A: the real SYN has passed, the old one answered elsewhere. */
Test(tcp_open, old_duplicate_beside_the_real_one)
{
	g_autoptr(Talk) t = talk_new();

	t->isn[C] = 100;
	CLIENT(t, TCP_SYN);
	CLIENT(t, TCP_SYN, .isn = 90, .after = MS(1));
	SERVER(t, SYN_ACK, 0, 1, .isn = 300, .peer_isn = 90);
	CLIENT(t, TCP_RST, .isn = 91);
	CLIENT(t, TCP_SYN, .after = MS(10));
	EXPECT_STATES(t, "SYN-SENT / CLOSED?");
	SERVER(t, SYN_ACK, 0, 1);
	CLIENT(t, TCP_ACK, 1, 1);
	EXPECT_STATES(t, "ESTABLISHED / ESTABLISHED?");
	cr_assert_eq(t->connections, 1);
	EXPECT_HISTORY(t, 1, C, "SYN-SENT ESTABLISHED");
}

/* §3.10.7.3 first: an unacceptable ACK is answered by RST, and SYN-SENT remains. The other side has
 * sent a SYN,ACK, for whatever SYN that was. */
Test(tcp_open, syn_ack_for_another_syn)
{
	g_autoptr(Talk) t = talk_new();

	CLIENT(t, TCP_SYN);
	talk_events(t);
	SERVER(t, SYN_ACK, 0, 777777, .isn = 5555);
	EXPECT_CLASS(t, OUT_OF_WINDOW);
	EXPECT_EVENTS(t, "bad-ack");
	EXPECT_STATES(t, "SYN-SENT / SYN-RECEIVED");
	CLIENT(t, TCP_RST, 777777);
	EXPECT_STATES(t, "SYN-SENT / CLOSED?");
	SERVER(t, SYN_ACK, 0, 1);
	CLIENT(t, TCP_ACK, 1, 1);
	EXPECT_STATES(t, "ESTABLISHED / ESTABLISHED?");
	EXPECT_HISTORY(t, 1, C, "SYN-SENT ESTABLISHED");
	EXPECT_OUTCOME(t, 1, "three-way complete, none open");
}

/* §3.10.7.3 first: the RST that answers an unacceptable ACK has its number, and is no stranger's.
 */
Test(tcp_open, ack_far_above_the_syn)
{
	g_autoptr(Talk) t = talk_new();

	CLIENT(t, TCP_SYN);
	talk_events(t);
	SERVER(t, TCP_ACK, 1, 2000000000, .isn = 5555);
	EXPECT_CLASS(t, OUT_OF_WINDOW);
	EXPECT_EVENTS(t, "bad-ack");
	CLIENT(t, TCP_RST, 2000000000);
	EXPECT_CLASS(t, CONTROL);
	cr_assert_eq(t->event_count[TCP_EVENT_RST_IGNORED], 0);
	EXPECT_STATES(t, "SYN-SENT / CLOSED");
	CLIENT(t, TCP_SYN, .after = SECONDS(1));
	SERVER(t, SYN_ACK, 0, 1);
	CLIENT(t, TCP_ACK, 1, 1);
	EXPECT_STATES(t, "ESTABLISHED / ESTABLISHED?");
	EXPECT_HISTORY(t, 1, C, "SYN-SENT ESTABLISHED");
}

/* Only the server was captured. */
Test(tcp_open, server_direction_only)
{
	g_autoptr(Talk) t = talk_new();

	SERVER(t, SYN_ACK, 0, 1);
	EXPECT_STATES(t, "SYN-SENT* / SYN-RECEIVED");
	cr_assert_eq(talk_record(t, 1)->role_basis, SHAKEDOWN_ROLE_SYN_ACK);
	SERVER(t, PSH_ACK, 1, 101, 200);
	EXPECT_HISTORY(t, 1, C, "SYN-SENT* ESTABLISHED!");
	EXPECT_HISTORY(t, 1, S, "SYN-RECEIVED ESTABLISHED");
	EXPECT_OUTCOME(t, 1, "three-way complete, none open");
	cr_assert_not(talk_record(t, 1)->side[C].seen);
	cr_assert_eq(talk_record(t, 1)->side[C].isn, t->isn[C]);
}

/* Only the client was. */
Test(tcp_open, client_direction_only)
{
	g_autoptr(Talk) t = talk_new();

	CLIENT(t, TCP_SYN);
	CLIENT(t, TCP_ACK, 1, 1);
	EXPECT_STATES(t, "ESTABLISHED / ESTABLISHED?");
	EXPECT_HISTORY(t, 1, S, "SYN-RECEIVED! ESTABLISHED?");
	cr_assert_eq(talk_record(t, 1)->side[S].isn, t->isn[S]);
	CLIENT(t, PSH_ACK, 1, 501, 100);
	EXPECT_OUTCOME(t, 1, "three-way complete, none open");
	cr_assert_not(talk_record(t, 1)->side[S].seen);
}

/* A SYN,ACK was not captured, but the server's data is: both sides are there. */
Test(tcp_open, syn_ack_not_captured)
{
	g_autoptr(Talk) t = talk_new();

	CLIENT(t, TCP_SYN);
	CLIENT(t, PSH_ACK, 1, 1, 100);
	SERVER(t, PSH_ACK, 1, 101, 200);
	EXPECT_STATES(t, "ESTABLISHED / ESTABLISHED!");
	SERVER(t, FIN_ACK, 201, 101);
	CLIENT(t, FIN_ACK, 101, 202);
	SERVER(t, TCP_ACK, 202, 102);
	EXPECT_OUTCOME(t, 1, "three-way complete, three-way graceful");
}

/* Written behind the third ACK, as where two interfaces are merged: nothing is lost or reopened. */
Test(tcp_open, syn_ack_written_behind_the_third_ack)
{
	g_autoptr(Talk) t = talk_new();

	CLIENT(t, TCP_SYN);
	CLIENT(t, TCP_ACK, 1, 1);
	SERVER(t, SYN_ACK, 0, 1, .after = 5000);
	CLIENT(t, PSH_ACK, 1, 1, 100);
	SERVER(t, PSH_ACK, 1, 101, 200);
	EXPECT_STATES(t, "ESTABLISHED / ESTABLISHED!");
	EXPECT_OUTCOME(t, 1, "three-way complete, none open");
	cr_assert_eq(t->event_count[TCP_EVENT_THIRD_ACK_LOST], 0);
	cr_assert_eq(talk_record(t, 1)->side[S].retransmissions, 0);
	cr_assert_eq(t->connections, 1);
}

/* The capture begins in the middle. */
Test(tcp_open, midstream)
{
	g_autoptr(Talk) t = talk_new();

	SERVER(t, PSH_ACK, 5000, 700, 100);
	EXPECT_STATES(t, "ESTABLISHED* / ESTABLISHED*");
	EXPECT_OUTCOME(t, 1, "not-captured not-captured, none open");
	cr_assert_eq(talk_record(t, 1)->role_basis, SHAKEDOWN_ROLE_PORTS);
	cr_assert_eq(talk_record(t, 1)->side[S].port, 80);

	g_autoptr(Talk) u = talk_new();
	CLIENT(u, FIN_ACK, 5000, 700);
	EXPECT_STATES(u, "FIN-WAIT-1 / CLOSE-WAIT?");
	SERVER(u, FIN_ACK, 700, 5001);
	CLIENT(u, TCP_ACK, 5001, 701);
	EXPECT_STATES(u, "TIME-WAIT! / CLOSED?");

	g_autoptr(Talk) v = talk_new();
	CLIENT(v, TCP_RST, 5000);
	EXPECT_STATES(v, "CLOSED / CLOSED");
	EXPECT_OUTCOME(v, 1, "not-captured not-captured, reset reset");
}

/* Flags that no handshake has: nothing is opened by them. */
Test(tcp_open, flags_that_make_no_sense)
{
	static const uint16_t odd[] = {0,
				       TCP_FIN,
				       TCP_PSH,
				       TCP_FIN | TCP_PSH | TCP_URG,
				       TCP_SYN | TCP_RST,
				       TCP_SYN | TCP_RST | TCP_ACK,
				       TCP_SYN | TCP_FIN,
				       0xfff};

	for (size_t i = 0; i < G_N_ELEMENTS(odd); i++) {
		g_autoptr(Talk) t = talk_new();

		CLIENT(t, odd[i]);
		cr_assert_lt(talk_record(t, 1)->side[C].state, SHAKEDOWN_TCP_ESTABLISHED,
			     "flags %x", odd[i]);
		cr_assert_lt(talk_record(t, 1)->side[S].state, SHAKEDOWN_TCP_SYN_SENT, "flags %x",
			     odd[i]);
		talk_finish(t);
	}
}

/* Two machines behind one address answer one SYN; the second answer comes when all is over. */
Test(tcp_open, syn_ack_of_another_number_after_the_end)
{
	g_autoptr(Talk) t = talk_new();

	talk_open(t);
	CLIENT(t, RST_ACK, 1, 1);
	EXPECT_STATES(t, "CLOSED / CLOSED?");
	SERVER(t, SYN_ACK, 0, 1, .isn = 77777, .after = SECONDS(1));
	EXPECT_CLASS(t, OUT_OF_WINDOW);
	EXPECT_STATES(t, "CLOSED / CLOSED?");
	cr_assert_eq(talk_record(t, 1)->side[SHAKEDOWN_SERVER].isn, t->isn[SHAKEDOWN_SERVER]);
}
