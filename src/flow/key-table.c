/* SPDX-License-Identifier: BSD-3-Clause */
#include "flow/key-table.h"

#define ITEMS_PER_CHUNK 64

KeyTable *key_table_new(size_t item_size, size_t key_size)
{
	return key_table_new_cleared(item_size, item_size, key_size);
}

KeyTable *key_table_new_cleared(size_t item_size, size_t cleared, size_t key_size)
{
	KeyTable *table = g_new0(KeyTable, 1);

	g_assert(key_size <= cleared && key_size >= KEY_TABLE_KEY_LEAST &&
		 key_size <= KEY_TABLE_KEY_MOST);
	table->slab = slab_new_cleared(item_size, cleared, ITEMS_PER_CHUNK);
	key_slots_init(&table->slots);
	table->key_size = key_size;
	key_secrets(table->secret, mix_random_seed());
	return table;
}

void key_table_free(KeyTable *table)
{
	if (!table)
		return;
	key_slots_clear(&table->slots);
	slab_free(table->slab);
	g_free(table);
}

void *key_table_add_at(KeyTable *table, const void *key, uint32_t hash, KeyTablePlace *place)
{
	uint32_t handle = slab_alloc(table->slab);
	void *item = slab_get(table->slab, handle);

	memcpy(item, key, table->key_size);
	key_slots_insert(&table->slots, hash, handle);
	*place = (KeyTablePlace){hash, handle};
	return item;
}

void *key_table_add(KeyTable *table, const void *key, uint32_t hash)
{
	return key_table_add_at(table, key, hash, &(KeyTablePlace){0});
}

void key_table_remove(KeyTable *table, void *item)
{
	uint32_t hash = key_table_hash(table, item, table->key_size), at = hash, handle;

	do
		handle = key_slots_next(&table->slots, hash, &at);
	while (handle && slab_get(table->slab, handle) != item);
	key_table_remove_at(table, (KeyTablePlace){hash, handle});
}

void key_table_remove_at(KeyTable *table, KeyTablePlace place)
{
	if (place.handle && key_slots_remove(&table->slots, place.hash, place.handle))
		slab_free_item(table->slab, place.handle);
}

void **key_table_items(const KeyTable *table)
{
	size_t n = key_table_len(table);
	g_autofree uint32_t *handles = g_new(uint32_t, n + 1);
	void **items = g_new(void *, n + 1);

	key_slots_handles(&table->slots, handles);
	for (size_t i = 0; i < n; i++)
		items[i] = slab_get(table->slab, handles[i]);
	return items;
}
