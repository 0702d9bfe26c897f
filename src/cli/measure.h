/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The metrics of a command that listens: counted by what its observer hears, served between two
 * looks at the packets. Where nobody asked for them, all of this does nothing.
 */
#pragma once

#include "cli/cli.h"

typedef struct {
	ShakedownMetrics *metrics; /* NULL: nobody asked */
	struct _MetricsServer *server;
	ShakedownAnalysis *analysis;
	ShakedownCapture *capture;
	gint64 next; /* µs, monotonic */
} Measure;

/* Listens, as long as there are the rights to, or tells why it cannot. */
Status measure_open(Measure *measure, const Options *options);
void measure_close(Measure *measure);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Measure, measure_close)

/* Whom the texts are about. */
void measure_begin(Measure *measure, ShakedownAnalysis *analysis, ShakedownCapture *capture);
/* The observer's share. */
void measure_opening(Measure *measure, const ShakedownOpening *opening);
void measure_connection(Measure *measure, const ShakedownConnection *connection);
void measure_anomaly(Measure *measure, const ShakedownAnomaly *anomaly);
/* Answers who asks; as often as one likes. */
void measure_step(Measure *measure);
