/* SPDX-License-Identifier: BSD-3-Clause */
/* A list of freed pieces for each length, through their first bytes; fresh ones are cut from large
 * chunks, one after the other. */
#include "flow/pieces.h"

#include "flow/poison.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* A huge page: memory costs when it is touched first, in those a tenth of what it costs in small
 * ones. */
#define CHUNK (UINT32_C(1) << 21)
#define LENGTHS (PIECES_LEN_MOST / PIECES_STEP + 1)

struct _Pieces {
	uint8_t *freed[LENGTHS]; /* by length in steps */
	uint8_t *fresh;		 /* of the latest chunk */
	size_t fresh_left;
	GPtrArray *chunks;
};

Pieces *pieces_new(void)
{
	Pieces *p = g_new0(Pieces, 1);

	p->chunks = g_ptr_array_new_with_free_func(free);
	return p;
}

void pieces_free(Pieces *p)
{
	if (!p)
		return;
	for (guint i = 0; i < p->chunks->len; i++)
		flow_unpoison(p->chunks->pdata[i], CHUNK);
	g_ptr_array_free(p->chunks, TRUE);
	g_free(p);
}

static size_t steps_of(size_t len)
{
	g_assert(len > 0 && len <= PIECES_LEN_MOST);
	return (len + PIECES_STEP - 1) / PIECES_STEP;
}

/* What is left of the chunk before is less than the largest piece. */
static void add_chunk(Pieces *p)
{
	void *chunk = NULL;

	if (posix_memalign(&chunk, CHUNK, CHUNK) != 0)
		g_error("out of memory: %u chunks of pieces are taken", p->chunks->len);
	(void)madvise(chunk, CHUNK, MADV_HUGEPAGE);
	flow_poison(chunk, CHUNK);
	g_ptr_array_add(p->chunks, chunk);
	p->fresh = chunk;
	p->fresh_left = CHUNK;
}

uint8_t *pieces_take(Pieces *p, size_t len)
{
	size_t steps = steps_of(len), bytes = steps * PIECES_STEP;
	uint8_t *piece = p->freed[steps];

	if (piece) {
		flow_unpoison(piece, bytes);
		memcpy(&p->freed[steps], piece, sizeof p->freed[steps]);
		return piece;
	}
	if (p->fresh_left < bytes)
		add_chunk(p);
	piece = p->fresh;
	p->fresh += bytes;
	p->fresh_left -= bytes;
	flow_unpoison(piece, bytes);
	return piece;
}

void pieces_give_back(Pieces *p, uint8_t *piece, size_t len)
{
	size_t steps = steps_of(len);

	memcpy(piece, &p->freed[steps], sizeof p->freed[steps]);
	flow_poison(piece, steps * PIECES_STEP);
	p->freed[steps] = piece;
}
