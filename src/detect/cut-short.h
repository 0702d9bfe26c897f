/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Connections that a bound on memory cut short, a few bytes each in a table that is bounded: what
 * comes of them later looks as if it belonged to nothing, and their attempts as if nobody had gone
 * on with them.
 */
#pragma once

#include "tcp/tcp-connection.h"

typedef struct _CutShort CutShort;

/* What had not come about when memory ran out. */
typedef enum {
	CUT_USED = 1 << 0,
	CUT_HALF_OPEN = 1 << 1,	 /* nobody had completed, refused or reset it */
	CUT_ONCE = 1 << 2,	 /* its SYN had not come again */
	CUT_UNANSWERED = 1 << 3, /* no SYN,ACK had come */
	CUT_SILENT = 1 << 4,	 /* it had carried no data */
	CUT_OF_HOST = 1 << 5,	 /* its host counts it, too, … */
	CUT_OF_SUBNET = 1 << 6,	 /* … and that one's subnet */
} CutBits;

typedef struct {
	ShakedownTime syn;
	uint32_t hash;		  /* of its four-tuple */
	uint8_t client_end, bits; /* CutBits; client_end as the connection's */
} CutConnection;

/* Makes the table when it is asked for first: *cut is NULL until then. One that is closed is not
 * remembered: nothing more is to come. */
void cut_short_remember(CutShort **cut, const TcpConnection *conn);
void cut_short_free(CutShort *cut);

/* The one that was cut short on the same four-tuple; NULL: none is remembered. What has come about
 * since is for the caller to take out of its bits. */
CutConnection *cut_short_find(CutShort *cut, const TcpConnection *conn);
/* A segment without a connection may go on with one that had to make room here: true once for each
 * of those, for that long. */
bool cut_short_excuses(CutShort *cut, ShakedownTime now, ShakedownDuration window);
