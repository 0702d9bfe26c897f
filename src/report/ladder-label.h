/* SPDX-License-Identifier: BSD-3-Clause */
/* What is written on an arrow, and in the place of a fold. */
#pragma once

#include "report/ladder-rows.h"

/* How much is left out, for the narrow: what "ack=" and "len=" say is not said by a flag too. */
typedef enum {
	LADDER_FULL = 0, /* PSH,ACK seq=x+1 ack=y+1 len=120 */
	LADDER_BRIEF,	 /* PSH seq=x+1 ack=y+1 len=120 */
	LADDER_BRIEFEST, /* seq=x+1 ack=y+1 len=120 */
} LadderBrevity;

typedef struct {
	const LadderNumbers *numbers;
	LadderBrevity brevity;
	bool verbose; /* every number, and the window */
	bool ascii;
} LadderWording;

/* Sets head and tail; "head tail" is the label, broken between them where it must be. tail may
 * become empty. */
void ladder_label(const LadderWording *wording, const LadderRow *row, GString *head, GString *tail);

/* "retransmission"; NULL where the class says nothing that the arrow does not. */
const char *ladder_class_mark(ShakedownSegmentClass segment_class);

/* One piece of a fold's text ("▶ 42 data segments, 61,320 bytes"), or false after the last. */
bool ladder_fold_piece(const LadderWording *wording, const LadderRow *row, unsigned index,
		       GString *out);
