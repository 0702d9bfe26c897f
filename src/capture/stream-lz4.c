/* SPDX-License-Identifier: BSD-3-Clause */
/* The stream out of an lz4 file: frames of the LZ4 frame format 1.6 one after another. */
#include "capture/stream.h"

#include <lz4frame.h>

typedef struct {
	Stream stream;
	StreamInput input;
	LZ4F_dctx *z;
	size_t wanted; /* no more than the next step needs: one that fails keeps its output */
	bool inside;   /* of a frame: the end must not come now */
	bool ended;
} StreamLz4;

/* One step; false when there is no further one. */
static bool lz4_step(StreamLz4 *lz4, uint8_t *out, size_t *room)
{
	bool more = stream_input_more(&lz4->input);
	if (!more && !lz4->inside) {
		*room = 0;
		if (lz4->input.below->problem)
			stream_fail(&lz4->stream, g_strdup(lz4->input.below->problem));
		return false;
	}
	size_t taken = MIN(lz4->input.left, lz4->wanted);
	size_t r = LZ4F_decompress(lz4->z, out, room, lz4->input.at, &taken, NULL);
	if (LZ4F_isError(r)) {
		*room = 0;
		stream_fail(&lz4->stream,
			    g_strdup_printf("the lz4 data are corrupt (%s)", LZ4F_getErrorName(r)));
		return false;
	}
	lz4->input.at += taken;
	lz4->input.left -= taken;
	lz4->inside = r != 0;
	lz4->wanted = r ? r : LZ4F_HEADER_SIZE_MIN;
	if (!more && *room == 0 && lz4->inside) {
		stream_input_cut(&lz4->input, &lz4->stream, "lz4");
		return false;
	}
	return true;
}

static size_t lz4_read(Stream *stream, uint8_t *out, size_t room)
{
	StreamLz4 *lz4 = (StreamLz4 *)stream;
	size_t got = 0;

	while (!lz4->ended && got == 0) {
		got = room;
		lz4->ended = !lz4_step(lz4, out, &got);
	}
	return got;
}

static void lz4_free(Stream *stream)
{
	StreamLz4 *lz4 = (StreamLz4 *)stream;
	LZ4F_freeDecompressionContext(lz4->z);
	stream_input_clear(&lz4->input);
	g_free(lz4);
}

Stream *stream_lz4_new(Stream *below)
{
	StreamLz4 *lz4 = g_new0(StreamLz4, 1);
	lz4->stream.read = lz4_read;
	lz4->stream.free = lz4_free;
	lz4->wanted = LZ4F_HEADER_SIZE_MIN;
	stream_input_init(&lz4->input, below);
	if (LZ4F_isError(LZ4F_createDecompressionContext(&lz4->z, LZ4F_VERSION)))
		g_error("lz4 cannot be initialised");
	return &lz4->stream;
}
