/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What time does to a connection: TIME-WAIT ends after 2 MSL, patience with unanswered segments
 * ends, and in the end the connection is forgotten. One timer a connection is set to whatever comes
 * first; packets only move it when it fires, so that they cost the wheel nothing.
 */
#include "tcp/tcp-folded.h"
#include "tcp/tcp-outcome.h"
#include "tcp/tcp-tracker-private.h"

#include <glib.h>

/* A closed connection's late segments still find it for so long. */
#define CLOSED_FORGET (INT64_C(30) * SHAKEDOWN_NS_PER_S)
#define NEVER TCP_CLOCK_NEVER
/* So long it must be behind, and that far. */
#define SET_BACK_AFTER (INT64_C(60) * SHAKEDOWN_NS_PER_S)

/* Nobody waits longer for an answer: the clock was set. */
#define LEG_MOST (INT64_C(3600) * SHAKEDOWN_NS_PER_S)

ShakedownDuration tcp_leg_of(ShakedownTime from, ShakedownTime to)
{
	return to < from || to - from > LEG_MOST ? SHAKEDOWN_DURATION_UNKNOWN : to - from;
}

ShakedownDuration tcp_leg(const TcpConnection *conn, ShakedownSideId side)
{
	ShakedownDuration leg = conn->leg[side];
	const TcpSide *other = &conn->side[tcp_other(side)];

	if (leg == SHAKEDOWN_DURATION_UNKNOWN)
		return 0;
	/* The late answer to the first SYN may have passed just behind the second (Karn); then that
	 * has an answer, too. */
	if (other->syns > 1 && conn->side[side].syns >= other->syns) {
		ShakedownDuration least = tcp_rtt_summary(&other->rtt).min;
		if (least != SHAKEDOWN_DURATION_UNKNOWN && leg < least / 4)
			return least;
	}
	return leg;
}

/* When that was by the present clock. */
static ShakedownTime recent(const TcpTracker *tracker, ShakedownTime then)
{
	if (G_LIKELY(then <= tracker->now) || !tracker->set_back.by)
		return then;
	return MIN((ShakedownTime)((uint64_t)then - tracker->set_back.by), tracker->now);
}

/* When a segment came last. */
static ShakedownTime heard(const TcpTracker *tracker, const TcpConnection *conn)
{
	ShakedownTime end = recent(tracker, conn->end);

	if (end == conn->end)
		return end;
	for (unsigned i = 0; i < 2; i++)
		if (conn->side[i].last <= tracker->now)
			end = MAX(end, conn->side[i].last);
	return end;
}

ShakedownTime tcp_clock_now(const TcpTracker *tracker, const TcpConnection *conn)
{
	if (G_LIKELY(conn->end <= tracker->now) || !tracker->set_back.by)
		return tracker->now;
	return MAX((ShakedownTime)((uint64_t)tracker->now + tracker->set_back.by), conn->end);
}

static bool gone(const TcpSide *s)
{
	return s->state == SHAKEDOWN_TCP_CLOSED;
}

static bool opening(const TcpConnection *conn)
{
	return !tcp_conn_has(conn, TCP_CONN_THIRD_ACK) && !tcp_conn_has(conn, TCP_CONN_MIDSTREAM);
}

/* Bare segments of one side that nobody answers, and few: that there is a connection nothing shows.
 */
#define FEW_SEGMENTS 3

static bool may_be_none(const TcpConnection *conn)
{
	const TcpSide *c = &conn->side[SHAKEDOWN_CLIENT], *s = &conn->side[SHAKEDOWN_SERVER];

	return tcp_conn_has(conn, TCP_CONN_MIDSTREAM) && (!c->packets || !s->packets) &&
	       c->packets + s->packets <= FEW_SEGMENTS && !(c->bytes | s->bytes);
}

/* When it is forgotten if no further packet comes. */
static ShakedownTime forget_at(const TcpTracker *tracker, const TcpConnection *conn)
{
	const TcpSide *c = &conn->side[SHAKEDOWN_CLIENT], *s = &conn->side[SHAKEDOWN_SERVER];
	bool waits = c->state == SHAKEDOWN_TCP_TIME_WAIT || s->state == SHAKEDOWN_TCP_TIME_WAIT;

	if (gone(c) && gone(s))
		return heard(tracker, conn) + CLOSED_FORGET;
	if (waits && (gone(c) || gone(s) || c->state == s->state))
		return NEVER; /* its 2 MSL timer comes first */
	if (opening(conn) || may_be_none(conn))
		return heard(tracker, conn) + TCP_ATTEMPT_FORGET;
	return heard(tracker, conn) + tracker->config->idle_timeout;
}

static ShakedownTime handshake_due(const TcpTracker *tracker, const TcpConnection *conn)
{
	if (!opening(conn) || tcp_conn_has(conn, TCP_CONN_TIMED_HANDSHAKE) || !conn->syn_first ||
	    (conn->flags & (TCP_CONN_REFUSED | TCP_CONN_UNREACHABLE | TCP_CONN_ABORTED)))
		return NEVER;
	return conn->syn_ack_first
		       ? recent(tracker, conn->syn_ack_first) + tracker->config->handshake_timeout
		       : recent(tracker, conn->syn_first) + tracker->config->syn_timeout;
}

static ShakedownTime fin_due(const TcpTracker *tracker, const TcpConnection *conn)
{
	ShakedownTime due = NEVER;

	if (tcp_conn_has(conn, TCP_CONN_TIMED_FIN))
		return NEVER;
	for (ShakedownSideId side = SHAKEDOWN_CLIENT; side <= SHAKEDOWN_SERVER; side++)
		if (tcp_side_has(&conn->side[side], TCP_SIDE_SENT_FIN) &&
		    !tcp_fin_acked(conn, side))
			due = MIN(due, recent(tracker, tcp_closing(conn)->fin_time[side]) +
					       tracker->config->fin_timeout);
	return due;
}

/* One FIN, acknowledged, and the other side says nothing more. */
static ShakedownTime linger_due(const TcpTracker *tracker, const TcpConnection *conn)
{
	if (conn->first_fin < 0 || tcp_conn_has(conn, TCP_CONN_TIMED_LINGER) ||
	    tcp_aside(conn)->rst_time)
		return NEVER;
	ShakedownSideId first = (ShakedownSideId)conn->first_fin;
	const TcpSide *stuck = &conn->side[tcp_other(first)];

	if (!tcp_fin_acked(conn, first) || tcp_side_has(stuck, TCP_SIDE_SENT_FIN))
		return NEVER;
	return MAX(recent(tracker, stuck->last),
		   recent(tracker, tcp_closing(conn)->fin_time[first])) +
	       tracker->config->close_wait_linger;
}

static ShakedownTime time_wait_due(const TcpTracker *tracker, const TcpConnection *conn)
{
	if (conn->side[SHAKEDOWN_CLIENT].state != SHAKEDOWN_TCP_TIME_WAIT &&
	    conn->side[SHAKEDOWN_SERVER].state != SHAKEDOWN_TCP_TIME_WAIT)
		return NEVER;
	return recent(tracker, tcp_closing(conn)->time_wait_since) + 2 * tracker->config->msl;
}

ShakedownTime tcp_clock_due(const TcpTracker *tracker, const TcpConnection *conn)
{
	ShakedownTime due = forget_at(tracker, conn);

	due = MIN(due, handshake_due(tracker, conn));
	due = MIN(due, fin_due(tracker, conn));
	due = MIN(due, linger_due(tracker, conn));
	return MIN(due, time_wait_due(tracker, conn));
}

uint32_t tcp_handle_of(const TcpTracker *tracker, const TcpConnection *conn)
{
	uint32_t handle = timer_wheel_handle(tracker->wheel, &conn->timer);

	if (handle)
		return handle;
	if (conn->newer) {
		const TcpConnection *newer = slab_get(tracker->slab, conn->newer);
		return newer->older;
	}
	return flow_table_find(tracker->table, &conn->key, conn->hash);
}

/* As the wheel counts. */
static ShakedownTime wheel_time(const TcpTracker *tracker, ShakedownTime due)
{
	const ShakedownTime present = tcp_wheel_present(tracker, tracker->now);
	const uint64_t from = (uint64_t)tracker->now, to = (uint64_t)due;

	return due < tracker->now
		       ? present - (ShakedownTime)MIN(from - to, (uint64_t)present)
		       : present + (ShakedownTime)MIN(to - from, (uint64_t)TCP_WHEEL_MOST);
}

void tcp_clock_arm(TcpTracker *tracker, TcpConnection *conn)
{
	ShakedownTime due = tcp_clock_due(tracker, conn);

	if (due == NEVER)
		return;
	due = wheel_time(tracker, due);
	/* Most often it is put off; only else its handle is needed. */
	if (!timer_wheel_postpone(tracker->wheel, &conn->timer, due))
		timer_wheel_set(tracker->wheel, tcp_handle_of(tracker, conn), due);
}

static void end_time_wait(TcpStep *step)
{
	for (ShakedownSideId side = SHAKEDOWN_CLIENT; side <= SHAKEDOWN_SERVER; side++)
		if (step->conn->side[side].state == SHAKEDOWN_TCP_TIME_WAIT)
			tcp_believe(step, side, TCP_TIMES_OUT, SHAKEDOWN_EVIDENCE_TIMER);
}

/* Stamps may be as late as NEVER itself. */
static bool has_come(const TcpTracker *tracker, ShakedownTime due)
{
	return due != NEVER && due <= tracker->now;
}

/* The last FIN's sender is told by the same clock that closed both: nothing is left to say. */
void tcp_clock_fire(uint32_t handle, void *data)
{
	TcpTracker *tracker = data;
	TcpConnection *conn = tcp_folded_borrow(tracker, handle);
	TcpStep step;

	tcp_step_begin(&step, tracker, conn, tracker->now);
	if (has_come(tracker, time_wait_due(tracker, conn))) {
		step.time = time_wait_due(tracker, conn);
		end_time_wait(&step);
	}
	if (has_come(tracker, handshake_due(tracker, conn))) {
		step.time = handshake_due(tracker, conn);
		conn->flags |= TCP_CONN_TIMED_HANDSHAKE;
		tcp_emit(&step, TCP_EVENT_HANDSHAKE_LATE, SHAKEDOWN_SERVER);
	}
	if (has_come(tracker, fin_due(tracker, conn))) {
		step.time = fin_due(tracker, conn);
		conn->flags |= TCP_CONN_TIMED_FIN;
		tcp_emit(&step, TCP_EVENT_FIN_LATE, SHAKEDOWN_CLIENT);
	}
	if (has_come(tracker, linger_due(tracker, conn))) {
		step.time = linger_due(tracker, conn);
		conn->flags |= TCP_CONN_TIMED_LINGER;
		tcp_emit(&step, TCP_EVENT_LINGERING, tcp_other((ShakedownSideId)conn->first_fin));
	}
	if (has_come(tracker, forget_at(tracker, conn))) {
		tcp_connection_over(tracker, conn, handle);
		return;
	}
	/* What would be due in the present for ever, by stamps that nobody can count with, fires
	 * once a tick. */
	ShakedownTime due = tcp_clock_due(tracker, conn),
		      later = tcp_wheel_present(tracker, tracker->now) + TIMER_TICK;
	if (due != NEVER)
		timer_wheel_set(tracker->wheel, handle,
				due > tracker->now ? wheel_time(tracker, due) : later);
	tcp_folded_return(tracker, conn, handle);
}

/* Patience is measured from what was stamped before as if that had been stamped by the new clock,
 * and the wheel, whose time begins anew, goes on where it is. */
static void set_back(TcpTracker *tracker, ShakedownTime now)
{
	uint64_t by = (uint64_t)tracker->now - (uint64_t)now;

	tracker->set_back = (TcpSetBack){.by = by};
	tracker->first =
		(ShakedownTime)((uint64_t)now - (uint64_t)tcp_wheel_present(tracker, tracker->now));
	tracker->now = now;
	tracker->leapt = false;
	if (tracker->observer.set_back)
		tracker->observer.set_back(tracker->data);
}

void tcp_clock_behind(TcpTracker *tracker, ShakedownTime now)
{
	TcpSetBack *b = &tracker->set_back;

	if ((uint64_t)tracker->now - (uint64_t)now < SET_BACK_AFTER)
		return;
	if (!b->behind || b->now != tracker->now || now < b->since) {
		b->behind = true;
		b->now = tracker->now;
		b->since = now;
	} else if ((uint64_t)now - (uint64_t)b->since >= SET_BACK_AFTER) {
		set_back(tracker, now);
	}
}
