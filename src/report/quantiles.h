/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Quantiles of durations in bounded memory: exact for the first few hundred, then a histogram of
 * 16 bins an octave, which is off by at most QUANTILES_ERROR. All zero is a valid empty one.
 */
#pragma once

#include <stdint.h>

#include <shakedown/types.h>

#define QUANTILES_EXACT 256
/* Most hosts have a connection or two: of so many no memory is asked for. */
#define QUANTILES_FEW 2
/* Of the value, from a microsecond to 36 minutes: half a bin. */
#define QUANTILES_ERROR (1.0 / 32)

typedef struct {
	uint64_t n;
	ShakedownDuration min, max; /* always exact */
	/* The n of them, in any order, until there are bins. */
	ShakedownDuration few[QUANTILES_FEW];
	ShakedownDuration *exact; /* NULL: they are few */
	uint32_t room;
	uint32_t *bins;
} Quantiles;

void quantiles_clear(Quantiles *q);
/* Unknown and negative durations are not counted. */
void quantiles_add(Quantiles *q, ShakedownDuration duration);
void quantiles_merge(Quantiles *into, const Quantiles *from);
/* The quantiles are those of the values themselves. */
static inline bool quantiles_are_exact(const Quantiles *q)
{
	return !q->bins;
}
/* The value that percent of them do not exceed (nearest rank); unknown if there are none. */
ShakedownDuration quantiles_at(Quantiles *q, unsigned percent);
