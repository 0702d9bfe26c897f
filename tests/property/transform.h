/* SPDX-License-Identifier: BSD-3-Clause */
/* What can be done to segments without changing what they tell. */
#pragma once

#include "sample.h"
#include "story.h"

/* Adds to every sequence number of a direction (who sends to whom) a number of its own, and takes
 * account of it wherever else that direction's numbers stand. */
typedef struct _Shift Shift;

/* near_wrap: each direction's first number comes to lie just below 2^32; else anywhere. */
Shift *shift_new(GRand *rand, bool near_wrap);
void shift_free(Shift *shift);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Shift, shift_free)

void shift_apply(Shift *shift, SampleItems *items);
/* As Change.shift; data is the Shift. */
uint32_t shift_of(const ShakedownAddress *from, uint16_t from_port, const ShakedownAddress *to,
		  uint16_t to_port, void *data);

/* Who sends becomes who receives: addresses alone, or ports as well. */
void swap_sides(SampleItems *items, bool ports);
