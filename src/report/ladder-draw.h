/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The drawing itself: lifelines, arrows, states. Its columns, for 80 of them:
 *
 *      #     time   client                                          server
 *      1 0.000000      SYN-SENT ├── SYN seq=x ─────────────────────▶│
 *      2 0.008213               │◀──────── SYN,ACK seq=y ack=x+1 ───┤ SYN-RECEIVED
 *
 * The lane between the lifelines grows with the width; what is left beyond it takes remarks, which
 * stand under their arrow otherwise.
 */
#pragma once

#include "report/ladder-beliefs.h"
#include "report/ladder-label.h"
#include "report/text-layout.h"

/* The rows must have been settled. Returns what it had to leave out of the labels. */
LadderBrevity ladder_draw(TextLayout *text, const LadderRows *rows, const LadderNumbers *numbers,
			  const LadderBeliefs *beliefs, bool verbose);
