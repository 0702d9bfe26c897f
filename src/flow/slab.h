/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A slab: items of one size in large chunks that never move, named by 32-bit handles. Handle 0 is
 * no item, so that a zeroed field means "none". Freed items are handed out again, last freed first
 * (it is the one most likely still in the cache).
 */
#pragma once

#include <glib.h>
#include <stddef.h>
#include <stdint.h>

/* Where items of two slabs are named side by side, the handles of the smaller ones have this bit.
 */
#define SLAB_SMALL (UINT32_C(1) << 31)

/* The fields serve the inline functions alone. */
typedef struct {
	uint8_t **chunks;
	size_t item_size, cleared; /* of each item, so much from its beginning */
	uint32_t shift;		   /* chunk = handle >> shift */
	uint32_t mask;		   /* item within it = handle & mask */
	uint32_t chunks_len, chunks_room;
	uint32_t fresh;	   /* the least handle never handed out */
	uint32_t recycled; /* head of the list of freed items */
	size_t live;
	uint64_t *used; /* a bit a handle */
	/* What chunks are cut from: stretches of huge pages, each of a few chunks. */
	uint8_t *stretch;
	size_t stretch_left;
	GPtrArray *stretches;
} Slab;

/*
 * item_size is rounded up to a multiple of 8, items_per_chunk to a power of two from 2. Items are
 * aligned to the greatest power of two that divides the item size, up to 64. 4096 items a chunk is
 * a good choice for what there are millions of.
 */
Slab *slab_new(size_t item_size, size_t items_per_chunk);
/* Of items that are zeroed in their first bytes alone: what lies behind is their owner's to clear
 * before it is read. */
Slab *slab_new_cleared(size_t item_size, size_t cleared, size_t items_per_chunk);
/* Frees all items, live or not, without looking into them. */
void slab_free(Slab *slab);

/* A zeroed item's handle, from 1. Aborts when 2^32 - 1 items are live or memory is exhausted. */
uint32_t slab_alloc(Slab *slab);
/* Handle 0 is ignored. Pointers to the item are invalid from here on (and ASan says so). */
void slab_free_item(Slab *slab, uint32_t handle);

/* Brings what freeing the item will touch beside it into the cache. */
static G_ALWAYS_INLINE inline void slab_fetch_freed(const Slab *slab, uint32_t handle)
{
	__builtin_prefetch(&slab->used[handle / 64], 1);
}

/* The item of a live handle; its address holds until it is freed. */
static inline void *slab_get(const Slab *slab, uint32_t handle)
{
	return slab->chunks[handle >> slab->shift] + (handle & slab->mask) * slab->item_size;
}

/* The next live handle after that one (0: the first), round and round; 0 where there is none. */
uint32_t slab_next_live(const Slab *slab, uint32_t handle);

/* As many as were ever live at once: what it has taken, it keeps. */
static inline size_t slab_taken(const Slab *slab)
{
	return slab->fresh - 1;
}

/* Items handed out and not freed. */
static inline size_t slab_live(const Slab *slab)
{
	return slab->live;
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Slab, slab_free)
