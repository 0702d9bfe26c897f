/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A source: a window over a stream, from which a reader takes records without copying them.
 *
 * The window lies in a chunk. When a chunk is used up, the bytes not yet taken are carried over to
 * another and the old one, if packets point into it, is retired and not overwritten. It is used
 * again once source_release() finds that none does. A record longer than a chunk makes the window
 * grow, by doubling, and only as fast as its bytes arrive: what a header claims is never allocated.
 */
#pragma once

#include "capture/stream.h"

#include <shakedown/packet.h>

/* The usual size of a chunk: fits a second-level cache, beside what the consumer needs. */
#define SOURCE_CHUNK ((size_t)256 * 1024)
/* One beyond has grown for a giant record. */
#define SOURCE_HEAVY (2 * SOURCE_CHUNK)

typedef struct {
	uint8_t *data;
	size_t size;
	unsigned calls; /* of source_release() since packets last were read from it */
	bool fresh;	/* all in it was read since the read at hand began: none was handed on */
} SourceChunk;

/* What is still looked at: these packets, and what was read since before the last so many calls of
 * source_release(). */
typedef struct {
	const ShakedownPacket *packets;
	size_t n;
	unsigned calls;
	bool again; /* the same read goes on, and has handed on nothing: no call */
} SourceHeld;

typedef struct {
	const uint8_t *at, *end; /* the window: at <= end, both within chunk */
	size_t size;		 /* of a chunk */
	SourceChunk chunk;
	GArray *retired; /* of SourceChunk; those to be used again: */
	GArray *spare;
	uint64_t base; /* the offset in the stream of the chunk's first byte */
	bool ended;
	bool lent;	   /* packets point into the chunk: whoever yields them sets it */
	Stream *stream;	   /* owned; decompressed if need be; NULL: closed */
	StreamFile *file;  /* at the bottom of it, or NULL */
	const char *codec; /* "gzip" …, or NULL */
	size_t *heavy;	   /* as in the options */
} Source;

typedef struct {
	size_t chunk; /* bytes, usually SOURCE_CHUNK */
	StreamInterrupt interrupt;
	size_t *heavy; /* or NULL: bytes in heavy chunks, of all sources with these options */
} SourceOptions;

/* Opens a file, sees whether it is compressed, and reads nothing of the capture yet. */
Source *source_open(const char *path, const SourceOptions *options, GError **error);
/* Nothing more is read; what packets point into stays. */
void source_close(Source *source);
void source_free(Source *source);

const uint8_t *source_fill(Source *source, size_t n);

static inline size_t source_left(const Source *source)
{
	return (size_t)(source->end - source->at);
}

/*
 * The next n bytes, not stepped over; NULL where the stream ends before. With wait false it is NULL
 * as well when they are not in the window yet: never blocks.
 */
static inline const uint8_t *source_peek(Source *source, size_t n, bool wait)
{
	if (source_left(source) >= n)
		return source->at;
	return wait ? source_fill(source, n) : NULL;
}

/* Steps over n bytes that were peeked. */
static inline void source_step(Source *source, size_t n)
{
	source->at += n;
}

/* Steps over n bytes that need not be in the window; false where the stream ends before. */
bool source_skip(Source *source, uint64_t n);

/* Of the window's first byte in the (decompressed) stream. */
static inline uint64_t source_offset(const Source *source)
{
	return source->base + (uint64_t)(source->at - source->chunk.data);
}

/* Once before each read, and again while it hands on nothing. Gives retired chunks back, but for
 * those that something held lies in. */
void source_release(Source *source, const SourceHeld *held);
/* Of a source from which nothing more is read: whether something held lies in any chunk left. */
bool source_holds(Source *source, const SourceHeld *held);
