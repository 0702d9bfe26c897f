/* SPDX-License-Identifier: BSD-3-Clause */
/* The tags by which a switch chip tells the processor beside it which port a frame is for. */
#include "decode/walk.h"

#define DSA_TAGGED 0x20

static Layer ethernet_tagged(Walk *walk, size_t tag)
{
	return bytes_pull(&walk->at, 12 + tag) ? LAYER_ETHERTYPE
					       : walk_fault(walk, "switch tag cut");
}

/* Between the addresses and the ethertype. */
Layer broadcom_layer(Walk *walk)
{
	return ethernet_tagged(walk, 4);
}

Layer broadcom_prepend_layer(Walk *walk)
{
	return bytes_pull(&walk->at, 4) ? LAYER_ETHERNET : walk_fault(walk, "switch tag cut");
}

/* Marvell: when the frame bore a VLAN tag, this tag has taken its place and holds its id. */
static Layer dsa_tag(Walk *walk)
{
	const uint8_t *tag = bytes_pull(&walk->at, 4);

	if (!tag)
		return walk_fault(walk, "switch tag cut");
	if ((tag[0] & DSA_TAGGED) && !walk_enter_id(walk, ENCAP_VLAN, be16(tag + 2) & 0xfff, true))
		return LAYER_END;
	return LAYER_ETHERTYPE;
}

Layer dsa_layer(Walk *walk)
{
	return bytes_pull(&walk->at, 12) ? dsa_tag(walk) : walk_fault(walk, "switch tag cut");
}

/* An ethertype and two reserved bytes before the tag. */
Layer edsa_layer(Walk *walk)
{
	return bytes_pull(&walk->at, 16) ? dsa_tag(walk) : walk_fault(walk, "switch tag cut");
}

/* … as recorded on a link that is called Ethernet. */
Layer edsa_tag_layer(Walk *walk)
{
	return bytes_pull(&walk->at, 2) ? dsa_tag(walk) : walk_fault(walk, "switch tag cut");
}

/* Realtek (Linux: net/dsa/tag_rtl4_a.c, tag_rtl8_4.c): the protocol's number is a byte, or its
 * first half, and tells how long the tag is; others are the switches' own. */
Layer realtek_layer(Walk *walk)
{
	const uint8_t *protocol = bytes_peek(&walk->at, 1);

	if (!protocol)
		return walk_fault(walk, "switch tag cut");
	if (*protocol == 0x04)
		return LAYER_LONG_TAG;
	if (*protocol >> 4 != 0x9 && *protocol >> 4 != 0xa)
		return walk_skip(walk, "Realtek switch control");
	return bytes_pull(&walk->at, 2) ? LAYER_ETHERTYPE : walk_fault(walk, "switch tag cut");
}
