/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Sketches: what can be said of very many things in very little room. How many are distinct
 * (HyperLogLog, Flajolet et al. 2007), and how evenly they are spread (entropy of a reservoir
 * sample, Vitter 1985). Deterministic: the same capture gives the same report.
 */
#pragma once

#include <shakedown/types.h>

#define SKETCH_REGISTERS 1024
#define SKETCH_DISTINCT_ERROR 0.0325 /* standard, relative: 1.04 / sqrt(1024) */

typedef struct {
	uint8_t rank[SKETCH_REGISTERS];
} SketchDistinct;

void sketch_distinct_add(SketchDistinct *sketch, uint64_t hash);
uint64_t sketch_distinct_count(const SketchDistinct *sketch);

#define SKETCH_SAMPLE 256

typedef struct {
	uint64_t offered, state;
	uint64_t item[SKETCH_SAMPLE];
} SketchSample;

void sketch_sample_add(SketchSample *sample, uint64_t item);
/* Shannon entropy of the sampled items as a share of what all-different ones would have: 0 (always
 * the same) to 1 (never the same); 0 for fewer than two. */
double sketch_sample_evenness(const SketchSample *sample);

/* Who comes most often, in room for a few (space-saving: Metwally, Agrawal and El Abbadi 2005):
 * whoever has more than 1/SKETCH_TOP of all is among them. */
#define SKETCH_TOP 8

typedef struct {
	uint64_t offered;
	struct {
		ShakedownAddress address;
		uint64_t hash;	       /* its own */
		uint64_t count, error; /* the count is too high by so much at most */
	} item[SKETCH_TOP];
	uint32_t print[SKETCH_TOP]; /* lower halves of their hashes: most match none */
	unsigned least;		    /* the first one with the least count */
} SketchTop;

/* hash: sketch_hash_address() of it. */
void sketch_top_add(SketchTop *top, const ShakedownAddress *address, uint64_t hash);
/* The one that came most often and how often at least; NULL if none has so large a share of all. */
const ShakedownAddress *sketch_top_most(const SketchTop *top, double share, uint64_t *count);

/*
 * An exact set of fingerprints, which grows up to a bound: of things that are hashed alike (one in
 * 2^32) one is lost.
 */
#define SKETCH_SET_FEW 4

typedef struct {
	uint32_t room, len; /* room is a power of 2; 0 as long as they are few */
	union {
		uint32_t few[SKETCH_SET_FEW];
		uint32_t *slot; /* 0: free */
	};
} SketchSet;

typedef enum {
	SKETCH_SET_NEW = 0,
	SKETCH_SET_KNOWN,
	SKETCH_SET_FULL,
} SketchSetResult;

static inline uint32_t sketch_set_print(uint64_t hash)
{
	return (uint32_t)hash ? (uint32_t)hash : 1;
}

/* Of a set that is no longer few, or is so for the last time. */
SketchSetResult sketch_set_add_many(SketchSet *set, uint32_t print, uint32_t most);

/* most: fingerprints that it may hold. Most sets never have more than a handful. */
static inline SketchSetResult sketch_set_add(SketchSet *set, uint64_t hash, uint32_t most)
{
	uint32_t print = sketch_set_print(hash);

	if (set->room)
		return sketch_set_add_many(set, print, most);
	for (uint32_t i = 0; i < set->len; i++)
		if (set->few[i] == print)
			return SKETCH_SET_KNOWN;
	if (set->len >= SKETCH_SET_FEW || set->len >= most)
		return sketch_set_add_many(set, print, most);
	set->few[set->len++] = print;
	return SKETCH_SET_NEW;
}
/* All of the other's; false: there was no room for some. */
bool sketch_set_join(SketchSet *set, const SketchSet *other, uint32_t most);
void sketch_set_clear(SketchSet *set);

uint64_t sketch_hash(uint64_t value);
uint64_t sketch_hash_address(const ShakedownAddress *address);
