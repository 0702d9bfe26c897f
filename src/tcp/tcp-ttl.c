/* SPDX-License-Identifier: BSD-3-Clause */
#include "tcp/tcp-ttl.h"

/* From a firewall to the farthest host that it is for: the layers of a data centre. */
#define BEHIND_PROXY_MOST 8

unsigned tcp_ttl_hops(uint8_t ttl)
{
	return (ttl <= 32 ? 32u : ttl <= 64 ? 64u : ttl <= 128 ? 128u : 255u) - ttl;
}

bool tcp_ttl_is_foreign(const TcpSide *side, uint8_t ttl)
{
	return side->ttl[0] && ttl != side->ttl[0] && ttl != side->ttl[1];
}

/* Its SYN,ACK, and ACKs of the SYN alone; all with one TTL. The proxy has the third ACK before it
 * asks the host. */
static bool only_opened(const TcpConnection *conn, ShakedownSideId side)
{
	const TcpSide *s = &conn->side[side], *r = &conn->side[tcp_other(side)];

	return side == SHAKEDOWN_SERVER && tcp_conn_has(conn, TCP_CONN_THIRD_ACK) &&
	       tcp_side_has(s, TCP_SIDE_SYN_SEEN | TCP_SIDE_ACKED) &&
	       !tcp_side_has(s, TCP_SIDE_SENT_SYN) && !s->ttl[1] &&
	       tcp_seq_eq(s->snd_nxt, tcp_seq_add(s->isn, 1)) &&
	       tcp_side_has(r, TCP_SIDE_ISN_KNOWN) &&
	       tcp_seq_eq(s->rcv_nxt, tcp_seq_add(r->isn, 1));
}

bool tcp_ttl_behind_proxy(const TcpConnection *conn, ShakedownSideId side, const Segment *seg)
{
	const TcpSide *s = &conn->side[side];

	if (!only_opened(conn, side) || !tcp_seq_eq(seg->seq, s->snd_nxt))
		return false;
	unsigned opened = tcp_ttl_hops(s->ttl[0]), now = tcp_ttl_hops(seg->ttl);

	return now > opened && now - opened <= BEHIND_PROXY_MOST;
}
