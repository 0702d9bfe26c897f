/* SPDX-License-Identifier: BSD-3-Clause */
/* The header that Juniper routers put before what they capture: magic, flags, extensions. */
#include "decode/walk.h"

#define JUNIPER_MAGIC 0x4d4743 /* "MGC" */
#define JUNIPER_NO_LINK_LAYER 0x02
#define JUNIPER_EXTENSIONS 0x80

#define JUNIPER_COOKIE_LINK_SERVICES 0x54
#define JUNIPER_COOKIE_ADAPTIVE_SERVICES 0x47
#define JUNIPER_COOKIE_OAM 0x80	      /* the first byte of an ATM1 card's */
#define JUNIPER_COOKIE_CELL_TYPE 0x70 /* in the last byte of an ATM2 card's: cells, not frames */

/* Magic, flags, extensions. LAYER_END: counted. */
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

/* What a card prefixes the packet with, whose length is the card's kind's; two services have their
 * own length, and say so in the first byte. */
static const uint8_t *juniper_pull_cookie(Walk *walk, size_t len)
{
	const uint8_t *cookie = bytes_peek(&walk->at, 1);

	if (cookie && *cookie == JUNIPER_COOKIE_ADAPTIVE_SERVICES)
		len = 8;
	else if (cookie && *cookie == JUNIPER_COOKIE_LINK_SERVICES)
		len += 2;
	cookie = bytes_pull(&walk->at, len);
	if (!cookie)
		walk_fault(walk, "Juniper header cut");
	return cookie;
}

/* The common header and, where there is a link layer, the cookie; LAYER_JUNIPER if that is passed.
 */
static Layer juniper_card(Walk *walk, size_t len, const uint8_t **cookie)
{
	Layer next = juniper_enter(walk, LAYER_JUNIPER);

	if (next != LAYER_JUNIPER)
		return next;
	*cookie = juniper_pull_cookie(walk, len);
	return *cookie ? LAYER_JUNIPER : LAYER_END;
}

/* No field tells what follows: IP, LLC, a network layer's id behind a control byte, or PPP. */
Layer juniper_layer(Walk *walk)
{
	const uint8_t *start = bytes_peek(&walk->at, 3);
	Layer next = guess_ip(walk);

	if (!start)
		return walk_fault(walk, "Juniper payload cut");
	if (next != LAYER_END)
		return next;
	if (be24(start) == 0xaaaa03 || be24(start) == 0xfefe03)
		return LAYER_LLC;
	if (start[0] == 0x03) {
		bytes_pull(&walk->at, 2);
		return nlpid_next(walk, start[1]);
	}
	switch (be16(start)) {
	case 0x0021:
	case 0x0057:
	case 0x003d:
	case 0x0281:
	case 0xff03:
		return LAYER_PPP;
	}
	if (guess_ethernet(walk))
		return LAYER_ETHERNET;
	/* Cut, or malformed: its own layer says what is wrong with it. */
	next = ip_version_next(walk);
	return next != LAYER_END ? next : walk_skip(walk, "Juniper of something else than IP");
}

/* Of several PPP or frame relay links in one. */
Layer juniper_bundle_layer(Walk *walk)
{
	const uint8_t *cookie;

	return juniper_card(walk, 2, &cookie);
}

/* A link of a bundle by FRF.16 bears that header; the bundle has a cookie. */
Layer juniper_mfr_layer(Walk *walk)
{
	Layer next = juniper_enter(walk, LAYER_JUNIPER);
	const uint8_t *first = bytes_peek(&walk->at, 1);

	if (next != LAYER_JUNIPER)
		return next;
	if (first && (*first & 0xc0) == 0xc0)
		return LAYER_FRAME_RELAY;
	return juniper_pull_cookie(walk, 4) ? LAYER_JUNIPER : LAYER_END;
}

Layer juniper_atm1_layer(Walk *walk)
{
	const uint8_t *cookie;
	Layer next = juniper_card(walk, 4, &cookie);

	return next == LAYER_JUNIPER && cookie[0] == JUNIPER_COOKIE_OAM
		       ? walk_skip(walk, "ATM cells")
		       : next;
}

Layer juniper_atm2_layer(Walk *walk)
{
	const uint8_t *cookie;
	Layer next = juniper_card(walk, 8, &cookie);

	return next == LAYER_JUNIPER && (cookie[7] & JUNIPER_COOKIE_CELL_TYPE)
		       ? walk_skip(walk, "ATM cells")
		       : next;
}

/* Also of a GGSN, and of flow monitoring. */
Layer juniper_services_layer(Walk *walk)
{
	const uint8_t *cookie;

	return juniper_card(walk, 8, &cookie);
}

/* Of encryption cards: the association and the tunnel's ends, unless both are in a bundle. */
Layer juniper_es_layer(Walk *walk)
{
	Layer next = juniper_enter(walk, LAYER_JUNIPER);

	if (next != LAYER_JUNIPER || guess_ip(walk) != LAYER_END)
		return next;
	return bytes_pull(&walk->at, 16) ? LAYER_RAW : walk_fault(walk, "Juniper header cut");
}

Layer juniper_pppoe_atm_layer(Walk *walk)
{
	return juniper_enter(walk, LAYER_ETHERTYPE);
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
