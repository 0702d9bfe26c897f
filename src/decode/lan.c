/* SPDX-License-Identifier: BSD-3-Clause */
/* Local networks other than Ethernet: FDDI, Token Ring, ARCNET, InfiniBand, FireWire, Fibre
 * Channel, television cables. */
#include "decode/walk.h"

/* Frame control, destination, source. */
Layer fddi_layer(Walk *walk)
{
	const uint8_t *header = bytes_pull(&walk->at, 13);

	if (!header)
		return walk_fault(walk, "FDDI header cut");
	if ((header[0] & 0xf0) != 0x50)
		return walk_skip(walk, "FDDI without LLC");
	return LAYER_LLC;
}

/* Access control, frame control, destination, source; a source with the group bit set is followed
 * by the route through the bridges, IEEE 802.5 §3.3. */
Layer token_ring_layer(Walk *walk)
{
	const uint8_t *header = bytes_pull(&walk->at, 14), *route;

	if (!header)
		return walk_fault(walk, "Token Ring header cut");
	if ((header[1] & 0xc0) != 0x40)
		return walk_skip(walk, "Token Ring without LLC");
	if (header[8] & 0x80) {
		route = bytes_peek(&walk->at, 2);
		if (!route || (route[0] & 0x1f) < 2 || !bytes_pull(&walk->at, route[0] & 0x1f))
			return walk_fault(walk, "Token Ring route cut");
	}
	return LAYER_LLC;
}

/* RFC 1201 §2.4: a flag and a number follow the newer types; a flag of 0xff announces both once
 * more, any other but 0 a fragment. */
static Layer arcnet_next(Walk *walk, uint8_t type)
{
	const uint8_t *flag;

	if (type == 240) /* RFC 1051 */
		return LAYER_IPV4;
	if (type == 241)
		return walk_skip(walk, "ARP");
	flag = bytes_pull(&walk->at, 3);
	if (flag && flag[0] == 0xff)
		flag = bytes_pull(&walk->at, 3);
	if (!flag)
		return walk_fault(walk, "ARCNET header cut");
	if (flag[0] != 0)
		return walk_skip(walk, "ARCNET fragment");
	switch (type) {
	case 212:
		return LAYER_IPV4;
	case 196:
		return LAYER_IPV6;
	case 213:
		return walk_skip(walk, "ARP");
	case 214:
		return walk_skip(walk, "RARP");
	}
	return walk_skip_number(walk, "ARCNET type", COUNTS_DECIMAL, type);
}

Layer arcnet_layer(Walk *walk)
{
	const uint8_t *header = bytes_pull(&walk->at, 3);

	return header ? arcnet_next(walk, header[2]) : walk_fault(walk, "ARCNET header cut");
}

/* As Linux has it: two bytes of an offset stand before the type. */
Layer arcnet_linux_layer(Walk *walk)
{
	const uint8_t *header = bytes_pull(&walk->at, 5);

	return header ? arcnet_next(walk, header[4]) : walk_fault(walk, "ARCNET header cut");
}

/* Global routing header, ethertype, reserved: RFC 4391 §6. */
Layer ipoib_layer(Walk *walk)
{
	const uint8_t *header = bytes_pull(&walk->at, 44);

	if (!header)
		return walk_fault(walk, "IP over InfiniBand header cut");
	return ethertype_next(walk, be16(header + 40));
}

/* Two addresses of 8 bytes. */
Layer ieee1394_layer(Walk *walk)
{
	if (!bytes_pull(&walk->at, 16))
		return walk_fault(walk, "IP over IEEE 1394 header cut");
	return LAYER_ETHERTYPE;
}

/* RFC 4338 §4.2: two addresses of 8 bytes. */
Layer fibre_channel_layer(Walk *walk)
{
	if (!bytes_pull(&walk->at, 16))
		return walk_fault(walk, "IP over Fibre Channel header cut");
	return LAYER_LLC;
}

#define DOCSIS_EXTENDED 0x01
#define DOCSIS_KEY_ENABLE 0x80

/* Elements of type and length in one byte; those of baseline privacy (3 up, 4 down) tell whether
 * the frame is encrypted: MULPI §6.2.6, SEC §4.1. */
static bool docsis_encrypted(Bytes extended)
{
	for (const uint8_t *element; (element = bytes_pull(&extended, 1));) {
		const uint8_t *value = bytes_pull(&extended, *element & 0xfu);

		if (!value)
			break;
		if ((*element >> 4 == 3 || *element >> 4 == 4) && (*element & 0xf) >= 2 &&
		    (value[1] & DOCSIS_KEY_ENABLE))
			return true;
	}
	return false;
}

/* CableLabs' DOCSIS MULPI §6.2.1: control, the extended header's length, the length of that and of
 * the frame, the extended header, a check sequence; then Ethernet. */
Layer docsis_layer(Walk *walk)
{
	const uint8_t *header = bytes_pull(&walk->at, 4), *extended;
	size_t len;

	if (!header)
		return walk_fault(walk, "DOCSIS header cut");
	if (header[0] >> 6 == 3 || header[0] >> 6 == 1)
		return walk_skip(walk, "DOCSIS of something else than Ethernet");
	len = (header[0] & DOCSIS_EXTENDED) ? header[1] : 0;
	walk_shorten(walk, be16(header + 2) + 2u);
	extended = bytes_pull(&walk->at, len);
	if (!extended || !bytes_pull(&walk->at, 2))
		return walk_fault(walk, "DOCSIS header cut");
	if (docsis_encrypted(bytes_of(extended, len)))
		return walk_skip(walk, "DOCSIS (encrypted)");
	return LAYER_ETHERNET;
}
