/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The slab's chunks and its list of freed items, which runs through their first four bytes. Under
 * ASan, what is not handed out is poisoned.
 */
#include "flow/slab.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SLAB_ASAN 1
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define SLAB_ASAN 1
#endif

#ifdef SLAB_ASAN
#include <sanitizer/asan_interface.h>
#define slab_poison(p, n) __asan_poison_memory_region((p), (n))
#define slab_unpoison(p, n) __asan_unpoison_memory_region((p), (n))
#else
#define slab_poison(p, n) ((void)(p), (void)(n))
#define slab_unpoison(p, n) ((void)(p), (void)(n))
#endif

#define HUGE_PAGE (UINT32_C(1) << 21)
#define CACHE_LINE 64

Slab *slab_new(size_t item_size, size_t items_per_chunk)
{
	Slab *slab = g_new0(Slab, 1);

	g_assert(item_size > 0 && item_size <= UINT32_MAX);
	slab->item_size = (item_size + 7) & ~(size_t)7;
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
	for (uint32_t i = 0; i < slab->chunks_len; i++) {
		slab_unpoison(slab->chunks[i], slab->item_size << slab->shift);
		free(slab->chunks[i]);
	}
	g_free(slab->chunks);
	g_free(slab);
}

static void slab_add_chunk(Slab *slab)
{
	size_t bytes = slab->item_size << slab->shift;
	/* The first chunk stays in small pages: a small capture shall not pay for clearing a huge
	 * one. */
	bool huge = slab->chunks_len > 0 && bytes >= HUGE_PAGE;
	void *chunk = NULL;

	if (posix_memalign(&chunk, huge ? HUGE_PAGE : CACHE_LINE, bytes) != 0)
		g_error("out of memory: %zu items of %zu bytes are live", slab->live,
			slab->item_size);
	if (huge)
		(void)madvise(chunk, bytes, MADV_HUGEPAGE);
	slab_poison(chunk, bytes);
	if (slab->chunks_len == slab->chunks_room) {
		slab->chunks_room = slab->chunks_room ? 2 * slab->chunks_room : 16;
		slab->chunks = g_renew(uint8_t *, slab->chunks, slab->chunks_room);
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

	slab_unpoison(item, slab->item_size);
	if (handle == slab->recycled)
		memcpy(&slab->recycled, item, sizeof slab->recycled);
	memset(item, 0, slab->item_size);
	slab->live++;
	return handle;
}

void slab_free_item(Slab *slab, uint32_t handle)
{
	if (handle == 0)
		return;

	void *item = slab_get(slab, handle);

	memcpy(item, &slab->recycled, sizeof slab->recycled);
	slab_poison(item, slab->item_size);
	slab->recycled = handle;
	slab->live--;
}
