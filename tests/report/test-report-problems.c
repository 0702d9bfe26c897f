/* SPDX-License-Identifier: BSD-3-Clause */
/* What belongs together is told once, and nothing is lost by it. */
#include "report/problems.h"

#include <criterion/criterion.h>
#include <glib.h>
#include <shakedown/sink.h>
#include <string.h>
#include <time.h>

#define SECONDS(n) ((n)*SHAKEDOWN_NS_PER_S)

/* What was handed on: "refused 40 service 10.0.0.2:80 …". */
typedef struct {
	GPtrArray *told; /* of ShakedownAnomaly, of which only numbers are good */
	GPtrArray *summaries, *filters;
	uint64_t sum;
} Told;

static Told told;

static void take(const ShakedownAnomaly *a, void *data)
{
	g_ptr_array_add(told.told, g_memdup2(a, sizeof *a));
	g_ptr_array_add(told.summaries, g_strdup(a->summary));
	g_ptr_array_add(told.filters, g_strdup(a->filter));
	told.sum += a->count;
	for (size_t i = 1; i < a->frames_len; i++)
		cr_assert_lt(a->frames[i - 1], a->frames[i]);
	for (size_t i = 1; i < a->connections_len; i++)
		cr_assert_lt(a->connections[i - 1], a->connections[i]);
}

static void setup(void)
{
	told.told = g_ptr_array_new_with_free_func(g_free);
	told.summaries = g_ptr_array_new_with_free_func(g_free);
	told.filters = g_ptr_array_new_with_free_func(g_free);
	told.sum = 0;
}

static void teardown(void)
{
	g_ptr_array_unref(told.told);
	g_ptr_array_unref(told.summaries);
	g_ptr_array_unref(told.filters);
}

TestSuite(problems, .init = setup, .fini = teardown);

typedef struct {
	ShakedownAnomalyKind kind;
	uint8_t client, server;
	uint16_t port;
	uint64_t id;
	ShakedownTime time;
	const char *cause;
	ShakedownSeverity severity;
} Case;

static void add(Problems *problems, Case c)
{
	uint64_t frames[] = {2 * c.id, 2 * c.id + 1};
	ShakedownFact facts[] = {
		{.name = "sender", .type = SHAKEDOWN_VALUE_TEXT, .text = c.cause},
		{.name = "waited_s", .type = SHAKEDOWN_VALUE_DURATION, .duration = c.time},
	};
	ShakedownAnomaly a = {
		.kind = c.kind,
		.severity = c.severity,
		.scope = SHAKEDOWN_SCOPE_CONNECTION,
		.connection = c.id,
		.subject = {.client = {4, {10, 0, 1, c.client}},
			    .server = {4, {10, 0, 2, c.server}},
			    .client_port = (uint16_t)(40000 + c.id),
			    .server_port = c.port},
		.time = c.time,
		.until = c.time,
		.frames = frames,
		.frames_len = 2,
		.summary = "it happened",
		.facts = facts,
		.facts_len = c.cause ? 2 : 0,
		.filter = "frame",
		.narrowing = "tcp.flags.reset==1",
		.count = 1,
	};
	problems_add(problems, &a);
}

static const ShakedownAnomaly *at(guint i)
{
	cr_assert_lt(i, told.told->len);
	return g_ptr_array_index(told.told, i);
}

static const char *summary(guint i)
{
	return g_ptr_array_index(told.summaries, i);
}

static const char *filter(guint i)
{
	return g_ptr_array_index(told.filters, i);
}

static void run(bool stream, const Case *cases, size_t n)
{
	Problems *problems = problems_new(stream, take, NULL);

	for (size_t i = 0; i < n; i++)
		add(problems, cases[i]);
	problems_finish(problems);
	problems_free(problems);
	cr_assert_eq(told.sum, n, "%u anomalies went in, and %u came out", (unsigned)n,
		     (unsigned)told.sum);
}

#define RUN(stream, ...) run(stream, (Case[]){__VA_ARGS__}, G_N_ELEMENTS(((Case[]){__VA_ARGS__})))
#define REFUSED SHAKEDOWN_ANOMALY_REFUSED
#define RESET SHAKEDOWN_ANOMALY_RESET_ABORT

Test(problems, forty_refused_by_one_port_are_one)
{
	Problems *problems = problems_new(false, take, NULL);

	for (uint64_t i = 1; i <= 40; i++)
		add(problems, (Case){REFUSED, (uint8_t)(i % 3), 1, 80, i, SECONDS((int64_t)i)});
	problems_finish(problems);
	problems_free(problems);
	cr_assert_eq(told.told->len, 1);
	cr_assert_eq(at(0)->count, 40);
	cr_assert_eq(at(0)->connections_len, 40);
	cr_assert_eq(at(0)->scope, SHAKEDOWN_SCOPE_SERVICE);
	cr_assert_eq(at(0)->subject.server_port, 80);
	cr_assert_eq(at(0)->time, SECONDS(1));
	cr_assert_eq(at(0)->until, SECONDS(40));
	/* 80 frames are more than are kept: what they are like, and when. */
	cr_assert(at(0)->frames_cut);
	cr_assert_str_eq(filter(0), "ip.addr==10.0.2.1 && tcp.port==80 && tcp.flags.reset==1 && "
				    "frame.time_epoch>=1.000000000 && "
				    "frame.time_epoch<=40.000000000");
	cr_assert_str_eq(summary(0),
			 "40 connections of 3 clients in 39.0 s; the first: it happened");
}

Test(problems, few_frames_are_selected_one_by_one)
{
	RUN(false, {REFUSED, 1, 1, 80, 5, SECONDS(5)}, {REFUSED, 2, 1, 80, 3, SECONDS(3)});
	cr_assert_eq(told.told->len, 1);
	cr_assert_str_eq(filter(0),
			 "ip.addr==10.0.2.1 && tcp.port==80 && frame.number in {6, 7, 10, 11}");
}

Test(problems, one_client_and_many_services)
{
	RUN(false, {REFUSED, 1, 1, 80, 1, 1}, {REFUSED, 1, 2, 81, 2, 2}, {REFUSED, 1, 3, 82, 3, 3});
	cr_assert_eq(told.told->len, 1);
	cr_assert_eq(at(0)->scope, SHAKEDOWN_SCOPE_HOST);
	cr_assert_eq(at(0)->subject.host.bytes[3], 1);
	cr_assert(g_str_has_prefix(summary(0), "3 connections to 3 services in "), "%s",
		  summary(0));
}

/* Each of another client, at another port. */
static void add_ports(Problems *problems, uint64_t from, uint64_t to, uint8_t server)
{
	for (uint64_t i = from; i <= to; i++)
		add(problems,
		    (Case){REFUSED, (uint8_t)i, server, (uint16_t)(1000 + i), i, (ShakedownTime)i});
}

Test(problems, many_ports_of_a_host_are_one)
{
	Problems *problems = problems_new(false, take, NULL);

	add(problems, (Case){REFUSED, 101, 1, 999, 1, 1});
	add(problems, (Case){REFUSED, 102, 1, 999, 2, 2});
	add(problems, (Case){REFUSED, 103, 1, 998, 3, 3});
	add_ports(problems, 4, 60, 1);
	/* Into those that are one by then. */
	add(problems, (Case){REFUSED, 104, 1, 999, 61, 61});
	/* Others of the same host. */
	add(problems, (Case){RESET, 105, 1, 999, 62, 62});
	problems_finish(problems);
	problems_free(problems);
	cr_assert_eq(told.sum, 62);
	cr_assert_eq(told.told->len, 2);
	cr_assert_eq(at(0)->count, 61);
	cr_assert_eq(at(0)->connections_len, 61);
	cr_assert_eq(at(0)->time, 1);
	cr_assert_eq(at(0)->until, 61);
	cr_assert_eq(at(0)->scope, SHAKEDOWN_SCOPE_HOST);
	cr_assert_eq(at(0)->subject.host.bytes[2], 2, "the server");
	cr_assert_eq(at(0)->subject.server.version, 0);
	cr_assert(g_str_has_prefix(summary(0), "61 connections of 61 clients to 59 ports in "),
		  "%s", summary(0));
	cr_assert(g_str_has_prefix(filter(0), "ip.addr==10.0.2.1 && tcp.flags"), "%s", filter(0));
}

Test(problems, few_ports_of_a_host_stay_apart)
{
	Problems *problems = problems_new(false, take, NULL);

	add_ports(problems, 1, PROBLEMS_OF_HOST - 1, 1);
	add_ports(problems, PROBLEMS_OF_HOST, 2 * PROBLEMS_OF_HOST - 2, 2);
	problems_finish(problems);
	problems_free(problems);
	cr_assert_eq(told.told->len, 2 * PROBLEMS_OF_HOST - 2);
}

/* A client's are its own, whichever host they are of. */
Test(problems, one_client_and_many_ports_of_a_host)
{
	Problems *problems = problems_new(false, take, NULL);

	for (uint64_t i = 1; i <= 40; i++)
		add(problems, (Case){REFUSED, (uint8_t)(1 + i % 2), 1, (uint16_t)(1000 + i), i,
				     (ShakedownTime)i});
	problems_finish(problems);
	problems_free(problems);
	cr_assert_eq(told.told->len, 2);
	cr_assert_eq(at(0)->subject.host.bytes[2], 1, "the client");
	cr_assert(g_str_has_prefix(summary(0), "20 connections to 20 services in "), "%s",
		  summary(0));
}

Test(problems, a_stream_tells_few_of_a_host)
{
	Problems *problems = problems_new(true, take, NULL);

	add_ports(problems, 1, 100, 1);
	cr_assert_eq(told.told->len, PROBLEMS_OF_HOST);
	problems_finish(problems);
	problems_free(problems);
	cr_assert_eq(told.sum, 100);
	cr_assert_eq(told.told->len, PROBLEMS_OF_HOST + 1);
	cr_assert(g_str_has_prefix(summary(PROBLEMS_OF_HOST),
				   "84 more connections of 84 clients to 84 ports in "),
		  "%s", summary(PROBLEMS_OF_HOST));
}

/* One of them has gathered before they become one. */
Test(problems, a_stream_keeps_what_was_gathered)
{
	Problems *problems = problems_new(true, take, NULL);

	add_ports(problems, 1, 4, 1);
	for (uint64_t i = 5; i <= 9; i++)
		add(problems, (Case){REFUSED, (uint8_t)i, 1, 1003, i, (ShakedownTime)i});
	add_ports(problems, 10, 40, 1);
	problems_finish(problems);
	problems_free(problems);
	cr_assert_eq(told.sum, 40);
	cr_assert_eq(told.told->len, PROBLEMS_OF_HOST + 1);
	cr_assert_eq(at(PROBLEMS_OF_HOST)->count, 40 - PROBLEMS_OF_HOST);
}

Test(problems, what_differs_stays_apart)
{
	/* Kind; service and client; severity; cause. */
	RUN(false, {REFUSED, 1, 1, 80, 1, 1}, {RESET, 1, 1, 80, 2, 2}, {REFUSED, 2, 2, 81, 3, 3},
	    {RESET, 1, 1, 80, 4, 4, NULL, SHAKEDOWN_SEVERITY_WARNING},
	    {RESET, 1, 1, 80, 5, 5, "client"}, {RESET, 1, 1, 80, 6, 6, "server"});
	cr_assert_eq(told.told->len, 6);
	for (guint i = 0; i < 6; i++) {
		cr_assert_eq(at(i)->scope, SHAKEDOWN_SCOPE_CONNECTION);
		cr_assert_str_eq(filter(i), "frame");
	}
}

Test(problems, at_the_end_in_the_order_of_time)
{
	RUN(false, {REFUSED, 1, 1, 80, 1, 30}, {RESET, 1, 2, 81, 2, 10},
	    {REFUSED, 3, 3, 82, 3, 20});
	cr_assert_eq(told.told->len, 3);
	for (guint i = 1; i < 3; i++)
		cr_assert_leq(at(i - 1)->time, at(i)->time);
}

Test(problems, a_stream_tells_the_first_at_once)
{
	Problems *problems = problems_new(true, take, NULL);

	add(problems, (Case){REFUSED, 1, 1, 80, 1, SECONDS(1)});
	cr_assert_eq(told.told->len, 1);
	cr_assert_eq(at(0)->connection, 1);
	for (uint64_t i = 2; i <= 10; i++)
		add(problems, (Case){REFUSED, (uint8_t)i, 1, 80, i, SECONDS((int64_t)i)});
	cr_assert_eq(told.told->len, 1);
	/* A minute after the first that was held, whatever comes. */
	add(problems, (Case){RESET, 9, 9, 90, 11, SECONDS(63)});
	cr_assert_eq(told.told->len, 3);
	cr_assert_eq(at(1)->count, 9);
	cr_assert(g_str_has_prefix(summary(1), "9 more connections of 9 clients in 8.00 s"), "%s",
		  summary(1));
	add(problems, (Case){REFUSED, 1, 1, 80, 12, SECONDS(64)});
	problems_finish(problems);
	problems_free(problems);
	cr_assert_eq(told.told->len, 4);
	cr_assert_eq(at(3)->connection, 12);
	cr_assert_eq(told.sum, 12);
}

/* Who watches for days is not to wait a minute for what begins anew. */
Test(problems, a_stream_tells_at_once_what_was_quiet_for_long)
{
	Problems *problems = problems_new(true, take, NULL);

	add(problems, (Case){REFUSED, 1, 1, 80, 1, SECONDS(1)});
	add(problems, (Case){REFUSED, 2, 1, 80, 2, SECONDS(2)});
	add(problems, (Case){REFUSED, 3, 1, 80, 3, SECONDS(602)});
	cr_assert_eq(told.told->len, 2, "ten minutes are not more than ten minutes");
	cr_assert_eq(at(1)->connection, 2);
	add(problems, (Case){REFUSED, 4, 1, 80, 4, SECONDS(1203)});
	cr_assert_eq(told.told->len, 4);
	cr_assert_eq(at(2)->connection, 3, "what was held is told before");
	cr_assert_eq(at(3)->connection, 4);
	add(problems, (Case){REFUSED, 5, 1, 80, 5, SECONDS(1204)});
	cr_assert_eq(told.told->len, 4, "and it is held again");
	problems_finish(problems);
	problems_free(problems);
	cr_assert_eq(told.sum, 5);
}

Test(problems, a_stream_goes_on_when_the_clock_was_set_back)
{
	Problems *problems = problems_new(true, take, NULL);

	/* Nothing has been read yet. */
	problems_advance(problems, INT64_MIN);
	for (uint64_t i = 1; i <= 3; i++)
		add(problems, (Case){REFUSED, (uint8_t)i, 1, 80, i, SECONDS(90000 + (int64_t)i)});
	problems_advance(problems, SECONDS(90004));
	cr_assert_eq(told.told->len, 1);
	problems_advance(problems, SECONDS(10));
	cr_assert_eq(told.told->len, 2, "what was held is told");
	for (uint64_t i = 4; i <= 6; i++)
		add(problems, (Case){REFUSED, (uint8_t)i, 1, 80, i, SECONDS(10 + (int64_t)i)});
	problems_advance(problems, SECONDS(70));
	cr_assert_eq(told.told->len, 2);
	problems_advance(problems, SECONDS(75));
	cr_assert_eq(told.told->len, 3);
	cr_assert_eq(told.sum, 6);
	problems_finish(problems);
	problems_free(problems);
}

/* Each of its own cause: more than are held. */
Test(problems, memory_is_bounded_and_nothing_lost)
{
	for (int stream = 0; stream < 2; stream++) {
		Problems *problems = problems_new(stream, take, NULL);
		uint64_t n = PROBLEMS_MOST + 1000;

		told.sum = 0;
		g_ptr_array_set_size(told.told, 0);
		for (uint64_t i = 1; i <= n; i++) {
			char cause[24];

			g_snprintf(cause, sizeof cause, "%" G_GUINT64_FORMAT, (guint64)i);
			add(problems, (Case){REFUSED, (uint8_t)(i % 251), (uint8_t)(i % 241),
					     (uint16_t)(i % 65521), i, (ShakedownTime)i, cause});
		}
		if (!stream)
			cr_assert_eq(told.told->len, 1000);
		problems_finish(problems);
		problems_free(problems);
		cr_assert_eq(told.sum, n);
	}
}

Test(problems, members_beyond_the_room_are_counted)
{
	Problems *problems = problems_new(false, take, NULL);

	for (uint64_t i = 1; i <= 5000; i++)
		add(problems, (Case){REFUSED, (uint8_t)i, 1, 80, i, (ShakedownTime)i});
	problems_finish(problems);
	problems_free(problems);
	cr_assert_eq(at(0)->count, 5000);
	cr_assert_eq(at(0)->connections_len, PROBLEM_CONNECTIONS);
	cr_assert_eq(at(0)->frames_len, PROBLEM_FRAMES);
	cr_assert(g_str_has_prefix(summary(0), "5000 connections of 256 clients"), "%s",
		  summary(0));
}

/* How long it takes to add some of one problem, one a second, while there are so many others. */
static double seconds_beside(unsigned others)
{
	Problems *problems = problems_new(true, take, NULL);
	uint64_t id = 0;

	for (unsigned i = 0; i < others; i++) {
		g_autofree char *cause = g_strdup_printf("cause %u", i);
		add(problems,
		    (Case){REFUSED, 1, 1, 80, ++id, 0, cause, SHAKEDOWN_SEVERITY_WARNING});
	}
	clock_t begin = clock();
	for (unsigned i = 0; i < 20000; i++)
		add(problems, (Case){REFUSED, 1, 1, 80, ++id, SECONDS(i + 1), "one",
				     SHAKEDOWN_SEVERITY_WARNING});
	double seconds = (double)(clock() - begin) / CLOCKS_PER_SEC;
	problems_free(problems);
	return seconds;
}

Test(problems, those_with_nothing_to_tell_cost_nothing)
{
	double few = seconds_beside(16), many = seconds_beside(PROBLEMS_MOST - 16);

	cr_assert_lt(many, 8 * few + 0.02, "%.3f s, not %.3f s", many, few);
}

typedef struct {
	ShakedownAddress subnet;
	uint8_t bits;
	uint64_t syns;
	ShakedownTime time;
	bool under_way;
	bool resets;
} Flood;

static void add_flood(Problems *problems, const Flood *f, uint64_t frame)
{
	const ShakedownFact facts[] = {
		{.name = f->resets ? "segments" : "syn",
		 .type = SHAKEDOWN_VALUE_COUNT,
		 .count = f->syns},
		{.name = "told_by",
		 .type = SHAKEDOWN_VALUE_TEXT,
		 .text = f->syns % 2 ? "window" : "cumulative sum"},
		{.name = "under_way", .type = SHAKEDOWN_VALUE_FLAG, .count = 1},
	};
	const ShakedownAnomaly a = {
		.kind = f->resets ? SHAKEDOWN_ANOMALY_RESET_FLOOD : SHAKEDOWN_ANOMALY_SYN_FLOOD,
		.severity = SHAKEDOWN_SEVERITY_CRITICAL,
		.scope = SHAKEDOWN_SCOPE_SUBNET,
		.subject = {.host = f->subnet, .subnet_bits = f->bits},
		.time = f->time,
		.until = f->time + SECONDS(10),
		.frames = &frame,
		.frames_len = 1,
		.frames_cut = true,
		.summary = f->under_way ? "under way" : "it is flooded",
		.facts = facts,
		.facts_len = f->under_way ? 3 : 2,
		.filter = "frame",
		.narrowing = "tcp.flags.syn==1",
		.count = 1,
	};
	problems_add(problems, &a);
}

static void run_floods(bool stream, const Flood *floods, size_t n)
{
	Problems *problems = problems_new(stream, take, NULL);

	for (size_t i = 0; i < n; i++)
		add_flood(problems, &floods[i], i + 1);
	problems_finish(problems);
	problems_free(problems);
	cr_assert_eq(told.sum, n);
}

#define RUN_FLOODS(stream, ...)                                                                    \
	run_floods(stream, (Flood[]){__VA_ARGS__}, G_N_ELEMENTS(((Flood[]){__VA_ARGS__})))
#define OF(c, syns, ...)                                                                           \
	{                                                                                          \
		{4, {198, 18, c}}, 24, syns, __VA_ARGS__                                           \
	}

Test(problems, floods_of_neighbours_are_one)
{
	RUN_FLOODS(false, OF(7, 100, SECONDS(3)), OF(0, 201, SECONDS(2)), OF(15, 300, SECONDS(4)),
		   OF(8, 400, SECONDS(30)), OF(7, 50, SECONDS(40)));
	cr_assert_eq(told.told->len, 1);
	const ShakedownAnomaly *a = at(0);
	cr_assert_eq(a->count, 5);
	cr_assert_eq(a->scope, SHAKEDOWN_SCOPE_SUBNET);
	cr_assert_eq(a->subject.subnet_bits, 20);
	cr_assert_arr_eq(a->subject.host.bytes, ((uint8_t[]){198, 18, 0, 0}), 4);
	cr_assert_eq(a->time, SECONDS(2));
	cr_assert_eq(a->until, SECONDS(50));
	cr_assert_eq(a->frames_len, 5);
	cr_assert(a->frames_cut);
	cr_assert_str_eq(summary(0), "1051 SYNs to 4 subnets in 48.0 s; the first, 198.18.0.0/24: "
				     "it is flooded");
	cr_assert(g_str_has_prefix(filter(0), "ip.addr==198.18.0.0/20 && tcp.flags.syn==1 && "),
		  "%s", filter(0));
}

static void take_segments(const ShakedownAnomaly *a, void *data)
{
	uint64_t *segments = data;

	if (strcmp(a->facts[0].name, "segments") == 0)
		*segments += a->facts[0].count;
}

Test(problems, floods_of_resets_count_segments)
{
	uint64_t segments = 0;
	Problems *problems = problems_new(false, take_segments, &segments);

	for (uint8_t i = 0; i < 4; i++)
		add_flood(problems, &(Flood)OF(i, 100, .resets = true), i + 1u);
	problems_finish(problems);
	problems_free(problems);
	cr_assert_eq(segments, 400);
}

/* Few of them, of one subnet again and again, or far from each other. */
Test(problems, floods_of_few_subnets_stay_apart)
{
	RUN_FLOODS(false, OF(1, 1, 1), OF(2, 1, 2), OF(3, 1, 3), OF(1, 1, 4), OF(2, 1, 5),
		   OF(3, 1, 6), {{4, {198, 19, 4}}, 24, 1, 7}, {{4, {10, 18, 5}}, 24, 1, 8});
	cr_assert_eq(told.told->len, 8);
	for (guint i = 0; i < 8; i++) {
		cr_assert_eq(at(i)->subject.subnet_bits, 24);
		cr_assert_str_eq(summary(i), "it is flooded");
	}
}

Test(problems, floods_of_neighbours_in_ipv6_are_one)
{
	RUN_FLOODS(false, {{6, {0x20, 1, 0xd, 0xb8, 0, 1, 0, 1}}, 64, 1, 1},
		   {{6, {0x20, 1, 0xd, 0xb8, 0, 1, 0, 2}}, 64, 1, 2},
		   {{6, {0x20, 1, 0xd, 0xb8, 0, 1, 0, 3}}, 64, 1, 3},
		   {{6, {0x20, 1, 0xd, 0xb8, 0, 2, 0, 1}}, 64, 1, 4},
		   {{6, {0x20, 1, 0xd, 0xb8, 0, 1, 0, 4}}, 64, 1, 5});
	cr_assert_eq(told.told->len, 2);
	cr_assert_eq(at(0)->count, 4);
	cr_assert_eq(at(0)->subject.subnet_bits, 61);
	cr_assert(g_str_has_prefix(filter(0), "ipv6.addr==2001:db8:1::/61 && "), "%s", filter(0));
	cr_assert_eq(at(1)->count, 1);
}

/* When it is known, and when it ends: as many SYNs as there were at its end. */
Test(problems, a_flood_that_was_told_before_its_end_is_counted_once)
{
	RUN_FLOODS(false, OF(1, 10, 1, true), OF(2, 10, 2, true), OF(3, 10, 3, true),
		   OF(4, 10, 4, true), OF(4, 28, 4), OF(2, 26, 2), OF(3, 27, 3), OF(1, 25, 1));
	cr_assert_eq(told.told->len, 1);
	cr_assert(g_str_has_prefix(summary(0), "106 SYNs to 4 subnets in "), "%s", summary(0));
	cr_assert(g_str_has_suffix(summary(0), "the first, 198.18.1.0/24: it is flooded"), "%s",
		  summary(0));
}

Test(problems, a_stream_tells_few_floods_of_neighbours)
{
	RUN_FLOODS(true, OF(1, 1, SECONDS(1)), OF(2, 2, SECONDS(2)), OF(3, 3, SECONDS(3)),
		   OF(4, 4, SECONDS(4)), OF(5, 50, SECONDS(5)), OF(6, 60, SECONDS(6)),
		   OF(7, 70, SECONDS(80)));
	cr_assert_eq(told.told->len, 6);
	for (guint i = 0; i < 4; i++)
		cr_assert_str_eq(summary(i), "it is flooded");
	cr_assert_eq(at(4)->count, 2);
	cr_assert(g_str_has_prefix(summary(4), "110 SYNs to 2 subnets in "), "%s", summary(4));
	cr_assert_eq(at(5)->count, 1);
}

Test(problems, a_stream_tells_at_once_that_a_network_is_flooded_the_next_day)
{
	RUN_FLOODS(true, OF(1, 1, SECONDS(1)), OF(2, 2, SECONDS(2)), OF(3, 3, SECONDS(3)),
		   OF(4, 4, SECONDS(4)), OF(5, 50, SECONDS(5)), OF(6, 60, SECONDS(86400)),
		   OF(7, 70, SECONDS(86401)));
	cr_assert_eq(told.told->len, 7);
	for (guint i = 0; i < told.told->len; i++)
		cr_assert_str_eq(summary(i), "it is flooded");
}

/* What was told while it was under way is in what is told at its end: that is not more. */
Test(problems, a_stream_tells_of_a_flood_that_was_under_way_how_many_syns_it_had)
{
	RUN_FLOODS(true, OF(1, 10, 1, true), OF(2, 10, 2, true), OF(3, 10, 3, true),
		   OF(4, 10, 4, true), OF(1, 25, 1), OF(2, 26, 2), OF(3, 27, 3), OF(4, 28, 4));
	cr_assert_eq(told.told->len, 5);
	cr_assert(g_str_has_prefix(summary(4), "106 SYNs to 4 subnets in "), "%s", summary(4));
}
