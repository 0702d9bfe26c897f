/* SPDX-License-Identifier: BSD-3-Clause */
/* A SYN on a four-tuple that has a connection, which waits until the next segments tell whether it
 * begins the next one. */
#pragma once

#include "tcp/tcp-tracker.h"

/* The SYN of a connection that may come to be, kept whole to be replayed if it does. */
#define TCP_OPTIONS_MOST 40
struct _TcpPendingSyn {
	Segment seg;
	uint8_t options[TCP_OPTIONS_MOST];
	ShakedownSideId side; /* of the present connection */
	uint32_t count;
	uint32_t counted; /* of them: as the present one's own SYN, sent again */
	bool answered;	  /* by a SYN,ACK that does not acknowledge the one before: */
	Segment answer;
	uint8_t answer_options[TCP_OPTIONS_MOST];
};

void tcp_pending_set(TcpConnection *conn, const Segment *seg, ShakedownSideId side);
void tcp_pending_clear(TcpConnection *conn);
/* §3.4.1: a four-tuple's initial numbers follow a clock, with a tick of 4 µs there, of 64 ns in
 * Linux. One that has gone on with it is of a later attempt, and no old duplicate. */
bool tcp_pending_begun_later(const TcpConnection *conn);
/* The SYN that waits has the number with which the connection itself began. */
bool tcp_pending_is_alike(const TcpConnection *conn);
/* The segment is a SYN,ACK that acknowledges it; that is kept, too, once it has been taken. */
bool tcp_pending_is_answered_by(const TcpConnection *conn, ShakedownSideId side,
				const Segment *seg);
void tcp_pending_note_answer(TcpConnection *conn, const Segment *seg);
/* The pending SYN was a connection's beginning: opens it and replays the SYN. */
TcpConnection *tcp_promote(TcpTracker *tracker, TcpConnection *conn);
