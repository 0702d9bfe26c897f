/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/sketch.h"

#include "flow/mix.h"

#include <glib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define INDEX_BITS 10
_Static_assert(SKETCH_REGISTERS == 1 << INDEX_BITS, "an index is that many bits of the hash");

uint64_t sketch_hash(uint64_t value)
{
	/* Twice, since one product leaves the low bits of neighbours alike. */
	return mix_fold(mix_fold(value ^ mix_secret(1, 0), mix_secret(1, 1)) ^ mix_secret(1, 2),
			mix_secret(1, 3));
}

uint64_t sketch_hash_address(const ShakedownAddress *address)
{
	uint64_t half[2];

	memcpy(half, address->bytes, sizeof half);
	return sketch_hash(sketch_hash(half[0] + address->version) ^ half[1]);
}

void sketch_distinct_add(SketchDistinct *sketch, uint64_t hash)
{
	size_t at = hash >> (64 - INDEX_BITS);
	uint64_t rest = hash << INDEX_BITS | 1u << (INDEX_BITS - 1);
	uint8_t rank = (uint8_t)(__builtin_clzll(rest) + 1);

	if (sketch->rank[at] < rank)
		sketch->rank[at] = rank;
}

uint64_t sketch_distinct_count(const SketchDistinct *sketch)
{
	const double m = SKETCH_REGISTERS;
	double sum = 0;
	unsigned empty = 0;

	for (size_t i = 0; i < SKETCH_REGISTERS; i++) {
		sum += ldexp(1.0, -sketch->rank[i]);
		empty += sketch->rank[i] == 0;
	}
	double estimate = 0.7213 / (1 + 1.079 / m) * m * m / sum;

	/* Few items leave registers empty, and those count better. */
	if (estimate <= 2.5 * m && empty)
		estimate = m * log(m / empty);
	return (uint64_t)(estimate + 0.5);
}

void sketch_sample_add(SketchSample *sample, uint64_t item)
{
	uint64_t at = sample->offered++;

	if (at >= SKETCH_SAMPLE) {
		sample->state = sketch_hash(sample->state + at);
		at = sample->state % (at + 1);
	}
	if (at < SKETCH_SAMPLE)
		sample->item[at] = item;
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

double sketch_sample_evenness(const SketchSample *sample)
{
	uint64_t sorted[SKETCH_SAMPLE];
	size_t n = sample->offered < SKETCH_SAMPLE ? (size_t)sample->offered : SKETCH_SAMPLE;
	double entropy = 0;

	if (n < 2)
		return 0;
	memcpy(sorted, sample->item, n * sizeof sorted[0]);
	qsort(sorted, n, sizeof sorted[0], by_value);
	for (size_t i = 0, run; i < n; i += run) {
		for (run = 1; i + run < n && sorted[i + run] == sorted[i]; run++)
			;
		double share = (double)run / (double)n;
		entropy -= share * log2(share);
	}
	return entropy / log2((double)n);
}

void sketch_top_add(SketchTop *top, const ShakedownAddress *address, uint64_t hash)
{
	unsigned least = 0;

	top->offered++;
	for (unsigned i = 0; i < SKETCH_TOP; i++) {
		/* Most are compared with all. */
		if (G_UNLIKELY(top->item[i].hash == hash) &&
		    memcmp(&top->item[i].address, address, sizeof *address) == 0) {
			top->item[i].count++;
			return;
		}
		if (top->item[i].count < top->item[least].count)
			least = i;
	}
	top->item[least].error = top->item[least].count++;
	top->item[least].address = *address;
	top->item[least].hash = hash;
}

const ShakedownAddress *sketch_top_most(const SketchTop *top, double share, uint64_t *count)
{
	unsigned most = 0;

	for (unsigned i = 1; i < SKETCH_TOP; i++)
		if (top->item[i].count - top->item[i].error >
		    top->item[most].count - top->item[most].error)
			most = i;
	*count = top->item[most].count - top->item[most].error;
	return *count && (double)*count >= share * (double)top->offered ? &top->item[most].address
									: NULL;
}

static uint32_t *place_of(uint32_t *slot, uint32_t room, uint32_t print)
{
	uint32_t at = print & (room - 1);

	while (slot[at] && slot[at] != print)
		at = (at + 1) & (room - 1);
	return &slot[at];
}

static void grow(SketchSet *set)
{
	uint32_t room = set->room ? set->room * 2 : 16;
	uint32_t *slot = g_new0(uint32_t, room);

	for (uint32_t i = 0; i < set->room; i++)
		if (set->slot[i])
			*place_of(slot, room, set->slot[i]) = set->slot[i];
	for (uint32_t i = 0; !set->room && i < set->len; i++)
		*place_of(slot, room, set->few[i]) = set->few[i];
	if (set->room)
		g_free(set->slot);
	set->slot = slot;
	set->room = room;
}

SketchSetResult sketch_set_add_many(SketchSet *set, uint32_t print, uint32_t most)
{
	if (set->room && *place_of(set->slot, set->room, print) != 0)
		return SKETCH_SET_KNOWN;
	if (set->len >= most)
		return SKETCH_SET_FULL;
	if (set->len * 4 >= set->room * 3)
		grow(set);
	*place_of(set->slot, set->room, print) = print;
	set->len++;
	return SKETCH_SET_NEW;
}

void sketch_set_clear(SketchSet *set)
{
	if (set->room)
		g_free(set->slot);
	*set = (SketchSet){0};
}
