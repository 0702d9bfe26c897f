/* SPDX-License-Identifier: BSD-3-Clause */
/* The short way of ordinary packets says what the walk through all layers says, or nothing. */
#include "compose.h"
#include "decode/ordinary.h"

#include <criterion/criterion.h>
#include <glib.h>
#include <string.h>

typedef struct {
	uint32_t link_type;
	const char *layers;
	bool ordinary;
} Row;

/* clang-format off */
static const Row rows[] = {
	{1, "eth:0800 ip4:6 tcp", true},
	{1, "eth:0800 ip4:6 syn", true},
	{1, "eth:0800 ip4:6 tcp +000000000000aabbccdd", true},
	{1, "eth:86dd ip6:6 tcp", true},
	{1, "eth:86dd ip6:6 syn +0000", true},
	{101, "ip4:6 tcp", true},
	{12, "ip6:6 tcp", true},
	{14, "ip4:6 syn", true},
	{228, "ip4:6 tcp", true},
	{229, "ip6:6 tcp", true},
	{113, "x00000001000600000000000000000800 ip4:6 tcp", true},
	{113, "x0000fffe0000000000000000000086dd ip6:6 tcp", true},
	{113, "x0000032300000000000000000000dd86 ip6:6 tcp", false},
	{276, "x0800000000000001030404000000000000000000 ip4:6 tcp", true},
	{276, "x86dd000000000001000104000000000000000000 ip6:6 syn", true},
	{0, "x02000000 ip4:6 tcp", false},
	{1, "eth:8100 x00640800 ip4:6 tcp", true},
	{1, "eth:8100 xe00086dd ip6:6 tcp", true},
	{1, "eth:88a8 x006481000ffe0800 ip4:6 syn", true},
	{1, "eth:8100 x0064810000650800 ip4:6 tcp", true},
	{1, "eth:8100 x00648100006581000066 x0800 ip4:6 tcp", false},
	{1, "eth:9100 x0064810000650800 ip4:6 tcp", false},
	{1, "eth:8100 x00640806 z28", false},
	{1, "eth:8100 x0064", false},
	{1, "eth:0800 ip4:4 ip4:6 tcp", false},
	{1, "eth:0800 ip4:17 udp:4789 x0800000000002a00 eth:0800 ip4:6 tcp", false},
	{1, "eth:86dd ip6:0 x0600000000000000 tcp", false},
	{1, "eth:0806 z28", false},
	/* IP where the file says Ethernet, that reads as IP in Ethernet, too. */
	{1, "x45000050000140004006ed6208004501004200024000010611112222000000005010006400000000505050505050505050505050 z28", false},
	{1, "x450000500001400040066ca68100000108004500003c010600000106000000005010006400000000505050505050505050505050 z28", false},
	{1, "", false},
	{147, "ip4:6 tcp", false},
};
/* clang-format on */

static Composed packet;

typedef struct {
	Decoder *decoder;
	Segment segments[DECODER_SEGMENTS];
	size_t n;
} Way;

static void take(Way *way, uint32_t link_type, const uint8_t *data, size_t captured, size_t wire)
{
	/* What is not written stays equal. */
	memset(way->segments, 0xa5, sizeof way->segments);
	way->n = decode_bytes(way->decoder, link_type, data, captured, wire, way->segments);
}

/* The bytes changed, cut and lied about at random; of a header, not of much payload. */
static void compare(Way ways[2], const Row *row, GRand *rand)
{
	uint8_t data[256];
	size_t len = MIN(composed_len(&packet), sizeof data), captured, wire;
	int changes = g_rand_int_range(rand, 0, 4);

	memcpy(data, composed_data(&packet), len);
	for (int i = 0; i < changes && len; i++)
		data[g_rand_int_range(rand, 0, (int)len)] =
			g_rand_boolean(rand) ? (uint8_t)g_rand_int(rand)
					     : (uint8_t)g_rand_int_range(rand, 0, 2);
	captured = g_rand_boolean(rand) ? len : (size_t)g_rand_int_range(rand, 0, (int)len + 1);
	wire = captured +
	       (g_rand_boolean(rand) ? len - captured : (size_t)g_rand_int_range(rand, 0, 20));
	for (unsigned i = 0; i < 2; i++)
		take(&ways[i], row->link_type, data, captured, wire);
	cr_assert_eq(ways[0].n, ways[1].n, "%s: %zu, %zu", row->layers, ways[0].n, ways[1].n);
	/* The layers passed have gaps, and are the walk's in any case. */
	for (size_t i = 0; i < ways[0].n; i++)
		cr_assert_arr_eq(&ways[0].segments[i], &ways[1].segments[i],
				 offsetof(Segment, encap), "%s", row->layers);
	if (!ways[0].n)
		return;
	const Encapsulation *a = &ways[0].segments->encap, *b = &ways[1].segments->encap;
	cr_assert_eq(a->len, b->len);
	for (unsigned i = 0; i < a->len; i++) {
		cr_assert_eq(a->layer[i].kind, b->layer[i].kind);
		cr_assert_eq(a->layer[i].has_id, b->layer[i].has_id);
		cr_assert_eq(a->layer[i].id, b->layer[i].id);
		cr_assert_eq(a->layer[i].identity, b->layer[i].identity);
	}
}

static void compare_all(const DecoderOptions *options)
{
	DecoderOptions every_layer = *options;
	every_layer.every_layer = true;
	Way ways[2] = {{.decoder = decoder_new(options)}, {.decoder = decoder_new(&every_layer)}};
	g_autoptr(GRand) rand = g_rand_new_with_seed(791);

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		compose(&packet, rows[i].layers);
		for (unsigned n = 0; n < 20000; n++)
			compare(ways, &rows[i], rand);
	}
	g_autofree char *brief = decoder_counts_text(ways[0].decoder);
	g_autofree char *all = decoder_counts_text(ways[1].decoder);
	cr_expect_str_eq(brief, all);
	decoder_free(ways[0].decoder);
	decoder_free(ways[1].decoder);
}

Test(ordinary, is_what_the_walk_says)
{
	compare_all(&(DecoderOptions){0});
	compare_all(&(DecoderOptions){.ignore_encapsulation = true});
}

Test(ordinary, takes_those_that_are)
{
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		Segment segment;

		compose(&packet, rows[i].layers);
		ShakedownPacket whole = {
			.data = composed_data(&packet),
			.captured_len = (uint32_t)composed_len(&packet),
			.wire_len = (uint32_t)composed_len(&packet),
			.link_type = rows[i].link_type,
		};
		cr_expect_eq(ordinary_decode(&whole, &(DecoderOptions){0}, &segment),
			     rows[i].ordinary, "%u %s", rows[i].link_type, rows[i].layers);
	}
}
