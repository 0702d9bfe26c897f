/* SPDX-License-Identifier: BSD-3-Clause */
/* IPv6 and its extension headers, RFC 8200 §3 and §4. */
#include "decode/walk.h"

#define IPV6_HEADER 40
#define IPV6_OPTION_PAD1 0
#define IPV6_OPTION_JUMBO 0xc2	      /* RFC 2675 §2 */
#define IPV6_OPTION_HOME_ADDRESS 0xc9 /* RFC 6275 §6.3 */

/* An option's data of that length in the options that fill a header; NULL if it is not there. */
static const uint8_t *ipv6_option(Bytes options, uint8_t type, uint8_t len)
{
	for (const uint8_t *at; (at = bytes_pull(&options, 1));) {
		const uint8_t *length, *data;

		if (*at == IPV6_OPTION_PAD1)
			continue;
		length = bytes_pull(&options, 1);
		if (!length)
			break;
		data = bytes_pull(&options, *length);
		if (!data)
			break;
		if (*at == type && *length == len)
			return data;
	}
	return NULL;
}

/* The payload of a jumbogram: the length stands in a hop-by-hop option. 0 when there is none. */
static uint32_t ipv6_jumbo_length(const Walk *walk)
{
	const uint8_t *header = bytes_peek(&walk->at, 8);
	const uint8_t *length;
	size_t header_len;

	if (!header)
		return 0;
	header_len = 8 + (size_t)header[1] * 8;
	if (!bytes_peek(&walk->at, header_len))
		return 0;
	length = ipv6_option(bytes_of(header + 2, header_len - 2), IPV6_OPTION_JUMBO, 4);
	return length ? be32(length) : 0;
}

/* A payload length of 0 without a jumbo option is an offloaded send's: what is there counts. */
static uint32_t ipv6_payload_length(const Walk *walk, const uint8_t *header)
{
	uint32_t len = be16(header + 4);

	if (len == 0 && header[6] == 0)
		len = ipv6_jumbo_length(walk);
	return len && len <= INT32_MAX ? walk_within(walk, len) : walk_wire_left(walk);
}

Layer ipv6_layer(Walk *walk)
{
	const uint8_t *header = bytes_pull(&walk->at, IPV6_HEADER);
	uint32_t len;

	if (!header)
		return walk_fault(walk, "IPv6 header cut");
	if (header[0] >> 4 != 6)
		return walk_fault(walk, "IPv6 header that says another version");
	len = ipv6_payload_length(walk, header);
	walk_limit(walk, len);

	walk->ip.version = 6;
	walk->ip.ttl = header[7];
	walk->ip.has_id = false;
	walk->ip.fragmented = false;
	walk->ip.id = 0;
	walk->ip.len = IPV6_HEADER + len;
	walk->ip.src = header + 8;
	walk->ip.dst = header + 24;
	return ip_protocol_next(walk, header[6]);
}

/* Takes an extension header of the common shape off: next header, length in 8 bytes beyond the
 * first 8. NULL, and counted, when it is cut. */
static const uint8_t *ipv6_pull_extension(Walk *walk, size_t *len)
{
	const uint8_t *header = bytes_peek(&walk->at, 8);

	if (header) {
		*len = 8 + (size_t)header[1] * 8;
		header = bytes_pull(&walk->at, *len);
	}
	if (!header)
		walk_fault(walk, "IPv6 extension header cut");
	return header;
}

Layer ipv6_options_layer(Walk *walk)
{
	size_t len;
	const uint8_t *header = ipv6_pull_extension(walk, &len);

	if (!header)
		return LAYER_END;
	if (walk->ip.protocol == 60) {
		/* A mobile node away from home: TCP knows it by its home address, RFC 6275 §6.3. */
		const uint8_t *home =
			ipv6_option(bytes_of(header + 2, len - 2), IPV6_OPTION_HOME_ADDRESS, 16);

		if (home)
			walk->ip.src = home;
	}
	return ip_protocol_next(walk, header[0]);
}

/*
 * RFC 8200 §8.1: the pseudo-header has the final destination. Until the segments left are used up,
 * that is the last address of the route: type 0 (RFC 2460), type 2 (RFC 6275 §6.4), and the first
 * one listed of type 4 (RFC 8754 §2: in reverse order).
 */
Layer ipv6_routing_layer(Walk *walk)
{
	size_t len;
	const uint8_t *header = ipv6_pull_extension(walk, &len);

	if (!header)
		return LAYER_END;
	if (header[3] != 0 && len >= 24) {
		if (header[2] == 4)
			walk->ip.dst = header + 8;
		else if ((header[2] == 0 || header[2] == 2) && (len - 8) % 16 == 0)
			walk->ip.dst = header + len - 16;
	}
	return ip_protocol_next(walk, header[0]);
}

Layer ipv6_fragment_layer(Walk *walk)
{
	Decoder *decoder = walk->decoder;
	const uint8_t *header = bytes_pull(&walk->at, 8);
	uint16_t field;
	FragmentsWhole whole;
	FragmentsPiece piece;

	if (!header)
		return walk_fault(walk, "IPv6 fragment header cut");
	field = be16(header + 2);
	walk->ip.has_id = true;
	walk->ip.id = be16(header + 6);
	/* RFC 6946: a fragment that is the whole datagram has nothing to wait for. */
	if ((field & 0xfff9) == 0 || (walk->quote && field >> 3 == 0))
		return ip_protocol_next(walk, header[0]);
	if (walk->quote)
		return walk_skip(walk, "");
	piece = (FragmentsPiece){
		.version = 6,
		.protocol = header[0],
		.more = field & 1,
		.id = be32(header + 4),
		.src = walk->ip.src,
		.dst = walk->ip.dst,
		.encap = &walk->encap,
		.time = walk->packet->time,
		.offset = field & 0xfff8u,
		.len = walk_wire_left(walk),
		.bytes = walk->at,
	};
	if (!fragments_add(&decoder->fragments, &decoder->counts, &piece, &whole))
		return LAYER_END;
	walk->at = whole.bytes;
	walk->missing = whole.len - (uint32_t)bytes_left(&whole.bytes);
	walk->ip.fragmented = true;
	walk->ip.len = IPV6_HEADER + whole.len;
	return ip_protocol_next(walk, whole.protocol);
}
