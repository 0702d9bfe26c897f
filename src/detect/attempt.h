/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An attempt, a client's SYN, is counted in the slot of its time: of its service and, where that
 * gets little, of the host that the service is on. What becomes of it is counted in the same slots,
 * as long as the window has them.
 */
#pragma once

#include "detect/cut-short.h"
#include "detect/finding.h"
#include "detect/service.h"

typedef struct {
	bool again;	       /* its SYN was sent again */
	bool answered;	       /* by SYN,ACK */
	bool repeated;	       /* its SYN,ACK was sent again */
	bool finished;	       /* no longer half-open: completed, or the network said no, or … */
	bool refused, aborted; /* … answered by RST or ICMP; its SYN,ACK was, by the client */
	bool established, talked; /* the handshake is complete; there was data */
} AttemptTurn;

/* It was heard of before the clock was set back: it counts for nothing any more. */
bool attempt_is_past(const DetectContext *context, const TcpConnection *conn);
/* The event is the client's SYN, and the first of it that is counted. */
void attempt_begin(DetectContext *context, Service *service, const TcpEvent *event);
/* It has begun; service: its own, NULL: it had to make room. */
void attempt_turn(DetectContext *context, Service *service, TcpConnection *conn, AttemptTurn turn);
/* It is over: whatever it was, it is half-open no more. What came before that is judged first. */
void attempt_over(DetectContext *context, Service *service, const TcpEvent *event);

/* A connection on the same four-tuple goes on with one that was cut short: the same, told by its
 * client's SYN again, … */
void attempt_again_after_cut(DetectContext *context, const TcpConnection *conn, CutConnection *cut);
/* … or by another segment. */
void attempt_goes_on_after_cut(DetectContext *context, const TcpConnection *conn,
			       CutConnection *cut, const Segment *seg);
