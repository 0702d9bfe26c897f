/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Opening: RFC 9293 §3.5 and §3.10.7.2–3, with RFC 7413 (Fast Open).
 *
 * SYN proves SYN-SENT; SYN,ACK proves SYN-RECEIVED. That the client is ESTABLISHED by SYN,ACK shows
 * only when it answers; that the server is, by the third ACK, is believed until it sends its
 * SYN,ACK again.
 */
#include "tcp/tcp-pending.h"
#include "tcp/tcp-space.h"
#include "tcp/tcp-tracker-private.h"
#include "tcp/tcp-ttl.h"

#include <glib.h>

/* What a side does that is no part of an opening. */
#define NO_OPENING (TCP_SIDE_SENT_DATA | TCP_SIDE_SENT_FIN | TCP_SIDE_SENT_RST)
/* A SYN is repeated after half a second, whatever was captured out of order, less a clock's tick.
 */
#define SYN_AGAIN_LEAST (SHAKEDOWN_NS_PER_S * 2 / 5)

void tcp_take_options(TcpSide *s, const TcpSynOptions *options)
{
	s->options = *options;
	s->wscale = options->window_scale < 0 ? TCP_WSCALE_NONE : (uint8_t)options->window_scale;
}

static void read_options(TcpSide *s, const Segment *seg)
{
	TcpSynOptions options;

	tcp_options_syn(seg, &options);
	tcp_take_options(s, &options);
}

/* RFC 9293 §3.5 figure 8: what was answered was an old duplicate, and its "sender" has reset what
 * came of it. */
static void forget_answer(TcpStep *step)
{
	TcpConnection *conn = step->conn;
	TcpSide *r = &conn->side[tcp_other(step->from)];

	r->flags &= TCP_SIDE_SEEN;
	tcp_conn_forget_reset(conn, TCP_CONN_ABORTED);
	tcp_emit(step, TCP_EVENT_OLD_DUPLICATE_SYN, step->from);
}

/* … and this is its real SYN. */
static void open_anew(TcpStep *step)
{
	tcp_take_back(step, step->from, TCP_SENDS_RST);
	step->conn->side[step->from].flags |= TCP_SIDE_ANEW;
	step->note = "the SYN before was an old duplicate";
	forget_answer(step);
}

TcpSynReset tcp_resets_one_syn(const TcpStep *step)
{
	const TcpConnection *conn = step->conn;
	const TcpSide *s = &conn->side[step->from], *r = &conn->side[tcp_other(step->from)];
	const TcpPendingSyn *p = tcp_aside(conn)->pending;
	TcpSeq seq = step->seg->seq;

	if (!p || p->side != step->from || p->seg.payload_len || tcp_pending_begun_later(conn) ||
	    (step->seg->flags & TCP_ACK) || s->state != SHAKEDOWN_TCP_SYN_SENT ||
	    r->state != SHAKEDOWN_TCP_SYN_RECEIVED || !tcp_side_has(r, TCP_SIDE_ACKED) ||
	    !tcp_seq_eq(seq, r->rcv_nxt))
		return TCP_RESETS_NO_SYN;
	if (tcp_seq_eq(seq, tcp_seq_add(p->seg.seq, 1)))
		return TCP_RESETS_OTHER_SYN;
	return tcp_seq_eq(seq, tcp_seq_add(s->isn, 1)) ? TCP_RESETS_FIRST_SYN : TCP_RESETS_NO_SYN;
}

/* The SYN that waited is the side's own. */
static void take_pending(TcpStep *step, const TcpPendingSyn *p)
{
	TcpConnection *conn = step->conn;
	TcpSide *s = &conn->side[step->from];
	TcpMarks *marks = &conn->aside->marks;
	TcpStep syn;

	tcp_step_begin_segment(&syn, step->tracker, conn, step->from, &p->seg);
	tcp_space_open(&syn, false);
	read_options(s, &p->seg);
	s->syns = (uint16_t)MIN(s->syns + p->count - p->counted, UINT16_MAX);
	s->flags |= TCP_SIDE_ANEW;
	for (unsigned i = 0; i < marks->len; i++)
		if (marks->items[i].kind == TCP_MARK_OTHER_SYN &&
		    marks->items[i].side == step->from)
			marks->items[i].kind = TCP_MARK_SYN;
	tcp_emit(&syn, TCP_EVENT_SYN, step->from);
}

void tcp_goes_on_with_other_syn(TcpStep *step, TcpSynReset reset)
{
	TcpPendingSyn *p = g_steal_pointer(&step->conn->aside->pending);

	if (reset == TCP_RESETS_FIRST_SYN)
		take_pending(step, p);
	forget_answer(step);
	g_free(p);
}

/* The SYN,ACK was captured before it: what was assumed of it is now certain. */
static void syn_overtaken(TcpStep *step)
{
	TcpConnection *conn = step->conn;
	TcpSide *s = &conn->side[step->from];

	step->segment_class = SHAKEDOWN_SEGMENT_CONTROL;
	step->note = "captured after its answer";
	tcp_count(&s->syns);
	s->flags |= TCP_SIDE_SYN_SEEN | TCP_SIDE_SENT_SYN;
	read_options(s, step->seg);
	tcp_prove(step, step->from, TCP_SENDS_SYN);
	conn->role_basis = SHAKEDOWN_ROLE_SYN;
	if (!conn->syn_first)
		conn->syn_first = conn->syn_last =
			tcp_conn_has(conn, TCP_CONN_REFUSED)
				? MIN(step->time, tcp_aside(conn)->rst_time)
				: step->time;
	tcp_emit(step, TCP_EVENT_SYN, step->from);
}

bool tcp_acked_without_syn(const TcpConnection *conn, ShakedownSideId side)
{
	const TcpSide *s = &conn->side[side], *r = &conn->side[tcp_other(side)];

	return s->state == SHAKEDOWN_TCP_ESTABLISHED && r->state == SHAKEDOWN_TCP_SYN_SENT &&
	       tcp_side_has(s, TCP_SIDE_ACKED) && !(s->flags & (TCP_SIDE_SYN_SEEN | NO_OPENING)) &&
	       tcp_side_has(r, TCP_SIDE_SENT_SYN) && !tcp_side_has(r, TCP_SIDE_ACKED) &&
	       tcp_side_sent_before(r, s->rcv_nxt);
}

/* Its ACK of the other's SYN was no sign of a SYN,ACK that was not captured. */
static void split_in_five(TcpStep *step)
{
	TcpConnection *conn = step->conn;

	tcp_take_back(step, step->from, TCP_SENDS_ACK);
	conn->flags &= ~(uint32_t)TCP_CONN_THIRD_ACK;
	conn->flags |= TCP_CONN_SPLIT;
}

/* Who resets the answer to its SYN does not send that again: somebody nearer did, whom the TTL
 * shows. A scanner does, whose kernel has reset; the two are as far away. */
static void refute_reset(TcpStep *step)
{
	TcpConnection *conn = step->conn;
	const TcpSide *s = &conn->side[step->from];
	const TcpMark *rst = tcp_conn_latest_mark(conn, 1u << TCP_MARK_RST, 1u << step->from);

	if (!tcp_conn_has(conn, TCP_CONN_ABORTED) || s->state != SHAKEDOWN_TCP_CLOSED || !rst ||
	    step->time - rst->time < SYN_AGAIN_LEAST || !tcp_ttl_is_foreign(s, rst->ttl) ||
	    tcp_ttl_hops(rst->ttl) == tcp_ttl_hops(s->ttl[0]) ||
	    tcp_ttl_is_foreign(s, step->seg->ttl))
		return;
	tcp_take_back(step, step->from, TCP_SENDS_RST);
	tcp_conn_forget_reset(conn, TCP_CONN_ABORTED);
	tcp_aside_side(conn, step->from)->others_reset = true;
	step->note = "its RST was not its own: it asks again";
	tcp_emit(step, TCP_EVENT_RST_CONTRADICTED, step->from);
}

void tcp_arrives_syn(TcpStep *step)
{
	TcpConnection *conn = step->conn;
	TcpSide *s = &conn->side[step->from], *r = &conn->side[tcp_other(step->from)];
	const Segment *seg = step->seg;
	bool again = tcp_side_has(s, TCP_SIDE_ISN_KNOWN) && tcp_seq_eq(s->isn, seg->seq);
	bool first = !tcp_side_has(s, TCP_SIDE_SYN_SEEN);

	if (again && first) {
		syn_overtaken(step);
		return;
	}
	if (!first)
		tcp_conn_mark(conn, TCP_MARK_SYN, step->from, seg);
	if (again) {
		/* What had ended its attempt did not reach it, or it tries again all the same. */
		tcp_take_back(step, step->from, TCP_GETS_RST);
		tcp_take_back(step, step->from, TCP_GETS_UNREACHABLE);
		refute_reset(step);
		conn->flags &= ~(uint32_t)(TCP_CONN_REFUSED | TCP_CONN_UNREACHABLE);
		step->segment_class = SHAKEDOWN_SEGMENT_RETRANSMISSION;
		tcp_aside_side(conn, step->from)->retransmissions++;
		/* RFC 5961 §4: in a synchronized state it asks for a challenge ACK, whatever its
		 * number. */
		if (r->state >= SHAKEDOWN_TCP_ESTABLISHED)
			r->flags |= TCP_SIDE_CHALLENGED;
	} else {
		if (tcp_conn_has(conn, TCP_CONN_ABORTED))
			open_anew(step);
		else if (tcp_acked_without_syn(conn, step->from))
			split_in_five(step);
		tcp_space_open(step, false);
		read_options(s, seg);
		tcp_believe(step, step->from, TCP_SENDS_SYN, SHAKEDOWN_EVIDENCE_SENT);
		s->flags |= TCP_SIDE_SENT_SYN;
		if (tcp_side_has(r, TCP_SIDE_SENT_SYN))
			conn->flags |= TCP_CONN_SIMULTANEOUS;
	}
	tcp_count(&s->syns);
	if (!conn->syn_first)
		conn->syn_first = step->time;
	if (!conn->syn_ack_first)
		conn->syn_last = step->time;
	tcp_emit(step, TCP_EVENT_SYN, step->from);
}

/* Its ack is for the SYN that the other side has sent, data on it included or not; or for the one
 * that waits (RFC 9293 §3.5 figure 8: an old duplicate that passed beside the real SYN). */
static bool answers_syn(const TcpStep *step)
{
	const TcpConnection *conn = step->conn;
	const TcpSide *r = &conn->side[tcp_other(step->from)];

	return !tcp_side_has(r, TCP_SIDE_ISN_KNOWN) || tcp_side_sent_before(r, step->seg->ack) ||
	       tcp_pending_is_answered_by(conn, step->from, step->seg);
}

/* The answer to a SYN that was sent again, not to silence: there are no more of them than SYNs, and
 * the server's own timer would have taken longer. */
static bool answers_syn_again(const TcpStep *step)
{
	const TcpConnection *conn = step->conn;
	const TcpSide *s = &conn->side[step->from], *r = &conn->side[tcp_other(step->from)];

	return s->syns < r->syns && step->time - conn->syn_last < TCP_SYN_TIMER_LEAST;
}

/* Where the server has closed before it (RFC 7413 §4.2), the first ACK that comes is that of its
 * FIN, too. */
static const TcpBelief *third_ack_of(const TcpConnection *conn, ShakedownSideId side)
{
	const TcpBelief *b = tcp_beliefs_by(&conn->beliefs, side, TCP_GETS_ACK_OF_SYN);
	bool opened =
		tcp_beliefs_been(&conn->beliefs).states[side] & 1u << SHAKEDOWN_TCP_ESTABLISHED;

	return (b || opened) ? b : tcp_beliefs_by(&conn->beliefs, side, TCP_GETS_ACK_OF_FIN);
}

/* SYN,ACK again: the server has not got the third ACK that passed, if it had the time. */
static void syn_ack_again(TcpStep *step)
{
	TcpConnection *conn = step->conn;
	const TcpBelief *b = third_ack_of(conn, step->from);

	step->segment_class = SHAKEDOWN_SEGMENT_RETRANSMISSION;
	tcp_aside_side(conn, step->from)->retransmissions++;
	tcp_conn_mark(conn, TCP_MARK_SYN_ACK, step->from, step->seg);
	if (!b || b->evidence != SHAKEDOWN_EVIDENCE_DELIVERED ||
	    step->time - b->time < tcp_leg(conn, step->from) || answers_syn_again(step))
		return;
	tcp_take_back_but(step, b, TCP_SENDS_FIN);
	conn->flags |= TCP_CONN_THIRD_ACK_LOST;
	step->note = "the third ACK was lost or not accepted";
	tcp_emit(step, TCP_EVENT_THIRD_ACK_LOST, step->from);
}

static void syn_ack_first(TcpStep *step)
{
	TcpConnection *conn = step->conn;
	TcpSide *s = &conn->side[step->from], *r = &conn->side[tcp_other(step->from)];

	if (!tcp_side_has(r, TCP_SIDE_SEEN))
		tcp_believe(step, tcp_other(step->from), TCP_SENDS_SYN, SHAKEDOWN_EVIDENCE_ASSUMED);
	/* It listens after all: an RST before was not its own, or it opened the port since. */
	if (s->state == SHAKEDOWN_TCP_CLOSED)
		tcp_confirm(step, step->from, TCP_GETS_RST);
	/* What it acknowledges is then of other numbers than the first SYN's, and nothing that was
	 * not captured. */
	bool beside = tcp_pending_is_answered_by(conn, step->from, step->seg);

	if (!beside)
		tcp_two_answers_note(conn, step->from);
	tcp_space_open(step, !beside);
	if (beside) {
		s->rcv_nxt = step->seg->ack;
		s->flags |= TCP_SIDE_ACKED;
		tcp_pending_note_answer(conn, step->seg);
	}
	if (!tcp_side_has(r, TCP_SIDE_ISN_KNOWN)) {
		r->isn = tcp_seq_add(step->seg->ack, UINT32_MAX);
		r->snd_nxt = step->seg->ack;
		r->flags |= TCP_SIDE_ISN_KNOWN | TCP_SIDE_SPACE;
	}
	read_options(s, step->seg);
	tcp_believe(step, step->from, TCP_SENDS_SYN_ACK, SHAKEDOWN_EVIDENCE_SENT);
	if (r->bytes && tcp_seq_lt(tcp_seq_add(r->isn, 1), step->seg->ack))
		conn->flags |= TCP_CONN_FAST_OPEN;
	/* No SYN has come since: it does not refuse and accept the same. */
	if (tcp_conn_has(conn, TCP_CONN_REFUSED))
		tcp_emit(step, TCP_EVENT_RST_CONTRADICTED, step->from);
	/* Whatever was reset before was another attempt, RFC 9293 §3.5 figure 8. */
	tcp_conn_forget_reset(conn, TCP_CONN_REFUSED);
	if (!conn->syn_ack_first) {
		conn->syn_ack_first = step->time;
		if (conn->syn_last && !tcp_conn_has(conn, TCP_CONN_SIMULTANEOUS))
			conn->leg[SHAKEDOWN_SERVER] = tcp_leg_of(conn->syn_last, step->time);
	}
}

/* The third ACK was captured before it; or long before, and then this is it again. */
static void syn_ack_overtaken(TcpStep *step)
{
	TcpConnection *conn = step->conn;
	TcpSide *s = &conn->side[step->from];
	const TcpBelief *opened = tcp_beliefs_by(&conn->beliefs, step->from, TCP_GETS_ACK_OF_SYN);

	if (opened && step->time - opened->time >= TCP_SYN_TIMER_LEAST) {
		syn_ack_again(step);
	} else {
		step->segment_class = SHAKEDOWN_SEGMENT_CONTROL;
		step->note = "captured after its answer";
	}
	tcp_count(&s->syns);
	s->flags |= TCP_SIDE_SYN_SEEN;
	read_options(s, step->seg);
	if (!conn->syn_ack_first)
		conn->syn_ack_first = conn->syn_ack_last = step->time;
	tcp_emit(step, TCP_EVENT_SYN_ACK, step->from);
}

/* §3.10.7.4 fourth: whatever comes with it, a SYN in a synchronized state asks for a challenge ACK
 * (RFC 5961 §4). */
static void syn_ack_inside(TcpStep *step)
{
	const TcpSide *s = &step->conn->side[step->from];
	TcpSide *r = &step->conn->side[tcp_other(step->from)];
	const Segment *seg = step->seg;

	/* The first of it was not captured, and this is it again: before all that was. */
	if (!tcp_side_has(s, TCP_SIDE_ISN_KNOWN) && tcp_seq_lt(seg->seq, s->low) &&
	    (!tcp_side_has(r, TCP_SIDE_SPACE) || tcp_seq_leq(seg->ack, r->low))) {
		step->note = "its SYN,ACK again, from before the capture";
		return;
	}
	if (r->state < SHAKEDOWN_TCP_ESTABLISHED || r->state == SHAKEDOWN_TCP_TIME_WAIT)
		return;
	step->note = "a SYN,ACK where there is a connection";
	r->flags |= TCP_SIDE_CHALLENGED;
	tcp_emit(step, TCP_EVENT_SYN_IN_CONNECTION, step->from);
}

/* It, or the proxy that has opened in its name, answers the same SYN with another number. That is
 * what the SYN had to come of, and no challenge ACK. */
static void opened_twice(TcpStep *step)
{
	TcpSide *s = &step->conn->side[step->from];

	tcp_aside_side(step->conn, step->from)->beside_isn = step->seg->seq;
	s->flags |= TCP_SIDE_TWICE;
	s->flags &= ~(uint32_t)TCP_SIDE_CHALLENGED;
}

/* It shows that its sender got some SYN, if not one that was seen; the other will reset it. */
static void syn_ack_of_no_syn(TcpStep *step)
{
	TcpSide *s = &step->conn->side[step->from];

	step->segment_class = SHAKEDOWN_SEGMENT_OUT_OF_WINDOW;
	step->note = "its ack is for no SYN that was seen";
	if (tcp_believe(step, step->from, TCP_SENDS_SYN_ACK, SHAKEDOWN_EVIDENCE_SENT)) {
		tcp_space_open(step, false);
		s->rcv_nxt = step->seg->ack;
		s->flags |= TCP_SIDE_ACKED;
	}
	tcp_emit(step, TCP_EVENT_BAD_ACK, step->from);
}

void tcp_arrives_syn_ack(TcpStep *step)
{
	TcpConnection *conn = step->conn;
	TcpSide *s = &conn->side[step->from], *r = &conn->side[tcp_other(step->from)];
	const Segment *seg = step->seg;

	if (!answers_syn(step)) {
		syn_ack_of_no_syn(step);
		return;
	}
	if (tcp_conn_has(conn, TCP_CONN_THIRD_ACK) && tcp_side_has(s, TCP_SIDE_ISN_KNOWN) &&
	    !tcp_side_has(s, TCP_SIDE_SYN_SEEN) && tcp_seq_eq(s->isn, seg->seq)) {
		syn_ack_overtaken(step);
		return;
	}
	bool own_syn = tcp_side_has(s, TCP_SIDE_SENT_SYN) && tcp_seq_eq(s->isn, seg->seq);

	/* No reset has ended who still answers: one of its SYN alone is not acceptable to who has
	 * got the other's SYN, too. */
	if (own_syn && s->state == SHAKEDOWN_TCP_CLOSED)
		tcp_take_back(step, step->from, TCP_GETS_RST);
	if (own_syn)
		tcp_unseen_syn(step);
	if (own_syn && (!conn->syn_ack_first || s->state == SHAKEDOWN_TCP_SYN_SENT)) {
		/* Simultaneous open: the SYN that it has sent before, now with ACK. §3.5 figure 7.
		 */
		tcp_believe(step, step->from, TCP_SENDS_SYN_ACK, SHAKEDOWN_EVIDENCE_SENT);
		if (!conn->syn_ack_first)
			conn->syn_ack_first = step->time;
		tcp_space_take(step);
	} else if (tcp_side_has(s, TCP_SIDE_SYN_SEEN) && tcp_seq_eq(s->isn, seg->seq)) {
		syn_ack_again(step);
	} else if ((s->state == SHAKEDOWN_TCP_CLOSED && !tcp_conn_has(conn, TCP_CONN_THIRD_ACK)) ||
		   s->state == SHAKEDOWN_TCP_SYN_RECEIVED || s->state == SHAKEDOWN_TCP_SYN_SENT) {
		/* Another number than before: the listener had forgotten the first, or keeps none.
		 */
		syn_ack_first(step);
	} else {
		step->segment_class = SHAKEDOWN_SEGMENT_OUT_OF_WINDOW;
		step->note = "another server's answer to a SYN that has been answered";
		if (!tcp_seq_eq(seg->ack, tcp_seq_add(r->isn, 1)))
			syn_ack_inside(step);
		else
			opened_twice(step);
		return;
	}
	tcp_count(&s->syns);
	conn->syn_ack_last = step->time;
	if (!conn->syn_ack_frame)
		conn->syn_ack_frame = step->frame;
	if (r->state == SHAKEDOWN_TCP_SYN_RECEIVED)
		tcp_believe(step, tcp_other(step->from), TCP_GETS_ACK_OF_SYN,
			    SHAKEDOWN_EVIDENCE_DELIVERED);
	tcp_emit(step, TCP_EVENT_SYN_ACK, step->from);
}

void tcp_starts_midway(TcpStep *step)
{
	TcpConnection *conn = step->conn;
	const Segment *seg = step->seg;

	if ((seg->flags & TCP_RST) && conn->role_basis == SHAKEDOWN_ROLE_SYN_ACK) {
		/* §3.10.7.1: it refuses a SYN that was not captured, or is captured behind it. */
		TcpSide *c = &conn->side[SHAKEDOWN_CLIENT];

		c->isn = tcp_seq_add(seg->ack, UINT32_MAX);
		c->snd_nxt = seg->ack;
		c->flags |= TCP_SIDE_ISN_KNOWN | TCP_SIDE_SPACE;
		tcp_believe(step, SHAKEDOWN_CLIENT, TCP_SENDS_SYN, SHAKEDOWN_EVIDENCE_ASSUMED);
		return;
	}
	conn->flags |= TCP_CONN_MIDSTREAM;
	/* A segment without ACK belongs to no connection: a probe. An RST ends what it may have
	 * been. */
	if (!(seg->flags & TCP_ACK) || (seg->flags & TCP_RST))
		return;
	tcp_believe(step, SHAKEDOWN_CLIENT, TCP_STARTS_MIDWAY, SHAKEDOWN_EVIDENCE_ASSUMED);
	tcp_believe(step, SHAKEDOWN_SERVER, TCP_STARTS_MIDWAY, SHAKEDOWN_EVIDENCE_ASSUMED);
}

void tcp_infer_established(TcpStep *step)
{
	TcpConnection *conn = step->conn;
	ShakedownSideId other = tcp_other(step->from);
	const TcpSide *s = &conn->side[step->from], *r = &conn->side[other];

	if (r->state != SHAKEDOWN_TCP_SYN_SENT || tcp_conn_has(conn, TCP_CONN_FAST_OPEN))
		return;
	/* A listener sends data, FIN or an ACK of data only after it has the third ACK. */
	if (s->state == SHAKEDOWN_TCP_SYN_RECEIVED || s->state == SHAKEDOWN_TCP_ESTABLISHED)
		tcp_believe(step, other, TCP_SENDS_ACK, SHAKEDOWN_EVIDENCE_CONFIRMED);
}
