/* SPDX-License-Identifier: BSD-3-Clause */
/* What the tracker's files share: its insides, and the steps a segment goes through, in order. */
#pragma once

#include "flow/byte-log.h"
#include "flow/fetch.h"
#include "flow/flow-table.h"
#include "flow/slab.h"
#include "tcp/tcp-budget.h"
#include "tcp/tcp-holes.h"
#include "tcp/tcp-idle.h"
#include "tcp/tcp-step.h"
#include "tcp/tcp-stream-recent.h"
#include "tcp/tcp-stream.h"
#include "tcp/tcp-tracker.h"
#include "tcp/tcp-words.h"

/* What has been stamped behind now since it came there: see tcp_clock_behind(). */
typedef struct {
	bool behind;
	ShakedownTime since, now;
	uint64_t by; /* how far the clock was set back the last time; 0: it never was */
} TcpSetBack;

struct _TcpTracker {
	const ShakedownConfig *config;
	TcpTrackerObserver observer;
	void *data;
	Slab *slab;
	Slab *folded;	 /* tcp-folded.h */
	Slab *wide_keys; /* TcpFoldedWide, of those of them that are no IPv4, or encapsulated */
	union {		 /* … the one that is borrowed */
		TcpConnection unfolded;
		uint8_t unfolded_room[TCP_CONNECTION_ROOM];
	};
	Slab *closing; /* TcpClosing */
	/* Connections that rest: tcp-rest.h. What hangs off them, in bytes. */
	ByteLog *rests;
	size_t resting, resting_open, resting_hangs, rest_from;
	TcpHabit habit[2]; /* [open] */
	TcpIdle idle;
	FlowTable *table;
	TimerWheel *wheel;
	EncapTable *encaps;
	GHashTable *halves; /* tcp-pairing.c; NULL until there is an encapsulation */
	uint64_t next_id;
	ShakedownTime now; /* the latest time seen */
	/* The wheel's time 0, so that its ticks do not depend on the calendar. */
	ShakedownTime first;
	bool started, finishing;
	bool leapt; /* the last packet was stamped far ahead of now: leap_time */
	ShakedownTime leap_time;
	TcpSetBack set_back;
	TcpTrackerCounts counts;
	TcpHolesBudget holes;
	TcpStreams *streams; /* NULL: nobody asked */
	TcpRecent *recent;   /* … */
	bool logs;	     /* tcp-conn-log.h */
	struct _TcpCopies *copies;
	TcpBudget budget;
	uint32_t noted_mask; /* tcp_tracker_set_noted() */
	TcpNotedBytes *noted_bytes;
	void *noted_data;
};

/* The wheel's time begins with the capture, and goes on where a clock was set back: of clocks that
 * leap to and fro there is an end to what can be counted, and then it stands. */
#define TCP_WHEEL_MOST (INT64_MAX / 4)

static inline ShakedownTime tcp_wheel_present(const TcpTracker *tracker, ShakedownTime now)
{
	uint64_t since = (uint64_t)now - (uint64_t)tracker->first;

	return (ShakedownTime)(G_LIKELY(since <= (uint64_t)TCP_WHEEL_MOST)
				       ? since
				       : (uint64_t)TCP_WHEEL_MOST);
}

/* What a segment is looked up by. */
typedef struct {
	FlowKey key;
	uint32_t hash;
	unsigned end; /* which of the key's endpoints sent it */
	FlowHint hint;
} TcpLookup;

/* tcp-route.c: which connection a segment belongs to; a new one if need be. The lookup has no hint
 * yet. */
void tcp_lookup_of(TcpTracker *tracker, TcpLookup *lookup, const Segment *seg);
/* found: what the table holds for it, or 0. */
TcpConnection *tcp_route(TcpTracker *tracker, const TcpLookup *lookup, uint32_t found,
			 const Segment *seg, ShakedownSideId *side);
TcpConnection *tcp_connection_open(TcpTracker *tracker, const FlowKey *key, uint32_t hash,
				   const Segment *seg, unsigned end, TcpConnection *older);

/* tcp-arrives.c: takes a connection's segment, or an ICMP error about it, through the steps. */
void tcp_segment_arrives(TcpTracker *tracker, TcpConnection *conn, ShakedownSideId side,
			 const Segment *seg);
void tcp_icmp_arrives(TcpTracker *tracker, TcpConnection *conn, ShakedownSideId side,
		      const Segment *seg);
/* Tells once what became of the opening, as soon as it will not change, or when all is over. */
void tcp_tell_opening(TcpStep *step, bool over);

/* tcp-open.c: RFC 9293 §3.5, §3.10.7.2, §3.10.7.3. */
void tcp_arrives_syn(TcpStep *step);
void tcp_arrives_syn_ack(TcpStep *step);
void tcp_starts_midway(TcpStep *step);
/* The other side shows by this segment that it had the client's third ACK. */
void tcp_infer_established(TcpStep *step);

/* tcp-ack.c: §3.10.7.4 fifth. */
void tcp_arrives_ack(TcpStep *step);
/* What a synchronized side sends may show that the third ACK has reached it. */
void tcp_confirm_established(TcpStep *step);
/* A side goes on although it was believed to be closed; true if the reset that passed before is to
 * come after this segment: the caller believes that input again when the segment is done. */
bool tcp_goes_on(TcpStep *step, TcpInput *again);

/* tcp-close.c: §3.6, §3.10.7.4 eighth. */
void tcp_arrives_fin(TcpStep *step);
/* The segment's FIN has the number of a byte that the other has acknowledged: none can be there. To
 * be asked before the segment is taken. */
bool tcp_fin_is_of_data(TcpStep *step);
/* The side has sent its first FIN, now or somewhat before. */
void tcp_note_fin(TcpStep *step, ShakedownSideId side);
/* What a segment that its receiver drops says of its sender: of its ACK, and of its FIN. */
void tcp_proves_ack(TcpStep *step);
void tcp_proves_fin(TcpStep *step);
/* tcp-hidden-fin.c. The side has sent a FIN that was not captured (TCP_SIDE_MAYBE_FIN), or not
 * taken: now it is sure. */
void tcp_hidden_fin(TcpStep *step, ShakedownSideId side);
/* What an acknowledgment tells of such FINs of both. */
void tcp_ack_of_hidden_fin(TcpStep *step);
/* The segment lies, or acknowledges, beyond such a FIN: it was none. */
void tcp_hidden_fin_refuted(TcpStep *step);

/* That side has sent no FIN: forgets all that rests on it, but for the beliefs. */
void tcp_forget_fin(TcpStep *step, ShakedownSideId side);

/* tcp-forged-fin.c: the segment shows that its sender's FIN was not its own. */
void tcp_forged_fin_refuted(TcpStep *step);
/* … and whether the sender of this one had taken the other's. */
void tcp_forged_fin_answered(TcpStep *step);

/* tcp-unsent.c: its sender has not sent all that was acknowledged to it. */
void tcp_unsent_refuted(TcpStep *step);

/* tcp-damaged.c: its receiver drops it. */
bool tcp_damaged(TcpStep *step);

/* tcp-reset-received.c: what an RST tells of what its sender had got when it sent it. */
bool tcp_reset_crosses(const TcpStep *step, const TcpBelief *b);
bool tcp_reset_shows_synchronized(const TcpStep *step);
bool tcp_reset_answers_old_segment(const TcpStep *step);
void tcp_take_back_not_received(TcpStep *step);

/* By how much a number may lie beyond what its sender has been seen to send. */
static inline int64_t tcp_window_of(const TcpSide *r)
{
	return r->window_max ? r->window_max : 65535;
}

/* tcp-unseen.c: what one direction tells of the other, of which nothing is captured. It answers by
 * SYN,ACK although it has sent a SYN: so has the other. */
void tcp_unseen_syn(TcpStep *step);
/* §3.10.7.1: it had given up, and its reset answers what has acknowledged its SYN. */
bool tcp_answers_unseen(const TcpStep *step);
/* … which shows that the other had answered. */
void tcp_unseen_answer(TcpStep *step);

/* tcp-reset.c: §3.5.2, §3.10.7.4 second, RFC 5961. */
void tcp_arrives_rst(TcpStep *step);
/* tcp-icmp.c: errors that quote a segment. */
void tcp_arrives_icmp(TcpStep *step);

/* tcp-measure.c: round-trip times and needless retransmissions. */
void tcp_measure(TcpStep *step);
/* The segment was sent before: the answer to it may show that the first copy had arrived. */
void tcp_measure_resent(TcpStep *step);

/* tcp-clock.c: what time does. When its timer is to fire if nothing more comes, or never. */
#define TCP_CLOCK_NEVER INT64_MAX
ShakedownTime tcp_clock_due(const TcpTracker *tracker, const TcpConnection *conn);
void tcp_clock_arm(TcpTracker *tracker, TcpConnection *conn);
/* Now by the clock that stamped the connection, where it was set back since. */
ShakedownTime tcp_clock_now(const TcpTracker *tracker, const TcpConnection *conn);
/* Something was stamped before now. Where that goes on for a minute, and nothing comes up to now,
 * the clock was set back, and is now what it shows. */
void tcp_clock_behind(TcpTracker *tracker, ShakedownTime now);
void tcp_clock_fire(uint32_t handle, void *tracker);
/* The handle may be that of a folded one, of which conn is what it comes to. */
void tcp_connection_over(TcpTracker *tracker, TcpConnection *conn, uint32_t handle);
/* Nothing is found any more. */
void tcp_tracker_empty_table(TcpTracker *tracker);
/* When all are over. */
void tcp_tracker_forget_all(TcpTracker *tracker);

static inline uint64_t *tcp_tracker_pair(TcpTracker *tracker, const TcpConnection *conn)
{
	return &tracker->counts.pairs[conn->side[SHAKEDOWN_CLIENT].state]
				     [conn->side[SHAKEDOWN_SERVER].state];
}

/* What a segment touches. */
static G_ALWAYS_INLINE inline void tcp_connection_prefetch(const TcpConnection *conn)
{
	fetch_to_read(conn, sizeof *conn);
}

/* RFC 9293 §3.5 figure 8, §3.10.7.3: two SYNs of different numbers have passed, an old duplicate is
 * one of them, and the RST that step is about answers the SYN,ACK of … */
typedef enum {
	TCP_RESETS_NO_SYN = 0,
	TCP_RESETS_FIRST_SYN, /* the one that was taken for its sender's */
	TCP_RESETS_OTHER_SYN, /* the pending one */
} TcpSynReset;
TcpSynReset tcp_resets_one_syn(const TcpStep *step);
/* That RST has passed: its sender goes on with the SYN that it does not answer. */
void tcp_goes_on_with_other_syn(TcpStep *step, TcpSynReset reset);

/* A split handshake in five: the side has acknowledged the other's SYN, which has acknowledged
 * nothing, and nothing else has been seen of it. Whoever is not done with its opening so far would
 * have sent SYN,ACK. */
bool tcp_acked_without_syn(const TcpConnection *conn, ShakedownSideId side);

/* The side answers the same SYN with another number before anything tells which of its answers the
 * other took; to be asked before the latest is. */
void tcp_two_answers_note(TcpConnection *conn, ShakedownSideId side);
/* An ACK tells. */
void tcp_two_answers_choose(TcpStep *step);
/* It has the options of that side's SYN. */
void tcp_take_options(TcpSide *s, const TcpSynOptions *options);

/* What a busy host or queue adds to a way. */
#define TCP_BUSY (SHAKEDOWN_NS_PER_S / 100)

/* tcp_space_is_beside() */
#define TCP_NOTE_BESIDE "in the numbers of the SYN's other answer: a proxy lies between"

uint32_t tcp_handle_of(const TcpTracker *tracker, const TcpConnection *conn);

/* A leg as measured; unknown where the clock was set in between. */
ShakedownDuration tcp_leg_of(ShakedownTime from, ShakedownTime to);
/* How long ago a segment may have passed and still not have reached that side when it sent what
 * passes now: the leg from the tap to the side and back. */
ShakedownDuration tcp_leg(const TcpConnection *conn, ShakedownSideId side);
