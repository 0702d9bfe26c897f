/* SPDX-License-Identifier: BSD-3-Clause */
/* What IP protocol numbers name, for IPv4 and IPv6 alike. */
#include "decode/walk.h"

typedef struct {
	uint8_t protocol;
	const char *name;
} IpProtocolName;

/* clang-format off */
static const IpProtocolName ip_protocol_names[] = {
	{2,   "IGMP"},
	{33,  "DCCP"},
	{46,  "RSVP"},
	{59,  "IPv6 without a next header"},
	{88,  "EIGRP"},
	{89,  "OSPF"},
	{103, "PIM"},
	{112, "VRRP"},
	{113, "PGM"},
	{132, "SCTP"},
	{135, "IPv6 mobility"},
	{136, "UDP-Lite"},
};
/* clang-format on */

static Layer ip_protocol_not_read(Walk *walk, uint8_t protocol)
{
	for (size_t i = 0; i < sizeof ip_protocol_names / sizeof *ip_protocol_names; i++)
		if (ip_protocol_names[i].protocol == protocol)
			return walk_skip(walk, ip_protocol_names[i].name);
	return walk_skip_number(walk, "IP protocol", COUNTS_DECIMAL, protocol);
}

static Layer ip_enter_ipv4(Walk *walk)
{
	return walk_enter(walk, walk->ip.version == 4 ? ENCAP_IPIP : ENCAP_4IN6) ? LAYER_IPV4
										 : LAYER_END;
}

static Layer ip_enter_ipv6(Walk *walk)
{
	return walk_enter(walk, walk->ip.version == 4 ? ENCAP_6IN4 : ENCAP_6IN6) ? LAYER_IPV6
										 : LAYER_END;
}

/* IPv6 extension headers, RFC 8200 §4. Only the headers of the packet itself may follow there. */
static Layer ipv6_extension_next(uint8_t protocol)
{
	switch (protocol) {
	case 0:
	case 60:
	case 139: /* HIP, RFC 7401 */
	case 140: /* Shim6, RFC 5533 */
		return LAYER_IPV6_OPTIONS;
	case 43:
		return LAYER_IPV6_ROUTING;
	case 44:
		return LAYER_IPV6_FRAGMENT;
	}
	return LAYER_END;
}

Layer ip_protocol_next(Walk *walk, uint8_t protocol)
{
	Layer next;

	walk->ip.protocol = protocol;
	if (protocol == 6)
		return walk->quote ? LAYER_TCP_QUOTE : LAYER_TCP;
	if (walk->ip.version == 6 && (next = ipv6_extension_next(protocol)) != LAYER_END)
		return next;
	if (walk->quote)
		return walk_skip(walk, "");
	switch (protocol) {
	case 1:
		return walk->ip.version == 4 ? LAYER_ICMP : walk_skip(walk, "ICMP in IPv6");
	case 58:
		return walk->ip.version == 6 ? LAYER_ICMPV6 : walk_skip(walk, "ICMPv6 in IPv4");
	case 17:
		return LAYER_UDP;
	case 4:
	case 94: /* as amateur radio first numbered it */
		return ip_enter_ipv4(walk);
	case 41:
		return ip_enter_ipv6(walk);
	case 47:
		return LAYER_GRE;
	case 50:
		return LAYER_ESP;
	case 51:
		return LAYER_AH;
	case 55:
		return LAYER_MINIMAL;
	case 97:
		return LAYER_ETHERIP;
	case 108:
		return LAYER_IPCOMP;
	case 115:
		return LAYER_L2TP_IP;
	case 137: /* RFC 4023 */
		return LAYER_MPLS;
	case 143: /* RFC 8986 */
		return LAYER_ETHERNET;
	}
	return ip_protocol_not_read(walk, protocol);
}
