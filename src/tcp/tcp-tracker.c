/* SPDX-License-Identifier: BSD-3-Clause */
#include "tcp/tcp-copies.h"
#include "tcp/tcp-first-syn.h"
#include "tcp/tcp-folded.h"
#include "tcp/tcp-ordinary.h"
#include "tcp/tcp-pairing.h"
#include "tcp/tcp-tracker-private.h"

#include <glib.h>
#include <stdlib.h>

#define CONNECTIONS_PER_CHUNK 4096
#define HALF_OPEN_PER_CHUNK 16384
#define CLOSING_PER_CHUNK 8192

void tcp_tracker_empty_table(TcpTracker *t)
{
	flow_table_free(t->table);
	t->table = flow_table_new(t->slab, offsetof(TcpConnection, key));
	flow_table_set_small(t->table, t->folded, t->wide_keys);
}

static void make_room(TcpTracker *t)
{
	t->slab = slab_new(TCP_CONNECTION_ROOM, CONNECTIONS_PER_CHUNK);
	t->folded = slab_new(sizeof(TcpFolded), HALF_OPEN_PER_CHUNK);
	t->wide_keys = slab_new(sizeof(TcpFoldedWide), HALF_OPEN_PER_CHUNK);
	t->closing = slab_new(sizeof(TcpClosing), CLOSING_PER_CHUNK);
	t->rests = byte_log_new(tcp_folded_moved, t);
	t->table = NULL;
	tcp_tracker_empty_table(t);
	t->wheel = timer_wheel_new(t->slab, offsetof(TcpConnection, timer));
	timer_wheel_set_small(t->wheel, t->folded, offsetof(TcpFolded, timer));
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
	tcp_idle_init(&t->idle);
	t->rest_from = TCP_REST_FROM;
	t->encaps = encap_table_new();
	t->copies = tcp_copies_new();
	return t;
}

static void aside_free(TcpTracker *t, TcpAside *aside)
{
	if (!aside)
		return;
	if (aside->side != tcp_no_sides)
		g_free((void *)aside->side);
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

static void free_room(TcpTracker *t)
{
	timer_wheel_free(t->wheel);
	flow_table_free(t->table);
	slab_free(t->slab);
	slab_free(t->folded);
	slab_free(t->wide_keys);
	slab_free(t->closing);
	byte_log_free(t->rests);
	g_clear_pointer(&t->halves, g_hash_table_unref);
}

void tcp_tracker_free(TcpTracker *t)
{
	if (!t)
		return;
	g_autofree uint32_t *handles = flow_table_handles(t->table);
	for (size_t i = 0; i < flow_table_len(t->table); i++)
		for (uint32_t h = handles[i]; h;) {
			TcpConnection *conn = tcp_unfold(t, &h);
			h = conn->older;
			connection_clear(t, conn);
		}
	free_room(t);
	encap_table_free(t->encaps);
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

void tcp_tracker_set_noted(TcpTracker *t, uint32_t mask, TcpNotedBytes *bytes, void *data)
{
	t->noted_mask = mask;
	t->noted_bytes = bytes;
	t->noted_data = data;
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

void tcp_connection_over(TcpTracker *t, TcpConnection *conn, uint32_t handle)
{
	TcpStep step;

	tcp_step_begin(&step, t, conn, MAX(tcp_clock_now(t, conn), conn->end));
	if (t->streams)
		tcp_streams_over(t->streams, conn);
	if (t->observer.opening)
		tcp_tell_opening(&step, true);
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
	if (handle & SLAB_SMALL)
		tcp_folded_free(t, handle);
	else
		slab_free_item(t->slab, handle);
}

/* One packet with a stamp from the far future must not end every connection: a leap counts when a
 * second packet is there, too. */
#define LEAP (INT64_C(3600) * SHAKEDOWN_NS_PER_S)

/* The first time, a leap, or the one after it. */
static bool takes_odd_time(TcpTracker *t, ShakedownTime now)
{
	/* A second packet: the segments of one have one time. */
	if (t->started && now - t->now > LEAP && (!t->leapt || t->leap_time == now)) {
		t->leapt = true;
		t->leap_time = now;
		return false;
	}
	if (!t->started)
		t->first = now;
	t->started = true;
	t->leapt = false;
	return true;
}

static inline void advance(TcpTracker *t, ShakedownTime now)
{
	if (t->started && now <= t->now) {
		if (G_UNLIKELY(now < t->now))
			tcp_clock_behind(t, now);
		return;
	}
	if (G_UNLIKELY(!t->started || t->leapt || now - t->now > LEAP) && !takes_odd_time(t, now))
		return;
	t->now = now;
	const ShakedownTime present = tcp_wheel_present(t, now);

	if (G_UNLIKELY(timer_wheel_is_due(t->wheel, present)))
		timer_wheel_advance(t->wheel, present, tcp_clock_fire, t);
}

void tcp_tracker_advance(TcpTracker *t, ShakedownTime now)
{
	advance(t, now);
}

/* The steps, and what may be put away after them. */
static void take_steps(TcpTracker *t, TcpConnection *conn, ShakedownSideId side, const Segment *seg)
{
	uint64_t id = conn->id;

	if (seg->flags & TCP_SYN)
		t->counts.syn_segments++;
	else if (seg->flags & (TCP_FIN | TCP_RST))
		t->counts.fin_rst_segments++;
	tcp_segment_arrives(t, conn, side, seg);
	if (tcp_folded_rest(t, conn))
		return;
	/* Nothing but its first SYN is known of the latest connection: nothing has ended it. */
	if ((seg->flags & (TCP_SYN | TCP_ACK | TCP_RST)) == TCP_SYN && id == t->next_id)
		tcp_fold(t, conn, tcp_handle_of(t, conn));
}

static inline void take(TcpTracker *t, const TcpLookup *lookup, const Segment *seg)
{
	ShakedownSideId side;

	advance(t, seg->time);
	if (G_UNLIKELY(slab_live(t->slab) + slab_live(t->folded) >= t->budget.few) &&
	    tcp_budget_exceeded(t))
		tcp_budget_make_room(t);
	if (t->next_id != t->idle.latest)
		tcp_idle_opened(t);
	uint32_t found = flow_table_find_near(t->table, &lookup->key, lookup->hash, lookup->hint);
	if (!found && tcp_first_syn(t, lookup, seg))
		return;
	TcpConnection *conn = tcp_route(t, lookup, found, seg, &side);
	if (G_UNLIKELY(!conn)) {
		t->counts.stray_icmp++;
		return;
	}
	if (G_UNLIKELY(seg->kind == SEGMENT_ICMP_ERROR)) {
		tcp_icmp_arrives(t, conn, side, seg);
		return;
	}
	t->counts.segments++;
	if (!tcp_ordinary_segment(t, conn, side, seg))
		take_steps(t, conn, side, seg);
}

void tcp_tracker_segment(TcpTracker *t, const Segment *seg)
{
	TcpLookup lookup;

	tcp_lookup_of(t, &lookup, seg);
	take(t, &lookup, seg);
}

static inline void look_up(TcpTracker *t, const Segment *segs, TcpLookup *lookups, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (segs[i].kind == SEGMENT_TICK)
			continue;
		tcp_lookup_of(t, &lookups[i], &segs[i]);
		flow_table_prefetch(t->table, lookups[i].hash);
		if (segs[i].flags & TCP_SYN)
			__builtin_prefetch(segs[i].options);
		__builtin_prefetch(tcp_copies_set(t->copies, &lookups[i].key, lookups[i].end), 1);
	}
}

static inline void fetch_connections(const TcpTracker *t, const Segment *segs, TcpLookup *lookups,
				     size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (segs[i].kind == SEGMENT_TICK)
			continue;
		FlowHint hint = flow_table_probable(t->table, lookups[i].hash);

		lookups[i].hint = hint;
		if (hint.handle & SLAB_SMALL)
			fetch_to_read(slab_get(t->folded, hint.handle & ~SLAB_SMALL),
				      sizeof(TcpFolded));
		else if (hint.handle)
			tcp_connection_prefetch(slab_get(t->slab, hint.handle));
	}
}

/* What is found through them, now that they have come. */
static G_ALWAYS_INLINE inline void fetch_beside(const TcpTracker *t, const Segment *segs,
						const TcpLookup *lookups, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint32_t handle = segs[i].kind == SEGMENT_TICK ? 0 : lookups[i].hint.handle;

		if (handle & SLAB_SMALL) {
			const TcpFolded *folded = slab_get(t->folded, handle & ~SLAB_SMALL);

			timer_wheel_fetch(t->wheel, &folded->timer);
			slab_fetch_freed(t->folded, handle & ~SLAB_SMALL);
			tcp_folded_fetch_rest(folded);
		} else if (handle) {
			const TcpConnection *conn = slab_get(t->slab, handle);

			if (conn->closing) {
				fetch_to_read(conn->closing, sizeof *conn->closing);
				slab_fetch_freed(t->slab, handle);
			}
			if (conn->closing || (segs[i].flags & (TCP_FIN | TCP_RST)))
				timer_wheel_fetch(t->wheel, &conn->timer);
		}
	}
}

static void take_batch(TcpTracker *t, const Segment *segs, size_t n)
{
	TcpLookup lookups[TCP_TRACKER_BATCH];

	look_up(t, segs, lookups, n);
	fetch_connections(t, segs, lookups, n);
	fetch_beside(t, segs, lookups, n);
	for (size_t i = 0; i < n; i++) {
		if (segs[i].kind == SEGMENT_TICK)
			advance(t, segs[i].time);
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
	free_room(t);
	make_room(t);
}

const TcpTrackerCounts *tcp_tracker_counts(const TcpTracker *t)
{
	return &t->counts;
}

#define LACKING_ESTABLISHED 3

bool tcp_tracker_lacks_acks(const TcpTracker *t)
{
	const TcpTrackerCounts *c = &t->counts;

	return c->established >= LACKING_ESTABLISHED &&
	       c->syn_segments + c->fin_rst_segments == c->segments;
}

size_t tcp_tracker_live(const TcpTracker *t)
{
	return slab_live(t->slab) + slab_live(t->folded);
}

EncapTable *tcp_tracker_encaps(TcpTracker *t)
{
	return t->encaps;
}

TcpConnection *tcp_tracker_newer(const TcpTracker *tracker, const TcpConnection *conn)
{
	return conn->newer ? slab_get(tracker->slab, conn->newer) : NULL;
}

ShakedownTime tcp_tracker_now(const TcpTracker *t)
{
	return t->now;
}

bool tcp_tracker_was_set_back(const TcpTracker *t)
{
	return t->set_back.by != 0;
}
