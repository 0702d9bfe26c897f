/* SPDX-License-Identifier: BSD-3-Clause */
/* ICMP and ICMPv6: the errors, and the packet that each quotes. RFC 792, RFC 4443. */
#include "decode/walk.h"

#define ICMP_HEADER 8

/* Walks the quoted packet on a cursor of its own. */
static Layer icmp_quote(Walk *walk, const WalkQuote *quote)
{
	Walk inner = *walk;
	Layer next;

	inner.quote = quote;
	next = ip_version_next(&inner);
	if (next == LAYER_END)
		return walk_fault(&inner, "");
	walk_run(&inner, next);
	return LAYER_END;
}

Layer icmp_layer(Walk *walk)
{
	const uint8_t *header = bytes_pull(&walk->at, ICMP_HEADER);
	WalkQuote quote;

	if (!header)
		return walk_fault(walk, "ICMP header cut");
	quote = (WalkQuote){4, header[0], header[1], 0, walk->ip.src};
	switch (header[0]) {
	case 3: /* destination unreachable */
		if (header[1] == 4)
			quote.mtu = be16(header + 6); /* RFC 1191 §4 */
		return icmp_quote(walk, &quote);
	case 4:	 /* source quench */
	case 11: /* time exceeded */
	case 12: /* parameter problem */
		return icmp_quote(walk, &quote);
	}
	return walk_skip(walk, "ICMP");
}

Layer icmpv6_layer(Walk *walk)
{
	const uint8_t *header = bytes_pull(&walk->at, ICMP_HEADER);
	WalkQuote quote;

	if (!header)
		return walk_fault(walk, "ICMPv6 header cut");
	quote = (WalkQuote){6, header[0], header[1], 0, walk->ip.src};
	switch (header[0]) {
	case 2: /* packet too big */
		quote.mtu = be32(header + 4);
		return icmp_quote(walk, &quote);
	case 1: /* destination unreachable */
	case 3: /* time exceeded */
	case 4: /* parameter problem */
		return icmp_quote(walk, &quote);
	case 130:
	case 131:
	case 132:
	case 143:
		return walk_skip(walk, "ICMPv6 multicast listener");
	case 133:
	case 134:
	case 135:
	case 136:
	case 137:
		return walk_skip(walk, "ICMPv6 neighbour discovery");
	}
	return walk_skip(walk, "ICMPv6");
}
