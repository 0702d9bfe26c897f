/* SPDX-License-Identifier: BSD-3-Clause */
#include "tcp/tcp-connection.h"

#include <glib.h>

const TcpAsideSide tcp_no_sides[2];
const TcpAside tcp_no_aside = {.side = tcp_no_sides};
const TcpClosing tcp_not_closing;

TcpAside *tcp_aside_make(TcpConnection *conn)
{
	if (!conn->aside) {
		conn->aside = g_new0(TcpAside, 1);
		conn->aside->side = tcp_no_sides;
	}
	return conn->aside;
}

TcpAsideSide *tcp_aside_side(TcpConnection *conn, ShakedownSideId side)
{
	TcpAside *aside = tcp_aside_make(conn);

	if (aside->side == tcp_no_sides)
		aside->side = g_new0(TcpAsideSide, 2);
	return (TcpAsideSide *)&aside->side[side];
}

TcpClosing *tcp_closing_make(TcpConnection *conn, Slab *slab)
{
	if (!conn->closing) {
		uint32_t handle = slab_alloc(slab);

		conn->closing = slab_get(slab, handle);
		conn->closing->handle = handle;
	}
	return conn->closing;
}

void tcp_conn_forget_reset(TcpConnection *conn, TcpConnFlags flags)
{
	conn->flags &= ~(uint32_t)(TCP_CONN_RESET | flags);
	if (conn->aside)
		conn->aside->rst_time = 0;
	conn->reset_by = -1;
	conn->teardown_first = conn->first_fin;
}

void tcp_conn_mark(TcpConnection *conn, TcpMarkKind kind, ShakedownSideId side, const Segment *seg)
{
	if (tcp_aside(conn)->marks.len == TCP_MARKS)
		return;
	TcpMarks *marks = &tcp_aside_make(conn)->marks;

	if (marks->len == marks->room) {
		marks->room = marks->room ? (uint16_t)(marks->room * 2) : 2;
		marks->items = g_renew(TcpMark, marks->items, marks->room);
	}
	marks->items[marks->len++] = (TcpMark){.time = seg->time,
					       .frame = seg->frame,
					       .kind = kind,
					       .side = side,
					       .ttl = seg->ttl};
}

const TcpMark *tcp_conn_latest_mark(const TcpConnection *conn, unsigned kinds, unsigned sides)
{
	const TcpMarks *marks = &tcp_aside(conn)->marks;

	for (unsigned i = marks->len; i-- > 0;)
		if (kinds >> marks->items[i].kind & sides >> marks->items[i].side & 1)
			return &marks->items[i];
	return NULL;
}
