/* SPDX-License-Identifier: BSD-3-Clause */
#include "flow/key-table.h"

#include <criterion/criterion.h>

typedef struct {
	uint8_t key[36];
	uint32_t value;
} Item;

static void key_of(uint8_t key[36], uint32_t n)
{
	memset(key, 0, 36);
	memcpy(key + n % 9 * 4, &n, sizeof n);
	key[35] = (uint8_t)(n * 7);
}

static Item *find(const KeyTable *table, const uint8_t key[36])
{
	return key_table_find(table, key, 36, key_table_hash(table, key, 36));
}

static Item *add(KeyTable *table, const uint8_t key[36])
{
	return key_table_add(table, key, key_table_hash(table, key, 36));
}

/* Found are those that are there, with what they hold, however many came and went. */
Test(key_table, finds_what_is_there)
{
	g_autoptr(KeyTable) table = key_table_new(sizeof(Item), 36);
	uint8_t key[36];

	for (uint32_t n = 1; n <= 5000; n++) {
		key_of(key, n);
		cr_assert_null(find(table, key));
		Item *item = add(table, key);
		cr_assert_eq(item->value, 0);
		item->value = n;
		if (n > 1000) {
			key_of(key, n - 1000);
			key_table_remove(table, find(table, key));
		}
	}
	cr_assert_eq(key_table_len(table), 1000);
	for (uint32_t n = 1; n <= 5000; n++) {
		key_of(key, n);
		const Item *item = find(table, key);
		cr_assert_eq(item != NULL, n > 4000);
		cr_assert(item == NULL || item->value == n);
	}
}

Test(key_table, items_are_all_of_them)
{
	g_autoptr(KeyTable) table = key_table_new(sizeof(Item), 36);
	uint8_t key[36];
	uint64_t sum = 0;

	for (uint32_t n = 1; n <= 300; n++) {
		key_of(key, n);
		add(table, key)->value = n;
	}
	g_autofree void **items = key_table_items(table);
	for (size_t i = 0; i < key_table_len(table); i++)
		sum += ((const Item *)items[i])->value;
	cr_assert_eq(sum, 300 * 301 / 2);
}
