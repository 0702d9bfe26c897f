/* SPDX-License-Identifier: BSD-3-Clause */
/* What only looks like an anomaly: for each kind that has no such case beside its own tests. */
#include "scene.h"

#include "tcp/tcp-stream-recent.h"

/* Fast Open with an eight byte cookie, RFC 7413 §2. */
#define COOKIE "\x22\x0a\x01\x02\x03\x04\x05\x06\x07\x08"

/* The answer was slow, not lost: SYN,ACK again before any third ACK. */
Test(near_miss, third_ack_after_the_second_syn_ack)
{
	g_autoptr(Scene) s = scene_new();

	CLIENT(s, TCP_SYN);
	SERVER(s, SYN_ACK, 0, 1);
	SERVER(s, SYN_ACK, 0, 1, .after = SECONDS(1));
	CLIENT(s, TCP_ACK, 1, 1);
	scene_talk(s);
	scene_finish(s);
	EXPECT_NOT(s, THIRD_ACK_LOST);
	EXPECT(s, SYN_ACK_RETRANSMITTED);
}

Test(near_miss, fast_open_that_works)
{
	g_autoptr(Scene) s = scene_new();

	CLIENT(s, TCP_SYN, .len = 10, .options = COOKIE, .options_len = 10);
	SERVER(s, SYN_ACK, 0, 11);
	CLIENT(s, TCP_ACK, 11, 1);
	scene_finish(s);
	EXPECT_NOT(s, SYN_WITH_DATA);
	EXPECT_NOT(s, FAST_OPEN_IGNORED);
}

/* The option may be what was cut off. */
Test(near_miss, syn_with_data_and_options_cut)
{
	for (SegmentCut cut = SEGMENT_CUT_PAYLOAD; cut <= SEGMENT_CUT_HEADER; cut++) {
		g_autoptr(Scene) s = scene_new();

		CLIENT(s, TCP_SYN, .len = 10, .cut = cut);
		SERVER(s, SYN_ACK, 0, 11);
		scene_finish(s);
		cr_assert_eq(scene_count(s, SHAKEDOWN_ANOMALY_SYN_WITH_DATA),
			     cut == SEGMENT_CUT_PAYLOAD);
	}
}

/* A client that has given up resets the answer: there is no other SYN. */
Test(near_miss, answer_that_comes_too_late)
{
	g_autoptr(Scene) s = scene_new();

	CLIENT(s, TCP_SYN);
	SERVER(s, SYN_ACK, 0, 1);
	CLIENT(s, TCP_RST, 1);
	scene_finish(s);
	EXPECT_NOT(s, OLD_DUPLICATE_SYN);
	EXPECT(s, HALF_OPEN_PROBE);
}

Test(near_miss, both_open_at_once)
{
	g_autoptr(Scene) s = scene_new();

	CLIENT(s, TCP_SYN);
	SERVER(s, TCP_SYN, .after = MS(1));
	CLIENT(s, SYN_ACK, 0, 1);
	SERVER(s, SYN_ACK, 0, 1, .after = MS(1));
	CLIENT(s, TCP_ACK, 1, 1);
	scene_finish(s);
	EXPECT_NOT(s, SPLIT_HANDSHAKE);
}

/* All that may stand together does; RFC 3168's bits are no longer reserved. */
Test(near_miss, flags_that_are_seldom)
{
	g_autoptr(Scene) s = scene_new();

	CLIENT(s, TCP_SYN | TCP_ECE | TCP_CWR);
	SERVER(s, SYN_ACK | TCP_ECE, 0, 1);
	CLIENT(s, TCP_ACK, 1, 1);
	CLIENT(s, FIN_ACK | TCP_PSH | TCP_URG | TCP_CWR, 1, 1, 10);
	SERVER(s, FIN_ACK, 1, 12);
	CLIENT(s, TCP_ACK, 12, 2);
	scene_finish(s);
	EXPECT_NOT(s, UNEXPECTED_FLAGS);
}

/* A keep-alive and its answer are as bare as a challenge, but nothing provoked them. */
Test(near_miss, acks_that_challenge_nobody)
{
	g_autoptr(Scene) s = scene_talking();

	CLIENT(s, TCP_ACK, 120, 1001, .after = SECONDS(10));
	SERVER(s, TCP_ACK, 1001, 121);
	CLIENT(s, TCP_ACK, 120, 1001, .after = SECONDS(10));
	SERVER(s, TCP_ACK, 1001, 121);
	scene_finish(s);
	EXPECT_NOT(s, CHALLENGE_ACK);
}

/* The SYN's own copy, which came late. */
Test(near_miss, the_same_syn_again)
{
	g_autoptr(Scene) s = scene_new();

	scene_open(s);
	CLIENT(s, TCP_SYN, .after = MS(5));
	SERVER(s, TCP_ACK, 1, 1);
	scene_talk(s);
	scene_finish(s);
	EXPECT_NOT(s, SYN_IN_ESTABLISHED);
}

/* For the server there was no connection any more: its end was not captured. */
Test(near_miss, a_syn_that_is_taken_up_at_once)
{
	for (unsigned answered = 0; answered < 2; answered++) {
		g_autoptr(Scene) s = scene_talking();

		CLIENT(s, TCP_SYN, 500000, .after = SECONDS(10800));
		if (answered)
			SERVER(s, SYN_ACK, 2300000, 500001, .after = MS(1));
		else
			CLIENT(s, TCP_SYN, 500000, .after = SECONDS(1));
		scene_finish(s);
		if (answered)
			EXPECT_NOT(s, SYN_IN_ESTABLISHED);
		else
			EXPECT_FACT(s, SYN_IN_ESTABLISHED, "followed_by=nothing");
	}
}

Test(near_miss, icmp_of_another_kind)
{
	g_autoptr(Scene) s = scene_talking();

	scene_icmp(s, SHAKEDOWN_SERVER, 3, 1, 0);
	scene_finish(s);
	EXPECT_NOT(s, FRAGMENTATION_NEEDED);
}

Test(near_miss, closes_as_it_should)
{
	g_autoptr(Scene) s = scene_talking();

	/* The server has a last answer on its way, then closes in one step. */
	CLIENT(s, FIN_ACK, 121, 1001);
	SERVER(s, PSH_ACK, 1001, 122, 300, .after = MS(5));
	SERVER(s, FIN_ACK, 1301, 122, .after = MS(5));
	CLIENT(s, TCP_ACK, 122, 1302);
	scene_wait(s, SECONDS(300));
	scene_finish(s);
	EXPECT_NOT(s, FIN_RETRANSMITTED);
	EXPECT_NOT(s, LAST_ACK_LOST);
	EXPECT_NOT(s, HALF_CLOSED_LINGERING);
	EXPECT_NOT(s, HALF_CLOSE);
	EXPECT_NOT(s, SIMULTANEOUS_CLOSE);
	EXPECT_NOT(s, CAPTURE_LOSS);
	EXPECT_NOT(s, CAPTURE_DISORDER);
	EXPECT_KINDS(s, "");
}

/* Half-closed, and the other side goes on for minutes: it has not forgotten. */
Test(near_miss, half_closed_and_busy)
{
	g_autoptr(Scene) s = scene_talking();

	CLIENT(s, FIN_ACK, 121, 1001);
	for (unsigned n = 0; n < 10; n++) {
		SERVER(s, PSH_ACK, 1001 + 10 * n, 122, 10, .after = SECONDS(30));
		CLIENT(s, TCP_ACK, 122, 1011 + 10 * n);
	}
	SERVER(s, FIN_ACK, 1101, 122);
	CLIENT(s, TCP_ACK, 122, 1102);
	scene_finish(s);
	EXPECT_NOT(s, HALF_CLOSED_LINGERING);
	EXPECT(s, HALF_CLOSE);
}

/* The FIN is sent again because it was lost, not the ACK of it. */
Test(near_miss, fin_again_before_its_ack)
{
	g_autoptr(Scene) s = scene_talking();

	CLIENT(s, FIN_ACK, 121, 1001);
	CLIENT(s, FIN_ACK, 121, 1001, .after = MS(300));
	SERVER(s, FIN_ACK, 1001, 122);
	CLIENT(s, TCP_ACK, 122, 1002);
	scene_finish(s);
	EXPECT_NOT(s, LAST_ACK_LOST);
	EXPECT(s, FIN_RETRANSMITTED);
}

Test(near_miss, window_that_opens_soon)
{
	g_autoptr(Scene) s = scene_talking();

	CLIENT(s, PSH_ACK, 121, 1001, 500);
	SERVER(s, TCP_ACK, 1001, 621, .window = CLOSED_WINDOW);
	SERVER(s, TCP_ACK, 1001, 621, .after = MS(400));
	CLIENT(s, PSH_ACK, 621, 1001, 500);
	SERVER(s, TCP_ACK, 1001, 1121);
	scene_finish(s);
	EXPECT_NOT(s, ZERO_WINDOW_STALL);
}

/* Each client port is used once, and few of them: RFC 9293 §3.6.1 works as it should. */
Test(near_miss, ports_that_rest)
{
	g_autoptr(Scene) s = scene_new();

	for (unsigned n = 0; n < 200; n++) {
		s->port[SHAKEDOWN_CLIENT] = (uint16_t)(20000 + n);
		scene_numbers(s, n);
		scene_open(s);
		scene_talk(s);
		scene_close(s);
	}
	scene_finish(s);
	EXPECT_NOT(s, TIME_WAIT_ACCUMULATION);
	EXPECT_NOT(s, TIME_WAIT_REUSE);
	EXPECT_NOT(s, TIME_WAIT_REUSE_REFUSED);
	EXPECT_NOT(s, CONNECTION_FLOOD);
	EXPECT_NOT(s, FIN_FLOOD);
	EXPECT_KINDS(s, "");
}

/* An RST that does not fit takes nobody out of TIME-WAIT: RFC 5961 §3. */
Test(near_miss, reset_beside_time_wait)
{
	g_autoptr(Scene) s = scene_talking();

	scene_close(s);
	SERVER(s, TCP_RST, 900000, .after = SECONDS(1));
	scene_finish(s);
	EXPECT_NOT(s, TIME_WAIT_ASSASSINATION);
}

/* Sent again is not captured twice: it has an identification of its own. */
Test(near_miss, retransmission_is_no_copy)
{
	g_autoptr(Scene) s = scene_talking();

	CLIENT(s, PSH_ACK, 121, 1001, 100);
	CLIENT(s, PSH_ACK, 121, 1001, 100, .after = MS(300));
	SERVER(s, TCP_ACK, 1001, 221);
	scene_finish(s);
	EXPECT_NOT(s, DUPLICATE_PACKETS);
}

/* A sender all of whose checksums are wrong leaves them to its card. */
Test(near_miss, checksums_left_to_the_card)
{
	g_autoptr(Scene) s = scene_new();

	CLIENT(s, TCP_SYN, .checksum = SEGMENT_CHECKSUM_BAD);
	SERVER(s, SYN_ACK, 0, 1, .checksum = SEGMENT_CHECKSUM_GOOD);
	CLIENT(s, TCP_ACK, 1, 1, .checksum = SEGMENT_CHECKSUM_BAD);
	CLIENT(s, PSH_ACK, 1, 1, 120, .checksum = SEGMENT_CHECKSUM_BAD);
	SERVER(s, TCP_ACK, 1, 121, .checksum = SEGMENT_CHECKSUM_GOOD);
	scene_finish(s);
	EXPECT_NOT(s, BAD_CHECKSUM);
}

static Scene *sent_twice(const char *first, const char *later)
{
	Scene *s = scene_talking();

	tcp_tracker_set_recent(s->tracker, tcp_recent_new(64));
	CLIENT(s, PSH_ACK, 121, 1001, 10, .payload = first);
	CLIENT(s, PSH_ACK, 121, 1001, 10, .payload = later, .after = MS(300));
	SERVER(s, TCP_ACK, 1001, 131);
	scene_finish(s);
	return s;
}

Test(near_miss, sent_again_as_it_was)
{
	g_autoptr(Scene) s = sent_twice("GET /index", "GET /index");

	EXPECT_NOT(s, OVERLAP_CONFLICT);
}

Test(overlap, sent_again_as_something_else)
{
	g_autoptr(Scene) s = sent_twice("GET /index", "GET /admin");

	EXPECT_SEVERITY(s, OVERLAP_CONFLICT, CRITICAL);
	cr_assert_eq(scene_report(s, SHAKEDOWN_ANOMALY_OVERLAP_CONFLICT)->frames, 2);
}

/* Once is enough, though it is done again and nothing else befalls the connection. */
Test(overlap, sent_again_as_something_else_twice)
{
	g_autoptr(Scene) s = scene_talking();

	tcp_tracker_set_recent(s->tracker, tcp_recent_new(64));
	for (uint32_t seq = 121; seq < 141; seq += 10) {
		CLIENT(s, PSH_ACK, seq, 1001, 10, .payload = "GET /index");
		CLIENT(s, PSH_ACK, seq, 1001, 10, .payload = "GET /admin", .after = MS(300));
		SERVER(s, TCP_ACK, 1001, seq + 10);
	}
	scene_finish(s);
	EXPECT_KINDS(s, "overlap-conflict");
}

/* A scanner's kernel knows nothing of its connection: it resets the answer, as far away as the
 * scanner, which goes on. Behind a reset from elsewhere somebody else is, and behind one that no
 * kernel sends beside a client that may be one. */
Test(near_miss, kernel_of_a_scanner)
{
	static const struct {
		uint8_t client, reset;
		bool forged;
	} ttls[] = {{255, 64, false},
		    {243, 116, false},
		    {255, 51, true},
		    {64, 255, true},
		    {64, 128, true}};

	for (size_t i = 0; i < G_N_ELEMENTS(ttls); i++) {
		g_autoptr(Scene) s = scene_new();

		CLIENT(s, TCP_SYN, .ttl = ttls[i].client);
		SERVER(s, SYN_ACK, 0, 1);
		CLIENT(s, TCP_RST, 1, .ttl = ttls[i].reset, .after = MS(1));
		CLIENT(s, TCP_ACK, 1, 1, .ttl = ttls[i].client, .after = MS(100));
		SERVER(s, TCP_RST, 1);
		scene_finish(s);
		if (ttls[i].forged)
			EXPECT(s, FORGED_RST);
		else
			EXPECT_NOT(s, FORGED_RST);
	}
}

/* Nothing of the server is captured: that the FIN still comes tells that nothing answered it. */
static void fins_alone(Scene *s, unsigned times, ShakedownDuration gap)
{
	for (unsigned n = 0; n < times; n++)
		CLIENT(s, FIN_ACK, 121, 1001, .after = gap);
	scene_wait(s, SECONDS(60));
	scene_finish(s);
}

Test(near_miss, fin_that_comes_again_in_one_direction)
{
	g_autoptr(Scene) s = scene_new();

	fins_alone(s, 4, SECONDS(1) + MS(500));
	EXPECT_KINDS(s, "fin-retransmitted fin-unanswered one-direction");
	EXPECT_FACT(s, FIN_UNANSWERED, "waited_s=4.500");
}

Test(near_miss, fin_that_comes_no_more_in_one_direction)
{
	for (unsigned times = 1; times <= 3; times++) {
		g_autoptr(Scene) s = scene_new();

		fins_alone(s, times, SECONDS(1));
		EXPECT_NOT(s, FIN_UNANSWERED);
	}
}

/* What somebody who watches was told when it was late is not told again when it is over. */
Test(near_miss, told_early_and_once)
{
	g_autoptr(Scene) s = scene_new();

	s->context.early = true;
	scene_client(s, 0);
	CLIENT(s, TCP_SYN);
	CLIENT(s, TCP_SYN, .after = SECONDS(1));
	scene_client(s, 1);
	CLIENT(s, TCP_SYN);
	SERVER(s, RST_ACK, -s->isn[SHAKEDOWN_SERVER], 1);
	scene_client(s, 2);
	CLIENT(s, TCP_SYN);
	SERVER(s, SYN_ACK, 0, 1);
	SERVER(s, SYN_ACK, 0, 1, .after = SECONDS(1));
	scene_wait(s, SECONDS(20));
	EXPECT_KINDS(s, "refused no-answer missing-third-ack");
	scene_wait(s, SECONDS(300));
	scene_finish(s);
	EXPECT_KINDS(s, "refused no-answer missing-third-ack syn-retransmitted "
			"syn-ack-retransmitted");
}

/* Where both open each repeats its own SYN. */
Test(near_miss, the_others_syn_that_comes_again)
{
	g_autoptr(Scene) s = scene_new();

	CLIENT(s, TCP_SYN);
	SERVER(s, TCP_SYN);
	CLIENT(s, TCP_SYN, .after = SECONDS(1));
	SERVER(s, TCP_SYN, .after = SECONDS(2));
	CLIENT(s, SYN_ACK, 0, 1);
	SERVER(s, SYN_ACK, 0, 1);
	scene_finish(s);
	EXPECT_FACT(s, SYN_RETRANSMITTED, "lasted_s=1.010");
}

/* A blind SYN that the server challenges; its "sender" goes on, and aborts later. */
Test(near_miss, an_abort_long_after_a_forged_syn)
{
	g_autoptr(Scene) s = scene_talking();

	CLIENT(s, TCP_SYN, 77777);
	SERVER(s, TCP_ACK, 1001, 121);
	CLIENT(s, PSH_ACK, 121, 1001, 50);
	SERVER(s, PSH_ACK, 1001, 171, 500);
	CLIENT(s, TCP_RST, 171);
	scene_finish(s);
	EXPECT_NOT(s, HALF_OPEN_CONNECTION);
	EXPECT(s, RESET_ABORT);
	EXPECT_FACT(s, SYN_IN_ESTABLISHED, "followed_by=challenge-ack");
}

/* One that begins with the same number each time it starts has lost the connection all the same. */
Test(near_miss, opened_anew_by_the_same_number)
{
	g_autoptr(Scene) s = scene_talking();

	scene_wait(s, SECONDS(30));
	CLIENT(s, TCP_SYN);
	SERVER(s, TCP_ACK, 1001, 121);
	CLIENT(s, TCP_RST, 121);
	scene_finish(s);
	EXPECT_KINDS(s, "half-open-connection challenge-ack");
}

/* §3.10.7.1: the RST answers that SYN, with the number 0 as it should, and says nothing of the
 * connection that goes on beside it. */
Test(near_miss, a_syn_that_is_refused_within_a_connection)
{
	g_autoptr(Scene) s = scene_talking();
	const uint32_t zero = 0u - s->isn[SHAKEDOWN_SERVER];

	CLIENT(s, TCP_SYN, 77777);
	SERVER(s, RST_ACK, zero, 77778);
	SERVER(s, PSH_ACK, 1001, 121, 500, .after = MS(100));
	CLIENT(s, TCP_ACK, 121, 1501);
	scene_finish(s);
	EXPECT_NOT(s, FORGED_RST);
}

Test(near_miss, a_syn_that_nobody_has_sent_is_refused)
{
	g_autoptr(Scene) s = scene_talking();
	const uint32_t zero = 0u - s->isn[SHAKEDOWN_SERVER];

	CLIENT(s, TCP_SYN, 77777);
	SERVER(s, RST_ACK, zero, 88888);
	SERVER(s, PSH_ACK, 1001, 121, 500, .after = MS(100));
	CLIENT(s, TCP_ACK, 121, 1501);
	scene_finish(s);
	EXPECT_FACT(s, FORGED_RST, "sender_goes_on=1");
}
