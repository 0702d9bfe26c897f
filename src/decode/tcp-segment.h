/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How a TCP header between two addresses becomes a segment, RFC 9293 §3.1. It is inline for both
 * who come by one: the walk, and the short way of ordinary packets.
 */
#pragma once

#include "decode/checksum.h"
#include "decode/tcp-options.h"
#include "decode/walk.h"

#define TCP_HEADER 20
#define TCP_UP_TO_FLAGS 14
#define ETHERNET_FILLING 6 /* 60 octets less the headers of Ethernet, IPv4 and TCP */

/* Of at least TCP_UP_TO_FLAGS captured bytes, and TCP_HEADER <= header <= wire. */
typedef struct {
	const uint8_t *at;
	size_t captured;
	uint32_t wire;
	uint32_t header; /* its length, as the data offset says */
} TcpBytes;

static inline void tcp_fill_address(uint8_t out[16], const uint8_t *address, uint8_t version)
{
	if (version == 4) {
		memset(out + 4, 0, 12);
		memcpy(out, address, 4);
	} else {
		memcpy(out, address, 16);
	}
}

/* Fields are written one by one: most of a segment is room for layers and errors that it does not
 * have. */
static inline void tcp_fill_outer(Segment *segment, const ShakedownPacket *packet, const WalkIp *ip)
{
	segment->time = packet->time;
	segment->frame = packet->frame;
	segment->ip_version = ip->version;
	segment->ttl = ip->ttl;
	segment->has_ip_id = ip->has_id;
	segment->ip_id = ip->id;
	segment->ip_len = ip->len;
	segment->fragmented = ip->fragmented;
	tcp_fill_address(segment->src, ip->src, ip->version);
	tcp_fill_address(segment->dst, ip->dst, ip->version);
}

/* As much of the header as there is, at least up to the flags. A window that is not there is no
 * closed one: the largest rules nothing out. */
static inline void tcp_fill_header(Segment *segment, const uint8_t *tcp, size_t captured)
{
	segment->src_port = be16(tcp);
	segment->dst_port = be16(tcp + 2);
	segment->seq = tcp_seq(be32(tcp + 4));
	segment->ack = tcp_seq(be32(tcp + 8));
	segment->flags = be16(tcp + 12) & 0xfff;
	segment->window = captured >= 16 ? be16(tcp + 14) : UINT16_MAX;
	segment->urgent = captured >= 20 ? be16(tcp + 18) : 0;
}

/* Options and payload, as far as they were captured. */
static inline void tcp_fill_rest(Segment *segment, const TcpBytes *tcp)
{
	size_t options_end = tcp->captured < tcp->header ? tcp->captured : tcp->header;

	segment->options = tcp->at + (tcp->captured < TCP_HEADER ? tcp->captured : TCP_HEADER);
	segment->options_len = (uint8_t)(options_end > TCP_HEADER ? options_end - TCP_HEADER : 0);
	segment->payload = tcp->at + options_end;
	segment->payload_len = tcp->wire - tcp->header;
	segment->payload_captured = (uint32_t)(tcp->captured - options_end);
	segment->cut = (uint8_t)((tcp->captured < tcp->wire) + (tcp->captured < tcp->header));
	segment->has_digest = false;
	tcp_options_read_timestamps(segment);
}

/*
 * Ethernet fills frames up to 60 octets (IEEE 802.3 §3.2.8) behind what the IP length says; some
 * middleboxes make that length anew from the frame's, so that the filling looks like data. It is
 * known by all of: a segment that does not push, whose few bytes are all zero and end where a
 * filled frame ends (56: a VLAN tag was taken off; 64: it was filled beside a tag).
 */
static inline bool tcp_is_filling(const Segment *segment, uint32_t frame)
{
	static const uint8_t zero[ETHERNET_FILLING];
	uint32_t len = segment->payload_len;

	return len > 0 && len <= ETHERNET_FILLING && segment->payload_captured == len &&
	       segment->ip_version == 4 && !(segment->flags & TCP_PSH) &&
	       (frame == 56 || frame == 60 || frame == 64) &&
	       memcmp(segment->payload, zero, len) == 0;
}

/* All but the layers passed on the way. */
static inline void tcp_fill(Segment *segment, const ShakedownPacket *packet, const WalkIp *ip,
			    const TcpBytes *tcp, bool judge_checksum)
{
	segment->kind = SEGMENT_TCP;
	tcp_fill_outer(segment, packet, ip);
	tcp_fill_header(segment, tcp->at, tcp->captured);
	tcp_fill_rest(segment, tcp);
	if (tcp_is_filling(segment, packet->wire_len))
		segment->payload_len = segment->payload_captured = 0;
	segment->checksum = SEGMENT_CHECKSUM_UNKNOWN;
	if (!segment->cut && judge_checksum)
		segment->checksum = (uint8_t)checksum_tcp(
			ip->src, ip->dst, ip->version == 4 ? 4 : 16, tcp->at, tcp->wire);
}
