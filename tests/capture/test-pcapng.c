/* SPDX-License-Identifier: BSD-3-Clause */
#include "writer.h"

#include "capture/pcapng-interface.h"

#include <criterion/criterion.h>
#include <string.h>

#define S SHAKEDOWN_NS_PER_S

Test(pcapng, reads_every_kind_of_block_in_both_byte_orders)
{
	for (int big = 0; big <= 1; big++) {
		Writer w = writer_new(big);
		ng_section(&w);
		ng_interface(&w, 1, 0);
		ng_packet(&w, 0, 1700000000123456, 0, 61);
		ng_other(&w, 5, 16);	     /* interface statistics */
		ng_other(&w, 4, 24);	     /* name resolution */
		ng_other(&w, 10, 40);	     /* decryption secrets */
		ng_other(&w, 0xbad, 12);     /* custom */
		ng_other(&w, 0x7fffffff, 0); /* unknown, empty */
		ng_obsolete(&w, 0, 2000001, 1, 5);
		ng_simple(&w, 2, 30, 30);
		Got got = read_writer(&w);

		cr_assert_null(got.problem, "%s", got.problem);
		cr_assert_str_eq(got.format, "pcapng");
		cr_assert_eq(got_len(&got), 3);
		/* The second's clock went back by 53 years: not put in order. */
		cr_assert_eq(got_packet(&got, 0)->time, 1700000000 * S + 123456000);
		cr_assert_eq(got_packet(&got, 1)->time, 2 * S + 1000);
		cr_assert_eq(got_packet(&got, 2)->time, 2 * S + 1000); /* it has none of its own */
		cr_assert_eq(got_packet(&got, 0)->captured_len, 61);
		cr_assert_eq(got_packet(&got, 1)->captured_len, 5);
		for (size_t i = 0; i < 3; i++) {
			cr_assert_eq(got_packet(&got, i)->frame, i + 1);
			assert_pattern(&got, i, i);
		}
		got_clear(&got);
		writer_free(&w);
	}
}

Test(pcapng, keeps_interfaces_and_sections_apart)
{
	Writer w = writer_new(false);
	ng_section(&w);
	ng_interface(&w, 1, 65535);
	ng_interface(&w, 101, 96);
	ng_packet(&w, 1, 1, 0, 20);
	ng_packet(&w, 0, 2, 1, 20);
	w.big = true;
	ng_section(&w);
	ng_interface(&w, 113, 0);
	ng_packet(&w, 0, 3, 2, 20);
	Got got = read_writer(&w);

	static const uint32_t link_types[] = {101, 1, 113}, interfaces[] = {1, 0, 2};
	cr_assert_null(got.problem);
	cr_assert_eq(got_len(&got), 3);
	for (size_t i = 0; i < 3; i++) {
		cr_assert_eq(got_packet(&got, i)->link_type, link_types[i]);
		cr_assert_eq(got_packet(&got, i)->interface, interfaces[i]);
		assert_pattern(&got, i, i);
	}
	got_clear(&got);
	writer_free(&w);
}

Test(pcapng, cuts_simple_packets_at_the_first_interfaces_snaplen)
{
	Writer w = writer_new(false);
	ng_section(&w);
	ng_interface(&w, 1, 50);
	ng_interface(&w, 1, 0);
	ng_simple(&w, 0, 50, 1500);
	ng_simple(&w, 1, 40, 40);
	Got got = read_writer(&w);

	cr_assert_null(got.problem, "%s", got.problem);
	cr_assert_eq(got_packet(&got, 0)->captured_len, 50);
	cr_assert_eq(got_packet(&got, 0)->wire_len, 1500);
	cr_assert_eq(got_packet(&got, 1)->captured_len, 40);
	got_clear(&got);
	writer_free(&w);
}

/* What a clock of this if_tsresol and if_tsoffset shows at so many ticks. */
static ShakedownTime time_of(uint8_t tsresol, int64_t tsoffset, uint64_t ticks)
{
	Writer w = writer_new(true);
	ng_section(&w);
	ng_interface_clock(&w, 1, tsresol, tsoffset);
	ng_packet(&w, 0, ticks, 0, 4);
	Got got = read_writer(&w);
	cr_assert_null(got.problem, "%s", got.problem);
	ShakedownTime time = got_packet(&got, 0)->time;
	got_clear(&got);
	writer_free(&w);
	return time;
}

Test(pcapng, follows_each_interfaces_clock)
{
	static const struct {
		uint8_t tsresol;
		int64_t offset;
		uint64_t ticks;
		ShakedownTime time;
	} rows[] = {
		{6, 0, 1500000, 3 * S / 2},
		{0, 0, 7, 7 * S},
		{3, 0, 1500, 3 * S / 2},
		{9, 0, 1700000000123456789, 1700000000123456789},
		{12, 0, 1500000000999, 3 * S / 2}, /* picoseconds */
		{19, 0, UINT64_C(15000000000000000000), 3 * S / 2},
		{40, 0, UINT64_MAX, 0},
		{127, 0, UINT64_MAX, 0},
		{0x80, 0, 7, 7 * S},
		{0x80 | 1, 0, 3, 3 * S / 2},
		{0x80 | 10, 0, 1536, 3 * S / 2},
		{0x80 | 32, 0, UINT64_C(3) << 31, 3 * S / 2}, /* NTP's */
		{0x80 | 63, 0, UINT64_C(3) << 62, 3 * S / 2},
		{0x80 | 64, 0, UINT64_C(1) << 63, S / 2},
		{0x80 | 31, 0, UINT64_C(3) << 30, 3 * S / 2},
		{0x80 | 33, 0, UINT64_C(3) << 32, 3 * S / 2},
		{0x80 | 93, 0, UINT64_MAX, 1},
		{0x80 | 94, 0, UINT64_MAX, 0},
		{0x80 | 96, 0, UINT64_MAX, 0},
		{0x80 | 20, 0, UINT64_MAX, INT64_MAX},
		{0x80 | 31, 0, UINT64_MAX, INT64_C(8589934591999999999)},
		{0xff, 0, UINT64_MAX, 0},
		{6, 1700000000, 250000, 1700000000 * S + S / 4},
		{6, -3600, 250000, -3600 * S + S / 4},
		/* What nanoseconds in 64 bits cannot hold. */
		{0, 0, UINT64_MAX, INT64_MAX},
		{6, 0, UINT64_MAX, INT64_MAX},
		{9, 0, UINT64_MAX, INT64_MAX},
		{6, INT64_MAX, 5, INT64_MAX},
		{6, INT64_MIN, 5, INT64_MIN + 5000},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		cr_assert_eq(time_of(rows[i].tsresol, rows[i].offset, rows[i].ticks), rows[i].time,
			     "row %zu", i);
}

Test(pcapng, saturates_offsets_both_ways)
{
	PcapngInterface low = {.tick = 1000, .offset = INT64_MIN}, high = {.tick = 1, .offset = 1};
	cr_assert_eq(pcapng_interface_time(&low, 0), INT64_MIN);
	cr_assert_eq(pcapng_interface_time(&high, INT64_MAX), INT64_MAX);
}

/* A file of two packets with something wrong between them. */
typedef void (*Wrong)(Writer *w);

static void lengths_differ(Writer *w)
{
	ng_packet(w, 0, 2, 1, 20);
	w->bytes->data[w->bytes->len - 1] ^= 0x40;
}

static void unknown_lengths_differ(Writer *w)
{
	ng_other(w, 99, 8);
	w->bytes->data[w->bytes->len - 1] ^= 0x40;
}

static void length_odd(Writer *w)
{
	put32(w, 99);
	put32(w, 13);
	put32(w, 0);
}

static void length_small(Writer *w)
{
	put32(w, 99);
	put32(w, 8);
	put32(w, 8);
}

static void length_huge(Writer *w)
{
	put32(w, 6);
	put32(w, 0xfffffffc);
	put32(w, 0);
}

static void no_interface(Writer *w)
{
	ng_packet(w, 7, 2, 1, 20);
}

static void packet_outgrows_block(Writer *w)
{
	ng_packet(w, 0, 2, 1, 20);
	/* The captured length, behind which are its fellow, data, options and the trailer. */
	w->bytes->data[w->bytes->len - 4 - 12 - 20 - 8] = 200;
}

static void block_without_fields(Writer *w)
{
	ng_other(w, 6, 12);
}

static void simple_without_fields(Writer *w)
{
	ng_other(w, 3, 0);
}

static void section_of_another_version(Writer *w)
{
	ng_section(w);
	w->bytes->data[w->bytes->len - 28 + 12] = 9;
}

static void section_without_magic(Writer *w)
{
	ng_section(w);
	w->bytes->data[w->bytes->len - 28 + 8] = 9;
}

static void interface_without_fields(Writer *w)
{
	ng_other(w, 1, 4);
}

static void option_outgrows_block(Writer *w)
{
	Block block = block_begin(w, 1);
	put64(w, 1);
	put16(w, 2);
	put16(w, 400);
	block_end(w, block);
}

static void tsresol_too_long(Writer *w)
{
	Block block = block_begin(w, 1);
	put64(w, 1);
	put_option(w, 9, "\x06\x06", 2);
	block_end(w, block);
}

static void tsoffset_too_short(Writer *w)
{
	Block block = block_begin(w, 1);
	put64(w, 1);
	put_option(w, 14, "\x06\x06", 2);
	block_end(w, block);
}

Test(pcapng, ends_at_what_makes_no_sense_and_says_so)
{
	static const struct {
		Wrong wrong;
		const char *problem;
	} rows[] = {
		{lengths_differ, "two lengths differ"},
		{unknown_lengths_differ, "two lengths differ"},
		{length_odd, "impossible length"},
		{length_small, "impossible length"},
		{length_huge, "longer than any can be"},
		{no_interface, "interface that was not described"},
		{packet_outgrows_block, "longer than"},
		{block_without_fields, "too short for its fields"},
		{simple_without_fields, "simple packet block"},
		{section_of_another_version, "pcapng version 9.0"},
		{section_without_magic, "byte-order magic"},
		{interface_without_fields, "too short for its fields"},
		{option_outgrows_block, "option that is longer"},
		{tsresol_too_long, "if_tsresol"},
		{tsoffset_too_short, "if_tsoffset"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		Writer w = writer_new(false);
		ng_section(&w);
		ng_interface(&w, 1, 0);
		ng_packet(&w, 0, 1, 0, 20);
		guint at = w.bytes->len;
		rows[i].wrong(&w);
		ng_packet(&w, 0, 3, 2, 20);
		Got got = read_writer(&w);
		g_autofree char *where = g_strdup_printf("after packet 1, at byte %u: ", at);

		cr_assert_null(got.error);
		cr_assert_not_null(got.problem, "row %zu", i);
		cr_assert(strstr(got.problem, rows[i].problem), "row %zu: %s", i, got.problem);
		cr_assert(strstr(got.problem, where), "row %zu: %s, not %s", i, got.problem, where);
		cr_assert_eq(got_len(&got), 1, "row %zu", i);
		got_clear(&got);
		writer_free(&w);
	}
}

Test(pcapng, needs_an_interface_for_a_simple_packet)
{
	Writer w = writer_new(false);
	ng_section(&w);
	ng_simple(&w, 0, 10, 10);
	Got got = read_writer(&w);
	cr_assert_eq(got_len(&got), 0);
	cr_assert(strstr(got.problem, "without an interface"), "%s", got.problem);
	got_clear(&got);
	writer_free(&w);
}

Test(pcapng, is_no_error_without_packets)
{
	Writer w = writer_new(true);
	ng_section(&w);
	Got got = read_writer(&w);
	cr_assert_eq(got_len(&got), 0);
	cr_assert_null(got.problem);
	cr_assert_eq(got.info.passed, 0);
	got_clear(&got);
	writer_free(&w);
}

Test(pcapng, passes_blocks_larger_than_its_window)
{
	Writer w = writer_new(false);
	ng_section(&w);
	ng_interface(&w, 1, 0);
	ng_packet(&w, 0, 1, 0, 100);
	ng_other(&w, 10, 3 << 20);
	ng_packet(&w, 0, 2, 1, 100);
	/* Options make a packet block larger than the window, too. */
	Block block = block_begin(&w, 6);
	put32(&w, 0);
	put64(&w, 0);
	put32(&w, 4);
	put32(&w, 4);
	put_pattern(&w, 2, 4);
	g_autofree char *comment = g_strnfill(65535, 'c');
	for (int i = 0; i < 20; i++)
		put_option(&w, 1, comment, 65535);
	block_end(&w, block);
	ng_packet(&w, 0, 3, 3, 100);
	Got got = read_writer(&w);

	cr_assert_null(got.problem, "%s", got.problem);
	cr_assert_eq(got_len(&got), 4);
	got_clear(&got);

	/* And cut in the middle of the large one. */
	got = read_bytes(w.bytes->data, 1 << 20);
	cr_assert_eq(got_len(&got), 1);
	cr_assert(strstr(got.problem, "cut short after packet 1"), "%s", got.problem);
	got_clear(&got);
	writer_free(&w);
}

static void put_count(Writer *w, uint16_t code, uint64_t count)
{
	Writer value = writer_new(w->big);

	put64(&value, count);
	put_option(w, code, value.bytes->data, 8);
	writer_free(&value);
}

/* Interface statistics with isb_ifdrop and isb_osdrop. */
static void put_statistics(Writer *w, uint32_t interface, uint64_t ifdrop, uint64_t osdrop)
{
	Block block = block_begin(w, 5);

	put32(w, interface);
	put64(w, 0);
	put_count(w, 5, ifdrop);
	put_count(w, 7, osdrop);
	put_option(w, 0, NULL, 0);
	block_end(w, block);
}

/* A packet with epb_dropcount. */
static void put_packet_after_loss(Writer *w, uint32_t interface, uint64_t lost, uint32_t len)
{
	Block block = block_begin(w, 6);

	put32(w, interface);
	put64(w, 0);
	put32(w, len);
	put32(w, len);
	put_pattern(w, 0, len);
	while (w->bytes->len % 4)
		put8(w, 0);
	put_count(w, 4, lost);
	block_end(w, block);
}

Test(pcapng, tells_what_was_dropped)
{
	for (int big = 0; big <= 1; big++) {
		Writer w = writer_new(big);
		ng_section(&w);
		ng_interface(&w, 1, 0);
		ng_interface(&w, 1, 0);
		put_statistics(&w, 0, 3, 4);
		put_packet_after_loss(&w, 1, 5, 61);
		put_packet_after_loss(&w, 1, 6, 60);
		/* They count from the beginning, and so does what packets say. */
		put_statistics(&w, 0, 10, 4);
		put_statistics(&w, 1, 11, 0);
		/* Of an interface that is not there; too short; cut. */
		put_statistics(&w, 9, 1000, 1000);
		ng_other(&w, 5, 8);
		ng_other(&w, 5, 40);
		/* Another section counts anew. */
		ng_section(&w);
		ng_interface(&w, 1, 0);
		put_statistics(&w, 0, 0, 100);
		ng_packet(&w, 0, 0, 1, 60);
		Got got = read_writer(&w);
		cr_assert_null(got.problem, "%s", got.problem);
		cr_assert_eq(got_len(&got), 3);
		cr_assert_eq(got.info.dropped, 14 + 11 + 100, "%" G_GUINT64_FORMAT,
			     got.info.dropped);
		got_clear(&got);
		writer_free(&w);
	}
}
