/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The slab's chunks and its list of freed items, which runs through their first four bytes. Under
 * ASan, what is not handed out is poisoned.
 */
#include "flow/slab.h"

#include "flow/fetch.h"
#include "flow/huge.h"
#include "flow/poison.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define CACHE_LINE 64
#define SLAB_STRETCH 16 /* chunks */

Slab *slab_new(size_t item_size, size_t items_per_chunk)
{
	return slab_new_cleared(item_size, item_size, items_per_chunk);
}

Slab *slab_new_cleared(size_t item_size, size_t cleared, size_t items_per_chunk)
{
	Slab *slab = g_new0(Slab, 1);

	g_assert(item_size > 0 && item_size <= UINT32_MAX && cleared <= item_size);
	slab->item_size = (item_size + 7) & ~(size_t)7;
	slab->cleared = cleared < item_size ? cleared : slab->item_size;
	slab->shift = 1;
	while (slab->shift < 24 && ((size_t)1 << slab->shift) < items_per_chunk)
		slab->shift++;
	slab->mask = (UINT32_C(1) << slab->shift) - 1;
	slab->fresh = 1;
	return slab;
}

void slab_free(Slab *slab)
{
	if (slab == NULL)
		return;
	for (uint32_t i = 0; i < slab->chunks_len; i++)
		flow_unpoison(slab->chunks[i], slab->item_size << slab->shift);
	if (slab->chunks_len > 0)
		free(slab->chunks[0]);
	if (slab->stretches)
		g_ptr_array_free(slab->stretches, TRUE);
	g_free(slab->chunks);
	g_free(slab->used);
	g_free(slab);
}

static void slab_exhausted(const Slab *slab)
{
	g_error("out of memory: %zu items of %zu bytes are live", slab->live, slab->item_size);
}

/*
 * A chunk is no multiple of a huge page, so several share a stretch of them. The first chunk stays
 * in small pages: a small capture shall not pay for clearing a huge one.
 */
static void *slab_cut_chunk(Slab *slab, size_t bytes)
{
	void *chunk = NULL;

	if (slab->chunks_len == 0 || bytes * SLAB_STRETCH < HUGE_PAGE) {
		if (posix_memalign(&chunk, CACHE_LINE, bytes) != 0)
			slab_exhausted(slab);
		if (slab->chunks_len > 0)
			g_ptr_array_add(slab->stretches, chunk);
		return chunk;
	}
	if (slab->stretch_left < bytes) {
		slab->stretch_left = bytes * SLAB_STRETCH;
		void *stretch = huge_new(slab->stretch_left);
		if (!stretch)
			slab_exhausted(slab);
		g_ptr_array_add(slab->stretches, stretch);
		slab->stretch = stretch;
	}
	chunk = slab->stretch;
	slab->stretch += bytes;
	slab->stretch_left -= bytes;
	return chunk;
}

static size_t used_words(const Slab *slab, size_t chunks)
{
	return ((chunks << slab->shift) + 63) / 64;
}

static void slab_grow_used(Slab *slab)
{
	size_t old = slab->used ? used_words(slab, slab->chunks_len) : 0;
	size_t words = used_words(slab, slab->chunks_room);

	slab->used = g_renew(uint64_t, slab->used, words);
	memset(slab->used + old, 0, (words - old) * sizeof *slab->used);
}

static void slab_add_chunk(Slab *slab)
{
	size_t bytes = slab->item_size << slab->shift;

	if (!slab->stretches)
		slab->stretches = g_ptr_array_new_with_free_func(free);

	void *chunk = slab_cut_chunk(slab, bytes);

	flow_poison(chunk, bytes);
	if (slab->chunks_len == slab->chunks_room) {
		slab->chunks_room = slab->chunks_room ? 2 * slab->chunks_room : 16;
		slab->chunks = g_renew(uint8_t *, slab->chunks, slab->chunks_room);
		slab_grow_used(slab);
	}
	slab->chunks[slab->chunks_len++] = chunk;
}

static uint32_t slab_take_fresh(Slab *slab)
{
	uint32_t handle = slab->fresh;

	/* The counter wraps to 0 after the last handle there is. */
	if (handle == 0)
		g_error("no handles left: %zu items are live", slab->live);
	if (handle >> slab->shift >= slab->chunks_len)
		slab_add_chunk(slab);
	slab->fresh++;
	return handle;
}

uint32_t slab_alloc(Slab *slab)
{
	uint32_t handle = slab->recycled;

	if (handle == 0)
		handle = slab_take_fresh(slab);

	void *item = slab_get(slab, handle);

	flow_unpoison(item, slab->item_size);
	if (handle == slab->recycled) {
		memcpy(&slab->recycled, item, sizeof slab->recycled);
		/* It is the next to be handed out, and was freed long ago as like as not. */
		fetch_to_write(slab_get(slab, slab->recycled), slab->cleared);
	}
	memset(item, 0, slab->cleared);
	slab->used[handle / 64] |= UINT64_C(1) << handle % 64;
	slab->live++;
	return handle;
}

void slab_free_item(Slab *slab, uint32_t handle)
{
	if (handle == 0)
		return;

	void *item = slab_get(slab, handle);

	memcpy(item, &slab->recycled, sizeof slab->recycled);
	flow_poison(item, slab->item_size);
	slab->recycled = handle;
	slab->used[handle / 64] &= ~(UINT64_C(1) << handle % 64);
	slab->live--;
}

uint32_t slab_next_live(const Slab *slab, uint32_t handle)
{
	size_t words = used_words(slab, slab->chunks_len), at = ((size_t)handle + 1) / 64;
	uint64_t mask = UINT64_MAX << (handle + 1) % 64;

	if (slab->live == 0)
		return 0;
	for (;; at++, mask = UINT64_MAX) {
		if (at >= words)
			at = 0;
		uint64_t word = slab->used[at] & mask;
		if (word)
			return (uint32_t)(at * 64) + (uint32_t)__builtin_ctzll(word);
	}
}
