/* SPDX-License-Identifier: BSD-3-Clause */
/* Linux cooked captures: what "any" and devices without a link layer of their own give. */
#include "decode/walk.h"

/* A protocol below 0x600 is Linux's own ETH_P_ number. */
static Layer sll_next(Walk *walk, uint16_t hardware, uint16_t protocol)
{
	switch (hardware) { /* ARPHRD_ */
	case 770:
		return LAYER_FRAME_RELAY;
	case 778: /* GRE: the protocol is its own */
		return ethertype_next(walk, protocol);
	case 801:
		return LAYER_DOT11;
	case 802:
		return LAYER_PRISM;
	case 803:
		return LAYER_RADIOTAP;
	case 824:
		return walk_skip(walk, "netlink");
	}
	switch (protocol) {
	case 0x0001:
		return walk_skip(walk, "IPX");
	case 0x0004:
		return LAYER_LLC;
	}
	if (protocol < 0x0600)
		return walk_skip_number(walk, "Linux cooked protocol", COUNTS_HEXADECIMAL,
					protocol);
	return ethertype_next(walk, protocol);
}

/* LINKTYPE_LINUX_SLL: packet type, ARPHRD, address length, address (8), protocol. */
Layer sll_layer(Walk *walk)
{
	const uint8_t *header = bytes_pull(&walk->at, 16);

	if (!header)
		return walk_fault(walk, "Linux cooked header cut");
	return sll_next(walk, be16(header + 2), be16(header + 14));
}

/* LINKTYPE_LINUX_SLL2: protocol, reserved, interface (4), ARPHRD, packet type, … */
Layer sll2_layer(Walk *walk)
{
	const uint8_t *header = bytes_pull(&walk->at, 20);

	if (!header)
		return walk_fault(walk, "Linux cooked header (v2) cut");
	return sll_next(walk, be16(header + 8), be16(header));
}

#define NFLOG_PAYLOAD 9

/* LINKTYPE_NFLOG: family, version, resource; then attributes in the capturing machine's byte order,
 * their lengths with the header and padded to 4. */
Layer nflog_layer(Walk *walk)
{
	const uint8_t *header = bytes_pull(&walk->at, 4), *attribute;

	if (!header)
		return walk_fault(walk, "NFLOG header cut");
	if (header[1] != 0)
		return walk_fault(walk, "NFLOG of unknown version");
	while ((attribute = bytes_pull(&walk->at, 4))) {
		bool little = le16(attribute) <= 4 + bytes_left(&walk->at) + walk->missing &&
			      (le16(attribute + 2) & 0x3fff) < 256;
		uint16_t len = little ? le16(attribute) : be16(attribute);
		uint16_t type = little ? le16(attribute + 2) : be16(attribute + 2);

		if (len < 4)
			return walk_fault(walk, "NFLOG attribute length < 4");
		if (type == NFLOG_PAYLOAD) {
			walk_shorten(walk, len - 4u);
			return LAYER_RAW;
		}
		if (!bytes_pull(&walk->at, (len - 4u + 3) & ~3u))
			break;
	}
	return walk_fault(walk, "NFLOG without payload");
}
