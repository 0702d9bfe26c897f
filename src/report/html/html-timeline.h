/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What happened when, in at most so many bins however long the capture: they double in width when
 * time runs over. Handshakes count when they began, teardowns when the connection was over; what is
 * held (half-open, TIME-WAIT) is the level at the end of a bin.
 */
#pragma once

#include <shakedown/anomaly.h>
#include <shakedown/connection.h>

#include "report/html/html-put.h"

#define HTML_TIMELINE_BINS 240

typedef struct {
	uint32_t handshakes[4], teardowns[4]; /* by HtmlTone */
	uint32_t anomalies[SHAKEDOWN_SEVERITIES];
	int32_t half_open, time_wait; /* entered less left */
} HtmlBin;

typedef struct {
	HtmlBin bins[HTML_TIMELINE_BINS];
	unsigned len;
	int64_t first; /* index of the first bin: its time by width, rounded down */
	int64_t width; /* ns, a power of two times the least */
} HtmlTimeline;

void html_timeline_init(HtmlTimeline *timeline);
void html_timeline_connection(HtmlTimeline *timeline, const ShakedownConnection *connection);
void html_timeline_anomaly(HtmlTimeline *timeline, const ShakedownAnomaly *anomaly);
void html_timeline_put(const HtmlTimeline *timeline, ReportWriter *out);
/* What the bars' colours and patterns mean. */
void html_timeline_key(ReportWriter *out);
/* The range for the script, from origin in microseconds: [from, to]. */
void html_timeline_range(const HtmlTimeline *timeline, ShakedownTime origin, int64_t range[2]);
