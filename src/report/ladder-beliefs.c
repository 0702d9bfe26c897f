/* SPDX-License-Identifier: BSD-3-Clause */
/* Three passes over the rows: what no segment tells in, verdicts backwards, margins forwards. */
#include "report/ladder-beliefs.h"

#include <inttypes.h>
#include <string.h>

typedef enum { VERDICT_NONE = 0, VERDICT_CONFIRMED, VERDICT_TAKEN_BACK } Verdict;

static bool has_timer(const LadderRows *rows, ShakedownSideId side, ShakedownTcpState state)
{
	for (unsigned i = 0; i < rows->rows->len; i++) {
		const LadderRow *row = ladder_rows_at(rows, i);
		for (unsigned k = 0; k < row->changes_len; k++) {
			const LadderChange *c = &row->changes[k];
			if (c->side == side && c->state == state &&
			    c->evidence == SHAKEDOWN_EVIDENCE_TIMER)
				return true;
		}
	}
	return false;
}

static char *timer_words(ShakedownTcpState before)
{
	return before == SHAKEDOWN_TCP_TIME_WAIT
		       ? g_strdup("2 MSL have passed")
		       : g_strdup_printf("%s given up by a timer",
					 shakedown_tcp_state_name(before));
}

/* A row without a segment; where it stands. */
static unsigned insert_silent(LadderRows *rows, ShakedownSideId side,
			      const ShakedownHistoryEntry *entry)
{
	unsigned at = rows->rows->len;

	while (at > 0 && ladder_row_end(ladder_rows_at(rows, at - 1)) > entry->time)
		at--;
	LadderRow row = {
		.time = entry->time,
		.sender = side,
		.changes_len = 1,
		.changes = {{.side = side, .state = entry->state, .evidence = entry->evidence}}};
	if (at > 0)
		memcpy(row.state, ladder_rows_at(rows, at - 1)->state, sizeof row.state);
	row.note = entry->evidence == SHAKEDOWN_EVIDENCE_TIMER
			   ? timer_words((ShakedownTcpState)row.state[side])
			   : g_strdup_printf("ports opened anew: frame %" PRIu64, entry->frame);
	row.state[side] = (uint8_t)entry->state;
	g_array_insert_val(rows->rows, at, row);
	return at;
}

/* A timer needs no segment to run out: the connection's record alone tells of it. */
static void insert_timers(LadderRows *rows, const ShakedownConnection *connection)
{
	for (ShakedownSideId side = SHAKEDOWN_CLIENT; side <= SHAKEDOWN_SERVER; side++) {
		const ShakedownSide *s = &connection->side[side];
		for (size_t i = 0; i < s->history_len; i++)
			if (s->history[i].evidence == SHAKEDOWN_EVIDENCE_TIMER &&
			    !has_timer(rows, side, s->history[i].state))
				insert_silent(rows, side, &s->history[i]);
	}
}

/* Nor does the next connection on its ports leave one here, that ends it for good; the SYN of that
 * may have waited here for what it means. */
static void insert_next(LadderRows *rows, const ShakedownConnection *connection)
{
	for (ShakedownSideId side = SHAKEDOWN_CLIENT; side <= SHAKEDOWN_SERVER; side++) {
		const ShakedownSide *s = &connection->side[side];
		unsigned len = rows->rows->len;

		if (!len || !s->history_len)
			continue;
		const ShakedownHistoryEntry *last = &s->history[s->history_len - 1];

		if (last->state != SHAKEDOWN_TCP_CLOSED ||
		    ladder_rows_at(rows, len - 1)->state[side] == SHAKEDOWN_TCP_CLOSED)
			continue;
		for (unsigned at = insert_silent(rows, side, last); at <= len; at++)
			ladder_rows_at(rows, at)->state[side] = SHAKEDOWN_TCP_CLOSED;
	}
}

static bool confirmed_by_record(const ShakedownConnection *connection, const LadderRow *row,
				const LadderChange *change)
{
	if (!connection)
		return false;
	const ShakedownSide *side = &connection->side[change->side];
	for (size_t i = 0; i < side->history_len; i++) {
		const ShakedownHistoryEntry *entry = &side->history[i];
		if (entry->frame == row->frame && entry->state == change->state)
			return entry->evidence == SHAKEDOWN_EVIDENCE_CONFIRMED;
	}
	return false;
}

static void judge(LadderRow *row, const ShakedownConnection *connection,
		  Verdict verdict[2][SHAKEDOWN_TCP_STATES])
{
	for (unsigned k = row->changes_len; k-- > 0;) {
		LadderChange *c = &row->changes[k];
		Verdict *v = &verdict[c->side][c->state];
		if (c->taken_back) {
			*v = VERDICT_TAKEN_BACK;
			continue;
		}
		if (c->evidence == SHAKEDOWN_EVIDENCE_CONFIRMED) {
			*v = VERDICT_CONFIRMED;
			continue;
		}
		c->withdrawn = *v == VERDICT_TAKEN_BACK;
		if (c->evidence == SHAKEDOWN_EVIDENCE_DELIVERED)
			c->doubt = *v == VERDICT_TAKEN_BACK ||
				   (*v == VERDICT_NONE && !confirmed_by_record(connection, row, c));
		*v = VERDICT_NONE;
	}
}

/* The first change of a side and the row it is in. */
static LadderChange *first_change(const LadderRows *rows, ShakedownSideId side,
				  const LadderRow **where)
{
	for (unsigned i = 0; i < rows->rows->len; i++) {
		LadderRow *row = ladder_rows_at(rows, i);
		for (unsigned k = 0; k < row->changes_len; k++) {
			if (row->changes[k].side == side && !row->changes[k].taken_back) {
				*where = row;
				return &row->changes[k];
			}
		}
	}
	return NULL;
}

/* RFC 9293 §3.3.2: who sends a SYN was CLOSED, who answers one was in LISTEN. */
static int initial_state(const LadderRows *rows, ShakedownSideId side,
			 const ShakedownConnection *connection)
{
	const LadderRow *row = NULL;
	const LadderChange *c = first_change(rows, side, &row);

	if (!c) {
		if (connection && !connection->side[side].seen)
			return LADDER_STATE_NOT_SEEN;
		return ladder_rows_at(rows, 0)->state[side];
	}
	if (c->evidence == SHAKEDOWN_EVIDENCE_ASSUMED)
		return LADDER_STATE_UNKNOWN;
	if (c->state == SHAKEDOWN_TCP_CLOSED || c->state == SHAKEDOWN_TCP_LISTEN)
		return (int)c->state;
	if (c->state == SHAKEDOWN_TCP_SYN_SENT)
		return SHAKEDOWN_TCP_CLOSED;
	if (c->state == SHAKEDOWN_TCP_SYN_RECEIVED)
		return SHAKEDOWN_TCP_LISTEN;
	return LADDER_STATE_UNKNOWN;
}

/* A state that no change announced: after a fold, or behind a belief that was taken back. */
static void add_change(LadderRow *row, ShakedownSideId side)
{
	if (row->changes_len == LADDER_CHANGES_MAX)
		row->changes_len--;
	row->changes[row->changes_len++] =
		(LadderChange){.side = side, .state = row->state[side] & 0xfu, .shown = true};
}

typedef struct {
	int current[2]; /* state, or LADDER_STATE_… */
	bool started[2];
	bool open[2][SHAKEDOWN_TCP_STATES]; /* believed as delivered, nothing more heard of it */
} Margins;

/* A confirmation is not a change: the side has been there all the time, or has gone on already. */
static bool enters_state(Margins *margins, const LadderChange *c)
{
	bool *open = &margins->open[c->side][c->state];
	bool confirms = c->evidence == SHAKEDOWN_EVIDENCE_CONFIRMED && *open;

	*open = !c->taken_back && c->evidence == SHAKEDOWN_EVIDENCE_DELIVERED;
	return !c->taken_back && !confirms;
}

static void settle_margins(LadderRow *row, Margins *margins, LadderBeliefs *beliefs)
{
	int *current = margins->current;

	for (unsigned k = 0; k < row->changes_len; k++) {
		LadderChange *c = &row->changes[k];
		if (!enters_state(margins, c))
			continue;
		margins->started[c->side] = true;
		c->shown = (int)c->state != current[c->side];
		current[c->side] = (int)c->state;
		beliefs->doubt |= c->shown && c->doubt;
		beliefs->assumed |= c->shown && c->evidence == SHAKEDOWN_EVIDENCE_ASSUMED;
	}
	for (ShakedownSideId side = SHAKEDOWN_CLIENT; side <= SHAKEDOWN_SERVER; side++) {
		if (margins->started[side] && row->state[side] != current[side]) {
			add_change(row, side);
			current[side] = row->state[side];
		}
	}
}

LadderBeliefs ladder_beliefs_settle(LadderRows *rows, const ShakedownConnection *connection)
{
	LadderBeliefs beliefs = {.initial = {LADDER_STATE_UNKNOWN, LADDER_STATE_UNKNOWN}};
	Verdict verdict[2][SHAKEDOWN_TCP_STATES] = {0};
	Margins margins = {0};

	if (connection) {
		insert_timers(rows, connection);
		insert_next(rows, connection);
	}
	if (!rows->rows->len)
		return beliefs;
	for (unsigned i = rows->rows->len; i-- > 0;)
		judge(ladder_rows_at(rows, i), connection, verdict);
	for (ShakedownSideId side = SHAKEDOWN_CLIENT; side <= SHAKEDOWN_SERVER; side++) {
		const LadderRow *row;
		int initial = initial_state(rows, side, connection);
		beliefs.initial[side] = initial;
		if (initial == LADDER_STATE_NOT_SEEN)
			initial = ladder_rows_at(rows, 0)->state[side];
		margins.current[side] = initial;
		/* Until its first change a side is where it was at the beginning. */
		margins.started[side] = !first_change(rows, side, &row);
	}
	for (unsigned i = 0; i < rows->rows->len; i++)
		settle_margins(ladder_rows_at(rows, i), &margins, &beliefs);
	return beliefs;
}
