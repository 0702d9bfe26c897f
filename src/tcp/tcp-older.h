/* SPDX-License-Identifier: BSD-3-Clause */
/* Whether a segment is of a connection before the present one on its four-tuple. */
#pragma once

#include "tcp/tcp-tracker.h"

/* Of those before on the four-tuple the one that speaks; NULL: it is the present one's. What
 * answers none of several SYNs, each of them unanswered, is of the connection before them all.
 * end: which of the key's endpoints sends. */
TcpConnection *tcp_older_speaks(TcpTracker *tracker, TcpConnection *conn, unsigned end,
				const Segment *seg);
