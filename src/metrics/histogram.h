/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A histogram of durations with fixed buckets: a handful of a decade, from 50 µs within a rack to a
 * minute, so that the RTTs of all networks and the durations of most connections lie within. All
 * zero is an empty one.
 */
#pragma once

#include "metrics/exposition.h"

#define HISTOGRAM_BUCKETS 20

typedef struct {
	uint64_t bucket[HISTOGRAM_BUCKETS + 1]; /* the last: beyond all */
	uint64_t seconds;			/* of the sum … */
	uint32_t nanoseconds;			/* … below 10^9 */
} Histogram;

/* The unknown, and what a clock that was set back makes negative, is not counted. */
void histogram_add(Histogram *histogram, ShakedownDuration duration);
/* As samples of a family that has begun. */
void histogram_expose(const Histogram *histogram, Exposition *e, const ExpositionLabel *labels);
