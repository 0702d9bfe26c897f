/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Queues of handles, for the wheel's slots. Entries lie side by side in small blocks, so that who
 * joins or leaves touches a block, of four bytes an entry, and not the items before and behind it,
 * of which nothing is in a cache. A block goes when its last entry does: what is held is at most a
 * block for each entry, and four bytes an entry where they come and go in about the same order.
 */
#pragma once

#include "flow/slab.h"

#include <stdbool.h>

/* Entries of a block; with its head they are four cache lines. */
#define TIMER_QUEUE_BLOCK 60

/* All zero: empty. */
typedef struct {
	uint32_t first, last; /* blocks */
} TimerQueue;

typedef struct {
	uint32_t next, prev; /* blocks */
	uint16_t queue;	     /* which it belongs to, as its owner counts them */
	uint16_t begin;	     /* no entry before that */
	uint16_t end;	     /* what was written up to now; what has left is 0 */
	uint16_t live;	     /* never 0 */
	uint32_t handle[TIMER_QUEUE_BLOCK];
} TimerBlock;
_Static_assert(sizeof(TimerBlock) == 256, "no byte is lost");

/* The blocks of all queues of an owner: free with slab_free(). */
Slab *timer_queue_blocks(void);

/* At the end of queues[which]; returns the entry's place, which is never 0 and holds until it
 * leaves. */
uint32_t timer_queue_join(Slab *blocks, TimerQueue *queues, unsigned which, uint32_t handle);
void timer_queue_leave(Slab *blocks, TimerQueue *queues, uint32_t place);
/* The first entry leaves: its handle, and that of one some way behind it, or 0, for who wants to
 * fetch what it will need. The queue must not be empty. */
uint32_t timer_queue_take(Slab *blocks, TimerQueue *queue, uint32_t *ahead);

static inline bool timer_queue_empty(const TimerQueue *queue)
{
	return queue->first == 0;
}

static inline TimerBlock *timer_queue_block(const Slab *blocks, uint32_t place)
{
	return slab_get(blocks, place / TIMER_QUEUE_BLOCK);
}

/* What is at a place. */
static inline uint32_t *timer_queue_entry(const Slab *blocks, uint32_t place)
{
	return &timer_queue_block(blocks, place)->handle[place % TIMER_QUEUE_BLOCK];
}
