/* SPDX-License-Identifier: BSD-3-Clause */
/* Segments that belong to no connection: to a service, a host's ports, a subnet's hosts. */
#include "scene.h"

/* Each from a source of its own, or from so many that take turns. */
static void from(Scene *s, unsigned i, unsigned sources)
{
	scene_client(s, i);
	if (sources)
		s->addr[SHAKEDOWN_CLIENT] =
			(ShakedownAddress){4, {198, 18, 0, (uint8_t)(i % sources)}};
}

static void to_ports(Scene *s, uint16_t flags, unsigned n, unsigned sources)
{
	for (unsigned i = 0; i < n; i++) {
		from(s, i, sources);
		s->port[SHAKEDOWN_SERVER] = (uint16_t)(1000 + i);
		CLIENT(s, flags, 5, 5, .after = MS(5));
		if (!(flags & TCP_RST))
			SERVER(s, TCP_RST, 5);
	}
	scene_wait(s, SECONDS(300));
	scene_finish(s);
}

Test(stray, to_the_ports_of_a_host)
{
	g_autoptr(Scene) acks = scene_new(), fins = scene_new(), resets = scene_new();

	to_ports(acks, TCP_ACK, 300, 0);
	EXPECT_KINDS(acks, "ack-flood");
	const SceneReport *r = scene_report(acks, SHAKEDOWN_ANOMALY_ACK_FLOOD);
	cr_assert_eq(r->scope, SHAKEDOWN_SCOPE_HOST);
	EXPECT_FACT(acks, ACK_FLOOD, "segments=300");
	cr_assert_not_null(strstr(r->summary, "300 ACKs to about "), "%s", r->summary);
	cr_assert_not_null(strstr(r->summary, "that belong to no connection, from about "), "%s",
			   r->summary);
	to_ports(fins, FIN_ACK, 300, 0);
	EXPECT_KINDS(fins, "fin-flood");
	to_ports(resets, RST_ACK, 300, 0);
	EXPECT_KINDS(resets, "reset-flood");
}

/* Few sources look for what is open, or somebody else's search is answered. */
Test(stray, from_few_to_the_ports_of_a_host)
{
	g_autoptr(Scene) acks = scene_new(), resets = scene_new(), fewer = scene_new();

	to_ports(acks, TCP_ACK, 600, 10);
	EXPECT_NOT(acks, ACK_FLOOD);
	EXPECT(acks, PORT_SCAN);
	to_ports(resets, RST_ACK, 600, 10);
	EXPECT_KINDS(resets, "");
	to_ports(fewer, RST_ACK, 190, 0);
	EXPECT_KINDS(fewer, "");
}

static void to_hosts(Scene *s, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		from(s, i, 0);
		s->addr[SHAKEDOWN_SERVER].bytes[3] = (uint8_t)(i * 7);
		s->port[SHAKEDOWN_SERVER] = (uint16_t)(1000 + i);
		CLIENT(s, RST_ACK, 5, 5, .after = MS(5));
	}
	scene_wait(s, SECONDS(300));
	scene_finish(s);
}

Test(stray, to_the_hosts_of_a_subnet)
{
	g_autoptr(Scene) s = scene_new(), fewer = scene_new();

	to_hosts(s, 700);
	EXPECT_KINDS(s, "reset-flood");
	cr_assert_eq(scene_report(s, SHAKEDOWN_ANOMALY_RESET_FLOOD)->scope, SHAKEDOWN_SCOPE_SUBNET);
	EXPECT_FACT(s, RESET_FLOOD, "segments=700");
	to_hosts(fewer, 500);
	EXPECT_KINDS(fewer, "");
}

/* A sketch that errs upward by three in a hundred says no nonsense. */
Test(stray, to_no_more_hosts_than_a_subnet_has)
{
	for (unsigned subnet = 0; subnet < 8; subnet++) {
		g_autoptr(Scene) s = scene_new();

		s->addr[SHAKEDOWN_SERVER].bytes[2] = (uint8_t)subnet;
		to_hosts(s, 2000);
		EXPECT_KINDS(s, "reset-flood");
		const SceneReport *r = scene_report(s, SHAKEDOWN_ANOMALY_RESET_FLOOD);
		const char *hosts = strstr(r->facts, "hosts=");

		cr_assert_not_null(hosts, "%s", r->facts);
		unsigned long n = strtoul(hosts + strlen("hosts="), NULL, 10);

		cr_assert(n > 230 && n <= 256, "%s", r->facts);
	}
}

/* What comes to one port is told of that, and of nothing that it is a part of. */
Test(stray, to_one_service)
{
	g_autoptr(Scene) s = scene_new();

	for (unsigned i = 0; i < 1000; i++) {
		from(s, i, 0);
		CLIENT(s, TCP_RST, 5, .after = MS(5));
	}
	scene_wait(s, SECONDS(300));
	scene_finish(s);
	EXPECT_KINDS(s, "reset-flood");
	cr_assert_eq(scene_report(s, SHAKEDOWN_ANOMALY_RESET_FLOOD)->scope,
		     SHAKEDOWN_SCOPE_SERVICE);
	EXPECT_FACT(s, RESET_FLOOD, "segments=1000");
}

Test(stray, a_pause_loses_none)
{
	g_autoptr(Scene) s = scene_new();

	for (unsigned i = 0; i < 600; i++) {
		from(s, i, 0);
		CLIENT(s, TCP_RST, 5, .after = i == 300 ? SECONDS(30) : MS(5));
	}
	scene_wait(s, SECONDS(300));
	scene_finish(s);
	EXPECT_KINDS(s, "reset-flood");
	EXPECT_FACT(s, RESET_FLOOD, "segments=600");
}

/* Minutes later it is another one. */
Test(stray, two_floods)
{
	g_autoptr(Scene) s = scene_new();

	for (unsigned i = 0; i < 600; i++) {
		from(s, i, 0);
		CLIENT(s, TCP_RST, 5, .after = i == 300 ? SECONDS(300) : MS(5));
	}
	scene_wait(s, SECONDS(300));
	scene_finish(s);
	EXPECT_KINDS(s, "reset-flood reset-flood");
	EXPECT_FACT(s, RESET_FLOOD, "segments=300");
}

/* After a leap of the clock they are over all at once, the latest first. */
Test(stray, a_trickle_before_a_leap_is_no_flood)
{
	g_autoptr(Scene) s = scene_new();

	for (unsigned i = 0; i < 300; i++) {
		from(s, i, 0);
		CLIENT(s, FIN_ACK, 5, 5, .after = MS(333));
	}
	from(s, 300, 0);
	CLIENT(s, TCP_SYN, 5, .after = SECONDS(300));
	scene_finish(s);
	EXPECT_NOT(s, FIN_FLOOD);
}

typedef enum {
	RESETS,
	IS_SILENT,
	IS_SILENT_AND_SO_IS_THE_SERVER,
	GOES_ON,
	HAD_SENT_A_SYN,
} Victim;

/* Each server answers what this client never sent. */
static void answers(Scene *s, unsigned n, Victim victim)
{
	for (unsigned i = 0; i < n; i++) {
		scene_numbers(s, i);
		s->port[SHAKEDOWN_CLIENT] = (uint16_t)(20000 + i);
		s->addr[SHAKEDOWN_SERVER] =
			(ShakedownAddress){4, {198, 18, (uint8_t)(i >> 8), (uint8_t)i}};
		if (victim == HAD_SENT_A_SYN)
			CLIENT(s, TCP_SYN, .after = MS(5));
		SERVER(s, SYN_ACK, 0, 1, .after = MS(5));
		if (victim == RESETS || victim == HAD_SENT_A_SYN)
			CLIENT(s, TCP_RST, 1);
		if (victim == GOES_ON)
			CLIENT(s, TCP_ACK, 1, 1);
	}
	for (unsigned i = 0; i < n && victim == IS_SILENT; i++) {
		scene_numbers(s, i);
		s->port[SHAKEDOWN_CLIENT] = (uint16_t)(20000 + i);
		s->addr[SHAKEDOWN_SERVER] =
			(ShakedownAddress){4, {198, 18, (uint8_t)(i >> 8), (uint8_t)i}};
		SERVER(s, SYN_ACK, 0, 1, .after = MS(5));
	}
	scene_wait(s, SECONDS(300));
	scene_finish(s);
}

Test(stray, answers_to_syns_that_were_never_sent)
{
	g_autoptr(Scene) s = scene_new(), silent = scene_new();

	answers(s, 300, RESETS);
	EXPECT_KINDS(s, "syn-ack-flood");
	EXPECT_SEVERITY(s, SYN_ACK_FLOOD, WARNING);
	EXPECT_FACT(s, SYN_ACK_FLOOD, "segments=300");
	cr_assert_eq(scene_report(s, SHAKEDOWN_ANOMALY_SYN_ACK_FLOOD)->scope, SHAKEDOWN_SCOPE_HOST);
	answers(silent, 300, IS_SILENT);
	EXPECT_FACT(silent, SYN_ACK_FLOOD, "segments=300");
}

Test(stray, answers_to_syns_that_were_not_captured)
{
	const Victim others[] = {IS_SILENT_AND_SO_IS_THE_SERVER, GOES_ON, HAD_SENT_A_SYN};

	for (unsigned i = 0; i < G_N_ELEMENTS(others); i++) {
		g_autoptr(Scene) s = scene_new();

		answers(s, 300, others[i]);
		EXPECT_NOT(s, SYN_ACK_FLOOD);
	}
}

static void acks(Scene *s, unsigned first, unsigned n, uint32_t len, bool answered)
{
	for (unsigned i = first; i < first + n; i++) {
		from(s, i, 0);
		CLIENT(s, TCP_ACK, 5, 5, len, .after = MS(5));
		if (answered)
			SERVER(s, TCP_RST, 5);
	}
}

static void pass(Scene *s, ShakedownDuration duration)
{
	scene_wait(s, duration);
	detectors_tick(s->detectors, s->now);
}

/* Who watches is not to wait for the end, nor that for somebody else. */
Test(stray, is_told_while_it_goes_on_and_when_it_is_over)
{
	g_autoptr(Scene) s = scene_new();

	s->context.early = true;
	acks(s, 0, 300, 0, true);
	pass(s, SECONDS(40));
	EXPECT_KINDS(s, "ack-flood");
	EXPECT_FACT(s, ACK_FLOOD, "under_way=1");
	acks(s, 1000, 300, 0, true);
	pass(s, SECONDS(60));
	cr_assert_eq(scene_count(s, SHAKEDOWN_ANOMALY_ACK_FLOOD), 1);
	pass(s, SECONDS(300));
	cr_assert_eq(scene_count(s, SHAKEDOWN_ANOMALY_ACK_FLOOD), 2);
	const SceneReport *last = g_ptr_array_index(s->reports, s->reports->len - 1);
	cr_assert_not_null(strstr(last->facts, " segments=600 "), "%s", last->facts);
	cr_assert_null(strstr(last->facts, "under_way"), "%s", last->facts);
	scene_finish(s);
	cr_assert_eq(scene_count(s, SHAKEDOWN_ANOMALY_ACK_FLOOD), 2);
}

/* What trickles in after it lengthens no flood, though it is not over by then. */
Test(stray, a_trickle_behind_a_flood_is_not_of_it)
{
	g_autoptr(Scene) s = scene_new();

	acks(s, 0, 300, 0, true);
	for (unsigned i = 0; i < 8; i++) {
		pass(s, SECONDS(15));
		acks(s, 1000 + i, 1, 0, true);
	}
	scene_wait(s, SECONDS(300));
	scene_finish(s);
	EXPECT_KINDS(s, "ack-flood");
	EXPECT_FACT(s, ACK_FLOOD, "segments=300");
	EXPECT_FACT(s, ACK_FLOOD, "lasted_s=4.485");
}

/* An answer or two more, and it was a conversation that began before the capture. */
Test(stray, conversations_are_none)
{
	g_autoptr(Scene) few = scene_new(), more = scene_new();

	for (unsigned i = 0; i < 300; i++) {
		scene_client(few, i);
		CLIENT(few, TCP_ACK, 5, 5, 10, .after = MS(5));
		CLIENT(few, TCP_ACK, 15, 5, 10);
		CLIENT(few, TCP_ACK, 25, 5, 10);
		SERVER(few, TCP_RST, 5);
		scene_client(more, i);
		CLIENT(more, TCP_ACK, 5, 5, 10, .after = MS(5));
		CLIENT(more, TCP_ACK, 15, 5, 10);
		SERVER(more, TCP_RST, 5);
	}
	scene_wait(few, SECONDS(300));
	scene_finish(few);
	EXPECT_NOT(few, ACK_FLOOD);
	scene_wait(more, SECONDS(300));
	scene_finish(more);
	EXPECT(more, ACK_FLOOD);
}

/* A bare segment that nobody answers is given up long before a connection is. */
Test(stray, without_an_answer_it_is_told_soon)
{
	g_autoptr(Scene) bare = scene_new(), data = scene_new();

	bare->context.early = data->context.early = true;
	acks(bare, 0, 300, 0, false);
	pass(bare, SECONDS(140));
	EXPECT_KINDS(bare, "ack-flood");
	acks(data, 0, 300, 10, false);
	pass(data, SECONDS(140));
	EXPECT_KINDS(data, "");
}

typedef struct {
	bool both_ways; /* others' connections are seen whole */
	unsigned times; /* each comes so often */
} Idle;

/* Bare ACKs to many ports of a host, which does not answer. */
static void keep_alive(Scene *s, Idle idle)
{
	const uint16_t port = s->port[SHAKEDOWN_SERVER];

	for (unsigned i = 0; i < 10 && idle.both_ways; i++) {
		scene_client(s, 50000 + i);
		scene_open(s);
	}
	for (unsigned i = 0; i < 300 * idle.times; i++) {
		from(s, i % 300, 0);
		s->port[SHAKEDOWN_SERVER] = (uint16_t)(port + 1 + i % 300);
		CLIENT(s, TCP_ACK, 5, 5, .after = MS(20));
	}
	scene_wait(s, SECONDS(300));
	scene_finish(s);
}

/* Of one direction alone nobody knows whether they are answered; and who comes again is idle. */
Test(stray, idle_connections_are_no_flood)
{
	g_autoptr(Scene) flood = scene_new(), one_way = scene_new(), again = scene_new();

	keep_alive(flood, (Idle){.both_ways = true, .times = 1});
	EXPECT(flood, ACK_FLOOD);
	keep_alive(one_way, (Idle){.times = 1});
	EXPECT_NOT(one_way, ACK_FLOOD);
	keep_alive(again, (Idle){.both_ways = true, .times = 2});
	EXPECT_NOT(again, ACK_FLOOD);
}
