/* SPDX-License-Identifier: BSD-3-Clause */
#include "tcp/tcp-repetition.h"

#include "tcp/tcp-tracker-private.h"

/* Within that every host acknowledges what is in order (RFC 9293 §3.8.6.3). */
#define ANSWERED_WITHIN (SHAKEDOWN_NS_PER_S / 2)

/* What was sent to it last is SYN,ACK, again, or a retransmission. */
static bool acknowledges_repeated(const TcpConnection *conn, ShakedownSideId from, TcpSeq ack)
{
	const TcpSide *s = &conn->side[from], *r = &conn->side[tcp_other(from)];

	if (tcp_side_has(r, TCP_SIDE_RESENT))
		return tcp_seq_eq(ack, tcp_aside(conn)->side[tcp_other(from)].resent_end);
	return r->syns > 1 && s->packets == (uint32_t)s->syns + s->rsts &&
	       tcp_side_has(r, TCP_SIDE_ISN_KNOWN) && tcp_seq_eq(ack, tcp_seq_add(r->isn, 1));
}

bool tcp_answers_repetition(const TcpConnection *conn, ShakedownSideId from, const Segment *rst)
{
	const TcpSide *s = &conn->side[from], *r = &conn->side[tcp_other(from)];
	ShakedownDuration leg = tcp_leg(conn, from);

	return (rst->flags & TCP_ACK) && tcp_side_has(r, TCP_SIDE_ACKED) &&
	       tcp_seq_eq(rst->seq, r->rcv_nxt) && acknowledges_repeated(conn, from, rst->ack) &&
	       r->last - s->last > ANSWERED_WITHIN &&
	       rst->time - r->last <= (leg ? leg * 3 / 2 + TCP_BUSY : ANSWERED_WITHIN);
}
