/* SPDX-License-Identifier: BSD-3-Clause */
/* Counts by endpoint or by host, in bounded memory. */
#include "report/tally.h"

#include <string.h>

bool tally_is_failure(ShakedownHandshakeOutcome outcome)
{
	switch (outcome) {
	case SHAKEDOWN_HANDSHAKE_NO_ANSWER:
	case SHAKEDOWN_HANDSHAKE_REFUSED:
	case SHAKEDOWN_HANDSHAKE_UNREACHABLE:
	case SHAKEDOWN_HANDSHAKE_UNFINISHED:
	case SHAKEDOWN_HANDSHAKE_ABORTED:
		return true;
	case SHAKEDOWN_HANDSHAKE_COMPLETE:
	case SHAKEDOWN_HANDSHAKE_IN_PROGRESS:
	case SHAKEDOWN_HANDSHAKE_NOT_CAPTURED:
		return false;
	}
	return false;
}

/* Not keyed: whoever finds addresses that collide slows down a report of 8192 entries, no more. */
static guint hash_entry(gconstpointer key)
{
	const TallyEntry *entry = key;
	uint64_t words[2];

	memcpy(words, entry->addr.bytes, sizeof(words));
	uint64_t h = words[0] * UINT64_C(0x9e3779b97f4a7c15);
	h = (h ^ h >> 29 ^ words[1]) * UINT64_C(0xbf58476d1ce4e5b9);
	h = (h ^ h >> 32 ^ entry->port ^ (uint64_t)entry->addr.version << 16) *
	    UINT64_C(0x94d049bb133111eb);
	return (guint)(h >> 32);
}

static gboolean equal_entry(gconstpointer a, gconstpointer b)
{
	const TallyEntry *x = a, *y = b;
	return x->port == y->port && x->addr.version == y->addr.version &&
	       memcmp(x->addr.bytes, y->addr.bytes, sizeof(x->addr.bytes)) == 0;
}

static void free_entry(gpointer data)
{
	TallyEntry *entry = data;
	quantiles_clear(&entry->server_rtt);
	g_free(entry);
}

void tally_init(Tally *tally, guint limit, bool by_failures)
{
	*tally = (Tally){.limit = MAX(limit, 2), .by_failures = by_failures};
	tally->entries = g_hash_table_new_full(hash_entry, equal_entry, NULL, free_entry);
}

void tally_clear(Tally *tally)
{
	g_clear_pointer(&tally->entries, g_hash_table_unref);
}

static int compare_words(uint64_t a, uint64_t b)
{
	return (a < b) - (a > b);
}

/* The rest of the key makes the order, and so the output, independent of the hash. */
static int compare(const TallyEntry *x, const TallyEntry *y, bool by_failures)
{
	int order = by_failures ? compare_words(x->failed, y->failed) : 0;
	if (order == 0)
		order = compare_words(x->connections, y->connections);
	if (order == 0)
		order = memcmp(x->addr.bytes, y->addr.bytes, sizeof(x->addr.bytes));
	return order ? order : (x->port > y->port) - (x->port < y->port);
}

static gint compare_entries(gconstpointer a, gconstpointer b, gpointer by_failures)
{
	return compare(*(const TallyEntry *const *)a, *(const TallyEntry *const *)b,
		       GPOINTER_TO_INT(by_failures) != 0);
}

GPtrArray *tally_ranking(const Tally *tally)
{
	GPtrArray *ranking = g_ptr_array_sized_new(g_hash_table_size(tally->entries));
	GHashTableIter iter;
	gpointer entry;

	g_hash_table_iter_init(&iter, tally->entries);
	while (g_hash_table_iter_next(&iter, &entry, NULL))
		g_ptr_array_add(ranking, entry);
	g_ptr_array_sort_with_data(ranking, compare_entries, GINT_TO_POINTER(tally->by_failures));
	return ranking;
}

static void drop_half(Tally *tally)
{
	g_autoptr(GPtrArray) ranking = tally_ranking(tally);

	for (guint i = ranking->len / 2; i < ranking->len; i++)
		g_hash_table_remove(tally->entries, g_ptr_array_index(ranking, i));
	tally->dropped = true;
}

static TallyEntry *entry_of(Tally *tally, const ShakedownAddress *addr, uint16_t port)
{
	tally->probe.addr = *addr;
	tally->probe.port = port;
	TallyEntry *entry = g_hash_table_lookup(tally->entries, &tally->probe);
	if (entry)
		return entry;
	if (g_hash_table_size(tally->entries) >= tally->limit)
		drop_half(tally);
	entry = g_new0(TallyEntry, 1);
	entry->addr = *addr;
	entry->port = port;
	g_hash_table_add(tally->entries, entry);
	return entry;
}

void tally_add(Tally *tally, const ShakedownConnection *connection, ShakedownSideId side,
	       bool with_port)
{
	const ShakedownSide *s = &connection->side[side];
	bool failed = tally_is_failure(connection->handshake.outcome);
	TallyEntry *entry = entry_of(tally, &s->addr, with_port ? s->port : 0);
	entry->connections++;
	entry->failed += failed;
	entry->resets += connection->teardown.outcome == SHAKEDOWN_TEARDOWN_RESET;
	entry->outcomes[connection->handshake.outcome]++;
	quantiles_add(&entry->server_rtt, connection->handshake.server_rtt);
}
