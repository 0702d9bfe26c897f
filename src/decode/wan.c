/* SPDX-License-Identifier: BSD-3-Clause */
/* Frame Relay (RFC 2427, also Cisco's framing and FRF.16 bundles) and ATM (RFC 2684). */
#include "decode/walk.h"

#define FRAME_RELAY_LAST 0x01 /* the address ends with this byte, Q.922 §3.3.1 */
#define FRAME_RELAY_UI 0x03

/* FRF.16 §2.2: a frame in one piece has the bits of beginning and end, and not that of control. */
static Layer frame_relay_bundle(Walk *walk, uint8_t flags)
{
	if ((flags & 0xe0) != 0xc0)
		return walk_skip(walk, "multilink frame relay fragment");
	return bytes_pull(&walk->at, 2) ? LAYER_FRAME_RELAY
					: walk_fault(walk, "frame relay header cut");
}

Layer frame_relay_layer(Walk *walk)
{
	const uint8_t *byte = bytes_peek(&walk->at, 1);

	if (byte && (*byte & FRAME_RELAY_LAST))
		return frame_relay_bundle(walk, *byte);
	for (int i = 0; i < 4; i++) {
		byte = bytes_pull(&walk->at, 1);
		if (!byte || (*byte & FRAME_RELAY_LAST))
			break;
	}
	byte = byte ? bytes_peek(&walk->at, 1) : NULL;
	if (!byte)
		return walk_fault(walk, "frame relay header cut");
	if (*byte != FRAME_RELAY_UI)
		return LAYER_ETHERTYPE; /* Cisco's */
	bytes_pull(&walk->at, 1);
	byte = bytes_pull(&walk->at, 1);
	if (byte && *byte == 0) /* padding */
		byte = bytes_pull(&walk->at, 1);
	return byte ? nlpid_next(walk, *byte) : walk_fault(walk, "frame relay header cut");
}

Layer frame_relay_direction_layer(Walk *walk)
{
	if (!bytes_pull(&walk->at, 1))
		return walk_fault(walk, "frame relay header cut");
	return LAYER_FRAME_RELAY;
}

/* What has a circuit to itself: bridged frames have two bytes of padding before them, RFC 2684
 * §6.2; PPP begins with its protocol, RFC 2364 §5. */
static Layer atm_circuit_next(Walk *walk)
{
	const uint8_t *start = bytes_peek(&walk->at, 2);
	Walk shifted = *walk;
	Layer next = guess_ip(walk);

	if (next != LAYER_END || !bytes_pull(&shifted.at, 2))
		return next;
	if (be16(start) == 0 && guess_ethernet(&shifted)) {
		*walk = shifted;
		return LAYER_ETHERNET;
	}
	return guess_ip(&shifted) != LAYER_END ? LAYER_PPP : LAYER_END;
}

/* LLC, or a protocol by itself on its circuit. */
Layer atm_layer(Walk *walk)
{
	const uint8_t *llc = bytes_peek(&walk->at, 3);
	Layer next;

	if (!llc)
		return walk_fault(walk, "ATM payload cut");
	if (be24(llc) == 0xaaaa03 || be24(llc) == 0xfefe03)
		return LAYER_LLC;
	next = atm_circuit_next(walk);
	if (next == LAYER_END)
		return walk_skip(walk, "ATM of something else than IP");
	return next;
}

/* Flags with the traffic's kind, VPI, VCI. */
Layer sunatm_layer(Walk *walk)
{
	const uint8_t *header = bytes_pull(&walk->at, 4);

	if (!header)
		return walk_fault(walk, "SunATM header cut");
	if ((header[0] & 0x0f) != 1)
		return LAYER_ATM;
	/* LAN emulation: the client's id before the frame. */
	return bytes_pull(&walk->at, 2) ? LAYER_ETHERNET : walk_fault(walk, "SunATM header cut");
}
