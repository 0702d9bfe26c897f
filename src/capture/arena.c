/* SPDX-License-Identifier: BSD-3-Clause */
#include "capture/arena.h"

/* A burst needs more for a moment; what is beyond this is given back to the system. */
#define SPARE_MOST 8

static void clear_chunk(gpointer chunk)
{
	g_free(((ArenaChunk *)chunk)->data);
}

void arena_init(Arena *arena)
{
	*arena = (Arena){.full = g_array_new(FALSE, FALSE, sizeof(ArenaChunk)),
			 .spare = g_array_new(FALSE, FALSE, sizeof(ArenaChunk))};
	g_array_set_clear_func(arena->full, clear_chunk);
	g_array_set_clear_func(arena->spare, clear_chunk);
}

void arena_clear(Arena *arena)
{
	g_free(arena->chunk.data);
	if (arena->full)
		g_array_unref(arena->full);
	if (arena->spare)
		g_array_unref(arena->spare);
	*arena = (Arena){0};
}

static void next_chunk(Arena *arena, size_t len)
{
	if (arena->chunk.data)
		g_array_append_val(arena->full, arena->chunk);
	arena->used = 0;
	if (len <= ARENA_CHUNK && arena->spare->len) {
		ArenaChunk *last = &g_array_index(arena->spare, ArenaChunk, arena->spare->len - 1);

		arena->chunk = *last;
		last->data = NULL;
		g_array_set_size(arena->spare, arena->spare->len - 1);
		return;
	}
	arena->chunk.size = MAX(len, ARENA_CHUNK);
	arena->chunk.data = g_malloc(arena->chunk.size);
}

uint8_t *arena_take(Arena *arena, size_t len)
{
	if (!arena->chunk.data || arena->chunk.size - arena->used < len)
		next_chunk(arena, len);
	uint8_t *at = arena->chunk.data + arena->used;
	arena->used += len;
	return at;
}

static bool lies_in(const ArenaChunk *chunk, const uint8_t *data)
{
	/* Addresses of different objects may be compared as integers only. */
	uintptr_t begin = (uintptr_t)chunk->data, at = (uintptr_t)data;

	return at >= begin && at < begin + chunk->size;
}

static bool holds(const ArenaChunk *chunk, const ShakedownPacket *packets, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (lies_in(chunk, packets[i].data))
			return true;
	return false;
}

void arena_release(Arena *arena, const uint8_t *oldest, const ShakedownPacket *held, size_t n)
{
	guint kept = 0, i = 0;

	for (; i < arena->full->len; i++) {
		ArenaChunk *chunk = &g_array_index(arena->full, ArenaChunk, i);

		if (oldest && lies_in(chunk, oldest))
			break;
		if (holds(chunk, held, n)) {
			g_array_index(arena->full, ArenaChunk, kept++) = *chunk;
			continue;
		}
		if (chunk->size == ARENA_CHUNK && arena->spare->len < SPARE_MOST)
			g_array_append_val(arena->spare, *chunk);
		else
			g_free(chunk->data);
	}
	for (; i < arena->full->len; i++)
		g_array_index(arena->full, ArenaChunk, kept++) =
			g_array_index(arena->full, ArenaChunk, i);
	/* What was moved or given away is no longer the array's to free. */
	for (i = kept; i < arena->full->len; i++)
		g_array_index(arena->full, ArenaChunk, i).data = NULL;
	g_array_set_size(arena->full, kept);
	/* With nothing looked at, the one that is being filled begins anew. */
	if (!oldest && !n)
		arena->used = 0;
}
