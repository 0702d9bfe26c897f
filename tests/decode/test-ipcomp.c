/* SPDX-License-Identifier: BSD-3-Clause */
/* Compressed IP payloads: read when good, counted when not, bounded whatever they grow to. */
#include "fixture.h"

#include "decode/inflater.h"

#include <criterion/criterion.h>
#include <glib.h>
#include <string.h>
#include <zlib.h>

TestSuite(ipcomp, .init = fixture_setup, .fini = fixture_teardown);

/* What is composed, compressed, is all that is composed. */
static void deflate_composed(void)
{
	static uint8_t out[COMPOSED_ROOM];
	z_stream z = {.next_in = composed_data(&packet),
		      .avail_in = (uInt)composed_len(&packet),
		      .next_out = out,
		      .avail_out = sizeof out};

	cr_assert_eq(deflateInit2(&z, 9, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY), Z_OK);
	cr_assert_eq(deflate(&z, Z_FINISH), Z_STREAM_END);
	deflateEnd(&z);
	compose_start(&packet);
	compose_put(&packet, out, sizeof out - z.avail_out);
}

static void put_behind(uint8_t byte)
{
	g_autoptr(GByteArray) all = g_byte_array_new();

	g_byte_array_append(all, composed_data(&packet), (guint)composed_len(&packet));
	g_byte_array_append(all, &byte, 1);
	compose_start(&packet);
	compose_put(&packet, all->data, all->len);
}

static void wrap(const char *const *layers)
{
	for (; *layers; layers++)
		compose_layer(&packet, *layers);
}

static void expect_hello(const char *want)
{
	g_autofree char *counts = decoder_counts_text(decoder), *encap = NULL;

	cr_assert_eq(decode_composed(decoder, 1, &packet, segments), 1, "%s", counts);
	encap = encapsulation_text(&segments->encap);
	cr_expect_str_eq(encap, want);
	cr_expect(segments->src_port == 40000 && segments->dst_port == 80 &&
		  segments->seq.value == 1000 && segments->payload_len == 5 &&
		  segments->payload_captured == 5 && !segments->cut);
	cr_expect_not(memcmp(segments->payload, "hello", 5));
}

/* RFC 3173 §2: the header stands behind IP's own, and what is compressed is all behind that. */
Test(ipcomp, is_read)
{
	compose(&packet, "ip4:6 tcp");
	deflate_composed();
	wrap((const char *const[]){"x04000002", "ip4:108", "eth:0800", NULL});
	expect_hello("ipcomp ipip");
	cr_expect_eq(segments->checksum, SEGMENT_CHECKSUM_GOOD);
	compose(&packet, "ip6:6 tcp");
	deflate_composed();
	wrap((const char *const[]){"x29000100", "ip6:108", "eth:86dd", NULL});
	expect_hello("ipcomp 6in6");
	compose(&packet, "tcp");
	deflate_composed();
	wrap((const char *const[]){"x06004711", "ip6:108", "eth:86dd", NULL});
	expect_hello("ipcomp");
}

/* Twice in one packet: each has room of its own. */
Test(ipcomp, within_ipcomp)
{
	compose(&packet, "tcp");
	deflate_composed();
	wrap((const char *const[]){"x06000002", "ip4:108", NULL});
	deflate_composed();
	wrap((const char *const[]){"x04000002", "ip4:108", "eth:0800", NULL});
	expect_hello("ipcomp ipip ipcomp");
}

Test(ipcomp, cut_or_damaged_is_counted)
{
	compose(&packet, "tcp");
	deflate_composed();
	wrap((const char *const[]){"x06000002", "ip4:108", "eth:0800", NULL});
	size_t len = composed_len(&packet), header = 14 + 20 + 4;

	for (size_t cut = header; cut < len; cut++)
		cr_expect_eq(decode_bytes(decoder, 1, composed_data(&packet), cut, len, segments),
			     0);
	cr_expect_eq(decoder_count(decoder, "IPComp data cut"), len - header);
	/* The IP header says that it ends there: it does not. */
	composed_data(&packet)[14 + 3]--;
	cr_expect_eq(decode_composed(decoder, 1, &packet, segments), 0);
	cr_expect_eq(decoder_count(decoder, "IPComp that is not DEFLATE"), 1);
	composed_data(&packet)[14 + 3]++;
	expect_hello("ipcomp");
	/* What it ends with is not the end of the datagram. */
	compose(&packet, "tcp");
	deflate_composed();
	put_behind(0);
	wrap((const char *const[]){"x06000002", "ip4:108", "eth:0800", NULL});
	cr_expect_eq(decode_composed(decoder, 1, &packet, segments), 0);
	cr_expect_eq(decoder_count(decoder, "IPComp that is not DEFLATE"), 2);
}

/* A datagram has 65535 bytes at most, and a packet's are not without end. */
Test(ipcomp, is_bounded)
{
	static uint8_t zeros[COMPOSED_ROOM];
	Inflater inflater = {0};
	Bytes in, out;

	compose_start(&packet);
	compose_put(&packet, zeros, INFLATER_DATAGRAM);
	deflate_composed();
	in = bytes_of(composed_data(&packet), composed_len(&packet));
	for (int i = 0; i < INFLATER_PACKET / INFLATER_DATAGRAM; i++) {
		cr_assert(inflater_inflate(&inflater, &in, &out));
		cr_expect_eq(bytes_left(&out), INFLATER_DATAGRAM);
	}
	cr_expect_not(inflater_inflate(&inflater, &in, &out));
	inflater_begin(&inflater);
	cr_expect(inflater_inflate(&inflater, &in, &out));
	compose_start(&packet);
	compose_put(&packet, zeros, INFLATER_DATAGRAM + 1);
	deflate_composed();
	in = bytes_of(composed_data(&packet), composed_len(&packet));
	cr_expect_not(inflater_inflate(&inflater, &in, &out));
	inflater_clear(&inflater);
}
