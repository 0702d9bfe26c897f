/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A digest of a payload: a keyed hash of it, and how it begins. Whoever decodes a packet has its
 * bytes in the cache, and may make it for those who come later.
 */
#pragma once

#include "decode/segment.h"

/* Whoever knows it can make payloads of one hash. */
typedef struct {
	uint64_t word[2];
} DigestSecret;

DigestSecret digest_secret_of(uint64_t seed);
/* Of a segment of which some payload was captured. */
void digest_make(SegmentDigest *digest, const Segment *segment, const DigestSecret *secret);
