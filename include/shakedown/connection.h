/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A connection's record: what was reconstructed of both sides, at the moment it was over (or the
 * capture was). Every pointer in it is owned by the library and valid only during the call that
 * hands it out. Spellings of the names are part of the record format and never change.
 */
#pragma once

#include <shakedown/anomaly-kind.h>
#include <shakedown/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How client and server were told apart. */
typedef enum {
	SHAKEDOWN_ROLE_SYN = 0,
	SHAKEDOWN_ROLE_SYN_ACK,
	SHAKEDOWN_ROLE_PORTS,
	SHAKEDOWN_ROLE_FIRST_PACKET,
} ShakedownRoleBasis;

typedef enum {
	SHAKEDOWN_HANDSHAKE_THREE_WAY = 0,
	SHAKEDOWN_HANDSHAKE_SIMULTANEOUS,
	SHAKEDOWN_HANDSHAKE_FAST_OPEN,
	SHAKEDOWN_HANDSHAKE_SPLIT,
	SHAKEDOWN_HANDSHAKE_KIND_NOT_CAPTURED,
} ShakedownHandshakeKind;
#define SHAKEDOWN_HANDSHAKE_KINDS 5

typedef enum {
	SHAKEDOWN_HANDSHAKE_COMPLETE = 0,
	SHAKEDOWN_HANDSHAKE_NO_ANSWER,	 /* SYN, nothing back */
	SHAKEDOWN_HANDSHAKE_REFUSED,	 /* RST in answer to the SYN */
	SHAKEDOWN_HANDSHAKE_UNREACHABLE, /* ICMP in answer to the SYN */
	SHAKEDOWN_HANDSHAKE_UNFINISHED,	 /* SYN,ACK never acknowledged */
	SHAKEDOWN_HANDSHAKE_ABORTED,	 /* the client's RST in answer to SYN,ACK */
	SHAKEDOWN_HANDSHAKE_IN_PROGRESS, /* the capture ended too early to say */
	SHAKEDOWN_HANDSHAKE_NOT_CAPTURED,
} ShakedownHandshakeOutcome;
#define SHAKEDOWN_HANDSHAKE_OUTCOMES 8

typedef enum {
	SHAKEDOWN_TEARDOWN_FOUR_WAY = 0,
	SHAKEDOWN_TEARDOWN_THREE_WAY, /* ACK and FIN of the second side in one segment */
	SHAKEDOWN_TEARDOWN_SIMULTANEOUS,
	SHAKEDOWN_TEARDOWN_KIND_RESET,
	SHAKEDOWN_TEARDOWN_KIND_NONE,
} ShakedownTeardownKind;
#define SHAKEDOWN_TEARDOWN_KINDS 5

typedef enum {
	SHAKEDOWN_TEARDOWN_GRACEFUL = 0,
	SHAKEDOWN_TEARDOWN_HALF_CLOSED,	   /* one FIN only */
	SHAKEDOWN_TEARDOWN_UNACKNOWLEDGED, /* the last FIN was never acknowledged */
	SHAKEDOWN_TEARDOWN_RESET,
	SHAKEDOWN_TEARDOWN_OPEN, /* no teardown seen */
	SHAKEDOWN_TEARDOWN_NEVER_OPENED,
} ShakedownTeardownOutcome;
#define SHAKEDOWN_TEARDOWN_OUTCOMES 6

/* Where the capture was taken, told by the handshake's two legs: the near one is the short one. */
typedef enum {
	SHAKEDOWN_TAP_UNKNOWN = 0, /* a leg is unknown */
	SHAKEDOWN_TAP_NEAR_CLIENT,
	SHAKEDOWN_TAP_NEAR_SERVER,
	SHAKEDOWN_TAP_BETWEEN,
} ShakedownTap;

/* The records' spellings: "syn-ack", "three-way", "no-answer", "half-closed", … */
SHAKEDOWN_EXPORT const char *shakedown_role_basis_name(ShakedownRoleBasis basis);
/* "near-client"; NULL for unknown. */
SHAKEDOWN_EXPORT const char *shakedown_tap_name(ShakedownTap tap);
SHAKEDOWN_EXPORT const char *shakedown_handshake_kind_name(ShakedownHandshakeKind kind);
SHAKEDOWN_EXPORT const char *shakedown_handshake_outcome_name(ShakedownHandshakeOutcome outcome);
SHAKEDOWN_EXPORT const char *shakedown_teardown_kind_name(ShakedownTeardownKind kind);
SHAKEDOWN_EXPORT const char *shakedown_teardown_outcome_name(ShakedownTeardownOutcome outcome);

/* One state that a side was believed to be in, in order of belief; what was taken back is not
 * there. */
typedef struct {
	ShakedownTime time; /* of the segment (or timer) that put it there */
	uint64_t frame;	    /* of that segment; 0 where a timer did */
	ShakedownTcpState state;
	ShakedownEvidence evidence;
} ShakedownHistoryEntry;

/* What the side offered on its SYN; -1 or false where it did not, known = false where no SYN was
 * seen. */
typedef struct {
	bool known;
	bool sack_permitted;
	bool timestamps;
	int32_t mss;	      /* bytes, RFC 9293 §3.7.1; -1: not offered */
	int16_t window_scale; /* shift count 0..14, RFC 7323 §2.2; -1: not offered */
	int8_t fast_open;     /* RFC 7413: -1 no option, 0 cookie asked for, 1 cookie sent */
	int8_t mptcp;	      /* RFC 8684: version of MP_CAPABLE or MP_JOIN; -1: none */
	bool md5;	      /* RFC 2385 */
	bool ao;	      /* RFC 5925 */
} ShakedownTcpOptions;

/* Round-trip times measured on what this side sent, in nanoseconds; all unknown when samples is 0.
 * A sample is from the first new segment outstanding, while none is timed, to the first ACK that
 * covers it; what is sent again gives none (RFC 6298 §3). */
typedef struct {
	uint64_t samples;
	ShakedownDuration min, median, p95, max;
} ShakedownRtt;

typedef struct {
	ShakedownAddress addr;
	uint16_t port;
	bool seen; /* the capture holds at least one packet that it sent */
	ShakedownTcpState state;
	bool isn_known;
	uint32_t isn;
	const ShakedownHistoryEntry *history;
	size_t history_len;
	uint64_t packets;	  /* segments it sent */
	uint64_t bytes;		  /* payload bytes it sent, each sequence number counted once */
	uint64_t retransmissions; /* segments with payload, SYN or FIN that repeat sequence space
				     already sent */
	uint64_t out_of_order;
	uint64_t missing_bytes; /* acknowledged by the peer, never captured: the capture's loss */
	uint64_t fast_retransmissions; /* of the retransmissions: told of by ACKs, RFC 5681 §3.2 */
	uint64_t spurious_retransmissions; /* … needless, shown by ACK, DSACK (RFC 2883) or
					      timestamps */
	uint64_t duplicate_acks;	   /* it sent */
	uint64_t keep_alives;		   /* it sent, RFC 9293 §3.8.4 */
	uint64_t window_probes;		   /* it sent into a window of 0, RFC 9293 §3.8.6.1 */
	ShakedownTcpOptions options;
	ShakedownRtt rtt;
} ShakedownSide;

typedef struct {
	ShakedownHandshakeKind kind;
	ShakedownHandshakeOutcome outcome;
	uint32_t syn;		      /* SYNs seen, retransmissions included */
	uint32_t syn_ack;	      /* SYN,ACKs seen, retransmissions included */
	ShakedownDuration server_rtt; /* last SYN to first SYN,ACK: tap to server and back */
	ShakedownDuration client_rtt; /* last SYN,ACK to third ACK: tap to client and back */
	ShakedownTap tap;
} ShakedownHandshake;

typedef struct {
	ShakedownTeardownKind kind;
	ShakedownTeardownOutcome outcome;
	int8_t first;	  /* ShakedownSideId that sent the first FIN or RST; -1: none */
	int8_t time_wait; /* ShakedownSideId that holds (or held) TIME-WAIT; -1: none, 2: both */
	ShakedownDuration
		half_closed; /* first FIN to second FIN, or to the end; unknown without a FIN */
	int8_t reset_by; /* ShakedownSideId whose RST ended it (or in whose name it came); -1: none
			  */
} ShakedownTeardown;

typedef struct {
	uint64_t packets, ip_bytes; /* those with a bad checksum are not counted */
	uint64_t bytes;		    /* payload, by the span of its sequence numbers */
} ShakedownConnLogSide;

/* A connection as Zeek's conn.log tells of it, by Zeek's rules and not by what is believed here:
 * see shakedown_analysis_set_conn_log(). */
typedef struct {
	const char *conn_state; /* "SF", "S0", "REJ", … */
	const char *history;	/* "ShADadFf"; capitals: the originator's, that is the client's */
	ShakedownTime last;	/* the duration ends here: what follows both FINs does not count */
	uint64_t missed_bytes;
	ShakedownConnLogSide side[2];
} ShakedownConnLog;

typedef struct {
	uint64_t id; /* from 1, in order of first packet */
	uint8_t ip_version;
	ShakedownRoleBasis role_basis;
	ShakedownTime start, end; /* first and last packet */
	uint64_t first_frame, last_frame;
	ShakedownSide side[2]; /* [SHAKEDOWN_CLIENT], [SHAKEDOWN_SERVER] */
	ShakedownHandshake handshake;
	ShakedownTeardown teardown;
	const char *const
		*encapsulation; /* outermost first: "vlan:10", "gre", "vxlan:42"; NULL-terminated */
	const ShakedownAnomalyKind *anomalies; /* in order of finding, each once */
	size_t anomalies_len;
	ShakedownSeverity severity; /* the worst of theirs */
	const char
		*truncated; /* why the record ended before the connection: NULL, or e.g. "memory" */
	const ShakedownConnLog *log; /* NULL: nobody asked for it */
} ShakedownConnection;

#ifdef __cplusplus
}
#endif
