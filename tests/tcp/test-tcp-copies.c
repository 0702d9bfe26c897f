/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Packets that one capture holds from two places with a queue or a long way between, as on all
 * interfaces of a router: the second time comes late, and behind many others, or in another VLAN.
 */
#include "talk.h"

/* How many hops before the second place, and how long. */
#define WAY MS(60)
#define FIRST .ttl = 64
#define SECOND .ttl = 63, .after = WAY

/* As Linux does it, SYN,ACK has no id. */
static Talk *opened_with_copies(void)
{
	Talk *t = talk_new();

	CLIENT(t, TCP_SYN, .ip_id = 71, FIRST);
	CLIENT(t, TCP_SYN, .ip_id = 71, SECOND);
	EXPECT_CLASS(t, DUPLICATE_PACKET);
	SERVER(t, SYN_ACK, 0, 1, .ip_id = NO_IP_ID, FIRST);
	SERVER(t, SYN_ACK, 0, 1, .ip_id = NO_IP_ID, SECOND);
	EXPECT_CLASS(t, DUPLICATE_PACKET);
	CLIENT(t, TCP_ACK, 1, 1, .ip_id = 72, FIRST);
	CLIENT(t, TCP_ACK, 1, 1, .ip_id = 72, SECOND);
	EXPECT_CLASS(t, DUPLICATE_PACKET);
	return t;
}

Test(tcp_late_copy, every_packet_twice_is_one_connection)
{
	g_autoptr(Talk) t = opened_with_copies();

	CLIENT(t, FIN_ACK, 1, 1, .ip_id = 73, FIRST);
	CLIENT(t, FIN_ACK, 1, 1, .ip_id = 73, SECOND);
	SERVER(t, FIN_ACK, 1, 2, .ip_id = 1001, FIRST);
	SERVER(t, FIN_ACK, 1, 2, .ip_id = 1001, SECOND);
	CLIENT(t, TCP_ACK, 2, 2, .ip_id = 74, FIRST);
	CLIENT(t, TCP_ACK, 2, 2, .ip_id = 74, SECOND);
	EXPECT_STATES(t, "TIME-WAIT! / CLOSED?");
	EXPECT_EVENTS(t, "opened syn syn-ack established fin fin");
	cr_assert_eq(tcp_aside(talk_conn(t, 1))->copies, 6);
	cr_assert_eq(talk_record(t, 1)->side[0].retransmissions, 0);
	cr_assert_eq(talk_record(t, 1)->side[1].retransmissions, 0);
}

/* … and more than a set of the first table holds lies between. */
Test(tcp_late_copy, behind_a_flight)
{
	g_autoptr(Talk) t = opened_with_copies();

	for (unsigned place = 0; place < 2; place++)
		for (uint32_t n = 0; n < 40; n++)
			CLIENT(t, PSH_ACK, 1 + 100 * n, 1, 100, .ip_id = (int32_t)(100 + n),
			       .ttl = (uint8_t)(64 - place), .after = 100000);
	EXPECT_CLASS(t, DUPLICATE_PACKET);
	cr_assert_eq(tcp_aside(talk_conn(t, 1))->copies, 43);
	cr_assert_eq(talk_record(t, 1)->side[0].retransmissions, 0);
	/* Sent again it passes both places once more. */
	CLIENT(t, PSH_ACK, 101, 1, 100, .ip_id = 140, FIRST);
	EXPECT_CLASS(t, RETRANSMISSION);
	CLIENT(t, PSH_ACK, 101, 1, 100, .ip_id = 140, SECOND);
	EXPECT_CLASS(t, DUPLICATE_PACKET);
	cr_assert_eq(talk_record(t, 1)->side[0].retransmissions, 1);
}

/* The places are on two ports of a bridge; its clock says that it was sent once. */
Test(tcp_late_copy, with_as_many_hops)
{
	g_autoptr(Talk) t = talk_new();

	CLIENT(t, TCP_SYN, .ip_id = 71, .tsval = 1000);
	CLIENT(t, TCP_SYN, .ip_id = 71, .tsval = 1000, .after = WAY);
	SERVER(t, SYN_ACK, 0, 1, .ip_id = NO_IP_ID, .tsval = 5000);
	SERVER(t, SYN_ACK, 0, 1, .ip_id = NO_IP_ID, .tsval = 5000, .after = WAY);
	EXPECT_CLASS(t, DUPLICATE_PACKET);
	/* It was asked again, and answers again. */
	SERVER(t, SYN_ACK, 0, 1, .ip_id = NO_IP_ID, .tsval = 5060, .after = 1000);
	EXPECT_CLASS(t, RETRANSMISSION);
}

/* Nobody sends a SYN again so soon, and what a firewall leaves out of it makes no other of it. */
Test(tcp_late_copy, of_a_syn_without_its_options)
{
	g_autoptr(Talk) t = talk_new();

	CLIENT(t, TCP_SYN, .ip_id = 71, .tsval = 1000, FIRST);
	CLIENT(t, TCP_SYN, .ip_id = 71, SECOND);
	EXPECT_CLASS(t, DUPLICATE_PACKET);
	CLIENT(t, TCP_SYN, .ip_id = 71, .tsval = 2000, .after = SECONDS(1));
	EXPECT_CLASS(t, RETRANSMISSION);
}

/* It was under way when the reset passed the first place, and does not contradict it. */
Test(tcp_late_copy, behind_a_reset)
{
	g_autoptr(Talk) t = opened_with_copies();

	CLIENT(t, PSH_ACK, 1, 1, 100, .ip_id = 73, FIRST);
	CLIENT(t, TCP_RST, 101, .ip_id = NO_IP_ID, FIRST);
	CLIENT(t, PSH_ACK, 1, 1, 100, .ip_id = 73, SECOND);
	EXPECT_CLASS(t, DUPLICATE_PACKET);
	CLIENT(t, TCP_RST, 101, .ip_id = NO_IP_ID, .ttl = 63);
	EXPECT_CLASS(t, DUPLICATE_PACKET);
	EXPECT_STATES(t, "CLOSED / CLOSED?");
	EXPECT_EVENTS(t, "opened syn syn-ack established rst");
}

/* Two places' clocks differ by more than the whole talk. */
Test(tcp_late_copy, of_all_that_was_said)
{
	g_autoptr(Talk) t = talk_new();

	for (unsigned place = 0; place < 2; place++) {
		uint8_t ttl = (uint8_t)(64 - place);

		CLIENT(t, TCP_SYN, .ip_id = 71, .ttl = ttl, .after = WAY);
		SERVER(t, SYN_ACK, 0, 1, .ip_id = NO_IP_ID, .ttl = ttl, .after = 100000);
		CLIENT(t, TCP_ACK, 1, 1, .ip_id = 72, .ttl = ttl, .after = 100000);
		for (uint32_t n = 0; n < 20; n++)
			CLIENT(t, PSH_ACK, 1 + 100 * n, 1, 100, .ip_id = (int32_t)(73 + n),
			       .ttl = ttl, .after = 100000);
		SERVER(t, TCP_ACK, 1, 2001, .ip_id = 1001, .ttl = ttl, .after = 100000);
	}
	cr_assert_eq(tcp_aside(talk_conn(t, 1))->copies, 24);
	cr_assert_eq(talk_record(t, 1)->handshake.syn, 1);
}

/* A card, or a shaper, cuts up what is longer than a packet. */
Test(tcp_late_copy, in_pieces)
{
	g_autoptr(Talk) t = opened_with_copies();

	CLIENT(t, PSH_ACK, 1, 1, 3000, .ip_id = 73, FIRST);
	CLIENT(t, TCP_ACK, 1, 1, 1500, .ip_id = 73, SECOND);
	EXPECT_CLASS(t, DUPLICATE_PACKET);
	CLIENT(t, PSH_ACK, 1501, 1, 1500, .ip_id = 74, .ttl = 63, .after = MS(1));
	EXPECT_CLASS(t, DUPLICATE_PACKET);
	cr_assert_eq(talk_record(t, 1)->side[0].retransmissions, 0);
	/* Sent again it passes the first place, too. */
	CLIENT(t, TCP_ACK, 1, 1, 1500, .ip_id = 75, FIRST);
	EXPECT_CLASS(t, RETRANSMISSION);
}

/* … and puts together what was short; its clock tells where the hops do not. */
Test(tcp_late_copy, put_together)
{
	g_autoptr(Talk) t = talk_new();

	CLIENT(t, TCP_SYN, .ip_id = 71, .tsval = 10);
	talk_copy(t, WAY);
	SERVER(t, SYN_ACK, 0, 1, .ip_id = NO_IP_ID, .tsval = 90);
	talk_copy(t, WAY);
	CLIENT(t, TCP_ACK, 1, 1, .ip_id = 72, .tsval = 11, .tsecr = 90);
	talk_copy(t, WAY);
	for (uint32_t n = 0; n < 4; n++)
		CLIENT(t, PSH_ACK, 1 + 100 * n, 1, 100, .ip_id = (int32_t)(73 + n), .tsval = 12 + n,
		       .tsecr = 90);
	CLIENT(t, PSH_ACK, 1, 1, 200, .ip_id = 73, .tsval = 13, .tsecr = 90);
	EXPECT_CLASS(t, DUPLICATE_PACKET);
	CLIENT(t, PSH_ACK, 1, 1, 200, .ip_id = 77, .tsval = 16, .tsecr = 90);
	EXPECT_CLASS(t, RETRANSMISSION);
}

/* What many have in common hides none of them: each is new, however many are remembered. */
Test(tcp_late_copy, among_very_many)
{
	g_autoptr(Talk) t = opened_with_copies();
	const uint32_t segments = 400000;

	for (uint32_t n = 0; n < segments; n++) {
		CLIENT(t, PSH_ACK, 1 + 100 * n, 1, 100, .ip_id = (int32_t)(1 + n % 65535), FIRST,
		       .after = 10000);
		if (t->segment_class != SHAKEDOWN_SEGMENT_NEW)
			cr_assert_fail("segment %u is no copy of anything", n);
	}
	cr_assert_eq(tcp_aside(talk_conn(t, 1))->copies, 3);
	/* … but this one is. */
	CLIENT(t, PSH_ACK, 1 + 100 * (segments - 20), 1, 100,
	       .ip_id = (int32_t)(1 + (segments - 20) % 65535), SECOND);
	EXPECT_CLASS(t, DUPLICATE_PACKET);
}

/* Near misses: nothing tells these from what is sent again. */

Test(tcp_late_copy, without_an_id_from_as_many_hops)
{
	g_autoptr(Talk) t = opened_with_copies();

	SERVER(t, PSH_ACK, 1, 1, 100, .ip_id = NO_IP_ID);
	SERVER(t, PSH_ACK, 1, 1, 100, .ip_id = NO_IP_ID, .after = WAY);
	EXPECT_CLASS(t, RETRANSMISSION);
}

Test(tcp_late_copy, without_an_id_on_another_route)
{
	g_autoptr(Talk) t = talk_new();

	talk_open(t);
	SERVER(t, PSH_ACK, 1, 1, 100, .ip_id = NO_IP_ID);
	SERVER(t, PSH_ACK, 1, 1, 100, .ip_id = NO_IP_ID, SECOND);
	EXPECT_CLASS(t, RETRANSMISSION);
}

/* Each goes a hop farther than the one before: no way leads back to where they were sent. */
Test(tcp_late_copy, of_a_traceroute)
{
	g_autoptr(Talk) t = talk_new();

	for (unsigned ttl = 1; ttl < 14; ttl++)
		CLIENT(t, TCP_SYN, .ip_id = NO_IP_ID, .ttl = (uint8_t)ttl, .after = MS(150));
	EXPECT_CLASS(t, RETRANSMISSION);
	cr_assert_eq(talk_record(t, 1)->handshake.syn, 13);
}

/* RFC 791 §3.2 lets it keep its identification. */
Test(tcp_late_copy, where_none_came_before)
{
	g_autoptr(Talk) t = talk_new();

	talk_open(t);
	CLIENT(t, PSH_ACK, 1, 1, 100, .ip_id = 73);
	CLIENT(t, PSH_ACK, 1, 1, 100, .ip_id = 73, .after = WAY);
	EXPECT_CLASS(t, RETRANSMISSION);
}

Test(tcp_late_copy, too_late)
{
	g_autoptr(Talk) t = opened_with_copies();

	CLIENT(t, PSH_ACK, 1, 1, 100, .ip_id = 73, FIRST);
	CLIENT(t, PSH_ACK, 1, 1, 100, .ip_id = 73, .ttl = 64, .after = SECONDS(1));
	EXPECT_CLASS(t, RETRANSMISSION);
}

/* What the first place has not seen is no piece of it. */
Test(tcp_late_copy, that_fills_a_hole)
{
	g_autoptr(Talk) t = opened_with_copies();

	CLIENT(t, PSH_ACK, 101, 1, 100, .ip_id = 74, FIRST);
	CLIENT(t, PSH_ACK, 1, 1, 100, .ip_id = 73, SECOND);
	EXPECT_CLASS(t, OUT_OF_ORDER);
	cr_assert_eq(talk_record(t, 1)->side[0].bytes, 200);
}

/* Of what the farther place has seen first, as its clock is behind: whether this arrived there
 * nothing tells. */
Test(tcp_late_copy, seen_nearer_later)
{
	g_autoptr(Talk) t = talk_new();

	for (unsigned place = 0; place < 2; place++) {
		uint8_t ttl = (uint8_t)(63 + place);

		CLIENT(t, TCP_SYN, .ip_id = 71, .ttl = ttl, .after = WAY);
		SERVER(t, SYN_ACK, 0, 1, .ip_id = NO_IP_ID, .ttl = ttl);
		CLIENT(t, TCP_ACK, 1, 1, .ip_id = 72, .ttl = ttl);
		CLIENT(t, PSH_ACK, 1, 1, 100, .ip_id = 73, .ttl = ttl);
	}
	CLIENT(t, PSH_ACK, 1, 1, 100, .ip_id = 74, .ttl = 64);
	EXPECT_CLASS(t, RETRANSMISSION);
}

/* Without an id, and within a tick of its clock: far behind others it was sent again. */
Test(tcp_late_copy, that_is_a_fast_retransmission)
{
	g_autoptr(Talk) t = talk_new();

	talk_open(t);
	CLIENT(t, PSH_ACK, 1, 1, 100, .ip_id = NO_IP_ID, .tsval = 7);
	talk_copy(t, 2000);
	EXPECT_CLASS(t, DUPLICATE_PACKET);
	for (uint32_t n = 1; n < 10; n++)
		CLIENT(t, PSH_ACK, 1 + 100 * n, 1, 100, .ip_id = NO_IP_ID, .tsval = 7,
		       .after = 2000);
	CLIENT(t, PSH_ACK, 101, 1, 100, .ip_id = NO_IP_ID, .tsval = 7, .after = 2000);
	EXPECT_CLASS(t, RETRANSMISSION);
}

/* Before a router and behind it, in a VLAN each; the answer comes by the second first. */
Test(tcp_late_copy, in_two_vlans_it_is_one_connection)
{
	g_autoptr(Talk) t = talk_new();

	CLIENT(t, TCP_SYN, .ip_id = 71, .vlan = 10, FIRST);
	CLIENT(t, TCP_SYN, .ip_id = 71, .vlan = 20, .ttl = 63, .after = MS(1));
	EXPECT_CLASS(t, DUPLICATE_PACKET);
	SERVER(t, SYN_ACK, 0, 1, .ip_id = 1000, .vlan = 20, FIRST);
	SERVER(t, SYN_ACK, 0, 1, .ip_id = 1000, .vlan = 10, .ttl = 63, .after = MS(1));
	EXPECT_CLASS(t, DUPLICATE_PACKET);
	CLIENT(t, TCP_ACK, 1, 1, .ip_id = 72, .vlan = 10, FIRST);
	CLIENT(t, TCP_ACK, 1, 1, .ip_id = 72, .vlan = 20, .ttl = 63, .after = MS(1));
	EXPECT_CLASS(t, DUPLICATE_PACKET);
	cr_assert_eq(t->connections, 1);
	cr_assert_eq(tcp_aside(talk_conn(t, 1))->copies, 3);
	EXPECT_STATES(t, "ESTABLISHED / ESTABLISHED?");
	talk_finish(t);
	cr_assert_eq(t->over_len, 1);
}

/* … be the first bare, or the way back by the first alone. */
Test(tcp_late_copy, one_of_the_two_may_be_bare)
{
	g_autoptr(Talk) t = talk_new();

	CLIENT(t, TCP_SYN, .ip_id = 71, FIRST);
	CLIENT(t, TCP_SYN, .ip_id = 71, .vlan = 20, .ttl = 63, .after = MS(1));
	EXPECT_CLASS(t, DUPLICATE_PACKET);
	SERVER(t, SYN_ACK, 0, 1);
	CLIENT(t, TCP_ACK, 1, 1, .ip_id = 72, FIRST);
	CLIENT(t, TCP_ACK, 1, 1, .ip_id = 72, .vlan = 20, .ttl = 63, .after = MS(1));
	EXPECT_CLASS(t, DUPLICATE_PACKET);
	cr_assert_eq(t->connections, 1);
}

/* Customers' networks may hold the same addresses, and choose their own numbers; and what a
 * generator plays again in another comes later, or with as many hops. */
Test(tcp_late_copy, in_two_vlans_they_are_two_as_a_rule)
{
	g_autoptr(Talk) t = talk_new();

	CLIENT(t, TCP_SYN, .ip_id = 71, .vlan = 10);
	CLIENT(t, TCP_SYN, .ip_id = 71, .vlan = 20, .isn = 77777, .ttl = 63, .after = MS(1));
	cr_assert_eq(t->connections, 2);
	t->port[SHAKEDOWN_CLIENT]++;
	CLIENT(t, TCP_SYN, .ip_id = 73, .vlan = 10);
	CLIENT(t, TCP_SYN, .ip_id = 73, .vlan = 20, .ttl = 63, .after = MS(200));
	cr_assert_eq(t->connections, 4);
	t->port[SHAKEDOWN_CLIENT]++;
	CLIENT(t, TCP_SYN, .ip_id = 74, .vlan = 10);
	CLIENT(t, TCP_SYN, .ip_id = 74, .vlan = 20, .after = MS(1));
	cr_assert_eq(t->connections, 6);
	/* Nor does the server, with its own SYN. */
	t->port[SHAKEDOWN_CLIENT]++;
	CLIENT(t, TCP_SYN, .vlan = 10);
	SERVER(t, TCP_SYN, .vlan = 20, .isn = t->isn[SHAKEDOWN_CLIENT]);
	cr_assert_eq(t->connections, 8);
}
