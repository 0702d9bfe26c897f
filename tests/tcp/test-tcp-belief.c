/* SPDX-License-Identifier: BSD-3-Clause */
/* The journal of beliefs: believed, confirmed, taken back; and its bound. */
#include "tcp/tcp-tracker-private.h"

#include <criterion/criterion.h>
#include <glib.h>

#define C SHAKEDOWN_CLIENT
#define S SHAKEDOWN_SERVER
#define SENT SHAKEDOWN_EVIDENCE_SENT
#define DELIVERED SHAKEDOWN_EVIDENCE_DELIVERED
#define CONFIRMED SHAKEDOWN_EVIDENCE_CONFIRMED

typedef struct {
	TcpConnection conn;
	TcpTracker tracker; /* its counts */
	TcpStep step;
} Journal;

static Journal *journal_new(void)
{
	Journal *j = g_new0(Journal, 1);

	j->tracker.closing = slab_new(sizeof(TcpClosing), 2);
	j->step = (TcpStep){.tracker = &j->tracker, .conn = &j->conn, .time = 1000, .frame = 1};
	return j;
}

static void journal_free(Journal *j)
{
	tcp_beliefs_clear(&j->conn.beliefs);
	slab_free(j->tracker.closing);
	g_free(j);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Journal, journal_free)

/* The next segment. */
static TcpStep *next(Journal *j)
{
	j->step.frame++;
	j->step.time += 1000;
	j->step.changes_len = 0;
	return &j->step;
}

static ShakedownTcpState state(const Journal *j, ShakedownSideId side)
{
	return j->conn.side[side].state;
}

static bool has_been(const Journal *j, ShakedownSideId side, ShakedownTcpState state)
{
	return tcp_beliefs_been(&j->conn.beliefs).states[side] >> state & 1;
}

/* Handshake, then the client's FIN and all that follows; nothing of the server's is proved. */
static void close_unproven(Journal *j)
{
	tcp_believe(&j->step, C, TCP_SENDS_SYN, SENT);
	tcp_believe(next(j), S, TCP_SENDS_SYN_ACK, SENT);
	tcp_believe(next(j), C, TCP_SENDS_ACK, SENT);
	tcp_believe(&j->step, S, TCP_GETS_ACK_OF_SYN, DELIVERED);
	tcp_believe(next(j), C, TCP_SENDS_FIN, SENT);
	tcp_believe(&j->step, S, TCP_GETS_FIN, DELIVERED);
}

Test(tcp_belief, a_belief_is_the_state_and_remembers_its_cause)
{
	g_autoptr(Journal) j = journal_new();

	cr_assert_null(tcp_beliefs_last(&j->conn.beliefs, C));
	cr_assert(tcp_believe(&j->step, C, TCP_SENDS_SYN, SENT));
	cr_assert_eq(state(j, C), SHAKEDOWN_TCP_SYN_SENT);
	cr_assert_eq(state(j, S), SHAKEDOWN_TCP_CLOSED);
	const TcpBelief *b = tcp_beliefs_last(&j->conn.beliefs, C);
	cr_assert_eq(b->time, 1000);
	cr_assert_eq(b->frame, 1);
	cr_assert_eq(b->input, TCP_SENDS_SYN);
	cr_assert_eq(b->evidence, SENT);
	cr_assert_eq(b->side, C);
	cr_assert_eq(j->step.changes_len, 1);
	cr_assert_not(j->step.changes[0].taken_back);
	cr_assert_null(tcp_beliefs_last(&j->conn.beliefs, S));
	cr_assert(has_been(j, C, SHAKEDOWN_TCP_SYN_SENT));
	cr_assert_not(has_been(j, S, SHAKEDOWN_TCP_SYN_SENT));
}

Test(tcp_belief, what_is_in_no_list_changes_nothing)
{
	g_autoptr(Journal) j = journal_new();

	cr_assert_not(tcp_believe(&j->step, C, TCP_SENDS_FIN, SENT));
	cr_assert_not(tcp_believe(&j->step, C, TCP_GETS_RST, DELIVERED));
	cr_assert_eq(j->conn.beliefs.len, 0);
	cr_assert_eq(j->step.changes_len, 0);
	cr_assert_eq(state(j, C), SHAKEDOWN_TCP_CLOSED);
}

Test(tcp_belief, confirming_confirms_all_that_came_before)
{
	g_autoptr(Journal) j = journal_new();

	close_unproven(j);
	tcp_confirm(next(j), S, TCP_GETS_FIN);
	cr_assert_eq(tcp_beliefs_by(&j->conn.beliefs, S, TCP_GETS_ACK_OF_SYN)->evidence, CONFIRMED);
	cr_assert_eq(tcp_beliefs_by(&j->conn.beliefs, S, TCP_GETS_FIN)->evidence, CONFIRMED);
	cr_assert_eq(j->step.changes_len, 2);
	/* Once is enough. */
	tcp_confirm(next(j), S, TCP_GETS_FIN);
	cr_assert_eq(j->step.changes_len, 0);
}

Test(tcp_belief, confirming_does_not_reach_forward)
{
	g_autoptr(Journal) j = journal_new();

	close_unproven(j);
	tcp_confirm(next(j), S, TCP_GETS_ACK_OF_SYN);
	cr_assert_eq(tcp_beliefs_by(&j->conn.beliefs, S, TCP_GETS_ACK_OF_SYN)->evidence, CONFIRMED);
	cr_assert_eq(tcp_beliefs_by(&j->conn.beliefs, S, TCP_GETS_FIN)->evidence, DELIVERED);
	/* What was never believed cannot be confirmed; what was sent was proved already. */
	tcp_confirm(next(j), S, TCP_GETS_RST);
	tcp_confirm(&j->step, C, TCP_SENDS_FIN);
	cr_assert_eq(j->step.changes_len, 0);
}

Test(tcp_belief, taking_back_takes_what_rests_on_it_and_no_more)
{
	g_autoptr(Journal) j = journal_new();

	close_unproven(j);
	unsigned len = j->conn.beliefs.len;
	cr_assert(tcp_take_back(next(j), S, TCP_GETS_ACK_OF_SYN));
	/* ESTABLISHED and CLOSE-WAIT of the server; the client's own stay. */
	cr_assert_eq(j->conn.beliefs.len, len - 2);
	cr_assert_eq(state(j, S), SHAKEDOWN_TCP_SYN_RECEIVED);
	cr_assert_eq(state(j, C), SHAKEDOWN_TCP_FIN_WAIT_1);
	cr_assert_eq(j->step.changes_len, 2);
	cr_assert(j->step.changes[0].taken_back && j->step.changes[1].taken_back);
	cr_assert_eq(j->step.changes[0].state, SHAKEDOWN_TCP_ESTABLISHED);
	cr_assert_eq(j->step.changes[1].state, SHAKEDOWN_TCP_CLOSE_WAIT);
	cr_assert_not(has_been(j, S, SHAKEDOWN_TCP_CLOSE_WAIT));
	cr_assert_not(tcp_take_back(next(j), S, TCP_GETS_ACK_OF_SYN), "it is gone");
}

Test(tcp_belief, taking_back_the_first_leaves_closed)
{
	g_autoptr(Journal) j = journal_new();

	tcp_believe(&j->step, C, TCP_SENDS_SYN, SENT);
	cr_assert(tcp_take_back(next(j), C, TCP_SENDS_SYN));
	cr_assert_eq(state(j, C), SHAKEDOWN_TCP_CLOSED);
	cr_assert_eq(j->conn.beliefs.len, 0);
}

Test(tcp_belief, unproven_goes_back_to_the_last_proof)
{
	g_autoptr(Journal) j = journal_new();

	close_unproven(j);
	tcp_take_back_unproven(next(j), S);
	cr_assert_eq(state(j, S), SHAKEDOWN_TCP_SYN_RECEIVED, "its SYN,ACK is proof");
	tcp_take_back_unproven(next(j), C);
	cr_assert_eq(state(j, C), SHAKEDOWN_TCP_FIN_WAIT_1, "it has sent all that it is");
	cr_assert_eq(j->step.changes_len, 0);
}

Test(tcp_belief, confirmed_is_proof)
{
	g_autoptr(Journal) j = journal_new();

	close_unproven(j);
	tcp_confirm(next(j), S, TCP_GETS_ACK_OF_SYN);
	tcp_take_back_unproven(&j->step, S);
	cr_assert_eq(state(j, S), SHAKEDOWN_TCP_ESTABLISHED);
}

/* A state must never be one that the journal does not hold, whatever a hostile sender makes of it:
 * SYN,RST,SYN,RST … swings a side as often as it likes. */
Test(tcp_belief, hostile_alternation_is_bounded_and_stays_whole)
{
	g_autoptr(Journal) j = journal_new();

	for (unsigned i = 0; i < 1000; i++) {
		tcp_believe(next(j), C, TCP_SENDS_SYN, SENT);
		tcp_believe(next(j), C, TCP_SENDS_RST, SENT);
		tcp_believe(next(j), S, TCP_SENDS_SYN_ACK, SENT);
		tcp_believe(next(j), S, TCP_SENDS_RST, SENT);
		cr_assert_leq(j->conn.beliefs.len, TCP_BELIEFS_MAX);
	}
	/* Full: going back and on does no harm. */
	tcp_believe(next(j), C, TCP_SENDS_SYN, SENT);
	cr_assert_eq(state(j, C), SHAKEDOWN_TCP_SYN_SENT);
	tcp_take_back(next(j), C, TCP_SENDS_SYN);
	tcp_take_back_unproven(next(j), C);
	tcp_confirm(next(j), S, TCP_SENDS_RST);
	const TcpBelief *last = tcp_beliefs_last(&j->conn.beliefs, C);
	cr_assert_eq(state(j, C), last ? last->state : SHAKEDOWN_TCP_CLOSED);
	cr_assert_leq(j->conn.beliefs.len, TCP_BELIEFS_MAX);
}

/* A journal that is full must still be able to take back the very belief that had no room: it was
 * believed, so it can be wrong. */
Test(tcp_belief, when_full_a_belief_can_still_be_taken_back)
{
	g_autoptr(Journal) j = journal_new();

	for (unsigned i = 0; i < TCP_BELIEFS_MAX / 2; i++) {
		tcp_believe(next(j), S, TCP_SENDS_SYN_ACK, SENT);
		tcp_believe(next(j), S, TCP_SENDS_RST, SENT);
	}
	cr_assert_eq(j->conn.beliefs.len, TCP_BELIEFS_MAX);
	cr_assert(tcp_believe(next(j), C, TCP_SENDS_SYN, SENT));
	cr_assert(tcp_believe(next(j), C, TCP_GETS_RST, DELIVERED));
	cr_assert_eq(state(j, C), SHAKEDOWN_TCP_CLOSED);
	tcp_take_back(next(j), C, TCP_GETS_RST);
	cr_assert_eq(state(j, C), SHAKEDOWN_TCP_SYN_SENT);
}

Test(tcp_belief, more_changes_than_a_step_can_tell_do_no_harm)
{
	g_autoptr(Journal) j = journal_new();

	next(j);
	for (unsigned i = 0; i < TCP_STEP_CHANGES; i++) {
		tcp_believe(&j->step, C, TCP_SENDS_SYN, SENT);
		tcp_believe(&j->step, C, TCP_SENDS_RST, SENT);
	}
	cr_assert_eq(j->step.changes_len, TCP_STEP_CHANGES);
}

Test(tcp_belief, clear_forgets)
{
	g_autoptr(Journal) j = journal_new();

	close_unproven(j);
	tcp_beliefs_clear(&j->conn.beliefs);
	cr_assert_eq(j->conn.beliefs.len, 0);
	cr_assert_eq(j->conn.beliefs.room, 0);
	tcp_beliefs_clear(&j->conn.beliefs);
}
