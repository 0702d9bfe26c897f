/* SPDX-License-Identifier: BSD-3-Clause */
/* The wheel against a plain array of deadlines, under random use from inside and outside. */
#include "flow/timer-wheel.h"

#include "model-rand.h"

#define TIMERS 200

typedef struct {
	TimerNode node;
	uint32_t place; /* in the model */
} Item;

typedef struct {
	uint32_t handle;
	bool armed;
	int64_t tick; /* in which it must fire */
} ModelTimer;

typedef struct {
	ModelRand rand;
	Slab *slab;
	TimerWheel *wheel;
	ModelTimer timers[TIMERS];
	int64_t clock;	/* tick */
	int64_t target; /* of the advance under way */
	size_t armed;
	unsigned budget; /* what callbacks may still arm in this advance */
	uint64_t fired, trace;
} Model;

static ShakedownDuration random_duration(Model *m)
{
	/* Every order of magnitude from a nanosecond to three years. */
	return (int64_t)(model_rand_next(&m->rand) >> (64 - (1 + model_rand_below(&m->rand, 56))));
}

static void arm(Model *m, uint32_t place, ShakedownTime deadline)
{
	ModelTimer *timer = &m->timers[place];
	int64_t tick = deadline / TIMER_TICK + (deadline % TIMER_TICK > 0);

	timer_wheel_set(m->wheel, timer->handle, deadline);
	m->armed += !timer->armed;
	timer->armed = true;
	timer->tick = CLAMP(tick, m->clock, m->clock + TIMER_AHEAD_MAX);
}

static void cancel(Model *m, uint32_t place)
{
	ModelTimer *timer = &m->timers[place];

	timer_wheel_cancel(m->wheel, timer->handle);
	m->armed -= timer->armed;
	timer->armed = false;
}

static void renew(Model *m, uint32_t place)
{
	slab_free_item(m->slab, m->timers[place].handle);
	m->timers[place].handle = slab_alloc(m->slab);
	((Item *)slab_get(m->slab, m->timers[place].handle))->place = place;
}

static void disturb(Model *m, uint32_t place, ShakedownTime now)
{
	switch (model_rand_below(&m->rand, 8)) {
	case 0:
		cancel(m, place);
		break;
	case 1:
		cancel(m, place);
		renew(m, place);
		break;
	case 2:
		arm(m, place, now - random_duration(m));
		break;
	default:
		arm(m, place, now + random_duration(m));
		break;
	}
}

static void on_fire(uint32_t handle, void *data)
{
	Model *m = data;
	const Item *item = slab_get(m->slab, handle);
	ModelTimer *timer = &m->timers[item->place];

	cr_assert_eq(timer->handle, handle, "seed %" G_GUINT64_FORMAT, m->rand.seed);
	cr_assert(timer->armed, "seed %" G_GUINT64_FORMAT, m->rand.seed);
	cr_assert_geq(timer->tick, m->clock, "out of order (seed %" G_GUINT64_FORMAT ")",
		      m->rand.seed);
	cr_assert_leq(timer->tick, m->target, "early (seed %" G_GUINT64_FORMAT ")", m->rand.seed);
	m->clock = timer->tick;
	timer->armed = false;
	m->armed--;
	m->fired++;
	m->trace = (m->trace ^ item->place) * UINT64_C(0x9e3779b97f4a7c15);
	if (m->budget > 0) {
		m->budget--;
		disturb(m, item->place, timer->tick * TIMER_TICK);
		disturb(m, model_rand_below(&m->rand, TIMERS), timer->tick * TIMER_TICK);
	}
}

static void advance(Model *m, ShakedownTime now)
{
	m->budget = 20;
	m->target = MAX(m->clock, now / TIMER_TICK);
	/* As whoever asks first whether anything would happen; or not. */
	if (timer_wheel_is_due(m->wheel, now) || model_rand_below(&m->rand, 4) == 0)
		timer_wheel_advance(m->wheel, now, on_fire, m);
	m->clock = m->target;
	cr_assert_eq(timer_wheel_len(m->wheel), m->armed, "seed %" G_GUINT64_FORMAT, m->rand.seed);
	for (size_t i = 0; i < TIMERS; i++)
		cr_assert(!m->timers[i].armed || m->timers[i].tick > m->target,
			  "late (seed %" G_GUINT64_FORMAT ")", m->rand.seed);
}

/* Returns a trace of what fired in which order. */
static uint64_t run(ModelRand rand, uint64_t *fired)
{
	g_autofree Model *m = g_new0(Model, 1);
	ShakedownTime now = INT64_C(1795127861123456789);
	ShakedownTime limit = now + (INT64_C(1) << 61);

	m->rand = rand;
	m->slab = slab_new(sizeof(Item), 64);
	m->wheel = timer_wheel_new(m->slab, offsetof(Item, node));
	for (uint32_t i = 0; i < TIMERS; i++) {
		m->timers[i].handle = slab_alloc(m->slab);
		((Item *)slab_get(m->slab, m->timers[i].handle))->place = i;
	}
	advance(m, now);
	for (unsigned n = 0; n < 20000 && now < limit; n++) {
		disturb(m, model_rand_below(&m->rand, TIMERS), now);
		/* Seldom back, seldom a leap, mostly packet after packet. */
		uint32_t dice = model_rand_below(&m->rand, 100);

		if (dice == 0)
			advance(m, now - random_duration(m));
		else if (dice < 3)
			now += random_duration(m);
		else
			now += model_rand_next(&m->rand) >> (30 + model_rand_below(&m->rand, 20));
		advance(m, now);
	}

	uint64_t trace = m->trace;

	*fired = m->fired;
	slab_free(m->slab);
	timer_wheel_free(m->wheel);
	return trace;
}

Test(timer_wheel_model, agrees_and_is_deterministic)
{
	ModelRand rand = model_rand_new();

	for (unsigned round = 0; round < 10; round++) {
		uint64_t fired, again;
		uint64_t trace = run(rand, &fired);

		cr_assert_eq(run(rand, &again), trace, "seed %" G_GUINT64_FORMAT, rand.seed);
		cr_assert_eq(fired, again);
		cr_assert_gt(fired, 1000, "seed %" G_GUINT64_FORMAT, rand.seed);
		rand.state += round + 1;
	}
}
