/* SPDX-License-Identifier: BSD-3-Clause */
/* The copies that a span port makes: the same packet once more within moments is the capture's
 * doing. */
#include "talk.h"

#include <glib.h>

Test(tcp_copy, of_data_within_moments)
{
	g_autoptr(Talk) t = talk_new();

	talk_open(t);
	CLIENT(t, PSH_ACK, 1, 1, 100);
	talk_copy(t, 5000);
	EXPECT_CLASS(t, DUPLICATE_PACKET);
	cr_assert_eq(talk_aside(t, SHAKEDOWN_CLIENT)->retransmissions, 0);
	cr_assert_eq(tcp_aside(talk_conn(t, 1))->copies, 1);
	cr_assert_eq(tcp_tracker_counts(t->tracker)->copies, 1);
	/* The same numbers with another id: sent again. */
	CLIENT(t, PSH_ACK, 1, 1, 100, .after = 5000);
	EXPECT_CLASS(t, RETRANSMISSION);
}

Test(tcp_copy, too_late_for_a_copy)
{
	g_autoptr(Talk) t = talk_new();

	talk_open(t);
	CLIENT(t, PSH_ACK, 1, 1, 100);
	talk_copy(t, MS(200));
	EXPECT_CLASS(t, RETRANSMISSION);
	cr_assert_eq(tcp_aside(talk_conn(t, 1))->copies, 0);
}

/* The third ACK, a FIN, an RST: none of them counts twice. */
Test(tcp_copy, every_packet_twice_is_one_connection)
{
	g_autoptr(Talk) t = talk_new();

	CLIENT(t, TCP_SYN);
	talk_copy(t, 2000);
	SERVER(t, SYN_ACK, 0, 1);
	talk_copy(t, 2000);
	CLIENT(t, TCP_ACK, 1, 1);
	talk_copy(t, 2000);
	CLIENT(t, FIN_ACK, 1, 1);
	talk_copy(t, 2000);
	SERVER(t, FIN_ACK, 1, 2);
	talk_copy(t, 2000);
	CLIENT(t, TCP_ACK, 2, 2);
	talk_copy(t, 2000);
	EXPECT_CLASS(t, DUPLICATE_PACKET);
	EXPECT_STATES(t, "TIME-WAIT! / CLOSED?");
	EXPECT_EVENTS(t, "opened syn syn-ack established fin fin");
	cr_assert_eq(tcp_aside(talk_conn(t, 1))->copies, 6);
	cr_assert_eq(talk_record(t, 1)->handshake.syn, 1);
	cr_assert_eq(talk_record(t, 1)->side[0].retransmissions, 0);
	cr_assert_eq(talk_record(t, 1)->side[1].retransmissions, 0);
}

/* Two taps whose clocks differ by more than a round trip: whole flights lie between a packet and
 * its copy. */
Test(tcp_copy, of_another_tap_some_flights_later)
{
	g_autoptr(Talk) t = talk_new();

	for (unsigned tap = 0; tap < 2; tap++) {
		CLIENT(t, TCP_SYN, .ip_id = 1, .after = 100000);
		SERVER(t, SYN_ACK, 0, 1, .ip_id = 1001, .after = 50000);
		CLIENT(t, TCP_ACK, 1, 1, .ip_id = 2, .after = 50000);
		for (uint32_t n = 0; n < 3; n++) {
			CLIENT(t, PSH_ACK, 1 + 100 * n, 1 + 50 * n, 100, .ip_id = (int32_t)(3 + n),
			       .after = 50000);
			SERVER(t, PSH_ACK, 1 + 50 * n, 101 + 100 * n, 50,
			       .ip_id = (int32_t)(1002 + n), .after = 50000);
		}
		CLIENT(t, TCP_ACK, 301, 151, .ip_id = 6, .after = 50000);
	}
	EXPECT_CLASS(t, DUPLICATE_PACKET);
	cr_assert_eq(tcp_aside(talk_conn(t, 1))->copies, 10);
	cr_assert_eq(talk_record(t, 1)->handshake.syn, 1);
}

/* … and without an id a SYN, which nobody repeats so soon. */
Test(tcp_copy, of_a_syn_without_id_some_flights_later)
{
	g_autoptr(Talk) t = talk_new();

	CLIENT(t, TCP_SYN, .ip_id = NO_IP_ID);
	SERVER(t, SYN_ACK, 0, 1, .ip_id = NO_IP_ID, .after = 50000);
	CLIENT(t, TCP_ACK, 1, 1, .ip_id = NO_IP_ID, .after = 50000);
	for (uint32_t n = 0; n < 4; n++)
		CLIENT(t, PSH_ACK, 1 + 100 * n, 1, 100, .ip_id = NO_IP_ID, .after = 50000);
	CLIENT(t, TCP_SYN, .ip_id = NO_IP_ID, .after = 50000);
	EXPECT_CLASS(t, DUPLICATE_PACKET);
}

/* Nothing but what was captured before says whether a reset without an id is a copy. */
Test(tcp_copy, of_a_reset_without_id)
{
	for (unsigned twice = 0; twice < 2; twice++) {
		g_autoptr(Talk) t = talk_new();

		CLIENT(t, TCP_ACK, 1, 1);
		if (twice)
			talk_copy(t, 2000);
		SERVER(t, TCP_RST, 1, .ip_id = NO_IP_ID);
		talk_copy(t, 2000);
		cr_assert_eq(t->segment_class == SHAKEDOWN_SEGMENT_DUPLICATE_PACKET, twice);
	}
}

/* … where few packets were, it answers another segment. */
Test(tcp_copy, one_does_not_make_a_train_of_resets_one)
{
	g_autoptr(Talk) t = talk_new();

	talk_open(t);
	CLIENT(t, PSH_ACK, 1, 1, 100);
	talk_copy(t, 2000);
	CLIENT(t, PSH_ACK, 101, 1, 100);
	CLIENT(t, PSH_ACK, 201, 1, 100);
	SERVER(t, TCP_RST, 1, .ip_id = NO_IP_ID);
	talk_copy(t, 2000);
	cr_assert_eq(tcp_aside(talk_conn(t, 1))->copies, 1);
}

/* Without an id two bare ACKs can't be told apart, and duplicates come close to each other. */
Test(tcp_copy, bare_acks_without_id_stay_duplicate_acks)
{
	g_autoptr(Talk) t = talk_new();

	talk_open(t);
	SERVER(t, PSH_ACK, 1, 1, 100);
	CLIENT(t, TCP_ACK, 1, 1, .ip_id = NO_IP_ID);
	CLIENT(t, TCP_ACK, 1, 1, .ip_id = NO_IP_ID, .after = 3000);
	EXPECT_CLASS(t, DUPLICATE_ACK);
	CLIENT(t, TCP_ACK, 1, 1, .ip_id = NO_IP_ID, .after = 3000);
	EXPECT_CLASS(t, DUPLICATE_ACK);
}

/* Requests and answers of one length, back and forth on a fast network without IP ids (IPv6): the
 * numbers of both grow by the same, and still no packet is a copy of another. */
Test(tcp_copy, ping_pong_of_equal_lengths_has_no_copies)
{
	for (uint32_t start = 0; start < 8; start++) {
		g_autoptr(Talk) t = talk_new();

		t->isn[0] += start;
		talk_open(t);
		for (uint32_t at = 1; at < 64 * 200; at += 64) {
			CLIENT(t, PSH_ACK, at, at, 64, .ip_id = NO_IP_ID, .tsval = 7,
			       .after = 100000);
			EXPECT_CLASS(t, NEW);
			SERVER(t, PSH_ACK, at, at + 64, 64, .ip_id = NO_IP_ID, .tsval = 9,
			       .after = 100000);
			EXPECT_CLASS(t, NEW);
		}
		cr_assert_eq(tcp_aside(talk_conn(t, 1))->copies, 0);
	}
}

/* The third ACK and the last, of a stack that gives every packet the same id. */
Test(tcp_copy, one_id_for_all_packets)
{
	for (uint32_t start = 0; start < 4; start++) {
		g_autoptr(Talk) t = talk_new();

		t->isn[0] += start;
		CLIENT(t, TCP_SYN, .ip_id = 1, .after = MS(1));
		SERVER(t, SYN_ACK, 0, 1, .ip_id = 1, .after = MS(1));
		CLIENT(t, TCP_ACK, 1, 1, .ip_id = 1, .after = MS(1));
		CLIENT(t, FIN_ACK, 1, 1, .ip_id = 1, .after = MS(1));
		SERVER(t, FIN_ACK, 1, 2, .ip_id = 1, .after = MS(1));
		CLIENT(t, TCP_ACK, 2, 2, .ip_id = 1, .after = MS(1));
		EXPECT_STATES(t, "TIME-WAIT! / CLOSED?");
	}
}

/* A copy that comes after a few others, as where two taps are merged. */
Test(tcp_copy, not_next_to_each_other)
{
	g_autoptr(Talk) t = talk_new();

	talk_open(t);
	CLIENT(t, PSH_ACK, 1, 1, 100, .ip_id = 71);
	CLIENT(t, PSH_ACK, 101, 1, 100, .ip_id = 72, .after = 1000);
	CLIENT(t, PSH_ACK, 1, 1, 100, .ip_id = 71, .after = 1000);
	EXPECT_CLASS(t, DUPLICATE_PACKET);
	CLIENT(t, PSH_ACK, 101, 1, 100, .ip_id = 72, .after = 1000);
	EXPECT_CLASS(t, DUPLICATE_PACKET);
}

/* Across the moment at which microseconds wrap round 2^32 (every 71 minutes). */
Test(tcp_copy, when_the_microseconds_wrap)
{
	g_autoptr(Talk) t = talk_new();

	t->now = (INT64_C(400000) << 32) * 1000 - MS(31);
	talk_open(t);
	CLIENT(t, PSH_ACK, 1, 1, 100, .after = MS(1) - 1000);
	talk_copy(t, 3000);
	EXPECT_CLASS(t, DUPLICATE_PACKET);
}

/* Two taps' captures in one file, the one clock 40 ms behind: what the server sends is seen farther
 * off first. */
Test(tcp_copy, of_a_clock_that_is_behind)
{
	g_autoptr(Talk) t = talk_new();

	CLIENT(t, TCP_SYN, .ip_id = NO_IP_ID, .ttl = 64, .tsval = 10);
	SERVER(t, SYN_ACK, 0, 1, .ip_id = NO_IP_ID, .ttl = 60, .tsval = 20, .after = MS(20));
	CLIENT(t, TCP_ACK, 1, 1, .ip_id = NO_IP_ID, .ttl = 64, .tsval = 12);
	CLIENT(t, TCP_SYN, .ip_id = NO_IP_ID, .ttl = 60, .tsval = 10, .after = MS(20));
	SERVER(t, SYN_ACK, 0, 1, .ip_id = NO_IP_ID, .ttl = 64, .tsval = 20);
	EXPECT_CLASS(t, DUPLICATE_PACKET);
	CLIENT(t, TCP_ACK, 1, 1, .ip_id = NO_IP_ID, .ttl = 60, .tsval = 12);
	SERVER(t, PSH_ACK, 1, 1, 100, .ip_id = NO_IP_ID, .ttl = 60, .tsval = 30);
	SERVER(t, PSH_ACK, 1, 1, 100, .ip_id = NO_IP_ID, .ttl = 64, .tsval = 30, .after = MS(40));
	EXPECT_CLASS(t, DUPLICATE_PACKET);
}
