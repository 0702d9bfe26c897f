/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A firewall opens in the server's name, and the server itself speaks from behind it: RFC 4987
 * §3.8. What the server sends is then not forged because it comes from farther off.
 */
#include "scene.h"

/* The proxy's SYN,ACK has come from 3 hops away. */
static Scene *accepted_by_proxy(void)
{
	Scene *s = scene_new();

	CLIENT(s, TCP_SYN);
	SERVER(s, SYN_ACK, 0, 1, .ttl = 61);
	CLIENT(s, TCP_ACK, 1, 1);
	return s;
}

Test(proxy, refused_behind_it)
{
	for (uint8_t ttl = 60; ttl >= 53; ttl--) {
		g_autoptr(Scene) s = accepted_by_proxy();

		SERVER(s, RST_ACK, 1, 1, .ttl = ttl);
		scene_finish(s);
		EXPECT_KINDS(s, "reset-abort");
	}
}

/* Another stack than the firewall's begins with 128. */
Test(proxy, refused_by_another_stack)
{
	g_autoptr(Scene) s = accepted_by_proxy();

	SERVER(s, RST_ACK, 1, 1, .ttl = 124);
	scene_finish(s);
	EXPECT_KINDS(s, "reset-abort");
}

/* The window that was closed meanwhile is the proxy's, too. */
Test(proxy, aborted_behind_it)
{
	g_autoptr(Scene) s = accepted_by_proxy();

	SERVER(s, TCP_ACK, 1, 1, .ttl = 61);
	CLIENT(s, PSH_ACK, 1, 1, 100);
	SERVER(s, RST_ACK, 1, 101, .ttl = 60);
	scene_finish(s);
	EXPECT_KINDS(s, "reset-abort");
}

/* What lies on the way is nearer than the one in whose name it resets. */
Test(proxy, reset_from_before_it)
{
	g_autoptr(Scene) s = accepted_by_proxy();

	CLIENT(s, PSH_ACK, 1, 1, 100);
	SERVER(s, RST_ACK, 1, 101, .ttl = 62);
	scene_finish(s);
	EXPECT(s, FORGED_RST);
}

Test(proxy, reset_from_far_behind_it)
{
	g_autoptr(Scene) s = accepted_by_proxy();

	SERVER(s, RST_ACK, 1, 1, .ttl = 52);
	scene_finish(s);
	EXPECT(s, FORGED_RST);
}

/* The server has spoken for itself, and where it is is known. */
Test(proxy, reset_after_its_data)
{
	g_autoptr(Scene) s = accepted_by_proxy();

	CLIENT(s, PSH_ACK, 1, 1, 100);
	SERVER(s, PSH_ACK, 1, 101, 100, .ttl = 61);
	SERVER(s, RST_ACK, 101, 101, .ttl = 60);
	scene_finish(s);
	EXPECT(s, FORGED_RST);
}

Test(proxy, reset_after_its_acknowledgment)
{
	g_autoptr(Scene) s = accepted_by_proxy();

	CLIENT(s, PSH_ACK, 1, 1, 100);
	SERVER(s, TCP_ACK, 1, 101, .ttl = 61);
	SERVER(s, RST_ACK, 1, 101, .ttl = 60);
	scene_finish(s);
	EXPECT(s, FORGED_RST);
}

/* Nothing asks a server before the third ACK. */
Test(proxy, reset_before_the_third_ack)
{
	g_autoptr(Scene) s = scene_new();

	CLIENT(s, TCP_SYN);
	SERVER(s, SYN_ACK, 0, 1, .ttl = 61);
	SERVER(s, RST_ACK, 1, 1, .ttl = 60);
	CLIENT(s, TCP_ACK, 1, 1);
	SERVER(s, PSH_ACK, 1, 1, 100, .ttl = 61, .after = MS(100));
	scene_finish(s);
	EXPECT(s, FORGED_RST);
}

Test(proxy, guesses_from_behind_it)
{
	g_autoptr(Scene) s = accepted_by_proxy();

	SERVER(s, RST_ACK, 1, 1, .ttl = 60);
	SERVER(s, RST_ACK, 12001, 1, .ttl = 60, .after = MS(1));
	scene_finish(s);
	EXPECT(s, FORGED_RST);
}

Test(proxy, whoever_goes_on_did_not_reset)
{
	g_autoptr(Scene) s = accepted_by_proxy();

	CLIENT(s, PSH_ACK, 1, 1, 100);
	SERVER(s, RST_ACK, 1, 101, .ttl = 60);
	SERVER(s, PSH_ACK, 1, 101, 100, .ttl = 61, .after = MS(100));
	scene_finish(s);
	EXPECT_SEVERITY(s, FORGED_RST, CRITICAL);
}
