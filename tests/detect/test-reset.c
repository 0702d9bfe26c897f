/* SPDX-License-Identifier: BSD-3-Clause */
/* Resets, and what else disturbs a living connection: RFC 9293 §3.5.1 to §3.5.3, RFC 5961. */
#include "scene.h"

Test(reset, abort_with_nothing_outstanding)
{
	g_autoptr(Scene) s = scene_talking();

	CLIENT(s, RST_ACK, 121, 1001, .after = MS(200));
	scene_wait(s, SECONDS(60));
	EXPECT_KINDS(s, "reset-abort");
	EXPECT_SEVERITY(s, RESET_ABORT, NOTICE);
}

/* Linux with tcp_abort_on_overflow. A program that aborts what it has accepted acknowledges; and
 * what answers data may be of a server that had taken the third ACK. */
Test(reset, third_ack_not_taken)
{
	for (unsigned other = 0; other < 3; other++) {
		g_autoptr(Scene) s = scene_new();

		scene_open(s);
		if (other == 2)
			CLIENT(s, PSH_ACK, 1, 1, 517, .after = MS(1));
		SERVER(s, other == 1 ? RST_ACK : TCP_RST, 1, 1, .after = MS(1));
		scene_finish(s);
		EXPECT_KINDS(s, "reset-abort");
		cr_assert_eq(!strstr(scene_report(s, SHAKEDOWN_ANOMALY_RESET_ABORT)->summary,
				     "instead of taking the third ACK"),
			     other != 0);
	}
}

Test(reset, abort_that_loses_data)
{
	g_autoptr(Scene) s = scene_talking();

	SERVER(s, PSH_ACK, 1001, 121, 500);
	CLIENT(s, RST_ACK, 121, 1001);
	scene_finish(s);
	EXPECT_KINDS(s, "reset-abort");
	EXPECT_SEVERITY(s, RESET_ABORT, WARNING);
	EXPECT_FACT(s, RESET_ABORT, "undelivered=500");
}

Test(reset, the_reset_acknowledges_what_it_has_read)
{
	g_autoptr(Scene) s = scene_talking();

	SERVER(s, PSH_ACK, 1001, 121, 500);
	CLIENT(s, RST_ACK, 121, 1501);
	scene_finish(s);
	EXPECT_SEVERITY(s, RESET_ABORT, NOTICE);
}

Test(reset, abort_after_a_silence)
{
	g_autoptr(Scene) s = scene_talking();

	SERVER(s, RST_ACK, 1001, 121, .after = SECONDS(40));
	scene_finish(s);
	EXPECT_FACT(s, RESET_ABORT, "idle_s=40.000");
}

Test(reset, after_a_fin)
{
	g_autoptr(Scene) s = scene_talking();

	SERVER(s, FIN_ACK, 1001, 121);
	CLIENT(s, RST_ACK, 121, 1002);
	scene_finish(s);
	EXPECT_KINDS(s, "reset-after-fin");
	EXPECT_SEVERITY(s, RESET_AFTER_FIN, NOTICE);
}

Test(reset, after_both_were_through)
{
	g_autoptr(Scene) s = scene_talking();

	scene_close(s);
	SERVER(s, TCP_RST, 1002);
	scene_finish(s);
	EXPECT_NOT(s, RESET_AFTER_FIN);
	EXPECT_NOT(s, RESET_ABORT);
	cr_assert_eq(scene_loud(s), 0);
}

Test(reset, forged_and_its_sender_goes_on)
{
	g_autoptr(Scene) s = scene_talking();

	SERVER(s, TCP_RST, 1001, .ttl = 51);
	SERVER(s, PSH_ACK, 1001, 121, 100, .after = MS(100));
	CLIENT(s, TCP_ACK, 121, 1101);
	scene_finish(s);
	EXPECT_SEVERITY(s, FORGED_RST, CRITICAL);
	EXPECT_FACT(s, FORGED_RST, "sender_goes_on=1");
	EXPECT_NOT(s, RESET_ABORT);
}

/* That the other had just sent a SYN says nothing of who reset. */
Test(reset, forged_behind_a_syn_of_the_other)
{
	g_autoptr(Scene) s = scene_talking();

	CLIENT(s, TCP_SYN, 77777);
	SERVER(s, TCP_RST, 1001, .ttl = 51);
	SERVER(s, PSH_ACK, 1001, 121, 500, .after = MS(100));
	CLIENT(s, TCP_ACK, 121, 1501);
	scene_finish(s);
	EXPECT_FACT(s, FORGED_RST, "sender_goes_on=1");
}

Test(reset, forged_by_its_ttl_alone)
{
	g_autoptr(Scene) s = scene_talking();

	SERVER(s, TCP_RST, 1001, .ttl = 51, .after = MS(100));
	scene_finish(s);
	EXPECT_SEVERITY(s, FORGED_RST, WARNING);
	EXPECT_FACT(s, FORGED_RST, "ttl=51");
}

Test(reset, guesses_that_move_on)
{
	g_autoptr(Scene) s = scene_talking();

	SERVER(s, TCP_RST, 1001, .ttl = 51);
	SERVER(s, TCP_RST, 13504, .ttl = 51, .after = MS(1));
	scene_finish(s);
	EXPECT_SEVERITY(s, FORGED_RST, CRITICAL);
	EXPECT_FACT(s, FORGED_RST, "moving=1");
}

/* The server answers what was sent before it closed, and then another resets the connection. */
Test(reset, another_resets_behind_an_answer_to_what_was_sent_before)
{
	g_autoptr(Scene) s = scene_talking();

	SERVER(s, TCP_RST, 501, .ttl = 57);
	SERVER(s, TCP_RST, 1001, .ttl = 120, .after = MS(2));
	scene_finish(s);
	EXPECT_SEVERITY(s, FORGED_RST, WARNING);
	EXPECT_FACT(s, FORGED_RST, "moving=0");
}

/* Captured at two places, of which only one has the RST. */
Test(reset, another_ttl_of_another_tap)
{
	g_autoptr(Scene) s = scene_talking();

	SERVER(s, PSH_ACK, 1001, 121, 76);
	SERVER(s, PSH_ACK, 1001, 121, 76, .ttl = 61, .same_id = true, .after = 1000);
	CLIENT(s, TCP_ACK, 121, 1077);
	SERVER(s, RST_ACK, 1077, 121, .ttl = 61);
	scene_finish(s);
	EXPECT_NOT(s, FORGED_RST);
	EXPECT(s, RESET_ABORT);
}

/* Another machine behind the same address, a hop further, that knows of no connection. */
Test(reset, another_ttl_from_next_door)
{
	g_autoptr(Scene) s = scene_talking();

	CLIENT(s, PSH_ACK, 121, 1001, 76, .after = SECONDS(3));
	SERVER(s, TCP_RST, 1001, .ttl = 63);
	scene_finish(s);
	EXPECT_NOT(s, FORGED_RST);
	EXPECT(s, HALF_OPEN_CONNECTION);
	cr_assert_not_null(strstr(scene_report(s, SHAKEDOWN_ANOMALY_HALF_OPEN_CONNECTION)->summary,
				  "perhaps of another machine behind the same address"));
}

/* … and one from there who guesses. */
Test(reset, guesses_from_next_door)
{
	g_autoptr(Scene) s = scene_talking();

	CLIENT(s, PSH_ACK, 121, 1001, 76, .after = SECONDS(3));
	SERVER(s, TCP_RST, 1001, .ttl = 63);
	SERVER(s, TCP_RST, 13504, .ttl = 63, .after = MS(1));
	scene_finish(s);
	EXPECT_SEVERITY(s, FORGED_RST, CRITICAL);
}

/* The same machine, whose kernel begins with 64 and whose firewall with 255. */
Test(reset, another_ttl_from_as_far)
{
	g_autoptr(Scene) s = scene_new();

	CLIENT(s, TCP_SYN);
	SERVER(s, SYN_ACK, 0, 1, .ttl = 57);
	CLIENT(s, TCP_ACK, 1, 1);
	CLIENT(s, PSH_ACK, 1, 1, 120);
	SERVER(s, RST_ACK, 1, 121, .ttl = 248);
	scene_finish(s);
	EXPECT_NOT(s, FORGED_RST);
}

Test(reset, inexact_ignored_and_challenged)
{
	g_autoptr(Scene) s = scene_talking();

	CLIENT(s, TCP_RST, 1121);
	SERVER(s, TCP_ACK, 1001, 121);
	CLIENT(s, TCP_RST, 1121);
	SERVER(s, TCP_ACK, 1001, 121, .after = MS(70));
	CLIENT(s, PSH_ACK, 121, 1001, 10, .after = MS(100));
	SERVER(s, TCP_ACK, 1001, 131);
	scene_finish(s);
	EXPECT_SEVERITY(s, RESET_IGNORED, NOTICE);
	EXPECT_FACT(s, RESET_IGNORED, "challenged=1");
	EXPECT_FACT(s, RESET_IGNORED, "in_window=1");
	EXPECT(s, CHALLENGE_ACK);
	cr_assert_geq(scene_report(s, SHAKEDOWN_ANOMALY_CHALLENGE_ACK)->time,
		      scene_report(s, SHAKEDOWN_ANOMALY_RESET_IGNORED)->time,
		      "it comes before what provoked it");
	EXPECT_FACT(s, CHALLENGE_ACK, "challenges=2");
	const SceneReport *r = scene_report(s, SHAKEDOWN_ANOMALY_CHALLENGE_ACK);
	cr_assert_eq(r->until - r->time, MS(80), "from the first to the last");
}

/* Near, but below what its receiver has acknowledged, or beyond what that has offered. */
Test(reset, out_of_the_window_on_either_side)
{
	static const uint32_t numbers[] = {600, 300000};

	for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++) {
		g_autoptr(Scene) s = scene_talking();

		SERVER(s, TCP_RST, numbers[i]);
		CLIENT(s, PSH_ACK, 121, 1001, 10, .after = MS(100));
		SERVER(s, TCP_ACK, 1001, 131);
		CLIENT(s, PSH_ACK, 131, 1001, 10, .after = MS(100));
		scene_finish(s);
		EXPECT_FACT(s, RESET_IGNORED, "in_window=0");
	}
}

Test(reset, nobody_shows_that_an_inexact_one_was_ignored)
{
	g_autoptr(Scene) s = scene_talking();

	CLIENT(s, TCP_RST, 1121);
	scene_finish(s);
	EXPECT_NOT(s, RESET_IGNORED);
}

Test(reset, syn_in_a_living_connection)
{
	g_autoptr(Scene) s = scene_talking();

	CLIENT(s, TCP_SYN, 5000, .ttl = 51, .after = SECONDS(5));
	SERVER(s, TCP_ACK, 1001, 121);
	CLIENT(s, PSH_ACK, 121, 1001, 10, .after = MS(100));
	SERVER(s, TCP_ACK, 1001, 131);
	scene_finish(s);
	EXPECT_SEVERITY(s, SYN_IN_ESTABLISHED, NOTICE);
	EXPECT_FACT(s, SYN_IN_ESTABLISHED, "followed_by=challenge-ack");
	EXPECT_FACT(s, SYN_IN_ESTABLISHED, "other_ttl=1");
	EXPECT_NOT(s, HALF_OPEN_CONNECTION);
}

/* RFC 9293 §3.5.1 figure 9. */
Test(reset, reopened_after_a_crash)
{
	g_autoptr(Scene) s = scene_talking();

	CLIENT(s, TCP_SYN, 5000, .after = SECONDS(5));
	SERVER(s, TCP_ACK, 1001, 121);
	CLIENT(s, TCP_RST, 121);
	scene_finish(s);
	EXPECT_SEVERITY(s, HALF_OPEN_CONNECTION, WARNING);
	EXPECT_FACT(s, HALF_OPEN_CONNECTION, "lost_by=client");
}

/* … figure 10. */
/* The answer acknowledges more than was captured of the client: its FIN, for one. */
Test(reset, reopened_after_a_close_that_was_lost_to_the_capture)
{
	for (unsigned lost = 0; lost < 2; lost++) {
		g_autoptr(Scene) s = scene_talking();

		CLIENT(s, TCP_SYN, 500000, .after = SECONDS(3));
		SERVER(s, TCP_ACK, 1001, lost ? 162 : 121);
		CLIENT(s, TCP_RST, lost ? 162 : 121);
		scene_finish(s);
		if (lost)
			EXPECT_SEVERITY(s, HALF_OPEN_CONNECTION, NOTICE);
		else
			EXPECT_SEVERITY(s, HALF_OPEN_CONNECTION, WARNING);
	}
}

Test(reset, data_to_an_endpoint_without_the_connection)
{
	g_autoptr(Scene) s = scene_talking();

	CLIENT(s, PSH_ACK, 121, 1001, 12, .after = SECONDS(30));
	SERVER(s, TCP_RST, 1001);
	scene_finish(s);
	EXPECT_KINDS(s, "half-open-connection");
	EXPECT_SEVERITY(s, HALF_OPEN_CONNECTION, WARNING);
}

/* A hop nearer than the server: so answers a firewall that has forgotten the connection. */
Test(reset, data_to_a_device_without_the_connection)
{
	g_autoptr(Scene) s = scene_talking();

	SERVER(s, PSH_ACK, 1001, 121, 10, .ttl = 61);
	SERVER(s, PSH_ACK, 1011, 121, 10, .ttl = 62);
	CLIENT(s, PSH_ACK, 121, 1021, 12, .after = SECONDS(30));
	SERVER(s, TCP_RST, 1021, .ttl = 63);
	scene_finish(s);
	EXPECT_KINDS(s, "half-open-connection");
	cr_assert_not_null(strstr(scene_report(s, SHAKEDOWN_ANOMALY_HALF_OPEN_CONNECTION)->summary,
				  "perhaps of a device on the path"));
}

/* A program that dies with unread data resets at once, and its host whatever comes later. */
Test(reset, an_abort_is_no_lost_connection)
{
	g_autoptr(Scene) s = scene_talking();

	CLIENT(s, PSH_ACK, 121, 1001, 12);
	SERVER(s, TCP_RST, 1001);
	scene_finish(s);
	EXPECT_NOT(s, HALF_OPEN_CONNECTION);
	EXPECT(s, RESET_ABORT);
}

Test(reset, data_after_a_reset_that_was_lost)
{
	g_autoptr(Scene) s = scene_talking();

	CLIENT(s, RST_ACK, 121, 1001);
	/* More than one segment: only the first is a surprise, and nothing says how many. */
	SERVER(s, PSH_ACK, 1001, 121, 14, .after = MS(400));
	SERVER(s, PSH_ACK, 1015, 121, 14);
	CLIENT(s, TCP_RST, 121);
	scene_finish(s);
	EXPECT_SEVERITY(s, DATA_AFTER_RESET, NOTICE);
	cr_assert_str_eq(
		scene_report(s, SHAKEDOWN_ANOMALY_DATA_AFTER_RESET)->summary,
		"the server sent data after the RST of the client: the RST did not reach it "
		"in time, or was ignored");
	EXPECT(s, RESET_ABORT);
	EXPECT_NOT(s, FORGED_RST);
}

Test(reset, data_on_its_way_when_the_reset_was_sent)
{
	g_autoptr(Scene) s = scene_talking();

	CLIENT(s, RST_ACK, 121, 1001);
	SERVER(s, PSH_ACK, 1001, 121, 14, .after = MS(5));
	scene_finish(s);
	EXPECT_NOT(s, DATA_AFTER_RESET);
}

Test(reset, acknowledges_what_was_not_sent)
{
	g_autoptr(Scene) s = scene_talking();

	CLIENT(s, PSH_ACK, 121, 90001, 10);
	SERVER(s, TCP_ACK, 1001, 121);
	scene_finish(s);
	EXPECT_SEVERITY(s, ACK_OF_UNSENT_DATA, WARNING);
}

Test(reset, acknowledges_what_the_capture_has_missed)
{
	g_autoptr(Scene) s = scene_talking();

	CLIENT(s, TCP_ACK, 121, 3001);
	SERVER(s, PSH_ACK, 3001, 121, 100);
	scene_finish(s);
	EXPECT_KINDS(s, "capture-loss");
}

Test(reset, path_mtu_obeyed)
{
	g_autoptr(Scene) s = scene_talking();

	SERVER(s, PSH_ACK, 1001, 121, 1460);
	scene_icmp(s, SHAKEDOWN_SERVER, 3, 4, 1400);
	SERVER(s, PSH_ACK, 1001, 121, 1300, .after = MS(200));
	CLIENT(s, TCP_ACK, 121, 2461);
	SERVER(s, PSH_ACK, 2461, 121, 1300, .after = SECONDS(2));
	scene_finish(s);
	EXPECT_SEVERITY(s, FRAGMENTATION_NEEDED, INFO);
	EXPECT_FACT(s, FRAGMENTATION_NEEDED, "obeyed=1");
	EXPECT_NOT(s, UNREACHABLE);
}

Test(reset, path_mtu_not_obeyed)
{
	g_autoptr(Scene) s = scene_talking();

	SERVER(s, PSH_ACK, 1001, 121, 1460);
	scene_icmp(s, SHAKEDOWN_SERVER, 3, 4, 1400);
	SERVER(s, PSH_ACK, 1001, 121, 1460, .after = SECONDS(2));
	scene_finish(s);
	EXPECT_SEVERITY(s, FRAGMENTATION_NEEDED, NOTICE);
	EXPECT_FACT(s, FRAGMENTATION_NEEDED, "oversized=1");
}

/* One number more is acknowledged to a client of whom nothing was captured: its FIN, or a byte. */
Test(reset, nobody_unseen_was_in_time_wait)
{
	g_autoptr(Scene) s = scene_new();

	SERVER(s, SYN_ACK, 0, 1);
	SERVER(s, TCP_ACK, 1, 2);
	SERVER(s, FIN_ACK, 1, 2);
	SERVER(s, TCP_RST, 2, .after = SECONDS(4));
	scene_finish(s);
	EXPECT_NOT(s, TIME_WAIT_ASSASSINATION);
	EXPECT(s, RESET_AFTER_FIN);
	cr_assert_not_null(strstr(scene_report(s, SHAKEDOWN_ANOMALY_RESET_AFTER_FIN)->summary,
				  "after it had sent FIN"));
}

/* §3.10.7.1: who has closed for good answers what was late, with numbers that mean nothing any
 * more; nobody has ignored that. */
Test(reset, of_one_that_had_closed)
{
	g_autoptr(Scene) s = scene_new();

	scene_open(s);
	scene_talk(s);
	CLIENT(s, FIN_ACK, 121, 1001);
	SERVER(s, TCP_ACK, 1001, 122);
	SERVER(s, FIN_ACK, 1001, 122);
	CLIENT(s, TCP_ACK, 122, 1002);
	CLIENT(s, TCP_ACK, 122, 1001);
	SERVER(s, TCP_RST, 1001);
	CLIENT(s, TCP_ACK, 122, 1002, .after = MS(20));
	scene_finish(s);
	EXPECT_NOT(s, RESET_IGNORED);
	EXPECT_NOT(s, FORGED_RST);
}

/* A firewall on the way resets what it does not like, in the server's name. */
Test(reset, by_a_device_on_the_path)
{
	g_autoptr(Scene) s = scene_new();

	SERVER(s, PSH_ACK, 1, 1, 1000, .ttl = 63);
	CLIENT(s, PSH_ACK, 1, 1001, 100);
	SERVER(s, TCP_RST, 1001, .ttl = 64, .after = MS(1));
	scene_finish(s);
	EXPECT_KINDS(s, "reset-abort");
	EXPECT_FACT(s, RESET_ABORT, "ttl=64 usual_ttl=63");
	cr_assert_not_null(strstr(scene_report(s, SHAKEDOWN_ANOMALY_RESET_ABORT)->summary,
				  "it came with TTL 64, not 63: perhaps of a device on the path"));
}

/* Near miss: the server's own. */
Test(reset, by_nobody_else)
{
	g_autoptr(Scene) s = scene_new();

	SERVER(s, PSH_ACK, 1, 1, 1000, .ttl = 63);
	CLIENT(s, PSH_ACK, 1, 1001, 100);
	SERVER(s, TCP_RST, 1001, .ttl = 63, .after = MS(1));
	scene_finish(s);
	EXPECT_KINDS(s, "reset-abort");
	cr_assert_null(strstr(scene_report(s, SHAKEDOWN_ANOMALY_RESET_ABORT)->summary, "TTL"));
}

/* A reset that ends the connection is told, too, where one before it had a number out of window
 * and nobody answered that. */
Test(reset, after_another_that_was_ignored)
{
	for (unsigned challenged = 0; challenged < 2; challenged++) {
		g_autoptr(Scene) s = scene_talking();

		SERVER(s, TCP_RST, 1001 + (challenged ? 500 : 1 << 24));
		if (challenged)
			CLIENT(s, TCP_ACK, 121, 1001, .after = MS(1));
		SERVER(s, TCP_RST, 1001, .after = SECONDS(1));
		scene_finish(s);
		if (challenged)
			EXPECT_KINDS(s, "reset-ignored challenge-ack");
		else
			EXPECT_KINDS(s, "reset-abort");
	}
}
