/* SPDX-License-Identifier: BSD-3-Clause */
/* Floods that are spread over hosts whose addresses lie together: "carpet bombing". */
#include "scene.h"

/* The n-th host of a subnet, by number. */
static void host(Scene *s, unsigned subnet, unsigned n)
{
	s->addr[SHAKEDOWN_SERVER] =
		(ShakedownAddress){4, {203, 0, (uint8_t)subnet, (uint8_t)(n % 256)}};
}

static void host6(Scene *s, unsigned subnet, unsigned n)
{
	s->addr[SHAKEDOWN_SERVER] =
		(ShakedownAddress){6,
				   {0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, (uint8_t)subnet, 0, 0, 0, 0, 0,
				    0, (uint8_t)(n >> 8), (uint8_t)n}};
}

static void client6(Scene *s, unsigned n)
{
	s->addr[SHAKEDOWN_CLIENT] = (ShakedownAddress){6,
						       {0x20, 0x01, 0x0d, 0xb9, 0, 0, 0, 0, 0, 0, 0,
							0, (uint8_t)(n >> 24), (uint8_t)(n >> 16),
							(uint8_t)(n >> 8), (uint8_t)n}};
}

/* SYNs of clients that come once, each to the next host of so many. */
static void spread(Scene *s, unsigned first, unsigned n, unsigned hosts, ShakedownDuration after)
{
	for (unsigned i = first; i < first + n; i++) {
		scene_client(s, i);
		host(s, i / 256 % ((hosts + 255) / 256), i % hosts);
		CLIENT(s, TCP_SYN, .after = after);
	}
}

static void end(Scene *s)
{
	scene_wait(s, SECONDS(300));
	scene_finish(s);
}

static void complete(Scene *s, unsigned n)
{
	scene_client(s, n);
	scene_open(s);
	scene_talk(s);
	scene_close(s);
}

static uint64_t fact(const SceneReport *r, const char *name)
{
	const char *at = strstr(r->facts, name);

	cr_assert_not_null(at, "no %s among%s", name, r->facts);
	return strtoull(at + strlen(name), NULL, 10);
}

Test(subnet_flood, over_its_hosts_is_one_finding)
{
	g_autoptr(Scene) s = scene_new();

	spread(s, 0, 6000, 256, MS(5));
	end(s);
	EXPECT_KINDS(s, "syn-flood");
	EXPECT_SEVERITY(s, SYN_FLOOD, CRITICAL);
	EXPECT_FACT(s, SYN_FLOOD, "half_open_share=1.000");
	EXPECT_FACT(s, SYN_FLOOD, "sources_look_forged=1");
	const SceneReport *r = scene_report(s, SHAKEDOWN_ANOMALY_SYN_FLOOD);
	cr_assert_eq(r->scope, SHAKEDOWN_SCOPE_SUBNET);
	cr_assert(g_str_has_prefix(r->filter, "ip.addr==203.0.0.0/24 && "), "%s", r->filter);
	/* No more than there can be. */
	cr_assert(fact(r, " hosts=") >= 230 && fact(r, " hosts=") <= 256, "%s", r->facts);
	cr_assert(fact(r, " syn=") >= 5900 && fact(r, " syn=") <= 6000, "%s", r->facts);
	cr_assert_not_null(strstr(r->summary, "; the subnet answered none of them"), "%s",
			   r->summary);
	cr_assert_eq(s->record_bits, UINT64_C(1) << SHAKEDOWN_ANOMALY_SYN_FLOOD);
}

/* More than any of the tables holds. */
Test(subnet_flood, over_many_subnets_is_one_of_each)
{
	g_autoptr(Scene) s = scene_new();

	spread(s, 0, 60000, 40 * 256, MS(1) / 4);
	end(s);
	cr_assert_eq(scene_count(s, SHAKEDOWN_ANOMALY_SYN_FLOOD), 40);
	for (unsigned i = 0; i < s->reports->len; i++) {
		const SceneReport *r = g_ptr_array_index(s->reports, i);
		cr_assert_eq(r->scope, SHAKEDOWN_SCOPE_SUBNET);
	}
}

/* Each gets enough to be told by itself. */
Test(subnet_flood, over_hosts_that_are_flooded_each)
{
	g_autoptr(Scene) s = scene_new();

	spread(s, 0, 60000, 100, MS(1) / 4);
	end(s);
	EXPECT_KINDS(s, "syn-flood");
	cr_assert_eq(scene_report(s, SHAKEDOWN_ANOMALY_SYN_FLOOD)->scope, SHAKEDOWN_SCOPE_SUBNET);
}

/* … as soon as by all, and where the capture ends before anything is of age. */
static void of_each_at_once(unsigned n, unsigned hosts)
{
	g_autoptr(Scene) s = scene_new();

	spread(s, 0, n, hosts, MS(1) / 100);
	scene_finish(s);
	EXPECT_KINDS(s, "syn-flood");
	const SceneReport *r = scene_report(s, SHAKEDOWN_ANOMALY_SYN_FLOOD);
	cr_assert_eq(r->scope, SHAKEDOWN_SCOPE_SUBNET);
	cr_assert(fact(r, " syn=") > n - n / 50, "%s", r->summary);
	cr_assert(fact(r, " peak_rate=") > 95000, "%s", r->facts);
}

Test(subnet_flood, over_hosts_that_are_flooded_each_at_once)
{
	of_each_at_once(300000, 256);
}

Test(subnet_flood, over_hosts_that_are_flooded_each_at_the_end)
{
	of_each_at_once(100000, 256);
}

/* … and of each a port of its own. */
Test(subnet_flood, over_hosts_and_ports)
{
	g_autoptr(Scene) s = scene_new();

	for (unsigned i = 0; i < 10000; i++) {
		scene_client(s, i);
		host(s, 113, i * 7);
		s->port[SHAKEDOWN_SERVER] = (uint16_t)(1024 + i * 7919u % 60000);
		CLIENT(s, TCP_SYN, .after = MS(2));
	}
	end(s);
	EXPECT_KINDS(s, "syn-flood");
	cr_assert_eq(scene_report(s, SHAKEDOWN_ANOMALY_SYN_FLOOD)->scope, SHAKEDOWN_SCOPE_SUBNET);
}

/* Half of it comes to one host, to one of its ports or to all, which is told of as well. */
static void beside_one_of_a_host(bool ports, ShakedownScope scope, ShakedownDuration after)
{
	g_autoptr(Scene) s = scene_new();
	uint64_t scopes = 0;

	for (unsigned i = 0; i < 4000; i++) {
		s->port[SHAKEDOWN_SERVER] = 443;
		spread(s, i, 1, 256, after);
		scene_client(s, 100000 + i);
		host(s, 0, 77);
		if (ports)
			s->port[SHAKEDOWN_SERVER] = (uint16_t)(1024 + i * 7919u % 60000);
		CLIENT(s, TCP_SYN, .after = after);
	}
	end(s);
	EXPECT_KINDS(s, "syn-flood syn-flood");
	for (unsigned i = 0; i < s->reports->len; i++) {
		const SceneReport *r = g_ptr_array_index(s->reports, i);
		scopes |= UINT64_C(1) << r->scope;
		cr_assert(fact(r, " syn=") > 3800 && fact(r, " syn=") < 4200, "%s", r->summary);
	}
	cr_assert_eq(scopes, UINT64_C(1) << scope | UINT64_C(1) << SHAKEDOWN_SCOPE_SUBNET);
}

Test(subnet_flood, beside_one_of_a_service)
{
	beside_one_of_a_host(false, SHAKEDOWN_SCOPE_SERVICE, MS(2));
}

Test(subnet_flood, beside_one_of_a_host)
{
	beside_one_of_a_host(true, SHAKEDOWN_SCOPE_HOST, MS(2));
}

/* All of it has come before any of it is judged. */
Test(subnet_flood, beside_a_fast_one_of_a_service)
{
	beside_one_of_a_host(false, SHAKEDOWN_SCOPE_SERVICE, MS(1) / 5);
}

Test(subnet_flood, beside_a_fast_one_of_a_host)
{
	beside_one_of_a_host(true, SHAKEDOWN_SCOPE_HOST, MS(1) / 5);
}

/* In IPv6 it is 64 bits that belong together. */
Test(subnet_flood, in_ipv6)
{
	g_autoptr(Scene) s = scene_new();

	for (unsigned i = 0; i < 6000; i++) {
		client6(s, i * 2654435761u);
		host6(s, 5, i);
		CLIENT(s, TCP_SYN, .after = MS(5));
	}
	end(s);
	EXPECT_KINDS(s, "syn-flood");
	const SceneReport *r = scene_report(s, SHAKEDOWN_ANOMALY_SYN_FLOOD);
	cr_assert_eq(r->scope, SHAKEDOWN_SCOPE_SUBNET);
	cr_assert(g_str_has_prefix(r->filter, "ipv6.addr==2001:db8:0:5::/64 && "), "%s", r->filter);
	cr_assert(fact(r, " hosts=") > 5000, "%s", r->facts);
}

Test(subnet_flood, over_subnets_of_ipv6_that_get_little_each)
{
	g_autoptr(Scene) s = scene_new();

	for (unsigned i = 0; i < 6000; i++) {
		client6(s, i * 2654435761u);
		host6(s, i % 100, i);
		CLIENT(s, TCP_SYN, .after = MS(10));
	}
	end(s);
	EXPECT_NOT(s, SYN_FLOOD);
}

Test(subnet_flood, refused_is_a_warning)
{
	g_autoptr(Scene) s = scene_new();

	for (unsigned i = 0; i < 6000; i++) {
		spread(s, i, 1, 256, MS(4));
		SERVER(s, RST_ACK, 0, 1, .after = 1000);
	}
	end(s);
	EXPECT_KINDS(s, "syn-flood");
	EXPECT_SEVERITY(s, SYN_FLOOD, WARNING);
	cr_assert_eq(scene_report(s, SHAKEDOWN_ANOMALY_SYN_FLOOD)->scope, SHAKEDOWN_SCOPE_SUBNET);
}

/* The hosts that are used at the same time neither hide it nor are part of it. */
Test(subnet_flood, beside_hosts_that_are_used)
{
	g_autoptr(Scene) s = scene_new();
	uint64_t record_bits = 0;

	for (unsigned i = 0; i < 300; i++) {
		spread(s, 20 * i, 20, 256, MS(2));
		host(s, 0, i % 5);
		complete(s, 100000 + i);
		record_bits |= s->record_bits;
	}
	end(s);
	cr_assert_eq(scene_count(s, SHAKEDOWN_ANOMALY_SYN_FLOOD), 1);
	cr_assert_eq(scene_report(s, SHAKEDOWN_ANOMALY_SYN_FLOOD)->scope, SHAKEDOWN_SCOPE_SUBNET);
	cr_assert_eq(record_bits, 0);
}

Test(subnet_flood, of_hosts_that_are_used)
{
	g_autoptr(Scene) s = scene_new();

	for (unsigned i = 0; i < 2000; i++) {
		host(s, 0, i);
		complete(s, i);
	}
	end(s);
	EXPECT_KINDS(s, "");
}

/* A host of it is flooded, and nothing else. */
Test(subnet_flood, of_one_host_is_that_host_s)
{
	g_autoptr(Scene) s = scene_new();

	for (unsigned i = 0; i < 6000; i++) {
		scene_client(s, i);
		host(s, 113, 7);
		s->port[SHAKEDOWN_SERVER] = (uint16_t)(1024 + i * 7919u % 60000);
		CLIENT(s, TCP_SYN, .after = MS(2));
	}
	end(s);
	EXPECT_KINDS(s, "syn-flood");
	cr_assert_eq(scene_report(s, SHAKEDOWN_ANOMALY_SYN_FLOOD)->scope, SHAKEDOWN_SCOPE_HOST);
}

/* Twenty a second: what is looking for hosts everywhere. */
Test(subnet_flood, what_a_dark_subnet_gets_is_none)
{
	g_autoptr(Scene) s = scene_new();

	spread(s, 0, 6000, 256, MS(50));
	end(s);
	EXPECT_NOT(s, SYN_FLOOD);
}

Test(subnet_flood, of_one_source_is_a_sweep)
{
	g_autoptr(Scene) s = scene_new();

	scene_client(s, 1);
	for (unsigned i = 0; i < 1024; i++) {
		host(s, i / 256, i);
		CLIENT(s, TCP_SYN, .after = MS(1));
	}
	end(s);
	EXPECT(s, PORT_SCAN);
	EXPECT_NOT(s, SYN_FLOOD);
}

/* Fifty that sweep it at the same time, as after a worm's outbreak. */
Test(subnet_flood, of_some_sources_is_a_sweep)
{
	g_autoptr(Scene) s = scene_new();

	for (unsigned i = 0; i < 50 * 256; i++) {
		scene_client(s, i % 50);
		host(s, 113, i / 50);
		CLIENT(s, TCP_SYN, .after = MS(1));
	}
	end(s);
	EXPECT_NOT(s, SYN_FLOOD);
}

/* A subnet that has gone, and its clients: they try again. */
Test(subnet_flood, clients_of_hosts_that_are_gone)
{
	g_autoptr(Scene) s = scene_new();

	for (unsigned round = 0; round < 3; round++) {
		spread(s, 0, 1500, 256, MS(1) / 2);
		scene_wait(s, SECONDS(1) << round);
	}
	end(s);
	EXPECT_NOT(s, SYN_FLOOD);
}

/* Known as it comes, and told instead of each SYN of it. */
Test(subnet_flood, is_told_early)
{
	g_autoptr(Scene) s = scene_new();

	s->context.early = true;
	spread(s, 0, 6000, 256, MS(5));
	EXPECT_KINDS(s, "syn-flood");
	EXPECT_FACT(s, SYN_FLOOD, "under_way=1");
	end(s);
	EXPECT_KINDS(s, "syn-flood syn-flood");
}

/* Those that a bound on memory cuts short were counted, and go on all the same. */
Test(subnet_flood, cut_short_is_none)
{
	g_autoptr(Scene) s = scene_new();
	unsigned n = 40000, behind = 10000;

	tcp_tracker_set_memory(s->tracker, 1);
	for (unsigned i = 0; i < n + behind; i++) {
		if (i < n) {
			scene_client(s, i);
			host(s, i % 20, i / 20);
			CLIENT(s, TCP_SYN, .after = MS(1) / 10);
		}
		if (i < behind)
			continue;
		scene_client(s, i - behind);
		host(s, (i - behind) % 20, (i - behind) / 20);
		SERVER(s, SYN_ACK, 0, 1, .after = 1000);
		CLIENT(s, TCP_ACK, 1, 1, .after = 1000);
		CLIENT(s, PSH_ACK, 1, 1, 10, .after = 1000);
	}
	end(s);
	cr_assert_gt(tcp_tracker_counts(s->tracker)->cut_half_open, n / 2);
	EXPECT_NOT(s, SYN_FLOOD);
}
