/* SPDX-License-Identifier: BSD-3-Clause */
/* The stream out of a .bz2 file: streams one after another, as pbzip2 writes them. */
#include "capture/stream.h"

#include <bzlib.h>

typedef struct {
	Stream stream;
	StreamInput input;
	bz_stream z;
	bool open;    /* z is in use */
	bool starved; /* it has written out all that it can of what it was given */
	bool ended;
} StreamBzip2;

static const char *bzip2_reason(int r)
{
	if (r == BZ_DATA_ERROR_MAGIC)
		return "not the bzip2 format";
	if (r == BZ_DATA_ERROR)
		return "a check failed";
	if (r == BZ_MEM_ERROR)
		return "they need more memory than there is";
	return "the decoder gave up";
}

static void close_stream(StreamBzip2 *bzip2)
{
	if (bzip2->open)
		BZ2_bzDecompressEnd(&bzip2->z);
	bzip2->open = false;
}

/* Between streams: the end, or the header of another. */
static bool next_stream(StreamBzip2 *bzip2)
{
	if (!stream_input_more(&bzip2->input)) {
		if (bzip2->input.below->problem)
			stream_fail(&bzip2->stream, g_strdup(bzip2->input.below->problem));
		return false;
	}
	if (*bzip2->input.at != 'B') {
		stream_fail(&bzip2->stream, g_strdup("what follows the bzip2 data is not bzip2 "
						     "data, and was left out"));
		return false;
	}
	/* It fails only for want of memory. */
	if (BZ2_bzDecompressInit(&bzip2->z, 0, 0) != BZ_OK)
		g_error("bzip2 cannot be initialised");
	bzip2->open = true;
	return true;
}

/* One step; false when there is no further one. A block is written out before more is asked for:
 * what follows may be missing, or not be there yet. */
static bool bzip2_step(StreamBzip2 *bzip2)
{
	if (!bzip2->open && !next_stream(bzip2))
		return false;
	if (bzip2->starved && !stream_input_more(&bzip2->input)) {
		stream_input_cut(&bzip2->input, &bzip2->stream, "bzip2");
		return false;
	}
	/* The library's pointers are not const, but it writes through none of them. */
	union {
		const uint8_t *from;
		char *to;
	} at = {.from = bzip2->input.at};
	unsigned left = (unsigned)MIN(bzip2->input.left, STREAM_INPUT_SIZE);
	unsigned room = bzip2->z.avail_out;

	bzip2->z.next_in = at.to;
	bzip2->z.avail_in = left;
	int r = BZ2_bzDecompress(&bzip2->z);
	bzip2->input.at += left - bzip2->z.avail_in;
	bzip2->input.left -= left - bzip2->z.avail_in;
	bzip2->starved = !bzip2->input.left && bzip2->z.avail_out == room;
	if (r == BZ_STREAM_END) {
		close_stream(bzip2);
	} else if (r != BZ_OK) {
		stream_fail(&bzip2->stream,
			    g_strdup_printf("the bzip2 data are corrupt (%s)", bzip2_reason(r)));
		return false;
	}
	return true;
}

static size_t bzip2_read(Stream *stream, uint8_t *out, size_t room)
{
	StreamBzip2 *bzip2 = (StreamBzip2 *)stream;

	room = MIN(room, (size_t)1 << 30);
	bzip2->z.next_out = (char *)out;
	bzip2->z.avail_out = (unsigned)room;
	while (!bzip2->ended && bzip2->z.avail_out == room)
		bzip2->ended = !bzip2_step(bzip2);
	return room - bzip2->z.avail_out;
}

static void bzip2_free(Stream *stream)
{
	StreamBzip2 *bzip2 = (StreamBzip2 *)stream;

	close_stream(bzip2);
	stream_input_clear(&bzip2->input);
	g_free(bzip2);
}

Stream *stream_bzip2_new(Stream *below)
{
	StreamBzip2 *bzip2 = g_new0(StreamBzip2, 1);

	bzip2->stream.read = bzip2_read;
	bzip2->stream.free = bzip2_free;
	stream_input_init(&bzip2->input, below);
	return &bzip2->stream;
}
