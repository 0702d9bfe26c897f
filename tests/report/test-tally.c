/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/tally.h"

#include "../flow/model-rand.h"

#include <criterion/criterion.h>
#include <string.h>

#define LIMIT_MOST 200

typedef struct {
	ShakedownAddress addr;
	uint16_t port;
	uint64_t connections, failed;
} Counted;

/* The same, the plain way. */
typedef struct {
	Counted counted[LIMIT_MOST];
	guint len, limit;
	bool by_failures;
} Model;

static int by_weight(const void *a, const void *b, void *data)
{
	const Counted *x = a, *y = b;
	const Model *model = data;

	if (model->by_failures && x->failed != y->failed)
		return x->failed < y->failed ? 1 : -1;
	if (x->connections != y->connections)
		return x->connections < y->connections ? 1 : -1;
	int order = memcmp(x->addr.bytes, y->addr.bytes, sizeof x->addr.bytes);

	return order ? order : (int)x->port - (int)y->port;
}

static void sort(Model *model)
{
	g_qsort_with_data(model->counted, (gint)model->len, sizeof model->counted[0], by_weight,
			  model);
}

static void model_add(Model *model, const ShakedownConnection *c)
{
	const ShakedownSide *s = &c->side[SHAKEDOWN_SERVER];
	guint i = 0;

	while (i < model->len && (model->counted[i].port != s->port ||
				  memcmp(&model->counted[i].addr, &s->addr, sizeof s->addr) != 0))
		i++;
	if (i == model->len) {
		if (model->len == model->limit) {
			sort(model);
			i = model->len = model->limit / 2;
		}
		model->counted[model->len++] = (Counted){.addr = s->addr, .port = s->port};
	}
	model->counted[i].connections++;
	model->counted[i].failed += tally_is_failure(c->handshake.outcome);
}

/* Endpoints of which many are alike but for their last byte, some of them busy. */
static ShakedownConnection connection(ModelRand *rand)
{
	ShakedownConnection c = {0};
	ShakedownSide *s = &c.side[SHAKEDOWN_SERVER];
	bool busy = model_rand_below(rand, 4) == 0;

	s->addr.version = 4;
	s->addr.bytes[0] = (uint8_t)model_rand_below(rand, busy ? 2 : 250);
	s->addr.bytes[3] = (uint8_t)model_rand_below(rand, busy ? 9 : 40);
	s->addr.bytes[15] = (uint8_t)model_rand_below(rand, busy ? 2 : 5);
	s->port = (uint16_t)(model_rand_below(rand, 3) ? 80 : 1 + model_rand_below(rand, 3));
	c.handshake.outcome = model_rand_below(rand, 3) ? SHAKEDOWN_HANDSHAKE_NO_ANSWER
							: SHAKEDOWN_HANDSHAKE_COMPLETE;
	c.handshake.server_rtt = SHAKEDOWN_DURATION_UNKNOWN;
	return c;
}

static void run(ModelRand *rand, guint limit, bool by_failures)
{
	Model model = {.limit = limit, .by_failures = by_failures};
	Tally tally;

	tally_init(&tally, limit, by_failures);
	for (unsigned n = 0; n < 20000; n++) {
		const ShakedownConnection c = connection(rand);

		tally_add(&tally, &c, SHAKEDOWN_SERVER, true);
		model_add(&model, &c);
		cr_assert_eq(tally_len(&tally), model.len);
	}
	g_autoptr(GPtrArray) ranking = tally_ranking(&tally, limit);
	sort(&model);
	cr_assert_eq(ranking->len, model.len);
	for (guint i = 0; i < ranking->len; i++) {
		const TallyEntry *entry = g_ptr_array_index(ranking, i);
		const Counted *counted = &model.counted[i];

		cr_assert_eq(memcmp(entry->key.addr.bytes, counted->addr.bytes, 16), 0);
		cr_assert_eq(entry->key.port, counted->port);
		cr_assert_eq(entry->connections, counted->connections);
		cr_assert_eq(entry->failed, counted->failed);
	}
	g_ptr_array_set_size(ranking, 0);
	tally_clear(&tally);
}

/* However often half of them go: those that stay, and what they count. */
Test(tally_model, keeps_whom_the_plain_way_keeps)
{
	ModelRand rand = model_rand_new();
	static const guint limits[] = {2, 3, 64, 75, 128, LIMIT_MOST};

	for (unsigned i = 0; i < G_N_ELEMENTS(limits); i++) {
		run(&rand, limits[i], true);
		run(&rand, limits[i], false);
	}
}
