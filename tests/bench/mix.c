/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Writes a minute of ordinary traffic of ten services, in which a SYN flood and three scans hide:
 * seeded, so that it is the same each time.
 *
 *   mix RATE [SEED] [ANSWERED] > FILE.pcap
 *
 * RATE is the flood's SYNs a second (0: none), against 10.0.0.3:8003 from 20 s to 40 s, from random
 * sources, of which the first ANSWERED (default 256, a backlog's length) get a SYN,ACK. The scans:
 *
 *   203.0.113.7  slow: a port of 10.0.0.20 every 3 s from 5 s on, all refused
 *   203.0.113.8  fast: 500 ports of 10.0.0.21 within 5 s from 30 s on, unanswered but for a few
 *   203.0.113.9  a sweep: port 22 of 40 hosts, one a second, from 10 s on
 *
 * Ordinary: each service has its own rate of connections (2 to 29 a second, in all 155), clients
 * that come back, round trips of 1 to 80 ms; 2 in 100 SYNs are lost and sent again, 1 in 100
 * clients is refused, 1 in 200 gives up, 1 in 100 connections ends by a reset.
 */
#include <arpa/inet.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECOND UINT64_C(1000000000)
#define MS UINT64_C(1000000)
#define LENGTH 60u		   /* s */
#define START UINT64_C(1767225600) /* 2026-01-01 */
#define HEADERS (14 + 20 + 20)
#define FIN 1u
#define SYN 2u
#define RST 4u
#define PSH 8u
#define ACK 16u

typedef struct {
	uint64_t time;
	uint32_t src, dst, seq, ack;
	uint16_t src_port, dst_port, len;
	uint8_t flags, ttl;
} Packet;

typedef struct {
	Packet *items;
	size_t len, room;
	uint64_t random;
} Mix;

typedef struct {
	uint64_t time, rtt;
	uint32_t client, server, seq[2];
	uint16_t client_port, server_port;
	uint8_t ttl;
} Talk;

static uint64_t next_random(Mix *m)
{
	/* splitmix64, Steele, Lea and Flood 2014 */
	uint64_t z = m->random += 0x9E3779B97F4A7C15u;

	z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
	z = (z ^ z >> 27) * 0x94D049BB133111EBu;
	return z ^ z >> 31;
}

static uint64_t below(Mix *m, uint64_t n)
{
	return next_random(m) % n;
}

static void put(Mix *m, const Packet *p)
{
	if (p->time >= LENGTH * SECOND)
		return;
	if (m->len == m->room) {
		m->room = m->room ? 2 * m->room : 65536;
		m->items = realloc(m->items, m->room * sizeof m->items[0]);
		if (!m->items) {
			fputs("mix: out of memory\n", stderr);
			exit(1);
		}
	}
	m->items[m->len++] = *p;
}

static void say(Mix *m, Talk *t, bool client, uint8_t flags, uint16_t len)
{
	Packet p = {.time = t->time,
		    .src = client ? t->client : t->server,
		    .dst = client ? t->server : t->client,
		    .src_port = client ? t->client_port : t->server_port,
		    .dst_port = client ? t->server_port : t->client_port,
		    .seq = t->seq[!client],
		    .ack = flags & ACK ? t->seq[client] : 0,
		    .flags = flags,
		    .len = len,
		    .ttl = client ? t->ttl : 64};

	put(m, &p);
	t->seq[!client] += len + ((flags & (SYN | FIN)) != 0);
}

static void wait(Mix *m, Talk *t, uint64_t about)
{
	t->time += about / 2 + below(m, about + 1);
}

static void close_talk(Mix *m, Talk *t)
{
	bool first = below(m, 3) != 0;

	if (below(m, 100) == 0) {
		say(m, t, first, RST | ACK, 0);
		return;
	}
	say(m, t, first, FIN | ACK, 0);
	wait(m, t, t->rtt);
	say(m, t, !first, FIN | ACK, 0);
	wait(m, t, t->rtt / 2);
	say(m, t, first, ACK, 0);
}

static void connection(Mix *m, Talk t, bool overloaded)
{
	t.seq[0] = (uint32_t)next_random(m);
	t.seq[1] = (uint32_t)next_random(m);
	/* A backlog that is full drops every other. */
	unsigned lost = overloaded && below(m, 2) ? 1 + (unsigned)below(m, 3) : below(m, 50) == 0;
	uint32_t isn = t.seq[0];

	for (unsigned i = 0; i <= lost; i++) {
		t.seq[0] = isn;
		say(m, &t, true, SYN, 0);
		if (i < lost)
			t.time += SECOND << i;
	}
	if (below(m, 200) == 0)
		return;
	wait(m, &t, t.rtt);
	if (below(m, 100) == 0) {
		t.seq[1] = 0;
		say(m, &t, false, RST | ACK, 0);
		return;
	}
	say(m, &t, false, SYN | ACK, 0);
	wait(m, &t, t.rtt / 8 + 1);
	say(m, &t, true, ACK, 0);
	for (unsigned turns = 1 + (unsigned)below(m, 4); turns; turns--) {
		say(m, &t, true, PSH | ACK, (uint16_t)(40 + below(m, 600)));
		wait(m, &t, t.rtt + 2 * MS);
		say(m, &t, false, PSH | ACK, (uint16_t)(100 + below(m, 1300)));
		wait(m, &t, 20 * MS);
		say(m, &t, true, ACK, 0);
	}
	wait(m, &t, 50 * MS);
	close_talk(m, &t);
}

static void ordinary(Mix *m, uint64_t flood)
{
	for (uint32_t service = 1; service <= 10; service++) {
		uint64_t gap = SECOND / (3 * service - 1);

		for (uint64_t at = below(m, gap); at < LENGTH * SECOND;
		     at += 1 + below(m, 2 * gap)) {
			bool overloaded = flood > 200 && service == 3 && at >= 20 * SECOND &&
					  at < 40 * SECOND;

			connection(m,
				   (Talk){.time = at,
					  .rtt = MS + below(m, 79) * MS,
					  .client = 0x0a010000u + (uint32_t)below(m, 2000),
					  .server = 0x0a000000u + service,
					  .client_port = (uint16_t)(32768 + below(m, 28232)),
					  .server_port = (uint16_t)(8000 + service),
					  .ttl = (uint8_t)(44 + below(m, 20))},
				   overloaded);
		}
	}
}

static void flood(Mix *m, uint64_t rate, uint64_t answered)
{
	for (uint64_t i = 0; i < rate * 20; i++) {
		Talk t = {.time = 20 * SECOND + i * SECOND / rate + below(m, SECOND / rate + 1),
			  .client = (uint32_t)next_random(m) | 0x01000000u,
			  .server = 0x0a000003u,
			  .client_port = (uint16_t)(1024 + below(m, 64512)),
			  .server_port = 8003,
			  .ttl = 239};

		t.seq[0] = (uint32_t)next_random(m);
		t.seq[1] = (uint32_t)next_random(m);
		say(m, &t, true, SYN, 0);
		t.time += MS;
		/* RFC 6298 §5: sent again after 1 s, and 2 s later. */
		for (unsigned again = 0; i < answered && again < 3; again++) {
			uint32_t isn = t.seq[1];
			say(m, &t, false, SYN | ACK, 0);
			t.seq[1] = isn;
			t.time += SECOND << again;
		}
	}
}

static void probe(Mix *m, uint64_t time, uint32_t who, uint32_t target, uint16_t port, bool refused)
{
	Talk t = {.time = time,
		  .client = who,
		  .server = target,
		  .client_port = (uint16_t)(40000 + below(m, 20000)),
		  .server_port = port,
		  .ttl = 48};

	t.seq[0] = (uint32_t)next_random(m);
	say(m, &t, true, SYN, 0);
	t.time += 20 * MS;
	if (refused)
		say(m, &t, false, RST | ACK, 0);
}

static void scans(Mix *m)
{
	for (unsigned i = 0; i < 18; i++)
		probe(m, (5 + 3 * i) * SECOND, 0xcb007107u, 0x0a000014u, (uint16_t)(21 + 7 * i),
		      true);
	for (unsigned i = 0; i < 500; i++)
		probe(m, 30 * SECOND + i * 10 * MS, 0xcb007108u, 0x0a000015u, (uint16_t)(1 + i),
		      i % 16 == 0);
	for (unsigned i = 0; i < 40; i++)
		probe(m, (10 + i) * SECOND, 0xcb007109u, 0x0a000064u + i, 22, i % 3 == 0);
}

static int by_time(const void *a, const void *b)
{
	const Packet *x = a, *y = b;

	return (x->time > y->time) - (x->time < y->time);
}

static void put16(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static void put32(uint8_t *p, uint32_t v)
{
	put16(p, v >> 16);
	put16(p + 2, v);
}

/* Cut behind the headers, as a capture with a snaplen is; so without checksums. */
static void write_packet(const Packet *p, uint16_t id)
{
	uint32_t head[4] = {(uint32_t)(START + p->time / SECOND), (uint32_t)(p->time % SECOND),
			    HEADERS, HEADERS + p->len};
	uint8_t bytes[HEADERS] = {[12] = 8, [14] = 0x45, [22] = p->ttl, [23] = 6, [46] = 0x50};

	put16(bytes + 16, 40u + p->len);
	put16(bytes + 18, id);
	put32(bytes + 26, p->src);
	put32(bytes + 30, p->dst);
	put16(bytes + 34, p->src_port);
	put16(bytes + 36, p->dst_port);
	put32(bytes + 38, p->seq);
	put32(bytes + 42, p->ack);
	bytes[47] = p->flags;
	put16(bytes + 48, 64240);
	fwrite(head, sizeof head, 1, stdout);
	fwrite(bytes, sizeof bytes, 1, stdout);
}

int main(int argc, char **argv)
{
	static const uint32_t header[6] = {0xa1b23c4d, 2 | 4 << 16, 0, 0, HEADERS, 1};
	Mix m = {0};

	if (argc < 2) {
		fputs("usage: mix RATE [SEED] [ANSWERED] > FILE.pcap\n", stderr);
		return 2;
	}
	uint64_t rate = strtoull(argv[1], NULL, 10);

	m.random = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
	ordinary(&m, rate);
	if (rate)
		flood(&m, rate, argc > 3 ? strtoull(argv[3], NULL, 10) : 256);
	scans(&m);
	qsort(m.items, m.len, sizeof m.items[0], by_time);
	fwrite(header, sizeof header, 1, stdout);
	for (size_t i = 0; i < m.len; i++)
		write_packet(&m.items[i], (uint16_t)(i + 1));
	free(m.items);
	return ferror(stdout) || fflush(stdout) ? 1 : 0;
}
