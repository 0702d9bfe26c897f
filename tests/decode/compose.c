/* SPDX-License-Identifier: BSD-3-Clause */
#include "compose.h"

#include "base/bytes.h"
#include "decode/encapsulation.h"

#include <criterion/criterion.h>
#include <glib.h>
#include <string.h>

void compose_start(Composed *packet)
{
	packet->start = COMPOSED_ROOM;
}

void compose_put(Composed *packet, const void *bytes, size_t len)
{
	cr_assert(len <= packet->start, "the packet has outgrown its room");
	packet->start -= len;
	memcpy(packet->room + packet->start, bytes, len);
}

static void compose_zeros(Composed *packet, size_t len)
{
	static const uint8_t zeros[256];

	cr_assert(len <= sizeof zeros);
	compose_put(packet, zeros, len);
}

static void put_be16(uint8_t *at, unsigned value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static void compose_hex(Composed *packet, const char *hex)
{
	uint8_t bytes[256];
	size_t len = strlen(hex) / 2;

	cr_assert(strlen(hex) % 2 == 0 && len <= sizeof bytes, "bad hex %s", hex);
	for (size_t i = 0; i < len; i++) {
		cr_assert(g_ascii_isxdigit(hex[2 * i]) && g_ascii_isxdigit(hex[2 * i + 1]));
		bytes[i] = (uint8_t)(g_ascii_xdigit_value(hex[2 * i]) << 4 |
				     g_ascii_xdigit_value(hex[2 * i + 1]));
	}
	compose_put(packet, bytes, len);
}

uint16_t compose_checksum(const uint8_t *data, size_t len, uint32_t sum)
{
	for (size_t i = 0; i < len; i++)
		sum += i % 2 ? data[i] : (uint32_t)data[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

void compose_tcp_checksum(uint8_t *ip, size_t len)
{
	size_t header = ip[0] >> 4 == 4 ? 20 : 40;
	size_t addresses = ip[0] >> 4 == 4 ? 8 : 32;
	uint32_t sum = (uint16_t)~compose_checksum(ip + header - addresses, addresses, 0);

	put_be16(ip + header + 16, 0);
	put_be16(ip + header + 16,
		 compose_checksum(ip + header, len - header, sum + 6 + (uint32_t)(len - header)));
}

static void compose_ipv4(Composed *packet, unsigned protocol)
{
	uint8_t header[20] = {0x45, 0, 0,   0, 0x12, 0x34, 0,	0,  64,	 (uint8_t)protocol,
			      0,    0, 192, 0, 2,    1,	   198, 51, 100, 2};

	put_be16(header + 2, (unsigned)composed_len(packet) + 20);
	put_be16(header + 10, compose_checksum(header, sizeof header, 0));
	compose_put(packet, header, sizeof header);
	if (protocol == 6 && composed_len(packet) >= 40)
		compose_tcp_checksum(composed_data(packet), composed_len(packet));
}

static void compose_ipv6(Composed *packet, unsigned next)
{
	uint8_t header[40] = {0x60,    [6] = (uint8_t)next,
			      64,      0x20,
			      0x01,    0x0d,
			      0xb8,    [23] = 1,
			      0x20,    0x01,
			      0x0d,    0xb8,
			      [39] = 2};

	put_be16(header + 4, (unsigned)composed_len(packet));
	compose_put(packet, header, sizeof header);
	if (next == 6 && composed_len(packet) >= 60)
		compose_tcp_checksum(composed_data(packet), composed_len(packet));
}

static void compose_udp(Composed *packet, unsigned port)
{
	uint8_t header[8] = {0xc0, 0x00};

	put_be16(header + 2, port);
	put_be16(header + 4, (unsigned)composed_len(packet) + 8);
	compose_put(packet, header, sizeof header);
}

static void compose_ethernet(Composed *packet, const char *type)
{
	uint8_t header[14] = {0x02, 0, 0, 0, 0, 2, 0x02, 0, 0, 0, 0, 1};

	put_be16(header + 12,
		 *type ? (unsigned)strtoul(type, NULL, 16) : (unsigned)composed_len(packet));
	compose_put(packet, header, sizeof header);
}

static void compose_length(Composed *packet, const char *layer)
{
	unsigned len = (unsigned)composed_len(packet) + (unsigned)atoi(layer + 3);
	uint8_t bytes[2];

	put_be16(bytes, len);
	if (g_str_has_prefix(layer, "lel"))
		put_be16(bytes, (len & 0xff) << 8 | len >> 8);
	compose_put(packet, bytes, sizeof bytes);
}

static void compose_trailer(Composed *packet, const char *hex)
{
	size_t len = strlen(hex) / 2, before = composed_len(packet);
	uint8_t *bytes;

	compose_hex(packet, hex); /* makes room, and checks the spelling */
	bytes = g_memdup2(composed_data(packet), len);
	memmove(composed_data(packet), composed_data(packet) + len, before);
	memcpy(composed_data(packet) + before, bytes, len);
	g_free(bytes);
}

void compose_layer(Composed *packet, const char *layer)
{
	if (g_str_has_prefix(layer, "eth:"))
		compose_ethernet(packet, layer + 4);
	else if (g_str_has_prefix(layer, "ip4:"))
		compose_ipv4(packet, (unsigned)atoi(layer + 4));
	else if (g_str_has_prefix(layer, "ip6:"))
		compose_ipv6(packet, (unsigned)atoi(layer + 4));
	else if (g_str_has_prefix(layer, "udp:"))
		compose_udp(packet, (unsigned)atoi(layer + 4));
	else if (g_str_has_prefix(layer, "len") || g_str_has_prefix(layer, "lel"))
		compose_length(packet, layer);
	else if (!strcmp(layer, "tcp"))
		compose_hex(packet, "9c400050000003e8000007d0501820000000000068656c6c6f");
	else if (!strcmp(layer, "syn"))
		compose_hex(packet, "9c400050000003e8000007d0a002200000000000"
				    "020405b40402080a000000010000000001030307");
	else if (layer[0] == 'z')
		compose_zeros(packet, (size_t)atoi(layer + 1));
	else if (layer[0] == 'x')
		compose_hex(packet, layer + 1);
	else
		cr_assert_fail("no such layer: %s", layer);
}

void compose(Composed *packet, const char *layers)
{
	g_auto(GStrv) list = g_strsplit(layers, " ", -1);

	compose_start(packet);
	for (size_t i = g_strv_length(list); i-- > 0;)
		if (list[i][0] != '+')
			compose_layer(packet, list[i]);
	for (size_t i = 0; list[i]; i++)
		if (list[i][0] == '+')
			compose_trailer(packet, list[i] + 1);
}

size_t decode_bytes(Decoder *decoder, uint32_t link_type, const uint8_t *data, size_t captured,
		    size_t wire, Segment segments[DECODER_SEGMENTS])
{
	g_autofree uint8_t *copy = g_malloc(captured ? captured : 1);
	ShakedownPacket packet = {
		.data = copy,
		.captured_len = (uint32_t)captured,
		.wire_len = (uint32_t)wire,
		.frame = 7,
		.time = 11,
		.link_type = link_type,
	};
	size_t n;

	memcpy(copy, data, captured);
	n = decoder_decode(decoder, &packet, segments);
	/* They point into the copy, which is gone: what a test wants of it, it reads from data. */
	for (size_t i = 0; i < n; i++) {
		if (segments[i].payload >= copy && segments[i].payload <= copy + captured)
			segments[i].payload = data + (segments[i].payload - copy);
		if (segments[i].options >= copy && segments[i].options <= copy + captured)
			segments[i].options = data + (segments[i].options - copy);
	}
	return n;
}

size_t decode_composed(Decoder *decoder, uint32_t link_type, Composed *packet,
		       Segment segments[DECODER_SEGMENTS])
{
	return decode_bytes(decoder, link_type, composed_data(packet), composed_len(packet),
			    composed_len(packet), segments);
}

char *encapsulation_text(const Encapsulation *encap)
{
	GString *text = g_string_new(NULL);

	for (uint8_t i = 0; i < encap->len; i++) {
		char layer[32];

		encapsulation_layer_format(&encap->layer[i], layer, sizeof layer);
		g_string_append_printf(text, "%s%s", i ? " " : "", layer);
	}
	return g_string_free(text, FALSE);
}

uint64_t decoder_count(Decoder *decoder, const char *reason)
{
	size_t n;
	const DecoderCount *counts = decoder_counts(decoder, &n);

	for (size_t i = 0; i < n; i++)
		if (!strcmp(counts[i].reason, reason))
			return counts[i].packets;
	return 0;
}

char *decoder_counts_text(Decoder *decoder)
{
	GString *text = g_string_new(NULL);
	size_t n;
	const DecoderCount *counts = decoder_counts(decoder, &n);

	for (size_t i = 0; i < n; i++)
		g_string_append_printf(text, "%s%" G_GUINT64_FORMAT " %s%s", i ? "; " : "",
				       counts[i].packets, counts[i].reason,
				       counts[i].fault ? "!" : "");
	return g_string_free(text, FALSE);
}
