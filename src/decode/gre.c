/* SPDX-License-Identifier: BSD-3-Clause */
/* GRE, RFC 2784 and 2890, with what vendors made of it: PPTP, ERSPAN, EoIP, access points. */
#include "decode/walk.h"

#define GRE_CHECKSUM 0x8000
#define GRE_ROUTING 0x4000
#define GRE_KEY 0x2000
#define GRE_SEQUENCE 0x1000
#define GRE_ACK 0x0080 /* version 1 only */
#define GRE_VERSION 0x0007
#define GRE_EOIP 0x6400

/* RFC 1701: routing entries, each with the length of its data, up to an empty one. */
static bool gre_pull_routing(Walk *walk)
{
	for (;;) {
		const uint8_t *entry = bytes_pull(&walk->at, 4);

		if (!entry)
			return false;
		if (be16(entry) == 0 && entry[3] == 0)
			return true;
		if (!bytes_pull(&walk->at, entry[3]))
			return false;
	}
}

/* RFC 2637 §4.1: PPP of a call; the key field is the length and the receiver's number of the call.
 * MikroTik's Ethernet over IP borrows the form with its fields in little endian. */
static Layer gre_version1(Walk *walk, uint16_t flags, uint16_t type)
{
	const uint8_t *key = bytes_pull(&walk->at, 4);

	if (!key || ((flags & GRE_SEQUENCE) && !bytes_pull(&walk->at, 4)) ||
	    ((flags & GRE_ACK) && !bytes_pull(&walk->at, 4)))
		return walk_fault(walk, "GRE header cut");
	if (type == GRE_EOIP) {
		if (!(flags & GRE_KEY))
			return walk_fault(walk, "EoIP without its key");
		if (!walk_enter_id(walk, ENCAP_GRE, le16(key + 2), true))
			return LAYER_END;
		walk_shorten(walk, be16(key));
		return walk_wire_left(walk) ? LAYER_ETHERNET : walk_skip(walk, "EoIP keep-alive");
	}
	if (!walk_enter_id(walk, ENCAP_GRE, be16(key + 2), false) || !walk_enter(walk, ENCAP_PPP))
		return LAYER_END;
	if (!(flags & GRE_SEQUENCE) || be16(key) == 0)
		return walk_skip(walk, "PPTP acknowledgment");
	walk_shorten(walk, be16(key));
	return LAYER_PPP;
}

static Layer gre_next(Walk *walk, uint16_t flags, uint16_t type)
{
	switch (type) {
	case 0x0000:
		return walk_skip(walk, "GRE keep-alive");
	case 0x88be:
		/* ERSPAN type I has no header, and no sequence number by which to know it. */
		if (flags & GRE_SEQUENCE)
			return LAYER_ERSPAN2;
		walk_enter_mirror(walk);
		return walk_enter(walk, ENCAP_ERSPAN) ? LAYER_ETHERNET : LAYER_END;
	case 0x22eb:
		return LAYER_ERSPAN3;
	case 0x883e: /* WCCP redirect: four bytes of its own, at times left out */
		if (guess_ip(walk) == LAYER_END && !bytes_pull(&walk->at, 4))
			return walk_fault(walk, "WCCP header cut");
		return LAYER_RAW;
	case 0x880b:
		return LAYER_PPP;
	case 0x9000:
		return LAYER_DOT11;
	case 0x6559: /* RFC 1701: raw frame relay */
		return LAYER_FRAME_RELAY;
	case 0x2001:
		return walk_skip(walk, "NHRP");
	}
	if (type >= 0x8200 && type <= 0x83ff) /* Aruba access points: 802.11 by queue */
		return LAYER_DOT11;
	return ethertype_next(walk, type);
}

Layer gre_layer(Walk *walk)
{
	const uint8_t *header = bytes_pull(&walk->at, 4), *key = NULL;
	uint16_t flags, type;

	if (!header)
		return walk_fault(walk, "GRE header cut");
	flags = be16(header);
	type = be16(header + 2);
	if ((flags & GRE_VERSION) == 1)
		return gre_version1(walk, flags, type);
	if ((flags & GRE_VERSION) != 0)
		return walk_fault(walk, "GRE of unknown version");
	if (((flags & (GRE_CHECKSUM | GRE_ROUTING)) && !bytes_pull(&walk->at, 4)) ||
	    ((flags & GRE_KEY) && !(key = bytes_pull(&walk->at, 4))) ||
	    ((flags & GRE_SEQUENCE) && !bytes_pull(&walk->at, 4)) ||
	    ((flags & GRE_ROUTING) && !gre_pull_routing(walk)))
		return walk_fault(walk, "GRE header cut");
	if (key ? !walk_enter_id(walk, ENCAP_GRE, be32(key), true) : !walk_enter(walk, ENCAP_GRE))
		return LAYER_END;
	return gre_next(walk, flags, type);
}

/* RFC 8086 §3.3: version 0, without routing, and what is reserved is 0; else it is no GRE. */
Layer gre_in_udp_layer(Walk *walk)
{
	const uint8_t *header = bytes_peek(&walk->at, 4);

	if (!header || (be16(header) & ~(GRE_CHECKSUM | GRE_KEY | GRE_SEQUENCE)))
		return walk_skip(walk, "UDP");
	return LAYER_GRE;
}

/* Version, VLAN, class, session (10 bits), index: a mirror's session says nothing of the frames. */
Layer erspan2_layer(Walk *walk)
{
	const uint8_t *header = bytes_pull(&walk->at, 8);

	if (!header)
		return walk_fault(walk, "ERSPAN header cut");
	walk_enter_mirror(walk);
	if (!walk_enter_id(walk, ENCAP_ERSPAN, be16(header + 2) & 0x3ff, false))
		return LAYER_END;
	return LAYER_ETHERNET;
}

Layer erspan3_layer(Walk *walk)
{
	const uint8_t *header = bytes_pull(&walk->at, 12);

	if (!header || ((header[11] & 1) && !bytes_pull(&walk->at, 8)))
		return walk_fault(walk, "ERSPAN header cut");
	walk_enter_mirror(walk);
	if (!walk_enter_id(walk, ENCAP_ERSPAN, be16(header + 2) & 0x3ff, false))
		return LAYER_END;
	switch (header[10] >> 2 & 0x1f) {
	case 0:
		return LAYER_ETHERNET;
	case 2:
		return LAYER_RAW;
	}
	return walk_skip(walk, "ERSPAN of something else than Ethernet or IP");
}
