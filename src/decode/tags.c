/* SPDX-License-Identifier: BSD-3-Clause */
/* What stands between an Ethernet header and the ethertype that is meant, beside VLAN tags. */
#include "decode/walk.h"

#define MACSEC_HAS_SCI 0x20
#define MACSEC_ENCRYPTED 0x08
#define MACSEC_CHANGED 0x04

/* IEEE 802.1Q §9.7: flags and service id, then the customer's whole frame. */
Layer pbb_layer(Walk *walk)
{
	const uint8_t *tag = bytes_pull(&walk->at, 4);

	if (!tag)
		return walk_fault(walk, "PBB tag cut");
	return walk_enter_id(walk, ENCAP_PBB, be24(tag + 1), true) ? LAYER_ETHERNET : LAYER_END;
}

/* Tags that say nothing about the connection: VN-Tag, redundancy tags. */
Layer short_tag_layer(Walk *walk)
{
	return bytes_pull(&walk->at, 4) ? LAYER_ETHERTYPE : walk_fault(walk, "Ethernet tag cut");
}

/* 802.1BR's E-TAG. */
Layer long_tag_layer(Walk *walk)
{
	return bytes_pull(&walk->at, 6) ? LAYER_ETHERTYPE : walk_fault(walk, "Ethernet tag cut");
}

/* Version, length of the options in 4 bytes, options (a group tag). */
Layer cisco_metadata_layer(Walk *walk)
{
	const uint8_t *header = bytes_pull(&walk->at, 2);

	if (!header || !bytes_pull(&walk->at, header[1] * 4u))
		return walk_fault(walk, "Cisco metadata cut");
	return LAYER_ETHERTYPE;
}

/* IEEE 802.1AE §9: what is only authenticated can be read; the check value at the end is beyond
 * IP's length. */
Layer macsec_layer(Walk *walk)
{
	const uint8_t *tag = bytes_pull(&walk->at, 6);

	if (!tag || ((tag[0] & MACSEC_HAS_SCI) && !bytes_pull(&walk->at, 8)))
		return walk_fault(walk, "MACsec tag cut");
	if (tag[0] & (MACSEC_ENCRYPTED | MACSEC_CHANGED))
		return walk_skip(walk, "MACsec (encrypted)");
	return LAYER_ETHERTYPE;
}

Layer nsh_protocol_next(Walk *walk, uint8_t protocol)
{
	switch (protocol) {
	case 1:
		return LAYER_IPV4;
	case 2:
		return LAYER_IPV6;
	case 3:
		return LAYER_ETHERNET;
	case 4:
		return LAYER_NSH;
	case 5:
		return LAYER_MPLS;
	}
	return walk_skip_number(walk, "service header before protocol", COUNTS_DECIMAL, protocol);
}

/* RFC 8300 §2.2: the length, in 4 bytes, is the lowest 6 bits of the first two. */
Layer nsh_layer(Walk *walk)
{
	const uint8_t *header = bytes_peek(&walk->at, 8);
	size_t len;

	if (!header)
		return walk_fault(walk, "NSH cut");
	len = (header[1] & 0x3fu) * 4;
	if (len < 8)
		return walk_fault(walk, "NSH length shorter than its header");
	if (!bytes_pull(&walk->at, len))
		return walk_fault(walk, "NSH cut");
	return nsh_protocol_next(walk, header[3]);
}

/* RFC 6325 §3.1: the options' length in 4 bytes, hop count, two nicknames. */
Layer trill_layer(Walk *walk)
{
	const uint8_t *header = bytes_pull(&walk->at, 6);

	if (!header || !bytes_pull(&walk->at, (be16(header) >> 6 & 0x1fu) * 4))
		return walk_fault(walk, "TRILL header cut");
	return LAYER_ETHERNET;
}

/* Cisco's: a tree and a hop count, then the whole frame. */
Layer fabricpath_layer(Walk *walk)
{
	return bytes_pull(&walk->at, 2) ? LAYER_ETHERNET : walk_fault(walk, "FabricPath tag cut");
}

/* A mesh of batman-adv, version 15 (Linux: include/uapi/linux/batadv_packet.h): what it sends for
 * itself, or a whole frame behind a header whose length its type tells. */
Layer batman_layer(Walk *walk)
{
	static const struct {
		uint8_t type, header;
	} carriers[] = {
		{0x01, 14}, /* to all */
		{0x40, 10}, /* to one */
		{0x42, 18}, /* … with the sender's address */
	};
	const uint8_t *header = bytes_peek(&walk->at, 2);

	if (!header)
		return walk_fault(walk, "batman-adv header cut");
	if (header[1] != 15)
		return walk_skip_number(walk, "batman-adv version", COUNTS_DECIMAL, header[1]);
	for (size_t i = 0; i < sizeof carriers / sizeof *carriers; i++) {
		if (carriers[i].type != header[0])
			continue;
		return bytes_pull(&walk->at, carriers[i].header)
			       ? LAYER_ETHERNET
			       : walk_fault(walk, "batman-adv header cut");
	}
	return walk_skip(walk, header[0] == 0x41 ? "batman-adv fragment" : "batman-adv control");
}

/* A switch's stamp: subtype 1, a version whose lower byte tells how long the time is. */
Layer arista_layer(Walk *walk)
{
	const uint8_t *header = bytes_pull(&walk->at, 4);
	size_t len;

	if (!header)
		return walk_fault(walk, "Arista header cut");
	if (be16(header) != 1 || (header[3] != 0x10 && header[3] != 0x20))
		return walk_skip(walk, "Arista header of another kind than a time");
	len = header[3] == 0x10 ? 8 : 6;
	return bytes_pull(&walk->at, len) ? LAYER_ETHERTYPE : walk_fault(walk, "Arista header cut");
}
