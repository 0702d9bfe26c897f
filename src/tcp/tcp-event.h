/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What happened on a connection, for those who judge it. Events are rare: a data transfer of a
 * million segments has none.
 */
#pragma once

#include "tcp/tcp-connection.h"
#include "tcp/tcp-overlap.h"

typedef enum {
	TCP_EVENT_OPENED = 0, /* first packet of a connection */
	TCP_EVENT_SYN,	      /* a SYN passed, the first or again */
	TCP_EVENT_SYN_ACK,
	TCP_EVENT_ESTABLISHED,	  /* the third ACK passed */
	TCP_EVENT_THIRD_ACK_LOST, /* SYN,ACK again after the third ACK had passed */
	TCP_EVENT_FIN,
	TCP_EVENT_LAST_ACK_LOST, /* FIN again after the ACK of it had passed */
	TCP_EVENT_TIME_WAIT_RESTARTED,
	TCP_EVENT_RST,		    /* accepted by its receiver, as far as the tap can tell */
	TCP_EVENT_RST_IGNORED,	    /* must be ignored or challenged by its receiver */
	TCP_EVENT_RST_FORGED,	    /* its "sender" did not send it */
	TCP_EVENT_RST_CONTRADICTED, /* a side goes on although a reset should have ended it */
	TCP_EVENT_CHALLENGE_ACK,
	TCP_EVENT_SYN_IN_CONNECTION, /* a SYN of another number where there is a connection */
	TCP_EVENT_OLD_DUPLICATE_SYN,
	TCP_EVENT_BAD_ACK, /* acknowledges what was never sent */
	TCP_EVENT_UNREACHABLE,
	TCP_EVENT_REUSED, /* the four-tuple is opened again; the connection is the old one, and
			     the next TCP_EVENT_OPENED the new one's */
	TCP_EVENT_HANDSHAKE_LATE, /* timer: no answer, or no third ACK, for as long as configured */
	TCP_EVENT_FIN_LATE,	  /* timer: a FIN was not acknowledged in time */
	TCP_EVENT_LINGERING,	  /* timer: half-closed, and nothing from the other side */
	TCP_EVENT_CAPTURE_LOSS,	  /* acknowledged bytes were never captured */
	TCP_EVENT_OVER,		  /* the connection's record is about to be written */
	TCP_EVENT_FIRST_DATA,	  /* after the SYNs, from either side: once a connection */
	TCP_EVENT_TIME_WAIT,	  /* the side has come to TIME-WAIT */
	TCP_EVENT_DATA_AFTER_FIN, /* new sequence space beyond its sender's own FIN */
	TCP_EVENT_ODD_FLAGS,	  /* flags that no stack has a reason to send together */
	TCP_EVENT_TOO_BIG,	  /* ICMP: fragmentation needed, packet too big */
	TCP_EVENT_OVERLAP_CONFLICT, /* sent again with other bytes */
	TCP_EVENT_FIN_CONTRADICTED, /* a side goes on where a FIN in its name stood */
} TcpEventKind;
#define TCP_EVENTS 30

typedef struct {
	TcpEventKind kind;
	TcpConnection *conn;
	ShakedownSideId side; /* whom it is about: the sender, the one that goes on … */
	const Segment *seg;   /* NULL: a timer, or TCP_EVENT_OVER */
	ShakedownTime time;
	uint64_t frame;
	const TcpOverlap *overlap; /* of TCP_EVENT_OVERLAP_CONFLICT */
} TcpEvent;
