/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Four levels of 256 slots, one for each byte of a 32-bit tick. A timer hangs in the level of the
 * highest byte in which its deadline differs from the clock, in the slot of that byte. So all of a
 * level comes before all of the next, and within a level the slots come in their order; only the
 * topmost goes round, since a deadline may lie beyond the next multiple of 2^32 ticks.
 *
 * The clock goes from one occupied slot to the next: bitmaps say where that is, so that empty time
 * costs nothing. A slot above the lowest level, when reached, is dealt out again to levels below.
 *
 * Moving a timer to a later deadline leaves it in its slot. Invariant: the slot's time is never
 * after the deadline. When the slot is reached, the timer is hung up anew where it belongs.
 */
#include "flow/timer-wheel.h"

#define LEVELS 4
#define LEVEL_BITS 8
#define LEVEL_SLOTS (1u << LEVEL_BITS)
#define LEVEL_WORDS (LEVEL_SLOTS / 64)

struct _TimerWheel {
	TimerWheelHead head;
	const Slab *slab, *small;
	size_t node_offset, small_offset;
	size_t len;
	int64_t clock; /* tick, from 1970 on; every tick before it has fired */
	bool started;  /* the clock means something */
	TimerQueue slots[LEVELS * LEVEL_SLOTS];
	uint64_t occupied[LEVELS][LEVEL_WORDS];
};

TimerWheel *timer_wheel_new(const Slab *slab, size_t node_offset)
{
	TimerWheel *wheel = g_new0(TimerWheel, 1);

	wheel->slab = slab;
	wheel->node_offset = node_offset;
	wheel->head.blocks = timer_queue_blocks();
	wheel->head.quiet = INT64_MIN;
	return wheel;
}

void timer_wheel_set_small(TimerWheel *wheel, const Slab *small, size_t node_offset)
{
	wheel->small = small;
	wheel->small_offset = node_offset;
}

void timer_wheel_free(TimerWheel *wheel)
{
	if (!wheel)
		return;
	slab_free(wheel->head.blocks);
	g_free(wheel);
}

size_t timer_wheel_len(const TimerWheel *wheel)
{
	return wheel->len;
}

size_t timer_wheel_bytes(const TimerWheel *wheel)
{
	return slab_live(wheel->head.blocks) * sizeof(TimerBlock);
}

static TimerNode *node_of(const TimerWheel *wheel, uint32_t handle)
{
	bool small = handle & SLAB_SMALL;
	uint8_t *item =
		slab_get(small ? wheel->small : wheel->slab, small ? handle & ~SLAB_SMALL : handle);

	return (TimerNode *)(void *)(item + (small ? wheel->small_offset : wheel->node_offset));
}

/* The tick in which a time lies. The shift floors, before 1970 too. */
static int64_t tick_of(ShakedownTime time)
{
	return time >> TIMER_TICK_SHIFT;
}

/* The first tick that does not begin before the time. */
static int64_t tick_after(ShakedownTime time)
{
	return tick_of(time) + ((time & (TIMER_TICK - 1)) != 0);
}

static uint32_t byte_of(uint32_t tick, unsigned level)
{
	return tick >> (LEVEL_BITS * level) & (LEVEL_SLOTS - 1);
}

static void mark(TimerWheel *wheel, unsigned slot, bool occupied)
{
	uint64_t *word = &wheel->occupied[slot / LEVEL_SLOTS][slot % LEVEL_SLOTS / 64];
	uint64_t bit = UINT64_C(1) << slot % 64;

	*word = occupied ? *word | bit : *word & ~bit;
}

/* Hangs the node up where its deadline belongs. */
static void hang_up(TimerWheel *wheel, TimerNode *node, uint32_t handle)
{
	uint32_t differs = node->deadline ^ (uint32_t)wheel->clock;
	unsigned level = differs == 0 ? 0 : (31 - (unsigned)__builtin_clz(differs)) / LEVEL_BITS;
	unsigned slot = level * LEVEL_SLOTS + byte_of(node->deadline, level);

	if (differs == 0)
		wheel->head.quiet = INT64_MIN;
	if (timer_queue_empty(&wheel->slots[slot]))
		mark(wheel, slot, true);
	node->place = timer_queue_join(wheel->head.blocks, wheel->slots, slot, handle);
}

static void take_down(TimerWheel *wheel, TimerNode *node)
{
	unsigned slot = timer_queue_block(wheel->head.blocks, node->place)->queue;

	timer_queue_leave(wheel->head.blocks, wheel->slots, node->place);
	if (timer_queue_empty(&wheel->slots[slot]))
		mark(wheel, slot, false);
	node->place = 0;
}

/* The first of a slot, which is fetched while those before it are seen to. */
static TimerNode *take_first(TimerWheel *wheel, TimerQueue *slot, uint32_t *handle)
{
	uint32_t ahead;

	*handle = timer_queue_take(wheel->head.blocks, slot, &ahead);
	if (ahead)
		__builtin_prefetch(node_of(wheel, ahead), 1);
	TimerNode *node = node_of(wheel, *handle);
	node->place = 0;
	return node;
}

static int64_t ahead_of(const TimerWheel *wheel, int64_t tick)
{
	return CLAMP(tick - wheel->clock, 0, TIMER_AHEAD_MAX);
}

bool timer_wheel_postpone(const TimerWheel *wheel, TimerNode *node, ShakedownTime deadline)
{
	int64_t ahead = ahead_of(wheel, tick_after(deadline));

	if (!timer_node_armed(node) || ahead < node->deadline - (uint32_t)wheel->clock)
		return false;
	node->deadline = (uint32_t)(wheel->clock + ahead);
	return true;
}

void timer_wheel_set(TimerWheel *wheel, uint32_t handle, ShakedownTime deadline)
{
	TimerNode *node = node_of(wheel, handle);
	int64_t tick = tick_after(deadline);

	if (!wheel->started) {
		/* No packet has told the time yet. Half the range is left for deadlines before this
		 * one. */
		wheel->started = true;
		wheel->clock = tick - TIMER_AHEAD_MAX / 2;
	}

	if (timer_wheel_postpone(wheel, node, deadline))
		return;
	if (timer_node_armed(node))
		take_down(wheel, node);
	else
		wheel->len++;
	node->deadline = (uint32_t)(wheel->clock + ahead_of(wheel, tick));
	hang_up(wheel, node, handle);
}

void timer_wheel_cancel(TimerWheel *wheel, uint32_t handle)
{
	TimerNode *node = node_of(wheel, handle);

	if (!timer_node_armed(node))
		return;
	take_down(wheel, node);
	wheel->len--;
}

void timer_wheel_move(TimerWheel *wheel, uint32_t from, uint32_t to)
{
	TimerNode *old = node_of(wheel, from), *new = node_of(wheel, to);

	*new = *old;
	*old = (TimerNode){0};
	if (timer_node_armed(new))
		*timer_queue_entry(wheel->head.blocks, new->place) = to;
}

uint32_t timer_wheel_handle(const TimerWheel *wheel, const TimerNode *node)
{
	return timer_node_armed(node) ? *timer_queue_entry(wheel->head.blocks, node->place) : 0;
}

/* The first occupied slot of the level from a position on, or LEVEL_SLOTS. */
static unsigned next_occupied(const TimerWheel *wheel, unsigned level, unsigned from)
{
	const uint64_t *words = wheel->occupied[level];

	if (from >= LEVEL_SLOTS)
		return LEVEL_SLOTS;

	unsigned i = from / 64;
	uint64_t word = words[i] & UINT64_MAX << from % 64;

	while (word == 0 && ++i < LEVEL_WORDS)
		word = words[i];
	return word == 0 ? LEVEL_SLOTS : i * 64 + (unsigned)__builtin_ctzll(word);
}

/* The time of the next occupied slot after the clock, and that slot; false where all are empty. */
static bool next_slot(const TimerWheel *wheel, int64_t *time, unsigned *index)
{
	for (unsigned level = 0; level < LEVELS; level++) {
		unsigned shift = LEVEL_BITS * level, byte = byte_of((uint32_t)wheel->clock, level);
		int64_t turn = INT64_C(1) << (shift + LEVEL_BITS);
		int64_t begin = wheel->clock & ~(turn - 1);
		unsigned slot = next_occupied(wheel, level, byte + 1);

		if (slot == LEVEL_SLOTS && level == LEVELS - 1) {
			slot = next_occupied(wheel, level, 0);
			begin += turn;
		}
		if (slot == LEVEL_SLOTS)
			continue;
		*time = begin + ((int64_t)slot << shift);
		*index = level * LEVEL_SLOTS + slot;
		return true;
	}
	return false;
}

/* The clock has reached the slot: each of its timers goes down to where it belongs from here. */
static void deal_out(TimerWheel *wheel, unsigned index)
{
	TimerQueue slot = wheel->slots[index];
	uint32_t handle;

	wheel->slots[index] = (TimerQueue){0};
	mark(wheel, index, false);
	while (!timer_queue_empty(&slot)) {
		TimerNode *node = take_first(wheel, &slot, &handle);

		hang_up(wheel, node, handle);
	}
}

/* Fires what hangs in the clock's own slot, and what is added to it meanwhile. */
static void fire_present(TimerWheel *wheel, TimerFunc fire, void *data)
{
	unsigned index = byte_of((uint32_t)wheel->clock, 0);
	TimerQueue *slot = &wheel->slots[index];
	uint32_t handle;

	while (!timer_queue_empty(slot)) {
		TimerNode *node = take_first(wheel, slot, &handle);

		mark(wheel, index, !timer_queue_empty(slot));
		if (node->deadline != (uint32_t)wheel->clock) {
			hang_up(wheel, node, handle);
			continue;
		}
		wheel->len--;
		fire(handle, data);
	}
}

void timer_wheel_advance(TimerWheel *wheel, ShakedownTime now, TimerFunc fire, void *data)
{
	int64_t target = tick_of(now), time;
	unsigned index;

	if (!wheel->started) {
		wheel->started = true;
		wheel->clock = target;
	}
	fire_present(wheel, fire, data);
	while (wheel->clock < target) {
		if (!next_slot(wheel, &time, &index) || time > target) {
			wheel->clock = target;
			break;
		}
		wheel->clock = time;
		if (index >= LEVEL_SLOTS)
			deal_out(wheel, index);
		fire_present(wheel, fire, data);
	}
	/* From here on what is hung up in the present slot says so itself. */
	wheel->head.quiet = MIN(wheel->clock + 1, INT64_MAX / TIMER_TICK) * TIMER_TICK;
}
