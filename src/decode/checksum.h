/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The Internet checksum, RFC 1071: sums of 16-bit words in the machine's own byte order (§2 (B):
 * the order does not matter as long as it is the same throughout).
 */
#pragma once

#include "decode/segment.h"

/* Unfolded; may be added to other such sums of even length. */
uint64_t checksum_sum(const uint8_t *data, size_t len);
/* The same, without what not every machine of its kind can: to compare with it. */
uint64_t checksum_sum_portable(const uint8_t *data, size_t len);
uint16_t checksum_fold(uint64_t sum);

/* Judges the checksum of a whole TCP segment (header from its first byte) between two addresses of
 * 4 or 16 bytes each. */
SegmentChecksum checksum_tcp(const uint8_t *src, const uint8_t *dst, size_t address_len,
			     const uint8_t *tcp, uint32_t len);
