/* SPDX-License-Identifier: BSD-3-Clause */
#include "tracker-check.h"

#include "script.h"
#include "tcp/tcp-folded.h"

#define FORMAT "connection %" G_GUINT64_FORMAT ": "

static WatchConnection *connection_of(Watch *w, uint64_t id)
{
	fuzz_check(id >= 1 && id < WATCH_CONNECTIONS, FORMAT "there are not so many", id);
	return &w->connection[id];
}

/* The journal of one side, each belief held against the row that it must stand in. */
static void check_beliefs(const TcpConnection *conn, ShakedownSideId side, bool saturated)
{
	ShakedownTcpState state = SHAKEDOWN_TCP_CLOSED;

	for (unsigned i = 0; i < conn->beliefs.len; i++) {
		const TcpBelief *b = &tcp_beliefs_items(&conn->beliefs)[i];

		if (b->side != side)
			continue;
		const TcpTransition *t = tcp_transition((TcpInput)b->input, state);
		fuzz_check(saturated || (t && t->to == b->state),
			   FORMAT "the %s in %s %s and is in %s", conn->id,
			   shakedown_side_name(side), shakedown_tcp_state_name(state),
			   tcp_input_name((TcpInput)b->input), shakedown_tcp_state_name(b->state));
		state = (ShakedownTcpState)b->state;
	}
	fuzz_check(saturated || conn->side[side].state == state,
		   FORMAT "the %s is in %s, its journal says %s", conn->id,
		   shakedown_side_name(side), shakedown_tcp_state_name(conn->side[side].state),
		   shakedown_tcp_state_name(state));
}

static void check_connection(WatchConnection *c)
{
	const TcpConnection *conn = c->conn;

	fuzz_check(conn->beliefs.len <= TCP_BELIEFS_MAX, FORMAT "%u beliefs", conn->id,
		   conn->beliefs.len);
	fuzz_check(tcp_aside(conn)->marks.len <= TCP_MARKS, FORMAT "%u marks", conn->id,
		   tcp_aside(conn)->marks.len);
	/* It may have been full since the last look, and have lost one from its middle. */
	c->saturated |= conn->beliefs.room >= TCP_BELIEFS_MAX;
	check_beliefs(conn, SHAKEDOWN_CLIENT, c->saturated);
	check_beliefs(conn, SHAKEDOWN_SERVER, c->saturated);
}

/* All of it but where it and its parts lie, and when it is looked at next. */
static uint64_t connection_digest(uint64_t digest, const TcpConnection *conn)
{
	TcpConnection bare = *conn;

	bare.hash = bare.older = bare.newer = 0;
	bare.timer = (TimerNode){0};
	bare.aside = NULL;
	bare.closing = NULL;
	bare.beliefs = (TcpBeliefs){.len = conn->beliefs.len};
	for (unsigned i = 0; i < 2; i++) {
		bare.side[i].latest = 0;
		memset(&bare.side[i].rtt, 0, sizeof bare.side[i].rtt);
		bare.side[i].rtt.samples = conn->side[i].rtt.samples;
	}
	for (unsigned i = 0; i < conn->beliefs.len; i++) {
		const TcpBelief *b = &tcp_beliefs_items(&conn->beliefs)[i];
		const uint64_t belief[] = {(uint64_t)b->time, b->frame,	   b->side,
					   b->state,	      b->evidence, b->input};

		digest = fuzz_digest(digest, belief, sizeof belief);
	}
	return fuzz_digest(digest, &bare, sizeof bare);
}

static uint64_t event_digest(uint64_t digest, const TcpEvent *event)
{
	const uint64_t numbers[] = {event->kind, event->side, event->seg != NULL,
				    (uint64_t)event->time, event->frame};

	return connection_digest(fuzz_digest(digest, numbers, sizeof numbers), event->conn);
}

/* Detectors note something with each connection, and blame some of them at any event. */
static void judge(const TcpEvent *event)
{
	TcpConnection *conn = event->conn;

	conn->noted = conn->noted * 31 + (uint32_t)event->kind + 1;
	if ((conn->id + (uint64_t)event->kind) % 5 == 0)
		tcp_conn_blame(conn, SHAKEDOWN_ANOMALY_SYN_FLOOD, SHAKEDOWN_SEVERITY_WARNING);
}

void watch_event(const TcpEvent *event, void *data)
{
	Watch *w = data;
	WatchConnection *c = connection_of(w, event->conn->id);

	fuzz_check(event->kind < TCP_EVENTS, "event %d", (int)event->kind);
	fuzz_check((event->kind == TCP_EVENT_OPENED) == !c->opened, FORMAT "event %d",
		   event->conn->id, (int)event->kind);
	if (event->kind == TCP_EVENT_OPENED) {
		c->conn = event->conn;
		c->opened = true;
		w->opened++;
	}
	fuzz_check(!c->over && c->conn, FORMAT "event %d when it is over", event->conn->id,
		   (int)event->kind);
	c->conn = event->conn; /* it may have been folded since */
	fuzz_check(event->side <= SHAKEDOWN_SERVER, "of side %d", (int)event->side);
	w->digest = event_digest(w->digest, event);
	judge(event);
}

void watch_over(TcpConnection *conn, void *data)
{
	Watch *w = data;
	WatchConnection *c = connection_of(w, conn->id);
	ShakedownConnection record;

	fuzz_check(c->opened && !c->over, FORMAT "is over, and over again", conn->id);
	c->conn = conn;
	check_connection(c);
	tcp_record_fill(&record, &w->room, conn, w->tracker, w->config);
	record_check(&record, w->frames);
	fuzz_check(
		record_digest(0, &record) ==
			record_digest(0, tcp_record_of(&w->recorder, conn, w->tracker, w->config)),
		FORMAT "its record is another, filled the short way", conn->id);
	for (unsigned i = 0; i < 2; i++) {
		w->packets += record.side[i].packets;
		w->bytes += record.side[i].bytes;
		w->missing += record.side[i].missing_bytes;
	}
	w->digest = record_digest(w->digest, &record);
	w->over++;
	c->over = true;
	c->conn = NULL;
}

void watch_segment(const ShakedownSegment *segment, void *data)
{
	const WatchConnection *c = connection_of(data, segment->connection);

	fuzz_check(c->conn, FORMAT "a segment of it when it is over", segment->connection);
	fuzz_check(shakedown_segment_class_name(segment->segment_class), FORMAT "class %d",
		   segment->connection, (int)segment->segment_class);
	fuzz_check(segment->changes_len <= TCP_STEP_CHANGES, FORMAT "%zu changes",
		   segment->connection, segment->changes_len);
	fuzz_check(!segment->note || fuzz_is_line(segment->note), FORMAT "the note is no line",
		   segment->connection);
	for (size_t i = 0; i < segment->changes_len; i++)
		fuzz_check(segment->changes[i].state < SHAKEDOWN_TCP_STATES &&
				   segment->changes[i].evidence < SHAKEDOWN_EVIDENCES &&
				   segment->changes[i].side <= SHAKEDOWN_SERVER,
			   FORMAT "change %zu", segment->connection, i);
}

static void locate(const Watch *w, WatchStream *s, const ShakedownStretch *stretch)
{
	if (w->lies || stretch->len < 2)
		return;
	uint32_t at = script_place(stretch->bytes);
	uint32_t origin = (at - (uint32_t)stretch->offset) % SCRIPT_PERIOD;

	for (uint64_t i = 0; i < stretch->len; i++)
		fuzz_check(stretch->bytes[i] == *script_content(at + (uint32_t)i),
			   FORMAT "byte %" G_GUINT64_FORMAT " of the %s is wrong",
			   stretch->connection, stretch->offset + i,
			   shakedown_side_name(stretch->side));
	fuzz_check(!s->located || s->origin == origin,
		   FORMAT "bytes at %" G_GUINT64_FORMAT " of the %s belong %u further",
		   stretch->connection, stretch->offset, shakedown_side_name(stretch->side),
		   (origin - s->origin) % SCRIPT_PERIOD);
	s->origin = origin;
	s->located = true;
}

void watch_stretch(const ShakedownStretch *stretch, void *data)
{
	Watch *w = data;
	WatchConnection *c = connection_of(w, stretch->connection);
	WatchStream *s = &c->stream[stretch->side];

	fuzz_check(c->conn, FORMAT "bytes of it when it is over", stretch->connection);
	fuzz_check(stretch->offset == s->next,
		   FORMAT "%" G_GUINT64_FORMAT " follows on %" G_GUINT64_FORMAT " of the %s",
		   stretch->connection, stretch->offset, s->next,
		   shakedown_side_name(stretch->side));
	fuzz_check(stretch->len > 0, FORMAT "a stretch of nothing", stretch->connection);
	fuzz_check(!stretch->bytes == (stretch->hole != SHAKEDOWN_HOLE_NONE),
		   FORMAT "a hole with bytes", stretch->connection);
	s->next = stretch->offset + stretch->len;
	if (stretch->bytes)
		locate(w, s, stretch);
}

static void unfolded(TcpConnection *conn, void *data)
{
	connection_of(data, conn->id)->conn = conn;
}

void watch_live(Watch *w)
{
	const TcpTrackerCounts *counts = tcp_tracker_counts(w->tracker);
	uint64_t pairs[SHAKEDOWN_TCP_STATES][SHAKEDOWN_TCP_STATES] = {{0}};

	tcp_unfold_all(w->tracker, unfolded, w);
	for (uint64_t id = 1; id <= w->opened && id < WATCH_CONNECTIONS; id++)
		if (w->connection[id].conn) {
			check_connection(&w->connection[id]);
			const TcpSide *side = w->connection[id].conn->side;
			pairs[side[0].state][side[1].state]++;
		}
	fuzz_check(
		w->opened >= WATCH_CONNECTIONS || memcmp(pairs, counts->pairs, sizeof pairs) == 0,
		"the states of %" G_GUINT64_FORMAT " connections are counted wrongly", w->opened);
}

void watch_finished(const Watch *w, uint64_t segments, uint64_t payload)
{
	const TcpTrackerCounts *counts = tcp_tracker_counts(w->tracker);

	fuzz_check(w->opened == w->over && w->opened == counts->connections,
		   "%" G_GUINT64_FORMAT " opened, %" G_GUINT64_FORMAT " over", w->opened, w->over);
	fuzz_check(counts->segments == segments,
		   "%" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " segments counted",
		   counts->segments, segments);
	fuzz_check(w->packets == segments,
		   "%" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " segments in the records",
		   w->packets, segments);
	fuzz_check(w->bytes <= payload,
		   "%" G_GUINT64_FORMAT " bytes in the records, %" G_GUINT64_FORMAT " sent",
		   w->bytes, payload);
	fuzz_check(w->missing == counts->missing_bytes,
		   "%" G_GUINT64_FORMAT " bytes missing in the records, %" G_GUINT64_FORMAT
		   " counted",
		   w->missing, counts->missing_bytes);
	fuzz_check(counts->copies <= segments && counts->bad_checksums <= segments,
		   "more of a kind than there are");
	fuzz_check(counts->live_peak <= 2 * counts->connections, "%" G_GUINT64_FORMAT " at once",
		   counts->live_peak);
}
