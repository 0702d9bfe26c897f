/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One step of the tracker: a segment (or a timer) and what it changes. Every function that changes
 * a connection is handed the step, so that nothing about the current segment is kept elsewhere.
 */
#pragma once

#include "tcp/tcp-connection.h"
#include "tcp/tcp-event.h"

#define TCP_STEP_CHANGES 16

typedef struct _TcpTracker TcpTracker;

typedef struct {
	TcpTracker *tracker;
	TcpConnection *conn;
	const Segment *seg;   /* NULL: a timer */
	ShakedownSideId from; /* who sent it */
	ShakedownTime time;
	uint64_t frame; /* 0: a timer */
	ShakedownSegmentClass segment_class;
	const char *note;	   /* a remark for the ladder */
	const TcpOverlap *overlap; /* what TCP_EVENT_OVERLAP_CONFLICT is about */
	bool old_stamp;		   /* its receiver should drop it, but for that: RFC 7323 §5 */
	uint8_t changes_len;
	ShakedownStateChange changes[TCP_STEP_CHANGES];
} TcpStep;

/* A timer, or what is but told of; changes are none, and need not be cleared. */
static inline void tcp_step_begin(TcpStep *step, TcpTracker *tracker, TcpConnection *conn,
				  ShakedownTime time)
{
	step->tracker = tracker;
	step->conn = conn;
	step->seg = NULL;
	step->from = SHAKEDOWN_CLIENT;
	step->time = time;
	step->frame = 0;
	step->segment_class = (ShakedownSegmentClass)0;
	step->note = NULL;
	step->overlap = NULL;
	step->old_stamp = false;
	step->changes_len = 0;
}

/* A segment of the connection, which that side has sent. */
static inline void tcp_step_begin_segment(TcpStep *step, TcpTracker *tracker, TcpConnection *conn,
					  ShakedownSideId from, const Segment *seg)
{
	tcp_step_begin(step, tracker, conn, seg->time);
	step->seg = seg;
	step->from = from;
	step->frame = seg->frame;
}

/* What its side is now, by the transition lists; false where they have none for that input. */
bool tcp_believe(TcpStep *step, ShakedownSideId side, TcpInput input, ShakedownEvidence evidence);
/* The side's own segment shows that the input had reached it: so had all before. */
void tcp_confirm(TcpStep *step, ShakedownSideId side, TcpInput input);
/* What was assumed to have been sent is now captured: by this step's segment. */
void tcp_prove(TcpStep *step, ShakedownSideId side, TcpInput input);
/* The input had not reached the side after all (or was not its own): it is as it was before. False
 * where nothing rested on it. */
bool tcp_take_back(TcpStep *step, ShakedownSideId side, TcpInput input);
/* The same with a belief of the connection's; what the side sent since stays, as it proves what it
 * did, from the state that it is in then. */
void tcp_take_back_but(TcpStep *step, const TcpBelief *got, TcpInput sent);
/* Takes back what was only delivered since the side last proved anything. */
void tcp_take_back_unproven(TcpStep *step, ShakedownSideId side);

void tcp_emit(TcpStep *step, TcpEventKind kind, ShakedownSideId side);
