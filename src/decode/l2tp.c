/* SPDX-License-Identifier: BSD-3-Clause */
/* L2TP: version 2 (RFC 2661) in UDP, version 3 (RFC 3931) in UDP and in IP. */
#include "decode/walk.h"

#define L2TP_CONTROL 0x8000
#define L2TP_LENGTH 0x4000
#define L2TP_SEQUENCE 0x0800
#define L2TP_OFFSET 0x0200

/* RFC 2661 §3.1 */
static Layer l2tp_version2(Walk *walk, uint16_t flags)
{
	const uint8_t *ids, *offset;

	if ((flags & L2TP_LENGTH) && !bytes_pull(&walk->at, 2))
		return walk_fault(walk, "L2TP header cut");
	ids = bytes_pull(&walk->at, 4);
	if (!ids || ((flags & L2TP_SEQUENCE) && !bytes_pull(&walk->at, 4)))
		return walk_fault(walk, "L2TP header cut");
	if (flags & L2TP_OFFSET) {
		offset = bytes_pull(&walk->at, 2);
		if (!offset || !bytes_pull(&walk->at, be16(offset)))
			return walk_fault(walk, "L2TP header cut");
	}
	/* Each end numbers the session for itself. */
	return walk_enter_id(walk, ENCAP_L2TP, be16(ids + 2), false) ? LAYER_PPP : LAYER_END;
}

/*
 * Session id, a cookie of 0, 4 or 8 bytes, perhaps a sublayer of 4, and the frame: how long and
 * what was agreed on when the session was set up. The first that fits is taken.
 */
static Layer l2tp_version3(Walk *walk)
{
	const uint8_t *session = bytes_pull(&walk->at, 4);

	if (!session)
		return walk_fault(walk, "L2TP header cut");
	if (be32(session) == 0)
		return walk_skip(walk, "L2TP control");
	if (!walk_enter_id(walk, ENCAP_L2TP, be32(session), false))
		return LAYER_END;
	for (int shift = 0; shift < 4; shift++) {
		Layer next = guess_ip(walk);

		if (next != LAYER_END)
			return next;
		if (guess_ethernet(walk))
			return LAYER_ETHERNET;
		if (!bytes_pull(&walk->at, 4))
			break;
	}
	return walk_skip(walk, "L2TPv3 of something else than Ethernet or IP");
}

Layer l2tp_layer(Walk *walk)
{
	const uint8_t *header = bytes_pull(&walk->at, 2);
	uint16_t flags;

	if (!header)
		return walk_skip(walk, "UDP");
	flags = be16(header);
	if ((flags & 0xf) != 2 && (flags & 0xf) != 3)
		return walk_skip(walk, "UDP");
	if (flags & L2TP_CONTROL)
		return walk_skip(walk, "L2TP control");
	if ((flags & 0xf) == 2)
		return l2tp_version2(walk, flags);
	/* RFC 3931 §4.1.2.1: two reserved bytes, then as in IP. */
	return bytes_pull(&walk->at, 2) ? l2tp_version3(walk) : walk_fault(walk, "L2TP header cut");
}

Layer l2tp_ip_layer(Walk *walk)
{
	return l2tp_version3(walk);
}
