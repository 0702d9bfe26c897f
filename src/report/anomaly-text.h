/* SPDX-License-Identifier: BSD-3-Clause */
/* Parts of an anomaly as text, for the view of anomalies and for the report. */
#pragma once

#include <glib.h>

#include "report/text-layout.h"

/* "192.0.2.4:50112 → 198.51.100.7:443", "198.51.100.7:443", "192.0.2.4"; "" for the capture. */
void anomaly_who(const ShakedownAnomaly *anomaly, bool ascii, GString *out);
/* "frames 88, 90, 97", "frame 3, connection 7", at most so many frames, then "…". */
void anomaly_where(const ShakedownAnomaly *anomaly, size_t most, GString *out);
/* "22:37:41.123", and with the date before it "2026-11-20 22:37:41.123"; NUL-terminated. */
void anomaly_when(ShakedownTime time, bool date, char out[32]);
/* ", backoff linear": a fact in words, after a comma where it is not the first; a duration says its
 * unit itself. */
void anomaly_fact(const ShakedownFact *fact, GString *out);
/* "CRITICAL", "WARNING", "NOTICE", "INFO": told apart without colours as well. */
const char *anomaly_severity_word(ShakedownSeverity severity);
/* "2 critical, 1 warning" as a line of its own; "No anomalies." */
void anomaly_counts_put(TextLayout *layout, const uint64_t severities[SHAKEDOWN_SEVERITIES],
			uint64_t stands_for);
