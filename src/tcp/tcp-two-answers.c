/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A SYN that gets two answers of different numbers: a listener that has forgotten the first, or
 * keeps none (RFC 4987 §3.6), or a proxy beside it that opens in its name. The client goes on with
 * the one that came first to it, and answers the other with an ACK of that (RFC 5961 §4).
 */
#include "tcp/tcp-tracker-private.h"

void tcp_two_answers_note(TcpConnection *conn, ShakedownSideId side)
{
	const TcpSide *s = &conn->side[side];

	if (s->state != SHAKEDOWN_TCP_SYN_RECEIVED || tcp_side_has(s, TCP_SIDE_SENT_SYN) ||
	    !tcp_side_has(s, TCP_SIDE_SYN_SEEN))
		return;
	TcpAsideSide *aside = tcp_aside_side(conn, side);

	aside->two_answers = true;
	aside->answer_isn = s->isn;
	aside->answer_options = s->options;
}

void tcp_two_answers_choose(TcpStep *step)
{
	TcpConnection *conn = step->conn;
	ShakedownSideId other = tcp_other(step->from);
	TcpSide *r = &conn->side[other];

	if (!tcp_aside(conn)->side[other].two_answers || !(step->seg->flags & TCP_ACK) ||
	    tcp_conn_has(conn, TCP_CONN_THIRD_ACK) || r->state != SHAKEDOWN_TCP_SYN_RECEIVED)
		return;
	TcpAsideSide *aside = tcp_aside_side(conn, other);
	TcpSeq latest = r->isn;

	aside->two_answers = false;
	if (!tcp_seq_eq(step->seg->ack, tcp_seq_add(aside->answer_isn, 1)))
		return;
	r->isn = aside->answer_isn;
	r->snd_nxt = step->seg->ack;
	tcp_take_options(r, &aside->answer_options);
	conn->syn_ack_last = conn->syn_ack_first;
	aside->beside_isn = latest;
	r->flags |= TCP_SIDE_TWICE;
}
