/* SPDX-License-Identifier: BSD-3-Clause */
/* Resets that end an opening, and clients that do not take them for the end. */
#include "scene.h"

#include <string.h>

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
