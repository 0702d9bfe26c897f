/* SPDX-License-Identifier: BSD-3-Clause */
/* Frames byte by byte, and checksums against a sum that is taken another way. */
#include "packet-builder.h"
#include "pcap-writer.h"

#include <criterion/criterion.h>
#include <string.h>

static const PacketRoute route4 = {
	.src = {4, {10, 0, 0, 1}}, .dst = {4, {10, 0, 0, 2}}, .ttl = 64, .ip_id = 0x1234};
static const PacketRoute route6 = {.src = {6, {0x20, 0x01, 0x0d, 0xb8, [15] = 1}},
				   .dst = {6, {0x20, 0x01, 0x0d, 0xb8, [15] = 2}},
				   .ttl = 64};

/* One's complement addition done in 64 bits and folded at the very end. */
static uint16_t plain_sum(const uint8_t *pseudo, size_t pseudo_len, const uint8_t *data, size_t len)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < pseudo_len; i++)
		sum += (uint64_t)pseudo[i] << (i % 2 ? 0 : 8);
	for (size_t i = 0; i < len; i++)
		sum += (uint64_t)data[i] << (i % 2 ? 0 : 8);
	while (sum > 0xffff)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

/* 0xffff where the checksum is right: the sum over all, the checksum field included. */
static uint16_t verify_tcp(const GByteArray *frame, size_t at, const PacketRoute *route)
{
	size_t address_len = route->src.version == 4 ? 4 : 16, len = frame->len - at;
	uint8_t pseudo[40] = {0};

	memcpy(pseudo, route->src.bytes, address_len);
	memcpy(pseudo + address_len, route->dst.bytes, address_len);
	pseudo[2 * address_len + 1] = 6;
	pseudo[2 * address_len + 2] = (uint8_t)(len >> 8);
	pseudo[2 * address_len + 3] = (uint8_t)len;
	return plain_sum(pseudo, 2 * address_len + 4, frame->data + at, len);
}

Test(packets, a_syn_byte_by_byte)
{
	static const uint8_t expected[] = {
		0x02, 0x00, 10,	  0,	0,    2,    0x02, 0x00, 10,   0,    0,	  1,
		0x08, 0x00, 0x45, 0x00, 0x00, 0x2c, 0x12, 0x34, 0x40, 0x00, 64,	  6,
		0x14, 0x96, 10,	  0,	0,    1,    10,	  0,	0,    2,    0xc0, 0x00,
		0x00, 0x50, 0,	  0,	0,    100,  0,	  0,	0,    0,    0x60, 0x02,
		0xfa, 0xf0, 0x6b, 0x91, 0,    0,    2,	  4,	0x05, 0xb4};
	g_autoptr(GByteArray) frame = g_byte_array_new();
	PacketOptions options = {.len = 0};

	packet_options_add16(&options, 2, 1460);
	packet_build_tcp(frame, &route4,
			 &(PacketTcp){.src_port = 49152,
				      .dst_port = 80,
				      .seq = 100,
				      .flags = 0x002,
				      .window = 64240,
				      .options = &options});
	cr_assert_eq(frame->len, sizeof expected);
	for (size_t i = 0; i < sizeof expected; i++) {
		/* The two checksums are verified by sum below. */
		if (i == 24 || i == 25 || i == 50 || i == 51)
			continue;
		cr_assert_eq(frame->data[i], expected[i], "byte %zu is %02x", i, frame->data[i]);
	}
	cr_assert_eq(plain_sum(NULL, 0, frame->data + 14, 20), 0xffff);
	cr_assert_eq(verify_tcp(frame, 34, &route4), 0xffff);
}

Test(packets, checksums_hold_for_every_length)
{
	static const uint8_t payload[] = {0xff, 0xff, 0x00, 0x01, 0xfe, 0x80, 0x7f, 0xff, 0x13};

	for (size_t len = 0; len <= sizeof payload; len++) {
		for (int v6 = 0; v6 < 2; v6++) {
			PacketRoute route = v6 ? route6 : route4;
			g_autoptr(GByteArray) frame = g_byte_array_new();
			PacketTcp tcp = {.flags = 0x018,
					 .seq = 0xffffffff,
					 .ack = 0xfffffffe,
					 .payload = payload,
					 .payload_len = len};

			route.vlans = len % 3;
			packet_build_tcp(frame, &route, &tcp);
			size_t at = packet_ip_offset(&route) + (v6 ? 40 : 20);
			cr_assert_eq(verify_tcp(frame, at, &route), 0xffff, "%zu bytes, v6 %d", len,
				     v6);
			cr_assert_eq(frame->len, at + 20 + len);

			g_byte_array_set_size(frame, 0);
			tcp.bad_checksum = true;
			packet_build_tcp(frame, &route, &tcp);
			cr_assert_neq(verify_tcp(frame, at, &route), 0xffff);
		}
	}
}

Test(packets, options_never_exceed_the_header)
{
	PacketOptions options = {.len = 0};
	uint32_t edges[8] = {0};

	packet_options_add32(&options, 5, edges, 8);
	cr_assert_eq(options.len, 34);
	packet_options_add(&options, 19, edges, 16);
	cr_assert(options.full);
	cr_assert_eq(options.len, 34, "what does not fit is left out whole");
	packet_options_nop(&options, 0);
	cr_assert_eq(options.len, 36);
	options.full = false;
	packet_options_add32(&options, 5, edges, 11);
	cr_assert(options.full);
}

Test(packets, icmp_quotes_and_sums)
{
	g_autoptr(GByteArray) frame = g_byte_array_new();
	static const uint8_t quote[28] = {0x45};

	packet_build_icmp(frame, &route4,
			  &(PacketIcmp){.type = 3,
					.code = 4,
					.mtu = 1400,
					.quote = quote,
					.quote_len = sizeof quote});
	cr_assert_eq(frame->len, 14 + 20 + 8 + 28);
	cr_assert_eq(frame->data[23], 1);
	cr_assert_eq(frame->data[34], 3);
	cr_assert_eq(frame->data[40] << 8 | frame->data[41], 1400);
	cr_assert_eq(plain_sum(NULL, 0, frame->data + 34, 36), 0xffff);
}

Test(packets, vlan_tags_stand_outermost_first)
{
	static const uint8_t tags[] = {0x88, 0xa8, 0x00, 100, 0x81, 0x00, 0x00, 10, 0x08, 0x00};
	g_autoptr(GByteArray) frame = g_byte_array_new();
	PacketRoute route = route4;

	route.vlan[0] = 100;
	route.vlan[1] = 10;
	route.vlans = 2;
	packet_build_tcp(frame, &route, &(PacketTcp){.flags = 0x010});
	cr_assert_eq(memcmp(frame->data + 12, tags, sizeof tags), 0);
	cr_assert_eq(packet_ip_offset(&route), 22);
}

Test(packets, pcap_is_little_endian_with_nanoseconds)
{
	static const uint8_t expected[] = {
		0x4d, 0x3c, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4,   0,   1,	0,
		0,    0,    2,	  0,	0, 0, 7, 0, 0, 0, 3, 0, 0, 0, 9, 0, 0, 0, 'a', 'b', 'c'};
	g_autoptr(GByteArray) file = pcap_writer_new(262144, 1);
	ShakedownPacket packet = {.data = (const uint8_t *)"abc",
				  .captured_len = 3,
				  .wire_len = 9,
				  .time = 2 * SHAKEDOWN_NS_PER_S + 7};

	pcap_writer_add(file, &packet);
	cr_assert_eq(file->len, sizeof expected);
	cr_assert_eq(memcmp(file->data, expected, sizeof expected), 0);
}
