/* SPDX-License-Identifier: BSD-3-Clause */
/* What layers say about a connection's identity, how deep they may go, several segments at once. */
#include "fixture.h"

#include "decode/encapsulation.h"

#include <criterion/criterion.h>
#include <glib.h>
#include <string.h>

TestSuite(encapsulation, .init = fixture_setup, .fini = fixture_teardown);

Test(encapsulation, same_looks_at_identity_alone)
{
	Encapsulation a = {0}, b = {0}, c = {0};

	cr_expect(encapsulation_same(&a, &b));
	cr_expect_eq(encapsulation_hash(&a), 0);
	encapsulation_push(&a, ENCAP_MPLS, true, 16, false);
	cr_expect(encapsulation_same(&a, &b));
	cr_expect_eq(encapsulation_hash(&a), 0);
	encapsulation_push(&a, ENCAP_VLAN, true, 10, true);
	cr_expect_not(encapsulation_same(&a, &b));
	cr_expect_not(encapsulation_same(&b, &a));
	encapsulation_push(&b, ENCAP_VLAN, true, 10, true);
	encapsulation_push(&b, ENCAP_GTP, true, 5, false);
	cr_expect(encapsulation_same(&a, &b) && encapsulation_same(&b, &a));
	cr_expect_eq(encapsulation_hash(&a), encapsulation_hash(&b));
	cr_expect_neq(encapsulation_hash(&a), 0);
	encapsulation_push(&b, ENCAP_VLAN, true, 20, true);
	cr_expect_not(encapsulation_same(&a, &b));
	/* In the same order, and of the same kind. */
	encapsulation_push(&c, ENCAP_VLAN, true, 20, true);
	encapsulation_push(&c, ENCAP_VLAN, true, 10, true);
	cr_expect_not(encapsulation_same(&b, &c));
	c = (Encapsulation){0};
	encapsulation_push(&c, ENCAP_VXLAN, true, 10, true);
	cr_expect_not(encapsulation_same(&a, &c));
	/* An id that is not there tells nothing apart. */
	c = (Encapsulation){0};
	encapsulation_push(&c, ENCAP_GRE, false, 10, true);
	cr_expect_eq(encapsulation_hash(&c), 0);
}

Test(encapsulation, zero_is_an_id)
{
	Encapsulation none = {0}, zero = {0};

	encapsulation_push(&zero, ENCAP_VLAN, true, 0, true);
	cr_expect_not(encapsulation_same(&none, &zero));
	cr_expect_neq(encapsulation_hash(&zero), 0);
}

Test(encapsulation, names_are_cut_to_the_room)
{
	EncapLayer vxlan = {ENCAP_VXLAN, true, true, 16777215}, gre = {ENCAP_GRE, false, false, 0};
	char text[32], little[6];

	encapsulation_layer_format(&vxlan, text, sizeof text);
	cr_expect_str_eq(text, "vxlan:16777215");
	encapsulation_layer_format(&vxlan, little, sizeof little);
	cr_expect_str_eq(little, "vxlan");
	encapsulation_layer_format(&gre, text, sizeof text);
	cr_expect_str_eq(text, "gre");
	for (uint8_t kind = 1; kind < ENCAP_KINDS; kind++) {
		encapsulation_layer_format(&(EncapLayer){.kind = kind}, text, sizeof text);
		cr_expect_str_neq(text, "unknown", "kind %u", kind);
	}
}

Test(encapsulation, deeper_than_its_bound_is_a_fault)
{
	for (size_t depth = 1; depth <= 2 * ENCAP_DEPTH; depth++) {
		compose(&packet, "ip4:6 tcp");
		for (size_t i = 1; i < depth; i++)
			compose_layer(&packet, "ip4:4");
		cr_expect_eq(decode_composed(decoder, 101, &packet, segments),
			     depth - 1 <= ENCAP_DEPTH, "%zu", depth);
	}
	cr_expect_eq(decoder_count(decoder, "encapsulated too deep"), ENCAP_DEPTH - 1);
}

/* Layers that are no encapsulation by name could be nested without end. */
Test(encapsulation, headers_without_end_are_a_fault)
{
	compose(&packet, "tcp");
	for (size_t i = 0; i < 500; i++)
		compose_layer(&packet, "x3c00010400000000");
	compose_layer(&packet, "ip6:60");
	cr_expect_eq(decode_composed(decoder, 229, &packet, segments), 0);
	cr_expect_eq(decoder_count(decoder, "headers without end"), 1);
}

Test(encapsulation, can_be_ignored)
{
	Decoder *ignoring = decoder_new(&(DecoderOptions){.ignore_encapsulation = true});

	compose(&packet, "eth:8100 x000a8864 x11000009 len x0021 ip4:6 tcp");
	cr_assert_eq(decode_composed(ignoring, 1, &packet, segments), 1);
	cr_expect_eq(segments->encap.len, 2);
	cr_expect_eq(encapsulation_hash(&segments->encap), 0);
	decoder_free(ignoring);
}

/* A mirror tags its copies as it likes, and often one direction only. */
Test(encapsulation, of_a_mirrors_copy_tells_nothing)
{
	compose(&packet, "eth:8100 x00640800 ip4:47 x300088be x00000005 x00000001 "
			 "x1001000500000000 eth:8100 x000a0800 ip4:6 tcp");
	cr_assert_eq(decode_composed(decoder, 1, &packet, segments), 1);
	cr_expect_eq(segments->encap.len, 4);
	cr_expect_eq(encapsulation_hash(&segments->encap), 0);
	compose(&packet, "eth:8100 x00640800 ip4:47 x100088be x00000001 x1001000500000000 "
			 "eth:0800 ip4:17 udp:4789 x0800000000002a00 eth:0800 ip4:6 tcp");
	cr_assert_eq(decode_composed(decoder, 1, &packet, segments), 1);
	cr_expect_neq(encapsulation_hash(&segments->encap), 0, "the network's own still counts");
}

/* An aggregate of as many subframes as asked for, each with a TCP segment; all but the last are
 * padded to 4 bytes. */
static void compose_aggregate(size_t subframes)
{
	static const uint8_t padding[3];
	static Composed subframe;

	compose(&subframe, "x020000000001020000000002 len xaaaa030000000800 ip4:6 tcp");
	compose_start(&packet);
	for (size_t i = 0; i < subframes; i++) {
		if (i)
			compose_put(&packet, padding, (4 - composed_len(&subframe) % 4) % 4);
		compose_put(&packet, composed_data(&subframe), composed_len(&subframe));
	}
}

Test(encapsulation, aggregates_yield_several_segments)
{
	for (size_t subframes = 1; subframes <= DECODER_SEGMENTS + 2; subframes++) {
		g_autofree char *counts = NULL;
		size_t want = MIN(subframes, DECODER_SEGMENTS);

		compose_aggregate(subframes);
		compose_layer(&packet, "x8801000002000000000102000000000202000000000310008000");
		cr_assert_eq(decode_composed(decoder, 105, &packet, segments), want, "%zu: %s",
			     subframes, counts = decoder_counts_text(decoder));
		for (size_t i = 0; i < want; i++)
			cr_expect(segments[i].src_port == 40000 &&
				  segments[i].checksum == SEGMENT_CHECKSUM_GOOD);
	}
	cr_expect_eq(decoder_count(decoder, "more segments in a packet than are read"), 1 + 2);
}

/* A piece of a frame on its way through CAPWAP: an id, an offset, and whether it is the last. */
static size_t decode_capwap_piece(const Composed *frame, uint16_t id, size_t offset, size_t end)
{
	uint8_t header[8] = {0x00, 0x10, 0x00, 0x80, (uint8_t)(id >> 8), (uint8_t)id};

	if (end == composed_len(frame))
		header[3] |= 0x40;
	header[6] = (uint8_t)(offset >> 8);
	header[7] = (uint8_t)offset; /* in 8 bytes, above three reserved bits */
	compose_start(&packet);
	compose_put(&packet, frame->room + frame->start + offset, end - offset);
	compose_put(&packet, header, sizeof header);
	compose_layer(&packet, "udp:5247");
	compose_layer(&packet, "ip4:17");
	compose_layer(&packet, "eth:0800");
	return decode_composed(decoder, 1, &packet, segments);
}

Test(encapsulation, frames_in_pieces_through_capwap)
{
	static Composed frame;
	g_autofree char *encap = NULL;
	size_t len;

	compose(&frame, "eth:0800 ip4:6 tcp");
	len = composed_len(&frame);
	cr_expect_eq(decode_capwap_piece(&frame, 7, 0, 24), 0);
	cr_expect_eq(decode_capwap_piece(&frame, 8, 24, len), 0, "of another frame");
	cr_assert_eq(decode_capwap_piece(&frame, 7, 24, len), 1);
	encap = encapsulation_text(&segments->encap);
	cr_expect_str_eq(encap, "capwap");
	cr_expect_eq(segments->checksum, SEGMENT_CHECKSUM_GOOD);
	cr_expect_not(segments->cut);
	cr_expect_not(memcmp(segments->payload, "hello", 5));
	/* In another order, and with the first in three. */
	cr_expect_eq(decode_capwap_piece(&frame, 9, 40, len), 0);
	cr_expect_eq(decode_capwap_piece(&frame, 9, 8, 40), 0);
	cr_assert_eq(decode_capwap_piece(&frame, 9, 0, 8), 1);
	cr_expect_eq(segments->checksum, SEGMENT_CHECKSUM_GOOD);
	cr_expect_eq(decoder_count(decoder, "IP fragments not complete at the end"), 1);
}

/* Whoever is behind an access point may send fragments in its name. */
Test(encapsulation, fragments_within_capwap_are_no_pieces_of_its_frames)
{
	enum { INNER = 14 + 20 + 8 + 8 + 14, PIECE = 24 };
	static Composed frame;
	size_t len;

	compose(&frame, "eth:0800 ip4:6 tcp");
	len = composed_len(&frame);
	cr_expect_eq(decode_capwap_piece(&frame, 7, 0, PIECE), 0);
	compose(&packet, "eth:0800 ip4:17 udp:5247 x0010000000000000 eth:0800 ip4:0 z32");
	uint8_t *ip = packet.room + packet.start + INNER;
	ip[4] = 0;
	ip[5] = 7;
	ip[6] = 0;
	ip[7] = PIECE / 8;
	cr_expect_eq(decode_composed(decoder, 1, &packet, segments), 0);
	cr_assert_eq(decode_capwap_piece(&frame, 7, PIECE, len), 1);
	cr_expect_eq(segments->checksum, SEGMENT_CHECKSUM_GOOD);
}

Test(encapsulation, that_cannot_be_read_says_so)
{
	static const struct {
		uint32_t link_type;
		const char *layers, *reason;
	} rows[] = {
		{143, "x0105 len-2 x3411810000 xabcd eth:0800 ip4:6 tcp", "DOCSIS (encrypted)"},
		{143, "xc000 len xabcd ip4:6 tcp", "DOCSIS of something else than Ethernet"},
		{1, "eth:8899 x01000000 ip4:6 tcp", "Realtek switch control"},
		{137, "x4d474301 x80000000 ip4:6 tcp", "ATM cells"},
		{135, "x4d474301 x0000000000000010 ip4:6 tcp", "ATM cells"},
		{136, "x4d474301 x0000000000000000 x00112233", "Juniper of something else than IP"},
		{274, "x5555555555555507 z60", "mPacket verification"},
		{274, "x55555555555561e6 z60", "mPacket continuation"},
		{11, "x0011223344", "ATM of something else than IP"},
		{1, "eth:0800 ip4:17 udp:434 x01400000 ip4:6 tcp", "UDP"},
		{1, "eth:0800 ip4:17 udp:434 x04060000 tcp", "UDP"},
		{1, "eth:0800 ip4:17 udp:7932 x000102030405060708090a0b ip4:6 tcp", "UDP"},
		/* A station's address that begins like IP, and a length that is not the packet's.
		 */
		{1, "x450000280102 x450000000001 x0842 ip4:6 tcp", "Wake-on-LAN"},
		/* Of ports that others use as well: IPv6 that claims more than there is. */
		{1, "eth:0800 ip4:17 udp:3544 x60000000ffff0640 z32 tcp", "UDP"},
		{1, "eth:0800 ip4:17 udp:5072 x44520129 z40 x60000000ffff0640 z32 tcp", "UDP"},
		{1, "eth:0800 ip4:17 udp:2152 x30ff len x00000007 x0011223344", "GTP-U without IP"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		Decoder *fresh = decoder_new(NULL);

		compose(&packet, rows[i].layers);
		cr_expect_eq(decode_composed(fresh, rows[i].link_type, &packet, segments), 0, "%zu",
			     i);
		cr_expect_eq(decoder_count(fresh, rows[i].reason), 1, "%s", rows[i].reason);
		decoder_free(fresh);
	}
}

/* Of what a guess needs too little was captured: that is told, not passed over. */
Test(encapsulation, that_is_guessed_may_be_cut)
{
	static const char *const rows[] = {
		"eth:0800 ip4:17 udp:3544 ip6:6 tcp",
		"eth:0800 ip4:17 udp:5072 x44520129 z40 ip6:6 tcp",
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		size_t len;

		compose(&packet, rows[i]);
		len = composed_len(&packet);
		cr_expect_eq(decode_bytes(decoder, 1, composed_data(&packet), len - 25 - 10, len,
					  segments),
			     0);
		cr_expect_eq(decoder_count(decoder, "IPv6 header cut"), i + 1);
	}
}

/* The first part of a frame that another came before: the check sequence behind it is no payload.
 */
Test(encapsulation, a_preempted_frames_start_is_cut)
{
	compose(&packet, "x55555555555555e6 eth:0800 ip4:6 tcp");
	/* Of "hello" but the first byte. */
	memset(composed_data(&packet) + composed_len(&packet) - 4, 0xa5, 4);
	cr_assert_eq(decode_bytes(decoder, 274, composed_data(&packet), composed_len(&packet),
				  composed_len(&packet), segments),
		     1);
	cr_expect(segments->cut);
	cr_expect_eq(segments->payload_len, 5);
	cr_expect_eq(segments->payload_captured, 1);
}
