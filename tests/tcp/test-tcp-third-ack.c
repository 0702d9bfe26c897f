/* SPDX-License-Identifier: BSD-3-Clause */
/* The SYN,ACK that comes again: third ACKs that are lost, and those that are not. RFC 9293 §3.8.1,
 * §3.10.7.4. */
#include "talk.h"

#include <glib.h>

#define S SHAKEDOWN_SERVER

/* The ACK passed the tap, the server has not got it (or its accept queue is full). */
Test(tcp_third_ack, lost)
{
	g_autoptr(Talk) t = talk_new();

	talk_open(t);
	EXPECT_STATES(t, "ESTABLISHED / ESTABLISHED?");
	talk_events(t);
	SERVER(t, SYN_ACK, 0, 1, .after = SECONDS(1));
	EXPECT_STATES(t, "ESTABLISHED / SYN-RECEIVED");
	EXPECT_CHANGES(t, "-S:ESTABLISHED?");
	EXPECT_EVENTS(t, "third-ack-lost syn-ack");
	EXPECT_NOTE(t, "the third ACK was lost or not accepted");
	CLIENT(t, TCP_ACK, 1, 1);
	EXPECT_STATES(t, "ESTABLISHED / ESTABLISHED?");
	SERVER(t, PSH_ACK, 1, 1, 100);
	EXPECT_STATES(t, "ESTABLISHED / ESTABLISHED!");
	EXPECT_HISTORY(t, 1, S, "SYN-RECEIVED ESTABLISHED!");
}

/* And again, and again: the queue stays full. */
Test(tcp_third_ack, lost_five_times)
{
	g_autoptr(Talk) t = talk_new();

	talk_open(t);
	for (unsigned i = 0; i < 5; i++) {
		SERVER(t, SYN_ACK, 0, 1, .after = SECONDS(1 << i));
		EXPECT_STATES(t, "ESTABLISHED / SYN-RECEIVED");
		CLIENT(t, TCP_ACK, 1, 1);
		EXPECT_STATES(t, "ESTABLISHED / ESTABLISHED?");
	}
	cr_assert_eq(t->event_count[TCP_EVENT_THIRD_ACK_LOST], 5);
	cr_assert_eq(t->event_count[TCP_EVENT_ESTABLISHED], 1);
}

/* The SYN,ACK was under way already when the third ACK passed the tap: nothing was lost. */
Test(tcp_third_ack, syn_ack_again_that_crossed_the_third_ack)
{
	g_autoptr(Talk) t = talk_new();

	CLIENT(t, TCP_SYN);
	SERVER(t, SYN_ACK, 0, 1, .after = MS(50));
	CLIENT(t, TCP_ACK, 1, 1, .after = MS(980));
	SERVER(t, SYN_ACK, 0, 1, .after = MS(20));
	EXPECT_STATES(t, "ESTABLISHED / ESTABLISHED?");
	cr_assert_eq(t->event_count[TCP_EVENT_THIRD_ACK_LOST], 0);
}

/* Of two hosts that answer one SYN the second is no SYN into the connection with the first; nor is
 * one asked for a challenge ACK that waits for nothing but late segments. */
Test(tcp_third_ack, syn_ack_inside_asks_for_a_challenge_ack)
{
	g_autoptr(Talk) t = talk_new();

	talk_open(t);
	talk_events(t);
	SERVER(t, SYN_ACK, 7000, 1);
	EXPECT_EVENTS(t, "");
	CLIENT(t, PSH_ACK, 1, 1, 100);
	SERVER(t, TCP_ACK, 1, 101);
	talk_events(t);
	SERVER(t, SYN_ACK, 7000, 101);
	EXPECT_EVENTS(t, "syn-in-connection");
	CLIENT(t, FIN_ACK, 101, 1);
	SERVER(t, FIN_ACK, 1, 102);
	EXPECT_STATES(t, "TIME-WAIT? / LAST-ACK");
	talk_events(t);
	SERVER(t, SYN_ACK, 7000, 102);
	EXPECT_EVENTS(t, "");
}

/* Whose timer is shorter than RFC 6298 has it. */
Test(tcp_third_ack, lost_before_an_impatient_server)
{
	g_autoptr(Talk) t = talk_new();

	talk_open(t);
	SERVER(t, SYN_ACK, 0, 1, .after = MS(500));
	EXPECT_STATES(t, "ESTABLISHED / SYN-RECEIVED");
	cr_assert_eq(t->event_count[TCP_EVENT_THIRD_ACK_LOST], 1);
}

/* Of two SYNs each is answered: that is no repetition, until it comes too late for that. */
Test(tcp_third_ack, syn_ack_again_to_a_syn_again)
{
	for (unsigned late = 0; late < 2; late++) {
		g_autoptr(Talk) t = talk_new();

		CLIENT(t, TCP_SYN);
		CLIENT(t, TCP_SYN, .after = SECONDS(1));
		SERVER(t, SYN_ACK, 0, 1);
		CLIENT(t, TCP_ACK, 1, 1);
		SERVER(t, SYN_ACK, 0, 1, .after = late ? SECONDS(1) : MS(30));
		EXPECT_STATES(t,
			      late ? "ESTABLISHED / SYN-RECEIVED" : "ESTABLISHED / ESTABLISHED?");
		cr_assert_eq(t->event_count[TCP_EVENT_THIRD_ACK_LOST], late);
	}
}

/* Once the server has shown that it is ESTABLISHED an old SYN,ACK proves nothing. */
Test(tcp_third_ack, syn_ack_again_after_the_server_has_spoken)
{
	g_autoptr(Talk) t = talk_new();

	talk_open(t);
	SERVER(t, PSH_ACK, 1, 1, 100);
	SERVER(t, SYN_ACK, 0, 1, .after = SECONDS(1));
	EXPECT_STATES(t, "ESTABLISHED / ESTABLISHED!");
	cr_assert_eq(t->event_count[TCP_EVENT_THIRD_ACK_LOST], 0);
}

/* The client has data under way, and its FIN; all of it rests on the third ACK. */
Test(tcp_third_ack, lost_takes_all_that_rests_on_it)
{
	g_autoptr(Talk) t = talk_new();

	talk_open(t);
	CLIENT(t, PSH_ACK, 1, 1, 100);
	CLIENT(t, FIN_ACK, 101, 1);
	EXPECT_STATES(t, "FIN-WAIT-1 / CLOSE-WAIT?");
	SERVER(t, SYN_ACK, 0, 1, .after = SECONDS(1));
	EXPECT_STATES(t, "FIN-WAIT-1 / SYN-RECEIVED");
	EXPECT_CHANGES(t, "-S:ESTABLISHED? -S:CLOSE-WAIT?");
	/* The FIN again brings the ACK with it. */
	CLIENT(t, FIN_ACK, 101, 1, .after = MS(250));
	EXPECT_STATES(t, "FIN-WAIT-1 / CLOSE-WAIT?");
	SERVER(t, FIN_ACK, 1, 102);
	CLIENT(t, TCP_ACK, 102, 2);
	EXPECT_STATES(t, "TIME-WAIT! / CLOSED?");
	EXPECT_HISTORY(t, 1, S, "SYN-RECEIVED ESTABLISHED! CLOSE-WAIT! LAST-ACK CLOSED?");
}
