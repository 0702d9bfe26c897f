/* SPDX-License-Identifier: BSD-3-Clause */
/* What an RST tells of what its sender had got, and had not, when it sent it. */
#include "decode/tcp-options.h"
#include "tcp/tcp-repetition.h"
#include "tcp/tcp-tracker-private.h"

/* What was on its way to it when it sent the RST: a leg has not passed since (or most of it, as a
 * host may answer faster than it did in the handshake). */
bool tcp_reset_crosses(const TcpStep *step, const TcpBelief *b)
{
	return b && b->evidence == SHAKEDOWN_EVIDENCE_DELIVERED &&
	       step->time - b->time < tcp_leg(step->conn, step->from) * 3 / 4;
}

/* It acknowledges the other's SYN from behind its own: an endpoint that is not synchronized resets
 * without ACK, or with its SYN's number (§3.5.2). A listener that still asks for the third ACK may
 * be one that resets what it gives up; by RFC 7413 a program has the connection, and may abort it,
 * before that ACK. */
bool tcp_reset_shows_synchronized(const TcpStep *step)
{
	const TcpConnection *conn = step->conn;
	const TcpSide *s = &conn->side[step->from], *r = &conn->side[tcp_other(step->from)];
	const Segment *seg = step->seg;
	bool seen = tcp_side_has(r, TCP_SIDE_SEEN);

	if (!(seg->flags & TCP_ACK) || tcp_answers_repetition(step->conn, step->from, step->seg) ||
	    !tcp_side_has(s, TCP_SIDE_SYN_SEEN) || !tcp_side_has(r, TCP_SIDE_ISN_KNOWN) ||
	    (seen && !tcp_side_has(r, TCP_SIDE_SYN_SEEN)) || !tcp_seq_lt(s->isn, seg->seq) ||
	    !tcp_seq_lt(r->isn, seg->ack) ||
	    tcp_seq_diff(seg->seq, s->snd_nxt) > tcp_window_of(r) ||
	    tcp_seq_diff(seg->ack, r->snd_nxt) > (seen ? 0 : tcp_window_of(s)))
		return false;
	if (tcp_conn_has(conn, TCP_CONN_FAST_OPEN) &&
	    (s->state == SHAKEDOWN_TCP_SYN_RECEIVED ||
	     tcp_reset_crosses(step,
			       tcp_beliefs_by(&conn->beliefs, step->from, TCP_GETS_ACK_OF_SYN))))
		return false;
	return tcp_side_has(s, TCP_SIDE_SENT_SYN) || s->syns == 1;
}

/* §3.10.7.1: it has closed, and answers a segment from before the ACK of its FIN, as the number
 * that was acknowledged to it there counts no FIN. */
bool tcp_reset_answers_old_segment(const TcpStep *step)
{
	const TcpSide *s = &step->conn->side[step->from];
	TcpSeq seq = step->seg->seq;

	return !(step->seg->flags & TCP_ACK) &&
	       tcp_side_has(s, TCP_SIDE_SENT_FIN | TCP_SIDE_ISN_KNOWN) && tcp_seq_lt(s->isn, seq) &&
	       tcp_seq_leq(seq, s->fin);
}

/* What closes for good in FIN-WAIT-1 does that with the first data that comes, and the ACK of its
 * FIN comes behind it. */
static bool closed_before(const TcpStep *step, const TcpBelief *acked)
{
	return tcp_reset_answers_old_segment(step) && acked &&
	       acked->evidence == SHAKEDOWN_EVIDENCE_DELIVERED &&
	       acked->state == SHAKEDOWN_TCP_FIN_WAIT_2 &&
	       step->time - acked->time <= tcp_leg(step->conn, step->from) * 2;
}

/* §3.10.7.1: it answers the ACK of its FIN itself, the last segment that was sent to it, with the
 * number that has there: then it was closed when that came. In FIN-WAIT-2 it may as well answer
 * data that was not captured, unless it had reset before. */
static bool answers_ack_of_fin(const TcpStep *step, const TcpBelief *acked)
{
	const TcpConnection *conn = step->conn;
	const TcpSide *s = &conn->side[step->from], *r = &conn->side[tcp_other(step->from)];

	return acked && acked->evidence == SHAKEDOWN_EVIDENCE_DELIVERED &&
	       !(step->seg->flags & TCP_ACK) &&
	       tcp_seq_eq(step->seg->seq, tcp_seq_add(s->fin, 1)) && r->last == acked->time &&
	       tcp_side_has(r, TCP_SIDE_BARE_ACK) &&
	       (acked->state != SHAKEDOWN_TCP_FIN_WAIT_2 || tcp_side_has(s, TCP_SIDE_SENT_RST)) &&
	       step->time - acked->time <= tcp_leg(conn, step->from) * 2 + TCP_BUSY;
}

/* It acknowledges more than before, which was sent behind that ACK of its FIN, and bore it as well.
 */
static bool acknowledges_later(const TcpStep *step, const TcpBelief *acked)
{
	const TcpSide *s = &step->conn->side[step->from],
		      *r = &step->conn->side[tcp_other(step->from)];

	return acked && (step->seg->flags & TCP_ACK) && r->last > acked->time &&
	       tcp_side_has(s, TCP_SIDE_ACKED) && tcp_seq_lt(s->rcv_nxt, step->seg->ack) &&
	       tcp_seq_leq(step->seg->ack, r->snd_nxt);
}

/* RFC 7323 §4.3: who has acknowledged all data echoes the stamp of the latest segment that came. */
static bool echoes(const TcpStep *step, const TcpSide *r, int32_t *behind)
{
	const TcpSide *s = &step->conn->side[step->from];
	uint32_t tsval, tsecr;

	if (!(step->seg->flags & TCP_ACK) || !tcp_side_has(r, TCP_SIDE_TIMESTAMPS) ||
	    !tcp_side_has(s, TCP_SIDE_ACKED) || !tcp_seq_eq(s->rcv_nxt, r->snd_nxt) ||
	    !tcp_options_timestamps(step->seg, &tsval, &tsecr))
		return false;
	*behind = (int32_t)(r->tsval - tsecr);
	/* The clock has not ticked since what it had echoed before: then that tells nothing. */
	return *behind || !tcp_side_has(s, TCP_SIDE_ECHOES) || s->ts_recent != tsecr;
}

/* That ACK came later than its RST was sent: by the stamp that it echoes, or else by the time. What
 * comes while data waits to be acknowledged leaves no stamp. */
static bool lacks_ack_of_fin(const TcpStep *step, const TcpBelief *acked)
{
	const TcpSide *s = &step->conn->side[step->from],
		      *r = &step->conn->side[tcp_other(step->from)];
	int32_t behind;

	if (!acked || acked->evidence != SHAKEDOWN_EVIDENCE_DELIVERED)
		return false;
	if (echoes(step, r, &behind)) {
		if (behind <= 0)
			return false;
		if (r->last == acked->time && s->last < acked->time)
			return true;
	}
	return tcp_reset_crosses(step, acked);
}

/* §3.10.7.1: it is closed, and answers what the other has sent behind the ACK of its FIN with the
 * number that has: so it had got that ACK, too. */
static bool answers_behind_ack_of_fin(const TcpStep *step, const TcpBelief *acked)
{
	const TcpSide *s = &step->conn->side[step->from],
		      *r = &step->conn->side[tcp_other(step->from)];

	return acked && acked->state == SHAKEDOWN_TCP_CLOSED && !(step->seg->flags & TCP_ACK) &&
	       tcp_side_has(s, TCP_SIDE_SENT_FIN) && !tcp_side_has(s, TCP_SIDE_SENT_RST) &&
	       tcp_seq_eq(step->seg->seq, tcp_seq_add(s->fin, 1)) && r->last > acked->time;
}

/* Its RST shows what it had not got: a FIN that it does not acknowledge or answers by RST, and what
 * came with that; and what had no time to get there. */
void tcp_take_back_not_received(TcpStep *step)
{
	TcpConnection *conn = step->conn;
	const Segment *seg = step->seg;
	const TcpSide *r = &conn->side[tcp_other(step->from)];
	const TcpBelief *got = tcp_beliefs_by(&conn->beliefs, step->from, TCP_GETS_FIN);
	const TcpBelief *acked = tcp_beliefs_by(&conn->beliefs, step->from, TCP_GETS_ACK_OF_FIN);
	const TcpBelief *opened = tcp_beliefs_by(&conn->beliefs, step->from, TCP_GETS_ACK_OF_SYN);
	bool no_fin = got && got->evidence == SHAKEDOWN_EVIDENCE_DELIVERED &&
		      tcp_side_has(r, TCP_SIDE_SENT_FIN) &&
		      (!(seg->flags & TCP_ACK) || tcp_seq_leq(seg->ack, r->fin) ||
		       tcp_answers_repetition(step->conn, step->from, step->seg));
	bool no_ack = (lacks_ack_of_fin(step, acked) && !answers_behind_ack_of_fin(step, acked)) ||
		      closed_before(step, acked) || answers_ack_of_fin(step, acked) ||
		      (no_fin && acked && acked->evidence == SHAKEDOWN_EVIDENCE_DELIVERED &&
		       acked->frame == got->frame && !acknowledges_later(step, acked));
	bool no_open = tcp_reset_crosses(step, opened) && !tcp_reset_shows_synchronized(step);

	if (no_fin)
		tcp_take_back(step, step->from, TCP_GETS_FIN);
	if (no_ack)
		tcp_take_back(step, step->from, TCP_GETS_ACK_OF_FIN);
	if (no_open)
		tcp_take_back(step, step->from, TCP_GETS_ACK_OF_SYN);
}
