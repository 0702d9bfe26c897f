/* SPDX-License-Identifier: BSD-3-Clause */
#include "decode/checksum.h"

#include <arpa/inet.h>
#include <string.h>

/*
 * Sums of 32-bit words are as good as those of 16-bit ones, RFC 1071 §2 (C). They are taken in
 * 64-bit lanes of the machine's vectors: of whole lanes, which wraps, and of the lanes' upper
 * halves, which does not. What the lower halves come to is the difference, below 2^64 as it is.
 */
#define CHECKSUM_BLOCK 64
#define CHECKSUM_BLOCKS(name, width)                                                               \
	static uint64_t name(const uint8_t *data, size_t blocks)                                   \
	{                                                                                          \
		typedef uint64_t Lanes __attribute__((vector_size(width)));                        \
		Lanes all = {0}, high = {0}, x;                                                    \
		uint64_t sum = 0;                                                                  \
                                                                                                   \
		for (size_t i = 0; i < blocks * CHECKSUM_BLOCK; i += CHECKSUM_BLOCK)               \
			for (size_t j = 0; j < CHECKSUM_BLOCK; j += sizeof x) {                    \
				memcpy(&x, data + i + j, sizeof x);                                \
				all += x;                                                          \
				high += x >> 32;                                                   \
			}                                                                          \
		all -= high << 32;                                                                 \
		for (size_t i = 0; i < sizeof x / sizeof x[0]; i++)                                \
			sum += all[i] + high[i];                                                   \
		return sum;                                                                        \
	}

CHECKSUM_BLOCKS(checksum_blocks, 16)
#if defined(__x86_64__)
__attribute__((target("avx2"))) CHECKSUM_BLOCKS(checksum_blocks_avx2, 32)
#endif

	static inline uint64_t
	checksum_any_blocks(const uint8_t *data, size_t blocks, bool portable)
{
#if defined(__x86_64__)
	if (!portable && __builtin_cpu_supports("avx2"))
		return checksum_blocks_avx2(data, blocks);
#endif
	return checksum_blocks(data, blocks);
}

static inline uint64_t checksum_4(const uint8_t *data)
{
	uint32_t word;

	memcpy(&word, data, sizeof word);
	return word;
}

static inline uint64_t checksum_8(const uint8_t *data)
{
	return checksum_4(data) + checksum_4(data + 4);
}

static inline uint64_t checksum_any(const uint8_t *data, size_t len, bool portable)
{
	uint64_t sum = 0;

	if (len >= CHECKSUM_BLOCK) {
		sum = checksum_any_blocks(data, len / CHECKSUM_BLOCK, portable);
		data += len & ~(size_t)(CHECKSUM_BLOCK - 1);
	}
	if (len & 32) {
		sum += checksum_8(data) + checksum_8(data + 8);
		sum += checksum_8(data + 16) + checksum_8(data + 24);
		data += 32;
	}
	if (len & 16) {
		sum += checksum_8(data) + checksum_8(data + 8);
		data += 16;
	}
	if (len & 8) {
		sum += checksum_8(data);
		data += 8;
	}
	if (len & 4) {
		sum += checksum_4(data);
		data += 4;
	}
	if (len & 2) {
		uint16_t word;

		memcpy(&word, data, sizeof word);
		sum += word;
		data += 2;
	}
	if (len & 1) {
		uint16_t word = 0; /* RFC 1071 §4.1: padded with a zero byte */

		memcpy(&word, data, 1);
		sum += word;
	}
	return sum;
}

uint64_t checksum_sum(const uint8_t *data, size_t len)
{
	return checksum_any(data, len, false);
}

uint64_t checksum_sum_portable(const uint8_t *data, size_t len)
{
	return checksum_any(data, len, true);
}

uint16_t checksum_fold(uint64_t sum)
{
	sum = (sum & UINT32_MAX) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16 & 0xffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)((sum & 0xffff) + (sum >> 16));
}

/* Either folding of the sum, or the zero that some leave. */
static bool checksum_is_partial(uint16_t field, uint64_t pseudo)
{
	uint16_t sum = checksum_fold(pseudo);

	return field == sum || (field ^ sum) == 0xffff;
}

static inline uint64_t checksum_address(const uint8_t *address, size_t len)
{
	return len == 4 ? checksum_4(address) : checksum_8(address) + checksum_8(address + 8);
}

SegmentChecksum checksum_tcp(const uint8_t *src, const uint8_t *dst, size_t address_len,
			     const uint8_t *tcp, uint32_t len)
{
	/* RFC 9293 §3.1 and RFC 8200 §8.1: addresses, zero, protocol, length. */
	uint64_t pseudo =
		checksum_address(src, address_len) + checksum_address(dst, address_len) + htons(6);
	uint16_t field;

	if (checksum_fold(pseudo + htonl(len) + checksum_sum(tcp, len)) == 0xffff)
		return SEGMENT_CHECKSUM_GOOD;
	memcpy(&field, tcp + 16, sizeof field);
	/* A card that cuts large sends into segments is handed the sum without the length. */
	if (field == 0 || checksum_is_partial(field, pseudo + htonl(len)) ||
	    checksum_is_partial(field, pseudo))
		return SEGMENT_CHECKSUM_OFFLOADED;
	return SEGMENT_CHECKSUM_BAD;
}
