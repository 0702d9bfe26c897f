/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/scanner-table.h"

#include "../flow/model-rand.h"

#include <criterion/criterion.h>
#include <glib.h>

/* That one attempt stands for accounts shows in nothing: beside a table in which it does lie one in
 * which it never does, and one in which it often can't. */
#define TABLES 3
#define OUTCOMES 120000

typedef struct {
	Scanners *scanners[TABLES];
	GString *told[TABLES];
	DetectContext context[TABLES];
	ShakedownConfig config;
	ShakedownSummary summary;
} Beside;

static void hear(const ShakedownAnomaly *a, void *data)
{
	GString *told = data;

	g_string_append_printf(told, "%" G_GINT64_FORMAT " %s", a->time, a->summary);
	for (size_t i = 0; i < a->frames_len; i++)
		g_string_append_printf(told, " %" G_GUINT64_FORMAT, a->frames[i]);
	for (size_t i = 0; i < a->facts_len; i++)
		g_string_append_printf(told, " %s=%" G_GUINT64_FORMAT, a->facts[i].name,
				       a->facts[i].type == SHAKEDOWN_VALUE_COUNT ? a->facts[i].count
										 : 0);
	g_string_append_c(told, '\n');
}

static void begin(Beside *b)
{
	static const uint32_t most[TABLES] = {SCANNERS_MOST, 0, 700};

	shakedown_config_init(&b->config);
	b->config.scan_tries = 8;
	for (unsigned i = 0; i < TABLES; i++) {
		b->told[i] = g_string_new(NULL);
		b->scanners[i] = scanners_new();
		b->scanners[i]->table.alone_most = most[i];
		b->context[i] = (DetectContext){.config = &b->config,
						.scanners = b->scanners[i],
						.summary = &b->summary,
						.report = hear,
						.data = b->told[i],
						.early = true};
	}
}

static void compare(const Beside *b)
{
	const ScannerTable *with = &b->scanners[0]->table;

	for (unsigned i = 1; i < TABLES; i++) {
		const ScannerTable *without = &b->scanners[i]->table;

		cr_assert_eq(with->slots.len, without->slots.len);
		cr_assert_eq(with->tries, without->tries);
		cr_assert_eq(with->forgotten, without->forgotten);
		cr_assert_eq(with->list[true].len, without->list[true].len);
	}
}

static void finish(Beside *b)
{
	for (unsigned i = 0; i < TABLES; i++) {
		g_string_append(b->told[i], "END\n");
		scanners_finish(b->scanners[i], &b->context[i]);
		cr_assert_str_eq(b->told[i]->str, b->told[0]->str);
	}
	for (unsigned i = 0; i < TABLES; i++) {
		g_string_free(b->told[i], TRUE);
		scanners_free(b->scanners[i]);
	}
}

static void address(TcpConnection *conn, unsigned end, uint32_t n)
{
	uint8_t bytes[16] = {10, (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n};

	memcpy(conn->key.addr[end], bytes, sizeof bytes);
}

/* Some sources are heard of once, some again after a while, some all the time. */
static void make(TcpConnection *conn, ModelRand *rand, unsigned n)
{
	static const uint32_t range[] = {1u << 22, 40000, 300, 12};

	*conn = (TcpConnection){.start = 1000 + n, .first_frame = n + 1};
	conn->key.ip_version = model_rand_below(rand, 50) ? 4 : 6;
	address(conn, 0, model_rand_below(rand, range[model_rand_below(rand, 4)]));
	address(conn, 1, 1u << 23 | model_rand_below(rand, model_rand_below(rand, 2) ? 3 : 60));
	conn->key.port[0] = (uint16_t)(40000 + model_rand_below(rand, 9000));
	conn->key.port[1] =
		(uint16_t)(1 + model_rand_below(rand, model_rand_below(rand, 2) ? 2 : 90));
	conn->syn_first = model_rand_below(rand, 5) ? conn->start : 0;
}

static Probe outcome(Beside *b, ModelRand *rand, const TcpConnection *conn)
{
	Contact contact =
		model_rand_below(rand, 3) ? CONTACT_SUCCEEDED : (Contact)model_rand_below(rand, 3);
	Probe probe = (Probe)model_rand_below(rand, PROBES);
	uint16_t window = (uint16_t)model_rand_below(rand, 3);
	bool first[TABLES];

	for (unsigned i = 0; i < TABLES; i++) {
		first[i] = scanners_outcome(b->scanners[i], &b->context[i], conn, contact, probe,
					    window);
		cr_assert_eq(first[i], first[0]);
	}
	return probe;
}

Test(scanner_table, one_attempt_is_as_good_as_its_accounts)
{
	ModelRand rand = model_rand_new();
	TcpConnection conn, earlier[16] = {0};
	Probe probes[16] = {0};
	Beside b = {0};

	begin(&b);
	for (unsigned n = 0; n < OUTCOMES; n++) {
		make(&conn, &rand, n);
		probes[n % G_N_ELEMENTS(probes)] = outcome(&b, &rand, &conn);
		compare(&b);
		earlier[n % G_N_ELEMENTS(earlier)] = conn;
		const TcpConnection *other = &earlier[model_rand_below(&rand, 16)];
		bool answered = model_rand_below(&rand, 8) == 0;
		static const Contact changes[][2] = {{CONTACT_UNANSWERED, CONTACT_REFUSED},
						     {CONTACT_UNANSWERED, CONTACT_PROBED},
						     {CONTACT_UNANSWERED, CONTACT_SUCCEEDED},
						     {CONTACT_PROBED, CONTACT_SUCCEEDED}};
		const Contact *change = changes[model_rand_below(&rand, 4)];

		for (unsigned i = 0; i < TABLES; i++) {
			if (answered)
				scanners_after_all(b.scanners[i], other, change[0], change[1],
						   probes[other - earlier]);
			cr_assert_eq(scanners_cover(b.scanners[i], other),
				     scanners_cover(b.scanners[0], other));
		}
	}
	cr_assert_gt(b.scanners[0]->table.forgotten, 10000);
	cr_assert_gt(b.scanners[0]->table.list[true].len, 10);
	finish(&b);
}

/* Where all but one are known for scanners each newcomer takes the other's place, its own account
 * included. */
Test(scanner_table, known_scanners_leave_one_place)
{
	ModelRand rand = model_rand_new();
	TcpConnection conn;
	Beside b = {0};

	begin(&b);
	b.config.scan_tries = 4;
	for (unsigned n = 0; n < SCANNERS_MOST + 40; n++) {
		for (unsigned port = 1; port <= 5; port++) {
			make(&conn, &rand, n);
			address(&conn, 0, n);
			address(&conn, 1, 1);
			conn.key.ip_version = 4;
			conn.key.port[1] = (uint16_t)port;
			for (unsigned i = 0; i < TABLES; i++)
				scanners_outcome(b.scanners[i], &b.context[i], &conn,
						 CONTACT_REFUSED, PROBE_SYN, 0);
		}
		compare(&b);
	}
	for (unsigned n = 0; n < 200; n++) {
		make(&conn, &rand, n);
		outcome(&b, &rand, &conn);
		compare(&b);
	}
	cr_assert_geq(b.scanners[0]->table.list[true].len, SCANNERS_MOST - 3);
	finish(&b);
}
