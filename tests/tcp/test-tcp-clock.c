/* SPDX-License-Identifier: BSD-3-Clause */
/* What time does: 2 MSL, patience, forgetting; and clocks that lie. */
#include "talk.h"

#include <glib.h>

#define C SHAKEDOWN_CLIENT
#define S SHAKEDOWN_SERVER

static Talk *in_time_wait(void)
{
	Talk *t = talk_new();

	talk_open(t);
	CLIENT(t, FIN_ACK, 1, 1);
	SERVER(t, FIN_ACK, 1, 2);
	CLIENT(t, TCP_ACK, 2, 2);
	talk_events(t);
	return t;
}

Test(tcp_clock, time_wait_lasts_2_msl_exactly)
{
	g_autoptr(Talk) t = in_time_wait();
	ShakedownTime since = tcp_closing(talk_conn(t, 1))->time_wait_since;

	talk_wait(t, since + 2 * t->config.msl - t->now - MS(100));
	EXPECT_STATES_OF(t, 1, "TIME-WAIT! / CLOSED?");
	talk_wait(t, MS(100));
	EXPECT_STATES_OF(t, 1, "CLOSED~ / CLOSED?");
	const ShakedownSide *client = &talk_record(t, 1)->side[C];
	const ShakedownHistoryEntry *last = &client->history[client->history_len - 1];
	cr_assert_eq(last->time, since + 2 * t->config.msl, "when it was due, not when noticed");
	cr_assert_eq(last->frame, 0);
}

/* A stamp beyond what can be counted stands for the last moment there is: nothing is due then that
 * never is. */
Test(tcp_clock, the_last_moment_is_not_never)
{
	g_autoptr(Talk) t = talk_new();

	talk_open(t);
	CLIENT(t, PSH_ACK, 1, 1, 10);
	SERVER(t, TCP_ACK, 1, 11);
	talk_events(t);
	tcp_tracker_advance(t->tracker, INT64_MAX - 1);
	tcp_tracker_advance(t->tracker, INT64_MAX);
	EXPECT_EVENTS(t, "over");
}

Test(tcp_clock, msl_is_configured)
{
	g_autoptr(Talk) t = talk_new();

	t->config.msl = SECONDS(120);
	talk_open(t);
	CLIENT(t, FIN_ACK, 1, 1);
	SERVER(t, FIN_ACK, 1, 2);
	CLIENT(t, TCP_ACK, 2, 2);
	talk_wait(t, SECONDS(230));
	EXPECT_STATES_OF(t, 1, "TIME-WAIT! / CLOSED?");
	talk_wait(t, SECONDS(11));
	EXPECT_STATES_OF(t, 1, "CLOSED~ / CLOSED?");
}

/* However TIME-WAIT was come to, its 2 MSL begin there. */
Test(tcp_clock, time_wait_by_a_fin_that_was_not_captured)
{
	g_autoptr(Talk) t = talk_new();

	CLIENT(t, TCP_SYN);
	CLIENT(t, TCP_ACK, 1, 1);
	CLIENT(t, FIN_ACK, 1, 1);
	CLIENT(t, TCP_ACK, 2, 2);
	EXPECT_STATES(t, "TIME-WAIT! / CLOSED?");
	talk_wait(t, SECONDS(30));
	EXPECT_STATES_OF(t, 1, "TIME-WAIT! / CLOSED?");
	talk_wait(t, SECONDS(31));
	EXPECT_STATES_OF(t, 1, "CLOSED~ / CLOSED?");
}

/* The ACK of the FIN is written before the FIN, as in captures of two interfaces. */
Test(tcp_clock, time_wait_by_an_ack_that_overtook_the_fin)
{
	g_autoptr(Talk) t = talk_new();

	talk_open(t);
	CLIENT(t, FIN_ACK, 1, 1);
	SERVER(t, TCP_ACK, 1, 2);
	CLIENT(t, TCP_ACK, 2, 2);
	SERVER(t, FIN_ACK, 1, 2, .after = 1000);
	CLIENT(t, TCP_ACK, 2, 2);
	EXPECT_STATES(t, "TIME-WAIT! / CLOSED?");
	talk_wait(t, SECONDS(30));
	EXPECT_STATES_OF(t, 1, "TIME-WAIT! / CLOSED?");
	talk_wait(t, SECONDS(31));
	EXPECT_STATES_OF(t, 1, "CLOSED~ / CLOSED?");
}

/* A FIN lost and sent again takes TIME-WAIT back and comes to it again: from then on. */
Test(tcp_clock, time_wait_come_to_again)
{
	g_autoptr(Talk) t = talk_new();

	talk_open(t);
	CLIENT(t, FIN_ACK, 1, 1);
	SERVER(t, FIN_ACK, 1, 2);
	EXPECT_STATES(t, "TIME-WAIT? / LAST-ACK");
	SERVER(t, FIN_ACK, 1, 2, .after = SECONDS(40));
	CLIENT(t, TCP_ACK, 2, 2);
	talk_wait(t, SECONDS(40));
	EXPECT_STATES_OF(t, 1, "TIME-WAIT! / CLOSED?");
	talk_wait(t, SECONDS(21));
	EXPECT_STATES_OF(t, 1, "CLOSED~ / CLOSED?");
}

Test(tcp_clock, fin_again_restarts_2_msl)
{
	g_autoptr(Talk) t = in_time_wait();

	for (unsigned i = 0; i < 4; i++) {
		talk_wait(t, SECONDS(40));
		SERVER(t, FIN_ACK, 1, 2);
		CLIENT(t, TCP_ACK, 2, 2);
	}
	EXPECT_STATES_OF(t, 1, "TIME-WAIT! / CLOSED?");
	talk_wait(t, SECONDS(61));
	EXPECT_STATES_OF(t, 1, "CLOSED~ / CLOSED?");
}

Test(tcp_clock, both_leave_time_wait_after_crossed_fins)
{
	g_autoptr(Talk) t = talk_new();

	talk_open(t);
	CLIENT(t, FIN_ACK, 1, 1);
	SERVER(t, FIN_ACK, 1, 1, .after = MS(1));
	CLIENT(t, TCP_ACK, 2, 2);
	SERVER(t, TCP_ACK, 2, 2);
	talk_wait(t, SECONDS(61));
	EXPECT_STATES_OF(t, 1, "CLOSED~ / CLOSED~");
}

/* A connection that is over is told, once, and gone. */
Test(tcp_clock, closed_is_forgotten)
{
	g_autoptr(Talk) t = talk_new();

	talk_open(t);
	CLIENT(t, RST_ACK, 1, 1);
	talk_wait(t, SECONDS(29));
	cr_assert_eq(tcp_tracker_live(t->tracker), 1);
	talk_wait(t, SECONDS(2));
	cr_assert_eq(tcp_tracker_live(t->tracker), 0);
	cr_assert_eq(t->event_count[TCP_EVENT_OVER], 1);
	talk_finish(t);
	cr_assert_eq(t->event_count[TCP_EVENT_OVER], 1);
}

Test(tcp_clock, idle_is_kept_for_hours_then_forgotten)
{
	g_autoptr(Talk) t = talk_new();

	talk_open(t);
	talk_wait(t, t->config.idle_timeout - SECONDS(60));
	cr_assert_eq(tcp_tracker_live(t->tracker), 1);
	/* Packets move it on, without a timer for each. */
	CLIENT(t, PSH_ACK, 1, 1, 10);
	talk_wait(t, t->config.idle_timeout - SECONDS(60));
	cr_assert_eq(tcp_tracker_live(t->tracker), 1);
	talk_wait(t, SECONDS(61));
	cr_assert_eq(tcp_tracker_live(t->tracker), 0);
	EXPECT_OUTCOME(t, 1, "three-way complete, none open");
}

Test(tcp_clock, no_answer_is_late_once)
{
	g_autoptr(Talk) t = talk_new();

	CLIENT(t, TCP_SYN);
	talk_wait(t, SECONDS(2));
	EXPECT_EVENTS(t, "opened syn");
	talk_wait(t, SECONDS(2));
	EXPECT_EVENTS(t, "handshake-late");
	CLIENT(t, TCP_SYN);
	talk_wait(t, SECONDS(20));
	EXPECT_EVENTS(t, "syn");
	talk_wait(t, SECONDS(120));
	EXPECT_EVENTS(t, "over");
	EXPECT_OUTCOME(t, 1, "three-way no-answer, none never-opened");
}

Test(tcp_clock, third_ack_is_late)
{
	g_autoptr(Talk) t = talk_new();

	CLIENT(t, TCP_SYN);
	SERVER(t, SYN_ACK, 0, 1, .after = SECONDS(2));
	talk_wait(t, SECONDS(2));
	EXPECT_EVENTS(t, "opened syn syn-ack");
	talk_wait(t, SECONDS(2));
	EXPECT_EVENTS(t, "handshake-late");
}

Test(tcp_clock, nothing_is_late_once_it_is_there)
{
	g_autoptr(Talk) t = talk_new();

	talk_open(t);
	CLIENT(t, FIN_ACK, 1, 1);
	SERVER(t, FIN_ACK, 1, 2);
	CLIENT(t, TCP_ACK, 2, 2);
	talk_wait(t, SECONDS(300));
	cr_assert_eq(t->event_count[TCP_EVENT_HANDSHAKE_LATE], 0);
	cr_assert_eq(t->event_count[TCP_EVENT_FIN_LATE], 0);
	cr_assert_eq(t->event_count[TCP_EVENT_LINGERING], 0);
}

Test(tcp_clock, refused_is_not_late)
{
	g_autoptr(Talk) t = talk_new();

	CLIENT(t, TCP_SYN);
	SERVER(t, RST_ACK, 0u - t->isn[S], 1);
	talk_wait(t, SECONDS(20));
	cr_assert_eq(t->event_count[TCP_EVENT_HANDSHAKE_LATE], 0);
}

Test(tcp_clock, fin_is_late)
{
	g_autoptr(Talk) t = talk_new();

	talk_open(t);
	CLIENT(t, FIN_ACK, 1, 1);
	talk_events(t);
	talk_wait(t, SECONDS(2));
	EXPECT_EVENTS(t, "");
	talk_wait(t, SECONDS(2));
	EXPECT_EVENTS(t, "fin-late");
	talk_wait(t, SECONDS(60));
	EXPECT_EVENTS(t, "");
}

/* CLOSE-WAIT stuck: 60 s after the last that was heard of it, not while it still sends. */
Test(tcp_clock, half_closed_lingers)
{
	g_autoptr(Talk) t = talk_new();

	talk_open(t);
	CLIENT(t, FIN_ACK, 1, 1);
	SERVER(t, TCP_ACK, 1, 2);
	talk_wait(t, SECONDS(50));
	SERVER(t, PSH_ACK, 1, 2, 10);
	CLIENT(t, TCP_ACK, 2, 11);
	talk_wait(t, SECONDS(50));
	cr_assert_eq(t->event_count[TCP_EVENT_LINGERING], 0);
	talk_wait(t, SECONDS(11));
	cr_assert_eq(t->event_count[TCP_EVENT_LINGERING], 1);
	talk_wait(t, SECONDS(500));
	cr_assert_eq(t->event_count[TCP_EVENT_LINGERING], 1);
	EXPECT_STATES_OF(t, 1, "FIN-WAIT-2? / CLOSE-WAIT!");
}

/* One packet from the far future ends no connection; a second believes it. */
Test(tcp_clock, one_stray_stamp_is_not_believed)
{
	g_autoptr(Talk) t = talk_new();

	talk_open(t);
	ShakedownTime now = t->now;
	CLIENT(t, PSH_ACK, 1, 1, 10, .after = SECONDS(1000000));
	t->now = now;
	SERVER(t, TCP_ACK, 1, 11);
	CLIENT(t, FIN_ACK, 11, 1);
	SERVER(t, FIN_ACK, 1, 12);
	CLIENT(t, TCP_ACK, 12, 2);
	cr_assert_eq(t->connections, 1);
	EXPECT_STATES(t, "TIME-WAIT! / CLOSED?");
	EXPECT_OUTCOME(t, 1, "three-way complete, three-way graceful");
}

Test(tcp_clock, two_stamps_are_believed)
{
	g_autoptr(Talk) t = talk_new();

	talk_open(t);
	t->port[C]++;
	CLIENT(t, TCP_SYN, .after = SECONDS(1000000));
	cr_assert_eq(tcp_tracker_live(t->tracker), 2);
	SERVER(t, SYN_ACK, 0, 1);
	cr_assert_eq(tcp_tracker_live(t->tracker), 1, "the one that was open is forgotten");
	EXPECT_STATES(t, "SYN-SENT / SYN-RECEIVED");
}

/* Time that goes back: nothing fires twice, and no duration is negative. */
Test(tcp_clock, goes_back)
{
	g_autoptr(Talk) t = talk_new();

	CLIENT(t, TCP_SYN);
	SERVER(t, SYN_ACK, 0, 1, .after = -SECONDS(5));
	CLIENT(t, TCP_ACK, 1, 1, .after = -SECONDS(5));
	EXPECT_STATES(t, "ESTABLISHED / ESTABLISHED?");
	CLIENT(t, FIN_ACK, 1, 1, .after = SECONDS(60));
	SERVER(t, FIN_ACK, 1, 2, .after = -SECONDS(50));
	CLIENT(t, TCP_ACK, 2, 2, .after = -SECONDS(50));
	EXPECT_STATES(t, "TIME-WAIT! / CLOSED?");
	const ShakedownConnection *r = talk_record(t, 1);
	cr_assert_leq(r->start, r->end);
	cr_assert_geq(r->teardown.half_closed, 0);
	talk_finish(t);
}

/* Stamps at the ends of time overflow nothing (UBSan watches). */
Test(tcp_clock, the_ends_of_time)
{
	static const ShakedownTime times[] = {0,
					      -SECONDS(1),
					      INT64_MAX / 2,
					      INT64_MIN / 2,
					      SECONDS(4294967295),
					      -SECONDS(4294967295)};

	for (size_t i = 0; i < G_N_ELEMENTS(times); i++) {
		g_autoptr(Talk) t = talk_new();

		t->now = times[i];
		talk_open(t);
		EXPECT_STATES(t, "ESTABLISHED / ESTABLISHED?");
		CLIENT(t, FIN_ACK, 1, 1);
		SERVER(t, FIN_ACK, 1, 2);
		CLIENT(t, TCP_ACK, 2, 2);
		talk_wait(t, SECONDS(100));
		EXPECT_STATES_OF(t, 1, "CLOSED~ / CLOSED?");
		talk_finish(t);
	}
}

/* Who was heard of before is waited for as long as anybody else, and time does not stand still
 * until the clock is where it was. */
Test(tcp_clock, was_set_back_by_a_day)
{
	g_autoptr(Talk) t = talk_new();

	talk_open(t);
	t->port[C]++;
	CLIENT(t, TCP_SYN);
	talk_events(t);
	t->now -= SECONDS(86400);
	t->port[C]++;
	talk_open(t);
	talk_wait(t, SECONDS(61));
	cr_assert(tcp_tracker_was_set_back(t->tracker));
	cr_assert_eq(tcp_tracker_now(t->tracker), t->now);
	cr_assert_eq(t->event_count[TCP_EVENT_HANDSHAKE_LATE], 0);
	talk_wait(t, SECONDS(4));
	cr_assert_eq(t->event_count[TCP_EVENT_HANDSHAKE_LATE], 1, "that of the second");
	t->port[C]++;
	CLIENT(t, TCP_SYN);
	talk_wait(t, SECONDS(4));
	cr_assert_eq(t->event_count[TCP_EVENT_HANDSHAKE_LATE], 2);
	/* One that goes on is not idle. */
	t->port[C] -= 3;
	for (unsigned i = 0; i < 10; i++) {
		talk_wait(t, t->config.idle_timeout / 4);
		CLIENT(t, PSH_ACK, 1 + 10 * i, 1, 10);
		SERVER(t, TCP_ACK, 1, 11 + 10 * i);
	}
	cr_assert_eq(t->event_count[TCP_EVENT_OPENED], 4);
	cr_assert_eq(tcp_tracker_live(t->tracker), 1);
	EXPECT_OUTCOME(t, 2, "three-way no-answer, none never-opened");
	talk_wait(t, t->config.idle_timeout + SECONDS(61));
	cr_assert_eq(tcp_tracker_live(t->tracker), 0);
}

/* Two clocks that differ: as long as there are packets of both, the later one counts. */
Test(tcp_clock, is_not_set_back_by_another_one)
{
	g_autoptr(Talk) t = talk_new();

	talk_open(t);
	for (unsigned i = 0; i < 20; i++) {
		CLIENT(t, PSH_ACK, 1 + 10 * i, 1, 10, .after = SECONDS(310));
		SERVER(t, TCP_ACK, 1, 11 + 10 * i, .after = -SECONDS(300));
	}
	cr_assert_not(tcp_tracker_was_set_back(t->tracker));
	cr_assert_eq(tcp_tracker_live(t->tracker), 1);
}

/* Centuries pass within one handshake, forth and back: no duration overflows. */
Test(tcp_clock, leaps_of_centuries)
{
	static const ShakedownDuration leaps[] = {INT64_C(1) << 61, -(INT64_C(1) << 61),
						  INT64_C(1) << 62, -(INT64_C(1) << 62)};

	for (size_t i = 0; i < G_N_ELEMENTS(leaps); i++)
		for (unsigned at = 0; at < 7; at++) {
			g_autoptr(Talk) t = talk_new();
			ShakedownDuration after[7] = {0};

			after[at] = leaps[i];
			CLIENT(t, TCP_SYN, .after = after[0]);
			SERVER(t, SYN_ACK, 0, 1, .after = after[1]);
			CLIENT(t, TCP_ACK, 1, 1, .after = after[2]);
			CLIENT(t, PSH_ACK, 1, 1, 10, .after = after[3]);
			SERVER(t, FIN_ACK, 1, 11, .after = after[4]);
			CLIENT(t, FIN_ACK, 11, 2, .after = after[5]);
			SERVER(t, RST_ACK, 2, 12, .after = after[6]);
			CLIENT(t, TCP_SYN, 5000);
			talk_record(t, 1);
			talk_finish(t);
		}
}

/* At the end of the capture all are over, in the order of their ids. */
Test(tcp_clock, finish_is_in_order)
{
	g_autoptr(Talk) t = talk_new();

	for (unsigned i = 0; i < TALK_CONNECTIONS; i++) {
		t->port[C] = (uint16_t)(40000 + (i * 7919) % 20000);
		CLIENT(t, TCP_SYN, .after = MS(1));
	}
	talk_events(t);
	talk_finish(t);
	cr_assert_eq(t->event_count[TCP_EVENT_OVER], TALK_CONNECTIONS);
	cr_assert_eq(tcp_tracker_live(t->tracker), 0);
	for (unsigned i = 0; i < TALK_CONNECTIONS; i++)
		cr_assert_eq(t->over[i], i + 1);
}
