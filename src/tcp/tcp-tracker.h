/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The tracker: segments in, connections with both sides' states out. It owns the connections, finds
 * the one that a segment belongs to, takes the segment through the steps of RFC 9293 §3.10.7, and
 * lets time pass by the packets' clock. It prints nothing.
 */
#pragma once

#include "flow/encap-table.h"
#include "tcp/tcp-event.h"

#include <shakedown/config.h>

typedef struct _TcpTracker TcpTracker;
typedef struct _TcpStreams TcpStreams; /* tcp-stream.h */
typedef struct _TcpRecent TcpRecent;   /* tcp-stream-recent.h */

typedef struct {
	void (*event)(const TcpEvent *event, void *data);
	/* The connection is over and will be freed after this call. */
	void (*over)(TcpConnection *conn, void *data);
	/* What became of the connection's opening: once, as soon as it can be told, and at the
	 * latest when it is over. Or NULL. */
	void (*opening)(TcpConnection *conn, ShakedownTime time, void *data);
	/* Every segment with the states after it; NULL where nobody looks: it costs. */
	void (*segment)(const ShakedownSegment *segment, void *data);
	/* The clock was set back: from here on times are less than some of those before. Between
	 * segments. Or NULL. */
	void (*set_back)(void *data);
} TcpTrackerObserver;

#define TCP_EXAMPLES 64
/* What was not answered is over after so long: past the last retransmission of a SYN or FIN that
 * any stack waits for (Linux: 64 s apart). */
#define TCP_ATTEMPT_FORGET (INT64_C(130) * SHAKEDOWN_NS_PER_S)
/* No timer repeats a SYN, or SYN,ACK, sooner: after a second, RFC 6298 §2.1, less what clocks err.
 */
#define TCP_SYN_TIMER_LEAST (INT64_C(900) * 1000 * 1000)
/* From a tap at a host to its TCP, and back. */
#define TCP_IN_THE_HOST (SHAKEDOWN_NS_PER_S / 500)

typedef struct {
	uint64_t segments, connections, live_peak;
	uint64_t syn_segments, fin_rst_segments; /* of them: with SYN; others with FIN or RST */
	uint64_t established; /* connections that have shown it, by whatever segment */
	uint64_t copies, bad_checksums, offloaded, missing_bytes, stray_icmp;
	/* Ended early because memory ran out: neither closed nor half-open, … */
	uint64_t cut_open, cut_half_open, cut_closed;
	/* Of those that live: how many there are with the client and the server in which states. */
	uint64_t pairs[SHAKEDOWN_TCP_STATES][SHAKEDOWN_TCP_STATES];
	uint64_t copy_frame[TCP_EXAMPLES], bad_frame[TCP_EXAMPLES]; /* the first ones */
	uint64_t bad_owner[TCP_EXAMPLES];			    /* tcp-damaged.c */
	unsigned bad_len;
} TcpTrackerCounts;

/* The config must outlive the tracker; the observer is copied. */
TcpTracker *tcp_tracker_new(const ShakedownConfig *config, const TcpTrackerObserver *observer,
			    void *data);
void tcp_tracker_free(TcpTracker *tracker);
/* Before the first segment: the tracker owns them. Either notices overlaps that differ. */
void tcp_tracker_set_streams(TcpTracker *tracker, TcpStreams *streams);
void tcp_tracker_set_recent(TcpTracker *tracker, TcpRecent *recent);
/* Before the first segment: each connection keeps what tcp-conn-log.h tells. */
void tcp_tracker_set_conn_log(TcpTracker *tracker);

/* At most so many bytes for connections; 0: no bound. See tcp-budget.h. */
void tcp_tracker_set_memory(TcpTracker *tracker, uint64_t bytes);
/* For a connection of which any of these bits is noted somebody else holds bytes: so many. */
typedef size_t TcpNotedBytes(const TcpConnection *conn, void *data);
void tcp_tracker_set_noted(TcpTracker *tracker, uint32_t mask, TcpNotedBytes *bytes, void *data);

void tcp_tracker_segment(TcpTracker *tracker, const Segment *seg);
/* Several, in order: what they need is fetched ahead, since tracking costs cache misses. */
#define TCP_TRACKER_BATCH 64
void tcp_tracker_segments(TcpTracker *tracker, const Segment *segs, size_t n);
/* Time passes without a segment. */
void tcp_tracker_advance(TcpTracker *tracker, ShakedownTime now);
/* The capture is at its end: every connection is over, in the order of their ids. */
void tcp_tracker_finish(TcpTracker *tracker);

const TcpTrackerCounts *tcp_tracker_counts(const TcpTracker *tracker);
/* Whoever captures by flags (tcpdump's tcp[tcpflags]) leaves out what proves a handshake: several
 * were complete, and yet no segment without SYN, FIN or RST has come so far. */
bool tcp_tracker_lacks_acks(const TcpTracker *tracker);
size_t tcp_tracker_live(const TcpTracker *tracker);
EncapTable *tcp_tracker_encaps(TcpTracker *tracker);
/* The connection that has opened this one's four-tuple again, or NULL. */
TcpConnection *tcp_tracker_newer(const TcpTracker *tracker, const TcpConnection *conn);
/* The latest time seen; where the clock was set back, since then. */
ShakedownTime tcp_tracker_now(const TcpTracker *tracker);
bool tcp_tracker_was_set_back(const TcpTracker *tracker);
