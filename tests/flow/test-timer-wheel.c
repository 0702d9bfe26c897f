/* SPDX-License-Identifier: BSD-3-Clause */
#include "flow/timer-wheel.h"

#include "model-rand.h"

#include <time.h>

#define S SHAKEDOWN_NS_PER_S
#define YEAR (366 * 86400 * S)
/* 2026-11-20: not a multiple of anything. */
#define T0 (INT64_C(1795127861) * S + 123456789)

typedef struct {
	uint64_t other;
	TimerNode node;
} Item;

typedef struct {
	Slab *slab;
	TimerWheel *wheel;
	GArray *fired; /* handles */
} Fixture;

static Fixture fixture_new(void)
{
	Slab *slab = slab_new(sizeof(Item), 64);

	return (Fixture){slab, timer_wheel_new(slab, offsetof(Item, node)),
			 g_array_new(FALSE, FALSE, sizeof(uint32_t))};
}

static void fixture_clear(Fixture *f)
{
	slab_free(f->slab);
	timer_wheel_free(f->wheel);
	g_array_free(f->fired, TRUE);
}

static void note(uint32_t handle, void *data)
{
	Fixture *f = data;

	cr_assert_not(timer_node_armed(&((Item *)slab_get(f->slab, handle))->node));
	g_array_append_val(f->fired, handle);
}

static unsigned advance(Fixture *f, ShakedownTime now)
{
	g_array_set_size(f->fired, 0);
	timer_wheel_advance(f->wheel, now, note, f);
	return f->fired->len;
}

static uint32_t fired(const Fixture *f, unsigned i)
{
	return g_array_index(f->fired, uint32_t, i);
}

Test(timer_wheel, fires_neither_early_nor_more_than_a_tick_late)
{
	static const ShakedownDuration waits[] = {0,
						  1,
						  TIMER_TICK - 1,
						  TIMER_TICK,
						  TIMER_TICK + 1,
						  255 * TIMER_TICK,
						  256 * TIMER_TICK,
						  257 * TIMER_TICK,
						  (TIMER_TICK << 16) - 1,
						  TIMER_TICK << 16,
						  120 * S,
						  (TIMER_TICK << 24) - 1,
						  TIMER_TICK << 24,
						  YEAR,
						  2 * YEAR};

	for (size_t i = 0; i < G_N_ELEMENTS(waits); i++) {
		Fixture f = fixture_new();
		uint32_t handle = slab_alloc(f.slab);
		ShakedownTime deadline = T0 + waits[i];

		cr_assert_eq(advance(&f, T0), 0);
		timer_wheel_set(f.wheel, handle, deadline);
		cr_assert_eq(advance(&f, deadline - 1), 0, "wait %zu is early", i);
		if (advance(&f, deadline) == 0)
			cr_assert_eq(advance(&f, deadline + TIMER_TICK), 1, "wait %zu is late", i);
		cr_assert_eq(timer_wheel_len(f.wheel), 0);
		cr_assert_eq(advance(&f, deadline + YEAR), 0, "wait %zu comes twice", i);
		fixture_clear(&f);
	}
	timer_wheel_free(NULL);
}

Test(timer_wheel, fires_in_order_across_a_leap_of_decades)
{
	Fixture f = fixture_new();
	uint32_t handle[6];

	advance(&f, T0);
	for (unsigned i = 0; i < 6; i++)
		handle[i] = slab_alloc(f.slab);
	timer_wheel_set(f.wheel, handle[5], T0 + 2 * YEAR);
	timer_wheel_set(f.wheel, handle[3], T0 + 86400 * S);
	timer_wheel_set(f.wheel, handle[0], T0 + S);
	timer_wheel_set(f.wheel, handle[4], T0 + YEAR);
	timer_wheel_set(f.wheel, handle[2], T0 + 3600 * S);
	timer_wheel_set(f.wheel, handle[1], T0 + 120 * S);

	clock_t begin = clock();

	cr_assert_eq(advance(&f, T0 + 90 * YEAR), 6);
	/* Ninety years have 1.7e11 ticks. Of the processor's time: others may have it, too. */
	cr_assert_lt(clock() - begin, 10 * CLOCKS_PER_SEC);
	for (unsigned i = 0; i < 6; i++)
		cr_assert_eq(fired(&f, i), handle[i], "place %u", i);
	fixture_clear(&f);
}

Test(timer_wheel, survives_the_ends_of_time)
{
	Fixture f = fixture_new();
	uint32_t a = slab_alloc(f.slab), b = slab_alloc(f.slab);

	advance(&f, INT64_MIN);
	timer_wheel_set(f.wheel, a, INT64_MIN);
	timer_wheel_set(f.wheel, b, INT64_MAX); /* taken as the farthest there is */
	cr_assert_eq(advance(&f, INT64_MIN), 1);
	cr_assert_eq(fired(&f, 0), a);
	cr_assert_eq(advance(&f, INT64_MIN + (TIMER_AHEAD_MAX - 1) * TIMER_TICK), 0);
	cr_assert_eq(advance(&f, INT64_MAX), 1);
	timer_wheel_set(f.wheel, a, INT64_MAX);
	timer_wheel_set(f.wheel, b, INT64_MAX - TIMER_TICK);
	cr_assert_eq(advance(&f, INT64_MAX), 1);
	cr_assert_eq(fired(&f, 0), b);
	timer_wheel_cancel(f.wheel, a);
	cr_assert_eq(timer_wheel_len(f.wheel), 0);
	fixture_clear(&f);
}

Test(timer_wheel, ignores_a_clock_that_goes_back)
{
	Fixture f = fixture_new();
	uint32_t a = slab_alloc(f.slab), b = slab_alloc(f.slab);

	advance(&f, T0);
	timer_wheel_set(f.wheel, a, T0 + 10 * S);
	cr_assert_eq(advance(&f, T0 - YEAR), 0);
	cr_assert_eq(advance(&f, T0 + 9 * S), 0);
	cr_assert_eq(advance(&f, 0), 0);
	/* Already past: due at once, whatever the time of the packet that comes next. */
	timer_wheel_set(f.wheel, b, T0 + 8 * S);
	cr_assert_eq(advance(&f, 5), 1);
	cr_assert_eq(fired(&f, 0), b);
	cr_assert_eq(advance(&f, T0 + 11 * S), 1);
	cr_assert_eq(fired(&f, 0), a);
	fixture_clear(&f);
}

Test(timer_wheel, may_be_set_before_the_first_advance)
{
	Fixture f = fixture_new();
	uint32_t a = slab_alloc(f.slab), b = slab_alloc(f.slab), c = slab_alloc(f.slab);

	timer_wheel_set(f.wheel, a, T0 + 100 * S);
	timer_wheel_set(f.wheel, b, T0 + 50 * S);
	timer_wheel_set(f.wheel, c, T0 + 200 * S);
	cr_assert_eq(advance(&f, T0), 0);
	cr_assert_eq(advance(&f, T0 + 50 * S - 1), 0);
	cr_assert_eq(advance(&f, T0 + 101 * S), 2);
	cr_assert_eq(fired(&f, 0), b);
	cr_assert_eq(fired(&f, 1), a);
	cr_assert_eq(advance(&f, T0 + 300 * S), 1);
	fixture_clear(&f);
}

Test(timer_wheel, moves_and_cancels)
{
	Fixture f = fixture_new();
	uint32_t a = slab_alloc(f.slab), b = slab_alloc(f.slab), c = slab_alloc(f.slab);

	advance(&f, T0);
	timer_wheel_cancel(f.wheel, a);
	timer_wheel_set(f.wheel, a, T0 + 10 * S);
	timer_wheel_set(f.wheel, b, T0 + 10 * S);
	timer_wheel_set(f.wheel, c, T0 + 10 * S);
	timer_wheel_set(f.wheel, a, T0 + 20 * S);
	timer_wheel_set(f.wheel, c, T0 + 5 * S);
	cr_assert_eq(timer_wheel_len(f.wheel), 3);
	timer_wheel_cancel(f.wheel, b);
	timer_wheel_cancel(f.wheel, b);
	slab_free_item(f.slab, b);
	cr_assert_eq(timer_wheel_len(f.wheel), 2);
	cr_assert_eq(advance(&f, T0 + 6 * S), 1);
	cr_assert_eq(fired(&f, 0), c);
	cr_assert_eq(advance(&f, T0 + 19 * S), 0);
	cr_assert_eq(advance(&f, T0 + 21 * S), 1);
	cr_assert_eq(fired(&f, 0), a);
	fixture_clear(&f);
}

/* An idle timer that every packet pushes back must fire one wait after the last of them. */
Test(timer_wheel, can_be_pushed_back_forever)
{
	Fixture f = fixture_new();
	uint32_t handle = slab_alloc(f.slab);
	ShakedownTime now = T0;

	for (unsigned i = 0; i < 200000; i++) {
		now += 37 * TIMER_TICK / 5;
		cr_assert_eq(advance(&f, now), 0, "at packet %u", i);
		timer_wheel_set(f.wheel, handle, now + 300 * S);
	}
	cr_assert_eq(advance(&f, now + 300 * S - 1), 0);
	cr_assert_eq(advance(&f, now + 300 * S + TIMER_TICK), 1);
	fixture_clear(&f);
}

typedef struct {
	Fixture *f;
	ShakedownTime next;
	unsigned left;
	uint32_t victim;
} Chain;

static void chain(uint32_t handle, void *data)
{
	Chain *c = data;

	note(handle, c->f);
	if (c->victim != 0) {
		timer_wheel_cancel(c->f->wheel, c->victim);
		slab_free_item(c->f->slab, c->victim);
		c->victim = 0;
	}
	if (c->left == 0) {
		slab_free_item(c->f->slab, handle);
		return;
	}
	c->left--;
	c->next += 60 * S;
	timer_wheel_set(c->f->wheel, handle, c->next);
}

Test(timer_wheel, one_advance_carries_out_what_its_timers_lead_to)
{
	Fixture f = fixture_new();
	uint32_t a = slab_alloc(f.slab), b = slab_alloc(f.slab), victim = slab_alloc(f.slab);
	Chain c = {&f, T0 + S, 3, victim};

	advance(&f, T0);
	timer_wheel_set(f.wheel, a, T0 + S);
	timer_wheel_set(f.wheel, victim, T0 + S);
	timer_wheel_advance(f.wheel, T0 + 130 * S, chain, &c);
	/* At 1, 61 and 121 s; the next is at 181. The victim's neighbour took it along. */
	cr_assert_eq(f.fired->len, 3);
	cr_assert_eq(timer_wheel_len(f.wheel), 1);
	timer_wheel_set(f.wheel, b, T0 + 185 * S);
	timer_wheel_advance(f.wheel, T0 + 182 * S, chain, &c);
	cr_assert_eq(f.fired->len, 4);
	cr_assert_eq(slab_live(f.slab), 1);
	fixture_clear(&f);
}

/* Only a later deadline can be set by the node alone. */
Test(timer_wheel, postpones_what_is_armed)
{
	Fixture f = fixture_new();
	uint32_t handle = slab_alloc(f.slab);
	TimerNode *node = &((Item *)slab_get(f.slab, handle))->node;

	advance(&f, T0);
	cr_assert_not(timer_wheel_postpone(f.wheel, node, T0 + S), "it is idle");
	timer_wheel_set(f.wheel, handle, T0 + 2 * S);
	cr_assert_not(timer_wheel_postpone(f.wheel, node, T0 + S), "it would be earlier");
	cr_assert(timer_wheel_postpone(f.wheel, node, T0 + 3 * S));
	cr_assert_eq(advance(&f, T0 + 2 * S + S / 2), 0);
	cr_assert_eq(advance(&f, T0 + 4 * S), 1);
	fixture_clear(&f);
}

/* Who takes over a timer fires in its place among those of its tick, from the other slab or not. */
Test(timer_wheel, moves_a_timer_in_its_place)
{
	Fixture f = fixture_new();
	Slab *small = slab_new(sizeof(Item), 64);
	uint32_t handle[3], other = slab_alloc(small) | SLAB_SMALL;

	timer_wheel_set_small(f.wheel, small, offsetof(Item, node));
	advance(&f, T0);
	for (unsigned i = 0; i < 3; i++)
		timer_wheel_set(f.wheel, handle[i] = slab_alloc(f.slab), T0 + S);
	for (unsigned i = 0; i < 3; i++) {
		timer_wheel_move(f.wheel, handle[i], other);
		cr_assert_eq(
			timer_wheel_handle(f.wheel,
					   &((Item *)slab_get(small, other & ~SLAB_SMALL))->node),
			other);
		cr_assert_eq(
			timer_wheel_handle(f.wheel, &((Item *)slab_get(f.slab, handle[i]))->node),
			0, "idle now");
		cr_assert_not(timer_node_armed(&((Item *)slab_get(f.slab, handle[i]))->node));
		timer_wheel_move(f.wheel, other, handle[i]);
	}
	cr_assert_eq(advance(&f, T0 + 2 * S), 3);
	for (unsigned i = 0; i < 3; i++)
		cr_assert_eq(fired(&f, i), handle[i]);
	slab_free(small);
	fixture_clear(&f);
}
