/* SPDX-License-Identifier: BSD-3-Clause */
/* The same sequence numbers with other bytes: whose count, and what is told of it. */
#include "stream-talk.h"

#include <string.h>

#define TALK(name) g_autoptr(StreamTalk) name = stream_talk_default()
#define TALK_LAST(name)                                                                            \
	g_autoptr(StreamTalk) name = stream_talk_new(                                              \
		&(ShakedownStreamOptions){.side = -1, .policy = SHAKEDOWN_OVERLAP_LAST})
#define RECENT(name) g_autoptr(StreamTalk) name = stream_talk_new(NULL)

#define EXPECT_COPIES(t, offset_, first_, later_)                                                  \
	do {                                                                                       \
		const TcpOverlap *o__ = &(t)->conflict;                                            \
		cr_assert_eq(o__->offset, (uint64_t)(offset_), "offset %" G_GUINT64_FORMAT,        \
			     o__->offset);                                                         \
		cr_assert_eq(o__->first_len, strlen(first_), "first copy of %u", o__->first_len);  \
		cr_assert_eq(o__->later_len, strlen(later_), "later copy of %u", o__->later_len);  \
		cr_assert_eq(memcmp(o__->first, first_, o__->first_len), 0);                       \
		cr_assert_eq(memcmp(o__->later, later_, o__->later_len), 0);                       \
	} while (0)

Test(overlap, the_first_copy_counts)
{
	TALK(t);

	stream_talk_open(t);
	CLIENT(t, 0, 1, 1, "GET /index");
	CLIENT(t, 0, 1, 1, "GET /admin");
	SERVER(t, 0, 1, 11);
	EXPECT_CLIENT(t, "GET /index");
	cr_assert_eq(t->conflicts, 1);
	cr_assert_eq(t->conflict_side, SHAKEDOWN_CLIENT);
	EXPECT_COPIES(t, 5, "index", "admin");
	cr_assert_eq(t->conflict.first_frame, 4);
	cr_assert_eq(t->conflict.later_frame, 5);
	cr_assert_eq(t->conflict.differing, 5);
	cr_assert_eq(t->conflict.compared, 10);
	cr_assert_eq(tcp_streams_counts(t->streams)->conflicts, 1);
}

Test(overlap, or_the_last_before_the_acknowledgment)
{
	TALK_LAST(t);

	stream_talk_open(t);
	CLIENT(t, 0, 1, 1, "GET /index");
	CLIENT(t, 0, 1, 1, "GET /admin");
	EXPECT_CLIENT(t, "");
	SERVER(t, 0, 1, 11);
	EXPECT_CLIENT(t, "GET /admin");
	CLIENT(t, 0, 1, 1, "GET /other");
	EXPECT_CLIENT(t, "GET /admin");
	cr_assert_eq(t->conflicts, 2);
	EXPECT_COPIES(t, 5, "admin", "other");
}

Test(overlap, what_is_not_acknowledged_comes_at_the_end)
{
	TALK_LAST(t);

	stream_talk_open(t);
	CLIENT(t, 0, 1, 1, "abc");
	CLIENT(t, 0, 4, 1, "def");
	SERVER(t, 0, 1, 4);
	EXPECT_CLIENT(t, "abc");
	stream_talk_finish(t);
	EXPECT_CLIENT(t, "abcdef");
}

Test(overlap, a_piece_that_waits_for_a_hole)
{
	TALK(t);
	TALK_LAST(last);
	StreamTalk *const talks[] = {t, last};

	for (unsigned i = 0; i < 2; i++) {
		stream_talk_open(talks[i]);
		CLIENT(talks[i], 0, 4, 1, "def");
		CLIENT(talks[i], 0, 2, 1, "bcDEg");
		CLIENT(talks[i], 0, 1, 1, "a");
		SERVER(talks[i], 0, 1, 7);
		cr_assert_eq(talks[i]->conflicts, 1);
		EXPECT_COPIES(talks[i], 3, "def", "DEg");
	}
	EXPECT_CLIENT(t, "abcdef");
	EXPECT_CLIENT(last, "abcDEg");
}

Test(overlap, one_segment_across_several_is_one_conflict)
{
	TALK(t);

	stream_talk_open(t);
	CLIENT(t, 0, 1, 1, "abc");
	CLIENT(t, 0, 4, 1, "def");
	CLIENT(t, 0, 1, 1, "abXdYfgh");
	EXPECT_CLIENT(t, "abcdefgh");
	cr_assert_eq(t->conflicts, 1);
	cr_assert_eq(t->conflict.offset, 2);
	cr_assert_eq(t->conflict.differing, 2);
}

Test(overlap, acknowledged_long_ago_but_still_known)
{
	TALK(t);

	stream_talk_open(t);
	CLIENT(t, 0, 1, 1, "abc");
	SERVER(t, 0, 1, 4);
	CLIENT(t, 0, 4, 1, "def");
	SERVER(t, 0, 1, 7);
	CLIENT(t, 0, 1, 1, "aXc");
	cr_assert_eq(t->conflicts, 1);
	EXPECT_COPIES(t, 1, "bc", "Xc");
}

Test(overlap, a_damaged_copy_proves_nothing)
{
	TALK(t);
	RECENT(recent);
	StreamTalk *const talks[] = {t, recent};

	for (unsigned i = 0; i < 2; i++) {
		stream_talk_open(talks[i]);
		CLIENT(talks[i], 0, 1, 1, "abc", .checksum = SEGMENT_CHECKSUM_BAD);
		CLIENT(talks[i], 0, 1, 1, "aXc", .checksum = SEGMENT_CHECKSUM_GOOD);
		cr_assert_eq(talks[i]->conflicts, 0);
	}
}

Test(overlap, a_packet_that_only_looks_like_a_copy)
{
	TALK_LAST(t);
	RECENT(recent);
	StreamTalk *const talks[] = {t, recent};

	for (unsigned i = 0; i < 2; i++) {
		stream_talk_open(talks[i]);
		CLIENT(talks[i], 0, 1, 1, "GET /index");
		Segment copy = talks[i]->last;
		copy.frame = ++talks[i]->frame;
		copy.payload = (const uint8_t *)"GET /admin";
		tcp_tracker_segment(talks[i]->tracker, &copy);
		/* Who puts bytes in order needs not tell the two apart. */
		cr_assert_eq(tcp_tracker_counts(talks[i]->tracker)->copies,
			     talks[i] == recent ? 0 : 1);
		cr_assert_eq(talks[i]->conflicts, 1);
		EXPECT_COPIES(talks[i], 5, "index", "admin");
	}
	/* Its receiver drops it as a duplicate, and so does the tracker. */
	SERVER(t, 0, 1, 11);
	EXPECT_CLIENT(t, "GET /index");
}

Test(overlap, bytes_that_were_cut_are_not_compared)
{
	TALK(t);

	stream_talk_open(t);
	CLIENT(t, 0, 1, 1, "abcdef", .captured = 3);
	CLIENT(t, 0, 1, 1, "abcXYZ");
	CLIENT(t, 0, 1, 1, "abQQQQ", .captured = 2);
	cr_assert_eq(t->conflicts, 0);
}

Test(overlap, long_differences_are_shown_in_short)
{
	TALK(t);
	char first[101], later[101];

	memset(first, 'f', sizeof first);
	memset(later, 'l', sizeof later);
	stream_talk_open(t);
	CLIENT(t, 0, 1, 1, first, 100);
	CLIENT(t, 0, 1, 1, later, 100);
	cr_assert_eq(t->conflict.differing, 100);
	cr_assert_eq(t->conflict.first_len, TCP_OVERLAP_EXCERPT);
	cr_assert_eq(t->conflict.later_len, TCP_OVERLAP_EXCERPT);
}

/* Where nobody asks for streams, recent segments are compared. */

Test(recent, the_same_range_with_other_bytes)
{
	RECENT(t);

	stream_talk_open(t);
	CLIENT(t, 0, 1, 1, "GET /index");
	CLIENT(t, 0, 1, 1, "GET /index");
	cr_assert_eq(t->conflicts, 0);
	CLIENT(t, 0, 1, 1, "GET /admin");
	cr_assert_eq(t->conflicts, 1);
	cr_assert_eq(t->conflict_side, SHAKEDOWN_CLIENT);
	EXPECT_COPIES(t, 5, "index", "admin");
	cr_assert_eq(t->conflict.first_frame, 4);
	cr_assert_eq(t->conflict.later_frame, 6);
}

Test(recent, an_injected_answer_of_another_length)
{
	RECENT(t);

	stream_talk_open(t);
	CLIENT(t, 0, 1, 1, "GET /");
	SERVER(t, 0, 1, 6, "HTTP/1.1 302 Found");
	SERVER(t, 0, 1, 6, "HTTP/1.1 200 OK and much more");
	cr_assert_eq(t->conflicts, 1);
	cr_assert_eq(t->conflict_side, SHAKEDOWN_SERVER);
	cr_assert_eq(t->conflict.offset, 9);
	cr_assert_eq(memcmp(t->conflict.first, "302 Found", 9), 0);
}

/* … whoever makes the digest of the first. */
Test(recent, every_byte_of_a_short_segment_counts)
{
	char first[257], later[257];

	for (unsigned at = 0; at < 256; at++) {
		RECENT(t);

		memset(first, 'a', sizeof first);
		memcpy(later, first, sizeof first);
		later[at] = 'b';
		stream_talk_open(t);
		CLIENT(t, 0, 1, 1, first, 256, .digested = at % 2);
		CLIENT(t, 0, 1, 1, first, 256);
		cr_assert_eq(t->conflicts, 0);
		CLIENT(t, 0, 1, 1, later, 256);
		cr_assert_eq(t->conflicts, 1, "byte %u", at);
		cr_assert_eq(t->conflict.offset, MIN(at, TCP_OVERLAP_EXCERPT));
	}
}

Test(recent, a_segment_that_begins_within_another)
{
	RECENT(t);

	stream_talk_open(t);
	CLIENT(t, 0, 1, 1, "abcdef");
	CLIENT(t, 0, 7, 1, "ghijkl");
	CLIENT(t, 0, 4, 1, "def");
	CLIENT(t, 0, 5, 1, "efgh");
	cr_assert_eq(t->conflicts, 0);
	CLIENT(t, 0, 4, 1, "dXf");
	cr_assert_eq(t->conflicts, 1);
	EXPECT_COPIES(t, 4, "ef", "Xf");
}

Test(recent, probes_and_keep_alives_are_silent)
{
	RECENT(t);

	stream_talk_open(t);
	CLIENT(t, 0, 1, 1, "abc");
	SERVER(t, 0, 1, 4, .window = -1);
	CLIENT(t, 0, 3, 1, "?");
	CLIENT(t, 0, 4, 1, "d");
	CLIENT(t, 0, 4, 1, "?");
	SERVER(t, 0, 1, 5);
	CLIENT(t, 0, 4, 1, "?");
	cr_assert_eq(t->conflicts, 0);
}

Test(recent, what_is_forgotten_is_not_compared)
{
	RECENT(t);

	stream_talk_open(t);
	CLIENT(t, 0, 1, 1, "abc");
	for (uint32_t i = 0; i < 100; i++)
		CLIENT(t, 0, 4 + i, 1, "x");
	CLIENT(t, 0, 1, 1, "aXc");
	cr_assert_eq(t->conflicts, 0);
	/* Another connection's segments of the same numbers are not its own. */
	t->client_port++;
	stream_talk_open(t);
	CLIENT(t, 0, 90, 1, "yyyyyyyyyyy");
	CLIENT(t, 0, 1, 1, "zzz");
	cr_assert_eq(t->conflicts, 0);
}

Test(recent, offsets_beyond_4_gib)
{
	RECENT(t);
	const uint32_t len = 60000;
	const uint64_t rounds = (UINT64_C(5) << 30) / len;

	stream_talk_open(t);
	for (uint64_t i = 0; i < rounds; i++) {
		CLIENT(t, 0, (uint32_t)(1 + i * len), 1, HIDDEN_BYTES, len);
		SERVER(t, 0, 1, (uint32_t)(1 + (i + 1) * len));
	}
	CLIENT(t, 0, (uint32_t)(1 + rounds * len), 1, "end");
	CLIENT(t, 0, (uint32_t)(1 + rounds * len), 1, "eNd");
	cr_assert_eq(t->conflicts, 1);
	cr_assert_eq(t->conflict.offset, rounds * len + 1);
}

/* Their index has little room here, and a secret of its own each time: which segments lose their
 * place in it makes no difference. */
Test(overlap, the_segment_that_began_there_is_the_one_compared)
{
	for (unsigned i = 0; i < 200; i++) {
		RECENT(t);

		stream_talk_open(t);
		CLIENT(t, 0, 1, 1, "GET /index");
		uint64_t first = t->frame;
		for (unsigned n = 0; n < 25; n++)
			CLIENT(t, 0, 11 + n, 1, "x");
		CLIENT(t, 0, 1, 1, "GET /adminxxxxx");
		cr_assert_eq(t->conflicts, 1);
		cr_assert_eq(t->conflict.first_frame, first);
		EXPECT_COPIES(t, 5, "index", "adminxxxxx");
	}
}
