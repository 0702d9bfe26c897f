/* SPDX-License-Identifier: BSD-3-Clause */
/* What is noted of a reset when it comes, one doubt at a time. */
#include "scene.h"

#include <string.h>

/* What was on its way counts as far as the capture tells: an old ACK takes nothing back, and
 * of a direction that was not captured nobody knows. */
Test(reset_noted, what_was_outstanding)
{
	for (unsigned i = 0; i < 2; i++) {
		g_autoptr(Scene) s = i == 0 ? scene_talking() : scene_new();

		if (i == 0) {
			SERVER(s, PSH_ACK, 1001, 121, 500);
			CLIENT(s, TCP_ACK, 121, 1501);
			CLIENT(s, RST_ACK, 121, 1001);
		} else {
			CLIENT(s, PSH_ACK, 1, 1, 120);
			CLIENT(s, RST_ACK, 121, 1);
		}
		scene_finish(s);
		EXPECT_SEVERITY(s, RESET_ABORT, NOTICE);
		EXPECT_FACT(s, RESET_ABORT, "undelivered=0");
		EXPECT_FACT(s, RESET_ABORT, "unacknowledged=0");
	}
}

/* §3.10.7.4 fifth: that of a listener has no ACK flag. One with it is no answer to a wrong third
 * ACK, and its "sender" goes on. */
Test(reset_noted, a_listener_resets_without_ack)
{
	for (unsigned with = 0; with < 2; with++) {
		g_autoptr(Scene) s = scene_new();

		scene_open(s);
		SERVER(s, with ? RST_ACK : TCP_RST, 1001, 1, .after = MS(1));
		CLIENT(s, PSH_ACK, 1, 1, 20);
		SERVER(s, PSH_ACK, 1, 21, 30, .after = MS(40));
		CLIENT(s, TCP_ACK, 21, 31);
		scene_finish(s);
		if (with)
			EXPECT_FACT(s, FORGED_RST, "sender_goes_on=1");
		else
			EXPECT_NOT(s, FORGED_RST);
	}
}

/* One that has asked but once is through with the handshake by then, and what it sent since was
 * not captured; one that goes on asking is not. */
Test(reset_noted, a_listener_that_waits_asks_again)
{
	for (unsigned asks = 0; asks < 2; asks++) {
		g_autoptr(Scene) s = scene_new();

		scene_open(s);
		if (asks)
			SERVER(s, SYN_ACK, 0, 1, .after = SECONDS(1));
		CLIENT(s, TCP_ACK, 1, 1001, .after = SECONDS(2));
		SERVER(s, TCP_RST, 1001, .after = MS(1));
		scene_finish(s);
		if (asks)
			EXPECT_NOT(s, HALF_OPEN_CONNECTION);
		else
			EXPECT(s, HALF_OPEN_CONNECTION);
		EXPECT_NOT(s, BAD_HANDSHAKE_ACK);
	}
}

/* Behind the right third ACK no other is one, however much the capture has lost. */
Test(reset_noted, the_third_ack_comes_once)
{
	static const char scale[] = "\3\3\3";

	for (unsigned right = 0; right < 2; right++) {
		g_autoptr(Scene) s = scene_new();

		CLIENT(s, TCP_SYN, .options = scale, .options_len = 3);
		SERVER(s, SYN_ACK, 0, 1, .options = scale, .options_len = 3);
		if (right)
			CLIENT(s, TCP_ACK, 1, 1, .window = 60000);
		CLIENT(s, TCP_ACK, 1, 100001, .window = 60000);
		SERVER(s, TCP_RST, 100001, .after = MS(20));
		scene_finish(s);
		if (right)
			EXPECT_NOT(s, BAD_HANDSHAKE_ACK);
		else
			EXPECT(s, BAD_HANDSHAKE_ACK);
	}
}

/* Weaver 2009: guesses, of which one may be the number 0; and none is counted where the capture has
 * lost what it shows to have been sent. */
Test(reset_noted, guesses_beyond_what_was_sent)
{
	for (unsigned i = 0; i < 4; i++) {
		bool lost = i == 1, zero = i == 2, repeated = i == 3;
		g_autoptr(Scene) s = scene_new();
		uint32_t at = lost ? 2001 : 1001;

		if (zero)
			s->isn[SHAKEDOWN_SERVER] = -2461u;
		scene_open(s);
		scene_talk(s);
		if (lost)
			CLIENT(s, TCP_ACK, 121, 2001);
		SERVER(s, RST_ACK, at, 121);
		SERVER(s, RST_ACK, at + 1460, 121, .after = MS(1));
		SERVER(s, RST_ACK, repeated ? at + 1460 : at + 4380, 121, .after = MS(1));
		scene_finish(s);
		if (lost || repeated)
			EXPECT_NOT(s, FORGED_RST);
		else
			EXPECT(s, FORGED_RST);
	}
}

/* Who guesses does so near the window, at once, from one place, and each time elsewhere. */
Test(reset_noted, guesses_before_the_right_one)
{
	static const struct {
		uint32_t seq;
		ShakedownDuration after;
		bool moves;
	} cases[] = {
		{1001 + 500, MS(1), true},	  {1001 - 500, MS(1), true},
		{1001 + (1 << 21), MS(1), false}, {1001 - (1 << 21), MS(1), false},
		{1001 + 500, MS(200), false},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(Scene) s = scene_talking();

		SERVER(s, TCP_RST, cases[i].seq, .ttl = 51);
		SERVER(s, TCP_RST, 1001, .ttl = 51, .after = cases[i].after);
		scene_finish(s);
		EXPECT(s, FORGED_RST);
		cr_expect_eq(scene_report(s, SHAKEDOWN_ANOMALY_FORGED_RST)->severity,
			     cases[i].moves ? SHAKEDOWN_SEVERITY_CRITICAL
					    : SHAKEDOWN_SEVERITY_WARNING,
			     "%zu", i);
	}
}

/* The same one twice is no guess, and neither is one so much later. */
Test(reset_noted, what_follows_a_reset)
{
	static const struct {
		uint32_t first, second;
		ShakedownDuration after;
		const char *moving;
	} cases[] = {{1501, 1501, MS(1), "moving=0"},
		     {1001, 1201, MS(1), "moving=1"},
		     {1001, 1201, MS(200), "moving=0"}};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(Scene) s = scene_talking();

		SERVER(s, TCP_RST, cases[i].first, .ttl = 51);
		SERVER(s, TCP_RST, cases[i].second, .ttl = 51, .after = cases[i].after);
		scene_finish(s);
		EXPECT(s, FORGED_RST);
		cr_expect_not_null(strstr(scene_report(s, SHAKEDOWN_ANOMALY_FORGED_RST)->facts,
					  cases[i].moving),
				   "%zu", i);
	}
}

/* Of many that were ignored the first is told. */
Test(reset_noted, the_first_that_was_ignored)
{
	g_autoptr(Scene) s = scene_talking();

	CLIENT(s, TCP_RST, 1121);
	ShakedownTime first = s->now;

	CLIENT(s, TCP_RST, 1121, .after = SECONDS(1));
	SERVER(s, PSH_ACK, 1001, 121, 100, .after = MS(100));
	CLIENT(s, TCP_ACK, 121, 1101);
	scene_finish(s);
	EXPECT_FACT(s, RESET_IGNORED, "rst=2");
	cr_assert_eq(scene_report(s, SHAKEDOWN_ANOMALY_RESET_IGNORED)->time, first);
}

/* RFC 7323 §2.2: with a scale windows are of megabytes. */
Test(reset_noted, in_a_window_of_megabytes)
{
	static const char scale[] = "\3\3\10";

	for (unsigned beyond = 0; beyond < 2; beyond++) {
		g_autoptr(Scene) s = scene_new();

		CLIENT(s, TCP_SYN, .options = scale, .options_len = 3);
		SERVER(s, SYN_ACK, 0, 1, .options = scale, .options_len = 3);
		CLIENT(s, TCP_ACK, 1, 1, .window = 16384);
		CLIENT(s, PSH_ACK, 1, 1, 120, .window = 16384);
		SERVER(s, PSH_ACK, 1, 121, 1000, .window = 16384);
		CLIENT(s, TCP_ACK, 121, 1001, .window = 16384);
		SERVER(s, TCP_RST, 1001 + (beyond ? 6 : 2) * (1 << 20));
		CLIENT(s, PSH_ACK, 121, 1001, 10, .window = 16384, .after = MS(100));
		SERVER(s, TCP_ACK, 1001, 131);
		scene_finish(s);
		if (beyond)
			EXPECT_FACT(s, RESET_IGNORED, "in_window=0");
		else
			EXPECT_FACT(s, RESET_IGNORED, "in_window=1");
	}
}

/* The last that it said before, or it has not lost the connection. */
Test(reset_noted, a_syn_long_before_says_nothing)
{
	g_autoptr(Scene) s = scene_new();

	CLIENT(s, TCP_SYN);
	CLIENT(s, TCP_SYN, .after = SECONDS(1));
	SERVER(s, SYN_ACK, 0, 1);
	CLIENT(s, TCP_ACK, 1, 1);
	scene_talk(s);
	SERVER(s, PSH_ACK, 1001, 121, 50);
	CLIENT(s, TCP_RST, 121);
	scene_finish(s);
	EXPECT_KINDS(s, "syn-retransmitted reset-abort");
}

/* §3.10.7.1 answers: who has itself spoken last aborts. */
Test(reset_noted, an_answer_follows_the_other)
{
	for (unsigned answers = 0; answers < 2; answers++) {
		g_autoptr(Scene) s = scene_talking();

		if (answers) {
			SERVER(s, PSH_ACK, 1001, 121, 10);
			CLIENT(s, PSH_ACK, 121, 1001, 10, .after = MS(600));
		} else {
			CLIENT(s, PSH_ACK, 121, 1001, 10);
			SERVER(s, PSH_ACK, 1001, 121, 10);
		}
		SERVER(s, TCP_RST, 1001, .after = MS(answers ? 1 : 600));
		scene_finish(s);
		EXPECT_KINDS(s, answers ? "half-open-connection" : "reset-abort");
	}
}
