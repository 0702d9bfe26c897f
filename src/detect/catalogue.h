/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The catalogue: what is fixed about every word that a record can hold, and the text that explains
 * it. One file a family; `grep -n PLANNED` finds the kinds that wait for their detector.
 */
#pragma once

#include <shakedown/anomaly-kind.h>
#include <shakedown/connection.h>

typedef struct {
	ShakedownAnomalyInfo info;
	const char *picture; /* at most 8 lines of ASCII, or NULL */
} CatalogueKind;

/* A word that is not an anomaly: a state, an outcome, a class of segments. */
typedef struct {
	const char *name;
	const char *meaning, *picture, *detected, *innocent, *action, *sources; /* or NULL */
} CatalogueTerm;

/* The families follow one another in the enumeration, without gaps. */
#define CATALOGUE_HANDSHAKE_FIRST SHAKEDOWN_ANOMALY_SYN_RETRANSMITTED
#define CATALOGUE_TEARDOWN_FIRST SHAKEDOWN_ANOMALY_RESET_ABORT
#define CATALOGUE_CLOSING_FIRST SHAKEDOWN_ANOMALY_FIN_RETRANSMITTED
#define CATALOGUE_TIME_WAIT_FIRST SHAKEDOWN_ANOMALY_TIME_WAIT_LINGERING
#define CATALOGUE_FLOOD_FIRST SHAKEDOWN_ANOMALY_SYN_FLOOD
#define CATALOGUE_CAPTURE_FIRST SHAKEDOWN_ANOMALY_CAPTURE_LOSS

#define CATALOGUE_HANDSHAKE_KINDS (CATALOGUE_TEARDOWN_FIRST - CATALOGUE_HANDSHAKE_FIRST)
#define CATALOGUE_TEARDOWN_KINDS (CATALOGUE_CLOSING_FIRST - CATALOGUE_TEARDOWN_FIRST)
#define CATALOGUE_CLOSING_KINDS (CATALOGUE_TIME_WAIT_FIRST - CATALOGUE_CLOSING_FIRST)
#define CATALOGUE_TIME_WAIT_KINDS (CATALOGUE_FLOOD_FIRST - CATALOGUE_TIME_WAIT_FIRST)
#define CATALOGUE_FLOOD_KINDS (CATALOGUE_CAPTURE_FIRST - CATALOGUE_FLOOD_FIRST)
#define CATALOGUE_CAPTURE_KINDS (SHAKEDOWN_ANOMALY_KINDS - CATALOGUE_CAPTURE_FIRST)

extern const CatalogueKind catalogue_handshake[CATALOGUE_HANDSHAKE_KINDS];
extern const CatalogueKind catalogue_teardown[CATALOGUE_TEARDOWN_KINDS];
extern const CatalogueKind catalogue_closing[CATALOGUE_CLOSING_KINDS];
extern const CatalogueKind catalogue_time_wait[CATALOGUE_TIME_WAIT_KINDS];
extern const CatalogueKind catalogue_flood[CATALOGUE_FLOOD_KINDS];
extern const CatalogueKind catalogue_capture[CATALOGUE_CAPTURE_KINDS];

#define CATALOGUE_EVIDENCES SHAKEDOWN_EVIDENCES
#define CATALOGUE_ROLES 4
#define CATALOGUE_SEGMENTS 17

extern const CatalogueTerm catalogue_states[SHAKEDOWN_TCP_STATES];
extern const CatalogueTerm catalogue_evidences[CATALOGUE_EVIDENCES];
extern const CatalogueTerm catalogue_roles[CATALOGUE_ROLES];
extern const CatalogueTerm catalogue_segments[CATALOGUE_SEGMENTS];
extern const CatalogueTerm catalogue_handshake_kinds[SHAKEDOWN_HANDSHAKE_KINDS];
extern const CatalogueTerm catalogue_handshake_outcomes[SHAKEDOWN_HANDSHAKE_OUTCOMES];
extern const CatalogueTerm catalogue_teardown_kinds[SHAKEDOWN_TEARDOWN_KINDS];
extern const CatalogueTerm catalogue_teardown_outcomes[SHAKEDOWN_TEARDOWN_OUTCOMES];

/* The first line of an entry: its columns. */
#define KIND(name_, severity_, scope_, implemented_, rule_)                                        \
	.name = (name_), .severity = SHAKEDOWN_SEVERITY_##severity_,                               \
	.scope = SHAKEDOWN_SCOPE_##scope_, .rule = (rule_), .implemented = (implemented_)
#define DETECTED true
#define PLANNED false
