/* SPDX-License-Identifier: BSD-3-Clause */
/* Scans: Jung et al. 2004, RFC 9293 §3.10.7. */
#include "scene.h"

/* What every operating system's SYN offers: MSS, SACK permitted. */
#define STACK "\x02\x04\x05\xb4\x04\x02\x01\x01"

static void connect_refused(Scene *s)
{
	CLIENT(s, TCP_SYN, .options = STACK, .options_len = 8);
	SERVER(s, RST_ACK, -s->isn[SHAKEDOWN_SERVER], 1);
}

Test(scan, connect)
{
	g_autoptr(Scene) s = scene_new();

	for (uint16_t i = 0; i < 30; i++) {
		scene_to_port(s, 1 + i, 40000 + i);
		connect_refused(s);
	}
	scene_wait(s, SECONDS(60));
	scene_finish(s);
	EXPECT_SEVERITY(s, PORT_SCAN, WARNING);
	EXPECT_FACT(s, PORT_SCAN, "scan=connect");
	EXPECT_FACT(s, PORT_SCAN, "ports=30");
	cr_assert_eq(scene_report(s, SHAKEDOWN_ANOMALY_PORT_SCAN)->scope, SHAKEDOWN_SCOPE_HOST);
	/* Its members are not told one by one. */
	EXPECT_NOT(s, REFUSED);
}

Test(scan, syn)
{
	g_autoptr(Scene) s = scene_new();

	for (uint16_t i = 0; i < 9; i++) {
		scene_to_port(s, 20 + i, 40000);
		CLIENT(s, TCP_SYN);
		if (i == 3) {
			SERVER(s, SYN_ACK, 0, 1);
			CLIENT(s, TCP_RST, 1);
		} else {
			SERVER(s, RST_ACK, -s->isn[SHAKEDOWN_SERVER], 1);
		}
	}
	scene_finish(s);
	EXPECT_KINDS(s, "port-scan");
	EXPECT_FACT(s, PORT_SCAN, "scan=SYN");
	EXPECT_FACT(s, PORT_SCAN, "open_ports=23");
}

/* Nothing resets what is open: its host drops the answers. A stack's own SYN that gets no further
 * is no probe. */
Test(scan, syn_and_the_answers_dropped)
{
	for (int own = 0; own < 2; own++) {
		g_autoptr(Scene) s = scene_new();

		for (uint16_t i = 0; i < 30; i++) {
			scene_to_port(s, 20 + i, 40000);
			CLIENT(s, TCP_SYN, .options = STACK, .options_len = own && i == 3 ? 8 : 0);
			if (i == 3)
				SERVER(s, SYN_ACK, 0, 1);
			else
				SERVER(s, RST_ACK, -s->isn[SHAKEDOWN_SERVER], 1);
		}
		scene_to_port(s, 23, 40000);
		SERVER(s, SYN_ACK, 0, 1, .after = SECONDS(4));
		scene_wait(s, SECONDS(10));
		scene_finish(s);
		if (own) {
			EXPECT_FACT(s, PORT_SCAN, "answered=0");
		} else {
			EXPECT_FACT(s, PORT_SCAN, "answered=1");
			EXPECT_FACT(s, PORT_SCAN, "open_ports=23");
		}
	}
}

/* A load balancer's SYN offers nothing either, and yet it connects. */
Test(scan, connect_by_a_small_stack)
{
	g_autoptr(Scene) s = scene_new();

	for (uint16_t i = 0; i < 30; i++) {
		scene_to_port(s, 1 + i, 40000 + i);
		CLIENT(s, TCP_SYN);
		SERVER(s, SYN_ACK, 0, 1);
		CLIENT(s, TCP_ACK, 1, 1);
		CLIENT(s, RST_ACK, 1, 1);
	}
	scene_finish(s);
	EXPECT_FACT(s, PORT_SCAN, "scan=connect");
	EXPECT_FACT(s, PORT_SCAN, "answered=30");
}

static void stealth(Scene *s, uint16_t flags, bool answered)
{
	for (uint16_t i = 0; i < 8; i++) {
		scene_to_port(s, 20 + i, 40000);
		CLIENT(s, flags, 7, flags & TCP_ACK ? 7 : 0);
		if (answered)
			SERVER(s, flags & TCP_ACK ? TCP_RST : RST_ACK, 7, 7);
	}
	scene_wait(s, SECONDS(60));
	scene_finish(s);
}

Test(scan, kinds)
{
	static const struct {
		uint16_t flags;
		bool answered;
		const char *name;
	} kinds[] = {
		{0, false, "scan=NULL"},	{0, true, "scan=NULL"},
		{TCP_FIN, false, "scan=FIN"},	{TCP_FIN | TCP_PSH | TCP_URG, false, "scan=Xmas"},
		{FIN_ACK, true, "scan=Maimon"}, {TCP_ACK, true, "scan=ACK"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
		g_autoptr(Scene) s = scene_new();
		g_autofree char *fact = g_strdup_printf(" %s ", kinds[i].name);

		stealth(s, kinds[i].flags, kinds[i].answered);
		EXPECT_KINDS(s, "port-scan");
		const SceneReport *r = scene_report(s, SHAKEDOWN_ANOMALY_PORT_SCAN);
		cr_assert_not_null(strstr(r->facts, fact), "%s:%s", kinds[i].name, r->facts);
	}
}

/* Each packet passes two of the interfaces that were captured on. */
Test(scan, captured_twice)
{
	static const uint16_t flags[] = {TCP_ACK, FIN_ACK};

	for (size_t i = 0; i < G_N_ELEMENTS(flags); i++) {
		g_autoptr(Scene) s = scene_new();

		for (uint16_t port = 20; port < 28; port++) {
			scene_to_port(s, port, 40000);
			CLIENT(s, flags[i], 7, 7);
			CLIENT(s, flags[i], 7, 7, .same_id = true, .after = 1000);
			SERVER(s, TCP_RST, 7);
			SERVER(s, TCP_RST, 7, .same_id = true, .after = 1000);
		}
		scene_wait(s, SECONDS(60));
		scene_finish(s);
		EXPECT_KINDS(s, "port-scan duplicate-packets");
	}
}

static Scene *odd_flags(unsigned ports)
{
	static const uint16_t flags[] = {TCP_FIN, 0, TCP_FIN | TCP_PSH | TCP_URG};
	Scene *s = scene_new();

	/* Two that answer, one that refuses, and a few that no stack would send. */
	for (uint16_t i = 0; i < 3; i++) {
		scene_to_port(s, 80 + i, 50000 + i);
		if (i == 2) {
			connect_refused(s);
			continue;
		}
		CLIENT(s, TCP_SYN, .options = STACK, .options_len = 8);
		SERVER(s, SYN_ACK, 0, 1);
		CLIENT(s, TCP_ACK, 1, 1);
		CLIENT(s, RST_ACK, 1, 1);
	}
	for (uint16_t i = 0; i < ports; i++) {
		scene_to_port(s, 3390 + i, 60000 + i);
		CLIENT(s, flags[i % 3], 7, 0, .after = SECONDS(8));
		SERVER(s, RST_ACK, 0, 7);
	}
	scene_wait(s, SECONDS(60));
	scene_finish(s);
	return s;
}

Test(scan, few_probes_of_every_kind)
{
	g_autoptr(Scene) s = odd_flags(3);

	EXPECT_FACT(s, PORT_SCAN, "ports=6");
	EXPECT_FACT(s, PORT_SCAN, "open_ports=80, 81");
}

Test(scan, too_few_probes)
{
	g_autoptr(Scene) s = odd_flags(2);

	EXPECT_NOT(s, PORT_SCAN);
	EXPECT(s, UNEXPECTED_FLAGS);
}

/* A capture that begins in the middle of many connections which then go on. */
Test(scan, connections_that_were_open_before)
{
	g_autoptr(Scene) s = scene_new();

	for (uint16_t i = 0; i < 30; i++) {
		scene_to_port(s, 20 + i, 40000);
		CLIENT(s, TCP_ACK, 7, 7);
		SERVER(s, PSH_ACK, 7, 7, 10);
		CLIENT(s, TCP_ACK, 7, 17);
	}
	scene_finish(s);
	EXPECT_KINDS(s, "");
}

Test(scan, of_hosts)
{
	g_autoptr(Scene) s = scene_new();

	for (uint8_t i = 0; i < 30; i++) {
		s->addr[SHAKEDOWN_SERVER].bytes[3] = (uint8_t)(10 + i);
		scene_to_port(s, 22, (uint16_t)(40000 + i));
		CLIENT(s, TCP_SYN, .options = STACK, .options_len = 8);
	}
	scene_wait(s, SECONDS(300));
	scene_finish(s);
	EXPECT_KINDS(s, "port-scan");
	EXPECT_FACT(s, PORT_SCAN, "targets=30");
	EXPECT_FACT(s, PORT_SCAN, "unanswered=30");
}

/* The same two ports, over and over. */
Test(scan, a_client_that_insists)
{
	g_autoptr(Scene) s = scene_new();

	for (uint16_t i = 0; i < 60; i++) {
		scene_to_port(s, 80 + i % 2, 40000 + i);
		connect_refused(s);
	}
	scene_wait(s, SECONDS(60));
	scene_finish(s);
	EXPECT_NOT(s, PORT_SCAN);
	cr_assert_eq(scene_count(s, SHAKEDOWN_ANOMALY_REFUSED), 60);
}

/* A browser opens many, and most succeed. */
Test(scan, a_source_that_succeeds)
{
	g_autoptr(Scene) s = scene_new();

	for (uint16_t i = 0; i < 60; i++) {
		s->addr[SHAKEDOWN_SERVER].bytes[3] = (uint8_t)(10 + i);
		scene_to_port(s, 443, (uint16_t)(40000 + i));
		if (i % 4 == 0) {
			connect_refused(s);
			continue;
		}
		scene_open(s);
		scene_talk(s);
	}
	scene_finish(s);
	EXPECT_NOT(s, PORT_SCAN);
}

static void probed(Scene *s)
{
	CLIENT(s, TCP_SYN);
	SERVER(s, SYN_ACK, 0, 1);
	CLIENT(s, TCP_RST, 1);
}

static void used(Scene *s)
{
	scene_open(s);
	scene_talk(s);
	scene_close(s);
}

/* Long a client of many hosts and of two of the target's ports, then a scanner. */
Test(scan, begins_where_it_begins_to_fail)
{
	g_autoptr(Scene) s = scene_new();

	for (uint16_t i = 0; i < 40; i++) {
		scene_to_port(s, i % 2 ? 443 : 80, (uint16_t)(30000 + i));
		used(s);
		scene_wait(s, SECONDS(60));
	}
	ShakedownTime before = s->now;
	for (uint16_t i = 0; i < 30; i++) {
		scene_to_port(s, 70 + i, 50000);
		if (i == 10)
			probed(s);
		else
			connect_refused(s);
	}
	scene_to_port(s, 443, 50000);
	probed(s);
	scene_wait(s, SECONDS(60));
	scene_finish(s);
	EXPECT_FACT(s, PORT_SCAN, "ports=31");
	EXPECT_FACT(s, PORT_SCAN, "refused=29");
	EXPECT_FACT(s, PORT_SCAN, "answered=2");
	EXPECT_FACT(s, PORT_SCAN, "connected=0");
	EXPECT_FACT(s, PORT_SCAN, "open_ports=80, 443");
	const SceneReport *r = scene_report(s, SHAKEDOWN_ANOMALY_PORT_SCAN);
	cr_assert_gt(r->time, before);
	cr_assert_lt(r->until, before + SECONDS(2));
	cr_assert_not_null(strstr(r->filter, " && tcp.flags.syn==1 && tcp.flags.ack==0 && "), "%s",
			   r->filter);
}

/* Thirty servers behind a balancer: looked after every two seconds, as some do it, by SYN and RST.
 */
static Scene *balancer(unsigned rounds)
{
	Scene *s = scene_new();

	for (unsigned k = 0; k < rounds; k++) {
		for (uint8_t i = 0; i < 30; i++) {
			s->addr[SHAKEDOWN_SERVER].bytes[3] = (uint8_t)(10 + i);
			scene_to_port(s, 8080, (uint16_t)(20000 + 30 * k + i));
			probed(s);
		}
		scene_wait(s, SECONDS(2));
	}
	scene_wait(s, SECONDS(60));
	scene_finish(s);
	return s;
}

Test(scan, health_checks_are_none)
{
	g_autoptr(Scene) s = balancer(30);

	EXPECT_NOT(s, PORT_SCAN);
	EXPECT(s, HALF_OPEN_PROBE);
}

Test(scan, who_looks_twice_is_no_monitor)
{
	g_autoptr(Scene) s = balancer(2);

	EXPECT_FACT(s, PORT_SCAN, "targets=30");
	cr_assert_not_null(strstr(scene_report(s, SHAKEDOWN_ANOMALY_PORT_SCAN)->facts, "open_at="));
}

static Scene *peers(unsigned lost_of_ten)
{
	Scene *s = scene_new();

	for (uint16_t i = 0; i < 200; i++) {
		s->addr[SHAKEDOWN_SERVER].bytes[3] = (uint8_t)(10 + i);
		scene_to_port(s, 6881, (uint16_t)(20000 + i));
		if (i * 7 % 10 < lost_of_ten)
			connect_refused(s);
		else
			used(s);
	}
	scene_wait(s, SECONDS(60));
	scene_finish(s);
	return s;
}

Test(scan, peers_most_of_whom_are_gone)
{
	g_autoptr(Scene) s = peers(7);

	EXPECT_NOT(s, PORT_SCAN);
	EXPECT(s, REFUSED);
}

Test(scan, a_worm_that_finds_one_in_ten)
{
	g_autoptr(Scene) s = peers(9);

	EXPECT_FACT(s, PORT_SCAN, "targets=200");
	EXPECT_FACT(s, PORT_SCAN, "connected=20");
}

static void from_source(Scene *s, uint32_t source)
{
	for (unsigned i = 0; i < 3; i++)
		s->addr[SHAKEDOWN_CLIENT].bytes[3 - i] = (uint8_t)(source >> 8 * i);
}

/* Sources that come once, more than there are accounts, drive nobody out who is known to scan. */
Test(scan, is_kept_while_others_come_and_go)
{
	g_autoptr(Scene) s = scene_new();
	const unsigned scanners = 4000, others = 40000;

	for (unsigned k = 0; k < scanners; k++) {
		from_source(s, k);
		for (uint16_t i = 0; i < 9; i++) {
			scene_to_port(s, 20 + i, 40000);
			connect_refused(s);
		}
	}
	for (unsigned k = 0; k < others; k++) {
		from_source(s, 0x10000 + k);
		scene_to_port(s, 80, 50000);
		connect_refused(s);
	}
	scene_finish(s);
	cr_assert_eq(scene_count(s, SHAKEDOWN_ANOMALY_PORT_SCAN), scanners);
}

Test(scan, threshold)
{
	for (unsigned tries = 30; tries <= 80; tries += 50) {
		g_autoptr(Scene) s = scene_new();

		s->config.scan_tries = tries;
		for (uint16_t i = 0; i < 30; i++) {
			scene_to_port(s, 1 + i, 40000 + i);
			connect_refused(s);
		}
		scene_wait(s, SECONDS(60));
		scene_finish(s);
		cr_assert_eq(scene_count(s, SHAKEDOWN_ANOMALY_PORT_SCAN), tries == 30);
	}
}

/* By fewer SYNs than a client's does a prober give itself away, if their options were captured. */
Test(scan, syns_with_options_cut_are_like_any)
{
	for (SegmentCut cut = SEGMENT_CUT_NOT; cut <= SEGMENT_CUT_HEADER; cut++) {
		g_autoptr(Scene) s = scene_new();

		for (uint16_t i = 0; i < 6; i++) {
			scene_to_port(s, 20 + i, 40000 + i);
			CLIENT(s, TCP_SYN, .cut = cut);
			SERVER(s, RST_ACK, -s->isn[SHAKEDOWN_SERVER], 1);
		}
		scene_finish(s);
		cr_assert_eq(scene_count(s, SHAKEDOWN_ANOMALY_PORT_SCAN),
			     cut == SEGMENT_CUT_HEADER ? 0 : 1);
	}
}

/* Two taps whose clocks differ a little. */
Test(scan, syns_captured_behind_their_refusal)
{
	g_autoptr(Scene) s = scene_new();

	for (uint16_t i = 0; i < 30; i++) {
		scene_to_port(s, 1 + i, 40000 + i);
		SERVER(s, RST_ACK, -s->isn[SHAKEDOWN_SERVER], 1);
		CLIENT(s, TCP_SYN, .options = STACK, .options_len = 8, .after = MS(1));
	}
	scene_wait(s, SECONDS(60));
	scene_finish(s);
	EXPECT_KINDS(s, "port-scan");
	EXPECT_FACT(s, PORT_SCAN, "refused=30");
}

/* Whose address a scanner or a flood has put on its SYNs resets what it gets for them, §3.10.7.1:
 * that it sent none of them is all that the capture says. */
Test(scan, who_resets_answers_that_it_never_asked_for_is_no_scanner)
{
	g_autoptr(Scene) s = scene_new();

	for (uint16_t i = 0; i < 60; i++) {
		scene_to_port(s, 40000 + i, 80);
		SERVER(s, SYN_ACK, 0, 1);
		CLIENT(s, TCP_RST, 1);
	}
	scene_wait(s, SECONDS(60));
	scene_finish(s);
	EXPECT_KINDS(s, "");
}

/* Nor is who sends such RSTs, nor, for the same reason, who gets them. */
Test(scan, refusals_alone_are_no_scan)
{
	for (unsigned asks = 0; asks < 2; asks++) {
		g_autoptr(Scene) s = scene_new();

		for (uint16_t i = 0; i < 30; i++) {
			scene_to_port(s, 20 + i, 40000 + i);
			if (asks)
				CLIENT(s, TCP_SYN, .options = STACK, .options_len = 8);
			SERVER(s, RST_ACK, -s->isn[SHAKEDOWN_SERVER], 1);
		}
		scene_wait(s, SECONDS(60));
		scene_finish(s);
		cr_assert_eq(scene_count(s, SHAKEDOWN_ANOMALY_PORT_SCAN), asks);
	}
}
