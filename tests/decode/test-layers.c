/* SPDX-License-Identifier: BSD-3-Clause */
/* Every layer, good, cut at every byte, and with every byte wrong. */
#include "compose.h"

#include "base/bytes.h"
#include "decode/encapsulation.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <glib.h>
#include <string.h>

typedef struct {
	const char *name;
	uint32_t link_type;
	const char *layers;
	const char *encap;
	bool identity; /* of the last layer with an id */
} LayerRow;

#define UDP4 "eth:0800 ip4:17 "
#define GRE4 "eth:0800 ip4:47 "

/* clang-format off */
static const LayerRow rows[] = {
	/* Ethernet and its tags. */
	{"Ethernet, IPv4", 1, "eth:0800 ip4:6 tcp", "", false},
	{"Ethernet, IPv6", 1, "eth:86dd ip6:6 tcp", "", false},
	{"802.1Q", 1, "eth:8100 x600a0800 ip4:6 tcp", "vlan:10", true},
	{"802.1ad", 1, "eth:88a8 x00648100 x000a86dd ip6:6 tcp", "vlan:100 vlan:10", true},
	{"triple VLAN", 1, "eth:9100 x00019200 x00028100 x00030800 ip4:6 tcp", "vlan:1 vlan:2 vlan:3", true},
	{"802.3, LLC, SNAP", 1, "eth: xaaaa030000000800 ip4:6 tcp", "", false},
	{"802.3, LLC of IP", 1, "eth: x060603 ip4:6 tcp", "", false},
	{"PBB", 1, "eth:88e7 x000000c8 eth:0800 ip4:6 tcp", "pbb:200", true},
	{"VN-Tag", 1, "eth:8926 x000100020800 ip4:6 tcp", "", false},
	{"802.1BR", 1, "eth:893f x0001000200030800 ip4:6 tcp", "", false},
	{"Cisco metadata", 1, "eth:8909 x0101 x000100050800 ip4:6 tcp", "", false},
	{"MACsec without encryption", 1, "eth:88e5 x2000000000010102030405060708 x0800 ip4:6 tcp +00112233445566778899aabbccddeeff", "", false},
	{"NSH", 1, "eth:894f x0fc2010100000102 ip4:6 tcp", "", false},
	{"TRILL", 1, "eth:22f3 x003f00010002 eth:0800 ip4:6 tcp", "", false},
	{"ISL", 1, "x01000c000000020000000002 len xaaaa0300000c000e00000000 eth:0800 ip4:6 tcp +01020304", "vlan:7", true},
	{"batman-adv, to one", 1, "eth:4305 x400f3201020000000001 eth:0800 ip4:6 tcp", "", false},
	{"batman-adv, both addresses", 1, "eth:4305 x420f3201020000000001 x0200000000020100 eth:86dd ip6:6 tcp", "", false},
	{"batman-adv, to all", 1, "eth:4305 x010f32000000000a020000000001 eth:8100 x00070800 ip4:6 tcp", "vlan:7", true},
	{"Arista time", 1, "eth:d28b x00010010 x5c00000000000001 x0800 ip4:6 tcp", "", false},
	{"Arista time, short", 1, "eth:d28b x00010120 x5c0000000001 x86dd ip6:6 tcp", "", false},
	{"FabricPath", 1, "eth:8903 x0042 eth:8100 x00070800 ip4:6 tcp", "vlan:7", true},
	{"jumbo frame with LLC", 1, "eth:8870 xaaaa030000000800 ip4:6 tcp", "", false},
	{"Cisco time tag", 1, "eth:8988 x010203040506 x0800 ip4:6 tcp", "", false},
	{"not Ethernet but IPv4", 1, "ip4:6 tcp", "", false},
	{"not Ethernet but IPv6", 1, "ip6:6 tcp", "", false},
	{"MaxLinear tag", 1, "eth:88c3 x000200000000 x0800 ip4:6 tcp", "", false},
	{"Realtek tag", 1, "eth:8899 xa001 x0800 ip4:6 tcp", "", false},
	{"Realtek tag, longer", 1, "eth:8899 x040000000001 x86dd ip6:6 tcp", "", false},
	{"EDSA tag on Ethernet", 1, "eth:dada x0000 xe0080064 x0800 ip4:6 tcp", "vlan:100", true},
	/* Other links. */
	{"raw", 101, "ip4:6 tcp", "", false},
	{"raw 12", 12, "ip6:6 tcp", "", false},
	{"raw 12, but OpenBSD's loopback", 12, "x00000002 ip4:6 tcp", "", false},
	{"raw 12, but OpenBSD's loopback, IPv6", 12, "x00000018 ip6:6 tcp", "", false},
	{"OpenBSD's enc", 13, "x000000020000000100000000 ip4:6 tcp", "", false},
	{"raw 14", 14, "ip4:6 tcp", "", false},
	{"IPv4", 228, "ip4:6 tcp", "", false},
	{"IPv6", 229, "ip6:6 tcp", "", false},
	{"IPv4, but IPv6", 228, "ip6:6 tcp", "", false},
	{"IPv6, but IPv4", 229, "ip4:6 tcp", "", false},
	{"null, little endian", 0, "x02000000 ip4:6 tcp", "", false},
	{"null, big endian", 0, "x0000001e ip6:6 tcp", "", false},
	{"null, FreeBSD's IPv6", 0, "x1c000000 ip6:6 tcp", "", false},
	{"loop", 108, "x00000018 ip6:6 tcp", "", false},
	{"cooked", 113, "x00000001000602000000000100000800 ip4:6 tcp", "", false},
	{"cooked, VLAN", 113, "x00000001000602000000000100008100 x00050800 ip4:6 tcp", "vlan:5", true},
	{"cooked, LLC", 113, "x00000001000602000000000100000004 xaaaa030000000800 ip4:6 tcp", "", false},
	{"cooked v2", 276, "x86dd0000000000020001000602000000000100ff ip6:6 tcp", "", false},
	{"PPP", 9, "xff030021 ip4:6 tcp", "", false},
	{"PPP, compressed fields", 9, "x21 ip4:6 tcp", "", false},
	{"PPP, IPv6", 50, "xff030057 ip6:6 tcp", "", false},
	{"PPP, MPLS", 9, "xff030281 x00010140 ip4:6 tcp", "mpls:16", false},
	{"PPP, Cisco HDLC", 9, "x0f000800 ip4:6 tcp", "", false},
	{"PPP, bridged", 9, "xff030031 x0001 eth:0800 ip4:6 tcp", "", false},
	{"PPP with direction", 204, "x01 xff030021 ip4:6 tcp", "", false},
	{"pppd", 166, "x01030021 ip4:6 tcp", "", false},
	{"PPPoE link", 51, "x11000009 len x0021 ip4:6 tcp", "pppoe:9", true},
	{"Cisco HDLC", 104, "x8f0086dd ip6:6 tcp", "", false},
	{"Cisco HDLC with direction", 205, "x000f000800 ip4:6 tcp", "", false},
	{"frame relay", 107, "x184103cc ip4:6 tcp", "", false},
	{"frame relay, SNAP", 107, "x18410300800000000800 ip4:6 tcp", "", false},
	{"frame relay, Cisco", 107, "x18410800 ip4:6 tcp", "", false},
	{"frame relay with direction", 206, "x01184103cc ip4:6 tcp", "", false},
	{"frame relay bundle", 107, "xc1011841038e ip6:6 tcp", "", false},
	{"frame relay bundle by FRF.16", 182, "xc101184103cc ip4:6 tcp", "", false},
	{"ATM, SNAP", 100, "xaaaa030000000800 ip4:6 tcp", "", false},
	{"ATM, routed", 11, "xfefe03cc ip4:6 tcp", "", false},
	{"ATM, bridged", 100, "xaaaa030080c200070000 eth:0800 ip4:6 tcp", "", false},
	{"ATM, CLIP", 106, "ip4:6 tcp", "", false},
	{"ATM, CLIP as Linux numbers it", 19, "ip4:6 tcp", "", false},
	{"ATM, bridged on its circuit", 11, "x0000 eth:0800 ip4:6 tcp", "", false},
	{"ATM, PPP on its circuit", 123, "x02000021 x0021 ip4:6 tcp", "", false},
	{"SunATM", 123, "x02000021aaaa030000000800 ip4:6 tcp", "", false},
	{"FDDI", 10, "x50020000000002020000000001aaaa030000000800 ip4:6 tcp", "", false},
	{"Token Ring", 6, "x1040020000000002020000000001aaaa030000000800 ip4:6 tcp", "", false},
	{"Token Ring, source route", 6, "x1040020000000002820000000001 x06300011001a xaaaa030000000800 ip4:6 tcp", "", false},
	{"ARCNET, RFC 1201", 7, "x0102d4000001 ip4:6 tcp", "", false},
	{"ARCNET, RFC 1051", 7, "x0102f0 ip4:6 tcp", "", false},
	{"ARCNET, exception", 7, "x0102d4ffffff000001 ip4:6 tcp", "", false},
	{"ARCNET, Linux", 129, "x01020000d4000001 ip4:6 tcp", "", false},
	{"InfiniBand", 242, "z40 x08000000 ip4:6 tcp", "", false},
	{"IEEE 1394", 138, "x01020304050607081112131415161718 x0800 ip4:6 tcp", "", false},
	{"Fibre Channel", 122, "x01020304050607081112131415161718 xaaaa030000000800 ip4:6 tcp", "", false},
	{"DOCSIS", 143, "x0000 len-2 xabcd eth:0800 ip4:6 tcp +01020304", "", false},
	{"DOCSIS, extended header", 143, "x0105 len-2 x3411010000 xabcd eth:0800 ip4:6 tcp", "", false},
	{"802.11", 105, "x08010000020000000001020000000002020000000003 x1000 xaaaa030000000800 ip4:6 tcp", "", false},
	{"802.11 QoS", 105, "x88010000020000000001020000000002020000000003 x1000 x0000 xaaaa030000000800 ip4:6 tcp", "", false},
	{"802.11 QoS, HT control", 105, "x88810000020000000001020000000002020000000003 x1000 x000000000000 xaaaa030000000800 ip4:6 tcp", "", false},
	{"802.11 four addresses", 105, "x08030000020000000001020000000002020000000003 x1000 x020000000004 xaaaa030000000800 ip4:6 tcp", "", false},
	{"802.11 mesh", 105, "x88030000020000000001020000000002020000000003 x1000 x020000000004 x0001 x001f01000000 xaaaa030000000800 ip4:6 tcp", "", false},
	{"802.11 mesh, to a group", 105, "x88020000020000000001020000000002020000000003 x1000 x0001 x011f01000000020000000005 xaaaa030000000800 ip4:6 tcp", "", false},
	{"802.11 mesh, all addresses", 105, "x88030000020000000001020000000002020000000003 x1000 x020000000004 x0001 x021f01000000020000000005020000000006 xaaaa030000000800 ip4:6 tcp", "", false},
	{"802.11 QoS, no mesh", 105, "x88020000020000000001020000000002020000000003 x1000 x0001 xaaaa030000000800 ip4:6 tcp", "", false},
	{"radiotap", 127, "x00000a0002000000 x1000 x08010000020000000001020000000002020000000003 x1000 xaaaa030000000800 ip4:6 tcp +01020304", "", false},
	{"radiotap, padded", 127, "x0000110003000000 x0000000000000000 x20 x88010000020000000001020000000002020000000003 x1000 x00000000 xaaaa030000000800 ip4:6 tcp", "", false},
	{"Prism", 119, "x4400000010000000 x0000000000000000 x08010000020000000001020000000002020000000003 x1000 xaaaa030000000800 ip4:6 tcp", "", false},
	{"AVS", 163, "x8021100100000010 x0000000000000000 x08010000020000000001020000000002020000000003 x1000 xaaaa030000000800 ip4:6 tcp", "", false},
	{"PPI", 192, "x0000080001000000 eth:0800 ip4:6 tcp", "", false},
	{"NFLOG", 239, "x02000000 x0800010008000001 lel+2 x0900 ip4:6 tcp", "", false},
	{"PKTAP", 258, "x100000000100000001000000 x00000000 eth:0800 ip4:6 tcp", "", false},
	{"ERF", 197, "x0000000000000000020400000000 len x0000 eth:0800 ip4:6 tcp +01020304", "", false},
	{"ERF with extension", 197, "x0000000000000000820400000000 len x0300000000000000 x0000 eth:0800 ip4:6 tcp", "", false},
	{"ERF, a channel's HDLC", 197, "x0000000000000000050400000000 len x00000001 x0f000800 ip4:6 tcp", "", false},
	{"ERF, AAL5", 197, "x0000000000000000040400000000 len x00000010 xaaaa030000000800 ip4:6 tcp", "", false},
	{"ERF, a channel's AAL5", 197, "x0000000000000000090400000000 len x0000000100000010 xaaaa030000000800 ip4:6 tcp", "", false},
	{"ipnet", 226, "x01020001 z20 ip4:6 tcp", "", false},
	{"mPacket", 274, "x55555555555555d5 eth:0800 ip4:6 tcp", "", false},
	{"mPacket, preemptable", 274, "x555555555555554c eth:0800 ip4:6 tcp +00000000", "", false},
	{"netANALYZER", 240, "x00000000 eth:0800 ip4:6 tcp", "", false},
	{"netANALYZER, preamble", 241, "x0000000055555555555555d5 eth:0800 ip4:6 tcp", "", false},
	{"SLIP", 8, "z16 ip4:6 tcp", "", false},
	{"enc", 109, "x020000000000000100000000 ip4:6 tcp", "", false},
	{"pflog", 117, "x3d1e0000 z60 ip6:6 tcp", "", false},
	{"Juniper Ethernet", 178, "x4d474381 x0002ffff eth:0800 ip4:6 tcp", "", false},
	{"Juniper PPP", 179, "x4d474301 xff030021 ip4:6 tcp", "", false},
	{"Juniper without link layer", 181, "x4d474303 x00000002 ip4:6 tcp", "", false},
	{"Juniper MLPPP", 130, "x4d474301 x0700 x0021 ip4:6 tcp", "", false},
	{"Juniper MLPPP, link services", 130, "x4d474301 x54000001 xff030021 ip4:6 tcp", "", false},
	{"Juniper MLPPP, adaptive services", 130, "x4d474301 x4700000000000000 ip6:6 tcp", "", false},
	{"Juniper MLFR", 131, "x4d474301 x0700 x03cc ip4:6 tcp", "", false},
	{"Juniper MFR", 134, "x4d474301 x07000000 x038e ip6:6 tcp", "", false},
	{"Juniper MFR, a link", 134, "x4d474301 xc101184103cc ip4:6 tcp", "", false},
	{"Juniper ATM1", 137, "x4d474381 x0002ffff x01000001 xaaaa030000000800 ip4:6 tcp", "", false},
	{"Juniper ATM2", 135, "x4d474301 x0000000100000000 ip4:6 tcp", "", false},
	{"Juniper ATM2, bridged", 135, "x4d474300 x0000000100000000 eth:0800 ip4:6 tcp", "", false},
	{"Juniper services", 136, "x4d474301 x0102000300000004 ip4:6 tcp", "", false},
	{"Juniper GGSN", 133, "x4d474301 x0102060000000000 ip6:6 tcp", "", false},
	{"Juniper monitor", 164, "x4d474301 x0100000200000003 ip4:6 tcp", "", false},
	{"Juniper ES", 132, "x4d474301 x00014003000000070102030405060708 ip4:6 tcp", "", false},
	{"Juniper ES, bundle", 132, "x4d474301 ip4:6 tcp", "", false},
	{"Juniper PPPoE", 167, "x4d474301 eth:8864 x11000009 len x0021 ip4:6 tcp", "pppoe:9", true},
	{"Juniper PPPoE in ATM", 168, "x4d474301 x8864 x11000009 len x0021 ip4:6 tcp", "pppoe:9", true},
	{"Symantec", 99, "x0102030405060800 z36 ip4:6 tcp", "", false},
	{"Symantec, newer", 99, "z36 x86dd z18 ip6:6 tcp", "", false},
	{"TZSP link", 128, "x01000001 x01 eth:0800 ip4:6 tcp", "tzsp", false},
	{"MPLS link", 219, "x00064140 ip4:6 tcp", "mpls:100", false},
	{"Broadcom tag", 281, "x020000000002020000000001 x20000001 x0800 ip4:6 tcp", "", false},
	{"Broadcom tag in front", 282, "x20000001 eth:0800 ip4:6 tcp", "", false},
	{"DSA tag", 284, "x020000000002020000000001 xe0080064 x0800 ip4:6 tcp", "vlan:100", true},
	{"DSA tag, untagged", 284, "x020000000002020000000001 xc0080064 x0800 ip4:6 tcp", "", false},
	{"EDSA tag", 285, "x020000000002020000000001 xdada0000 xe0080064 x0800 ip4:6 tcp", "vlan:100", true},
	/* IPv6's extension headers. */
	{"hop-by-hop", 229, "ip6:0 x0600010400000000 tcp", "", false},
	{"destination options", 229, "ip6:60 x0600010400000000 tcp", "", false},
	{"chain", 229, "ip6:0 x2b00010400000000 x3c00000000000000 x3300010400000000 x06040000 x00000007 x00000001 x000102030405060708090a0b tcp", "ah:7", false},
	{"atomic fragment", 229, "ip6:44 x0600000000001234 tcp", "", false},
	/* Tunnels. */
	{"MPLS", 1, "eth:8847 x00064140 ip4:6 tcp", "mpls:100", false},
	{"MPLS stack, IPv6", 1, "eth:8847 x00064040 x000c8140 ip6:6 tcp", "mpls:100 mpls:200", false},
	{"MPLS, explicit null", 1, "eth:8847 x00000140 ip4:6 tcp", "mpls:0", false},
	{"MPLS, pseudo-wire", 1, "eth:8847 x00064140 eth:0800 ip4:6 tcp", "mpls:100", false},
	{"MPLS, pseudo-wire, control word", 1, "eth:8847 x00064140 x00000000 eth:8100 x00090800 ip4:6 tcp", "mpls:100 vlan:9", true},
	{"PPPoE", 1, "eth:8864 x11000009 len x0021 ip4:6 tcp", "pppoe:9", true},
	{"IPv4 in IPv4", 1, "eth:0800 ip4:4 ip4:6 tcp", "ipip", false},
	{"IPv6 in IPv4", 1, "eth:0800 ip4:41 ip6:6 tcp", "6in4", false},
	{"IPv4 in IPv6", 1, "eth:86dd ip6:4 ip4:6 tcp", "4in6", false},
	{"IPv6 in IPv6", 1, "eth:86dd ip6:41 ip6:6 tcp", "6in6", false},
	{"AH", 1, "eth:0800 ip4:51 x06040000 x00000007 x00000001 x000102030405060708090a0b tcp", "ah:7", false},
	{"EtherIP", 1, "eth:0800 ip4:97 x3000 eth:0800 ip4:6 tcp", "etherip", false},
	{"MPLS in IP", 1, "eth:0800 ip4:137 x00064140 ip4:6 tcp", "mpls:100", false},
	{"GRE", 1, GRE4 "x00000800 ip4:6 tcp", "gre", false},
	{"GRE, checksum, key, sequence", 1, GRE4 "xb0000800 x00000000 x0000002a x00000001 ip4:6 tcp", "gre:42", true},
	{"GRE, routing", 1, GRE4 "x40000800 x00000000 x00020004 x01020304 x00000000 ip4:6 tcp", "gre", false},
	{"GRE, Ethernet", 1, GRE4 "x20006558 x00000005 eth:86dd ip6:6 tcp", "gre:5", true},
	{"GRE, MPLS", 1, GRE4 "x00008847 x00064140 ip4:6 tcp", "gre mpls:100", false},
	{"GRE, WCCP", 1, GRE4 "x0000883e x00000000 ip4:6 tcp", "gre", false},
	{"GRE, frame relay", 1, GRE4 "x00006559 x184103cc ip4:6 tcp", "gre", false},
	{"GRE, Aruba", 1, GRE4 "x00008200 x08010000020000000001020000000002020000000003 x1000 xaaaa030000000800 ip4:6 tcp", "gre", false},
	{"PPTP", 1, GRE4 "x3001880b len-6 x0007 x00000001 xff030021 ip4:6 tcp", "gre:7 ppp", false},
	{"EoIP", 1, GRE4 "x20016400 len-2 x0700 eth:0800 ip4:6 tcp", "gre:7", true},
	{"ERSPAN I", 1, GRE4 "x000088be eth:0800 ip4:6 tcp", "gre erspan", false},
	{"ERSPAN II", 1, GRE4 "x100088be x00000001 x1001000500000000 eth:0800 ip4:6 tcp", "gre erspan:5", false},
	{"ERSPAN III", 1, GRE4 "x100022eb x00000001 x200100050000000000000001 x0000000000000000 eth:0800 ip4:6 tcp", "gre erspan:5", false},
	{"VXLAN", 1, UDP4 "udp:4789 x0800000000002a00 eth:0800 ip4:6 tcp", "vxlan:42", true},
	{"VXLAN, Linux's port", 1, UDP4 "udp:8472 x0800000000002a00 eth:8100 x00050800 ip4:6 tcp", "vxlan:42 vlan:5", true},
	{"VXLAN-GPE", 1, UDP4 "udp:4790 x0c00000100002a00 ip4:6 tcp", "vxlan:42", true},
	{"VXLAN-GPE, NSH", 1, UDP4 "udp:4790 x0c00000400002a00 x0fc2010200000102 ip6:6 tcp", "vxlan:42", true},
	{"GENEVE", 1, UDP4 "udp:6081 x0100655800002a00 x01028001 eth:0800 ip4:6 tcp", "geneve:42", true},
	{"GENEVE, IPv6", 1, UDP4 "udp:6081 x000086dd00002a00 ip6:6 tcp", "geneve:42", true},
	{"GTP-U", 1, UDP4 "udp:2152 x30ff len-4 x00000007 ip4:6 tcp", "gtp:7", false},
	{"GTP-U, extensions", 1, UDP4 "udp:2152 x36ff len-4 x00000007 x00010085 x01100900 ip6:6 tcp", "gtp:7", false},
	{"GTP-U, PPP", 1, UDP4 "udp:2152 x30ff len x00000007 xff030021 ip4:6 tcp", "gtp:7", false},
	{"GTP-U, Ethernet", 1, UDP4 "udp:2152 x34ff len-4 x00000007 x00000085 x01100900 eth:86dd ip6:6 tcp", "gtp:7", false},
	{"Teredo", 1, UDP4 "udp:3544 ip6:6 tcp", "teredo", false},
	{"Teredo, both headers", 1, UDP4 "udp:3544 x00010000010203040506070800 x0000ff0001020304 ip6:6 tcp", "teredo", false},
	{"L2TP", 1, UDP4 "udp:1701 x0002 x00010002 xff030021 ip4:6 tcp", "l2tp:2", false},
	{"L2TP, all fields", 1, UDP4 "udp:1701 x4a02 len+2 x00010002 x00000000 x0002ffff x0021 ip4:6 tcp", "l2tp:2", false},
	{"L2TPv3 in IP, cookie", 1, "eth:0800 ip4:115 x00000009 xaabbccdd eth:0800 ip4:6 tcp", "l2tp:9", false},
	{"L2TPv3 in UDP", 1, UDP4 "udp:1701 x00030000 x00000009 eth:0800 ip4:6 tcp", "l2tp:9", false},
	{"AYIYA", 1, UDP4 "udp:5072 x44521129 x00000000 x00000000000000000000000000000001 x0000000000000000000000000000000000000000 ip6:6 tcp", "ayiya", false},
	{"CAPWAP, 802.3", 1, UDP4 "udp:5247 x0010000000000000 eth:0800 ip4:6 tcp", "capwap", false},
	{"CAPWAP, 802.11", 1, UDP4 "udp:5247 x0010030000000000 x08010000020000000001020000000002020000000003 x1000 xaaaa030000000800 ip4:6 tcp", "capwap", false},
	{"CAPWAP, 802.11 swapped", 1, UDP4 "udp:5247 x0010030000000000 x01080000020000000001020000000002020000000003 x0010 xaaaa030000000800 ip4:6 tcp", "capwap", false},
	{"TZSP", 1, UDP4 "udp:37008 x01000001 x00 x0a0100 x01 eth:0800 ip4:6 tcp", "tzsp", false},
	{"HP's mirror", 1, UDP4 "udp:7932 x000102030405060708090a0b eth:8100 x00050800 ip4:6 tcp", "hp-erm vlan:5", false},
	{"TZSP, Prism", 1, UDP4 "udp:37008 x01000077 x01 x4400000010000000 x0000000000000000 x08010000020000000001020000000002020000000003 x1000 xaaaa030000000800 ip4:6 tcp", "tzsp", false},
	{"TZSP, AVS", 1, UDP4 "udp:37008 x0100007f x01 x8021100100000010 x0000000000000000 x08010000020000000001020000000002020000000003 x1000 xaaaa030000000800 ip4:6 tcp", "tzsp", false},
	{"GRE in UDP", 1, UDP4 "udp:4754 x20000800 x0000002a ip4:6 tcp", "gre:42", true},
	{"GUE", 1, UDP4 "udp:6080 x00040000 ip4:6 tcp", "gue ipip", false},
	{"GUE, options", 1, UDP4 "udp:6080 x02290000 x0102030405060708 ip6:6 tcp", "gue 6in4", false},
	{"GUE, none", 1, UDP4 "udp:6080 ip6:6 tcp", "gue", false},
	{"LISP", 1, UDP4 "udp:4341 x8000000100000000 ip4:6 tcp", "lisp", false},
	{"LISP, instance", 1, UDP4 "udp:4341 x8800000100002a00 ip6:6 tcp", "lisp:42", true},
	{"mobile IP through a NAT", 1, UDP4 "udp:434 x04040000 ip4:6 tcp", "ipip", false},
	{"nested", 1, "eth:8100 x00640800 ip4:47 x20006558 x00000005 eth:8847 x00064140 ip6:4 ip4:17 udp:4789 x0800000000002a00 eth:86dd ip6:6 tcp", "vlan:100 gre:5 mpls:100 4in6 vxlan:42", true},
};
/* clang-format on */

#define ROWS (sizeof rows / sizeof *rows)

static bool is_v6(const LayerRow *row)
{
	return g_strrstr(row->layers, "ip6:") > g_strrstr(row->layers, "ip4:");
}

/* All that every row's segment has in common. */
static bool segment_is_ours(const Segment *segment, bool v6)
{
	static const uint8_t v4_src[16] = {192, 0, 2, 1}, v4_dst[16] = {198, 51, 100, 2},
			     v6_src[16] = {0x20, 0x01, 0x0d, 0xb8, [15] = 1},
			     v6_dst[16] = {0x20, 0x01, 0x0d, 0xb8, [15] = 2};

	return segment->kind == SEGMENT_TCP && segment->ip_version == (v6 ? 6 : 4) &&
	       !memcmp(segment->src, v6 ? v6_src : v4_src, 16) &&
	       !memcmp(segment->dst, v6 ? v6_dst : v4_dst, 16) && segment->src_port == 40000 &&
	       segment->dst_port == 80 && segment->seq.value == 1000 &&
	       segment->ack.value == 2000 && segment->flags == (TCP_PSH | TCP_ACK) &&
	       segment->payload_len == 5 && segment->ttl == 64 && segment->frame == 7 &&
	       segment->time == 11;
}

ParameterizedTestParameters(layers, read_when_good)
{
	static size_t indices[ROWS];

	for (size_t i = 0; i < ROWS; i++)
		indices[i] = i;
	return cr_make_param_array(size_t, indices, ROWS);
}

ParameterizedTest(size_t *index, layers, read_when_good)
{
	const LayerRow *row = &rows[*index];
	Segment segments[DECODER_SEGMENTS];
	Decoder *decoder = decoder_new(NULL);
	static Composed packet;
	g_autofree char *counts = NULL, *encap = NULL;
	bool summed = g_str_has_suffix(row->layers, ":6 tcp") || strstr(row->layers, ":6 tcp +");

	compose(&packet, row->layers);
	cr_assert_eq(decode_composed(decoder, row->link_type, &packet, segments), 1, "%s: %s",
		     row->name, counts = decoder_counts_text(decoder));
	cr_expect(segment_is_ours(segments, is_v6(row)), "%s: not the segment", row->name);
	cr_expect_eq(segments->checksum,
		     summed ? SEGMENT_CHECKSUM_GOOD : SEGMENT_CHECKSUM_OFFLOADED, "%s", row->name);
	cr_expect_not(segments->cut, "%s", row->name);
	cr_expect_eq(segments->payload_captured, 5, "%s", row->name);
	cr_expect_not(memcmp(segments->payload, "hello", 5), "%s", row->name);
	encap = encapsulation_text(&segments->encap);
	cr_expect_str_eq(encap, row->encap, "%s", row->name);
	for (uint8_t i = segments->encap.len; i-- > 0;) {
		if (!segments->encap.layer[i].has_id)
			continue;
		cr_expect_eq(segments->encap.layer[i].identity, row->identity, "%s", row->name);
		break;
	}
	cr_expect_eq(encapsulation_hash(&segments->encap) != 0, row->identity, "%s", row->name);
	decoder_free(decoder);
}

/* The whole segment, or nothing of it: never other ports or numbers. */
static void expect_ours_or_none(const LayerRow *row, const Segment *segments, size_t n,
				const char *how, size_t at)
{
	for (size_t i = 0; i < n; i++) {
		Segment segment = segments[i];

		if (segment.kind != SEGMENT_TCP)
			continue;
		cr_expect(segment.src_port == 40000 && segment.dst_port == 80 &&
				  segment.seq.value == 1000 && segment.ack.value == 2000 &&
				  segment.flags == (TCP_PSH | TCP_ACK),
			  "%s, %s at %zu: a segment that never was", row->name, how, at);
		cr_expect(segment.payload_captured <= segment.payload_len, "%s, %s at %zu",
			  row->name, how, at);
		cr_expect(segment.cut || segment.payload_captured == segment.payload_len,
			  "%s, %s at %zu", row->name, how, at);
		cr_expect(segment.checksum != SEGMENT_CHECKSUM_BAD, "%s, %s at %zu", row->name, how,
			  at);
	}
}

Test(layers, cut_at_every_byte_never_yield_another_segment)
{
	static Composed packet;

	for (size_t r = 0; r < ROWS; r++) {
		Segment segments[DECODER_SEGMENTS];
		Decoder *decoder = decoder_new(NULL);
		size_t len, n;

		compose(&packet, rows[r].layers);
		len = composed_len(&packet);
		for (size_t cut = 0; cut < len; cut++) {
			n = decode_bytes(decoder, rows[r].link_type, composed_data(&packet), cut,
					 len, segments);
			expect_ours_or_none(&rows[r], segments, n, "cut by snaplen", cut);
			n = decode_bytes(decoder, rows[r].link_type, composed_data(&packet), cut,
					 cut, segments);
			expect_ours_or_none(&rows[r], segments, n, "ends", cut);
		}
		decoder_free(decoder);
	}
}

Test(layers, cut_within_tcp_still_yield_what_is_there)
{
	static Composed packet;

	for (size_t r = 0; r < ROWS; r++) {
		Segment segments[DECODER_SEGMENTS];
		Decoder *decoder = decoder_new(NULL);
		size_t len, trailer;

		compose(&packet, rows[r].layers);
		len = composed_len(&packet);
		trailer = strstr(rows[r].layers, " +")
				  ? strlen(strstr(rows[r].layers, " +")) / 2 - 1
				  : 0;
		for (size_t less = 1; less <= 25; less++) {
			size_t cut = len - trailer - less, want = less <= 11 ? 1 : 0;
			size_t n = decode_bytes(decoder, rows[r].link_type, composed_data(&packet),
						cut, len, segments);

			cr_expect_eq(n, want, "%s: %zu bytes less", rows[r].name, less);
			if (!n)
				continue;
			cr_expect(segment_is_ours(segments, is_v6(&rows[r])) && segments->cut,
				  "%s: %zu bytes less", rows[r].name, less);
			cr_expect_eq(segments->checksum, SEGMENT_CHECKSUM_UNKNOWN);
			cr_expect_eq(segments->payload_captured, less < 5 ? 5 - less : 0);
		}
		decoder_free(decoder);
	}
}

/* Lengths, versions, counts of words: whatever a byte says, nothing is read beyond the end. */
Test(layers, with_any_byte_wrong_stay_within_bounds)
{
	static const uint8_t values[] = {0x00, 0x01, 0x0f, 0x40, 0x45, 0x60, 0x7f, 0x80, 0xff};
	static Composed packet;

	for (size_t r = 0; r < ROWS; r++) {
		Decoder *decoder = decoder_new(NULL);
		size_t len;

		compose(&packet, rows[r].layers);
		len = composed_len(&packet);
		for (size_t at = 0; at < len; at++) {
			uint8_t good = composed_data(&packet)[at];

			for (size_t v = 0; v < sizeof values; v++) {
				Segment segments[DECODER_SEGMENTS];
				size_t n;

				composed_data(&packet)[at] = values[v];
				n = decode_composed(decoder, rows[r].link_type, &packet, segments);
				cr_expect_leq(n, DECODER_SEGMENTS);
				for (size_t i = 0; i < n; i++)
					cr_expect(segments[i].payload_captured <=
						  segments[i].payload_len);
			}
			composed_data(&packet)[at] = good;
		}
		decoder_free(decoder);
	}
}

Test(layers, count_every_packet_that_yields_nothing)
{
	static Composed packet;

	for (size_t r = 0; r < ROWS; r++) {
		size_t len;

		compose(&packet, rows[r].layers);
		len = composed_len(&packet);
		for (size_t cut = 0; cut < len; cut++) {
			Segment segments[DECODER_SEGMENTS];
			Decoder *decoder = decoder_new(NULL);
			size_t reasons = 0;

			if (!decode_bytes(decoder, rows[r].link_type, composed_data(&packet), cut,
					  len, segments)) {
				decoder_counts(decoder, &reasons);
				cr_expect(reasons > 0, "%s: silent when cut at %zu", rows[r].name,
					  cut);
			}
			decoder_free(decoder);
		}
	}
}

Test(layers, find_teredo_on_any_port_by_its_network)
{
	static Composed packet;
	enum { INNER_SRC = 14 + 20 + 8 + 8 };
	Segment segments[DECODER_SEGMENTS];
	Decoder *decoder = decoder_new(NULL);

	compose(&packet, UDP4 "udp:3797 ip6:6 tcp");
	cr_expect_eq(decode_composed(decoder, 1, &packet, segments), 0);
	cr_expect_eq(decoder_count(decoder, "UDP"), 1, "IPv6 in UDP is no Teredo by itself");
	memset(composed_data(&packet) + INNER_SRC + 2, 0, 2); /* 2001:0::/32 */
	cr_assert_eq(decode_composed(decoder, 1, &packet, segments), 1);
	g_autofree char *encap = encapsulation_text(&segments->encap);
	cr_expect_str_eq(encap, "teredo");
	composed_data(&packet)[14 + 20 + 8 + 5]++; /* another length than what is there */
	cr_expect_eq(decode_composed(decoder, 1, &packet, segments), 0);
	decoder_free(decoder);
}
