/* SPDX-License-Identifier: BSD-3-Clause */
#include "tcp/tcp-budget.h"

#include "tcp/tcp-folded.h"
#include "tcp/tcp-idle.h"
#include "tcp/tcp-outcome.h"
#include "tcp/tcp-record.h"
#include "tcp/tcp-tracker-private.h"

#include <criterion/criterion.h>
#include <time.h>

#define BYTES (UINT64_C(8) << 20)

/* Many connections, one a client. */
typedef struct {
	ShakedownConfig config;
	TcpTracker *tracker;
	Segment seg;
	uint64_t cut, over, most;
	uint64_t cut_ids; /* sum of those that were cut: who they were */
	uint64_t cut_open, half_seen;
} Crowd;

static void hear_over(TcpConnection *conn, void *data)
{
	Crowd *c = data;
	TcpRecordRoom room;
	ShakedownConnection record;

	tcp_record_fill(&record, &room, conn, c->tracker, &c->config);
	c->over++;
	c->half_seen += tcp_half_seen(conn, &(ShakedownSideId){SHAKEDOWN_CLIENT});
	if (!record.truncated)
		return;
	cr_assert_str_eq(record.truncated, "memory");
	c->cut++;
	c->cut_ids += conn->id;
	c->cut_open += record.handshake.outcome == SHAKEDOWN_HANDSHAKE_COMPLETE &&
		       record.side[0].state == SHAKEDOWN_TCP_ESTABLISHED;
}

static Crowd *crowd_new(uint64_t bytes)
{
	Crowd *c = g_new0(Crowd, 1);

	shakedown_config_init(&c->config);
	c->tracker = tcp_tracker_new(&c->config, &(TcpTrackerObserver){.over = hear_over}, c);
	tcp_tracker_set_memory(c->tracker, bytes);
	c->seg = (Segment){.time = SHAKEDOWN_NS_PER_S, .kind = SEGMENT_TCP, .ip_version = 4};
	return c;
}

static void crowd_free(Crowd *c)
{
	tcp_tracker_free(c->tracker);
	g_free(c);
}

/* A segment between client number n and the one service. */
static void says(Crowd *c, uint32_t n, bool client, uint16_t flags, uint32_t seq, uint32_t ack)
{
	Segment *s = &c->seg;
	uint8_t *addr[2] = {client ? s->src : s->dst, client ? s->dst : s->src};

	memcpy(addr[0], &n, sizeof n);
	memcpy(addr[1], "\x7f\0\0\1", 4);
	s->src_port = client ? 40000 : 443;
	s->dst_port = client ? 443 : 40000;
	s->flags = flags;
	s->seq = tcp_seq(seq);
	s->ack = tcp_seq(ack);
	s->window = 8192;
	s->frame++;
	s->time += 1000;
	tcp_tracker_segment(c->tracker, s);
	c->most = MAX(c->most, tcp_tracker_live(c->tracker));
}

static void opens(Crowd *c, uint32_t n)
{
	says(c, n, true, TCP_SYN, 100, 0);
	says(c, n, false, TCP_SYN | TCP_ACK, 500, 101);
	says(c, n, true, TCP_ACK, 101, 501);
}

static void closes(Crowd *c, uint32_t n)
{
	says(c, n, true, TCP_FIN | TCP_ACK, 101, 501);
	says(c, n, false, TCP_FIN | TCP_ACK, 501, 102);
	says(c, n, true, TCP_ACK, 102, 502);
}

/* RFC 4987 §3.2: of half-open connections the oldest go first, each with its record. */
Test(tcp_budget, a_flood_is_bounded)
{
	Crowd *c = crowd_new(BYTES);
	const uint32_t n = 200000;

	for (uint32_t i = 1; i <= n; i++)
		says(c, i, true, TCP_SYN, 100, 0);
	cr_assert_lt(c->most * sizeof(TcpFolded), BYTES * 2 / 3);
	cr_assert_gt(c->cut, 0);
	cr_assert_eq(c->cut, tcp_tracker_counts(c->tracker)->cut_half_open);
	cr_assert_eq(c->cut_ids, c->cut * (c->cut + 1) / 2, "the oldest ones");
	tcp_tracker_finish(c->tracker);
	cr_assert_eq(c->over, n, "every connection has its record");
	crowd_free(c);
}

/* What a flood has taken leaves the connections their third. */
Test(tcp_budget, a_flood_leaves_room_for_connections)
{
	Crowd *c = crowd_new(BYTES);
	const uint32_t open = (uint32_t)(BYTES / 4 / (sizeof(TcpConnection) + 256));

	for (uint32_t i = 1; i <= open; i++)
		opens(c, i);
	for (uint32_t i = 1; i <= 200000; i++)
		says(c, 1000000 + i, true, TCP_SYN, 100, 0);
	cr_assert_gt(c->cut, 0);
	cr_assert_eq(c->cut_open, 0);
	crowd_free(c);
}

/* Closed ones tell nothing more: they go before those that are open. */
Test(tcp_budget, closed_connections_go_first)
{
	Crowd *c = crowd_new(BYTES);
	const uint32_t open = (uint32_t)(BYTES / 3 / sizeof(TcpConnection));

	for (uint32_t i = 1; i <= open; i++) {
		opens(c, i);
		closes(c, i);
	}
	for (uint32_t i = 1; i <= open; i++)
		opens(c, 1000000 + i);
	cr_assert_gt(c->cut, 0);
	cr_assert_eq(tcp_tracker_counts(c->tracker)->cut_closed, c->cut);
	cr_assert_eq(c->cut_open, 0);
	crowd_free(c);
}

/* Where all are open the bound still holds. */
Test(tcp_budget, open_connections_are_bounded)
{
	Crowd *c = crowd_new(BYTES);
	const uint32_t n = (uint32_t)(BYTES / sizeof(TcpConnection)) * 2;

	for (uint32_t i = 1; i <= n; i++)
		opens(c, i);
	cr_assert_lt(c->most * sizeof(TcpConnection), BYTES);
	cr_assert_gt(tcp_tracker_counts(c->tracker)->cut_open, 0);
	tcp_tracker_finish(c->tracker);
	cr_assert_eq(c->over, tcp_tracker_counts(c->tracker)->connections);
	crowd_free(c);
}

/* Who has nothing to say need not end: it rests in a third of the room. */
Test(tcp_budget, silent_connections_rest)
{
	Crowd *c = crowd_new(BYTES);
	const uint32_t n = 4500;

	for (uint32_t i = 1; i <= n; i++)
		opens(c, i);
	cr_assert_eq(c->cut, 0);
	c->seg.time += 2 * SHAKEDOWN_NS_PER_S;
	for (uint32_t i = 1; i <= n; i++)
		opens(c, n + i);
	cr_assert_eq(c->cut, 0);
	cr_assert_gt(c->tracker->resting_open, 0);
	for (uint32_t i = 1; i <= 2 * n; i++)
		opens(c, 2 * n + i);
	cr_assert_gt(c->cut_open, 0, "nobody else was silent");
	tcp_tracker_finish(c->tracker);
	cr_assert_eq(c->over, 4 * n);
	crowd_free(c);
}

/* … and goes behind all that are half-open, however many lie side by side. */
Test(tcp_budget, a_flood_leaves_those_that_rest)
{
	Crowd *c = crowd_new(BYTES);

	for (uint32_t i = 1; i <= 3000; i++)
		opens(c, i);
	tcp_idle_rest_all(c->tracker);
	for (uint32_t i = 1; i <= 200000; i++)
		says(c, 1000000 + i, true, TCP_SYN, 100, 0);
	cr_assert_gt(c->cut, 0);
	cr_assert_eq(c->tracker->resting_open, 3000);
	cr_assert_eq(tcp_tracker_counts(c->tracker)->cut_half_open, c->cut);
	crowd_free(c);
}

/* … nor do they end the attempts of others. */
Test(tcp_budget, those_that_rest_leave_attempts)
{
	Crowd *c = crowd_new(BYTES);

	for (uint32_t i = 1; i <= 5000; i++)
		says(c, 1000000 + i, true, TCP_SYN, 100, 0);
	for (uint32_t i = 1; i <= 60000; i++) {
		opens(c, i);
		if (i % 1000 == 0)
			tcp_idle_rest_all(c->tracker);
	}
	cr_assert_gt(tcp_tracker_counts(c->tracker)->cut_open, 0);
	cr_assert_eq(tcp_tracker_counts(c->tracker)->cut_half_open, 0);
	crowd_free(c);
}

/* Where connections need room, of those that rest the closed ones go. */
/* How long it takes when attempts, of which there are as many as of those that rest open, and
 * connections come in turns. */
static double seconds_in_turns(uint64_t bytes)
{
	Crowd *c = crowd_new(bytes);
	const uint32_t n = (uint32_t)(bytes / 256), turns = 5000;

	for (uint32_t i = 1; i <= 2 * n; i++)
		says(c, i, true, TCP_SYN, 100, 0);
	for (uint32_t i = 1; i <= n; i++) {
		opens(c, 0x1000000 + i);
		/* They are silent for a second before the last of them come. */
		c->seg.time += 4 * SHAKEDOWN_NS_PER_S / n;
	}
	clock_t begin = clock();
	for (uint32_t i = 1; i <= turns; i++) {
		says(c, 0x2000000 + i, true, TCP_SYN, 100, 0);
		opens(c, 0x3000000 + i);
		c->seg.time += 4 * SHAKEDOWN_NS_PER_S / n;
	}
	double seconds = (double)(clock() - begin) / CLOCKS_PER_SEC;
	cr_assert_gt(tcp_tracker_counts(c->tracker)->cut_half_open, n);
	cr_assert_gt(tcp_tracker_counts(c->tracker)->cut_open, turns / 4);
	crowd_free(c);
	return seconds;
}

/* Both lie in long stretches of their own: who looks for the one goes on where it was found. */
Test(tcp_budget, attempts_and_those_that_rest_make_room_in_turns)
{
	double few = seconds_in_turns(BYTES), many = seconds_in_turns(8 * BYTES);

	cr_assert_lt(many, 4 * few + 0.02, "%.3f s, not %.3f s", many, few);
}

Test(tcp_budget, open_ones_at_rest_stay_beside_closed_ones)
{
	Crowd *c = crowd_new(BYTES);
	const uint32_t n = 12000;

	for (uint32_t i = 1; i <= 100; i++) {
		opens(c, 2 * i);
		opens(c, 2 * i + 1);
		closes(c, 2 * i + 1);
		tcp_idle_rest_all(c->tracker);
	}
	for (uint32_t i = 1; i <= n; i++)
		opens(c, 1000000 + i);
	cr_assert_eq(tcp_tracker_counts(c->tracker)->cut_closed, 100);
	cr_assert_eq(c->tracker->resting_open, 100);
	crowd_free(c);
}

/* What is left of one that had to end early is no half of a connection; the last one is. */
Test(tcp_budget, what_is_cut_is_not_half_seen)
{
	Crowd *c = crowd_new(BYTES);
	const uint32_t n = 20000;

	for (uint32_t i = 1; i <= n; i++) {
		says(c, i, true, TCP_SYN, 100, 0);
		says(c, i, true, TCP_ACK, 101, 501);
	}
	for (uint32_t i = 1; i <= n; i++) {
		says(c, i, true, TCP_ACK, 101, 502);
		says(c, i, true, TCP_ACK, 101, 503);
	}
	cr_assert_gt(c->cut, n);
	c->seg.payload_len = 1;
	says(c, n + 1, true, TCP_SYN, 100, 0);
	says(c, n + 1, true, TCP_ACK, 102, 501);
	tcp_tracker_finish(c->tracker);
	cr_assert_eq(c->half_seen, 1);
	crowd_free(c);
}

/* Where nearly all are, some of them have to go. */
Test(tcp_budget, those_that_rest_are_bounded)
{
	Crowd *c = crowd_new(BYTES);

	for (uint32_t i = 1; i <= 60000; i++) {
		opens(c, i);
		if (i % 1000 == 0)
			tcp_idle_rest_all(c->tracker);
	}
	cr_assert_gt(tcp_tracker_counts(c->tracker)->cut_open, 0);
	cr_assert_eq(tcp_tracker_counts(c->tracker)->cut_open, c->cut);
	cr_assert_lt(c->most * (sizeof(TcpFolded) + 100), BYTES);
	crowd_free(c);
}

Test(tcp_budget, without_a_bound_nobody_is_cut_short)
{
	Crowd *c = crowd_new(0);

	for (uint32_t i = 1; i <= 100000; i++)
		says(c, i, true, TCP_SYN, 100, 0);
	cr_assert_eq(c->cut, 0);
	cr_assert_eq(c->most, 100000);
	crowd_free(c);
}

/* Of those whose timers lie side by side all but one have gone: it holds their place. */
Test(tcp_budget, timers_that_are_left_alone_count)
{
	Crowd *c = crowd_new(BYTES);
	size_t most = 0;

	for (uint32_t n = 0; n < TIMER_QUEUE_BLOCK * 24000; n++) {
		says(c, n, true, TCP_SYN, 100, 0);
		if (n % TIMER_QUEUE_BLOCK)
			says(c, n, false, TCP_RST | TCP_ACK, 0, 101);
		most = MAX(most, timer_wheel_bytes(c->tracker->wheel) +
					 slab_live(c->tracker->folded) * sizeof(TcpFolded));
	}
	cr_assert_gt(c->cut, 0);
	cr_assert_lt(most, BYTES * 2 / 3);
	crowd_free(c);
}
