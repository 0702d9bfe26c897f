/* SPDX-License-Identifier: BSD-3-Clause */
/* What streams have in common, and the choice of a decompressor by the first bytes. */
#include "capture/stream.h"

#include "base/bytes.h"

#include <string.h>

void stream_free(Stream *stream)
{
	if (!stream)
		return;
	g_free(stream->problem);
	stream->problem = NULL;
	stream->free(stream);
}

size_t stream_fail(Stream *stream, char *text)
{
	if (stream->problem)
		g_free(text);
	else
		stream->problem = text;
	return 0;
}

void stream_input_init(StreamInput *input, Stream *below)
{
	input->below = below;
	input->buffer = g_malloc(STREAM_INPUT_SIZE);
	input->at = input->buffer;
	input->left = 0;
}

void stream_input_clear(StreamInput *input)
{
	stream_free(input->below);
	g_free(input->buffer);
}

bool stream_input_more(StreamInput *input)
{
	if (input->left == 0) {
		input->at = input->buffer;
		input->left = input->below->read(input->below, input->buffer, STREAM_INPUT_SIZE);
	}
	return input->left > 0;
}

size_t stream_input_cut(StreamInput *input, Stream *stream, const char *what)
{
	if (input->below->problem)
		return stream_fail(stream, g_strdup(input->below->problem));
	return stream_fail(stream,
			   g_strdup_printf("the %s data stop in their middle: the file was cut "
					   "off, or is still being written",
					   what));
}

static bool is_skippable(const uint8_t *magic)
{
	/* RFC 8878 §3.1.2: skippable frames may come first, as pzstd writes them. */
	return (le32(magic) & 0xfffffff0u) == 0x184d2a50u;
}

StreamCodec stream_codec(const uint8_t *magic, size_t len, const char **name)
{
	static const struct {
		const char *name;
		StreamCodec codec;
		size_t len;
		uint8_t magic[STREAM_MAGIC];
	} codecs[] = {
		{"gzip", stream_gzip_new, 3, {0x1f, 0x8b, 0x08}},
		{"zstd", stream_zstd_new, 4, {0x28, 0xb5, 0x2f, 0xfd}},
		{"lz4", stream_lz4_new, 4, {0x04, 0x22, 0x4d, 0x18}},
		{"xz", stream_xz_new, 6, {0xfd, '7', 'z', 'X', 'Z', 0x00}},
		{"bzip2", stream_bzip2_new, 3, {'B', 'Z', 'h'}},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(codecs); i++)
		if (len >= codecs[i].len && !memcmp(magic, codecs[i].magic, codecs[i].len)) {
			*name = codecs[i].name;
			return codecs[i].codec;
		}
	if (len >= 4 && is_skippable(magic)) {
		*name = "zstd";
		return stream_zstd_new;
	}
	return NULL;
}
