/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which connection a segment belongs to. A four-tuple is used again and again: by its sequence
 * numbers a segment belongs to the present connection on it, to the one before, or it begins the
 * next. RFC 9293 §3.6.1, RFC 6191.
 */
#include "tcp/tcp-conn-log.h"
#include "tcp/tcp-folded.h"
#include "tcp/tcp-older.h"
#include "tcp/tcp-outcome.h"
#include "tcp/tcp-pairing.h"
#include "tcp/tcp-pending.h"
#include "tcp/tcp-space.h"
#include "tcp/tcp-tracker-private.h"

#include <glib.h>

/* A client that resets what came of an old duplicate sends (or has sent) its real SYN within that.
 */
#define OLD_DUPLICATE_WITHIN (INT64_C(1100) * 1000 * 1000)
/* Another SYN while the first is unanswered: within that it may have overtaken, or be an old one.
 */
#define BESIDE_WITHIN (INT64_C(3) * SHAKEDOWN_NS_PER_S)
/* No device that captures or carries a SYN twice takes so long. */
#define SYN_COPY_WITHIN (INT64_C(100) * 1000 * 1000)

/* Who is the server, where no SYN tells: RFC 6335's system ports, or the lower one. */
static ShakedownRoleBasis guess_roles(const Segment *seg, unsigned end, uint8_t *client_end)
{
	/* With RST it opens nothing. */
	bool syn = (seg->flags & (TCP_SYN | TCP_RST)) == TCP_SYN;

	if (seg->kind == SEGMENT_TCP && syn && !(seg->flags & TCP_ACK)) {
		*client_end = (uint8_t)end;
		return SHAKEDOWN_ROLE_SYN;
	}
	/* §3.10.7.1: RST,ACK with number 0 answers a segment without ACK, that is a SYN. */
	if (syn ||
	    ((seg->flags & (TCP_RST | TCP_ACK)) == (TCP_RST | TCP_ACK) && seg->seq.value == 0)) {
		*client_end = (uint8_t)(end ^ 1);
		return SHAKEDOWN_ROLE_SYN_ACK;
	}
	if (seg->src_port != seg->dst_port) {
		*client_end = (uint8_t)(seg->src_port > seg->dst_port ? end : end ^ 1);
		return SHAKEDOWN_ROLE_PORTS;
	}
	*client_end = (uint8_t)end;
	return SHAKEDOWN_ROLE_FIRST_PACKET;
}

TcpConnection *tcp_connection_open(TcpTracker *tracker, const FlowKey *key, uint32_t hash,
				   const Segment *seg, unsigned end, TcpConnection *older)
{
	uint32_t handle = slab_alloc(tracker->slab);
	TcpConnection *conn = slab_get(tracker->slab, handle);

	conn->key = *key;
	conn->hash = hash;
	conn->id = ++tracker->next_id;
	conn->start = conn->end = seg->time;
	conn->first_frame = conn->last_frame = seg->frame;
	conn->encap = encap_table_intern(tracker->encaps, &seg->encap);
	conn->leg[0] = conn->leg[1] = SHAKEDOWN_DURATION_UNKNOWN;
	conn->teardown_first = conn->first_fin = conn->reset_by = -1;
	conn->side[0].wscale = conn->side[1].wscale = TCP_WSCALE_NONE;
	conn->role_basis = guess_roles(seg, end, &conn->client_end);
	if (conn->role_basis != SHAKEDOWN_ROLE_SYN && tcp_budget_has_cut(tracker))
		conn->flags |= TCP_CONN_LEFT_OVER;
	if (older) {
		uint32_t old = tcp_handle_of(tracker, older);

		conn->older = old;
		older->newer = handle;
		/* A SYN that waited on the older one to become the next has been overtaken. */
		tcp_pending_clear(older);
		flow_table_replace(tracker->table, hash, old, handle);
	} else {
		flow_table_insert(tracker->table, hash, handle);
	}
	tcp_pairing_remember(tracker, conn, handle);
	++*tcp_tracker_pair(tracker, conn);
	tracker->counts.connections++;
	tracker->counts.live_peak = MAX(tracker->counts.live_peak, tcp_tracker_live(tracker));
	ShakedownSideId side = tcp_conn_side(conn, end);
	TcpStep step;

	tcp_step_begin_segment(&step, tracker, conn, side, seg);
	tcp_emit(&step, TCP_EVENT_OPENED, side);
	return conn;
}

/* A SYN on a four-tuple that has a connection: is it that one's, or the next one's? */
typedef enum { SYN_OURS, SYN_NEXT, SYN_UNCLEAR } SynVerdict;

/* Its SYN again when all was over: the network's late copy, or its sender begins each connection
 * with that number, or a capture is played again. The answer tells. */
static bool may_open_alike(const TcpConnection *conn, ShakedownSideId side, const Segment *seg)
{
	return seg->time - conn->syn_last > SYN_COPY_WITHIN &&
	       tcp_side_has(&conn->side[side], TCP_SIDE_SYN_SEEN) && tcp_conn_gone(conn) &&
	       tcp_was_synchronized(conn, side) && tcp_was_synchronized(conn, tcp_other(side));
}

/* A SYN that was not captured was refused; this is no SYN captured behind its answer. */
static bool asks_again(const TcpConnection *conn, ShakedownSideId side, const Segment *seg)
{
	return tcp_conn_has(conn, TCP_CONN_REFUSED) &&
	       !tcp_side_has(&conn->side[side], TCP_SIDE_SYN_SEEN) &&
	       seg->time - conn->end > SYN_COPY_WITHIN;
}

/* It has asked twice by its timer, or anew behind an old duplicate: the SYN was its own, whatever
 * became of it. */
static bool has_asked_again(const TcpConnection *conn, ShakedownSideId side)
{
	const TcpMark *again = tcp_conn_latest_mark(conn, 1u << TCP_MARK_SYN, 1u << side);

	return tcp_side_has(&conn->side[side], TCP_SIDE_ANEW) ||
	       MAX(conn->syn_last, again ? again->time : 0) - conn->syn_first >=
		       TCP_SYN_TIMER_LEAST;
}

/* Its attempt was its own, and this number is a later one: it has given that up. An old duplicate
 * bears an earlier number. */
static bool tries_anew(const TcpConnection *conn, ShakedownSideId side, const Segment *seg)
{
	const TcpSide *s = &conn->side[side];

	return s->state == SHAKEDOWN_TCP_SYN_SENT && tcp_side_has(s, TCP_SIDE_SYN_SEEN) &&
	       has_asked_again(conn, side) && tcp_seq_lt(s->isn, seg->seq);
}

static SynVerdict judge_syn(const TcpConnection *conn, ShakedownSideId side, const Segment *seg)
{
	const TcpSide *s = &conn->side[side], *r = &conn->side[tcp_other(side)];
	bool opening = !tcp_conn_has(conn, TCP_CONN_THIRD_ACK) &&
		       !tcp_conn_has(conn, TCP_CONN_MIDSTREAM) &&
		       !tcp_side_has(r, TCP_SIDE_SENT_DATA);

	if (tcp_side_has(s, TCP_SIDE_ISN_KNOWN) && tcp_seq_eq(s->isn, seg->seq))
		return asks_again(conn, side, seg)	 ? SYN_NEXT
		       : may_open_alike(conn, side, seg) ? SYN_UNCLEAR
							 : SYN_OURS;
	/* §3.5 figure 7: both open at once. */
	if (opening && !tcp_side_has(s, TCP_SIDE_SYN_SEEN) && tcp_side_has(r, TCP_SIDE_SENT_SYN) &&
	    s->state == SHAKEDOWN_TCP_CLOSED && !tcp_conn_has(conn, TCP_CONN_REFUSED))
		return r->state == SHAKEDOWN_TCP_CLOSED ? SYN_NEXT : SYN_OURS;
	/* §3.5 figure 8: what it had reset was never its own. A reset from a synchronized state
	 * ended an attempt that was. */
	if (tcp_conn_has(conn, TCP_CONN_ABORTED) && side == SHAKEDOWN_CLIENT && opening &&
	    !tcp_was_synchronized(conn, side) && !has_asked_again(conn, side) &&
	    seg->time - tcp_aside(conn)->rst_time < OLD_DUPLICATE_WITHIN)
		return SYN_OURS;
	if (tcp_acked_without_syn(conn, side))
		return SYN_OURS;
	if (tcp_conn_gone(conn) || (opening && tries_anew(conn, side, seg)))
		return SYN_NEXT;
	return opening && !conn->syn_ack_first && seg->time - conn->start >= BESIDE_WITHIN
		       ? SYN_NEXT
		       : SYN_UNCLEAR;
}

/* The SYN that waits for its meaning has got it, if this segment takes it up. */
static bool takes_up_pending(const TcpConnection *conn, ShakedownSideId side, const Segment *seg)
{
	const TcpPendingSyn *p = tcp_aside(conn)->pending;
	const TcpSide *s = &conn->side[side];

	if (!p)
		return false;
	/* It goes on from that SYN itself; what answered it was not captured. */
	if (side == p->side && !(seg->flags & (TCP_SYN | TCP_RST)) && (seg->flags & TCP_ACK) &&
	    tcp_seq_eq(seg->seq, segment_seq_end(&p->seg)) && !tcp_seq_eq(seg->seq, s->snd_nxt))
		return true;
	if (!tcp_pending_is_answered_by(conn, side, seg))
		return false;
	/* An attempt that goes on: the answer may be to an old duplicate, tcp-open.c. Long after
	 * its last SYN it has been given up, and this is another. */
	if (conn->side[p->side].state == SHAKEDOWN_TCP_SYN_SENT &&
	    p->seg.time - conn->syn_last < BESIDE_WITHIN && !tcp_pending_begun_later(conn))
		return false;
	return tcp_pending_is_alike(conn) ||
	       !(tcp_side_has(s, TCP_SIDE_SYN_SEEN) && tcp_seq_eq(s->isn, seg->seq));
}

static void note_reuse(TcpTracker *tracker, TcpConnection *conn, ShakedownSideId side,
		       const Segment *seg)
{
	TcpStep step;

	tcp_step_begin_segment(&step, tracker, conn, side, seg);
	tcp_emit(&step, TCP_EVENT_REUSED, side);
	/* Whoever opens again has left TIME-WAIT behind. */
	tcp_believe(&step, side, TCP_SENDS_NEW_SYN, SHAKEDOWN_EVIDENCE_SENT);
}

/* The end that was called takes the new SYN: whatever it held of the old connection is gone. */
static void leave_behind(TcpTracker *tracker, TcpConnection *older, unsigned called,
			 const Segment *seg, ShakedownEvidence evidence)
{
	ShakedownSideId side = tcp_conn_side(older, called);
	TcpStep step;

	tcp_step_begin_segment(&step, tracker, older, side, seg);
	tcp_believe(&step, side, TCP_GETS_NEW_SYN, evidence);
	/* Where the SYN itself was not captured, this shows that it was sent. */
	tcp_believe(&step, tcp_other(side), TCP_SENDS_NEW_SYN, SHAKEDOWN_EVIDENCE_CONFIRMED);
}

/* The new SYN has been taken: its receiver says so, or its sender acknowledges that it did. */
static void note_taken(TcpTracker *tracker, TcpConnection *conn, ShakedownSideId from,
		       const Segment *seg)
{
	bool answers = (seg->flags & (TCP_ACK | TCP_RST)) == TCP_ACK;

	if (answers && conn->older && !conn->syn_ack_first)
		leave_behind(tracker, slab_get(tracker->slab, conn->older),
			     tcp_conn_end(conn, SHAKEDOWN_SERVER), seg,
			     from == SHAKEDOWN_SERVER ? SHAKEDOWN_EVIDENCE_SENT
						      : SHAKEDOWN_EVIDENCE_CONFIRMED);
}

static TcpConnection *route_syn(TcpTracker *tracker, TcpConnection *conn, ShakedownSideId *side,
				const Segment *seg)
{
	unsigned end = tcp_conn_end(conn, *side);
	const TcpPendingSyn *p = tcp_aside(conn)->pending;

	switch (judge_syn(conn, *side, seg)) {
	case SYN_OURS:
		return conn;
	case SYN_NEXT:
		note_reuse(tracker, conn, *side, seg);
		conn = tcp_connection_open(tracker, &conn->key, conn->hash, seg, end, conn);
		*side = SHAKEDOWN_CLIENT;
		return conn;
	case SYN_UNCLEAR:
		/* Again, and nothing from it in between: it has lost the old connection. */
		if (p && p->side == *side && tcp_seq_eq(p->seg.seq, seg->seq) &&
		    seg->time - p->seg.time >= TCP_SYN_TIMER_LEAST) {
			note_reuse(tracker, conn, *side, seg);
			*side = SHAKEDOWN_CLIENT;
			return tcp_promote(tracker, conn);
		}
		tcp_pending_set(conn, seg, *side);
		return conn;
	}
	return conn;
}

void tcp_lookup_of(TcpTracker *tracker, TcpLookup *lookup, const Segment *seg)
{
	uint32_t encap = seg->encap.len ? encap_table_intern(tracker->encaps, &seg->encap) : 0;
	uint32_t identity = encap ? encap_table_identity(tracker->encaps, encap) : 0;

	lookup->hash = flow_key_hash_of(&lookup->key, seg, identity, &tracker->table->secret,
					&lookup->end);
	lookup->hint = (FlowHint){0, 0};
}

/* Of LAST-ACK and CLOSING too it is known that the last ACK is all that they wait for: it may not
 * have been captured. */
static bool is_over(const TcpSide *s)
{
	return tcp_side_gone(s) || s->state == SHAKEDOWN_TCP_LAST_ACK ||
	       s->state == SHAKEDOWN_TCP_CLOSING;
}

/* A SYN,ACK of another number, to another SYN, where all was over or that direction is not
 * captured: so that SYN was not. */
static bool answers_unseen_syn(const TcpConnection *conn, ShakedownSideId side, const Segment *seg)
{
	const TcpSide *s = &conn->side[side], *r = &conn->side[tcp_other(side)];

	if (!tcp_side_has(s, TCP_SIDE_SYN_SEEN) || tcp_seq_eq(s->isn, seg->seq) ||
	    tcp_seq_eq(tcp_seq_add(r->isn, 1), seg->ack))
		return false;
	if (!tcp_side_has(r, TCP_SIDE_SEEN))
		return true;
	bool of_its_own = tcp_side_sent_before(r, seg->ack);
	return tcp_was_synchronized(conn, side) &&
	       (tcp_conn_gone(conn) || (!of_its_own && is_over(s) && is_over(r)));
}

/* The SYN was refused, and what comes has nothing to do with its number. */
#define REFUSED_NEAR (1 << 20)
static bool of_another_syn(const TcpConnection *conn, ShakedownSideId side, const Segment *seg)
{
	const TcpSide *c = &conn->side[SHAKEDOWN_CLIENT];

	if (!tcp_conn_has(conn, TCP_CONN_REFUSED) || conn->syn_ack_first ||
	    !tcp_side_has(c, TCP_SIDE_ISN_KNOWN))
		return false;
	int32_t ahead = tcp_seq_diff(side == SHAKEDOWN_CLIENT ? seg->seq : seg->ack, c->isn);
	return ahead < 0 || ahead > REFUSED_NEAR;
}

/* Where all was over, both go on from other numbers: of a connection whose opening was not
 * captured. */
static bool goes_on_unseen(TcpTracker *tracker, TcpConnection *conn, ShakedownSideId side,
			   const Segment *seg)
{
	TcpStep step;

	tcp_step_begin_segment(&step, tracker, conn, side, seg);
	return (seg->flags & (TCP_ACK | TCP_RST)) == TCP_ACK && is_over(&conn->side[0]) &&
	       is_over(&conn->side[1]) && !tcp_conn_has(conn, TCP_CONN_MIDSTREAM) &&
	       (tcp_was_synchronized(conn, side) ? tcp_space_is_elsewhere(&step)
						 : of_another_syn(conn, side, seg));
}

/* Where a segment belongs that begins something, or that may not be the present connection's. */
static TcpConnection *route_odd(TcpTracker *tracker, const TcpLookup *lookup, const Segment *seg,
				uint32_t handle, ShakedownSideId *side)
{
	unsigned end = lookup->end;
	TcpConnection *conn = handle ? tcp_unfold(tracker, &handle) : NULL;

	if (conn && tcp_aside(conn)->alias_of) {
		conn = slab_get(tracker->slab, conn->aside->alias_of);
		/* It stays with the connection that it was made for; the present one is the last.
		 */
		while (conn->newer)
			conn = slab_get(tracker->slab, conn->newer);
	}
	if (!conn && seg->kind == SEGMENT_TCP)
		conn = tcp_pairing_adopt(tracker, lookup, seg);
	if (!conn && seg->kind == SEGMENT_ICMP_ERROR)
		return NULL;
	bool first = !conn;

	if (first)
		conn = tcp_connection_open(tracker, &lookup->key, lookup->hash, seg, end, NULL);
	*side = tcp_conn_side(conn, end);
	if (first || seg->kind == SEGMENT_ICMP_ERROR)
		return conn;
	if (conn->older) {
		TcpConnection *older = tcp_older_speaks(tracker, conn, end, seg);
		if (older) {
			if (end != conn->client_end && !seg->payload_len &&
			    (seg->flags & (TCP_SYN | TCP_FIN | TCP_ACK | TCP_RST)) == TCP_ACK)
				conn->flags |= TCP_CONN_OLD_ANSWERED;
			*side = tcp_conn_side(older, end);
			return older;
		}
	}
	if (takes_up_pending(conn, *side, seg)) {
		const TcpPendingSyn *p = tcp_aside(conn)->pending;

		note_reuse(tracker, conn, p->side, &p->seg);
		conn = tcp_promote(tracker, conn);
		*side = tcp_conn_side(conn, end);
	}
	if ((seg->flags & TCP_SYN) && tcp_seq_eq(seg->seq, conn->side[SHAKEDOWN_CLIENT].isn))
		conn->flags &= ~(uint32_t)TCP_CONN_OLD_ANSWERED;
	note_taken(tracker, conn, *side, seg);
	if (!(seg->flags & TCP_SYN) && goes_on_unseen(tracker, conn, *side, seg)) {
		conn = tcp_connection_open(tracker, &conn->key, conn->hash, seg, end, conn);
		*side = tcp_conn_side(conn, end);
		return conn;
	}
	if ((seg->flags & (TCP_SYN | TCP_RST)) != TCP_SYN)
		return conn;
	if (!(seg->flags & TCP_ACK))
		return route_syn(tracker, conn, side, seg);
	if (answers_unseen_syn(conn, *side, seg)) {
		conn = tcp_connection_open(tracker, &conn->key, conn->hash, seg, end, conn);
		*side = SHAKEDOWN_SERVER;
		note_taken(tracker, conn, *side, seg);
	}
	return conn;
}

TcpConnection *tcp_route(TcpTracker *tracker, const TcpLookup *lookup, uint32_t found,
			 const Segment *seg, ShakedownSideId *side)
{
	if (found && !(found & SLAB_SMALL)) {
		TcpConnection *conn = slab_get(tracker->slab, found);

		/* Nearly always: what is asked in route_odd() is asked of these. */
		if (G_LIKELY(!conn->older && !conn->aside && !(seg->flags & TCP_SYN))) {
			*side = tcp_conn_side(conn, lookup->end);
			return conn;
		}
	}
	return route_odd(tracker, lookup, seg, found, side);
}
