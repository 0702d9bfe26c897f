/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What it costs to find a connection and to keep its timer, by the number of connections. Keys are
 * asked for in random order, which is the worst that traffic can do to the caches.
 *
 *	bench-flow [CONNECTIONS...]
 */
#include "flow/flow-table.h"
#include "flow/timer-wheel.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define BATCH 32u
#define LOOKUPS 2000000u
#define KEYS (LOOKUPS / 2) /* asked for twice: they stream through the cache */

typedef struct {
	FlowKey key;
	uint32_t hash;
	TimerNode timer;
	uint8_t rest[200]; /* as large as a connection is, about */
} Item;
_Static_assert(sizeof(Item) == 256, "whole cache lines");

typedef struct {
	uint32_t n;
	uint32_t random;
	Slab *slab;
	FlowTable *table;
	TimerWheel *wheel;
	FlowKey *keys; /* what is looked up */
} Bench;

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void result(const Bench *b, const char *what, double begin, size_t operations)
{
	printf("%9u  %-34s %7.1f ns\n", b->n, what, (seconds() - begin) * 1e9 / (double)operations);
}

static uint32_t random_below(Bench *b, uint32_t n)
{
	b->random ^= b->random << 13;
	b->random ^= b->random >> 17;
	b->random ^= b->random << 5;
	return (uint32_t)((uint64_t)b->random * n >> 32);
}

static FlowKey key_number(uint32_t i)
{
	FlowKey key = {.port = {443, (uint16_t)(1024 + i % 60000)}, .ip_version = 4};
	uint32_t client = i / 60000;

	memcpy(key.addr[0], (const uint8_t[]){192, 0, 2, 1}, 4);
	memcpy(key.addr[1], &client, 4);
	return key;
}

static void fill(Bench *b, const char *what)
{
	double begin = seconds();

	for (uint32_t i = 0; i < b->n; i++) {
		FlowKey key = key_number(i);
		uint32_t handle = slab_alloc(b->slab);
		Item *item = slab_get(b->slab, handle);

		item->key = key;
		item->hash = flow_table_hash(b->table, &key);
		flow_table_insert(b->table, item->hash, handle);
	}
	result(b, what, begin, b->n);
}

static void choose_keys(Bench *b, uint32_t first)
{
	for (size_t i = 0; i < KEYS; i++)
		b->keys[i] = key_number(first + random_below(b, b->n));
}

/* In batches, as the tracker does it; with its prefetches or without. */
static void look_up(Bench *b, const char *what, bool prefetch, size_t expected)
{
	uint32_t hashes[BATCH];
	FlowHint hints[BATCH] = {0};
	size_t found = 0;
	double begin = seconds();

	for (uint32_t n = 0; n < LOOKUPS; n += BATCH) {
		const FlowKey *keys = &b->keys[n % KEYS];

		for (unsigned i = 0; i < BATCH; i++) {
			hashes[i] = flow_table_hash(b->table, &keys[i]);
			if (prefetch)
				flow_table_prefetch(b->table, hashes[i]);
		}
		for (unsigned i = 0; prefetch && i < BATCH; i++) {
			hints[i] = flow_table_probable(b->table, hashes[i]);
			flow_table_prefetch_item(b->table, hints[i]);
		}
		for (unsigned i = 0; i < BATCH; i++)
			found += flow_table_find_near(b->table, &keys[i], hashes[i], hints[i]) != 0;
	}
	result(b, what, begin, LOOKUPS);
	if (found != expected) {
		fprintf(stderr, "bench-flow: %zu found, not %zu\n", found, expected);
		exit(EXIT_FAILURE);
	}
}

static void make_and_hash(Bench *b, const char *what, uint8_t ip_version)
{
	Segment segment = {.ip_version = ip_version, .src_port = 443, .dst_port = 1024};
	uint32_t sum = 0;
	double begin = seconds();

	for (uint32_t n = 0; n < LOOKUPS; n++) {
		FlowKey key;

		memcpy(segment.src, &n, sizeof n);
		segment.dst_port = (uint16_t)n;
		sum += flow_key_of(&key, &segment, 0);
		sum += flow_table_hash(b->table, &key);
	}
	result(b, what, begin, LOOKUPS);
	if (sum == 0)
		printf("never so\n"); /* the compiler must not know */
}

static void count_fired(uint32_t handle, void *data)
{
	(void)handle;
	++*(size_t *)data;
}

static void run_wheel(Bench *b)
{
	ShakedownTime now = 0;
	size_t fired = 0;

	timer_wheel_advance(b->wheel, now, count_fired, &fired);

	double begin = seconds();

	for (uint32_t i = 1; i <= b->n; i++)
		timer_wheel_set(b->wheel, i, now + 300 * SHAKEDOWN_NS_PER_S);
	result(b, "arm a timer", begin, b->n);

	/* A microsecond a packet, each pushing its connection's timer back. */
	begin = seconds();
	for (uint32_t n = 0; n < LOOKUPS; n++) {
		now += 1000;
		timer_wheel_advance(b->wheel, now, count_fired, &fired);
		timer_wheel_set(b->wheel, 1 + random_below(b, b->n),
				now + 300 * SHAKEDOWN_NS_PER_S);
	}
	result(b, "advance and push a timer back", begin, LOOKUPS);

	begin = seconds();
	for (uint32_t i = 1; i <= b->n; i++)
		timer_wheel_set(b->wheel, i, now + SHAKEDOWN_NS_PER_S * (1 + random_below(b, 120)));
	result(b, "move a timer forward", begin, b->n);
	begin = seconds();
	timer_wheel_advance(b->wheel, now + 1000 * SHAKEDOWN_NS_PER_S, count_fired, &fired);
	result(b, "fire", begin, b->n);
	if (fired != b->n) {
		fprintf(stderr, "bench-flow: %zu fired\n", fired);
		exit(EXIT_FAILURE);
	}
}

static void drain(Bench *b)
{
	double begin = seconds();

	for (uint32_t i = 1; i <= b->n; i++) {
		const Item *item = slab_get(b->slab, i);

		flow_table_remove(b->table, item->hash, i);
		slab_free_item(b->slab, i);
	}
	result(b, "remove and free", begin, b->n);
}

static void run(uint32_t n)
{
	Bench b = {.n = n, .random = 2463534242u};

	b.slab = slab_new(sizeof(Item), 8192);
	b.table = flow_table_new(b.slab, offsetof(Item, key));
	b.wheel = timer_wheel_new(b.slab, offsetof(Item, timer));
	b.keys = g_new(FlowKey, KEYS);
	fill(&b, "allocate and insert");
	make_and_hash(&b, "make a key and hash it, IPv4", 4);
	make_and_hash(&b, "make a key and hash it, IPv6", 6);
	choose_keys(&b, 0);
	look_up(&b, "hash and find, hit", false, LOOKUPS);
	look_up(&b, "hash and find, hit, prefetched", true, LOOKUPS);
	choose_keys(&b, n);
	look_up(&b, "hash and find, miss", false, 0);
	look_up(&b, "hash and find, miss, prefetched", true, 0);
	run_wheel(&b);
	drain(&b);
	fill(&b, "allocate and insert once more");
	g_free(b.keys);
	timer_wheel_free(b.wheel);
	flow_table_free(b.table);
	slab_free(b.slab);
}

int main(int argc, char **argv)
{
	static const uint32_t usual[] = {1000, 100000, 2000000};

	for (int i = 1; i < argc; i++)
		run((uint32_t)CLAMP(g_ascii_strtoull(argv[i], NULL, 10), 1, 100000000));
	for (size_t i = 0; argc == 1 && i < G_N_ELEMENTS(usual); i++)
		run(usual[i]);
	return EXIT_SUCCESS;
}
