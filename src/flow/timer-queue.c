/* SPDX-License-Identifier: BSD-3-Clause */
#include "flow/timer-queue.h"

#define BLOCKS_PER_CHUNK 1024
/* Far enough that memory has answered by then. */
#define AHEAD 8
/* Places are counted in 32 bits. */
#define BLOCKS_MOST (UINT32_MAX / TIMER_QUEUE_BLOCK - 1)

Slab *timer_queue_blocks(void)
{
	return slab_new(sizeof(TimerBlock), BLOCKS_PER_CHUNK);
}

static TimerBlock *add_block(Slab *blocks, TimerQueue *queue, unsigned which)
{
	uint32_t added = slab_alloc(blocks);
	TimerBlock *block = slab_get(blocks, added);

	if (added > BLOCKS_MOST)
		g_error("out of timers: there are %zu blocks of them", slab_live(blocks));
	block->queue = (uint16_t)which;
	block->prev = queue->last;
	if (queue->last)
		((TimerBlock *)slab_get(blocks, queue->last))->next = added;
	else
		queue->first = added;
	queue->last = added;
	return block;
}

static void remove_block(Slab *blocks, TimerQueue *queue, uint32_t handle)
{
	TimerBlock *block = slab_get(blocks, handle);

	if (block->prev)
		((TimerBlock *)slab_get(blocks, block->prev))->next = block->next;
	else
		queue->first = block->next;
	if (block->next)
		((TimerBlock *)slab_get(blocks, block->next))->prev = block->prev;
	else
		queue->last = block->prev;
	slab_free_item(blocks, handle);
}

uint32_t timer_queue_join(Slab *blocks, TimerQueue *queues, unsigned which, uint32_t handle)
{
	TimerQueue *queue = &queues[which];
	TimerBlock *block = queue->last ? slab_get(blocks, queue->last) : NULL;

	if (!block || block->end == TIMER_QUEUE_BLOCK)
		block = add_block(blocks, queue, which);
	block->handle[block->end] = handle;
	block->live++;
	return queue->last * TIMER_QUEUE_BLOCK + block->end++;
}

void timer_queue_leave(Slab *blocks, TimerQueue *queues, uint32_t place)
{
	TimerBlock *block = timer_queue_block(blocks, place);

	block->handle[place % TIMER_QUEUE_BLOCK] = 0;
	if (--block->live == 0)
		remove_block(blocks, &queues[block->queue], place / TIMER_QUEUE_BLOCK);
}

uint32_t timer_queue_take(Slab *blocks, TimerQueue *queue, uint32_t *ahead)
{
	uint32_t number = queue->first;
	TimerBlock *block = slab_get(blocks, number);
	uint32_t handle;

	while (block->handle[block->begin] == 0)
		block->begin++;
	handle = block->handle[block->begin];
	block->handle[block->begin++] = 0;
	*ahead = block->begin + AHEAD <= block->end ? block->handle[block->begin + AHEAD - 1] : 0;
	if (--block->live == 0)
		remove_block(blocks, queue, number);
	return handle;
}
