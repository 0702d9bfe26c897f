/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A hierarchical timing wheel that runs by the packets' clock. Nodes lie inside slab items; one
 * item can have several, each on a wheel of its own.
 *
 * Exactness: a timer never fires before its deadline, and at most one tick after the first advance
 * to it. The clock is the greatest time seen: a time before it changes nothing, and a leap of
 * decades costs no more than the timers that it passes.
 *
 * Cost: moving an armed timer to a later deadline (every packet of a connection may do that) writes
 * to its own node and touches nothing else. Moving it forward, cancelling and first arming touch a
 * queue's block beside (timer-queue.h), and no other item.
 */
#pragma once

#include "flow/timer-queue.h"

#include <shakedown/types.h>

/* A tick is 2^24 ns, 16.8 ms. */
#define TIMER_TICK_SHIFT 24
#define TIMER_TICK (INT64_C(1) << TIMER_TICK_SHIFT)
/* The farthest deadline, in ticks from the clock: 831 days. What lies beyond is taken as that. */
#define TIMER_AHEAD_MAX ((INT64_C(1) << 32) - (INT64_C(1) << 24))

/* A zeroed node is an idle one. */
typedef struct {
	uint32_t deadline; /* tick, modulo 2^32 */
	uint32_t place;	   /* timer-queue.h; 0: not armed */
} TimerNode;

typedef struct _TimerWheel TimerWheel;

/* What the inline functions below need, and the wheel begins with. */
typedef struct {
	ShakedownTime quiet; /* an advance to before that changes nothing */
	Slab *blocks;	     /* its queues' */
} TimerWheelHead;

/* Each item of the slab holds its TimerNode at node_offset. */
TimerWheel *timer_wheel_new(const Slab *slab, size_t node_offset);
/* Handles with SLAB_SMALL are of this slab. */
void timer_wheel_set_small(TimerWheel *wheel, const Slab *small, size_t node_offset);
/* Does not touch the nodes, so the slab may be freed first. */
void timer_wheel_free(TimerWheel *wheel);

/*
 * Arms the timer, or moves it if it is armed. A deadline that has passed counts as the present tick
 * and fires at the next advance. Before the first advance there is no present: deadlines may then
 * be set in any order, up to a year before the first one set.
 */
void timer_wheel_set(TimerWheel *wheel, uint32_t handle, ShakedownTime deadline);
/* The same where it is armed for no later than that: it writes to the node alone. False, and
 * nothing changed, where it is not. */
bool timer_wheel_postpone(const TimerWheel *wheel, TimerNode *node, ShakedownTime deadline);
/* Harmless where it is not armed. Needed before the item is freed. */
void timer_wheel_cancel(TimerWheel *wheel, uint32_t handle);

/* The item of an armed timer; 0 where it is idle. */
uint32_t timer_wheel_handle(const TimerWheel *wheel, const TimerNode *node);
/* Another item takes over the timer, armed or not, in its place among those of its tick. */
void timer_wheel_move(TimerWheel *wheel, uint32_t from, uint32_t to);

static inline bool timer_node_armed(const TimerNode *node)
{
	return node->place != 0;
}

/* Brings what cancelling or moving an armed one will touch into the cache. */
static G_ALWAYS_INLINE inline void timer_wheel_fetch(const TimerWheel *wheel, const TimerNode *node)
{
	const TimerWheelHead *head = (const TimerWheelHead *)(const void *)wheel;

	if (!timer_node_armed(node))
		return;
	__builtin_prefetch(timer_queue_block(head->blocks, node->place), 1);
	__builtin_prefetch(timer_queue_entry(head->blocks, node->place), 1);
}

/*
 * Fires every timer whose deadline is reached, in the order of the deadlines' ticks; timers of one
 * tick in an order that depends only on the calls made. A timer is idle when its function is
 * called. The function may set and cancel any timers and, having cancelled its other timers, free
 * its item. What it arms for no later than now fires in the same advance, so it must not do that
 * forever; while it runs, the wheel's present is the tick that fires. It must not call
 * timer_wheel_advance().
 */
typedef void (*TimerFunc)(uint32_t handle, void *data);
void timer_wheel_advance(TimerWheel *wheel, ShakedownTime now, TimerFunc fire, void *data);

/* Whether that would do anything: most packets come within a tick in which nothing is due. */
static inline bool timer_wheel_is_due(const TimerWheel *wheel, ShakedownTime now)
{
	return now >= ((const TimerWheelHead *)(const void *)wheel)->quiet;
}

/* Timers armed. */
size_t timer_wheel_len(const TimerWheel *wheel);
/* What their places take, in bytes. */
size_t timer_wheel_bytes(const TimerWheel *wheel);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(TimerWheel, timer_wheel_free)
