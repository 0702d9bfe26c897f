/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * FINs that were not their sender's own. Nothing lies beyond a FIN, and its number is its own: who
 * goes on where it stood has not sent it. Who should have got it may have taken it all the same.
 */
#include "tcp/tcp-space.h"
#include "tcp/tcp-stream.h"
#include "tcp/tcp-tracker-private.h"
#include "tcp/tcp-watch.h"

#include <glib.h>

/* Nobody probes a connection that has been idle for less (RFC 9293 §3.8.4). */
#define PROBED_AFTER (SHAKEDOWN_NS_PER_S * 9 / 10)

/* A keep-alive, and its one byte, has that number, too: RFC 9293 §3.8.4. The capture may have lost
 * what its sender has acknowledged since. */
static bool may_be_probe(const TcpStep *step)
{
	const TcpSide *s = &step->conn->side[step->from],
		      *r = &step->conn->side[tcp_other(step->from)];

	return step->seg->payload_len <= 1 && tcp_seq_eq(step->seg->seq, s->fin) &&
	       step->time - MAX(s->last, r->last) >= PROBED_AFTER;
}

/* Data where the FIN stood. */
static bool data_instead(const TcpStep *step)
{
	const Segment *seg = step->seg;
	TcpSeq fin = step->conn->side[step->from].fin;

	return tcp_seq_leq(seg->seq, fin) &&
	       tcp_seq_lt(fin, tcp_seq_add(seg->seq, seg->payload_len)) &&
	       !tcp_watch_is_padding(seg) && !may_be_probe(step);
}

/* Both sides' timers may be as long: its keep-alive, which has the FIN's number, crosses the
 * other's or leaves when that arrives. */
static bool may_cross_probe(const TcpStep *step)
{
	const TcpSide *s = &step->conn->side[step->from];

	return tcp_side_has(s, TCP_SIDE_PROBED) && step->seg->payload_len <= 1 &&
	       tcp_seq_eq(step->seg->seq, s->fin) && step->time - s->last >= PROBED_AFTER;
}

/* It was not sent before the FIN and overtaken by that, and it answers what has just passed: it is
 * no keep-alive. */
static bool answers_now(const TcpStep *step)
{
	const TcpConnection *conn = step->conn;
	const TcpSide *s = &conn->side[step->from], *r = &conn->side[tcp_other(step->from)];
	ShakedownDuration answer = tcp_leg(conn, step->from) * 2 + TCP_BUSY;
	ShakedownTime fin = tcp_closing(conn)->fin_latest[step->from];

	return conn->leg[step->from] != SHAKEDOWN_DURATION_UNKNOWN && step->time - fin > answer &&
	       step->time - r->last <= answer && !may_cross_probe(step) &&
	       !tcp_space_overtaken_by(step, s->high_ip_id, fin);
}

/* A bare ACK bears SND.NXT, and with news it was sent after all that has passed: were the FIN its
 * sender's, which the other has acknowledged, it would stand behind it. */
static bool acks_from_before(const TcpStep *step)
{
	const TcpConnection *conn = step->conn;
	const TcpSide *s = &conn->side[step->from];
	const Segment *seg = step->seg;

	return !seg->payload_len && (seg->flags & (TCP_ACK | TCP_FIN)) == TCP_ACK &&
	       tcp_seq_leq(seg->seq, s->fin) && tcp_fin_acked(conn, step->from) &&
	       tcp_side_has(s, TCP_SIDE_ACKED) && !may_be_probe(step) &&
	       (tcp_seq_lt(s->rcv_nxt, seg->ack) ||
		(tcp_seq_eq(s->rcv_nxt, seg->ack) && answers_now(step)));
}

/* A FIN below it, which the other has not acknowledged nor anything beyond. */
static bool another_fin(const TcpStep *step)
{
	const TcpConnection *conn = step->conn;
	const TcpSide *s = &conn->side[step->from], *r = &conn->side[tcp_other(step->from)];
	TcpSeq fin = tcp_seq_add(step->seg->seq, step->seg->payload_len);

	return (step->seg->flags & TCP_FIN) && tcp_seq_lt(fin, s->fin) &&
	       !tcp_fin_acked(conn, step->from) && tcp_side_has(r, TCP_SIDE_ACKED) &&
	       tcp_seq_leq(r->rcv_nxt, fin);
}

/* The gap before the FIN is none, if nothing of it was sent. */
static void forget_gap(TcpStep *step)
{
	TcpConnection *conn = step->conn;
	TcpSide *s = &conn->side[step->from];
	TcpSeq fin = s->fin;

	if (!tcp_seq_eq(s->snd_nxt, tcp_seq_add(fin, 1)))
		return;
	s->snd_nxt = fin;
	if (!conn->aside)
		return;
	const TcpHole *hole =
		tcp_holes_at(conn->aside->holes[step->from], tcp_seq_add(fin, UINT32_MAX), fin);

	if (!hole || !tcp_seq_eq(hole->right, fin))
		return;
	s->snd_nxt = hole->left;
	tcp_holes_fill(&conn->aside->holes[step->from], hole->left, fin,
		       &tcp_aside_side(conn, step->from)->missing, &step->tracker->holes);
}

/* What did not rest on its FIN, as it was believed then. */
static void believe_again(TcpStep *step, const TcpBelief *belief)
{
	ShakedownTime time = step->time;
	uint64_t frame = step->frame;

	step->time = belief->time;
	step->frame = belief->frame;
	tcp_believe(step, step->from, belief->input, belief->evidence);
	step->time = time;
	step->frame = frame;
}

static TcpBelief belief_of(const TcpBelief *belief)
{
	return belief ? *belief : (TcpBelief){0};
}

/* Its own states. */
static void take_back_own(TcpStep *step)
{
	const TcpBeliefs *beliefs = &step->conn->beliefs;
	TcpBelief fin = belief_of(tcp_beliefs_by(beliefs, step->from, TCP_SENDS_FIN));
	TcpBelief got = belief_of(tcp_beliefs_by(beliefs, step->from, TCP_GETS_FIN));
	TcpBelief last = belief_of(tcp_beliefs_last(beliefs, step->from));
	bool reset = last.input == TCP_GETS_RST || last.input == TCP_SENDS_RST;

	if (!tcp_take_back(step, step->from, TCP_SENDS_FIN))
		return;
	if (got.state && fin.state == SHAKEDOWN_TCP_FIN_WAIT_1)
		believe_again(step, &got);
	if (reset)
		believe_again(step, &last);
}

/* The side has not got what is no FIN of the other. */
static void not_taken(TcpStep *step, ShakedownSideId side)
{
	ShakedownSideId other = tcp_other(side);

	tcp_take_back(step, side, TCP_GETS_FIN);
	tcp_aside_side(step->conn, other)->refuted_taken = false;
	tcp_stream_reopen(step->conn, other);
}

/* The other would have acknowledged it by now, unless its ACK is under way. */
static void take_back_others(TcpStep *step, bool gap)
{
	TcpConnection *conn = step->conn;
	ShakedownSideId other = tcp_other(step->from);
	const TcpBelief *got = tcp_beliefs_by(&conn->beliefs, other, TCP_GETS_FIN);
	const TcpBelief *last = tcp_beliefs_last(&conn->beliefs, other);

	if (got && (got != last || got->evidence != SHAKEDOWN_EVIDENCE_DELIVERED))
		return;
	if (got && !gap && step->time - got->time <= tcp_leg(conn, other) * 2 + TCP_BUSY)
		return;
	not_taken(step, other);
}

/* It was refuted before, and now its sender goes on with data. */
static void goes_on(TcpStep *step)
{
	const TcpAsideSide *aside = &tcp_aside(step->conn)->side[step->from];
	const TcpSide *s = &step->conn->side[step->from];
	const Segment *seg = step->seg;

	if (aside->refuted && tcp_seq_eq(s->snd_nxt, aside->refuted_fin) &&
	    tcp_seq_leq(seg->seq, s->snd_nxt) &&
	    tcp_seq_lt(s->snd_nxt, tcp_seq_add(seg->seq, seg->payload_len)))
		tcp_emit(step, TCP_EVENT_FIN_CONTRADICTED, step->from);
}

void tcp_forged_fin_refuted(TcpStep *step)
{
	TcpConnection *conn = step->conn;
	const TcpSide *s = &conn->side[step->from];
	TcpAsideSide *aside;

	if (!tcp_side_has(s, TCP_SIDE_SENT_FIN) || tcp_side_has(s, TCP_SIDE_HIDDEN_FIN)) {
		goes_on(step);
		return;
	}
	if (!data_instead(step) && !acks_from_before(step) && !another_fin(step))
		return;
	tcp_emit(step, TCP_EVENT_FIN_CONTRADICTED, step->from);
	aside = tcp_aside_side(conn, step->from);
	aside->refuted = aside->refuted_taken = true;
	aside->refuted_fin = s->fin;
	TcpSeq end = s->snd_nxt;

	forget_gap(step);
	bool gap = tcp_seq_lt(tcp_seq_add(s->snd_nxt, 1), end);

	tcp_forget_fin(step, step->from);
	conn->flags &= ~(uint32_t)(TCP_CONN_CROSSED | TCP_CONN_FIN_WITH_ACK);
	take_back_own(step);
	take_back_others(step, gap);
	if (conn->aside->watch)
		conn->aside->watch->side[tcp_other(step->from)].late_bytes = 0;
	step->note = "a FIN in its name was not its own: it goes on where that stood";
}

void tcp_forged_fin_answered(TcpStep *step)
{
	const TcpConnection *conn = step->conn;
	const TcpAsideSide *aside = &tcp_aside(conn)->side[tcp_other(step->from)];
	const TcpBelief *got = tcp_beliefs_by(&conn->beliefs, step->from, TCP_GETS_FIN);
	TcpSeq acked = tcp_seq_add(aside->refuted_fin, 1);

	if (!aside->refuted_taken || !got || got->evidence != SHAKEDOWN_EVIDENCE_DELIVERED)
		return;
	if (tcp_seq_eq(step->seg->ack, acked))
		tcp_confirm(step, step->from, TCP_GETS_FIN);
	else if (tcp_seq_lt(acked, step->seg->ack) ||
		 step->time - got->time > tcp_leg(conn, step->from) * 2 + TCP_BUSY)
		not_taken(step, step->from);
}
