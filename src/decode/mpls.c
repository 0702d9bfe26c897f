/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * MPLS label stacks, RFC 3032. What lies under the last label is not told; as routers do (RFC 4928
 * §2), it is guessed from the first nibble.
 */
#include "decode/walk.h"

#define MPLS_LABEL_IPV4_NULL 0
#define MPLS_LABEL_IPV6_NULL 2

/* Wireshark's order of guesses, but a guess must fit the bytes: a station address, too, may begin
 * with a 4 or a 6, or with the 0 of a control word. */
static Layer mpls_payload(Walk *walk)
{
	const uint8_t *first = bytes_peek(&walk->at, 1);
	Walk shifted = *walk;
	Layer next;

	if (!first)
		return walk_fault(walk, "MPLS without payload");
	next = guess_ip(walk);
	if (next != LAYER_END)
		return next;
	if (*first >> 4 == 1) /* RFC 4385 §5 */
		return walk_skip(walk, "MPLS associated channel");
	/* RFC 4448 §4.6: the control word of a pseudo-wire, its first nibble 0. */
	if (*first >> 4 == 0 && bytes_pull(&shifted.at, 4) &&
	    (guess_ethernet(&shifted) || !guess_ethernet(walk)))
		bytes_pull(&walk->at, 4);
	else if (!guess_ethernet(walk))
		/* Cut, or malformed: its own layer says what is wrong with it. */
		return ip_version_next(walk) != LAYER_END ? ip_version_next(walk) : LAYER_ETHERNET;
	return LAYER_ETHERNET;
}

Layer mpls_layer(Walk *walk)
{
	const uint8_t *entry = bytes_pull(&walk->at, 4);
	uint32_t label;

	if (!entry)
		return walk_fault(walk, "MPLS label cut");
	label = be24(entry) >> 4;
	/* Labels are given by each receiver: those of the two directions differ. */
	if (!walk_enter_id(walk, ENCAP_MPLS, label, false))
		return LAYER_END;
	if (!(entry[2] & 1))
		return LAYER_MPLS;
	if (label == MPLS_LABEL_IPV4_NULL)
		return LAYER_IPV4;
	if (label == MPLS_LABEL_IPV6_NULL)
		return LAYER_IPV6;
	return mpls_payload(walk);
}
