/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Items found by a key of any fixed size, for tables of some thousand hosts or services: the items
 * of a slab that begin with their key, and a flow table's slots to find them. An item's address
 * holds until it is removed. Equal keys must be equal bytes. Who does not know the table's seed
 * cannot choose keys that collide.
 */
#pragma once

#include "flow/flow-table.h"

#include <stdbool.h>

#define KEY_TABLE_KEY_LEAST 16
#define KEY_TABLE_KEY_MOST 64

typedef struct {
	Slab *slab;
	FlowTable *slots;
	size_t key_size;
	uint64_t secret[4];
} KeyTable;

KeyTable *key_table_new(size_t item_size, size_t key_size);
/* Frees all items without looking into them. */
void key_table_free(KeyTable *table);

/* NULL where there is none. */
void *key_table_find(const KeyTable *table, const void *key);
/* A zeroed item with that key, which none has yet. */
void *key_table_add(KeyTable *table, const void *key);
void key_table_remove(KeyTable *table, void *item);

static inline size_t key_table_len(const KeyTable *table)
{
	return flow_table_len(table->slots);
}

/* All items, in no meaningful order; as many as key_table_len(). Free with g_free(). */
void **key_table_items(const KeyTable *table) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC(KeyTable, key_table_free)
