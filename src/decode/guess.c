/* SPDX-License-Identifier: BSD-3-Clause */
/* Guesses at what comes next, for the headers that do not tell. */
#include "decode/ethertype.h"
#include "decode/walk.h"

Layer ip_version_next(const Walk *walk)
{
	const uint8_t *first = bytes_peek(&walk->at, 1);

	if (first && *first >> 4 == 4)
		return LAYER_IPV4;
	return first && *first >> 4 == 6 ? LAYER_IPV6 : LAYER_END;
}

Layer guess_ip(const Walk *walk)
{
	const uint8_t *ipv4 = bytes_peek(&walk->at, 20), *ipv6 = bytes_peek(&walk->at, 40);
	uint32_t wire = walk_wire_left(walk);

	if (ipv4 && ipv4[0] >> 4 == 4 && (ipv4[0] & 0xf) >= 5 && be16(ipv4 + 2) <= wire &&
	    (be16(ipv4 + 2) >= 20 || be16(ipv4 + 2) == 0))
		return LAYER_IPV4;
	if (ipv6 && ipv6[0] >> 4 == 6 && be16(ipv6 + 4) + 40u <= wire)
		return LAYER_IPV6;
	return LAYER_END;
}

Layer guess_ip_or_cut(const Walk *walk)
{
	Layer next = guess_ip(walk), version = ip_version_next(walk);
	size_t header = version == LAYER_IPV4 ? 20 : 40;

	return next == LAYER_END && walk->missing && bytes_left(&walk->at) < header ? version
										    : next;
}

bool guess_ethernet(const Walk *walk)
{
	const uint8_t *header = bytes_peek(&walk->at, 14);
	uint32_t wire = walk_wire_left(walk);

	if (!header)
		return false;
	switch (be16(header + 12)) {
	case TYPE_IPV4:
		return wire > 14 && (!bytes_peek(&walk->at, 15) || header[14] >> 4 == 4);
	case TYPE_IPV6:
		return wire > 14 && (!bytes_peek(&walk->at, 15) || header[14] >> 4 == 6);
	case TYPE_ARP:
	case TYPE_VLAN:
	case TYPE_SERVICE_VLAN:
	case TYPE_MPLS:
	case TYPE_MPLS_MULTICAST:
	case TYPE_PPPOE_DISCOVERY:
	case TYPE_PPPOE:
	case TYPE_LLDP:
	case TYPE_PBB:
	case TYPE_CFM:
		return true;
	}
	/* 802.3 with LLC: the length fits. */
	return be16(header + 12) >= 3 && be16(header + 12) <= 1500 &&
	       be16(header + 12) + 14u <= wire;
}
