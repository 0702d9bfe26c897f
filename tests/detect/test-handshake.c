/* SPDX-License-Identifier: BSD-3-Clause */
/* Each kind of the handshake: once as it is, once as something that only looks like it. */
#include "scene.h"

#include <inttypes.h>

/* Fast Open with an eight byte cookie, RFC 7413 §2. */
#define COOKIE "\x22\x0a\x01\x02\x03\x04\x05\x06\x07\x08"

Test(handshake, healthy_traffic_is_quiet)
{
	g_autoptr(Scene) s = scene_new();

	for (unsigned n = 0; n < 50; n++) {
		scene_client(s, n);
		scene_open(s);
		scene_talk(s);
		scene_close(s);
	}
	scene_wait(s, SECONDS(200));
	scene_finish(s);
	EXPECT_KINDS(s, "");
}

Test(handshake, no_answer)
{
	g_autoptr(Scene) s = scene_new();

	CLIENT(s, TCP_SYN);
	CLIENT(s, TCP_SYN, .after = SECONDS(1));
	CLIENT(s, TCP_SYN, .after = SECONDS(2));
	scene_wait(s, SECONDS(5));
	scene_finish(s);
	EXPECT_KINDS(s, "syn-retransmitted no-answer");
	EXPECT_SEVERITY(s, NO_ANSWER, WARNING);
	EXPECT_FACT(s, NO_ANSWER, "syn=3");
	EXPECT_FACT(s, SYN_RETRANSMITTED, "backoff=exponential");
}

/* Whatever time passes until it is forgotten. */
Test(handshake, no_answer_until_the_client_resets)
{
	g_autoptr(Scene) s = scene_new();

	CLIENT(s, TCP_SYN);
	CLIENT(s, TCP_RST, 1, .after = MS(6428));
	scene_wait(s, SECONDS(100));
	scene_finish(s);
	EXPECT_FACT(s, NO_ANSWER, "waited_s=6.428");
}

/* Where one direction alone was captured, an answer that is not there says nothing. */
Test(handshake, no_answer_where_answers_are_not_captured)
{
	for (unsigned seen = 0; seen <= 2; seen++) {
		g_autoptr(Scene) s = scene_new();

		for (unsigned i = 0; i < 3; i++) {
			scene_client(s, i);
			CLIENT(s, TCP_SYN);
			if (i < seen)
				SERVER(s, SYN_ACK, 0, 1);
			CLIENT(s, TCP_ACK, 1, 1);
			CLIENT(s, PSH_ACK, 1, 1, 100);
		}
		scene_client(s, 3);
		CLIENT(s, TCP_SYN);
		CLIENT(s, TCP_SYN, .after = SECONDS(1));
		scene_wait(s, SECONDS(200));
		scene_finish(s);
		cr_assert_eq(scene_count(s, SHAKEDOWN_ANOMALY_NO_ANSWER), seen == 2);
	}
}

/* … but it is there, be it behind the third ACK. */
Test(handshake, no_answer_where_answers_are_captured_late)
{
	g_autoptr(Scene) s = scene_new();

	for (unsigned i = 0; i < 3; i++) {
		scene_client(s, i);
		CLIENT(s, TCP_SYN);
		CLIENT(s, TCP_ACK, 1, 1);
		SERVER(s, SYN_ACK, 0, 1, .after = 1000);
		CLIENT(s, PSH_ACK, 1, 1, 100);
	}
	scene_client(s, 3);
	CLIENT(s, TCP_SYN);
	CLIENT(s, TCP_SYN, .after = SECONDS(1));
	scene_wait(s, SECONDS(200));
	scene_finish(s);
	EXPECT(s, NO_ANSWER);
}

Test(handshake, no_answer_yet)
{
	g_autoptr(Scene) s = scene_new();

	CLIENT(s, TCP_SYN);
	CLIENT(s, TCP_SYN, .after = SECONDS(1));
	scene_wait(s, MS(500));
	scene_finish(s);
	EXPECT_NOT(s, NO_ANSWER);
	EXPECT(s, SYN_RETRANSMITTED);
}

Test(handshake, an_answer_that_the_tap_did_not_see)
{
	g_autoptr(Scene) s = scene_new();

	CLIENT(s, TCP_SYN);
	CLIENT(s, TCP_ACK, 1, 1);
	scene_wait(s, SECONDS(200));
	scene_finish(s);
	EXPECT_NOT(s, NO_ANSWER);
	EXPECT_NOT(s, MISSING_THIRD_ACK);
}

Test(handshake, a_late_answer_is_an_answer)
{
	g_autoptr(Scene) s = scene_new();

	CLIENT(s, TCP_SYN);
	CLIENT(s, TCP_SYN, .after = SECONDS(1));
	CLIENT(s, TCP_SYN, .after = SECONDS(2));
	SERVER(s, SYN_ACK, 0, 1);
	CLIENT(s, TCP_ACK, 1, 1);
	scene_wait(s, SECONDS(20));
	scene_finish(s);
	EXPECT_KINDS(s, "syn-retransmitted");
}

Test(handshake, a_packet_that_the_network_doubles_is_no_retransmission)
{
	g_autoptr(Scene) s = scene_new();

	CLIENT(s, TCP_SYN);
	CLIENT(s, TCP_SYN, .after = MS(1));
	SERVER(s, SYN_ACK, 0, 1);
	SERVER(s, SYN_ACK, 0, 1, .after = MS(1));
	CLIENT(s, TCP_ACK, 1, 1);
	scene_talk(s);
	scene_finish(s);
	EXPECT_NOT(s, SYN_RETRANSMITTED);
	EXPECT_NOT(s, SYN_ACK_RETRANSMITTED);
}

static const char *words_of(Scene *s, ShakedownAnomalyKind kind)
{
	return scene_report(s, kind)->summary;
}

/* The first answer is lost behind the tap; the server's timer and the client's SYN both bring the
 * next. */
Test(handshake, a_syn_again_is_answered_again)
{
	g_autoptr(Scene) s = scene_new();

	CLIENT(s, TCP_SYN);
	SERVER(s, SYN_ACK, 0, 1);
	CLIENT(s, TCP_SYN, .after = SECONDS(1));
	SERVER(s, SYN_ACK, 0, 1, .after = MS(1));
	SERVER(s, SYN_ACK, 0, 1, .after = MS(15));
	CLIENT(s, TCP_ACK, 1, 1);
	scene_talk(s);
	scene_finish(s);
	EXPECT_KINDS(s, "syn-retransmitted syn-ack-retransmitted");
	EXPECT_FACT(s, SYN_ACK_RETRANSMITTED, "syn_again=1");
	cr_assert_null(strstr(words_of(s, SHAKEDOWN_ANOMALY_SYN_ACK_RETRANSMITTED), "RFC 6298"));
	cr_assert_not_null(strstr(words_of(s, SHAKEDOWN_ANOMALY_SYN_RETRANSMITTED),
				  "the answer passed here after 10 ms, but had not reached it"));
}

Test(handshake, an_old_copy_of_the_syn)
{
	g_autoptr(Scene) s = scene_new();

	scene_open(s);
	CLIENT(s, TCP_SYN, .after = MS(150));
	SERVER(s, TCP_ACK, 1, 1);
	scene_talk(s);
	scene_finish(s);
	cr_assert_not_null(strstr(words_of(s, SHAKEDOWN_ANOMALY_SYN_RETRANSMITTED),
				  "the last of them is an old copy, late"));
	EXPECT_FACT(s, CHALLENGE_ACK, "provoked_by=SYN");
}

Test(handshake, refused)
{
	g_autoptr(Scene) s = scene_new();

	CLIENT(s, TCP_SYN);
	SERVER(s, RST_ACK, -300000u, 1);
	scene_wait(s, SECONDS(60));
	EXPECT_KINDS(s, "refused");
	EXPECT_SEVERITY(s, REFUSED, NOTICE);
}

/* Both legs of a router: an RST has neither IP id nor timestamp, by which a copy is known. */
Test(handshake, a_refusal_captured_twice_is_one)
{
	g_autoptr(Scene) s = scene_new();

	CLIENT(s, TCP_SYN);
	SERVER(s, RST_ACK, -s->isn[SHAKEDOWN_SERVER], 1);
	SERVER(s, RST_ACK, -s->isn[SHAKEDOWN_SERVER], 1, .ttl = 63, .after = 3000);
	scene_finish(s);
	EXPECT_KINDS(s, "refused");
	cr_assert_null(strstr(words_of(s, SHAKEDOWN_ANOMALY_REFUSED), "times"));
}

Test(handshake, a_reset_with_a_wrong_ack_refuses_nothing)
{
	g_autoptr(Scene) s = scene_new();

	CLIENT(s, TCP_SYN);
	SERVER(s, RST_ACK, -300000u, 500);
	SERVER(s, SYN_ACK, 0, 1);
	CLIENT(s, TCP_ACK, 1, 1);
	scene_talk(s);
	scene_finish(s);
	EXPECT_NOT(s, REFUSED);
	EXPECT_NOT(s, RESET_ABORT);
}

Test(handshake, missing_third_ack)
{
	g_autoptr(Scene) s = scene_new();

	CLIENT(s, TCP_SYN);
	SERVER(s, SYN_ACK, 0, 1);
	SERVER(s, SYN_ACK, 0, 1, .after = SECONDS(1));
	SERVER(s, SYN_ACK, 0, 1, .after = SECONDS(2));
	scene_wait(s, SECONDS(5));
	scene_finish(s);
	EXPECT_KINDS(s, "syn-ack-retransmitted missing-third-ack");
	EXPECT_SEVERITY(s, MISSING_THIRD_ACK, WARNING);
	EXPECT_FACT(s, MISSING_THIRD_ACK, "syn_ack=3");
	cr_assert_not_null(strstr(scene_report(s, SHAKEDOWN_ANOMALY_MISSING_THIRD_ACK)->summary,
				  "SYN,ACK sent 3 times in 3 s"));
}

Test(handshake, the_capture_ends_before_the_third_ack)
{
	g_autoptr(Scene) s = scene_new();

	CLIENT(s, TCP_SYN);
	SERVER(s, SYN_ACK, 0, 1);
	scene_finish(s);
	EXPECT_KINDS(s, "");
}

Test(handshake, the_clients_direction_is_not_captured)
{
	g_autoptr(Scene) s = scene_new();

	SERVER(s, SYN_ACK, 0, 1);
	SERVER(s, PSH_ACK, 1, 121, 100, .after = SECONDS(5));
	scene_finish(s);
	EXPECT_NOT(s, MISSING_THIRD_ACK);
}

Test(handshake, third_ack_lost_and_mended)
{
	g_autoptr(Scene) s = scene_new();

	scene_open(s);
	SERVER(s, SYN_ACK, 0, 1, .after = SECONDS(1));
	CLIENT(s, TCP_ACK, 1, 1);
	scene_talk(s);
	scene_finish(s);
	EXPECT_KINDS(s, "third-ack-lost syn-ack-retransmitted");
	EXPECT_SEVERITY(s, THIRD_ACK_LOST, NOTICE);
}

Test(handshake, third_ack_never_taken)
{
	g_autoptr(Scene) s = scene_new();

	scene_open(s);
	for (unsigned n = 0; n < 3; n++) {
		SERVER(s, SYN_ACK, 0, 1, .after = SECONDS(1 << n));
		CLIENT(s, TCP_ACK, 1, 1);
	}
	scene_finish(s);
	EXPECT_SEVERITY(s, THIRD_ACK_LOST, WARNING);
	EXPECT_FACT(s, THIRD_ACK_LOST, "lost=3");
}

/* The client says that it is there, and nobody else does. */
Test(handshake, third_ack_of_which_the_server_shows_nothing)
{
	g_autoptr(Scene) s = scene_new();

	scene_open(s);
	CLIENT(s, PSH_ACK, 1, 1, 50);
	for (unsigned n = 0; n < 3; n++) {
		SERVER(s, SYN_ACK, 0, 1, .after = SECONDS(1 << n));
		CLIENT(s, TCP_ACK, 51, 1);
		CLIENT(s, PSH_ACK, 1, 1, 50, .after = MS(400));
	}
	scene_finish(s);
	EXPECT_SEVERITY(s, THIRD_ACK_LOST, WARNING);
	EXPECT_FACT(s, THIRD_ACK_LOST, "mended=0");
	cr_assert_null(strstr(words_of(s, SHAKEDOWN_ANOMALY_THIRD_ACK_LOST), "was established"));
}

Test(handshake, half_open_probe)
{
	g_autoptr(Scene) s = scene_new();

	CLIENT(s, TCP_SYN);
	SERVER(s, SYN_ACK, 0, 1);
	CLIENT(s, TCP_RST, 1);
	scene_wait(s, SECONDS(200));
	EXPECT_KINDS(s, "half-open-probe");
}

Test(handshake, a_reset_after_the_third_ack_is_no_probe)
{
	g_autoptr(Scene) s = scene_new();

	scene_open(s);
	CLIENT(s, RST_ACK, 1, 1);
	scene_finish(s);
	EXPECT_KINDS(s, "reset-abort");
	EXPECT_SEVERITY(s, RESET_ABORT, NOTICE);
}

Test(handshake, slow)
{
	g_autoptr(Scene) s = scene_new();

	CLIENT(s, TCP_SYN);
	SERVER(s, SYN_ACK, 0, 1, .after = MS(1500));
	CLIENT(s, TCP_ACK, 1, 1);
	scene_finish(s);
	EXPECT_KINDS(s, "slow-handshake");
	EXPECT_FACT(s, SLOW_HANDSHAKE, "leg=server");
}

Test(handshake, slow_as_always)
{
	g_autoptr(Scene) s = scene_new();

	s->config.slow_handshake = MS(100);
	for (unsigned n = 0; n < 8; n++) {
		scene_client(s, n);
		CLIENT(s, TCP_SYN);
		SERVER(s, SYN_ACK, 0, 1, .after = MS(80));
		CLIENT(s, TCP_ACK, 1, 1);
	}
	scene_client(s, 9);
	CLIENT(s, TCP_SYN);
	SERVER(s, SYN_ACK, 0, 1, .after = MS(300));
	CLIENT(s, TCP_ACK, 1, 1);
	scene_finish(s);
	EXPECT_NOT(s, SLOW_HANDSHAKE);
}

Test(handshake, bad_syn_ack)
{
	g_autoptr(Scene) s = scene_new();

	CLIENT(s, TCP_SYN);
	SERVER(s, SYN_ACK, 0, 9);
	CLIENT(s, TCP_RST, 9);
	scene_finish(s);
	EXPECT_SEVERITY(s, BAD_HANDSHAKE_ACK, WARNING);
	EXPECT_FACT(s, BAD_HANDSHAKE_ACK, "expected=1001");
	EXPECT_NOT(s, HALF_OPEN_PROBE);
}

/* A tap on both sides of a firewall that gives connections other initial numbers. */
Test(handshake, renumbered_on_the_way)
{
	g_autoptr(Scene) s = scene_new();

	CLIENT(s, TCP_SYN);
	SERVER(s, SYN_ACK, 7000000, 9000001);
	SERVER(s, SYN_ACK, 0, 1, .after = MS(1), .same_id = true);
	CLIENT(s, TCP_ACK, 1, 1);
	CLIENT(s, PSH_ACK, 1, 1, 120);
	SERVER(s, PSH_ACK, 7000001, 9000121, 500);
	SERVER(s, PSH_ACK, 1, 121, 500, .after = MS(1), .same_id = true);
	scene_finish(s);
	EXPECT_NOT(s, BAD_HANDSHAKE_ACK);
	EXPECT_NOT(s, ACK_OF_UNSENT_DATA);
}

Test(handshake, data_on_the_syn)
{
	g_autoptr(Scene) s = scene_new();

	CLIENT(s, TCP_SYN, 0, 0, 30);
	SERVER(s, SYN_ACK, 0, 31);
	CLIENT(s, TCP_ACK, 31, 1);
	scene_finish(s);
	EXPECT_KINDS(s, "syn-with-data");
}

Test(handshake, fast_open_ignored)
{
	g_autoptr(Scene) s = scene_new();

	CLIENT(s, TCP_SYN, 0, 0, 30, .options = COOKIE, .options_len = 10);
	SERVER(s, SYN_ACK, 0, 1);
	CLIENT(s, PSH_ACK, 1, 1, 30);
	scene_finish(s);
	EXPECT_KINDS(s, "fast-open-ignored");
	EXPECT_FACT(s, FAST_OPEN_IGNORED, "bytes=30");
}

Test(handshake, fast_open_accepted)
{
	g_autoptr(Scene) s = scene_new();

	CLIENT(s, TCP_SYN, 0, 0, 30, .options = COOKIE, .options_len = 10);
	SERVER(s, SYN_ACK, 0, 31);
	CLIENT(s, TCP_ACK, 31, 1);
	scene_finish(s);
	EXPECT_KINDS(s, "");
}

/* RFC 9293 §3.5 figure 8. */
Test(handshake, old_duplicate_syn)
{
	g_autoptr(Scene) s = scene_new();

	CLIENT(s, TCP_SYN, -500u);
	SERVER(s, SYN_ACK, 0, -499u);
	CLIENT(s, TCP_RST, -499u);
	s->isn[SHAKEDOWN_SERVER] = 700000;
	CLIENT(s, TCP_SYN, 0);
	SERVER(s, SYN_ACK, 0, 1);
	CLIENT(s, TCP_ACK, 1, 1);
	scene_talk(s);
	scene_finish(s);
	EXPECT(s, OLD_DUPLICATE_SYN);
	EXPECT_NOT(s, HALF_OPEN_PROBE);
	cr_assert_eq(scene_loud(s), 0);
}

/* Both SYNs pass before the old one is answered; the real one comes again, and that alone is a
 * repetition. */
Test(handshake, old_duplicate_syn_beside_the_real_one)
{
	for (unsigned old_first = 0; old_first < 2; old_first++) {
		g_autoptr(Scene) s = scene_new();

		CLIENT(s, TCP_SYN, old_first ? -500u : 0);
		CLIENT(s, TCP_SYN, old_first ? 0 : -500u);
		SERVER(s, SYN_ACK, 0, -499u);
		CLIENT(s, TCP_RST, -499u);
		CLIENT(s, TCP_SYN, 0, .after = SECONDS(1));
		s->isn[SHAKEDOWN_SERVER] = 700000;
		SERVER(s, SYN_ACK, 0, 1);
		CLIENT(s, TCP_ACK, 1, 1);
		scene_talk(s);
		scene_finish(s);
		EXPECT_KINDS(s, "old-duplicate-syn syn-retransmitted");
		EXPECT_FACT(s, SYN_RETRANSMITTED, "syn=2");
		EXPECT_FACT(s, SYN_RETRANSMITTED, "backoff=unknown");
		cr_assert_eq(scene_loud(s), 0);
	}
}

/* RFC 9293 §3.5 figure 7. */
Test(handshake, simultaneous_open)
{
	g_autoptr(Scene) s = scene_new();

	CLIENT(s, TCP_SYN);
	SERVER(s, TCP_SYN);
	CLIENT(s, SYN_ACK, 0, 1);
	SERVER(s, SYN_ACK, 0, 1);
	CLIENT(s, PSH_ACK, 1, 1, 10);
	scene_finish(s);
	EXPECT_KINDS(s, "simultaneous-open");
}

Test(handshake, split)
{
	g_autoptr(Scene) s = scene_new();

	CLIENT(s, TCP_SYN);
	SERVER(s, TCP_SYN);
	CLIENT(s, SYN_ACK, 0, 1);
	SERVER(s, TCP_ACK, 1, 1);
	CLIENT(s, PSH_ACK, 1, 1, 10);
	scene_finish(s);
	EXPECT_SEVERITY(s, SPLIT_HANDSHAKE, WARNING);
	EXPECT_NOT(s, SIMULTANEOUS_OPEN);
}

Test(handshake, unexpected_flags)
{
	g_autoptr(Scene) s = scene_new();

	CLIENT(s, TCP_SYN | TCP_FIN);
	SERVER(s, RST_ACK, -300000u, 2);
	scene_finish(s);
	EXPECT(s, UNEXPECTED_FLAGS);
	EXPECT_FACT(s, UNEXPECTED_FLAGS, "flags=SYN with FIN");
}

Test(handshake, ecn_is_expected)
{
	g_autoptr(Scene) s = scene_new();

	CLIENT(s, TCP_SYN | TCP_ECE | TCP_CWR | TCP_AE);
	SERVER(s, SYN_ACK | TCP_ECE, 0, 1);
	CLIENT(s, TCP_ACK, 1, 1);
	scene_finish(s);
	EXPECT_KINDS(s, "");
}

/* In the midst of a connection it is those segments that are pointed at, and not the first. */
Test(handshake, odd_flags_within_a_connection)
{
	g_autoptr(Scene) s = scene_new();

	scene_open(s);
	scene_talk(s);
	ShakedownTime before = s->now;
	uint64_t frame = s->frame;
	for (unsigned i = 0; i < 2; i++)
		CLIENT(s, 0, 121, 0);
	scene_close(s);
	scene_finish(s);
	EXPECT_FACT(s, UNEXPECTED_FLAGS, "segments=2");
	const SceneReport *r = scene_report(s, SHAKEDOWN_ANOMALY_UNEXPECTED_FLAGS);
	g_autofree char *filter =
		g_strdup_printf("frame.number in {%" PRIu64 ", %" PRIu64 "}", frame + 1, frame + 2);
	cr_assert_not_null(strstr(r->filter, filter), "%s", r->filter);
	cr_assert_gt(r->time, before);
	cr_assert_eq(r->until - r->time, MS(10));
}
