/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Fragments: the input is a list of pieces of a few datagrams, eight bytes each. What every piece
 * holds follows from its place, so that a datagram put together wrongly shows; and a datagram is
 * whole only when each of its bytes has come in some piece.
 */
#include "decode/fragments.h"
#include "fuzz.h"

#include <string.h>

#define DATAGRAMS 8
#define LONGEST 65536
/* The bounds of fragments.h hold after each piece, but for the datagram at hand. */
#define BYTES_MOST (FRAGMENTS_BYTES + (256u << 10))

typedef struct {
	Fragments fragments;
	Counts counts;
	uint64_t pieces, given;
	uint8_t came[DATAGRAMS][LONGEST / 8]; /* bytes that some piece brought: a bit each */
	bool lies[DATAGRAMS];		      /* a piece of it held other bytes */
} Bench;

static uint8_t content(unsigned datagram, uint32_t at)
{
	return (uint8_t)(at * 37 + (at >> 8) * 11 + datagram * 101);
}

static void note(Bench *bench, unsigned datagram, uint32_t offset, uint32_t len)
{
	for (uint32_t at = offset; at < MIN(offset + len, LONGEST); at++)
		bench->came[datagram][at / 8] |= (uint8_t)(1u << at % 8);
}

static void check_whole(const Bench *bench, unsigned datagram, const FragmentsWhole *whole)
{
	size_t captured = bytes_left(&whole->bytes);

	fuzz_check(whole->len > 0 && whole->len < LONGEST, "%u bytes long", whole->len);
	fuzz_check(captured <= whole->len, "%zu of %u bytes captured", captured, whole->len);
	for (uint32_t at = 0; at < whole->len; at++)
		fuzz_check(bench->came[datagram][at / 8] >> at % 8 & 1, "byte %u of %u never came",
			   at, whole->len);
	for (uint32_t at = 0; at < captured && !bench->lies[datagram]; at++)
		fuzz_check(whole->bytes.at[at] == content(datagram, at), "byte %u of %u is wrong",
			   at, whole->len);
}

static void add(Bench *bench, const FragmentsPiece *piece, unsigned datagram)
{
	FragmentsWhole whole;

	fragments_begin(&bench->fragments);
	if (fragments_add(&bench->fragments, &bench->counts, piece, &whole)) {
		check_whole(bench, datagram, &whole);
		bench->given++;
	}
	fuzz_check(bench->fragments.bytes <= BYTES_MOST, "%zu bytes held", bench->fragments.bytes);
	fuzz_check(bench->fragments.order.length <= FRAGMENTS_DATAGRAMS + 1, "%u datagrams held",
		   bench->fragments.order.length);
	fuzz_check(fragments_pending(&bench->fragments) <= bench->pieces, "more wait than came");
}

static void take_piece(Bench *bench, FuzzInput *in, ShakedownTime *time)
{
	static const uint8_t source[DATAGRAMS][16] = {{1}, {2}, {3}, {4}, {5}, {6}, {7}, {8}};
	static const Encapsulation none = {0};
	uint8_t what = fuzz_u8(in), how = fuzz_u8(in);
	uint32_t offset = fuzz_u16(in), len = fuzz_u16(in);
	uint8_t cut = fuzz_u8(in), wait = fuzz_u8(in);
	unsigned datagram = what % DATAGRAMS;

	/* Most offsets and lengths as they must be; some as they must not. */
	offset = how & 1 ? offset : offset / 8 * 8;
	len = how & 2 ? len : len % 2048 / 8 * 8;
	*time += ((ShakedownTime)1 << (wait & 0x3f) % 40) * (wait & 0x80 ? -1 : 1);
	bool lies = (how & 0xf0) == 0xf0;
	uint32_t captured = cut & 0x80 ? len * (cut & 0x7f) / 128 : len;
	g_autofree uint8_t *bytes = g_malloc(captured ? captured : 1);
	for (uint32_t i = 0; i < captured; i++)
		bytes[i] = content(datagram, offset + i) ^ (lies ? 0xff : 0);
	FragmentsPiece piece = {
		.version = what & 0x40 ? 6 : 4,
		.protocol = how & 8 ? 17 : 6,
		.more = !(how & 4),
		.id = what >> 3 & 3,
		.src = source[datagram],
		.dst = source[datagram],
		.encap = &none,
		.time = *time,
		.offset = offset,
		.len = len,
		.bytes = bytes_of(bytes, captured),
	};
	bench->lies[datagram] |= lies;
	bench->pieces++;
	note(bench, datagram, offset, len);
	add(bench, &piece, datagram);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	FuzzInput in = {data, data + MIN(size, 8 * 2048)};
	Bench *bench = g_new0(Bench, 1);
	ShakedownTime time = 0;

	fragments_init(&bench->fragments);
	while (fuzz_left(&in))
		take_piece(bench, &in, &time);
	fuzz_check(bench->given <= bench->pieces, "more datagrams than pieces");
	fragments_clear(&bench->fragments);
	counts_clear(&bench->counts);
	g_free(bench);
	return 0;
}
