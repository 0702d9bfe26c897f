/* SPDX-License-Identifier: BSD-3-Clause */
/* The TCP header, RFC 9293 §3.1, and where every walk is to end: a segment. */
#include "decode/checksum.h"
#include "decode/walk.h"

#define TCP_HEADER 20
#define TCP_UP_TO_FLAGS 14
#define ETHERNET_FILLING 6 /* 60 octets less the headers of Ethernet, IPv4 and TCP */

static inline size_t tcp_address_len(const Walk *walk)
{
	return walk->ip.version == 4 ? 4 : 16;
}

static void tcp_fill_address(uint8_t out[16], const uint8_t *address, uint8_t version)
{
	if (version == 4) {
		memset(out + 4, 0, 12);
		memcpy(out, address, 4);
	} else {
		memcpy(out, address, 16);
	}
}

/* What the walk knows. Fields are written one by one: most of a segment is room for layers and
 * errors that it does not have. */
static void tcp_fill_outer(const Walk *walk, Segment *segment)
{
	segment->time = walk->packet->time;
	segment->frame = walk->packet->frame;
	segment->ip_version = walk->ip.version;
	segment->ttl = walk->ip.ttl;
	segment->has_ip_id = walk->ip.has_id;
	segment->ip_id = walk->ip.id;
	segment->ip_len = walk->ip.len;
	segment->fragmented = walk->ip.fragmented;
	tcp_fill_address(segment->src, walk->ip.src, walk->ip.version);
	tcp_fill_address(segment->dst, walk->ip.dst, walk->ip.version);
	segment->encap.len = walk->encap.len;
	for (uint8_t i = 0; i < walk->encap.len; i++)
		segment->encap.layer[i] = walk->encap.layer[i];
}

/* As much of the header as there is, at least up to the flags. */
static void tcp_fill_header(Segment *segment, const uint8_t *tcp, size_t captured)
{
	segment->src_port = be16(tcp);
	segment->dst_port = be16(tcp + 2);
	segment->seq = tcp_seq(be32(tcp + 4));
	segment->ack = tcp_seq(be32(tcp + 8));
	segment->flags = be16(tcp + 12) & 0xfff;
	segment->window = captured >= 16 ? be16(tcp + 14) : 0;
	segment->urgent = captured >= 20 ? be16(tcp + 18) : 0;
}

/*
 * Ethernet fills frames up to 60 octets (IEEE 802.3 §3.2.8) behind what the IP length says; some
 * middleboxes make that length anew from the frame's, so that the filling looks like data. It is
 * known by all of: a segment that does not push, whose few bytes are all zero and end where a
 * filled frame ends (56: a VLAN tag was taken off; 64: it was filled beside a tag).
 */
static bool tcp_is_filling(const Walk *walk, const uint8_t *payload, size_t captured, uint32_t wire,
			   uint16_t flags)
{
	static const uint8_t zero[ETHERNET_FILLING];
	uint32_t frame = walk->packet->wire_len;

	return wire > 0 && wire <= ETHERNET_FILLING && captured == wire && walk->ip.version == 4 &&
	       !(flags & TCP_PSH) && (frame == 56 || frame == 60 || frame == 64) &&
	       memcmp(payload, zero, wire) == 0;
}

/* Options and payload, as far as they were captured. */
static void tcp_fill_rest(Segment *segment, const uint8_t *tcp, size_t captured, uint32_t header,
			  uint32_t wire)
{
	size_t options_end = captured < header ? captured : header;

	segment->options = tcp + (captured < TCP_HEADER ? captured : TCP_HEADER);
	segment->options_len = (uint8_t)(options_end > TCP_HEADER ? options_end - TCP_HEADER : 0);
	segment->payload = tcp + options_end;
	segment->payload_len = wire - header;
	segment->payload_captured = (uint32_t)(captured - options_end);
	segment->cut = captured < wire;
}

Layer tcp_layer(Walk *walk)
{
	size_t captured = bytes_left(&walk->at);
	uint32_t wire = walk_wire_left(walk), header;
	const uint8_t *tcp = walk->at.at;
	Segment *segment;

	if (wire < TCP_HEADER)
		return walk_fault(walk, "TCP segment shorter than a TCP header");
	if (captured < TCP_UP_TO_FLAGS)
		return walk_fault(walk, "TCP header cut");
	header = (tcp[12] >> 4) * 4u;
	if (header < TCP_HEADER)
		return walk_fault(walk, "TCP data offset < 5");
	if (header > wire)
		return walk_fault(walk, "TCP data offset beyond the segment");
	segment = walk_segment(walk);
	if (!segment)
		return LAYER_END;
	segment->kind = SEGMENT_TCP;
	tcp_fill_outer(walk, segment);
	tcp_fill_header(segment, tcp, captured);
	tcp_fill_rest(segment, tcp, captured, header, wire);
	if (tcp_is_filling(walk, segment->payload, segment->payload_captured, segment->payload_len,
			   segment->flags))
		segment->payload_len = segment->payload_captured = 0;
	segment->checksum = SEGMENT_CHECKSUM_UNKNOWN;
	if (!segment->cut && !walk->decoder->options.no_checksums)
		segment->checksum = (uint8_t)checksum_tcp(walk->ip.src, walk->ip.dst,
							  tcp_address_len(walk), tcp, wire);
	return LAYER_END;
}

/* RFC 792 asks for 8 bytes of what the quoted datagram carried: ports and sequence number. */
Layer tcp_quote_layer(Walk *walk)
{
	const WalkQuote *quote = walk->quote;
	size_t captured = bytes_left(&walk->at);
	uint32_t wire = walk_wire_left(walk);
	const uint8_t *tcp = walk->at.at;
	uint8_t header[TCP_HEADER] = {0};
	Segment *segment;

	if (captured < 4)
		return walk_fault(walk, "");
	segment = walk_segment(walk);
	if (!segment)
		return LAYER_END;
	memcpy(header, tcp, captured < TCP_HEADER ? captured : TCP_HEADER);
	segment->kind = SEGMENT_ICMP_ERROR;
	segment->checksum = SEGMENT_CHECKSUM_UNKNOWN;
	tcp_fill_outer(walk, segment);
	tcp_fill_header(segment, header, TCP_HEADER);
	segment->icmp.version = quote->version;
	segment->icmp.type = quote->type;
	segment->icmp.code = quote->code;
	segment->icmp.mtu = quote->mtu;
	tcp_fill_address(segment->icmp.sender, quote->sender, quote->version);
	segment->icmp.has_seq = captured >= 8;
	segment->icmp.has_flags = captured >= TCP_UP_TO_FLAGS;
	segment->cut = captured < wire;
	segment->options = segment->payload = tcp; /* none, but a place */
	segment->options_len = 0;
	segment->payload_len = segment->payload_captured = 0;
	if (segment->icmp.has_flags && (header[12] >> 4) * 4u >= TCP_HEADER &&
	    (header[12] >> 4) * 4u <= wire)
		segment->payload_len = wire - (header[12] >> 4) * 4u;
	return LAYER_END;
}
