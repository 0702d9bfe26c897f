/* SPDX-License-Identifier: BSD-3-Clause */
/* Resets that end an opening, and clients that do not take them for the end. */
#include "scene.h"

#include <string.h>

/* Windows asks three times, half a second apart. */
Test(refusal, asked_again_after_a_refusal)
{
	g_autoptr(Scene) s = scene_new();

	for (unsigned i = 0; i < 3; i++) {
		CLIENT(s, TCP_SYN, .after = MS(500));
		SERVER(s, RST_ACK, -300000u, 1, .after = MS(1));
	}
	scene_wait(s, SECONDS(60));
	scene_finish(s);
	EXPECT_KINDS(s, "refused");
	EXPECT_FACT(s, REFUSED, "rst=3");
}

/* So late it may be the timer: then the refusal did not come there. */
Test(refusal, lost)
{
	g_autoptr(Scene) s = scene_new();

	CLIENT(s, TCP_SYN);
	SERVER(s, RST_ACK, -300000u, 1, .after = MS(1));
	CLIENT(s, TCP_SYN, .after = SECONDS(1));
	SERVER(s, RST_ACK, -300000u, 1, .after = MS(1));
	scene_wait(s, SECONDS(60));
	scene_finish(s);
	EXPECT_KINDS(s, "syn-retransmitted refused");
}

/* Some of the refusals were lost, or the host is sparing of them. */
Test(refusal, asked_again_after_a_refusal_and_after_silence)
{
	g_autoptr(Scene) s = scene_new();

	CLIENT(s, TCP_SYN);
	SERVER(s, RST_ACK, -300000u, 1, .after = MS(1));
	CLIENT(s, TCP_SYN, .after = MS(500));
	CLIENT(s, TCP_SYN, .after = MS(500));
	scene_wait(s, SECONDS(60));
	scene_finish(s);
	EXPECT(s, REFUSED);
	EXPECT_FACT(s, SYN_RETRANSMITTED, "after_refusal=1");
	EXPECT_FACT(s, SYN_RETRANSMITTED, "backoff=unknown");
}

Test(refusal, accepted_after_a_refusal)
{
	g_autoptr(Scene) s = scene_new();

	CLIENT(s, TCP_SYN);
	SERVER(s, RST_ACK, -300000u, 1, .after = MS(1));
	CLIENT(s, TCP_SYN, .after = MS(500));
	SERVER(s, SYN_ACK, 0, 1);
	CLIENT(s, TCP_ACK, 1, 1);
	scene_talk(s);
	SERVER(s, RST_ACK, 1001, 121);
	scene_finish(s);
	EXPECT_KINDS(s, "refused reset-abort");
	EXPECT_FACT(s, REFUSED, "rst=1");
	cr_assert_not_null(strstr(scene_report(s, SHAKEDOWN_ANOMALY_REFUSED)->summary,
				  "the client asked again, and was accepted after 511 ms"));
}

/* As Windows does once its repetitions are used up. */
Test(refusal, a_server_gives_up_with_a_reset)
{
	g_autoptr(Scene) s = scene_new();

	CLIENT(s, TCP_SYN);
	SERVER(s, SYN_ACK, 0, 1);
	SERVER(s, SYN_ACK, 0, 1, .after = SECONDS(3));
	SERVER(s, RST_ACK, 1, 1, .after = SECONDS(6));
	scene_finish(s);
	EXPECT_KINDS(s, "syn-ack-retransmitted missing-third-ack");
	EXPECT_FACT(s, MISSING_THIRD_ACK, "gave_up_after_s=9.000");
}

/* Whatever the client had to say, this is another story. */
Test(refusal, a_server_resets_what_the_client_asks_again)
{
	g_autoptr(Scene) s = scene_new();

	CLIENT(s, TCP_SYN);
	SERVER(s, SYN_ACK, 0, 1);
	SERVER(s, SYN_ACK, 0, 1, .after = SECONDS(1));
	CLIENT(s, TCP_SYN, .after = SECONDS(1));
	SERVER(s, RST_ACK, -300000u, 1);
	scene_finish(s);
	EXPECT_NOT(s, MISSING_THIRD_ACK);
}

/* One SYN is not refused and accepted; of two one may be, and one that asks again after a refusal
 * waits for half a second, so that its second SYN may have been lost to the capture. */
Test(refusal, and_acceptance_of_the_same)
{
	static const struct {
		unsigned syns, rsts;
		ShakedownDuration after;
		bool forged;
	} cases[] = {{1, 1, MS(5), true},
		     {2, 1, MS(5), false},
		     {2, 2, MS(5), true},
		     {1, 1, MS(500), false}};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(Scene) s = scene_new();

		for (unsigned n = 0; n < cases[i].syns; n++)
			CLIENT(s, TCP_SYN, .after = SECONDS(1));
		for (unsigned n = 0; n < cases[i].rsts; n++)
			SERVER(s, RST_ACK, -300000u, 1, .after = MS(1));
		SERVER(s, SYN_ACK, 0, 1, .after = cases[i].after);
		CLIENT(s, TCP_ACK, 1, 1);
		scene_talk(s);
		scene_finish(s);
		cr_expect_eq(scene_report(s, SHAKEDOWN_ANOMALY_FORGED_RST) != NULL, cases[i].forged,
			     "%zu", i);
	}
}

/* A program that makes its segments itself goes on though its kernel resets: from as far away, with
 * a kernel's TTL where the program's is none. */
Test(refusal, of_an_answer_by_the_programs_own_kernel)
{
	static const struct {
		uint8_t program, rst;
		bool forged;
	} cases[] = {{250, 59, false},
		     {250, 123, false},
		     {250, 61, true},
		     {59, 250, true},
		     {64, 64, false}};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(Scene) s = scene_new();

		CLIENT(s, TCP_SYN, .ttl = cases[i].program);
		SERVER(s, SYN_ACK, 0, 1);
		CLIENT(s, TCP_RST, 1, .ttl = cases[i].rst);
		CLIENT(s, TCP_ACK, 1, 1, .ttl = cases[i].program, .after = MS(50));
		CLIENT(s, PSH_ACK, 1, 1, 120, .ttl = cases[i].program);
		SERVER(s, TCP_ACK, 1, 121);
		scene_finish(s);
		cr_expect_eq(scene_report(s, SHAKEDOWN_ANOMALY_FORGED_RST) != NULL, cases[i].forged,
			     "%zu", i);
	}
}
