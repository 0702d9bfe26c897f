/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Folding while collecting. A run of ordinary segments goes through three places: its head to the
 * rows at once; then through a short queue, from whose far end it drops into the fold; and when the
 * run is over, what is still in the queue is its tail.
 */
#include "report/ladder-rows.h"

#include <string.h>

#define HEAD_AFTER_MILESTONE 4
#define HEAD_AFTER_NOTABLE 1
#define TAIL 3
/* A pause ends a run, if it is longer than this and stands out from those before. */
#define PAUSE_MIN SHAKEDOWN_NS_PER_S
#define PAUSE_FACTOR 4
/* Which part of the rows gives way when there are too many. */
#define COLLAPSE_FROM 700
#define COLLAPSE_LEN 400

#define FLAGS_OF_MILESTONES 0x007u /* FIN, SYN, RST */

typedef enum { WEIGHT_ORDINARY, WEIGHT_NOTABLE, WEIGHT_MILESTONE } Weight;

static Weight class_weight(ShakedownSegmentClass segment_class)
{
	switch (segment_class) {
	case SHAKEDOWN_SEGMENT_CONTROL:
	case SHAKEDOWN_SEGMENT_NEW:
	case SHAKEDOWN_SEGMENT_ACK:
	case SHAKEDOWN_SEGMENT_DUPLICATE_ACK:
	case SHAKEDOWN_SEGMENT_WINDOW_UPDATE:
	case SHAKEDOWN_SEGMENT_KEEP_ALIVE:
	case SHAKEDOWN_SEGMENT_KEEP_ALIVE_ACK:
	case SHAKEDOWN_SEGMENT_DUPLICATE_PACKET:
		return WEIGHT_ORDINARY;
	case SHAKEDOWN_SEGMENT_RETRANSMISSION:
	case SHAKEDOWN_SEGMENT_FAST_RETRANSMISSION:
	case SHAKEDOWN_SEGMENT_SPURIOUS_RETRANSMISSION:
	case SHAKEDOWN_SEGMENT_OUT_OF_ORDER:
	case SHAKEDOWN_SEGMENT_ZERO_WINDOW_PROBE:
	case SHAKEDOWN_SEGMENT_CHALLENGE_ACK:
	case SHAKEDOWN_SEGMENT_OUT_OF_WINDOW:
	case SHAKEDOWN_SEGMENT_BAD_CHECKSUM:
	case SHAKEDOWN_SEGMENT_ICMP_ERROR:
		return WEIGHT_NOTABLE;
	}
	return WEIGHT_ORDINARY;
}

static Weight row_weight(const LadderRow *row)
{
	if (row->changes_len || row->note || row->flags & FLAGS_OF_MILESTONES)
		return WEIGHT_MILESTONE;
	return class_weight(row->segment_class);
}

static void row_clear(LadderRow *row)
{
	g_clear_pointer(&row->note, g_free);
	g_clear_pointer(&row->fold, g_free);
}

static void row_clear_func(void *row)
{
	row_clear(row);
}

void ladder_rows_init(LadderRows *rows, bool keep_all)
{
	*rows = (LadderRows){.rows = g_array_new(FALSE, FALSE, sizeof(LadderRow)),
			     .keep_all = keep_all,
			     .head_max = HEAD_AFTER_MILESTONE,
			     .pause = PAUSE_MIN / PAUSE_FACTOR};
	g_array_set_clear_func(rows->rows, row_clear_func);
}

void ladder_rows_clear(LadderRows *rows)
{
	g_clear_pointer(&rows->rows, g_array_unref);
	g_clear_pointer(&rows->fold, g_free);
	for (unsigned i = 0; i < rows->pending_len; i++)
		row_clear(&rows->pending[i]);
	rows->pending_len = 0;
}

/* Adds a row, which may be a fold itself, to a fold. */
static void fold_add(LadderFold *fold, const LadderRow *row)
{
	ShakedownDuration pause = ladder_elapsed(fold->last, row->time);

	if (fold->segments && pause > fold->pause)
		fold->pause = pause;
	if (row->fold) {
		fold->segments += row->fold->segments;
		for (int side = 0; side < 2; side++) {
			fold->bytes[side] += row->fold->bytes[side];
			for (int i = 0; i < SHAKEDOWN_SEGMENT_CLASSES; i++)
				fold->count[side][i] += row->fold->count[side][i];
		}
		fold->last = row->fold->last;
		fold->last_frame = row->fold->last_frame;
		fold->pause = MAX(fold->pause, row->fold->pause);
		return;
	}
	fold->segments++;
	fold->count[row->sender][row->segment_class]++;
	/* Sent once, however often it was captured. */
	if (row->segment_class != SHAKEDOWN_SEGMENT_DUPLICATE_PACKET)
		fold->bytes[row->sender] += row->len;
	fold->last = row->time;
	fold->last_frame = row->frame;
}

/* A fold stands in the place of the row it began with. */
static LadderRow fold_row(const LadderRow *first, LadderFold *fold, const uint8_t state[2])
{
	return (LadderRow){.frame = first->frame,
			   .time = first->time,
			   .closing = first->closing,
			   .state = {state[0], state[1]},
			   .fold = fold};
}

/* Folds rows in the middle: the head and the tail are what a reader looks for. */
static void collapse(LadderRows *rows)
{
	LadderRow first = *ladder_rows_at(rows, COLLAPSE_FROM);
	const LadderRow *last = ladder_rows_at(rows, COLLAPSE_FROM + COLLAPSE_LEN - 1);
	LadderFold *fold = g_new0(LadderFold, 1);

	for (unsigned i = 0; i < COLLAPSE_LEN; i++)
		fold_add(fold, ladder_rows_at(rows, COLLAPSE_FROM + i));
	LadderRow folded = fold_row(&first, fold, last->state);
	g_array_remove_range(rows->rows, COLLAPSE_FROM + 1, COLLAPSE_LEN - 1);
	row_clear(ladder_rows_at(rows, COLLAPSE_FROM));
	*ladder_rows_at(rows, COLLAPSE_FROM) = folded;
}

static void push(LadderRows *rows, const LadderRow *row)
{
	g_array_append_val(rows->rows, *row);
	if (!rows->keep_all && rows->rows->len > LADDER_ROWS_MAX)
		collapse(rows);
}

/* The oldest of the queue drops into the fold. */
static void fold_oldest(LadderRows *rows)
{
	LadderRow *row = &rows->pending[0];

	if (!rows->fold) {
		rows->fold = g_new0(LadderFold, 1);
		rows->folded = *row;
	}
	fold_add(rows->fold, row);
	memcpy(rows->folded.state, row->state, sizeof row->state);
	rows->pending_len--;
	memmove(rows->pending, rows->pending + 1, rows->pending_len * sizeof *row);
}

static void end_run(LadderRows *rows, unsigned next_head)
{
	while (rows->fold && rows->pending_len > TAIL)
		fold_oldest(rows);
	if (rows->fold) {
		LadderRow row =
			fold_row(&rows->folded, g_steal_pointer(&rows->fold), rows->folded.state);
		push(rows, &row);
	}
	for (unsigned i = 0; i < rows->pending_len; i++)
		push(rows, &rows->pending[i]);
	rows->pending_len = 0;
	rows->head = 0;
	rows->head_max = next_head;
}

void ladder_rows_add(LadderRows *rows, const LadderRow *row)
{
	Weight weight = row_weight(row);
	ShakedownDuration pause = ladder_elapsed(rows->last, row->time);
	bool first = !rows->rows->len;

	rows->last = row->time;
	if (rows->keep_all) {
		push(rows, row);
		return;
	}
	if (!first && pause / PAUSE_FACTOR > rows->pause) {
		rows->pause = pause;
		end_run(rows, HEAD_AFTER_MILESTONE);
	}
	if (weight == WEIGHT_NOTABLE && rows->notable >= LADDER_NOTABLE_MAX)
		weight = WEIGHT_ORDINARY;
	switch (weight) {
	case WEIGHT_MILESTONE:
		end_run(rows, HEAD_AFTER_MILESTONE);
		push(rows, row);
		return;
	case WEIGHT_NOTABLE:
		rows->notable++;
		end_run(rows, HEAD_AFTER_NOTABLE);
		push(rows, row);
		return;
	case WEIGHT_ORDINARY:
		break;
	}
	if (rows->head < rows->head_max) {
		rows->head++;
		push(rows, row);
		return;
	}
	if (rows->pending_len == LADDER_PENDING_MAX)
		fold_oldest(rows);
	rows->pending[rows->pending_len++] = *row;
}

void ladder_rows_end(LadderRows *rows)
{
	end_run(rows, HEAD_AFTER_MILESTONE);
}
