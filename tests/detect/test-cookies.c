/* SPDX-License-Identifier: BSD-3-Clause */
/* SYN cookies, as far as they show: RFC 4987 §3.6. */
#include "scene.h"

static const char with_stamps[] =
	"\x02\x04\x05\xb4\x04\x02\x08\x0a\0\0\0\1\0\0\0\0\x01\x03\x03\x07";
static const char without_stamps[] = "\x02\x04\x05\xb4\x01\x01\x04\x02\x01\x03\x03\x07";
static const char bare[] = "\x02\x04\x05\xb4";

/* Attempts that nobody completes; the server sends its SYN,ACK again after so long (0: never). */
static void abandoned(Scene *s, unsigned first, unsigned n, ShakedownDuration again)
{
	for (unsigned i = first; i < first + n; i++) {
		scene_client(s, i);
		CLIENT(s, TCP_SYN);
		SERVER(s, SYN_ACK, 0, 1, .after = 1000);
	}
	for (unsigned i = first; again && i < first + n; i++) {
		scene_client(s, i);
		SERVER(s, SYN_ACK, 0, 1, .after = i == first ? again : MS(10));
	}
}

static void opened(Scene *s, unsigned client, const char *asked, uint8_t asked_len,
		   const char *granted, uint8_t granted_len)
{
	scene_client(s, client);
	CLIENT(s, TCP_SYN, .options = asked, .options_len = asked_len);
	SERVER(s, SYN_ACK, 0, 1, .options = granted, .options_len = granted_len);
	CLIENT(s, TCP_ACK, 1, 1);
	CLIENT(s, PSH_ACK, 1, 1, 10);
	SERVER(s, TCP_ACK, 1, 11);
}

Test(cookies, syn_acks_that_never_come_again)
{
	g_autoptr(Scene) s = scene_new();

	abandoned(s, 0, 8, 0);
	scene_wait(s, SECONDS(5));
	scene_finish(s);
	EXPECT_SEVERITY(s, SYN_COOKIES, NOTICE);
	EXPECT_FACT(s, SYN_COOKIES, "never_repeated=8");
	const SceneReport *r = scene_report(s, SHAKEDOWN_ANOMALY_SYN_COOKIES);
	cr_assert_eq(r->scope, SHAKEDOWN_SCOPE_SERVICE);
	cr_assert_eq(r->frames, 8);
	cr_assert_eq(r->connection, 0);
}

Test(cookies, seven_are_too_few)
{
	g_autoptr(Scene) s = scene_new();

	abandoned(s, 0, 7, 0);
	scene_wait(s, SECONDS(5));
	scene_finish(s);
	EXPECT_NOT(s, SYN_COOKIES);
}

Test(cookies, a_stack_with_memory_sends_again)
{
	g_autoptr(Scene) s = scene_new();

	abandoned(s, 0, 20, SECONDS(1));
	scene_wait(s, SECONDS(5));
	scene_finish(s);
	EXPECT_NOT(s, SYN_COOKIES);
}

/* RFC 1122 §4.2.3.1 began with 3 s: what comes after the verdict takes it back. */
Test(cookies, a_slow_stack_sends_again_after_all)
{
	g_autoptr(Scene) s = scene_new();

	abandoned(s, 0, 20, SECONDS(4));
	scene_wait(s, SECONDS(5));
	scene_finish(s);
	EXPECT_NOT(s, SYN_COOKIES);
}

/* Too early to say: the capture ends before it would have come again. */
Test(cookies, capture_ends_too_early)
{
	g_autoptr(Scene) s = scene_new();

	abandoned(s, 0, 50, 0);
	scene_wait(s, SECONDS(2));
	scene_finish(s);
	EXPECT_NOT(s, SYN_COOKIES);
}

/* A stack forgets an attempt about which an ICMP error comes. */
Test(cookies, forgotten_for_an_icmp_error)
{
	g_autoptr(Scene) s = scene_new();

	for (unsigned i = 0; i < 20; i++) {
		scene_client(s, i);
		CLIENT(s, TCP_SYN);
		SERVER(s, SYN_ACK, 0, 1, .after = 1000);
		scene_icmp(s, SHAKEDOWN_SERVER, 3, 1, 0);
	}
	scene_wait(s, SECONDS(5));
	scene_finish(s);
	EXPECT_NOT(s, SYN_COOKIES);
}

/* Linux has no room for them in a cookie unless the client sends timestamps. */
Test(cookies, options_dropped_without_timestamps)
{
	g_autoptr(Scene) s = scene_new();

	opened(s, 0, without_stamps, 12, without_stamps, 12);
	for (unsigned i = 1; i <= 3; i++)
		opened(s, i, without_stamps, 12, bare, 4);
	scene_finish(s);
	EXPECT_SEVERITY(s, SYN_COOKIES, NOTICE);
	EXPECT_FACT(s, SYN_COOKIES, "options_dropped=3");
}

/* A service that never grants them has no such options. */
Test(cookies, options_never_granted)
{
	g_autoptr(Scene) s = scene_new();

	for (unsigned i = 0; i < 10; i++)
		opened(s, i, without_stamps, 12, bare, 4);
	opened(s, 10, with_stamps, 20, with_stamps, 20);
	scene_finish(s);
	EXPECT_NOT(s, SYN_COOKIES);
}

/* What began long after the last sign is another story. */
Test(cookies, two_times_apart_are_two_findings)
{
	g_autoptr(Scene) s = scene_new();

	abandoned(s, 0, 10, 0);
	scene_wait(s, SECONDS(60));
	abandoned(s, 100, 10, 0);
	scene_wait(s, SECONDS(5));
	scene_finish(s);
	cr_assert_eq(scene_count(s, SHAKEDOWN_ANOMALY_SYN_COOKIES), 2);
}
