/* SPDX-License-Identifier: BSD-3-Clause */
/* Nothing that is not read goes uncounted, and no input makes the counters grow without bound. */
#include "fixture.h"

#include "decode/counts.h"

#include <criterion/criterion.h>
#include <glib.h>
#include <string.h>

TestSuite(counts, .init = fixture_setup, .fini = fixture_teardown);

typedef struct {
	uint32_t link_type;
	const char *layers;
	const char *reason;
	bool fault;
} CountRow;

/* clang-format off */
static const CountRow rows[] = {
	{1, "eth:0806 x0001", "ARP", false},
	{1, "eth:88cc x0001", "LLDP", false},
	{1, "eth:1234 x0001", "unknown ethertype 0x1234", false},
	{1, "eth:05ff x0001", "802.3 length between 1501 and 1535", true},
	{1, "eth: x424203 z30", "STP", false},
	{1, "eth: xaaaa0300000c2000", "Cisco SNAP (CDP, VTP, DTP …)", false},
	{1, "eth:0800 ip4:17 udp:53 x0001", "UDP", false},
	{1, "eth:0800 ip4:2 x1100", "IGMP", false},
	{1, "eth:0800 ip4:50 x00000001", "ESP (encrypted)", false},
	{1, "eth:0800 ip4:108 x06000003 x0102", "IPComp by another algorithm than DEFLATE", false},
	{1, "eth:0800 ip4:108 x06000002 xffff", "IPComp that is not DEFLATE", false},
	{1, "eth:0800 ip4:108 x0600", "IPComp header cut", true},
	{1, "eth:0800 ip4:17 udp:6080 x20040000 z4", "GUE control", false},
	{1, "eth:0800 ip4:17 udp:6080 x00060002 z20", "UDP", false},
	{1, "eth:0800 ip4:17 udp:6080 x80040000 ip4:6 tcp", "UDP", false},
	{1, "eth:0800 ip4:17 udp:4341 x8000000100000000 x5000", "UDP", false},
	{1, "eth:0800 ip4:17 udp:4341 x8000000100000000 x45000800 z16", "UDP", false},
	{1, "eth:0800 ip4:17 udp:6080 x45000800 z16", "UDP", false},
	{1, "eth:0800 ip4:17 udp:4754 x00020800 ip4:6 tcp", "UDP", false},
	{1, "eth:4305 x000f3200 z20", "batman-adv control", false},
	{1, "eth:4305 x410f3200 z20", "batman-adv fragment", false},
	{1, "eth:4305 x400e3200 z20", "batman-adv version 14", false},
	{1, "eth:d28b x00030010 z20", "Arista header of another kind than a time", false},
	{1, "x01000c0000100000000001 x02 x0024 xaaaa0300000c000e00000000 z20", "ISL of something else than Ethernet", false},
	{99, "z44 ip4:6 tcp", "Symantec header without an ethertype", true},
	{128, "x00000001", "TZSP header cut", true},
	{1, "eth:0800 ip4:200 x0001", "IP protocol 200", false},
	{1, "eth:86dd ip6:58 x8f00000000000000", "ICMPv6 multicast listener", false},
	{1, "eth:86dd ip6:59", "IPv6 without a next header", false},
	{1, "eth:8863 x1109", "PPPoE discovery", false},
	{1, "eth:8864 x11000009 len xc021 x0101", "PPP control", false},
	{1, "eth:88e5 x2c00000000010102030405060708", "MACsec (encrypted)", false},
	{1, "eth:0800 ip4:17 udp:4789 x00", "VXLAN header cut", true},
	{1, "eth:0800 ip4:17 udp:4789 z8 eth:0800 ip4:6 tcp", "UDP", false},
	{1, "eth:0800 ip4:17 udp:6081 x40006558 z4", "GENEVE of unknown version", true},
	{1, "eth:0800 ip4:17 udp:2152 x32010004 z8", "GTP signalling", false},
	{1, "eth:0800 ip4:17 udp:1701 xc802 z10", "L2TP control", false},
	{1, "eth:0800 ip4:17 udp:5247 x01000000 z8", "CAPWAP (encrypted)", false},
	{1, "eth:0800 ip4:47 x00020800", "GRE of unknown version", true},
	{1, "eth:0800 ip4:47 x00000000", "GRE keep-alive", false},
	{105, "x80000000 z30", "802.11 management", false},
	{105, "xb4000000 z30", "802.11 control", false},
	{105, "x08410000 z30", "802.11 (encrypted)", false},
	{105, "x48010000 z30", "802.11 data frame without data", false},
	{105, "x08050000 z30", "802.11 fragment", false},
	{101, "x00", "raw IP of neither version 4 nor 6", true},
	{9, "xff030e2d", "PPP protocol 0x0e2d", false},
	{189, "x00", "link type USB_LINUX (189) is not read", true},
	{149, "x00", "link type USER2 (149) is not read", true},
	{4711, "x00", "link type 4711 is not read", true},
	{UINT32_MAX, "x00", "link type 4294967295 is not read", true},
	{192, "x0000080015010000", "link type 277 is not read", true},
};
/* clang-format on */

Test(counts, name_what_is_not_tcp)
{
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		Decoder *one = decoder_new(NULL);
		const DecoderCount *counts;
		size_t n;

		compose(&packet, rows[i].layers);
		for (int times = 0; times < 3; times++)
			cr_assert_eq(decode_composed(one, rows[i].link_type, &packet, segments), 0,
				     "%s", rows[i].reason);
		counts = decoder_counts(one, &n);
		cr_assert_eq(n, 1, "%s", rows[i].reason);
		cr_expect_str_eq(counts->reason, rows[i].reason);
		cr_expect_eq(counts->packets, 3, "%s", rows[i].reason);
		cr_expect_eq(counts->fault, rows[i].fault, "%s", rows[i].reason);
		decoder_free(one);
	}
}

Test(counts, stand_in_a_fixed_order)
{
	const DecoderCount *counts;
	size_t n;

	for (size_t i = G_N_ELEMENTS(rows); i-- > 0;) {
		compose(&packet, rows[i].layers);
		decode_composed(decoder, rows[i].link_type, &packet, segments);
	}
	counts = decoder_counts(decoder, &n);
	cr_assert_eq(n, G_N_ELEMENTS(rows) - 7, "UDP comes eight times");
	for (size_t i = 1; i < n; i++)
		cr_expect_lt(strcmp(counts[i - 1].reason, counts[i].reason), 0, "%s",
			     counts[i].reason);
}

Test(counts, of_numbers_are_bounded)
{
	uint64_t sum = 0;
	const DecoderCount *counts;
	size_t n;

	compose(&packet, "eth:0600 x0001");
	for (unsigned type = 0x9400; type < 0xf000; type++) {
		composed_data(&packet)[12] = (uint8_t)(type >> 8);
		composed_data(&packet)[13] = (uint8_t)type;
		decode_composed(decoder, 1, &packet, segments);
	}
	for (uint32_t link_type = 1000; link_type < 3000; link_type++)
		decode_composed(decoder, link_type, &packet, segments);
	counts = decoder_counts(decoder, &n);
	cr_expect_leq(n, COUNTS_NUMBERED + 5);
	for (size_t i = 0; i < n; i++)
		sum += counts[i].packets;
	cr_expect_eq(sum, 0xf000 - 0x9400 + 2000);
	cr_expect_gt(decoder_count(decoder, "unknown ethertype"), 20000, "the sum of the others");
}

Test(counts, are_none_at_first_and_after_what_is_read)
{
	size_t n = 1;

	decoder_counts(decoder, &n);
	cr_expect_eq(n, 0);
	compose(&packet, "eth:0800 ip4:6 tcp");
	cr_assert_eq(decode_composed(decoder, 1, &packet, segments), 1);
	decoder_counts(decoder, &n);
	cr_expect_eq(n, 0);
	decoder_free(NULL);
}
