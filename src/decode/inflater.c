/* SPDX-License-Identifier: BSD-3-Clause */
#include "decode/inflater.h"

#include <glib.h>
#include <zlib.h>

#define RAW (-MAX_WBITS) /* neither zlib's header nor gzip's */

void inflater_clear(Inflater *inflater)
{
	if (inflater->stream)
		inflateEnd(inflater->stream);
	g_clear_pointer(&inflater->stream, g_free);
	g_clear_pointer(&inflater->room, g_free);
}

static bool ready(Inflater *inflater)
{
	if (inflater->stream)
		return inflateReset(inflater->stream) == Z_OK;
	inflater->stream = g_new0(z_stream, 1);
	inflater->room = g_malloc(INFLATER_PACKET);
	if (inflateInit2((z_stream *)inflater->stream, RAW) == Z_OK)
		return true;
	g_clear_pointer(&inflater->stream, g_free);
	g_clear_pointer(&inflater->room, g_free);
	return false;
}

bool inflater_inflate(Inflater *inflater, const Bytes *compressed, Bytes *out)
{
	if (!ready(inflater))
		return false;
	z_stream *z = inflater->stream;
	uint8_t *start = inflater->room + inflater->used;

	z->next_in = (z_const Bytef *)compressed->at;
	z->avail_in = (uInt)bytes_left(compressed);
	z->next_out = start;
	z->avail_out = (uInt)MIN(INFLATER_DATAGRAM, INFLATER_PACKET - inflater->used);
	if (inflate(z, Z_FINISH) != Z_STREAM_END || z->avail_in)
		return false;
	*out = (Bytes){start, z->next_out};
	inflater->used += bytes_left(out);
	return true;
}
