/* SPDX-License-Identifier: BSD-3-Clause */
/* Prefixes of addresses: networks. */
#pragma once

#include <glib.h>
#include <shakedown/types.h>

/* Leaves so many bits of the address, from its beginning. */
static inline void prefix_mask(ShakedownAddress *address, unsigned bits)
{
	for (unsigned i = 0; i < sizeof address->bytes; i++) {
		unsigned keep = bits > 8 * i ? MIN(bits - 8 * i, 8) : 0;

		address->bytes[i] &= (uint8_t)(0xff00u >> keep);
	}
}

/* How many bits two addresses have in common, from their beginning; at most so many. */
static inline unsigned prefix_common(const ShakedownAddress *a, const ShakedownAddress *b,
				     unsigned most)
{
	unsigned bits = 0;

	while (bits < most && !((a->bytes[bits / 8] ^ b->bytes[bits / 8]) >> (7 - bits % 8) & 1))
		bits++;
	return bits;
}
