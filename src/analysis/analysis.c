/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The analysis puts the rooms in a row: packets go through the decoder and the tracker, events to
 * the detectors, records to the observer. It holds what the rooms do not know of each other, and
 * counts.
 */
#include "analysis/analysis-struct.h"
#include "flow/fetch.h"
#include "tcp/tcp-outcome.h"

#include <stddef.h>

static void on_anomaly(const ShakedownAnomaly *anomaly, void *data)
{
	ShakedownAnalysis *a = data;

	a->summary.anomalies[anomaly->kind]++;
	a->summary.severities[anomaly->severity]++;
	if (a->observer.anomaly)
		a->observer.anomaly(anomaly, a->data);
}

static void tell_event(ShakedownAnalysis *a, const TcpEvent *event, ShakedownEventKind kind,
		       bool after_all)
{
	const TcpConnection *conn = event->conn;
	const ShakedownAddress addr[2] = {tcp_conn_address(conn, SHAKEDOWN_CLIENT),
					  tcp_conn_address(conn, SHAKEDOWN_SERVER)};
	const ShakedownEvent told = {
		.kind = kind,
		.after_all = after_all,
		.connection = conn->id,
		.addr = {&addr[0], &addr[1]},
		.port = {tcp_conn_port(conn, SHAKEDOWN_CLIENT),
			 tcp_conn_port(conn, SHAKEDOWN_SERVER)},
		.time = event->time,
		.handshake = tcp_record_handshake(conn, &a->config, event->time),
	};

	a->observer.event(&told, a->data);
}

static void count_event(ShakedownAnalysis *a, const TcpEvent *event, uint64_t *count,
			ShakedownEventKind kind, bool after_all)
{
	++*count;
	if (a->observer.event)
		tell_event(a, event, kind, after_all);
}

/* The events that count_handshake() makes something of. */
#define COUNTED                                                                                    \
	(1u << TCP_EVENT_SYN | 1u << TCP_EVENT_ESTABLISHED | 1u << TCP_EVENT_HANDSHAKE_LATE |      \
	 1u << TCP_EVENT_RST | 1u << TCP_EVENT_UNREACHABLE)
_Static_assert(TCP_EVENTS <= 32, "a bit each");

/* The handshakes, as they come about or do not; each counts once. */
static void count_handshake(ShakedownAnalysis *a, const TcpEvent *event)
{
	const TcpConnection *conn = event->conn;
	const uint32_t refused = TCP_CONN_REFUSED | TCP_CONN_UNREACHABLE | TCP_CONN_ABORTED;
	bool opening = !(conn->flags & TCP_CONN_THIRD_ACK) && conn->syn_first;

	if (event->kind == TCP_EVENT_SYN) {
		if (event->side == SHAKEDOWN_CLIENT && conn->side[SHAKEDOWN_CLIENT].syns == 1)
			count_event(a, event, &a->attempts, SHAKEDOWN_EVENT_ATTEMPT, false);
	} else if (event->kind == TCP_EVENT_ESTABLISHED) {
		count_event(a, event, &a->completed, SHAKEDOWN_EVENT_COMPLETE,
			    conn->syn_first &&
				    (conn->flags & (refused | TCP_CONN_TIMED_HANDSHAKE)));
	} else if (event->kind == TCP_EVENT_HANDSHAKE_LATE) {
		if (opening && !(conn->flags & (refused | TCP_CONN_THIRD_ACK)))
			count_event(a, event, &a->failed, SHAKEDOWN_EVENT_FAILED, false);
	} else if (event->kind == TCP_EVENT_RST || event->kind == TCP_EVENT_UNREACHABLE) {
		if (opening && !(conn->flags & TCP_CONN_TIMED_HANDSHAKE))
			count_event(a, event, &a->failed, SHAKEDOWN_EVENT_FAILED, false);
	}
}

/* What nobody counts here, but who shows how it stands. */
static void tell_others(ShakedownAnalysis *a, const TcpEvent *event)
{
	const TcpConnection *conn = event->conn;
	bool established = (conn->flags & TCP_CONN_THIRD_ACK) || !conn->syn_first;

	if (event->kind == TCP_EVENT_OPENED)
		tell_event(a, event, SHAKEDOWN_EVENT_OPENED, false);
	else if (event->kind == TCP_EVENT_RST && (conn->flags & TCP_CONN_RESET) && established &&
		 conn->side[0].rsts + conn->side[1].rsts == 1)
		tell_event(a, event, SHAKEDOWN_EVENT_RESET, false);
}

static void on_event(const TcpEvent *event, void *data)
{
	ShakedownAnalysis *a = data;

	if (COUNTED >> event->kind & 1)
		count_handshake(a, event);
	if (a->observer.event)
		tell_others(a, event);
	detectors_event(a->detectors, event);
}

static void on_over(TcpConnection *conn, void *data)
{
	ShakedownAnalysis *a = data;
	ShakedownSummary *s = &a->summary;
	const ShakedownConnection *record =
		tcp_record_of(&a->recorder, conn, a->tracker, &a->config);

	s->handshakes[record->handshake.outcome]++;
	s->teardowns[record->teardown.outcome]++;
	s->teardown_kinds[record->teardown.kind]++;
	if (tcp_half_seen(conn, &(ShakedownSideId){SHAKEDOWN_CLIENT})) {
		s->half_seen++;
		a->half_seen_missing += record->side[SHAKEDOWN_CLIENT].missing_bytes +
					record->side[SHAKEDOWN_SERVER].missing_bytes;
	}
	for (unsigned i = 0; i < 2; i++)
		s->states[i][record->side[i].state]++;
	if (a->observer.connection)
		a->observer.connection(record, a->data);
}

static void on_segment(const ShakedownSegment *segment, void *data)
{
	ShakedownAnalysis *a = data;

	a->observer.segment(segment, a->data);
}

static void on_set_back(void *data)
{
	detectors_set_back(((ShakedownAnalysis *)data)->detectors);
}

static void on_opening(TcpConnection *conn, ShakedownTime time, void *data)
{
	ShakedownAnalysis *a = data;
	const ShakedownAddress addr[2] = {tcp_conn_address(conn, SHAKEDOWN_CLIENT),
					  tcp_conn_address(conn, SHAKEDOWN_SERVER)};
	const ShakedownOpening opening = {
		.connection = conn->id,
		.addr = {&addr[0], &addr[1]},
		.port = {tcp_conn_port(conn, SHAKEDOWN_CLIENT),
			 tcp_conn_port(conn, SHAKEDOWN_SERVER)},
		.time = time,
		.handshake = tcp_record_handshake(conn, &a->config, time),
	};

	a->observer.opening(&opening, a->data);
}

/* Program and libraries, buffers, and what is kept by service, source and host, all of which is
 * bounded: README.md, "Floods and scans", adds it up. */
#define MEMORY_FIXED (UINT64_C(128) << 20)

/* The least there is would be no bound. */
static uint64_t memory_for_connections(const ShakedownConfig *config)
{
	if (!config->max_memory)
		return 0;
	return config->max_memory > MEMORY_FIXED ? config->max_memory - MEMORY_FIXED : 1;
}

ShakedownAnalysis *shakedown_analysis_new(const ShakedownConfig *config,
					  const ShakedownObserver *observer, void *data)
{
	ShakedownAnalysis *a = g_new0(ShakedownAnalysis, 1);

	if (config)
		a->config = *config;
	else
		shakedown_config_init(&a->config);
	if (observer)
		a->observer = *observer;
	a->data = data;
	a->decoder = decoder_new(
		&(DecoderOptions){.ignore_encapsulation = a->config.ignore_encapsulation != 0});
	a->tracker = tcp_tracker_new(
		&a->config,
		&(TcpTrackerObserver){.event = on_event,
				      .over = on_over,
				      .opening = a->observer.opening ? on_opening : NULL,
				      .segment = a->observer.segment ? on_segment : NULL,
				      .set_back = on_set_back},
		a);
	tcp_tracker_set_memory(a->tracker, memory_for_connections(&a->config));
	if (a->config.overlap_segments) {
		a->recent = tcp_recent_new((unsigned)a->config.overlap_segments);
		tcp_tracker_set_recent(a->tracker, a->recent);
	}
	a->detect = (DetectContext){.config = &a->config,
				    .tracker = a->tracker,
				    .summary = &a->summary,
				    .report = on_anomaly,
				    .data = a};
	a->detectors = detectors_new(&a->detect);
	return a;
}

void shakedown_analysis_streams(ShakedownAnalysis *a, const ShakedownStreamOptions *options,
				ShakedownStreamFunc func, void *data)
{
	g_return_if_fail(!a->streams && a->summary.packets == 0);
	a->streams = tcp_streams_new(options, func, data);
	tcp_tracker_set_streams(a->tracker, a->streams);
}

void shakedown_analysis_set_conn_log(ShakedownAnalysis *a)
{
	g_return_if_fail(a->summary.packets == 0);
	tcp_tracker_set_conn_log(a->tracker);
}

void shakedown_analysis_set_immediate(ShakedownAnalysis *a)
{
	g_return_if_fail(a->summary.packets == 0);
	a->detect.early = true;
}

const ShakedownStreamCounts *shakedown_analysis_stream_counts(const ShakedownAnalysis *a)
{
	return a->streams ? tcp_streams_counts(a->streams) : NULL;
}

void shakedown_analysis_free(ShakedownAnalysis *a)
{
	if (!a)
		return;
	detectors_free(a->detectors);
	tcp_tracker_free(a->tracker);
	decoder_free(a->decoder);
	g_free(a->skipped);
	g_free(a);
}

/*
 * A file may say any time. So far from both ends of 64 bits, 146 years after 1970 and half as many
 * before, two of them have a difference and a timeout can be added; formats that can say more do so
 * only when they lie. Simulators begin at 0, which to the tracker means "not yet": a nanosecond
 * later does as well.
 */
#define TIME_MOST (INT64_C(1) << 62)
#define TIME_LEAST (-TIME_MOST / 2)

static inline bool is_tame(ShakedownTime time)
{
	return time > 0 && time <= TIME_MOST;
}

void analysis_tame_time(ShakedownPacket *packet)
{
	if (G_UNLIKELY(!is_tame(packet->time)))
		packet->time = packet->time ? CLAMP(packet->time, TIME_LEAST, TIME_MOST) : 1;
}

/* The first packet, or one that stands behind a later one. */
static void take_odd_time(ShakedownAnalysis *a, ShakedownTime time, uint64_t frame)
{
	ShakedownSummary *s = &a->summary;

	if (s->packets == 0)
		s->first = s->last = time;
	/* Put right by the reader (then the frames are out of order), or not (then the times). */
	if (time < s->last || frame < a->last_frame) {
		if (s->disordered < G_N_ELEMENTS(a->detect.disordered))
			a->detect.disordered[s->disordered] = frame;
		s->disordered++;
	}
	a->last_frame = MAX(a->last_frame, frame);
	s->first = MIN(s->first, time);
	s->last = MAX(s->last, time);
}

/* The packets' clock, and what it says of the capture's order. */
static inline void take_time(ShakedownAnalysis *a, ShakedownTime time, uint64_t frame)
{
	ShakedownSummary *s = &a->summary;

	if (G_LIKELY(time >= s->last && frame >= a->last_frame && s->packets)) {
		s->last = time;
		a->last_frame = frame;
	} else {
		take_odd_time(a, time, frame);
	}
	s->packets++;
}

size_t analysis_decode(ShakedownAnalysis *a, const ShakedownPacket *packet,
		       Segment segments[DECODER_SEGMENTS])
{
	size_t found = decoder_decode(a->decoder, packet, segments);

	if (found)
		return found;
	/* Time passes by packets that hold no segment, too. */
	segments->kind = SEGMENT_TICK;
	segments->time = packet->time;
	segments->frame = packet->frame;
	return 1;
}

bool analysis_digests(const ShakedownAnalysis *a, DigestSecret *secret)
{
	if (!a->recent || a->streams)
		return false;
	*secret = tcp_recent_secret(a->recent);
	return true;
}

/* Of those held, the last ones are the packet's. Those in the decoder's own buffer live only until
 * it decodes the next packet. */
static bool must_go(const Segment *segments, size_t held, size_t found,
		    const ShakedownPacket *packet)
{
	if (held >= TCP_TRACKER_BATCH)
		return true;
	for (size_t i = held - found; i < held; i++)
		if (segments[i].kind != SEGMENT_TICK && !segment_lies_in(&segments[i], packet))
			return true;
	return false;
}

void analysis_take(ShakedownAnalysis *a, const Segment *segments, const uint8_t *found, size_t n,
		   uint64_t bytes)
{
	size_t held = 0;

	a->summary.bytes += bytes;
	for (size_t i = 0; i < n; i++) {
		/* There may be none so far: an address, and no pointer. */
		const uintptr_t ahead =
			(uintptr_t)(segments + held) + TCP_TRACKER_BATCH * sizeof(Segment);

		fetch_to_read((const void *)ahead, offsetof(Segment, encap) + 1);
		take_time(a, segments[held].time, segments[held].frame);
		held += found[i];
		if (held >= TCP_TRACKER_BATCH) {
			tcp_tracker_segments(a->tracker, segments, held);
			segments += held;
			held = 0;
		}
	}
	tcp_tracker_segments(a->tracker, segments, held);
}

void shakedown_analysis_feed(ShakedownAnalysis *a, const ShakedownPacket *packets, size_t n)
{
	size_t held = 0;

	g_return_if_fail(!a->finished);
	for (size_t i = 0; i < n; i++) {
		const ShakedownPacket *packet = &packets[i];
		ShakedownPacket tamed;

		if (G_UNLIKELY(!is_tame(packet->time))) {
			tamed = *packet;
			analysis_tame_time(&tamed);
			packet = &tamed;
		}
		take_time(a, packet->time, packet->frame);
		a->summary.bytes += packet->captured_len;
		size_t found = analysis_decode(a, packet, a->batch + held);

		held += found;
		if (must_go(a->batch, held, found, packet)) {
			tcp_tracker_segments(a->tracker, a->batch, held);
			held = 0;
		}
	}
	tcp_tracker_segments(a->tracker, a->batch, held);
}

/* How often detectors look at what they would otherwise look at when a packet comes. */
#define TICK (SHAKEDOWN_NS_PER_S / 2)

void shakedown_analysis_advance(ShakedownAnalysis *a, ShakedownTime now)
{
	g_return_if_fail(!a->finished);
	/* Before the first packet there is nothing to wait for. */
	if (a->summary.packets == 0 || now <= a->summary.first)
		return;
	tcp_tracker_advance(a->tracker, now);
	/* To nobody who watches it is the same when they judge; to a run on the kept file it is
	 * not. */
	if (!a->detect.early || (now - a->ticked < TICK && now >= a->ticked))
		return;
	a->ticked = now;
	detectors_tick(a->detectors, now);
}

void shakedown_analysis_dropped(ShakedownAnalysis *a, uint64_t packets, bool any_time)
{
	ShakedownTime now = tcp_tracker_now(a->tracker);

	/* Of no packet yet, or of one from the future. */
	if (!tcp_tracker_was_set_back(a->tracker))
		now = MAX(now, a->summary.last);
	loss_note(&a->detect.loss, packets, any_time ? a->summary.first : now - LOSS_ROUGHLY, now);
}

void shakedown_analysis_finish(ShakedownAnalysis *a)
{
	if (a->finished)
		return;
	a->finished = true;
	tcp_tracker_finish(a->tracker);
	detectors_finish(a->detectors);
}
