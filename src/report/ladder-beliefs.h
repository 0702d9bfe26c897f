/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which states stand in the margins, and how. Segments tell what was believed at the time; drawn
 * is what is known at the end: a belief that was confirmed later stands without a mark, one that
 * was taken back or never confirmed keeps its question mark, one that nothing proves a tilde.
 */
#pragma once

#include "report/ladder-rows.h"

/* Before the first row: a state, or nothing to say, or a side of which the capture holds nothing.
 */
#define LADDER_STATE_UNKNOWN (-1)
#define LADDER_STATE_NOT_SEEN (-2)

typedef struct {
	int initial[2]; /* ShakedownTcpState or LADDER_STATE_… */
	/* A mark of that kind was set somewhere. */
	bool doubt, assumed;
} LadderBeliefs;

/* Settles every change of every row; adds a row for each state that was left by a timer, or
 * because the next connection began.
 * connection may be NULL. */
LadderBeliefs ladder_beliefs_settle(LadderRows *rows, const ShakedownConnection *connection);
