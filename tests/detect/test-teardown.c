/* SPDX-License-Identifier: BSD-3-Clause */
/* How connections close, or fail to: RFC 9293 §3.6. */
#include "scene.h"

Test(teardown, fin_lost_once)
{
	g_autoptr(Scene) s = scene_talking();

	CLIENT(s, FIN_ACK, 121, 1001);
	CLIENT(s, FIN_ACK, 121, 1001, .after = MS(220));
	SERVER(s, FIN_ACK, 1001, 122);
	CLIENT(s, TCP_ACK, 122, 1002);
	scene_wait(s, SECONDS(200));
	EXPECT_KINDS(s, "fin-retransmitted");
	EXPECT_FACT(s, FIN_RETRANSMITTED, "client_fin=2");
}

/* RFC 2883 §4.1: what is below the ACK came twice. */
static void fin_again(Scene *s, ShakedownDuration after, bool came_twice)
{
	uint32_t fin = s->isn[SHAKEDOWN_CLIENT] + 121;
	uint32_t edges[2] = {GUINT32_TO_BE(fin), GUINT32_TO_BE(fin + 1)};
	char sack[12] = {1, 1, 5, 10};

	memcpy(sack + 4, edges, sizeof edges);
	CLIENT(s, FIN_ACK, 121, 1001);
	CLIENT(s, FIN_ACK, 121, 1001, .after = after);
	SERVER(s, TCP_ACK, 1001, 122, .after = MS(1), .options = sack,
	       .options_len = came_twice ? sizeof sack : 0);
	SERVER(s, FIN_ACK, 1001, 122);
	CLIENT(s, TCP_ACK, 122, 1002);
	scene_finish(s);
	EXPECT_KINDS(s, "fin-retransmitted");
}

/* The peer takes its time with the ACK, as kernels do, and a probe is faster. */
Test(teardown, fin_that_had_arrived)
{
	g_autoptr(Scene) s = scene_talking();

	fin_again(s, MS(30), true);
	EXPECT_SEVERITY(s, FIN_RETRANSMITTED, INFO);
	EXPECT_FACT(s, FIN_RETRANSMITTED, "needless=1");
}

/* By then its ACK is lost. */
Test(teardown, fin_that_had_arrived_long_ago)
{
	g_autoptr(Scene) s = scene_talking();

	fin_again(s, MS(220), true);
	EXPECT_SEVERITY(s, FIN_RETRANSMITTED, NOTICE);
	EXPECT_FACT(s, FIN_RETRANSMITTED, "needless=1");
}

Test(teardown, fin_that_had_not_arrived)
{
	g_autoptr(Scene) s = scene_talking();

	fin_again(s, MS(30), false);
	EXPECT_SEVERITY(s, FIN_RETRANSMITTED, NOTICE);
	EXPECT_FACT(s, FIN_RETRANSMITTED, "needless=0");
}

Test(teardown, fin_doubled_by_the_network)
{
	g_autoptr(Scene) s = scene_talking();

	CLIENT(s, FIN_ACK, 121, 1001);
	CLIENT(s, FIN_ACK, 121, 1001, .after = MS(1));
	SERVER(s, FIN_ACK, 1001, 122);
	CLIENT(s, TCP_ACK, 122, 1002);
	scene_finish(s);
	EXPECT_KINDS(s, "");
}

Test(teardown, last_ack_lost)
{
	g_autoptr(Scene) s = scene_talking();

	scene_close(s);
	SERVER(s, FIN_ACK, 1001, 122, .after = MS(300));
	CLIENT(s, TCP_ACK, 122, 1002);
	scene_wait(s, SECONDS(200));
	EXPECT_KINDS(s, "fin-retransmitted last-ack-lost");
}

Test(teardown, fin_unanswered)
{
	g_autoptr(Scene) s = scene_talking();

	for (unsigned n = 0; n < 4; n++)
		CLIENT(s, FIN_ACK, 121, 1001, .after = MS(200 << n));
	scene_wait(s, SECONDS(5));
	CLIENT(s, FIN_ACK, 121, 1001);
	scene_wait(s, SECONDS(5));
	scene_finish(s);
	EXPECT_SEVERITY(s, FIN_UNANSWERED, WARNING);
	EXPECT_FACT(s, FIN_UNANSWERED, "fin=5");
	EXPECT_KINDS(s, "fin-retransmitted fin-unanswered");
	cr_assert_eq(scene_report(s, SHAKEDOWN_ANOMALY_FIN_UNANSWERED)->frames, 5);
}

Test(teardown, fin_unanswered_until_its_sender_gave_up)
{
	g_autoptr(Scene) s = scene_talking();

	for (unsigned n = 0; n < 5; n++)
		CLIENT(s, FIN_ACK, 121, 1001, .after = MS(200 << n));
	scene_wait(s, SECONDS(5));
	CLIENT(s, RST_ACK, 122, 1001);
	scene_finish(s);
	EXPECT(s, FIN_UNANSWERED);
}

/* An impatient peer: two FINs and a reset within a moment. */
Test(teardown, fin_answered_by_a_reset)
{
	g_autoptr(Scene) s = scene_talking();

	CLIENT(s, FIN_ACK, 121, 1001);
	CLIENT(s, FIN_ACK, 121, 1001, .after = MS(300));
	SERVER(s, TCP_RST, 1001);
	scene_wait(s, SECONDS(30));
	scene_finish(s);
	EXPECT_NOT(s, FIN_UNANSWERED);
}

Test(teardown, fin_answered_late)
{
	g_autoptr(Scene) s = scene_talking();

	for (unsigned n = 0; n < 5; n++)
		CLIENT(s, FIN_ACK, 121, 1001, .after = MS(200 << n));
	SERVER(s, TCP_ACK, 1001, 122, .after = SECONDS(4));
	SERVER(s, FIN_ACK, 1001, 122);
	CLIENT(s, TCP_ACK, 122, 1002);
	scene_finish(s);
	EXPECT_NOT(s, FIN_UNANSWERED);
	EXPECT(s, FIN_RETRANSMITTED);
}

/* Whoever does not repeat his FIN has its ACK, though the tap has not. */
Test(teardown, fin_whose_ack_was_not_captured)
{
	g_autoptr(Scene) s = scene_talking();

	CLIENT(s, FIN_ACK, 121, 1001);
	scene_wait(s, SECONDS(20));
	scene_finish(s);
	EXPECT_KINDS(s, "");
}

Test(teardown, the_capture_ends_in_fin_wait_1)
{
	g_autoptr(Scene) s = scene_talking();

	CLIENT(s, FIN_ACK, 121, 1001);
	CLIENT(s, FIN_ACK, 121, 1001, .after = MS(200));
	scene_finish(s);
	EXPECT_KINDS(s, "fin-retransmitted");
}

/* Three times again, but within fin_timeout. */
Test(teardown, who_is_silent_to_a_fin_is_sent_no_data)
{
	g_autoptr(Scene) s = scene_talking();

	CLIENT(s, FIN_ACK, 121, 1001);
	CLIENT(s, FIN_ACK, 121, 1001, .after = MS(200));
	CLIENT(s, FIN_ACK, 121, 1001, .after = MS(400));
	CLIENT(s, FIN_ACK, 121, 1001, .after = MS(800));
	scene_finish(s);
	EXPECT_KINDS(s, "fin-retransmitted silent-death");
	cr_assert_not_null(strstr(scene_report(s, SHAKEDOWN_ANOMALY_SILENT_DEATH)->summary,
				  "the client sent its FIN again 3 times"));
}

Test(teardown, close_wait_stuck)
{
	g_autoptr(Scene) s = scene_talking();

	CLIENT(s, FIN_ACK, 121, 1001);
	SERVER(s, TCP_ACK, 1001, 122);
	scene_wait(s, SECONDS(70));
	EXPECT_KINDS(s, "half-closed-lingering");
	EXPECT_FACT(s, HALF_CLOSED_LINGERING, "stuck=server");
	scene_finish(s);
	cr_assert_eq(scene_count(s, SHAKEDOWN_ANOMALY_HALF_CLOSED_LINGERING), 1);
}

Test(teardown, half_closed_when_the_capture_ends)
{
	g_autoptr(Scene) s = scene_talking();

	CLIENT(s, FIN_ACK, 121, 1001);
	SERVER(s, TCP_ACK, 1001, 122);
	scene_wait(s, SECONDS(30));
	scene_finish(s);
	EXPECT_KINDS(s, "");
}

Test(teardown, half_close)
{
	g_autoptr(Scene) s = scene_talking();

	CLIENT(s, FIN_ACK, 121, 1001);
	for (unsigned n = 0; n < 4; n++) {
		SERVER(s, PSH_ACK, 1001 + 1000 * n, 122, 1000, .after = MS(400));
		CLIENT(s, TCP_ACK, 122, 2001 + 1000 * n);
	}
	SERVER(s, FIN_ACK, 5001, 122);
	CLIENT(s, TCP_ACK, 122, 5002);
	scene_finish(s);
	EXPECT_KINDS(s, "half-close");
	EXPECT_SEVERITY(s, HALF_CLOSE, INFO);
	EXPECT_FACT(s, HALF_CLOSE, "bytes=4000");
}

/* The server knows of no close. */
/* It had closed both directions, as close() does: it resets what still comes. */
Test(teardown, closed_for_good_is_no_half_close)
{
	for (unsigned reads = 0; reads < 2; reads++) {
		g_autoptr(Scene) s = scene_talking();
		uint32_t at = 1001;

		SERVER(s, FIN_ACK, at, 121);
		CLIENT(s, TCP_ACK, 121, at + 1);
		if (reads) {
			CLIENT(s, PSH_ACK, 121, at + 1, 27, .after = SECONDS(2));
			SERVER(s, TCP_ACK, at + 1, 148);
		}
		CLIENT(s, PSH_ACK, reads ? 148 : 121, at + 1, 27, .after = SECONDS(2));
		SERVER(s, TCP_RST, at + 1);
		scene_finish(s);
		EXPECT(s, RESET_AFTER_FIN);
		if (reads)
			EXPECT(s, HALF_CLOSE);
		else
			EXPECT_NOT(s, HALF_CLOSE);
	}
}

Test(teardown, fin_lost_is_no_half_close)
{
	g_autoptr(Scene) s = scene_talking();

	CLIENT(s, FIN_ACK, 121, 1001);
	for (unsigned n = 0; n < 4; n++) {
		SERVER(s, PSH_ACK, 1001 + 1000 * n, 121, 1000, .after = MS(400));
		CLIENT(s, TCP_ACK, 122, 2001 + 1000 * n);
	}
	scene_finish(s);
	EXPECT_NOT(s, HALF_CLOSE);
}

Test(teardown, the_rest_of_an_answer_after_a_fin)
{
	g_autoptr(Scene) s = scene_talking();

	CLIENT(s, FIN_ACK, 121, 1001);
	SERVER(s, PSH_ACK, 1001, 122, 1000, .after = MS(50));
	CLIENT(s, TCP_ACK, 122, 2001);
	SERVER(s, FIN_ACK, 2001, 122, .after = SECONDS(5));
	CLIENT(s, TCP_ACK, 122, 2002);
	scene_finish(s);
	EXPECT_KINDS(s, "");
}

/* RFC 9293 §3.6 figure 13. */
Test(teardown, simultaneous_close)
{
	g_autoptr(Scene) s = scene_talking();

	CLIENT(s, FIN_ACK, 121, 1001);
	SERVER(s, FIN_ACK, 1001, 121, .after = MS(1));
	CLIENT(s, TCP_ACK, 122, 1002);
	SERVER(s, TCP_ACK, 1002, 122);
	scene_finish(s);
	EXPECT_KINDS(s, "simultaneous-close");
}

Test(teardown, data_after_fin)
{
	g_autoptr(Scene) s = scene_talking();

	CLIENT(s, FIN_ACK, 121, 1001);
	SERVER(s, TCP_ACK, 1001, 122);
	CLIENT(s, PSH_ACK, 122, 1001, 10);
	scene_finish(s);
	EXPECT_SEVERITY(s, DATA_AFTER_FIN, WARNING);
	EXPECT_FACT(s, DATA_AFTER_FIN, "bytes=10");
}

Test(teardown, data_before_the_fin_again_and_padding_after_it)
{
	g_autoptr(Scene) s = scene_talking();

	CLIENT(s, PSH_ACK, 121, 1001, 10);
	CLIENT(s, FIN_ACK, 131, 1001);
	CLIENT(s, FIN_ACK, 121, 1001, 10, .after = MS(250));
	SERVER(s, TCP_ACK, 1001, 132);
	CLIENT(s, TCP_ACK, 132, 1001, 6, .payload = "\0\0\0\0\0\0");
	scene_finish(s);
	EXPECT_NOT(s, DATA_AFTER_FIN);
}

Test(teardown, silent_death)
{
	g_autoptr(Scene) s = scene_talking();

	CLIENT(s, PSH_ACK, 121, 1001, 50, .after = SECONDS(400));
	for (unsigned n = 0; n < 4; n++)
		CLIENT(s, PSH_ACK, 121, 1001, 50, .after = MS(300 << n));
	scene_wait(s, SECONDS(20));
	scene_finish(s);
	EXPECT_KINDS(s, "silent-death");
	EXPECT_SEVERITY(s, SILENT_DEATH, WARNING);
	EXPECT_FACT(s, SILENT_DEATH, "retransmissions=4");
	EXPECT_FACT(s, SILENT_DEATH, "silent=server");
	EXPECT_FACT(s, SILENT_DEATH, "idle_before_s=400.010");
}

/* Whose accept queue is full drops the third ACK, and the data behind it; nothing shows that it had
 * taken it. */
Test(teardown, silent_from_the_third_ack_on)
{
	for (unsigned talked = 0; talked < 2; talked++) {
		g_autoptr(Scene) s = talked ? scene_talking() : scene_new();
		uint32_t at = talked ? 121 : 1, ack = talked ? 1001 : 1;

		if (!talked)
			scene_open(s);
		for (unsigned n = 0; n < 5; n++)
			CLIENT(s, PSH_ACK, at, ack, 50, .after = MS(300 << n));
		scene_wait(s, SECONDS(20));
		scene_finish(s);
		EXPECT_KINDS(s, "silent-death");
		cr_assert_eq(!strstr(scene_report(s, SHAKEDOWN_ANOMALY_SILENT_DEATH)->summary,
				     "nothing but SYN,ACK"),
			     talked);
	}
}

static void too_large(Scene *s)
{
	CLIENT(s, PSH_ACK, 121, 1001, 1400);
	for (unsigned n = 0; n < 4; n++)
		CLIENT(s, PSH_ACK, 121, 1001, 1400, .after = MS(300 << n));
}

/* RFC 2923 §2.1: the path takes no large packets. The server gives up waiting for them. */
Test(teardown, black_hole)
{
	g_autoptr(Scene) s = scene_talking();

	too_large(s);
	SERVER(s, FIN_ACK, 1001, 121, .after = SECONDS(5));
	CLIENT(s, TCP_ACK, 1521, 1002);
	scene_finish(s);
	EXPECT_KINDS(s, "silent-death");
	EXPECT_SEVERITY(s, SILENT_DEATH, WARNING);
	EXPECT_FACT(s, SILENT_DEATH, "heard_later=1");
	EXPECT_FACT(s, SILENT_DEATH, "retransmissions=4");
}

/* Three losses in a row are no more than that. */
Test(teardown, lost_by_chance)
{
	g_autoptr(Scene) s = scene_talking();

	CLIENT(s, PSH_ACK, 121, 1001, 100);
	for (unsigned n = 0; n < 3; n++)
		CLIENT(s, PSH_ACK, 121, 1001, 100, .after = MS(120 << n));
	SERVER(s, FIN_ACK, 1001, 121, .after = SECONDS(5));
	CLIENT(s, TCP_ACK, 221, 1002);
	scene_finish(s);
	EXPECT_NOT(s, SILENT_DEATH);
}

Test(teardown, data_gets_through_in_the_end)
{
	g_autoptr(Scene) s = scene_talking();

	too_large(s);
	SERVER(s, PSH_ACK, 1001, 121, 10, .after = SECONDS(5));
	CLIENT(s, PSH_ACK, 121, 1011, 1400);
	SERVER(s, TCP_ACK, 1011, 1521);
	scene_finish(s);
	EXPECT_NOT(s, SILENT_DEATH);
}

/* Its word was under way already. */
Test(teardown, heard_too_soon_to_have_got_it)
{
	g_autoptr(Scene) s = scene_talking();

	too_large(s);
	SERVER(s, PSH_ACK, 1001, 121, 10, .after = MS(100));
	scene_finish(s);
	EXPECT_NOT(s, SILENT_DEATH);
}

/* Behind the tap a box has begun to drop both directions. */
Test(teardown, neither_hears_the_other)
{
	g_autoptr(Scene) s = scene_talking();

	CLIENT(s, PSH_ACK, 121, 1001, 50);
	SERVER(s, PSH_ACK, 1001, 121, 70, .after = MS(1));
	for (unsigned n = 0; n < 4; n++) {
		CLIENT(s, PSH_ACK, 121, 1001, 50, .after = MS(300 << n));
		SERVER(s, PSH_ACK, 1001, 121, 70, .after = MS(1));
	}
	scene_wait(s, SECONDS(20));
	scene_finish(s);
	EXPECT_KINDS(s, "silent-death");
	EXPECT_FACT(s, SILENT_DEATH, "both=1");
	EXPECT_FACT(s, SILENT_DEATH, "retransmissions=4");
	cr_assert_not_null(strstr(scene_report(s, SHAKEDOWN_ANOMALY_SILENT_DEATH)->summary,
				  "neither side hears the other: the client sent its data again "
				  "4 times"));
}

/* One that has been heard, and says its own again, has answered. */
Test(teardown, an_old_segment_again_that_acknowledges_is_an_answer)
{
	g_autoptr(Scene) s = scene_talking();

	SERVER(s, PSH_ACK, 1001, 121, 70);
	for (unsigned n = 0; n < 5; n++)
		CLIENT(s, PSH_ACK, 121, 1001, 50, .after = MS(300 << n));
	SERVER(s, PSH_ACK, 1001, 171, 70);
	scene_wait(s, SECONDS(20));
	scene_finish(s);
	EXPECT_KINDS(s, "");
}

static void die_after(Scene *s, unsigned n, ShakedownDuration idle)
{
	scene_client(s, n);
	scene_open(s);
	scene_talk(s);
	CLIENT(s, PSH_ACK, 121, 1001, 50, .after = idle);
	for (unsigned i = 0; i < 4; i++)
		CLIENT(s, PSH_ACK, 121, 1001, 50, .after = MS(300 << i));
}

/* A firewall forgets after six minutes. */
Test(teardown, deaths_after_the_same_silence)
{
	g_autoptr(Scene) s = scene_new();

	for (unsigned n = 0; n < 4; n++)
		die_after(s, n, SECONDS(360 + n));
	scene_finish(s);
	cr_assert_eq(scene_count(s, SHAKEDOWN_ANOMALY_SILENT_DEATH), 5);
	const SceneReport *r = g_ptr_array_index(s->reports, s->reports->len - 1);
	cr_assert_eq(r->scope, SHAKEDOWN_SCOPE_SERVICE);
	cr_assert_not_null(strstr(r->facts, " connections=4 "));
}

/* However many died before, each after another one. */
Test(teardown, deaths_after_the_same_silence_among_the_latest)
{
	g_autoptr(Scene) s = scene_new();

	s->config.idle_timeout = SECONDS(86400);
	for (unsigned n = 0; n < 4100; n++) {
		s->addr[SHAKEDOWN_SERVER].bytes[2] = (uint8_t)(n >> 8);
		s->addr[SHAKEDOWN_SERVER].bytes[3] = (uint8_t)n;
		die_after(s, n, SECONDS(20));
	}
	s->addr[SHAKEDOWN_SERVER].bytes[2] = 200;
	for (unsigned n = 0; n < 4; n++)
		die_after(s, 5000 + n, SECONDS(360 + n));
	scene_wait(s, SECONDS(86500));
	scene_finish(s);
	const SceneReport *r = g_ptr_array_index(s->reports, s->reports->len - 1);
	cr_assert_eq(r->scope, SHAKEDOWN_SCOPE_SERVICE);
	cr_assert_not_null(strstr(r->facts, " connections=4 "));
}

Test(teardown, deaths_after_different_silences)
{
	g_autoptr(Scene) s = scene_new();

	for (unsigned n = 0; n < 4; n++)
		die_after(s, n, SECONDS(100 + 50 * n));
	scene_finish(s);
	cr_assert_eq(scene_count(s, SHAKEDOWN_ANOMALY_SILENT_DEATH), 4);
}

Test(teardown, answered_in_the_end)
{
	g_autoptr(Scene) s = scene_talking();

	for (unsigned n = 0; n < 5; n++)
		CLIENT(s, PSH_ACK, 121, 1001, 50, .after = MS(300 << n));
	SERVER(s, TCP_ACK, 1001, 171);
	scene_wait(s, SECONDS(20));
	scene_finish(s);
	EXPECT_KINDS(s, "");
}

/* Ten segments sent again at once are one attempt. */
Test(teardown, one_burst_is_one_attempt)
{
	g_autoptr(Scene) s = scene_talking();

	for (unsigned n = 0; n < 10; n++)
		CLIENT(s, PSH_ACK, 121 + 50 * n, 1001, 50, .after = MS(1));
	for (unsigned n = 0; n < 10; n++)
		CLIENT(s, PSH_ACK, 121 + 50 * n, 1001, 50, .after = n ? MS(1) : MS(600));
	scene_finish(s);
	EXPECT_NOT(s, SILENT_DEATH);
}

Test(teardown, keep_alives_unanswered)
{
	g_autoptr(Scene) s = scene_talking();

	for (unsigned n = 0; n < 4; n++)
		CLIENT(s, TCP_ACK, 120, 1001, .after = SECONDS(10));
	CLIENT(s, RST_ACK, 121, 1001, .after = SECONDS(10));
	scene_finish(s);
	EXPECT_FACT(s, SILENT_DEATH, "keep_alives=4");
	EXPECT_FACT(s, SILENT_DEATH, "gave_up=1");
}

/* The path had dropped the one direction; the other end lives, and finds nobody any more. */
Test(teardown, the_peer_speaks_after_it_was_given_up)
{
	g_autoptr(Scene) s = scene_talking();

	for (unsigned n = 0; n < 4; n++)
		CLIENT(s, TCP_ACK, 120, 1001, .after = SECONDS(10));
	CLIENT(s, RST_ACK, 121, 1001, .after = SECONDS(10));
	for (unsigned n = 0; n < 2; n++) {
		SERVER(s, FIN_ACK, 1001, 121, .after = SECONDS(3));
		CLIENT(s, TCP_RST, 121);
	}
	scene_finish(s);
	EXPECT_FACT(s, SILENT_DEATH, "silent=server");
	EXPECT_FACT(s, SILENT_DEATH, "keep_alives=4");
	EXPECT_FACT(s, SILENT_DEATH, "waited_s=40.000");
}

Test(teardown, keep_alives_answered)
{
	g_autoptr(Scene) s = scene_talking();

	for (unsigned n = 0; n < 4; n++) {
		CLIENT(s, TCP_ACK, 120, 1001, .after = SECONDS(10));
		SERVER(s, TCP_ACK, 1001, 121);
	}
	scene_finish(s);
	EXPECT_KINDS(s, "");
}

Test(teardown, zero_window)
{
	g_autoptr(Scene) s = scene_talking();

	SERVER(s, PSH_ACK, 1001, 121, 1000);
	CLIENT(s, TCP_ACK, 121, 2001, .window = CLOSED_WINDOW);
	CLIENT(s, TCP_ACK, 121, 2001, .after = MS(2500));
	scene_close(s);
	scene_finish(s);
	EXPECT_SEVERITY(s, ZERO_WINDOW_STALL, NOTICE);
	EXPECT_FACT(s, ZERO_WINDOW_STALL, "longest_s=2.500");
	EXPECT_FACT(s, ZERO_WINDOW_STALL, "closed_by=client");
	const SceneReport *r = scene_report(s, SHAKEDOWN_ANOMALY_ZERO_WINDOW_STALL);
	cr_assert_eq(r->until - r->time, MS(2500), "not the time of the stall");
}

Test(teardown, a_window_closed_for_a_moment)
{
	g_autoptr(Scene) s = scene_talking();

	SERVER(s, PSH_ACK, 1001, 121, 1000);
	CLIENT(s, TCP_ACK, 121, 2001, .window = CLOSED_WINDOW);
	CLIENT(s, TCP_ACK, 121, 2001, .after = MS(900));
	scene_finish(s);
	EXPECT_KINDS(s, "");
}

/* What closed the first direction may have passed before the capture began: then all is done. */
Test(teardown, nothing_lingers_that_may_have_closed_before_the_capture)
{
	g_autoptr(Scene) s = scene_new();

	SERVER(s, FIN_ACK, 100, 100);
	CLIENT(s, TCP_ACK, 100, 101);
	scene_wait(s, SECONDS(200));
	scene_finish(s);
	EXPECT_NOT(s, HALF_CLOSED_LINGERING);
}

Test(teardown, what_still_sent_in_the_capture_lingers)
{
	g_autoptr(Scene) s = scene_new();

	CLIENT(s, PSH_ACK, 100, 100, 50);
	SERVER(s, FIN_ACK, 100, 150);
	CLIENT(s, TCP_ACK, 150, 101);
	scene_wait(s, SECONDS(200));
	scene_finish(s);
	EXPECT_FACT(s, HALF_CLOSED_LINGERING, "stuck=client");
}
