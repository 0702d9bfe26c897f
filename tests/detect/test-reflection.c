/* SPDX-License-Identifier: BSD-3-Clause */
/* SYN,ACKs that nobody asked for. */
#include "scene.h"

/* Somebody asks servers in its name: each answers, and is reset. */
static void reflect(Scene *s, unsigned n, bool is_reset)
{
	for (unsigned i = 0; i < n; i++) {
		s->addr[SHAKEDOWN_SERVER] =
			(ShakedownAddress){4, {198, 18, (uint8_t)(i >> 8), (uint8_t)i}};
		s->port[SHAKEDOWN_CLIENT] = (uint16_t)(1024 + i * 7919u % 60000);
		scene_numbers(s, i);
		SERVER(s, SYN_ACK, 0, 1, .after = MS(5));
		if (is_reset)
			CLIENT(s, TCP_RST, 1, .after = 1000);
	}
	scene_wait(s, SECONDS(300));
	scene_finish(s);
}

Test(reflection, is_one_finding)
{
	g_autoptr(Scene) s = scene_new();

	reflect(s, 1000, true);
	EXPECT_KINDS(s, "ack-flood");
	EXPECT_FACT(s, ACK_FLOOD, "segments=1000");
	const SceneReport *r = scene_report(s, SHAKEDOWN_ANOMALY_ACK_FLOOD);
	cr_assert_eq(r->scope, SHAKEDOWN_SCOPE_HOST);
	cr_assert_not_null(strstr(r->filter, "tcp.flags.syn==1 && tcp.flags.ack==1"), "%s",
			   r->filter);
}

Test(reflection, of_little_is_none)
{
	g_autoptr(Scene) s = scene_new();

	reflect(s, 199, true);
	EXPECT_KINDS(s, "");
}

/* Its own direction may be missing. */
Test(reflection, that_nobody_resets)
{
	g_autoptr(Scene) s = scene_new();

	reflect(s, 1000, false);
	EXPECT_NOT(s, ACK_FLOOD);
}

/* The SYNs were before the tap, or it lost them. */
Test(reflection, clients_whose_syns_are_missing)
{
	g_autoptr(Scene) s = scene_new();

	for (unsigned i = 0; i < 1000; i++) {
		s->port[SHAKEDOWN_CLIENT] = (uint16_t)(20000 + i);
		scene_numbers(s, i);
		SERVER(s, SYN_ACK, 0, 1, .after = MS(5));
		CLIENT(s, TCP_ACK, 1, 1, .after = 1000);
		CLIENT(s, RST_ACK, 1, 1, .after = 1000);
	}
	scene_finish(s);
	EXPECT_NOT(s, ACK_FLOOD);
}
