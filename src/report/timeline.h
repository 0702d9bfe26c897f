/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Counts over time in bounded memory. Moments may come in any order and from any year: there are
 * never more than TIMELINE_BINS bins, which become twice as wide each time that they do not reach.
 * Bins lie on the calendar, so that two timelines can be brought to the same ones.
 */
#pragma once

#include <stdint.h>

#include <shakedown/types.h>

#define TIMELINE_BINS 128
#define TIMELINE_FINEST (INT64_C(1000) * 1000) /* nanoseconds of the narrowest bin */

typedef enum {
	TIMELINE_ATTEMPTS = 0,
	TIMELINE_FAILED,
	TIMELINE_ENTERS, /* TIME-WAIT; [+ ShakedownSideId] */
	TIMELINE_LEAVES = TIMELINE_ENTERS + 2,
} TimelineSeries;
#define TIMELINE_SERIES 6

/* All zero is a valid empty one. */
typedef struct {
	int64_t first; /* number of bin 0, counted in bins from 1970 on */
	uint32_t bins; /* in use; 0: empty */
	uint8_t shift; /* a bin is TIMELINE_FINEST << shift wide */
	uint32_t count[TIMELINE_SERIES][TIMELINE_BINS];
} Timeline;

void timeline_add(Timeline *timeline, ShakedownTime time, TimelineSeries series);
void timeline_merge(Timeline *into, const Timeline *from);

/* The bins that hold several timelines. */
typedef struct {
	int64_t first;
	uint32_t bins; /* 0: none yet */
	uint8_t shift;
} TimelineSpan;

void timeline_span_take(TimelineSpan *span, const Timeline *timeline);
static inline ShakedownDuration timeline_step(uint8_t shift)
{
	return TIMELINE_FINEST << shift;
}
/* A series in the span's bins; out has TIMELINE_BINS room. */
void timeline_in(const Timeline *timeline, const TimelineSpan *span, TimelineSeries series,
		 uint64_t *out);

typedef struct {
	uint64_t least;	    /* that was reached for sure */
	uint64_t most;	    /* that may have been reached within a bin */
	ShakedownTime time; /* the end of the bin of the former */
} TimelinePeak;

/* How many held TIME-WAIT at once on that side. */
TimelinePeak timeline_peak(const Timeline *timeline, ShakedownSideId side);
