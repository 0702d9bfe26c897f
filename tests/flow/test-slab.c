/* SPDX-License-Identifier: BSD-3-Clause */
#include "flow/slab.h"

#include "model-rand.h"

#include <string.h>

Test(slab, items_are_zeroed_even_when_reused)
{
	g_autoptr(Slab) slab = slab_new(64, 4);
	static const uint8_t zero[64];
	uint32_t a = slab_alloc(slab);

	cr_assert_eq(a, 1);
	cr_assert_eq(memcmp(slab_get(slab, a), zero, 64), 0);
	memset(slab_get(slab, a), 0xff, 64);
	slab_free_item(slab, a);
	cr_assert_eq(slab_alloc(slab), a, "the item last freed is the first to be reused");
	cr_assert_eq(memcmp(slab_get(slab, a), zero, 64), 0);
}

Test(slab, what_need_not_be_is_not_zeroed)
{
	g_autoptr(Slab) slab = slab_new_cleared(64, 16, 4);
	static const uint8_t zero[16];
	uint8_t *item = slab_get(slab, slab_alloc(slab));

	memset(item, 0xff, 64);
	slab_free_item(slab, 1);
	cr_assert_eq(slab_alloc(slab), 1);
	cr_assert_eq(memcmp(item, zero, 16), 0);
	cr_assert_eq(item[63], 0xff);
}

Test(slab, none_is_never_handed_out_and_may_be_freed)
{
	g_autoptr(Slab) slab = slab_new(1, 1);

	slab_free_item(slab, 0);
	cr_assert_eq(slab_live(slab), 0);
	for (uint32_t i = 1; i < 100; i++)
		cr_assert_eq(slab_alloc(slab), i);
	cr_assert_eq(slab_live(slab), 99);
	slab_free(NULL);
}

Test(slab, items_are_aligned_and_do_not_overlap)
{
	static const size_t sizes[] = {1, 4, 8, 12, 40, 64, 100, 128, 192, 320};

	for (size_t s = 0; s < G_N_ELEMENTS(sizes); s++) {
		g_autoptr(Slab) slab = slab_new(sizes[s], 10);
		size_t align = sizes[s] % 64 == 0 ? 64 : 8;

		for (uint32_t i = 1; i <= 200; i++) {
			uint8_t *item = slab_get(slab, slab_alloc(slab));

			cr_assert_eq((uintptr_t)item % align, 0, "size %zu", sizes[s]);
			memset(item, (int)i, sizes[s]);
		}
		for (uint32_t i = 1; i <= 200; i++) {
			const uint8_t *item = slab_get(slab, i);

			for (size_t b = 0; b < sizes[s]; b++)
				cr_assert_eq(item[b], (uint8_t)i, "size %zu", sizes[s]);
		}
	}
}

Test(slab, huge_chunks_work_as_small_ones)
{
	g_autoptr(Slab) slab = slab_new(1024, 4096);

	for (uint32_t i = 1; i <= 10000; i++)
		*(uint32_t *)slab_get(slab, slab_alloc(slab)) = i;
	for (uint32_t i = 1; i <= 10000; i++)
		cr_assert_eq(*(uint32_t *)slab_get(slab, i), i);
}

Test(slab, random_use_agrees_with_a_model)
{
	enum { ITEMS = 5000 };
	typedef struct {
		uint64_t stamp[3];
	} Item;
	ModelRand rand = model_rand_new();
	g_autoptr(Slab) slab = slab_new(sizeof(Item), 64);
	static struct {
		uint32_t handle;
		Item *at;
		uint64_t stamp;
	} model[ITEMS];
	size_t live = 0;

	for (uint64_t n = 1; n <= 200000; n++) {
		uint32_t i = model_rand_below(&rand, ITEMS);

		if (model[i].handle != 0) {
			Item *item = slab_get(slab, model[i].handle);

			cr_assert_eq(item, model[i].at, "moved (seed %" G_GUINT64_FORMAT ")",
				     rand.seed);
			for (unsigned k = 0; k < 3; k++)
				cr_assert_eq(item->stamp[k], model[i].stamp,
					     "seed %" G_GUINT64_FORMAT, rand.seed);
			slab_free_item(slab, model[i].handle);
			model[i].handle = 0;
			live--;
		} else {
			model[i].handle = slab_alloc(slab);
			model[i].at = slab_get(slab, model[i].handle);
			model[i].stamp = n;
			for (unsigned k = 0; k < 3; k++) {
				cr_assert_eq(model[i].at->stamp[k], 0, "seed %" G_GUINT64_FORMAT,
					     rand.seed);
				model[i].at->stamp[k] = n;
			}
			live++;
		}
		cr_assert_eq(slab_live(slab), live);
	}
	/* What is freed is used again: no more handles than were ever live at once. */
	cr_assert_leq(slab->fresh, ITEMS + 1);
}

Test(slab, the_next_live_item_goes_round)
{
	g_autoptr(Slab) slab = slab_new(64, 4);

	cr_assert_eq(slab_next_live(slab, 0), 0);
	for (unsigned i = 0; i < 200; i++)
		slab_alloc(slab);
	for (uint32_t i = 1; i <= 200; i++)
		if (i % 70)
			slab_free_item(slab, i);
	cr_assert_eq(slab_next_live(slab, 0), 70);
	cr_assert_eq(slab_next_live(slab, 70), 140);
	cr_assert_eq(slab_next_live(slab, 140), 70);
	cr_assert_eq(slab_next_live(slab, 200), 70);
	cr_assert_eq(slab_next_live(slab, 255), 70);
	slab_free_item(slab, 140);
	cr_assert_eq(slab_next_live(slab, 70), 70);
	cr_assert_eq(slab_taken(slab), 200);
}
