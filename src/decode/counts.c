/* SPDX-License-Identifier: BSD-3-Clause */
#include "decode/counts.h"

#include "decode/link-types.h"

#include <glib.h>
#include <string.h>

/* Literals lie together in memory, so the low bits alone tell few apart. */
static size_t counts_hash(const char *literal, uint32_t number)
{
	uint64_t key = ((uint64_t)(uintptr_t)literal ^ number * UINT64_C(0x9e3779b97f4a7c15)) *
		       UINT64_C(0xff51afd7ed558ccd);

	return (size_t)(key >> 40);
}

static CountsSlot *counts_slot(Counts *counts, const char *literal, CountsForm form,
			       uint32_t number)
{
	size_t i = counts_hash(literal, number) % COUNTS_SLOTS;
	CountsSlot *slot = &counts->slot[i];

	while (slot->literal &&
	       (slot->literal != literal || slot->number != number || slot->form != form)) {
		i = (i + 1) % COUNTS_SLOTS;
		slot = &counts->slot[i];
	}
	return slot;
}

static CountsSlot *counts_take(Counts *counts, CountsSlot *slot, const char *literal, bool fault)
{
	/* One slot stays free, or the search would not end. */
	g_assert(counts->used < COUNTS_SLOTS - 1);
	counts->used++;
	slot->literal = literal;
	slot->fault = fault;
	return slot;
}

void counts_add(Counts *counts, const char *literal, bool fault, uint64_t packets)
{
	CountsSlot *slot = counts_slot(counts, literal, COUNTS_PLAIN, 0);

	if (!slot->literal)
		counts_take(counts, slot, literal, fault);
	slot->packets += packets;
}

static char *counts_text(const char *literal, CountsForm form, uint32_t number)
{
	switch (form) {
	case COUNTS_PLAIN:
		break;
	case COUNTS_DECIMAL:
		return g_strdup_printf("%s %u", literal, number);
	case COUNTS_HEXADECIMAL:
		return g_strdup_printf("%s 0x%04x", literal, number);
	case COUNTS_LINK_TYPE: {
		const char *name = link_type_name(number);

		return name ? g_strdup_printf("link type %s (%u) is not read", name, number)
			    : g_strdup_printf("link type %u is not read", number);
	}
	}
	return g_strdup(literal);
}

void counts_add_number(Counts *counts, const char *literal, CountsForm form, uint32_t number,
		       bool fault)
{
	CountsSlot *slot = counts_slot(counts, literal, form, number);

	if (!slot->literal) {
		if (counts->numbered == COUNTS_NUMBERED) {
			counts_add(counts, literal, fault, 1);
			return;
		}
		counts_take(counts, slot, literal, fault);
		counts->numbered++;
		slot->form = (uint8_t)form;
		slot->number = number;
		slot->text = counts_text(literal, form, number);
	}
	slot->packets++;
}

static int counts_compare(const void *a, const void *b)
{
	return strcmp(((const DecoderCount *)a)->reason, ((const DecoderCount *)b)->reason);
}

const DecoderCount *counts_list(Counts *counts, const DecoderCount *extra, size_t *n)
{
	size_t len = 0, merged = 0;

	counts->list = g_renew(DecoderCount, counts->list, counts->used + 1);
	for (size_t i = 0; i < COUNTS_SLOTS; i++) {
		const CountsSlot *slot = &counts->slot[i];

		if (slot->literal && slot->packets)
			counts->list[len++] = (DecoderCount){
				slot->text ? slot->text : slot->literal,
				slot->packets,
				slot->fault,
			};
	}
	if (extra && extra->packets)
		counts->list[len++] = *extra;
	if (len > 1)
		qsort(counts->list, len, sizeof *counts->list, counts_compare);
	/* The same literal in two files may have two addresses. */
	for (size_t i = 0; i < len; i++) {
		if (merged && !counts_compare(&counts->list[merged - 1], &counts->list[i]))
			counts->list[merged - 1].packets += counts->list[i].packets;
		else
			counts->list[merged++] = counts->list[i];
	}
	*n = merged;
	return counts->list;
}

void counts_clear(Counts *counts)
{
	for (size_t i = 0; i < COUNTS_SLOTS; i++)
		g_free(counts->slot[i].text);
	g_free(counts->list);
	*counts = (Counts){0};
}
