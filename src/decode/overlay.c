/* SPDX-License-Identifier: BSD-3-Clause */
/* Ethernet in UDP: VXLAN (RFC 7348), VXLAN-GPE, GENEVE (RFC 8926), and TZSP's mirrored frames. */
#include "decode/walk.h"

#define VXLAN_HAS_VNI 0x08
#define VXLAN_GPE_HAS_PROTOCOL 0x04

Layer vxlan_layer(Walk *walk)
{
	const uint8_t *header = bytes_pull(&walk->at, 8);

	if (!header)
		return walk_fault(walk, "VXLAN header cut");
	if (!(header[0] & VXLAN_HAS_VNI))
		return walk_skip(walk, "UDP");
	return walk_enter_id(walk, ENCAP_VXLAN, be24(header + 4), true) ? LAYER_ETHERNET
									: LAYER_END;
}

Layer vxlan_gpe_layer(Walk *walk)
{
	const uint8_t *header = bytes_pull(&walk->at, 8);

	if (!header)
		return walk_fault(walk, "VXLAN header cut");
	if (!(header[0] & VXLAN_HAS_VNI))
		return walk_skip(walk, "UDP");
	if (!walk_enter_id(walk, ENCAP_VXLAN, be24(header + 4), true))
		return LAYER_END;
	if (!(header[0] & VXLAN_GPE_HAS_PROTOCOL))
		return LAYER_ETHERNET;
	return nsh_protocol_next(walk, header[3]);
}

Layer geneve_layer(Walk *walk)
{
	const uint8_t *header = bytes_pull(&walk->at, 8);

	if (!header)
		return walk_fault(walk, "GENEVE header cut");
	if (header[0] >> 6 != 0)
		return walk_fault(walk, "GENEVE of unknown version");
	if (!bytes_pull(&walk->at, (header[0] & 0x3fu) * 4))
		return walk_fault(walk, "GENEVE options cut");
	if (!walk_enter_id(walk, ENCAP_GENEVE, be24(header + 4), true))
		return LAYER_END;
	return ethertype_next(walk, be16(header + 2));
}

/* HP's switches (ProCurve, Aruba) mirror frames behind 12 bytes that are not documented: what
 * follows must look like a frame. */
Layer hp_erm_layer(Walk *walk)
{
	if (!bytes_pull(&walk->at, 12) || !guess_ethernet(walk))
		return walk_skip(walk, "UDP");
	walk_enter_mirror(walk);
	return walk_enter(walk, ENCAP_HP_ERM) ? LAYER_ETHERNET : LAYER_END;
}

static bool tzsp_is(const uint8_t *header)
{
	return header && header[0] == 1 && header[1] <= 1;
}

/* Version 1, type (received or sent), encapsulated protocol, then tags up to an end tag. */
static Layer tzsp_next(Walk *walk, const uint8_t *header)
{
	const uint8_t *tag;

	while ((tag = bytes_pull(&walk->at, 1)) && *tag != 1) {
		const uint8_t *len = NULL;

		if (*tag == 0)
			continue;
		len = bytes_pull(&walk->at, 1);
		if (!len || !bytes_pull(&walk->at, *len))
			return walk_fault(walk, "TZSP tags cut");
	}
	walk_enter_mirror(walk);
	if (!walk_enter(walk, ENCAP_TZSP))
		return LAYER_END;
	switch (be16(header + 2)) {
	case 1:
		return LAYER_ETHERNET;
	case 18:
		return LAYER_DOT11;
	case 119:
		return LAYER_PRISM;
	case 127:
		return LAYER_AVS;
	}
	return walk_skip(walk, "TZSP of something else than Ethernet");
}

Layer tzsp_layer(Walk *walk)
{
	const uint8_t *header = bytes_pull(&walk->at, 4);

	return tzsp_is(header) ? tzsp_next(walk, header) : walk_skip(walk, "UDP");
}

/* … as a file's link. */
Layer tzsp_link_layer(Walk *walk)
{
	const uint8_t *header = bytes_pull(&walk->at, 4);

	return tzsp_is(header) ? tzsp_next(walk, header) : walk_fault(walk, "TZSP header cut");
}
