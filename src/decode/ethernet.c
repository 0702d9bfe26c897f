/* SPDX-License-Identifier: BSD-3-Clause */
/* Ethernet II and 802.3, 802.1Q tags, and what ethertypes name. */
#include "decode/checksum.h"
#include "decode/ethertype.h"
#include "decode/walk.h"

#define ETHERTYPE_LEAST 0x0600 /* below it is a length: IEEE 802.3 §3.2.6 */
#define ETHERNET_LENGTH_MOST 1500

/* Cisco's trunks before 802.1Q: five bytes of address, a type and a class, the sender's address, a
 * length; a SNAP header, VLAN and BPDU flag, index, reserved; then the whole frame. */
static bool is_isl(const Walk *walk, const uint8_t *header)
{
	const uint8_t *snap = bytes_peek(&walk->at, 12);

	return (header[0] & ~2u) == 1 && be32(header + 1) == 0x000c0000 &&
	       be16(header + 12) < ETHERTYPE_LEAST && snap && be24(snap) == 0xaaaa03;
}

static Layer isl_next(Walk *walk, uint8_t type)
{
	const uint8_t *rest = bytes_pull(&walk->at, 12);

	if (type != 0)
		return walk_skip(walk, "ISL of something else than Ethernet");
	return walk_enter_id(walk, ENCAP_VLAN, be16(rest + 6) >> 1, true) ? LAYER_ETHERNET
									  : LAYER_END;
}

/* Windows says of mobile broadband's adapters and of some tunnels' that they were Ethernet, and
 * records IP there (Npcap's issue 387): a version, just the packet's length, and with IPv4 a right
 * checksum; with IPv6 a protocol where there is no ethertype. Else END. */
static Layer ethernet_is_ip(const Walk *walk)
{
	const uint8_t *header = bytes_peek(&walk->at, ETHERNET_HEADER);
	size_t len;

	if (!header || header != walk->packet->data)
		return LAYER_END;
	if (header[0] >> 4 == 4) {
		len = (header[0] & 0xfu) * 4;
		return len >= 20 && be16(header + 2) == walk_wire_left(walk) &&
				       bytes_peek(&walk->at, len) &&
				       checksum_fold(checksum_sum(header, len)) == 0xffff
			       ? LAYER_IPV4
			       : LAYER_END;
	}
	return header[0] >> 4 == 6 && be16(header + 4) + 40u == walk_wire_left(walk) &&
			       (header[6] == 6 || header[6] == 17 || header[6] == 58) &&
			       !guess_ethernet(walk)
		       ? LAYER_IPV6
		       : LAYER_END;
}

Layer ethernet_layer(Walk *walk)
{
	Layer ip = ethernet_is_ip(walk);
	const uint8_t *header;

	if (ip != LAYER_END)
		return ip;
	header = bytes_pull(&walk->at, ETHERNET_HEADER);
	if (!header)
		return walk_fault(walk, "Ethernet header cut");
	if (is_isl(walk, header))
		return isl_next(walk, header[5] >> 4);
	return ethertype_next(walk, be16(header + 12));
}

/* The ethertype alone, or after a header that ends with one. */
Layer ethertype_layer(Walk *walk)
{
	const uint8_t *type = bytes_pull(&walk->at, 2);

	if (!type)
		return walk_fault(walk, "ethertype cut");
	return ethertype_next(walk, be16(type));
}

/* IEEE 802.1Q §9.6: priority (3), drop eligible (1), id (12), then the type of what is tagged. */
Layer vlan_layer(Walk *walk)
{
	const uint8_t *tag = bytes_pull(&walk->at, 4);

	if (!tag)
		return walk_fault(walk, "VLAN tag cut");
	if (!walk_enter_id(walk, ENCAP_VLAN, be16(tag) & 0xfff, true))
		return LAYER_END;
	return ethertype_next(walk, be16(tag + 2));
}

typedef struct {
	uint16_t type;
	const char *name;
} EthertypeName;

/* clang-format off */
static const EthertypeName ethertype_names[] = {
	{0x0101, "Ethernet experimental"},
	{TYPE_ARP, "ARP"},
	{0x0842, "Wake-on-LAN"},
	{0x2000, "CDP"},
	{0x22f0, "AVTP"},
	{0x22ea, "SRP"},
	{0x6002, "DEC MOP"},
	{0x6003, "DECnet"},
	{0x6004, "DEC LAT"},
	{0x8035, "RARP"},
	{0x809b, "AppleTalk"},
	{0x80f3, "AppleTalk ARP"},
	{0x8137, "IPX"},
	{0x8808, "Ethernet flow control"},
	{0x8809, "Ethernet slow protocols (LACP)"},
	{TYPE_PPPOE_DISCOVERY, "PPPoE discovery"},
	{0x886d, "Intel ANS"},
	{0x8892, "PROFINET"},
	{0x888e, "EAPOL"},
	{0x88a2, "ATA over Ethernet"},
	{0x88a4, "EtherCAT"},
	{0x88b5, "local experimental ethertype"},
	{0x88b6, "local experimental ethertype"},
	{0x88b8, "GOOSE"},
	{0x88ba, "IEC 61850 sampled values"},
	{0x88ca, "TIPC"},
	{TYPE_LLDP, "LLDP"},
	{0x88e1, "HomePlug AV"},
	{0x88f5, "MVRP"},
	{0x88f7, "PTP"},
	{TYPE_CFM, "Ethernet CFM"},
	{0x8906, "FCoE"},
	{0x8914, "FCoE initialization"},
	{0x8915, "RoCE"},
	{0x8947, "GeoNetworking"},
	{0x9000, "Ethernet loopback"},
	{0xcafe, "VeriWave"},
	{0xffff, "IPX"}, /* Novell's raw 802.3 has its checksum there */
};
/* clang-format on */

/* Those that lead further and are not IP or a VLAN tag. */
/* clang-format off */
static const struct {
	uint16_t type;
	uint8_t layer;
} ethertype_layers[] = {
	{TYPE_PPPOE, LAYER_PPPOE},
	{TYPE_MPLS, LAYER_MPLS},
	{TYPE_MPLS_MULTICAST, LAYER_MPLS},
	{0x6558, LAYER_ETHERNET}, /* transparent bridging, RFC 1701 */
	{0x880b, LAYER_PPP},
	{TYPE_PBB, LAYER_PBB},
	{0x8903, LAYER_FABRICPATH},
	{0x8909, LAYER_CISCO_METADATA},
	{0x8926, LAYER_SHORT_TAG}, /* VN-Tag */
	{0xf1c1, LAYER_SHORT_TAG}, /* 802.1CB */
	{0x892f, LAYER_SHORT_TAG}, /* HSR, IEC 62439-3 */
	{0x893f, LAYER_LONG_TAG},  /* 802.1BR */
	{0x8870, LAYER_LLC},	  /* jumbo frames: too long for an 802.3 length */
	{0x8899, LAYER_REALTEK},
	{0x88c3, LAYER_LONG_TAG}, /* MaxLinear GSW1xx */
	{0x8988, LAYER_LONG_TAG}, /* Cisco's time tag */
	{0xdada, LAYER_EDSA_TAG},
	{0x88e5, LAYER_MACSEC},
	{0x894f, LAYER_NSH},
	{0x22f3, LAYER_TRILL},
	{0x4305, LAYER_BATMAN},
	{0xd28b, LAYER_ARISTA},
};
/* clang-format on */

static Layer ethertype_not_read(Walk *walk, uint16_t type)
{
	for (size_t i = 0; i < sizeof ethertype_names / sizeof *ethertype_names; i++)
		if (ethertype_names[i].type == type)
			return walk_skip(walk, ethertype_names[i].name);
	return walk_skip_number(walk, "unknown ethertype", COUNTS_HEXADECIMAL, type);
}

Layer ethertype_next(Walk *walk, uint16_t type)
{
	switch (type) {
	case TYPE_IPV4:
		return LAYER_IPV4;
	case TYPE_IPV6:
		return LAYER_IPV6;
	case TYPE_VLAN:
	case TYPE_SERVICE_VLAN:
	case 0x9100: /* before 802.1ad was written */
	case 0x9200:
	case 0x9300:
		return LAYER_VLAN;
	}
	for (size_t i = 0; i < sizeof ethertype_layers / sizeof *ethertype_layers; i++)
		if (ethertype_layers[i].type == type)
			return (Layer)ethertype_layers[i].layer;
	if (type >= ETHERTYPE_LEAST)
		return ethertype_not_read(walk, type);
	if (type > ETHERNET_LENGTH_MOST)
		return walk_fault(walk, "802.3 length between 1501 and 1535");
	walk_shorten(walk, type);
	return LAYER_LLC;
}
