/* SPDX-License-Identifier: BSD-3-Clause */
#include "decode/checksum.h"

#include <arpa/inet.h>
#include <string.h>

/* Four 32-bit lanes each summed into 64 bits: no carry can be lost below 2^32 words. Both compilers
 * turn this into the machine's vector instructions. */
typedef uint64_t ChecksumLanes __attribute__((vector_size(16)));

static uint64_t checksum_lanes(const uint8_t *data, size_t blocks)
{
	const ChecksumLanes low = {UINT32_MAX, UINT32_MAX};
	ChecksumLanes a = {0}, b = {0}, c = {0}, d = {0};

	for (size_t i = 0; i < blocks; i++) {
		ChecksumLanes x, y;

		memcpy(&x, data + i * 32, sizeof x);
		memcpy(&y, data + i * 32 + 16, sizeof y);
		a += x & low;
		b += x >> 32;
		c += y & low;
		d += y >> 32;
	}
	a += b + c + d;
	return (a[0] & UINT32_MAX) + (a[0] >> 32) + (a[1] & UINT32_MAX) + (a[1] >> 32);
}

uint64_t checksum_sum(const uint8_t *data, size_t len)
{
	uint64_t sum = 0;

	if (len >= 32) {
		sum = checksum_lanes(data, len / 32);
		data += len & ~(size_t)31;
		len &= 31;
	}
	while (len >= 4) {
		uint32_t word;

		memcpy(&word, data, sizeof word);
		sum += word;
		data += 4;
		len -= 4;
	}
	if (len >= 2) {
		uint16_t word;

		memcpy(&word, data, sizeof word);
		sum += word;
		data += 2;
		len -= 2;
	}
	if (len) {
		uint16_t word = 0; /* RFC 1071 §4.1: padded with a zero byte */

		memcpy(&word, data, 1);
		sum += word;
	}
	return sum;
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

SegmentChecksum checksum_tcp(const uint8_t *src, const uint8_t *dst, size_t address_len,
			     const uint8_t *tcp, uint32_t len)
{
	/* RFC 9293 §3.1 and RFC 8200 §8.1: addresses, zero, protocol, length. */
	uint64_t pseudo =
		checksum_sum(src, address_len) + checksum_sum(dst, address_len) + htons(6);
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
