/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Counters, gauges and histograms of an analysis that goes on, as text for Prometheus and what
 * speaks its language. Hand it what the observer is handed, and ask for the text at any time.
 * Labels take few values: no address, no port and nothing else that packets choose is among them.
 */
#pragma once

#include <shakedown/analysis.h>
#include <shakedown/capture.h>

G_BEGIN_DECLS

typedef struct _ShakedownMetrics ShakedownMetrics;

typedef enum {
	SHAKEDOWN_METRICS_OPENMETRICS = 0, /* OpenMetrics 1.0 */
	SHAKEDOWN_METRICS_PROMETHEUS,	   /* the text format before it, 0.0.4 */
} ShakedownMetricsFormat;

SHAKEDOWN_EXPORT ShakedownMetrics *shakedown_metrics_new(void);
SHAKEDOWN_EXPORT void shakedown_metrics_free(ShakedownMetrics *metrics);

SHAKEDOWN_EXPORT void shakedown_metrics_opening(ShakedownMetrics *metrics,
						const ShakedownOpening *opening);
SHAKEDOWN_EXPORT void shakedown_metrics_connection(ShakedownMetrics *metrics,
						   const ShakedownConnection *connection);
SHAKEDOWN_EXPORT void shakedown_metrics_anomaly(ShakedownMetrics *metrics,
						const ShakedownAnomaly *anomaly);

/* "application/openmetrics-text; version=1.0.0; charset=utf-8" */
SHAKEDOWN_EXPORT const char *shakedown_metrics_content_type(ShakedownMetricsFormat format);

/*
 * All there is to tell at this moment, with the process's own memory and time; free with g_free().
 * Summary and capture may be NULL: what they know is left out then.
 */
SHAKEDOWN_EXPORT char *shakedown_metrics_text(const ShakedownMetrics *metrics,
					      ShakedownMetricsFormat format,
					      const ShakedownSummary *summary,
					      const ShakedownCaptureInfo *capture);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(ShakedownMetrics, shakedown_metrics_free)

G_END_DECLS
