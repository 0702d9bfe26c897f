/* SPDX-License-Identifier: BSD-3-Clause */
#include "capture/arena.h"

#include <criterion/criterion.h>
#include <string.h>

#define PIECE 1000u
/* So many fill two chunks and begin a third. */
#define PIECES (2 * (unsigned)(ARENA_CHUNK / PIECE) + 10)

static void fill(Arena *arena, uint8_t **pieces, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		pieces[i] = arena_take(arena, PIECE);
		memset(pieces[i], (int)(i & 0xff), PIECE);
	}
}

static void assert_whole(uint8_t *const *pieces, unsigned from, unsigned n)
{
	for (unsigned i = from; i < n; i++)
		for (unsigned at = 0; at < PIECE; at += PIECE - 1)
			cr_assert_eq(pieces[i][at], (uint8_t)i, "piece %u at %u", i, at);
}

Test(arena, pieces_lie_apart_and_keep_what_is_in_them)
{
	uint8_t *pieces[PIECES];
	Arena arena;

	arena_init(&arena);
	fill(&arena, pieces, PIECES);
	cr_assert_eq(arena.full->len, 2);
	assert_whole(pieces, 0, PIECES);
	arena_clear(&arena);
}

Test(arena, what_lies_before_the_oldest_is_used_again)
{
	uint8_t *pieces[PIECES];
	Arena arena;

	arena_init(&arena);
	fill(&arena, pieces, PIECES);
	arena_release(&arena, pieces[PIECES - 1], NULL, 0);
	cr_assert_eq(arena.full->len, 0);
	cr_assert_eq(arena.spare->len, 2);
	assert_whole(pieces, PIECES - 10, PIECES);
	/* Nothing is allocated for as much again. */
	uint8_t *more[PIECES];
	fill(&arena, more, PIECES - 10);
	cr_assert_eq(arena.spare->len, 0);
	cr_assert_eq(arena.full->len, 2);
	arena_clear(&arena);
}

Test(arena, a_chunk_with_a_held_packet_stays)
{
	uint8_t *pieces[PIECES];
	Arena arena;

	arena_init(&arena);
	fill(&arena, pieces, PIECES);
	ShakedownPacket held = {.data = pieces[3], .captured_len = PIECE};
	arena_release(&arena, pieces[PIECES - 1], &held, 1);
	cr_assert_eq(arena.full->len, 1);
	cr_assert_eq(arena.spare->len, 1);
	fill(&arena, pieces + 4, PIECES - 4);
	cr_assert_eq(pieces[3][0], 3);
	cr_assert_eq(pieces[3][PIECE - 1], 3);
	arena_release(&arena, NULL, &held, 1);
	cr_assert_eq(pieces[3][0], 3);
	arena_clear(&arena);
}

Test(arena, with_nothing_looked_at_it_begins_anew)
{
	Arena arena;

	arena_init(&arena);
	uint8_t *first = arena_take(&arena, PIECE);
	arena_take(&arena, PIECE);
	arena_release(&arena, NULL, NULL, 0);
	cr_assert_eq(arena_take(&arena, PIECE), first);
	arena_clear(&arena);
}

Test(arena, a_packet_longer_than_a_chunk_has_one_of_its_own_that_is_not_kept)
{
	Arena arena;

	arena_init(&arena);
	uint8_t *large = arena_take(&arena, 3 * ARENA_CHUNK);
	memset(large, 7, 3 * ARENA_CHUNK);
	uint8_t *after = arena_take(&arena, PIECE);
	cr_assert(after < large || after >= large + 3 * ARENA_CHUNK);
	arena_release(&arena, after, NULL, 0);
	cr_assert_eq(arena.spare->len, 0);
	arena_clear(&arena);
}

Test(arena, a_burst_is_given_back)
{
	Arena arena;

	arena_init(&arena);
	for (unsigned i = 0; i < 100; i++)
		arena_take(&arena, ARENA_CHUNK);
	arena_release(&arena, NULL, NULL, 0);
	cr_assert_leq(arena.spare->len, 8);
	cr_assert_eq(arena.full->len, 0);
	arena_clear(&arena);
}
