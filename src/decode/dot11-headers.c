/* SPDX-License-Identifier: BSD-3-Clause */
/* What drivers put before 802.11 frames: radiotap, Prism, AVS, PPI. */
#include "decode/link-types.h"
#include "decode/walk.h"

#define RADIOTAP_TSFT 0x00000001u
#define RADIOTAP_FLAGS 0x00000002u
#define RADIOTAP_MORE 0x80000000u
#define RADIOTAP_FLAG_DATA_PAD 0x20
#define AVS_MAGIC 0x80211001u
#define PRISM_MESSAGE 0x44u
#define PRISM_MESSAGE_CUT 0x41u

/* The flags field comes after all presence words and after the 8-byte time, if that is there. */
static uint8_t radiotap_flags(const uint8_t *header, size_t len)
{
	uint32_t present = le32(header + 4);
	size_t at = 8;

	if (!(present & RADIOTAP_FLAGS))
		return 0;
	for (uint32_t word = present; word & RADIOTAP_MORE; at += 4) {
		if (at + 4 > len)
			return 0;
		word = le32(header + at);
	}
	if (present & RADIOTAP_TSFT)
		at = ((at + 7) & ~(size_t)7) + 8;
	return at < len ? header[at] : 0;
}

Layer radiotap_layer(Walk *walk)
{
	const uint8_t *header = bytes_peek(&walk->at, 8);

	if (!header)
		return walk_fault(walk, "radiotap header cut");
	if (header[0] != 0 || le16(header + 2) < 8)
		return walk_fault(walk, "radiotap header malformed");
	if (!bytes_pull(&walk->at, le16(header + 2)))
		return walk_fault(walk, "radiotap header cut");
	return radiotap_flags(header, le16(header + 2)) & RADIOTAP_FLAG_DATA_PAD
		       ? LAYER_DOT11_PADDED
		       : LAYER_DOT11;
}

Layer avs_layer(Walk *walk)
{
	const uint8_t *header = bytes_peek(&walk->at, 8);

	if (!header || !bytes_pull(&walk->at, be32(header + 4)))
		return walk_fault(walk, "AVS header cut");
	if (be32(header + 4) < 8)
		return walk_fault(walk, "AVS header malformed");
	return LAYER_DOT11;
}

/* Message code and length, in the byte order of the driver's machine. */
Layer prism_layer(Walk *walk)
{
	const uint8_t *header = bytes_peek(&walk->at, 8);
	uint32_t code, len;

	if (!header)
		return walk_fault(walk, "Prism header cut");
	if (be32(header) == AVS_MAGIC)
		return LAYER_AVS;
	code = be32(header);
	len = be32(header + 4);
	if (code != PRISM_MESSAGE && code != PRISM_MESSAGE_CUT) {
		code = le32(header);
		len = le32(header + 4);
	}
	/* Some drivers leave it out. */
	if (code != PRISM_MESSAGE && code != PRISM_MESSAGE_CUT)
		return LAYER_DOT11;
	if (len < 8)
		return walk_fault(walk, "Prism header malformed");
	if (!bytes_pull(&walk->at, len))
		return walk_fault(walk, "Prism header cut");
	return LAYER_DOT11;
}

/* Version, flags, length, and the link type of what follows. */
Layer ppi_layer(Walk *walk)
{
	const uint8_t *header = bytes_peek(&walk->at, 8);

	if (!header)
		return walk_fault(walk, "PPI header cut");
	if (header[0] != 0 || le16(header + 2) < 8)
		return walk_fault(walk, "PPI header malformed");
	if (!bytes_pull(&walk->at, le16(header + 2)))
		return walk_fault(walk, "PPI header cut");
	return link_type_enter(walk, le32(header + 4));
}
