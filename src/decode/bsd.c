/* SPDX-License-Identifier: BSD-3-Clause */
/* Packets that begin with an address family, or with IP itself. */
#include "decode/walk.h"

/* AF_INET6 is a different number on nearly every system. */
static Layer address_family_next(Walk *walk, uint32_t family)
{
	switch (family) {
	case 2:
		return LAYER_IPV4;
	case 10: /* Linux */
	case 23: /* Windows */
	case 24: /* NetBSD, OpenBSD, BSD/OS */
	case 28: /* FreeBSD, DragonFly BSD */
	case 30: /* Darwin */
		return LAYER_IPV6;
	case 7:
		return walk_skip(walk, "OSI (IS-IS, ES-IS, CLNP)");
	}
	/* Some put an ethertype there. */
	if (family >= 0x600 && family <= 0xffff)
		return ethertype_next(walk, (uint16_t)family);
	return walk_skip_number(walk, "BSD address family", COUNTS_DECIMAL, family);
}

/* LINKTYPE_NULL: in the byte order of the machine that captured, which is not told. */
Layer null_layer(Walk *walk)
{
	const uint8_t *header = bytes_pull(&walk->at, 4);

	if (!header)
		return walk_fault(walk, "BSD loopback header cut");
	return address_family_next(walk, le32(header) <= 0xffff ? le32(header) : be32(header));
}

/* LINKTYPE_LOOP: in network byte order; some writers forget. */
Layer loop_layer(Walk *walk)
{
	const uint8_t *header = bytes_pull(&walk->at, 4);

	if (!header)
		return walk_fault(walk, "BSD loopback header cut");
	return address_family_next(walk, be32(header) <= 0xffff ? be32(header) : le32(header));
}

/* Also LINKTYPE_IPV4 and LINKTYPE_IPV6: writers put the other version there, and the header says
 * which it is. */
Layer raw_layer(Walk *walk)
{
	const uint8_t *family = bytes_peek(&walk->at, 4);
	Layer next = ip_version_next(walk);

	if (next != LAYER_END)
		return next;
	/* OpenBSD's own files number the loopback interface's frames 12, as others do raw IP. */
	if (family && (be32(family) == 2 || be32(family) == 24))
		return LAYER_BSD_LOOP;
	return walk_fault(walk, "raw IP of neither version 4 nor 6");
}

/* LINKTYPE_ENC, decrypted IPsec: address family, SPI, flags; in the capturing machine's order. */
Layer enc_layer(Walk *walk)
{
	const uint8_t *header = bytes_pull(&walk->at, 12);

	if (!header)
		return walk_fault(walk, "enc(4) header cut");
	return address_family_next(walk, le32(header) <= 0xffff ? le32(header) : be32(header));
}

/* LINKTYPE_PFLOG: its length, padded to 4, then the address family. */
Layer pflog_layer(Walk *walk)
{
	const uint8_t *header = bytes_peek(&walk->at, 2);

	if (!header || !bytes_pull(&walk->at, (header[0] + 3u) & ~3u) || header[0] < 2)
		return walk_fault(walk, "pflog(4) header cut");
	return address_family_next(walk, header[1]);
}

/* LINKTYPE_SLIP: a direction and room for a compressed header, which is not used. */
Layer slip_layer(Walk *walk)
{
	if (!bytes_pull(&walk->at, 16))
		return walk_fault(walk, "SLIP header cut");
	return LAYER_RAW;
}
