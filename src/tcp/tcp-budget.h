/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A bound on the memory of connections. When there are as many as it has room for, the least useful
 * end early, each with its record as it is by then: of half-open ones the oldest; of those at rest
 * the closed ones, and the open ones where they are more than all half-open ones; of the others
 * those that are closed, then, out of a sample, one that did not come about, else the one that was
 * silent longest. By counts alone, so that the same capture gives the same records everywhere.
 */
#pragma once

#include "tcp/tcp-connection.h"

typedef struct _TcpTracker TcpTracker;

typedef struct {
	uint64_t bytes;
	size_t few;    /* with less than so many alive there is room, whatever they are */
	uint32_t hand; /* the last that ended early */
	/* … of folded ones (tcp-folded.h): by whether they are open, since those may lie apart */
	uint32_t hand_folded[2];
	/* What hangs off a connection on average, by a look at some now and then, and what it takes
	 * beside itself in table, timers and order. */
	uint64_t hangs, beside;
	uint32_t asked, hand_seen;
} TcpBudget;

/* bytes 0: no bound. */
void tcp_budget_init(TcpBudget *budget, uint64_t bytes);

/* To be asked between segments, when no step holds a connection, where at least few are alive. */
bool tcp_budget_exceeded(TcpTracker *tracker);
void tcp_budget_make_room(TcpTracker *tracker);
/* Some connections had to end early: whatever comes of them looks like the middle of others. */
bool tcp_budget_has_cut(const TcpTracker *tracker);
/* The bytes that hang off it, here and with whoever has set one of tcp_tracker_set_noted()'s bits.
 */
size_t tcp_budget_hangs_off(const TcpTracker *tracker, const TcpConnection *conn);
