/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The capture is at its end: every connection is over, in the order of their ids. There may be
 * millions, in no order, and this is where memory is scarcest. So only their handles are put in an
 * order, block by block of ids, and each block is sorted when its turn comes.
 */
#include "tcp/tcp-folded.h"
#include "tcp/tcp-tracker-private.h"

#include <glib.h>

#define AHEAD 12
#define DIGIT 11
#define DIGITS (1u << DIGIT)
#define BLOCKS_MOST (1u << 16)

typedef struct {
	uint64_t id;
	uint32_t handle;
} Entry;

typedef struct {
	uint32_t *handles; /* by block */
	size_t *ends;	   /* of each block, in handles */
	size_t blocks;
	unsigned shift; /* block = id >> shift */
} Order;

/* By the least significant digit first: as many passes as the greatest id has digits. Returns where
 * they are then: in entries, or in the room. */
static Entry *sort_by_id(Entry *entries, Entry *room, size_t n, uint64_t greatest)
{
	for (unsigned shift = 0; shift < 64 && greatest >> shift; shift += DIGIT) {
		size_t at[DIGITS + 1] = {0};
		Entry *sorted = room;

		for (size_t i = 0; i < n; i++)
			at[(entries[i].id >> shift & (DIGITS - 1)) + 1]++;
		for (unsigned d = 1; d < DIGITS; d++)
			at[d] += at[d - 1];
		for (size_t i = 0; i < n; i++)
			sorted[at[entries[i].id >> shift & (DIGITS - 1)]++] = entries[i];
		room = entries;
		entries = sorted;
	}
	return entries;
}

static void *item_of(const TcpTracker *t, uint32_t handle)
{
	return handle & SLAB_SMALL ? slab_get(t->folded, handle & ~SLAB_SMALL)
				   : slab_get(t->slab, handle);
}

static uint64_t id_of(const TcpTracker *t, uint32_t handle)
{
	const void *item = item_of(t, handle);

	return handle & SLAB_SMALL ? ((const TcpFolded *)item)->id
				   : ((const TcpConnection *)item)->id;
}

typedef void (*Visit)(Order *order, uint64_t block, uint32_t handle);

static void visit_all(TcpTracker *t, const Slab *slab, uint32_t bit, Order *order, Visit visit)
{
	size_t live = slab_live(slab);

	for (uint32_t handle = 0; live; live--) {
		handle = slab_next_live(slab, handle);
		visit(order, id_of(t, handle | bit) >> order->shift, handle | bit);
	}
}

static void count(Order *order, uint64_t block, uint32_t handle)
{
	(void)handle;
	order->ends[block + 1]++;
}

static void place(Order *order, uint64_t block, uint32_t handle)
{
	order->handles[order->ends[block]++] = handle;
}

static Order *order_new(TcpTracker *t)
{
	Order *order = g_new0(Order, 1);

	order->shift = DIGIT;
	while (t->next_id >> order->shift >= BLOCKS_MOST)
		order->shift++;
	order->blocks = (t->next_id >> order->shift) + 1;
	order->ends = g_new0(size_t, order->blocks + 1);
	order->handles = g_new(uint32_t, tcp_tracker_live(t) + 1);
	visit_all(t, t->slab, 0, order, count);
	visit_all(t, t->folded, SLAB_SMALL, order, count);
	for (size_t i = 1; i < order->blocks; i++)
		order->ends[i] += order->ends[i - 1];
	visit_all(t, t->slab, 0, order, place);
	visit_all(t, t->folded, SLAB_SMALL, order, place);
	return order;
}

static void order_free(Order *order)
{
	g_free(order->handles);
	g_free(order->ends);
	g_free(order);
}

/* Always inline, as flow_table_probable(). */
static G_ALWAYS_INLINE inline void prefetch(const TcpTracker *t, uint32_t handle)
{
	if (handle & SLAB_SMALL)
		fetch_to_read(item_of(t, handle), sizeof(TcpFolded));
	else
		tcp_connection_prefetch(item_of(t, handle));
}

/* What is found through it, when it has come. */
static G_ALWAYS_INLINE inline void prefetch_beside(const TcpTracker *t, uint32_t handle)
{
	const void *item = item_of(t, handle);

	if (handle & SLAB_SMALL) {
		tcp_folded_fetch_rest(item);
		return;
	}
	const TcpClosing *closing = ((const TcpConnection *)item)->closing;

	if (closing)
		fetch_to_read(closing, sizeof *closing);
}

/* Each costs a few cache misses, and nothing waits for them. */
static void end_block(TcpTracker *t, const uint32_t *handles, size_t n, unsigned shift)
{
	g_autofree Entry *entries = g_new(Entry, 2 * n + 1);
	Entry *sorted = entries;
	bool ascend = true;

	for (size_t i = 0; i < n; i++) {
		prefetch(t, handles[MIN(i + AHEAD, n - 1)]);
		entries[i] =
			(Entry){id_of(t, handles[i]) & ((UINT64_C(1) << shift) - 1), handles[i]};
		ascend = ascend && (i == 0 || entries[i - 1].id < entries[i].id);
	}
	if (!ascend)
		sorted = sort_by_id(entries, entries + n, n, (UINT64_C(1) << shift) - 1);
	for (size_t i = 0; i < n; i++) {
		prefetch(t, sorted[MIN(i + 2 * AHEAD, n - 1)].handle);
		prefetch_beside(t, sorted[MIN(i + AHEAD, n - 1)].handle);
		TcpConnection *conn = tcp_folded_borrow(t, sorted[i].handle);

		/* But another name of one: nobody looks it up any more. */
		if (!conn->id) {
			g_clear_pointer(&conn->aside, g_free);
			continue;
		}
		conn->flags |= TCP_CONN_ENDED;
		tcp_connection_over(t, conn, sorted[i].handle);
	}
}

void tcp_tracker_finish(TcpTracker *t)
{
	t->finishing = true;
	tcp_tracker_empty_table(t);
	Order *order = order_new(t);

	for (size_t i = 0, begin = 0; i < order->blocks; begin = order->ends[i++])
		end_block(t, order->handles + begin, order->ends[i] - begin, order->shift);
	order_free(order);
	tcp_tracker_forget_all(t);
}
