/* SPDX-License-Identifier: BSD-3-Clause */
/* Quantiles of durations in bounded memory. */
#include "report/quantiles.h"

#include <glib.h>
#include <string.h>

/* From 2^10 ns (a microsecond) to 2^41 ns (36 minutes); what is beyond counts at the edge. */
enum { OCTAVE_FIRST = 10, OCTAVES = 31, SUB_BITS = 4, SUBS = 1 << SUB_BITS, BINS = OCTAVES * SUBS };

void quantiles_clear(Quantiles *q)
{
	if (q->exact)
		g_free(q->exact);
	if (q->bins)
		g_free(q->bins);
	*q = (Quantiles){0};
}

static unsigned bin_of(ShakedownDuration duration)
{
	uint64_t v = (uint64_t)CLAMP(duration, INT64_C(1) << OCTAVE_FIRST,
				     (INT64_C(1) << (OCTAVE_FIRST + OCTAVES)) - 1);
	unsigned octave = 63 - (unsigned)__builtin_clzll(v);
	unsigned sub = (unsigned)(v >> (octave - SUB_BITS)) & (SUBS - 1);
	return (octave - OCTAVE_FIRST) * SUBS + sub;
}

static ShakedownDuration middle_of(unsigned bin)
{
	unsigned shift = bin / SUBS + OCTAVE_FIRST - SUB_BITS;
	uint64_t least = (uint64_t)(SUBS + bin % SUBS) << shift;
	return (ShakedownDuration)(least + ((UINT64_C(1) << shift) >> 1));
}

static ShakedownDuration *values_of(Quantiles *q)
{
	return q->exact ? q->exact : q->few;
}

static void become_histogram(Quantiles *q)
{
	const ShakedownDuration *values = values_of(q);

	q->bins = g_new0(uint32_t, BINS);
	for (uint64_t i = 0; i < q->n; i++)
		q->bins[bin_of(values[i])]++;
	g_clear_pointer(&q->exact, g_free);
}

static void put(Quantiles *q, ShakedownDuration duration)
{
	if (!q->exact && q->n < QUANTILES_FEW) {
		q->few[q->n] = duration;
		return;
	}
	if (!q->exact || q->n == q->room) {
		q->room = q->room ? q->room * 2 : 4 * QUANTILES_FEW;
		q->exact = g_renew(ShakedownDuration, q->exact, q->room);
		if (q->n == QUANTILES_FEW)
			memcpy(q->exact, q->few, sizeof(q->few));
	}
	q->exact[q->n] = duration;
}

void quantiles_add(Quantiles *q, ShakedownDuration duration)
{
	if (duration < 0)
		return;
	if (q->n == 0)
		q->min = q->max = duration;
	q->min = MIN(q->min, duration);
	q->max = MAX(q->max, duration);
	if (!q->bins && q->n < QUANTILES_EXACT) {
		put(q, duration);
	} else {
		if (!q->bins)
			become_histogram(q);
		q->bins[bin_of(duration)]++;
	}
	q->n++;
}

void quantiles_merge(Quantiles *into, const Quantiles *from)
{
	if (!from->bins) {
		const ShakedownDuration *values = from->exact ? from->exact : from->few;

		for (uint64_t i = 0; i < from->n; i++)
			quantiles_add(into, values[i]);
		return;
	}
	if (!into->bins)
		become_histogram(into);
	for (unsigned i = 0; i < BINS; i++)
		into->bins[i] += from->bins[i];
	into->min = into->n == 0 ? from->min : MIN(into->min, from->min);
	into->max = into->n == 0 ? from->max : MAX(into->max, from->max);
	into->n += from->n;
}

static int by_length(const void *a, const void *b)
{
	ShakedownDuration x = *(const ShakedownDuration *)a, y = *(const ShakedownDuration *)b;
	return (x > y) - (x < y);
}

ShakedownDuration quantiles_at(Quantiles *q, unsigned percent)
{
	if (q->n == 0)
		return SHAKEDOWN_DURATION_UNKNOWN;
	uint64_t rank = (q->n * percent + 99) / 100, seen = 0;
	rank = CLAMP(rank, 1, q->n);
	if (!q->bins) {
		ShakedownDuration *values = values_of(q);

		qsort(values, q->n, sizeof(*values), by_length);
		return values[rank - 1];
	}
	if (rank == q->n)
		return q->max;
	for (unsigned i = 0; i < BINS; i++) {
		seen += q->bins[i];
		if (seen >= rank)
			return CLAMP(middle_of(i), q->min, q->max);
	}
	return q->max;
}
