/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Packets written as the list of their layers, outermost first:
 *
 *	"eth:0800 ip4:17 udp:4789 x0800000000002a00 eth:0800 ip4:6 tcp"
 *
 *	eth:TYPE  Ethernet header with that ethertype; eth: alone has the length of what follows
 *	ip4:P     IPv4 192.0.2.1 to 198.51.100.2, protocol P; ip6:P 2001:db8::1 to 2001:db8::2
 *	udp:PORT  to that port
 *	tcp       port 40000 to 80, seq 1000, ack 2000, PSH and ACK, "hello"
 *	syn       the same without payload, flags SYN, options MSS 1460, SACK permitted, TS, NOP, WS
 *7 len+N     two bytes: the length of what follows, plus N; lel+N in little endian xHEX      these
 *bytes; zN: N bytes of 0; +HEX: these bytes behind everything else
 *
 * Lengths and checksums are right; a test makes them wrong by itself.
 */
#pragma once

#include "decode/decoder.h"

#define COMPOSED_ROOM 70000

typedef struct {
	uint8_t room[COMPOSED_ROOM];
	size_t start; /* the packet is room[start..] */
} Composed;

void compose(Composed *packet, const char *layers);
/* Empty, to be filled from the inside out. */
void compose_start(Composed *packet);
void compose_put(Composed *packet, const void *bytes, size_t len);
/* Puts one layer, as in the list, around what is there. */
void compose_layer(Composed *packet, const char *layer);

static inline uint8_t *composed_data(Composed *packet)
{
	return packet->room + packet->start;
}

static inline size_t composed_len(const Composed *packet)
{
	return COMPOSED_ROOM - packet->start;
}

/* The sum of RFC 1071, complemented; written for its plainness. */
uint16_t compose_checksum(const uint8_t *data, size_t len, uint32_t sum);
/* Sets the TCP checksum of an IPv4 or IPv6 packet without options at ip. */
void compose_tcp_checksum(uint8_t *ip, size_t len);

/* Decodes bytes that end where memory does, so that a sanitizer sees a step too far. */
size_t decode_bytes(Decoder *decoder, uint32_t link_type, const uint8_t *data, size_t captured,
		    size_t wire, Segment segments[DECODER_SEGMENTS]);
size_t decode_composed(Decoder *decoder, uint32_t link_type, Composed *packet,
		       Segment segments[DECODER_SEGMENTS]);
/* "vlan:10 gre" */
char *encapsulation_text(const Encapsulation *encap);
/* Packets counted under the reason; 0 when it is not there. */
uint64_t decoder_count(Decoder *decoder, const char *reason);
/* All reasons, as "2 ARP; 1 TCP header cut!": for messages. A fault has the mark. */
char *decoder_counts_text(Decoder *decoder);
