/* SPDX-License-Identifier: BSD-3-Clause */
/* What recording devices and systems put before a packet: ERF, PKTAP, ipnet, analysers. */
#include "decode/link-types.h"
#include "decode/walk.h"

#define ERF_HEADER 16
#define ERF_MORE 0x80
#define PKTAP_PACKET 1
#define LINK_TYPE_USER2 149

/* Endace: time (8), type, flags, record length, loss or colour, wire length; perhaps 8-byte
 * extension headers; Ethernet then has two bytes of offset and padding. */
Layer erf_layer(Walk *walk)
{
	const uint8_t *header = bytes_pull(&walk->at, ERF_HEADER), *extension;
	bool more;

	if (!header)
		return walk_fault(walk, "ERF header cut");
	for (more = header[8] & ERF_MORE; more; more = extension[0] & ERF_MORE) {
		extension = bytes_pull(&walk->at, 8);
		if (!extension)
			return walk_fault(walk, "ERF header cut");
	}
	walk_shorten(walk, be16(header + 14) + (uint32_t)2);
	switch (header[8] & ~ERF_MORE) {
	case 2:
	case 11:
	case 16:
	case 20:
		return bytes_pull(&walk->at, 2) ? LAYER_ETHERNET
						: walk_fault(walk, "ERF header cut");
	case 1:
	case 10:
	case 15:
	case 19:
		return LAYER_CHDLC;
	case 5: /* of several channels, with 4 bytes that tell which */
	case 17:
		return bytes_pull(&walk->at, 4) ? LAYER_CHDLC : walk_fault(walk, "ERF header cut");
	case 4: /* AAL5 behind a cell's header, without its checksum */
		return bytes_pull(&walk->at, 4) ? LAYER_ATM : walk_fault(walk, "ERF header cut");
	case 9:
		return bytes_pull(&walk->at, 8) ? LAYER_ATM : walk_fault(walk, "ERF header cut");
	case 22:
		return LAYER_IPV4;
	case 23:
		return LAYER_IPV6;
	case 27:
		return walk_skip(walk, "ERF metadata");
	}
	return walk_skip_number(walk, "ERF type", COUNTS_DECIMAL, header[8] & ~(uint32_t)ERF_MORE);
}

/* Darwin: header length, record type, and the link type of what follows; little endian. */
Layer pktap_layer(Walk *walk)
{
	const uint8_t *header = bytes_peek(&walk->at, 12);

	if (!header || !bytes_pull(&walk->at, le32(header)))
		return walk_fault(walk, "PKTAP header cut");
	if (le32(header) < 12)
		return walk_fault(walk, "PKTAP header malformed");
	if (le32(header + 4) != PKTAP_PACKET)
		return walk_skip(walk, "PKTAP record without packet");
	return link_type_enter(walk, le32(header + 8));
}

/* Before PKTAP had a number of its own, Darwin wrote it under one for private use. */
Layer user2_layer(Walk *walk)
{
	const uint8_t *header = bytes_peek(&walk->at, 12);

	if (header && le32(header) >= 64 && le32(header) <= 512 && le32(header + 4) == PKTAP_PACKET)
		return LAYER_PKTAP;
	return link_type_not_read(walk, LINK_TYPE_USER2);
}

/* Solaris: version, family, hook, length, interfaces, zones. */
Layer ipnet_layer(Walk *walk)
{
	if (!bytes_pull(&walk->at, 24))
		return walk_fault(walk, "ipnet header cut");
	return LAYER_RAW;
}

/* IEEE 802.3br (802.3 §99.3): preamble, then the delimiter: of an express frame, or of the start of
 * one that may be preempted. What then follows later, in a continuation, is missing here, where a
 * check sequence of 4 bytes stands. */
Layer mpacket_layer(Walk *walk)
{
	const uint8_t *byte;

	do
		byte = bytes_pull(&walk->at, 1);
	while (byte && *byte == 0x55);
	if (!byte)
		return walk_fault(walk, "mPacket header cut");
	switch (*byte) {
	case 0xd5:
		return LAYER_ETHERNET;
	case 0xe6:
	case 0x4c:
	case 0x7f:
	case 0xb3:
		if (!walk->missing && bytes_left(&walk->at) >= 4) {
			walk->at.end -= 4;
			walk->missing = 4;
		}
		return LAYER_ETHERNET;
	case 0x07:
	case 0x19:
		return walk_skip(walk, "mPacket verification");
	}
	return walk_skip(walk, "mPacket continuation");
}

Layer netanalyzer_layer(Walk *walk)
{
	if (!bytes_pull(&walk->at, 4))
		return walk_fault(walk, "netANALYZER header cut");
	return LAYER_ETHERNET;
}

Layer netanalyzer_preamble_layer(Walk *walk)
{
	if (!bytes_pull(&walk->at, 12))
		return walk_fault(walk, "netANALYZER header cut");
	return LAYER_ETHERNET;
}

/* Symantec's firewalls (and Axent's before): 44 bytes, of which the 7th and 8th are the ethertype,
 * or 56, of which the 37th and 38th are; the other is 0. */
Layer symantec_layer(Walk *walk)
{
	const uint8_t *header = bytes_pull(&walk->at, 44);
	uint16_t older, newer;

	if (!header)
		return walk_fault(walk, "Symantec header cut");
	older = be16(header + 6);
	newer = be16(header + 36);
	if (!older == !newer)
		return walk_fault(walk, "Symantec header without an ethertype");
	if (newer && !bytes_pull(&walk->at, 12))
		return walk_fault(walk, "Symantec header cut");
	return ethertype_next(walk, newer ? newer : older);
}
