/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A connection as the tracker holds it: what is known of each side as a sender, what is believed of
 * it as a state machine, and the few times that verdicts need. What few connections need, or need
 * late, hangs off it: tcp-aside.h.
 */
#pragma once

#include "base/seq.h"
#include "decode/segment.h"
#include "decode/tcp-options.h"
#include "flow/flow-key.h"
#include "flow/key-table.h"
#include "flow/timer-wheel.h"
#include "tcp/tcp-aside.h"
#include "tcp/tcp-rtt.h"

#include <shakedown/analysis.h>

#include <string.h>

/* What is known for certain of a side, because it sent it or the other acknowledged it. */
typedef enum {
	TCP_SIDE_SEEN = 1 << 0,	     /* at least one segment of it was captured */
	TCP_SIDE_ISN_KNOWN = 1 << 1, /* isn is its initial sequence number */
	TCP_SIDE_SYN_SEEN = 1 << 2,  /* its SYN or SYN,ACK was captured: SEEN, ISN_KNOWN, SPACE */
	TCP_SIDE_SENT_SYN = 1 << 3,  /* … and that was a SYN without ACK */
	TCP_SIDE_SPACE = 1 << 4,     /* snd_nxt means something */
	TCP_SIDE_ACKED = 1 << 5,     /* rcv_nxt means something: it sent an ACK */
	TCP_SIDE_SENT_FIN = 1 << 6,  /* fin is the number of its FIN */
	TCP_SIDE_SENT_RST = 1 << 7,
	TCP_SIDE_HIDDEN_FIN = 1 << 8,  /* its FIN was not captured, or seemed to lie out of window,
					  but all says that it was sent */
	TCP_SIDE_SUSPECT = 1 << 9,     /* suspect is the end of a segment that lay out of window */
	TCP_SIDE_TIMESTAMPS = 1 << 10, /* tsval means something: of a segment behind its SYN */
	TCP_SIDE_SENT_DATA = 1 << 11,
	TCP_SIDE_ZERO_WINDOW = 1 << 12, /* the last window it offered is 0 */
	TCP_SIDE_MAYBE_FIN = 1 << 13,  /* one number of it was acknowledged and not captured: fin */
	TCP_SIDE_CHALLENGED = 1 << 14, /* RFC 5961 asks it for a challenge ACK */
	TCP_SIDE_PROBED = 1 << 15,     /* the other sent it a keep-alive or a window probe */
	TCP_SIDE_TIMING = 1 << 16,     /* timed_end waits for its acknowledgment */
	TCP_SIDE_RESENT = 1 << 17,     /* resent_… is its latest retransmission, not yet judged */
	TCP_SIDE_SACKED = 1 << 18,     /* sack_high means something */
	TCP_SIDE_SUSPECT_ACK = 1 << 19, /* suspect_ack lay beyond all that can be */
	TCP_SIDE_UNPROVEN = 1 << 20,	/* something believed of it is delivered, not confirmed */
	TCP_SIDE_JUMPED =
		1 << 21, /* jump_… is its latest bare ACK beyond what was captured of it */
	TCP_SIDE_ECHOES = 1 << 22,	/* ts_recent means something */
	TCP_SIDE_RST_STAMPED = 1 << 23, /* tsval is that of its RST */
	TCP_SIDE_TWICE = 1 << 24,	/* beside_isn means something */
	TCP_SIDE_ANEW = 1 << 25,	/* its first SYN was an old duplicate */
	TCP_SIDE_BARE_ACK = 1 << 26,	/* its first ACK of the other's FIN bore nothing else */
	TCP_SIDE_LIKELY_FIN = 1 << 27,	/* MAYBE_FIN, and believed to be one */
	TCP_SIDE_BYTEWISE = 1 << 28, /* it sends single bytes: what looks like a FIN may be one */
} TcpSideFlags;

/* What its checksums, timestamps and IP ids have shown. */
typedef enum {
	TCP_CHECK_GOOD = 1 << 0,    /* right at least once: a wrong one means damage */
	TCP_CHECK_DROPPED = 1 << 1, /* dropped is the end of a damaged segment */
	TCP_CHECK_LIES = 1 << 2, /* wrong, yet taken by the receiver: the tap is before the card */
	TCP_CHECK_BAD = 1 << 3,
	TCP_CHECK_OLD_STAMP = 1 << 4, /* dropped is the end of one with an old timestamp */
	TCP_CHECK_NO_PAWS = 1 << 5,   /* its receiver takes what has an old timestamp */
	TCP_CHECK_PROBE = 1 << 6,     /* dropped is the end of a byte sent into a closed window */
	TCP_CHECK_ONE_IP_ID = 1 << 7, /* its IP ids do not count: two segments have the same */
} TcpChecks;

#define TCP_WSCALE_NONE 0xff

typedef struct {
	uint32_t flags;	     /* TcpSideFlags */
	uint8_t state;	     /* ShakedownTcpState; written by tcp-belief.c alone */
	uint8_t wscale;	     /* shift it offered, or TCP_WSCALE_NONE */
	uint8_t ttl[2];	     /* its two latest different TTLs; 0: none */
	uint8_t dup_acks;    /* it sent in a row, up to 255 */
	uint8_t checks;	     /* TcpChecks */
	uint8_t ordinal;     /* of its next segment that is no copy, modulo 2^8: tcp-copies.h */
	uint16_t syns;	     /* SYNs (or SYN,ACKs) it sent, up to 65,535, as … */
	uint16_t fins;	     /* … its FINs … */
	uint16_t high_ip_id; /* of the segment that reached snd_nxt; 0: none */
	uint16_t rsts;	     /* … and RSTs: tcp_count() */
	TcpSeq snd_nxt;	     /* end of the highest sequence number it sent */
	TcpSeq rcv_nxt;	     /* highest acknowledgment it sent */
	uint32_t window;     /* the last it offered, scaled */
	uint32_t window_max; /* the largest, scaled */
	uint32_t tsval;	     /* its latest, RFC 7323 */
	uint32_t ts_recent;  /* what it echoed last: RFC 7323's TS.Recent */
	uint32_t packets;    /* modulo 2^32: tcp_side_packets() */
	TcpSeq isn;
	TcpSeq fin;	 /* sequence number of its FIN */
	TcpSeq low;	 /* lowest number captured of it, where its SYN was not */
	uint32_t latest; /* tcp-stream-recent.h: its latest payload */
	/* A segment under way whose acknowledgment tells the round-trip time (Karn: sent once). */
	TcpSeq timed_end;
	TcpRtt rtt;
	TcpSynOptions options; /* of its SYN */
	ShakedownTime timed_at;
	ShakedownTime last; /* its last segment */
	uint64_t bytes;	    /* distinct payload bytes */
} TcpSide;

/* Somebody may send SYNs, or RSTs, for weeks. */
static inline void tcp_count(uint16_t *n)
{
	*n += *n < UINT16_MAX;
}

typedef enum {
	TCP_CONN_THIRD_ACK = 1 << 0,	    /* the client's ACK of SYN,ACK was captured */
	TCP_CONN_SIMULTANEOUS = 1 << 1,	    /* both sides sent a SYN without ACK */
	TCP_CONN_SPLIT = 1 << 2,	    /* … but one answered the other's: split handshake */
	TCP_CONN_FAST_OPEN = 1 << 3,	    /* data on the SYN was acknowledged by the SYN,ACK */
	TCP_CONN_REFUSED = 1 << 4,	    /* RST in answer to the SYN */
	TCP_CONN_UNREACHABLE = 1 << 5,	    /* ICMP in answer to the SYN */
	TCP_CONN_ABORTED = 1 << 6,	    /* the client's RST in answer to SYN,ACK */
	TCP_CONN_RESET = 1 << 7,	    /* an RST ended it */
	TCP_CONN_CROSSED = 1 << 8,	    /* the FINs crossed */
	TCP_CONN_FIN_WITH_ACK = 1 << 9,	    /* the second FIN came with the ACK of the first */
	TCP_CONN_FINS_ACKED = 1 << 10,	    /* both FINs were acknowledged */
	TCP_CONN_LEFT_OVER = 1 << 11,	    /* may be the rest of one that was cut short */
	TCP_CONN_MIDSTREAM = 1 << 12,	    /* begun in the middle */
	TCP_CONN_THIRD_ACK_LOST = 1 << 13,  /* the third ACK passed but did not arrive */
	TCP_CONN_TIMED_HANDSHAKE = 1 << 14, /* its timers have told: no answer, no third ACK */
	TCP_CONN_TIMED_FIN = 1 << 15,
	TCP_CONN_TIMED_LINGER = 1 << 16,
	TCP_CONN_LAST_ACK_LOST = 1 << 17,
	TCP_CONN_ENDED = 1 << 18,	    /* the capture ended before it could be forgotten */
	TCP_CONN_TOLD = 1 << 19,	    /* what became of its opening was told */
	TCP_CONN_CUT_SHORT = 1 << 20,	    /* memory ran out: tcp-budget.h */
	TCP_CONN_THIRD_ACK_EXACT = 1 << 21, /* the third ACK is of SYN,ACK and of nothing more */
	TCP_CONN_COPIED = 1 << 22,	    /* its packets come twice … */
	TCP_CONN_COPIED_LATE = 1 << 23,	    /* … the second time late */
	TCP_CONN_OLD_ANSWERED = 1 << 24,    /* to its latest SYN an ACK of the connection before */
} TcpConnFlags;

typedef struct _TcpPendingSyn TcpPendingSyn;

typedef struct {
	FlowKey key;
	uint32_t hash;
	TimerNode timer;
	uint64_t id;
	/* What every segment touches. */
	uint32_t flags; /* TcpConnFlags */
	uint32_t older; /* handle of the connection before on the same four-tuple, if it still lives
			 */
	uint32_t newer; /* … after; 0: this one is in the table */
	uint32_t noted; /* the detectors' own: bits of detect/noted.h */
	uint32_t encap; /* record id of its first segment's encapsulation */
	int8_t teardown_first; /* ShakedownSideId, -1 */
	int8_t reset_by;       /* ShakedownSideId, -1 */
	int8_t first_fin;      /* ShakedownSideId, -1 */
	uint8_t role_basis;    /* ShakedownRoleBasis */
	ShakedownTime end;
	uint64_t last_frame : 48;
	uint8_t client_end;  /* which of the key's endpoints is the client */
	bool talked;	     /* data has passed after the SYNs */
	TcpAside *aside;     /* NULL: nothing is; tcp_aside() */
	TcpClosing *closing; /* NULL: not yet; tcp_closing() */
	ShakedownTime start;
	TcpSide side[2];
	/* What openings and endings touch. */
	uint64_t first_frame : 48;
	uint8_t severity;	  /* ShakedownSeverity: the worst of its anomalies */
	uint8_t blamed;		  /* its only anomaly, from 1; 0: see tcp_conn_anomalies() */
	ShakedownDuration leg[2]; /* [server]: tap to server and back; [client] */
	ShakedownTime syn_first, syn_last; /* the handshake's clock; 0: not yet */
	ShakedownTime syn_ack_first, syn_ack_last;
	uint64_t syn_ack_frame; /* the first one's */
	TcpBeliefs beliefs;
} TcpConnection;
_Static_assert(sizeof(TcpConnection) <= 512, "eight cache lines");
/* Its place: each begins with a line. */
#define TCP_CONNECTION_ROOM ((sizeof(TcpConnection) + 63) / 64 * 64)

/* What hangs off it, to be read: all zero where there is none. */
extern const TcpAside tcp_no_aside;
extern const TcpAsideSide tcp_no_sides[2];
extern const TcpClosing tcp_not_closing;

static inline const TcpAside *tcp_aside(const TcpConnection *conn)
{
	return conn->aside ? conn->aside : &tcp_no_aside;
}

static inline const TcpClosing *tcp_closing(const TcpConnection *conn)
{
	return conn->closing ? conn->closing : &tcp_not_closing;
}

/* … and to be written. */
TcpAside *tcp_aside_make(TcpConnection *conn);
TcpAsideSide *tcp_aside_side(TcpConnection *conn, ShakedownSideId side);
TcpClosing *tcp_closing_make(TcpConnection *conn, Slab *slab);

static inline ShakedownSideId tcp_other(ShakedownSideId side)
{
	return side == SHAKEDOWN_CLIENT ? SHAKEDOWN_SERVER : SHAKEDOWN_CLIENT;
}

static inline bool tcp_side_has(const TcpSide *side, unsigned flags)
{
	return (side->flags & flags) == flags;
}

/* The number lies behind its SYN's, and no further than what it has been seen to send: an
 * acknowledgment of its SYN at least. The SYN's number is known. */
static inline bool tcp_side_sent_before(const TcpSide *side, TcpSeq seq)
{
	return tcp_seq_lt(side->isn, seq) && tcp_seq_leq(seq, side->snd_nxt);
}

/* It has nothing more to say: CLOSED, or in TIME-WAIT. */
static inline bool tcp_side_gone(const TcpSide *side)
{
	return side->state == SHAKEDOWN_TCP_CLOSED || side->state == SHAKEDOWN_TCP_TIME_WAIT;
}

/* … and neither has the other. */
static inline bool tcp_conn_gone(const TcpConnection *conn)
{
	return tcp_side_gone(&conn->side[0]) && tcp_side_gone(&conn->side[1]);
}

/* A bit a ShakedownAnomalyKind. */
static inline uint64_t tcp_conn_anomalies(const TcpConnection *conn)
{
	return conn->blamed ? UINT64_C(1) << (conn->blamed - 1) : tcp_aside(conn)->anomalies;
}

/* An anomaly of it, and how severe. A connection of a flood has one, and nothing else aside. */
static inline void tcp_conn_blame(TcpConnection *conn, unsigned kind, unsigned severity)
{
	uint64_t all = tcp_conn_anomalies(conn) | UINT64_C(1) << kind;

	if (all & (all - 1)) {
		tcp_aside_make(conn)->anomalies = all;
		conn->blamed = 0;
	} else {
		conn->blamed = (uint8_t)(kind + 1);
	}
	if (severity > conn->severity)
		conn->severity = (uint8_t)severity;
}

static inline bool tcp_conn_has(const TcpConnection *conn, unsigned flags)
{
	return (conn->flags & flags) == flags;
}

static inline void tcp_side_count_packet(TcpConnection *conn, ShakedownSideId side)
{
	if (G_UNLIKELY(++conn->side[side].packets == 0))
		tcp_aside_side(conn, side)->packets_wraps++;
}

/* Segments that it sent. */
static inline uint64_t tcp_side_packets(const TcpConnection *conn, ShakedownSideId side)
{
	return (uint64_t)tcp_aside(conn)->side[side].packets_wraps << 32 | conn->side[side].packets;
}

/* Its packets, each once, however often it was captured. */
static inline uint64_t tcp_side_originals(const TcpConnection *conn, ShakedownSideId side)
{
	return tcp_side_packets(conn, side) - tcp_aside(conn)->side[side].copies;
}

/* The side's FIN is acknowledged by the other as far as the tap has seen. */
static inline bool tcp_fin_acked(const TcpConnection *conn, ShakedownSideId side)
{
	const TcpSide *s = &conn->side[side], *peer = &conn->side[tcp_other(side)];

	return tcp_side_has(s, TCP_SIDE_SENT_FIN) && tcp_side_has(peer, TCP_SIDE_ACKED) &&
	       tcp_seq_lt(s->fin, peer->rcv_nxt);
}

/* Which of the key's endpoints the side is. */
static inline unsigned tcp_conn_end(const TcpConnection *conn, ShakedownSideId side)
{
	return side == SHAKEDOWN_CLIENT ? conn->client_end : conn->client_end ^ 1u;
}

/* … and which side has that endpoint. */
static inline ShakedownSideId tcp_conn_side(const TcpConnection *conn, unsigned end)
{
	return end == conn->client_end ? SHAKEDOWN_CLIENT : SHAKEDOWN_SERVER;
}

static inline ShakedownAddress tcp_conn_address(const TcpConnection *conn, ShakedownSideId side)
{
	ShakedownAddress address = {.version = conn->key.ip_version};

	memcpy(address.bytes, conn->key.addr[tcp_conn_end(conn, side)], sizeof address.bytes);
	return address;
}

/* The same, as a part of a key; its version is the key's. */
static inline KeyAddress tcp_conn_key_address(const TcpConnection *conn, ShakedownSideId side)
{
	return key_address(conn->key.addr[tcp_conn_end(conn, side)]);
}

static inline uint16_t tcp_conn_port(const TcpConnection *conn, ShakedownSideId side)
{
	return conn->key.port[tcp_conn_end(conn, side)];
}

/* No reset has ended it; of flags, what some reset was taken for. */
void tcp_conn_forget_reset(TcpConnection *conn, TcpConnFlags flags);
void tcp_conn_mark(TcpConnection *conn, TcpMarkKind kind, ShakedownSideId side, const Segment *seg);
#define TCP_EITHER_SIDE 3u
/* The latest mark of such a kind and side, each set a bit a member; NULL: there is none. */
const TcpMark *tcp_conn_latest_mark(const TcpConnection *conn, unsigned kinds, unsigned sides);
