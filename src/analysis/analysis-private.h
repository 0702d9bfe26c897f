/* SPDX-License-Identifier: BSD-3-Clause */
/* The two halves of shakedown_analysis_feed(), for those who have a thread for each. */
#pragma once

#include "decode/decoder.h"
#include "decode/digest.h"

#include <shakedown/analysis.h>

/* Gives the packet a time that one can count with. */
void analysis_tame_time(ShakedownPacket *packet);
/*
 * What is in a packet: 1 to DECODER_SEGMENTS segments, of which one that is none passes its time.
 * Touches nothing but the decoder, and may so run beside analysis_take().
 */
size_t analysis_decode(ShakedownAnalysis *analysis, const ShakedownPacket *packet,
		       Segment segments[DECODER_SEGMENTS]);
/* By which digests of payloads are made; false where nobody wants any. */
bool analysis_digests(const ShakedownAnalysis *analysis, DigestSecret *secret);
/*
 * Takes what is in n packets, of so many bytes: segments that follow each other, found[i] of each.
 * The packets themselves are not looked at, nor their bytes where the segments are ordinary and
 * have their digests: they lie in the cache of who has decoded them.
 */
void analysis_take(ShakedownAnalysis *analysis, const Segment *segments, const uint8_t *found,
		   size_t n, uint64_t bytes);
