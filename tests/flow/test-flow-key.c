/* SPDX-License-Identifier: BSD-3-Clause */
#include "flow/flow-key.h"

#include "model-rand.h"

static Segment segment_v4(uint32_t src, uint16_t src_port, uint32_t dst, uint16_t dst_port)
{
	Segment s = {.ip_version = 4, .src_port = src_port, .dst_port = dst_port};

	for (unsigned i = 0; i < 4; i++) {
		s.src[i] = (uint8_t)(src >> (24 - 8 * i));
		s.dst[i] = (uint8_t)(dst >> (24 - 8 * i));
	}
	return s;
}

static Segment turned(const Segment *segment)
{
	Segment back = *segment;

	memcpy(back.src, segment->dst, 16);
	memcpy(back.dst, segment->src, 16);
	back.src_port = segment->dst_port;
	back.dst_port = segment->src_port;
	return back;
}

static uint32_t hash_of(const FlowKey *key, uint64_t seed)
{
	FlowSecret secret = flow_secret_of(seed);

	return flow_key_hash(key, &secret);
}

/* Key, end and hash at one go are what they are one by one. */
static void assert_at_one_go(const Segment *segment, const FlowKey *key, unsigned end,
			     uint64_t seed)
{
	FlowSecret secret = flow_secret_of(seed);
	FlowKey other;
	unsigned other_end = 2;

	memset(&other, 0xaa, sizeof other);
	cr_assert_eq(flow_key_hash_of(&other, segment, key->encap, &secret, &other_end),
		     flow_key_hash(key, &secret));
	cr_assert_eq(other_end, end);
	cr_assert_eq(memcmp(&other, key, sizeof other), 0);
}

static void assert_canonical(const Segment *segment, uint64_t seed)
{
	FlowKey there, back;
	Segment reply = turned(segment);

	/* Padding and old contents must not leak into the identity. */
	memset(&there, 0xaa, sizeof there);
	memset(&back, 0x55, sizeof back);

	unsigned side = flow_key_of(&there, segment, 7);

	cr_assert_eq(flow_key_of(&back, &reply, 7), 1 - side);
	cr_assert(flow_key_equal(&there, &back));
	cr_assert_eq(memcmp(&there, &back, sizeof there), 0);
	cr_assert_eq(hash_of(&there, seed), hash_of(&back, seed));
	assert_at_one_go(segment, &there, side, seed);
	cr_assert_eq(memcmp(there.addr[side], segment->src, 16), 0);
	cr_assert_eq(memcmp(there.addr[!side], segment->dst, 16), 0);
	cr_assert_eq(there.port[side], segment->src_port);
	cr_assert_eq(there.port[!side], segment->dst_port);
}

Test(flow_key, is_the_same_both_ways)
{
	Segment by_address = segment_v4(0xc0000201, 49152, 0xc6336407, 80),
		by_port = segment_v4(0x7f000001, 80, 0x7f000001, 49152),
		by_last_byte = {.ip_version = 6, .src_port = 5, .dst_port = 5};

	memset(by_last_byte.src, 0xfe, 16);
	memset(by_last_byte.dst, 0xfe, 16);
	by_last_byte.dst[15] = 0xff;
	assert_canonical(&by_address, 1);
	assert_canonical(&by_port, 2);
	assert_canonical(&by_last_byte, 3);
	by_last_byte.dst[15] = 0xfe, by_last_byte.dst[0] = 0;
	assert_canonical(&by_last_byte, 4);
}

Test(flow_key, is_the_same_both_ways_for_random_segments)
{
	ModelRand rand = model_rand_new();

	for (unsigned n = 0; n < 20000; n++) {
		Segment s = {.ip_version = n & 1 ? 4 : 6,
			     .src_port = (uint16_t)model_rand_below(&rand, 3),
			     .dst_port = (uint16_t)(3 + model_rand_below(&rand, 3))};
		size_t len = n & 1 ? 4 : 16;

		for (size_t i = 0; i < len; i++) {
			s.src[i] = (uint8_t)(0xfe + model_rand_below(&rand, 2));
			s.dst[i] = (uint8_t)(0xfe + model_rand_below(&rand, 2));
		}
		assert_canonical(&s, rand.seed);
	}
}

Test(flow_key, self_connection_has_no_direction)
{
	Segment s = segment_v4(0x7f000001, 4000, 0x7f000001, 4000), reply = turned(&s);
	FlowKey key;

	cr_assert_eq(flow_key_of(&key, &s, 0), 0);
	cr_assert_eq(flow_key_of(&key, &reply, 0), 0);
}

Test(flow_key, takes_four_bytes_of_an_ipv4_address)
{
	Segment a = segment_v4(0xc0000201, 1, 0xc0000202, 2), b = a;
	FlowKey key_a, key_b;

	memset(b.src + 4, 0xff, 12);
	memset(b.dst + 4, 0xee, 12);
	cr_assert_eq(flow_key_of(&key_a, &a, 0), flow_key_of(&key_b, &b, 0));
	cr_assert(flow_key_equal(&key_a, &key_b));
}

Test(flow_key, every_field_tells_apart)
{
	Segment s = {.ip_version = 6, .src_port = 1, .dst_port = 2};
	FlowKey key;

	memset(s.src, 1, 16);
	memset(s.dst, 2, 16);
	flow_key_of(&key, &s, 3);
	for (size_t i = 0; i < offsetof(FlowKey, pad); i++) {
		FlowKey other = key;

		((uint8_t *)&other)[i] ^= 0x80;
		cr_assert_not(flow_key_equal(&key, &other), "byte %zu", i);
		/* IPv6 keys alone hash whole addresses; the version decides how. */
		if (i != offsetof(FlowKey, ip_version))
			cr_assert_neq(hash_of(&key, 42), hash_of(&other, 42), "byte %zu", i);
	}
}

/* Sums the excess over what chance gives: for n keys in m buckets, chi squared over m, about 1. */
static double unevenness(const uint32_t *buckets, size_t m, size_t n)
{
	double mean = (double)n / (double)m, sum = 0;

	for (size_t i = 0; i < m; i++)
		sum += ((double)buckets[i] - mean) * ((double)buckets[i] - mean) / mean;
	return sum / (double)m;
}

typedef enum { BY_PORT, BY_ADDRESS, BY_STRIDE, BY_BOTH, BY_ENCAP, BY_ADDRESS6, SHAPES } Shape;

static FlowKey key_of_shape(Shape shape, uint32_t i)
{
	Segment s = segment_v4(0x0a000001, 80, 0xc0000201, 1024);
	uint32_t encap = 0;
	FlowKey key;

	switch (shape) {
	case BY_PORT:
		s.src_port = (uint16_t)i;
		break;
	case BY_ADDRESS:
		s = segment_v4(0x0a000000 + i, 80, 0xc0000201, 1024);
		break;
	case BY_STRIDE:
		s = segment_v4(0x0a000000 + (i << 8), 80, 0xc0000201, 1024);
		break;
	case BY_BOTH:
		s = segment_v4(0x0a000000 + (i >> 8), (uint16_t)(i << 8), 0xc0000201, 1024);
		break;
	case BY_ENCAP:
		encap = i;
		break;
	case BY_ADDRESS6:
		s.ip_version = 6;
		s.src[8] = (uint8_t)(i >> 8);
		s.src[15] = (uint8_t)i;
		break;
	case SHAPES:
		break;
	}
	flow_key_of(&key, &s, encap);
	return key;
}

Test(flow_key, hash_spreads_the_patterns_of_real_traffic)
{
	enum { KEYS = 65536, BUCKETS = 4096 };
	static uint32_t low[BUCKETS], high[BUCKETS];
	ModelRand rand = model_rand_new();

	for (unsigned round = 0; round < 4; round++) {
		/* The worst seeds first: small and all ones. */
		uint64_t seed = round == 0 ? 0 : round == 1 ? UINT64_MAX : model_rand_next(&rand);

		for (Shape shape = 0; shape < SHAPES; shape++) {
			memset(low, 0, sizeof low);
			memset(high, 0, sizeof high);
			for (uint32_t i = 0; i < KEYS; i++) {
				FlowKey key = key_of_shape(shape, i);
				uint32_t hash = hash_of(&key, seed);

				low[hash % BUCKETS]++;
				high[hash >> 20]++;
			}
			/* 4095 degrees of freedom: the deviation is 0.022. Evener than chance is
			 * welcome. */
			cr_assert_lt(unevenness(low, BUCKETS, KEYS), 1.2,
				     "low bits, shape %d, hash seed %" G_GUINT64_FORMAT, shape,
				     seed);
			cr_assert_lt(unevenness(high, BUCKETS, KEYS), 1.2,
				     "high bits, shape %d, hash seed %" G_GUINT64_FORMAT, shape,
				     seed);
		}
	}
}

Test(flow_key, hash_avalanches)
{
	ModelRand rand = model_rand_new();
	enum { TRIALS = 2000 };

	for (size_t bit = 0; bit < 8 * offsetof(FlowKey, ip_version); bit++) {
		unsigned flips[32] = {0};

		for (unsigned n = 0; n < TRIALS; n++) {
			FlowKey key = {.ip_version = 6}, other;
			uint64_t seed = model_rand_next(&rand);

			for (size_t i = 0; i < offsetof(FlowKey, ip_version); i++)
				((uint8_t *)&key)[i] = (uint8_t)model_rand_next(&rand);
			other = key;
			((uint8_t *)&other)[bit / 8] ^= (uint8_t)(1u << bit % 8);

			uint32_t change = hash_of(&key, seed) ^ hash_of(&other, seed);

			for (unsigned i = 0; i < 32; i++)
				flips[i] += change >> i & 1;
		}
		/* Half of them, within eight deviations of sqrt(TRIALS) / 2. */
		for (unsigned i = 0; i < 32; i++)
			cr_assert(
				flips[i] > TRIALS / 2 - 179 && flips[i] < TRIALS / 2 + 179,
				"key bit %zu flips hash bit %u in %u of %d (seed %" G_GUINT64_FORMAT
				")",
				bit, i, flips[i], TRIALS, rand.seed);
	}
}

Test(flow_key, collisions_of_one_seed_are_none_of_another)
{
	enum { KEYS = 300000 };
	g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
	unsigned collisions = 0, again = 0;

	for (uint32_t i = 1; i <= KEYS; i++) {
		FlowKey key = key_of_shape(BY_ADDRESS, i);
		gpointer hash = GUINT_TO_POINTER(hash_of(&key, 1) | 1);
		uint32_t twin = GPOINTER_TO_UINT(g_hash_table_lookup(seen, hash));

		if (twin != 0) {
			FlowKey other = key_of_shape(BY_ADDRESS, twin);

			collisions++;
			again += hash_of(&key, 2) == hash_of(&other, 2);
		}
		g_hash_table_insert(seen, hash, GUINT_TO_POINTER(i));
	}
	/* Chance gives 21 among 31 bits. */
	cr_assert(collisions > 3 && collisions < 60, "%u collisions", collisions);
	cr_assert_eq(again, 0, "%u of %u collide again", again, collisions);
}
