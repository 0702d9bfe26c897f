/* SPDX-License-Identifier: BSD-3-Clause */
/* The TCP header, RFC 9293 §3.1, and where every walk is to end: a segment. */
#include "decode/tcp-segment.h"

static void tcp_fill_encapsulation(Segment *segment, const Walk *walk)
{
	segment->encap.len = walk->encap.len;
	for (uint8_t i = 0; i < walk->encap.len; i++)
		segment->encap.layer[i] = walk->encap.layer[i];
}

Layer tcp_layer(Walk *walk)
{
	TcpBytes tcp = {walk->at.at, bytes_left(&walk->at), walk_wire_left(walk), 0};
	Segment *segment;

	if (tcp.wire < TCP_HEADER)
		return walk_fault(walk, "TCP segment shorter than a TCP header");
	if (tcp.captured < TCP_UP_TO_FLAGS)
		return walk_fault(walk, "TCP header cut");
	tcp.header = (tcp.at[12] >> 4) * 4u;
	if (tcp.header < TCP_HEADER)
		return walk_fault(walk, "TCP data offset < 5");
	if (tcp.header > tcp.wire)
		return walk_fault(walk, "TCP data offset beyond the segment");
	segment = walk_segment(walk);
	if (!segment)
		return LAYER_END;
	tcp_fill(segment, walk->packet, &walk->ip, &tcp, !walk->decoder->options.no_checksums);
	tcp_fill_encapsulation(segment, walk);
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
		return walk_fault(walk, "quoted TCP header cut");
	segment = walk_segment(walk);
	if (!segment)
		return LAYER_END;
	memcpy(header, tcp, captured < TCP_HEADER ? captured : TCP_HEADER);
	segment->kind = SEGMENT_ICMP_ERROR;
	segment->checksum = SEGMENT_CHECKSUM_UNKNOWN;
	tcp_fill_outer(segment, walk->packet, &walk->ip);
	tcp_fill_encapsulation(segment, walk);
	tcp_fill_header(segment, header, TCP_HEADER);
	segment->icmp.version = quote->version;
	segment->icmp.type = quote->type;
	segment->icmp.code = quote->code;
	segment->icmp.mtu = quote->mtu;
	tcp_fill_address(segment->icmp.sender, quote->sender, quote->version);
	segment->icmp.has_seq = captured >= 8;
	segment->icmp.has_flags = captured >= TCP_UP_TO_FLAGS;
	segment->cut = captured < wire ? SEGMENT_CUT_HEADER : SEGMENT_CUT_NOT;
	segment->options = segment->payload = tcp; /* none, but a place */
	segment->options_len = 0;
	segment->stamps = SEGMENT_STAMPS_NONE;
	segment->has_digest = false;
	segment->payload_len = segment->payload_captured = 0;
	if (segment->icmp.has_flags && (header[12] >> 4) * 4u >= TCP_HEADER &&
	    (header[12] >> 4) * 4u <= wire)
		segment->payload_len = wire - (header[12] >> 4) * 4u;
	return LAYER_END;
}
