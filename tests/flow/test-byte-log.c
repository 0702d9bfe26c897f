/* SPDX-License-Identifier: BSD-3-Clause */
#include "flow/byte-log.h"

#include "flow/huge.h"
#include "model-rand.h"

#include <string.h>

#define OWNERS 30000
#define LEN_MOST 720

/* What each owner was given, and where it is. */
typedef struct {
	ByteLog *log;
	uint8_t *bytes[OWNERS + 1]; /* NULL: it has none */
	uint16_t len[OWNERS + 1];
	uint8_t seed[OWNERS + 1];
	size_t kept, moves;
} Model;

static void moved(uint32_t owner, uint8_t *bytes, void *data)
{
	Model *m = data;

	cr_assert(owner >= 1 && owner <= OWNERS);
	cr_assert_not_null(m->bytes[owner]);
	m->bytes[owner] = bytes;
	m->moves++;
}

static Model *model_new(void)
{
	Model *m = g_new0(Model, 1);

	m->log = byte_log_new(moved, m);
	return m;
}

static void model_free(Model *m)
{
	byte_log_free(m->log);
	g_free(m);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Model, model_free)

static uint8_t nth(const Model *m, uint32_t owner, unsigned i)
{
	return (uint8_t)(m->seed[owner] + i * 7 + owner);
}

static void put(Model *m, uint32_t owner, size_t len, uint8_t seed)
{
	uint8_t *room = byte_log_room(m->log, LEN_MOST);

	m->seed[owner] = seed;
	m->len[owner] = (uint16_t)len;
	/* All of it may be written to. */
	for (unsigned i = 0; i < LEN_MOST; i++)
		room[i] = nth(m, owner, i);
	byte_log_keep(m->log, len, owner);
	m->bytes[owner] = room;
	m->kept += len;
}

static void check(const Model *m, uint32_t owner)
{
	for (unsigned i = 0; i < m->len[owner]; i++)
		cr_assert_eq(m->bytes[owner][i], nth(m, owner, i));
}

static void take(Model *m, uint32_t owner)
{
	check(m, owner);
	byte_log_drop(m->log, m->bytes[owner]);
	m->bytes[owner] = NULL;
	m->kept -= m->len[owner];
}

static void tidy(Model *m)
{
	byte_log_tidy(m->log);
	cr_assert_leq(byte_log_held(m->log), byte_log_live(m->log) / 2 * 3 + BYTE_LOG_SLACK);
}

static void check_all(const Model *m)
{
	size_t owners = 0;

	for (uint32_t owner = 1; owner <= OWNERS; owner++)
		if (m->bytes[owner]) {
			check(m, owner);
			owners++;
		}
	cr_assert_geq(byte_log_live(m->log), m->kept + owners);
	cr_assert_leq(byte_log_live(m->log), m->kept + owners * 8);
}

Test(byte_log, what_is_kept_is_there)
{
	g_autoptr(Model) m = model_new();

	cr_assert_eq(byte_log_held(m->log), 0);
	for (uint32_t owner = 1; owner <= 4; owner++)
		put(m, owner, owner == 3 ? 0 : 100 * owner, (uint8_t)owner);
	check_all(m);
	for (uint32_t owner = 4; owner >= 1; owner--)
		take(m, owner);
	cr_assert_eq(byte_log_live(m->log), 0);
	cr_assert_eq(byte_log_held(m->log), HUGE_PAGE);
}

/* Whatever is left at a block's end, none reaches beyond it. */
Test(byte_log, none_lies_in_two_blocks)
{
	const size_t len = 100;

	for (size_t lacks = 0; lacks < 16; lacks++) {
		g_autoptr(ByteLog) log = byte_log_new(moved, NULL);

		(void)byte_log_room(log, 0);
		byte_log_keep(log, 0, 1);
		const size_t head = byte_log_live(log);
		size_t at = (uintptr_t)byte_log_room(log, 0) % HUGE_PAGE;

		/* Up to where so many bytes are missing. */
		while (at < HUGE_PAGE - len + lacks) {
			size_t step = HUGE_PAGE - len + lacks - at;

			step = step < 1000 ? step : 500;
			(void)byte_log_room(log, step - head);
			byte_log_keep(log, step - head, 1);
			at += step;
		}
		uintptr_t begin = (uintptr_t)byte_log_room(log, len);

		cr_assert_eq(begin / HUGE_PAGE, (begin + len - 1) / HUGE_PAGE);
		cr_assert_eq(begin % HUGE_PAGE == at, lacks == 0);
	}
}

/* One after the other, each gone before the next comes: they need no more than a block. */
Test(byte_log, what_is_empty_is_used_again)
{
	g_autoptr(Model) m = model_new();

	for (unsigned i = 0; i < 20000; i++) {
		put(m, 1, LEN_MOST, (uint8_t)i);
		take(m, 1);
		cr_assert_eq(byte_log_held(m->log), HUGE_PAGE);
	}
}

/* What comes and goes in order is never moved, and takes no more than one more block or two. */
Test(byte_log, what_goes_in_order_is_not_moved)
{
	g_autoptr(Model) m = model_new();
	const uint32_t at_once = OWNERS / 2;

	for (uint32_t i = 0; i < 5 * OWNERS; i++) {
		uint32_t owner = i % OWNERS + 1;

		put(m, owner, 150 + i % 50, (uint8_t)i);
		if (i >= at_once)
			take(m, (i - at_once) % OWNERS + 1);
		tidy(m);
		cr_assert_leq(byte_log_held(m->log), byte_log_live(m->log) + 4 * (size_t)HUGE_PAGE);
	}
	cr_assert_eq(m->moves, 0);
	check_all(m);
}

/* One in a hundred stays, of wave after wave: they do not hold what the others left. */
Test(byte_log, those_that_stay_are_moved_together)
{
	g_autoptr(Model) m = model_new();
	uint32_t stays = 0;

	for (unsigned wave = 0; wave < 30; wave++) {
		for (uint32_t owner = OWNERS / 2; owner <= OWNERS; owner++)
			put(m, owner, 20 + wave * 20, (uint8_t)wave);
		for (uint32_t owner = OWNERS / 2; owner <= OWNERS; owner++) {
			take(m, owner);
			if (owner % 100 == 0 && stays < OWNERS / 2 - 1)
				put(m, ++stays, 20 + wave * 20, (uint8_t)wave);
			tidy(m);
		}
	}
	check_all(m);
	cr_assert_gt(m->moves, 0);
	cr_assert_leq(byte_log_held(m->log), byte_log_live(m->log) / 2 * 3 + BYTE_LOG_SLACK);
}

/* Random use, in phases that fill it, empty it, and change the lengths. */
Test(byte_log, as_the_model)
{
	g_autoptr(Model) m = model_new();
	ModelRand rand = model_rand_new();
	uint32_t most = 100, put_of_8 = 4;
	size_t held_most = 0;

	for (unsigned i = 0; i < 200000; i++) {
		uint32_t owner = 1 + model_rand_below(&rand, OWNERS);

		if (i % 10000 == 0) {
			most = 1 + model_rand_below(&rand, LEN_MOST);
			put_of_8 = 1 + model_rand_below(&rand, 7);
			check_all(m);
		}
		if (m->bytes[owner])
			take(m, owner);
		if (model_rand_below(&rand, 8) < put_of_8)
			put(m, owner, model_rand_below(&rand, most + 1),
			    (uint8_t)model_rand_next(&rand));
		/* Not after each. */
		if (model_rand_below(&rand, 4) == 0)
			tidy(m);
		held_most = MAX(held_most, byte_log_held(m->log));
	}
	check_all(m);
	for (uint32_t owner = 1; owner <= OWNERS; owner++)
		if (m->bytes[owner])
			take(m, owner);
	tidy(m);
	cr_assert_eq(byte_log_live(m->log), 0);
	cr_assert_leq(byte_log_held(m->log), 2 * (size_t)HUGE_PAGE, "of %zu", held_most);
}
