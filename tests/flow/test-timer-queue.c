/* SPDX-License-Identifier: BSD-3-Clause */
/* Queues that share their blocks, against plain arrays. */
#include "flow/timer-queue.h"

#include "model-rand.h"

#define QUEUES 3

typedef struct {
	uint32_t handle, place;
} Entry;

typedef struct {
	ModelRand rand;
	Slab *blocks;
	TimerQueue queue[QUEUES];
	GArray *model[QUEUES]; /* of Entry */
	uint32_t handles;
} Model;

static void join(Model *m, unsigned which)
{
	Entry entry = {.handle = ++m->handles};

	entry.place = timer_queue_join(m->blocks, m->queue, which, entry.handle);
	cr_assert_neq(entry.place, 0, "seed %" G_GUINT64_FORMAT, m->rand.seed);
	cr_assert_eq(timer_queue_block(m->blocks, entry.place)->queue, which);
	g_array_append_val(m->model[which], entry);
}

static void leave(Model *m, unsigned which)
{
	GArray *model = m->model[which];
	guint at = model_rand_below(&m->rand, model->len);
	Entry *entry = &g_array_index(model, Entry, at);

	cr_assert_eq(*timer_queue_entry(m->blocks, entry->place), entry->handle,
		     "seed %" G_GUINT64_FORMAT, m->rand.seed);
	timer_queue_leave(m->blocks, m->queue, entry->place);
	g_array_remove_index(model, at);
}

static void take(Model *m, unsigned which)
{
	GArray *model = m->model[which];
	uint32_t ahead, taken = timer_queue_take(m->blocks, &m->queue[which], &ahead);
	bool known = ahead == 0;

	cr_assert_eq(taken, g_array_index(model, Entry, 0).handle, "seed %" G_GUINT64_FORMAT,
		     m->rand.seed);
	g_array_remove_index(model, 0);
	for (guint i = 0; i < model->len; i++)
		known = known || g_array_index(model, Entry, i).handle == ahead;
	cr_assert(known, "%u is not in the queue: seed %" G_GUINT64_FORMAT, ahead, m->rand.seed);
}

static void step(Model *m, unsigned joins)
{
	unsigned which = model_rand_below(&m->rand, QUEUES);

	cr_assert_eq(timer_queue_empty(&m->queue[which]), m->model[which]->len == 0,
		     "seed %" G_GUINT64_FORMAT, m->rand.seed);
	if (m->model[which]->len == 0 || model_rand_below(&m->rand, 10) < joins)
		join(m, which);
	else if (model_rand_below(&m->rand, 2))
		leave(m, which);
	else
		take(m, which);
}

/* Grows, shrinks, and is as it began when all have left. */
Test(timer_queue, is_what_a_plain_array_is)
{
	Model m = {.rand = model_rand_new(), .blocks = timer_queue_blocks()};

	for (unsigned i = 0; i < QUEUES; i++)
		m.model[i] = g_array_new(FALSE, FALSE, sizeof(Entry));
	for (unsigned round = 0; round < 6; round++)
		for (unsigned i = 0; i < 20000; i++)
			step(&m, round % 2 ? 3 : 7);
	for (unsigned i = 0; i < QUEUES; i++) {
		while (m.model[i]->len)
			take(&m, i);
		cr_assert(timer_queue_empty(&m.queue[i]));
		g_array_free(m.model[i], TRUE);
	}
	cr_assert_eq(slab_live(m.blocks), 0, "seed %" G_GUINT64_FORMAT, m.rand.seed);
	slab_free(m.blocks);
}

/* Who stays costs no more than a block, whoever came and went around it. */
Test(timer_queue, keeps_no_block_without_an_entry)
{
	Slab *blocks = timer_queue_blocks();
	TimerQueue queue = {0};
	uint32_t stays = timer_queue_join(blocks, &queue, 0, 1);

	for (uint32_t i = 2; i < 100000; i++)
		timer_queue_leave(blocks, &queue, timer_queue_join(blocks, &queue, 0, i));
	cr_assert_leq(slab_live(blocks), 2);
	cr_assert_eq(*timer_queue_entry(blocks, stays), 1);
	timer_queue_leave(blocks, &queue, stays);
	cr_assert(timer_queue_empty(&queue));
	cr_assert_eq(slab_live(blocks), 0);
	slab_free(blocks);
}
