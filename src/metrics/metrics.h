/* SPDX-License-Identifier: BSD-3-Clause */
/* What has been counted, and the parts of the text. */
#pragma once

#include "metrics/histogram.h"

struct _ShakedownMetrics {
	uint64_t handshakes[SHAKEDOWN_HANDSHAKE_OUTCOMES];
	Histogram rtt[2];		      /* [server], [client]: the leg's side */
	uint64_t retransmitted_handshakes[2]; /* [client] SYN, [server] SYN,ACK */
	uint64_t teardowns[SHAKEDOWN_TEARDOWN_KINDS][SHAKEDOWN_TEARDOWN_OUTCOMES];
	uint64_t first_to_close[2], resets[2];
	Histogram duration, half_closed;
	uint64_t payload[2], retransmissions[2], missing[2]; /* by sender */
	uint64_t anomalies[SHAKEDOWN_ANOMALY_KINDS][SHAKEDOWN_SEVERITIES];
};

/* What was observed; what the summary and the capture know. */
void metrics_expose_observed(const ShakedownMetrics *m, Exposition *e);
void metrics_expose_summary(const ShakedownSummary *summary, Exposition *e);
void metrics_expose_capture(const ShakedownCaptureInfo *capture, Exposition *e);
