/* SPDX-License-Identifier: BSD-3-Clause */
/* A connection's record, and all that was reported, against what a scenario says of its end. */
#pragma once

#include "scenario.h"

/* Lines for people, each beginning "FILE:LINE: "; so many at most, the rest is counted. */
typedef struct {
	const char *file;
	GString *report;
	size_t n;
} Differences;
#define DIFFERENCES_REPORTED 40

void differ(Differences *differences, unsigned line, const char *format, ...) G_GNUC_PRINTF(3, 4);
/* Says how many were left out. */
void differences_close(Differences *differences);

/* swapped: the record's client is the scenario's server. */
void verdict_compare_record(Differences *differences, const ScenarioEnd *end,
			    const ShakedownConnection *record, bool swapped);
/* got: of char *, each once. where opens the line: "the anomaly". */
void verdict_compare_anomalies(Differences *differences, unsigned line, const char *where,
			       const ScenarioNames *asked, const GPtrArray *got);
bool verdict_has_name(const GPtrArray *names, const char *name);
