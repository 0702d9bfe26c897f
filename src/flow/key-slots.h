/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Handles found by a hash: open addressing with linear probing, no tombstones. Beside each slot's
 * hash and handle lies a byte of the hash, in a row with the others', which few slots have by
 * chance: tables of some thousand items are asked mostly for what they do not hold, and their bytes
 * stay in the nearest cache while their slots do not.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct {
	uint32_t hash, handle;
} KeySlot;

/* The fields serve the inline functions alone. */
typedef struct {
	uint8_t *tags; /* 0: the slot is empty */
	KeySlot *slots;
	uint32_t mask; /* number of slots - 1 */
	size_t len, grow_at;
} KeySlots;

void key_slots_init(KeySlots *slots);
void key_slots_clear(KeySlots *slots);
/* handle: not 0, and not there under that hash. */
void key_slots_insert(KeySlots *slots, uint32_t hash, uint32_t handle);
/* False where that handle is not there under that hash. */
bool key_slots_remove(KeySlots *slots, uint32_t hash, uint32_t handle);
/* As many handles as there are, in no meaningful order. */
void key_slots_handles(const KeySlots *slots, uint32_t *handles);

static inline uint8_t key_slots_tag(uint32_t hash)
{
	return (uint8_t)(hash >> 25 | 0x80);
}

/* The next handle of that hash, or 0. *at: the hash at first, then as it was left. */
static G_ALWAYS_INLINE inline uint32_t key_slots_next(const KeySlots *slots, uint32_t hash,
						      uint32_t *at)
{
	uint8_t tag = key_slots_tag(hash);

	for (uint32_t i = *at & slots->mask; slots->tags[i]; i = (i + 1) & slots->mask)
		if (slots->tags[i] == tag && slots->slots[i].hash == hash) {
			*at = i + 1;
			return slots->slots[i].handle;
		}
	return 0;
}

/* What insertion and removal will touch. */
static G_ALWAYS_INLINE inline void key_slots_prefetch(const KeySlots *slots, uint32_t hash)
{
	__builtin_prefetch(&slots->slots[hash & slots->mask], 1);
}
