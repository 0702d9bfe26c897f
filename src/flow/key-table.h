/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Items found by a key of any fixed size, for tables of some thousand hosts or services: the items
 * of a slab that begin with their key, and slots to find them. An item's address
 * holds until it is removed. Equal keys must be equal bytes. Who does not know the table's seed
 * cannot choose keys that collide.
 *
 * A key is hashed once, for finding and adding alike. Both are told its size, which is the table's,
 * so that the compiler knows it.
 */
#pragma once

#include "base/mix.h"
#include "flow/key-slots.h"
#include "flow/slab.h"

#include <shakedown/types.h>

#include <stdbool.h>
#include <string.h>

#define KEY_TABLE_KEY_LEAST 16
#define KEY_TABLE_KEY_MOST 64

/* What blinds a hash. */
#define KEY_SECRETS 4

static inline void key_secrets(uint64_t secret[KEY_SECRETS], uint64_t seed)
{
	for (unsigned i = 0; i < KEY_SECRETS; i++)
		secret[i] = mix_secret(seed, i);
}

typedef struct {
	Slab *slab;
	KeySlots slots;
	size_t key_size;
	uint64_t secret[KEY_SECRETS];
} KeyTable;

KeyTable *key_table_new(size_t item_size, size_t key_size);
/* Of items that are zeroed in their first bytes alone. */
KeyTable *key_table_new_cleared(size_t item_size, size_t cleared, size_t key_size);
/* Frees all items without looking into them. */
void key_table_free(KeyTable *table);

/*
 * An address in a key. Keys that are made for each packet or connection are put together from whole
 * words: who writes single bytes and reads them as words right away waits until they have reached
 * the cache, which takes longer than the hash.
 */
typedef struct {
	uint64_t word[2];
} KeyAddress;

static inline KeyAddress key_address(const uint8_t bytes[16])
{
	KeyAddress address;

	memcpy(&address, bytes, sizeof address);
	return address;
}

/* What belongs to it, in a word. */
static inline uint64_t key_end(uint8_t version, uint16_t port)
{
	return (uint64_t)version << 16 | port;
}

static inline ShakedownAddress key_address_whole(const KeyAddress *address, uint64_t end)
{
	ShakedownAddress whole = {.version = (uint8_t)(end >> 16)};

	memcpy(whole.bytes, address, sizeof whole.bytes);
	return whole;
}

/* The hash of an address and a word beside it, in two steps, where several begin with the same
 * address: with key_mix_address() of it, … */
static inline uint64_t key_mix_address(const uint64_t secret[KEY_SECRETS],
				       const KeyAddress *address)
{
	return mix_fold(address->word[0] ^ secret[0], address->word[1] ^ secret[1]);
}

/* … and what has been mixed, with the word. */
static inline uint32_t key_hash_mixed(const uint64_t secret[KEY_SECRETS], uint64_t mixed,
				      uint64_t word)
{
	mixed = mix_fold(mixed ^ word ^ secret[2], secret[3]);
	return (uint32_t)(mixed ^ mixed >> 32);
}

static inline uint64_t key_word(const uint8_t *p)
{
	uint64_t w;

	memcpy(&w, p, sizeof w);
	return w;
}

/* Two words at a time, each blinded; the last two may overlap those before. */
static G_ALWAYS_INLINE inline uint32_t key_hash(const uint64_t secret[KEY_SECRETS], const void *key,
						size_t size)
{
	const uint8_t *p = key;
	uint64_t hash = secret[3];
	size_t left = size;

	for (; left > 16; left -= 16, p += 16)
		hash = mix_fold(hash ^ key_word(p) ^ secret[0], key_word(p + 8) ^ secret[1]);
	p -= 16 - left;
	hash = mix_fold(hash ^ key_word(p) ^ secret[0], key_word(p + 8) ^ secret[2]);
	hash = mix_fold(hash ^ secret[2], secret[3]);
	return (uint32_t)(hash ^ hash >> 32);
}

static G_ALWAYS_INLINE inline uint32_t key_table_hash(const KeyTable *table, const void *key,
						      size_t size)
{
	return key_hash(table->secret, key, size);
}

static G_ALWAYS_INLINE inline bool key_equal(const void *a, const void *b, size_t size)
{
	const uint8_t *x = a, *y = b;
	uint64_t differ = key_word(x + size - 8) ^ key_word(y + size - 8);

	for (size_t i = 0; i < size - 8; i += 8)
		differ |= key_word(x + i) ^ key_word(y + i);
	return differ == 0;
}

/* NULL where there is none. */
static G_ALWAYS_INLINE inline void *key_table_find(const KeyTable *table, const void *key,
						   size_t size, uint32_t hash)
{
	uint32_t at = hash, handle;

	while ((handle = key_slots_next(&table->slots, hash, &at))) {
		void *item = slab_get(table->slab, handle);

		if (key_equal(item, key, size))
			return item;
	}
	return NULL;
}

/* A zeroed item with that key, which none has yet. */
void *key_table_add(KeyTable *table, const void *key, uint32_t hash);
/* Where an item is, for tables in which one makes room for another all the time. */
typedef struct {
	uint32_t hash, handle;
} KeyTablePlace;

/* The same; *place says where it is. */
void *key_table_add_at(KeyTable *table, const void *key, uint32_t hash, KeyTablePlace *place);
void key_table_remove(KeyTable *table, void *item);
void key_table_remove_at(KeyTable *table, KeyTablePlace place);

static inline size_t key_table_len(const KeyTable *table)
{
	return table->slots.len;
}

/* All items, in no meaningful order; as many as key_table_len(). Free with g_free(). */
void **key_table_items(const KeyTable *table) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC(KeyTable, key_table_free)
