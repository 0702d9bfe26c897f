/* SPDX-License-Identifier: BSD-3-Clause */
/* A SYN where there is a connection, and one that acknowledges it: what becomes of the two. */
#include "talk.h"

#include <glib.h>

#define C SHAKEDOWN_CLIENT
#define S SHAKEDOWN_SERVER

/* The old connection's numbers. */
#define OLD 1000
#define OLD_PEER 300000

/* Behind a NAT the SYN that follows one that TIME-WAIT has refused is another host's, of whatever
 * number. The answer is to that one alone. */
Test(tcp_pending, next_host_after_a_refusal_by_time_wait)
{
	g_autoptr(Talk) t = talk_new();

	talk_open(t);
	SERVER(t, FIN_ACK, 1, 1);
	CLIENT(t, FIN_ACK, 1, 2);
	SERVER(t, TCP_ACK, 2, 2);
	EXPECT_STATES(t, "CLOSED? / TIME-WAIT!");
	t->isn[C] = 50000000;
	t->isn[S] = 77000000;
	CLIENT(t, TCP_SYN, .after = SECONDS(1));
	SERVER(t, TCP_ACK, 2, 2, .isn = OLD_PEER, .peer_isn = OLD);
	CLIENT(t, TCP_RST, 2, .isn = OLD);
	t->isn[C] = 3000000000;
	CLIENT(t, TCP_SYN, .after = MS(1));
	SERVER(t, SYN_ACK, 0, 1);
	SERVER(t, SYN_ACK, 0, 1, .after = SECONDS(1));
	CLIENT(t, TCP_ACK, 1, 1);
	CLIENT(t, PSH_ACK, 1, 1, 100);
	SERVER(t, TCP_ACK, 1, 101);
	EXPECT_STATES_OF(t, 1, "CLOSED? / CLOSED?");
	EXPECT_STATES_OF(t, 2, "CLOSED / CLOSED");
	EXPECT_STATES_OF(t, 3, "ESTABLISHED / ESTABLISHED!");
	cr_assert_eq(t->connections, 3);
	cr_assert_eq(talk_record(t, 1)->side[C].missing_bytes, 0);
	cr_assert_eq(talk_record(t, 2)->handshake.syn, 1);
	cr_assert_eq(talk_record(t, 2)->handshake.syn_ack, 0);
	cr_assert_eq(talk_record(t, 2)->side[S].packets, 0);
	cr_assert_eq(talk_record(t, 3)->handshake.syn_ack, 2);
	cr_assert_eq(talk_record(t, 3)->side[S].retransmissions, 1);
	talk_wait(t, SECONDS(5));
	talk_finish(t);
	EXPECT_OUTCOME(t, 2, "three-way no-answer, none never-opened");
	EXPECT_OUTCOME(t, 3, "three-way complete, none open");
}

/* The same where the first SYN had no answer at all. */
Test(tcp_pending, next_host_beside_a_syn_without_an_answer)
{
	g_autoptr(Talk) t = talk_new();

	CLIENT(t, TCP_SYN);
	t->isn[C] = 3000000000;
	CLIENT(t, TCP_SYN, .after = MS(300));
	SERVER(t, SYN_ACK, 0, 1);
	EXPECT_STATES_OF(t, 1, "SYN-SENT / SYN-RECEIVED");
	CLIENT(t, TCP_ACK, 1, 1);
	EXPECT_STATES_OF(t, 1, "CLOSED / CLOSED");
	EXPECT_STATES_OF(t, 2, "ESTABLISHED / ESTABLISHED?");
	cr_assert_eq(talk_record(t, 2)->handshake.syn_ack, 1);
	talk_wait(t, SECONDS(5));
	talk_finish(t);
	EXPECT_OUTCOME(t, 1, "three-way no-answer, none never-opened");
	EXPECT_OUTCOME(t, 2, "three-way complete, none open");
}

/* However often it came, it came. */
Test(tcp_pending, more_often_than_can_be_counted)
{
	g_autoptr(Talk) t = talk_new();

	CLIENT(t, TCP_SYN);
	t->isn[C] = 3000000000;
	for (unsigned i = 0; i < UINT16_MAX + 1; i++)
		CLIENT(t, TCP_SYN, .after = 10000);
	SERVER(t, SYN_ACK, 0, 1);
	CLIENT(t, TCP_ACK, 1, 1);
	EXPECT_STATES_OF(t, 2, "ESTABLISHED / ESTABLISHED?");
	cr_assert_eq(talk_record(t, 2)->handshake.syn, UINT16_MAX);
}

/* §3.10.7.3 first: whichever way the number of an older connection's ACK is wrong, the reset that
 * answers it ends nothing. */
Test(tcp_pending, answered_for_an_older_connection)
{
	static const uint32_t wrong[] = {(uint32_t)-90000, 0, 90000};

	for (unsigned i = 0; i < G_N_ELEMENTS(wrong); i++) {
		g_autoptr(Talk) t = talk_new();

		CLIENT(t, TCP_SYN);
		SERVER(t, TCP_ACK, 777777, wrong[i]);
		EXPECT_CLASS(t, OUT_OF_WINDOW);
		CLIENT(t, TCP_RST, wrong[i]);
		EXPECT_STATES(t, "SYN-SENT / CLOSED");
		CLIENT(t, TCP_SYN);
		SERVER(t, SYN_ACK, 0, 1);
		CLIENT(t, TCP_ACK, 1, 1);
		EXPECT_STATES(t, "ESTABLISHED / ESTABLISHED?");
		EXPECT_HISTORY(t, 1, C, "SYN-SENT ESTABLISHED");
	}
}

/* Figure 8: what is reset behind the real SYN is no second old duplicate. Who resets each answer
 * asks anew each time. */
Test(tcp_pending, old_duplicate_once)
{
	g_autoptr(Talk) t = talk_new();

	for (uint32_t n = 1; n <= 4; n++) {
		CLIENT(t, TCP_SYN, .isn = 1000000 * n, .after = MS(300));
		SERVER(t, SYN_ACK, 0, 1, .isn = 300 * n, .peer_isn = 1000000 * n);
		CLIENT(t, TCP_RST, .isn = 1000000 * n + 1);
		cr_assert_eq(t->connections, (n + 1) / 2, "after %u", n);
	}
}

/* … and whatever ends the real one was not that reset. */
Test(tcp_pending, refused_behind_an_old_duplicate)
{
	g_autoptr(Talk) t = talk_new();

	t->isn[C] = 100;
	CLIENT(t, TCP_SYN, .isn = 90);
	SERVER(t, SYN_ACK, 0, 1, .isn = 300, .peer_isn = 90);
	CLIENT(t, TCP_RST, .isn = 91);
	CLIENT(t, TCP_SYN);
	SERVER(t, RST_ACK, 0, 1);
	EXPECT_STATES(t, "CLOSED? / CLOSED?");
	cr_assert_eq(talk_record(t, 1)->teardown.reset_by, S);
	cr_assert_eq(talk_record(t, 1)->teardown.first, S);
}
