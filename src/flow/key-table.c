/* SPDX-License-Identifier: BSD-3-Clause */
#include "flow/key-table.h"

#define ITEMS_PER_CHUNK 64

KeyTable *key_table_new(size_t item_size, size_t key_size)
{
	KeyTable *table = g_new0(KeyTable, 1);

	g_assert(key_size <= item_size && key_size >= KEY_TABLE_KEY_LEAST &&
		 key_size <= KEY_TABLE_KEY_MOST);
	table->slab = slab_new(item_size, ITEMS_PER_CHUNK);
	table->slots = flow_table_new(table->slab, 0);
	table->key_size = key_size;
	key_secrets(table->secret, mix_random_seed());
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

void *key_table_add_at(KeyTable *table, const void *key, uint32_t hash, KeyTablePlace *place)
{
	uint32_t handle = slab_alloc(table->slab);
	void *item = slab_get(table->slab, handle);

	memcpy(item, key, table->key_size);
	flow_table_insert(table->slots, hash, handle);
	*place = (KeyTablePlace){hash, handle};
	return item;
}

void *key_table_add(KeyTable *table, const void *key, uint32_t hash)
{
	return key_table_add_at(table, key, hash, &(KeyTablePlace){0});
}

void *key_table_renew(KeyTable *table, KeyTablePlace *place, uint32_t hash)
{
	flow_table_remove(table->slots, place->hash, place->handle);
	flow_table_insert(table->slots, hash, place->handle);
	place->hash = hash;
	return slab_get(table->slab, place->handle);
}

static uint32_t handle_of(const KeyTable *table, const void *item, uint32_t hash)
{
	const FlowTable *slots = table->slots;

	for (uint32_t i = hash & slots->mask;; i = (i + 1) & slots->mask) {
		FlowSlot slot = slots->slots[i];

		if (slot.handle == 0 ||
		    (slot.hash == hash && slab_get(table->slab, slot.handle) == item))
			return slot.handle;
	}
}

void key_table_remove(KeyTable *table, void *item)
{
	uint32_t hash = key_table_hash(table, item, table->key_size);

	key_table_remove_at(table, (KeyTablePlace){hash, handle_of(table, item, hash)});
}

void key_table_remove_at(KeyTable *table, KeyTablePlace place)
{
	if (flow_table_remove(table->slots, place.hash, place.handle))
		slab_free_item(table->slab, place.handle);
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
