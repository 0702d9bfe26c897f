/* SPDX-License-Identifier: BSD-3-Clause */
/* IEEE 802.11 data frames, also aggregated (A-MSDU, §9.3.2.2): their bodies are LLC. */
#include "decode/walk.h"

#define DOT11_TYPE 0x0c
#define DOT11_DATA 0x08
#define DOT11_NO_DATA 0x40 /* subtype bit */
#define DOT11_QOS 0x80	   /* subtype bit */
#define DOT11_TO_DS 0x01
#define DOT11_FROM_DS 0x02
#define DOT11_MORE_FRAGMENTS 0x04
#define DOT11_PROTECTED 0x40
#define DOT11_HT_CONTROL 0x80
#define DOT11_AMSDU_PRESENT 0x80
#define DOT11_MESH_CONTROL 0x01 /* in the second byte of QoS control */

/* Subframes: destination, source, length, LLC; padded to 4 but for the last. */
static Layer dot11_amsdu(Walk *walk)
{
	const uint8_t *header;

	if (!bytes_peek(&walk->at, 14))
		return walk_fault(walk, "802.11 subframe header cut");
	/* Less than a header is the last one's padding, or the frame's check sequence. */
	while ((header = bytes_pull(&walk->at, 14))) {
		uint16_t len = be16(header + 12);
		Walk subframe = *walk;

		if (len > walk_wire_left(walk))
			return walk_fault(walk, "802.11 subframe longer than its frame");
		walk_limit(&subframe, len);
		walk_run(&subframe, LAYER_LLC);
		bytes_pull(&walk->at, MIN(bytes_left(&walk->at), (14u + len + 3) / 4 * 4 - 14));
	}
	return LAYER_END;
}

static size_t dot11_header_len(uint8_t control, uint8_t flags)
{
	size_t len = 24;

	if ((flags & DOT11_TO_DS) && (flags & DOT11_FROM_DS))
		len += 6;
	if (control & DOT11_QOS)
		len += (flags & DOT11_HT_CONTROL) ? 2 + 4 : 2;
	return len;
}

/* §9.2.4.7.3: flags, time to live, sequence number (4), and up to two addresses. Outside a mesh the
 * bit that announces it means something else: LLC must follow. */
static void dot11_pull_mesh_control(Walk *walk)
{
	const uint8_t *flags = bytes_peek(&walk->at, 1);
	Walk shifted = *walk;
	const uint8_t *llc;

	if (!flags || *flags > 2 || !bytes_pull(&shifted.at, 6 + *flags * 6u))
		return;
	llc = bytes_peek(&shifted.at, 3);
	if (llc && be24(llc) == 0xaaaa03)
		*walk = shifted;
}

/* Swapped: the two bytes of each field of 16 bits stand in the other order. */
static Layer dot11_frame(Walk *walk, bool swapped, bool padded)
{
	const uint8_t *header = bytes_peek(&walk->at, 2);
	uint8_t control, flags;
	size_t len, qos;

	if (!header)
		return walk_fault(walk, "802.11 header cut");
	control = header[swapped];
	flags = header[!swapped];
	if (control & 0x03)
		return walk_fault(walk, "802.11 of unknown version");
	if ((control & DOT11_TYPE) != DOT11_DATA)
		return walk_skip(walk,
				 control & DOT11_TYPE ? "802.11 control" : "802.11 management");
	if (control & DOT11_NO_DATA)
		return walk_skip(walk, "802.11 data frame without data");
	if (flags & DOT11_PROTECTED)
		return walk_skip(walk, "802.11 (encrypted)");
	len = dot11_header_len(control, flags);
	qos = (flags & DOT11_TO_DS) && (flags & DOT11_FROM_DS) ? 30 : 24;
	header = bytes_pull(&walk->at, padded ? (len + 3) & ~(size_t)3 : len);
	if (!header)
		return walk_fault(walk, "802.11 header cut");
	if ((flags & DOT11_MORE_FRAGMENTS) || (header[22 + swapped] & 0x0f))
		return walk_skip(walk, "802.11 fragment");
	if ((control & DOT11_QOS) && (header[qos + swapped] & DOT11_AMSDU_PRESENT))
		return dot11_amsdu(walk);
	if ((control & DOT11_QOS) && (header[qos + !swapped] & DOT11_MESH_CONTROL))
		dot11_pull_mesh_control(walk);
	return LAYER_LLC;
}

Layer dot11_layer(Walk *walk)
{
	return dot11_frame(walk, false, false);
}

/* The body begins at a multiple of 4 bytes. */
Layer dot11_padded_layer(Walk *walk)
{
	return dot11_frame(walk, false, true);
}

Layer dot11_swapped_layer(Walk *walk)
{
	return dot11_frame(walk, true, false);
}
