/* SPDX-License-Identifier: BSD-3-Clause */
/* IPv4, RFC 791: header, options that change the destination, fragments. */
#include "decode/walk.h"

#define IPV4_HEADER 20
#define IPV4_MORE 0x2000
#define IPV4_OFFSET 0x1fff
#define IPV4_LOOSE_SOURCE_ROUTE 131
#define IPV4_STRICT_SOURCE_ROUTE 137

/*
 * RFC 791 §3.1: while a source route is not used up, the header's destination is the next hop only;
 * the last address of the route is the one that TCP uses (RFC 9293 §3.1, RFC 1122 §4.2.3.8).
 */
static const uint8_t *ipv4_final_destination(const uint8_t *header, size_t header_len)
{
	const uint8_t *dst = header + 16;

	for (size_t i = IPV4_HEADER; i < header_len && header[i] != 0;) {
		size_t len;

		if (header[i] == 1) {
			i++;
			continue;
		}
		if (i + 1 >= header_len)
			break;
		len = header[i + 1];
		if (len < 2 || i + len > header_len)
			break;
		if ((header[i] == IPV4_LOOSE_SOURCE_ROUTE ||
		     header[i] == IPV4_STRICT_SOURCE_ROUTE) &&
		    len >= 7 && (len - 3) % 4 == 0 && header[i + 2] <= len)
			dst = header + i + len - 4;
		i += len;
	}
	return dst;
}

static Layer ipv4_fragment(Walk *walk, const uint8_t *header, uint32_t header_len)
{
	Decoder *decoder = walk->decoder;
	uint16_t field = be16(header + 6);
	FragmentsWhole whole;
	FragmentsPiece piece = {
		.version = 4,
		.protocol = header[9],
		.more = field & IPV4_MORE,
		.id = walk->ip.id,
		.src = walk->ip.src,
		.dst = walk->ip.dst,
		.encap = &walk->encap,
		.time = walk->packet->time,
		.offset = (uint32_t)(field & IPV4_OFFSET) * 8,
		.len = walk_wire_left(walk),
		.bytes = walk->at,
	};

	/* Of a quoted packet the rest does not follow. */
	if (walk->quote)
		return piece.offset ? walk_skip(walk, "quoted fragment")
				    : ip_protocol_next(walk, piece.protocol);
	if (!fragments_add(&decoder->fragments, &decoder->counts, &piece, &whole))
		return LAYER_END;
	walk->at = whole.bytes;
	walk->missing = whole.len - (uint32_t)bytes_left(&whole.bytes);
	walk->ip.fragmented = true;
	walk->ip.len = header_len + whole.len;
	return ip_protocol_next(walk, whole.protocol);
}

/* The length by the header, or 0 when it lies. Offloaded sends leave it 0, and a quote may hold
 * anything there: then what is there counts. */
static uint32_t ipv4_total_length(const Walk *walk, const uint8_t *header, uint32_t header_len)
{
	uint32_t total = be16(header + 2);

	if (total == 0 || (walk->quote && total < header_len))
		return walk_wire_left(walk);
	return total < header_len ? 0 : walk_within(walk, total);
}

Layer ipv4_layer(Walk *walk)
{
	const uint8_t *header = bytes_peek(&walk->at, IPV4_HEADER);
	uint32_t header_len, total;

	if (!header)
		return walk_fault(walk, "IPv4 header cut");
	if (header[0] >> 4 != 4)
		return walk_fault(walk, "IPv4 header that says another version");
	header_len = (header[0] & 0xfu) * 4;
	if (header_len < IPV4_HEADER)
		return walk_fault(walk, "IPv4 header length < 20");
	total = ipv4_total_length(walk, header, header_len);
	if (!total)
		return walk_fault(walk, "IPv4 length shorter than its header");
	walk_limit(walk, total);
	if (!bytes_pull(&walk->at, header_len))
		return walk_fault(walk, "IPv4 options cut");

	walk->ip.version = 4;
	walk->ip.ttl = header[8];
	walk->ip.has_id = true;
	walk->ip.fragmented = false;
	walk->ip.id = be16(header + 4);
	walk->ip.len = total;
	walk->ip.src = header + 12;
	walk->ip.dst = header_len == IPV4_HEADER ? header + 16
						 : ipv4_final_destination(header, header_len);
	if (be16(header + 6) & (IPV4_MORE | IPV4_OFFSET))
		return ipv4_fragment(walk, header, header_len);
	return ip_protocol_next(walk, header[9]);
}
