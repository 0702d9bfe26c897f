/* SPDX-License-Identifier: BSD-3-Clause */
/* Segments in a side's name that it did not send, and what looks like them. */
#include "scene.h"

Test(forged, fin_whose_sender_goes_on_where_it_stood)
{
	g_autoptr(Scene) s = scene_talking();

	CLIENT(s, FIN_ACK, 121, 1001);
	SERVER(s, TCP_ACK, 1001, 122);
	CLIENT(s, PSH_ACK, 121, 1001, 10);
	CLIENT(s, PSH_ACK, 131, 1001, 10);
	SERVER(s, TCP_RST, 1001);
	scene_finish(s);
	EXPECT_SEVERITY(s, DATA_AFTER_FIN, WARNING);
	EXPECT_FACT(s, DATA_AFTER_FIN, "forged=1");
	EXPECT_FACT(s, DATA_AFTER_FIN, "bytes=10");
	EXPECT_NOT(s, RESET_AFTER_FIN);
}

/* An ACK shows it first, then data; then nothing is left of the FIN. */
Test(forged, fin_whose_sender_acknowledges_from_before)
{
	g_autoptr(Scene) s = scene_talking();

	CLIENT(s, FIN_ACK, 121, 1001);
	SERVER(s, PSH_ACK, 1001, 122, 10);
	CLIENT(s, TCP_ACK, 121, 1011);
	CLIENT(s, PSH_ACK, 121, 1011, 10);
	SERVER(s, TCP_RST, 1011);
	scene_finish(s);
	EXPECT_FACT(s, DATA_AFTER_FIN, "forged=1");
	EXPECT_NOT(s, CAPTURE_LOSS);
}

/* One that nobody took, and the real one later: the FIN was sent once. */
Test(forged, fin_before_the_real_one)
{
	g_autoptr(Scene) s = scene_talking();

	CLIENT(s, FIN_ACK, 2121, 1001);
	SERVER(s, TCP_ACK, 1001, 121, .after = MS(30));
	CLIENT(s, FIN_ACK, 121, 1001, .after = MS(500));
	SERVER(s, FIN_ACK, 1001, 122);
	CLIENT(s, TCP_ACK, 122, 1002);
	scene_finish(s);
	EXPECT_KINDS(s, "");
}

/* Weaver 2009: resets that guess where the stream will be; both sides believe the first. */
Test(forged, resets_beyond_all_that_was_sent)
{
	g_autoptr(Scene) s = scene_talking();

	CLIENT(s, PSH_ACK, 121, 1001, 10);
	SERVER(s, RST_ACK, 1001, 131);
	SERVER(s, RST_ACK, 2461, 131, .after = MS(1));
	SERVER(s, RST_ACK, 5381, 131, .after = MS(1));
	scene_finish(s);
	EXPECT_SEVERITY(s, FORGED_RST, CRITICAL);
	EXPECT_NOT(s, RESET_ABORT);
}

/* One may follow data that the capture has lost, and those that follow it answer. */
Test(forged, resets_of_one_whose_last_data_was_lost)
{
	g_autoptr(Scene) s = scene_talking();

	CLIENT(s, PSH_ACK, 121, 1001, 10);
	SERVER(s, RST_ACK, 2461, 131);
	CLIENT(s, TCP_ACK, 131, 1501, .after = MS(1));
	SERVER(s, TCP_RST, 1501, .after = MS(1));
	SERVER(s, TCP_RST, 2461, .after = MS(1));
	scene_finish(s);
	EXPECT_NOT(s, FORGED_RST);
}

/* RFC 9293 §3.10.7.4 fifth: in SYN-RECEIVED a wrong ACK is answered by a reset, and nothing else
 * changes. The wrong one was another's. */
Test(forged, third_ack_and_the_listener_goes_on)
{
	g_autoptr(Scene) s = scene_new();

	CLIENT(s, TCP_SYN);
	SERVER(s, SYN_ACK, 0, 1);
	CLIENT(s, TCP_ACK, 1, 1001, .after = MS(1));
	CLIENT(s, TCP_ACK, 1, 1);
	SERVER(s, TCP_RST, 1001, .after = MS(1));
	CLIENT(s, PSH_ACK, 1, 1, 20);
	SERVER(s, PSH_ACK, 1, 21, 30, .after = MS(40));
	CLIENT(s, TCP_ACK, 21, 31);
	scene_finish(s);
	EXPECT(s, BAD_HANDSHAKE_ACK);
	EXPECT_NOT(s, FORGED_RST);
	EXPECT_NOT(s, RESET_ABORT);
}

/* The right one came before: what the server has sent since was not captured. */
Test(forged, no_third_ack_behind_the_right_one)
{
	g_autoptr(Scene) s = scene_new();

	CLIENT(s, TCP_SYN);
	SERVER(s, SYN_ACK, 0, 1);
	CLIENT(s, TCP_ACK, 1, 1);
	CLIENT(s, TCP_ACK, 1, 1449);
	SERVER(s, TCP_RST, 1449, .after = MS(20));
	scene_finish(s);
	EXPECT_NOT(s, BAD_HANDSHAKE_ACK);
}

/* … and was not captured. */
Test(forged, listener_resets_what_was_not_captured)
{
	g_autoptr(Scene) s = scene_new();

	CLIENT(s, TCP_SYN);
	SERVER(s, SYN_ACK, 0, 1);
	CLIENT(s, TCP_ACK, 1, 1);
	SERVER(s, TCP_RST, 1001, .after = MS(1));
	CLIENT(s, PSH_ACK, 1, 1, 20);
	SERVER(s, PSH_ACK, 1, 21, 30, .after = MS(40));
	CLIENT(s, TCP_ACK, 21, 31);
	scene_finish(s);
	EXPECT(s, RESET_IGNORED);
	EXPECT_NOT(s, FORGED_RST);
}

/* The server's own reset, and not: of a listener with SYN cookies, of what overtakes the third ACK
 * (RFC 4987 §3.6). It takes that ACK later, or the data that bears it, and nothing else. */
static Scene *overtaken_third_ack(ShakedownDuration reset_after)
{
	Scene *s = scene_new();

	CLIENT(s, TCP_SYN);
	SERVER(s, SYN_ACK, 0, 1);
	CLIENT(s, TCP_ACK, 1, 1);
	CLIENT(s, TCP_ACK, 1, 1, 1400, .after = MS(1));
	CLIENT(s, PSH_ACK, 1401, 1, 1400, .after = MS(1));
	SERVER(s, TCP_RST, 1, .after = reset_after);
	return s;
}

Test(forged, listener_with_cookies_resets_what_overtakes_the_third_ack)
{
	g_autoptr(Scene) s = overtaken_third_ack(MS(10));

	SERVER(s, TCP_ACK, 1, 1401, .after = MS(50));
	CLIENT(s, TCP_RST, 1401);
	scene_finish(s);
	EXPECT_NOT(s, FORGED_RST);
	EXPECT_SEVERITY(s, RESET_ABORT, WARNING);
}

/* Sooner than the server can have got the third ACK: of one on the path, who keeps the data back.
 */
Test(forged, reset_before_the_third_ack_has_come)
{
	g_autoptr(Scene) s = overtaken_third_ack(MS(1));

	SERVER(s, TCP_ACK, 1, 1401, .after = MS(50));
	CLIENT(s, TCP_RST, 1401);
	scene_finish(s);
	EXPECT_SEVERITY(s, FORGED_RST, CRITICAL);
}

/* The third ACK comes long after what has overtaken it: the server has not forgotten anything. */
Test(forged, listener_with_cookies_and_a_slow_client)
{
	g_autoptr(Scene) s = scene_new();

	CLIENT(s, TCP_SYN);
	SERVER(s, SYN_ACK, 0, 1, .after = MS(1));
	CLIENT(s, PSH_ACK, 501, 1, 500, .after = MS(600));
	SERVER(s, TCP_RST, 1, .after = MS(1));
	CLIENT(s, TCP_ACK, 1, 1, .after = MS(30));
	CLIENT(s, PSH_ACK, 1, 1, 500, .after = MS(1));
	SERVER(s, TCP_ACK, 1, 501, .after = MS(1));
	CLIENT(s, TCP_RST, 501, .after = MS(600));
	scene_finish(s);
	EXPECT_NOT(s, FORGED_RST);
	EXPECT_NOT(s, HALF_OPEN_CONNECTION);
	EXPECT_SEVERITY(s, RESET_ABORT, WARNING);
}

/* It has had all of it: nobody has reset that. */
Test(forged, reset_of_what_is_acknowledged_later)
{
	g_autoptr(Scene) s = overtaken_third_ack(MS(10));

	SERVER(s, TCP_ACK, 1, 1401, .after = MS(50));
	SERVER(s, TCP_ACK, 1, 2801);
	CLIENT(s, TCP_RST, 1401);
	scene_finish(s);
	EXPECT_SEVERITY(s, FORGED_RST, CRITICAL);
}

/* It has taken nothing since: it speaks first, and what it had got before shows nothing. */
Test(forged, reset_and_the_server_speaks)
{
	g_autoptr(Scene) s = overtaken_third_ack(MS(10));

	SERVER(s, PSH_ACK, 1, 1, 30, .after = MS(50));
	CLIENT(s, TCP_RST, 1);
	scene_finish(s);
	EXPECT_SEVERITY(s, FORGED_RST, CRITICAL);
}

/* A connection that was open keeps what it is. */
Test(forged, reset_behind_the_first_data)
{
	g_autoptr(Scene) s = scene_new();

	scene_open(s);
	CLIENT(s, PSH_ACK, 1, 1, 700);
	SERVER(s, TCP_ACK, 1, 701);
	CLIENT(s, PSH_ACK, 701, 1, 700);
	CLIENT(s, PSH_ACK, 1401, 1, 700, .after = MS(1));
	SERVER(s, TCP_RST, 1);
	SERVER(s, TCP_ACK, 1, 1401, .after = MS(50));
	scene_finish(s);
	EXPECT_SEVERITY(s, FORGED_RST, CRITICAL);
}

/* Within the window: the capture has lost nothing, as the other shows where it is. */
Test(forged, ack_of_what_was_not_sent)
{
	g_autoptr(Scene) s = scene_talking();

	CLIENT(s, TCP_ACK, 121, 3001);
	SERVER(s, TCP_ACK, 1001, 121);
	SERVER(s, PSH_ACK, 1001, 121, 500);
	CLIENT(s, TCP_ACK, 121, 1501);
	scene_finish(s);
	EXPECT_SEVERITY(s, ACK_OF_UNSENT_DATA, WARNING);
	EXPECT_FACT(s, ACK_OF_UNSENT_DATA, "segments=1");
	EXPECT_NOT(s, CAPTURE_LOSS);
}

/* A guess before the server has sent anything, and then the number itself: of one who cuts off what
 * he does not like (Weaver 2009, the pairs that are 12503 apart). */
Test(forged, resets_before_the_server_spoke)
{
	g_autoptr(Scene) s = scene_new();

	CLIENT(s, TCP_SYN);
	SERVER(s, SYN_ACK, 0, 1, .ttl = 57);
	CLIENT(s, TCP_ACK, 1, 1);
	CLIENT(s, PSH_ACK, 1, 1, 12);
	SERVER(s, TCP_RST, 12504, .ttl = 60);
	SERVER(s, TCP_RST, 1, .ttl = 60, .after = MS(1));
	scene_finish(s);
	EXPECT_SEVERITY(s, FORGED_RST, CRITICAL);
	EXPECT_NOT(s, BAD_HANDSHAKE_ACK);
}

/* … nor is one that has acknowledged data a listener: its own were lost by the capture. */
Test(forged, reset_of_a_server_whose_data_was_lost)
{
	g_autoptr(Scene) s = scene_new();

	CLIENT(s, TCP_SYN);
	SERVER(s, SYN_ACK, 0, 1);
	CLIENT(s, TCP_ACK, 1, 1);
	CLIENT(s, PSH_ACK, 1, 1, 120);
	SERVER(s, TCP_ACK, 1, 121);
	CLIENT(s, TCP_ACK, 121, 1001, .after = MS(50));
	SERVER(s, TCP_RST, 1001);
	scene_finish(s);
	EXPECT_NOT(s, BAD_HANDSHAKE_ACK);
	EXPECT(s, RESET_ABORT);
}

/* The client goes on with its SYN: no probe. */
Test(forged, resets_of_what_answers_the_syn)
{
	for (unsigned own = 0; own < 2; own++) {
		g_autoptr(Scene) s = scene_new();

		for (unsigned i = 0; i < 3; i++) {
			CLIENT(s, TCP_SYN, .ttl = 63, .after = SECONDS(1));
			SERVER(s, SYN_ACK, 0, 1);
			CLIENT(s, TCP_RST, 1, .ttl = own ? 63 : 64);
		}
		scene_finish(s);
		cr_assert_eq(scene_report(s, SHAKEDOWN_ANOMALY_FORGED_RST) == NULL, own);
		cr_assert_eq(scene_report(s, SHAKEDOWN_ANOMALY_HALF_OPEN_PROBE) == NULL, !own);
	}
}
