/* SPDX-License-Identifier: BSD-3-Clause */
/* The Internet checksum as it is computed against the plain one of RFC 1071 §4.1. */
#include "compose.h"
#include "decode/checksum.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <glib.h>
#include <string.h>

#define ROOM (1u << 17)

/* Copied, so that a sanitizer sees a step over the end; offset makes for all alignments. */
static void check(const uint8_t *data, size_t offset, size_t len)
{
	g_autofree uint8_t *copy = g_malloc(offset + len + 1);
	uint16_t want = (uint16_t)~compose_checksum(data, len, 0);

	memcpy(copy, data, len);
	memmove(copy + offset, copy, len);
	copy = g_realloc(copy, offset + len + !(offset + len));
	cr_assert_eq(ntohs(checksum_fold(checksum_sum(copy + offset, len))), want,
		     "%zu bytes at %zu", len, offset);
	cr_assert_eq(ntohs(checksum_fold(checksum_sum_portable(copy + offset, len))), want,
		     "portable, %zu bytes at %zu", len, offset);
}

Test(checksum, of_any_length_and_alignment)
{
	g_autofree uint8_t *data = g_malloc(ROOM);
	g_autoptr(GRand) rand = g_rand_new_with_seed(1071);

	for (size_t i = 0; i < ROOM; i++)
		data[i] = (uint8_t)g_rand_int(rand);
	for (size_t len = 0; len < 400; len++)
		for (size_t offset = 0; offset < 8; offset++)
			check(data + len, offset, len);
	for (size_t i = 0; i < 300; i++)
		check(data, i % 64, (size_t)g_rand_int_range(rand, 0, 70000));
	check(data, 0, ROOM);
}

/* Where all carries are carried. */
Test(checksum, of_nothing_but_ones)
{
	g_autofree uint8_t *data = g_malloc(ROOM);

	memset(data, 0xff, ROOM);
	for (size_t len = 1; len <= ROOM; len = len * 2 + (len & 1))
		check(data, 1, len);
}
