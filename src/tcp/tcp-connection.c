/* SPDX-License-Identifier: BSD-3-Clause */
#include "tcp/tcp-connection.h"

#include <glib.h>

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
