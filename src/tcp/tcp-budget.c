/* SPDX-License-Identifier: BSD-3-Clause */
#include "tcp/tcp-budget.h"

#include "tcp/tcp-folded.h"
#include "tcp/tcp-pending.h"
#include "tcp/tcp-tracker-private.h"
#include "tcp/tcp-watch.h"

#include <glib.h>

/* What a connection costs beside itself: its slots in a table that is half full when it has just
 * grown, its timer's place in a queue, and its place in the order in which all end with the
 * capture.
 */
#define BESIDE 64
/* … of that for the timer's place. It is more where most of those that its timer lies beside have
 * left early: at worst a block. */
#define PLACE 16
/* … and what hangs off it, on average: asides, marks, samples, holes. That much at the least, and
 * what may be found; such as are reset have most. */
#define HANGS_OFF 128
#define HANGS_OFF_MOST 2048
/* How often, and at how many, one looks for what hangs off. */
#define LOOK_EVERY 256
#define LOOK_AT 16
#define REMEMBERS 8
/* malloc() rounds up to 16 and puts 8 before it. */
#define MALLOC 16
/* One segment can open a few. */
#define HEADROOM 16
#define COST (TCP_CONNECTION_ROOM + sizeof(TcpClosing))
#define BESIDE_MOST (BESIDE - PLACE + sizeof(TimerBlock))
#define LEAST ((UINT64_C(1) << 20) * 4)
#define SAMPLE 32

void tcp_budget_init(TcpBudget *budget, uint64_t bytes)
{
	bytes = bytes ? MAX(bytes, LEAST) : UINT64_MAX;
	*budget = (TcpBudget){.bytes = bytes,
			      .few = bytes / 3 / (COST + BESIDE_MOST + HANGS_OFF_MOST),
			      .hangs = HANGS_OFF,
			      .beside = BESIDE};
}

static size_t aside_bytes(const TcpAside *aside)
{
	size_t bytes = sizeof *aside + MALLOC;

	if (aside->side != tcp_no_sides)
		bytes += 2 * sizeof *aside->side + MALLOC;
	if (aside->marks.room)
		bytes += aside->marks.room * sizeof(TcpMark) + MALLOC;
	if (aside->watch)
		bytes += sizeof(TcpWatch) + MALLOC;
	if (aside->pending)
		bytes += sizeof(TcpPendingSyn) + MALLOC;
	for (unsigned i = 0; i < 2; i++)
		if (aside->holes[i])
			bytes += aside->holes[i]->room * sizeof(TcpHole) + MALLOC;
	for (unsigned i = 0; i < 2; i++)
		if (aside->stream[i])
			bytes += TCP_STREAM_ROOM;
	return bytes;
}

size_t tcp_budget_hangs_off(const TcpTracker *t, const TcpConnection *conn)
{
	size_t bytes = conn->aside ? aside_bytes(conn->aside) : 0;

	if (conn->beliefs.room > TCP_BELIEFS_CLOSING)
		bytes += conn->beliefs.room * sizeof(TcpBelief) + MALLOC;
	for (unsigned i = 0; i < 2; i++)
		bytes += tcp_rtt_bytes(&conn->side[i].rtt);
	if (conn->noted & t->noted_mask)
		bytes += t->noted_bytes(conn, t->noted_data);
	return bytes;
}

static uint64_t cost_of(const TcpTracker *t, const Slab *slab, uint64_t items)
{
	/* What hangs off goes with the connection, whatever the slab has taken. */
	if (slab == t->slab)
		return (items + HEADROOM) * (COST + t->budget.beside) +
		       slab_live(slab) * t->budget.hangs;
	return (items + HEADROOM) * (sizeof(TcpFolded) + t->budget.beside) +
	       slab_taken(t->wide_keys) * sizeof(TcpFoldedWide) + byte_log_held(t->rests) +
	       t->resting_hangs;
}

/* What one slab has taken it does not give back, so the other has what it left, but at least a
 * third: a flood must not leave the connections without room, nor they it. */
static bool crowded(const TcpTracker *t, const Slab *slab, const Slab *other)
{
	uint64_t taken = cost_of(t, other, slab_taken(other)), third = t->budget.bytes / 3;

	return cost_of(t, slab, slab_live(slab)) > t->budget.bytes - CLAMP(taken, third, 2 * third);
}

static void look(TcpTracker *t)
{
	TcpBudget *b = &t->budget;
	uint64_t bytes = 0;
	unsigned n = (unsigned)MIN(slab_live(t->slab), LOOK_AT);

	for (unsigned i = 0; i < n; i++) {
		b->hand_seen = slab_next_live(t->slab, b->hand_seen);
		bytes += tcp_budget_hangs_off(t, slab_get(t->slab, b->hand_seen));
	}
	if (n)
		b->hangs = MAX((b->hangs * (REMEMBERS - 1) + bytes / n) / REMEMBERS, HANGS_OFF);
	b->beside = BESIDE - PLACE +
		    MAX(timer_wheel_bytes(t->wheel) / MAX(tcp_tracker_live(t), 1), PLACE);
}

bool tcp_budget_exceeded(TcpTracker *t)
{
	if (++t->budget.asked % LOOK_EVERY == 0)
		look(t);
	return crowded(t, t->slab, t->folded) || crowded(t, t->folded, t->slab);
}

bool tcp_budget_has_cut(const TcpTracker *t)
{
	return (t->counts.cut_open | t->counts.cut_half_open | t->counts.cut_closed) != 0;
}

typedef enum { OPEN = 0, OPENING, CLOSED } Use;

static Use use_of(const TcpConnection *conn)
{
	if (tcp_conn_gone(conn))
		return CLOSED;
	return tcp_conn_has(conn, TCP_CONN_THIRD_ACK) || tcp_conn_has(conn, TCP_CONN_MIDSTREAM)
		       ? OPEN
		       : OPENING;
}

static bool less_useful(const TcpConnection *a, const TcpConnection *b)
{
	Use x = use_of(a), y = use_of(b);

	return x != y ? x > y : a->end < b->end;
}

static void end_early(TcpTracker *t, TcpConnection *conn, uint32_t handle, uint64_t *count)
{
	conn->flags |= TCP_CONN_CUT_SHORT;
	++*count;
	tcp_connection_over(t, conn, handle);
}

/* Enough to find one by going on, since what is passed over is paid for by what is found. */
static bool enough(size_t n, size_t of)
{
	return n >= of / 8;
}

static bool many_closed(const TcpTracker *t)
{
	const uint64_t *closed = t->counts.pairs[SHAKEDOWN_TCP_CLOSED],
		       *waits = t->counts.pairs[SHAKEDOWN_TCP_TIME_WAIT];

	return enough(closed[SHAKEDOWN_TCP_CLOSED] + closed[SHAKEDOWN_TCP_TIME_WAIT] +
			      waits[SHAKEDOWN_TCP_CLOSED] + waits[SHAKEDOWN_TCP_TIME_WAIT] -
			      (t->resting - t->resting_open),
		      slab_live(t->slab));
}

static void end_one(TcpTracker *t)
{
	TcpBudget *b = &t->budget;
	TcpConnection *victim = NULL;
	uint32_t handle = 0;
	size_t most = many_closed(t) ? slab_live(t->slab) : SAMPLE;

	for (size_t i = 0; i < most && !(victim && use_of(victim) == CLOSED); i++) {
		b->hand = slab_next_live(t->slab, b->hand);
		TcpConnection *conn = slab_get(t->slab, b->hand);
		if (tcp_aside(conn)->alias_of || (victim && !less_useful(conn, victim)))
			continue;
		victim = conn;
		handle = b->hand;
	}
	if (!victim)
		return;
	switch (use_of(victim)) {
	case OPEN:
		end_early(t, victim, handle, &t->counts.cut_open);
		return;
	case OPENING:
		end_early(t, victim, handle, &t->counts.cut_half_open);
		return;
	case CLOSED:
		end_early(t, victim, handle, &t->counts.cut_closed);
		return;
	}
}

static const TcpFolded *folded_at(const TcpTracker *t, uint32_t handle)
{
	return slab_get(t->folded, handle);
}

static void end_folded(TcpTracker *t, uint32_t handle)
{
	const TcpFolded *folded = folded_at(t, handle);
	uint64_t *count = !folded->rests ? &t->counts.cut_half_open
			  : folded->open ? &t->counts.cut_open
					 : &t->counts.cut_closed;

	t->budget.hand_folded[folded->open] = handle;
	handle |= SLAB_SMALL;
	end_early(t, tcp_folded_borrow(t, handle), handle, count);
}

/* Slots are handed out in order, and the one that was freed last comes first: so the next after the
 * last one that ended is the oldest, nearly. A flood must not end what is open, nor those that have
 * nothing to say the attempts of others: so of what there is more of. */
static void end_half_open(TcpTracker *t)
{
	bool open = t->resting_open > slab_live(t->folded) / 2;
	uint32_t next = slab_next_live(t->folded, t->budget.hand_folded[open]);

	if (!next)
		return;
	while (folded_at(t, next)->open != open)
		next = slab_next_live(t->folded, next);
	end_folded(t, next);
}

/* One that rests and is closed goes before any that is open. */
static void end_resting(TcpTracker *t)
{
	uint32_t next = t->budget.hand_folded[false];

	for (unsigned i = 0; t->resting > t->resting_open && i < SAMPLE; i++) {
		next = slab_next_live(t->folded, next);
		if (folded_at(t, next)->rests && !folded_at(t, next)->open) {
			end_folded(t, next);
			return;
		}
	}
	t->budget.hand_folded[false] = next;
}

void tcp_budget_make_room(TcpTracker *t)
{
	/* What aliases hold is little, and goes with the connections. */
	if (crowded(t, t->slab, t->folded))
		end_resting(t);
	if (crowded(t, t->slab, t->folded) && !tcp_idle_hurry(t))
		end_one(t);
	if (crowded(t, t->folded, t->slab))
		end_half_open(t);
}
