/* SPDX-License-Identifier: BSD-3-Clause */
/* Streams under load: bounded memory whatever is sent, and the right bytes whatever the order. */
#include "stream-talk.h"

#include <string.h>

#define PIECE 1000

static void send_pieces(StreamTalk *t, unsigned from, unsigned to)
{
	static const char bytes[PIECE + 1];

	for (unsigned i = from; i < to; i++)
		CLIENT(t, 0, 1 + i * PIECE, 1, bytes, PIECE);
}

Test(stream_bounds, a_side_gives_up_its_oldest_hole)
{
	g_autoptr(StreamTalk) t =
		stream_talk_new(&(ShakedownStreamOptions){.side = -1, .side_bytes = 20000});

	stream_talk_open(t);
	send_pieces(t, 1, 10);
	cr_assert_eq(t->end[SHAKEDOWN_CLIENT], 0);
	send_pieces(t, 11, 25);
	cr_assert_eq(strncmp(t->text[SHAKEDOWN_CLIENT]->str, "[1000 given up]", 15), 0);
	cr_assert_eq(tcp_streams_counts(t->streams)->given_up, 1);
	cr_assert_leq(tcp_streams_counts(t->streams)->held_peak, 20000 + 64 * 1024 + 2 * PIECE);
	/* Too late. */
	send_pieces(t, 0, 1);
	cr_assert_eq(tcp_streams_counts(t->streams)->unused, PIECE);
	/* The second is still waited for. */
	send_pieces(t, 10, 11);
	cr_assert_eq(t->end[SHAKEDOWN_CLIENT], 25 * PIECE);
	cr_assert_eq(tcp_streams_counts(t->streams)->missing, PIECE);
}

Test(stream_bounds, an_acknowledged_hole_is_given_up_sooner)
{
	g_autoptr(StreamTalk) t =
		stream_talk_new(&(ShakedownStreamOptions){.side = -1, .side_bytes = 160000});

	stream_talk_open(t);
	send_pieces(t, 1, 5);
	SERVER(t, 0, 1, 1 + 5 * PIECE);
	cr_assert_eq(t->end[SHAKEDOWN_CLIENT], 0);
	send_pieces(t, 5, 15);
	cr_assert_eq(t->end[SHAKEDOWN_CLIENT], 15 * PIECE);
	cr_assert_eq(strncmp(t->text[SHAKEDOWN_CLIENT]->str, "[1000 missing]", 14), 0);
	cr_assert_eq(tcp_streams_counts(t->streams)->given_up, 0);
}

Test(stream_bounds, all_together_give_up_the_one_that_rests_longest)
{
	g_autoptr(StreamTalk) t =
		stream_talk_new(&(ShakedownStreamOptions){.side = -1, .total_bytes = 50000});

	/* Twenty connections, each with 5000 bytes behind a hole. */
	for (unsigned i = 0; i < 20; i++) {
		t->client_port = (uint16_t)(50000 + i);
		t->end[SHAKEDOWN_CLIENT] = 0;
		stream_talk_open(t);
		for (unsigned j = 1; j <= 5; j++) {
			/* Whoever gives up begins its own account. */
			t->end[SHAKEDOWN_CLIENT] = 0;
			send_pieces(t, j, j + 1);
		}
	}
	const ShakedownStreamCounts *c = tcp_streams_counts(t->streams);
	cr_assert_geq(c->given_up, 9);
	cr_assert_leq(c->given_up, 13);
	cr_assert_leq(c->held_peak, 50000 + 2 * PIECE);
}

Test(stream_bounds, tiny_pieces_pay_for_themselves)
{
	g_autoptr(StreamTalk) t =
		stream_talk_new(&(ShakedownStreamOptions){.side = -1, .side_bytes = 100000});

	stream_talk_open(t);
	/* Backwards, every second byte: nothing ever joins. */
	for (unsigned i = 30000; i > 1; i--)
		CLIENT(t, 0, 1 + 2 * i, 1, "x");
	const ShakedownStreamCounts *c = tcp_streams_counts(t->streams);
	cr_assert_gt(c->given_up, 0);
	cr_assert_leq(c->held_peak, 100000 + (4 << 20) + 1000);
}

Test(stream_bounds, what_is_in_doubt_is_not_kept_for_ever)
{
	static const char bytes[PIECE + 1];
	g_autoptr(StreamTalk) t =
		stream_talk_new(&(ShakedownStreamOptions){.side = -1, .total_bytes = 50000});

	/* A flood of SYNs that bring data: nobody ever says how much of it was taken. */
	for (unsigned i = 0; i < 500; i++) {
		t->client_port = (uint16_t)(50000 + i);
		CLIENT(t, TCP_SYN, .bytes = bytes, .len = PIECE);
	}
	const ShakedownStreamCounts *c = tcp_streams_counts(t->streams);
	cr_assert_leq(c->held_peak, 50000 + 2 * PIECE);
	cr_assert_geq(c->unused, 450 * PIECE);
}

Test(stream_bounds, pieces_are_not_too_many_to_be_gone_through)
{
	g_autoptr(StreamTalk) t = stream_talk_default();

	stream_talk_open(t);
	for (unsigned i = 0; i < 30000; i++)
		CLIENT(t, 0, 2 + 2 * i, 1, "x");
	cr_assert_gt(t->end[SHAKEDOWN_CLIENT], 0);
	cr_assert_lt(t->end[SHAKEDOWN_CLIENT], 2 * 30000 - 30000);
	cr_assert_gt(tcp_streams_counts(t->streams)->given_up, 13000);
}

/* A segment of 64 kB takes a hundred bytes of a file that the snaplen has cut. */
Test(stream_bounds, what_was_cut_off_is_not_looked_for_everywhere)
{
	g_autoptr(StreamTalk) t = stream_talk_default();

	stream_talk_open(t);
	for (unsigned i = 0; i < 10000; i++)
		CLIENT(t, 0, 3 + 2 * i, 1, "x");
	CLIENT(t, 0, 1, 1, HIDDEN_BYTES, 20000);
	cr_assert_eq(t->end[SHAKEDOWN_CLIENT], 1 + 2 * 256);
	stream_talk_finish(t);
	cr_assert_eq(strncmp(t->text[SHAKEDOWN_CLIENT]->str, "[2 cut]x[1 cut]x", 16), 0);
	cr_assert(g_str_has_suffix(t->text[SHAKEDOWN_CLIENT]->str, "x[1 missing]x[1 missing]x"));
}

Test(stream_bounds, delivered_bytes_are_not_kept_for_ever)
{
	g_autoptr(StreamTalk) t = stream_talk_default();

	stream_talk_open(t);
	for (unsigned i = 0; i < 20000; i++) {
		send_pieces(t, i, i + 1);
		SERVER(t, 0, 1, 1 + (i + 1) * PIECE);
		g_string_truncate(t->text[SHAKEDOWN_CLIENT], 0);
	}
	cr_assert_eq(t->end[SHAKEDOWN_CLIENT], 20000 * PIECE);
	cr_assert_leq(tcp_streams_counts(t->streams)->held_peak, 80 * 1024);
}

Test(stream_bounds, nor_where_nobody_acknowledges)
{
	g_autoptr(StreamTalk) t = stream_talk_new(&(ShakedownStreamOptions){
		.side = -1, .policy = SHAKEDOWN_OVERLAP_LAST, .side_bytes = 1 << 20});

	CLIENT(t, TCP_SYN);
	for (unsigned i = 0; i < 20000; i++) {
		send_pieces(t, i, i + 1);
		g_string_truncate(t->text[SHAKEDOWN_CLIENT], 0);
	}
	cr_assert_gt(t->end[SHAKEDOWN_CLIENT], 20000 * PIECE - (1 << 20));
	cr_assert_eq(tcp_streams_counts(t->streams)->holes, 0);
	cr_assert_leq(tcp_streams_counts(t->streams)->held_peak, (5 << 20) + 4000);
}

/* Segments of a text, cut anywhere, sent in any order, some of them again. */
static void send_shuffled(StreamTalk *t, GRand *rand, const char *text, uint32_t len)
{
	g_autoptr(GArray) cuts = g_array_new(FALSE, FALSE, sizeof(uint32_t[2]));

	for (uint32_t at = 0; at < len;) {
		uint32_t n = (uint32_t)g_rand_int_range(rand, 1, 30);
		uint32_t more = (uint32_t)g_rand_int_range(rand, 0, 20);

		n = MIN(n, len - at);
		more = MIN(more, len - at - n);
		uint32_t cut[2] = {at, n + more};

		g_array_append_val(cuts, cut);
		if (g_rand_int_range(rand, 0, 4) == 0)
			g_array_append_val(cuts, cut);
		at += n;
	}
	for (guint i = 0; i < cuts->len; i++) {
		/* No further than a window of segments. */
		guint j = i + (guint)g_rand_int_range(rand, 0, 8);

		j = MIN(j, cuts->len - 1);
		uint32_t *a = (uint32_t *)(void *)(cuts->data + i * sizeof(uint32_t[2]));
		uint32_t *b = (uint32_t *)(void *)(cuts->data + j * sizeof(uint32_t[2]));
		uint32_t swap[2] = {a[0], a[1]};

		memcpy(a, b, sizeof swap);
		memcpy(b, swap, sizeof swap);
		CLIENT(t, 0, 1 + a[0], 1, text + a[0], a[1]);
	}
}

Test(stream_bounds, any_order_gives_the_same_bytes)
{
	char text[2001];

	for (uint32_t seed = 0; seed < 300; seed++) {
		g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
		g_autoptr(StreamTalk) t =
			stream_talk_new(&(ShakedownStreamOptions){.side = -1, .policy = seed % 2});

		for (unsigned i = 0; i < sizeof text - 1; i++)
			text[i] = (char)g_rand_int_range(rand, 'a', 'z' + 1);
		text[sizeof text - 1] = '\0';
		t->isn[SHAKEDOWN_CLIENT] = 0u - (uint32_t)g_rand_int_range(rand, 0, 3000);
		stream_talk_open(t);
		send_shuffled(t, rand, text, sizeof text - 1);
		SERVER(t, 0, 1, sizeof text);
		stream_talk_finish(t);
		cr_assert_str_eq(t->text[SHAKEDOWN_CLIENT]->str, text, "seed %u", seed);
		cr_assert_eq(t->conflicts, 0, "seed %u", seed);
	}
}
