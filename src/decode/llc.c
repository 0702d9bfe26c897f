/* SPDX-License-Identifier: BSD-3-Clause */
/* IEEE 802.2 LLC and SNAP, as 802.3, 802.11, Token Ring, FDDI and ATM carry it. */
#include "decode/walk.h"

#define LLC_UNNUMBERED_INFORMATION 0x03

/* RFC 2427 §4.2 and RFC 2684 §5.2: whole frames; over ATM two bytes of padding stand before them.
 */
static Layer llc_bridged(Walk *walk, uint16_t protocol)
{
	switch (protocol) {
	case 0x0001:
	case 0x0007:
		if (!guess_ethernet(walk))
			bytes_pull(&walk->at, 2);
		return LAYER_ETHERNET;
	case 0x000e:
		return walk_skip(walk, "STP");
	}
	return walk_skip_number(walk, "bridged protocol", COUNTS_HEXADECIMAL, protocol);
}

/* The protocol id of a SNAP header: what it means is up to the organisation. */
Layer snap_layer(Walk *walk)
{
	const uint8_t *snap = bytes_pull(&walk->at, 5);

	if (!snap)
		return walk_fault(walk, "SNAP header cut");
	switch (be24(snap)) {
	case 0x000000: /* RFC 1042 */
	case 0x0000f8: /* the bridge-tunnel encapsulation of 802.1H */
		return ethertype_next(walk, be16(snap + 3));
	case 0x0080c2:
		return llc_bridged(walk, be16(snap + 3));
	case 0x00000c:
		return walk_skip(walk, "Cisco SNAP (CDP, VTP, DTP …)");
	case 0x080007:
		return walk_skip(walk, "AppleTalk");
	}
	return walk_skip_number(walk, "SNAP of organisation", COUNTS_HEXADECIMAL, be24(snap));
}

typedef struct {
	uint8_t sap;
	const char *name;
} LlcSap;

static const LlcSap llc_saps[] = {
	{0x42, "STP"},
	{0xe0, "IPX"},
	{0xf0, "NetBEUI"},
	{0xfe, "OSI (IS-IS, ES-IS, CLNP)"},
	{0x04, "SNA"},
	{0xbc, "Banyan VINES"},
	{0xff, "IPX"},
	{0x00, "LLC null SAP"},
	{0xfc, "HP extended LLC"},
};

Layer nlpid_next(Walk *walk, uint8_t id)
{
	switch (id) {
	case 0xcc:
		return LAYER_IPV4;
	case 0x8e:
		return LAYER_IPV6;
	case 0x80:
		return LAYER_SNAP;
	case 0xcf:
		return LAYER_PPP;
	case 0x08:
		return walk_skip(walk, "Q.933");
	case 0x81:
	case 0x82:
	case 0x83:
		return walk_skip(walk, "OSI (IS-IS, ES-IS, CLNP)");
	}
	return walk_skip_number(walk, "network layer id", COUNTS_HEXADECIMAL, id);
}

/* Over ATM, IP as well may come under OSI's address: RFC 2684 §5.1. */
static Layer llc_osi(Walk *walk)
{
	const uint8_t *id = bytes_pull(&walk->at, 1);

	return id ? nlpid_next(walk, *id) : walk_fault(walk, "LLC header cut");
}

Layer llc_layer(Walk *walk)
{
	const uint8_t *llc = bytes_pull(&walk->at, 3);

	if (!llc)
		return walk_fault(walk, "LLC header cut");
	if (llc[0] == 0xaa && llc[1] == 0xaa && llc[2] == LLC_UNNUMBERED_INFORMATION)
		return LAYER_SNAP;
	if (llc[0] == 0xfe && llc[1] == 0xfe && llc[2] == LLC_UNNUMBERED_INFORMATION)
		return llc_osi(walk);
	if (llc[0] == 0x06 && llc[2] == LLC_UNNUMBERED_INFORMATION) /* RFC 948 */
		return LAYER_IPV4;
	for (size_t i = 0; i < sizeof llc_saps / sizeof *llc_saps; i++)
		if (llc_saps[i].sap == llc[0])
			return walk_skip(walk, llc_saps[i].name);
	return walk_skip_number(walk, "LLC with DSAP", COUNTS_HEXADECIMAL, llc[0]);
}
