/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The ordinary segment: next in order, of an established connection of which nothing is in doubt.
 * Nearly all segments of nearly all captures are such (Jacobson's header prediction, RFC 1144 §A
 * and 4.3BSD). What the steps of tcp-tracker.c, tcp-space.c, tcp-measure.c and tcp-ack.c would make
 * of it is a dozen stores, and no belief, event or timer among them.
 */
#pragma once

#include "tcp/tcp-tracker-private.h"

/*
 * True where that was all, and all is done; false where nothing was, and the segment must take the
 * steps. It leaves a connection exactly as the steps do: tests/fuzz/fuzz-tracker.c holds them
 * against each other.
 */
bool tcp_ordinary_segment(TcpTracker *tracker, TcpConnection *conn, ShakedownSideId side,
			  const Segment *seg);
