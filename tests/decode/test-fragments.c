/* SPDX-License-Identifier: BSD-3-Clause */
/* IP fragments: in any order, twice, overlapping, missing, too many, too large, cut. */
#include "compose.h"

#include "decode/fragments.h"

#include <criterion/criterion.h>
#include <glib.h>
#include <string.h>

#define PAYLOAD 3000
#define DATAGRAM (20 + PAYLOAD)

typedef struct {
	uint8_t version;
	uint32_t id;
	size_t offset, len;
	bool more;
	size_t captured; /* of the piece; SIZE_MAX: all */
	ShakedownTime time;
} Piece;

static Decoder *decoder;
static Segment segments[DECODER_SEGMENTS];
/* A TCP segment with a right checksum for either version, without its IP header. */
static uint8_t datagram[2][DATAGRAM];

static void setup(void)
{
	static Composed packet;

	decoder = decoder_new(NULL);
	for (int v6 = 0; v6 < 2; v6++) {
		compose_start(&packet);
		for (size_t i = 0; i < PAYLOAD; i++)
			compose_put(&packet, &(uint8_t){(uint8_t)(i * 7 + i / 256)}, 1);
		compose_layer(&packet, "x9c400050000003e8000007d05018200000000000");
		compose_layer(&packet, v6 ? "ip6:6" : "ip4:6");
		memcpy(datagram[v6], composed_data(&packet) + (v6 ? 40 : 20), DATAGRAM);
	}
}

static void teardown(void)
{
	decoder_free(decoder);
}

TestSuite(fragments, .init = setup, .fini = teardown);

/* The bytes of an IP packet with one piece. */
static void compose_piece(Composed *packet, const Piece *piece, const uint8_t *bytes)
{
	uint8_t header[8] = {6, 0};
	size_t field = piece->offset / 8;

	compose_start(packet);
	compose_put(packet, bytes, piece->len);
	if (piece->version == 6) {
		field = field << 3 | piece->more;
		header[2] = (uint8_t)(field >> 8);
		header[3] = (uint8_t)field;
		for (int i = 0; i < 4; i++)
			header[4 + i] = (uint8_t)(piece->id >> (24 - 8 * i));
		compose_put(packet, header, sizeof header);
		compose_layer(packet, "ip6:44");
		return;
	}
	compose_layer(packet, "ip4:99"); /* no checksum within: it would be the piece's */
	composed_data(packet)[9] = 6;
	composed_data(packet)[4] = (uint8_t)(piece->id >> 8);
	composed_data(packet)[5] = (uint8_t)piece->id;
	composed_data(packet)[6] = (uint8_t)((piece->more ? 0x20 : 0) | field >> 8);
	composed_data(packet)[7] = (uint8_t)field;
}

static size_t decode_piece_of(const Piece *piece, const uint8_t *bytes)
{
	static Composed packet;
	ShakedownPacket wrapped;
	size_t captured;

	compose_piece(&packet, piece, bytes);
	captured = composed_len(&packet);
	if (piece->captured < piece->len)
		captured -= piece->len - piece->captured;
	wrapped = (ShakedownPacket){
		.data = composed_data(&packet),
		.captured_len = (uint32_t)captured,
		.wire_len = (uint32_t)composed_len(&packet),
		.time = piece->time,
		.link_type = 101,
	};
	return decoder_decode(decoder, &wrapped, segments);
}

static size_t decode_piece(const Piece *piece)
{
	return decode_piece_of(piece, datagram[piece->version == 6] + piece->offset);
}

static size_t send(uint8_t version, size_t offset, size_t end)
{
	return decode_piece(
		&(Piece){version, 1, offset, end - offset, end < DATAGRAM, SIZE_MAX, 0});
}

static void expect_whole(uint8_t version, const char *what)
{
	cr_expect(segments->fragmented && !segments->cut, "%s", what);
	cr_expect_eq(segments->ip_version, version, "%s", what);
	cr_expect(segments->src_port == 40000 && segments->seq.value == 1000, "%s", what);
	cr_expect_eq(segments->payload_len, PAYLOAD, "%s", what);
	cr_expect_eq(segments->payload_captured, PAYLOAD, "%s", what);
	cr_expect_not(memcmp(segments->payload, datagram[version == 6] + 20, PAYLOAD), "%s", what);
	cr_expect_eq(segments->checksum, SEGMENT_CHECKSUM_GOOD, "%s", what);
}

static void expect_count(const char *reason, uint64_t want)
{
	g_autofree char *counts = decoder_counts_text(decoder);

	cr_expect_eq(decoder_count(decoder, reason), want, "%s: %s", reason, counts);
}

static const uint8_t versions[] = {4, 6};
#define for_each_version(v)                                                                        \
	for (size_t version_at = 0; version_at < 2 && ((v) = versions[version_at], true);          \
	     version_at++)

Test(fragments, complete_in_any_order)
{
	static const size_t cuts[] = {0, 8, 1000, 2000, DATAGRAM};
	static const uint8_t orders[][4] = {{0, 1, 2, 3}, {3, 2, 1, 0}, {2, 0, 3, 1}, {1, 3, 0, 2}};
	uint8_t v;

	for_each_version(v)
	{
		for (size_t o = 0; o < G_N_ELEMENTS(orders); o++) {
			for (size_t i = 0; i < 4; i++) {
				uint8_t piece = orders[o][i];
				size_t n = decode_piece(&(Piece){
					v, (uint32_t)o, cuts[piece], cuts[piece + 1] - cuts[piece],
					piece < 3, SIZE_MAX, (ShakedownTime)(o * 100 + i)});

				cr_assert_eq(n, i == 3, "v%u, order %zu, piece %zu", v, o, i);
				if (n) {
					expect_whole(v, "in any order");
					cr_expect_eq(segments->time, (ShakedownTime)(o * 100 + 3));
				}
			}
		}
	}
	expect_count("IP fragment, read with the last of its datagram", 2 * 4 * 3);
	expect_count("IP fragments not complete at the end", 0);
}

/* A capture that holds each packet twice, either way. */
Test(fragments, seen_twice_count_once)
{
	uint8_t v;

	for_each_version(v)
	{
		cr_expect_eq(send(v, 0, 1000), 0);
		cr_expect_eq(send(v, 0, 1000), 0);
		cr_expect_eq(send(v, 1000, DATAGRAM), 1);
		expect_whole(v, "AABB");
		cr_expect_eq(send(v, 1000, DATAGRAM), 0);
		cr_expect_eq(send(v, 0, 1000), 0);
	}
	expect_count("IP fragment seen twice", 2 * 3);
	expect_count("IP fragments not complete at the end", 0);
}

/* RFC 6864: an identification comes back, with other bytes. */
Test(fragments, of_an_identification_used_again_are_new)
{
	uint8_t v;

	for_each_version(v)
	{
		cr_expect_eq(send(v, 0, 1000), 0);
		cr_expect_eq(send(v, 1000, DATAGRAM), 1);
		datagram[v == 6][21] ^= 1;
		cr_expect_eq(send(v, 0, 1000), 0);
		cr_expect_eq(send(v, 1000, DATAGRAM), 1);
		cr_expect_eq(segments->payload[1], datagram[v == 6][21]);
		cr_expect_eq(segments->checksum, SEGMENT_CHECKSUM_BAD);
	}
	expect_count("IP fragments not complete at the end", 0);
}

Test(fragments, of_others_are_kept_apart)
{
	cr_expect_eq(decode_piece(&(Piece){4, 1, 0, 1000, true, SIZE_MAX, 0}), 0);
	cr_expect_eq(decode_piece(&(Piece){4, 2, 1000, DATAGRAM - 1000, false, SIZE_MAX, 0}), 0);
	cr_expect_eq(decode_piece(&(Piece){6, 1, 1000, DATAGRAM - 1000, false, SIZE_MAX, 0}), 0);
	expect_count("IP fragments not complete at the end", 3);
	cr_expect_eq(decode_piece(&(Piece){4, 1, 1000, DATAGRAM - 1000, false, SIZE_MAX, 0}), 1);
	expect_whole(4, "of its own");
	expect_count("IP fragments not complete at the end", 2);
}

/* RFC 791: whichever; here the first copy wins, so that what passed is not changed later. */
Test(fragments, that_overlap_in_ipv4_keep_the_first_copy)
{
	static uint8_t other[DATAGRAM];

	memset(other, 0xee, sizeof other);
	cr_expect_eq(send(4, 800, 1600), 0);
	cr_expect_eq(decode_piece_of(&(Piece){4, 1, 1200, 800, true, SIZE_MAX, 0}, other), 0);
	cr_expect_eq(send(4, 0, 1000), 0);
	cr_expect_eq(decode_piece_of(&(Piece){4, 1, 400, 1200, true, SIZE_MAX, 0}, other), 0);
	cr_assert_eq(send(4, 1600, DATAGRAM), 1);
	cr_expect_not(memcmp(segments->payload, datagram[0] + 20, 1600 - 20), "the first copies");
	cr_expect_eq(segments->payload[1600 - 20], 0xee, "first there, though it overlapped");
	cr_expect_eq(segments->payload[2000 - 20], datagram[0][2000]);
	expect_count("IPv4 fragments that overlap", 4);
}

/* RFC 5722 §4, RFC 8200 §4.5: the datagram is dropped, with the fragments still to come. */
Test(fragments, that_overlap_in_ipv6_drop_the_datagram)
{
	cr_expect_eq(send(6, 0, 1000), 0);
	cr_expect_eq(send(6, 992, 2000), 0);
	cr_expect_eq(send(6, 1000, DATAGRAM), 0);
	cr_expect_eq(send(6, 0, 1000), 0);
	expect_count("IPv6 fragments that overlap", 2);
	expect_count("IP fragment of a datagram given up", 2);
}

Test(fragments, that_disagree_on_the_end_drop_the_datagram)
{
	uint8_t v;

	for_each_version(v)
	{
		cr_expect_eq(send(v, 1000, DATAGRAM), 0);
		cr_expect_eq(decode_piece(&(Piece){v, 1, 8, 1992, false, SIZE_MAX, 0}), 0);
		cr_expect_eq(send(v, 0, 1000), 0);
	}
	expect_count("IP fragments that disagree on the end", 4);
}

/* Teardrop and ping of death, and other pieces that no datagram has. */
Test(fragments, that_cannot_be_are_faults)
{
	uint8_t v;

	for_each_version(v)
	{
		cr_expect_eq(decode_piece_of(&(Piece){v, 9, 65528, 1000, false, SIZE_MAX, 0},
					     datagram[0]),
			     0);
		cr_expect_eq(
			decode_piece_of(&(Piece){v, 9, 800, 0, false, SIZE_MAX, 0}, datagram[0]),
			0);
		cr_expect_eq(decode_piece_of(&(Piece){v, 9, 0, 25, true, SIZE_MAX, 0}, datagram[0]),
			     0);
	}
	expect_count("IP fragment beyond 65535 bytes", 2);
	expect_count("IP fragment of no bytes", 2);
	expect_count("IP fragment whose length is no multiple of 8", 2);
	expect_count("IP fragments not complete at the end", 0);
	/* Teardrop: the second lies within the first. */
	cr_expect_eq(send(4, 0, 48), 0);
	cr_expect_eq(decode_piece(&(Piece){4, 1, 24, 4, false, SIZE_MAX, 0}), 0);
	expect_count("IP fragments that disagree on the end", 2);
}

Test(fragments, never_completed_are_counted_after_their_time)
{
	Piece first = {4, 1, 0, 1000, true, SIZE_MAX, 0}, last = {4, 1, 1000, DATAGRAM - 1000};

	last.captured = SIZE_MAX;
	cr_expect_eq(decode_piece(&first), 0);
	expect_count("IP fragments not complete at the end", 1);
	last.time = FRAGMENTS_TIMEOUT;
	cr_expect_eq(decode_piece(&last), 1, "just in time");
	first.id = last.id = 2;
	first.time = last.time;
	cr_expect_eq(decode_piece(&first), 0);
	last.time += FRAGMENTS_TIMEOUT + 1;
	cr_expect_eq(decode_piece(&last), 0, "too late");
	expect_count("IP fragments never completed", 1);
	expect_count("IP fragments not complete at the end", 1);
	/* A clock that is set back, as far as a clock goes. */
	last.id = 3;
	last.time = INT64_MIN;
	cr_expect_eq(decode_piece(&last), 0);
	last.time = INT64_MAX;
	last.id = 4;
	cr_expect_eq(decode_piece(&last), 0);
	expect_count("IP fragments never completed", 3);
}

/* What a snaplen cut off is missing, but the lengths are known. */
Test(fragments, cut_by_snaplen_complete_in_length)
{
	uint8_t v;

	for_each_version(v)
	{
		cr_expect_eq(decode_piece(&(Piece){v, 1, 0, 1000, true, 96, 0}), 0);
		cr_expect_eq(decode_piece(&(Piece){v, 1, 1000, DATAGRAM - 1000, false, 96, 0}), 1);
		cr_expect(segments->fragmented && segments->cut);
		cr_expect_eq(segments->payload_len, PAYLOAD);
		cr_expect_eq(segments->payload_captured, 96 - 20);
		cr_expect_eq(segments->checksum, SEGMENT_CHECKSUM_UNKNOWN);
		/* Cut before the flags: nothing to tell. */
		cr_expect_eq(decode_piece(&(Piece){v, 2, 1000, DATAGRAM - 1000, false, 96, 0}), 0);
		cr_expect_eq(decode_piece(&(Piece){v, 2, 0, 1000, true, 12, 0}), 0);
	}
	expect_count("TCP header cut", 2);
	/* Not a byte of it. */
	for_each_version(v)
	{
		cr_expect_eq(decode_piece(&(Piece){v, 3, 0, 1000, true, 0, 0}), 0);
		cr_expect_eq(decode_piece(&(Piece){v, 3, 0, 1000, true, 0, 0}), 0);
		cr_expect_eq(decode_piece(&(Piece){v, 3, 1000, DATAGRAM - 1000, false, 0, 0}), 0);
	}
	expect_count("TCP header cut", 4);
}

/* The first piece may be too small for a TCP header. */
Test(fragments, may_be_tiny)
{
	uint8_t v;

	for_each_version(v)
	{
		size_t n = 0;

		for (size_t i = (DATAGRAM + 7) / 8; i-- > 0;)
			n = send(v, i * 8, MIN(i * 8 + 8, DATAGRAM));
		cr_expect_eq(n, 1);
		if (n)
			expect_whole(v, "tiny");
	}
}

static void decode_many(size_t n, size_t len)
{
	static uint8_t bytes[65000];

	for (uint32_t id = 0; id < n; id++)
		cr_assert_eq(decode_piece_of(&(Piece){6, id, 0, len, true, SIZE_MAX, 0}, bytes), 0);
}

Test(fragments, are_bounded_in_number_and_bytes)
{
	decode_many(3 * FRAGMENTS_DATAGRAMS, 8);
	expect_count("IP fragments not complete at the end", FRAGMENTS_DATAGRAMS);
	expect_count("IP fragments given up for want of room", 2 * FRAGMENTS_DATAGRAMS);
	decoder_free(decoder);
	decoder = decoder_new(NULL);
	decode_many(500, 64000);
	cr_expect_leq(decoder_count(decoder, "IP fragments not complete at the end"),
		      FRAGMENTS_BYTES / 64000);
	cr_expect_gt(decoder_count(decoder, "IP fragments not complete at the end"), 50);
	/* The newest are still at work. */
	send(6, 0, 1000);
	cr_expect_eq(send(6, 1000, DATAGRAM), 1);
}

Test(fragments, of_one_datagram_are_bounded)
{
	static uint8_t bytes[8];

	for (size_t i = 0; i <= FRAGMENTS_PIECES; i++)
		cr_expect_eq(decode_piece_of(&(Piece){4, 5, i * 16, 8, true, SIZE_MAX, 0}, bytes),
			     0);
	expect_count("IP datagram in too many fragments", FRAGMENTS_PIECES + 1);
}

/* Against a model that marks bytes one by one: no order of pieces yields other bytes, or none. */
Test(fragments, at_random_agree_with_a_plain_model)
{
	static uint8_t model[DATAGRAM], filled[DATAGRAM], junk[DATAGRAM];
	const guint32 seed = 20261121;
	GRand *random = g_rand_new_with_seed(seed);

	for (uint32_t round = 0; round < 100; round++) {
		size_t left = DATAGRAM, n = 0;
		bool ended = false;

		memset(filled, 0, sizeof filled);
		for (int step = 0; step < 20000 && !n; step++) {
			size_t offset = (size_t)g_rand_int_range(random, 0, DATAGRAM / 8) * 8;
			size_t wish = (size_t)g_rand_int_range(random, 1, 80) * 8;
			size_t len = MIN(wish, DATAGRAM - offset);
			bool last = offset + len == DATAGRAM;
			bool fresh = false;

			/* The header's bytes stay as they are, or there would be no segment. */
			for (size_t i = 0; i < len; i++)
				junk[i] = offset + i < 20 ? datagram[0][offset + i]
							  : (uint8_t)g_rand_int(random);
			for (size_t i = 0; i < len; i++) {
				if (filled[offset + i])
					continue;
				model[offset + i] = junk[i];
				filled[offset + i] = 1;
				left--;
				fresh = true;
			}
			ended = ended || last;
			n = decode_piece_of(&(Piece){4, round, offset, len, !last, SIZE_MAX, 0},
					    junk);
			cr_assert_eq(n, left == 0 && ended && fresh, "seed %u, round %u, step %d",
				     seed, round, step);
		}
		cr_assert_eq(n, 1, "seed %u, round %u", seed, round);
		cr_assert_not(memcmp(segments->payload, model + 20, PAYLOAD), "seed %u, round %u",
			      seed, round);
	}
	g_rand_free(random);
}
