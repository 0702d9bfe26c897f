/* SPDX-License-Identifier: BSD-3-Clause */
/* Groups: who belongs to which, that the sums hold when there are too many, what is asked how. */
#include <criterion/criterion.h>

#include "report/group.h"
#include "samples.h"

static GroupTable table_of(ShakedownGroupBy by, guint limit)
{
	GroupTable table;

	group_table_init(&table, &(ShakedownGrouping){by, 24, 56}, limit);
	return table;
}

static const char *first_key(GroupTable *table)
{
	static char text[GROUP_KEY_LEN + 1];
	g_autoptr(GPtrArray) ranking = group_table_ranking(table);
	const Group *g = g_ptr_array_index(ranking, 0);

	text[group_key_format(text, &g->key)] = '\0';
	return text;
}

Test(group, keys)
{
	static const struct {
		ShakedownGroupBy by;
		const char *v4, *v6;
	} rows[] = {
		{SHAKEDOWN_GROUP_SERVICE, "198.51.100.7:443", "[2001:db8:ffff:1::7]:443"},
		{SHAKEDOWN_GROUP_SERVER, "198.51.100.7", "2001:db8:ffff:1::7"},
		{SHAKEDOWN_GROUP_CLIENT, "192.0.2.129", "2001:db8:0:1ab::1"},
		{SHAKEDOWN_GROUP_SUBNET, "192.0.2.0/24", "2001:db8:0:100::/56"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		ShakedownConnection c = {0};
		GroupTable table = table_of(rows[i].by, 8);

		c.teardown.first = -1;
		c.side[0].addr = (ShakedownAddress){4, {192, 0, 2, 129}};
		c.side[1].addr = (ShakedownAddress){4, {198, 51, 100, 7}};
		c.side[1].port = 443;
		group_table_add(&table, &c);
		cr_expect_str_eq(first_key(&table), rows[i].v4);
		group_table_clear(&table);
		table = table_of(rows[i].by, 8);
		c.side[0].addr = (ShakedownAddress){
			6, {0x20, 1, 0x0d, 0xb8, 0, 0, 0x01, 0xab, 0, 0, 0, 0, 0, 0, 0, 1}};
		c.side[1].addr = (ShakedownAddress){
			6, {0x20, 1, 0x0d, 0xb8, 0xff, 0xff, 0, 1, 0, 0, 0, 0, 0, 0, 0, 7}};
		group_table_add(&table, &c);
		cr_expect_str_eq(first_key(&table), rows[i].v6);
		group_table_clear(&table);
	}
}

Test(group, counts_what_there_is)
{
	GroupTable table = table_of(SHAKEDOWN_GROUP_SERVICE, 100);
	ShakedownConnection graceful = sample_connection(SAMPLE_GRACEFUL, 1);
	ShakedownConnection refused = sample_connection(SAMPLE_REFUSED, 2);

	refused.side[1].addr = graceful.side[1].addr;
	refused.side[1].port = graceful.side[1].port;
	group_table_add(&table, &graceful);
	group_table_add(&table, &refused);
	g_autoptr(GPtrArray) ranking = group_table_ranking(&table);
	cr_assert_eq(ranking->len, 1);
	Group *g = g_ptr_array_index(ranking, 0);
	cr_expect_eq(g->connections, 2);
	cr_expect_eq(g->attempts, 2);
	cr_expect_eq(g->failed, 1);
	cr_expect_eq(g->handshakes[SHAKEDOWN_HANDSHAKE_COMPLETE], 1);
	cr_expect_eq(g->handshakes[SHAKEDOWN_HANDSHAKE_REFUSED], 1);
	cr_expect_eq(g->syn_again, graceful.handshake.syn - 1 +
					   (refused.handshake.syn ? refused.handshake.syn - 1 : 0));
	cr_expect_eq(g->closed_first[0][0] + g->closed_first[0][1] + g->closed_first[1][0] +
			     g->closed_first[1][1],
		     1, "an RST that answers a SYN closes nothing");
	cr_expect_eq(g->time_wait[0] + g->time_wait[1], 1);
	cr_expect_eq(group_table_distinct(&table), 1);
	group_table_clear(&table);
}

/* However many come, the sums are those of all, and the large ones are still there. */
Test(group, sums_hold_when_there_are_too_many)
{
	enum { ALL = 20000, LIMIT = 64, LARGE = 10 };
	GroupTable table = table_of(SHAKEDOWN_GROUP_CLIENT, LIMIT);
	uint64_t connections = 0, failed = 0, legs = 0;
	uint32_t attempts = 0;

	for (uint64_t id = 1; id <= ALL; id++) {
		ShakedownConnection c =
			sample_connection(id % 3 ? SAMPLE_NO_ANSWER : SAMPLE_GRACEFUL, id);
		uint32_t address =
			id % 2 ? (uint32_t)(id * 2654435761u) : (uint32_t)(id % (2 * LARGE));
		c.side[0].addr = (ShakedownAddress){.version = 4};
		memcpy(c.side[0].addr.bytes, &address, 4);
		group_table_add(&table, &c);
	}
	g_autoptr(GPtrArray) ranking = group_table_ranking(&table);
	cr_assert_leq(ranking->len, LIMIT);
	guint large = 0;
	for (guint i = 0; i < ranking->len; i++) {
		Group *g = g_ptr_array_index(ranking, i);
		bool is_large = g->connections > 100;
		large += is_large;
		/* What a row lacks is no more than it says. */
		if (is_large)
			cr_expect(g->connections <= ALL / 2 / LARGE &&
				  g->connections + g->missing_at_most >= ALL / 2 / LARGE);
	}
	cr_expect_eq(large, LARGE);
	group_table_fold(&table, ranking, 0);
	cr_assert_eq(ranking->len, 0);
	const Group *all = &table.others;
	for (uint32_t i = 0; i < all->timeline.bins; i++)
		attempts += all->timeline.count[TIMELINE_ATTEMPTS][i];
	connections = all->connections;
	failed = all->failed;
	legs = all->leg[SHAKEDOWN_SERVER].n;
	cr_expect_eq(connections, ALL);
	cr_expect_eq(attempts, ALL);
	cr_expect_eq(failed, ALL - ALL / 3);
	cr_expect_eq(legs, ALL / 3);
	uint64_t distinct = group_table_distinct(&table), really = ALL / 2 + LARGE;
	cr_expect(distinct > really * 85 / 100 && distinct < really * 115 / 100, "%u of %u",
		  (unsigned)distinct, (unsigned)really);
	group_table_clear(&table);
}

/* By values themselves while they are few, else by bins: off by no more than is said. */
Test(group, quantiles_merge)
{
	Quantiles parts[2] = {{0}}, whole = {0};
	g_autoptr(GRand) rand = g_rand_new_with_seed(3);

	for (unsigned i = 0; i < 900; i++) {
		ShakedownDuration d = (ShakedownDuration)(2e3 * (1 + g_rand_double(rand) * 1e5));
		quantiles_add(&parts[i % 5 == 0], d);
		quantiles_add(&whole, d);
	}
	cr_expect(!quantiles_are_exact(&parts[0]) && quantiles_are_exact(&parts[1]));
	quantiles_merge(&parts[1], &parts[0]);
	cr_expect_eq(parts[1].n, 900);
	cr_expect_eq(parts[1].min, whole.min);
	cr_expect_eq(parts[1].max, whole.max);
	for (unsigned percent = 1; percent <= 100; percent++)
		cr_expect_eq(quantiles_at(&parts[1], percent), quantiles_at(&whole, percent));
	quantiles_clear(&parts[0]);
	quantiles_clear(&parts[1]);
	quantiles_clear(&whole);
}

Test(group, grouping_as_people_write_it)
{
	static const char *const wrong[] = {
		"",	      "services",     "subnet/",       "subnet/33", "subnet/-1",
		"subnet/24/", "subnet/8/129", "subnet/8/9/10", "subnet24",  "SERVICE"};
	ShakedownGrouping g;

	cr_assert(shakedown_grouping_from_text("service", &g, NULL));
	cr_expect_eq(g.by, SHAKEDOWN_GROUP_SERVICE);
	cr_assert(shakedown_grouping_from_text("subnet", &g, NULL));
	cr_expect(g.by == SHAKEDOWN_GROUP_SUBNET && g.bits4 == 24 && g.bits6 == 64);
	cr_assert(shakedown_grouping_from_text("subnet/0/128", &g, NULL));
	cr_expect(g.bits4 == 0 && g.bits6 == 128);
	for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
		g_autoptr(GError) error = NULL;
		g.bits4 = 77;
		cr_expect(!shakedown_grouping_from_text(wrong[i], &g, &error), "%s", wrong[i]);
		cr_expect(g_error_matches(error, SHAKEDOWN_SINK_ERROR,
					  SHAKEDOWN_SINK_ERROR_GROUPING));
		cr_expect_eq(g.bits4, 77);
	}
}
