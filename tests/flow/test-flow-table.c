/* SPDX-License-Identifier: BSD-3-Clause */
#include "flow/flow-table.h"

#include "model-rand.h"

typedef struct {
	uint64_t other;
	FlowKey key;
	uint32_t hash;
} Item;

typedef struct {
	Slab *slab;
	FlowTable *table;
} Fixture;

static Fixture fixture_new(void)
{
	Slab *slab = slab_new(sizeof(Item), 256);

	return (Fixture){slab, flow_table_new(slab, offsetof(Item, key))};
}

static void fixture_clear(Fixture *f)
{
	flow_table_free(f->table);
	slab_free(f->slab);
}

static FlowKey key_number(uint32_t n)
{
	FlowKey key = {.port = {80, (uint16_t)n}, .encap = n >> 16, .ip_version = 4};

	key.addr[0][0] = 10, key.addr[1][0] = 192;
	return key;
}

static uint32_t add_item(Fixture *f, const FlowKey *key, uint32_t hash)
{
	uint32_t handle = slab_alloc(f->slab);
	Item *item = slab_get(f->slab, handle);

	item->key = *key;
	item->hash = hash;
	flow_table_insert(f->table, hash, handle);
	return handle;
}

/* Every item can be reached from where its hash leads, and the table counts right. */
static void assert_reachable(const FlowTable *table, uint64_t seed)
{
	size_t len = 0;

	for (size_t i = 0; i <= table->mask; i++) {
		if (table->slots[i].handle == 0)
			continue;
		len++;
		for (uint32_t k = table->slots[i].hash & table->mask; k != i;
		     k = (k + 1) & table->mask)
			cr_assert_neq(table->slots[k].handle, 0, "gap (seed %" G_GUINT64_FORMAT ")",
				      seed);
	}
	cr_assert_eq(len, flow_table_len(table));
	cr_assert_leq(len, ((size_t)table->mask + 1) / 4 * 3);
}

Test(flow_table, finds_what_was_inserted_and_nothing_else)
{
	Fixture f = fixture_new();
	FlowKey a = key_number(1), b = key_number(2);
	uint32_t hash_a = flow_table_hash(f.table, &a), hash_b = flow_table_hash(f.table, &b);

	cr_assert_eq(flow_table_find(f.table, &a, hash_a), 0);
	uint32_t handle = add_item(&f, &a, hash_a);
	cr_assert_eq(flow_table_find(f.table, &a, hash_a), handle);
	cr_assert_eq(flow_table_find(f.table, &b, hash_b), 0);
	/* The same 32 bits of hash are not yet the same key. */
	cr_assert_eq(flow_table_find(f.table, &b, hash_a), 0);
	cr_assert(flow_table_remove(f.table, hash_a, handle));
	cr_assert_not(flow_table_remove(f.table, hash_a, handle));
	cr_assert_eq(flow_table_find(f.table, &a, hash_a), 0);
	cr_assert_eq(flow_table_len(f.table), 0);
	fixture_clear(&f);
	flow_table_free(NULL);
}

Test(flow_table, replaces_in_place)
{
	Fixture f = fixture_new();
	FlowKey key = key_number(1);
	uint32_t hash = flow_table_hash(f.table, &key), old = add_item(&f, &key, hash);
	uint32_t young = slab_alloc(f.slab);

	((Item *)slab_get(f.slab, young))->key = key;
	cr_assert_not(flow_table_replace(f.table, hash, young, old));
	cr_assert_not(flow_table_replace(f.table, hash ^ 0x80000000, old, young));
	cr_assert(flow_table_replace(f.table, hash, old, young));
	cr_assert_eq(flow_table_find(f.table, &key, hash), young);
	cr_assert_not(flow_table_remove(f.table, hash, old));
	cr_assert_eq(flow_table_len(f.table), 1);
	fixture_clear(&f);
}

Test(flow_table, random_seeds_differ)
{
	Fixture f = fixture_new(), g = fixture_new();

	cr_assert_neq(f.table->secret.word[0], g.table->secret.word[0]);
	flow_table_set_seed(f.table, 5);
	flow_table_set_seed(g.table, 5);
	FlowKey key = key_number(9);
	cr_assert_eq(flow_table_hash(f.table, &key), flow_table_hash(g.table, &key));
	fixture_clear(&f);
	fixture_clear(&g);
}

Test(flow_table, grows_without_looking_into_items)
{
	enum { ITEMS = 100000 };
	Fixture f = fixture_new();

	for (uint32_t i = 1; i <= ITEMS; i++) {
		FlowKey key = key_number(i);

		cr_assert_eq(add_item(&f, &key, flow_table_hash(f.table, &key)), i);
	}
	assert_reachable(f.table, 0);
	for (uint32_t i = 1; i <= ITEMS; i++) {
		FlowKey key = key_number(i), other = key_number(i + ITEMS);

		cr_assert_eq(flow_table_find(f.table, &key, flow_table_hash(f.table, &key)), i);
		cr_assert_eq(flow_table_find(f.table, &other, flow_table_hash(f.table, &other)), 0);
	}

	g_autofree uint32_t *handles = flow_table_handles(f.table);
	uint64_t sum = 0;

	for (size_t i = 0; i < flow_table_len(f.table); i++)
		sum += handles[i];
	cr_assert_eq(sum, (uint64_t)ITEMS * (ITEMS + 1) / 2);
	fixture_clear(&f);
}

Test(flow_table, all_in_one_slot_and_round_the_end)
{
	Fixture f = fixture_new();
	uint32_t last = UINT32_MAX; /* leads to the last slot, however large the table */

	for (uint32_t i = 1; i <= 500; i++) {
		FlowKey key = key_number(i);

		add_item(&f, &key, last);
	}
	assert_reachable(f.table, 0);
	/* Every second from the front, then the rest from the back. */
	for (uint32_t i = 1; i <= 500; i += 2) {
		cr_assert(flow_table_remove(f.table, last, i));
		assert_reachable(f.table, 0);
	}
	for (uint32_t i = 500; i >= 2; i -= 2) {
		FlowKey key = key_number(i);

		cr_assert_eq(flow_table_find(f.table, &key, last), i);
		cr_assert(flow_table_remove(f.table, last, i));
		cr_assert_eq(flow_table_find(f.table, &key, last), 0);
	}
	cr_assert_eq(flow_table_len(f.table), 0);
	fixture_clear(&f);
}

static guint model_hash(gconstpointer key)
{
	FlowSecret secret = flow_secret_of(0);

	return flow_key_hash(key, &secret);
}

static gboolean model_equal(gconstpointer a, gconstpointer b)
{
	return flow_key_equal(a, b);
}

/* Hashes as good as they come, or crowded, so that the runs of slots meet and wrap round. */
static uint32_t crowd(uint32_t hash, unsigned how)
{
	return how == 0 ? hash : how == 1 ? hash & 0x1f : hash | ~UINT32_C(0x3f);
}

static void drop_random(Fixture *f, GHashTable *model, const FlowKey *key, uint32_t hash,
			uint32_t handle)
{
	cr_assert(g_hash_table_remove(model, key));
	cr_assert(flow_table_remove(f->table, hash, handle));
	slab_free_item(f->slab, handle);
}

static void run_against_model(unsigned how, uint32_t keys, unsigned steps)
{
	ModelRand rand = model_rand_new();
	Fixture f = fixture_new();
	g_autoptr(GHashTable) model = g_hash_table_new_full(model_hash, model_equal, g_free, NULL);
	g_autofree FlowHint *old = g_new0(FlowHint, keys);
	size_t peak = 0;

	for (unsigned n = 0; n < steps; n++) {
		/* Waves: growth, then death, and again. */
		bool growing = (n / (4 * keys)) % 2 == 0;
		uint32_t number = model_rand_below(&rand, keys);
		FlowKey key = key_number(number);
		uint32_t hash = crowd(flow_table_hash(f.table, &key), how);
		uint32_t expected = GPOINTER_TO_UINT(g_hash_table_lookup(model, &key));
		uint32_t dice = model_rand_below(&rand, 8);

		flow_table_prefetch(f.table, hash);
		FlowHint hint = flow_table_probable(f.table, hash);
		flow_table_prefetch_item(f.table, hint);
		cr_assert_eq(flow_table_find(f.table, &key, hash), expected,
			     "seed %" G_GUINT64_FORMAT " step %u", rand.seed, n);
		cr_assert_eq(flow_table_find_near(f.table, &key, hash, hint), expected);
		/* A hint may be of any age, and somebody else may be there by now. */
		cr_assert_eq(flow_table_find_near(f.table, &key, hash, old[number]), expected,
			     "seed %" G_GUINT64_FORMAT " step %u", rand.seed, n);
		old[number] = hint;
		if (expected == 0 && (growing || dice == 0)) {
			g_hash_table_insert(model, g_memdup2(&key, sizeof key),
					    GUINT_TO_POINTER(add_item(&f, &key, hash)));
		} else if (expected != 0 && (!growing || dice == 0)) {
			drop_random(&f, model, &key, hash, expected);
		} else if (expected != 0 && dice == 1) {
			uint32_t young = slab_alloc(f.slab);

			((Item *)slab_get(f.slab, young))->key = key;
			cr_assert(flow_table_replace(f.table, hash, expected, young));
			slab_free_item(f.slab, expected);
			g_hash_table_insert(model, g_memdup2(&key, sizeof key),
					    GUINT_TO_POINTER(young));
		}
		peak = MAX(peak, flow_table_len(f.table));
		cr_assert_eq(flow_table_len(f.table), g_hash_table_size(model));
		if (n % 1024 == 0)
			assert_reachable(f.table, rand.seed);
	}
	cr_assert_gt(peak, keys / 2, "the waves must be felt");
	fixture_clear(&f);
}

Test(flow_table, agrees_with_a_model)
{
	run_against_model(0, 20000, 400000);
}

Test(flow_table, agrees_with_a_model_when_crowded)
{
	run_against_model(1, 300, 30000);
}

Test(flow_table, agrees_with_a_model_when_crowded_at_the_end)
{
	run_against_model(2, 300, 30000);
}
