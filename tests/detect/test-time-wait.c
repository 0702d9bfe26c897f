/* SPDX-License-Identifier: BSD-3-Clause */
/* TIME-WAIT: RFC 9293 §3.6.1, RFC 6191, RFC 1337. */
#include "scene.h"

/* The server closes first and waits. */
static Scene *server_waits(void)
{
	Scene *s = scene_new();

	scene_open(s);
	scene_talk(s);
	SERVER(s, FIN_ACK, 1001, 121);
	CLIENT(s, FIN_ACK, 121, 1002);
	SERVER(s, TCP_ACK, 1002, 122);
	return s;
}

Test(time_wait, reused_by_a_higher_number)
{
	g_autoptr(Scene) s = server_waits();

	s->isn[SHAKEDOWN_CLIENT] += 100000;
	s->isn[SHAKEDOWN_SERVER] += 100000;
	scene_wait(s, SECONDS(5));
	scene_open(s);
	scene_finish(s);
	EXPECT_KINDS(s, "time-wait-reuse");
	EXPECT_SEVERITY(s, TIME_WAIT_REUSE, INFO);
	EXPECT_FACT(s, TIME_WAIT_REUSE, "allowed_by=sequence number");
}

Test(time_wait, reused_without_right)
{
	g_autoptr(Scene) s = server_waits();

	s->isn[SHAKEDOWN_CLIENT] -= 100000;
	scene_wait(s, SECONDS(5));
	CLIENT(s, TCP_SYN);
	scene_finish(s);
	EXPECT_SEVERITY(s, TIME_WAIT_REUSE, WARNING);
	EXPECT_FACT(s, TIME_WAIT_REUSE, "allowed_by=nothing");
}

/* RFC 6191 §2: a higher number helps where the timestamps are the same, and not where the new one
 * is older, as behind a NAT that many share. */
Test(time_wait, reused_with_timestamps)
{
	static const struct {
		uint32_t tsval;
		const char *allowed;
	} cases[] = {{999, "allowed_by=nothing"},
		     {1000, "allowed_by=sequence number"},
		     {1001, "allowed_by=timestamp"}};

	for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(Scene) s = scene_new();

		CLIENT(s, TCP_SYN, .tsval = 1000);
		SERVER(s, SYN_ACK, 0, 1, .tsval = 7000);
		CLIENT(s, TCP_ACK, 1, 1, .tsval = 1000);
		SERVER(s, FIN_ACK, 1, 1, .tsval = 7000);
		CLIENT(s, FIN_ACK, 1, 2, .tsval = 1000);
		SERVER(s, TCP_ACK, 2, 2, .tsval = 7000);
		s->isn[SHAKEDOWN_CLIENT] += 100000;
		CLIENT(s, TCP_SYN, .tsval = cases[i].tsval, .after = SECONDS(5));
		scene_finish(s);
		EXPECT(s, TIME_WAIT_REUSE);
		cr_assert_not_null(strstr(scene_report(s, SHAKEDOWN_ANOMALY_TIME_WAIT_REUSE)->facts,
					  cases[i].allowed));
	}
}

/* Its timestamp may be among the options that were not captured; where no more than its data are
 * cut off, there is none. */
Test(time_wait, reused_with_options_cut)
{
	for (SegmentCut cut = SEGMENT_CUT_PAYLOAD; cut <= SEGMENT_CUT_HEADER; cut++) {
		bool unknown = cut == SEGMENT_CUT_HEADER;
		g_autoptr(Scene) s = server_waits();

		s->isn[SHAKEDOWN_CLIENT] -= 100000;
		scene_wait(s, SECONDS(5));
		CLIENT(s, TCP_SYN, .cut = cut);
		scene_finish(s);
		EXPECT(s, TIME_WAIT_REUSE);
		const SceneReport *r = scene_report(s, SHAKEDOWN_ANOMALY_TIME_WAIT_REUSE);
		cr_assert_eq(r->severity,
			     unknown ? SHAKEDOWN_SEVERITY_INFO : SHAKEDOWN_SEVERITY_WARNING);
		cr_assert_not_null(
			strstr(r->facts, unknown ? "allowed_by=unknown" : "allowed_by=nothing"));
	}
}

/* All that was captured is played again. */
Test(time_wait, the_same_again)
{
	g_autoptr(Scene) s = server_waits();

	scene_wait(s, SECONDS(5));
	scene_open(s);
	scene_talk(s);
	CLIENT(s, RST_ACK, 121, 1001);
	scene_wait(s, SECONDS(5));
	scene_open(s);
	scene_talk(s);
	scene_finish(s);
	EXPECT_KINDS(s, "time-wait-reuse reset-abort");
	EXPECT_SEVERITY(s, TIME_WAIT_REUSE, NOTICE);
	cr_assert_not_null(strstr(scene_report(s, SHAKEDOWN_ANOMALY_TIME_WAIT_REUSE)->summary,
				  "its SYN is the same as before"));
	cr_assert_eq(scene_loud(s), 0);
}

Test(time_wait, reused_when_it_was_over)
{
	g_autoptr(Scene) s = server_waits();

	s->isn[SHAKEDOWN_CLIENT] -= 100000;
	scene_wait(s, SECONDS(61));
	scene_open(s);
	scene_finish(s);
	EXPECT_KINDS(s, "");
}

Test(time_wait, reuse_refused_at_first)
{
	g_autoptr(Scene) s = server_waits();

	s->isn[SHAKEDOWN_CLIENT] -= 100000;
	CLIENT(s, TCP_SYN, .after = SECONDS(1));
	CLIENT(s, TCP_SYN, .after = SECONDS(1));
	SERVER(s, SYN_ACK, 0, 1);
	CLIENT(s, TCP_ACK, 1, 1);
	scene_finish(s);
	EXPECT_SEVERITY(s, TIME_WAIT_REUSE_REFUSED, WARNING);
	EXPECT_FACT(s, TIME_WAIT_REUSE_REFUSED, "opened_later=1");
}

/* Where nobody listens any more Linux answers once more from TIME-WAIT; the client resets that, and
 * asks again. */
static Scene *port_closed(uint8_t ttl)
{
	Scene *s = server_waits();
	uint32_t old = s->isn[SHAKEDOWN_CLIENT];

	s->isn[SHAKEDOWN_CLIENT] = old + 100000;
	CLIENT(s, TCP_SYN, .after = SECONDS(5));
	s->isn[SHAKEDOWN_CLIENT] = old;
	SERVER(s, TCP_ACK, 1002, 122);
	CLIENT(s, TCP_RST, 122, .ttl = ttl);
	s->isn[SHAKEDOWN_CLIENT] = old + 100000;
	return s;
}

/* As it may happen to any SYN: nothing says that it was for TIME-WAIT. */
Test(time_wait, safe_reuse_passed_over)
{
	g_autoptr(Scene) s = server_waits();

	s->isn[SHAKEDOWN_CLIENT] += 100000;
	CLIENT(s, TCP_SYN, .after = SECONDS(1));
	CLIENT(s, TCP_SYN, .after = SECONDS(1));
	SERVER(s, SYN_ACK, 0, 1);
	CLIENT(s, TCP_ACK, 1, 1);
	scene_finish(s);
	EXPECT_SEVERITY(s, TIME_WAIT_REUSE_REFUSED, NOTICE);
	EXPECT_FACT(s, TIME_WAIT_REUSE_REFUSED, "safe=1");
}

/* One that answers for the old connection has refused it, safe or not. */
Test(time_wait, safe_reuse_refused)
{
	g_autoptr(Scene) s = port_closed(64);

	CLIENT(s, TCP_SYN, .after = SECONDS(1));
	SERVER(s, SYN_ACK, 0, 1);
	CLIENT(s, TCP_ACK, 1, 1);
	scene_finish(s);
	EXPECT_SEVERITY(s, TIME_WAIT_REUSE_REFUSED, WARNING);
}

/* The answer that came in the end was reset. */
Test(time_wait, reuse_refused_and_then_given_up)
{
	g_autoptr(Scene) s = server_waits();

	s->isn[SHAKEDOWN_CLIENT] -= 100000;
	CLIENT(s, TCP_SYN, .after = SECONDS(1));
	CLIENT(s, TCP_SYN, .after = SECONDS(1));
	SERVER(s, SYN_ACK, 0, 1);
	CLIENT(s, TCP_RST, 1);
	scene_finish(s);
	EXPECT_FACT(s, TIME_WAIT_REUSE_REFUSED, "opened_later=0");
	cr_assert_null(strstr(scene_report(s, SHAKEDOWN_ANOMALY_TIME_WAIT_REUSE_REFUSED)->summary,
			      "was established"));
}

/* It answers for the old connection, and goes on. */
Test(time_wait, reuse_refused_by_one_that_answers)
{
	g_autoptr(Scene) s = server_waits();
	uint32_t old = s->isn[SHAKEDOWN_CLIENT];

	for (unsigned i = 0; i < 3; i++) {
		s->isn[SHAKEDOWN_CLIENT] = old + 100000;
		CLIENT(s, TCP_SYN, .after = SECONDS(1));
		s->isn[SHAKEDOWN_CLIENT] = old;
		SERVER(s, TCP_ACK, 1002, 122);
		CLIENT(s, TCP_RST, 122);
	}
	scene_finish(s);
	cr_assert_str_eq(
		scene_report(s, SHAKEDOWN_ANOMALY_TIME_WAIT_REUSE_REFUSED)->summary,
		"a SYN to ports that were in TIME-WAIT was not accepted: an ACK of the old "
		"connection answered it");
	EXPECT_NOT(s, NO_ANSWER);
}

/* Nearest: at last it says nothing more, and the client goes on asking. */
Test(time_wait, reuse_refused_and_then_not_answered)
{
	g_autoptr(Scene) s = server_waits();
	uint32_t old = s->isn[SHAKEDOWN_CLIENT];

	s->isn[SHAKEDOWN_CLIENT] = old + 100000;
	CLIENT(s, TCP_SYN, .after = SECONDS(1));
	s->isn[SHAKEDOWN_CLIENT] = old;
	SERVER(s, TCP_ACK, 1002, 122);
	CLIENT(s, TCP_RST, 122);
	s->isn[SHAKEDOWN_CLIENT] = old + 100000;
	CLIENT(s, TCP_SYN, .after = SECONDS(1));
	CLIENT(s, TCP_SYN, .after = SECONDS(2));
	scene_wait(s, SECONDS(5));
	scene_finish(s);
	EXPECT(s, NO_ANSWER);
}

Test(time_wait, the_port_is_closed_and_not_in_time_wait)
{
	g_autoptr(Scene) s = port_closed(64);

	CLIENT(s, TCP_SYN);
	s->isn[SHAKEDOWN_SERVER] = 0;
	SERVER(s, RST_ACK, 0, 1);
	scene_finish(s);
	EXPECT_KINDS(s, "time-wait-reuse time-wait-assassination syn-retransmitted refused");
	EXPECT_SEVERITY(s, TIME_WAIT_ASSASSINATION, NOTICE);
	cr_assert_eq(scene_loud(s), 0);
}

/* It was closed, and is opened soon after: that cost the client a second SYN. */
Test(time_wait, the_port_is_opened_later)
{
	g_autoptr(Scene) s = port_closed(64);

	CLIENT(s, TCP_SYN);
	s->isn[SHAKEDOWN_SERVER] = 0;
	SERVER(s, RST_ACK, 0, 1);
	CLIENT(s, TCP_SYN, .after = MS(500));
	s->isn[SHAKEDOWN_SERVER] = 700000;
	SERVER(s, SYN_ACK, 0, 1);
	CLIENT(s, TCP_ACK, 1, 1);
	scene_finish(s);
	EXPECT_FACT(s, TIME_WAIT_REUSE_REFUSED, "reset=1");
	EXPECT_FACT(s, TIME_WAIT_REUSE_REFUSED, "opened_later=1");
}

/* By a device on the way that remembers for longer than the server; or the port is closed, where
 * nothing speaks against the reuse. */
Test(time_wait, the_reuse_is_reset)
{
	for (unsigned safe = 0; safe < 2; safe++) {
		g_autoptr(Scene) s = server_waits();

		s->isn[SHAKEDOWN_CLIENT] += safe ? 100000 : -100000u;
		CLIENT(s, TCP_SYN, .after = SECONDS(5));
		s->isn[SHAKEDOWN_SERVER] = 0;
		SERVER(s, RST_ACK, 0, 1);
		scene_finish(s);
		EXPECT_FACT(s, TIME_WAIT_REUSE_REFUSED, "reset=1");
		if (safe)
			EXPECT_SEVERITY(s, TIME_WAIT_REUSE_REFUSED, NOTICE);
		else
			EXPECT_SEVERITY(s, TIME_WAIT_REUSE_REFUSED, WARNING);
	}
}

/* Another's RST behind a SYN is no answer of the client. */
Test(time_wait, assassinated_behind_a_syn)
{
	g_autoptr(Scene) s = port_closed(200);

	scene_wait(s, SECONDS(5));
	scene_finish(s);
	EXPECT_SEVERITY(s, TIME_WAIT_ASSASSINATION, WARNING);
}

Test(time_wait, assassinated)
{
	g_autoptr(Scene) s = server_waits();

	CLIENT(s, TCP_RST, 122, .after = SECONDS(10));
	scene_finish(s);
	EXPECT_SEVERITY(s, TIME_WAIT_ASSASSINATION, WARNING);
	EXPECT_NOT(s, RESET_AFTER_FIN);
}

/* Some hosts' resets have a TTL of their own, and come from as far away. */
Test(time_wait, an_impatient_peer)
{
	for (unsigned own = 0; own < 2; own++) {
		g_autoptr(Scene) s = server_waits();

		CLIENT(s, RST_ACK, 122, 1002, .ttl = own ? 255 : 64, .after = MS(1));
		scene_finish(s);
		EXPECT_SEVERITY(s, TIME_WAIT_ASSASSINATION, NOTICE);
	}
}

/* RFC 1337 §3: it went on, and nothing has ended it. */
Test(time_wait, not_assassinated)
{
	g_autoptr(Scene) s = server_waits();

	for (unsigned i = 0; i < 3; i++) {
		CLIENT(s, TCP_RST, 122, .after = SECONDS(1));
		SERVER(s, TCP_ACK, 1002, 122, .after = SECONDS(1));
	}
	CLIENT(s, TCP_RST, 122);
	scene_finish(s);
	EXPECT_NOT(s, TIME_WAIT_ASSASSINATION);
	EXPECT_NOT(s, RESET_AFTER_FIN);
}

/* Crossing FINs: the reset of the one that waits already comes before the other waits, too. */
Test(time_wait, time_in_it_is_the_sides_own)
{
	g_autoptr(Scene) s = scene_new();

	scene_open(s);
	scene_talk(s);
	SERVER(s, FIN_ACK, 1001, 121);
	CLIENT(s, FIN_ACK, 121, 1001);
	CLIENT(s, TCP_ACK, 122, 1002);
	CLIENT(s, RST_ACK, 122, 1002, .ttl = 51, .after = MS(2));
	SERVER(s, TCP_ACK, 1002, 122, .after = MS(1));
	scene_finish(s);
	EXPECT_FACT(s, TIME_WAIT_ASSASSINATION, "in_time_wait_s=0.002");
}

Test(time_wait, lingers)
{
	g_autoptr(Scene) s = server_waits();

	for (unsigned n = 0; n < 3; n++) {
		CLIENT(s, FIN_ACK, 121, 1002, .after = SECONDS(15));
		SERVER(s, TCP_ACK, 1002, 122);
	}
	scene_wait(s, SECONDS(200));
	EXPECT_SEVERITY(s, TIME_WAIT_LINGERING, NOTICE);
	EXPECT_FACT(s, TIME_WAIT_LINGERING, "restarts=3");
}

Test(time_wait, the_capture_ends_before_it_has_lingered)
{
	g_autoptr(Scene) s = server_waits();

	for (unsigned n = 0; n < 3; n++) {
		CLIENT(s, FIN_ACK, 121, 1002, .after = SECONDS(1));
		SERVER(s, TCP_ACK, 1002, 122);
	}
	scene_wait(s, SECONDS(20));
	scene_finish(s);
	EXPECT_NOT(s, TIME_WAIT_LINGERING);
}

static void many(Scene *s, unsigned n, bool client_first)
{
	for (unsigned i = 0; i < n; i++) {
		s->port[SHAKEDOWN_CLIENT] = (uint16_t)(32768 + i);
		scene_numbers(s, i);
		CLIENT(s, TCP_SYN, .after = MS(1));
		SERVER(s, SYN_ACK, 0, 1, .after = MS(1));
		CLIENT(s, PSH_ACK, 1, 1, 10, .after = MS(1));
		if (client_first) {
			CLIENT(s, FIN_ACK, 11, 1, .after = MS(1));
			SERVER(s, FIN_ACK, 1, 12, .after = MS(1));
			CLIENT(s, TCP_ACK, 12, 2, .after = MS(1));
		} else {
			SERVER(s, FIN_ACK, 1, 11, .after = MS(1));
			CLIENT(s, FIN_ACK, 11, 2, .after = MS(1));
			SERVER(s, TCP_ACK, 2, 12, .after = MS(1));
		}
	}
}

Test(time_wait, ports_run_out)
{
	g_autoptr(Scene) s = scene_new();

	s->config.ephemeral_ports = 100;
	many(s, 95, true);
	scene_finish(s);
	EXPECT_KINDS(s, "time-wait-accumulation");
	EXPECT_SEVERITY(s, TIME_WAIT_ACCUMULATION, CRITICAL);
	EXPECT_FACT(s, TIME_WAIT_ACCUMULATION, "time_wait=95");
	const SceneReport *r = scene_report(s, SHAKEDOWN_ANOMALY_TIME_WAIT_ACCUMULATION);
	cr_assert_eq(r->frames, 16);
	EXPECT_FACT(s, TIME_WAIT_ACCUMULATION, "lasted_s=0.564");
	cr_assert_eq(r->until - r->time, MS(270), "from where it was half of the ports");
	cr_assert_not_null(strstr(r->filter, " && tcp.flags.fin==1 && "), "%s", r->filter);
}

Test(time_wait, the_server_holds_them)
{
	g_autoptr(Scene) s = scene_new();

	s->config.ephemeral_ports = 100;
	many(s, 95, false);
	scene_finish(s);
	EXPECT_KINDS(s, "");
}
