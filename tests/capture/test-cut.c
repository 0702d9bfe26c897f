/* SPDX-License-Identifier: BSD-3-Clause */
/* Files that end anywhere, and files with bytes changed anywhere. */
#include "writer.h"

#include <criterion/criterion.h>
#include <string.h>

/* Cuts a file at every byte. ends: where records end, ascending; packets: how many up to there. */
static void cut_everywhere(const Writer *w, const char *what, guint header, const GArray *ends,
			   const GArray *packets)
{
	guint record = 0;
	for (guint len = 0; len <= w->bytes->len; len++) {
		while (record < ends->len && g_array_index(ends, guint, record) <= len)
			record++;
		size_t expected = record ? g_array_index(packets, guint, record - 1) : 0;
		bool boundary =
			len == header || (record && g_array_index(ends, guint, record - 1) == len);
		Got got = read_bytes(w->bytes->data, len);

		if (len < header) {
			cr_assert_not_null(got.error, "%s cut at %u", what, len);
			cr_assert_eq(got.error->code,
				     len < 4 ? SHAKEDOWN_CAPTURE_ERROR_FORMAT
					     : SHAKEDOWN_CAPTURE_ERROR_CUT,
				     "%s cut at %u: %s", what, len, got.error->message);
			got_clear(&got);
			continue;
		}
		cr_assert_null(got.error, "%s cut at %u", what, len);
		cr_assert_eq(got_len(&got), expected, "%s cut at %u: %zu packets, not %zu", what,
			     len, got_len(&got), expected);
		cr_assert_eq(got.problem == NULL, boundary, "%s cut at %u: %s", what, len,
			     got.problem);
		for (size_t i = 0; i < expected; i++)
			assert_pattern(&got, i, i);
		got_clear(&got);
	}
}

static void mark(const Writer *w, GArray *ends, GArray *packets, guint n)
{
	g_array_append_val(ends, w->bytes->len);
	g_array_append_val(packets, n);
}

Test(cut, pcap_at_every_byte)
{
	for (int big = 0; big <= 1; big++) {
		g_autoptr(GArray) ends = g_array_new(FALSE, FALSE, sizeof(guint));
		g_autoptr(GArray) packets = g_array_new(FALSE, FALSE, sizeof(guint));
		Writer w = writer_new(big);
		pcap_header(&w, MAGIC_MICROSECONDS, 1);
		for (guint n = 0; n < 4; n++) {
			pcap_packet(&w, n, 0, n, n * 13);
			mark(&w, ends, packets, n + 1);
		}
		cut_everywhere(&w, "pcap", 24, ends, packets);
		writer_free(&w);
	}
}

Test(cut, pcapng_at_every_byte)
{
	for (int big = 0; big <= 1; big++) {
		g_autoptr(GArray) ends = g_array_new(FALSE, FALSE, sizeof(guint));
		g_autoptr(GArray) packets = g_array_new(FALSE, FALSE, sizeof(guint));
		Writer w = writer_new(big);
		ng_section(&w);
		mark(&w, ends, packets, 0);
		ng_interface_clock(&w, 1, 9, 0);
		mark(&w, ends, packets, 0);
		ng_packet(&w, 0, 1, 0, 21);
		mark(&w, ends, packets, 1);
		ng_other(&w, 5, 16);
		mark(&w, ends, packets, 1);
		ng_simple(&w, 1, 10, 10);
		mark(&w, ends, packets, 2);
		w.big = !w.big;
		ng_section(&w);
		mark(&w, ends, packets, 2);
		ng_interface(&w, 101, 0);
		mark(&w, ends, packets, 2);
		ng_obsolete(&w, 0, 2, 2, 7);
		mark(&w, ends, packets, 3);
		cut_everywhere(&w, "pcapng", 28, ends, packets);
		writer_free(&w);
	}
}

Test(cut, is_told_with_packet_and_byte)
{
	Writer w = writer_new(false);
	pcap_header(&w, MAGIC_MICROSECONDS, 1);
	for (guint n = 0; n < 3; n++)
		pcap_packet(&w, n, 0, n, 60);
	Got got = read_bytes(w.bytes->data, w.bytes->len - 48);
	cr_assert(g_str_has_suffix(got.problem,
				   ": cut short in packet 3 at byte 176: 76 bytes announced, 28 "
				   "there; the capture was probably still being written"),
		  "%s", got.problem);
	got_clear(&got);
	got = read_bytes(w.bytes->data, w.bytes->len - 70);
	cr_assert(strstr(got.problem, "cut short in the header of packet 3 at byte 176: 16 bytes "
				      "needed, 6 there"),
		  "%s", got.problem);
	got_clear(&got);
	writer_free(&w);
}

Test(cut, of_one_file_does_not_stop_the_others)
{
	Writer a = writer_new(false), b = writer_new(false);
	pcap_header(&a, MAGIC_MICROSECONDS, 1);
	pcap_header(&b, MAGIC_MICROSECONDS, 1);
	for (guint n = 0; n < 10; n++) {
		pcap_packet(&a, 2 * n, 0, 2 * n, 20);
		pcap_packet(&b, 2 * n + 1, 0, 2 * n + 1, 20);
	}
	g_byte_array_set_size(a.bytes, a.bytes->len - 3 * 36 - 1);
	char *pa = writer_file(&a), *pb = writer_file(&b);
	const char *files[] = {pa, pb, NULL};
	Got got = read_files(files, NULL, 0, 64);

	cr_assert_eq(got_len(&got), 16);
	cr_assert_eq(got.file_packets[0], 6);
	cr_assert_eq(got.file_packets[1], 10);
	cr_assert(g_str_has_prefix(got.problem, pa), "%s", got.problem);
	cr_assert(strstr(got.problem, "in packet 7"), "%s", got.problem);
	got_clear(&got);
	remove_file(pa);
	remove_file(pb);
	writer_free(&a);
	writer_free(&b);
}

/* Bytes changed at random: nothing may crash, and what is yielded must hold what it promises. */
Test(cut, random_damage_is_survived)
{
	guint32 seed = 20240607;
	g_autoptr(GRand) random = g_rand_new_with_seed(seed);
	Writer w = writer_new(false);
	ng_section(&w);
	ng_interface_clock(&w, 1, 9, 0);
	for (guint n = 0; n < 6; n++) {
		ng_packet(&w, 0, n, n, n * 7);
		ng_simple(&w, n, n, n);
		ng_other(&w, n, 8 * n);
	}
	Writer p = writer_new(true);
	pcap_header(&p, MAGIC_NANOSECONDS, 1);
	for (guint n = 0; n < 12; n++)
		pcap_packet(&p, n, n, n, n * 5);
	for (int round = 0; round < 3000; round++) {
		const GByteArray *good = round % 2 ? p.bytes : w.bytes;
		g_autofree uint8_t *bad = g_memdup2(good->data, good->len);
		for (int flips = g_rand_int_range(random, 1, 4); flips > 0; flips--)
			bad[g_rand_int_range(random, 0, (gint32)good->len)] =
				(uint8_t)g_rand_int_range(random, 0, 256);
		Got got = read_bytes(bad, good->len);
		if (!got.error)
			cr_assert_eq(got.info.packets, got_len(&got), "seed %u, round %d", seed,
				     round);
		got_clear(&got);
	}
	writer_free(&p);
	writer_free(&w);
}
