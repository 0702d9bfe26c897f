/* SPDX-License-Identifier: BSD-3-Clause */
/* Frames from the outside in; checksums are filled in once everything they cover is in place. */
#include "packet-builder.h"

#include <string.h>

enum {
	ETHERTYPE_V4 = 0x0800,
	ETHERTYPE_ARP_REQUEST = 0x0806,
	ETHERTYPE_TAG = 0x8100,
	ETHERTYPE_SERVICE_TAG = 0x88a8,
	ETHERTYPE_V6 = 0x86dd,
	PROTOCOL_ICMP = 1,
	PROTOCOL_TCP = 6,
	PROTOCOL_ICMP6 = 58,
	OPTION_NOP = 1,
};

static void put8(GByteArray *out, uint8_t value)
{
	g_byte_array_append(out, &value, 1);
}

static void put16(GByteArray *out, uint16_t value)
{
	put8(out, (uint8_t)(value >> 8));
	put8(out, (uint8_t)value);
}

static void put32(GByteArray *out, uint32_t value)
{
	put16(out, (uint16_t)(value >> 16));
	put16(out, (uint16_t)value);
}

static void store16(uint8_t *at, uint16_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

uint32_t packet_sum(uint32_t sum, const uint8_t *data, size_t len)
{
	for (size_t i = 0; i + 1 < len; i += 2) {
		sum += (uint32_t)data[i] << 8 | data[i + 1];
		sum = (sum & 0xffff) + (sum >> 16);
	}
	if (len % 2)
		sum += (uint32_t)data[len - 1] << 8;
	return sum;
}

uint16_t packet_sum_fold(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

void packet_options_add(PacketOptions *options, uint8_t kind, const void *data, size_t len)
{
	if (len + 2 > PACKET_TCP_OPTIONS - options->len) {
		options->full = true;
		return;
	}
	options->bytes[options->len++] = kind;
	options->bytes[options->len++] = (uint8_t)(len + 2);
	if (len)
		memcpy(options->bytes + options->len, data, len);
	options->len += len;
}

void packet_options_add16(PacketOptions *options, uint8_t kind, uint16_t value)
{
	uint8_t bytes[2];

	store16(bytes, value);
	packet_options_add(options, kind, bytes, sizeof bytes);
}

void packet_options_add32(PacketOptions *options, uint8_t kind, const uint32_t *values, size_t n)
{
	uint8_t bytes[PACKET_TCP_OPTIONS];

	if (n * 4 > sizeof bytes) {
		options->full = true;
		return;
	}
	for (size_t i = 0; i < n; i++) {
		store16(bytes + 4 * i, (uint16_t)(values[i] >> 16));
		store16(bytes + 4 * i + 2, (uint16_t)values[i]);
	}
	packet_options_add(options, kind, bytes, n * 4);
}

void packet_options_nop(PacketOptions *options, size_t align)
{
	while (options->len % 4 != align && options->len < PACKET_TCP_OPTIONS)
		options->bytes[options->len++] = OPTION_NOP;
}

/* A locally administered address that a reader can match with the host: its last four bytes. */
static void put_mac(GByteArray *out, const ShakedownAddress *address)
{
	put16(out, 0x0200);
	g_byte_array_append(out, address->bytes + (address->version == 6 ? 12 : 0), 4);
}

static void put_ethernet(GByteArray *out, const PacketRoute *route)
{
	put_mac(out, &route->dst);
	put_mac(out, &route->src);
	for (size_t i = 0; i < route->vlans; i++) {
		put16(out, i + 1 < route->vlans ? ETHERTYPE_SERVICE_TAG : ETHERTYPE_TAG);
		put16(out, route->vlan[i] & 0x0fff);
	}
	put16(out, route->src.version == 6 ? ETHERTYPE_V6 : ETHERTYPE_V4);
}

size_t packet_ip_offset(const PacketRoute *route)
{
	return 14 + 4 * route->vlans;
}

static void put_ip4(GByteArray *out, const PacketRoute *route, uint8_t protocol, size_t len)
{
	size_t at = out->len;

	put16(out, 0x4500);
	put16(out, (uint16_t)(20 + len));
	put16(out, route->ip_id);
	put16(out, 0x4000); /* don't fragment, as path MTU discovery has it */
	put8(out, route->ttl);
	put8(out, protocol);
	put16(out, 0);
	g_byte_array_append(out, route->src.bytes, 4);
	g_byte_array_append(out, route->dst.bytes, 4);
	store16(out->data + at + 10, packet_sum_fold(packet_sum(0, out->data + at, 20)));
}

static void put_ip6(GByteArray *out, const PacketRoute *route, uint8_t protocol, size_t len)
{
	put32(out, 0x60000000);
	put16(out, (uint16_t)len);
	put8(out, protocol);
	put8(out, route->ttl);
	g_byte_array_append(out, route->src.bytes, 16);
	g_byte_array_append(out, route->dst.bytes, 16);
}

static void put_ip(GByteArray *out, const PacketRoute *route, uint8_t protocol, size_t len)
{
	if (route->src.version == 6)
		put_ip6(out, route, protocol, len);
	else
		put_ip4(out, route, protocol, len);
}

/* RFC 9293 §3.1 for IPv4, RFC 8200 §8.1 for IPv6. */
static uint32_t pseudo_header_sum(const PacketRoute *route, uint8_t protocol, size_t len)
{
	size_t address_len = route->src.version == 6 ? 16 : 4;
	uint32_t sum = packet_sum(0, route->src.bytes, address_len);

	sum = packet_sum(sum, route->dst.bytes, address_len);
	return sum + protocol + (uint32_t)len;
}

void packet_build_tcp(GByteArray *out, const PacketRoute *route, const PacketTcp *tcp)
{
	PacketOptions options = tcp->options ? *tcp->options : (PacketOptions){.len = 0};

	packet_options_nop(&options, 0);
	size_t header_len = 20 + options.len, len = header_len + tcp->payload_len;

	put_ethernet(out, route);
	put_ip(out, route, PROTOCOL_TCP, len);

	size_t at = out->len;
	put16(out, tcp->src_port);
	put16(out, tcp->dst_port);
	put32(out, tcp->seq);
	put32(out, tcp->ack);
	put16(out, (uint16_t)(header_len / 4 << 12 | (tcp->flags & 0xfff)));
	put16(out, tcp->window);
	put16(out, 0);
	put16(out, tcp->urgent);
	g_byte_array_append(out, options.bytes, (guint)options.len);
	if (tcp->payload_len)
		g_byte_array_append(out, tcp->payload, (guint)tcp->payload_len);

	uint32_t sum = pseudo_header_sum(route, PROTOCOL_TCP, len);
	uint16_t checksum = packet_sum_fold(packet_sum(sum, out->data + at, len));
	/* Wrong in a way that is neither zero nor the pseudo-header's sum alone: those would look
	 * like a checksum that is left to the sending card. */
	store16(out->data + at + 16, tcp->bad_checksum ? checksum ^ 0x5a5a : checksum);
}

void packet_build_icmp(GByteArray *out, const PacketRoute *route, const PacketIcmp *icmp)
{
	size_t len = 8 + icmp->quote_len;
	bool v6 = route->src.version == 6;
	uint8_t protocol = v6 ? PROTOCOL_ICMP6 : PROTOCOL_ICMP;

	put_ethernet(out, route);
	put_ip(out, route, protocol, len);

	size_t at = out->len;
	put8(out, icmp->type);
	put8(out, icmp->code);
	put16(out, 0);
	put32(out, icmp->mtu);
	g_byte_array_append(out, icmp->quote, (guint)icmp->quote_len);

	uint32_t sum = v6 ? pseudo_header_sum(route, protocol, len) : 0;
	store16(out->data + at + 2, packet_sum_fold(packet_sum(sum, out->data + at, len)));
}

void packet_build_arp(GByteArray *out, uint32_t sender, uint32_t target)
{
	for (int i = 0; i < 3; i++)
		put16(out, 0xffff);
	put16(out, 0x0200);
	put32(out, sender);
	put16(out, ETHERTYPE_ARP_REQUEST);
	put16(out, 1);
	put16(out, ETHERTYPE_V4);
	put16(out, 0x0604);
	put16(out, 1);
	put16(out, 0x0200);
	put32(out, sender);
	put32(out, sender);
	put16(out, 0);
	put32(out, 0);
	put32(out, target);
}
