/* SPDX-License-Identifier: BSD-3-Clause */
/* What the two files of the conn.log share: its insides, and the ends' state machine. */
#pragma once

#include "tcp/tcp-conn-log.h"

/* What one end has been seen to do, by the flags that it sent. */
typedef enum {
	CONN_LOG_INACTIVE = 0, /* nothing seen of it */
	CONN_LOG_SYN_SENT,
	CONN_LOG_SYN_ACK_SENT, /* it began with SYN,ACK as the originator */
	CONN_LOG_PARTIAL,      /* begun in the middle */
	CONN_LOG_ESTABLISHED,
	CONN_LOG_CLOSED, /* it sent a FIN */
	CONN_LOG_RESET,	 /* it sent an RST */
} ConnLogState;

/* Letters that are written the 1st, 10th, 100th … time. */
typedef enum {
	CONN_LOG_CHECKSUM = 0,
	CONN_LOG_GAP,
	CONN_LOG_AGAIN,
	CONN_LOG_ZERO_WINDOW,
} ConnLogScaled;
#define CONN_LOG_SCALED 4

/* Positions count from the SYN's number, as if there had been one. */
typedef struct {
	uint64_t packets, ip_bytes;
	uint32_t start;
	int64_t sent, acked; /* ends of what it sent, and of what the other acknowledged */
	int64_t last_syn, last_fin, last_rst;
	int64_t cut_from, cut_to; /* where payload was cut by snaplen and is not acknowledged yet */
	uint64_t cut_bytes;	  /* of it; 0: none */
	uint64_t missing;	  /* of the tracker's, as far as told */
	uint32_t count[CONN_LOG_SCALED], next[CONN_LOG_SCALED];
	uint8_t seen;	       /* letters that are written once, or again only for a new number */
	uint8_t state, before; /* ConnLogState */
	bool fin;
	bool closing, closed; /* it sent FIN or RST; … and nothing before that is missing */
} ConnLogEnd;

#define CONN_LOG_LETTERS 63 /* of the history; a hostile peer could write on */

struct _TcpConnLog {
	ConnLogEnd end[2]; /* [client], [server] */
	ShakedownTime last;
	ShakedownTime over; /* when Zeek's row would end, if ended */
	bool ended;
	uint64_t missed;
	uint8_t letters;
	char history[CONN_LOG_LETTERS + 1];
};

/* What a segment of that end does to both. */
void conn_log_state_step(TcpConnLog *log, ShakedownSideId from, uint16_t flags,
			 uint32_t payload_len);
/* "SF", "S0", …: Conn::Info's conn_state. */
const char *conn_log_state_name(const TcpConnLog *log);
/* Payload bytes that the end sent, by its sequence numbers. */
uint64_t conn_log_size(const TcpConnLog *log, ShakedownSideId side);
