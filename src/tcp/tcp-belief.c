/* SPDX-License-Identifier: BSD-3-Clause */
/* The only file that writes a side's state; it keeps the journal by which it can take it back. */
#include "tcp/tcp-belief.h"
#include "tcp/tcp-tracker-private.h"

#include <glib.h>
#include <string.h>

void tcp_beliefs_clear(TcpBeliefs *beliefs)
{
	if (beliefs->room > TCP_BELIEFS_CLOSING)
		g_free(beliefs->items);
	beliefs->len = beliefs->room = 0;
}

static TcpBelief *items_of(TcpBeliefs *beliefs)
{
	return beliefs->room > TCP_BELIEFS_FEW ? beliefs->items : beliefs->few;
}

const TcpBelief *tcp_beliefs_last(const TcpBeliefs *beliefs, ShakedownSideId side)
{
	const TcpBelief *items = tcp_beliefs_items(beliefs);

	for (unsigned i = beliefs->len; i-- > 0;)
		if (items[i].side == side)
			return &items[i];
	return NULL;
}

const TcpBelief *tcp_beliefs_by(const TcpBeliefs *beliefs, ShakedownSideId side, TcpInput input)
{
	const TcpBelief *items = tcp_beliefs_items(beliefs);

	for (unsigned i = beliefs->len; i-- > 0;)
		if (items[i].side == side && items[i].input == input)
			return &items[i];
	return NULL;
}

static TcpBelief *belief_by(TcpBeliefs *beliefs, ShakedownSideId side, TcpInput input)
{
	const TcpBelief *found = tcp_beliefs_by(beliefs, side, input);

	return found ? &items_of(beliefs)[found - tcp_beliefs_items(beliefs)] : NULL;
}

static void note_change(TcpStep *step, ShakedownSideId side, ShakedownTcpState state,
			ShakedownEvidence evidence, bool taken_back)
{
	if (step->changes_len < TCP_STEP_CHANGES)
		step->changes[step->changes_len++] =
			(ShakedownStateChange){side, state, evidence, taken_back};
}

/* From the connection to its TcpClosing, and from there to wherever there is room. */
static void make_room(TcpTracker *t, TcpConnection *conn)
{
	TcpBeliefs *beliefs = &conn->beliefs;
	TcpBelief *old = items_of(beliefs), *items;

	if (beliefs->room <= TCP_BELIEFS_FEW) {
		items = tcp_closing_make(conn, t->closing)->beliefs;
		memcpy(items, old, beliefs->len * sizeof *old);
		memset(beliefs->few, 0, sizeof beliefs->few);
		beliefs->room = TCP_BELIEFS_CLOSING;
	} else {
		bool inside = beliefs->room == TCP_BELIEFS_CLOSING;

		beliefs->room = (uint16_t)(beliefs->room * 2);
		items = g_renew(TcpBelief, inside ? NULL : old, beliefs->room);
		if (inside)
			memcpy(items, old, beliefs->len * sizeof *old);
	}
	beliefs->items = items;
}

static void append(TcpTracker *t, TcpConnection *conn, const TcpBelief *belief)
{
	TcpBeliefs *beliefs = &conn->beliefs;

	/* Full: the beginning and the end matter; one in between goes. */
	if (beliefs->len == TCP_BELIEFS_MAX) {
		TcpBelief *gone = &beliefs->items[TCP_BELIEFS_MAX / 2];
		memmove(gone, gone + 1, (TCP_BELIEFS_MAX - TCP_BELIEFS_MAX / 2 - 1) * sizeof *gone);
		beliefs->len--;
	}
	if (beliefs->len == MAX(beliefs->room, TCP_BELIEFS_FEW))
		make_room(t, conn);
	items_of(beliefs)[beliefs->len++] = *belief;
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
	append(step->tracker, conn,
	       &(TcpBelief){.time = step->time,
			    .frame = step->frame,
			    .side = side,
			    .state = t->to,
			    .evidence = evidence,
			    .input = input});
	enter(step, side, t->to);
	if (t->to == SHAKEDOWN_TCP_TIME_WAIT)
		tcp_closing_make(conn, step->tracker->closing)->time_wait_since = step->time;
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
	for (TcpBelief *b = items_of(beliefs); b <= upto; b++)
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
	TcpBelief *b = belief_by(&step->conn->beliefs, side, input);

	if (!b || b->evidence != SHAKEDOWN_EVIDENCE_ASSUMED)
		return;
	b->evidence = SHAKEDOWN_EVIDENCE_SENT;
	b->time = step->time;
	b->frame = step->frame;
	note_change(step, side, b->state, b->evidence, false);
}

/* Forgets what is believed of the side from that item on; kept: that will be believed again. */
static void cut(TcpStep *step, ShakedownSideId side, unsigned from, const TcpBelief *kept)
{
	TcpBeliefs *beliefs = &step->conn->beliefs;
	TcpBelief *items = items_of(beliefs);
	unsigned len = from;

	for (unsigned i = from; i < beliefs->len; i++) {
		const TcpBelief *b = &items[i];
		if (b->side != side)
			items[len++] = *b;
		else if (!kept || b->frame != kept->frame || b->input != kept->input)
			note_change(step, side, b->state, b->evidence, true);
	}
	beliefs->len = (uint16_t)len;
	const TcpBelief *last = tcp_beliefs_last(beliefs, side);
	enter(step, side, last ? last->state : SHAKEDOWN_TCP_CLOSED);
}

bool tcp_take_back(TcpStep *step, ShakedownSideId side, TcpInput input)
{
	const TcpBelief *b = tcp_beliefs_by(&step->conn->beliefs, side, input);

	if (!b)
		return false;
	cut(step, side, (unsigned)(b - tcp_beliefs_items(&step->conn->beliefs)), NULL);
	return true;
}

void tcp_take_back_but(TcpStep *step, const TcpBelief *got, TcpInput sent)
{
	TcpConnection *conn = step->conn;
	ShakedownSideId side = got->side;
	const TcpBelief *b = tcp_beliefs_by(&conn->beliefs, side, sent);
	TcpBelief kept = {0};

	if (b && b > got)
		kept = *b;
	cut(step, side, (unsigned)(got - tcp_beliefs_items(&conn->beliefs)), &kept);
	const TcpTransition *t = kept.frame ? tcp_transition(sent, conn->side[side].state) : NULL;

	if (!t)
		return;
	kept.state = t->to;
	append(step->tracker, conn, &kept);
	enter(step, side, t->to);
	note_change(step, side, t->to, kept.evidence, false);
}

void tcp_take_back_unproven(TcpStep *step, ShakedownSideId side)
{
	const TcpBeliefs *beliefs = &step->conn->beliefs;
	const TcpBelief *items = tcp_beliefs_items(beliefs);
	unsigned from = beliefs->len;

	for (unsigned i = beliefs->len; i-- > 0;) {
		if (items[i].side != side)
			continue;
		if (items[i].evidence != SHAKEDOWN_EVIDENCE_DELIVERED)
			break;
		from = i;
	}
	if (from < beliefs->len)
		cut(step, side, from, NULL);
}
