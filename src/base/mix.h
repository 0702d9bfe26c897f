/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The one mixing step of all keyed hashes: a 64 by 64 bit product, folded. Both factors must be
 * blinded by something secret, since a factor of 0 would swallow the other.
 */
#pragma once

#include <stdint.h>

#ifdef __SIZEOF_INT128__
__extension__ typedef unsigned __int128 MixProduct;

static inline uint64_t mix_fold(uint64_t a, uint64_t b)
{
	MixProduct product = (MixProduct)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}
#else
static inline uint64_t mix_fold(uint64_t a, uint64_t b)
{
	uint64_t a0 = (uint32_t)a, a1 = a >> 32, b0 = (uint32_t)b, b1 = b >> 32;
	uint64_t low = a0 * b0, cross = a1 * b0 + (low >> 32), middle = a0 * b1 + (uint32_t)cross;

	return ((middle << 32) | (uint32_t)low) ^ (a1 * b1 + (cross >> 32) + (middle >> 32));
}
#endif

/*
 * One secret makes several. Odd constants with about as many ones as zeros; a product with one is a
 * bijection that no exclusive-or relates to the next.
 */
static inline uint64_t mix_secret(uint64_t seed, unsigned i)
{
	static const uint64_t odd[] = {
		UINT64_C(0x9e3779b97f4a7c15), /* 2^64 / golden ratio */
		UINT64_C(0xb504f333f9de6485), /* 2^64 / sqrt 2, made odd */
		UINT64_C(0x93cd3a2c8198e269), /* 2^64 / sqrt 3, made odd */
		UINT64_C(0x727c9716ffb764d5), /* 2^64 / sqrt 5, made odd */
	};

	return (seed + i + 1) * odd[i & 3];
}

/* A random seed; see flow/flow-key.h for what it is good for. */
uint64_t mix_random_seed(void);
