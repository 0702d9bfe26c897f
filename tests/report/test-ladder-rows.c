/* SPDX-License-Identifier: BSD-3-Clause */
/* Folding while collecting: what stays, what goes, and that memory is bounded. */
#include "report/ladder-rows.h"

#include <criterion/criterion.h>

#define MANY 200000

static LadderRow ordinary(unsigned i)
{
	return (LadderRow){.frame = i + 1,
			   .time = (ShakedownTime)i * 1000,
			   .len = 1000,
			   .flags = 0x010,
			   .sender = i % 3 == 2,
			   .segment_class =
				   i % 3 == 2 ? SHAKEDOWN_SEGMENT_ACK : SHAKEDOWN_SEGMENT_NEW};
}

static uint64_t segments_in(const LadderRows *rows)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < rows->rows->len; i++) {
		const LadderRow *row = ladder_rows_at(rows, i);
		n += row->fold ? row->fold->segments : 1;
	}
	return n;
}

/* Rows stand in the order of their frames and leave none out. */
static void check_frames(const LadderRows *rows)
{
	uint64_t next = 1;

	for (unsigned i = 0; i < rows->rows->len; i++) {
		const LadderRow *row = ladder_rows_at(rows, i);
		cr_assert_eq(row->frame, next, "row %u", i);
		next = (row->fold ? row->fold->last_frame : row->frame) + 1;
	}
}

Test(ladder_rows, folds_the_middle_of_a_long_transfer)
{
	LadderRows rows;
	const LadderFold *fold = NULL;

	ladder_rows_init(&rows, false);
	for (unsigned i = 0; i < MANY; i++) {
		LadderRow row = ordinary(i);
		ladder_rows_add(&rows, &row);
		cr_assert_leq(rows.rows->len, 8u);
	}
	ladder_rows_end(&rows);
	cr_assert_eq(rows.rows->len, 8u, "%u rows", rows.rows->len);
	cr_assert_eq(segments_in(&rows), MANY);
	check_frames(&rows);
	fold = ladder_rows_at(&rows, 4)->fold;
	cr_assert_not_null(fold);
	cr_assert_eq(fold->segments, MANY - 7);
	cr_assert_eq(fold->bytes[0] + fold->bytes[1], UINT64_C(1000) * (MANY - 7));
	cr_assert_eq(fold->count[0][SHAKEDOWN_SEGMENT_NEW] + fold->count[1][SHAKEDOWN_SEGMENT_ACK],
		     MANY - 7);
	ladder_rows_clear(&rows);
}

/* What was captured twice was sent once; what was sent again was sent twice. */
Test(ladder_rows, counts_the_bytes_of_no_copy)
{
	static const struct {
		ShakedownSegmentClass second;
		unsigned times;
	} cases[] = {{SHAKEDOWN_SEGMENT_DUPLICATE_PACKET, 1},
		     {SHAKEDOWN_SEGMENT_RETRANSMISSION, 2}};

	for (unsigned c = 0; c < G_N_ELEMENTS(cases); c++) {
		LadderRows rows;
		uint64_t bytes = 0;

		ladder_rows_init(&rows, false);
		for (unsigned i = 0; i < 3000; i++) {
			LadderRow row = ordinary(0);
			row.frame = i + 1;
			row.time = (ShakedownTime)i * 1000;
			row.segment_class = i & 1 ? cases[c].second : SHAKEDOWN_SEGMENT_NEW;
			ladder_rows_add(&rows, &row);
		}
		ladder_rows_end(&rows);
		for (unsigned i = 0; i < rows.rows->len; i++) {
			const LadderRow *row = ladder_rows_at(&rows, i);
			if (row->fold)
				bytes += row->fold->bytes[0];
			else if (row->segment_class == SHAKEDOWN_SEGMENT_NEW || cases[c].times == 2)
				bytes += row->len;
		}
		cr_assert_eq(bytes, UINT64_C(1500000) * cases[c].times, "case %u", c);
		ladder_rows_clear(&rows);
	}
}

Test(ladder_rows, folds_nothing_that_is_short)
{
	for (unsigned n = 0; n <= 10; n++) {
		LadderRows rows;
		ladder_rows_init(&rows, false);
		for (unsigned i = 0; i < n; i++) {
			LadderRow row = ordinary(i);
			ladder_rows_add(&rows, &row);
		}
		ladder_rows_end(&rows);
		cr_assert_eq(rows.rows->len, n);
		check_frames(&rows);
		ladder_rows_clear(&rows);
	}
}

Test(ladder_rows, keeps_what_is_unusual)
{
	LadderRows rows;
	unsigned found = 0;

	ladder_rows_init(&rows, false);
	for (unsigned i = 0; i < 10000; i++) {
		LadderRow row = ordinary(i);
		if (i == 2000)
			row.segment_class = SHAKEDOWN_SEGMENT_FAST_RETRANSMISSION;
		if (i == 4000)
			row.note = g_strdup("remark");
		if (i == 6000)
			row.flags = 0x014;
		if (i == 8000)
			row.changes_len = 1;
		ladder_rows_add(&rows, &row);
	}
	ladder_rows_end(&rows);
	for (unsigned i = 0; i < rows.rows->len; i++) {
		const LadderRow *row = ladder_rows_at(&rows, i);
		found += !row->fold && (row->frame == 2001 || row->frame == 4001 ||
					row->frame == 6001 || row->frame == 8001);
	}
	cr_assert_eq(found, 4u);
	cr_assert_leq(rows.rows->len, 50u, "%u rows", rows.rows->len);
	cr_assert_eq(segments_in(&rows), 10000u);
	check_frames(&rows);
	ladder_rows_clear(&rows);
}

Test(ladder_rows, a_pause_ends_a_run_if_it_stands_out)
{
	LadderRows rows;
	unsigned kept = 0;

	ladder_rows_init(&rows, false);
	for (unsigned i = 0; i < 300; i++) {
		LadderRow row = ordinary(i);
		row.time += (ShakedownTime)(i / 100) * 5 * SHAKEDOWN_NS_PER_S;
		ladder_rows_add(&rows, &row);
	}
	ladder_rows_end(&rows);
	for (unsigned i = 0; i < rows.rows->len; i++)
		kept += ladder_rows_at(&rows, i)->frame == 101;
	cr_assert_eq(kept, 1u);
	/* The second is like the first: it stays in the fold, which says so. */
	const LadderFold *last = ladder_rows_at(&rows, rows.rows->len - 4)->fold;
	cr_assert_not_null(last);
	cr_assert_geq(last->pause, 5 * SHAKEDOWN_NS_PER_S);
	ladder_rows_clear(&rows);
}

Test(ladder_rows, is_bounded_whatever_comes)
{
	/* Retransmissions, state changes and remarks without end. */
	for (unsigned what = 0; what < 3; what++) {
		LadderRows rows;
		ladder_rows_init(&rows, false);
		for (unsigned i = 0; i < MANY; i++) {
			LadderRow row = ordinary(i);
			row.segment_class = SHAKEDOWN_SEGMENT_RETRANSMISSION;
			row.changes_len = what == 1;
			row.note = what == 2 ? g_strdup("remark") : NULL;
			ladder_rows_add(&rows, &row);
			cr_assert_leq(rows.rows->len, LADDER_ROWS_MAX);
		}
		ladder_rows_end(&rows);
		cr_assert_eq(segments_in(&rows), MANY);
		check_frames(&rows);
		cr_assert_eq(ladder_rows_at(&rows, 0)->frame, 1u);
		cr_assert_eq(ladder_rows_at(&rows, rows.rows->len - 1)->frame, MANY);
		ladder_rows_clear(&rows);
	}
}

Test(ladder_rows, keeps_all_if_asked)
{
	LadderRows rows;

	ladder_rows_init(&rows, true);
	for (unsigned i = 0; i < MANY; i++) {
		LadderRow row = ordinary(i);
		ladder_rows_add(&rows, &row);
	}
	ladder_rows_end(&rows);
	cr_assert_eq(rows.rows->len, MANY);
	ladder_rows_clear(&rows);
}

Test(ladder_rows, clocks_may_lie)
{
	static const ShakedownTime times[] = {0, INT64_MAX, INT64_MIN, 5, INT64_MIN, INT64_MAX};
	LadderRows rows;

	ladder_rows_init(&rows, false);
	for (unsigned i = 0; i < 600; i++) {
		LadderRow row = ordinary(i);
		row.time = times[i % G_N_ELEMENTS(times)];
		ladder_rows_add(&rows, &row);
	}
	ladder_rows_end(&rows);
	cr_assert_eq(segments_in(&rows), 600u);
	cr_assert_eq(ladder_elapsed(INT64_MIN, INT64_MAX), INT64_MAX);
	cr_assert_eq(ladder_elapsed(INT64_MAX, INT64_MIN), -INT64_MAX);
	cr_assert_eq(ladder_elapsed(7, 3), -4);
	ladder_rows_clear(&rows);
}

Test(ladder_rows, forgets_a_run_that_was_never_ended)
{
	LadderRows rows;

	ladder_rows_init(&rows, false);
	for (unsigned i = 0; i < 50; i++) {
		LadderRow row = ordinary(i);
		ladder_rows_add(&rows, &row);
	}
	ladder_rows_clear(&rows);
	cr_assert_null(rows.rows);
}
