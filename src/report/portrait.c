/* SPDX-License-Identifier: BSD-3-Clause */
/* Collecting one connection. */
#include "report/portrait.h"

void portrait_init(Portrait *portrait, uint64_t id, const ShakedownSinkOptions *options)
{
	*portrait = (Portrait){0};
	ladder_about_init(&portrait->about);
	portrait->about.id = id;
	ladder_numbers_init(&portrait->numbers, options->absolute, options->ascii);
	ladder_rows_init(&portrait->rows, options->verbose);
}

void portrait_clear(Portrait *portrait)
{
	ladder_rows_clear(&portrait->rows);
	ladder_about_clear(&portrait->about);
}

static void copy_changes(LadderRow *row, const ShakedownSegment *segment)
{
	/* The last ones count, should there ever be more than a row can hold. */
	size_t n = MIN(segment->changes_len, LADDER_CHANGES_MAX);
	const ShakedownStateChange *from = segment->changes + (segment->changes_len - n);

	row->changes_len = (uint8_t)n;
	for (size_t i = 0; i < n; i++)
		row->changes[i] = (LadderChange){.side = from[i].side & 1u,
						 .state = from[i].state & 0xfu,
						 .evidence = from[i].evidence & 0x7u,
						 .taken_back = from[i].taken_back};
}

void portrait_segment(Portrait *portrait, const ShakedownSegment *segment, LadderNumber *seq,
		      LadderNumber *ack)
{
	LadderAbout *about = &portrait->about;

	if (!about->seen) {
		about->seen = true;
		for (int side = 0; side < 2; side++) {
			about->addr[side] = *segment->addr[side];
			about->port[side] = segment->port[side];
		}
	}
	LadderRow row = {
		.frame = segment->frame,
		.time = segment->time,
		.len = segment->len,
		.window = segment->window,
		.flags = segment->flags,
		.sender = segment->sender & 1u,
		.segment_class = (uint8_t)segment->segment_class,
		.state = {(uint8_t)segment->state[0], (uint8_t)segment->state[1]},
		.note = g_strdup(segment->note),
	};
	ladder_numbers_see(&portrait->numbers, segment, &row.seq, &row.ack);
	*seq = row.seq;
	*ack = row.ack;
	row.closing = portrait->numbers.closer >= 0;
	copy_changes(&row, segment);
	ladder_rows_add(&portrait->rows, &row);
}

void portrait_settle(Portrait *portrait)
{
	const LadderAbout *about = &portrait->about;

	ladder_rows_end(&portrait->rows);
	portrait->beliefs =
		ladder_beliefs_settle(&portrait->rows, about->recorded ? &about->connection : NULL);
}
