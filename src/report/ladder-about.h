/* SPDX-License-Identifier: BSD-3-Clause */
/* What stands above and below the drawing: who it is, how it went, what was wrong, what the signs
 * mean. */
#pragma once

#include "report/ladder-beliefs.h"
#include "report/ladder-label.h"
#include "report/text-layout.h"

#define LADDER_ANOMALIES_MAX 50
#define LADDER_ANOMALY_FRAMES_MAX 8

typedef struct {
	ShakedownAnomalyKind kind;
	ShakedownSeverity severity;
	char *summary, *rule; /* owned */
	uint64_t frames[LADDER_ANOMALY_FRAMES_MAX];
	size_t frames_len, frames_kept;
} LadderAnomaly;

typedef struct {
	uint64_t id;
	bool seen; /* addr and port are of use */
	ShakedownAddress addr[2];
	uint16_t port[2];
	bool recorded; /* connection is of use; what it points to is owned */
	ShakedownConnection connection;
	GArray *anomalies; /* of LadderAnomaly */
	uint64_t anomalies_more;
} LadderAbout;

void ladder_about_init(LadderAbout *about);
void ladder_about_clear(LadderAbout *about);
void ladder_about_connection(LadderAbout *about, const ShakedownConnection *connection);
void ladder_about_anomaly(LadderAbout *about, const ShakedownAnomaly *anomaly);

void ladder_about_head(const LadderAbout *about, TextLayout *text);
void ladder_about_foot(const LadderAbout *about, const LadderNumbers *numbers,
		       const LadderBeliefs *beliefs, LadderBrevity brevity, TextLayout *text);
