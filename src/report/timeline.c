/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/timeline.h"

#include <glib.h>
#include <string.h>

/* Rounds down, before 1970 too. */
static int64_t bin_at(ShakedownTime time, uint8_t shift)
{
	int64_t finest = time / TIMELINE_FINEST - (time % TIMELINE_FINEST < 0);

	return finest >> shift;
}

/* Makes its bins twice as wide, as often as it takes for that shift. */
static void widen(Timeline *t, uint8_t shift)
{
	if (shift <= t->shift)
		return;
	unsigned by = (unsigned)(shift - t->shift);
	int64_t first = t->first >> by;

	for (unsigned s = 0; s < TIMELINE_SERIES; s++) {
		uint32_t wide[TIMELINE_BINS] = {0};
		for (uint32_t i = 0; i < t->bins; i++)
			wide[((t->first + i) >> by) - first] += t->count[s][i];
		memcpy(t->count[s], wide, sizeof(wide));
	}
	if (t->bins > 0)
		t->bins = (uint32_t)(((t->first + t->bins - 1) >> by) - first) + 1;
	t->first = first;
	t->shift = shift;
}

/* The shift at which bins first … last (of the present shift) are no more than there is room for.
 */
static uint8_t shift_for(uint8_t shift, int64_t first, int64_t last)
{
	unsigned by = 0;

	while ((last >> by) - (first >> by) >= TIMELINE_BINS)
		by++;
	return (uint8_t)(shift + by);
}

/* Puts empty bins before the first. */
static void move_first(Timeline *t, int64_t first)
{
	uint32_t by = (uint32_t)(t->first - first);

	for (unsigned s = 0; s < TIMELINE_SERIES; s++) {
		memmove(t->count[s] + by, t->count[s], t->bins * sizeof(t->count[s][0]));
		memset(t->count[s], 0, by * sizeof(t->count[s][0]));
	}
	t->first = first;
	t->bins += by;
}

static void reach(Timeline *t, int64_t first, int64_t last)
{
	if (t->bins == 0)
		t->first = first;
	if (first < t->first)
		move_first(t, first);
	t->bins = MAX(t->bins, (uint32_t)(last - t->first) + 1);
}

void timeline_add(Timeline *t, ShakedownTime time, TimelineSeries series)
{
	int64_t bin = bin_at(time, t->shift);

	if (t->bins == 0 || bin < t->first || bin >= t->first + t->bins) {
		int64_t first = t->bins ? MIN(t->first, bin) : bin;
		int64_t last = t->bins ? MAX(t->first + t->bins - 1, bin) : bin;
		widen(t, shift_for(t->shift, first, last));
		bin = bin_at(time, t->shift);
		reach(t, bin, bin);
	}
	t->count[series][bin - t->first]++;
}

void timeline_merge(Timeline *into, const Timeline *from)
{
	if (from->bins == 0)
		return;
	Timeline other = *from;

	widen(into, other.shift);
	widen(&other, into->shift);
	int64_t first = into->bins ? MIN(into->first, other.first) : other.first;
	int64_t last = other.first + other.bins - 1;

	if (into->bins)
		last = MAX(last, into->first + into->bins - 1);
	uint8_t shift = shift_for(into->shift, first, last);
	widen(into, shift);
	widen(&other, shift);
	reach(into, other.first, other.first + other.bins - 1);
	for (unsigned s = 0; s < TIMELINE_SERIES; s++)
		for (uint32_t i = 0; i < other.bins; i++)
			into->count[s][other.first + i - into->first] += other.count[s][i];
}

void timeline_span_take(TimelineSpan *span, const Timeline *t)
{
	if (t->bins == 0)
		return;
	uint8_t shift = MAX(span->bins ? span->shift : 0, t->shift);
	int64_t first = t->first >> (shift - t->shift);
	int64_t last = (t->first + t->bins - 1) >> (shift - t->shift);

	if (span->bins) {
		unsigned by = (unsigned)(shift - span->shift);
		first = MIN(first, span->first >> by);
		last = MAX(last, (span->first + span->bins - 1) >> by);
	}
	uint8_t wide = shift_for(shift, first, last);
	first >>= wide - shift;
	last >>= wide - shift;
	*span = (TimelineSpan){.first = first, .bins = (uint32_t)(last - first) + 1, .shift = wide};
}

void timeline_in(const Timeline *t, const TimelineSpan *span, TimelineSeries series, uint64_t *out)
{
	unsigned by = (unsigned)(span->shift - t->shift);

	memset(out, 0, TIMELINE_BINS * sizeof(*out));
	for (uint32_t i = 0; i < t->bins; i++)
		out[((t->first + i) >> by) - span->first] += t->count[series][i];
}

TimelinePeak timeline_peak(const Timeline *t, ShakedownSideId side)
{
	TimelinePeak peak = {0};
	uint64_t held = 0;

	for (uint32_t i = 0; i < t->bins; i++) {
		held += t->count[TIMELINE_ENTERS + side][i];
		peak.most = MAX(peak.most, held);
		held -= MIN(held, t->count[TIMELINE_LEAVES + side][i]);
		if (held > peak.least) {
			peak.least = held;
			peak.time = (t->first + i + 1) * timeline_step(t->shift);
		}
	}
	/* Who comes and goes within a bin was there. */
	if (peak.least == 0 && peak.most > 0)
		peak.least = 1;
	return peak;
}
