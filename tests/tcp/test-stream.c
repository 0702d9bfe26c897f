/* SPDX-License-Identifier: BSD-3-Clause */
/* Streams: what is put in order, what is a hole, what is not used at all. */
#include "stream-talk.h"

#include <string.h>

#define TALK(name) g_autoptr(StreamTalk) name = stream_talk_default()

Test(stream, both_sides_in_order_at_once)
{
	TALK(t);

	stream_talk_open(t);
	CLIENT(t, 0, 1, 1, "GET /");
	EXPECT_CLIENT(t, "GET /");
	SERVER(t, 0, 1, 6, "hel");
	SERVER(t, 0, 4, 6, "lo");
	EXPECT_SERVER(t, "hello");
	stream_talk_finish(t);
	EXPECT_CLIENT(t, "GET /");
	EXPECT_SERVER(t, "hello");
	cr_assert_eq(tcp_streams_counts(t->streams)->bytes, 10);
	cr_assert_eq(tcp_streams_counts(t->streams)->holes, 0);
}

Test(stream, out_of_order_waits_for_what_is_before)
{
	TALK(t);

	stream_talk_open(t);
	CLIENT(t, 0, 7, 1, "ghi");
	CLIENT(t, 0, 4, 1, "def");
	EXPECT_CLIENT(t, "");
	CLIENT(t, 0, 1, 1, "abc");
	EXPECT_CLIENT(t, "abcdefghi");
}

Test(stream, what_is_sent_again_alike_is_silent)
{
	TALK(t);

	stream_talk_open(t);
	CLIENT(t, 0, 1, 1, "abc");
	CLIENT(t, 0, 4, 1, "def");
	CLIENT(t, 0, 1, 1, "abc");
	CLIENT(t, 0, 1, 1, "abcdef");
	CLIENT(t, 0, 3, 1, "cde");
	CLIENT(t, 0, 5, 1, "efgh");
	EXPECT_CLIENT(t, "abcdefgh");
	cr_assert_eq(t->conflicts, 0);
}

Test(stream, overlaps_fill_only_what_is_missing)
{
	TALK(t);

	stream_talk_open(t);
	CLIENT(t, 0, 4, 1, "de");
	CLIENT(t, 0, 8, 1, "hi");
	CLIENT(t, 0, 2, 1, "bcdefghijk");
	EXPECT_CLIENT(t, "");
	CLIENT(t, 0, 1, 1, "ab");
	EXPECT_CLIENT(t, "abcdefghijk");
	cr_assert_eq(t->conflicts, 0);
}

Test(stream, a_hole_is_told_at_the_end)
{
	TALK(t);

	stream_talk_open(t);
	CLIENT(t, 0, 1, 1, "abc");
	CLIENT(t, 0, 9, 1, "ijk");
	SERVER(t, 0, 1, 12);
	EXPECT_CLIENT(t, "abc");
	stream_talk_finish(t);
	EXPECT_CLIENT(t, "abc[5 missing]ijk");
	cr_assert_eq(tcp_streams_counts(t->streams)->missing, 5);
}

Test(stream, a_hole_that_is_acknowledged_can_still_be_filled)
{
	TALK(t);

	stream_talk_open(t);
	CLIENT(t, 0, 4, 1, "def");
	SERVER(t, 0, 1, 7);
	CLIENT(t, 0, 1, 1, "abc");
	EXPECT_CLIENT(t, "abcdef");
}

Test(stream, a_tail_that_was_acknowledged_and_not_captured)
{
	TALK(t);

	stream_talk_open(t);
	CLIENT(t, 0, 1, 1, "abc");
	SERVER(t, 0, 1, 11);
	stream_talk_finish(t);
	EXPECT_CLIENT(t, "abc[7 missing]");
	EXPECT_SERVER(t, "");
}

Test(stream, nothing_of_it_was_captured)
{
	TALK(t);

	stream_talk_open(t);
	SERVER(t, 0, 1, 11);
	SERVER(t, 0, 1, 21, "ok");
	stream_talk_finish(t);
	EXPECT_CLIENT(t, "[20 missing]");
	EXPECT_SERVER(t, "ok");
}

Test(stream, syn_and_fin_are_no_bytes)
{
	TALK(t);

	stream_talk_open(t);
	CLIENT(t, FIN_ACK, 1, 1, "abc");
	SERVER(t, 0, 1, 5);
	SERVER(t, FIN_ACK, 1, 5);
	CLIENT(t, 0, 5, 2);
	stream_talk_finish(t);
	EXPECT_CLIENT(t, "abc");
	EXPECT_SERVER(t, "");
	cr_assert_eq(tcp_streams_counts(t->streams)->holes, 0);
}

Test(stream, a_fin_that_was_not_captured_is_no_byte)
{
	TALK(t);

	stream_talk_open(t);
	CLIENT(t, 0, 1, 1, "abc");
	SERVER(t, 0, 1, 5);
	SERVER(t, FIN_ACK, 1, 5);
	CLIENT(t, 0, 5, 2);
	stream_talk_finish(t);
	EXPECT_CLIENT(t, "abc");
}

Test(stream, ends_at_the_first_fin)
{
	TALK(t);

	stream_talk_open(t);
	CLIENT(t, FIN_ACK, 1, 1, "abc");
	CLIENT(t, 0, 4, 1, "def");
	CLIENT(t, 0, 2, 1, "bcdef");
	CLIENT(t, FIN_ACK, 4, 1, "xyz");
	stream_talk_finish(t);
	EXPECT_CLIENT(t, "abc");
	cr_assert_gt(tcp_streams_counts(t->streams)->unused, 0);
	cr_assert_eq(t->conflicts, 0);
}

Test(stream, a_fin_without_data_ends_a_stream_that_has_not_begun)
{
	TALK(t);

	stream_talk_open(t);
	CLIENT(t, FIN_ACK, 1, 1);
	CLIENT(t, 0, 1, 1, "abc");
	CLIENT(t, 0, 2, 1, "bc");
	stream_talk_finish(t);
	EXPECT_CLIENT(t, "");
}

Test(stream, a_fin_ahead_of_its_data)
{
	TALK(t);

	stream_talk_open(t);
	CLIENT(t, FIN_ACK, 4, 1, "def");
	CLIENT(t, 0, 1, 1, "abc");
	EXPECT_CLIENT(t, "abcdef");
}

Test(stream, what_the_receiver_does_not_take_is_not_used)
{
	TALK(t);

	stream_talk_open(t);
	CLIENT(t, 0, 1, 1, "abc", .checksum = SEGMENT_CHECKSUM_GOOD);
	CLIENT(t, 0, 4, 1, "DEF", .checksum = SEGMENT_CHECKSUM_BAD);
	CLIENT(t, 0, 900000000, 1, "far");
	CLIENT(t, TCP_RST | TCP_ACK, 900000, 1, "why");
	CLIENT(t, 0, 4, 1, "def", .checksum = SEGMENT_CHECKSUM_GOOD);
	stream_talk_finish(t);
	EXPECT_CLIENT(t, "abcdef");
	cr_assert_eq(t->conflicts, 0);
}

Test(stream, a_wrong_checksum_that_is_the_taps_own)
{
	TALK(t);

	stream_talk_open(t);
	CLIENT(t, 0, 1, 1, "abc", .checksum = SEGMENT_CHECKSUM_GOOD);
	CLIENT(t, 0, 4, 1, "def", .checksum = SEGMENT_CHECKSUM_BAD);
	EXPECT_CLIENT(t, "abc");
	SERVER(t, 0, 1, 7);
	EXPECT_CLIENT(t, "abcdef");
	CLIENT(t, 0, 7, 1, "ghi", .checksum = SEGMENT_CHECKSUM_BAD);
	EXPECT_CLIENT(t, "abcdefghi");
}

/* RFC 7323 §5: a retransmission has overtaken them, and its receiver takes them or does not. */
Test(stream, old_timestamps)
{
	for (unsigned taken = 0; taken < 2; taken++) {
		TALK(t);

		CLIENT(t, TCP_SYN, .tsval = 10);
		SERVER(t, SYN_ACK, 0, 1, .tsval = 50, .tsecr = 10);
		CLIENT(t, 0, 1, 1, "abc", .tsval = 20, .tsecr = 50);
		SERVER(t, 0, 1, 4, .tsval = 60, .tsecr = 20);
		CLIENT(t, 0, 4, 1, "def", .tsval = 12, .tsecr = 50);
		CLIENT(t, 0, 10, 1, "jkl", .tsval = 14, .tsecr = 50);
		CLIENT(t, 0, 7, 1, "ghi", .tsval = 13, .tsecr = 50);
		EXPECT_CLIENT(t, "abc");
		if (!taken)
			CLIENT(t, 0, 4, 1, "DEFGHIJKL", .tsval = 30, .tsecr = 50);
		SERVER(t, 0, 1, 13, .tsval = 70, .tsecr = 30);
		EXPECT_CLIENT(t, taken ? "abcdefghijkl" : "abcDEFGHIJKL");
		cr_assert_eq(t->conflicts, 0);
	}
}

/* A flight of them. */
Test(stream, many_old_timestamps)
{
	char all[3 + 60 + 1] = "abc";
	TALK(t);

	CLIENT(t, TCP_SYN, .tsval = 10);
	SERVER(t, SYN_ACK, 0, 1, .tsval = 50, .tsecr = 10);
	CLIENT(t, 0, 1, 1, "abc", .tsval = 20, .tsecr = 50);
	SERVER(t, 0, 1, 4, .tsval = 60, .tsecr = 20);
	for (unsigned i = 0; i < 60; i++) {
		const char one[] = {(char)('A' + i % 26), '\0'};

		CLIENT(t, 0, 4 + i, 1, one, .tsval = 12, .tsecr = 50);
		all[3 + i] = one[0];
	}
	SERVER(t, 0, 1, 64, .tsval = 70, .tsecr = 20);
	EXPECT_CLIENT(t, all);
}

Test(stream, a_packet_captured_twice)
{
	TALK(t);

	stream_talk_open(t);
	CLIENT(t, 0, 1, 1, "abc");
	Segment copy = t->last;
	copy.frame = ++t->frame;
	tcp_tracker_segment(t->tracker, &copy);
	EXPECT_CLIENT(t, "abc");
	cr_assert_eq(t->conflicts, 0);
	cr_assert_eq(tcp_tracker_counts(t->tracker)->copies, 1);
}

Test(stream, the_byte_of_a_keep_alive_is_garbage)
{
	TALK(t);

	stream_talk_open(t);
	CLIENT(t, 0, 1, 1, "abc");
	SERVER(t, 0, 1, 4);
	CLIENT(t, 0, 3, 1, "?");
	stream_talk_finish(t);
	EXPECT_CLIENT(t, "abc");
	cr_assert_eq(t->conflicts, 0);
}

Test(stream, the_byte_of_a_window_probe_counts_if_it_is_new)
{
	TALK(t);

	stream_talk_open(t);
	CLIENT(t, 0, 1, 1, "abc");
	SERVER(t, 0, 1, 4, .window = -1);
	CLIENT(t, 0, 4, 1, "d");
	CLIENT(t, 0, 4, 1, "?");
	SERVER(t, 0, 1, 5);
	CLIENT(t, 0, 5, 1, "e");
	stream_talk_finish(t);
	EXPECT_CLIENT(t, "abcde");
	cr_assert_eq(t->conflicts, 0);
}

Test(stream, cut_by_snaplen)
{
	TALK(t);

	stream_talk_open(t);
	CLIENT(t, 0, 1, 1, "abcdef", .captured = 4);
	CLIENT(t, 0, 7, 1, HIDDEN_BYTES, 10);
	CLIENT(t, 0, 17, 1, "qrs");
	EXPECT_CLIENT(t, "abcd[2 cut][10 cut]qrs");
	stream_talk_finish(t);
	EXPECT_CLIENT(t, "abcd[2 cut][10 cut]qrs");
}

Test(stream, what_was_cut_comes_whole_while_it_waits)
{
	TALK(t);

	stream_talk_open(t);
	CLIENT(t, 0, 4, 1, "defghij", .captured = 2);
	CLIENT(t, 0, 7, 1, "gh");
	CLIENT(t, 0, 6, 1, "f");
	CLIENT(t, 0, 1, 1, "abc");
	EXPECT_CLIENT(t, "abcdefgh[2 cut]");
	cr_assert_eq(t->conflicts, 0);
}

Test(stream, urgent_data_stays_in_its_place)
{
	TALK(t);

	stream_talk_open(t);
	CLIENT(t, TCP_ACK | TCP_URG, 1, 1, "ab!");
	CLIENT(t, 0, 4, 1, "cd");
	EXPECT_CLIENT(t, "ab!cd");
}

Test(stream, data_on_a_syn_that_is_acknowledged)
{
	TALK(t);

	CLIENT(t, TCP_SYN, 0, 0, "hello");
	EXPECT_CLIENT(t, "");
	SERVER(t, SYN_ACK, 0, 6);
	EXPECT_CLIENT(t, "hello");
	CLIENT(t, 0, 6, 1, " again");
	stream_talk_finish(t);
	EXPECT_CLIENT(t, "hello again");
}

Test(stream, data_on_a_syn_that_is_not_acknowledged)
{
	TALK(t);

	CLIENT(t, TCP_SYN, 0, 0, "hello");
	SERVER(t, SYN_ACK, 0, 1);
	CLIENT(t, 0, 1, 1, "other");
	stream_talk_finish(t);
	EXPECT_CLIENT(t, "other");
	cr_assert_eq(t->conflicts, 0);
}

Test(stream, data_on_a_syn_that_is_acknowledged_in_part)
{
	TALK(t);

	CLIENT(t, TCP_SYN, 0, 0, "hello");
	SERVER(t, SYN_ACK, 0, 4);
	CLIENT(t, 0, 4, 1, "lo");
	stream_talk_finish(t);
	EXPECT_CLIENT(t, "hello");
}

Test(stream, data_on_a_syn_that_is_never_answered)
{
	TALK(t);

	CLIENT(t, TCP_SYN, 0, 0, "hello");
	CLIENT(t, TCP_SYN, 0, 0, "hello");
	stream_talk_finish(t);
	EXPECT_CLIENT(t, "");
}

Test(stream, data_on_a_syn_whose_answer_was_not_captured)
{
	TALK(t);

	CLIENT(t, TCP_SYN, 0, 0, "hello");
	CLIENT(t, 0, 6, 1, " again");
	stream_talk_finish(t);
	EXPECT_CLIENT(t, "hello again");
}

Test(stream, data_on_a_syn_ack)
{
	TALK(t);

	CLIENT(t, TCP_SYN);
	SERVER(t, SYN_ACK, 0, 1, "banner");
	CLIENT(t, 0, 1, 7);
	SERVER(t, 0, 7, 1, "!");
	EXPECT_SERVER(t, "banner!");
}

Test(stream, numbers_go_round)
{
	for (uint32_t before = 0; before < 12; before++) {
		TALK(t);

		t->isn[SHAKEDOWN_CLIENT] = 0u - before;
		stream_talk_open(t);
		CLIENT(t, 0, 7, 1, "ghi");
		CLIENT(t, 0, 1, 1, "abc");
		CLIENT(t, 0, 3, 1, "cdefg");
		stream_talk_finish(t);
		EXPECT_CLIENT(t, "abcdefghi");
	}
}

Test(stream, more_than_4_gib)
{
	TALK(t);
	const uint32_t len = 60000;
	const uint64_t rounds = (UINT64_C(5) << 30) / len;

	stream_talk_open(t);
	for (uint64_t i = 0; i < rounds; i++) {
		CLIENT(t, 0, (uint32_t)(1 + i * len), 1, HIDDEN_BYTES, len);
		SERVER(t, 0, 1, (uint32_t)(1 + (i + 1) * len));
	}
	g_string_truncate(t->text[SHAKEDOWN_CLIENT], 0);
	CLIENT(t, 0, (uint32_t)(1 + rounds * len), 1, "end");
	EXPECT_CLIENT(t, "end");
	cr_assert_eq(t->end[SHAKEDOWN_CLIENT], rounds * len + 3);
	cr_assert_lt(tcp_streams_counts(t->streams)->held_peak, 1 << 20);
}

Test(stream, begins_with_the_capture)
{
	TALK(t);

	SERVER(t, 0, 5000, 700, "rest");
	CLIENT(t, 0, 700, 5004, "more");
	stream_talk_finish(t);
	EXPECT_SERVER(t, "rest");
	EXPECT_CLIENT(t, "more");
	cr_assert_eq(tcp_streams_counts(t->streams)->holes, 0);
}

Test(stream, begins_with_the_capture_out_of_order)
{
	TALK(t);

	SERVER(t, 0, 5004, 700, "efgh");
	SERVER(t, 0, 5000, 700, "abcd");
	EXPECT_SERVER(t, "");
	CLIENT(t, 0, 700, 5008);
	EXPECT_SERVER(t, "abcdefgh");
	SERVER(t, 0, 5012, 700, "m");
	stream_talk_finish(t);
	EXPECT_SERVER(t, "abcdefgh[4 missing]m");
}

Test(stream, what_was_acknowledged_before_tells_where_it_begins)
{
	TALK(t);

	CLIENT(t, 0, 700, 5000);
	SERVER(t, 0, 5004, 700, "efgh");
	SERVER(t, 0, 5000, 700, "abcd");
	CLIENT(t, 0, 700, 5008);
	EXPECT_SERVER(t, "abcdefgh");
}

Test(stream, one_side_is_asked_for)
{
	g_autoptr(StreamTalk) t =
		stream_talk_new(&(ShakedownStreamOptions){.side = SHAKEDOWN_SERVER});

	stream_talk_open(t);
	CLIENT(t, 0, 1, 1, "abc");
	SERVER(t, 0, 1, 4, "def");
	stream_talk_finish(t);
	EXPECT_CLIENT(t, "");
	EXPECT_SERVER(t, "def");
}

Test(stream, one_connection_is_asked_for)
{
	g_autoptr(StreamTalk) t =
		stream_talk_new(&(ShakedownStreamOptions){.connection = 2, .side = -1});

	stream_talk_open(t);
	CLIENT(t, 0, 1, 1, "abc");
	t->client_port++;
	stream_talk_open(t);
	CLIENT(t, 0, 1, 1, "xyz");
	EXPECT_CLIENT(t, "xyz");
}

Test(stream, is_freed_unfinished)
{
	TALK(t);

	stream_talk_open(t);
	CLIENT(t, TCP_ACK, 5, 1, "held back");
	CLIENT(t, 0, 50, 1, "DEF", .checksum = SEGMENT_CHECKSUM_BAD);
	t->client_port++;
	CLIENT(t, TCP_SYN, 0, 0, "in doubt");
	EXPECT_CLIENT(t, "");
}
