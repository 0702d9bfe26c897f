/* SPDX-License-Identifier: BSD-3-Clause */
/* What a side's own segments tell of the other, of which nothing was captured. */
#include "tcp/tcp-tracker-private.h"

/* A SYN,ACK comes by then, or again after a second or three (RFC 6298 §2.1, §5.5). */
#define ANSWERED_WITHIN (INT64_C(4) * SHAKEDOWN_NS_PER_S)

static bool unseen(const TcpConnection *conn, ShakedownSideId side)
{
	return !tcp_side_has(&conn->side[side], TCP_SIDE_SEEN);
}

bool tcp_answers_unseen(const TcpStep *step)
{
	const TcpConnection *conn = step->conn;
	const TcpSide *s = &conn->side[step->from];

	/* Much later it may be a reset of somebody between them. */
	return step->time - conn->syn_last < ANSWERED_WITHIN &&
	       unseen(conn, tcp_other(step->from)) && s->state == SHAKEDOWN_TCP_SYN_SENT &&
	       tcp_side_has(s, TCP_SIDE_SYN_SEEN) && !(step->seg->flags & TCP_ACK) &&
	       tcp_seq_eq(step->seg->seq, tcp_seq_add(s->isn, 1));
}

void tcp_unseen_answer(TcpStep *step)
{
	if (tcp_answers_unseen(step))
		tcp_believe(step, tcp_other(step->from), TCP_SENDS_SYN_ACK,
			    SHAKEDOWN_EVIDENCE_CONFIRMED);
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
