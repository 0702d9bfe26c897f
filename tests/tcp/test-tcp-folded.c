/* SPDX-License-Identifier: BSD-3-Clause */
#include "tcp/tcp-folded.h"

#include "talk.h"
#include "tcp/tcp-rest.h"
#include "tcp/tcp-tracker-private.h"

#define C SHAKEDOWN_CLIENT
#define S SHAKEDOWN_SERVER

static size_t folded(const Talk *t)
{
	return slab_live(t->tracker->folded);
}

static Talk *awake_talk_new(void)
{
	Talk *t = talk_new();

	t->awake = true;
	return t;
}

/* Where somebody looks at each segment, each takes all the steps. */
static Talk *unseen_talk_new(void)
{
	Talk *t = awake_talk_new();

	t->tracker->observer.segment = NULL;
	return t;
}

/* One SYN costs a cache line, and the connection counts as any other. */
Test(tcp_folded, a_first_syn_is_folded)
{
	g_autoptr(Talk) t = talk_new();

	CLIENT(t, TCP_SYN);
	cr_assert_eq(folded(t), 1);
	cr_assert_eq(slab_live(t->tracker->slab), 0);
	cr_assert_eq(tcp_tracker_live(t->tracker), 1);
}

/* Nearly all are folded at once. */
Test(tcp_folded, a_plain_syn_is_never_whole)
{
	g_autoptr(Talk) t = unseen_talk_new();

	CLIENT(t, TCP_SYN);
	cr_assert_eq(folded(t), 1);
	cr_assert_eq(slab_taken(t->tracker->slab), 0, "it was never whole");
	cr_assert_eq(tcp_tracker_live(t->tracker), 1);
}

/* … unless there is more about it than a first SYN tells: data, or options that are rare. */
Test(tcp_folded, what_is_no_plain_syn_takes_the_steps)
{
	g_autoptr(Talk) t = unseen_talk_new();

	CLIENT(t, TCP_SYN, .len = 10);
	cr_assert_eq(slab_live(t->tracker->slab), 1);
	t->port[C]++;
	CLIENT(t, TCP_SYN, .options = "\x22\x02\x01\x01", .options_len = 4);
	cr_assert_eq(slab_live(t->tracker->slab), 2);
	cr_assert_eq(folded(t), 0);
	talk_finish(t);
	cr_assert_eq(talk_record(t, 2)->side[C].options.fast_open, 0);
}

/* Whatever comes next finds it as it was. */
Test(tcp_folded, an_answer_unfolds_it)
{
	g_autoptr(Talk) t = awake_talk_new();

	CLIENT(t, TCP_SYN);
	SERVER(t, SYN_ACK, 0, 1);
	cr_assert_eq(folded(t), 0);
	cr_assert_eq(slab_live(t->tracker->slab), 1);
	CLIENT(t, TCP_ACK, 1, 1);
	EXPECT_STATES(t, "ESTABLISHED / ESTABLISHED?");
	talk_finish(t);
	const ShakedownConnection *r = talk_record(t, 1);
	cr_assert_eq(r->first_frame, 1);
	cr_assert_eq(r->handshake.syn, 1);
	cr_assert_eq(r->side[C].packets, 2);
	cr_assert_eq(r->side[C].history[0].frame, 1);
}

/* A SYN again is more than a first SYN: what it left behind stays unfolded. */
Test(tcp_folded, a_second_syn_unfolds_it)
{
	g_autoptr(Talk) t = awake_talk_new();

	CLIENT(t, TCP_SYN);
	talk_wait(t, SECONDS(1));
	CLIENT(t, TCP_SYN);
	cr_assert_eq(folded(t), 0);
	talk_finish(t);
	cr_assert_eq(talk_record(t, 1)->handshake.syn, 2);
}

/* Its timers run, folded or not, and at the end it is recorded. */
Test(tcp_folded, its_timers_run)
{
	g_autoptr(Talk) t = talk_new();

	CLIENT(t, TCP_SYN);
	talk_events(t);
	talk_wait(t, t->config.syn_timeout + SECONDS(1));
	EXPECT_EVENTS(t, "handshake-late");
	cr_assert_eq(folded(t), 1);
	talk_wait(t, SECONDS(200));
	cr_assert_eq(tcp_tracker_live(t->tracker), 0);
	EXPECT_OUTCOME(t, 1, "three-way no-answer, none never-opened");
}

static void closes(Talk *t)
{
	CLIENT(t, TCP_FIN | TCP_ACK, 1, 1);
	SERVER(t, TCP_FIN | TCP_ACK, 1, 2);
	CLIENT(t, TCP_ACK, 2, 2);
}

/* What both ends have closed rests, where there are many. */
Test(tcp_folded, a_closed_connection_rests)
{
	g_autoptr(Talk) t = awake_talk_new();

	t->tracker->rest_from = 2;
	talk_open(t);
	closes(t);
	cr_assert_eq(t->tracker->resting, 0, "there are few");
	t->port[C]++;
	talk_open(t);
	closes(t);
	cr_assert_eq(t->tracker->resting, 1);
	cr_assert_eq(folded(t), 1);
	cr_assert_lt(byte_log_live(t->tracker->rests),
		     (sizeof(TcpConnection) + sizeof(TcpClosing)) / 2);
	CLIENT(t, TCP_ACK, 2, 2);
	cr_assert_eq(t->tracker->resting, 1, "it woke, and rests again");
	talk_finish(t);
	cr_assert_eq(t->tracker->resting, 0);
	cr_assert_eq(byte_log_live(t->tracker->rests), 0);
	cr_assert_eq(t->tracker->resting_hangs, 0);
	cr_assert_eq(talk_record(t, 2)->side[C].packets, 5);
}

/* Bytes of a folded one that nobody looks up, such as take up room in the log. */
static void fill(TcpTracker *t, uint32_t owner)
{
	TcpFolded *folded = slab_get(t->folded, owner);

	folded->rest = byte_log_room(t->rests, TCP_WORDS_BYTES_MOST);
	byte_log_keep(t->rests, TCP_WORDS_BYTES_MOST, owner);
}

static void unfill(TcpTracker *t, uint32_t owner)
{
	byte_log_drop(t->rests, ((const TcpFolded *)slab_get(t->folded, owner))->rest);
	slab_free_item(t->folded, owner);
}

/* When another wakes, what is left in nearly empty blocks of the log is moved: each is told of its
 * own. */
Test(tcp_folded, one_whose_bytes_are_moved_is_found_again)
{
	enum { FILL = 24000, STAYS_OF = 2000 };
	g_autoptr(Talk) t = talk_new();
	TcpTracker *tracker = t->tracker;
	static uint32_t owner[FILL];

	talk_open(t);
	closes(t);
	const TcpFolded *folded = slab_get(tracker->folded, slab_next_live(tracker->folded, 0));
	const uint8_t *was = folded->rest;

	t->port[C]++;
	talk_open(t);
	closes(t);
	cr_assert_eq(tracker->resting, 2);
	for (unsigned i = 0; i < FILL; i++)
		fill(tracker, owner[i] = slab_alloc(tracker->folded));
	for (unsigned i = 0; i < FILL; i++)
		if (i % STAYS_OF != STAYS_OF - 1)
			unfill(tracker, owner[i]);
	cr_assert_eq(folded->rest, was);
	CLIENT(t, TCP_ACK, 2, 2);
	cr_assert_neq(folded->rest, was);
	for (unsigned i = STAYS_OF - 1; i < FILL; i += STAYS_OF)
		unfill(tracker, owner[i]);
	t->port[C]--;
	CLIENT(t, TCP_ACK, 2, 2);
	cr_assert_eq(tracker->resting, 2);
	talk_finish(t);
	cr_assert_eq(byte_log_live(tracker->rests), 0);
	cr_assert_eq(talk_record(t, 1)->side[C].packets, 5);
	cr_assert_eq(talk_record(t, 2)->side[C].packets, 5);
}

/* Whether folded, at rest or neither, and wherever each came to lie: by their ids. */
Test(tcp_folded, the_capture_ends_them_in_order)
{
	g_autoptr(Talk) t = unseen_talk_new();

	t->tracker->rest_from = 2;
	for (unsigned i = 0; i < 20; i++, t->port[C]++) {
		CLIENT(t, TCP_SYN);
		if (i % 4 == 0)
			continue;
		SERVER(t, SYN_ACK, 0, 1);
		CLIENT(t, TCP_ACK, 1, 1);
		if (i % 4 == 3)
			closes(t);
		if (i == 10)
			talk_wait(t, SECONDS(131));
	}
	unsigned before = t->over_len;

	talk_finish(t);
	cr_assert_eq(t->over_len, 20);
	cr_assert_gt(before, 0, "their slots were used again");
	for (unsigned i = before + 1; i < 20; i++)
		cr_assert_gt(t->over[i], t->over[i - 1]);
}

/* The n-th of clients whose addresses differ in few bits. */
static void ipv6(Talk *t, unsigned n)
{
	t->addr[C] = (ShakedownAddress){
		6, {0x20, 1, 0xd, 0xb8, [8] = (uint8_t)(n & 1), [15] = (uint8_t)(n >> 1)}};
	t->addr[S] = (ShakedownAddress){6, {0x20, 1, 0xd, 0xb8, [15] = 0xff}};
}

/* IPv6's addresses lie beside. */
Test(tcp_folded, ipv6_folds_and_rests)
{
	enum { MANY = 20 };
	g_autoptr(Talk) t = unseen_talk_new();
	const Slab *wide = t->tracker->wide_keys;

	t->tracker->rest_from = 0;
	for (unsigned i = 0; i < MANY; i++) {
		ipv6(t, i);
		CLIENT(t, TCP_SYN);
	}
	cr_assert_eq(folded(t), MANY);
	cr_assert_eq(slab_live(wide), MANY);
	cr_assert_eq(slab_live(t->tracker->slab), 0);
	for (unsigned i = 0; i < MANY; i += 2) {
		ipv6(t, i);
		SERVER(t, SYN_ACK, 0, 1);
		CLIENT(t, TCP_ACK, 1, 1);
	}
	cr_assert_eq(slab_live(t->tracker->slab), MANY / 2);
	cr_assert_eq(slab_live(wide), MANY / 2);
	for (unsigned i = 0; i < MANY; i += 4) {
		ipv6(t, i);
		closes(t);
	}
	cr_assert_eq(t->tracker->resting, MANY / 4);
	cr_assert_eq(slab_live(wide), MANY / 2 + MANY / 4);
	for (unsigned i = 0; i < MANY; i++) {
		ipv6(t, i);
		if (i % 4 == 0)
			CLIENT(t, TCP_ACK, 2, 2);
		else if (i % 2 == 0)
			CLIENT(t, TCP_RST, 1);
		else
			SERVER(t, RST_ACK, -t->isn[S], 1);
	}
	talk_wait(t, SECONDS(300));
	cr_assert_eq(tcp_tracker_live(t->tracker), 0);
	cr_assert_eq(slab_live(wide), 0);
	for (unsigned i = 0; i < MANY; i++) {
		const ShakedownConnection *r = talk_record(t, i + 1);

		ipv6(t, i);
		cr_assert_eq(memcmp(&r->side[C].addr, &t->addr[C], sizeof t->addr[C]), 0);
		cr_assert_eq(r->side[C].packets, i % 4 == 0 ? 5 : i % 2 == 0 ? 3 : 1);
	}
}

/* It is still known what they came in, whether it is part of the key or not. */
Test(tcp_folded, an_encapsulated_syn_folds)
{
	static const char *const names[] = {"vlan:10", "vlan:11", "gre", "gre"};
	g_autoptr(Talk) t = unseen_talk_new();

	CLIENT(t, TCP_SYN, .vlan = 10);
	t->port[C]++;
	CLIENT(t, TCP_SYN, .vlan = 11);
	t->port[C]++;
	CLIENT(t, TCP_SYN, .in_gre = true);
	t->port[C]++;
	CLIENT(t, TCP_SYN, .in_gre = true);
	cr_assert_eq(folded(t), 4);
	cr_assert_eq(slab_live(t->tracker->slab), 0);
	SERVER(t, SYN_ACK, 0, 1, .in_gre = true);
	t->port[C] -= 2;
	SERVER(t, SYN_ACK, 0, 1, .vlan = 11);
	cr_assert_eq(folded(t), 2);
	cr_assert_eq(slab_live(t->tracker->wide_keys), 2);
	talk_finish(t);
	for (unsigned i = 0; i < 4; i++)
		cr_assert_str_eq(talk_record(t, i + 1)->encapsulation[0], names[i]);
}

/* Each direction in a VLAN of its own, and at rest between any two segments. */
Test(tcp_folded, one_that_rests_finds_its_other_half)
{
	g_autoptr(Talk) t = talk_new();

	CLIENT(t, TCP_SYN, .vlan = 10);
	CLIENT(t, TCP_SYN, .vlan = 10, .after = SECONDS(1));
	cr_assert_eq(t->tracker->resting, 1);
	SERVER(t, SYN_ACK, 0, 1, .vlan = 20);
	CLIENT(t, TCP_ACK, 1, 1, .vlan = 10);
	EXPECT_STATES(t, "ESTABLISHED / ESTABLISHED?");
	CLIENT(t, TCP_FIN | TCP_ACK, 1, 1, .vlan = 10);
	SERVER(t, TCP_FIN | TCP_ACK, 1, 2, .vlan = 20);
	CLIENT(t, TCP_ACK, 2, 2, .vlan = 10);
	EXPECT_STATES(t, "TIME-WAIT! / CLOSED?");
	talk_finish(t);
	cr_assert_eq(t->over_len, 1);
}

/* It comes out as it went in, byte by byte, before it is known what is usual and after. */
Test(tcp_folded, what_rests_comes_out_the_same)
{
	g_autoptr(Talk) t = talk_new();
	size_t len, first_len = 0;

	t->tracker->rest_from = SIZE_MAX;
	talk_open(t);
	for (uint32_t i = 0; i < 30; i++) {
		CLIENT(t, TCP_ACK, 1 + 10 * i, 1, .len = 10);
		SERVER(t, TCP_ACK, 1, 11 + 10 * i);
	}
	CLIENT(t, TCP_FIN | TCP_ACK, 301, 1);
	SERVER(t, TCP_FIN | TCP_ACK, 1, 302);
	CLIENT(t, TCP_ACK, 302, 2);
	TcpConnection *conn = talk_conn(t, 1), was = *conn;
	TcpClosing closing = *conn->closing;

	cr_assert(tcp_rest_can(conn));
	for (unsigned i = 0; i < 100; i++) {
		TcpConnection out = {0};
		uint8_t *bytes = tcp_rest_pack(t->tracker, conn, 1);

		len = byte_log_live(t->tracker->rests);
		first_len = first_len ? first_len : len;
		out.key = was.key;
		out.hash = was.hash;
		out.timer = was.timer;
		out.id = was.id;
		out.start = was.start;
		out.first_frame = was.first_frame;
		tcp_rest_unpack(t->tracker, &out, bytes, false);
		cr_assert_eq(out.closing, was.closing, "the slot that was freed last");
		cr_assert_eq(memcmp(&closing, out.closing, sizeof closing), 0);
		cr_assert_eq(memcmp(&was, &out, sizeof was), 0);
		*conn = out;
	}
	cr_assert_lt(len, first_len / 2, "%zu bytes, and %zu before", len, first_len);
}
