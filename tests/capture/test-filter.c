/* SPDX-License-Identifier: BSD-3-Clause */
#include "writer.h"

#include <criterion/criterion.h>
#include <string.h>

/* An IPv4 or IPv6 TCP segment to a port, behind whatever link layer has been put before. */
static void put_ip(Writer *w, int version, uint16_t port)
{
	Writer net = {w->bytes, true};
	if (version == 4) {
		put32(&net, 0x45000028);
		put32(&net, 0);
		put32(&net, 0x40060000);
		put32(&net, 0xc0000201);
		put32(&net, 0xc6336407);
	} else {
		put32(&net, 0x60000000);
		put32(&net, 20 << 16 | 6 << 8 | 64);
		for (int i = 0; i < 8; i++)
			put32(&net, 0x20010db8);
	}
	put16(&net, 50000);
	put16(&net, port);
	put64(&net, 0);
	put64(&net, 0x50020000);
}

/* One pcapng packet of an interface: link layer of these bytes, then IP. */
static void put_packet(Writer *w, uint32_t interface, const void *link, size_t len, int version,
		       uint16_t port)
{
	Block block = block_begin(w, 6);
	uint32_t total = (uint32_t)len + (version == 4 ? 40 : 60);
	put32(w, interface);
	put64(w, 0);
	put32(w, total);
	put32(w, total);
	put_bytes(w, link, len);
	put_ip(w, version, port);
	block_end(w, block);
}

static const uint8_t ethernet_ip[14] = {[12] = 0x08, [13] = 0x00};
static const uint8_t ethernet_ip6[14] = {[12] = 0x86, [13] = 0xdd};
static const uint8_t cooked_ip[16] = {[14] = 0x08, [15] = 0x00};

static Got read_filtered(const Writer *w, const char *filter, uint64_t count)
{
	char *path = writer_file(w);
	const char *files[] = {path, NULL};
	Got got = read_files(files, filter, count, 64);
	remove_file(path);
	return got;
}

/* Frames 1 to 8: ports 80 and 443 on Ethernet, raw IP, raw IP by its older names, Linux cooked. */
static Writer mixed_links(void)
{
	Writer w = writer_new(false);
	ng_section(&w);
	ng_interface(&w, 1, 0);
	ng_interface(&w, 101, 0);
	ng_interface(&w, 12, 0);
	ng_interface(&w, 14, 0);
	ng_interface(&w, 113, 0);
	put_packet(&w, 0, ethernet_ip, 14, 4, 80);
	put_packet(&w, 0, ethernet_ip6, 14, 6, 443);
	put_packet(&w, 1, "", 0, 4, 443);
	put_packet(&w, 1, "", 0, 6, 80);
	put_packet(&w, 2, "", 0, 4, 443);
	put_packet(&w, 3, "", 0, 4, 443);
	put_packet(&w, 4, cooked_ip, 16, 4, 80);
	put_packet(&w, 4, cooked_ip, 16, 4, 443);
	return w;
}

Test(filter, is_compiled_for_each_link_type)
{
	Writer w = mixed_links();
	Got got = read_filtered(&w, "tcp dst port 443", 0);
	static const uint64_t frames[] = {2, 3, 5, 6, 8};

	cr_assert_null(got.error, "%s", got.error ? got.error->message : "");
	cr_assert_null(got.problem, "%s", got.problem);
	cr_assert_eq(got_len(&got), G_N_ELEMENTS(frames));
	for (size_t i = 0; i < G_N_ELEMENTS(frames); i++)
		cr_assert_eq(got_packet(&got, i)->frame, frames[i]);
	cr_assert_eq(got.info.packets, 8);
	cr_assert_eq(got.info.passed, 5);
	cr_assert_eq(got.file_packets[0], 8);
	got_clear(&got);
	writer_free(&w);
}

Test(filter, counts_what_passes_and_reads_no_further)
{
	Writer w = mixed_links();
	for (uint64_t count = 1; count <= 6; count++) {
		static const uint64_t frames[] = {0, 2, 3, 5, 6, 8, 8};
		Got got = read_filtered(&w, "tcp dst port 443", count);
		cr_assert_eq(got_len(&got), MIN(count, 5));
		cr_assert_eq(got.info.packets, frames[count]);
		cr_assert_eq(got.file_packets[0], frames[count]);
		got_clear(&got);
	}
	for (uint64_t count = 1; count <= 9; count++) {
		Got got = read_filtered(&w, NULL, count);
		cr_assert_eq(got_len(&got), MIN(count, 8));
		cr_assert_eq(got.info.packets, MIN(count, 8));
		got_clear(&got);
	}
	writer_free(&w);
}

Test(filter, that_counts_to_the_end_does_not_look_beyond)
{
	Writer w = writer_new(false);
	pcap_header(&w, MAGIC_MICROSECONDS, 1);
	for (guint n = 0; n < 3; n++)
		pcap_packet(&w, n, 0, n, 60);
	put32(&w, 0);
	Got got = read_filtered(&w, NULL, 3);
	cr_assert_eq(got_len(&got), 3);
	cr_assert_null(got.problem, "%s", got.problem);
	got_clear(&got);
	got = read_filtered(&w, NULL, 4);
	cr_assert_not_null(got.problem);
	got_clear(&got);
	writer_free(&w);
}

Test(filter, that_is_wrong_is_an_error_of_opening)
{
	Writer w = mixed_links(), empty = writer_new(false);
	pcap_header(&empty, MAGIC_MICROSECONDS, 1);
	const Writer *writers[] = {&w, &empty};
	for (size_t i = 0; i < 2; i++) {
		Got got = read_filtered(writers[i], "tcp port nonsense-and", 0);
		cr_assert(g_error_matches(got.error, SHAKEDOWN_CAPTURE_ERROR,
					  SHAKEDOWN_CAPTURE_ERROR_FILTER));
		cr_assert(strstr(got.error->message, "'tcp port nonsense-and'"), "%s",
			  got.error->message);
		got_clear(&got);
		got = read_filtered(writers[i], "", 0);
		cr_assert_null(got.error);
		got_clear(&got);
	}
	writer_free(&w);
	writer_free(&empty);
}

Test(filter, that_fits_only_some_link_types_says_for_which_it_does_not)
{
	Writer w = mixed_links();
	Got got = read_filtered(&w, "ether src 00:00:00:00:00:00 and tcp", 0);
	cr_assert_null(got.error);
	cr_assert_eq(got_len(&got), 2);
	cr_assert_not_null(got.problem);
	cr_assert(strstr(got.problem, "packets of link type 101 were left out"), "%s", got.problem);
	got_clear(&got);
	writer_free(&w);
}

/* Address families as BSD, macOS and Linux number them, in both byte orders. */
Test(filter, understands_the_loopback_headers_of_other_systems)
{
	static const struct {
		uint8_t link[4];
		uint16_t link_type;
		int version;
	} rows[] = {
		{{2, 0, 0, 0}, 0, 4},	 {{0, 0, 0, 2}, 0, 4},	 {{30, 0, 0, 0}, 0, 6},
		{{0, 0, 0, 30}, 0, 6},	 {{0, 0, 0, 28}, 0, 6},	 {{24, 0, 0, 0}, 0, 6},
		{{10, 0, 0, 0}, 0, 6},	 {{0, 0, 0, 2}, 108, 4}, {{0, 0, 0, 24}, 108, 6},
		{{0, 0, 0, 30}, 108, 6}, {{2, 0, 0, 0}, 0, 4},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		Writer w = writer_new(false);
		ng_section(&w);
		ng_interface(&w, rows[i].link_type, 0);
		put_packet(&w, 0, rows[i].link, 4, rows[i].version, 443);
		put_packet(&w, 0, rows[i].link, 4, rows[i].version, 80);
		Got got = read_filtered(&w, "tcp port 443", 0);
		cr_assert_null(got.error);
		cr_assert_eq(got_len(&got), 1, "row %zu", i);
		/* The packet itself is as it was. */
		cr_assert_arr_eq(got_packet(&got, 0)->data, rows[i].link, 4);
		got_clear(&got);
		got = read_filtered(&w, rows[i].version == 4 ? "ip6" : "ip", 0);
		cr_assert_eq(got_len(&got), 0, "row %zu", i);
		got_clear(&got);
		writer_free(&w);
	}
}

Test(filter, counts_the_wire_length)
{
	Writer w = writer_new(false);
	pcap_header(&w, MAGIC_MICROSECONDS, 1);
	for (uint32_t n = 0; n < 2; n++) {
		put64(&w, 0);
		put32(&w, 60);
		put32(&w, n ? 1500 : 60);
		put_pattern(&w, n, 60);
	}
	Got got = read_filtered(&w, "greater 1000", 0);
	cr_assert_eq(got_len(&got), 1);
	cr_assert_eq(got_packet(&got, 0)->frame, 2);
	got_clear(&got);
	writer_free(&w);
}
