/* SPDX-License-Identifier: BSD-3-Clause */
#include "flow/pieces.h"

#include "model-rand.h"

#include <string.h>

#define MANY 20000

typedef struct {
	uint8_t *at;
	size_t len;
	uint8_t filled;
} Piece;

static bool is_whole(const Piece *p)
{
	for (size_t i = 0; i < p->len; i++)
		if (p->at[i] != p->filled)
			return false;
	return true;
}

static void take(Pieces *pieces, Piece *p, size_t len, uint8_t fill)
{
	*p = (Piece){pieces_take(pieces, len), len, fill};
	cr_assert_eq((uintptr_t)p->at % PIECES_STEP, 0);
	memset(p->at, fill, len);
}

Test(pieces, none_reaches_into_another)
{
	g_autoptr(Pieces) pieces = pieces_new();
	g_autofree Piece *held = g_new0(Piece, MANY);
	ModelRand rand = model_rand_new();

	for (unsigned round = 0; round < 5 * MANY; round++) {
		Piece *p = &held[model_rand_next(&rand) % MANY];

		if (p->at) {
			cr_assert(is_whole(p));
			pieces_give_back(pieces, p->at, p->len);
			p->at = NULL;
		} else {
			take(pieces, p, 1 + model_rand_next(&rand) % PIECES_LEN_MOST,
			     (uint8_t)round);
		}
	}
	for (unsigned i = 0; i < MANY; i++)
		cr_assert(!held[i].at || is_whole(&held[i]));
}

Test(pieces, one_given_back_is_the_next_of_its_length)
{
	g_autoptr(Pieces) pieces = pieces_new();
	uint8_t *a = pieces_take(pieces, 100), *b = pieces_take(pieces, 100);

	pieces_give_back(pieces, a, 100);
	pieces_give_back(pieces, b, 100);
	cr_assert_neq(pieces_take(pieces, 200), b);
	cr_assert_eq(pieces_take(pieces, 97), b, "112 bytes, too");
	cr_assert_eq(pieces_take(pieces, 112), a);
	cr_assert_neq(pieces_take(pieces, 112), a);
}

Test(pieces, the_least_and_the_most)
{
	g_autoptr(Pieces) pieces = pieces_new();
	Piece one, most;

	for (unsigned i = 0; i < 5000; i++) {
		take(pieces, &one, 1, 1);
		take(pieces, &most, PIECES_LEN_MOST, 2);
	}
	cr_assert(is_whole(&one) && is_whole(&most));
	pieces_free(NULL);
}
