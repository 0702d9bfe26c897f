/* SPDX-License-Identifier: BSD-3-Clause */
#include "tcp/tcp-connection.h"

#include <glib.h>

ShakedownAddress tcp_conn_address(const TcpConnection *conn, ShakedownSideId side)
{
	unsigned end = side == SHAKEDOWN_CLIENT ? conn->client_end : conn->client_end ^ 1u;
	ShakedownAddress address = {.version = conn->key.ip_version};

	memcpy(address.bytes, conn->key.addr[end], sizeof address.bytes);
	return address;
}

uint16_t tcp_conn_port(const TcpConnection *conn, ShakedownSideId side)
{
	return conn->key.port[side == SHAKEDOWN_CLIENT ? conn->client_end : conn->client_end ^ 1u];
}

void tcp_conn_mark(TcpConnection *conn, TcpMarkKind kind, ShakedownSideId side, const Segment *seg)
{
	TcpMarks *marks = &conn->marks;

	if (!seg || marks->len == TCP_MARKS)
		return;
	if (marks->len == marks->room) {
		marks->room = marks->room ? (uint16_t)(marks->room * 2) : 2;
		marks->items = g_renew(TcpMark, marks->items, marks->room);
	}
	marks->items[marks->len++] =
		(TcpMark){.time = seg->time, .frame = seg->frame, .kind = kind, .side = side};
}
