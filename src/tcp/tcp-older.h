/* SPDX-License-Identifier: BSD-3-Clause */
/* Whether a segment is of a connection before the present one on its four-tuple. */
#pragma once

#include "tcp/tcp-step.h"
#include "tcp/tcp-tracker.h"

/* Of those before on the four-tuple the one that speaks; NULL: it is the present one's. What
 * answers none of several SYNs, each of them unanswered, is of the connection before them all.
 * end: which of the key's endpoints sends. */
TcpConnection *tcp_older_speaks(TcpTracker *tracker, TcpConnection *conn, unsigned end,
				const Segment *seg);
/* The first that answers the other's SYN is a bare ACK of more than that: of a connection that its
 * sender still holds (§3.5 figure 10), or of what was not captured, which is likelier with
 * timestamps: who has none numbers connections side by side. */
bool tcp_older_answers_syn(const TcpStep *step);
/* It acknowledges nothing of the other's SYN. §3.10.7.3 first: in SYN-SENT a number up to ISS is as
 * wrong as one above SND.NXT. */
bool tcp_older_answers_below(const TcpStep *step);
