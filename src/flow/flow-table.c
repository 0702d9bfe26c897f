/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Linear probing. Invariant: between the slot that a hash leads to and the slot that holds it none
 * is empty. Removal keeps it by moving later slots back into the gap, so that there is nothing to
 * clean up, however many connections come and go.
 */
#include "flow/flow-table.h"

#include "base/mix.h"

#include <stdlib.h>
#include <sys/mman.h>

#define SLOTS_LEAST 256
#define HUGE_PAGE ((size_t)1 << 21)

static FlowSlot *slots_new(size_t n)
{
	size_t bytes = n * sizeof(FlowSlot);
	bool huge = bytes >= HUGE_PAGE;
	void *slots = NULL;

	/* A power of two: aligned to the cache line at least, so that few probes leave it. */
	if (posix_memalign(&slots, huge ? HUGE_PAGE : 64, bytes) != 0)
		g_error("out of memory: a flow table of %zu slots", n);
	if (huge)
		(void)madvise(slots, bytes, MADV_HUGEPAGE);
	memset(slots, 0, bytes);
	return slots;
}

static void set_slots(FlowTable *table, FlowSlot *slots, size_t n)
{
	table->slots = slots;
	table->mask = (uint32_t)(n - 1);
	table->grow_at = n / 4 * 3;
}

FlowTable *flow_table_new(const Slab *slab, size_t key_offset)
{
	FlowTable *table = g_new0(FlowTable, 1);

	table->slab = slab;
	table->key_offset = key_offset;
	table->secret = flow_secret_of(mix_random_seed());
	set_slots(table, slots_new(SLOTS_LEAST), SLOTS_LEAST);
	return table;
}

void flow_table_free(FlowTable *table)
{
	if (table == NULL)
		return;
	free(table->slots);
	g_free(table);
}

void flow_table_set_seed(FlowTable *table, uint64_t seed)
{
	g_assert(table->len == 0);
	table->secret = flow_secret_of(seed);
}

void flow_table_set_small(FlowTable *table, const Slab *small, const Slab *wide)
{
	table->small = small;
	table->wide = wide;
}

static bool has_key(const FlowTable *table, uint32_t handle, const FlowKey *key)
{
	if (handle & SLAB_SMALL)
		return flow_key_equal_small(slab_get(table->small, handle & ~SLAB_SMALL),
					    table->wide, key);

	const uint8_t *item = slab_get(table->slab, handle);

	return flow_key_equal((const FlowKey *)(const void *)(item + table->key_offset), key);
}

uint32_t flow_table_find(const FlowTable *table, const FlowKey *key, uint32_t hash)
{
	for (uint32_t i = hash & table->mask;; i = (i + 1) & table->mask) {
		FlowSlot slot = table->slots[i];

		if (slot.handle == 0)
			return 0;
		if (slot.hash == hash && has_key(table, slot.handle, key))
			return slot.handle;
	}
}

static void slots_put(FlowSlot *slots, uint32_t mask, FlowSlot slot)
{
	uint32_t i = slot.hash & mask;

	while (slots[i].handle != 0)
		i = (i + 1) & mask;
	slots[i] = slot;
}

/* The stored hashes say where each slot goes: no item is touched. */
static void flow_table_grow(FlowTable *table)
{
	size_t old_n = (size_t)table->mask + 1;
	FlowSlot *old = table->slots;

	/* Slots beyond 2^32 no hash leads to: from there on it only gets fuller, and 2^32 - 1
	 * handles leave one empty. */
	if (old_n > UINT32_MAX) {
		table->grow_at = SIZE_MAX;
		return;
	}
	set_slots(table, slots_new(2 * old_n), 2 * old_n);
	for (size_t i = 0; i < old_n; i++)
		if (old[i].handle != 0)
			slots_put(table->slots, table->mask, old[i]);
	free(old);
}

void flow_table_insert(FlowTable *table, uint32_t hash, uint32_t handle)
{
	g_assert(handle != 0);
	if (table->len >= table->grow_at)
		flow_table_grow(table);
	slots_put(table->slots, table->mask, (FlowSlot){hash, handle});
	table->len++;
}

static FlowSlot *find_handle(const FlowTable *table, uint32_t hash, uint32_t handle)
{
	if (handle == 0)
		return NULL;
	for (uint32_t i = hash & table->mask;; i = (i + 1) & table->mask) {
		FlowSlot *slot = &table->slots[i];

		if (slot->handle == handle)
			return slot->hash == hash ? slot : NULL;
		if (slot->handle == 0)
			return NULL;
	}
}

bool flow_table_remove(FlowTable *table, uint32_t hash, uint32_t handle)
{
	FlowSlot *slots = table->slots, *found = find_handle(table, hash, handle);
	uint32_t mask = table->mask;

	if (found == NULL)
		return false;

	uint32_t gap = (uint32_t)(found - slots);

	for (uint32_t i = (gap + 1) & mask; slots[i].handle != 0; i = (i + 1) & mask) {
		/* It may go back into the gap unless that lies before where its hash leads. */
		if (((i - slots[i].hash) & mask) >= ((i - gap) & mask)) {
			slots[gap] = slots[i];
			gap = i;
		}
	}
	slots[gap] = (FlowSlot){0, 0};
	table->len--;
	return true;
}

bool flow_table_replace(FlowTable *table, uint32_t hash, uint32_t old_handle, uint32_t new_handle)
{
	FlowSlot *slot = find_handle(table, hash, old_handle);

	if (slot == NULL)
		return false;
	g_assert(new_handle != 0);
	slot->handle = new_handle;
	return true;
}

uint32_t *flow_table_handles(const FlowTable *table)
{
	uint32_t *handles = g_new(uint32_t, table->len + 1);
	size_t n = 0;

	for (size_t i = 0; i <= table->mask; i++)
		if (table->slots[i].handle != 0)
			handles[n++] = table->slots[i].handle;
	return handles;
}
