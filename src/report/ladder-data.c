/* SPDX-License-Identifier: BSD-3-Clause */
/* Collecting one connection. */
#include "report/ladder-data.h"

void ladder_data_init(LadderData *ladder, uint64_t id, const ShakedownSinkOptions *options)
{
	*ladder = (LadderData){0};
	ladder_about_init(&ladder->about);
	ladder->about.id = id;
	ladder_numbers_init(&ladder->numbers, options->absolute, options->ascii);
	ladder_rows_init(&ladder->rows, options->verbose);
}

void ladder_data_clear(LadderData *ladder)
{
	ladder_rows_clear(&ladder->rows);
	ladder_about_clear(&ladder->about);
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

void ladder_data_segment(LadderData *ladder, const ShakedownSegment *segment, LadderNumber *seq,
			 LadderNumber *ack)
{
	LadderAbout *about = &ladder->about;

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
	ladder_numbers_see(&ladder->numbers, segment, &row.seq, &row.ack);
	*seq = row.seq;
	*ack = row.ack;
	row.closing = ladder->numbers.closer >= 0;
	copy_changes(&row, segment);
	ladder_rows_add(&ladder->rows, &row);
}

void ladder_data_settle(LadderData *ladder)
{
	const LadderAbout *about = &ladder->about;

	ladder_rows_end(&ladder->rows);
	ladder->beliefs =
		ladder_beliefs_settle(&ladder->rows, about->recorded ? &about->connection : NULL);
}
