/* SPDX-License-Identifier: BSD-3-Clause */
/* What a side's own segments tell of the other, of which nothing was captured. */
#include "tcp/tcp-tracker-private.h"

/* A SYN,ACK comes by then, or again after a second or three (RFC 6298 §2.1, §5.5). */
#define ANSWERED_WITHIN (INT64_C(4) * SHAKEDOWN_NS_PER_S)

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
