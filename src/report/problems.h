/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One problem, one anomaly. What befalls many connections alike is told once, with a count and with
 * its members: anomalies of connections that share kind, severity and cause (what the evidence says
 * in words) and that have in common either the service, or else the client. From PROBLEMS_OF_HOST
 * of the same server's address on, those of its ports and clients are one; and so are floods of
 * PROBLEMS_OF_NETWORK subnets that are neighbours (a /16, in IPv6 a /48). What else is of a wider
 * scope by itself passes as it is.
 *
 * Whole: all is handed on at the end, in the order of time. As a stream: the first of a problem is
 * handed on at once, as it is; those that follow are gathered and handed on as one when there is
 * PROBLEMS_HELD of packets' time behind the first of them; what comes when there was none for
 * PROBLEMS_QUIET is the first of another. Either way each anomaly is counted once in the `count` of
 * one that is handed on.
 *
 * Memory is bounded: beyond PROBLEMS_MOST the one that grew longest ago is handed on and forgotten.
 */
#pragma once

#include <shakedown/anomaly.h>

#define PROBLEMS_MOST 8192u
#define PROBLEMS_OF_HOST 16u
#define PROBLEMS_OF_NETWORK 4u
#define PROBLEMS_HELD (INT64_C(60) * SHAKEDOWN_NS_PER_S)
#define PROBLEMS_QUIET (INT64_C(600) * SHAKEDOWN_NS_PER_S)
/* Of each: */
#define PROBLEM_CONNECTIONS 256u
#define PROBLEM_FRAMES 64u

typedef struct _Problems Problems;
typedef void (*ProblemsFunc)(const ShakedownAnomaly *anomaly, void *data);

Problems *problems_new(bool stream, ProblemsFunc func, void *data);
void problems_free(Problems *problems);
void problems_add(Problems *problems, const ShakedownAnomaly *anomaly);
/* Hands on what was held long enough: time has gone on without an anomaly. */
void problems_advance(Problems *problems, ShakedownTime now);
/* Hands on what is still held. */
void problems_finish(Problems *problems);
