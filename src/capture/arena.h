/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Memory for packets that have no file to lie in: taken in order, and given back in about that
 * order. Chunks are used again, so that a capture of months allocates only as long as it grows.
 */
#pragma once

#include <glib.h>
#include <shakedown/packet.h>

#define ARENA_CHUNK ((size_t)512 * 1024)

typedef struct {
	uint8_t *data;
	size_t size;
} ArenaChunk;

typedef struct {
	ArenaChunk chunk; /* the one that is being filled */
	size_t used;
	GArray *full;  /* of ArenaChunk, the oldest first */
	GArray *spare; /* of ArenaChunk */
} Arena;

void arena_init(Arena *arena);
void arena_clear(Arena *arena);

/* Room for so many bytes, as long as it is not released. */
uint8_t *arena_take(Arena *arena, size_t len);
/*
 * Gives back what lies before oldest (NULL: all that was taken), but for chunks in which one of the
 * packets held lies.
 */
void arena_release(Arena *arena, const uint8_t *oldest, const ShakedownPacket *held, size_t n);
