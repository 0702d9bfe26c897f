/* SPDX-License-Identifier: BSD-3-Clause */
#include "tcp/tcp-pairing.h"

#include "tcp/tcp-folded.h"

#include <glib.h>

/* How far apart numbers that answer each other may be: a window, generously. */
#define FITS_WITHIN (1 << 20)
/* What a router sends on into another VLAN, or into a tunnel, is seen there as soon as that. */
#define GOES_ON_WITHIN (INT64_C(100) * 1000 * 1000)

/* The four-tuple alone. Two tuples of one hash only hide each other from pairing. */
static gpointer tuple_of(const TcpTracker *tracker, const FlowKey *key)
{
	FlowKey bare = *key;

	bare.encap = UINT32_MAX;
	return GUINT_TO_POINTER(flow_table_hash(tracker->table, &bare));
}

static bool same_tuple(const FlowKey *a, const FlowKey *b)
{
	return a->ip_version == b->ip_version && a->port[0] == b->port[0] &&
	       a->port[1] == b->port[1] && memcmp(a->addr, b->addr, sizeof a->addr) == 0;
}

void tcp_pairing_remember(TcpTracker *tracker, TcpConnection *conn, uint32_t handle)
{
	if (!conn->key.encap)
		return;
	if (!tracker->halves)
		tracker->halves = g_hash_table_new(NULL, NULL);
	g_hash_table_insert(tracker->halves, tuple_of(tracker, &conn->key),
			    GUINT_TO_POINTER(handle));
}

void tcp_pairing_moved(TcpTracker *tracker, const TcpConnection *conn, uint32_t from, uint32_t to)
{
	if (!tracker->halves || !conn->key.encap)
		return;
	gpointer tuple = tuple_of(tracker, &conn->key);

	if (g_hash_table_lookup(tracker->halves, tuple) == GUINT_TO_POINTER(from))
		g_hash_table_insert(tracker->halves, tuple, GUINT_TO_POINTER(to));
}

void tcp_pairing_forget(TcpTracker *tracker, TcpConnection *conn, uint32_t handle)
{
	gpointer tuple = tuple_of(tracker, &conn->key);

	if (tracker->halves &&
	    g_hash_table_lookup(tracker->halves, tuple) == GUINT_TO_POINTER(handle))
		g_hash_table_remove(tracker->halves, tuple);
	if (!tcp_aside(conn)->alias)
		return;
	TcpConnection *alias = slab_get(tracker->slab, conn->aside->alias);
	flow_table_remove(tracker->table, alias->hash, conn->aside->alias);
	g_free(alias->aside);
	slab_free_item(tracker->slab, conn->aside->alias);
	conn->aside->alias = 0;
}

static bool near(TcpSeq a, TcpSeq b)
{
	int32_t d = tcp_seq_diff(a, b);

	return d >= -FITS_WITHIN && d <= FITS_WITHIN;
}

/* It goes the way that was never seen, and its numbers answer those that were. */
static bool answers(const TcpConnection *conn, unsigned end, const Segment *seg)
{
	ShakedownSideId side = tcp_conn_side(conn, end);
	const TcpSide *s = &conn->side[side], *r = &conn->side[tcp_other(side)];
	bool ack = seg->flags & TCP_ACK;

	if (tcp_side_has(s, TCP_SIDE_SEEN) || !tcp_side_has(r, TCP_SIDE_SPACE))
		return false;
	if (ack && !near(seg->ack, r->snd_nxt))
		return false;
	if (tcp_side_has(r, TCP_SIDE_ACKED) && !near(seg->seq, r->rcv_nxt))
		return false;
	return ack || tcp_side_has(r, TCP_SIDE_ACKED);
}

/* Its very SYN, seen again some hops further: two connections of one four-tuple do not choose the
 * same number (RFC 9293 §3.4.1) at the same moment. With as many hops it may be a generator's. */
static bool goes_on(const TcpConnection *conn, unsigned end, const Segment *seg)
{
	const TcpSide *c = &conn->side[SHAKEDOWN_CLIENT];
	ShakedownDuration since = seg->time - conn->syn_last;

	return (seg->flags & (TCP_SYN | TCP_ACK | TCP_RST | TCP_FIN)) == TCP_SYN &&
	       end == conn->client_end && tcp_side_has(c, TCP_SIDE_SYN_SEEN) &&
	       seg->ttl != c->ttl[0] && tcp_seq_eq(c->isn, seg->seq) && since >= 0 &&
	       since <= GOES_ON_WITHIN;
}

TcpConnection *tcp_pairing_adopt(TcpTracker *tracker, const TcpLookup *lookup, const Segment *seg)
{
	uint32_t handle = 0;

	if (tracker->halves)
		handle = GPOINTER_TO_UINT(
			g_hash_table_lookup(tracker->halves, tuple_of(tracker, &lookup->key)));
	if (!handle && lookup->key.encap) {
		/* The other direction may be bare. */
		FlowKey bare = lookup->key;

		bare.encap = 0;
		handle = flow_table_find(tracker->table, &bare,
					 flow_table_hash(tracker->table, &bare));
	}
	if (!handle)
		return NULL;
	TcpConnection *conn = tcp_unfold(tracker, &handle);
	if (tcp_aside(conn)->alias_of || tcp_aside(conn)->alias ||
	    !same_tuple(&conn->key, &lookup->key) ||
	    !(answers(conn, lookup->end, seg) || goes_on(conn, lookup->end, seg))) {
		tcp_folded_return(tracker, conn, handle);
		return NULL;
	}
	uint32_t alias_handle = slab_alloc(tracker->slab);
	TcpConnection *alias = slab_get(tracker->slab, alias_handle);
	alias->key = lookup->key;
	alias->hash = lookup->hash;
	tcp_aside_make(alias)->alias_of = handle;
	tcp_aside_make(conn)->alias = alias_handle;
	flow_table_insert(tracker->table, lookup->hash, alias_handle);
	return conn;
}
