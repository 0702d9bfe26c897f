/* SPDX-License-Identifier: BSD-3-Clause */
#include "flow/key-table.h"

#include "flow/mix.h"

#include <string.h>

#define ITEMS_PER_CHUNK 64

KeyTable *key_table_new(size_t item_size, size_t key_size)
{
	KeyTable *table = g_new0(KeyTable, 1);

	g_assert(key_size <= item_size && key_size <= KEY_TABLE_KEY_MOST);
	table->slab = slab_new(item_size, ITEMS_PER_CHUNK);
	table->slots = flow_table_new(table->slab, 0);
	table->key_size = key_size;
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

/* Two words at a time, each blinded; what the key does not fill is 0. */
static uint32_t hash_of(const KeyTable *table, const void *key)
{
	uint64_t seed = table->slots->seed, word[KEY_TABLE_KEY_MOST / 8], hash = seed;
	size_t words = (table->key_size + 15) / 16 * 2;

	word[words - 1] = word[words - 2] = 0;
	memcpy(word, key, table->key_size);
	for (size_t i = 0; i < words; i += 2)
		hash = mix_fold(hash ^ word[i] ^ mix_secret(seed, 0),
				word[i + 1] ^ mix_secret(seed, (unsigned)(i / 2 + 1)));
	hash = mix_fold(hash ^ mix_secret(seed, 2), mix_secret(seed, 3));
	return (uint32_t)(hash ^ hash >> 32);
}

static uint32_t find(const KeyTable *table, const void *key, uint32_t hash)
{
	const FlowTable *slots = table->slots;

	for (uint32_t i = hash & slots->mask;; i = (i + 1) & slots->mask) {
		FlowSlot slot = slots->slots[i];

		if (slot.handle == 0)
			return 0;
		if (slot.hash == hash &&
		    memcmp(slab_get(table->slab, slot.handle), key, table->key_size) == 0)
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
