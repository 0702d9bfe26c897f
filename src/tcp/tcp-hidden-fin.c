/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * FINs that were not captured, or were not taken where they stand, and that acknowledgments tell
 * of: a FIN takes one sequence number, and nothing lies beyond it.
 */
#include "tcp/tcp-space.h"
#include "tcp/tcp-tracker-private.h"

/* Bytes a packet of who sends single ones, acknowledgments included. */
#define BYTEWISE_MOST 8

/* … and had been counted as one that is missing. */
static void was_no_byte(TcpConnection *conn, ShakedownSideId side)
{
	if (tcp_aside(conn)->side[side].missing)
		tcp_aside_side(conn, side)->missing--;
}

void tcp_hidden_fin(TcpStep *step, ShakedownSideId side)
{
	TcpConnection *conn = step->conn;
	ShakedownSideId other = tcp_other(side);
	TcpSide *s = &conn->side[side];

	if (!tcp_side_has(s, TCP_SIDE_LIKELY_FIN))
		was_no_byte(conn, side);
	s->flags = ((s->flags | TCP_SIDE_SENT_FIN | TCP_SIDE_HIDDEN_FIN) &
		    ~(TCP_SIDE_MAYBE_FIN | TCP_SIDE_LIKELY_FIN));
	tcp_note_fin(step, side);
	tcp_believe(step, side, TCP_SENDS_FIN, SHAKEDOWN_EVIDENCE_CONFIRMED);
	tcp_believe(step, other, TCP_GETS_FIN, SHAKEDOWN_EVIDENCE_CONFIRMED);
	tcp_confirm(step, side, TCP_SENDS_FIN);
	tcp_confirm(step, other, TCP_GETS_FIN);
	step->note = "a FIN was not captured, but was acknowledged";
}

/* Its latest FIN lay out of window, and is acknowledged: the capture had lost what came before it.
 */
static void suspected_fin(TcpStep *step)
{
	ShakedownSideId other = tcp_other(step->from);
	TcpSide *r = &step->conn->side[other];
	const TcpAsideSide *aside = &tcp_aside(step->conn)->side[other];

	if (!tcp_side_has(r, TCP_SIDE_SUSPECT) || tcp_side_has(r, TCP_SIDE_SENT_FIN) ||
	    !aside->suspect_fin || !tcp_seq_eq(step->seg->ack, aside->suspect) ||
	    !tcp_seq_eq(step->seg->ack, r->snd_nxt))
		return;
	r->fin = tcp_seq_add(aside->suspect, UINT32_MAX);
	tcp_count(&r->fins);
	tcp_hidden_fin(step, other);
	step->note = "a FIN that had seemed to lie out of window is acknowledged";
}

/* One number beyond all that was captured of the other, and its direction is not captured at all:
 * in answer to a FIN that can only be its own FIN. */
static void answered_fin(TcpStep *step)
{
	TcpConnection *conn = step->conn;
	ShakedownSideId other = tcp_other(step->from);
	const TcpSide *s = &conn->side[step->from];
	TcpSide *r = &conn->side[other];

	if (!tcp_side_has(r, TCP_SIDE_MAYBE_FIN) || tcp_side_has(r, TCP_SIDE_SEEN) ||
	    !tcp_side_has(s, TCP_SIDE_SENT_FIN) || r->state != SHAKEDOWN_TCP_CLOSE_WAIT)
		return;
	/* It closed after it had got the FIN, so that its own came with the acknowledgment. */
	r->rcv_nxt = tcp_seq_add(s->fin, 1);
	r->flags |= TCP_SIDE_ACKED;
	tcp_believe(step, step->from, TCP_GETS_ACK_OF_FIN, SHAKEDOWN_EVIDENCE_CONFIRMED);
	tcp_hidden_fin(step, other);
}

/* One number of it was acknowledged, not captured, and nothing lies beyond it. */
static bool ends_in_a_gap(const TcpSide *s)
{
	return tcp_side_has(s, TCP_SIDE_MAYBE_FIN) &&
	       tcp_seq_eq(s->snd_nxt, tcp_seq_add(s->fin, 1));
}

/* It had sent its FIN when it first acknowledged the other's: they crossed. */
static bool fin_crossed(const TcpConnection *conn, ShakedownSideId side)
{
	const TcpSide *s = &conn->side[side], *r = &conn->side[tcp_other(side)];
	const TcpAsideSide *aside = &tcp_aside(conn)->side[side];

	return tcp_side_has(s, TCP_SIDE_JUMPED) && tcp_side_has(r, TCP_SIDE_SENT_FIN) &&
	       !tcp_side_has(r, TCP_SIDE_HIDDEN_FIN) && tcp_seq_eq(aside->jump_seq, s->snd_nxt) &&
	       tcp_seq_lt(r->fin, aside->jump_ack);
}

/* A bare ACK from beyond its sender's FIN (or a gap as long as one) is the last segment of a
 * connection: the one number that it acknowledges and that the capture has lost is the other's FIN.
 * Should more come, tcp_hidden_fin_refuted(). */
static void last_ack_of_hidden_fin(TcpStep *step)
{
	TcpConnection *conn = step->conn;
	ShakedownSideId other = tcp_other(step->from);
	TcpSide *s = &conn->side[step->from], *r = &conn->side[other];
	TcpSeq fin = tcp_seq_add(step->seg->seq, UINT32_MAX);
	bool sent_fin = tcp_side_has(s, TCP_SIDE_SENT_FIN);

	if (!ends_in_a_gap(r) || !tcp_side_has(r, TCP_SIDE_SEEN) || step->seg->payload_len ||
	    (step->seg->flags & TCP_FIN))
		return;
	if (sent_fin || ends_in_a_gap(s) ? !tcp_seq_eq(s->fin, fin)
					 : !tcp_space_leapt_one(conn, step->from, step->seg->seq))
		return;
	if (!sent_fin) {
		s->fin = fin;
		tcp_hidden_fin(step, step->from);
	}
	bool crossed = fin_crossed(conn, other);

	r->rcv_nxt = tcp_seq_max(r->rcv_nxt, step->seg->seq);
	if (crossed) {
		conn->flags |= TCP_CONN_CROSSED;
		tcp_take_back(step, other, TCP_GETS_FIN);
	} else {
		tcp_confirm(step, other, TCP_GETS_FIN);
	}
	tcp_confirm(step, step->from, TCP_GETS_ACK_OF_FIN);
	tcp_believe(step, step->from, TCP_GETS_ACK_OF_FIN, SHAKEDOWN_EVIDENCE_CONFIRMED);
	tcp_hidden_fin(step, other);
	if (crossed)
		tcp_believe(step, other, TCP_GETS_FIN, SHAKEDOWN_EVIDENCE_CONFIRMED);
}

/* Who sends single bytes sends more of them. */
static bool bytewise(const TcpSide *s)
{
	return tcp_side_has(s, TCP_SIDE_BYTEWISE) ||
	       (s->bytes && s->bytes / BYTEWISE_MOST < s->packets);
}

/* One number more is acknowledged than was captured, by no more than an ACK or by what is longer
 * than a single byte's echo: that is a FIN or a byte. Most often it is a FIN, for who sends single
 * bytes sends more of them; then that is taken back. */
static void likely_fin(TcpStep *step)
{
	TcpConnection *conn = step->conn;
	ShakedownSideId other = tcp_other(step->from);
	TcpSide *r = &conn->side[other];

	if (!tcp_side_has(r, TCP_SIDE_MAYBE_FIN) || step->seg->payload_len == 1 ||
	    (step->seg->flags & TCP_FIN) || tcp_side_has(r, TCP_SIDE_LIKELY_FIN) || bytewise(r) ||
	    !tcp_seq_eq(step->seg->ack, tcp_seq_add(r->fin, 1)) ||
	    r->state != SHAKEDOWN_TCP_ESTABLISHED ||
	    conn->side[step->from].state != SHAKEDOWN_TCP_ESTABLISHED)
		return;
	r->flags |= TCP_SIDE_LIKELY_FIN;
	was_no_byte(conn, other);
	tcp_believe(step, other, TCP_SENDS_FIN, SHAKEDOWN_EVIDENCE_DELIVERED);
	tcp_believe(step, step->from, TCP_GETS_FIN, SHAKEDOWN_EVIDENCE_DELIVERED);
	tcp_believe(step, other, TCP_GETS_ACK_OF_FIN, SHAKEDOWN_EVIDENCE_DELIVERED);
	step->note = "acknowledges a FIN that was not captured, or a single byte";
}

void tcp_ack_of_hidden_fin(TcpStep *step)
{
	suspected_fin(step);
	answered_fin(step);
	last_ack_of_hidden_fin(step);
	likely_fin(step);
}

/* Where the other has closed, it was the first. */
static void take_back_fin(TcpStep *step, ShakedownSideId side)
{
	ShakedownSideId other = tcp_other(side);

	tcp_take_back(step, side, TCP_SENDS_FIN);
	tcp_take_back(step, other, TCP_GETS_FIN);
	step->note = "what had seemed to be its FIN was data";
	if (!tcp_side_has(&step->conn->side[other], TCP_SIDE_SENT_FIN))
		return;
	tcp_believe(step, other, TCP_SENDS_FIN, SHAKEDOWN_EVIDENCE_SENT);
	tcp_believe(step, side, TCP_GETS_FIN, SHAKEDOWN_EVIDENCE_DELIVERED);
}

void tcp_forget_fin(TcpStep *step, ShakedownSideId side)
{
	TcpConnection *conn = step->conn;
	ShakedownSideId other = tcp_other(side);
	TcpSide *s = &conn->side[side];
	bool other_closed = tcp_side_has(&conn->side[other], TCP_SIDE_SENT_FIN);

	s->flags &= ~(uint32_t)(TCP_SIDE_SENT_FIN | TCP_SIDE_HIDDEN_FIN);
	s->fins = 0;
	conn->flags &= ~(uint32_t)TCP_CONN_FINS_ACKED;
	tcp_closing_make(conn, step->tracker->closing)->fin_time[side] = 0;
	if (conn->first_fin == (int8_t)side)
		conn->first_fin = other_closed ? (int8_t)other : -1;
	if (conn->teardown_first == (int8_t)side)
		conn->teardown_first = conn->first_fin;
}

/* What had seemed to be that side's FIN was data. */
static void no_hidden_fin(TcpStep *step, ShakedownSideId side)
{
	tcp_aside_side(step->conn, side)->missing++;
	tcp_forget_fin(step, side);
	take_back_fin(step, side);
}

static void no_likely_fin(TcpStep *step, ShakedownSideId side)
{
	TcpSide *s = &step->conn->side[side];

	tcp_aside_side(step->conn, side)->missing++;
	s->flags = (s->flags | TCP_SIDE_BYTEWISE) & ~(uint32_t)TCP_SIDE_LIKELY_FIN;
	take_back_fin(step, side);
}

/* That side sends, or is acknowledged, up to there. */
static void refute(TcpStep *step, ShakedownSideId side, TcpSeq end)
{
	const TcpSide *s = &step->conn->side[side];

	if (!(s->flags & (TCP_SIDE_HIDDEN_FIN | TCP_SIDE_LIKELY_FIN)) ||
	    tcp_seq_leq(end, tcp_seq_add(s->fin, 1)))
		return;
	if (tcp_side_has(s, TCP_SIDE_LIKELY_FIN))
		no_likely_fin(step, side);
	else
		no_hidden_fin(step, side);
}

void tcp_hidden_fin_refuted(TcpStep *step)
{
	refute(step, step->from, segment_seq_end(step->seg));
	if (step->seg->flags & TCP_ACK)
		refute(step, tcp_other(step->from), step->seg->ack);
}
