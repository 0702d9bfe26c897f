/* SPDX-License-Identifier: BSD-3-Clause */
/* Initial sequence numbers: RFC 6528. */
#include "scene.h"

/* Connections on different ports, whose server numbers itself so. */
static void numbered(Scene *s, const uint32_t *isn, unsigned n, bool same_port)
{
	for (unsigned i = 0; i < n; i++) {
		s->port[SHAKEDOWN_CLIENT] = (uint16_t)(same_port ? 40000 : 40000 + i);
		scene_numbers(s, i);
		s->isn[SHAKEDOWN_SERVER] = isn[i];
		scene_open(s);
		scene_talk(s);
		CLIENT(s, FIN_ACK, 121, 1001);
		SERVER(s, FIN_ACK, 1001, 122);
		CLIENT(s, TCP_ACK, 122, 1002);
		scene_wait(s, SECONDS(same_port ? 100 : 1) + MS(i * 7));
	}
	scene_finish(s);
}

Test(isn, repeat)
{
	g_autoptr(Scene) s = scene_new();
	const uint32_t isn[8] = {77, 77, 77, 77, 77, 77, 77, 77};

	numbered(s, isn, 8, false);
	EXPECT_KINDS(s, "isn-predictable");
	EXPECT_FACT(s, ISN_PREDICTABLE, "pattern=repeats");
}

Test(isn, advance_by_a_constant)
{
	g_autoptr(Scene) s = scene_new();
	uint32_t isn[8];

	/* Across 2^32, as they may. */
	for (uint32_t i = 0; i < 8; i++)
		isn[i] = UINT32_MAX - 200000 + i * 64000;
	numbered(s, isn, 8, false);
	EXPECT_KINDS(s, "isn-predictable");
	EXPECT_FACT(s, ISN_PREDICTABLE, "pattern=constant step");
}

Test(isn, follow_the_clock)
{
	g_autoptr(Scene) s = scene_new();
	ShakedownTime start = s->now;

	for (unsigned i = 0; i < 8; i++) {
		s->port[SHAKEDOWN_CLIENT] = (uint16_t)(40000 + i);
		scene_numbers(s, i);
		s->isn[SHAKEDOWN_SERVER] = (uint32_t)((s->now - start) / 4000);
		scene_open(s);
		scene_talk(s);
		scene_wait(s, MS(500 + i * i * 31));
	}
	scene_finish(s);
	EXPECT(s, ISN_PREDICTABLE);
	EXPECT_FACT(s, ISN_PREDICTABLE, "pattern=clock");
}

/* As slirp has them: 64,000 for each connection, and for some of the half seconds in between. */
Test(isn, advance_in_small_steps)
{
	g_autoptr(Scene) s = scene_new();
	const uint32_t isn[8] = {UINT32_MAX - 128000,
				 UINT32_MAX - 64000,
				 UINT32_MAX,
				 63999,
				 191999,
				 255999,
				 319999,
				 447999};

	numbered(s, isn, 8, false);
	EXPECT_KINDS(s, "isn-predictable");
	EXPECT_FACT(s, ISN_PREDICTABLE, "pattern=small steps");
}

/* Nearest: one of them lies elsewhere. */
Test(isn, not_all_in_small_steps)
{
	g_autoptr(Scene) s = scene_new();
	const uint32_t isn[8] = {1000, 2500, 4000, 5600, 3000000, 3001500, 3003100, 3004000};

	numbered(s, isn, 8, false);
	EXPECT_NOT(s, ISN_PREDICTABLE);
}

Test(isn, keyed)
{
	g_autoptr(Scene) s = scene_new();
	uint32_t isn[20];

	for (uint32_t i = 0; i < 20; i++)
		isn[i] = (i ^ i << 7) * 2246822519u ^ i << 13;
	numbered(s, isn, 20, false);
	EXPECT_KINDS(s, "");
}

Test(isn, too_few)
{
	g_autoptr(Scene) s = scene_new();
	const uint32_t isn[7] = {77, 77, 77, 77, 77, 77, 77};

	numbered(s, isn, 7, false);
	EXPECT_KINDS(s, "");
}

/* However many were there before; of the first connection it is not known yet that it will come
 * again. */
Test(isn, of_who_comes_late)
{
	g_autoptr(Scene) s = scene_new();
	const uint32_t isn[9] = {77, 77, 77, 77, 77, 77, 77, 77, 77};

	for (unsigned i = 0; i < 9000; i++) {
		scene_client(s, i);
		scene_numbers(s, i);
		scene_open(s);
		CLIENT(s, RST_ACK, 1, 1);
	}
	s->addr[SHAKEDOWN_SERVER].bytes[3]++;
	numbered(s, isn, 9, false);
	EXPECT(s, ISN_PREDICTABLE);
}

/* RFC 6528 §3: on one four-tuple they may follow the clock. */
Test(isn, of_one_four_tuple)
{
	g_autoptr(Scene) s = scene_new();
	uint32_t isn[8];

	for (uint32_t i = 0; i < 8; i++)
		isn[i] = i * 1000000;
	numbered(s, isn, 8, true);
	EXPECT_NOT(s, ISN_PREDICTABLE);
}
