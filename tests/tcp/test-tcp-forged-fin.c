/* SPDX-License-Identifier: BSD-3-Clause */
/* FINs in a side's name that were not its own: it goes on where they stood. */
#include "talk.h"

#define C SHAKEDOWN_CLIENT
#define S SHAKEDOWN_SERVER

/* It was taken: its receiver has closed that direction, and who goes on has not. */
Test(tcp_forged_fin, sender_goes_on_with_data)
{
	g_autoptr(Talk) t = talk_talking();

	CLIENT(t, FIN_ACK, 101, 201);
	SERVER(t, TCP_ACK, 201, 102);
	EXPECT_STATES(t, "FIN-WAIT-2? / CLOSE-WAIT!");
	CLIENT(t, PSH_ACK, 101, 201, 30);
	EXPECT_STATES(t, "ESTABLISHED / CLOSE-WAIT!");
	EXPECT_CLASS(t, NEW);
	EXPECT_NOTE(t, "a FIN in its name was not its own: it goes on where that stood");
	EXPECT_EVENTS(t, "fin fin-contradicted");
	SERVER(t, TCP_RST, 201);
	EXPECT_HISTORY(t, 1, C, "SYN-SENT ESTABLISHED CLOSED?");
	EXPECT_HISTORY(t, 1, S, "SYN-RECEIVED ESTABLISHED! CLOSE-WAIT! CLOSED");
	cr_assert_eq(talk_record(t, 1)->side[C].missing_bytes, 0);
}

/* One that its receiver never got: all is as if it had not been. */
Test(tcp_forged_fin, nobody_took_it)
{
	g_autoptr(Talk) t = talk_talking();

	CLIENT(t, FIN_ACK, 101, 201);
	CLIENT(t, PSH_ACK, 101, 201, 30, .after = MS(50));
	EXPECT_STATES(t, "ESTABLISHED / ESTABLISHED!");
	SERVER(t, PSH_ACK, 201, 131, 40);
	CLIENT(t, FIN_ACK, 131, 241);
	SERVER(t, FIN_ACK, 241, 132);
	CLIENT(t, TCP_ACK, 132, 242);
	EXPECT_HISTORY(t, 1, C, "SYN-SENT ESTABLISHED FIN-WAIT-1 FIN-WAIT-2! TIME-WAIT!");
	EXPECT_HISTORY(t, 1, S, "SYN-RECEIVED ESTABLISHED! CLOSE-WAIT! LAST-ACK CLOSED?");
	EXPECT_OUTCOME(t, 1, "three-way complete, three-way graceful");
	cr_assert_eq(talk_record(t, 1)->side[C].retransmissions, 0);
}

/* Whether it was taken shows afterwards: an ACK that covers it alone, or that of the data. */
Test(tcp_forged_fin, its_answer_was_under_way)
{
	for (unsigned taken = 0; taken < 2; taken++) {
		g_autoptr(Talk) t = talk_talking();

		CLIENT(t, FIN_ACK, 101, 201);
		CLIENT(t, PSH_ACK, 101, 201, 30, .after = MS(1));
		EXPECT_STATES(t, "ESTABLISHED / CLOSE-WAIT?");
		SERVER(t, TCP_ACK, 201, taken ? 102 : 131);
		EXPECT_STATES(t,
			      taken ? "ESTABLISHED / CLOSE-WAIT!" : "ESTABLISHED / ESTABLISHED!");
		cr_assert_eq(talk_record(t, 1)->side[C].missing_bytes, 0);
	}
}

/* RFC 1122 §4.2.2.13: who has closed resets what comes then. */
Test(tcp_forged_fin, its_answer_is_a_reset)
{
	g_autoptr(Talk) t = talk_talking();

	CLIENT(t, FIN_ACK, 101, 201);
	CLIENT(t, PSH_ACK, 101, 201, 30, .after = MS(1));
	SERVER(t, TCP_RST, 201);
	EXPECT_HISTORY(t, 1, C, "SYN-SENT ESTABLISHED CLOSED?");
	EXPECT_HISTORY(t, 1, S, "SYN-RECEIVED ESTABLISHED! CLOSE-WAIT? CLOSED");
}

/* A bare ACK bears SND.NXT; with news it was sent after the FIN. */
Test(tcp_forged_fin, sender_acknowledges_from_before)
{
	g_autoptr(Talk) t = talk_talking();

	CLIENT(t, FIN_ACK, 101, 201);
	SERVER(t, PSH_ACK, 201, 102, 50);
	EXPECT_STATES(t, "FIN-WAIT-2? / CLOSE-WAIT!");
	CLIENT(t, TCP_ACK, 101, 251);
	EXPECT_STATES(t, "ESTABLISHED / CLOSE-WAIT!");
	/* What has taken the FIN goes on counting it. */
	SERVER(t, FIN_ACK, 251, 102);
	EXPECT_STATES(t, "CLOSE-WAIT? / LAST-ACK");
	CLIENT(t, TCP_ACK, 101, 252);
	EXPECT_STATES(t, "CLOSE-WAIT! / CLOSED?");
	cr_assert_eq(talk_record(t, 1)->side[C].missing_bytes, 0);
}

/* … and so does what answers at once though it has no news. */
Test(tcp_forged_fin, sender_answers_from_before)
{
	g_autoptr(Talk) t = talk_talking();

	CLIENT(t, FIN_ACK, 101, 201);
	SERVER(t, TCP_ACK, 201, 102);
	SERVER(t, PSH_ACK, 201, 102, 50, .after = SECONDS(2));
	CLIENT(t, TCP_ACK, 101, 201);
	EXPECT_STATES(t, "ESTABLISHED / CLOSE-WAIT!");
}

/* RFC 9293 §3.8.4: a keep-alive has the number before SND.NXT, and no news. */
Test(tcp_forged_fin, keep_alive_behind_an_own_fin)
{
	for (uint32_t len = 0; len < 2; len++) {
		g_autoptr(Talk) t = talk_talking();

		CLIENT(t, FIN_ACK, 101, 201);
		SERVER(t, TCP_ACK, 201, 102);
		CLIENT(t, TCP_ACK, 101, 201, len, .after = SECONDS(10));
		EXPECT_STATES(t, "FIN-WAIT-2? / CLOSE-WAIT!");
	}
}

/* Both sides' timers are as long, and began with the same exchange: the tap is a leg of 10 ms off.
 */
Test(tcp_forged_fin, keep_alives_that_cross)
{
	for (unsigned ms = 1; ms < 20; ms += 3) {
		g_autoptr(Talk) t = talk_talking();

		CLIENT(t, FIN_ACK, 101, 201);
		SERVER(t, TCP_ACK, 201, 102);
		SERVER(t, TCP_ACK, 200, 102, .after = SECONDS(10));
		CLIENT(t, TCP_ACK, 101, 201, .after = MS(ms));
		EXPECT_STATES(t, "FIN-WAIT-2? / CLOSE-WAIT!");
	}
}

/* An ACK from before the FIN that it has overtaken. */
Test(tcp_forged_fin, old_ack_behind_an_own_fin)
{
	g_autoptr(Talk) t = talk_talking();

	CLIENT(t, FIN_ACK, 101, 201);
	SERVER(t, TCP_ACK, 201, 102, .after = MS(1));
	CLIENT(t, TCP_ACK, 101, 201, .after = MS(1));
	EXPECT_STATES(t, "FIN-WAIT-2? / CLOSE-WAIT!");
}

/* In the window, with a gap before it: the real one is below. */
Test(tcp_forged_fin, ahead_of_the_real_one)
{
	g_autoptr(Talk) t = talk_talking();

	CLIENT(t, FIN_ACK, 1101, 201);
	EXPECT_STATES(t, "FIN-WAIT-1 / CLOSE-WAIT?");
	SERVER(t, TCP_ACK, 201, 101, .after = MS(30));
	CLIENT(t, PSH_ACK, 101, 201, 30);
	SERVER(t, TCP_ACK, 201, 131);
	CLIENT(t, FIN_ACK, 131, 201);
	SERVER(t, FIN_ACK, 201, 132);
	CLIENT(t, TCP_ACK, 132, 202);
	EXPECT_HISTORY(t, 1, C, "SYN-SENT ESTABLISHED FIN-WAIT-1 FIN-WAIT-2! TIME-WAIT!");
	EXPECT_HISTORY(t, 1, S, "SYN-RECEIVED ESTABLISHED! CLOSE-WAIT! LAST-ACK CLOSED?");
	EXPECT_OUTCOME(t, 1, "three-way complete, three-way graceful");
	cr_assert_eq(talk_record(t, 1)->side[C].missing_bytes, 0);
}

/* Where a byte was that has been acknowledged, there is no FIN. */
Test(tcp_forged_fin, where_data_was)
{
	g_autoptr(Talk) t = talk_talking();

	CLIENT(t, FIN_ACK, 91, 201);
	EXPECT_STATES(t, "ESTABLISHED / ESTABLISHED!");
	EXPECT_NOTE(t, "a FIN where there was data: nothing closes by it");
	CLIENT(t, FIN_ACK, 101, 201);
	SERVER(t, TCP_ACK, 201, 102);
	EXPECT_STATES(t, "FIN-WAIT-2? / CLOSE-WAIT!");
}

/* … but where the capture has lost what was acknowledged there may be one. */
Test(tcp_forged_fin, where_the_capture_lost_data)
{
	g_autoptr(Talk) t = talk_talking();

	SERVER(t, TCP_ACK, 201, 202);
	CLIENT(t, FIN_ACK, 101, 201, 100, .after = MS(300));
	EXPECT_STATES(t, "FIN-WAIT-2? / CLOSE-WAIT?");
}

/* Both sides' at once, as of one who wants them to close: no FINs have crossed. */
Test(tcp_forged_fin, both_ways)
{
	g_autoptr(Talk) t = talk_talking();

	CLIENT(t, FIN_ACK, 101, 201);
	SERVER(t, FIN_ACK, 201, 101, .after = MS(1));
	SERVER(t, TCP_ACK, 201, 102);
	CLIENT(t, TCP_ACK, 101, 202);
	CLIENT(t, PSH_ACK, 101, 202, 30, .after = MS(100));
	EXPECT_STATES(t, "CLOSE-WAIT! / TIME-WAIT?");
	SERVER(t, PSH_ACK, 201, 102, 30);
	EXPECT_STATES(t, "CLOSE-WAIT! / CLOSE-WAIT!");
	cr_assert_not(talk_conn(t, 1)->flags & TCP_CONN_CROSSED);
}

/* §3.10.7.4 fifth: what bears no ACK is dropped, its FIN and its data. */
Test(tcp_forged_fin, without_ack)
{
	g_autoptr(Talk) t = talk_talking();

	CLIENT(t, TCP_FIN, 101, .len = 10);
	EXPECT_STATES(t, "ESTABLISHED / ESTABLISHED!");
	EXPECT_CLASS(t, OUT_OF_WINDOW);
	EXPECT_NOTE(t, "no ACK flag: dropped");
	CLIENT(t, PSH_ACK, 101, 201, 30);
	EXPECT_CLASS(t, NEW);
	cr_assert_eq(talk_side(t, C)->bytes, 130);
}

/* Where the beginning was not captured, an acknowledgment alone tells too little of what was. */
Test(tcp_forged_fin, where_little_is_known)
{
	g_autoptr(Talk) t = talk_new();

	CLIENT(t, TCP_ACK, 101, 9000);
	SERVER(t, PSH_ACK, 201, 101, 100);
	CLIENT(t, TCP_ACK, 101, 301);
	SERVER(t, FIN_ACK, 301, 101);
	EXPECT_STATES(t, "CLOSE-WAIT? / FIN-WAIT-2?");
}
