/* SPDX-License-Identifier: BSD-3-Clause */
/* Holes, beside a model that keeps a flag a byte. */
#include "tcp/tcp-holes.h"

#include <criterion/criterion.h>
#include <glib.h>
#include <string.h>

#define SPACE 4000u
#define STEPS 400
#define RUNS 200

enum { SEEN = 0, HOLE = 1, MISSING = 2 };

typedef struct {
	TcpSeq base;
	uint8_t byte[SPACE];
	uint32_t end, acked;
	uint64_t missing;
	TcpHoles *holes;
	TcpHolesBudget budget;
} Model;

static TcpSeq at(const Model *m, uint32_t offset)
{
	return tcp_seq_add(m->base, offset);
}

static void add(Model *m, uint32_t len)
{
	TcpHole hole = {.left = at(m, m->end), .right = at(m, m->end + len)};

	tcp_holes_add(&m->holes, &hole, &m->budget);
	memset(m->byte + m->end, HOLE, len);
	m->end += len;
}

static void acknowledge(Model *m, uint32_t to)
{
	uint32_t expected = 0;

	for (uint32_t i = 0; i < to; i++)
		if (m->byte[i] == HOLE) {
			m->byte[i] = MISSING;
			expected++;
		}
	m->acked = MAX(m->acked, to);
	uint32_t got = tcp_holes_ack(&m->holes, at(m, to), &m->budget);

	cr_assert_eq(got, expected);
	m->missing += got;
}

static void fill(Model *m, uint32_t from, uint32_t to)
{
	uint32_t expected = 0;

	for (uint32_t i = from; i < to; i++) {
		expected += m->byte[i] != SEEN;
		m->byte[i] = SEEN;
	}
	cr_assert_eq(tcp_holes_fill(&m->holes, at(m, from), at(m, to), &m->missing, &m->budget),
		     expected);
}

/* In order, apart, and as the flags have them. */
static void compare(const Model *m)
{
	uint64_t missing = 0, holes = 0, kept = 0;

	for (uint32_t i = 0; i < m->end; i++) {
		missing += m->byte[i] == MISSING;
		holes += m->byte[i] != SEEN;
	}
	cr_assert_eq(m->missing, missing);
	for (unsigned i = 0; m->holes && i < m->holes->len; i++) {
		const TcpHole *h = &m->holes->hole[i];
		uint32_t left = h->left.value - m->base.value,
			 right = h->right.value - m->base.value;

		cr_assert_lt(left, right);
		cr_assert_eq(h->acked, i < m->holes->acked);
		if (i)
			cr_assert(tcp_seq_leq(h[-1].right, h->left));
		for (uint32_t b = left; b < right; b++)
			cr_assert_eq(m->byte[b], h->acked ? MISSING : HOLE);
		kept += right - left;
	}
	cr_assert_eq(kept, holes);
}

static void look_up(Model *m, uint32_t from, uint32_t to)
{
	if (from == to)
		return;

	const TcpHole *h = tcp_holes_at(m->holes, at(m, from), at(m, to));
	bool any = false;

	for (uint32_t i = from; i < to; i++)
		any = any || m->byte[i] != SEEN;
	cr_assert_eq(h != NULL, any);
}

static void run(GRand *rand, uint32_t base)
{
	Model m = {.base = {base}};

	for (unsigned step = 0; step < STEPS; step++) {
		uint32_t from = m.end ? (uint32_t)g_rand_int_range(rand, 0, (gint32)m.end) : 0;
		uint32_t to = from + (uint32_t)g_rand_int_range(rand, 0, 60);

		to = MIN(to, m.end);
		switch (g_rand_int_range(rand, 0, 5)) {
		case 0:
			m.end = MIN(m.end + (uint32_t)g_rand_int_range(rand, 1, 20), SPACE - 40);
			break;
		case 1:
			if (m.end + 30 < SPACE)
				add(&m, (uint32_t)g_rand_int_range(rand, 1, 30));
			break;
		case 2:
			acknowledge(&m, MAX(m.acked, from));
			break;
		case 3:
			look_up(&m, from, to);
			break;
		default:
			fill(&m, from, to);
			break;
		}
		compare(&m);
	}
	tcp_holes_free(m.holes, &m.budget);
	cr_assert_eq(m.budget.room, 0);
}

Test(tcp_holes, as_a_flag_a_byte_has_them)
{
	g_autoptr(GRand) rand = g_rand_new_with_seed(20260101);

	for (unsigned i = 0; i < RUNS; i++)
		run(rand, i % 2 ? UINT32_MAX - g_rand_int_range(rand, 0, (gint32)SPACE)
				: g_rand_int(rand));
}

/* Beyond the budget each side keeps to what it has room for in any case. */
Test(tcp_holes, together_they_have_a_bound)
{
	TcpHolesBudget budget = {.room = (size_t)1 << 20};
	TcpHoles *holes = NULL;

	for (uint32_t i = 0; i < 100; i++)
		tcp_holes_add(&holes, &(TcpHole){.left = {10 * i}, .right = {10 * i + 5}}, &budget);
	cr_assert_eq(holes->len, TCP_HOLES_LEAST);
	cr_assert_eq(holes->hole[0].left.value, 10 * (100 - TCP_HOLES_LEAST),
		     "the latest are kept");
	tcp_holes_free(holes, &budget);
	cr_assert_eq(budget.room, (size_t)1 << 20);
}

/* … but not one by one: each time those that stay are moved. */
Test(tcp_holes, of_many_some_are_forgotten_at_once)
{
	TcpHolesBudget budget = {0};
	TcpHoles *holes = NULL;
	unsigned moved = 0;

	for (uint32_t i = 0; i < 3 * TCP_HOLES_MOST; i++) {
		uint32_t first = holes ? holes->hole[0].left.value : 0;

		tcp_holes_add(&holes, &(TcpHole){.left = {10 * i}, .right = {10 * i + 5}}, &budget);
		moved += holes->hole[0].left.value != first;
	}
	cr_assert_geq(holes->len, TCP_HOLES_MOST - TCP_HOLES_MOST / 32);
	cr_assert_geq(moved, 2 * 32);
	cr_assert_leq(moved, 2 * 128);
	tcp_holes_free(holes, &budget);
}

/* A hole from half the number space ago must not look as if it were ahead. */
Test(tcp_holes, what_is_far_behind_is_forgotten)
{
	TcpHolesBudget budget = {0};
	TcpHoles *holes = NULL;
	uint64_t missing = 0;

	tcp_holes_add(&holes, &(TcpHole){.left = {1000}, .right = {2000}}, &budget);
	cr_assert_null(tcp_holes_at(holes, (TcpSeq){0xA0000000}, (TcpSeq){0xA0001000}));
	cr_assert_eq(holes->len, 0);
	cr_assert_eq(tcp_holes_fill(&holes, (TcpSeq){1000}, (TcpSeq){2000}, &missing, &budget), 0);
	tcp_holes_free(holes, &budget);
}
