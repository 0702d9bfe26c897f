/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Compressed IP payloads, RFC 2394: DEFLATE without a header of its own, each datagram by itself.
 * What comes out lives until the next inflater_begin(); both memory and work are bounded.
 */
#pragma once

#include "base/bytes.h"

#include <stdbool.h>

/* No datagram is longer, and no packet holds more than a few. */
#define INFLATER_DATAGRAM 65535
#define INFLATER_PACKET (4 * INFLATER_DATAGRAM)

typedef struct {
	uint8_t *room; /* NULL until something was compressed */
	size_t used;
	void *stream; /* z_stream */
} Inflater;

void inflater_clear(Inflater *inflater);
/* A new packet: what was handed out is no longer in use. */
static inline void inflater_begin(Inflater *inflater)
{
	inflater->used = 0;
}
/* False where it is not DEFLATE, does not end where the datagram does, or is too long. */
bool inflater_inflate(Inflater *inflater, const Bytes *compressed, Bytes *out);
