/* SPDX-License-Identifier: BSD-3-Clause */
#include "flow/key-table.h"

#include "flow/mix.h"

#include <string.h>

#define ITEMS_PER_CHUNK 64

KeyTable *key_table_new(size_t item_size, size_t key_size)
{
	KeyTable *table = g_new0(KeyTable, 1);

	g_assert(key_size <= item_size && key_size >= KEY_TABLE_KEY_LEAST &&
		 key_size <= KEY_TABLE_KEY_MOST);
	table->slab = slab_new(item_size, ITEMS_PER_CHUNK);
	table->slots = flow_table_new(table->slab, 0);
	table->key_size = key_size;
	for (unsigned i = 0; i < G_N_ELEMENTS(table->secret); i++)
		table->secret[i] = mix_secret(table->slots->seed, i);
	return table;
}

void key_table_free(KeyTable *table)
{
	if (!table)
		return;
	flow_table_free(table->slots);
	slab_free(table->slab);
	g_free(table);
}

static inline uint64_t word(const uint8_t *p)
{
	uint64_t w;

	memcpy(&w, p, sizeof w);
	return w;
}

/* Two words at a time, each blinded; the last two may overlap those before. */
static uint32_t hash_of(const KeyTable *table, const uint8_t *key)
{
	const uint64_t *secret = table->secret;
	uint64_t hash = secret[3];
	size_t left = table->key_size;

	for (; left > 16; left -= 16, key += 16)
		hash = mix_fold(hash ^ word(key) ^ secret[0], word(key + 8) ^ secret[1]);
	key -= 16 - left;
	hash = mix_fold(hash ^ word(key) ^ secret[0], word(key + 8) ^ secret[2]);
	hash = mix_fold(hash ^ secret[2], secret[3]);
	return (uint32_t)(hash ^ hash >> 32);
}

static bool equal(const KeyTable *table, const uint8_t *a, const uint8_t *b)
{
	size_t last = table->key_size - 8;
	uint64_t differ = word(a + last) ^ word(b + last);

	for (size_t i = 0; i < last; i += 8)
		differ |= word(a + i) ^ word(b + i);
	return differ == 0;
}

static uint32_t find(const KeyTable *table, const void *key, uint32_t hash)
{
	const FlowTable *slots = table->slots;

	for (uint32_t i = hash & slots->mask;; i = (i + 1) & slots->mask) {
		FlowSlot slot = slots->slots[i];

		if (slot.handle == 0)
			return 0;
		if (slot.hash == hash && equal(table, slab_get(table->slab, slot.handle), key))
			return slot.handle;
	}
}

void *key_table_find(const KeyTable *table, const void *key)
{
	uint32_t handle = find(table, key, hash_of(table, key));

	return handle ? slab_get(table->slab, handle) : NULL;
}

void *key_table_add(KeyTable *table, const void *key)
{
	uint32_t handle = slab_alloc(table->slab);
	void *item = slab_get(table->slab, handle);

	memcpy(item, key, table->key_size);
	flow_table_insert(table->slots, hash_of(table, key), handle);
	return item;
}

void key_table_remove(KeyTable *table, void *item)
{
	uint32_t hash = hash_of(table, item), handle = find(table, item, hash);

	if (flow_table_remove(table->slots, hash, handle))
		slab_free_item(table->slab, handle);
}

void **key_table_items(const KeyTable *table)
{
	g_autofree uint32_t *handles = flow_table_handles(table->slots);
	size_t n = key_table_len(table);
	void **items = g_new(void *, n + 1);

	for (size_t i = 0; i < n; i++)
		items[i] = slab_get(table->slab, handles[i]);
	return items;
}
