/* SPDX-License-Identifier: BSD-3-Clause */
/* The only file that writes a side's state; it keeps the journal by which it can take it back. */
#include "tcp/tcp-belief.h"
#include "tcp/tcp-tracker-private.h"

#include <glib.h>
#include <string.h>

void tcp_beliefs_clear(TcpBeliefs *beliefs)
{
	if (beliefs->items != beliefs->few)
		g_free(beliefs->items);
	beliefs->items = NULL;
	beliefs->len = beliefs->room = 0;
}

TcpBelief *tcp_beliefs_last(const TcpBeliefs *beliefs, ShakedownSideId side)
{
	for (unsigned i = beliefs->len; i-- > 0;)
		if (beliefs->items[i].side == side)
			return &beliefs->items[i];
	return NULL;
}

bool tcp_beliefs_has(const TcpBeliefs *beliefs, ShakedownSideId side, ShakedownTcpState state)
{
	for (unsigned i = 0; i < beliefs->len; i++)
		if (beliefs->items[i].side == side && beliefs->items[i].state == state)
			return true;
	return false;
}

TcpBelief *tcp_beliefs_by(const TcpBeliefs *beliefs, ShakedownSideId side, TcpInput input)
{
	for (unsigned i = beliefs->len; i-- > 0;)
		if (beliefs->items[i].side == side && beliefs->items[i].input == input)
			return &beliefs->items[i];
	return NULL;
}

static void note_change(TcpStep *step, ShakedownSideId side, ShakedownTcpState state,
			ShakedownEvidence evidence, bool taken_back)
{
	if (step->changes_len < TCP_STEP_CHANGES)
		step->changes[step->changes_len++] =
			(ShakedownStateChange){side, state, evidence, taken_back};
}

static void append(TcpBeliefs *beliefs, const TcpBelief *belief)
{
	/* Full: the beginning and the end matter; one in between goes. */
	if (beliefs->len == TCP_BELIEFS_MAX) {
		TcpBelief *gone = &beliefs->items[TCP_BELIEFS_MAX / 2];
		memmove(gone, gone + 1, (TCP_BELIEFS_MAX - TCP_BELIEFS_MAX / 2 - 1) * sizeof *gone);
		beliefs->len--;
	}
	if (!beliefs->items) {
		beliefs->items = beliefs->few;
		beliefs->room = TCP_BELIEFS_FEW;
	} else if (beliefs->len == beliefs->room) {
		TcpBelief *old = beliefs->items;
		bool inside = old == beliefs->few;

		beliefs->room = (uint16_t)(beliefs->room * 2);
		beliefs->items = g_renew(TcpBelief, inside ? NULL : old, beliefs->room);
		if (inside)
			memcpy(beliefs->items, old, beliefs->len * sizeof *old);
	}
	beliefs->items[beliefs->len++] = *belief;
}

static void enter(TcpStep *step, ShakedownSideId side, ShakedownTcpState state)
{
	--*tcp_tracker_pair(step->tracker, step->conn);
	step->conn->side[side].state = (uint8_t)state;
	++*tcp_tracker_pair(step->tracker, step->conn);
}

bool tcp_believe(TcpStep *step, ShakedownSideId side, TcpInput input, ShakedownEvidence evidence)
{
	TcpConnection *conn = step->conn;
	const TcpTransition *t = tcp_transition(input, conn->side[side].state);

	if (!t)
		return false;
	append(&conn->beliefs, &(TcpBelief){.time = step->time,
					    .frame = step->frame,
					    .side = side,
					    .state = t->to,
					    .evidence = evidence,
					    .input = input});
	enter(step, side, t->to);
	if (t->to == SHAKEDOWN_TCP_TIME_WAIT)
		conn->time_wait_since = step->time;
	if (evidence == SHAKEDOWN_EVIDENCE_DELIVERED)
		conn->side[side].flags |= TCP_SIDE_UNPROVEN;
	note_change(step, side, t->to, evidence, false);
	return true;
}

void tcp_confirm(TcpStep *step, ShakedownSideId side, TcpInput input)
{
	TcpBeliefs *beliefs = &step->conn->beliefs;

	/* Nearly every segment asks; nearly always there is nothing to confirm. */
	if (!tcp_side_has(&step->conn->side[side], TCP_SIDE_UNPROVEN))
		return;
	const TcpBelief *upto = tcp_beliefs_by(beliefs, side, input);

	if (!upto || upto->evidence != SHAKEDOWN_EVIDENCE_DELIVERED)
		return;
	for (TcpBelief *b = beliefs->items; b <= upto; b++)
		if (b->side == side && b->evidence == SHAKEDOWN_EVIDENCE_DELIVERED) {
			b->evidence = SHAKEDOWN_EVIDENCE_CONFIRMED;
			note_change(step, side, b->state, b->evidence, false);
		}
	const TcpBelief *last = tcp_beliefs_last(beliefs, side);
	if (!last || last->evidence != SHAKEDOWN_EVIDENCE_DELIVERED)
		step->conn->side[side].flags &= ~(uint32_t)TCP_SIDE_UNPROVEN;
}

void tcp_prove(TcpStep *step, ShakedownSideId side, TcpInput input)
{
	TcpBelief *b = tcp_beliefs_by(&step->conn->beliefs, side, input);

	if (!b || b->evidence != SHAKEDOWN_EVIDENCE_ASSUMED)
		return;
	b->evidence = SHAKEDOWN_EVIDENCE_SENT;
	b->time = step->time;
	b->frame = step->frame;
	note_change(step, side, b->state, b->evidence, false);
}

/* Forgets what is believed of the side from that item on. */
static void cut(TcpStep *step, ShakedownSideId side, unsigned from)
{
	TcpBeliefs *beliefs = &step->conn->beliefs;
	unsigned kept = from;

	for (unsigned i = from; i < beliefs->len; i++) {
		const TcpBelief *b = &beliefs->items[i];
		if (b->side == side)
			note_change(step, side, b->state, b->evidence, true);
		else
			beliefs->items[kept++] = *b;
	}
	beliefs->len = (uint16_t)kept;
	const TcpBelief *last = tcp_beliefs_last(beliefs, side);
	enter(step, side, last ? last->state : SHAKEDOWN_TCP_CLOSED);
}

bool tcp_take_back(TcpStep *step, ShakedownSideId side, TcpInput input)
{
	const TcpBelief *b = tcp_beliefs_by(&step->conn->beliefs, side, input);

	if (!b)
		return false;
	cut(step, side, (unsigned)(b - step->conn->beliefs.items));
	return true;
}

void tcp_take_back_unproven(TcpStep *step, ShakedownSideId side)
{
	const TcpBeliefs *beliefs = &step->conn->beliefs;
	unsigned from = beliefs->len;

	for (unsigned i = beliefs->len; i-- > 0;) {
		if (beliefs->items[i].side != side)
			continue;
		if (beliefs->items[i].evidence != SHAKEDOWN_EVIDENCE_DELIVERED)
			break;
		from = i;
	}
	if (from < beliefs->len)
		cut(step, side, from);
}
