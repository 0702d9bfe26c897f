/* SPDX-License-Identifier: BSD-3-Clause */
#include "writer.h"

#include <criterion/criterion.h>
#include <string.h>

#define S SHAKEDOWN_NS_PER_S

static const struct {
	const char *name;
	Magic magic;
	bool big;
	int64_t tick;
	const char *format;
} variants[] = {
	{"µs, little-endian", MAGIC_MICROSECONDS, false, 1000, "pcap"},
	{"µs, big-endian", MAGIC_MICROSECONDS, true, 1000, "pcap"},
	{"ns, little-endian", MAGIC_NANOSECONDS, false, 1, "pcap (nanoseconds)"},
	{"ns, big-endian", MAGIC_NANOSECONDS, true, 1, "pcap (nanoseconds)"},
};

Test(pcap, reads_both_clocks_in_both_byte_orders)
{
	for (size_t i = 0; i < G_N_ELEMENTS(variants); i++) {
		Writer w = writer_new(variants[i].big);
		pcap_header(&w, variants[i].magic, 1);
		pcap_packet(&w, 1700000000, 123456, 1, 60);
		pcap_packet(&w, 0xf0000000, 999999, 2, 0); /* the year 2097 */
		Got got = read_writer(&w);

		cr_assert_null(got.error);
		cr_assert_null(got.problem, "%s: %s", variants[i].name, got.problem);
		cr_assert_eq(got_len(&got), 2, "%s", variants[i].name);
		cr_assert_str_eq(got.format, variants[i].format);
		const ShakedownPacket *p = got_packet(&got, 0);
		cr_assert_eq(p->time, 1700000000 * S + 123456 * variants[i].tick);
		cr_assert_eq(p->captured_len, 60);
		cr_assert_eq(p->wire_len, 60);
		cr_assert_eq(p->frame, 1);
		cr_assert_eq(p->link_type, 1);
		assert_pattern(&got, 0, 1);
		p = got_packet(&got, 1);
		cr_assert_eq(p->time, INT64_C(0xf0000000) * S + 999999 * variants[i].tick);
		cr_assert_eq(p->captured_len, 0);
		cr_assert_eq(p->frame, 2);
		cr_assert_eq(got.info.packets, 2);
		cr_assert_eq(got.info.bytes, 60);
		cr_assert_eq(got.info.first, 1700000000 * S + 123456 * variants[i].tick);
		cr_assert_eq(got.file_size, w.bytes->len);
		cr_assert_eq(got.file_bytes, w.bytes->len);
		got_clear(&got);
		writer_free(&w);
	}
}

Test(pcap, reads_the_modified_record_header)
{
	Writer w = writer_new(false);
	pcap_header(&w, MAGIC_MODIFIED, 1);
	for (size_t n = 0; n < 2; n++) {
		put32(&w, 10);
		put32(&w, (uint32_t)n);
		put32(&w, 20);
		put32(&w, 1500);
		put32(&w, 3);	   /* interface */
		put16(&w, 0x0800); /* protocol */
		put16(&w, 0);	   /* direction, padding */
		put_pattern(&w, n, 20);
	}
	Got got = read_writer(&w);

	cr_assert_eq(got_len(&got), 2);
	cr_assert_null(got.problem);
	cr_assert_eq(got_packet(&got, 1)->wire_len, 1500);
	assert_pattern(&got, 0, 0);
	assert_pattern(&got, 1, 1);
	got_clear(&got);
	writer_free(&w);
}

/* Three packets behind the usual header, with so many bytes more in each record's. */
static Writer write_longer_records(Magic magic, bool big, uint32_t more, uint32_t apart)
{
	Writer w = writer_new(big);

	pcap_header(&w, magic, 1);
	for (uint32_t n = 0; n < 3; n++) {
		put32(&w, 1700000000 + n * apart);
		put32(&w, 999999);
		put32(&w, 20 + n);
		put32(&w, 1500);
		put_pattern(&w, 9, more);
		put_pattern(&w, n, 20 + n);
	}
	return w;
}

Test(pcap, guesses_longer_record_headers_that_no_magic_number_tells)
{
	static const struct {
		Magic magic;
		uint32_t more;
		const char *format;
	} longer[] = {
		{MAGIC_MICROSECONDS, 0, "pcap"},
		{MAGIC_MICROSECONDS, 4, "pcap (Nokia)"},
		{MAGIC_MICROSECONDS, 8, "pcap (modified)"},
		{MAGIC_MODIFIED, 8, "pcap (modified)"},
		{MAGIC_MODIFIED, 12, "pcap (modified)"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(longer); i++)
		for (int big = 0; big <= 1; big++) {
			Writer w = write_longer_records(longer[i].magic, big, longer[i].more, 60);
			Got got = read_writer(&w);

			cr_assert_null(got.problem, "row %zu: %s", i, got.problem);
			cr_assert_eq(got_len(&got), 3, "row %zu", i);
			cr_expect_str_eq(got.format, longer[i].format, "row %zu", i);
			for (size_t n = 0; n < 3; n++)
				assert_pattern(&got, n, n);
			cr_expect_eq(got_packet(&got, 2)->wire_len, 1500);
			got_clear(&got);
			writer_free(&w);
		}
}

/* As bytes that came in: what does not go on that way to the third packet is no such header. */
Test(pcap, guesses_nothing_where_packets_do_not_follow)
{
	Writer w = writer_new(false);
	Got got;

	pcap_header(&w, MAGIC_MICROSECONDS, 1);
	pcap_packet(&w, 1700000000, 1, 0, 20);
	put32(&w, 0xffffffff);
	pcap_packet(&w, 1700000001, 999999, 1, 20);
	pcap_packet(&w, 1700000002, 1, 2, 20);
	got = read_writer(&w);
	cr_expect_eq(got_len(&got), 1);
	cr_expect_str_eq(got.format, "pcap");
	cr_expect(got.problem, "corrupt after the first");
	got_clear(&got);
	writer_free(&w);
	/* Nor where packets would be months apart. */
	w = write_longer_records(MAGIC_MICROSECONDS, false, 4, 86400 * 100);
	got = read_writer(&w);
	cr_expect_str_eq(got.format, "pcap");
	got_clear(&got);
	writer_free(&w);
}

Test(pcap, reads_what_ixia_writes)
{
	static const struct {
		uint32_t magic, tick;
	} kinds[] = {{0x1c0001ab, 1000}, {0x1c0001ac, 1}};

	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
		Writer w = writer_new(i);
		Got got;

		pcap_header(&w, (Magic)kinds[i].magic, 1);
		put32(&w, 2 * (16 + 20)); /* bytes of records */
		pcap_packet(&w, 1700000000, 123456, 0, 20);
		pcap_packet(&w, 1700000000, 123457, 1, 20);
		got = read_writer(&w);
		cr_assert_null(got.error, "%s", got.error->message);
		cr_assert_null(got.problem, "%s", got.problem);
		cr_assert_eq(got_len(&got), 2);
		cr_expect_eq(got_packet(&got, 1)->time, 1700000000 * S + 123457 * kinds[i].tick);
		assert_pattern(&got, 1, 1);
		got_clear(&got);
		w.bytes->len = 26;
		got = read_writer(&w);
		cr_assert(g_error_matches(got.error, SHAKEDOWN_CAPTURE_ERROR,
					  SHAKEDOWN_CAPTURE_ERROR_CUT));
		got_clear(&got);
		writer_free(&w);
	}
}

/* Version 2.2 with an interface's type for a link type: nanoseconds, and the old order of lengths.
 */
Test(pcap, reads_what_aix_writes)
{
	static const uint32_t types[][2] = {{6, 1}, {9, 6}, {15, 10}, {24, 0}};

	for (size_t i = 0; i < G_N_ELEMENTS(types); i++) {
		Writer w = writer_new(true);
		Got got;

		pcap_header(&w, MAGIC_MICROSECONDS, types[i][0]);
		w.bytes->data[7] = 2;
		put32(&w, 1700000000);
		put32(&w, 999999999);
		put32(&w, 1500);
		put32(&w, 20);
		put_pattern(&w, 0, 20);
		got = read_writer(&w);
		cr_assert_null(got.problem, "%s", got.problem);
		cr_assert_eq(got_len(&got), 1);
		cr_expect_str_eq(got.format, "pcap (AIX)");
		cr_expect_eq(got_packet(&got, 0)->link_type, types[i][1]);
		cr_expect_eq(got_packet(&got, 0)->time, 1700000000 * S + 999999999);
		cr_expect_eq(got_packet(&got, 0)->captured_len, 20);
		cr_expect_eq(got_packet(&got, 0)->wire_len, 1500);
		got_clear(&got);
		writer_free(&w);
	}
}

Test(pcap, masks_what_is_not_link_type)
{
	/* Four bytes of frame check sequence: the length in halfwords, and a bit that says so. */
	static const uint32_t fields[] = {1, 0x24000001, 0xf7ff0001};
	for (size_t i = 0; i < G_N_ELEMENTS(fields); i++) {
		Writer w = writer_new(true);
		pcap_header(&w, MAGIC_MICROSECONDS, fields[i]);
		pcap_packet(&w, 1, 0, 0, 14);
		Got got = read_writer(&w);
		cr_assert_eq(got_packet(&got, 0)->link_type, 1);
		got_clear(&got);
		writer_free(&w);
	}
}

static Got read_version(uint16_t major, uint16_t minor, uint32_t first, uint32_t second)
{
	Writer w = writer_new(false);
	put32(&w, 0xa1b2c3d4);
	put16(&w, major);
	put16(&w, minor);
	for (int i = 0; i < 3; i++)
		put32(&w, 0);
	put32(&w, 1);
	put32(&w, 5);
	put32(&w, 0);
	put32(&w, first);
	put32(&w, second);
	put_pattern(&w, 1, MIN(first, second));
	Got got = read_writer(&w);
	writer_free(&w);
	return got;
}

Test(pcap, swaps_the_lengths_of_old_versions)
{
	static const struct {
		uint16_t major, minor;
		uint32_t first, second;
	} old[] = {
		{2, 4, 30, 100}, {2, 3, 30, 100}, {2, 3, 100, 30},
		{2, 2, 100, 30}, {2, 0, 100, 30}, {543, 0, 100, 30},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(old); i++) {
		Got got = read_version(old[i].major, old[i].minor, old[i].first, old[i].second);
		cr_assert_eq(got_len(&got), 1, "row %zu", i);
		cr_assert_null(got.problem);
		cr_assert_eq(got_packet(&got, 0)->captured_len, 30, "row %zu", i);
		cr_assert_eq(got_packet(&got, 0)->wire_len, 100, "row %zu", i);
		got_clear(&got);
	}
}

Test(pcap, refuses_versions_that_never_were)
{
	static const uint16_t versions[][2] = {{1, 4}, {3, 0}, {0, 0}, {543, 1}};
	for (size_t i = 0; i < G_N_ELEMENTS(versions); i++) {
		Got got = read_version(versions[i][0], versions[i][1], 10, 10);
		cr_assert(g_error_matches(got.error, SHAKEDOWN_CAPTURE_ERROR,
					  SHAKEDOWN_CAPTURE_ERROR_FORMAT));
		g_autofree char *version =
			g_strdup_printf("version %u.%u", versions[i][0], versions[i][1]);
		cr_assert(strstr(got.error->message, version), "%s", got.error->message);
		got_clear(&got);
	}
}

/* Nobody defined it, but what is in it can be read, as Wireshark does, and is told. */
Test(pcap, reads_minor_versions_that_never_were_as_the_last)
{
	static const uint16_t minors[] = {5, 8224, UINT16_MAX};
	for (size_t i = 0; i < G_N_ELEMENTS(minors); i++) {
		Got got = read_version(2, minors[i], 30, 100);
		g_autofree char *version = g_strdup_printf("pcap version 2.%u: there", minors[i]);
		cr_assert_eq(got_len(&got), 1);
		cr_assert_eq(got_packet(&got, 0)->captured_len, 30);
		cr_assert_eq(got_packet(&got, 0)->wire_len, 100);
		cr_assert(got.problem && strstr(got.problem, version), "%s", got.problem);
		got_clear(&got);
	}
}

/* As `cat` and `zcat` make them of several; each may be of another kind. */
Test(pcap, files_one_after_another_are_read_as_one)
{
	static const struct {
		Magic magic;
		bool big;
		uint32_t link_type;
	} parts[] = {
		{MAGIC_MICROSECONDS, false, 1}, {MAGIC_MICROSECONDS, false, 1},
		{MAGIC_NANOSECONDS, true, 101}, {MAGIC_MODIFIED, false, 113},
		{MAGIC_MICROSECONDS, true, 1},
	};
	Writer w = writer_new(false);
	uint32_t n = 0;
	for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
		w.big = parts[i].big;
		pcap_header(&w, parts[i].magic, parts[i].link_type);
		/* One part is empty. */
		for (int k = 0; i != 1 && k < 3; k++, n++) {
			if (parts[i].magic != MAGIC_MODIFIED) {
				pcap_packet(&w, n, 7, n, 20);
				continue;
			}
			put32(&w, n);
			put32(&w, 7);
			put32(&w, 20);
			put32(&w, 20);
			put_pattern(&w, 0, 8);
			put_pattern(&w, n, 20);
		}
	}
	Got got = read_writer(&w);
	cr_assert_null(got.problem, "%s", got.problem);
	cr_assert_eq(got_len(&got), 12);
	for (size_t i = 0; i < 12; i++) {
		const size_t part = i < 3 ? 0 : 1 + i / 3;
		const ShakedownPacket *packet = got_packet(&got, i);
		assert_pattern(&got, i, i);
		cr_assert_eq(packet->link_type, parts[part].link_type, "packet %zu", i);
		cr_assert_eq(packet->time,
			     (ShakedownTime)i * SHAKEDOWN_NS_PER_S +
				     (parts[part].magic == MAGIC_NANOSECONDS ? 7 : 7000));
	}
	got_clear(&got);
	/* A header that was cut is no header; a packet of no bytes is one. */
	pcap_packet(&w, 12, 0, 0, 0);
	pcap_header(&w, MAGIC_MICROSECONDS, 1);
	g_byte_array_set_size(w.bytes, w.bytes->len - 6);
	got = read_writer(&w);
	cr_assert_eq(got_len(&got), 13);
	cr_assert_eq(got_packet(&got, 12)->captured_len, 0);
	cr_assert(got.problem && strstr(got.problem, "24 bytes needed, 18 there"), "%s",
		  got.problem);
	got_clear(&got);
	writer_free(&w);
}

/* What else is wrong is worse. */
Test(pcap, tells_of_an_odd_version_only_what_was_cut)
{
	Writer w = writer_new(false);
	pcap_header(&w, MAGIC_MICROSECONDS, 1);
	w.bytes->data[6] = 5;
	pcap_packet(&w, 1, 0, 0, 14);
	put32(&w, 0);
	Got got = read_writer(&w);
	cr_assert_eq(got_len(&got), 1);
	cr_assert(got.problem && strstr(got.problem, "cut short"), "%s", got.problem);
	got_clear(&got);
	writer_free(&w);
}

Test(pcap, takes_a_wire_length_below_the_captured_one_for_wrong)
{
	Writer w = writer_new(false);
	pcap_header(&w, MAGIC_MICROSECONDS, 1);
	put32(&w, 1);
	put32(&w, 0);
	put32(&w, 60);
	put32(&w, 0);
	put_pattern(&w, 0, 60);
	Got got = read_writer(&w);
	cr_assert_eq(got_packet(&got, 0)->captured_len, 60);
	cr_assert_eq(got_packet(&got, 0)->wire_len, 60);
	got_clear(&got);
	writer_free(&w);
}

Test(pcap, ends_at_a_length_that_no_packet_has)
{
	static const struct {
		uint32_t link_type, len;
		const char *problem;
	} rows[] = {
		{1, 262144, "cut short in packet 2"},
		{1, 262145, "corrupt after packet 1, at byte 50"},
		{1, UINT32_MAX, "4294967295 bytes are announced"},
		{231, 262145, "cut short in packet 2"}, /* D-Bus messages are longer */
		{231, (128u << 20) + 1, "corrupt after packet 1"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		Writer w = writer_new(false);
		pcap_header(&w, MAGIC_MICROSECONDS, rows[i].link_type);
		pcap_packet(&w, 1, 0, 1, 10);
		put32(&w, 1);
		put32(&w, 0);
		put32(&w, rows[i].len);
		put32(&w, rows[i].len);
		put_pattern(&w, 2, 100);
		Got got = read_writer(&w);
		cr_assert_eq(got_len(&got), 1, "row %zu", i);
		cr_assert_not_null(got.problem, "row %zu", i);
		cr_assert(strstr(got.problem, rows[i].problem), "row %zu: %s", i, got.problem);
		got_clear(&got);
		writer_free(&w);
	}
}

Test(pcap, tells_damage_from_a_file_that_is_still_being_written)
{
	static const struct {
		uint32_t fraction, captured, wire;
		const char *problem;
	} rows[] = {
		{999999, 900, 900, "cut short in packet 2"},
		{0, 900, 899, "corrupt after packet 1, at byte 50"},
		{1000000, 900, 900, "there is no packet's header here"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		Writer w = writer_new(false);
		pcap_header(&w, MAGIC_MICROSECONDS, 1);
		pcap_packet(&w, 1, 0, 1, 10);
		put32(&w, 1);
		put32(&w, rows[i].fraction);
		put32(&w, rows[i].captured);
		put32(&w, rows[i].wire);
		put_pattern(&w, 2, 100);
		Got got = read_writer(&w);
		cr_assert_eq(got_len(&got), 1, "row %zu", i);
		cr_assert_not_null(got.problem, "row %zu", i);
		cr_assert(strstr(got.problem, rows[i].problem), "row %zu: %s", i, got.problem);
		got_clear(&got);
		writer_free(&w);
	}
}

Test(pcap, delivers_packets_of_the_greatest_length)
{
	Writer w = writer_new(false);
	pcap_header(&w, MAGIC_MICROSECONDS, 1);
	for (uint32_t n = 0; n < 5; n++)
		pcap_packet(&w, n, 0, n, 262144 - n);
	Got got = read_writer(&w);
	cr_assert_eq(got_len(&got), 5);
	cr_assert_null(got.problem);
	for (size_t n = 0; n < 5; n++)
		assert_pattern(&got, n, n);
	got_clear(&got);
	writer_free(&w);
}
