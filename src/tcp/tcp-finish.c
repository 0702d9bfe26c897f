/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The capture is at its end: every connection is over, in the order of their ids. There may be
 * millions, in no order, so each costs a few cache misses and nothing that waits for them.
 */
#include "tcp/tcp-half.h"
#include "tcp/tcp-tracker-private.h"

#include <glib.h>
#include <string.h>

#define AHEAD 12
#define DIGIT 11
#define DIGITS (1u << DIGIT)

typedef struct {
	uint64_t id;
	uint32_t handle;
} Entry;

/* By the least significant digit first: as many passes as the greatest id has digits. */
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

static const Slab *slab_of(const TcpTracker *t, uint32_t handle)
{
	return handle & SLAB_SMALL ? t->half_open : t->slab;
}

/* All that are alive, by id; the array is the caller's. */
static Entry *all_by_id(TcpTracker *t, size_t *n)
{
	g_autofree uint32_t *handles = flow_table_handles(t->table);
	size_t tabled = flow_table_len(t->table), len = 0, most = tcp_tracker_live(t);
	g_autofree Entry *entries = g_new(Entry, most + 1);

	for (size_t i = 0; i < tabled; i++) {
		if (i + AHEAD < tabled) {
			const void *next = slab_get(slab_of(t, handles[i + AHEAD]),
						    handles[i + AHEAD] & ~SLAB_SMALL);
			__builtin_prefetch(next);
			__builtin_prefetch(&((const TcpConnection *)next)->id);
		}
		if (handles[i] & SLAB_SMALL) {
			const TcpHalf *half = slab_get(t->half_open, handles[i] & ~SLAB_SMALL);

			entries[len++] = (Entry){half->id, handles[i]};
			continue;
		}
		for (uint32_t h = handles[i]; h;) {
			TcpConnection *conn = slab_get(t->slab, h);
			if (tcp_aside(conn)->alias_of)
				g_clear_pointer(&conn->aside, g_free);
			else
				entries[len++] = (Entry){conn->id, h};
			h = conn->older;
		}
	}
	/* Nobody looks one up any more, and its room is needed. */
	g_clear_pointer(&handles, g_free);
	tcp_tracker_empty_table(t);
	g_autofree Entry *room = g_new(Entry, most + 1);

	*n = len;
	return sort_by_id(entries, room, len, t->next_id) == entries ? g_steal_pointer(&entries)
								     : g_steal_pointer(&room);
}

void tcp_tracker_finish(TcpTracker *t)
{
	size_t n;
	g_autofree Entry *all = all_by_id(t, &n);

	t->finishing = true;
	for (size_t i = 0; i < n; i++) {
		uint32_t ahead = all[MIN(i + AHEAD, n - 1)].handle;
		TcpConnection *conn = tcp_half_unfold(t, &all[i].handle);

		if (ahead & SLAB_SMALL)
			__builtin_prefetch(slab_get(t->half_open, ahead & ~SLAB_SMALL));
		else if (i + AHEAD < n)
			tcp_connection_prefetch(slab_get(t->slab, ahead));
		conn->flags |= TCP_CONN_ENDED;
		tcp_connection_over(t, conn, all[i].handle);
	}
	tcp_tracker_forget_all(t);
}
