/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/sketch.h"

#include "base/mix.h"

#include <glib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define INDEX_BITS 10
_Static_assert(SKETCH_REGISTERS == 1 << INDEX_BITS, "an index is that many bits of the hash");
/* The highest rank, as sketch_distinct_add() makes them. */
#define RANK_MOST (64 - INDEX_BITS + 1)
/* The sum of 2^-rank of so many registers fits into 64 bits. */
#define AT_ONCE (SKETCH_REGISTERS / 4)
_Static_assert(INDEX_BITS - 2 + RANK_MOST < 64, "in units of the smallest");

uint64_t sketch_hash(uint64_t value)
{
	/* Twice, since one product leaves the low bits of neighbours alike. */
	return mix_fold(mix_fold(value ^ mix_secret(1, 0), mix_secret(1, 1)) ^ mix_secret(1, 2),
			mix_secret(1, 3));
}

uint64_t sketch_hash_address(const ShakedownAddress *address)
{
	uint64_t half[2];

	/* An estimate is the same on all machines. */
	memcpy(half, address->bytes, sizeof half);
	return sketch_hash(sketch_hash(GUINT64_FROM_LE(half[0]) + address->version) ^
			   GUINT64_FROM_LE(half[1]));
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

	/* A flood's beginning is looked for at every SYN: no function is called for a register. */
	for (size_t i = 0; i < SKETCH_REGISTERS; i += AT_ONCE) {
		uint64_t part = 0;

		for (const uint8_t *rank = &sketch->rank[i]; rank < &sketch->rank[i + AT_ONCE];
		     rank++) {
			part += UINT64_C(1) << RANK_MOST >> *rank;
			empty += *rank == 0;
		}
		sum += (double)part / (double)(UINT64_C(1) << RANK_MOST);
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

typedef uint32_t Prints __attribute__((vector_size(16)));
#define PRINTS (sizeof(Prints) / sizeof(uint32_t))
_Static_assert(SKETCH_TOP == 2 * PRINTS, "two of them");

static inline bool any_print(const SketchTop *top, uint32_t print)
{
	const Prints sought = {print, print, print, print};
	Prints half[2];
	uint64_t same[2];

	memcpy(half, top->print, sizeof half);
	half[0] = (Prints)(half[0] == sought) | (Prints)(half[1] == sought);
	memcpy(same, half, sizeof same);
	return (same[0] | same[1]) != 0;
}

static unsigned item_of(const SketchTop *top, const ShakedownAddress *address, uint64_t hash)
{
	unsigned i = 0;

	while (i < SKETCH_TOP && (top->item[i].hash != hash ||
				  memcmp(&top->item[i].address, address, sizeof *address) != 0))
		i++;
	return i;
}

/* The one with the least count has one more. All before it had more than it; behind it there may be
 * more that are as it was. */
static void least_has_gained(SketchTop *top)
{
	uint64_t was = top->item[top->least].count - 1;

	for (unsigned i = top->least + 1; i < SKETCH_TOP; i++)
		if (top->item[i].count == was) {
			top->least = i;
			return;
		}
	top->least = 0;
	for (unsigned i = 1; i < SKETCH_TOP; i++)
		if (top->item[i].count < top->item[top->least].count)
			top->least = i;
}

void sketch_top_add(SketchTop *top, const ShakedownAddress *address, uint64_t hash)
{
	unsigned at = SKETCH_TOP;

	top->offered++;
	if (G_UNLIKELY(any_print(top, (uint32_t)hash)))
		at = item_of(top, address, hash);
	if (at == SKETCH_TOP) {
		at = top->least;
		top->item[at].error = top->item[at].count;
		top->item[at].address = *address;
		top->item[at].hash = hash;
		top->print[at] = (uint32_t)hash;
	}
	top->item[at].count++;
	if (at == top->least)
		least_has_gained(top);
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

bool sketch_set_join(SketchSet *set, const SketchSet *other, uint32_t most)
{
	const uint32_t *print = other->room ? other->slot : other->few;
	uint32_t n = other->room ? other->room : other->len;
	bool all = true;

	for (uint32_t i = 0; i < n; i++)
		if (print[i] && sketch_set_add(set, print[i], most) == SKETCH_SET_FULL)
			all = false;
	return all;
}

void sketch_set_clear(SketchSet *set)
{
	if (set->room)
		g_free(set->slot);
	*set = (SketchSet){0};
}
