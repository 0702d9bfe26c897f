/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Records live in a slab, whose handles are the ids. A hash index finds them; nothing is ever
 * taken out of it.
 */
#include "flow/encap-table.h"

#include "base/mix.h"
#include "decode/encapsulation.h"
#include "flow/slab.h"

typedef struct {
	Encapsulation encap;
	uint32_t hash;
	uint32_t identity;
	char **names; /* NULL until asked for */
} EncapRecord;

struct _EncapTable {
	Slab *records;
	uint32_t *index; /* ids by hash, linear probing; 0: empty */
	uint32_t index_mask;
	uint32_t last;	      /* id of the list looked up last: packets come in runs */
	uint64_t last_single; /* its layer as a word, where it is the only one, or NO_LAYER */
	uint32_t details;     /* records that are not their own identity class */
	uint64_t seed;
	uint64_t overflows;
};

#define INDEX_LEAST 64
#define NO_LAYER UINT64_MAX
#define LAYER_TEXT 64

EncapTable *encap_table_new(void)
{
	EncapTable *table = g_new0(EncapTable, 1);

	table->records = slab_new(sizeof(EncapRecord), 256);
	table->index = g_new0(uint32_t, INDEX_LEAST);
	table->index_mask = INDEX_LEAST - 1;
	table->seed = mix_random_seed();
	table->last_single = NO_LAYER;
	return table;
}

static EncapRecord *record_of(const EncapTable *table, uint32_t id)
{
	return slab_get(table->records, id);
}

void encap_table_free(EncapTable *table)
{
	if (table == NULL)
		return;
	for (uint32_t id = 1; id <= encap_table_len(table); id++)
		g_strfreev(record_of(table, id)->names);
	slab_free(table->records);
	g_free(table->index);
	g_free(table);
}

/* A layer as one word, so that lists are compared and hashed without looking at padding. */
static uint64_t layer_word(const EncapLayer *layer)
{
	return (uint64_t)layer->id << 32 | (uint64_t)layer->identity << 9 |
	       (uint64_t)layer->has_id << 8 | layer->kind;
}

static bool lists_equal(const Encapsulation *a, const Encapsulation *b)
{
	if (a->len != b->len)
		return false;
	for (size_t i = 0; i < a->len; i++)
		if (layer_word(&a->layer[i]) != layer_word(&b->layer[i]))
			return false;
	return true;
}

static uint32_t list_hash(const EncapTable *table, const Encapsulation *encap)
{
	uint64_t hash = mix_secret(table->seed, encap->len), factor = mix_secret(table->seed, 3);

	for (size_t i = 0; i < encap->len; i++)
		hash = mix_fold(hash ^ layer_word(&encap->layer[i]), factor);
	return (uint32_t)(hash ^ hash >> 32);
}

static uint32_t find(const EncapTable *table, const Encapsulation *encap, uint32_t hash)
{
	for (uint32_t i = hash & table->index_mask;; i = (i + 1) & table->index_mask) {
		uint32_t id = table->index[i];

		if (id == 0)
			return 0;

		const EncapRecord *record = record_of(table, id);

		if (record->hash == hash && lists_equal(&record->encap, encap))
			return id;
	}
}

static void index_put(EncapTable *table, uint32_t id)
{
	uint32_t i = record_of(table, id)->hash & table->index_mask;

	while (table->index[i] != 0)
		i = (i + 1) & table->index_mask;
	table->index[i] = id;
}

static void index_grow(EncapTable *table)
{
	size_t n = 2 * ((size_t)table->index_mask + 1);

	g_free(table->index);
	table->index = g_new0(uint32_t, n);
	table->index_mask = (uint32_t)(n - 1);
	for (uint32_t id = 1; id <= encap_table_len(table); id++)
		index_put(table, id);
}

static EncapRecord *add(EncapTable *table, const Encapsulation *encap, uint32_t hash)
{
	if (2 * encap_table_len(table) > table->index_mask)
		index_grow(table);

	uint32_t id = slab_alloc(table->records);
	EncapRecord *record = record_of(table, id);

	/* Records are never freed, so the slab gives the ids out in order. */
	g_assert(id == encap_table_len(table));
	record->encap = *encap;
	record->hash = hash;
	index_put(table, id);
	return record;
}

static Encapsulation identity_of(const Encapsulation *encap)
{
	Encapsulation identity = {0};

	for (size_t i = 0; i < encap->len; i++)
		if (encap->layer[i].identity)
			identity.layer[identity.len++] = encap->layer[i];
	return identity;
}

static uint32_t intern_class(EncapTable *table, const Encapsulation *encap)
{
	uint32_t hash = list_hash(table, encap);
	uint32_t id = find(table, encap, hash);

	if (id != 0)
		return id;
	if (encap_table_len(table) == ENCAP_TABLE_MAX) {
		table->overflows++;
		return ENCAP_TABLE_MAX;
	}

	EncapRecord *record = add(table, encap, hash);

	record->identity = (uint32_t)encap_table_len(table);
	return record->identity;
}

static uint32_t intern_new(EncapTable *table, const Encapsulation *encap, uint32_t hash)
{
	Encapsulation identity = identity_of(encap);
	uint32_t class_id = identity.len == 0 ? 0 : intern_class(table, &identity);

	if (identity.len == encap->len)
		return class_id;
	/* The last id is a class's: lists that share it must share an identity as well. */
	if (table->details == ENCAP_TABLE_DETAILS ||
	    encap_table_len(table) >= ENCAP_TABLE_MAX - 1) {
		table->overflows++;
		return class_id;
	}
	table->details++;
	add(table, encap, hash)->identity = class_id;
	return (uint32_t)encap_table_len(table);
}

uint32_t encap_table_intern(EncapTable *table, const Encapsulation *encap)
{
	if (encap->len == 0)
		return 0;
	/* Most lists are one VLAN. */
	if (encap->len == 1 && layer_word(&encap->layer[0]) == table->last_single)
		return table->last;
	if (table->last != 0 && lists_equal(&record_of(table, table->last)->encap, encap))
		return table->last;

	uint32_t hash = list_hash(table, encap);
	uint32_t id = find(table, encap, hash);

	if (id == 0)
		id = intern_new(table, encap, hash);
	table->last = id;
	table->last_single = encap->len == 1 ? layer_word(&encap->layer[0]) : NO_LAYER;
	return id;
}

uint32_t encap_table_identity(const EncapTable *table, uint32_t id)
{
	return id == 0 ? 0 : record_of(table, id)->identity;
}

const Encapsulation *encap_table_get(const EncapTable *table, uint32_t id)
{
	static const Encapsulation none = {0};

	return id == 0 ? &none : &record_of(table, id)->encap;
}

const char *const *encap_table_names(EncapTable *table, uint32_t id)
{
	static const char *const none[] = {NULL};

	if (id == 0)
		return none;

	EncapRecord *record = record_of(table, id);

	if (record->names == NULL) {
		char text[LAYER_TEXT];

		record->names = g_new0(char *, record->encap.len + 1u);
		for (size_t i = 0; i < record->encap.len; i++) {
			encapsulation_layer_format(&record->encap.layer[i], text, sizeof text);
			record->names[i] = g_strdup(text);
		}
	}
	return (const char *const *)record->names;
}

size_t encap_table_len(const EncapTable *table)
{
	return slab_live(table->records);
}

uint64_t encap_table_overflows(const EncapTable *table)
{
	return table->overflows;
}
