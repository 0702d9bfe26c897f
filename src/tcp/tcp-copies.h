/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The same packet again: captured twice (a span port's copy), or doubled on the way. A copy follows
 * within a few milliseconds and a few segments of its side. All sides' latest segments lie in one
 * table of fixed size, as prints: whatever is older is overwritten, and at more packets in those
 * milliseconds than the table has room for, some copies are taken for retransmissions.
 *
 * Between two places of one capture there may be a queue, or a long way: then copies come late, and
 * behind many others. Of connections that have shown that, more is remembered, in a second table.
 */
#pragma once

#include "tcp/tcp-connection.h"

#define TCP_COPIES_WAYS 8
#define TCP_COPIES_SETS 8192

/* A cache line, where the latest segments of a few sides meet, the latest first; all together fit a
 * second-level cache. */
typedef struct {
	uint32_t print[TCP_COPIES_WAYS]; /* 0: none */
	/* From the lowest bit: microseconds, modulo 2^24; which of its side's segments, modulo 2^3,
	 * as none is older than that; the last 5 bits of its TTL. */
	uint32_t when[TCP_COPIES_WAYS];
} TcpPrints;
_Static_assert(sizeof(TcpPrints) == 64, "a cache line");

/* The first field serves the inline function alone. */
typedef struct _TcpCopies {
	TcpPrints *sets;
	/* Of connections whose packets come twice, by their prints; NULL: none do. */
	TcpPrints *late;
	unsigned late_seen; /* copies that came late */
	/* Of so many segments more, whosesoever, the prints go into late, too; UINT_MAX: of all. */
	unsigned all;
} TcpCopies;

TcpCopies *tcp_copies_new(void);
void tcp_copies_free(TcpCopies *copies);

/* Where the segments lie that one end of a connection sends: to be fetched ahead. By a hash without
 * a secret, so that the same capture always gives the same records; whoever makes connections meet
 * in one set hides copies, no more. */
static inline TcpPrints *tcp_copies_set(const TcpCopies *copies, const FlowKey *key, unsigned end)
{
	uint64_t mixed = flow_key_word(key, 0) * UINT64_C(0x9e3779b97f4a7c15);

	mixed = (mixed ^ mixed >> 32 ^ flow_key_word(key, 2)) * UINT64_C(0xbf58476d1ce4e5b9);
	mixed = (mixed ^ mixed >> 32 ^ flow_key_word(key, 4) ^ end) * UINT64_C(0x94d049bb133111eb);
	return &copies->sets[mixed >> 48 & (TCP_COPIES_SETS - 1)];
}

/* True for a copy; any other segment is remembered. To be asked once for each segment, before
 * anything else. tsval: of its timestamps option, or NULL. */
bool tcp_copies_take_stamped(TcpCopies *copies, TcpConnection *conn, ShakedownSideId side,
			     const Segment *seg, const uint32_t *tsval);
/* The same, where nobody has looked for timestamps yet. */
static inline bool tcp_copies_take(TcpCopies *copies, TcpConnection *conn, ShakedownSideId side,
				   const Segment *seg)
{
	uint32_t tsval, tsecr;
	/* Of the options of a SYN a firewall may leave out any. */
	bool named = (seg->flags & (TCP_SYN | TCP_ACK)) == TCP_SYN && seg->has_ip_id && seg->ip_id;
	bool stamped = !named && tcp_options_timestamps(seg, &tsval, &tsecr);

	return tcp_copies_take_stamped(copies, conn, side, seg, stamped ? &tsval : NULL);
}

/* Of a connection whose packets come twice (TCP_CONN_COPIED): what was sent before, as a card or a
 * shaper has cut it up, or put it together, between the two places. */
bool tcp_copies_is_piece(const TcpConnection *conn, ShakedownSideId side, const Segment *seg);
/* At least half of the connection's packets so far have come twice. */
bool tcp_copies_all(const TcpConnection *conn);
/* A copy has come. */
void tcp_copies_note(TcpConnection *conn, ShakedownSideId side, const Segment *seg);
