/* SPDX-License-Identifier: BSD-3-Clause */
/* What is found where a bound on memory cuts connections short. */
#include "scene.h"

/* So many at once that the least bound holds a part of them alone. */
#define CROWD 20000

/* What all of them send, one after the other, a few microseconds apart. */
#define ALL(s, WHO, ...)                                                                           \
	do {                                                                                       \
		for (unsigned i__ = 0; i__ < CROWD; i__++) {                                       \
			scene_client((s), i__);                                                    \
			WHO((s), __VA_ARGS__, .after = 5000);                                      \
		}                                                                                  \
	} while (0)

static uint64_t were_cut(const Scene *s)
{
	const TcpTrackerCounts *c = tcp_tracker_counts(s->tracker);

	return c->cut_half_open + c->cut_open + c->cut_closed;
}

/* Whoever was forgotten for want of memory goes on: neither are their SYNs a flood, nor what comes
 * after segments of no connection. */
Test(cut_short, is_no_flood)
{
	g_autoptr(Scene) s = scene_new();

	tcp_tracker_set_memory(s->tracker, 1);
	ALL(s, CLIENT, TCP_SYN);
	ALL(s, SERVER, SYN_ACK, 0, 1);
	ALL(s, CLIENT, TCP_ACK, 1, 1);
	ALL(s, CLIENT, PSH_ACK, 1, 1, 10);
	ALL(s, SERVER, TCP_ACK, 1, 11);
	ALL(s, SERVER, FIN_ACK, 1, 11);
	ALL(s, CLIENT, FIN_ACK, 11, 2);
	ALL(s, SERVER, TCP_ACK, 2, 12);
	scene_wait(s, SECONDS(60));
	scene_finish(s);
	cr_assert_gt(were_cut(s), CROWD);
	EXPECT_KINDS(s, "");
}

/* A service that is gone: each tries again, and is refused in the end. */
Test(cut_short, may_try_again)
{
	g_autoptr(Scene) s = scene_new();

	tcp_tracker_set_memory(s->tracker, 1);
	ALL(s, CLIENT, TCP_SYN);
	scene_wait(s, SECONDS(1));
	ALL(s, CLIENT, TCP_SYN);
	scene_wait(s, SECONDS(1));
	ALL(s, SERVER, RST_ACK, 0, 1);
	scene_wait(s, SECONDS(60));
	scene_finish(s);
	cr_assert_gt(were_cut(s), CROWD);
	EXPECT_NOT(s, SYN_FLOOD);
	EXPECT_NOT(s, RESET_FLOOD);
}

/* Nobody goes on with these. */
Test(cut_short, syn_flood_is_told)
{
	g_autoptr(Scene) s = scene_new();

	tcp_tracker_set_memory(s->tracker, 1);
	ALL(s, CLIENT, TCP_SYN);
	ALL(s, SERVER, SYN_ACK, 0, 1);
	scene_wait(s, SECONDS(60));
	scene_finish(s);
	cr_assert_gt(were_cut(s), 0);
	EXPECT(s, SYN_FLOOD);
	EXPECT_FACT(s, SYN_FLOOD, "syn=20000");
	EXPECT_FACT(s, SYN_FLOOD, "syn_ack=20000");
	EXPECT_NOT(s, ACK_FLOOD);
}

/* ACKs that belong to no connection, while others are cut short. */
Test(cut_short, ack_flood_is_told)
{
	g_autoptr(Scene) s = scene_new();

	tcp_tracker_set_memory(s->tracker, 1);
	ALL(s, CLIENT, TCP_ACK, 777, 888);
	scene_wait(s, SECONDS(60));
	scene_finish(s);
	cr_assert_gt(were_cut(s), 0);
	EXPECT(s, ACK_FLOOD);
	EXPECT_FACT(s, ACK_FLOOD, "segments=20000");
}

/* Who aborts what he has asked for floods, whether memory has sufficed or not. */
Test(cut_short, aborted_handshakes_are_told)
{
	g_autoptr(Scene) s = scene_new();

	tcp_tracker_set_memory(s->tracker, 1);
	ALL(s, CLIENT, TCP_SYN);
	ALL(s, SERVER, SYN_ACK, 0, 1);
	ALL(s, CLIENT, TCP_RST, 1);
	scene_wait(s, SECONDS(60));
	scene_finish(s);
	cr_assert_gt(were_cut(s), 0);
	EXPECT(s, SYN_FLOOD);
	EXPECT_SEVERITY(s, SYN_FLOOD, WARNING);
	EXPECT_NOT(s, RESET_FLOOD);
}
