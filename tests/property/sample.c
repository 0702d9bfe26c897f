/* SPDX-License-Identifier: BSD-3-Clause */
#include "sample.h"

#include "decode/decoder.h"

#include <shakedown/capture.h>

#include <string.h>

Sample *sample_read(const char *path, GError **error)
{
	const char *const files[] = {path, NULL};
	ShakedownCaptureOptions options = {.files = files, .count = SAMPLE_PACKETS};
	g_autoptr(ShakedownCapture) capture = shakedown_capture_open(&options, error);
	ShakedownPacket packets[64];

	if (!capture)
		return NULL;
	Sample *sample = g_new0(Sample, 1);

	sample->packets = g_array_new(false, false, sizeof(ShakedownPacket));
	sample->bytes = g_ptr_array_new_with_free_func(g_free);
	for (size_t n; (n = shakedown_capture_read(capture, packets, G_N_ELEMENTS(packets))) > 0;)
		for (size_t i = 0; i < n; i++) {
			uint8_t *copy = g_memdup2(packets[i].data, packets[i].captured_len);

			g_ptr_array_add(sample->bytes, copy);
			packets[i].data = copy;
			/* As the analysis does: to it 0 is no time. */
			packets[i].time = packets[i].time ? packets[i].time : 1;
			g_array_append_val(sample->packets, packets[i]);
		}
	return sample;
}

void sample_free(Sample *sample)
{
	if (!sample)
		return;
	g_array_unref(sample->packets);
	g_ptr_array_unref(sample->bytes);
	g_free(sample);
}

static SampleItems *items_new(void)
{
	SampleItems *items = g_new0(SampleItems, 1);

	items->items = g_array_new(false, true, sizeof(SampleItem));
	items->copies = g_ptr_array_new_with_free_func(g_free);
	return items;
}

void sample_items_free(SampleItems *items)
{
	if (!items)
		return;
	g_array_unref(items->items);
	g_ptr_array_unref(items->copies);
	g_free(items);
}

/* A segment that outlives its decoder's buffers. */
static void items_add(SampleItems *items, const Segment *seg)
{
	SampleItem item = {.segment = true, .seg = *seg};

	if (seg->options_len) {
		item.seg.options = g_memdup2(seg->options, seg->options_len);
		g_ptr_array_add(items->copies, (gpointer)item.seg.options);
	}
	if (seg->payload_captured) {
		item.seg.payload = g_memdup2(seg->payload, seg->payload_captured);
		g_ptr_array_add(items->copies, (gpointer)item.seg.payload);
	}
	g_array_append_val(items->items, item);
}

SampleItems *sample_items_copy(const SampleItems *from)
{
	SampleItems *items = items_new();

	for (guint i = 0; i < from->items->len; i++) {
		const SampleItem *item = &g_array_index(from->items, SampleItem, i);

		if (item->segment)
			items_add(items, &item->seg);
		else
			g_array_append_vals(items->items, item, 1);
	}
	return items;
}

/* Where the last TCP header of the packet ends; all of it where that cannot be told: fragments,
 * quotes in ICMP, what is not TCP. */
static uint32_t headers_end(const ShakedownPacket *packet, const Segment *segments, size_t n)
{
	uintptr_t from = (uintptr_t)packet->data, end = 0;

	for (size_t i = 0; i < n; i++) {
		uintptr_t payload = (uintptr_t)segments[i].payload;

		if (segments[i].kind != SEGMENT_TCP || payload < from ||
		    payload > from + packet->captured_len)
			return packet->captured_len;
		end = MAX(end, payload - from);
	}
	return n ? (uint32_t)end : packet->captured_len;
}

SampleItems *sample_decode(const Sample *sample, uint32_t snaplen, bool no_checksums)
{
	DecoderOptions options = {.no_checksums = no_checksums};
	Decoder *whole = decoder_new(&options), *decoder = decoder_new(&options);
	SampleItems *items = items_new();

	for (guint i = 0; i < sample->packets->len; i++) {
		ShakedownPacket packet = g_array_index(sample->packets, ShakedownPacket, i);
		Segment segments[DECODER_SEGMENTS];

		if (snaplen) {
			size_t n = decoder_decode(whole, &packet, segments);
			uint32_t least = headers_end(&packet, segments, n);

			packet.captured_len = MIN(packet.captured_len, MAX(least, snaplen));
			/* On the heap and no longer than it is, so that reading beyond shows. */
			packet.data = g_memdup2(packet.data, packet.captured_len);
		}
		size_t n = decoder_decode(decoder, &packet, segments);

		for (size_t s = 0; s < n; s++)
			items_add(items, &segments[s]);
		if (n == 0) {
			SampleItem tick = {.seg = {.time = packet.time}};

			g_array_append_val(items->items, tick);
		}
		if (snaplen)
			g_free((gpointer)packet.data);
	}
	decoder_free(whole);
	decoder_free(decoder);
	return items;
}
