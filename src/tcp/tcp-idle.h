/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Open connections that have nothing to say for a while. When a connection has been opened and
 * hardly a slot is left for the next, a few are looked at, round and round, and one that was silent
 * for long is laid to rest (tcp-rest.h). So none costs more than one such rest, and what is in use
 * does not go round and round, since those that are woken make no others rest; and how long "long"
 * is follows from how many of those that rest are woken.
 */
#pragma once

#include <shakedown/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct _TcpTracker TcpTracker;

typedef struct {
	ShakedownDuration patience; /* who was silent for longer rests */
	uint64_t latest;	    /* id of the connection that was opened last, when last told */
	uint32_t hand;		    /* the last that was looked at */
	uint32_t in_vain, waits;    /* so many looks of late; so many are opened until the next */
} TcpIdle;

void tcp_idle_init(TcpIdle *idle);
/* Others have been opened: to be told between segments, when no step holds a connection. */
void tcp_idle_opened(TcpTracker *tracker);
/* One has to rest, if any can: else another would have to end early. Whether it does. */
bool tcp_idle_hurry(TcpTracker *tracker);
/* An open one does not rest any more. */
void tcp_idle_woke(TcpTracker *tracker);

/* For tests: all that can, at once. */
void tcp_idle_rest_all(TcpTracker *tracker);
