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
	PROBLEM_OF_HOST,    /* the server's address alone */
	PROBLEM_OF_NETWORK, /* of subnets: what they lie in */
	PROBLEM_ROLES,
} ProblemRole;

typedef struct {
	ShakedownAddress address;
	uint16_t port; /* 0: of an address alone */
	uint8_t kind, severity, role;
	uint64_t cause;
} ProblemKey;

typedef struct {
	ProblemKey key[PROBLEM_ROLES];
	/* It is found by that key: by service and client as long as it has one member. Of a host,
	 * or a network, it is found by that alone. */
	bool keyed[PROBLEM_ROLES];
	struct _ProblemHost *host; /* where it is one of those apart */
	GList beside;		   /* … among them */
	ShakedownAnomaly first;	   /* a copy */
	uint64_t count;		   /* gathered */
	bool told;		   /* its first has been handed on already */
	ShakedownTime heard;	   /* in a stream: when the last member was found */
	ShakedownTime time, until, gathered_since;
	uint64_t sequence; /* of its first, among all */
	GArray *connections, *frames;
	bool frames_left_out;
	SketchSet clients, servers;
	bool many_clients, many_servers; /* more than are counted; servers may be subnets */
	uint64_t segments;		 /* of subnets' floods */
	unsigned bits;			 /* that the subnets have in common */
	GList link;			 /* in the order in which they grew */
	uint64_t grown;			 /* … as a number */
	GList waiting;			 /* among those that have gathered something */
} Problem;

/* What is wrong with a subnet as a whole. */
static inline bool problem_is_of_subnet(const ShakedownAnomaly *anomaly)
{
	return anomaly->subject.subnet_bits != 0;
}

void problem_keys(ProblemKey key[PROBLEM_ROLES], const ShakedownAnomaly *anomaly);
void problem_gather(Problem *problem, const ShakedownAnomaly *anomaly);
/* The first has gathered what the other has, too. */
void problem_merge(Problem *problem, Problem *other);
/* Hands on what was gathered, and forgets it. */
void problem_tell(Problem *problem, ProblemsFunc func, void *data);
void problem_clear(Problem *problem);
