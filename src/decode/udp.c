/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * UDP, for the sake of the tunnels in it. A port proves nothing: what does not look like its tunnel
 * is UDP like any other.
 */
#include "decode/walk.h"

typedef struct {
	uint16_t port;
	bool either; /* of the two ports; else the destination alone */
	uint8_t layer;
} UdpTunnel;

static const UdpTunnel udp_tunnels[] = {
	{4789, false, LAYER_VXLAN},
	{8472, false, LAYER_VXLAN}, /* what Linux took before there was a number */
	{4790, false, LAYER_VXLAN_GPE},
	{6081, false, LAYER_GENEVE},
	{2152, true, LAYER_GTP},
	{3386, true, LAYER_GTP},
	{3544, true, LAYER_TEREDO},
	{1701, true, LAYER_L2TP},
	{5072, true, LAYER_AYIYA},
	{4341, false, LAYER_LISP},
	{4754, false, LAYER_GRE_IN_UDP},
	{6080, false, LAYER_GUE},
	{434, true, LAYER_MOBILE_IP},
	{4500, true, LAYER_ESP_IN_UDP},
	{5247, true, LAYER_CAPWAP},
	{6635, false, LAYER_MPLS}, /* RFC 7510 */
	{7932, false, LAYER_HP_ERM},
	{37008, false, LAYER_TZSP},
};

/* Teredo's clients talk to each other and to relays on any port (RFC 4380 §5.2.4): there an IPv6
 * packet of just that length, of which one end is in Teredo's own network, proves it. */
static bool is_teredo(const Walk *walk)
{
	static const uint8_t network[4] = {0x20, 0x01, 0, 0};
	const uint8_t *ip = bytes_peek(&walk->at, 40);

	return ip && ip[0] >> 4 == 6 && be16(ip + 4) + 40u == walk_wire_left(walk) &&
	       (memcmp(ip + 8, network, 4) == 0 || memcmp(ip + 24, network, 4) == 0);
}

Layer udp_layer(Walk *walk)
{
	const uint8_t *header = bytes_pull(&walk->at, 8);
	uint16_t src, dst, len;

	if (!header)
		return walk_fault(walk, "UDP header cut");
	src = be16(header);
	dst = be16(header + 2);
	len = be16(header + 4);
	if (len >= 8)
		walk_shorten(walk, len - 8u);
	for (size_t i = 0; i < sizeof udp_tunnels / sizeof *udp_tunnels; i++) {
		const UdpTunnel *tunnel = &udp_tunnels[i];

		if (dst == tunnel->port || (tunnel->either && src == tunnel->port))
			return (Layer)tunnel->layer;
	}
	return is_teredo(walk) ? LAYER_TEREDO : walk_skip(walk, "UDP");
}
