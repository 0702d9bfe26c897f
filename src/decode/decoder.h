/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The decoder turns a packet into the TCP segments (or quoted ones) within it. It never fails: what
 * it cannot or need not decode is counted by reason, and every counter is reported.
 */
#pragma once

#include "decode/segment.h"

#include <shakedown/packet.h>

typedef struct _Decoder Decoder;

/* Most segments that one packet can hold (aggregated frames); more are counted as a fault. */
#define DECODER_SEGMENTS 8

typedef struct {
	bool ignore_encapsulation; /* no layer's id is identity: mirrored traffic */
	bool no_checksums;	   /* do not verify */
	bool every_layer;	   /* no short way for ordinary packets: to compare with it */
} DecoderOptions;

/* Options NULL: defaults. */
Decoder *decoder_new(const DecoderOptions *options);
void decoder_free(Decoder *decoder);

/*
 * Decodes one packet and returns the number of segments written, 0..DECODER_SEGMENTS. They point
 * into the packet or into the decoder and are valid until the next call.
 */
size_t decoder_decode(Decoder *decoder, const ShakedownPacket *packet,
		      Segment segments[DECODER_SEGMENTS]);

typedef struct {
	const char *reason; /* "ARP", "UDP", "IPv4 header cut" … valid as long as the decoder */
	uint64_t packets;
	bool fault; /* malformed, cut or not understood, as opposed to simply not TCP */
} DecoderCount;

/* Every counter above 0, in a fixed order; valid until the next call on the decoder. */
const DecoderCount *decoder_counts(Decoder *decoder, size_t *n);
