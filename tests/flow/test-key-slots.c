/* SPDX-License-Identifier: BSD-3-Clause */
#include "flow/key-slots.h"

#include "model-rand.h"

#define HANDLES 300

/* Few hashes, many of them next to each other and at the end of the slots: whatever is there is
 * found by its hash, each handle once, and nothing else is. */
Test(key_slots, hold_what_a_model_holds)
{
	ModelRand rand = model_rand_new();
	uint32_t hash_of[HANDLES + 1] = {0};
	KeySlots slots;

	key_slots_init(&slots);
	for (unsigned n = 0; n < 60000; n++) {
		uint32_t handle = 1 + model_rand_below(&rand, HANDLES);
		/* The model: 0 where it is not there. */
		uint32_t hash = model_rand_below(&rand, 40) * UINT32_C(0x2000001) - 20;

		if (hash_of[handle]) {
			cr_assert_not(key_slots_remove(&slots, hash_of[handle] ^ 0x100, handle));
			cr_assert(key_slots_remove(&slots, hash_of[handle], handle));
			cr_assert_not(key_slots_remove(&slots, hash_of[handle], handle));
			hash_of[handle] = 0;
		} else if (hash) {
			key_slots_insert(&slots, hash, handle);
			hash_of[handle] = hash;
		}
		size_t here = 0, same = 0, found = 0;
		uint32_t at = hash, next;

		for (uint32_t h = 1; h <= HANDLES; h++) {
			here += hash_of[h] != 0;
			same += hash && hash_of[h] == hash;
		}
		while (hash && (next = key_slots_next(&slots, hash, &at))) {
			cr_assert_eq(hash_of[next], hash);
			found++;
		}
		cr_assert_eq(found, same);
		cr_assert_eq(slots.len, here);
	}
	uint32_t handles[HANDLES];
	uint64_t sum = 0;

	key_slots_handles(&slots, handles);
	for (size_t i = 0; i < slots.len; i++)
		sum += handles[i];
	for (uint32_t h = 1; h <= HANDLES; h++)
		sum -= hash_of[h] ? h : 0;
	cr_assert_eq(sum, 0);
	key_slots_clear(&slots);
}
