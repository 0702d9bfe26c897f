/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Text as OpenMetrics 1.0 asks for it, or as the Prometheus text format 0.0.4 before it did: a
 * family's metadata, then its samples. The two differ in where counters bear their "_total", in
 * what they call information, in units, and in how the text ends.
 */
#pragma once

#include <glib.h>
#include <shakedown/metrics.h>

typedef enum {
	EXPOSITION_COUNTER = 0,
	EXPOSITION_GAUGE,
	EXPOSITION_HISTOGRAM,
	EXPOSITION_INFO,
} ExpositionType;

typedef struct {
	ExpositionType type;
	const char *name; /* without "_total", "_info" and the like; ends in "_" and the unit */
	const char *unit; /* "seconds", "bytes", or NULL */
	const char *help;
} ExpositionFamily;

/* Any text will do as a value. */
typedef struct {
	const char *name, *value;
} ExpositionLabel;

typedef struct {
	ShakedownMetricsFormat format;
	GString *text;
	const ExpositionFamily *family; /* the latest begun */
} Exposition;

#define EXPOSITION_LABELS(...)                                                                     \
	(const ExpositionLabel[])                                                                  \
	{                                                                                          \
		__VA_ARGS__,                                                                       \
		{                                                                                  \
			NULL, NULL                                                                 \
		}                                                                                  \
	}

/* Families may not come twice, nor may a sample of one with the same labels. */
void exposition_begin(Exposition *e, const ExpositionFamily *family);
/* Labels end with one without a name; NULL: none. */
void exposition_count(Exposition *e, const ExpositionLabel *labels, uint64_t value);
void exposition_seconds(Exposition *e, const ExpositionLabel *labels, ShakedownDuration value);
/* The cumulated count of what is at most le; NULL: of all. */
void exposition_bucket(Exposition *e, const ExpositionLabel *labels, const char *le, uint64_t n);
void exposition_sum_seconds(Exposition *e, const ExpositionLabel *labels, uint64_t seconds,
			    uint32_t nanoseconds);
void exposition_end(Exposition *e);
