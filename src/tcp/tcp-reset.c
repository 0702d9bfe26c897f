/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Resets: RFC 9293 §3.5.2–3 and §3.10.7.4 second, RFC 5961 §3.2.
 *
 * Two questions are asked apart: did its sender send it, and must its receiver take it? A forged
 * RST answers no and yes; a real one that comes too late, yes and no.
 */
#include "decode/tcp-options.h"
#include "tcp/tcp-repetition.h"
#include "tcp/tcp-space.h"
#include "tcp/tcp-tracker-private.h"
#include "tcp/tcp-ttl.h"

#include <glib.h>

#define SYN_ACK_TIMEOUT (SHAKEDOWN_NS_PER_S * 3 / 2)
/* Until then it has not even asked again (RFC 6298 §2.1). */
#define SYN_ACK_PATIENCE SHAKEDOWN_NS_PER_S

/* §3.10.7.3 first: in SYN-SENT, an ACK of what it has not sent (tcp_space_bad_ack()). For whoever
 * sent that the number is exact. Some stacks (lwIP) set ACK there, too. */
static bool answers_unacceptable_ack(const TcpStep *step)
{
	ShakedownSideId other = tcp_other(step->from);

	return step->conn->side[step->from].state == SHAKEDOWN_TCP_SYN_SENT &&
	       tcp_side_has(&step->conn->side[other], TCP_SIDE_SUSPECT_ACK) &&
	       tcp_seq_eq(step->seg->seq, tcp_aside(step->conn)->side[other].suspect_ack);
}

/* §3.10.7.1: an endpoint without the connection answers with the number that was acknowledged to
 * it, and no ACK. */
static bool answers_without_connection(const TcpStep *step)
{
	const TcpSide *r = &step->conn->side[tcp_other(step->from)];

	if (answers_unacceptable_ack(step) ||
	    tcp_answers_repetition(step->conn, step->from, step->seg))
		return true;
	return !(step->seg->flags & TCP_ACK) && tcp_side_has(r, TCP_SIDE_ACKED) &&
	       tcp_seq_eq(step->seg->seq, r->rcv_nxt);
}

/* §3.10.7.3 second: in SYN-SENT an RST must acknowledge the SYN. */
static bool acceptable_in_syn_sent(const TcpStep *step)
{
	const TcpSide *s = &step->conn->side[step->from],
		      *r = &step->conn->side[tcp_other(step->from)];
	const Segment *seg = step->seg;

	if ((seg->flags & TCP_ACK) &&
	    (!tcp_side_has(r, TCP_SIDE_ISN_KNOWN) || tcp_side_sent_before(r, seg->ack)))
		return true;
	/* SYN,ACK has passed: it may be ESTABLISHED, though it has not shown it. */
	return tcp_side_has(s, TCP_SIDE_SYN_SEEN) && tcp_seq_eq(seg->seq, s->snd_nxt);
}

/* It has got the FIN, and the RST has that FIN's own number: one less than RFC 5961 asks for. So
 * resets who had closed before data came, and who has got a FIN takes it in most hosts; where it
 * does not, its challenge ACK shows that. */
static bool has_number_of_fin(const TcpStep *step)
{
	const TcpSide *s = &step->conn->side[step->from],
		      *r = &step->conn->side[tcp_other(step->from)];

	return tcp_side_has(s, TCP_SIDE_SENT_FIN) && tcp_seq_eq(step->seg->seq, s->fin) &&
	       tcp_fin_acked(step->conn, step->from) &&
	       (r->state == SHAKEDOWN_TCP_CLOSE_WAIT || r->state == SHAKEDOWN_TCP_CLOSING ||
		r->state == SHAKEDOWN_TCP_LAST_ACK);
}

/* RFC 5961 §3.2: exactly RCV.NXT. A tap knows it only within bounds: what the receiver has
 * acknowledged at least, what was sent to it at most. */
static bool acceptable(const TcpStep *step)
{
	const TcpSide *s = &step->conn->side[step->from],
		      *r = &step->conn->side[tcp_other(step->from)];
	TcpSeq seq = step->seg->seq;

	if (r->state == SHAKEDOWN_TCP_SYN_SENT)
		return acceptable_in_syn_sent(step);
	if (answers_unacceptable_ack(step) || has_number_of_fin(step))
		return true;
	if (tcp_side_has(r, TCP_SIDE_ACKED) && tcp_seq_eq(seq, r->rcv_nxt))
		return true;
	if (!tcp_side_has(s, TCP_SIDE_SPACE))
		return true;
	return tcp_seq_leq(seq, s->snd_nxt) &&
	       (!tcp_side_has(r, TCP_SIDE_ACKED) || tcp_seq_leq(r->rcv_nxt, seq));
}

/* In the receiver's window, but not exact: a challenge ACK is due. */
static bool in_window(const TcpStep *step)
{
	const TcpSide *s = &step->conn->side[step->from],
		      *r = &step->conn->side[tcp_other(step->from)];
	int32_t ahead = tcp_seq_diff(step->seg->seq, s->snd_nxt);

	return !tcp_side_has(s, TCP_SIDE_SPACE) || (ahead >= 0 && ahead <= tcp_window_of(r));
}

/* Figure 7: of crossing SYNs each side acknowledges the other's, and no ACK is the third. */
static bool opened_crosswise(const TcpConnection *conn)
{
	const TcpBeliefs *beliefs = &conn->beliefs;

	return tcp_conn_has(conn, TCP_CONN_SIMULTANEOUS) &&
	       (tcp_beliefs_by(beliefs, SHAKEDOWN_CLIENT, TCP_GETS_ACK_OF_SYN) ||
		tcp_beliefs_by(beliefs, SHAKEDOWN_CLIENT, TCP_SENDS_ACK));
}

/* What the reset of a handshake means: nobody listened, or the client did not want it. */
static void note_opening(TcpStep *step)
{
	TcpConnection *conn = step->conn;

	if (tcp_conn_has(conn, TCP_CONN_MIDSTREAM))
		return;
	if (step->from == SHAKEDOWN_SERVER && !conn->syn_ack_first)
		conn->flags |= TCP_CONN_REFUSED;
	else if (step->from == SHAKEDOWN_CLIENT && conn->syn_ack_first &&
		 !tcp_conn_has(conn, TCP_CONN_THIRD_ACK) && !opened_crosswise(conn) &&
		 !tcp_aside(conn)->side[step->from].others_reset)
		conn->flags |= TCP_CONN_ABORTED;
}

/* §3.10.7.1: the other has acknowledged its SYN,ACK, or there were no such number to answer with.
 * One that has waited for that ACK, or asked for it again, may give up instead (§3.10.5), with the
 * same number. */
static bool answers_ack_of_syn(const TcpStep *step)
{
	const TcpSide *s = &step->conn->side[step->from];
	TcpSeq seq = step->seg->seq;

	return !(step->seg->flags & TCP_ACK) && s->syns == 1 &&
	       step->time - step->conn->syn_ack_last < SYN_ACK_PATIENCE &&
	       tcp_side_has(s, TCP_SIDE_SYN_SEEN) && tcp_side_sent_before(s, seq);
}

/* What its RST acknowledges it has got (§3.10.5: the RST of an ABORT). */
static void prove_received(TcpStep *step)
{
	TcpConnection *conn = step->conn;
	const TcpSide *r = &conn->side[tcp_other(step->from)];

	if (answers_ack_of_syn(step))
		tcp_infer_established(step);
	if (tcp_reset_shows_synchronized(step)) {
		tcp_infer_established(step);
		tcp_confirm(step, step->from, TCP_GETS_ACK_OF_SYN);
		if (conn->side[step->from].state < SHAKEDOWN_TCP_ESTABLISHED &&
		    conn->side[step->from].state > SHAKEDOWN_TCP_LISTEN)
			tcp_believe(step, step->from, TCP_SENDS_ACK, SHAKEDOWN_EVIDENCE_SENT);
	}
	if (!(step->seg->flags & TCP_ACK) || !tcp_side_has(r, TCP_SIDE_SENT_FIN) ||
	    !tcp_seq_lt(r->fin, step->seg->ack) ||
	    tcp_answers_repetition(step->conn, step->from, step->seg))
		return;
	if (tcp_beliefs_by(&conn->beliefs, step->from, TCP_GETS_FIN))
		tcp_confirm(step, step->from, TCP_GETS_FIN);
	else
		tcp_believe(step, step->from, TCP_GETS_FIN, SHAKEDOWN_EVIDENCE_CONFIRMED);
}

/* It has sent one SYN,ACK, and no other that was not captured. */
static bool has_asked_once(const TcpStep *step)
{
	return step->conn->side[step->from].syns == 1 &&
	       !tcp_conn_has(step->conn, TCP_CONN_THIRD_ACK_LOST);
}

/* A listener without the third ACK sends its SYN,ACK again after a second (RFC 6298 §2.1). */
static bool would_have_asked_again(const TcpStep *step)
{
	const TcpConnection *conn = step->conn;

	return conn->syn_ack_last && has_asked_once(step) &&
	       step->time - conn->syn_ack_last > SYN_ACK_TIMEOUT;
}

/* It answers no more what acknowledged its SYN,ACK, which would have been answered at once, and the
 * listener still waits for that ACK: so it got it, and what ended it since was not captured. One
 * that has asked again may drop that ACK anew, as its queue is full. */
static bool outlived_third_ack(const TcpStep *step)
{
	const TcpConnection *conn = step->conn;
	const TcpBelief *opened = tcp_beliefs_by(&conn->beliefs, step->from, TCP_GETS_ACK_OF_SYN);

	return opened && has_asked_once(step) &&
	       conn->leg[step->from] != SHAKEDOWN_DURATION_UNKNOWN &&
	       step->time - opened->time > tcp_leg(conn, step->from) * 2 + TCP_BUSY &&
	       step->time - conn->syn_ack_last < SYN_ACK_PATIENCE;
}

/* RFC 7323 §5.2: its stamp tells whether what comes now was sent before it. */
static void note_stamp(TcpSide *s, const Segment *seg)
{
	uint32_t tsval, tsecr;

	s->flags &= ~(uint32_t)TCP_SIDE_RST_STAMPED;
	if (!tcp_options_timestamps(seg, &tsval, &tsecr) || !tcp_side_has(s, TCP_SIDE_TIMESTAMPS) ||
	    (int32_t)(tsval - s->tsval) < 0)
		return;
	s->tsval = tsval;
	s->flags |= TCP_SIDE_RST_STAMPED;
}

/* The sender, if the RST is its own. */
static void end_sender(TcpStep *step)
{
	TcpConnection *conn = step->conn;
	TcpSide *s = &conn->side[step->from];
	const Segment *seg = step->seg;

	/* §3.10.7.3 first: SYN,ACK of another's SYN is answered by RST, and nothing else changes.
	 */
	if (tcp_resets_one_syn(step)) {
		step->note = "answers what is for an old SYN";
		return;
	}
	if (s->state == SHAKEDOWN_TCP_SYN_SENT && answers_without_connection(step) &&
	    tcp_side_has(s, TCP_SIDE_SYN_SEEN) && !tcp_side_sent_before(s, seg->seq)) {
		step->note = "answers what is not for its SYN";
		return;
	}
	const TcpBelief *reset = s->state == SHAKEDOWN_TCP_CLOSED
					 ? tcp_beliefs_by(&conn->beliefs, step->from, TCP_GETS_RST)
					 : NULL;
	/* Both have reset: it had not got the other's RST when it sent this. */
	bool crossed = reset &&
		       (seg->flags & TCP_ACK ? step->time - reset->time < tcp_leg(conn, step->from)
					     : tcp_reset_crosses(step, reset));
	/* It has no connection: if a reset should have ended it, that reset did. */
	if (reset && !crossed && answers_without_connection(step)) {
		s->flags |= TCP_SIDE_SENT_RST;
		tcp_confirm(step, step->from, TCP_GETS_RST);
		return;
	}
	if (crossed)
		tcp_take_back(step, step->from, TCP_GETS_RST);
	if (would_have_asked_again(step) || outlived_third_ack(step))
		tcp_confirm(step, step->from, TCP_GETS_ACK_OF_SYN);
	/* Else it never got there. An orphan that had closed is no contradiction, nor is who resets
	 * what comes behind a FIN, for whomever that was. */
	if (answers_without_connection(step) &&
	    !(s->flags & (TCP_SIDE_SENT_FIN | TCP_SIDE_LIKELY_FIN)) &&
	    !tcp_aside(conn)->side[tcp_other(step->from)].refuted_taken)
		tcp_take_back_unproven(step, step->from);
	tcp_take_back_not_received(step);
	tcp_unseen_answer(step);
	prove_received(step);
	s->flags |= TCP_SIDE_SENT_RST;
	note_stamp(s, seg);
	if (seg->has_ip_id && seg->ip_id)
		s->high_ip_id = seg->ip_id;
	tcp_believe(step, step->from, TCP_SENDS_RST, SHAKEDOWN_EVIDENCE_SENT);
}

/* One that opens has reset the answer to an old SYN; what else comes of that gets an RST each. */
static bool resets_old_syn_again(const TcpStep *step)
{
	const TcpSide *s = &step->conn->side[step->from];

	return s->state == SHAKEDOWN_TCP_SYN_SENT && tcp_side_has(s, TCP_SIDE_ANEW) &&
	       !(step->seg->flags & TCP_ACK) && !tcp_seq_eq(step->seg->seq, s->snd_nxt) &&
	       tcp_beliefs_by(&step->conn->beliefs, tcp_other(step->from), TCP_GETS_RST);
}

/* §3.10.7.1: it has reset, or closed for good, and what was on its way to it then gets an RST each,
 * with a number that means nothing any more. */
static bool is_echo(const TcpStep *step)
{
	const TcpSide *s = &step->conn->side[step->from];

	if (s->state != SHAKEDOWN_TCP_CLOSED || (step->seg->flags & TCP_ACK))
		return false;
	return tcp_side_has(s, TCP_SIDE_SENT_RST) ? tcp_seq_leq(step->seg->seq, s->snd_nxt)
						  : tcp_fin_acked(step->conn, step->from) &&
							    tcp_reset_answers_old_segment(step);
}

/* Its receiver must take it; alive: that was not closed before. */
static void take_reset(TcpStep *step, bool own, bool alive)
{
	TcpConnection *conn = step->conn;
	ShakedownSideId other = tcp_other(step->from);

	/* RFC 1337 §3: many hosts ignore resets there, and this one has. */
	if (conn->side[other].state == SHAKEDOWN_TCP_TIME_WAIT &&
	    tcp_aside(conn)->side[other].keeps_time_wait)
		step->note = "to be ignored, as the one before: TIME-WAIT goes on";
	else
		tcp_believe(step, other, TCP_GETS_RST, SHAKEDOWN_EVIDENCE_DELIVERED);
	if (!alive && !own)
		return;
	note_opening(step);
	if (conn->teardown_first < 0)
		conn->teardown_first = (int8_t)step->from;
	if (!tcp_aside(conn)->rst_time) {
		tcp_aside_make(conn)->rst_time = step->time;
		conn->reset_by = (int8_t)step->from;
	}
	if (!tcp_conn_has(conn, TCP_CONN_FINS_ACKED))
		conn->flags |= TCP_CONN_RESET;
	tcp_emit(step, TCP_EVENT_RST, step->from);
}

/* §3.10.7.1: somebody on the way answers a FIN in its name, as one who knows of no connection: so
 * do firewalls, and let it go no further. */
static void take_back_intercepted(TcpStep *step)
{
	const TcpConnection *conn = step->conn;
	const TcpSide *r = &conn->side[tcp_other(step->from)];
	const TcpBelief *got = tcp_beliefs_by(&conn->beliefs, step->from, TCP_GETS_FIN);

	if (got && got->evidence == SHAKEDOWN_EVIDENCE_DELIVERED && r->last == got->time &&
	    answers_without_connection(step))
		tcp_take_back(step, step->from, TCP_GETS_FIN);
}

void tcp_arrives_rst(TcpStep *step)
{
	TcpConnection *conn = step->conn;
	ShakedownSideId other = tcp_other(step->from);
	TcpSide *s = &conn->side[step->from], *r = &conn->side[other];

	tcp_count(&s->rsts);
	bool alive = r->state != SHAKEDOWN_TCP_CLOSED, taken = acceptable(step);
	/* A scanner makes its SYN itself, and its kernel, which knows nothing of it, resets the
	 * answer: the TTLs of the two differ, and yet it is its own. If not, it will go on. */
	bool probe = s->state == SHAKEDOWN_TCP_SYN_SENT &&
		     !tcp_aside(conn)->side[step->from].others_reset &&
		     (answers_without_connection(step) || tcp_answers_unseen(step));
	TcpSynReset of_two = tcp_resets_one_syn(step);
	bool foreign = !probe && tcp_ttl_is_foreign(s, step->seg->ttl) &&
		       !tcp_ttl_behind_proxy(conn, step->from, step->seg);
	bool own = !foreign && (taken || answers_without_connection(step) ||
				tcp_reset_answers_old_segment(step) ||
				(tcp_side_has(s, TCP_SIDE_SPACE) && in_window(step)));

	step->segment_class = SHAKEDOWN_SEGMENT_CONTROL;
	if (tcp_space_is_beside(step)) {
		step->segment_class = SHAKEDOWN_SEGMENT_OUT_OF_WINDOW;
		step->note = TCP_NOTE_BESIDE;
		return;
	}
	tcp_conn_mark(conn, TCP_MARK_RST, step->from, step->seg);
	bool echo = (!taken && !foreign && is_echo(step)) || resets_old_syn_again(step);
	if (own && (!echo || !taken))
		end_sender(step);
	if (!taken)
		step->segment_class = SHAKEDOWN_SEGMENT_OUT_OF_WINDOW;
	if (echo) {
		step->note = "it has closed already, and answers what was on its way";
		return;
	}
	if (!taken) {
		bool due = in_window(step) && r->state != SHAKEDOWN_TCP_SYN_SENT;

		if (due)
			r->flags |= TCP_SIDE_CHALLENGED;
		step->note = due	       ? "not exactly RCV.NXT: a challenge ACK is due"
			     : in_window(step) ? "does not acknowledge its SYN: to be ignored"
					       : "out of window: to be ignored";
		tcp_emit(step, TCP_EVENT_RST_IGNORED, step->from);
		return;
	}
	if (foreign) {
		tcp_emit(step, TCP_EVENT_RST_FORGED, step->from);
		take_back_intercepted(step);
	}
	take_reset(step, own, alive);
	if (of_two)
		tcp_goes_on_with_other_syn(step, of_two);
}
