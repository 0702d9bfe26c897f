/* SPDX-License-Identifier: BSD-3-Clause */
/* Where floods and full queues end: what comes beside one is told of by itself. */
#include "scene.h"

static void half_open(Scene *s, unsigned first, unsigned n)
{
	for (unsigned i = first; i < first + n; i++) {
		scene_client(s, i);
		CLIENT(s, TCP_SYN);
		SERVER(s, SYN_ACK, 0, 1, .after = 1000);
	}
}

static void unanswered(Scene *s, unsigned client)
{
	scene_client(s, client);
	CLIENT(s, TCP_SYN);
	CLIENT(s, TCP_SYN, .after = SECONDS(1));
	CLIENT(s, TCP_SYN, .after = SECONDS(2));
}

/* A client that is not answered minutes before a flood, or behind it, is none of it. */
Test(flood_bounds, in_time)
{
	g_autoptr(Scene) s = scene_new();

	unanswered(s, 5000);
	scene_wait(s, SECONDS(200));
	half_open(s, 0, 400);
	unanswered(s, 5001);
	scene_wait(s, SECONDS(200));
	unanswered(s, 5002);
	scene_wait(s, SECONDS(200));
	scene_finish(s);
	EXPECT(s, SYN_FLOOD);
	cr_assert_eq(scene_count(s, SHAKEDOWN_ANOMALY_NO_ANSWER), 2);
}

/* Who completes the handshake meanwhile is none of it, though it says nothing. */
Test(flood_bounds, what_comes_about)
{
	g_autoptr(Scene) s = scene_new();

	half_open(s, 0, 400);
	scene_client(s, 5000);
	CLIENT(s, TCP_SYN);
	CLIENT(s, TCP_SYN, .after = SECONDS(1));
	SERVER(s, SYN_ACK, 0, 1);
	CLIENT(s, TCP_ACK, 1, 1);
	half_open(s, 1000, 100);
	scene_finish(s);
	EXPECT(s, SYN_FLOOD);
	cr_assert_eq(scene_count(s, SHAKEDOWN_ANOMALY_SYN_RETRANSMITTED), 1);
}

/* Whoever asks five times has tried again once: the few that do hide no flood. */
Test(flood_bounds, a_few_that_ask_often)
{
	g_autoptr(Scene) s = scene_new();

	for (unsigned i = 0; i < 300; i++) {
		scene_client(s, i);
		CLIENT(s, TCP_SYN);
		for (unsigned again = 0; again < 4 && i % 5 == 0; again++)
			CLIENT(s, TCP_SYN, .after = 1000);
	}
	scene_wait(s, SECONDS(200));
	scene_finish(s);
	EXPECT(s, SYN_FLOOD);
	EXPECT_FACT(s, SYN_FLOOD, "syn=300");
}

/* All that was answered had been sent before: nobody was passed over. */
Test(flood_bounds, answers_to_earlier_syns)
{
	g_autoptr(Scene) s = scene_new();

	for (unsigned n = 0; n < 3; n++) {
		scene_client(s, 100 + n);
		scene_open(s);
		scene_talk(s);
	}
	for (unsigned again = 0; again < 2; again++) {
		for (unsigned n = 0; n < 4; n++) {
			scene_client(s, n);
			CLIENT(s, TCP_SYN);
		}
		scene_wait(s, MS(900));
	}
	scene_finish(s);
	EXPECT_NOT(s, BACKLOG_OVERFLOW);
	EXPECT(s, SYN_RETRANSMITTED);
}
