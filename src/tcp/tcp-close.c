/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Closing: RFC 9293 §3.6 and §3.10.7.4, eighth.
 *
 * A FIN proves that its sender has closed; that it arrives shows only when it is acknowledged. A
 * FIN sent again shows that its sender has not got the acknowledgment, whether or not one has
 * passed.
 */
#include "tcp/tcp-space.h"
#include "tcp/tcp-tracker-private.h"

/* A copy, as whatever is believed next may move the journal; zeros, which were sent, for none. */
static TcpBelief belief_by(const TcpConnection *conn, ShakedownSideId side, TcpInput input)
{
	const TcpBelief *found = tcp_beliefs_by(&conn->beliefs, side, input);

	return found ? *found : (TcpBelief){.evidence = SHAKEDOWN_EVIDENCE_SENT};
}

static bool was_reset(const TcpConnection *conn, ShakedownSideId side)
{
	const TcpBelief *last = tcp_beliefs_last(&conn->beliefs, side);

	return last && last->input == TCP_GETS_RST;
}

/* Who gets the other's FIN behind its own may send its own again with the ACK, as BSD does. */
static bool acks_crossing_fin(const TcpStep *step)
{
	const TcpConnection *conn = step->conn;

	return tcp_conn_has(conn, TCP_CONN_CROSSED) && tcp_fin_acked(conn, tcp_other(step->from)) &&
	       !tcp_side_has(&conn->side[step->from], TCP_SIDE_BARE_ACK);
}

/* Then the ACK of the first has had no time to pass, and says nothing by its absence. */
static bool answers_crossing_fin(const TcpStep *step, const TcpBelief *got)
{
	return acks_crossing_fin(step) &&
	       step->time - got->time < tcp_leg(step->conn, tcp_other(step->from)) + TCP_BUSY;
}

/* … nor does it show that the ACK of its FIN was lost, which came no sooner than what it answers.
 */
static bool answers_before_ack(const TcpStep *step, const TcpBelief *acked)
{
	ShakedownTime fin = tcp_closing(step->conn)->fin_latest[tcp_other(step->from)];

	return acks_crossing_fin(step) && acked->time >= fin &&
	       step->time - fin < tcp_leg(step->conn, step->from) + TCP_BUSY;
}

/* The sender's FIN again: what rested on the acknowledgment of it is taken back. */
static void fin_again(TcpStep *step)
{
	TcpConnection *conn = step->conn;
	ShakedownSideId other = tcp_other(step->from);
	const TcpSide *r = &conn->side[other];
	TcpBelief acked = belief_by(conn, step->from, TCP_GETS_ACK_OF_FIN);
	TcpBelief got = belief_by(conn, other, TCP_GETS_FIN);

	/* It goes on closing, if a reset that should have ended it did not. */
	tcp_believe(step, step->from, TCP_SENDS_FIN, SHAKEDOWN_EVIDENCE_SENT);
	/* With data it is classed, and counted, by that. */
	if (step->seg->payload_len == 0) {
		step->segment_class = SHAKEDOWN_SEGMENT_RETRANSMISSION;
		tcp_aside_side(conn, step->from)->retransmissions++;
		tcp_measure_resent(step);
	}
	tcp_conn_mark(conn, TCP_MARK_FIN, step->from, step->seg);
	/* It answers a FIN at once with an ACK: no ACK, no FIN received, unless a reset came after
	 * it. */
	if (got.evidence == SHAKEDOWN_EVIDENCE_DELIVERED && !was_reset(conn, other) &&
	    !answers_crossing_fin(step, &got)) {
		tcp_take_back(step, other, TCP_GETS_FIN);
		if (tcp_fin_acked(conn, other))
			tcp_believe(step, other, TCP_GETS_ACK_OF_FIN, SHAKEDOWN_EVIDENCE_DELIVERED);
	}
	if (acked.evidence == SHAKEDOWN_EVIDENCE_DELIVERED &&
	    step->time - acked.time >= tcp_leg(conn, step->from) &&
	    !answers_before_ack(step, &acked)) {
		bool was_last = acked.state == SHAKEDOWN_TCP_CLOSED;

		tcp_take_back(step, step->from, TCP_GETS_ACK_OF_FIN);
		/* What it acknowledges itself it has got all the same: FIN-WAIT-1, then CLOSING. */
		if (tcp_fin_acked(conn, other))
			tcp_believe(step, step->from, TCP_GETS_FIN, SHAKEDOWN_EVIDENCE_CONFIRMED);
		step->note = "the ACK of its FIN did not arrive";
		/* Another may be under way: they have repeated themselves at once. */
		if (tcp_fin_acked(conn, step->from) &&
		    step->time - r->last < tcp_leg(conn, step->from))
			tcp_believe(step, step->from, TCP_GETS_ACK_OF_FIN,
				    SHAKEDOWN_EVIDENCE_DELIVERED);
		if (was_last) {
			conn->flags |= TCP_CONN_LAST_ACK_LOST;
			tcp_emit(step, TCP_EVENT_LAST_ACK_LOST, step->from);
		}
	}
	if (r->state == SHAKEDOWN_TCP_TIME_WAIT) {
		/* §3.10.7.4: acknowledge the retransmitted FIN and restart the 2 MSL timeout. */
		tcp_closing_make(conn, step->tracker->closing)->time_wait_since = step->time;
		tcp_emit(step, TCP_EVENT_TIME_WAIT_RESTARTED, other);
	}
}

/* A bare ACK from beyond the FIN has passed before: its first copy was lost on the way to the tap.
 * When that ACK was sent the other's FIN had just come, or had not; either way, they crossed. */
static bool sent_before(const TcpStep *step, TcpSeq fin)
{
	const TcpSide *s = &step->conn->side[step->from],
		      *r = &step->conn->side[tcp_other(step->from)];
	const TcpAsideSide *aside = &tcp_aside(step->conn)->side[step->from];

	return tcp_side_has(s, TCP_SIDE_JUMPED) &&
	       tcp_seq_eq(aside->jump_seq, tcp_seq_add(fin, 1)) &&
	       (tcp_seq_leq(aside->jump_ack, r->fin) || r->fins == 1);
}

/* The FIN is acknowledged already, and the other closed after it had got it: of the two this one
 * came first, though it is captured behind its answer. */
static bool answered_before(const TcpStep *step)
{
	const TcpConnection *conn = step->conn;
	const TcpBelief *got = tcp_beliefs_by(&conn->beliefs, tcp_other(step->from), TCP_GETS_FIN);

	return tcp_fin_acked(conn, step->from) && got && got->state == SHAKEDOWN_TCP_CLOSE_WAIT;
}

/* Figure 13: it had not got the other's FIN when it sent its own; they crossed. */
static void cross(TcpStep *step)
{
	if (!answered_before(step))
		step->conn->flags |= TCP_CONN_CROSSED;
}

/* It had closed before it got the other's FIN: ESTABLISHED, FIN-WAIT-1, CLOSING. */
static void take_back_order(TcpStep *step)
{
	cross(step);
	tcp_take_back(step, step->from, TCP_GETS_FIN);
	step->note = "an earlier copy of its FIN was not captured";
}

void tcp_note_fin(TcpStep *step, ShakedownSideId side)
{
	TcpConnection *conn = step->conn;

	tcp_closing_make(conn, step->tracker->closing)->fin_time[side] = step->time;
	if (conn->teardown_first < 0)
		conn->teardown_first = (int8_t)side;
	if (conn->first_fin < 0)
		conn->first_fin = (int8_t)side;
}

static void fin_first(TcpStep *step, TcpSeq fin)
{
	TcpConnection *conn = step->conn;
	ShakedownSideId other = tcp_other(step->from);
	TcpSide *s = &conn->side[step->from], *r = &conn->side[other];

	s->flags = ((s->flags | TCP_SIDE_SENT_FIN) & ~TCP_SIDE_HIDDEN_FIN);
	s->fin = fin;
	tcp_note_fin(step, step->from);
	if (!tcp_side_has(r, TCP_SIDE_SENT_FIN))
		return;
	if (sent_before(step, fin)) {
		take_back_order(step);
		return;
	}
	if (tcp_fin_acked(conn, other)) {
		/* Was this the first segment that acknowledged the other's FIN? */
		const TcpBelief *b = tcp_beliefs_by(&conn->beliefs, other, TCP_GETS_ACK_OF_FIN);
		if (b && b->frame == step->frame)
			conn->flags |= TCP_CONN_FIN_WITH_ACK;
		return;
	}
	cross(step);
	const TcpBelief *got = tcp_beliefs_by(&conn->beliefs, step->from, TCP_GETS_FIN);
	if (got && got->evidence == SHAKEDOWN_EVIDENCE_DELIVERED)
		tcp_take_back(step, step->from, TCP_GETS_FIN);
}

/* The other's FIN has passed, and had no time yet to reach who sends this. */
static bool on_its_way(const TcpStep *step, ShakedownSideId other)
{
	const TcpConnection *conn = step->conn;

	return tcp_side_has(&conn->side[other], TCP_SIDE_SENT_FIN) &&
	       (conn->leg[step->from] == SHAKEDOWN_DURATION_UNKNOWN ||
		step->time - tcp_closing(conn)->fin_latest[other] <= tcp_leg(conn, step->from));
}

bool tcp_fin_is_of_data(TcpStep *step)
{
	ShakedownSideId other = tcp_other(step->from);
	const TcpSide *s = &step->conn->side[step->from], *r = &step->conn->side[other];
	TcpSeq fin = tcp_seq_add(step->seg->seq, step->seg->payload_len);

	if ((s->flags & (TCP_SIDE_SENT_FIN | TCP_SIDE_MAYBE_FIN | TCP_SIDE_LIKELY_FIN)) ||
	    !tcp_side_has(r, TCP_SIDE_ACKED) || !tcp_seq_lt(fin, r->rcv_nxt) ||
	    !tcp_side_has(s, TCP_SIDE_SPACE | TCP_SIDE_ISN_KNOWN) || !tcp_seq_lt(fin, s->snd_nxt) ||
	    tcp_holes_at(tcp_aside(step->conn)->holes[step->from], fin, tcp_seq_add(fin, 1)))
		return false;
	step->note = "a FIN where there was data: nothing closes by it";
	return true;
}

/* Its FIN has been acknowledged, and comes again as if that had moved it: some stacks in programs
 * send it so with the ACK of the other's. Nothing lies beyond a FIN, and it closes nothing more. */
static bool beyond_its_fin(const TcpStep *step, TcpSeq fin)
{
	const TcpSide *s = &step->conn->side[step->from];

	return (s->flags & (TCP_SIDE_SENT_FIN | TCP_SIDE_HIDDEN_FIN)) == TCP_SIDE_SENT_FIN &&
	       !step->seg->payload_len && tcp_fin_acked(step->conn, step->from) &&
	       tcp_seq_eq(fin, tcp_seq_add(s->fin, 1));
}

static void repeat_beyond(TcpStep *step)
{
	TcpSide *s = &step->conn->side[step->from];

	tcp_count(&s->fins);
	tcp_conn_mark(step->conn, TCP_MARK_FIN, step->from, step->seg);
	step->segment_class = SHAKEDOWN_SEGMENT_OUT_OF_WINDOW;
	step->note = "a FIN beyond its FIN: to be ignored";
	tcp_emit(step, TCP_EVENT_FIN, step->from);
}

void tcp_arrives_fin(TcpStep *step)
{
	TcpConnection *conn = step->conn;
	ShakedownSideId other = tcp_other(step->from);
	TcpSide *s = &conn->side[step->from], *r = &conn->side[other];
	TcpSeq fin = tcp_seq_add(step->seg->seq, step->seg->payload_len);

	if (beyond_its_fin(step, fin)) {
		repeat_beyond(step);
		return;
	}
	bool again = tcp_side_has(s, TCP_SIDE_SENT_FIN) && tcp_seq_leq(fin, s->fin);

	tcp_count(&s->fins);
	tcp_closing_make(conn, step->tracker->closing)->fin_latest[step->from] = step->time;
	/* The last number it acknowledged was never captured, and now it closes: that was a FIN. */
	if (tcp_side_has(r, TCP_SIDE_MAYBE_FIN) && !tcp_side_has(s, TCP_SIDE_SENT_FIN)) {
		tcp_hidden_fin(step, other);
		tcp_believe(step, other, TCP_GETS_ACK_OF_FIN, SHAKEDOWN_EVIDENCE_DELIVERED);
	}
	if (again && (s->fins > 1 || !tcp_side_has(s, TCP_SIDE_HIDDEN_FIN))) {
		fin_again(step);
	} else {
		fin_first(step, fin);
		tcp_believe(step, step->from, TCP_SENDS_FIN, SHAKEDOWN_EVIDENCE_SENT);
		if (tcp_fin_acked(conn, other))
			tcp_believe(step, step->from, TCP_GETS_FIN, SHAKEDOWN_EVIDENCE_CONFIRMED);
		if (on_its_way(step, other))
			tcp_believe(step, step->from, TCP_GETS_FIN, SHAKEDOWN_EVIDENCE_DELIVERED);
		/* Captured behind the ACK of it. */
		if (tcp_fin_acked(conn, step->from))
			tcp_believe(step, step->from, TCP_GETS_ACK_OF_FIN,
				    SHAKEDOWN_EVIDENCE_DELIVERED);
	}
	tcp_believe(step, other, TCP_GETS_FIN, SHAKEDOWN_EVIDENCE_DELIVERED);
	tcp_emit(step, TCP_EVENT_FIN, step->from);
}

void tcp_proves_fin(TcpStep *step)
{
	TcpConnection *conn = step->conn;
	TcpSide *s = &conn->side[step->from];
	TcpSeq fin = tcp_seq_add(step->seg->seq, step->seg->payload_len);

	tcp_count(&s->fins);
	tcp_closing_make(conn, step->tracker->closing)->fin_latest[step->from] = step->time;
	if (tcp_side_has(s, TCP_SIDE_SENT_FIN))
		tcp_conn_mark(conn, TCP_MARK_FIN, step->from, step->seg);
	else
		fin_first(step, fin);
	tcp_believe(step, step->from, TCP_SENDS_FIN, SHAKEDOWN_EVIDENCE_SENT);
	s->snd_nxt = tcp_seq_max(s->snd_nxt, tcp_seq_add(fin, 1));
	tcp_emit(step, TCP_EVENT_FIN, step->from);
}
