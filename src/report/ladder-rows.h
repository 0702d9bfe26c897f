/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the ladder keeps of a connection: a row a segment, as long as there are few; the like ones
 * of a long run folded into one row while they come, so that memory is bounded however long the
 * connection. Of a run the first and the last few stay; what changes a state, carries a remark or
 * a SYN, FIN or RST stays by itself; of retransmissions and their kin the first LADDER_NOTABLE_MAX.
 */
#pragma once

#include "report/ladder-numbers.h"

#define LADDER_NOTABLE_MAX 100
#define LADDER_ROWS_MAX 1500 /* beyond it, rows in the middle are folded whatever they are */
#define LADDER_CHANGES_MAX 8 /* of one segment: its last ones, should there be more */

typedef struct {
	unsigned side : 1;
	unsigned state : 4;
	unsigned evidence : 3;
	bool taken_back : 1;
	bool shown : 1;	    /* settled by ladder_beliefs_settle(): it stands in the margin, */
	bool doubt : 1;	    /* with a mark, since nothing confirmed it, */
	bool withdrawn : 1; /* or, worse, since it was taken back later */
} LadderChange;

/* Like segments in the place of one row. */
typedef struct {
	uint64_t segments;
	uint64_t count[2][SHAKEDOWN_SEGMENT_CLASSES]; /* by sender */
	uint64_t bytes[2];
	uint64_t last_frame;
	ShakedownTime last;
	ShakedownDuration pause; /* the longest */
} LadderFold;

typedef struct {
	uint64_t frame; /* of a fold: the first; 0: no segment, the note tells what else */
	ShakedownTime time;
	LadderNumber seq, ack;
	uint32_t len, window;
	uint16_t flags;
	uint8_t sender, segment_class;
	uint8_t state[2];
	bool closing; /* the first FIN has passed */
	uint8_t changes_len;
	LadderChange changes[LADDER_CHANGES_MAX];
	char *note;	  /* owned, or NULL */
	LadderFold *fold; /* owned; NULL: a segment, or none */
} LadderRow;

#define LADDER_PENDING_MAX 6

typedef struct {
	GArray *rows; /* of LadderRow */
	bool keep_all;
	/* The run that is going on: its head is in rows, its middle in the fold, its end is
	 * pending. */
	unsigned head, head_max;
	LadderFold *fold;
	LadderRow folded; /* the first of the fold, with the states after its last */
	LadderRow pending[LADDER_PENDING_MAX];
	unsigned pending_len;
	unsigned notable;
	ShakedownTime last;
	ShakedownDuration pause; /* the longest that ended a run */
} LadderRows;

/* keep_all: fold nothing. */
void ladder_rows_init(LadderRows *rows, bool keep_all);
void ladder_rows_clear(LadderRows *rows);
/* Takes the row with what it owns. */
void ladder_rows_add(LadderRows *rows, const LadderRow *row);
/* No more will come: what is pending goes where it belongs. */
void ladder_rows_end(LadderRows *rows);

static inline LadderRow *ladder_rows_at(const LadderRows *rows, unsigned i)
{
	return &g_array_index(rows->rows, LadderRow, i);
}

/* Clocks lie: differences of times saturate. */
static inline ShakedownDuration ladder_elapsed(ShakedownTime from, ShakedownTime to)
{
	ShakedownDuration d;
	return __builtin_sub_overflow(to, from, &d) ? (to < from ? -INT64_MAX : INT64_MAX) : d;
}

/* When the row is over. */
static inline ShakedownTime ladder_row_end(const LadderRow *row)
{
	return row->fold ? row->fold->last : row->time;
}
