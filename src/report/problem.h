/* SPDX-License-Identifier: BSD-3-Clause */
/* One problem on its way: what has been gathered of it, and how that is told. Of problems.c alone.
 */
#pragma once

#include "detect/sketch.h"
#include "report/problems.h"

#include <glib.h>

typedef enum {
	PROBLEM_OF_SERVICE = 0, /* what its members have in common */
	PROBLEM_OF_CLIENT,
} ProblemRole;

typedef struct {
	ShakedownAddress address;
	uint16_t port; /* 0: a client's */
	uint8_t kind, severity, role;
	uint64_t cause;
} ProblemKey;

typedef struct {
	ProblemKey key[2];
	bool keyed[2];		/* it is found by that key: by both as long as it has one member */
	ShakedownAnomaly first; /* a copy */
	uint64_t count;		/* gathered */
	bool told;		/* its first has been handed on already */
	ShakedownTime time, until, gathered_since;
	uint64_t sequence; /* of its first, among all */
	GArray *connections, *frames;
	bool frames_left_out;
	SketchSet clients, servers;
	bool many_clients, many_servers; /* more than are counted */
	GList link;			 /* in the order in which they grew */
} Problem;

void problem_keys(ProblemKey key[2], const ShakedownAnomaly *anomaly);
void problem_gather(Problem *problem, const ShakedownAnomaly *anomaly);
/* Hands on what was gathered, and forgets it. */
void problem_tell(Problem *problem, ProblemsFunc func, void *data);
void problem_clear(Problem *problem);
