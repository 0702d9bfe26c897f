/* SPDX-License-Identifier: BSD-3-Clause */
/* IP and TCP headers: what goes into a segment, which checksums are believed, which lengths. */
#include "fixture.h"

#include <criterion/criterion.h>
#include <glib.h>
#include <string.h>

#define ETHERNET 14
#define V4 "eth:0800 ip4:6 tcp"
#define V6 "eth:86dd ip6:6 tcp"
#define V4_TCP (ETHERNET + 20)
#define V6_TCP (ETHERNET + 40)

TestSuite(tcp, .init = fixture_setup, .fini = fixture_teardown);

static size_t decode(void)
{
	return decode_composed(decoder, 1, &packet, segments);
}

static uint8_t *at(size_t offset)
{
	return composed_data(&packet) + offset;
}

/* Where another segment was before. */
Test(tcp, keeps_no_stamps_and_no_digest_of_another)
{
	static const struct {
		const char *layers;
		SegmentStamps stamps;
	} rows[] = {
		{"eth:0800 ip4:6 syn", SEGMENT_STAMPS_READ},
		{V4, SEGMENT_STAMPS_NONE},
		{V6, SEGMENT_STAMPS_NONE},
		{"eth:8100 x000a0800 ip4:6 tcp", SEGMENT_STAMPS_NONE},
		{"eth:0800 ip4:1 x0303000000000000 ip4:6 tcp", SEGMENT_STAMPS_NONE},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		compose(&packet, rows[i].layers);
		segments->stamps = SEGMENT_STAMPS_READ;
		segments->has_digest = true;
		cr_assert_eq(decode(), 1, "%s", rows[i].layers);
		cr_expect_eq(segments->stamps, rows[i].stamps, "%s", rows[i].layers);
		cr_expect_not(segments->has_digest, "%s", rows[i].layers);
	}
}

Test(tcp, fills_every_field)
{
	compose(&packet, "eth:0800 ip4:6 syn");
	at(V4_TCP)[12] = 0xaf; /* data offset 10, all reserved bits and AE */
	at(V4_TCP)[13] = 0xff;
	at(V4_TCP)[18] = 0x12;
	at(V4_TCP)[19] = 0x34;
	compose_tcp_checksum(at(ETHERNET), composed_len(&packet) - ETHERNET);
	cr_assert_eq(decode(), 1);
	cr_expect_eq(segments->kind, SEGMENT_TCP);
	cr_expect_eq(segments->ip_version, 4);
	cr_expect_eq(segments->ttl, 64);
	cr_expect(segments->has_ip_id && segments->ip_id == 0x1234);
	cr_expect_not(segments->fragmented || segments->cut);
	cr_expect_eq(segments->flags, 0xfff);
	cr_expect_eq(segments->window, 0x2000);
	cr_expect_eq(segments->urgent, 0x1234);
	cr_expect_eq(segments->options_len, 20);
	cr_expect_eq(segments->options, at(V4_TCP + 20));
	cr_expect_eq(segments->ip_len, 60);
	cr_expect_eq(segments->payload_len, 0);
	cr_expect_eq(segments->encap.len, 0);
	cr_expect_eq(segments->checksum, SEGMENT_CHECKSUM_GOOD);
	cr_expect_eq(segment_seq_len(segments), 2);
}

Test(tcp, leaves_padding_and_trailers_out)
{
	compose(&packet, V4 " +000000000000aabbccdd");
	cr_assert_eq(decode(), 1);
	cr_expect_eq(segments->payload_len, 5);
	cr_expect_eq(segments->payload_captured, 5);
	cr_expect_eq(segments->checksum, SEGMENT_CHECKSUM_GOOD);
	compose(&packet, V6 " +000000000000aabbccdd");
	cr_assert_eq(decode(), 1);
	cr_expect_eq(segments->payload_len, 5);
	cr_expect_eq(segments->ip_len, 65);
}

/* A frame whose filling up to 60 octets a middlebox has made part of the IP length. */
Test(tcp, filling_in_the_ip_length_is_no_data)
{
	static const struct {
		const char *payload;
		uint8_t flags;
		uint32_t want;
	} rows[] = {
		{"x000000000000", 0x10, 0},
		{"x0000", 0x10, 0},	    /* beside a tag that was taken off */
		{"x000000000000", 0x11, 0}, /* a FIN stays where it is */
		{"x000000000000", 0x18, 6}, /* it pushes */
		{"x000000000100", 0x10, 6}, /* it says something */
		{"x00", 0x10, 1},	    /* a probe or a keep-alive: RFC 9293 §3.8.4 */
		{"x0000000000000000", 0x10, 8},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *layers = g_strdup_printf(
			"eth:0800 ip4:6 x9c400050000003e8000007d050%02x200000000000 %s",
			rows[i].flags, rows[i].payload);
		compose(&packet, layers);
		compose_tcp_checksum(at(ETHERNET), composed_len(&packet) - ETHERNET);
		cr_assert_eq(decode(), 1);
		cr_expect_eq(segments->payload_len, rows[i].want, "%s: %u", layers,
			     segments->payload_len);
		cr_expect_eq(segments->payload_captured, rows[i].want);
		cr_expect_eq(segments->checksum, SEGMENT_CHECKSUM_GOOD);
	}
}

typedef struct {
	const char *name;
	int field; /* -1: the right one; -2: the right one, and a byte of payload changed */
	SegmentChecksum want;
} ChecksumRow;

/* The pseudo-header's sum of "hello" between the composed addresses, by hand:
 * c000+0201+c633+6402+0006+0019 = 1ec55 → ec56; without the length ec3d. IPv6:
 * 2(2001+0db8)+0001+0002+0006+0019 = 5b94; without the length 5b7b. */
static void check_checksums(const char *layers, size_t tcp, const ChecksumRow *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		compose(&packet, layers);
		if (rows[i].field >= 0) {
			at(tcp)[16] = (uint8_t)(rows[i].field >> 8);
			at(tcp)[17] = (uint8_t)rows[i].field;
		}
		if (rows[i].field == -2)
			at(tcp)[21] ^= 0x10;
		cr_assert_eq(decode(), 1);
		cr_expect_eq(segments->checksum, rows[i].want, "%s, %s: %u", layers, rows[i].name,
			     segments->checksum);
	}
}

Test(tcp, judges_checksums)
{
	static const ChecksumRow v4[] = {
		{"right", -1, SEGMENT_CHECKSUM_GOOD},
		{"payload damaged", -2, SEGMENT_CHECKSUM_BAD},
		{"wrong", 0x4711, SEGMENT_CHECKSUM_BAD},
		{"none", 0, SEGMENT_CHECKSUM_OFFLOADED},
		{"pseudo-header", 0xec56, SEGMENT_CHECKSUM_OFFLOADED},
		{"pseudo-header, complemented", 0xffff - 0xec56, SEGMENT_CHECKSUM_OFFLOADED},
		{"pseudo-header without length", 0xec3d, SEGMENT_CHECKSUM_OFFLOADED},
	};
	static const ChecksumRow v6[] = {
		{"right", -1, SEGMENT_CHECKSUM_GOOD},
		{"payload damaged", -2, SEGMENT_CHECKSUM_BAD},
		{"pseudo-header", 0x5b94, SEGMENT_CHECKSUM_OFFLOADED},
		{"pseudo-header, complemented", 0xffff - 0x5b94, SEGMENT_CHECKSUM_OFFLOADED},
		{"pseudo-header without length", 0x5b7b, SEGMENT_CHECKSUM_OFFLOADED},
		{"of IPv4's", 0xec56, SEGMENT_CHECKSUM_BAD},
	};

	check_checksums(V4, V4_TCP, v4, G_N_ELEMENTS(v4));
	check_checksums(V6, V6_TCP, v6, G_N_ELEMENTS(v6));
}

/* Every length and every alignment of the sum against the plain one. */
Test(tcp, sums_payloads_of_any_length)
{
	for (size_t len = 0; len < 300; len++) {
		compose_start(&packet);
		for (size_t i = 0; i < len; i++)
			compose_put(&packet, &(uint8_t){(uint8_t)(i * 37 + len)}, 1);
		compose_layer(&packet, "x9c400050000003e8000007d05018200000000000");
		compose_layer(&packet, len % 2 ? "ip4:6" : "ip6:6");
		cr_assert_eq(decode_composed(decoder, 101, &packet, segments), 1);
		cr_expect_eq(segments->checksum, SEGMENT_CHECKSUM_GOOD, "%zu bytes", len);
		composed_data(&packet)[composed_len(&packet) - 1] ^= 0x80;
		cr_assert_eq(decode_composed(decoder, 101, &packet, segments), 1);
		cr_expect_eq(segments->checksum, SEGMENT_CHECKSUM_BAD, "%zu bytes", len);
	}
}

Test(tcp, does_not_judge_when_told)
{
	Decoder *other = decoder_new(&(DecoderOptions){.no_checksums = true});

	compose(&packet, V4);
	at(V4_TCP)[16] ^= 1;
	cr_assert_eq(decode_composed(other, 1, &packet, segments), 1);
	cr_expect_eq(segments->checksum, SEGMENT_CHECKSUM_UNKNOWN);
	decoder_free(other);
}

/* RFC 9293 §3.1 with RFC 791 §3.1: the pseudo-header has the end of the route. */
Test(tcp, takes_the_destination_from_a_source_route)
{
	static const uint8_t hop[4] = {10, 0, 0, 1}, end[16] = {198, 51, 100, 2};
	uint8_t *ip;

	compose(&packet, "eth:0800 ip4:6 tcp");
	packet.start -= 8;
	memmove(at(0), at(8), ETHERNET + 20);
	ip = at(ETHERNET);
	ip[0] = 0x47;
	ip[3] = (uint8_t)(ip[3] + 8);
	memcpy(ip + 16, hop, 4);
	memcpy(ip + 20, (const uint8_t[]){0x01, 0x83, 7, 4, 198, 51, 100, 2}, 8);
	cr_assert_eq(decode(), 1);
	cr_expect_not(memcmp(segments->dst, end, 16));
	cr_expect_eq(segments->checksum, SEGMENT_CHECKSUM_GOOD);
	/* Option lengths that lie end the search, and nothing else. */
	for (unsigned len = 0; len < 256; len++) {
		at(ETHERNET)[22] = (uint8_t)len;
		cr_assert_eq(decode(), 1, "%u", len);
		cr_expect_eq(memcmp(segments->dst, end, 16) == 0, len == 7, "%u", len);
	}
}

/* RFC 8200 §8.1, RFC 6275 §6.3 and §6.4, RFC 8754 §2. */
Test(tcp, takes_addresses_from_ipv6_extension_headers)
{
	static const char *const chains[] = {
		/* type 0, type 2, and type 4 with the last hop first, each to 2001:db8::2 */
		"ip6:43 x06020001 x00000000 x20010db8000000000000000000000002 tcp",
		"ip6:43 x06020201 x00000000 x20010db8000000000000000000000002 tcp",
		"ip6:43 x06040402 x01000000 x20010db8000000000000000000000002 z16 tcp",
		/* a home address, 2001:db8::1 */
		"ip6:60 x0602 x01020000 xc910 x20010db8000000000000000000000001 tcp",
	};
	static const uint8_t dst[16] = {0x20, 0x01, 0x0d, 0xb8, [15] = 2},
			     src[16] = {0x20, 0x01, 0x0d, 0xb8, [15] = 1};

	for (size_t i = 0; i < G_N_ELEMENTS(chains); i++) {
		uint8_t sum[2];
		size_t len;

		/* The sum that the packet has without the detour. */
		compose(&packet, "ip6:6 tcp");
		memcpy(sum, at(40 + 16), 2);
		compose(&packet, chains[i]);
		len = composed_len(&packet);
		memcpy(at(len - 25 + 16), sum, 2);
		at(i == 3 ? 23 : 39)[0] = 0x99;
		cr_assert_eq(decode_composed(decoder, 229, &packet, segments), 1, "%s", chains[i]);
		cr_expect_not(memcmp(segments->src, src, 16), "%s", chains[i]);
		cr_expect_not(memcmp(segments->dst, dst, 16), "%s", chains[i]);
		cr_expect_eq(segments->checksum, SEGMENT_CHECKSUM_GOOD, "%s", chains[i]);
	}
}

Test(tcp, takes_the_captures_length_of_an_offloaded_send)
{
	compose(&packet, V4);
	at(ETHERNET)[2] = at(ETHERNET)[3] = 0;
	cr_assert_eq(decode_bytes(decoder, 1, at(0), composed_len(&packet), 9000, segments), 1);
	cr_expect_eq(segments->payload_len, 9000 - ETHERNET - 40);
	cr_expect_eq(segments->payload_captured, 5);
	cr_expect_eq(segments->ip_len, 9000 - ETHERNET);
	cr_expect(segments->cut);
	compose(&packet, V6);
	at(ETHERNET)[4] = at(ETHERNET)[5] = 0;
	cr_assert_eq(decode(), 1);
	cr_expect_eq(segments->payload_len, 5);
	cr_expect_eq(segments->checksum, SEGMENT_CHECKSUM_GOOD);
}

/* RFC 2675, as Linux's BIG TCP has it. */
Test(tcp, takes_the_length_of_a_jumbogram)
{
	compose(&packet, "eth:86dd ip6:0 x0600 xc204 x00013880 tcp");
	at(ETHERNET)[4] = at(ETHERNET)[5] = 0;
	cr_assert_eq(decode_bytes(decoder, 1, at(0), composed_len(&packet), 80054, segments), 1);
	cr_expect_eq(segments->payload_len, 80000 - 8 - 20);
	cr_expect_eq(segments->payload_captured, 5);
	cr_expect_eq(segments->ip_len, 80040);
}

typedef struct {
	const char *reason;
	const char *layers;
	size_t offset;
	uint8_t value;
	size_t captured; /* 0: all */
} FaultRow;

Test(tcp, names_what_is_wrong)
{
	static const FaultRow rows[] = {
		{"IPv4 header length < 20", V4, ETHERNET, 0x44},
		{"IPv4 header that says another version", V4, ETHERNET, 0x65},
		{"IPv4 length shorter than its header", V4, ETHERNET + 3, 19},
		{"IPv4 options cut", "eth:0800 ip4:6 syn", ETHERNET, 0x4f, ETHERNET + 59},
		{"IPv6 header that says another version", V6, ETHERNET, 0x45},
		{"TCP data offset < 5", V4, V4_TCP + 12, 0x40},
		{"TCP data offset beyond the segment", V4, V4_TCP + 12, 0xf0},
		{"TCP segment shorter than a TCP header", V4, ETHERNET + 3, 39},
		{"IPv6 extension header cut", "eth:86dd ip6:60 x06ff010400000000 tcp", 0, 2},
		{"TCP header cut", V4, 0, 2, V4_TCP + 13},
		{"IPv4 header cut", V4, 0, 2, ETHERNET + 19},
		{"IPv6 header cut", V6, 0, 2, ETHERNET + 39},
		{"Ethernet header cut", V4, 0, 2, 13},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *counts = NULL;
		size_t len;

		compose(&packet, rows[i].layers);
		len = composed_len(&packet);
		at(rows[i].offset)[0] = rows[i].value;
		if (rows[i].captured)
			len = rows[i].captured;
		cr_expect_eq(decode_bytes(decoder, 1, at(0), len, composed_len(&packet), segments),
			     0, "%s", rows[i].reason);
		counts = decoder_counts_text(decoder);
		cr_expect_eq(decoder_count(decoder, rows[i].reason), 1, "%s: %s", rows[i].reason,
			     counts);
	}
}

/* A total length beyond the wire: the bytes that are there are read, and called cut. */
Test(tcp, does_not_believe_a_length_beyond_the_wire)
{
	compose(&packet, V4);
	at(ETHERNET)[2] = 0x40;
	cr_assert_eq(decode(), 1);
	cr_expect(segments->cut);
	cr_expect_eq(segments->payload_captured, 5);
	cr_expect_eq(segments->checksum, SEGMENT_CHECKSUM_UNKNOWN);
}

Test(tcp, has_options_as_far_as_they_were_captured)
{
	compose(&packet, "eth:0800 ip4:6 syn");
	for (size_t less = 0; less <= 20; less++) {
		size_t len = composed_len(&packet);

		cr_assert_eq(decode_bytes(decoder, 1, at(0), len - less, len, segments), 1);
		cr_expect_eq(segments->options_len, 20 - less);
		cr_expect_eq(segments->cut, less ? SEGMENT_CUT_HEADER : SEGMENT_CUT_NOT);
		cr_expect_eq(segments->payload_len, 0);
		cr_expect_eq(segments->payload_captured, 0);
	}
}

/* It ends among the options, behind them, or with the segment. */
Test(tcp, what_was_cut_off)
{
	compose(&packet, V4);
	at(V4_TCP)[12] = 0x60;
	size_t len = composed_len(&packet);

	for (size_t cut = V4_TCP + 20; cut <= len; cut++) {
		cr_assert_eq(decode_bytes(decoder, 1, at(0), cut, len, segments), 1);
		cr_expect_eq(segments->cut, cut < V4_TCP + 24 ? SEGMENT_CUT_HEADER
					    : cut < len	      ? SEGMENT_CUT_PAYLOAD
							      : SEGMENT_CUT_NOT);
	}
}

/* An old default, 68 bytes, ends in an IPv6 segment behind its flags. */
Test(tcp, window_that_was_cut_off_is_not_closed)
{
	compose(&packet, "eth:86dd ip6:6 tcp");
	size_t len = composed_len(&packet);

	cr_assert_eq(decode_bytes(decoder, 1, at(0), 14 + 40 + 14, len, segments), 1);
	cr_expect(segments->cut);
	cr_expect_eq(segments->flags, TCP_PSH | TCP_ACK);
	cr_expect_eq(segments->window, UINT16_MAX);
	cr_expect_eq(segments->payload_len, 5);
}
