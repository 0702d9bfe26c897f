/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What became of a segment behind the tap, as far as later ones prove it: a picture must not say
 * that something was lost because that is likely.
 */
#pragma once

#include "report/ladder-data.h"

/* How long after the tap an arrow is at that side, or before it; SHAKEDOWN_DURATION_UNKNOWN. */
ShakedownDuration ladder_leg(const LadderData *ladder, ShakedownSideId side);
/* The row's segment did not arrive, or was not taken. */
bool ladder_is_lost(const LadderData *ladder, unsigned row);
