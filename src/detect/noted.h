/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the detectors have noted of a connection, a bit each in TcpConnection.noted: cheap enough
 * for every connection of a flood. What few connections have is in their dossier.
 */
#pragma once

#include "tcp/tcp-connection.h"

typedef enum {
	NOTED_REFUSED = 1 << 0, /* an acceptable RST answered its SYN */
	NOTED_REUSES = 1 << 2,	/* its SYN came to a four-tuple in TIME-WAIT */
	/* The first segment was no SYN. */
	NOTED_STRAY_ACK = 1 << 3,
	NOTED_STRAY_FIN = 1 << 4,
	NOTED_STRAY_RST = 1 << 5,
	NOTED_STRAY_TO_CLIENT = 1 << 6, /* … and went to the one that was taken for the client */
	/* Unexpected flags, by kind. */
	NOTED_ODD_NULL = 1 << 7,
	NOTED_ODD_FIN = 1 << 8,
	NOTED_ODD_XMAS = 1 << 9,
	NOTED_ODD_SYN_FIN = 1 << 10,
	NOTED_ODD_SYN_RST = 1 << 11,
	NOTED_ODD_RESERVED = 1 << 12,
	NOTED_ODD_NO_ACK = 1 << 13,
	NOTED_ODD_FIRST = 1 << 26, /* its first segment has some */
	NOTED_DOSSIER = 1 << 27,   /* there is one */
	/* How the tables of services and scanners have counted it. */
	NOTED_HALF_OPEN = 1 << 14,     /* among the service's half-open ones */
	NOTED_IN_WINDOW = 1 << 15,     /* its SYN in the service's window */
	NOTED_JUDGED = 1 << 16,	       /* its outcome in its source's account */
	NOTED_FIRST_TRY = 1 << 21,     /* … and its source had not tried that port before */
	NOTED_AGAIN = 1 << 17,	       /* its SYN came again */
	NOTED_HOLDS_PORT = 1 << 18,    /* among the client's ports in TIME-WAIT */
	NOTED_PASSED_OVER = 1 << 20,   /* later SYNs of its service were answered, not its own */
	NOTED_SILENT = 1 << 22,	       /* its SYN,ACK was not sent again in time */
	NOTED_FIN_LATE = 1 << 23,      /* a FIN sent again had no answer for fin_timeout */
	NOTED_STRAY_COUNTED = 1 << 24, /* among its service's strays, from its beginning on */
	NOTED_BEHIND = 1 << 25,	       /* a SYN in the midst of a flood whose time is another */
	NOTED_OF_HOST = 1 << 30,       /* what its service counts, its host counts, too, … */
	NOTED_OF_SUBNET = 1 << 1,      /* … and its host's subnet */
	NOTED_BARE_SYN = 1 << 19,      /* a SYN such as no operating system's stack sends */
	/* Not noted, but asked for beside it when the connection is over (DetectorOps.over_if). */
	OVER_CLOSED = 1 << 28,	/* noted_closed() */
	OVER_WATCHED = 1 << 29, /* its timers were looked at: it has a TcpWatch */
} Noted;

#define NOTED_STRAY (NOTED_STRAY_ACK | NOTED_STRAY_FIN | NOTED_STRAY_RST)
#define NOTED_ODD                                                                                  \
	(NOTED_ODD_NULL | NOTED_ODD_FIN | NOTED_ODD_XMAS | NOTED_ODD_SYN_FIN | NOTED_ODD_SYN_RST | \
	 NOTED_ODD_RESERVED | NOTED_ODD_NO_ACK)

static inline bool noted(const TcpConnection *conn, uint32_t bits)
{
	return (conn->noted & bits) != 0;
}

/* What a connection without a beginning began with. */
typedef enum {
	STRAY_ACK = 0,
	STRAY_FIN,
	STRAY_RST,
	STRAY_BARE,    /* none of these, nor SYN: such as no stack sends */
	STRAY_SYN_ACK, /* without the SYN */
} Stray;
#define STRAYS 5

static inline Stray noted_stray_kind(const TcpConnection *conn)
{
	return noted(conn, NOTED_STRAY_RST)			? STRAY_RST
	       : noted(conn, NOTED_STRAY_FIN)			? STRAY_FIN
	       : noted(conn, NOTED_ODD_NULL | NOTED_ODD_NO_ACK) ? STRAY_BARE
								: STRAY_ACK;
}

static inline ShakedownSideId noted_stray_target(const TcpConnection *conn)
{
	return noted(conn, NOTED_STRAY_TO_CLIENT) ? SHAKEDOWN_CLIENT : SHAKEDOWN_SERVER;
}

/* A side has sent its FIN, or so it is believed. */
static inline bool noted_closed(const TcpConnection *conn)
{
	const TcpSide *c = &conn->side[SHAKEDOWN_CLIENT], *s = &conn->side[SHAKEDOWN_SERVER];

	return conn->first_fin >= 0 || (c->fins | s->fins);
}

/* What has shown itself in other places, as if it had been noted. */
static inline uint32_t noted_over(const TcpConnection *conn)
{
	return (noted_closed(conn) ? OVER_CLOSED : 0) | (tcp_aside(conn)->watch ? OVER_WATCHED : 0);
}

/* An anomaly of that kind was reported of the connection. */
static inline bool reported(const TcpConnection *conn, ShakedownAnomalyKind kind)
{
	return tcp_conn_anomalies(conn) >> kind & 1;
}
