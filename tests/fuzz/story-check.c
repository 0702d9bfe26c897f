/* SPDX-License-Identifier: BSD-3-Clause */
/* What a record says in several places has to be one story. */
#include "tracker-check.h"

#define FORMAT "connection %" G_GUINT64_FORMAT ": "

static bool has_been(const ShakedownSide *side, unsigned states)
{
	for (size_t i = 0; i < side->history_len; i++)
		if (states >> side->history[i].state & 1)
			return true;
	return false;
}

#define STATE(name) (1u << SHAKEDOWN_TCP_##name)
#define CLOSING_STATES                                                                             \
	(STATE(FIN_WAIT_1) | STATE(FIN_WAIT_2) | STATE(CLOSING) | STATE(LAST_ACK) |                \
	 STATE(TIME_WAIT))
#define OPEN_STATES (STATE(ESTABLISHED) | STATE(CLOSE_WAIT) | CLOSING_STATES)

static void check_side_story(const ShakedownConnection *c, const ShakedownSide *s)
{
	if (s->history_len)
		fuzz_check(s->history[s->history_len - 1].state == s->state,
			   FORMAT "ends in %s, not %s", c->id,
			   shakedown_tcp_state_name(s->history[s->history_len - 1].state),
			   shakedown_tcp_state_name(s->state));
}

/* What a segment is taken for is taken back one at a time, by the sense that the next ones make;
 * of nonsense some may be left. This holds of any. */
void story_check(const ShakedownConnection *c)
{
	const ShakedownSide *side = c->side;
	const ShakedownTeardown *t = &c->teardown;
	bool complete = c->handshake.outcome == SHAKEDOWN_HANDSHAKE_COMPLETE;

	for (ShakedownSideId i = SHAKEDOWN_CLIENT; i <= SHAKEDOWN_SERVER; i++) {
		const char *name = shakedown_side_name(i);

		check_side_story(c, &side[i]);
		fuzz_check(!complete || has_been(&side[i], OPEN_STATES),
			   FORMAT "complete, and the %s was never open", c->id, name);
		fuzz_check((t->time_wait == (int8_t)i || t->time_wait == 2) ==
				   has_been(&side[i], STATE(TIME_WAIT)),
			   FORMAT "TIME-WAIT at %d, and the %s", c->id, t->time_wait, name);
	}
	fuzz_check(!complete || t->outcome != SHAKEDOWN_TEARDOWN_NEVER_OPENED,
		   FORMAT "complete, and never opened", c->id);
	fuzz_check(t->outcome != SHAKEDOWN_TEARDOWN_RESET || t->reset_by >= 0,
		   FORMAT "reset by nobody", c->id);
}
