/* SPDX-License-Identifier: BSD-3-Clause */
/* ICMP errors and the segments that they quote. */
#include "fixture.h"

#include <criterion/criterion.h>
#include <glib.h>
#include <string.h>

TestSuite(icmp, .init = fixture_setup, .fini = fixture_teardown);

typedef struct {
	const char *name;
	const char *layers;
	uint8_t version, type, code;
	uint32_t mtu;
	bool error;
} IcmpRow;

Test(icmp, errors_yield_the_segment_they_quote)
{
	static const IcmpRow rows[] = {
		{"port unreachable", "ip4:1 x0303000000000000 ip4:6 tcp", 4, 3, 3, 0, true},
		{"fragmentation needed", "ip4:1 x03040000000005dc ip4:6 tcp", 4, 3, 4, 1500, true},
		{"mtu field of another code", "ip4:1 x03010000000005dc ip4:6 tcp", 4, 3, 1, 0,
		 true},
		{"source quench", "ip4:1 x0400000000000000 ip4:6 tcp", 4, 4, 0, 0, true},
		{"time exceeded", "ip4:1 x0b00000000000000 ip4:6 tcp", 4, 11, 0, 0, true},
		{"parameter problem", "ip4:1 x0c00000000000000 ip4:6 tcp", 4, 12, 0, 0, true},
		{"echo", "ip4:1 x0800000000000000 ip4:6 tcp", 4, 0, 0, 0, false},
		{"redirect", "ip4:1 x0501000001020304 ip4:6 tcp", 4, 0, 0, 0, false},
		{"quotes UDP", "ip4:1 x0303000000000000 ip4:17 udp:53 x00000000", 4, 0, 0, 0,
		 false},
		{"quotes a tunnel", "ip4:1 x0303000000000000 ip4:4 ip4:6 tcp", 4, 0, 0, 0, false},
		{"unreachable, IPv6", "ip6:58 x0104000000000000 ip6:6 tcp", 6, 1, 4, 0, true},
		{"too big", "ip6:58 x0200000000000500 ip6:6 tcp", 6, 2, 0, 1280, true},
		{"too big, with a chain", "ip6:58 x0200000000000500 ip6:60 x0600010400000000 tcp",
		 6, 2, 0, 1280, true},
		{"too big, first fragment", "ip6:58 x0200000000000500 ip6:44 x0600000100000001 tcp",
		 6, 2, 0, 1280, true},
		{"time exceeded, IPv6", "ip6:58 x0300000000000000 ip6:6 tcp", 6, 3, 0, 0, true},
		{"parameter problem, IPv6", "ip6:58 x0401000000000028 ip6:6 tcp", 6, 4, 1, 0, true},
		{"echo, IPv6", "ip6:58 x8000000000000000 ip6:6 tcp", 6, 0, 0, 0, false},
		{"neighbours", "ip6:58 x8700000000000000 ip6:6 tcp", 6, 0, 0, 0, false},
		{"later fragment", "ip6:58 x0200000000000500 ip6:44 x0600000800000001 tcp", 6, 0, 0,
		 0, false},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		uint8_t sender[16] = {192, 0, 2, 1};
		size_t n;

		compose(&packet, rows[i].layers);
		n = decode_composed(decoder, 101, &packet, segments);
		cr_assert_eq(n, rows[i].error, "%s", rows[i].name);
		if (!n)
			continue;
		if (rows[i].version == 6)
			memcpy(sender, (const uint8_t[]){0x20, 0x01, 0x0d, 0xb8}, 4),
				sender[15] = 1;
		cr_expect_eq(segments->kind, SEGMENT_ICMP_ERROR, "%s", rows[i].name);
		cr_expect_eq(segments->ip_version, rows[i].version);
		cr_expect(segments->src_port == 40000 && segments->dst_port == 80);
		cr_expect(segments->icmp.has_seq && segments->seq.value == 1000);
		cr_expect(segments->icmp.has_flags && segments->flags == (TCP_PSH | TCP_ACK));
		cr_expect_eq(segments->icmp.version, rows[i].version);
		cr_expect_eq(segments->icmp.type, rows[i].type, "%s", rows[i].name);
		cr_expect_eq(segments->icmp.code, rows[i].code, "%s", rows[i].name);
		cr_expect_eq(segments->icmp.mtu, rows[i].mtu, "%s", rows[i].name);
		cr_expect_not(memcmp(segments->icmp.sender, sender, 16), "%s", rows[i].name);
		cr_expect_eq(segments->payload_len, 5, "%s", rows[i].name);
		cr_expect(segments->options && segments->options_len == 0);
		cr_expect(segments->payload && segments->payload_captured == 0);
		cr_expect_eq(segments->checksum, SEGMENT_CHECKSUM_UNKNOWN);
	}
	cr_expect_eq(decoder_count(decoder, "ICMP"), 2);
	cr_expect_eq(decoder_count(decoder, "ICMP error about something else than TCP"), 3);
	cr_expect_eq(decoder_count(decoder, "ICMPv6"), 1);
	cr_expect_eq(decoder_count(decoder, "ICMPv6 neighbour discovery"), 1);
}

/* RFC 792 asks for 8 bytes beyond the quoted header, and many give no more. */
Test(icmp, quotes_may_be_cut_anywhere)
{
	size_t quote, len;

	compose(&packet, "ip4:1 x0303000000000000 ip4:6 tcp");
	len = composed_len(&packet);
	quote = 20 + 8 + 20;
	for (size_t captured = 0; captured <= len; captured++) {
		size_t n = decode_bytes(decoder, 101, composed_data(&packet), captured, captured,
					segments);

		cr_assert_eq(n, captured >= quote + 4, "%zu", captured);
		if (!n)
			continue;
		cr_expect(segments->src_port == 40000 && segments->dst_port == 80);
		cr_expect_eq(segments->icmp.has_seq, captured >= quote + 8, "%zu", captured);
		cr_expect_eq(segments->icmp.has_flags, captured >= quote + 14, "%zu", captured);
		if (segments->icmp.has_seq)
			cr_expect_eq(segments->seq.value, 1000);
	}
	cr_expect_eq(decoder_count(decoder, "ICMP error whose quoted packet is cut or malformed"),
		     4 + 20);
}

/* Some stacks quote the length in their own byte order, or less than it was. */
Test(icmp, quoted_lengths_are_not_believed)
{
	static const uint8_t lengths[][2] = {{0, 0}, {0, 5}, {0xff, 0xff}, {45, 0}};

	for (size_t i = 0; i < G_N_ELEMENTS(lengths); i++) {
		compose(&packet, "ip4:1 x0303000000000000 ip4:6 tcp");
		memcpy(composed_data(&packet) + 28 + 2, lengths[i], 2);
		cr_expect_eq(decode_composed(decoder, 101, &packet, segments), 1, "row %zu", i);
	}
}

Test(icmp, errors_keep_the_encapsulation_around_them)
{
	compose(&packet, "eth:8100 x000a0800 ip4:1 x0303000000000000 ip4:6 tcp");
	cr_assert_eq(decode_composed(decoder, 1, &packet, segments), 1);
	cr_expect(segments->encap.len == 1 && segments->encap.layer[0].id == 10);
}
