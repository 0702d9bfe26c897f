/* SPDX-License-Identifier: BSD-3-Clause */
/* snoop, ERF and Network Monitor 2. */
#include "writer.h"

#include <criterion/criterion.h>
#include <string.h>

#define S SHAKEDOWN_NS_PER_S

static void snoop_header(Writer *w, uint32_t version, uint32_t type)
{
	put_bytes(w, "snoop\0\0\0", 8);
	put32(w, version);
	put32(w, type);
}

static void snoop_packet(Writer *w, uint32_t seconds, size_t n, uint32_t len)
{
	uint32_t padding = -len & 3;
	put32(w, len + 100);
	put32(w, len);
	put32(w, 24 + len + padding);
	put32(w, (uint32_t)n * 3); /* lost so far */
	put32(w, seconds);
	put32(w, 250000);
	put_pattern(w, n, len);
	put_bytes(w, "\0\0\0", padding);
}

Test(snoop, is_read)
{
	Writer w = writer_new(true);
	snoop_header(&w, 2, 4);
	for (uint32_t n = 0; n < 5; n++)
		snoop_packet(&w, n, n, 41 + n);
	Got got = read_writer(&w);

	cr_assert_null(got.problem, "%s", got.problem);
	cr_assert_str_eq(got.format, "snoop");
	cr_assert_eq(got_len(&got), 5);
	for (uint32_t n = 0; n < 5; n++) {
		const ShakedownPacket *p = got_packet(&got, n);
		cr_assert_eq(p->captured_len, 41 + n);
		cr_assert_eq(p->wire_len, 141 + n);
		cr_assert_eq(p->time, n * S + S / 4);
		cr_assert_eq(p->link_type, 1);
		assert_pattern(&got, n, n);
	}
	cr_assert_eq(got.info.dropped, 12);
	got_clear(&got);
	writer_free(&w);
}

Test(snoop, says_what_is_wrong)
{
	Writer w = writer_new(true);
	snoop_header(&w, 3, 4);
	Got got = read_writer(&w);
	cr_assert(strstr(got.error->message, "snoop version 3"), "%s", got.error->message);
	got_clear(&got);
	g_byte_array_set_size(w.bytes, 0);
	snoop_header(&w, 2, 77);
	got = read_writer(&w);
	cr_assert(strstr(got.error->message, "type 77"), "%s", got.error->message);
	got_clear(&got);
	got = read_bytes(w.bytes->data, 12);
	cr_assert(strstr(got.error->message, "cut short in its snoop header"));
	got_clear(&got);

	/* Record lengths that are too small for the packet, or absurd. */
	static const uint32_t records[] = {0, 23, 33, 0x80000000};
	for (size_t i = 0; i < G_N_ELEMENTS(records); i++) {
		g_byte_array_set_size(w.bytes, 0);
		snoop_header(&w, 2, 4);
		snoop_packet(&w, 1, 0, 10);
		put32(&w, 10);
		put32(&w, 10);
		put32(&w, records[i]);
		for (int k = 0; k < 10; k++)
			put32(&w, 0);
		got = read_writer(&w);
		cr_assert_eq(got_len(&got), 1);
		cr_assert(strstr(got.problem, "corrupt after packet 1"), "%s", got.problem);
		got_clear(&got);
	}
	writer_free(&w);
}

Test(snoop, cut_at_every_byte)
{
	Writer w = writer_new(true);
	snoop_header(&w, 2, 4);
	snoop_packet(&w, 1, 0, 10);
	snoop_packet(&w, 2, 1, 8);
	for (guint len = 16; len <= w.bytes->len; len++) {
		Got got = read_bytes(w.bytes->data, len);
		size_t n = (len >= 52) + (len >= 84);
		cr_assert_eq(got_len(&got), n, "cut at %u", len);
		cr_assert_eq(got.problem == NULL, len == 16 || len == 52 || len == 84);
		got_clear(&got);
	}
	writer_free(&w);
}

/* A record; its type may announce extension headers, of which so many follow. */
static void erf_packet(Writer *w, uint8_t type, uint32_t seconds, size_t n, uint16_t len,
		       int extensions)
{
	bool ethernet = (type & 0x7f) == 2;
	Writer le = {w->bytes, false}, be = {w->bytes, true};
	put32(&le, 0x40000000);
	put32(&le, seconds);
	put8(w, type);
	put8(w, 0);
	put16(&be, (uint16_t)(16 + 8 * extensions + (ethernet ? 2 : 0) + len + 6));
	put16(&be, 5); /* lost since the last, or a colour */
	put16(&be, len);
	for (int i = extensions; i-- > 0;) {
		put8(w, i ? 0x81 : 0x01);
		put_bytes(w, "1234567", 7);
	}
	if (ethernet)
		put16(&be, 0);
	put_pattern(w, n, len);
	put_bytes(w, "padded", 6);
}

Test(erf, is_recognised_without_a_magic_number)
{
	Writer w = writer_new(false);
	erf_packet(&w, 2, 1700000000, 0, 60, 0);
	erf_packet(&w, 48, 1700000000, 9, 16, 0); /* padding: no packet */
	erf_packet(&w, 0x82, 1700000001, 1, 61, 2);
	erf_packet(&w, 22, 1700000002, 2, 40, 0);
	erf_packet(&w, 1, 1700000003, 3, 44, 0);
	erf_packet(&w, 3, 1700000004, 4, 52, 0); /* an ATM cell: as it is */
	Got got = read_writer(&w);
	static const uint32_t link_types[] = {1, 1, 101, 104, 197};
	static const uint32_t lens[] = {60, 61, 40, 44, 16 + 52 + 6};

	cr_assert_null(got.error);
	cr_assert_null(got.problem, "%s", got.problem);
	cr_assert_str_eq(got.format, "ERF");
	cr_assert_eq(got.info.dropped, 4 * 5);
	cr_assert_eq(got_len(&got), 5);
	for (size_t i = 0; i < 5; i++) {
		const ShakedownPacket *p = got_packet(&got, i);
		cr_assert_eq(p->link_type, link_types[i], "packet %zu", i);
		cr_assert_eq(p->captured_len, lens[i], "packet %zu", i);
		cr_assert_eq(p->time, (1700000000 + (int64_t)i) * S + S / 4);
		if (i < 4)
			assert_pattern(&got, i, i);
	}
	got_clear(&got);
	got = read_bytes(w.bytes->data, w.bytes->len - 1);
	cr_assert_eq(got_len(&got), 4);
	cr_assert(strstr(got.problem, "cut short in packet 5"), "%s", got.problem);
	got_clear(&got);
	writer_free(&w);
}

Test(erf, survives_extensions_and_lengths_that_lie)
{
	Writer w = writer_new(false);
	for (uint32_t i = 0; i < 4; i++)
		erf_packet(&w, 2, 1700000000, i, 60, 0);
	guint good = w.bytes->len;
	erf_packet(&w, 0x82, 1700000001, 0, 8, 0); /* an extension that is the packet itself */
	memset(w.bytes->data + good + 16, 0xff, 16);
	Got got = read_writer(&w);
	cr_assert_eq(got_len(&got), 5);
	cr_assert_null(got.problem);
	got_clear(&got);
	w.bytes->data[good + 10] = w.bytes->data[good + 11] = 0;
	got = read_writer(&w);
	cr_assert_eq(got_len(&got), 4);
	cr_assert(strstr(got.problem, "impossible length"), "%s", got.problem);
	got_clear(&got);
	writer_free(&w);
}

/* A Network Monitor file of version 2.minor with three frames, the second of which is metadata. */
static Writer netmon_file(uint8_t minor)
{
	static const uint8_t trailers[] = {0, 2, 14, 15};
	Writer w = writer_new(false);
	put_bytes(&w, "GMBU", 4);
	put8(&w, minor);
	put8(&w, 2);
	put16(&w, 1);
	static const uint16_t start[] = {2005, 7, 6, 16, 10, 29, 29, 500};
	for (size_t i = 0; i < G_N_ELEMENTS(start); i++)
		put16(&w, start[i]);
	put32(&w, 128 + 3 * (16u + 60 + trailers[minor]));
	put32(&w, 12);
	while (w.bytes->len < 128)
		put8(&w, 0);
	for (uint32_t n = 0; n < 3; n++) {
		put64(&w, n * 1000000);
		put32(&w, 1500);
		put32(&w, 60);
		put_pattern(&w, n, 60);
		if (minor >= 1)
			put16(&w, n == 1 ? 0xfffb : n == 2 ? 0xe065 : 1);
		if (minor >= 2) {
			put32(&w, 0);
			put64(&w, UINT64_C(116444736000000000) + n * UINT64_C(10000000));
		}
		if (minor >= 3)
			put8(&w, 0);
	}
	for (int i = 0; i < 3; i++)
		put32(&w, 0);
	return w;
}

Test(netmon, is_read_in_every_version)
{
	const ShakedownTime start = 1121509769 * S + S / 2;
	for (uint8_t minor = 0; minor <= 3; minor++) {
		Writer w = netmon_file(minor);
		Got got = read_writer(&w);
		cr_assert_null(got.error);
		cr_assert_null(got.problem, "%s", got.problem);
		cr_assert_eq(got_len(&got), minor ? 2 : 3);
		const ShakedownPacket *last = got_packet(&got, got_len(&got) - 1);
		cr_assert_eq(last->time, minor >= 2 ? 2 * S : start + 2 * S, "2.%u", minor);
		cr_assert_eq(last->link_type, minor ? 101 : 1);
		cr_assert_eq(last->wire_len, 1500);
		assert_pattern(&got, 0, 0);
		assert_pattern(&got, got_len(&got) - 1, 2);
		got_clear(&got);
		got = read_bytes(w.bytes->data, 300);
		cr_assert(strstr(got.problem, "cut short"), "%s", got.problem);
		got_clear(&got);
		writer_free(&w);
	}
}

Test(netmon, says_what_is_wrong)
{
	Writer w = netmon_file(0);
	w.bytes->data[4] = 9;
	Got got = read_writer(&w);
	cr_assert(strstr(got.error->message, "version 2.9"), "%s", got.error->message);
	got_clear(&got);
	w.bytes->data[4] = 0;
	memset(w.bytes->data + 24, 0, 4);
	got = read_writer(&w);
	cr_assert(strstr(got.error->message, "frame table"), "%s", got.error->message);
	got_clear(&got);
	writer_free(&w);
}

Test(other_formats, random_damage_is_survived)
{
	g_autoptr(GRand) random = g_rand_new_with_seed(31);
	Writer files[] = {writer_new(true), writer_new(false), netmon_file(0), netmon_file(3)};
	snoop_header(&files[0], 2, 4);
	for (uint32_t n = 0; n < 5; n++) {
		snoop_packet(&files[0], n, n, 30 + n);
		erf_packet(&files[1], n % 2 ? 0x82 : 1, 1700000000 + n, n, 40, n % 2);
	}
	for (int round = 0; round < 3000; round++) {
		const GByteArray *good = files[round % 4].bytes;
		g_autofree uint8_t *bad = g_memdup2(good->data, good->len);
		for (int flips = g_rand_int_range(random, 1, 6); flips > 0; flips--)
			bad[g_rand_int_range(random, 0, (gint32)good->len)] =
				(uint8_t)g_rand_int_range(random, 0, 256);
		Got got = read_bytes(bad, good->len);
		got_clear(&got);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(files); i++)
		writer_free(&files[i]);
}
