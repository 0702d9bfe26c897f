/* SPDX-License-Identifier: BSD-3-Clause */
/* The word that somebody who mistyped probably meant. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Words are offered one by one, so that they may live in any table. Start with NEAREST_INIT. */
typedef struct {
	const char *typed;
	const char *best; /* NULL while nothing offered was near enough */
	unsigned distance;
} Nearest;
#define NEAREST_INIT(word)                                                                         \
	{                                                                                          \
		.typed = (word), .best = NULL, .distance = 0                                       \
	}

/* Letters are compared without regard to case, '_' and '-' count as the same. */
void nearest_offer(Nearest *nearest, const char *word);
