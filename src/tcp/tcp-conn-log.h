/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A connection as Zeek's conn.log tells of it: conn_state, history, sizes by sequence numbers, the
 * time that counts as its last. What is believed of the two sides is the tracker's affair
 * (tcp-belief.h) and better; this follows Zeek's own, simpler rules, so that rows compare: every
 * RST and FIN counts, whoever sent it, and one SYN,ACK establishes both ends. Zeek's documentation
 * of Conn::Info is the reference for the letters.
 *
 * One attempt is one row, though: where Zeek gives up after five seconds and begins another row for
 * the next SYN, or for an RST that comes late, this one goes on, and counts what comes late without
 * changing its verdict.
 *
 * Only the numbers are the tracker's: where a segment lies out of window, or a SYN bears a number
 * that is not its side's, Zeek's byte counts go astray and these do not.
 */
#pragma once

#include "tcp/tcp-step.h"

#include <shakedown/connection.h>

typedef struct _TcpConnLog TcpConnLog;

/* A segment of the connection, after the tracker has taken it. */
void tcp_conn_log_segment(const TcpStep *step);
/* The last segment of the side stood for so many (a SYN that waited for its meaning). */
void tcp_conn_log_times(TcpConnection *conn, ShakedownSideId side, uint32_t times);
/* False where no segment was logged. What out points to lives as long as the connection. */
bool tcp_conn_log_fill(const TcpConnection *conn, ShakedownConnLog *out);
