/* SPDX-License-Identifier: BSD-3-Clause */
/* What a TTL tells of who sent a segment (RFC 791 §3.2; Weaver, Sommer and Paxson 2009). */
#pragma once

#include "tcp/tcp-connection.h"

/* How many hops lie behind it, if its sender began with a usual one. */
unsigned tcp_ttl_hops(uint8_t ttl);
/* It is none that the side's own segments have. A router may be another, its host is not. */
bool tcp_ttl_is_foreign(const TcpSide *side, uint8_t ttl);
/*
 * RFC 4987 §3.8: of the side nothing has been seen that a firewall does not send which opens in its
 * name, and the segment goes on just there, from a few hops behind it: the host itself may be
 * speaking for the first time. A device that resets on the way is nearer than what it resets.
 */
bool tcp_ttl_behind_proxy(const TcpConnection *conn, ShakedownSideId side, const Segment *seg);

/* A route that changes shows itself: both are kept. */
static inline void tcp_ttl_note(TcpSide *s, uint8_t ttl)
{
	if (ttl == s->ttl[0] || ttl == s->ttl[1])
		return;
	s->ttl[1] = s->ttl[0];
	s->ttl[0] = ttl;
}

/* What another tap has captured once more, some hops on: its own packets may come alone. */
static inline void tcp_ttl_note_copy(TcpSide *s, uint8_t ttl)
{
	if (s->ttl[0] && !s->ttl[1] && ttl != s->ttl[0])
		s->ttl[1] = ttl;
}
