/* SPDX-License-Identifier: BSD-3-Clause */
/* Floods that are spread over the ports of a host. */
#include "scene.h"

/* The n-th of its ports, as if by chance; never twice within 60,000. */
static void port(Scene *s, unsigned n)
{
	s->port[SHAKEDOWN_SERVER] = (uint16_t)(1024 + n * 7919u % 60000);
}

/* What each of n clients sends to a port of its own. */
#define EACH(s, first, n, ...)                                                                     \
	do {                                                                                       \
		for (unsigned i__ = (first); i__ < (first) + (n); i__++) {                         \
			scene_client((s), i__);                                                    \
			port((s), i__);                                                            \
			CLIENT((s), __VA_ARGS__);                                                  \
		}                                                                                  \
	} while (0)

static void complete(Scene *s, unsigned n)
{
	scene_client(s, n);
	scene_open(s);
	scene_talk(s);
	scene_close(s);
}

Test(host_flood, over_its_ports_is_one_finding)
{
	g_autoptr(Scene) s = scene_new();

	EACH(s, 0, 1000, TCP_SYN, .after = MS(5));
	scene_wait(s, SECONDS(300));
	scene_finish(s);
	EXPECT_KINDS(s, "syn-flood");
	EXPECT_SEVERITY(s, SYN_FLOOD, CRITICAL);
	EXPECT_FACT(s, SYN_FLOOD, "syn=1000");
	EXPECT_FACT(s, SYN_FLOOD, "half_open_share=1.000");
	EXPECT_FACT(s, SYN_FLOOD, "sources_look_forged=1");
	const SceneReport *r = scene_report(s, SHAKEDOWN_ANOMALY_SYN_FLOOD);
	unsigned long ports = strtoul(strstr(r->facts, " ports=") + strlen(" ports="), NULL, 10);
	cr_assert_eq(r->scope, SHAKEDOWN_SCOPE_HOST);
	cr_assert(ports > 850 && ports <= 1000, "%lu ports", ports);
	cr_assert_not_null(strstr(r->summary, "; the host answered none of them"), "%s",
			   r->summary);
	cr_assert_eq(s->record_bits, UINT64_C(1) << SHAKEDOWN_ANOMALY_SYN_FLOOD);
}

/* Each gets more than counts for the host before that is known to be flooded. */
Test(host_flood, over_some_of_its_ports)
{
	g_autoptr(Scene) s = scene_new();

	for (unsigned i = 0; i < 6000; i++) {
		scene_client(s, i);
		port(s, i % 100);
		CLIENT(s, TCP_SYN, .after = MS(5));
	}
	scene_wait(s, SECONDS(300));
	scene_finish(s);
	EXPECT_KINDS(s, "syn-flood");
	const SceneReport *r = scene_report(s, SHAKEDOWN_ANOMALY_SYN_FLOOD);
	cr_assert_eq(r->scope, SHAKEDOWN_SCOPE_HOST);
	EXPECT_FACT(s, SYN_FLOOD, "syn=6000");
}

/* Each gets enough to be told by itself. */
Test(host_flood, over_ports_that_are_flooded_each)
{
	g_autoptr(Scene) s = scene_new();

	for (unsigned i = 0; i < 20000; i++) {
		scene_client(s, i);
		port(s, i % 30);
		CLIENT(s, TCP_SYN, .after = MS(1));
	}
	scene_wait(s, SECONDS(300));
	scene_finish(s);
	EXPECT_KINDS(s, "syn-flood");
	cr_assert_eq(scene_report(s, SHAKEDOWN_ANOMALY_SYN_FLOOD)->scope, SHAKEDOWN_SCOPE_HOST);
}

/* Half of it comes to one port, which is told of as well. */
Test(host_flood, beside_one_of_a_service)
{
	g_autoptr(Scene) s = scene_new();

	for (unsigned i = 0; i < 2000; i++) {
		EACH(s, i, 1, TCP_SYN, .after = MS(5));
		scene_client(s, 10000 + i);
		s->port[SHAKEDOWN_SERVER] = 80;
		CLIENT(s, TCP_SYN, .after = MS(5));
	}
	scene_wait(s, SECONDS(300));
	scene_finish(s);
	EXPECT_KINDS(s, "syn-flood syn-flood");
	uint64_t scopes = 0;
	for (unsigned i = 0; i < s->reports->len; i++) {
		const SceneReport *r = g_ptr_array_index(s->reports, i);
		scopes |= UINT64_C(1) << r->scope;
		unsigned long syns = strtoul(strstr(r->facts, "syn=") + strlen("syn="), NULL, 10);
		cr_assert(syns >= 2000 && syns < 2050, "%s", r->summary);
	}
	cr_assert_eq(scopes,
		     UINT64_C(1) << SHAKEDOWN_SCOPE_HOST | UINT64_C(1) << SHAKEDOWN_SCOPE_SERVICE);
}

/* It is judged when there is nothing more of it. */
Test(host_flood, in_a_second)
{
	g_autoptr(Scene) s = scene_new();

	EACH(s, 0, 1000, TCP_SYN, .after = MS(1));
	scene_wait(s, SECONDS(300));
	scene_finish(s);
	EXPECT_KINDS(s, "syn-flood");
	EXPECT_FACT(s, SYN_FLOOD, "syn=1000");
}

/* The services that are used at the same time neither hide it nor are part of it. */
Test(host_flood, beside_services_that_are_used)
{
	g_autoptr(Scene) s = scene_new();
	uint64_t record_bits = 0;

	for (unsigned i = 0; i < 100; i++) {
		EACH(s, 10 * i, 10, TCP_SYN, .after = MS(5));
		s->port[SHAKEDOWN_SERVER] = (uint16_t)(80 + i % 3);
		complete(s, 100000 + i);
		record_bits |= s->record_bits;
	}
	scene_finish(s);
	cr_assert_eq(scene_count(s, SHAKEDOWN_ANOMALY_SYN_FLOOD), 1);
	cr_assert_eq(scene_report(s, SHAKEDOWN_ANOMALY_SYN_FLOOD)->scope, SHAKEDOWN_SCOPE_HOST);
	cr_assert_eq(record_bits, 0);
}

/* More ports than there are services known at a time. */
Test(host_flood, refused_is_a_warning)
{
	g_autoptr(Scene) s = scene_new();

	for (unsigned i = 0; i < 10000; i++) {
		EACH(s, i, 1, TCP_SYN, .after = MS(1));
		SERVER(s, RST_ACK, 0, 1, .after = 1000);
	}
	scene_wait(s, SECONDS(300));
	scene_finish(s);
	EXPECT_KINDS(s, "syn-flood");
	EXPECT_SEVERITY(s, SYN_FLOOD, WARNING);
	EXPECT_FACT(s, SYN_FLOOD, "refused=10000");
	EXPECT_FACT(s, SYN_FLOOD, "peak_half_open=0");
}

/* A firewall says no by ICMP. */
Test(host_flood, rejected_is_a_warning)
{
	g_autoptr(Scene) s = scene_new();

	for (unsigned i = 0; i < 1000; i++) {
		EACH(s, i, 1, TCP_SYN, .after = MS(5));
		scene_icmp(s, SHAKEDOWN_CLIENT, 3, 13, 0);
	}
	scene_wait(s, SECONDS(300));
	scene_finish(s);
	EXPECT_KINDS(s, "syn-flood");
	EXPECT_SEVERITY(s, SYN_FLOOD, WARNING);
	EXPECT_FACT(s, SYN_FLOOD, "refused=1000");
}

Test(host_flood, of_one_source_is_a_scan)
{
	g_autoptr(Scene) s = scene_new();

	scene_client(s, 1);
	for (unsigned i = 0; i < 1000; i++) {
		port(s, i);
		CLIENT(s, TCP_SYN, .after = MS(5));
	}
	scene_wait(s, SECONDS(300));
	scene_finish(s);
	EXPECT(s, PORT_SCAN);
	EXPECT_NOT(s, SYN_FLOOD);
}

/* Who scans from behind nine others that it names. */
Test(host_flood, scan_with_decoys)
{
	g_autoptr(Scene) s = scene_new();

	for (unsigned i = 0; i < 1000; i++) {
		scene_client(s, i % 10);
		port(s, i / 10);
		CLIENT(s, TCP_SYN, .after = MS(2));
	}
	scene_wait(s, SECONDS(300));
	scene_finish(s);
	EXPECT_NOT(s, SYN_FLOOD);
}

/* The addresses of a network take turns, so that few come twice at first. */
Test(host_flood, scan_by_a_network)
{
	g_autoptr(Scene) s = scene_new();
	uint32_t chance = 1;

	for (unsigned i = 0; i < 3000; i++) {
		chance = chance * 1664525 + 1013904223;
		scene_client(s, (chance >> 16) % 254);
		port(s, i);
		CLIENT(s, TCP_SYN, .after = MS(17));
	}
	scene_wait(s, SECONDS(300));
	scene_finish(s);
	EXPECT_NOT(s, SYN_FLOOD);
}

/* What the host's firewall drops stays half-open for long. */
Test(host_flood, after_a_scan)
{
	g_autoptr(Scene) s = scene_new();

	scene_client(s, 100000);
	for (unsigned i = 0; i < 5000; i++) {
		port(s, i);
		CLIENT(s, TCP_SYN, .after = MS(1));
	}
	scene_wait(s, SECONDS(20));
	EACH(s, 0, 1000, TCP_SYN, .after = MS(5));
	scene_wait(s, SECONDS(300));
	scene_finish(s);
	cr_assert_eq(scene_count(s, SHAKEDOWN_ANOMALY_SYN_FLOOD), 1);
	EXPECT_FACT(s, SYN_FLOOD, "syn=1000");
}

Test(host_flood, during_a_slow_scan)
{
	g_autoptr(Scene) s = scene_new();

	for (unsigned i = 0; i < 3000; i++) {
		if (i >= 2900)
			EACH(s, 10 * i, 10, TCP_SYN, .after = MS(5));
		scene_client(s, 100000);
		port(s, i);
		CLIENT(s, TCP_SYN, .after = MS(150));
	}
	scene_wait(s, SECONDS(300));
	scene_finish(s);
	EXPECT(s, PORT_SCAN);
	EXPECT(s, SYN_FLOOD);
}

/* A host that has gone, and those who used it, each on a port of its own: they try again. */
Test(host_flood, clients_of_a_host_that_is_gone)
{
	g_autoptr(Scene) s = scene_new();

	for (unsigned round = 0; round < 3; round++) {
		EACH(s, 0, 400, TCP_SYN, .after = MS(1));
		scene_wait(s, SECONDS(1) << round);
	}
	scene_wait(s, SECONDS(300));
	scene_finish(s);
	EXPECT_NOT(s, SYN_FLOOD);
}

/* What a host that nobody knows gets from all the world, for an hour: never much at once. */
Test(host_flood, now_and_then_is_none)
{
	g_autoptr(Scene) s = scene_new();

	EACH(s, 0, 3600, TCP_SYN, .after = SECONDS(1));
	scene_wait(s, SECONDS(300));
	scene_finish(s);
	EXPECT_NOT(s, SYN_FLOOD);
}

Test(host_flood, many_services_that_are_used)
{
	g_autoptr(Scene) s = scene_new();

	for (unsigned i = 0; i < 1000; i++) {
		port(s, i);
		complete(s, i);
	}
	scene_finish(s);
	EXPECT_KINDS(s, "");
}

Test(host_flood, is_told_once_where_one_service_is_flooded)
{
	g_autoptr(Scene) s = scene_new();

	for (unsigned i = 0; i < 1000; i++) {
		scene_client(s, i);
		CLIENT(s, TCP_SYN, .after = MS(5));
	}
	scene_wait(s, SECONDS(300));
	scene_finish(s);
	cr_assert_eq(scene_count(s, SHAKEDOWN_ANOMALY_SYN_FLOOD), 1);
	cr_assert_eq(scene_report(s, SHAKEDOWN_ANOMALY_SYN_FLOOD)->scope, SHAKEDOWN_SCOPE_SERVICE);
	EXPECT_FACT(s, SYN_FLOOD, "syn=1000");
}

/* Two that captured by clocks apart. */
Test(host_flood, is_told_once_by_two_clocks)
{
	g_autoptr(Scene) s = scene_new();
	ShakedownDuration apart = SECONDS(15);

	for (unsigned i = 0; i < 8000; i++, apart = -apart) {
		scene_client(s, i);
		CLIENT(s, TCP_SYN, .after = MS(5) + apart);
	}
	scene_wait(s, SECONDS(300));
	scene_finish(s);
	cr_assert_eq(scene_count(s, SHAKEDOWN_ANOMALY_SYN_FLOOD), 1);
	cr_assert_eq(scene_report(s, SHAKEDOWN_ANOMALY_SYN_FLOOD)->scope, SHAKEDOWN_SCOPE_SERVICE);
}

/* Known as it comes, not when it is over. */
Test(host_flood, is_told_early)
{
	g_autoptr(Scene) s = scene_new();

	s->context.early = true;
	EACH(s, 0, 1000, TCP_SYN, .after = MS(5));
	EXPECT(s, SYN_FLOOD);
	EXPECT_FACT(s, SYN_FLOOD, "under_way=1");
}

/* Who watches is not told of the first ones while it is not known yet. */
Test(host_flood, is_told_instead_of_each)
{
	g_autoptr(Scene) s = scene_new();

	s->context.early = true;
	EACH(s, 0, 800, TCP_SYN, .after = MS(45));
	scene_wait(s, SECONDS(300));
	scene_finish(s);
	EXPECT_KINDS(s, "syn-flood syn-flood");
}

/* Those that a bound on memory cuts short were counted, and go on all the same. */
Test(host_flood, cut_short_is_none)
{
	g_autoptr(Scene) s = scene_new();
	unsigned n = 40000, behind = 10000;

	tcp_tracker_set_memory(s->tracker, 1);
	for (unsigned i = 0; i < n + behind; i++) {
		if (i < n)
			EACH(s, i, 1, TCP_SYN, .after = MS(1) / 10);
		if (i < behind)
			continue;
		scene_client(s, i - behind);
		port(s, i - behind);
		SERVER(s, SYN_ACK, 0, 1, .after = 1000);
		CLIENT(s, TCP_ACK, 1, 1, .after = 1000);
		CLIENT(s, PSH_ACK, 1, 1, 10, .after = 1000);
	}
	scene_wait(s, SECONDS(60));
	scene_finish(s);
	cr_assert_gt(tcp_tracker_counts(s->tracker)->cut_half_open, n / 2);
	EXPECT_NOT(s, SYN_FLOOD);
}

/* What became of the first counts no more. */
Test(host_flood, comes_again)
{
	g_autoptr(Scene) s = scene_new();

	for (unsigned round = 0; round < 2; round++) {
		EACH(s, 1000 * round, 1000, TCP_SYN, .after = MS(5));
		scene_wait(s, SECONDS(300));
	}
	scene_finish(s);
	EXPECT_KINDS(s, "syn-flood syn-flood");
	for (unsigned i = 0; i < s->reports->len; i++) {
		const SceneReport *r = g_ptr_array_index(s->reports, i);
		cr_assert_not_null(strstr(r->facts, " syn=1000 "), "%s", r->facts);
		unsigned long peak = strtoul(
			strstr(r->facts, "peak_half_open=") + strlen("peak_half_open="), NULL, 10);
		cr_assert(peak > 0 && peak <= 1000, "%s", r->facts);
	}
}

/* The ports had little for a while, and then more. */
Test(host_flood, after_a_trickle)
{
	g_autoptr(Scene) s = scene_new();

	for (unsigned i = 0; i < 1200; i++) {
		bool trickle = i < 800;
		scene_client(s, i);
		port(s, i % 100);
		CLIENT(s, TCP_SYN, .after = trickle ? MS(70) : MS(5));
	}
	scene_wait(s, SECONDS(300));
	scene_finish(s);
	EXPECT(s, SYN_FLOOD);
}

/* It would hide a flood if more than a few of its handshakes counted. */
Test(host_flood, beside_a_busy_service)
{
	g_autoptr(Scene) s = scene_new();

	for (unsigned i = 0; i < 3000; i++) {
		EACH(s, i, 1, TCP_SYN, .after = MS(4));
		scene_client(s, 100000 + i);
		s->port[SHAKEDOWN_SERVER] = 80;
		CLIENT(s, TCP_SYN, .after = 300000);
		SERVER(s, SYN_ACK, 0, 1, .after = 300000);
		CLIENT(s, TCP_ACK, 1, 1, .after = 300000);
		CLIENT(s, PSH_ACK, 1, 1, 10, .after = 100000);
	}
	scene_wait(s, SECONDS(300));
	scene_finish(s);
	cr_assert_eq(scene_count(s, SHAKEDOWN_ANOMALY_SYN_FLOOD), 1);
	const SceneReport *r = scene_report(s, SHAKEDOWN_ANOMALY_SYN_FLOOD);
	cr_assert_eq(r->scope, SHAKEDOWN_SCOPE_HOST);
	unsigned long syns = strtoul(strstr(r->facts, "syn=") + strlen("syn="), NULL, 10);
	cr_assert(syns >= 3000 && syns < 3050, "%s", r->summary);
}

/* Few open connections to many ports and say nothing: that is told of services only. */
Test(host_flood, of_silent_connections_is_none)
{
	g_autoptr(Scene) s = scene_new();

	for (unsigned i = 0; i < 1000; i++) {
		scene_client(s, i % 3);
		port(s, i);
		CLIENT(s, TCP_SYN, .after = MS(1));
		SERVER(s, SYN_ACK, 0, 1, .after = MS(1));
		CLIENT(s, TCP_ACK, 1, 1, .after = MS(1));
	}
	scene_wait(s, SECONDS(300));
	scene_finish(s);
	EXPECT_NOT(s, CONNECTION_FLOOD);
}
