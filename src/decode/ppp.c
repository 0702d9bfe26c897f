/* SPDX-License-Identifier: BSD-3-Clause */
/* PPP in its framings (RFC 1661, 1662), PPPoE (RFC 2516) and Cisco HDLC. */
#include "decode/walk.h"

#define PPP_MULTILINK_WHOLE 0xc0 /* RFC 1990 §3: beginning and end in one */

/* RFC 3518 §4.1: flags with the pad's length, MAC type, perhaps a LAN id. */
static Layer ppp_bridged(Walk *walk)
{
	const uint8_t *header = bytes_pull(&walk->at, 2);

	if (!header || ((header[0] & 0x40) && !bytes_pull(&walk->at, 4)))
		return walk_fault(walk, "PPP bridging header cut");
	if (header[1] != 1)
		return walk_skip_number(walk, "PPP bridging of MAC type", COUNTS_DECIMAL,
					header[1]);
	return LAYER_ETHERNET;
}

static Layer ppp_multilink(Walk *walk)
{
	const uint8_t *header = bytes_pull(&walk->at, 4);

	if (!header)
		return walk_fault(walk, "PPP multilink header cut");
	if ((header[0] & PPP_MULTILINK_WHOLE) != PPP_MULTILINK_WHOLE)
		return walk_skip(walk, "PPP multilink fragment");
	return LAYER_PPP;
}

static Layer ppp_protocol_next(Walk *walk, uint16_t protocol)
{
	switch (protocol) {
	case 0x0021:
		return LAYER_IPV4;
	case 0x0057:
		return LAYER_IPV6;
	case 0x0281:
	case 0x0283:
		return LAYER_MPLS;
	case 0x0031:
		return ppp_bridged(walk);
	case 0x003d:
		return ppp_multilink(walk);
	case 0x002d:
	case 0x002f:
		return walk_skip(walk, "TCP with a compressed header (RFC 1144)");
	case 0x0053:
	case 0x0055:
		return walk_skip(walk, "PPP (encrypted)");
	case 0x00fb:
	case 0x00fd:
		return walk_skip(walk, "PPP (compressed)");
	}
	/* RFC 1661 §2: from 0x8000 on negotiation, from 0xc000 on link control. */
	if (protocol >= 0x8000)
		return walk_skip(walk, "PPP control");
	return walk_skip_number(walk, "PPP protocol", COUNTS_HEXADECIMAL, protocol);
}

Layer ppp_layer(Walk *walk)
{
	const uint8_t *start = bytes_peek(&walk->at, 2), *protocol;

	/* Serial lines are recorded alike, whether PPP or Cisco's framing runs there. */
	if (start && (start[0] == 0x0f || start[0] == 0x8f) && start[1] == 0)
		return LAYER_CHDLC;
	/* Address and control, unless they are negotiated away (RFC 1661 §6.6). */
	if (start && start[0] == 0xff && start[1] == 0x03)
		bytes_pull(&walk->at, 2);
	protocol = bytes_pull(&walk->at, 1);
	if (!protocol)
		return walk_fault(walk, "PPP header cut");
	/* RFC 1661 §6.5: an odd first byte is the whole protocol field. */
	if (*protocol & 1)
		return ppp_protocol_next(walk, *protocol);
	if (!bytes_pull(&walk->at, 1))
		return walk_fault(walk, "PPP header cut");
	return ppp_protocol_next(walk, be16(protocol));
}

/* A direction in front; pppd's own puts it in the place of the address. */
Layer ppp_direction_layer(Walk *walk)
{
	const uint8_t *direction = bytes_pull(&walk->at, 1);
	const uint8_t *control = bytes_peek(&walk->at, 1);

	if (!direction)
		return walk_fault(walk, "PPP header cut");
	if (control && *control == 0x03)
		bytes_pull(&walk->at, 1);
	return LAYER_PPP;
}

Layer pppoe_layer(Walk *walk)
{
	const uint8_t *header = bytes_pull(&walk->at, 6);

	if (!header)
		return walk_fault(walk, "PPPoE header cut");
	if (header[1] != 0)
		return walk_skip(walk, "PPPoE discovery");
	if (!walk_enter_id(walk, ENCAP_PPPOE, be16(header + 2), true))
		return LAYER_END;
	walk_shorten(walk, be16(header + 4));
	return LAYER_PPP;
}

/* Address (unicast 0x0f, broadcast 0x8f), control, ethertype. */
Layer chdlc_layer(Walk *walk)
{
	const uint8_t *header = bytes_pull(&walk->at, 4);

	if (!header)
		return walk_fault(walk, "Cisco HDLC header cut");
	if (header[0] == 0xff && header[1] == 0x03)
		return ppp_protocol_next(walk, be16(header + 2));
	switch (be16(header + 2)) {
	case 0x8035:
		return walk_skip(walk, "SLARP");
	case 0xfefe:
		return walk_skip(walk, "OSI (IS-IS, ES-IS, CLNP)");
	}
	return ethertype_next(walk, be16(header + 2));
}

Layer chdlc_direction_layer(Walk *walk)
{
	if (!bytes_pull(&walk->at, 1))
		return walk_fault(walk, "Cisco HDLC header cut");
	return LAYER_CHDLC;
}
