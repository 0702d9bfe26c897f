/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The decoder: two bytes of link type, then packets, each after four bytes of length, of what a
 * snaplen cut off, and of time. A packet must end as a segment or be counted with its reason: what
 * is silently dropped nobody can ask about.
 */
#include "decode/decoder.h"
#include "fuzz.h"
#include "segment-check.h"

#include <string.h>

#define PACKETS_MOST 32
/* After the length's highest value all the rest is one packet, so that most mutations keep it. */
#define LENGTH_REST 0xffff

static uint64_t counted(Decoder *decoder)
{
	size_t n = 0;
	const DecoderCount *counts = decoder_counts(decoder, &n);
	uint64_t sum = 0;

	for (size_t i = 0; i < n; i++) {
		fuzz_check(fuzz_is_line(counts[i].reason) && *counts[i].reason,
			   "reason %zu of %zu is no line", i, n);
		fuzz_check(counts[i].packets > 0, "%s: 0", counts[i].reason);
		sum += counts[i].packets;
	}
	return sum;
}

static void decode(Decoder *decoder, const ShakedownPacket *packet)
{
	Segment segments[DECODER_SEGMENTS];
	uint64_t before = counted(decoder);
	size_t n = decoder_decode(decoder, packet, segments);

	fuzz_check(n <= DECODER_SEGMENTS, "%zu segments", n);
	fuzz_check(n || counted(decoder) > before,
		   "packet %" G_GUINT64_FORMAT " (link type %u) is neither read nor counted",
		   packet->frame, packet->link_type);
	for (size_t i = 0; i < n; i++)
		segment_check(&segments[i], packet);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	FuzzInput in = {data, data + size};
	Decoder *decoder = decoder_new(NULL);
	ShakedownPacket packet = {.link_type = fuzz_u16(&in)};

	while (fuzz_left(&in) && packet.frame < PACKETS_MOST) {
		size_t len = fuzz_u16(&in);
		uint32_t cut = fuzz_u8(&in);

		packet.time += ((ShakedownTime)fuzz_u8(&in) << 24) * (cut & 0x80 ? -1 : 1);
		if (len == LENGTH_REST)
			len = fuzz_left(&in);
		const uint8_t *bytes = fuzz_bytes(&in, &len);
		uint8_t *copy = g_malloc(len ? len : 1);
		if (len)
			memcpy(copy, bytes, len);
		packet.frame++;
		packet.data = copy;
		packet.captured_len = (uint32_t)len;
		packet.wire_len = packet.captured_len + ((cut & 0x7f) << (cut & 0x40 ? 8 : 0));
		decode(decoder, &packet);
		g_free(copy);
	}
	decoder_free(decoder);
	return 0;
}
