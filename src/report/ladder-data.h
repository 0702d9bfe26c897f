/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * All that a drawing of one connection needs, collected while the capture is read: who, the
 * anomalies, the rows. Whoever draws settles it first, once everything has come.
 */
#pragma once

#include "report/ladder-about.h"

typedef struct {
	LadderAbout about;
	LadderNumbers numbers;
	LadderRows rows;
	LadderBeliefs beliefs; /* of use once settled */
} LadderData;

void ladder_data_init(LadderData *ladder, uint64_t id, const ShakedownSinkOptions *options);
void ladder_data_clear(LadderData *ladder);
/* The segment must be of this connection. Gives its numbers as the drawing names them. */
void ladder_data_segment(LadderData *ladder, const ShakedownSegment *segment, LadderNumber *seq,
			 LadderNumber *ack);
/* No more will come. */
void ladder_data_settle(LadderData *ladder);
