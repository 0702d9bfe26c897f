/* SPDX-License-Identifier: BSD-3-Clause */
/* What a side's own segments tell of the other, of which nothing was captured. */
#include "tcp/tcp-holes.h"
#include "tcp/tcp-tracker-private.h"

/* A SYN,ACK comes by then, or again after a second or three (RFC 6298 §2.1, §5.5). */
#define ANSWERED_WITHIN (INT64_C(4) * SHAKEDOWN_NS_PER_S)

/* What a program takes to close when it has read the end of what it was sent. */
#define AT_ONCE (SHAKEDOWN_NS_PER_S / 100)
/* A FIN that was not acknowledged by then is sent again; what answers it comes sooner. */
#define SILENCE SHAKEDOWN_NS_PER_S

static bool unseen(const TcpConnection *conn, ShakedownSideId side)
{
	return !tcp_side_has(&conn->side[side], TCP_SIDE_SEEN);
}

void tcp_unseen_answer(TcpStep *step)
{
	const TcpConnection *conn = step->conn;
	ShakedownSideId other = tcp_other(step->from);
	const TcpSide *s = &conn->side[step->from];

	/* §3.10.7.1: it had given up, and answers what has acknowledged its SYN. Much later it may
	 * be a reset of somebody between them. */
	if (step->time - conn->syn_last < ANSWERED_WITHIN && unseen(conn, other) &&
	    s->state == SHAKEDOWN_TCP_SYN_SENT && tcp_side_has(s, TCP_SIDE_SYN_SEEN) &&
	    !(step->seg->flags & TCP_ACK) && tcp_seq_eq(step->seg->seq, tcp_seq_add(s->isn, 1)))
		tcp_believe(step, other, TCP_SENDS_SYN_ACK, SHAKEDOWN_EVIDENCE_CONFIRMED);
}

void tcp_unseen_syn(TcpStep *step)
{
	TcpConnection *conn = step->conn;
	ShakedownSideId other = tcp_other(step->from);
	TcpSide *r = &conn->side[other];

	if (!unseen(conn, other) || r->state != SHAKEDOWN_TCP_CLOSED ||
	    tcp_beliefs_last(&conn->beliefs, other))
		return;
	conn->flags |= TCP_CONN_SIMULTANEOUS;
	r->isn = tcp_seq_add(step->seg->ack, UINT32_MAX);
	r->snd_nxt = step->seg->ack;
	r->flags |= TCP_SIDE_ISN_KNOWN | TCP_SIDE_SPACE;
	tcp_believe(step, other, TCP_SENDS_SYN, SHAKEDOWN_EVIDENCE_CONFIRMED);
	tcp_believe(step, other, TCP_SENDS_SYN_ACK, SHAKEDOWN_EVIDENCE_DELIVERED);
}

/* It closed with, or at once behind, an acknowledgment of more than one number. */
static bool closed_at_the_end(const TcpConnection *conn, ShakedownSideId side)
{
	const TcpSide *r = &conn->side[tcp_other(side)];
	const TcpHoles *holes = tcp_aside(conn)->holes[tcp_other(side)];
	const TcpHole *last = holes && holes->len ? &holes->hole[holes->len - 1] : NULL;

	return last && last->acked && tcp_seq_eq(last->right, r->snd_nxt) &&
	       tcp_closing(conn)->fin_time[side] - last->since <= AT_ONCE;
}

/* Its FIN once, and then nothing: were it the first, the other's would have come, and been
 * acknowledged. So the other's FIN came with what it had acknowledged last. */
static void close_second(TcpStep *step, ShakedownSideId side)
{
	TcpConnection *conn = step->conn;
	ShakedownSideId other = tcp_other(side);
	TcpSide *s = &conn->side[side];
	const TcpBelief *fin = tcp_beliefs_by(&conn->beliefs, side, TCP_SENDS_FIN);
	ShakedownTime now = step->time;

	if (s->state != SHAKEDOWN_TCP_FIN_WAIT_1 || !fin || s->fins != 1 ||
	    tcp_side_has(s, TCP_SIDE_HIDDEN_FIN) || now - s->last < SILENCE ||
	    tcp_closing(conn)->fin_time[side] != s->last || !closed_at_the_end(conn, side))
		return;
	step->time = fin->time;
	step->frame = fin->frame;
	tcp_take_back(step, other, TCP_GETS_FIN);
	tcp_take_back(step, side, TCP_SENDS_FIN);
	tcp_believe(step, other, TCP_SENDS_FIN, SHAKEDOWN_EVIDENCE_DELIVERED);
	tcp_believe(step, side, TCP_GETS_FIN, SHAKEDOWN_EVIDENCE_DELIVERED);
	tcp_believe(step, other, TCP_GETS_ACK_OF_FIN, SHAKEDOWN_EVIDENCE_DELIVERED);
	tcp_believe(step, side, TCP_SENDS_FIN, SHAKEDOWN_EVIDENCE_SENT);
	tcp_believe(step, other, TCP_GETS_FIN, SHAKEDOWN_EVIDENCE_DELIVERED);
	tcp_believe(step, side, TCP_GETS_ACK_OF_FIN, SHAKEDOWN_EVIDENCE_DELIVERED);
	step->time = now;
	step->frame = 0;
}

void tcp_unseen_over(TcpStep *step)
{
	for (ShakedownSideId side = SHAKEDOWN_CLIENT; side <= SHAKEDOWN_SERVER; side++)
		if (unseen(step->conn, tcp_other(side)))
			close_second(step, side);
}
