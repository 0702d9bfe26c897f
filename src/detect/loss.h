/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * When those who captured lost packets, by their own count. What then seems to be missing may have
 * passed, so a verdict that rests on that says so and weighs less.
 */
#pragma once

#include <shakedown/types.h>

#define LOSS_SPANS 16
/* Kernels are asked once a second, and files tell it with the packet after. */
#define LOSS_ROUGHLY (2 * SHAKEDOWN_NS_PER_S)

typedef struct {
	uint64_t dropped; /* packets, so far */
	/* In their order; beyond the room the oldest two become one. */
	ShakedownTime from[LOSS_SPANS], until[LOSS_SPANS];
	unsigned len;
} Loss;

/* So many were lost so far, the latest of them between these two. */
void loss_note(Loss *loss, uint64_t dropped, ShakedownTime from, ShakedownTime until);
/* Some were lost within. */
bool loss_within(const Loss *loss, ShakedownTime from, ShakedownTime until);
