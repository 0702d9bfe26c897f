/* SPDX-License-Identifier: BSD-3-Clause */
/* Full handshakes from few sources that say nothing. */
#include "scene.h"

static void open_and_say_nothing(Scene *s, unsigned from, unsigned n)
{
	for (unsigned i = from; i < from + n; i++) {
		s->port[SHAKEDOWN_CLIENT] = (uint16_t)(20000 + i);
		scene_numbers(s, i);
		CLIENT(s, TCP_SYN, .after = MS(10));
		SERVER(s, SYN_ACK, 0, 1, .after = MS(1));
		CLIENT(s, TCP_ACK, 1, 1, .after = MS(1));
	}
}

/* An hour lies between: that is no one flood. */
Test(connection_flood, that_says_nothing_twice)
{
	g_autoptr(Scene) s = scene_new();

	open_and_say_nothing(s, 0, 300);
	scene_wait(s, SECONDS(3600));
	open_and_say_nothing(s, 300, 300);
	scene_wait(s, SECONDS(20));
	scene_finish(s);
	cr_assert_eq(scene_count(s, SHAKEDOWN_ANOMALY_CONNECTION_FLOOD), 2);
}

Test(connection_flood, that_says_nothing)
{
	g_autoptr(Scene) s = scene_new();

	open_and_say_nothing(s, 0, 300);
	scene_wait(s, SECONDS(20));
	scene_finish(s);
	EXPECT_KINDS(s, "connection-flood");
	EXPECT_FACT(s, CONNECTION_FLOOD, "sources=1");
}

/* Who watches is told when it is recognised, and when it is over. */
Test(connection_flood, is_told_while_it_goes_on)
{
	g_autoptr(Scene) s = scene_new();

	s->context.early = true;
	open_and_say_nothing(s, 0, 600);
	EXPECT_KINDS(s, "connection-flood");
	EXPECT_FACT(s, CONNECTION_FLOOD, "under_way=1");
	scene_wait(s, SECONDS(20));
	detectors_tick(s->detectors, s->now);
	cr_assert_eq(scene_count(s, SHAKEDOWN_ANOMALY_CONNECTION_FLOOD), 1);
	scene_wait(s, SECONDS(60));
	detectors_tick(s->detectors, s->now);
	cr_assert_eq(scene_count(s, SHAKEDOWN_ANOMALY_CONNECTION_FLOOD), 2);
	scene_finish(s);
	cr_assert_eq(scene_count(s, SHAKEDOWN_ANOMALY_CONNECTION_FLOOD), 2);
}
