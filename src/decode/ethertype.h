/* SPDX-License-Identifier: BSD-3-Clause */
/* Ethertypes that are of interest one by one; ethernet.c lists the others that are known. */
#pragma once

#define ETHERNET_HEADER 14 /* bytes: destination, source, ethertype */

typedef enum {
	TYPE_IPV4 = 0x0800,
	TYPE_ARP = 0x0806,
	TYPE_VLAN = 0x8100,
	TYPE_IPV6 = 0x86dd,
	TYPE_MPLS = 0x8847,
	TYPE_MPLS_MULTICAST = 0x8848,
	TYPE_PPPOE_DISCOVERY = 0x8863,
	TYPE_PPPOE = 0x8864,
	TYPE_SERVICE_VLAN = 0x88a8, /* 802.1ad */
	TYPE_LLDP = 0x88cc,
	TYPE_PBB = 0x88e7, /* 802.1ah */
	TYPE_CFM = 0x8902, /* 802.1ag */
} Ethertype;
