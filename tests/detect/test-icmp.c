/* SPDX-License-Identifier: BSD-3-Clause */
/* ICMP errors about an opening: which are one, and of what they are. */
#include "scene.h"

Test(icmp, unreachable)
{
	g_autoptr(Scene) s = scene_new();

	CLIENT(s, TCP_SYN);
	scene_icmp(s, SHAKEDOWN_CLIENT, 3, 13, 0);
	scene_wait(s, SECONDS(200));
	EXPECT_KINDS(s, "unreachable");
	EXPECT_FACT(s, UNREACHABLE, "sender=203.0.113.1");
	EXPECT_FACT(s, UNREACHABLE, "code=13");
	EXPECT_FACT(s, UNREACHABLE, "of_syn=1");
}

/* A network that cannot be reached any more: what is quoted is the reset. */
Test(icmp, unreachable_for_what_is_no_syn)
{
	g_autoptr(Scene) s = scene_new();

	SERVER(s, SYN_ACK, 0, 1);
	CLIENT(s, TCP_RST, 1);
	s->isn[SHAKEDOWN_CLIENT]++;
	scene_icmp(s, SHAKEDOWN_CLIENT, 3, 0, 0);
	scene_wait(s, SECONDS(200));
	EXPECT_FACT(s, UNREACHABLE, "of_syn=0");
}

Test(icmp, time_exceeded_on_the_way)
{
	g_autoptr(Scene) s = scene_new();

	CLIENT(s, TCP_SYN);
	scene_icmp(s, SHAKEDOWN_CLIENT, 11, 0, 0);
	scene_finish(s);
	EXPECT_FACT(s, UNREACHABLE, "type=11");
}

Test(icmp, time_exceeded_in_reassembly_is_not_unreachable)
{
	g_autoptr(Scene) s = scene_new();

	CLIENT(s, TCP_SYN);
	scene_icmp(s, SHAKEDOWN_CLIENT, 11, 1, 0);
	scene_finish(s);
	EXPECT_NOT(s, UNREACHABLE);
}
