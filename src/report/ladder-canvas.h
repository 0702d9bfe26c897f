/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The paper that a ladder is drawn on: how wide each column is, and one line of it at a time. It
 * knows glyphs and columns, nothing of segments.
 */
#pragma once

#include "report/text-layout.h"

typedef struct {
	const char *shaft, *dashed; /* one column each */
	const char *head[2];	    /* to the server, to the client */
	const char *lost;	    /* the head of what its receiver drops */
	const char *line, *broken;  /* a lifeline, and where time is left out */
	const char *tail[2];	    /* where an arrow leaves it: client, server */
	const char *gap;	    /* begins what stands for something left out */
	const char *cross;	    /* a belief taken back */
	const char *still;	    /* before a state that is said again */
} LadderGlyphs;

typedef struct {
	TextLayout *text;
	const LadderGlyphs *glyphs;
	unsigned frame, time; /* columns of the stamps */
	unsigned decimals;    /* of seconds */
	unsigned lane;	      /* columns between the lifelines */
	unsigned remark;      /* columns right of everything; 0: too few to be of use */
} LadderCanvas;

#define LADDER_STATE_COLUMNS 13u

typedef struct {
	bool stamped;
	uint64_t frame; /* 0: none, but the time may stand */
	ShakedownDuration since;
	const char *left, *right; /* states, or NULL */
	TextStyle left_style, right_style;
	const char *rule[2]; /* NULL: the lifeline */
	const char *lane;    /* at most canvas->lane columns, clean; NULL: empty */
	TextStyle lane_style;
	const char *remark; /* clean, or NULL */
	TextStyle remark_style;
} LadderLine;

/* frames and spans are the greatest to be written. */
void ladder_canvas_init(LadderCanvas *canvas, TextLayout *text, uint64_t frames,
			ShakedownDuration span);
void ladder_canvas_heading(const LadderCanvas *canvas);
void ladder_canvas_line(const LadderCanvas *canvas, const LadderLine *line);

/* An arrow across the lane from side `from` with a label, which must fit: see …_arrow_room(). */
typedef struct {
	unsigned from; /* ShakedownSideId */
	bool dashed;
	bool lost;   /* its receiver drops it */
	bool short_; /* begins on the way, not at the peer's lifeline */
} LadderArrow;
unsigned ladder_canvas_arrow_room(const LadderCanvas *canvas);
void ladder_canvas_arrow(const LadderCanvas *canvas, const LadderArrow *arrow, const char *label,
			 GString *lane);

/* Breaks clean text at spaces into strings of at most so many columns, added to lines. */
void ladder_canvas_wrap(const char *text, unsigned columns, GPtrArray *lines);
