/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The analysis: packets in, records out. Make one, feed it packets in the order of their time, and
 * it calls the observer with every connection that is over, every anomaly and, if asked, every
 * segment with the two states after it. One analysis belongs to one thread.
 */
#pragma once

#include <shakedown/anomaly.h>
#include <shakedown/config.h>
#include <shakedown/connection.h>
#include <shakedown/packet.h>

G_BEGIN_DECLS

typedef struct _ShakedownAnalysis ShakedownAnalysis;

/* What a segment was, judged by what the tap had seen before it. */
typedef enum {
	SHAKEDOWN_SEGMENT_CONTROL = 0, /* SYN, FIN or RST without payload, or the handshake's ACK */
	SHAKEDOWN_SEGMENT_NEW,	       /* new data */
	SHAKEDOWN_SEGMENT_ACK,	       /* acknowledges something new, carries nothing */
	SHAKEDOWN_SEGMENT_RETRANSMISSION, /* by timeout */
	SHAKEDOWN_SEGMENT_FAST_RETRANSMISSION,
	SHAKEDOWN_SEGMENT_SPURIOUS_RETRANSMISSION,
	SHAKEDOWN_SEGMENT_OUT_OF_ORDER,
	SHAKEDOWN_SEGMENT_KEEP_ALIVE,
	SHAKEDOWN_SEGMENT_KEEP_ALIVE_ACK,
	SHAKEDOWN_SEGMENT_ZERO_WINDOW_PROBE,
	SHAKEDOWN_SEGMENT_DUPLICATE_ACK,
	SHAKEDOWN_SEGMENT_WINDOW_UPDATE,
	SHAKEDOWN_SEGMENT_CHALLENGE_ACK,
	SHAKEDOWN_SEGMENT_OUT_OF_WINDOW,
	SHAKEDOWN_SEGMENT_DUPLICATE_PACKET, /* the capture holds the same packet twice */
	SHAKEDOWN_SEGMENT_BAD_CHECKSUM,	    /* its receiver drops it, and so does the tracker */
	SHAKEDOWN_SEGMENT_ICMP_ERROR,	    /* not a segment: an ICMP error that quotes one */
} ShakedownSegmentClass;
#define SHAKEDOWN_SEGMENT_CLASSES 17
SHAKEDOWN_EXPORT const char *shakedown_segment_class_name(ShakedownSegmentClass segment_class);

/* A change of what is believed of one side. */
typedef struct {
	ShakedownSideId side;
	ShakedownTcpState state;
	ShakedownEvidence evidence;
	bool taken_back; /* this belief was withdrawn: the side is not, and was not, in it */
} ShakedownStateChange;

/* A segment of a connection, as the ladder draws it. Valid during the call. */
typedef struct {
	uint64_t connection; /* id */
	ShakedownSideId sender;
	const ShakedownAddress *addr[2]; /* [client], [server] */
	uint16_t port[2];
	ShakedownTime time;
	uint64_t frame;
	uint32_t seq, ack; /* as on the wire */
	bool isn_known[2];
	uint32_t isn[2];
	uint16_t flags; /* the TCP header's bits: 0x001 FIN … 0x080 CWR, 0x100 AE, up to 0xe00
			   reserved */
	uint32_t
		window; /* scaled where the scale is known; of 65535 where the capture cut it off */
	uint32_t len;	/* payload bytes */
	uint8_t ttl;	/* or hop limit */
	uint8_t sack_len;
	uint32_t sack[4][2]; /* blocks acknowledged selectively, [from, to), RFC 2018 */
	ShakedownSegmentClass segment_class;
	ShakedownTcpState state[2]; /* after it */
	const ShakedownStateChange *changes;
	size_t changes_len;
	const char *note; /* one short remark ("third ACK was lost"), or NULL */
} ShakedownSegment;

/* A connection's opening. Valid during the call. */
typedef struct {
	uint64_t connection;		 /* id */
	const ShakedownAddress *addr[2]; /* [client], [server] */
	uint16_t port[2];
	ShakedownTime time; /* when it was known */
	ShakedownHandshake handshake;
} ShakedownOpening;

/* What happens to a connection, told when it happens: for who shows how it stands at the moment. */
typedef enum {
	SHAKEDOWN_EVENT_OPENED = 0, /* its first packet, whatever that is */
	SHAKEDOWN_EVENT_ATTEMPT,    /* its first SYN */
	SHAKEDOWN_EVENT_COMPLETE,   /* the handshake has come about */
	SHAKEDOWN_EVENT_FAILED, /* refused, unreachable, aborted, or without answer, or third ACK,
				   for so long as the configuration says */
	SHAKEDOWN_EVENT_RESET,	/* the first RST of an established one, and it was taken */
} ShakedownEventKind;

/* Valid during the call. */
typedef struct {
	ShakedownEventKind kind;
	/* COMPLETE: it had been told as FAILED, and an answer came after all. */
	bool after_all;
	uint64_t connection;		 /* id */
	const ShakedownAddress *addr[2]; /* [client], [server] */
	uint16_t port[2];
	ShakedownTime time;
	ShakedownHandshake handshake; /* as it stands */
} ShakedownEvent;

typedef struct {
	/* Each may be NULL. Connections come when they are over, or at the end, in that order. */
	void (*connection)(const ShakedownConnection *connection, void *data);
	void (*anomaly)(const ShakedownAnomaly *anomaly, void *data);
	void (*segment)(const ShakedownSegment *segment, void *data);
	/* What became of an opening, once a connection: at once where it is complete, refused or
	 * aborted, otherwise right before the connection comes. That one may know better, where a
	 * third ACK turned out to have been lost. */
	void (*opening)(const ShakedownOpening *opening, void *data);
	/* What ShakedownLive counts as attempts, completed and failed, one by one, and more. */
	void (*event)(const ShakedownEvent *event, void *data);
} ShakedownObserver;

/* A reason for which packets (or parts of them) were not analysed, with how many: "ARP", "UDP",
 * "cut by snaplen". */
typedef struct {
	const char *reason;
	uint64_t packets;
	bool fault; /* malformed, cut or not understood, as opposed to simply not TCP */
} ShakedownSkipped;

typedef struct {
	uint64_t packets;	   /* fed */
	uint64_t bytes;		   /* captured */
	uint64_t segments;	   /* TCP segments tracked; of them: */
	uint64_t syn_segments;	   /* with SYN */
	uint64_t fin_rst_segments; /* with FIN or RST, and without SYN */
	/* None is without these, though handshakes were complete: a capture filter's doing. */
	bool lacks_acks;
	uint64_t connections;
	uint64_t half_seen; /* connections of which one direction alone was captured */
	uint64_t live, live_peak;
	/* Ended early because memory ran out, each record saying so; half-open, closed, others. */
	uint64_t cut_half_open, cut_closed, cut_open;
	uint64_t live_states[2][SHAKEDOWN_TCP_STATES]; /* of those that are not over, by side */
	uint64_t disordered;			       /* packets that stand behind a later one */
	uint64_t duplicates;			       /* packets captured twice */
	uint64_t bad_checksums; /* whole segments with a wrong checksum that is no offload's */
	uint64_t offloaded;	/* segments whose checksum was left to the sending card */
	/* Acknowledged but not captured, of connections of which both directions were. */
	uint64_t missing_bytes;
	ShakedownTime first, last;
	const ShakedownSkipped *skipped; /* by packets, descending */
	size_t skipped_len;
	uint64_t handshakes[SHAKEDOWN_HANDSHAKE_OUTCOMES]; /* of connections that are over */
	uint64_t teardowns[SHAKEDOWN_TEARDOWN_OUTCOMES];
	uint64_t teardown_kinds[SHAKEDOWN_TEARDOWN_KINDS];
	uint64_t states[2][SHAKEDOWN_TCP_STATES]; /* last states, by side */
	uint64_t anomalies[SHAKEDOWN_ANOMALY_KINDS];
	uint64_t severities[SHAKEDOWN_SEVERITIES];
} ShakedownSummary;

/* How it stands at the moment. */
typedef struct {
	ShakedownTime now;  /* the latest time that is known of */
	uint64_t packets;   /* fed */
	uint64_t live;	    /* connections held, those lately closed among them */
	uint64_t half_open; /* of them, on their way to be established */
	/* Of them, by the states of [client][server]. */
	uint64_t pairs[SHAKEDOWN_TCP_STATES][SHAKEDOWN_TCP_STATES];
	uint64_t states[2][SHAKEDOWN_TCP_STATES]; /* the same, by side */
	/* Since the beginning: */
	uint64_t attempts;  /* connections opened by a SYN */
	uint64_t completed; /* handshakes */
	uint64_t failed;    /* refused, unreachable, aborted, or without answer for so long as
			       the configuration says */
	uint64_t anomalies[SHAKEDOWN_SEVERITIES];
} ShakedownLive;

/* config NULL: the defaults. The observer is copied; data is handed back to it. */
SHAKEDOWN_EXPORT ShakedownAnalysis *shakedown_analysis_new(const ShakedownConfig *config,
							   const ShakedownObserver *observer,
							   void *data);
SHAKEDOWN_EXPORT void shakedown_analysis_free(ShakedownAnalysis *analysis);

/* Before the first packet: records come with what Zeek's conn.log would say (ShakedownConnection's
 * log). It costs some memory a connection and a little time a packet. */
SHAKEDOWN_EXPORT void shakedown_analysis_set_conn_log(ShakedownAnalysis *analysis);

/*
 * Before the first packet: anomalies are told as soon as they are known, for somebody who watches.
 * That an attempt is refused, or for so long without an answer as the configuration says, is told
 * then and not when the connection is over, by which time there may be more evidence, or an answer
 * after all; floods and scans are told when they are recognised, and again when they end.
 */
SHAKEDOWN_EXPORT void shakedown_analysis_set_immediate(ShakedownAnalysis *analysis);

/* The packets' bytes need to live only as long as the call. */
SHAKEDOWN_EXPORT void shakedown_analysis_feed(ShakedownAnalysis *analysis,
					      const ShakedownPacket *packets, size_t n);
/*
 * It is that late, by the packets' clock, and all packets up to then were fed: timers fire, windows
 * slide. For live captures, on which time goes on without packets; otherwise packets alone tell it.
 */
SHAKEDOWN_EXPORT void shakedown_analysis_advance(ShakedownAnalysis *analysis, ShakedownTime now);
/*
 * Those who captured have lost so many packets up to now: since the last call lately, or, if it is
 * not known when, at any time. Verdicts that rest on what was not seen then weigh less.
 */
SHAKEDOWN_EXPORT void shakedown_analysis_dropped(ShakedownAnalysis *analysis, uint64_t packets,
						 bool any_time);
/* The capture is at its end: what is still open is reported as it stands. Feed nothing after it. */
SHAKEDOWN_EXPORT void shakedown_analysis_finish(ShakedownAnalysis *analysis);

/* Valid until the next call on the analysis. */
SHAKEDOWN_EXPORT const ShakedownSummary *shakedown_analysis_summary(ShakedownAnalysis *analysis);

/* Cheap: may be asked after each feed. */
SHAKEDOWN_EXPORT void shakedown_analysis_live(const ShakedownAnalysis *analysis,
					      ShakedownLive *live);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(ShakedownAnalysis, shakedown_analysis_free)

G_END_DECLS
