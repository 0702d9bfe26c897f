/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Connections at rest. One that both ends have closed still waits for late segments, for its
 * TIME-WAIT to end and to be forgotten, and where there are many most are such; of those that are
 * open most have nothing to say for a while (tcp-idle.h). Such a connection is packed into a third
 * of what it is in use: some 150 bytes of the tracker's log beside the 56 of a folded one
 * (tcp-folded.h), whose handle it has. Packing is without loss, whatever the connection is.
 */
#pragma once

#include "tcp/tcp-connection.h"

#include <stddef.h>

typedef struct _TcpTracker TcpTracker;

/* Nothing points to it, and it has no more beside it than is packed. */
bool tcp_rest_can(const TcpConnection *conn);

/* What a TcpFolded does not hold of it (key, hash, id, start, first frame), in bytes of the log of
 * those that rest, whose owner is the TcpFolded's handle; what hangs off the connection is theirs
 * from here on. */
uint8_t *tcp_rest_pack(TcpTracker *tracker, const TcpConnection *conn,
		       uint32_t folded) G_GNUC_WARN_UNUSED_RESULT;
/* conn, else zero, has what the TcpFolded held. open: when it was packed, it was. Drops the bytes.
 */
void tcp_rest_unpack(TcpTracker *tracker, TcpConnection *conn, uint8_t *rest, bool open);
