/* SPDX-License-Identifier: BSD-3-Clause */
#include "decode/digest.h"

#include "base/mix.h"

#include <string.h>

/* What is hashed at once, and of a long payload's beginning. */
#define BLOCK 64
#define HEAD (3 * BLOCK)

DigestSecret digest_secret_of(uint64_t seed)
{
	return (DigestSecret){{mix_secret(seed, 0), mix_secret(seed, 1)}};
}

static uint64_t word(const uint8_t *p)
{
	uint64_t w;

	memcpy(&w, p, sizeof w);
	return w;
}

static uint64_t hash_block(const DigestSecret *secret, uint64_t hash, const uint8_t p[BLOCK])
{
	const uint64_t *blind = secret->word;
	uint64_t a = mix_fold(hash ^ word(p), blind[1] ^ word(p + 8));
	uint64_t b = mix_fold(blind[0] ^ word(p + 16), blind[1] ^ word(p + 24));
	uint64_t c = mix_fold(blind[1] ^ word(p + 32), blind[0] ^ word(p + 40));
	uint64_t d = mix_fold(~blind[0] ^ word(p + 48), ~blind[1] ^ word(p + 56));

	return mix_fold(a ^ ~c, b ^ blind[0]) ^ d;
}

/* Of a short payload everything; of a long one the beginning and the end, so that a bulk transfer
 * costs no more than a chat. */
static uint64_t hash_of(const DigestSecret *secret, const uint8_t *p, size_t len)
{
	uint64_t hash = secret->word[0] ^ len;
	uint8_t rest[BLOCK] = {0};

	if (len > HEAD + BLOCK) {
		hash = hash_block(secret, hash, p + len - BLOCK);
		len = HEAD;
	}
	for (; len >= BLOCK; p += BLOCK, len -= BLOCK)
		hash = hash_block(secret, hash, p);
	memcpy(rest, p, len);
	return len ? hash_block(secret, hash, rest) : hash;
}

void digest_make(SegmentDigest *digest, const Segment *segment, const DigestSecret *secret)
{
	uint32_t len = segment->payload_captured;

	/* Most are that long, and a copy of so many costs next to nothing. */
	if (len >= SEGMENT_EXCERPT)
		memcpy(digest->excerpt, segment->payload, SEGMENT_EXCERPT);
	else
		memcpy(digest->excerpt, segment->payload, len);
	if (len == segment->payload_len)
		digest->hash = hash_of(secret, segment->payload, len);
}
