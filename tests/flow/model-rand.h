/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Random numbers for tests against a model: a new seed each run, named in every failure, and taken
 * from SHAKEDOWN_TEST_SEED to run that one again.
 */
#pragma once

#include <criterion/criterion.h>
#include <criterion/logging.h>
#include <glib.h>

typedef struct {
	uint64_t seed;
	uint64_t state;
} ModelRand;

static inline ModelRand model_rand_new(void)
{
	const char *given = g_getenv("SHAKEDOWN_TEST_SEED");
	uint64_t seed = given ? g_ascii_strtoull(given, NULL, 0) : g_random_int();

	cr_log_info("SHAKEDOWN_TEST_SEED=%" G_GUINT64_FORMAT, seed);
	return (ModelRand){seed, seed};
}

static inline uint64_t model_rand_next(ModelRand *rand)
{
	uint64_t x = rand->state += UINT64_C(0x9e3779b97f4a7c15);

	x = (x ^ x >> 31) * UINT64_C(0xb504f333f9de6485);
	x = (x ^ x >> 29) * UINT64_C(0x93cd3a2c8198e269);
	return x ^ x >> 32;
}

/* 0 .. n - 1 */
static inline uint32_t model_rand_below(ModelRand *rand, uint32_t n)
{
	return (uint32_t)((model_rand_next(rand) >> 32) * n >> 32);
}
