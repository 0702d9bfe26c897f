/* SPDX-License-Identifier: BSD-3-Clause */
/* What is to be said of a handshake once it is clear what became of it. RFC 9293 §3.5. */
#pragma once

#include "detect/dossier.h"
#include "detect/finding.h"

/* How the gaps between repetitions grow. */
typedef enum {
	BACKOFF_UNKNOWN = 0, /* fewer than two gaps */
	BACKOFF_EXPONENTIAL, /* each about twice the one before: RFC 6298 §5.5 */
	BACKOFF_LINEAR,	     /* alike, or alike at first: Linux since 6.5 */
	BACKOFF_IRREGULAR,   /* neither; or some of them were lost before the tap */
} Backoff;

Backoff backoff_of(const ShakedownTime *times, size_t n);

/* The client's SYNs without ACK: in a simultaneous open a side's SYN,ACK is counted with them. */
unsigned opening_syns(const TcpConnection *conn);
/* The opening has not come about, as far as can be known by now: told at once, if at all. */
void opening_judge_early(DetectContext *context, TcpConnection *conn, ShakedownTime now);
/* All the rest; dossier may be NULL. */
void opening_judge(DetectContext *context, TcpConnection *conn, const Dossier *dossier,
		   ShakedownTime last);
