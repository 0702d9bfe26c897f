/* SPDX-License-Identifier: BSD-3-Clause */
/* Who lacked what, by what came later. */
#include "report/ladder-fate.h"

#define SENT_AGAIN_WITHIN 64u /* rows, beyond which nobody sees the two together */
/* No timer repeats a SYN sooner (RFC 6298 §2.1): it was refused, and asks again. */
#define SYN_TIMER_LEAST (INT64_C(900) * 1000 * 1000)

ShakedownDuration ladder_leg(const LadderData *ladder, ShakedownSideId side)
{
	const LadderAbout *about = &ladder->about;
	const ShakedownHandshake *h = &about->connection.handshake;

	if (!about->recorded || h->tap == SHAKEDOWN_TAP_UNKNOWN)
		return SHAKEDOWN_DURATION_UNKNOWN;
	return side == SHAKEDOWN_CLIENT ? h->client_rtt / 2 : h->server_rtt / 2;
}

/* Of data that was sent again: whether its receiver lacked it. Three duplicate ACKs say so, and so
 * does any ACK of less than it that left after it must have arrived; silence does not, since then
 * the ACK may have been what was lost. */
static bool was_lacking(const LadderData *ladder, unsigned i)
{
	const LadderRows *rows = &ladder->rows;
	const LadderRow *row = ladder_rows_at(rows, i);
	ShakedownDuration way = ladder_leg(ladder, !row->sender);
	bool asked_for = false;

	if (!row->len || row->fold || !row->frame || !row->seq.named)
		return false;
	for (unsigned k = i + 1; k < MIN(rows->rows->len, i + SENT_AGAIN_WITHIN); k++) {
		const LadderRow *later = ladder_rows_at(rows, k);
		if (later->fold || !later->frame)
			continue;
		if (later->sender == row->sender) {
			if (!later->len || later->seq.offset != row->seq.offset)
				continue;
			return later->segment_class == SHAKEDOWN_SEGMENT_FAST_RETRANSMISSION ||
			       (later->segment_class == SHAKEDOWN_SEGMENT_RETRANSMISSION &&
				asked_for);
		}
		if (!(later->flags & 0x010u) || !later->ack.named)
			continue;
		if (later->ack.offset > row->seq.offset)
			return false;
		asked_for |= way != SHAKEDOWN_DURATION_UNKNOWN &&
			     ladder_elapsed(row->time, later->time) > 2 * way;
	}
	return false;
}

/* Whether it comes again before it is acknowledged. What has no number of its own cannot. */
static bool is_sent_again(const LadderRows *rows, unsigned i)
{
	const LadderRow *row = ladder_rows_at(rows, i);
	int64_t end =
		row->seq.offset + row->len + !!(row->flags & 0x002u) + !!(row->flags & 0x001u);

	for (unsigned k = i + 1; k < MIN(rows->rows->len, i + SENT_AGAIN_WITHIN); k++) {
		const LadderRow *later = ladder_rows_at(rows, k);
		if (later->fold || !later->frame)
			continue;
		if (later->sender != row->sender && later->flags & 0x010u && later->ack.named &&
		    later->ack.offset >= end)
			return false;
		if (later->sender == row->sender && later->seq.named && later->seq.offset < end &&
		    later->seq.offset + later->len + 1 >= end && later->flags & row->flags & 0x003u)
			return true;
	}
	return false;
}

/* Its receiver sends again what it acknowledges. */
static bool is_acknowledged_in_vain(const LadderRows *rows, unsigned i)
{
	const LadderRow *row = ladder_rows_at(rows, i);

	for (unsigned k = i + 1; k < MIN(rows->rows->len, i + SENT_AGAIN_WITHIN); k++) {
		const LadderRow *later = ladder_rows_at(rows, k);
		if (!later->fold && later->frame && later->sender != row->sender &&
		    later->seq.named && later->seq.offset < row->ack.offset &&
		    (later->len || later->flags & 0x003u))
			return true;
	}
	return false;
}

/* Where the belief is taken back it is held anew: what is taken back is only when. */
static bool is_held_anew(const LadderRows *rows, unsigned i, const LadderChange *belief)
{
	for (unsigned k = i + 1; k < rows->rows->len; k++) {
		const LadderRow *later = ladder_rows_at(rows, k);
		bool taken_back = false, anew = false;
		for (unsigned n = 0; n < later->changes_len; n++) {
			const LadderChange *c = &later->changes[n];
			if (c->side != belief->side)
				continue;
			taken_back |= c->taken_back && c->state == belief->state;
			anew = !c->taken_back && c->state == belief->state;
		}
		if (taken_back)
			return anew;
	}
	return false;
}

/* It refuses a SYN that comes again, and sooner than it would if the refusal had not come. */
static bool is_asked_again(const LadderRows *rows, unsigned at)
{
	const LadderRow *row = ladder_rows_at(rows, at);
	const LadderRow *before = NULL;

	for (unsigned i = 0; i < rows->rows->len; i++) {
		const LadderRow *asks = ladder_rows_at(rows, i);
		if (asks->fold || !asks->frame || asks->sender == row->sender)
			continue;
		if (i > at)
			return before && before->flags & asks->flags & 0x002u &&
			       ladder_elapsed(before->time, asks->time) < SYN_TIMER_LEAST;
		before = asks;
	}
	return false;
}

/* A belief that was taken back may just have been early: FINs that cross do both arrive, and so
 * does a RST that crosses one. */
static bool did_not_arrive(const LadderRows *rows, unsigned at)
{
	const LadderRow *row = ladder_rows_at(rows, at);

	for (unsigned i = 0; i < row->changes_len; i++) {
		const LadderChange *c = &row->changes[i];
		if (!c->withdrawn || c->side == row->sender)
			continue;
		if (row->flags & 0x004u)
			return !is_held_anew(rows, at, c) && !is_asked_again(rows, at);
		if (row->flags & 0x003u && row->seq.named)
			return is_sent_again(rows, at);
		return !row->ack.named || is_acknowledged_in_vain(rows, at);
	}
	return false;
}

bool ladder_is_lost(const LadderData *ladder, unsigned row)
{
	return ladder_rows_at(&ladder->rows, row)->segment_class ==
		       SHAKEDOWN_SEGMENT_BAD_CHECKSUM ||
	       did_not_arrive(&ladder->rows, row) || was_lacking(ladder, row);
}
