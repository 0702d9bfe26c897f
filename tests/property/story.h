/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A story is all that was told of a capture, as text: a chapter a connection, and one of anomalies.
 * Two tellings of the same capture are compared chapter by chapter.
 */
#pragma once

#include "tcp/tcp-event.h"

#include <shakedown/analysis.h>

/* What a telling has been changed by, and so must be changed back by before it is written. */
typedef struct {
	ShakedownTime time;	/* was added to all times */
	bool addresses_swapped; /* each address stands for the other's */
	bool ports_swapped;
	/* How much was added to the sequence numbers of who sends from … to …; NULL: nothing. */
	uint32_t (*shift)(const ShakedownAddress *from, uint16_t from_port,
			  const ShakedownAddress *to, uint16_t to_port, void *data);
	void *data;
} Change;

typedef struct {
	const Change *change;
	GHashTable *chapters;	/* id → GString */
	GHashTable *role_basis; /* id → ShakedownRoleBasis */
	GString *anomalies;
} Story;

Story *story_new(const Change *change);
void story_free(Story *story);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Story, story_free)

void story_connection(const ShakedownConnection *connection, void *story);
void story_segment(const ShakedownSegment *segment, void *story);
void story_anomaly(const ShakedownAnomaly *anomaly, void *story);
void story_event(const TcpEvent *event, void *story);

/* The first differences, or NULL where there are none. not_by_ports: leaves out connections whose
 * roles were guessed from the ports in the first story. */
char *story_compare(const Story *before, const Story *after, bool not_by_ports);
