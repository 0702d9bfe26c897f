/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The payload of recent segments, as hashes and short excerpts: enough to notice that what is sent
 * again differs, in one fixed piece of memory for all connections. Streams (tcp-stream.h) compare
 * every byte instead, and are not wanted by everybody.
 *
 * Noticed is: a segment sent again as it was, with a change anywhere in it, or for one longer than
 * 256 bytes in the first 192 or the last 64; another that begins at the same number, whatever its
 * length, or overlaps one of the side's latest segments, where it differs in the first 32 bytes of
 * those.
 */
#pragma once

#include "decode/digest.h"
#include "tcp/tcp-step.h"

typedef struct _TcpRecent TcpRecent;

/* How many segments are remembered at least: the next power of two are, 72 bytes each. */
TcpRecent *tcp_recent_new(unsigned at_least);
void tcp_recent_free(TcpRecent *recent);
/* Of the digests that it remembers. */
DigestSecret tcp_recent_secret(const TcpRecent *recent);
/* Whether it looks at the segment's payload. */
static inline bool tcp_recent_wants(const Segment *segment)
{
	return segment->payload_captured && segment->payload &&
	       !(segment->flags & (TCP_SYN | TCP_RST));
}

/* A segment that began at the same number bore other bytes. */
bool tcp_recent_differs(TcpRecent *recent, const TcpStep *step);
/* The tracker has taken the segment through its steps. */
void tcp_recent_segment(TcpRecent *recent, TcpStep *step);
