/* SPDX-License-Identifier: BSD-3-Clause */
#include "decode/tcp-options.h"
#include "tcp/tcp-conn-log.h"
#include "tcp/tcp-copies.h"
#include "tcp/tcp-half.h"
#include "tcp/tcp-ordinary.h"
#include "tcp/tcp-outcome.h"
#include "tcp/tcp-pairing.h"
#include "tcp/tcp-paws.h"
#include "tcp/tcp-space.h"
#include "tcp/tcp-tracker-private.h"
#include "tcp/tcp-watch.h"

#include <glib.h>
#include <stdlib.h>

#define CONNECTIONS_PER_CHUNK 4096
#define HALF_OPEN_PER_CHUNK 16384
#define CLOSING_PER_CHUNK 8192

void tcp_tracker_empty_table(TcpTracker *t)
{
	flow_table_free(t->table);
	t->table = flow_table_new(t->slab, offsetof(TcpConnection, key));
	flow_table_set_small(t->table, t->half_open);
}

static void make_room(TcpTracker *t)
{
	t->slab = slab_new(sizeof(TcpConnection), CONNECTIONS_PER_CHUNK);
	t->half_open = slab_new(sizeof(TcpHalf), HALF_OPEN_PER_CHUNK);
	t->closing = slab_new(sizeof(TcpClosing), CLOSING_PER_CHUNK);
	t->table = NULL;
	tcp_tracker_empty_table(t);
	t->wheel = timer_wheel_new(t->slab, offsetof(TcpConnection, timer));
	timer_wheel_set_small(t->wheel, t->half_open, offsetof(TcpHalf, timer));
}

TcpTracker *tcp_tracker_new(const ShakedownConfig *config, const TcpTrackerObserver *observer,
			    void *data)
{
	TcpTracker *t = g_new0(TcpTracker, 1);

	t->config = config;
	t->observer = *observer;
	t->data = data;
	make_room(t);
	tcp_budget_init(&t->budget, 0);
	t->rest_from = TCP_HALF_REST_FROM;
	t->encaps = encap_table_new();
	t->copies = tcp_copies_new();
	return t;
}

static void aside_free(TcpTracker *t, TcpAside *aside)
{
	if (!aside)
		return;
	g_free(aside->pending);
	g_free(aside->marks.items);
	g_free(aside->watch);
	g_free(aside->log);
	for (unsigned i = 0; i < 2; i++) {
		tcp_holes_free(aside->holes[i], &t->holes);
		tcp_stream_free(aside->stream[i]);
	}
	g_free(aside);
}

static void connection_clear(TcpTracker *t, TcpConnection *conn)
{
	tcp_beliefs_clear(&conn->beliefs);
	for (unsigned i = 0; i < 2; i++)
		tcp_rtt_clear(&conn->side[i].rtt);
	aside_free(t, conn->aside);
	if (conn->closing)
		slab_free_item(t->closing, conn->closing->handle);
}

void tcp_tracker_free(TcpTracker *t)
{
	if (!t)
		return;
	g_autofree uint32_t *handles = flow_table_handles(t->table);
	for (size_t i = 0; i < flow_table_len(t->table); i++)
		for (uint32_t h = handles[i]; h;) {
			TcpConnection *conn = tcp_half_unfold(t, &h);
			h = conn->older;
			connection_clear(t, conn);
		}
	timer_wheel_free(t->wheel);
	flow_table_free(t->table);
	slab_free(t->slab);
	slab_free(t->half_open);
	slab_free(t->closing);
	encap_table_free(t->encaps);
	if (t->halves)
		g_hash_table_unref(t->halves);
	tcp_streams_free(t->streams);
	tcp_recent_free(t->recent);
	tcp_copies_free(t->copies);
	g_free(t);
}

void tcp_tracker_set_streams(TcpTracker *t, TcpStreams *streams)
{
	t->streams = streams;
}

void tcp_tracker_set_recent(TcpTracker *t, TcpRecent *recent)
{
	t->recent = recent;
}

void tcp_tracker_set_memory(TcpTracker *t, uint64_t bytes)
{
	tcp_budget_init(&t->budget, bytes);
}

void tcp_tracker_set_noted(TcpTracker *t, uint32_t mask, size_t bytes)
{
	t->noted_mask = mask;
	t->noted_bytes = bytes;
}

void tcp_tracker_set_conn_log(TcpTracker *t)
{
	t->logs = true;
}

void tcp_emit(TcpStep *step, TcpEventKind kind, ShakedownSideId side)
{
	TcpTracker *t = step->tracker;

	if (t->observer.event)
		t->observer.event(&(TcpEvent){.kind = kind,
					      .conn = step->conn,
					      .side = side,
					      .seg = step->seg,
					      .time = step->time,
					      .frame = step->frame,
					      .overlap = step->overlap},
				  t->data);
}

static void leave_table(TcpTracker *t, const TcpConnection *conn, uint32_t handle)
{
	TcpConnection *older = conn->older ? slab_get(t->slab, conn->older) : NULL;

	if (conn->newer) {
		TcpConnection *newer = slab_get(t->slab, conn->newer);
		newer->older = conn->older;
		if (older)
			older->newer = conn->newer;
	} else if (older) {
		flow_table_replace(t->table, conn->hash, handle, conn->older);
		older->newer = 0;
	} else {
		flow_table_remove(t->table, conn->hash, handle);
	}
}

/* A SYN that nobody answers yet, or a host that is said to be out of reach, may still be answered;
 * these will not change, unless a belief is taken back. */
static bool is_settled(ShakedownHandshakeOutcome outcome)
{
	switch (outcome) {
	case SHAKEDOWN_HANDSHAKE_COMPLETE:
	case SHAKEDOWN_HANDSHAKE_REFUSED:
	case SHAKEDOWN_HANDSHAKE_ABORTED:
		return true;
	case SHAKEDOWN_HANDSHAKE_NO_ANSWER:
	case SHAKEDOWN_HANDSHAKE_UNREACHABLE:
	case SHAKEDOWN_HANDSHAKE_UNFINISHED:
	case SHAKEDOWN_HANDSHAKE_IN_PROGRESS:
	case SHAKEDOWN_HANDSHAKE_NOT_CAPTURED:
		break;
	}
	return false;
}

static void tell_opening(TcpStep *step, bool over)
{
	TcpTracker *t = step->tracker;
	TcpConnection *conn = step->conn;

	if (tcp_conn_has(conn, TCP_CONN_TOLD) ||
	    (!over && !is_settled(tcp_handshake_outcome(conn, t->config, step->time))))
		return;
	conn->flags |= TCP_CONN_TOLD;
	t->observer.opening(conn, step->time, t->data);
}

void tcp_connection_over(TcpTracker *t, TcpConnection *conn, uint32_t handle)
{
	TcpStep step = {.tracker = t, .conn = conn, .time = MAX(t->now, conn->end)};

	if (t->streams)
		tcp_streams_over(t->streams, conn);
	if (t->observer.opening)
		tell_opening(&step, true);
	tcp_emit(&step, TCP_EVENT_OVER, SHAKEDOWN_CLIENT);
	if (t->observer.over)
		t->observer.over(conn, t->data);
	--*tcp_tracker_pair(t, conn);
	/* At the end of the capture table and wheel go as a whole. */
	if (!t->finishing) {
		timer_wheel_cancel(t->wheel, handle);
		tcp_pairing_forget(t, conn, handle);
		leave_table(t, conn, handle);
	}
	connection_clear(t, conn);
	slab_free_item(t->slab, handle);
}

static void take_sack(const Segment *seg, ShakedownSegment *out)
{
	TcpSackBlock blocks[4];

	out->sack_len = (uint8_t)tcp_options_sack(seg, blocks);
	for (unsigned i = 0; i < out->sack_len; i++) {
		out->sack[i][0] = blocks[i].left.value;
		out->sack[i][1] = blocks[i].right.value;
	}
}

/* What the ladder draws. */
static void show(TcpStep *step)
{
	TcpTracker *t = step->tracker;
	const TcpConnection *conn = step->conn;
	const Segment *seg = step->seg;
	ShakedownAddress addr[2] = {tcp_conn_address(conn, SHAKEDOWN_CLIENT),
				    tcp_conn_address(conn, SHAKEDOWN_SERVER)};
	ShakedownSegment out = {
		.connection = conn->id,
		.sender = step->from,
		.addr = {&addr[0], &addr[1]},
		.port = {tcp_conn_port(conn, SHAKEDOWN_CLIENT),
			 tcp_conn_port(conn, SHAKEDOWN_SERVER)},
		.time = seg->time,
		.frame = seg->frame,
		.seq = seg->seq.value,
		.ack = seg->ack.value,
		.flags = seg->flags,
		.window = tcp_space_window(conn, step->from, seg),
		.len = seg->payload_len,
		.ttl = seg->ttl,
		.segment_class = step->segment_class,
		.changes = step->changes,
		.changes_len = step->changes_len,
		.note = step->note,
	};

	for (unsigned i = 0; i < 2; i++) {
		out.isn_known[i] = tcp_side_has(&conn->side[i], TCP_SIDE_ISN_KNOWN);
		out.isn[i] = conn->side[i].isn.value;
		out.state[i] = conn->side[i].state;
	}
	take_sack(seg, &out);
	t->observer.segment(&out, t->data);
}

/* A whole segment with a wrong checksum is dropped by its receiver, unless the wrong sum is the
 * tap's own: a host captures what its card has yet to fill in. Then the receiver takes it. */
static bool damaged(TcpStep *step)
{
	TcpSide *s = &step->conn->side[step->from], *r = &step->conn->side[tcp_other(step->from)];
	const Segment *seg = step->seg;

	if (seg->checksum == SEGMENT_CHECKSUM_GOOD)
		s->checks |= TCP_CHECK_GOOD;
	if (seg->checksum == SEGMENT_CHECKSUM_OFFLOADED)
		step->tracker->counts.offloaded++;
	const TcpSeq *dropped = &tcp_aside(step->conn)->side[tcp_other(step->from)].dropped;
	if (r->checks & TCP_CHECK_DROPPED && (seg->flags & TCP_ACK) &&
	    tcp_seq_leq(*dropped, seg->ack) && tcp_seq_lt(r->snd_nxt, *dropped))
		r->checks = TCP_CHECK_LIES;
	if (seg->checksum != SEGMENT_CHECKSUM_BAD)
		return false;
	if (!(s->checks & TCP_CHECK_GOOD) || (s->checks & TCP_CHECK_LIES)) {
		step->tracker->counts.offloaded++;
		return false;
	}
	TcpTrackerCounts *counts = &step->tracker->counts;
	if (counts->bad_checksums++ < TCP_EXAMPLES)
		counts->bad_frame[counts->bad_checksums - 1] = seg->frame;
	s->checks |= TCP_CHECK_DROPPED | TCP_CHECK_BAD;
	tcp_aside_make(step->conn)->side[step->from].dropped = segment_seq_end(seg);
	return true;
}

static void arrives_in_order(TcpStep *step)
{
	const Segment *seg = step->seg;

	if (tcp_space_bad_ack(step)) {
		step->segment_class = SHAKEDOWN_SEGMENT_OUT_OF_WINDOW;
		step->note = "acknowledges what was never sent";
		step->conn->side[tcp_other(step->from)].flags |= TCP_SIDE_CHALLENGED;
		tcp_emit(step, TCP_EVENT_BAD_ACK, step->from);
		return;
	}
	if (tcp_space_out_of_window(step)) {
		step->segment_class = SHAKEDOWN_SEGMENT_OUT_OF_WINDOW;
		return;
	}
	tcp_paws_take(step);
	if (tcp_paws_drops(step)) {
		step->segment_class = SHAKEDOWN_SEGMENT_OUT_OF_WINDOW;
		step->note = "older timestamp than its receiver has: dropped (PAWS)";
		return;
	}
	TcpConnection *conn = step->conn;
	TcpSide *s = &conn->side[step->from];

	step->segment_class = tcp_space_class(step);
	if (step->segment_class == SHAKEDOWN_SEGMENT_CHALLENGE_ACK)
		tcp_emit(step, TCP_EVENT_CHALLENGE_ACK, step->from);
	s->flags &= ~(uint32_t)(TCP_SIDE_CHALLENGED | TCP_SIDE_SUSPECT | TCP_SIDE_SUSPECT_ACK);
	tcp_measure(step);
	/* It goes on where it was: the SYN was not its own. */
	const TcpPendingSyn *pending = tcp_aside(conn)->pending;
	if (pending && pending->side == step->from)
		tcp_pending_clear(conn);
	TcpInput reset = TCP_GETS_RST;
	bool reset_follows = tcp_goes_on(step, &reset);

	if (tcp_side_has(s, TCP_SIDE_HIDDEN_FIN))
		tcp_hidden_fin_refuted(step);
	uint64_t missing = tcp_space_take(step);
	if (missing)
		tcp_emit(step, TCP_EVENT_CAPTURE_LOSS, tcp_other(step->from));
	if (seg->flags & TCP_ACK)
		tcp_arrives_ack(step);
	if (seg->flags & TCP_FIN)
		tcp_arrives_fin(step);
	if (reset_follows)
		tcp_believe(step, step->from, reset,
			    reset == TCP_SENDS_RST ? SHAKEDOWN_EVIDENCE_SENT
						   : SHAKEDOWN_EVIDENCE_DELIVERED);
}

/* RFC 9293 §3.10.7: segment arrives. */
static void arrives(TcpStep *step)
{
	TcpConnection *conn = step->conn;
	const Segment *seg = step->seg;
	bool first = conn->side[0].packets + conn->side[1].packets == 1;

	if (damaged(step)) {
		step->segment_class = SHAKEDOWN_SEGMENT_BAD_CHECKSUM;
		return;
	}
	if (tcp_copies_take(step->tracker->copies, conn, step->from, seg)) {
		step->segment_class = SHAKEDOWN_SEGMENT_DUPLICATE_PACKET;
		TcpTrackerCounts *counts = &step->tracker->counts;
		if (counts->copies++ < TCP_EXAMPLES)
			counts->copy_frame[counts->copies - 1] = seg->frame;
		tcp_aside_make(conn)->copies++;
		return;
	}
	if (first && !(seg->flags & TCP_SYN))
		tcp_starts_midway(step);
	if (seg->flags & TCP_RST) {
		tcp_arrives_rst(step);
	} else if ((seg->flags & (TCP_SYN | TCP_ACK)) == TCP_SYN) {
		const TcpPendingSyn *pending = tcp_aside(conn)->pending;

		if (pending && pending->side == step->from &&
		    tcp_seq_eq(pending->seg.seq, seg->seq)) {
			step->segment_class = SHAKEDOWN_SEGMENT_OUT_OF_WINDOW;
			step->note = "a SYN where there is a connection";
			conn->side[tcp_other(step->from)].flags |= TCP_SIDE_CHALLENGED;
			tcp_conn_mark(conn, TCP_MARK_SYN, step->from, seg);
			tcp_emit(step, TCP_EVENT_SYN_IN_CONNECTION, step->from);
		} else {
			tcp_arrives_syn(step);
		}
	} else if (seg->flags & TCP_SYN) {
		tcp_arrives_syn_ack(step);
	} else {
		arrives_in_order(step);
	}
	if (!(seg->flags & TCP_RST))
		tcp_note_ttl(&conn->side[step->from], seg->ttl);
}

static uint64_t missing_of(const TcpConnection *conn)
{
	const TcpAside *aside = tcp_aside(conn);

	return aside->side[0].missing + aside->side[1].missing;
}

void tcp_segment_arrives(TcpTracker *t, TcpConnection *conn, ShakedownSideId side,
			 const Segment *seg)
{
	TcpStep step = {.tracker = t,
			.conn = conn,
			.seg = seg,
			.from = side,
			.time = seg->time,
			.frame = seg->frame};
	TcpSide *s = &conn->side[side];
	uint8_t before[2] = {conn->side[0].state, conn->side[1].state};

	uint64_t missing = missing_of(conn);

	s->packets++;
	s->flags |= TCP_SIDE_SEEN;
	arrives(&step);
	/* What was missing may turn out to have been a FIN: then it is less. */
	t->counts.missing_bytes += missing_of(conn) - missing;
	if (t->streams)
		tcp_streams_segment(t->streams, &step);
	else if (t->recent)
		tcp_recent_segment(t->recent, &step);
	if (step.segment_class != SHAKEDOWN_SEGMENT_BAD_CHECKSUM &&
	    step.segment_class != SHAKEDOWN_SEGMENT_DUPLICATE_PACKET)
		tcp_watch(&step);
	if (t->logs)
		tcp_conn_log_segment(&step);
	for (unsigned i = 0; i < 2; i++)
		if (conn->side[i].state == SHAKEDOWN_TCP_TIME_WAIT &&
		    before[i] != conn->side[i].state)
			tcp_emit(&step, TCP_EVENT_TIME_WAIT, i);
	s->last = seg->time;
	conn->end = MAX(conn->end, seg->time);
	conn->last_frame = MAX(conn->last_frame, seg->frame);
	if (t->observer.segment)
		show(&step);
	const TcpPendingSyn *pending = tcp_aside(conn)->pending;
	if ((seg->flags & TCP_RST) && pending && pending->side == side &&
	    s->state == SHAKEDOWN_TCP_CLOSED)
		tcp_promote(t, conn);
	bool moved = before[0] != conn->side[0].state || before[1] != conn->side[1].state;

	if (moved && t->observer.opening)
		tell_opening(&step, false);
	if (moved || (seg->flags & (TCP_FIN | TCP_SYN | TCP_RST)) ||
	    !timer_node_armed(&conn->timer))
		tcp_clock_arm(t, conn);
}

/* One packet with a stamp from the far future must not end every connection: a leap counts when a
 * second packet is there, too. */
#define LEAP (INT64_C(3600) * SHAKEDOWN_NS_PER_S)

void tcp_tracker_advance(TcpTracker *t, ShakedownTime now)
{
	if (t->started && now <= t->now)
		return;
	/* A second packet: the segments of one have one time. */
	if (t->started && now - t->now > LEAP && (!t->leapt || t->leap_time == now)) {
		t->leapt = true;
		t->leap_time = now;
		return;
	}
	if (!t->started)
		t->first = now;
	t->started = true;
	t->leapt = false;
	t->now = now;
	timer_wheel_advance(t->wheel, now - t->first, tcp_clock_fire, t);
}

static void icmp_arrives(TcpTracker *t, TcpConnection *conn, ShakedownSideId side,
			 const Segment *seg)
{
	TcpStep step = {.tracker = t,
			.conn = conn,
			.seg = seg,
			.from = side,
			.time = seg->time,
			.frame = seg->frame};

	tcp_arrives_icmp(&step);
	conn->end = MAX(conn->end, seg->time);
	conn->last_frame = MAX(conn->last_frame, seg->frame);
	if (t->observer.segment)
		show(&step);
}

static void take(TcpTracker *t, const TcpLookup *lookup, const Segment *seg)
{
	ShakedownSideId side;

	tcp_tracker_advance(t, seg->time);
	if (G_UNLIKELY(tcp_budget_exceeded(t)))
		tcp_budget_make_room(t);
	TcpConnection *conn = tcp_route(t, lookup, seg, &side);
	if (!conn) {
		t->counts.stray_icmp++;
		return;
	}
	if (seg->kind == SEGMENT_ICMP_ERROR) {
		icmp_arrives(t, conn, side, seg);
		return;
	}
	uint64_t id = conn->id;

	t->counts.segments++;
	if (G_LIKELY(tcp_ordinary_segment(t, conn, side, seg)))
		return;
	tcp_segment_arrives(t, conn, side, seg);
	if (tcp_half_rest(t, conn))
		return;
	/* Nothing but its first SYN is known of the latest connection: nothing has ended it. */
	if ((seg->flags & (TCP_SYN | TCP_ACK | TCP_RST)) == TCP_SYN && id == t->next_id)
		tcp_half_fold(t, conn, tcp_handle_of(t, conn));
}

void tcp_tracker_segment(TcpTracker *t, const Segment *seg)
{
	TcpLookup lookup;

	tcp_lookup_of(t, &lookup, seg);
	take(t, &lookup, seg);
}

static void take_batch(TcpTracker *t, const Segment *segs, size_t n)
{
	TcpLookup lookups[TCP_TRACKER_BATCH];

	for (size_t i = 0; i < n; i++) {
		if (segs[i].kind == SEGMENT_TICK)
			continue;
		tcp_lookup_of(t, &lookups[i], &segs[i]);
		flow_table_prefetch(t->table, lookups[i].hash);
		__builtin_prefetch(tcp_copies_set(t->copies, &lookups[i].key, lookups[i].end), 1);
	}
	for (size_t i = 0; i < n; i++) {
		if (segs[i].kind == SEGMENT_TICK)
			continue;
		uint32_t handle = flow_table_probable(t->table, lookups[i].hash);
		if (handle & SLAB_SMALL)
			__builtin_prefetch(slab_get(t->half_open, handle & ~SLAB_SMALL));
		else if (handle)
			tcp_connection_prefetch(slab_get(t->slab, handle));
	}
	for (size_t i = 0; i < n; i++) {
		if (segs[i].kind == SEGMENT_TICK)
			tcp_tracker_advance(t, segs[i].time);
		else
			take(t, &lookups[i], &segs[i]);
	}
}

void tcp_tracker_segments(TcpTracker *t, const Segment *segs, size_t n)
{
	for (size_t i = 0; i < n; i += TCP_TRACKER_BATCH)
		take_batch(t, segs + i, MIN(n - i, TCP_TRACKER_BATCH));
}

void tcp_tracker_forget_all(TcpTracker *t)
{
	timer_wheel_free(t->wheel);
	flow_table_free(t->table);
	slab_free(t->slab);
	slab_free(t->half_open);
	slab_free(t->closing);
	g_clear_pointer(&t->halves, g_hash_table_unref);
	make_room(t);
}

const TcpTrackerCounts *tcp_tracker_counts(const TcpTracker *t)
{
	return &t->counts;
}

size_t tcp_tracker_live(const TcpTracker *t)
{
	return slab_live(t->slab) + slab_live(t->half_open);
}

EncapTable *tcp_tracker_encaps(TcpTracker *t)
{
	return t->encaps;
}

ShakedownTime tcp_tracker_now(const TcpTracker *t)
{
	return t->now;
}
