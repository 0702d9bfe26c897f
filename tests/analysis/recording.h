/* SPDX-License-Identifier: BSD-3-Clause */
/* What an observer is told, as text: two analyses that tell the same have equal recordings. */
#pragma once

#include <shakedown/analysis.h>
#include <shakedown/capture.h>

#include <criterion/criterion.h>

typedef struct {
	GString *told; /* a line a record, an anomaly, a segment or an opening */
	uint64_t connections, logs, openings, late_openings;
	uint64_t anomalies[SHAKEDOWN_ANOMALY_KINDS];
	ShakedownSeverity severity; /* of the latest */
	GHashTable *over;	    /* ids of connections whose record has come */
} Recording;

void recording_init(Recording *recording);
void recording_clear(Recording *recording);
/* Its data is the recording. */
extern const ShakedownObserver recording_observer;

/* A sample of captures/. */
ShakedownCapture *recording_open(const char *sample);
/* Feeds at most so many packets, so many at a time. */
void recording_feed(ShakedownAnalysis *analysis, ShakedownCapture *capture, size_t batch,
		    uint64_t most);
