/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The packet builder is the decoder's mirror: it makes Ethernet frames that hold one TCP segment,
 * an ICMP error or an ARP request, with every length and checksum right unless wrong is asked for.
 */
#pragma once

#include <glib.h>
#include <shakedown/types.h>

#define PACKET_VLANS 2
#define PACKET_TCP_OPTIONS 40 /* RFC 9293 §3.1: the data offset counts to 60 bytes of header */

/* Bytes below the TCP segment. */
typedef struct {
	ShakedownAddress src, dst; /* of one version */
	uint16_t vlan[PACKET_VLANS];
	size_t vlans; /* tags used, outermost first */
	uint8_t ttl;  /* or hop limit */
	uint16_t ip_id;
} PacketRoute;

/* TCP options as they stand in the header. When an option does not fit, full is set. */
typedef struct {
	uint8_t bytes[PACKET_TCP_OPTIONS];
	size_t len;
	bool full;
} PacketOptions;

/* Appends kind, length and data. */
void packet_options_add(PacketOptions *options, uint8_t kind, const void *data, size_t len);
void packet_options_add16(PacketOptions *options, uint8_t kind, uint16_t value);
/* n numbers of 32 bits: timestamps, SACK blocks. */
void packet_options_add32(PacketOptions *options, uint8_t kind, const uint32_t *values, size_t n);
/* Appends NOPs until len is align modulo 4. */
void packet_options_nop(PacketOptions *options, size_t align);

typedef struct {
	uint16_t src_port, dst_port;
	uint32_t seq, ack;
	uint16_t flags; /* as ShakedownSegment.flags */
	uint16_t window, urgent;
	const PacketOptions *options; /* NULL: none; padded to a multiple of 4 */
	const uint8_t *payload;
	size_t payload_len; /* at most PACKET_PAYLOAD_MOST */
	bool bad_checksum;
} PacketTcp;
#define PACKET_PAYLOAD_MOST 65000

typedef struct {
	uint8_t type, code; /* of ICMP or ICMPv6, as the route's version says */
	uint32_t mtu;	    /* of packet too big, fragmentation needed */
	const uint8_t *quote;
	size_t quote_len; /* bytes of the quoted packet, from its IP header on */
} PacketIcmp;

/* Each appends one whole frame to out. */
void packet_build_tcp(GByteArray *out, const PacketRoute *route, const PacketTcp *tcp);
void packet_build_icmp(GByteArray *out, const PacketRoute *route, const PacketIcmp *icmp);
void packet_build_arp(GByteArray *out, uint32_t sender, uint32_t target);

/* Where the IP header begins in a frame with that route. */
size_t packet_ip_offset(const PacketRoute *route);

/* RFC 1071, not yet complemented; sum carries on from earlier bytes of even length. */
uint32_t packet_sum(uint32_t sum, const uint8_t *data, size_t len);
uint16_t packet_sum_fold(uint32_t sum);
