/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Invariant: between the slot that a hash leads to and the slot that holds it none is empty.
 * Removal keeps it by moving later slots back into the gap.
 */
#include "flow/key-slots.h"

#define SLOTS_LEAST 64

static void make(KeySlots *s, size_t n)
{
	s->tags = g_new0(uint8_t, n);
	s->slots = g_new(KeySlot, n);
	s->mask = (uint32_t)(n - 1);
	s->grow_at = n / 4 * 3;
	s->len = 0;
}

void key_slots_init(KeySlots *s)
{
	make(s, SLOTS_LEAST);
}

void key_slots_clear(KeySlots *s)
{
	g_free(s->tags);
	g_free(s->slots);
	*s = (KeySlots){0};
}

static void grow(KeySlots *s)
{
	const KeySlots old = *s;

	make(s, 2 * ((size_t)old.mask + 1));
	for (uint32_t i = 0; i <= old.mask; i++)
		if (old.tags[i])
			key_slots_insert(s, old.slots[i].hash, old.slots[i].handle);
	g_free(old.tags);
	g_free(old.slots);
}

void key_slots_insert(KeySlots *s, uint32_t hash, uint32_t handle)
{
	if (s->len >= s->grow_at)
		grow(s);
	uint32_t i = hash & s->mask;

	while (s->tags[i])
		i = (i + 1) & s->mask;
	s->tags[i] = key_slots_tag(hash);
	s->slots[i] = (KeySlot){hash, handle};
	s->len++;
}

bool key_slots_remove(KeySlots *s, uint32_t hash, uint32_t handle)
{
	uint32_t at = hash, mask = s->mask, found;

	while ((found = key_slots_next(s, hash, &at)) != handle)
		if (!found)
			return false;
	uint32_t gap = (at - 1) & mask;

	for (uint32_t i = (gap + 1) & mask; s->tags[i]; i = (i + 1) & mask) {
		/* It may go back into the gap unless that lies before where its hash leads. */
		if (((i - s->slots[i].hash) & mask) >= ((i - gap) & mask)) {
			s->tags[gap] = s->tags[i];
			s->slots[gap] = s->slots[i];
			gap = i;
		}
	}
	s->tags[gap] = 0;
	s->len--;
	return true;
}

void key_slots_handles(const KeySlots *s, uint32_t *handles)
{
	for (uint32_t i = 0; i <= s->mask; i++)
		if (s->tags[i])
			*handles++ = s->slots[i].handle;
}
