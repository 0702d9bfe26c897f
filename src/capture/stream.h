/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A stream: bytes in order, from a file descriptor or out of a decompressor on top of one. It is
 * read once, forward only, in constant memory; so a pipe is as good as a file. Files are read, not
 * mapped: a mapped file that somebody truncates (`tcpdump -w` started again on the same name) kills
 * its reader with SIGBUS, and no check before the access can rule that out.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct _Stream Stream;

struct _Stream {
	/* Up to room bytes, at least one; 0 at the end and when broken: then problem says why. */
	size_t (*read)(Stream *stream, uint8_t *out, size_t room);
	void (*free)(Stream *stream);
	char *problem;
};

void stream_free(Stream *stream);
/* Keeps the first problem only; takes over text. Returns 0, as a read that fails does. */
size_t stream_fail(Stream *stream, char *text);

/* Whether to wait no longer for what is silent: asked several times a second, by whichever thread
 * reads. All zero: always to wait. */
typedef struct {
	bool (*asked)(void *data);
	void *data;
} StreamInterrupt;

/* The stream of a file as it is. "-" is standard input. */
typedef struct _StreamFile StreamFile;
StreamFile *stream_file_open(const char *path, StreamInterrupt interrupt, GError **error);
static inline Stream *stream_of_file(StreamFile *file)
{
	return (Stream *)file;
}
/*
 * The first bytes, which stay to be read: blocks until there are STREAM_MAGIC or the end is
 * reached, and gives more where more is there at once.
 */
#define STREAM_MAGIC 6
const uint8_t *stream_file_peek(StreamFile *file, size_t *len);
uint64_t stream_file_position(const StreamFile *file); /* bytes taken from the file so far */
uint64_t stream_file_size(const StreamFile *file);     /* 0 where it has none (a pipe) */
/* One that can be opened once more and is then the same. */
bool stream_file_is_regular(const StreamFile *file);
/* False when nothing can be read from a pipe or terminal within the time: reading would block. */
bool stream_file_ready(const StreamFile *file, int milliseconds);

/* The decompressors. Each owns what is below it. */
Stream *stream_gzip_new(Stream *below);
Stream *stream_zstd_new(Stream *below);
Stream *stream_lz4_new(Stream *below);
Stream *stream_xz_new(Stream *below);
Stream *stream_bzip2_new(Stream *below);
/* The decompressor for what begins so, or NULL where it is not compressed; name is its own. */
typedef Stream *(*StreamCodec)(Stream *below);
StreamCodec stream_codec(const uint8_t *magic, size_t len, const char **name);

/* What a decompressor reads from. */
#define STREAM_INPUT_SIZE ((size_t)64 * 1024)
typedef struct {
	Stream *below;
	const uint8_t *at;
	size_t left;
	uint8_t *buffer;
} StreamInput;

void stream_input_init(StreamInput *input, Stream *below);
void stream_input_clear(StreamInput *input);
/* True while there are bytes left, reading more when there are none. */
bool stream_input_more(StreamInput *input);
/*
 * For a compressed stream that stops in its middle: fails with the problem of the stream below, if
 * it has one, or says that it was cut short.
 */
size_t stream_input_cut(StreamInput *input, Stream *stream, const char *what);
