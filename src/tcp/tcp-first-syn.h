/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The first segment of most connections, and the only one of what a flood is made of: a SYN as
 * stacks send it, to which no connection is known. What all the steps make of it is known
 * beforehand, and is folded at once (tcp-folded.h): no connection is ever made whole for it.
 */
#pragma once

#include "tcp/tcp-tracker-private.h"

/*
 * The table has no connection for the segment. True where it was such a SYN, and all is done; false
 * where nothing was, and it must be routed and take the steps. It leaves, and tells, exactly what
 * they do: tests/fuzz/fuzz-tracker.c holds them against each other.
 */
bool tcp_first_syn(TcpTracker *tracker, const TcpLookup *lookup, const Segment *seg);
