/* SPDX-License-Identifier: BSD-3-Clause */
/* The stream out of a zstd file, RFC 8878: frames and skippable frames one after another. */
#include "capture/stream.h"

#include <zstd.h>

/* Less than any frame is long. */
#define FRAME_START ((size_t)5)

typedef struct {
	Stream stream;
	StreamInput input;
	ZSTD_DStream *z;
	size_t wanted; /* no more than the next step needs: one that fails keeps its output */
	bool inside;   /* of a frame: the end must not come now */
	bool ended;
} StreamZstd;

/* One step; false when there is no further one. */
static bool zstd_step(StreamZstd *zstd, ZSTD_outBuffer *to)
{
	/* Even without new input there may be output left inside. */
	bool more = stream_input_more(&zstd->input);
	if (!more && !zstd->inside) {
		if (zstd->input.below->problem)
			stream_fail(&zstd->stream, g_strdup(zstd->input.below->problem));
		return false;
	}
	ZSTD_inBuffer from = {zstd->input.at, MIN(zstd->input.left, zstd->wanted), 0};
	size_t before = to->pos;
	size_t r = ZSTD_decompressStream(zstd->z, to, &from);
	zstd->input.at += from.pos;
	zstd->input.left -= from.pos;
	if (ZSTD_isError(r)) {
		stream_fail(&zstd->stream, g_strdup_printf("the zstd data are corrupt (%s)",
							   ZSTD_getErrorName(r)));
		return false;
	}
	zstd->inside = r != 0;
	zstd->wanted = r ? r : FRAME_START;
	if (!more && to->pos == before && zstd->inside) {
		stream_input_cut(&zstd->input, &zstd->stream, "zstd");
		return false;
	}
	return true;
}

static size_t zstd_read(Stream *stream, uint8_t *out, size_t room)
{
	StreamZstd *zstd = (StreamZstd *)stream;
	ZSTD_outBuffer to = {out, room, 0};

	while (!zstd->ended && to.pos == 0)
		zstd->ended = !zstd_step(zstd, &to);
	return to.pos;
}

static void zstd_free(Stream *stream)
{
	StreamZstd *zstd = (StreamZstd *)stream;
	ZSTD_freeDStream(zstd->z);
	stream_input_clear(&zstd->input);
	g_free(zstd);
}

Stream *stream_zstd_new(Stream *below)
{
	StreamZstd *zstd = g_new0(StreamZstd, 1);
	zstd->stream.read = zstd_read;
	zstd->stream.free = zstd_free;
	zstd->wanted = FRAME_START;
	stream_input_init(&zstd->input, below);
	zstd->z = ZSTD_createDStream();
	if (!zstd->z)
		g_error("zstd cannot be initialised");
	return &zstd->stream;
}
