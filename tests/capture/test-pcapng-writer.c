/* SPDX-License-Identifier: BSD-3-Clause */
/* What is written is read again, by the library's own reader. */
#include "capture/pcapng-writer.h"
#include "writer.h"

#include <criterion/criterion.h>
#include <string.h>

#define WHEN (INT64_C(1795272130) * SHAKEDOWN_NS_PER_S + 123456789)

static GByteArray *begin_file(void)
{
	GByteArray *out = g_byte_array_new();

	pcapng_write_section(out);
	return out;
}

static ShakedownPacket packet_of(const void *data, uint32_t captured, uint32_t wire,
				 ShakedownTime time)
{
	return (ShakedownPacket){
		.data = data, .captured_len = captured, .wire_len = wire, .time = time};
}

Test(pcapng_writer, packets_come_back_to_the_nanosecond)
{
	static const uint8_t bytes[] = "0123456789";
	g_autoptr(GByteArray) out = begin_file();

	pcapng_write_interface(
		out, &(PcapngWriterInterface){.name = "eth0", .filter = "tcp", .link_type = 1});
	pcapng_write_interface(out, &(PcapngWriterInterface){.link_type = 101, .snaplen = 96});
	/* Each length modulo four, and none at all. */
	for (uint32_t len = 0; len <= 5; len++) {
		ShakedownPacket p = packet_of(bytes, len, len + 100, WHEN + len);
		pcapng_write_packet(out, &p, len & 1, len == 3 ? 17 : 0);
	}
	Got got = read_bytes(out->data, out->len);

	cr_assert_null(got.problem, "%s", got.problem);
	cr_assert_str_eq(got.format, "pcapng");
	cr_assert_eq(got_len(&got), 6);
	for (uint32_t len = 0; len <= 5; len++) {
		const ShakedownPacket *p = got_packet(&got, len);

		cr_assert_eq(p->time, WHEN + len);
		cr_assert_eq(p->captured_len, len);
		cr_assert_eq(p->wire_len, len + 100);
		cr_assert_eq(p->link_type, len & 1 ? 101 : 1);
		cr_assert(!len || memcmp(p->data, bytes, len) == 0);
	}
	cr_assert_eq(got.info.dropped, 17);
	got_clear(&got);
}

Test(pcapng_writer, blocks_are_whole_wherever_it_ends)
{
	static const uint8_t bytes[60] = {0};
	g_autoptr(GByteArray) out = begin_file();
	guint after[4] = {out->len};

	pcapng_write_interface(out, &(PcapngWriterInterface){.name = "eth0", .link_type = 1});
	for (unsigned i = 1; i < 4; i++) {
		ShakedownPacket p = packet_of(bytes, sizeof bytes, sizeof bytes, WHEN);
		pcapng_write_packet(out, &p, 0, 0);
		after[i] = out->len;
		cr_assert_eq(out->len % 4, 0);
	}
	for (unsigned i = 1; i < 4; i++) {
		Got got = read_bytes(out->data, after[i]);
		cr_assert_null(got.problem, "%s", got.problem);
		cr_assert_eq(got_len(&got), i);
		got_clear(&got);
	}
	/* And cut anywhere, what is before is there. */
	Got got = read_bytes(out->data, after[3] - 1);
	cr_assert_not_null(got.problem);
	cr_assert_eq(got_len(&got), 2);
	got_clear(&got);
}

Test(pcapng_writer, statistics_tell_what_was_dropped)
{
	static const uint8_t bytes[60] = {0};
	g_autoptr(GByteArray) out = begin_file();
	ShakedownPacket p = packet_of(bytes, sizeof bytes, sizeof bytes, WHEN);

	pcapng_write_interface(out, &(PcapngWriterInterface){.link_type = 1});
	pcapng_write_packet(out, &p, 0, 0);
	pcapng_write_statistics(out, 0,
				&(PcapngWriterCounts){.received = 1000,
						      .kernel_dropped = 40,
						      .card_dropped = 2,
						      .start = WHEN,
						      .end = WHEN + SHAKEDOWN_NS_PER_S});
	Got got = read_bytes(out->data, out->len);

	cr_assert_null(got.problem, "%s", got.problem);
	cr_assert_eq(got_len(&got), 1);
	cr_assert_eq(got.info.dropped, 42);
	got_clear(&got);
}

Test(pcapng_writer, a_name_too_long_for_an_option_is_cut)
{
	g_autofree char *name = g_strnfill(70000, 'x');
	g_autoptr(GByteArray) out = begin_file();
	static const uint8_t bytes[4] = {0};
	ShakedownPacket p = packet_of(bytes, 4, 4, WHEN);

	pcapng_write_interface(out, &(PcapngWriterInterface){.name = name, .link_type = 1});
	pcapng_write_packet(out, &p, 0, 0);
	Got got = read_bytes(out->data, out->len);
	cr_assert_null(got.problem, "%s", got.problem);
	cr_assert_eq(got_len(&got), 1);
	got_clear(&got);
}
