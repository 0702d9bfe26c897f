/* SPDX-License-Identifier: BSD-3-Clause */
/* Checksums: what its receiver drops the tracker drops. */
#include "talk.h"

#include <criterion/criterion.h>
#include <glib.h>

Test(tcp_checksum, a_damaged_segment_is_dropped)
{
	g_autoptr(Talk) t = talk_new();

	CLIENT(t, TCP_SYN, .checksum = SEGMENT_CHECKSUM_GOOD);
	SERVER(t, SYN_ACK, 0, 1, .checksum = SEGMENT_CHECKSUM_GOOD);
	CLIENT(t, TCP_ACK, 1, 1, .checksum = SEGMENT_CHECKSUM_GOOD);
	CLIENT(t, RST_ACK, 1, 1, .checksum = SEGMENT_CHECKSUM_BAD);
	EXPECT_CLASS(t, BAD_CHECKSUM);
	EXPECT_STATES(t, "ESTABLISHED / ESTABLISHED?");
	cr_assert_eq(tcp_tracker_counts(t->tracker)->bad_checksums, 1);
}

/* All sums are wrong: the tap sits before the sending card, which fills them in. */
Test(tcp_checksum, never_right_is_the_taps_place)
{
	g_autoptr(Talk) t = talk_new();

	CLIENT(t, TCP_SYN, .checksum = SEGMENT_CHECKSUM_BAD);
	SERVER(t, SYN_ACK, 0, 1, .checksum = SEGMENT_CHECKSUM_GOOD);
	CLIENT(t, TCP_ACK, 1, 1, .checksum = SEGMENT_CHECKSUM_BAD);
	EXPECT_STATES(t, "ESTABLISHED / ESTABLISHED?");
	cr_assert_eq(tcp_tracker_counts(t->tracker)->bad_checksums, 0);
	cr_assert_eq(tcp_tracker_counts(t->tracker)->offloaded, 2);
}

/* A sum was right by chance, the next is wrong, and yet the data is acknowledged. */
Test(tcp_checksum, wrong_yet_acknowledged)
{
	g_autoptr(Talk) t = talk_new();

	CLIENT(t, TCP_SYN, .checksum = SEGMENT_CHECKSUM_GOOD);
	SERVER(t, SYN_ACK, 0, 1, .checksum = SEGMENT_CHECKSUM_GOOD);
	CLIENT(t, TCP_ACK, 1, 1, .checksum = SEGMENT_CHECKSUM_GOOD);
	CLIENT(t, PSH_ACK, 1, 1, 100, .checksum = SEGMENT_CHECKSUM_BAD);
	EXPECT_CLASS(t, BAD_CHECKSUM);
	SERVER(t, TCP_ACK, 1, 101, .checksum = SEGMENT_CHECKSUM_GOOD);
	CLIENT(t, FIN_ACK, 101, 1, .checksum = SEGMENT_CHECKSUM_BAD);
	EXPECT_CLASS(t, CONTROL);
	EXPECT_STATES(t, "FIN-WAIT-1 / CLOSE-WAIT?");
}

static const TcpSide *client_of(Talk *t)
{
	return &talk_conn(t, 1)->side[SHAKEDOWN_CLIENT];
}

/* … and so it was there: not missing, and no damage. The other connection's example stays. */
Test(tcp_checksum, what_is_acknowledged_was_received)
{
	g_autoptr(Talk) t = talk_new();
	const TcpTrackerCounts *counts = tcp_tracker_counts(t->tracker);

	CLIENT(t, TCP_SYN, .checksum = SEGMENT_CHECKSUM_GOOD);
	SERVER(t, SYN_ACK, 0, 1, .checksum = SEGMENT_CHECKSUM_GOOD);
	CLIENT(t, TCP_ACK, 1, 1, .checksum = SEGMENT_CHECKSUM_GOOD);
	SERVER(t, PSH_ACK, 1, 1, 50, .checksum = SEGMENT_CHECKSUM_BAD);
	CLIENT(t, PSH_ACK, 1, 1, 100, .checksum = SEGMENT_CHECKSUM_BAD);
	CLIENT(t, PSH_ACK, 101, 1, 2800, .checksum = SEGMENT_CHECKSUM_BAD);
	cr_assert_eq(counts->bad_checksums, 3);
	SERVER(t, TCP_ACK, 1, 2901, .checksum = SEGMENT_CHECKSUM_GOOD);
	cr_expect_eq(client_of(t)->bytes, 2900);
	cr_expect_eq(tcp_aside(talk_conn(t, 1))->side[SHAKEDOWN_CLIENT].missing, 0);
	cr_expect_eq(counts->bad_checksums, 1);
	cr_expect_eq(counts->offloaded, 2);
	cr_expect_eq(counts->bad_len, 1);
	cr_expect_eq(counts->bad_frame[0], 4);
}

/* Acknowledgments trail behind: the first of them tells of all. */
Test(tcp_checksum, some_of_what_was_received_tells_of_the_rest)
{
	g_autoptr(Talk) t = talk_new();
	const TcpTrackerCounts *counts = tcp_tracker_counts(t->tracker);

	CLIENT(t, TCP_SYN, .checksum = SEGMENT_CHECKSUM_GOOD);
	SERVER(t, SYN_ACK, 0, 1, .checksum = SEGMENT_CHECKSUM_GOOD);
	CLIENT(t, TCP_ACK, 1, 1, .checksum = SEGMENT_CHECKSUM_GOOD);
	CLIENT(t, PSH_ACK, 1, 1, 1460, .checksum = SEGMENT_CHECKSUM_BAD);
	CLIENT(t, PSH_ACK, 1461, 1, 1460, .checksum = SEGMENT_CHECKSUM_BAD);
	SERVER(t, TCP_ACK, 1, 1461, .checksum = SEGMENT_CHECKSUM_GOOD);
	CLIENT(t, PSH_ACK, 2921, 1, 1460, .checksum = SEGMENT_CHECKSUM_BAD);
	SERVER(t, TCP_ACK, 1, 4381, .checksum = SEGMENT_CHECKSUM_GOOD);
	cr_expect_eq(client_of(t)->bytes, 4380);
	cr_expect_eq(tcp_aside(talk_conn(t, 1))->side[SHAKEDOWN_CLIENT].missing, 0);
	cr_expect_eq(counts->bad_checksums, 0);
}

/* The first comes again, whole, and is acknowledged: that says nothing of the second. */
Test(tcp_checksum, what_came_again_tells_of_nothing)
{
	g_autoptr(Talk) t = talk_new();

	CLIENT(t, TCP_SYN, .checksum = SEGMENT_CHECKSUM_GOOD);
	SERVER(t, SYN_ACK, 0, 1, .checksum = SEGMENT_CHECKSUM_GOOD);
	CLIENT(t, TCP_ACK, 1, 1, .checksum = SEGMENT_CHECKSUM_GOOD);
	CLIENT(t, PSH_ACK, 1, 1, 1460, .checksum = SEGMENT_CHECKSUM_BAD);
	CLIENT(t, PSH_ACK, 1461, 1, 1460, .checksum = SEGMENT_CHECKSUM_BAD);
	CLIENT(t, PSH_ACK, 1, 1, 1460, .checksum = SEGMENT_CHECKSUM_GOOD, .after = SECONDS(1));
	SERVER(t, TCP_ACK, 1, 1461, .checksum = SEGMENT_CHECKSUM_GOOD);
	cr_expect_eq(client_of(t)->bytes, 1460);
	cr_expect_eq(tcp_tracker_counts(t->tracker)->bad_checksums, 2);
}

/* What lies between two damaged segments was not captured, and a FIN is none of the data. */
Test(tcp_checksum, no_more_is_taken_than_was_seen)
{
	static const struct {
		unsigned first, second, flags;
		uint64_t bytes, missing;
	} rows[] = {
		{1, 301, PSH_ACK, 0, 400}, {1, 101, FIN_ACK, 0, 200}, {51, 151, PSH_ACK, 0, 250}};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		g_autoptr(Talk) t = talk_new();

		CLIENT(t, TCP_SYN, .checksum = SEGMENT_CHECKSUM_GOOD);
		SERVER(t, SYN_ACK, 0, 1, .checksum = SEGMENT_CHECKSUM_GOOD);
		CLIENT(t, TCP_ACK, 1, 1, .checksum = SEGMENT_CHECKSUM_GOOD);
		CLIENT(t, PSH_ACK, rows[i].first, 1, 100, .checksum = SEGMENT_CHECKSUM_BAD);
		CLIENT(t, rows[i].flags, rows[i].second, 1, 100, .checksum = SEGMENT_CHECKSUM_BAD);
		SERVER(t, TCP_ACK, 1, rows[i].second + 100 + (rows[i].flags == FIN_ACK ? 1 : 0),
		       .checksum = SEGMENT_CHECKSUM_GOOD);
		cr_expect_eq(client_of(t)->bytes, rows[i].bytes, "row %zu", i);
		cr_expect_geq(tcp_aside(talk_conn(t, 1))->side[SHAKEDOWN_CLIENT].missing,
			      rows[i].missing, "row %zu", i);
	}
}
