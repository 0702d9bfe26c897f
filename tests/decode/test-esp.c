/* SPDX-License-Identifier: BSD-3-Clause */
/* ESP that does not encrypt: found by what its trailer ends, and by nothing less. */
#include "fixture.h"

#include <criterion/criterion.h>
#include <glib.h>
#include <string.h>

TestSuite(esp, .init = fixture_setup, .fini = fixture_teardown);

typedef struct {
	const char *inner; /* what the packet would be without ESP */
	size_t stripped;   /* of it: an IP header that is not within (transport mode) */
	uint8_t next;	   /* header, as the trailer has it */
	size_t padding;
	const char *before; /* the payload: header, perhaps a vector */
	size_t check_value;
	const char *around[3];
	const char *encap;
} EspRow;

static const EspRow rows[] = {
	{"ip4:6 tcp", 20, 6, 1, "x0000000700000001", 12, {"ip4:50"}, "esp:7"},
	{"ip6:6 tcp", 40, 6, 5, "x0000000700000001", 12, {"ip6:50"}, "esp:7"},
	{"ip4:6 tcp", 0, 4, 1, "x0000000700000001", 12, {"ip4:50"}, "esp:7 ipip"},
	{"ip6:6 tcp", 0, 41, 0, "x0000000700000001", 16, {"ip4:50"}, "esp:7 6in4"},
	{"ip4:6 tcp", 0, 4, 1, "x00000007000000011122334455667788", 16, {"ip4:50"}, "esp:7 ipip"},
	{"ip4:6 tcp", 0, 4, 255, "x0000000700000001", 24, {"ip6:50"}, "esp:7 4in6"},
	{"ip4:6 tcp", 20, 6, 1, "x0000000700000001", 32, {"ip4:50"}, "esp:7"},
	{"ip4:6 tcp", 20, 6, 1, "x0000000700000001", 0, {"ip4:50"}, "esp:7"},
	{"ip4:6 tcp", 0, 4, 1, "x0000000700000001", 12, {"udp:4500", "ip4:17"}, "esp:7 ipip"},
};

static void compose_esp(const EspRow *row)
{
	static Composed inner;
	uint8_t trailer[256 + 1 + 32];

	compose(&inner, row->inner);
	for (size_t i = 0; i < row->padding; i++)
		trailer[i] = (uint8_t)(i + 1);
	trailer[row->padding] = (uint8_t)row->padding;
	trailer[row->padding + 1] = row->next;
	memset(trailer + row->padding + 2, 0xa5, row->check_value);
	compose_start(&packet);
	compose_put(&packet, trailer, row->padding + 2 + row->check_value);
	compose_put(&packet, composed_data(&inner) + row->stripped,
		    composed_len(&inner) - row->stripped);
	compose_layer(&packet, row->before);
	for (size_t i = 0; i < 3 && row->around[i]; i++)
		compose_layer(&packet, row->around[i]);
}

Test(esp, is_read_where_it_does_not_encrypt)
{
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *encap = NULL;

		compose_esp(&rows[i]);
		cr_assert_eq(decode_composed(decoder, 101, &packet, segments), 1, "row %zu", i);
		encap = encapsulation_text(&segments->encap);
		cr_expect_str_eq(encap, rows[i].encap, "row %zu", i);
		cr_expect(segments->src_port == 40000 && segments->seq.value == 1000, "row %zu", i);
		cr_expect_eq(segments->payload_len, 5, "row %zu", i);
		cr_expect_eq(segments->checksum, SEGMENT_CHECKSUM_GOOD, "row %zu", i);
	}
}

Test(esp, is_encrypted_where_nothing_proves_that_it_is_not)
{
	uint64_t n = 0;

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		size_t len, last = rows[i].check_value + rows[i].padding + 2;

		compose_esp(&rows[i]);
		len = composed_len(&packet);
		/* Cut, even where only the check value is. */
		cr_expect_eq(
			decode_bytes(decoder, 101, composed_data(&packet), len - 1, len, segments),
			0, "row %zu", i);
		/* With another byte in the payload's last, when that is TCP's; in the padding; in
		 * the next header. */
		composed_data(&packet)[len - rows[i].check_value - 1] ^= 0x80;
		cr_expect_eq(decode_composed(decoder, 101, &packet, segments), 0, "row %zu", i);
		composed_data(&packet)[len - rows[i].check_value - 1] ^= 0x80;
		n += 2;
		if (rows[i].padding) {
			composed_data(&packet)[len - last] ^= 0x80;
			cr_expect_eq(decode_composed(decoder, 101, &packet, segments), 0, "row %zu",
				     i);
			composed_data(&packet)[len - last] ^= 0x80;
			n++;
		}
		if (rows[i].next == 6) {
			composed_data(&packet)[len - last - 1] ^= 0x80;
			cr_expect_eq(decode_composed(decoder, 101, &packet, segments), 0, "row %zu",
				     i);
			n++;
		}
	}
	cr_expect_eq(decoder_count(decoder, "ESP (encrypted)"), n);
}

Test(esp, in_udp_has_an_spi)
{
	compose(&packet, "ip4:17 udp:4500 x00000000 x0011223344556677");
	cr_expect_eq(decode_composed(decoder, 101, &packet, segments), 0);
	compose(&packet, "ip4:17 udp:4500 xff");
	cr_expect_eq(decode_composed(decoder, 101, &packet, segments), 0);
	cr_expect_eq(decoder_count(decoder, "UDP"), 2);
	compose(&packet, "ip4:17 udp:4500 x0000000700000001 x0011223344556677");
	cr_expect_eq(decode_composed(decoder, 101, &packet, segments), 0);
	cr_expect_eq(decoder_count(decoder, "ESP (encrypted)"), 1);
}
