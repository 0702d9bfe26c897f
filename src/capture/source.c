/* SPDX-License-Identifier: BSD-3-Clause */
/* The window over a stream: chunks, their retirement and their return. */
#include "capture/source.h"

#include <shakedown/capture.h>

#include <string.h>

/* As many as a reader who runs ahead may need in turns. */
#define SPARE 16

static SourceChunk chunk_new(Source *source, size_t size)
{
	/* Spare ones are all of the usual size. */
	if (source->spare->len && source->size >= size) {
		SourceChunk chunk =
			g_array_index(source->spare, SourceChunk, source->spare->len - 1);

		g_array_set_size(source->spare, source->spare->len - 1);
		chunk.calls = 0;
		chunk.fresh = true;
		return chunk;
	}
	if (source->heavy && size > SOURCE_HEAVY)
		*source->heavy += size;
	return (SourceChunk){.data = g_malloc(size), .size = size, .fresh = true};
}

static void chunk_free(Source *source, SourceChunk chunk)
{
	if (source->heavy && chunk.size > SOURCE_HEAVY)
		*source->heavy -= chunk.size;
	g_free(chunk.data);
}

static void chunk_drop(Source *source, SourceChunk chunk)
{
	/* One that grew for a giant record is not worth keeping. */
	if (chunk.size == source->size && source->spare->len < SPARE)
		g_array_append_val(source->spare, chunk);
	else
		chunk_free(source, chunk);
}

static void chunks_free(Source *source, GArray *chunks)
{
	for (guint i = 0; i < chunks->len; i++)
		chunk_free(source, g_array_index(chunks, SourceChunk, i));
	g_array_unref(chunks);
}

Source *source_open(const char *path, const SourceOptions *options, GError **error)
{
	StreamFile *file = stream_file_open(path, options->interrupt, error);
	if (!file)
		return NULL;
	Source *source = g_new0(Source, 1);
	source->file = file;
	source->stream = stream_of_file(file);
	source->retired = g_array_new(FALSE, FALSE, sizeof(SourceChunk));
	source->spare = g_array_new(FALSE, FALSE, sizeof(SourceChunk));
	source->size = options->chunk;
	source->heavy = options->heavy;
	source->chunk = chunk_new(source, options->chunk);
	source->at = source->end = source->chunk.data;

	size_t len;
	const uint8_t *magic = stream_file_peek(file, &len);
	StreamCodec codec = stream_codec(magic, len, &source->codec);
	if (codec)
		source->stream = codec(source->stream);
	return source;
}

void source_close(Source *source)
{
	stream_free(source->stream);
	source->stream = NULL;
	source->file = NULL;
}

void source_free(Source *source)
{
	if (!source)
		return;
	source_close(source);
	chunks_free(source, source->retired);
	chunks_free(source, source->spare);
	chunk_free(source, source->chunk);
	g_free(source);
}

/* Moves the window to the beginning of another chunk, where there is room behind it. */
static void move_on(Source *source)
{
	size_t left = source_left(source);
	SourceChunk old = source->chunk;
	SourceChunk fresh = chunk_new(source, MAX(source->size, left * 2));

	if (left)
		memcpy(fresh.data, source->at, left);
	source->base = source_offset(source);
	source->chunk = fresh;
	source->at = fresh.data;
	source->end = fresh.data + left;
	if (source->lent)
		g_array_append_val(source->retired, old);
	else
		chunk_drop(source, old);
	source->lent = false;
}

const uint8_t *source_fill(Source *source, size_t n)
{
	while (source_left(source) < n && !source->ended) {
		if (source->end == source->chunk.data + source->chunk.size)
			move_on(source);
		size_t used = (size_t)(source->end - source->chunk.data);
		size_t got = source->stream->read(source->stream, source->chunk.data + used,
						  source->chunk.size - used);
		source->end += got;
		source->ended = got == 0;
	}
	return source_left(source) >= n ? source->at : NULL;
}

bool source_skip(Source *source, uint64_t n)
{
	while (n > source_left(source)) {
		n -= source_left(source);
		source->at = source->end;
		if (!source_fill(source, 1))
			return false;
	}
	source->at += n;
	return true;
}

static bool lies_in(const SourceChunk *chunk, const SourceHeld *held)
{
	/* Addresses of different objects may be compared as integers only. */
	uintptr_t begin = (uintptr_t)chunk->data, end = begin + chunk->size;
	for (size_t i = 0; i < held->n; i++) {
		uintptr_t data = (uintptr_t)held->packets[i].data;
		if (data >= begin && data < end)
			return true;
	}
	return false;
}

/* Nothing more is read into it; but packets in it may still wait to be handed on. */
static bool is_held(SourceChunk *chunk, const SourceHeld *held)
{
	chunk->fresh = chunk->fresh && held->again;
	if (lies_in(chunk, held)) {
		chunk->calls = 0;
		return true;
	}
	if (held->again)
		return !chunk->fresh;
	return chunk->calls++ < held->calls;
}

void source_release(Source *source, const SourceHeld *held)
{
	source->chunk.fresh = source->chunk.fresh && held->again;
	for (guint i = source->retired->len; i-- > 0;) {
		SourceChunk *chunk = &g_array_index(source->retired, SourceChunk, i);
		if (is_held(chunk, held))
			continue;
		chunk_drop(source, *chunk);
		g_array_remove_index_fast(source->retired, i);
	}
}

bool source_holds(Source *source, const SourceHeld *held)
{
	return is_held(&source->chunk, held) || source->retired->len;
}
