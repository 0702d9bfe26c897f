/* SPDX-License-Identifier: BSD-3-Clause */
/* Which connection a segment belongs to, where a four-tuple is used again. */
#include "talk.h"

#include <glib.h>

#define C SHAKEDOWN_CLIENT
#define S SHAKEDOWN_SERVER

/* The old connection's numbers, and the next one's. */
#define OLD 1000
#define OLD_PEER 300000

/* Opened and closed by the client, which waits in TIME-WAIT; its numbers stand at 2, and 2. */
static Talk *closed_by_client(void)
{
	Talk *t = talk_new();

	talk_open(t);
	CLIENT(t, FIN_ACK, 1, 1);
	SERVER(t, FIN_ACK, 1, 2);
	CLIENT(t, TCP_ACK, 2, 2);
	EXPECT_STATES(t, "TIME-WAIT! / CLOSED?");
	talk_events(t);
	return t;
}

static Talk *closed_by_server(void)
{
	Talk *t = talk_new();

	talk_open(t);
	SERVER(t, FIN_ACK, 1, 1);
	CLIENT(t, FIN_ACK, 1, 2);
	SERVER(t, TCP_ACK, 2, 2);
	EXPECT_STATES(t, "CLOSED? / TIME-WAIT!");
	talk_events(t);
	return t;
}

static void next_numbers(Talk *t)
{
	t->isn[C] = 50000000;
	t->isn[S] = 77000000;
}

Test(tcp_route, four_tuple_and_direction)
{
	g_autoptr(Talk) t = talk_new();

	talk_open(t);
	t->port[C]++;
	talk_open(t);
	t->addr[C].bytes[3]++;
	talk_open(t);
	t->addr[S].bytes[3]++;
	talk_open(t);
	cr_assert_eq(t->connections, 4);
	for (unsigned id = 1; id <= 4; id++) {
		EXPECT_STATES_OF(t, id, "ESTABLISHED / ESTABLISHED?");
		cr_assert_eq(talk_record(t, id)->side[C].packets, 2);
		cr_assert_eq(talk_record(t, id)->side[S].packets, 1);
	}
}

/* The client is who sent the SYN, whichever address or port is the lower. */
Test(tcp_route, roles_by_syn)
{
	for (unsigned i = 0; i < 2; i++) {
		g_autoptr(Talk) t = talk_new();

		t->port[C] = i ? 80 : 49152;
		t->port[S] = i ? 49152 : 80;
		t->addr[i ? S : C].bytes[0] = 9;
		talk_open(t);
		cr_assert_eq(talk_record(t, 1)->side[C].port, t->port[C]);
		cr_assert_eq(talk_record(t, 1)->role_basis, SHAKEDOWN_ROLE_SYN);
		EXPECT_STATES(t, "ESTABLISHED / ESTABLISHED?");
	}
}

/* RFC 9293 §3.6.1: after 2 MSL, or at once where its own end waits and opens again. */
Test(tcp_route, reuse_in_time_wait_by_the_waiting_side)
{
	g_autoptr(Talk) t = closed_by_client();

	next_numbers(t);
	CLIENT(t, TCP_SYN, .after = SECONDS(5));
	EXPECT_EVENTS(t, "reused opened syn");
	EXPECT_STATES_OF(t, 1, "CLOSED / CLOSED?");
	EXPECT_STATES_OF(t, 2, "SYN-SENT / CLOSED");
	SERVER(t, SYN_ACK, 0, 1);
	CLIENT(t, TCP_ACK, 1, 1);
	EXPECT_STATES_OF(t, 2, "ESTABLISHED / ESTABLISHED?");
	talk_finish(t);
	EXPECT_OUTCOME(t, 1, "three-way complete, three-way graceful");
	EXPECT_OUTCOME(t, 2, "three-way complete, none open");
}

/* RFC 6191 and RFC 1122 §4.2.2.13: the side in TIME-WAIT takes the SYN by answering it. */
Test(tcp_route, reuse_in_time_wait_of_the_other)
{
	g_autoptr(Talk) t = closed_by_server();

	next_numbers(t);
	CLIENT(t, TCP_SYN, .after = SECONDS(5));
	EXPECT_STATES_OF(t, 1, "CLOSED? / TIME-WAIT!");
	SERVER(t, SYN_ACK, 0, 1);
	EXPECT_STATES_OF(t, 1, "CLOSED? / CLOSED");
	EXPECT_STATES_OF(t, 2, "SYN-SENT / SYN-RECEIVED");
	CLIENT(t, TCP_ACK, 1, 1);
	EXPECT_STATES_OF(t, 2, "ESTABLISHED / ESTABLISHED?");
}

/* RFC 9293 §3.10.7.4: TIME-WAIT answers a SYN that is too old by an ACK, which the client resets;
 * its next SYN is taken. Figure 9 in another place. */
Test(tcp_route, reuse_refused_by_time_wait)
{
	g_autoptr(Talk) t = closed_by_server();

	next_numbers(t);
	CLIENT(t, TCP_SYN, .after = SECONDS(1));
	SERVER(t, TCP_ACK, 2, 2, .isn = OLD_PEER, .peer_isn = OLD);
	EXPECT_STATES_OF(t, 2, "SYN-SENT / CLOSED");
	cr_assert_eq(t->id, 1, "the ACK is the old connection's");
	CLIENT(t, TCP_RST, 2, .isn = OLD);
	cr_assert_eq(t->id, 1, "the RST answers it");
	EXPECT_STATES_OF(t, 1, "CLOSED? / CLOSED?");
	CLIENT(t, TCP_SYN, .after = SECONDS(1));
	cr_assert_eq(t->id, 2);
	SERVER(t, SYN_ACK, 0, 1);
	CLIENT(t, TCP_ACK, 1, 1);
	EXPECT_STATES_OF(t, 2, "ESTABLISHED / ESTABLISHED?");
	cr_assert_eq(t->connections, 2);
	cr_assert_eq(talk_record(t, 2)->handshake.syn, 2);
}

/* The old connection's last FIN comes again while the next one opens. */
Test(tcp_route, late_fin_of_the_older)
{
	g_autoptr(Talk) t = closed_by_client();

	next_numbers(t);
	CLIENT(t, TCP_SYN, .after = SECONDS(1));
	SERVER(t, FIN_ACK, 1, 2, .isn = OLD_PEER, .peer_isn = OLD);
	cr_assert_eq(t->id, 1);
	EXPECT_STATES_OF(t, 2, "SYN-SENT / CLOSED");
	SERVER(t, SYN_ACK, 0, 1);
	cr_assert_eq(t->id, 2);
}

/* The other end opens now: roles change with it. */
Test(tcp_route, reuse_with_the_roles_exchanged)
{
	g_autoptr(Talk) t = closed_by_client();

	next_numbers(t);
	SERVER(t, TCP_SYN, .after = SECONDS(31));
	talk_wait(t, SECONDS(0));
	cr_assert_eq(t->connections, 2);
	cr_assert_eq(talk_record(t, 2)->side[C].port, t->port[S]);
	CLIENT(t, SYN_ACK, 0, 1);
	SERVER(t, TCP_ACK, 1, 1);
	EXPECT_STATES_OF(t, 2, "ESTABLISHED / ESTABLISHED?");
}

/* RFC 9293 §3.10.7.4 fourth, RFC 5961 §4: a SYN into a living connection opens nothing. */
Test(tcp_route, blind_syn_is_dropped_when_the_connection_goes_on)
{
	g_autoptr(Talk) t = talk_new();

	talk_open(t);
	SERVER(t, PSH_ACK, 1, 1, 100);
	talk_events(t);
	CLIENT(t, TCP_SYN, .isn = 123456, .ttl = 40);
	EXPECT_EVENTS(t, "syn-in-connection");
	EXPECT_STATES(t, "ESTABLISHED / ESTABLISHED!");
	cr_assert_not_null(tcp_aside(talk_conn(t, 1))->pending);
	/* A challenge ACK, to which the true client has nothing to say; it goes on. */
	SERVER(t, TCP_ACK, 101, 1, .after = MS(1));
	CLIENT(t, PSH_ACK, 1, 101, 50);
	cr_assert_null(tcp_aside(talk_conn(t, 1))->pending);
	EXPECT_STATES(t, "ESTABLISHED / ESTABLISHED!");
	cr_assert_eq(t->connections, 1);
	cr_assert_eq(talk_side(t, C)->isn.value, OLD);
}

/* Figure 9: the client has lost the connection, and shows it by its RST. */
Test(tcp_route, half_open_reconnect_by_reset)
{
	g_autoptr(Talk) t = talk_new();

	talk_open(t);
	SERVER(t, PSH_ACK, 1, 1, 100);
	CLIENT(t, TCP_ACK, 1, 101);
	talk_events(t);
	next_numbers(t);
	CLIENT(t, TCP_SYN, .after = SECONDS(100));
	SERVER(t, TCP_ACK, 101, 1, .isn = OLD_PEER, .peer_isn = OLD);
	EXPECT_STATES_OF(t, 1, "ESTABLISHED / ESTABLISHED!");
	CLIENT(t, TCP_RST, 1, .isn = OLD);
	EXPECT_STATES_OF(t, 1, "CLOSED / CLOSED?");
	cr_assert_eq(t->connections, 2);
	EXPECT_STATES_OF(t, 2, "SYN-SENT / CLOSED");
	CLIENT(t, TCP_SYN, .after = SECONDS(1));
	cr_assert_eq(t->id, 2);
	SERVER(t, SYN_ACK, 0, 1);
	CLIENT(t, TCP_ACK, 1, 1);
	EXPECT_STATES_OF(t, 2, "ESTABLISHED / ESTABLISHED?");
	cr_assert_eq(talk_record(t, 2)->handshake.syn, 2);
	/* Each packet is counted once. */
	cr_assert_eq(talk_record(t, 1)->side[C].packets + talk_record(t, 2)->side[C].packets, 7);
}

/* The server has lost it as well (or the first was closed unseen): it just answers. */
Test(tcp_route, half_open_reconnect_by_syn_ack)
{
	g_autoptr(Talk) t = talk_new();

	talk_open(t);
	SERVER(t, PSH_ACK, 1, 1, 100);
	next_numbers(t);
	CLIENT(t, TCP_SYN, .after = SECONDS(100));
	SERVER(t, SYN_ACK, 0, 1);
	cr_assert_eq(t->connections, 2);
	EXPECT_STATES_OF(t, 1, "CLOSED / CLOSED");
	EXPECT_STATES_OF(t, 2, "SYN-SENT / SYN-RECEIVED");
	CLIENT(t, TCP_ACK, 1, 1);
	EXPECT_STATES_OF(t, 2, "ESTABLISHED / ESTABLISHED?");
	talk_finish(t);
	EXPECT_OUTCOME(t, 1, "three-way complete, none open");
}

/* Of the next connection the whole opening was not captured: both go on from other numbers. */
Test(tcp_route, the_next_one_without_its_opening)
{
	g_autoptr(Talk) t = talk_new();

	talk_open(t);
	CLIENT(t, FIN_ACK, 1, 1);
	SERVER(t, FIN_ACK, 1, 2);
	CLIENT(t, TCP_ACK, 2, 2);
	t->isn[C] = 500000000;
	t->isn[S] = 900000000;
	CLIENT(t, PSH_ACK, 1, 1, 100, .after = SECONDS(5));
	cr_assert_eq(t->event_count[TCP_EVENT_BAD_ACK], 0);
	cr_assert_eq(t->connections, 1);
	SERVER(t, TCP_ACK, 1, 101);
	cr_assert_eq(t->id, 2);
	CLIENT(t, FIN_ACK, 101, 1);
	cr_assert_eq(t->id, 2);
	SERVER(t, FIN_ACK, 1, 102);
	CLIENT(t, TCP_ACK, 102, 2);
	EXPECT_STATES_OF(t, 1, "CLOSED! / CLOSED?");
	EXPECT_STATES_OF(t, 2, "TIME-WAIT! / CLOSED?");
}

/* … but one side alone, or a connection that goes on, is none. */
Test(tcp_route, numbers_of_one_side_are_no_next_one)
{
	g_autoptr(Talk) t = talk_new();

	talk_open(t);
	CLIENT(t, PSH_ACK, 1, 1, 100, .isn = 500000000, .peer_isn = 900000000);
	SERVER(t, TCP_ACK, 1, 101, .isn = 900000000, .peer_isn = 500000000);
	cr_assert_eq(t->connections, 1);
	CLIENT(t, FIN_ACK, 1, 1);
	SERVER(t, FIN_ACK, 1, 2);
	CLIENT(t, TCP_ACK, 2, 2);
	CLIENT(t, PSH_ACK, 1, 1, 100, .isn = 500000000, .peer_isn = 900000000);
	SERVER(t, TCP_ACK, 1, 2);
	cr_assert_eq(t->connections, 1);
}

/* Nobody answers it, and it comes again after a second: it is meant. */
Test(tcp_route, half_open_reconnect_unanswered)
{
	g_autoptr(Talk) t = talk_new();

	talk_open(t);
	SERVER(t, PSH_ACK, 1, 1, 100);
	next_numbers(t);
	CLIENT(t, TCP_SYN, .after = SECONDS(100));
	cr_assert_eq(t->connections, 1);
	CLIENT(t, TCP_SYN, .after = SECONDS(1));
	cr_assert_eq(t->connections, 2);
	EXPECT_STATES_OF(t, 2, "SYN-SENT / CLOSED");
	EXPECT_STATES_OF(t, 1, "CLOSED / ESTABLISHED!");
	cr_assert_eq(talk_record(t, 2)->handshake.syn, 2);
}

/* A SYN that is captured twice was sent once. */
Test(tcp_route, half_open_reconnect_captured_twice)
{
	for (unsigned again = 0; again < 2; again++) {
		g_autoptr(Talk) t = talk_new();

		talk_open(t);
		SERVER(t, PSH_ACK, 1, 1, 100);
		next_numbers(t);
		CLIENT(t, TCP_SYN, .after = SECONDS(100));
		if (again)
			CLIENT(t, TCP_SYN, .after = MS(200));
		else
			talk_copy(t, 1000);
		SERVER(t, SYN_ACK, 0, 1);
		cr_assert_eq(t->connections, 2);
		cr_assert_eq(talk_record(t, 2)->handshake.syn, 1 + again);
	}
}

/* Only the client is captured: it goes on from the new SYN itself. */
Test(tcp_route, reconnect_with_the_answer_not_captured)
{
	g_autoptr(Talk) t = talk_new();

	CLIENT(t, TCP_SYN);
	CLIENT(t, TCP_ACK, 1, 1);
	CLIENT(t, PSH_ACK, 1, 1, 100);
	next_numbers(t);
	CLIENT(t, TCP_SYN, .after = SECONDS(100));
	CLIENT(t, TCP_ACK, 1, 1);
	cr_assert_eq(t->connections, 2);
	EXPECT_STATES_OF(t, 2, "ESTABLISHED / ESTABLISHED?");
}

/* The SYN of the next connection was not captured, its SYN,ACK was. */
Test(tcp_route, syn_ack_begins_the_next)
{
	g_autoptr(Talk) t = closed_by_client();

	next_numbers(t);
	SERVER(t, SYN_ACK, 0, 1, .after = SECONDS(10));
	cr_assert_eq(t->connections, 2);
	EXPECT_STATES_OF(t, 2, "SYN-SENT* / SYN-RECEIVED");
	cr_assert_eq(talk_record(t, 2)->role_basis, SHAKEDOWN_ROLE_SYN_ACK);
	CLIENT(t, TCP_ACK, 1, 1);
	EXPECT_STATES_OF(t, 2, "ESTABLISHED / ESTABLISHED?");
}

/* A late copy of the old SYN is the old connection's. */
Test(tcp_route, old_syn_again_is_the_old_connections)
{
	g_autoptr(Talk) t = closed_by_client();

	CLIENT(t, TCP_SYN, .after = SECONDS(1));
	cr_assert_eq(t->connections, 1);
	EXPECT_STATES_OF(t, 1, "TIME-WAIT! / CLOSED?");
	cr_assert_eq(talk_record(t, 1)->handshake.syn, 2);
	cr_assert_eq(talk_record(t, 1)->side[C].retransmissions, 1);
}

/* … but where it is answered it opens another: the same capture is played again. */
Test(tcp_route, the_same_syn_answered_begins_the_next)
{
	g_autoptr(Talk) t = closed_by_client();

	CLIENT(t, TCP_SYN, .after = SECONDS(1));
	SERVER(t, SYN_ACK, 0, 1);
	cr_assert_eq(t->connections, 2);
	EXPECT_STATES_OF(t, 2, "SYN-SENT / SYN-RECEIVED");
	cr_assert_eq(talk_record(t, 1)->handshake.syn, 1);
	cr_assert_eq(talk_record(t, 1)->side[C].retransmissions, 0);
	CLIENT(t, TCP_ACK, 1, 1);
	EXPECT_STATES_OF(t, 2, "ESTABLISHED / ESTABLISHED?");
}

/* Within a connection it is its own, whatever answers it. */
Test(tcp_route, the_same_syn_in_a_connection)
{
	g_autoptr(Talk) t = talk_new();

	talk_open(t);
	CLIENT(t, TCP_SYN, .after = SECONDS(1));
	SERVER(t, SYN_ACK, 0, 1);
	cr_assert_eq(t->connections, 1);
}

/* The connection before, the present one, the next: each is freed, in any order. */
Test(tcp_route, a_chain_of_incarnations)
{
	g_autoptr(Talk) t = talk_new();

	for (unsigned i = 0; i < 20; i++) {
		talk_open(t);
		CLIENT(t, RST_ACK, 1, 1);
		t->isn[C] += 1000000;
		t->isn[S] += 1000000;
		if (i % 3 == 0)
			talk_wait(t, SECONDS(7));
	}
	cr_assert_eq(t->connections, 20);
	for (unsigned id = 1; id <= 20; id++)
		EXPECT_OUTCOME(t, id, "three-way complete, reset reset");
	talk_wait(t, SECONDS(200));
	cr_assert_eq(tcp_tracker_live(t->tracker), 0);
	cr_assert_eq(t->event_count[TCP_EVENT_OVER], 20);
}

/* A client that tries again with another number, from the same port, while nothing answers: two
 * attempts, none of them lost. */
Test(tcp_route, attempts_that_nobody_answers)
{
	g_autoptr(Talk) t = talk_new();

	for (unsigned i = 0; i < 5; i++) {
		t->isn[C] += 1000000;
		CLIENT(t, TCP_SYN, .after = SECONDS(10));
		CLIENT(t, TCP_SYN, .after = SECONDS(1));
	}
	cr_assert_eq(t->connections, 5);
	for (unsigned id = 1; id <= 5; id++)
		cr_assert_eq(talk_record(t, id)->handshake.syn, 2, "attempt %u", id);
}

/* A connection with itself: both ends are the same, and nothing crashes. */
Test(tcp_route, self_connection)
{
	g_autoptr(Talk) t = talk_new();

	t->addr[S] = t->addr[C];
	t->port[S] = t->port[C];
	t->isn[S] = t->isn[C];
	CLIENT(t, TCP_SYN);
	CLIENT(t, SYN_ACK, 0, 1);
	CLIENT(t, TCP_ACK, 1, 1);
	CLIENT(t, PSH_ACK, 1, 1, 10);
	CLIENT(t, FIN_ACK, 11, 11);
	CLIENT(t, TCP_ACK, 12, 12);
	CLIENT(t, TCP_RST, 12);
	talk_finish(t);
	cr_assert_eq(t->connections, 1);
}

/* The same with SYNs only, by the thousand: what is pending does not grow. */
Test(tcp_route, blind_syns_by_the_thousand)
{
	g_autoptr(Talk) t = talk_new();

	talk_open(t);
	SERVER(t, PSH_ACK, 1, 1, 100);
	CLIENT(t, TCP_ACK, 1, 101);
	for (unsigned i = 0; i < 5000; i++) {
		CLIENT(t, TCP_SYN, .isn = 1 + i * 800001u, .after = MS(1));
		if (i % 50 == 0)
			CLIENT(t, TCP_ACK, 1, 101, .after = MS(1));
	}
	CLIENT(t, PSH_ACK, 1, 101, 10);
	cr_assert_eq(t->connections, 1);
	EXPECT_STATES(t, "ESTABLISHED / ESTABLISHED!");
}

/* IPv4 and IPv6, and what was wrapped in layers of identity, are apart. */
Test(tcp_route, ip_versions_are_apart)
{
	g_autoptr(Talk) t = talk_new();

	talk_open(t);
	t->addr[C].version = t->addr[S].version = 6;
	talk_open(t);
	cr_assert_eq(t->connections, 2);
	cr_assert_eq(talk_record(t, 2)->ip_version, 6);
}

/* The first SYN is lost, its client gives up and tries again from the same port: its number has
 * gone on with its clock (§3.4.1, here Linux's 64 ns), so that the answer is to it, not to an old
 * duplicate. */
Test(tcp_route, another_attempt_right_after_one_that_was_lost)
{
	g_autoptr(Talk) t = talk_new();

	CLIENT(t, TCP_SYN);
	t->isn[C] += 300000000 / 64;
	CLIENT(t, TCP_SYN, .after = MS(300));
	SERVER(t, SYN_ACK, 0, 1);
	CLIENT(t, TCP_ACK, 1, 1);
	cr_assert_eq(t->connections, 2);
	EXPECT_STATES_OF(t, 1, "CLOSED / CLOSED");
	EXPECT_STATES_OF(t, 2, "ESTABLISHED / ESTABLISHED?");
	cr_assert_eq(talk_record(t, 1)->handshake.syn_ack, 0);
	cr_assert_eq(talk_record(t, 2)->handshake.syn_ack, 1);
}

/* The server alone is captured, and the client uses its port again: no wrong acknowledgment, but
 * the answer to a SYN that was not captured. */
Test(tcp_route, syn_ack_begins_the_next_where_no_client_is_captured)
{
	g_autoptr(Talk) t = talk_new();

	SERVER(t, SYN_ACK, 0, 1);
	SERVER(t, PSH_ACK, 1, 101, 50);
	SERVER(t, FIN_ACK, 51, 102);
	next_numbers(t);
	SERVER(t, SYN_ACK, 0, 1, .after = SECONDS(1));
	SERVER(t, PSH_ACK, 1, 101, 50);
	cr_assert_eq(t->connections, 2);
	EXPECT_STATES_OF(t, 2, "ESTABLISHED! / ESTABLISHED");
	cr_assert_eq(talk_record(t, 1)->handshake.syn_ack, 1);
	cr_assert_eq(talk_record(t, 2)->handshake.syn_ack, 1);
	cr_assert_eq(talk_record(t, 1)->side[S].bytes, 50);
	/* The same again is the present one's. */
	SERVER(t, SYN_ACK, 0, 1, .after = SECONDS(1));
	cr_assert_eq(t->connections, 2);
}
