/* SPDX-License-Identifier: BSD-3-Clause */
/* Groups of connections, and the bounded table of them. */
#include "report/group.h"

#include "base/prefix.h"

#include <string.h>

#include "report/tally.h"

const char *group_by_name(ShakedownGroupBy by)
{
	switch (by) {
	case SHAKEDOWN_GROUP_NONE:
		break;
	case SHAKEDOWN_GROUP_SERVICE:
		return "service";
	case SHAKEDOWN_GROUP_CLIENT:
		return "client";
	case SHAKEDOWN_GROUP_SERVER:
		return "server";
	case SHAKEDOWN_GROUP_SUBNET:
		return "subnet";
	}
	return NULL;
}

size_t group_key_format(char *out, const GroupKey *key)
{
	if (key->by == SHAKEDOWN_GROUP_SERVICE)
		return report_format_endpoint(out, &key->addr, key->port);
	if (key->by == SHAKEDOWN_GROUP_SUBNET)
		return report_format_subnet(out, &key->addr, key->bits);
	return report_format_address(out, &key->addr);
}

static GroupKey key_of(const ShakedownGrouping *by, const ShakedownConnection *c)
{
	const ShakedownSide *client = &c->side[SHAKEDOWN_CLIENT],
			    *server = &c->side[SHAKEDOWN_SERVER];
	GroupKey key = {.by = (uint8_t)by->by};

	switch (by->by) {
	case SHAKEDOWN_GROUP_NONE:
		break;
	case SHAKEDOWN_GROUP_SERVICE:
		key.addr = server->addr;
		key.port = server->port;
		break;
	case SHAKEDOWN_GROUP_CLIENT:
		key.addr = client->addr;
		break;
	case SHAKEDOWN_GROUP_SERVER:
		key.addr = server->addr;
		break;
	case SHAKEDOWN_GROUP_SUBNET:
		key.addr = client->addr;
		key.bits = client->addr.version == 4 ? by->bits4 : by->bits6;
		prefix_mask(&key.addr, key.bits);
		break;
	}
	return key;
}

static uint64_t hash_key(const GroupKey *key)
{
	return sketch_hash(sketch_hash_address(&key->addr) ^
			   ((uint64_t)key->port << 8 | key->bits));
}

/* Not keyed: whoever finds addresses that collide slows down a report of 4096 entries, no more. */
static guint hash_entry(gconstpointer key)
{
	return (guint)hash_key(key);
}

static gboolean equal_entry(gconstpointer a, gconstpointer b)
{
	const GroupKey *x = a, *y = b;
	return x->port == y->port && x->bits == y->bits && x->addr.version == y->addr.version &&
	       memcmp(x->addr.bytes, y->addr.bytes, sizeof(x->addr.bytes)) == 0;
}

static void group_clear(Group *g)
{
	for (unsigned i = 0; i < 2; i++)
		quantiles_clear(&g->leg[i]);
	quantiles_clear(&g->half_closed);
}

static void group_free(gpointer data)
{
	group_clear(data);
	g_free(data);
}

static void add_counts(uint64_t *into, const uint64_t *from, size_t n)
{
	for (size_t i = 0; i < n; i++)
		into[i] += from[i];
}

static void group_merge(Group *into, const Group *from)
{
	if (from->connections == 0)
		return;
	into->first = into->connections ? MIN(into->first, from->first) : from->first;
	into->last = into->connections ? MAX(into->last, from->last) : from->last;
	into->connections += from->connections;
	into->attempts += from->attempts;
	into->failed += from->failed;
	into->syn_again += from->syn_again;
	into->syn_ack_again += from->syn_ack_again;
	into->retried += from->retried;
	add_counts(into->handshakes, from->handshakes, SHAKEDOWN_HANDSHAKE_OUTCOMES);
	add_counts(into->teardowns, from->teardowns, SHAKEDOWN_TEARDOWN_OUTCOMES);
	add_counts(into->teardown_kinds, from->teardown_kinds, SHAKEDOWN_TEARDOWN_KINDS);
	add_counts(into->closed_first[0], from->closed_first[0], 4);
	add_counts(into->time_wait, from->time_wait, 2);
	add_counts(into->bytes, from->bytes, 2);
	for (unsigned i = 0; i < 2; i++)
		quantiles_merge(&into->leg[i], &from->leg[i]);
	quantiles_merge(&into->half_closed, &from->half_closed);
	timeline_merge(&into->timeline, &from->timeline);
}

static void add_handshake(Group *g, const ShakedownConnection *c)
{
	const ShakedownHandshake *h = &c->handshake;
	bool tried = h->outcome != SHAKEDOWN_HANDSHAKE_NOT_CAPTURED;
	bool failed = tally_is_failure(h->outcome);

	g->handshakes[h->outcome]++;
	g->attempts += tried;
	g->failed += failed;
	g->syn_again += h->syn > 1 ? h->syn - 1 : 0;
	g->syn_ack_again += h->syn_ack > 1 ? h->syn_ack - 1 : 0;
	g->retried += h->syn > 1 || h->syn_ack > 1;
	quantiles_add(&g->leg[SHAKEDOWN_CLIENT], h->client_rtt);
	quantiles_add(&g->leg[SHAKEDOWN_SERVER], h->server_rtt);
	if (tried)
		timeline_add(&g->timeline, c->start, TIMELINE_ATTEMPTS);
	if (failed)
		timeline_add(&g->timeline, c->start, TIMELINE_FAILED);
}

/* When the side came to TIME-WAIT, and when it left it, if it did. */
static void add_time_wait(Group *g, const ShakedownSide *side, ShakedownSideId id)
{
	bool any = false;

	for (size_t i = 0; i < side->history_len; i++) {
		if (side->history[i].state != SHAKEDOWN_TCP_TIME_WAIT)
			continue;
		any = true;
		timeline_add(&g->timeline, side->history[i].time,
			     (TimelineSeries)(TIMELINE_ENTERS + id));
		if (i + 1 < side->history_len)
			timeline_add(&g->timeline, side->history[i + 1].time,
				     (TimelineSeries)(TIMELINE_LEAVES + id));
	}
	g->time_wait[id] += any;
}

static void add_teardown(Group *g, const ShakedownConnection *c)
{
	const ShakedownTeardown *t = &c->teardown;
	/* A FIN may have gone before the reset: then that closed first. */
	GroupHow how = t->half_closed == SHAKEDOWN_DURATION_UNKNOWN ? GROUP_BY_RESET : GROUP_BY_FIN;

	g->teardowns[t->outcome]++;
	g->teardown_kinds[t->kind]++;
	/* An RST that answers a SYN closes nothing. */
	if (t->first >= 0 && t->outcome != SHAKEDOWN_TEARDOWN_NEVER_OPENED)
		g->closed_first[t->first][how]++;
	quantiles_add(&g->half_closed, t->half_closed);
	add_time_wait(g, &c->side[SHAKEDOWN_CLIENT], SHAKEDOWN_CLIENT);
	add_time_wait(g, &c->side[SHAKEDOWN_SERVER], SHAKEDOWN_SERVER);
}

void group_table_init(GroupTable *table, const ShakedownGrouping *by, guint limit)
{
	*table = (GroupTable){.by = *by, .limit = MAX(limit, 2)};
	table->groups = g_hash_table_new_full(hash_entry, equal_entry, NULL, group_free);
	table->keys = g_new0(SketchDistinct, 1);
}

void group_table_clear(GroupTable *table)
{
	g_clear_pointer(&table->groups, g_hash_table_unref);
	g_clear_pointer(&table->keys, g_free);
	group_clear(&table->others);
}

static int descending(uint64_t a, uint64_t b)
{
	return (a < b) - (a > b);
}

/* The key's order makes the output independent of the hash. */
static gint by_trouble(gconstpointer a, gconstpointer b)
{
	const Group *x = *(const Group *const *)a, *y = *(const Group *const *)b;
	int order = descending(x->failed, y->failed);

	if (order == 0)
		order = descending(x->connections, y->connections);
	if (order == 0)
		order = memcmp(x->key.addr.bytes, y->key.addr.bytes, sizeof(x->key.addr.bytes));
	return order ? order : (x->key.port > y->key.port) - (x->key.port < y->key.port);
}

static gint by_size(gconstpointer a, gconstpointer b)
{
	const Group *x = *(const Group *const *)a, *y = *(const Group *const *)b;
	int order = descending(x->connections, y->connections);

	return order ? order : by_trouble(a, b);
}

static GPtrArray *all_groups(const GroupTable *table)
{
	GPtrArray *all = g_ptr_array_sized_new(g_hash_table_size(table->groups));
	GHashTableIter iter;
	gpointer group;

	g_hash_table_iter_init(&iter, table->groups);
	while (g_hash_table_iter_next(&iter, &group, NULL))
		g_ptr_array_add(all, group);
	return all;
}

GPtrArray *group_table_ranking(const GroupTable *table)
{
	GPtrArray *ranking = all_groups(table);

	g_ptr_array_sort(ranking, by_trouble);
	return ranking;
}

/* Room is made by size, not by trouble: a scan must not push out the services that are in use. */
static void drop_half(GroupTable *table)
{
	g_autoptr(GPtrArray) ranking = all_groups(table);

	g_ptr_array_sort(ranking, by_size);
	guint from = ranking->len / 2;
	/* Whoever comes back was no larger than the largest that goes now, at each such time. */
	table->missing += ((const Group *)g_ptr_array_index(ranking, from))->connections;
	group_table_fold(table, ranking, from);
}

void group_table_fold(GroupTable *table, GPtrArray *ranking, guint from)
{
	for (guint i = from; i < ranking->len; i++) {
		Group *g = g_ptr_array_index(ranking, i);
		group_merge(&table->others, g);
		g_hash_table_remove(table->groups, &g->key);
		table->dropped++;
	}
	if (from < ranking->len)
		g_ptr_array_set_size(ranking, (gint)from);
}

uint64_t group_table_distinct(const GroupTable *table)
{
	uint64_t known = g_hash_table_size(table->groups);

	if (table->missing == 0)
		return known + table->dropped;
	return MAX(sketch_distinct_count(table->keys), known);
}

static Group *group_of(GroupTable *table, const GroupKey *key)
{
	Group *g = g_hash_table_lookup(table->groups, key);

	if (g)
		return g;
	if (g_hash_table_size(table->groups) >= table->limit)
		drop_half(table);
	sketch_distinct_add(table->keys, hash_key(key));
	g = g_new0(Group, 1);
	g->key = *key;
	g->missing_at_most = table->missing;
	g_hash_table_insert(table->groups, &g->key, g);
	return g;
}

void group_table_add(GroupTable *table, const ShakedownConnection *c)
{
	GroupKey key = key_of(&table->by, c);
	Group *g = group_of(table, &key);

	g->first = g->connections ? MIN(g->first, c->start) : c->start;
	g->last = g->connections ? MAX(g->last, c->end) : c->end;
	g->connections++;
	for (unsigned i = 0; i < 2; i++)
		g->bytes[i] += c->side[i].bytes;
	add_handshake(g, c);
	add_teardown(g, c);
}
