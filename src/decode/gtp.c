/* SPDX-License-Identifier: BSD-3-Clause */
/* GTP-U, 3GPP TS 29.281 §5: a mobile's packets between base station and core. */
#include "decode/walk.h"

#define GTP_G_PDU 255
#define GTP_VERSION0_HEADER 20

/* Next type and length in 4 bytes: each extension header ends with the type of the next. */
static bool gtp_pull_extensions(Walk *walk, uint8_t next)
{
	while (next != 0) {
		const uint8_t *length = bytes_peek(&walk->at, 1), *extension;

		if (!length || *length == 0)
			return false;
		extension = bytes_pull(&walk->at, *length * 4u);
		if (!extension)
			return false;
		next = extension[*length * 4u - 1];
	}
	return true;
}

/* What a tunnel carries was agreed on when it was set up (TS 29.060 §7.7.27, TS 24.501 §9.11.4.11):
 * IP; at first PPP as well; with 5G, Ethernet. */
static Layer gtp_payload(Walk *walk, uint32_t tunnel)
{
	Layer next = ip_version_next(walk);
	const uint8_t *start = bytes_peek(&walk->at, 2);

	if (start && start[0] == 0xff && start[1] == 0x03)
		next = LAYER_PPP;
	else if (next == LAYER_END && guess_ethernet(walk))
		next = LAYER_ETHERNET;
	if (next == LAYER_END)
		return walk_skip(walk, "GTP-U without IP");
	/* Each direction's receiver gives its own endpoint id. */
	return walk_enter_id(walk, ENCAP_GTP, tunnel, false) ? next : LAYER_END;
}

/* TS 09.60 §6: as GPRS began. */
static Layer gtp_version0(Walk *walk)
{
	const uint8_t *header = bytes_pull(&walk->at, GTP_VERSION0_HEADER);

	if (!header)
		return walk_fault(walk, "GTP header cut");
	if (header[1] != GTP_G_PDU)
		return walk_skip(walk, "GTP signalling");
	return gtp_payload(walk, be16(header + 8));
}

Layer gtp_layer(Walk *walk)
{
	const uint8_t *header = bytes_peek(&walk->at, 8), *optional;

	if (!header)
		return walk_fault(walk, "GTP header cut");
	if (!(header[0] & 0x10)) /* GTP', charging */
		return walk_skip(walk, "UDP");
	if (header[0] >> 5 == 0)
		return gtp_version0(walk);
	if (header[0] >> 5 != 1)
		return walk_skip(walk, "UDP");
	if (header[1] != GTP_G_PDU)
		return walk_skip(walk, "GTP signalling");
	bytes_pull(&walk->at, 8);
	walk_shorten(walk, be16(header + 2));
	if (header[0] & 0x07) {
		optional = bytes_pull(&walk->at, 4);
		if (!optional || ((header[0] & 0x04) && !gtp_pull_extensions(walk, optional[3])))
			return walk_fault(walk, "GTP header cut");
	}
	return gtp_payload(walk, be32(header + 4));
}
