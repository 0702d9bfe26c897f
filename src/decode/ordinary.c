/* SPDX-License-Identifier: BSD-3-Clause */
#include "decode/ordinary.h"

#include "base/link-type.h"
#include "decode/ethertype.h"
#include "decode/tcp-segment.h"

#include <glib.h>

#define IPV4_HEADER 20
#define IPV6_HEADER 40
#define PROTOCOL_TCP 6
#define TAG 4 /* bytes of a VLAN's */
#define TAGS_MOST 2

/* The version that an ethertype at p names; 0: another. */
static inline uint8_t ordinary_ethertype(const uint8_t *p)
{
	switch (be16(p)) {
	case TYPE_IPV4:
		return 4;
	case TYPE_IPV6:
		return 6;
	}
	return 0;
}

/* ARPHRD_ values of Linux cooked captures with which the protocol is an ethertype. */
static inline bool ordinary_hardware(const uint8_t *p)
{
	enum { ETHER = 1, PPP = 512, LOOPBACK = 772, NONE = 65534 };
	uint16_t hardware = be16(p);

	return hardware == ETHER || hardware == PPP || hardware == LOOPBACK || hardware == NONE;
}

/* An IP packet, perhaps, of a file that says Ethernet: the walk looks at it more closely. */
static inline bool ordinary_may_be_ip(const ShakedownPacket *packet, const uint8_t *p)
{
	uint32_t wire = MAX(packet->wire_len, packet->captured_len);

	return G_UNLIKELY((p[0] >> 4 == 4 && be16(p + 2) == wire) ||
			  (p[0] >> 4 == 6 && be16(p + 4) + 40u == wire));
}

/* The IP version of what lies behind the link layer's header, and in at where; 0: not ordinary. */
static inline uint8_t ordinary_link(const ShakedownPacket *packet, Bytes *at)
{
	const uint8_t *p;

	if (G_LIKELY(packet->link_type == LINK_ETHERNET)) {
		p = bytes_pull(at, ETHERNET_HEADER);
		return p && !ordinary_may_be_ip(packet, p) ? ordinary_ethertype(p + 12) : 0;
	}
	switch (packet->link_type) {
	case LINK_BSD_RAW:
	case LINK_OPENBSD_RAW:
	case LINK_RAW:
		p = bytes_peek(at, 1);
		return p ? *p >> 4 : 0;
	case LINK_LINUX_SLL:
		p = bytes_pull(at, 16);
		return p && ordinary_hardware(p + 2) ? ordinary_ethertype(p + 14) : 0;
	case LINK_IPV4:
		return 4;
	case LINK_IPV6:
		return 6;
	case LINK_LINUX_SLL2:
		p = bytes_pull(at, 20);
		return p && ordinary_hardware(p + 8) ? ordinary_ethertype(p) : 0;
	}
	return 0;
}

/* What is behind the IP header, as long as it says; what is beyond that is padding. */
static inline void ordinary_payload(TcpBytes *tcp, const Bytes *at, uint32_t len)
{
	size_t left = bytes_left(at);

	tcp->at = at->at;
	tcp->wire = len;
	tcp->captured = left < len ? left : len;
}

static inline bool ordinary_ip4(Bytes *at, WalkIp *ip, TcpBytes *tcp)
{
	const uint8_t *header = bytes_pull(at, IPV4_HEADER);

	/* Version 4, no options; not a fragment. */
	if (!header || header[0] != 0x45 || (be16(header + 6) & 0x3fff) ||
	    header[9] != PROTOCOL_TCP)
		return false;
	*ip = (WalkIp){
		.version = 4,
		.ttl = header[8],
		.has_id = true,
		.id = be16(header + 4),
		.len = be16(header + 2),
		.src = header + 12,
		.dst = header + 16,
	};
	if (ip->len < IPV4_HEADER + TCP_HEADER)
		return false;
	ordinary_payload(tcp, at, ip->len - IPV4_HEADER);
	return true;
}

static inline bool ordinary_ip6(Bytes *at, WalkIp *ip, TcpBytes *tcp)
{
	const uint8_t *header = bytes_pull(at, IPV6_HEADER);
	uint32_t len;

	if (!header || header[0] >> 4 != 6 || header[6] != PROTOCOL_TCP)
		return false;
	len = be16(header + 4);
	if (len < TCP_HEADER)
		return false;
	*ip = (WalkIp){
		.version = 6,
		.ttl = header[7],
		.len = IPV6_HEADER + len,
		.src = header + 8,
		.dst = header + 24,
	};
	ordinary_payload(tcp, at, len);
	return true;
}

/* Called with what the IP header says known to the compiler, as far as its version does. */
static inline bool ordinary_tcp(const ShakedownPacket *packet, const WalkIp *ip, TcpBytes *tcp,
				const DecoderOptions *options, Segment *segment)
{
	if (tcp->captured < TCP_HEADER)
		return false;
	tcp->header = (tcp->at[12] >> 4) * 4u;
	if (tcp->header < TCP_HEADER || tcp->header > tcp->wire)
		return false;
	tcp_fill(segment, packet, ip, tcp, !options->no_checksums);
	segment->encap.len = 0;
	return true;
}

static G_ALWAYS_INLINE inline bool ordinary_ip(const ShakedownPacket *packet, uint8_t version,
					       Bytes *at, const DecoderOptions *options,
					       Segment *segment)
{
	WalkIp ip;
	TcpBytes tcp;

	switch (version) {
	case 4:
		return ordinary_ip4(at, &ip, &tcp) &&
		       ordinary_tcp(packet, &ip, &tcp, options, segment);
	case 6:
		return ordinary_ip6(at, &ip, &tcp) &&
		       ordinary_tcp(packet, &ip, &tcp, options, segment);
	}
	return false;
}

/* As walk_enter_id() does. */
static inline EncapLayer ordinary_tag(const uint8_t *tag, const DecoderOptions *options)
{
	return (EncapLayer){.kind = ENCAP_VLAN,
			    .has_id = true,
			    .identity = !options->ignore_encapsulation,
			    .id = be16(tag) & 0xfff};
}

static inline bool ordinary_is_tag(const uint8_t *type)
{
	return be16(type) == TYPE_VLAN || be16(type) == TYPE_SERVICE_VLAN;
}

/* Apart, so that packets without tags go straight on. */
static G_GNUC_NO_INLINE bool ordinary_tagged(const ShakedownPacket *packet,
					     const DecoderOptions *options, Segment *segment)
{
	Bytes at = bytes_of(packet->data, packet->captured_len);
	const uint8_t *header = bytes_pull(&at, ETHERNET_HEADER), *tags, *type;
	uint8_t len = 0;

	if (!header || ordinary_may_be_ip(packet, header))
		return false;
	tags = header + ETHERNET_HEADER;
	for (type = header + 12; len < TAGS_MOST && ordinary_is_tag(type); len++, type += TAG)
		if (!bytes_pull(&at, TAG))
			return false;
	if (!ordinary_ip(packet, ordinary_ethertype(type), &at, options, segment))
		return false;
	segment->encap.len = len;
	for (uint8_t i = 0; i < len; i++)
		segment->encap.layer[i] = ordinary_tag(tags + (size_t)i * TAG, options);
	return true;
}

bool ordinary_decode(const ShakedownPacket *packet, const DecoderOptions *options, Segment *segment)
{
	Bytes at;
	uint8_t version;

	if (!packet->captured_len)
		return false;
	at = bytes_of(packet->data, packet->captured_len);
	version = ordinary_link(packet, &at);
	if (G_UNLIKELY(!version))
		return packet->link_type == LINK_ETHERNET &&
		       ordinary_tagged(packet, options, segment);
	return ordinary_ip(packet, version, &at, options, segment);
}
