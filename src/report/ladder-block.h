/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The lines that one row takes: its arrow (or what stands in its place), the states that it leads
 * to in both margins, the remarks beside or under it.
 */
#pragma once

#include "report/ladder-canvas.h"
#include "report/ladder-rows.h"

/* How far text in the lane stays off the lifelines. */
#define LADDER_INDENT 3u

/* What a reader knows of the sides at a line. */
typedef struct {
	int state[2];	   /* ShakedownTcpState, or below 0 */
	unsigned since[2]; /* lines since it was last said */
} LadderMargins;

typedef struct {
	const LadderCanvas *canvas;
	LadderLine first; /* its lane is lane, its remark beside */
	bool broken;	  /* the lifelines are */
	GString *lane, *beside;
	GArray *under;						      /* of LadderUnder */
	char states[2][LADDER_CHANGES_MAX][LADDER_STATE_COLUMNS + 4]; /* UTF-8 */
	TextStyle styles[2][LADDER_CHANGES_MAX];
	unsigned states_len[2];
} LadderBlock;

void ladder_block_init(LadderBlock *block, const LadderCanvas *canvas);
void ladder_block_clear(LadderBlock *block);

/* The row's states, or what they still are where they have not been said for long. */
void ladder_block_states(LadderBlock *block, LadderMargins *margins, const LadderRow *row);
/* Text in the lane as it is, a line of its own. */
void ladder_block_lane(LadderBlock *block, TextStyle style, const char *clean);
/* A remark goes beside the row if there is room, under it otherwise, near that side's lifeline. */
void ladder_block_remark(LadderBlock *block, ShakedownSideId side, TextStyle style,
			 const char *text);
/* The lane of the first line: text near that side's lifeline. */
void ladder_block_text(LadderBlock *block, ShakedownSideId side, const char *clean);

void ladder_block_draw(LadderBlock *block, LadderMargins *margins);
/* A line that is no row's. */
void ladder_margins_draw(LadderMargins *margins, const LadderCanvas *canvas,
			 const LadderLine *line);
