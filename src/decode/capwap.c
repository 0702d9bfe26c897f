/* SPDX-License-Identifier: BSD-3-Clause */
/* CAPWAP data, RFC 5415 §4: an access point's frames on their way to the controller. */
#include "decode/walk.h"

#define CAPWAP_NATIVE 0x0100   /* T: the frame is of the radio's own kind */
#define CAPWAP_FRAGMENT 0x0080 /* F */
#define CAPWAP_LAST 0x0040     /* L */
#define CAPWAP_KEEP_ALIVE 0x0008
/* Beyond the ids of IPv4: fragments that are carried within are others. */
#define CAPWAP_IDS 0x10000u

/* Some access points send the two bytes of the frame control in the other order. Only data frames
 * matter here, and those show it: a type of data with a flags byte that is none. */
static Layer capwap_dot11(const Walk *walk)
{
	const uint8_t *control = bytes_peek(&walk->at, 2);

	if (control && (control[0] & 0x0f) != 0x08 && (control[1] & 0x0f) == 0x08)
		return LAYER_DOT11_SWAPPED;
	return LAYER_DOT11;
}

/* §3.4: pieces of one id between two addresses, put together as those of IP are, and counted so.
 * False until the frame is whole. */
static bool capwap_reassemble(Walk *walk, const uint8_t *header, uint32_t bits)
{
	Decoder *decoder = walk->decoder;
	FragmentsWhole whole;
	FragmentsPiece piece = {
		.version = walk->ip.version,
		.protocol = bits & CAPWAP_NATIVE ? 1 : 0,
		.more = !(bits & CAPWAP_LAST),
		.id = CAPWAP_IDS | be16(header + 4),
		.src = walk->ip.src,
		.dst = walk->ip.dst,
		.encap = &walk->encap,
		.time = walk->packet->time,
		.offset = be16(header + 6) & 0xfff8u,
		.len = walk_wire_left(walk),
		.bytes = walk->at,
	};

	if (!fragments_add(&decoder->fragments, &decoder->counts, &piece, &whole))
		return false;
	walk->at = whole.bytes;
	walk->missing = whole.len - (uint32_t)bytes_left(&whole.bytes);
	return true;
}

Layer capwap_layer(Walk *walk)
{
	const uint8_t *header = bytes_peek(&walk->at, 8);
	uint32_t bits;

	if (!header || header[0] >> 4 != 0)
		return walk_skip(walk, "UDP");
	if ((header[0] & 0xf) == 1)
		return walk_skip(walk, "CAPWAP (encrypted)");
	bits = be24(header + 1);
	if (bits >> 19 < 2 || !bytes_pull(&walk->at, (bits >> 19) * 4))
		return walk_fault(walk, "CAPWAP header cut");
	if (bits & CAPWAP_KEEP_ALIVE)
		return walk_skip(walk, "CAPWAP keep-alive");
	if (!walk_enter(walk, ENCAP_CAPWAP))
		return LAYER_END;
	if ((bits & CAPWAP_FRAGMENT) && !capwap_reassemble(walk, header, bits))
		return LAYER_END;
	return bits & CAPWAP_NATIVE ? capwap_dot11(walk) : LAYER_ETHERNET;
}
