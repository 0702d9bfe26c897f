/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What hangs off a connection, so that the connection itself is eight cache lines: the aside, which
 * few connections have (retransmissions, holes, marks, what is watched or logged), and what every
 * connection has in the end, but only then.
 */
#pragma once

#include "base/seq.h"
#include "tcp/tcp-belief.h"

#include <shakedown/types.h>

/* A packet that verdicts point to: retransmitted SYNs, RSTs and the like. */
typedef enum {
	TCP_MARK_SYN = 0,
	TCP_MARK_SYN_ACK,
	TCP_MARK_FIN,
	TCP_MARK_RST,
	TCP_MARK_ICMP,
	TCP_MARK_OTHER_SYN, /* a SYN of another number than its side's */
} TcpMarkKind;

typedef struct {
	ShakedownTime time;
	uint64_t frame : 48;
	uint64_t kind : 7; /* TcpMarkKind */
	uint64_t side : 1;
	uint64_t ttl : 8;
} TcpMark;
#define TCP_MARKS 32 /* at most so many are kept a connection: the first ones */

typedef struct {
	uint16_t len, room;
	TcpMark *items;
} TcpMarks;

typedef struct {
	uint64_t missing; /* acknowledged, never captured */
	ShakedownTime suspect_ack_since;
	TcpSeq suspect, suspect_ack; /* TCP_SIDE_SUSPECT, TCP_SIDE_SUSPECT_ACK */
	bool suspect_fin;	     /* suspect is the end of a FIN */
	TcpSeq jump_seq, jump_ack;
	/* RFC 4987 §3.8: of its other answer to the same SYN, once the first was acknowledged. A
	 * proxy has opened in its name, and the tap sees both sides of it. */
	TcpSeq beside_isn;
	/* … and before one was: the number and the options of its answer before the latest, if
	 * two_answers: tcp-two-answers.c. */
	TcpSeq answer_isn;
	TcpSynOptions answer_options;
	bool two_answers;
	TcpSeq sack_high; /* right edge of what it acknowledged selectively, RFC 2018 */
	/* Its latest retransmission: was it needed? */
	TcpSeq resent_seq, resent_end;
	uint32_t resent_tsval;
	TcpSeq refuted_fin; /* number of a FIN in its name that was not its own, if refuted */
	bool refuted, refuted_taken; /* … and the other may have taken it */
	bool others_reset;    /* in its name the answers to its SYN, which it goes on sending */
	bool keeps_time_wait; /* it went on in TIME-WAIT behind a reset (RFC 1337 §3) */
	TcpSeq unsent_ack;    /* it has acknowledged that, and it was never sent, if unsent */
	bool unsent;
	TcpSeq dropped;	 /* end of the last segment dropped, for its checksum or its stamp */
	TcpSeq old_from; /* of those for their stamps that follow each other: the first's number */
	/* Of those for their checksums that follow each other up to there: the first one's number
	 * and frame, how many there are, and whether they are nothing but data. */
	TcpSeq damaged_from;
	uint64_t damaged_frame;
	uint32_t damaged;
	bool damaged_data;
	uint32_t retransmissions;
	uint32_t fast_retransmissions;
	uint32_t spurious_retransmissions; /* shown by DSACK or timestamps to have been needless */
	uint32_t duplicate_acks;
	uint32_t keep_alives;
	uint32_t window_probes;
	uint32_t out_of_order;
	uint32_t copies;	/* of its packets, captured twice */
	uint8_t copy_ttl;	/* … of the latest seen further on its way; 0: of none */
	uint32_t packets_wraps; /* so often has TcpSide.packets gone around */
} TcpAsideSide;

typedef struct {
	const TcpAsideSide *side; /* of both: tcp_no_sides until tcp_aside_side() makes them */
	/* A SYN that may be the beginning of the next connection on the same four-tuple. */
	struct _TcpPendingSyn *pending;
	struct _TcpWatch *watch; /* tcp-watch.h; NULL: nothing to remember */
	struct _TcpHoles *holes[2];
	struct _TcpConnLog *log;      /* tcp-conn-log.h; NULL: nobody asked */
	struct _TcpStream *stream[2]; /* tcp-stream.h; NULL: nobody asked, or no bytes yet */
	TcpMarks marks;
	uint64_t anomalies;	/* of two or more: tcp_conn_anomalies() */
	ShakedownTime rst_time; /* of the RST that ended it; 0: none did */
	uint32_t copies;	/* of both sides */
	uint32_t alias_of; /* this is but another name of that connection: nothing else counts */
	uint32_t alias;	   /* handle of the item that stands for this under another encapsulation */
} TcpAside;

/* What a connection that closes needs beside. */
typedef struct _TcpClosing {
	ShakedownTime fin_latest[2]; /* its latest copy */
	ShakedownTime fin_time[2];
	ShakedownTime time_wait_since;
	uint32_t handle; /* its own */
	TcpBelief beliefs[TCP_BELIEFS_CLOSING];
} TcpClosing;
