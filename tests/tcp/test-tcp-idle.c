/* SPDX-License-Identifier: BSD-3-Clause */
#include "tcp/tcp-idle.h"

#include "talk.h"
#include "tcp/tcp-folded.h"
#include "tcp/tcp-tracker-private.h"

#define C SHAKEDOWN_CLIENT
#define S SHAKEDOWN_SERVER

/* Where somebody looked at each segment, a first SYN would need a slot, and leave it free. */
static Talk *crowded_talk_new(void)
{
	Talk *t = talk_new();

	t->awake = true;
	t->tracker->observer.segment = NULL;
	t->tracker->rest_from = 4;
	return t;
}

/* So many, one after the other, each from a port of its own. */
static void open_some(Talk *t, unsigned n)
{
	for (unsigned i = 0; i < n; i++, t->port[C]++)
		talk_open(t);
}

/* The one whose port is so far below the next. */
static void speaks(Talk *t, uint16_t before)
{
	t->port[C] -= before;
	CLIENT(t, PSH_ACK, 1, 1, 10);
	t->port[C] += before;
}

/* New ones take the place of those that have nothing to say. */
Test(tcp_idle, who_is_silent_makes_room)
{
	g_autoptr(Talk) t = crowded_talk_new();

	open_some(t, 4);
	cr_assert_eq(t->tracker->resting_open, 0, "nobody is silent yet");
	talk_wait(t, SECONDS(2));
	open_some(t, 4);
	cr_assert_eq(t->tracker->resting_open, 4);
	cr_assert_leq(slab_taken(t->tracker->slab), 5);
	cr_assert_eq(tcp_tracker_live(t->tracker), 8);
	talk_finish(t);
	cr_assert_eq(t->tracker->resting_open, 0);
	cr_assert_eq(t->over_len, 8);
	for (unsigned i = 0; i < 8; i++)
		cr_assert_eq(t->over[i], i + 1);
}

/* A SYN that needs a slot for a moment, as one of a host that leaves checksums to its card. */
Test(tcp_idle, whatever_their_syns_are_like)
{
	g_autoptr(Talk) t = crowded_talk_new();

	for (unsigned i = 0; i < 40; i++, t->port[C]++) {
		CLIENT(t, TCP_SYN, .checksum = SEGMENT_CHECKSUM_OFFLOADED);
		SERVER(t, SYN_ACK, 0, 1);
		CLIENT(t, TCP_ACK, 1, 1);
		talk_wait(t, SECONDS(2));
	}
	cr_assert_geq(t->tracker->resting_open, 33);
	cr_assert_leq(slab_taken(t->tracker->slab), 7);
}

/* Where nothing is opened nobody need rest, and where there is room neither. */
Test(tcp_idle, who_needs_no_room_rests_nobody)
{
	g_autoptr(Talk) t = crowded_talk_new();

	open_some(t, 6);
	for (uint16_t i = 1; i <= 3; i++) {
		t->port[C] -= i;
		CLIENT(t, TCP_RST, 1);
		t->port[C] += i;
	}
	talk_wait(t, SECONDS(5));
	speaks(t, 6);
	cr_assert_eq(t->tracker->resting_open, 0, "nothing was opened");
	talk_open(t);
	cr_assert_eq(t->tracker->resting_open, 0, "the slots of the closed ones were free");
}

Test(tcp_idle, few_do_not_rest)
{
	g_autoptr(Talk) t = crowded_talk_new();

	t->tracker->rest_from = 100;
	open_some(t, 10);
	talk_wait(t, SECONDS(10));
	open_some(t, 10);
	cr_assert_eq(t->tracker->resting_open, 0);
}

Test(tcp_idle, who_speaks_is_as_before)
{
	g_autoptr(Talk) t = crowded_talk_new();

	open_some(t, 4);
	talk_wait(t, SECONDS(2));
	open_some(t, 4);
	cr_assert_eq(t->tracker->resting_open, 4);
	speaks(t, 8);
	cr_assert_eq(t->tracker->resting_open, 3);
	talk_finish(t);
	const ShakedownConnection *r = talk_record(t, 1);

	cr_assert_eq(r->side[S].state, SHAKEDOWN_TCP_ESTABLISHED);
	cr_assert_eq(r->side[C].packets, 3);
	cr_assert_eq(r->side[C].bytes, 10);
	cr_assert_eq(r->handshake.outcome, SHAKEDOWN_HANDSHAKE_COMPLETE);
}

/* A timer that fires finds it, and leaves it at rest. */
Test(tcp_idle, its_timers_run)
{
	g_autoptr(Talk) t = crowded_talk_new();

	open_some(t, 3);
	talk_open(t);
	CLIENT(t, FIN_ACK, 1, 1);
	SERVER(t, TCP_ACK, 1, 2);
	t->port[C]++;
	talk_wait(t, SECONDS(2));
	open_some(t, 4);
	cr_assert_eq(t->tracker->resting_open, 4);
	talk_events(t);
	talk_wait(t, t->config.close_wait_linger);
	EXPECT_EVENTS(t, "lingering");
	cr_assert_eq(t->tracker->resting_open, 4);
}

/* It takes half a minute until all have spoken: who is woken was laid to rest for nothing, and the
 * next ones are not so soon. */
Test(tcp_idle, who_speaks_now_and_then_stays)
{
	g_autoptr(Talk) t = crowded_talk_new();
	const ShakedownDuration least = t->tracker->idle.patience;

	open_some(t, 8);
	for (unsigned round = 0; round < 4; round++) {
		talk_wait(t, SECONDS(2));
		open_some(t, 8);
		for (uint16_t i = 1; i <= t->connections; i++)
			speaks(t, i);
	}
	cr_assert_gt(t->tracker->idle.patience, SECONDS(2));
	talk_wait(t, SECONDS(1));
	size_t resting = t->tracker->resting_open;

	open_some(t, 4);
	cr_assert_eq(t->tracker->resting_open, resting);

	/* When nobody is woken any more, patience goes. */
	talk_wait(t, SECONDS(60));
	const ShakedownDuration patience = t->tracker->idle.patience;

	open_some(t, 16);
	cr_assert_gt(t->tracker->resting_open, resting);
	cr_assert_lt(t->tracker->idle.patience, patience);
	cr_assert_geq(t->tracker->idle.patience, least);
}

/* Those that are part of a whole cannot. */
Test(tcp_idle, who_is_pointed_to_does_not_rest)
{
	g_autoptr(Talk) t = crowded_talk_new();

	t->awake = false;
	talk_open(t);
	cr_assert_eq(t->tracker->resting_open, 1);
	/* The next on the same ports, while the first may still live. */
	t->isn[C] += 1000000;
	CLIENT(t, TCP_SYN, .after = SECONDS(20));
	SERVER(t, SYN_ACK, 0, 1, .isn = t->isn[S] + 5000000);
	cr_assert_eq(t->tracker->resting, 0);
	talk_finish(t);
}
