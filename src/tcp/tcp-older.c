/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * While a connection opens, the one before on its four-tuple may still speak, and an end that has
 * forgotten it answers. RFC 9293 §3.5 figures 9 and 10, §3.10.7.4 (TIME-WAIT).
 */
#include "tcp/tcp-older.h"

#include "tcp/tcp-pending.h"
#include "tcp/tcp-tracker-private.h"

/* For so long what the older connection said last may be on its way, and be answered. */
#define ECHO_WITHIN (INT64_C(1100) * 1000 * 1000)
/* Whoever opens and resets without end shall not make each of its segments dearer. */
#define ATTEMPTS_MOST 8

/* While the next connection opens, the one before may still speak: challenge ACKs and the RSTs
 * that answer them, late segments, an ACK from TIME-WAIT. */
static bool belongs_to_older(const TcpConnection *conn, const TcpConnection *older,
			     ShakedownSideId side, const Segment *seg)
{
	const TcpSide *s = &conn->side[side], *r = &conn->side[tcp_other(side)];
	/* The same end may have the other role in the older one. */
	ShakedownSideId old_side = conn->client_end == older->client_end ? side : tcp_other(side);
	const TcpSide *old_r = &older->side[tcp_other(old_side)];
	/* … or the answer was not captured. */
	bool answered = conn->syn_ack_first || tcp_conn_has(conn, TCP_CONN_THIRD_ACK);

	if (((seg->flags & TCP_SYN) && !(seg->flags & TCP_ACK)) ||
	    tcp_conn_has(conn, TCP_CONN_MIDSTREAM))
		return false;
	/* What was refused has nothing to say but that, once more. */
	if (tcp_conn_has(older, TCP_CONN_REFUSED) && !(seg->flags & TCP_RST))
		return false;
	if (tcp_side_has(s, TCP_SIDE_SENT_SYN)) {
		/* From the one who opens: before SYN,ACK has come it can only answer the old; an
		 * RST that has the old number goes on to do that for as long as such are on their
		 * way. */
		if (answered)
			return (seg->flags & TCP_RST) && tcp_side_has(old_r, TCP_SIDE_ACKED) &&
			       tcp_seq_eq(seg->seq, old_r->rcv_nxt) &&
			       !tcp_seq_eq(seg->seq, r->rcv_nxt) &&
			       !tcp_seq_eq(seg->seq, s->snd_nxt) &&
			       seg->time - older->end < ECHO_WITHIN;
		if (!(seg->flags & TCP_RST) && tcp_seq_eq(seg->seq, s->snd_nxt))
			return false;
		return !(seg->flags & TCP_RST) || (tcp_side_has(old_r, TCP_SIDE_ACKED) &&
						   tcp_seq_eq(seg->seq, old_r->rcv_nxt));
	}
	if (answered)
		return false;
	if (tcp_pending_is_answered_by(conn, side, seg))
		return false;
	/* From the other: whatever does not answer the new SYN, nor the one that waits, … */
	if (!(seg->flags & TCP_ACK) || !tcp_side_has(r, TCP_SIDE_ISN_KNOWN) ||
	    !tcp_side_sent_before(r, seg->ack))
		return true;
	/* … and what it had said already: the new number may lie just below the old one's end. */
	return !(seg->flags & (TCP_SYN | TCP_RST)) && !seg->payload_len &&
	       tcp_seq_eq(seg->seq, older->side[old_side].snd_nxt) &&
	       tcp_seq_eq(seg->ack, older->side[old_side].rcv_nxt);
}

TcpConnection *tcp_older_speaks(TcpTracker *tracker, TcpConnection *conn, unsigned end,
				const Segment *seg)
{
	TcpConnection *found = NULL, *c = conn, *older;

	for (unsigned back = 0; c->older && back < ATTEMPTS_MOST; c = older, back++) {
		ShakedownSideId side = tcp_conn_side(c, end);

		older = slab_get(tracker->slab, c->older);
		if (belongs_to_older(c, older, side, seg)) {
			found = older;
			/* What was refused is refused once more, and says nothing else. */
			if (tcp_conn_has(older, TCP_CONN_REFUSED))
				break;
			continue;
		}
		/* An RST from the one who opens may be of an earlier one yet. */
		if (!(seg->flags & TCP_RST) || !tcp_side_has(&c->side[side], TCP_SIDE_SENT_SYN) ||
		    c->syn_ack_first)
			break;
	}
	return found;
}

bool tcp_older_answers_syn(const TcpStep *step)
{
	const TcpSide *r = &step->conn->side[tcp_other(step->from)];
	const Segment *seg = step->seg;
	uint32_t stamp[2];

	return !tcp_side_has(&step->conn->side[step->from], TCP_SIDE_SPACE) &&
	       r->state == SHAKEDOWN_TCP_SYN_SENT && !seg->payload_len &&
	       !(seg->flags & (TCP_SYN | TCP_FIN | TCP_RST)) &&
	       !tcp_options_timestamps(seg, &stamp[0], &stamp[1]);
}

bool tcp_older_answers_below(const TcpStep *step)
{
	const TcpSide *s = &step->conn->side[step->from];
	const TcpSide *r = &step->conn->side[tcp_other(step->from)];

	return r->state == SHAKEDOWN_TCP_SYN_SENT && tcp_side_has(r, TCP_SIDE_SYN_SEEN) &&
	       !tcp_side_has(s, TCP_SIDE_SENT_SYN) && !tcp_side_has(s, TCP_SIDE_SPACE) &&
	       (step->seg->flags & TCP_ACK) && tcp_seq_leq(step->seg->ack, r->isn);
}
