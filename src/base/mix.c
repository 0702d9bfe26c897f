/* SPDX-License-Identifier: BSD-3-Clause */
/* Where the seeds of keyed hashes come from. */
#include "base/mix.h"

#include <glib.h>
#include <sys/random.h>

uint64_t mix_random_seed(void)
{
#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
	/* What a fuzzer finds it must find again. */
	return UINT64_C(0x9e3779b97f4a7c15);
#else
	uint64_t seed;

	/* A machine so young that it has no entropy yet is not worth waiting for. */
	if (getrandom(&seed, sizeof seed, GRND_NONBLOCK) == (ssize_t)sizeof seed)
		return seed;
	return (uint64_t)g_random_int() << 32 | g_random_int();
#endif
}
