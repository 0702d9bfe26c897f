/* SPDX-License-Identifier: BSD-3-Clause */
/* The two halves of shakedown_analysis_feed(), for those who have a thread for each. */
#pragma once

#include "decode/decoder.h"

#include <shakedown/analysis.h>

/* Gives the packet a time that one can count with. */
void analysis_tame_time(ShakedownPacket *packet);
/*
 * What is in a packet: 1 to DECODER_SEGMENTS segments, of which one that is none passes its time.
 * Touches nothing but the decoder, and may so run beside analysis_take().
 */
size_t analysis_decode(ShakedownAnalysis *analysis, const ShakedownPacket *packet,
		       Segment segments[DECODER_SEGMENTS]);
/* Takes n packets with their segments, which follow each other: found[i] of them each. */
void analysis_take(ShakedownAnalysis *analysis, const ShakedownPacket *packets,
		   const uint8_t *found, size_t n, const Segment *segments);
