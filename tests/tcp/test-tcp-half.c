/* SPDX-License-Identifier: BSD-3-Clause */
#include "tcp/tcp-half.h"

#include "talk.h"
#include "tcp/tcp-tracker-private.h"

#define C SHAKEDOWN_CLIENT
#define S SHAKEDOWN_SERVER

static size_t folded(const Talk *t)
{
	return slab_live(t->tracker->half_open);
}

/* One SYN costs a cache line, and the connection counts as any other. */
Test(tcp_half, a_first_syn_is_folded)
{
	g_autoptr(Talk) t = talk_new();

	CLIENT(t, TCP_SYN);
	cr_assert_eq(folded(t), 1);
	cr_assert_eq(slab_live(t->tracker->slab), 0);
	cr_assert_eq(tcp_tracker_live(t->tracker), 1);
}

/* Whatever comes next finds it as it was. */
Test(tcp_half, an_answer_unfolds_it)
{
	g_autoptr(Talk) t = talk_new();

	CLIENT(t, TCP_SYN);
	SERVER(t, SYN_ACK, 0, 1);
	cr_assert_eq(folded(t), 0);
	cr_assert_eq(slab_live(t->tracker->slab), 1);
	CLIENT(t, TCP_ACK, 1, 1);
	EXPECT_STATES(t, "ESTABLISHED / ESTABLISHED?");
	talk_finish(t);
	const ShakedownConnection *r = talk_record(t, 1);
	cr_assert_eq(r->first_frame, 1);
	cr_assert_eq(r->handshake.syn, 1);
	cr_assert_eq(r->side[C].packets, 2);
	cr_assert_eq(r->side[C].history[0].frame, 1);
}

/* A SYN again is more than a first SYN: what it left behind stays unfolded. */
Test(tcp_half, a_second_syn_unfolds_it)
{
	g_autoptr(Talk) t = talk_new();

	CLIENT(t, TCP_SYN);
	talk_wait(t, SECONDS(1));
	CLIENT(t, TCP_SYN);
	cr_assert_eq(folded(t), 0);
	talk_finish(t);
	cr_assert_eq(talk_record(t, 1)->handshake.syn, 2);
}

/* Its timers run, folded or not, and at the end it is recorded. */
Test(tcp_half, its_timers_run)
{
	g_autoptr(Talk) t = talk_new();

	CLIENT(t, TCP_SYN);
	talk_events(t);
	talk_wait(t, t->config.syn_timeout + SECONDS(1));
	EXPECT_EVENTS(t, "handshake-late");
	cr_assert_eq(folded(t), 1);
	talk_wait(t, SECONDS(200));
	cr_assert_eq(tcp_tracker_live(t->tracker), 0);
	EXPECT_OUTCOME(t, 1, "three-way no-answer, none never-opened");
}
