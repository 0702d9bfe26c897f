/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What comes from a side that a reset should have ended: it was under way, or the reset was none
 * (RFC 9293 §3.10.7.4 second, RFC 5961 §3).
 */
#include "decode/tcp-options.h"
#include "tcp/tcp-outcome.h"
#include "tcp/tcp-space.h"
#include "tcp/tcp-tracker-private.h"

/* Behind its sender's RST it comes from another queue or card. */
#define OVERTAKEN_WITHIN SHAKEDOWN_NS_PER_S

/* Nobody has been ended by that RST. */
static void undo_reset(TcpConnection *conn)
{
	if (conn->side[0].state != SHAKEDOWN_TCP_CLOSED &&
	    conn->side[1].state != SHAKEDOWN_TCP_CLOSED)
		tcp_conn_forget_reset(conn, TCP_CONN_ABORTED);
}

/* An old duplicate: all of it has been acknowledged, and its sender's clock has not gone on. */
static bool old_duplicate(const TcpStep *step)
{
	const TcpSide *s = &step->conn->side[step->from];
	uint32_t tsval, tsecr;

	return step->segment_class == SHAKEDOWN_SEGMENT_SPURIOUS_RETRANSMISSION &&
	       (!tcp_options_timestamps(step->seg, &tsval, &tsecr) ||
		(int32_t)(tsval - s->tsval) < 0);
}

/* An ACK of less than it has acknowledged before comes late: it tells nothing of its sender now. */
static bool old_ack(const TcpStep *step)
{
	const TcpSide *s = &step->conn->side[step->from];
	const Segment *seg = step->seg;

	return (seg->flags & (TCP_ACK | TCP_FIN)) == TCP_ACK && !seg->payload_len &&
	       tcp_side_has(s, TCP_SIDE_ACKED) && tcp_seq_lt(seg->ack, s->rcv_nxt);
}

/* Sent before the other's RST came, if a leg has not passed since, or somewhat more where hosts and
 * queues are busy. */
static bool was_under_way(const TcpStep *step, ShakedownTime reset)
{
	ShakedownDuration leg = tcp_leg(step->conn, step->from);

	return step->time - reset < leg + leg / 4 + TCP_BUSY;
}

/* By its sender's clock sent no later than its own RST, or before something else of it that has
 * passed already. So late nothing is overtaken any more, and the stamp was a forger's. */
static bool stamped_before_reset(const TcpStep *step, ShakedownTime reset)
{
	const TcpSide *s = &step->conn->side[step->from];
	uint32_t tsval, tsecr;

	if (step->time - reset > OVERTAKEN_WITHIN || !tcp_side_has(s, TCP_SIDE_TIMESTAMPS) ||
	    !tcp_options_timestamps(step->seg, &tsval, &tsecr))
		return false;
	int32_t on = (int32_t)(tsval - s->tsval);
	return on < 0 || (on == 0 && tcp_side_has(s, TCP_SIDE_RST_STAMPED));
}

/* It is the first to acknowledge the other's FIN. */
static bool proves_fin_received(const TcpStep *step)
{
	const TcpConnection *conn = step->conn;
	const TcpSide *r = &conn->side[tcp_other(step->from)];

	return (step->seg->flags & TCP_ACK) && tcp_side_has(r, TCP_SIDE_SENT_FIN) &&
	       tcp_seq_lt(r->fin, step->seg->ack) &&
	       !tcp_beliefs_by(&conn->beliefs, step->from, TCP_GETS_FIN);
}

/* A reset that passed while this was under way, or that has overtaken it, has ended its sender
 * after it: in the order in which it happened, this comes first. */
static bool comes_before(TcpStep *step, TcpInput reset)
{
	return ((step->seg->flags & TCP_FIN) || !tcp_was_synchronized(step->conn, step->from) ||
		proves_fin_received(step)) &&
	       tcp_take_back(step, step->from, reset);
}

/* The reset was none, and what passed since has reached it all the same. */
static void catch_up(TcpStep *step, ShakedownTime reset)
{
	TcpConnection *conn = step->conn;
	ShakedownSideId other = tcp_other(step->from);
	const TcpSide *r = &conn->side[other];

	if (r->last <= reset)
		return;
	if (tcp_fin_acked(conn, step->from))
		tcp_believe(step, step->from, TCP_GETS_ACK_OF_FIN, SHAKEDOWN_EVIDENCE_DELIVERED);
	if (tcp_side_has(r, TCP_SIDE_SENT_FIN) && tcp_closing(conn)->fin_latest[other] > reset)
		tcp_believe(step, step->from, TCP_GETS_FIN, SHAKEDOWN_EVIDENCE_DELIVERED);
}

static void go_on_unreset(TcpStep *step, const TcpBelief *reset, const char *note)
{
	ShakedownTime when = reset->time;
	TcpInput input = reset->input;

	tcp_take_back(step, step->from, input);
	step->note = note;
	if (input == TCP_GETS_RST && step->conn->side[step->from].state == SHAKEDOWN_TCP_TIME_WAIT)
		tcp_aside_side(step->conn, step->from)->keeps_time_wait = true;
	catch_up(step, when);
	undo_reset(step->conn);
	tcp_emit(step, TCP_EVENT_RST_CONTRADICTED, step->from);
}

bool tcp_goes_on(TcpStep *step, TcpInput *again)
{
	TcpConnection *conn = step->conn;
	TcpSide *s = &conn->side[step->from];

	if (s->state != SHAKEDOWN_TCP_CLOSED)
		return false;
	const TcpBelief *last = tcp_beliefs_last(&conn->beliefs, step->from);

	if (!last)
		return false;
	switch ((TcpInput)last->input) {
	case TCP_SENDS_RST:
		*again = TCP_SENDS_RST;
		if (old_duplicate(step) || old_ack(step))
			return false;
		if (tcp_space_overtaken_by(step, s->high_ip_id, last->time) ||
		    stamped_before_reset(step, last->time))
			return comes_before(step, TCP_SENDS_RST);
		/* Who has reset sends nothing any more: it was another that sent the RST. */
		go_on_unreset(step, last, "its RST was not its own: it goes on");
		return false;
	case TCP_GETS_RST:
		/* Unless this was under way already when the RST came. */
		*again = TCP_GETS_RST;
		if (old_ack(step) || tcp_space_overtaken_by(step, s->high_ip_id, last->time))
			return false;
		if (was_under_way(step, last->time))
			return comes_before(step, TCP_GETS_RST);
		go_on_unreset(step, last, "the RST did not reach it, or it was ignored");
		return false;
	case TCP_GETS_UNREACHABLE:
	case TCP_TIMES_OUT:
		tcp_take_back(step, step->from, last->input);
		return false;
	case TCP_GETS_ACK_OF_FIN: /* FIN again: tcp-close.c */
	case TCP_SENDS_SYN:
	case TCP_SENDS_SYN_ACK:
	case TCP_SENDS_ACK:
	case TCP_SENDS_FIN:
	case TCP_GETS_ACK_OF_SYN:
	case TCP_GETS_FIN:
	case TCP_STARTS_MIDWAY:
	case TCP_SENDS_NEW_SYN:
	case TCP_GETS_NEW_SYN:
		return false;
	}
	return false;
}
