/* SPDX-License-Identifier: BSD-3-Clause */
/* The header that Juniper routers put before what they capture: magic, flags, extensions. */
#include "decode/walk.h"

#define JUNIPER_MAGIC 0x4d4743 /* "MGC" */
#define JUNIPER_NO_LINK_LAYER 0x02
#define JUNIPER_EXTENSIONS 0x80

static Layer juniper_enter(Walk *walk, Layer link_layer)
{
	const uint8_t *header = bytes_pull(&walk->at, 4), *length;

	if (!header)
		return walk_fault(walk, "Juniper header cut");
	if (be24(header) != JUNIPER_MAGIC)
		return walk_fault(walk, "Juniper header without its magic number");
	if (header[3] & JUNIPER_EXTENSIONS) {
		length = bytes_pull(&walk->at, 2);
		if (!length || !bytes_pull(&walk->at, be16(length)))
			return walk_fault(walk, "Juniper header cut");
	}
	if (!(header[3] & JUNIPER_NO_LINK_LAYER))
		return link_layer;
	/* An address family stands there instead. */
	return bytes_pull(&walk->at, 4) ? LAYER_RAW : walk_fault(walk, "Juniper header cut");
}

Layer juniper_ethernet_layer(Walk *walk)
{
	return juniper_enter(walk, LAYER_ETHERNET);
}

Layer juniper_ppp_layer(Walk *walk)
{
	return juniper_enter(walk, LAYER_PPP);
}

Layer juniper_frame_relay_layer(Walk *walk)
{
	return juniper_enter(walk, LAYER_FRAME_RELAY);
}

Layer juniper_chdlc_layer(Walk *walk)
{
	return juniper_enter(walk, LAYER_CHDLC);
}
