/* SPDX-License-Identifier: BSD-3-Clause */
/* The stream out of a gzip file, RFC 1952: one member after another. */
#include "capture/stream.h"

#include <string.h>
#include <zlib.h>

typedef struct {
	Stream stream;
	StreamInput input;
	z_stream z;
	bool between; /* members: what comes next, if anything, is a header */
	bool ended;
} StreamGzip;

/*
 * Between members: the end, or the header of another. Zeros after the last are padding (tapes,
 * block devices); other bytes are reported, because something may be missing.
 */
static bool next_member(StreamGzip *gzip)
{
	while (stream_input_more(&gzip->input)) {
		if (*gzip->input.at == 0x1f) {
			gzip->between = false;
			return inflateReset(&gzip->z) == Z_OK;
		}
		if (*gzip->input.at != 0) {
			stream_fail(&gzip->stream,
				    g_strdup("what follows the gzip data is not gzip data, and "
					     "was left out"));
			return false;
		}
		gzip->input.at++;
		gzip->input.left--;
	}
	if (gzip->input.below->problem)
		stream_fail(&gzip->stream, g_strdup(gzip->input.below->problem));
	return false;
}

static size_t gzip_read(Stream *stream, uint8_t *out, size_t room)
{
	StreamGzip *gzip = (StreamGzip *)stream;
	z_stream *z = &gzip->z;

	room = MIN(room, (size_t)1 << 30);
	z->next_out = out;
	z->avail_out = (uInt)room;
	while (!gzip->ended && z->avail_out == room) {
		if (gzip->between && !next_member(gzip)) {
			gzip->ended = true;
			break;
		}
		if (!stream_input_more(&gzip->input)) {
			gzip->ended = true;
			stream_input_cut(&gzip->input, stream, "gzip");
			break;
		}
		z->next_in = (z_const Bytef *)gzip->input.at;
		z->avail_in = (uInt)gzip->input.left;
		int r = inflate(z, Z_NO_FLUSH);
		gzip->input.at = z->next_in;
		gzip->input.left = z->avail_in;
		if (r == Z_STREAM_END) {
			gzip->between = true;
		} else if (r != Z_OK && r != Z_BUF_ERROR) {
			gzip->ended = true;
			stream_fail(stream, g_strdup_printf("the gzip data are corrupt (%s)",
							    z->msg ? z->msg : zError(r)));
		}
	}
	return room - z->avail_out;
}

static void gzip_free(Stream *stream)
{
	StreamGzip *gzip = (StreamGzip *)stream;
	inflateEnd(&gzip->z);
	stream_input_clear(&gzip->input);
	g_free(gzip);
}

Stream *stream_gzip_new(Stream *below)
{
	StreamGzip *gzip = g_new0(StreamGzip, 1);
	gzip->stream.read = gzip_read;
	gzip->stream.free = gzip_free;
	stream_input_init(&gzip->input, below);
	/* 16: a gzip header, and no other, is expected. It fails only for want of memory. */
	if (inflateInit2(&gzip->z, MAX_WBITS + 16) != Z_OK)
		g_error("zlib cannot be initialised");
	return &gzip->stream;
}
