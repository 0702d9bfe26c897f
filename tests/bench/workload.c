/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Writes captures to measure with: seeded, so that they are the same each time.
 *
 *   workload KIND PACKETS CONCURRENT [SEED] > FILE.pcap
 *
 *   mix      whole connections, ordinary sizes
 *   headers  the same, cut to 96 bytes a packet
 *   flood    SYNs from random sources to one service, none answered twice
 *   spread   the same to CONCURRENT services
 *   strays   RSTs of no connection, from random sources to CONCURRENT services
 *   short    connect, one exchange, close; the same ports again and again
 *   long     few connections, much data
 *   idle     one exchange each, one after the other; all stay open
 *   waves    CONCURRENT that stay open, and waves of such as are closed, of more and more shapes,
 *            each wave when the one before is forgotten
 */
#include <arpa/inet.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEADERS (14 + 20 + 32) /* Ethernet, IPv4, TCP with timestamps */
#define MSS 1448u

typedef struct {
	uint32_t client, server, seq[2];
	uint16_t port, left; /* client's port; data segments still to come */
	uint8_t step;
} Flow;

typedef struct {
	uint64_t state;
	uint64_t time; /* ns */
	uint32_t snaplen;
	uint64_t left;
	uint8_t packet[HEADERS + MSS];
	uint16_t ip_id;
} Writer;

static uint64_t next_random(Writer *w)
{
	/* splitmix64, Steele, Lea and Flood 2014 */
	uint64_t z = w->state += 0x9E3779B97F4A7C15u;

	z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
	z = (z ^ z >> 27) * 0x94D049BB133111EBu;
	return z ^ z >> 31;
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

static uint32_t sum(const uint8_t *p, size_t n, uint32_t start)
{
	uint64_t total = start;

	for (size_t i = 0; i + 1 < n; i += 2)
		total += (uint32_t)(p[i] << 8 | p[i + 1]);
	if (n & 1)
		total += (uint32_t)(p[n - 1] << 8);
	while (total >> 16)
		total = (total & 0xffff) + (total >> 16);
	return (uint32_t)total;
}

static void emit(Writer *w, const Flow *f, bool from_client, uint8_t flags, uint32_t len)
{
	uint8_t *ip = w->packet + 14, *tcp = ip + 20;
	uint32_t size = HEADERS + len, kept = size < w->snaplen ? size : w->snaplen;

	w->time += 500 + next_random(w) % 1000;
	put16(ip + 2, size - 14);
	put16(ip + 4, w->ip_id++);
	put32(ip + 12, from_client ? f->client : f->server);
	put32(ip + 16, from_client ? f->server : f->client);
	put16(ip + 10, 0);
	put16(ip + 10, ~sum(ip, 20, 0));
	put16(tcp, from_client ? f->port : 443);
	put16(tcp + 2, from_client ? 443 : f->port);
	put32(tcp + 4, f->seq[!from_client]);
	put32(tcp + 8, flags & 0x10 ? f->seq[from_client] : 0);
	tcp[13] = flags;
	put32(tcp + 24, (uint32_t)(w->time / 1000000));
	put16(tcp + 16, 0);
	put16(tcp + 16, ~sum(tcp, 32 + len, sum(ip + 12, 8, 6 + 32 + len)));
	uint32_t record[4] = {(uint32_t)(w->time / 1000000000), (uint32_t)(w->time % 1000000000),
			      kept, size};
	fwrite(record, sizeof record, 1, stdout);
	fwrite(w->packet, kept, 1, stdout);
	w->left--;
}

static void open_flow(Writer *w, Flow *f, unsigned services, unsigned segments)
{
	f->client = 0x0a000000 | (uint32_t)(next_random(w) & 0xffffff);
	f->server = 0xc6336400 + (uint32_t)(next_random(w) % services);
	f->port = (uint16_t)(1024 + next_random(w) % 60000);
	f->seq[0] = (uint32_t)next_random(w);
	f->seq[1] = (uint32_t)next_random(w);
	f->left = (uint16_t)(segments ? 1 + next_random(w) % segments : 1);
	f->step = 0;
}

/* One packet of a connection's life; false when it is over. */
static bool step_flow(Writer *w, Flow *f)
{
	uint32_t len;

	switch (f->step) {
	case 0:
		emit(w, f, true, 0x02, 0), f->seq[0]++;
		break;
	case 1:
		emit(w, f, false, 0x12, 0), f->seq[1]++;
		break;
	case 2:
		emit(w, f, true, 0x10, 0);
		break;
	case 3:
		len = 100 + (uint32_t)(next_random(w) % 500);
		emit(w, f, true, 0x18, len), f->seq[0] += len;
		break;
	case 4:
		len = f->left > 1 ? MSS : (uint32_t)(next_random(w) % MSS);
		emit(w, f, false, 0x18, len), f->seq[1] += len;
		if (--f->left && (f->left & 1))
			return true;
		break;
	case 5:
		emit(w, f, true, 0x10, 0);
		f->step = f->left ? 3 : f->step;
		break;
	case 6:
		emit(w, f, true, 0x11, 0), f->seq[0]++;
		break;
	case 7:
		emit(w, f, false, 0x11, 0), f->seq[1]++;
		break;
	default:
		emit(w, f, true, 0x10, 0);
		return false;
	}
	f->step++;
	return true;
}

static void write_flows(Writer *w, uint32_t concurrent, unsigned services, unsigned segments)
{
	Flow *flows = calloc(concurrent, sizeof *flows);

	for (uint32_t i = 0; i < concurrent; i++)
		open_flow(w, &flows[i], services, segments);
	while (w->left) {
		Flow *f = &flows[next_random(w) % concurrent];
		if (!step_flow(w, f))
			open_flow(w, f, services, segments);
	}
	free(flows);
}

static void write_idle(Writer *w)
{
	Flow f;

	while (w->left) {
		open_flow(w, &f, 4, 1);
		while (w->left && f.step < 6)
			(void)step_flow(w, &f);
	}
}

static void write_flood(Writer *w, unsigned services, uint8_t flags)
{
	Flow f;

	while (w->left) {
		open_flow(w, &f, services, 0);
		f.client = (uint32_t)next_random(w);
		emit(w, &f, true, flags, 0);
	}
}

#define WAVES 10
#define PACKETS_OF_CLOSED 6
#define APART UINT64_C(200000000000) /* ns */

/* The later the wave, the less they have in common. */
static void write_closed(Writer *w, unsigned wave)
{
	uint8_t *ip = w->packet + 14, *tcp = ip + 20;
	Flow f;

	open_flow(w, &f, 4, 1);
	f.client = (uint32_t)next_random(w);
	if (wave < 2)
		f.seq[0] = f.seq[1] = 7;
	put16(tcp + 14, wave < 3 ? 1024 : (uint32_t)next_random(w));
	emit(w, &f, true, 0x02, 0), f.seq[0]++;
	ip[8] = wave < 4 ? 64 : (uint8_t)(1 + next_random(w) % 255);
	emit(w, &f, false, wave ? 0x12 : 0x14, 0), f.seq[1]++;
	if (!wave)
		return;
	emit(w, &f, true, 0x10, 0);
	for (unsigned i = 0; wave >= 5 + i && i < 3; i++) {
		uint32_t len = 1 + (uint32_t)(next_random(w) % 50);

		emit(w, &f, i % 2 == 0, 0x18, len), f.seq[i % 2] += len;
	}
	if (wave < 8) {
		emit(w, &f, true, 0x14, 0);
		return;
	}
	emit(w, &f, wave == 8, 0x11, 0), f.seq[wave != 8]++;
	emit(w, &f, wave != 8, 0x11, 0), f.seq[wave == 8]++;
	emit(w, &f, wave == 8, 0x10, 0);
}

static void write_waves(Writer *w, uint32_t concurrent)
{
	uint64_t each = w->left / WAVES / PACKETS_OF_CLOSED;

	for (uint32_t i = 0; i < concurrent; i++) {
		Flow f;

		open_flow(w, &f, 4, 1);
		f.client = 0x0b000000 + i;
		for (unsigned step = 0; step < 3; step++)
			(void)step_flow(w, &f);
	}
	for (unsigned wave = 0; wave < WAVES; wave++, w->time += APART)
		for (uint64_t i = 0; i < each; i++)
			write_closed(w, wave);
}

int main(int argc, char **argv)
{
	Writer w = {.snaplen = UINT32_MAX, .time = UINT64_C(1767225600000000000)};
	static const uint8_t ethernet[14] = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0};
	const uint32_t header[6] = {0xa1b23c4d, 4 << 16 | 2, 0, 0, 262144, 1};

	if (argc < 4) {
		fputs("usage: workload mix|headers|flood|spread|strays|short|long|idle|waves "
		      "PACKETS CONCURRENT [SEED]\n",
		      stderr);
		return 2;
	}
	w.left = strtoull(argv[2], NULL, 10);
	w.state = argc > 4 ? strtoull(argv[4], NULL, 10) : 1;
	memcpy(w.packet, ethernet, sizeof ethernet);
	uint8_t *ip = w.packet + 14, *tcp = ip + 20;
	ip[0] = 0x45, ip[8] = 64, ip[9] = 6, ip[6] = 0x40;
	tcp[12] = 8 << 4, put16(tcp + 14, 64240);
	tcp[20] = tcp[21] = 1, tcp[22] = 8, tcp[23] = 10;
	fwrite(header, sizeof header, 1, stdout);
	uint32_t concurrent = (uint32_t)strtoul(argv[3], NULL, 10);
	if (!concurrent)
		concurrent = 1;
	if (!strcmp(argv[1], "flood")) {
		write_flood(&w, 1, 0x02);
	} else if (!strcmp(argv[1], "spread")) {
		write_flood(&w, concurrent, 0x02);
	} else if (!strcmp(argv[1], "strays")) {
		write_flood(&w, concurrent, 0x04);
	} else if (!strcmp(argv[1], "short")) {
		write_flows(&w, concurrent, 4, 1);
	} else if (!strcmp(argv[1], "waves")) {
		write_waves(&w, concurrent);
	} else if (!strcmp(argv[1], "idle")) {
		write_idle(&w);
	} else if (!strcmp(argv[1], "long")) {
		write_flows(&w, concurrent, 4, 60000);
	} else {
		if (!strcmp(argv[1], "headers"))
			w.snaplen = 96;
		write_flows(&w, concurrent, 10, 12);
	}
	return ferror(stdout) || fflush(stdout) ? 1 : 0;
}
