/* SPDX-License-Identifier: BSD-3-Clause */
/* Where in an SVG ladder each row stands: heights by what is written, slants by the round trip. */
#pragma once

#include "report/ladder-data.h"

#define LADDER_LINE 14.0   /* from one line of text to the next */
#define LADDER_LANE 440.0  /* between the lifelines */
#define LADDER_COLUMNS 60u /* of text in the lane */

typedef struct {
	double y;	   /* where it passed the tap; of a fold or no segment, its middle */
	double end[2];	   /* of the arrow, at the client's and the server's lifeline */
	double gap;	   /* where "… later" stands; 0: nowhere */
	GPtrArray *label;  /* lines above the arrow; of a fold or no segment, in its place */
	GPtrArray *remark; /* lines below it */
	bool lost;	   /* it passed the tap, and its receiver never took it */
} LadderPlace;

/* An array of LadderPlace, one a row; *height is that of all, from 0. */
GArray *ladder_places_new(const LadderData *ladder, const LadderWording *wording, double *height);
