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
