/* SPDX-License-Identifier: BSD-3-Clause */
/* What two payloads' digests have in common, and what they have not. */
#include "decode/digest.h"

#include <criterion/criterion.h>
#include <string.h>

#define LONG 1000

static const DigestSecret secret = {{UINT64_C(0x0123456789abcdef), UINT64_C(0xfedcba9876543211)}};

static SegmentDigest digest_of(const uint8_t *bytes, uint32_t captured, uint32_t len)
{
	const Segment segment = {
		.payload = bytes, .payload_captured = captured, .payload_len = len};
	SegmentDigest digest = {0};

	digest_make(&digest, &segment, &secret);
	return digest;
}

static void fill(uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		bytes[i] = (uint8_t)(i * 7 + i / 256);
}

/* Up to 256 bytes every one, of more the first 192 and the last 64. */
static bool counts(uint32_t at, uint32_t len)
{
	return len <= 256 || at < 192 || at >= len - 64;
}

Test(digest, of_equal_payloads_are_equal_and_of_others_are_not)
{
	static const uint32_t lens[] = {1, 31, 32, 33, 63, 64, 65, 192, 255, 256, 257, LONG};
	uint8_t first[LONG], later[LONG + 1];

	for (size_t i = 0; i < sizeof lens / sizeof *lens; i++) {
		uint32_t len = lens[i];
		fill(first, len);
		uint64_t hash = digest_of(first, len, len).hash;

		for (uint32_t at = 0; at < len; at++) {
			/* Elsewhere in memory, and not aligned. */
			memcpy(later + 1, first, len);
			cr_assert_eq(digest_of(later + 1, len, len).hash, hash);
			later[1 + at] ^= 0x40;
			cr_assert_eq(digest_of(later + 1, len, len).hash != hash, counts(at, len),
				     "byte %u of %u", at, len);
		}
	}
}

Test(digest, tells_lengths_and_secrets_apart)
{
	const uint8_t zeros[LONG] = {0};
	const DigestSecret other = {{1, 2}};
	SegmentDigest digest = {0};

	for (uint32_t len = 1; len < LONG; len++)
		cr_assert_neq(digest_of(zeros, len, len).hash,
			      digest_of(zeros, len + 1, len + 1).hash, "%u", len);
	digest_make(&digest, &(Segment){.payload = zeros, .payload_captured = 9, .payload_len = 9},
		    &other);
	cr_assert_neq(digest.hash, digest_of(zeros, 9, 9).hash);
}

Test(digest, begins_as_the_payload_does)
{
	uint8_t bytes[40];

	fill(bytes, sizeof bytes);
	for (uint32_t len = 1; len <= sizeof bytes; len++) {
		const SegmentDigest digest = digest_of(bytes, len, len);
		uint32_t kept = len < SEGMENT_EXCERPT ? len : SEGMENT_EXCERPT;

		cr_assert_eq(memcmp(digest.excerpt, bytes, kept), 0);
		for (uint32_t i = kept; i < SEGMENT_EXCERPT; i++)
			cr_assert_eq(digest.excerpt[i], 0);
	}
}

/* What was not captured could be anything. */
Test(digest, of_a_cut_payload_has_no_hash)
{
	uint8_t bytes[40];

	fill(bytes, sizeof bytes);
	const SegmentDigest digest = digest_of(bytes, sizeof bytes, sizeof bytes + 1);
	cr_assert_eq(digest.hash, 0);
	cr_assert_eq(memcmp(digest.excerpt, bytes, SEGMENT_EXCERPT), 0);
}
