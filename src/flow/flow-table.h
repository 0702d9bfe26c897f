/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The flow table: finds the slab item of a FlowKey. Open addressing with linear probing, no
 * tombstones; a slot is eight bytes (hash and handle), so that a probe costs one cache line, and
 * the key is compared in the item itself, only where all 32 bits of the hash agree.
 *
 * The table does not own the items: take an item's handle out before freeing it.
 */
#pragma once

#include "flow/flow-key.h"
#include "flow/slab.h"

typedef struct {
	uint32_t hash;
	uint32_t handle; /* 0: empty */
} FlowSlot;

/* The fields serve the inline functions alone. */
typedef struct {
	FlowSlot *slots;
	uint32_t mask; /* number of slots - 1 */
	size_t len, grow_at;
	const Slab *slab;
	const Slab *small, *wide; /* or NULL */
	size_t key_offset;
	FlowSecret secret;
} FlowTable;

/* Each item of the slab holds its FlowKey at key_offset. The seed is drawn at random. */
FlowTable *flow_table_new(const Slab *slab, size_t key_offset);
void flow_table_free(FlowTable *table);

/* Handles with SLAB_SMALL are of this slab, whose items begin with a FlowSmallKey; wide: of those.
 */
void flow_table_set_small(FlowTable *table, const Slab *small, const Slab *wide);

/* For tests that need to know the hashes; the table must be empty. */
void flow_table_set_seed(FlowTable *table, uint64_t seed);

/* The hash by which this table wants its keys looked up and inserted. */
static inline uint32_t flow_table_hash(const FlowTable *table, const FlowKey *key)
{
	return flow_key_hash(key, &table->secret);
}

/* The handle of the item with that key, or 0. */
uint32_t flow_table_find(const FlowTable *table, const FlowKey *key, uint32_t hash);
/* The item's key must be in place, and no item of that key in the table. */
void flow_table_insert(FlowTable *table, uint32_t hash, uint32_t handle);
/* False where that handle is not in the table under that hash. */
bool flow_table_remove(FlowTable *table, uint32_t hash, uint32_t handle);
/* Puts another item of the same key in the place of an old one; false where that is not there. */
bool flow_table_replace(FlowTable *table, uint32_t hash, uint32_t old_handle, uint32_t new_handle);

static inline size_t flow_table_len(const FlowTable *table)
{
	return table->len;
}

/* All handles, in no meaningful order (sort them); as many as flow_table_len(). Free with g_free().
 */
uint32_t *flow_table_handles(const FlowTable *table) G_GNUC_WARN_UNUSED_RESULT;

/* Batches, first pass: fetch the slots that the hash leads to. */
static G_ALWAYS_INLINE inline void flow_table_prefetch(const FlowTable *table, uint32_t hash)
{
	__builtin_prefetch(&table->slots[hash & table->mask]);
}

/* Where the search for a hash probably ends: hardly ever farther, even where the table is about to
 * grow. What is not found there is waited for. */
#define FLOW_PROBABLE 16
typedef struct {
	uint32_t slot;
	uint32_t handle; /* 0: nowhere near */
} FlowHint;

/*
 * Batches, second pass, when the slots have come: the handle that is probably meant, whose item is
 * to be fetched. Always inline, since gcc takes a function that only prefetches for one without
 * effect and drops the call.
 */
static G_ALWAYS_INLINE inline FlowHint flow_table_probable(const FlowTable *table, uint32_t hash)
{
	const FlowSlot *slots = table->slots;
	uint32_t mask = table->mask, i = hash & mask;

	for (unsigned n = 0; n < FLOW_PROBABLE && slots[i].handle != 0; n++, i = (i + 1) & mask)
		if (slots[i].hash == hash)
			return (FlowHint){i, slots[i].handle};
	return (FlowHint){0, 0};
}

static G_ALWAYS_INLINE inline void flow_table_prefetch_item(const FlowTable *table, FlowHint hint)
{
	if (hint.handle) {
		const uint8_t *item = slab_get(table->slab, hint.handle);
		__builtin_prefetch(item + table->key_offset);
	}
}

/*
 * Batches, third pass: as flow_table_find(). What the hint says is only believed where it still
 * holds, but then slot and item need not be waited for one after the other.
 */
static inline uint32_t flow_table_find_near(const FlowTable *table, const FlowKey *key,
					    uint32_t hash, FlowHint hint)
{
	const FlowSlot *slot = &table->slots[hint.slot & table->mask];

	if (hint.handle == 0 || (hint.handle & SLAB_SMALL) || slot->handle != hint.handle ||
	    slot->hash != hash)
		return flow_table_find(table, key, hash);

	const uint8_t *item = slab_get(table->slab, hint.handle);

	return flow_key_equal((const FlowKey *)(const void *)(item + table->key_offset), key)
		       ? hint.handle
		       : flow_table_find(table, key, hash);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(FlowTable, flow_table_free)
