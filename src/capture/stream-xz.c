/* SPDX-License-Identifier: BSD-3-Clause */
/* The stream out of an .xz file: streams and padding one after another. */
#include "capture/stream.h"

#include <lzma.h>

/* `xz -9` needs 65 MiB to decompress; what asks for more than this was made to hurt. */
#define MEMORY_LIMIT (UINT64_C(256) << 20)

typedef struct {
	Stream stream;
	StreamInput input;
	lzma_stream z;
	bool ended;
} StreamXz;

static const char *xz_reason(lzma_ret r)
{
	/* A foreign enumeration: it may grow. */
	if (r == LZMA_MEMLIMIT_ERROR)
		return "they ask for more than 256 MiB of memory";
	if (r == LZMA_FORMAT_ERROR)
		return "not the xz format";
	if (r == LZMA_OPTIONS_ERROR)
		return "unknown options";
	if (r == LZMA_DATA_ERROR)
		return "a check failed";
	return "the decoder gave up";
}

static size_t xz_read(Stream *stream, uint8_t *out, size_t room)
{
	StreamXz *xz = (StreamXz *)stream;

	xz->z.next_out = out;
	xz->z.avail_out = room;
	while (!xz->ended && xz->z.avail_out == room) {
		bool more = stream_input_more(&xz->input);
		xz->z.next_in = xz->input.at;
		xz->z.avail_in = xz->input.left;
		lzma_ret r = lzma_code(&xz->z, more ? LZMA_RUN : LZMA_FINISH);
		xz->input.at = xz->z.next_in;
		xz->input.left = xz->z.avail_in;
		if (r == LZMA_OK)
			continue;
		xz->ended = true;
		if (!more && (r == LZMA_BUF_ERROR || xz->input.below->problem))
			stream_input_cut(&xz->input, stream, "xz");
		else if (r != LZMA_STREAM_END)
			stream_fail(stream,
				    g_strdup_printf("the xz data are corrupt (%s)", xz_reason(r)));
	}
	return room - xz->z.avail_out;
}

static void xz_free(Stream *stream)
{
	StreamXz *xz = (StreamXz *)stream;
	lzma_end(&xz->z);
	stream_input_clear(&xz->input);
	g_free(xz);
}

Stream *stream_xz_new(Stream *below)
{
	StreamXz *xz = g_new0(StreamXz, 1);
	xz->stream.read = xz_read;
	xz->stream.free = xz_free;
	stream_input_init(&xz->input, below);
	if (lzma_stream_decoder(&xz->z, MEMORY_LIMIT, LZMA_CONCATENATED) != LZMA_OK)
		g_error("liblzma cannot be initialised");
	return &xz->stream;
}
