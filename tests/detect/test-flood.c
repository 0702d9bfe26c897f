/* SPDX-License-Identifier: BSD-3-Clause */
/* Floods: RFC 4987; and services whose queues are full. */
#include "scene.h"

/* SYNs from n clients, each answered and then left alone. */
static void half_open(Scene *s, unsigned first, unsigned n, ShakedownDuration apart)
{
	for (unsigned i = first; i < first + n; i++) {
		scene_client(s, i);
		CLIENT(s, TCP_SYN, .after = apart);
		SERVER(s, SYN_ACK, 0, 1, .after = 1000);
	}
}

static void complete(Scene *s, unsigned first, unsigned n, ShakedownDuration apart)
{
	for (unsigned i = first; i < first + n; i++) {
		scene_client(s, i);
		CLIENT(s, TCP_SYN, .after = apart);
		SERVER(s, SYN_ACK, 0, 1, .after = 1000);
		CLIENT(s, TCP_ACK, 1, 1, .after = 1000);
		CLIENT(s, PSH_ACK, 1, 1, 10, .after = 1000);
	}
}

Test(flood, syn_flood_is_one_finding)
{
	g_autoptr(Scene) s = scene_new();

	half_open(s, 0, 400, MS(10));
	complete(s, 1000, 5, MS(20));
	scene_wait(s, SECONDS(300));
	scene_finish(s);
	/* Nothing was sent again, so it may have used cookies. */
	EXPECT_KINDS(s, "syn-flood syn-cookies");
	EXPECT_SEVERITY(s, SYN_FLOOD, CRITICAL);
	EXPECT_FACT(s, SYN_FLOOD, "sources_look_forged=1");
	const SceneReport *r = scene_report(s, SHAKEDOWN_ANOMALY_SYN_FLOOD);
	cr_assert_eq(r->scope, SHAKEDOWN_SCOPE_SERVICE);
	cr_assert_leq(r->until - r->time, SECONDS(6));
}

/* Before its service's time began anew. */
Test(flood, is_known_when_the_clock_was_set_back)
{
	g_autoptr(Scene) s = scene_new();

	complete(s, 0, 20, SECONDS(1));
	half_open(s, 3000, 20, SECONDS(1));
	s->now -= SECONDS(86400);
	/* Until those from before are over. */
	complete(s, 2000, 200, SECONDS(1));
	half_open(s, 4000, 400, MS(10));
	scene_wait(s, SECONDS(30));
	complete(s, 6000, 5, SECONDS(1));
	EXPECT_SEVERITY(s, SYN_FLOOD, CRITICAL);
	EXPECT_FACT(s, SYN_FLOOD, "peak_half_open=400");
}

/* A flood that the capture's end cuts short is known before its members are judged. */
Test(flood, syn_flood_at_the_end_of_the_capture)
{
	g_autoptr(Scene) s = scene_new();

	half_open(s, 0, 1000, MS(1));
	scene_finish(s);
	EXPECT_KINDS(s, "syn-flood");
	cr_assert_eq(s->record_bits, UINT64_C(1) << SHAKEDOWN_ANOMALY_SYN_FLOOD);
}

/* Its last moment counts, too, however short. */
Test(flood, all_of_a_flood_counts_up_to_the_end)
{
	g_autoptr(Scene) s = scene_new();

	half_open(s, 0, 1100, MS(2));
	scene_finish(s);
	EXPECT(s, SYN_FLOOD);
	EXPECT_FACT(s, SYN_FLOOD, "syn=1100");
}

/* A moment of a busy service whose clients are far away: the last third has had no time to answer.
 */
Test(flood, a_short_capture_of_a_busy_service)
{
	g_autoptr(Scene) s = scene_new();

	complete(s, 0, 1000, MS(1) / 5);
	half_open(s, 2000, 1000, MS(1) / 5);
	scene_finish(s);
	EXPECT_NOT(s, SYN_FLOOD);
}

Test(flood, members_name_it_and_the_others_do_not)
{
	g_autoptr(Scene) s = scene_new();

	half_open(s, 0, 300, MS(10));
	complete(s, 1000, 1, MS(20));
	scene_finish(s);
	EXPECT(s, SYN_FLOOD);
	/* The last connection is the one that came about. */
	cr_assert_eq(s->record_bits, 0);
	cr_assert_eq(s->worst_record, SHAKEDOWN_SEVERITY_CRITICAL);
}

Test(flood, a_busy_service)
{
	g_autoptr(Scene) s = scene_new();

	complete(s, 0, 1000, MS(5));
	scene_finish(s);
	EXPECT_KINDS(s, "");
}

/* All at once, with an answer that takes a round trip. */
Test(flood, a_rush)
{
	g_autoptr(Scene) s = scene_new();

	for (unsigned pass = 0; pass < 3; pass++) {
		for (unsigned i = 0; i < 500; i++) {
			scene_client(s, i);
			if (pass == 0)
				CLIENT(s, TCP_SYN, .after = 1000);
			else if (pass == 1)
				SERVER(s, SYN_ACK, 0, 1, .after = 1000);
			else
				CLIENT(s, PSH_ACK, 1, 1, 10, .after = 1000);
		}
		scene_wait(s, MS(100));
	}
	scene_wait(s, SECONDS(20));
	scene_finish(s);
	EXPECT_KINDS(s, "");
}

Test(flood, below_the_threshold)
{
	g_autoptr(Scene) s = scene_new();

	half_open(s, 0, 150, MS(20));
	scene_wait(s, SECONDS(300));
	scene_finish(s);
	EXPECT_NOT(s, SYN_FLOOD);
	cr_assert_eq(scene_count(s, SHAKEDOWN_ANOMALY_MISSING_THIRD_ACK), 150);
}

/* Of a thousand clients a second one in ten is lost, from the first moment of the capture on: a
 * share of what the service completes, whatever the number. */
Test(flood, a_capture_that_begins_where_much_goes_on)
{
	g_autoptr(Scene) s = scene_new();

	for (unsigned i = 0; i < 4000; i++) {
		scene_client(s, i);
		CLIENT(s, TCP_SYN, .after = MS(1) / 4);
		SERVER(s, SYN_ACK, 0, 1, .after = MS(1) / 4);
		if (i % 10)
			CLIENT(s, PSH_ACK, 1, 1, 10, .after = MS(1) / 2);
		else
			scene_wait(s, MS(1) / 2);
	}
	scene_finish(s);
	EXPECT_NOT(s, SYN_FLOOD);
}

/* Ten a second more than a busy service's own eight: it is known by the service's measure. */
static void busy(Scene *s, unsigned seconds, unsigned floods)
{
	for (unsigned i = 0; i < 8 * seconds; i++) {
		scene_client(s, 100000 + i);
		CLIENT(s, TCP_SYN, .after = MS(10));
		SERVER(s, SYN_ACK, 0, 1, .after = MS(1));
		CLIENT(s, PSH_ACK, 1, 1, 10, .after = MS(1));
		half_open(s, i * floods, floods, MS(50));
		scene_wait(s, MS(110) - MS(50) * floods);
	}
}

Test(flood, of_a_busy_service)
{
	g_autoptr(Scene) s = scene_new();

	busy(s, 20, 0);
	busy(s, 15, 2);
	scene_finish(s);
	EXPECT(s, SYN_FLOOD);
	EXPECT_FACT(s, SYN_FLOOD, "told_by=cumulative sum");
}

/* Not much has been seen of it before. */
Test(flood, begins_soon_at_a_busy_service)
{
	g_autoptr(Scene) s = scene_new();

	busy(s, 3, 0);
	busy(s, 15, 2);
	scene_finish(s);
	EXPECT(s, SYN_FLOOD);
}

/* Three a second of its clients are lost: trouble, but no flood. */
Test(flood, trickle_at_a_busy_service)
{
	g_autoptr(Scene) s = scene_new();

	busy(s, 20, 0);
	for (unsigned i = 0; i < 30; i++) {
		busy(s, 1, 0);
		half_open(s, 3 * i, 3, MS(1));
	}
	scene_finish(s);
	EXPECT_NOT(s, SYN_FLOOD);
}

/* Five a second never fill the window, but go on for minutes. */
Test(flood, slow)
{
	g_autoptr(Scene) s = scene_new();

	half_open(s, 0, 600, MS(200));
	scene_wait(s, SECONDS(300));
	scene_finish(s);
	EXPECT(s, SYN_FLOOD);
	EXPECT_FACT(s, SYN_FLOOD, "told_by=cumulative sum");
}

/* A service that is down: its clients try again. */
Test(flood, an_outage_is_no_flood)
{
	g_autoptr(Scene) s = scene_new();

	for (unsigned i = 0; i < 700; i++) {
		scene_client(s, i);
		if (i < 600)
			CLIENT(s, TCP_SYN, .after = MS(5));
		if (i >= 100) {
			scene_client(s, i - 100);
			CLIENT(s, TCP_SYN, .after = MS(5));
		}
	}
	scene_wait(s, SECONDS(300));
	scene_finish(s);
	EXPECT_NOT(s, SYN_FLOOD);
}

/* Forged SYNs to a port where nothing listens hold nothing, and are told all the same. */
Test(flood, refused)
{
	g_autoptr(Scene) s = scene_new();

	for (unsigned i = 0; i < 400; i++) {
		scene_client(s, i);
		CLIENT(s, TCP_SYN, .after = MS(5));
		if (i % 12)
			SERVER(s, RST_ACK, 0, 1, .after = 1000);
	}
	scene_wait(s, SECONDS(300));
	scene_finish(s);
	EXPECT_KINDS(s, "syn-flood");
	EXPECT_SEVERITY(s, SYN_FLOOD, WARNING);
	EXPECT_FACT(s, SYN_FLOOD, "syn=400");
	EXPECT_FACT(s, SYN_FLOOD, "refused=366");
	/* So says each connection's record, whether it is over during the flood or long after. */
	cr_assert_eq(s->record_bits, UINT64_C(1) << SHAKEDOWN_ANOMALY_SYN_FLOOD);
	cr_assert_eq(s->worst_record, SHAKEDOWN_SEVERITY_WARNING);
}

/* A service that has crashed: it had served somebody, or its clients live near and far. */
Test(flood, a_crash_is_no_flood)
{
	for (unsigned served = 0; served <= 50; served += 50) {
		g_autoptr(Scene) s = scene_new();

		complete(s, 100000, served, MS(100));
		for (unsigned i = 0; i < 400; i++) {
			scene_client(s, i);
			CLIENT(s, TCP_SYN, .after = MS(5),
			       .ttl = served ? 64 : (uint8_t)(40 + i % 24));
			SERVER(s, RST_ACK, 0, 1, .after = 1000);
		}
		scene_wait(s, SECONDS(300));
		scene_finish(s);
		EXPECT_NOT(s, SYN_FLOOD);
		EXPECT(s, REFUSED);
	}
}

/* Hidden in a busy service's traffic: what is counted is what came while the sum grew. */
Test(flood, hidden_and_counted)
{
	g_autoptr(Scene) s = scene_new();

	complete(s, 100000, 2000, MS(5));
	for (unsigned i = 0; i < 1500; i++) {
		half_open(s, i, 1, MS(3));
		complete(s, 200000 + 2 * i, 2, MS(2));
	}
	scene_wait(s, SECONDS(300));
	scene_finish(s);
	EXPECT(s, SYN_FLOOD);
	EXPECT_FACT(s, SYN_FLOOD, "half_open_share=0.333");
}

Test(flood, segments_without_a_connection)
{
	g_autoptr(Scene) s = scene_new();

	for (unsigned i = 0; i < 300; i++) {
		scene_client(s, i);
		CLIENT(s, TCP_ACK, 5, 5, .after = MS(5));
		SERVER(s, TCP_RST, 5);
	}
	scene_wait(s, SECONDS(300));
	scene_finish(s);
	EXPECT_SEVERITY(s, ACK_FLOOD, WARNING);
	EXPECT_FACT(s, ACK_FLOOD, "segments=300");
	EXPECT_NOT(s, RESET_FLOOD);
}

Test(flood, resets_and_fins_without_a_connection)
{
	g_autoptr(Scene) s = scene_new();

	for (unsigned i = 0; i < 250; i++) {
		scene_client(s, i);
		CLIENT(s, TCP_RST, 5, .after = MS(5));
		scene_client(s, 10000 + i);
		CLIENT(s, FIN_ACK, 5, 5, .after = MS(5));
	}
	scene_finish(s);
	EXPECT(s, RESET_FLOOD);
	EXPECT(s, FIN_FLOOD);
	EXPECT_NOT(s, ACK_FLOOD);
}

Test(flood, a_capture_that_begins_in_the_middle)
{
	g_autoptr(Scene) s = scene_new();

	for (unsigned i = 0; i < 300; i++) {
		scene_client(s, i);
		CLIENT(s, TCP_ACK, 5, 5, .after = MS(5));
		SERVER(s, PSH_ACK, 5, 5, 100);
		CLIENT(s, TCP_ACK, 5, 105);
	}
	scene_finish(s);
	EXPECT_KINDS(s, "");
}

static void ignored_third_ack(Scene *s, unsigned n, bool with_data)
{
	scene_client(s, n);
	scene_open(s);
	if (with_data)
		CLIENT(s, PSH_ACK, 1, 1, 100);
	SERVER(s, SYN_ACK, 0, 1, .after = SECONDS(1));
	CLIENT(s, TCP_ACK, with_data ? 101 : 1, 1);
}

Test(flood, accept_queue_full)
{
	g_autoptr(Scene) s = scene_new();

	for (unsigned n = 0; n < 4; n++)
		ignored_third_ack(s, n, true);
	scene_finish(s);
	EXPECT_SEVERITY(s, ACCEPT_QUEUE_OVERFLOW, WARNING);
	EXPECT_FACT(s, ACCEPT_QUEUE_OVERFLOW, "connections=4");
}

/* TCP_DEFER_ACCEPT ignores the bare ACK, too. */
Test(flood, accept_deferred)
{
	g_autoptr(Scene) s = scene_new();

	for (unsigned n = 0; n < 4; n++)
		ignored_third_ack(s, n, false);
	scene_finish(s);
	EXPECT_NOT(s, ACCEPT_QUEUE_OVERFLOW);
}

static void passed_over(Scene *s, unsigned victims, bool others)
{
	for (unsigned n = 0; n < victims; n++) {
		scene_client(s, n);
		CLIENT(s, TCP_SYN);
	}
	if (others)
		complete(s, 100, 3, MS(50));
	scene_wait(s, MS(800));
	for (unsigned n = 0; n < victims; n++) {
		scene_client(s, n);
		CLIENT(s, TCP_SYN);
	}
	scene_finish(s);
}

Test(flood, backlog_full)
{
	g_autoptr(Scene) s = scene_new();

	passed_over(s, 4, true);
	EXPECT_SEVERITY(s, BACKLOG_OVERFLOW, WARNING);
}

/* However many they are. */
Test(flood, backlog_of_a_busy_service_is_full)
{
	g_autoptr(Scene) s = scene_new();

	complete(s, 1000, 100, MS(1));
	passed_over(s, 40, true);
	EXPECT_SEVERITY(s, BACKLOG_OVERFLOW, WARNING);
}

Test(flood, a_busy_service_has_lost_few_syns)
{
	g_autoptr(Scene) s = scene_new();

	complete(s, 1000, 100, MS(1));
	passed_over(s, 5, true);
	EXPECT_NOT(s, BACKLOG_OVERFLOW);
}

Test(flood, nobody_is_answered)
{
	g_autoptr(Scene) s = scene_new();

	passed_over(s, 4, false);
	EXPECT_NOT(s, BACKLOG_OVERFLOW);
}

Test(flood, two_lost_syns_are_bad_luck)
{
	g_autoptr(Scene) s = scene_new();

	passed_over(s, 2, true);
	EXPECT_NOT(s, BACKLOG_OVERFLOW);
}

/* A host that floods under its own address, whose stack resets each answer. */
static Scene *resets_each_answer(unsigned n, ShakedownDuration apart)
{
	Scene *s = scene_new();

	complete(s, 1000, 3, MS(20));
	scene_client(s, 1);
	for (unsigned i = 0; i < n; i++) {
		s->port[SHAKEDOWN_CLIENT] = (uint16_t)(2000 + i);
		scene_numbers(s, 5000 + i);
		CLIENT(s, TCP_SYN, .after = apart);
		SERVER(s, SYN_ACK, 0, 1, .after = 1000);
		CLIENT(s, TCP_RST, 1, .after = 1000);
	}
	scene_wait(s, SECONDS(60));
	scene_finish(s);
	return s;
}

Test(flood, from_one_host_that_resets_the_answers)
{
	g_autoptr(Scene) s = resets_each_answer(1000, MS(5));

	EXPECT_KINDS(s, "syn-flood");
	EXPECT_SEVERITY(s, SYN_FLOOD, WARNING);
	EXPECT_FACT(s, SYN_FLOOD, "aborted=1000");
	EXPECT_FACT(s, SYN_FLOOD, "sources_look_forged=0");
	const SceneReport *r = scene_report(s, SHAKEDOWN_ANOMALY_SYN_FLOOD);
	cr_assert_not_null(strstr(r->facts, "top_source="), "%s", r->facts);
	cr_assert_not_null(strstr(r->summary, "99 % of them answered and then reset"), "%s",
			   r->summary);
}

/* A balancer's health checks, ten a second. */
Test(flood, health_checks)
{
	g_autoptr(Scene) s = resets_each_answer(600, MS(100));

	EXPECT_NOT(s, SYN_FLOOD);
	EXPECT(s, HALF_OPEN_PROBE);
}

Test(flood, a_source_with_most_of_it_is_named)
{
	g_autoptr(Scene) s = scene_new();

	complete(s, 1000, 40, MS(20));
	scene_client(s, 7);
	for (unsigned i = 0; i < 600; i++) {
		s->port[SHAKEDOWN_CLIENT] = (uint16_t)(2000 + i);
		scene_numbers(s, 5000 + i);
		CLIENT(s, TCP_SYN, .after = MS(5));
	}
	char address[SHAKEDOWN_ADDRESS_LEN];
	shakedown_address_format(&s->addr[SHAKEDOWN_CLIENT], address);
	scene_wait(s, SECONDS(60));
	scene_finish(s);
	EXPECT_SEVERITY(s, SYN_FLOOD, CRITICAL);
	g_autofree char *fact = g_strdup_printf(" top_source=%s ", address);
	const SceneReport *r = scene_report(s, SHAKEDOWN_ANOMALY_SYN_FLOOD);
	cr_assert_not_null(strstr(r->facts, fact), "%s", r->facts);
}

/* What was ordinary before is no part of it. */
Test(flood, begins_where_it_begins)
{
	g_autoptr(Scene) s = scene_new();

	complete(s, 1000, 80, MS(100));
	ShakedownTime before = s->now;
	half_open(s, 0, 1000, MS(2));
	scene_wait(s, SECONDS(60));
	scene_finish(s);
	const SceneReport *r = scene_report(s, SHAKEDOWN_ANOMALY_SYN_FLOOD);
	cr_assert_not_null(r);
	cr_assert_gt(r->time, before - SECONDS(1));
}

/* The clock leaps back in the midst of it: one flood, and no thousand handshakes by themselves. */
Test(flood, clock_that_leaps_back)
{
	g_autoptr(Scene) s = scene_new();

	half_open(s, 0, 3000, MS(1));
	s->now -= SECONDS(600);
	half_open(s, 3000, 1000, MS(1));
	s->now += SECONDS(600);
	half_open(s, 4000, 1000, MS(1));
	scene_wait(s, SECONDS(60));
	scene_finish(s);
	cr_assert_eq(scene_count(s, SHAKEDOWN_ANOMALY_SYN_FLOOD), 1);
	EXPECT_NOT(s, MISSING_THIRD_ACK);
	EXPECT_FACT(s, SYN_FLOOD, "behind=1000");
}

static void bare(Scene *s, uint16_t flags, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		scene_client(s, i);
		CLIENT(s, flags, 7, .after = MS(5));
		SERVER(s, RST_ACK, 0, 7, .after = 1000);
	}
	scene_wait(s, SECONDS(60));
	scene_finish(s);
}

/* The first of them are told of with the others. */
Test(flood, segments_that_no_stack_sends)
{
	g_autoptr(Scene) null = scene_new(), fin = scene_new(), few = scene_new();

	bare(null, 0, 400);
	EXPECT_KINDS(null, "ack-flood");
	cr_assert_not_null(strstr(scene_report(null, SHAKEDOWN_ANOMALY_ACK_FLOOD)->summary,
				  "400 segments without ACK"));
	bare(fin, TCP_FIN, 400);
	EXPECT_KINDS(fin, "fin-flood");
	bare(few, 0, 100);
	EXPECT_NOT(few, ACK_FLOOD);
	cr_assert_eq(scene_count(few, SHAKEDOWN_ANOMALY_UNEXPECTED_FLAGS), 100);
}

/* By a third of all the time there is, and back: it ends. */
Test(flood, clocks_that_leap_to_and_fro)
{
	g_autoptr(Scene) s = scene_new();
	uint64_t chance = 1;

	for (unsigned i = 0; i < 7000; i++) {
		chance = chance * UINT64_C(6364136223846793005) + 1;
		scene_client(s, i);
		s->now = (ShakedownTime)(chance >> 1) % (INT64_C(1) << 62) -
			 (chance >> 63 ? INT64_C(1) << 61 : 0);
		CLIENT(s, TCP_SYN);
		for (unsigned j = 0; j < i % 3; j++)
			SERVER(s, SYN_ACK, 0, 1, .after = SECONDS(90));
	}
	scene_finish(s);
	cr_assert_eq(s->frame, 7000 + 6999);
}
