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

void tally_init(Tally *tally, guint limit, bool by_failures)
{
	*tally = (Tally){.limit = MAX(limit, 2), .by_failures = by_failures};
	tally->entries = key_table_new(sizeof(TallyEntry), sizeof(TallyKey));
}

void tally_clear(Tally *tally)
{
	if (!tally->entries)
		return;
	g_autofree void **entries = key_table_items(tally->entries);

	for (size_t i = 0; i < key_table_len(tally->entries); i++)
		quantiles_clear(&((TallyEntry *)entries[i])->server_rtt);
	g_clear_pointer(&tally->entries, key_table_free);
}

/* The heavier one first. */
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
		order = memcmp(x->key.addr.bytes, y->key.addr.bytes, sizeof(x->key.addr.bytes));
	return order ? order : (x->key.port > y->key.port) - (x->key.port < y->key.port);
}

static gint compare_entries(gconstpointer a, gconstpointer b, gpointer by_failures)
{
	return compare(*(const TallyEntry *const *)a, *(const TallyEntry *const *)b,
		       GPOINTER_TO_INT(by_failures) != 0);
}

GPtrArray *tally_ranking(const Tally *tally)
{
	GPtrArray *ranking = g_ptr_array_new();
	g_autofree void **entries = key_table_items(tally->entries);

	for (size_t i = 0; i < key_table_len(tally->entries); i++)
		g_ptr_array_add(ranking, entries[i]);
	g_ptr_array_sort_with_data(ranking, compare_entries, GINT_TO_POINTER(tally->by_failures));
	return ranking;
}

/* An entry with the beginning of what it is compared by: under a flood most weigh the same, and
 * their addresses tell them apart. */
typedef struct {
	uint64_t rank; /* the least goes first; equal ones have to be compared */
	TallyEntry *entry;
} Ranked;

#define RANK_WEIGHT 0xffff

static uint64_t rank_of(const TallyEntry *e, bool by_failures)
{
	uint64_t failed = by_failures ? MIN(e->failed, RANK_WEIGHT) : 0;
	uint64_t connections = MIN(e->connections, RANK_WEIGHT);
	uint32_t address;

	/* Nothing that follows counts among those that weigh more than there is room for. */
	if (failed == RANK_WEIGHT)
		return 0;
	memcpy(&address, e->key.addr.bytes, sizeof(address));
	if (connections == RANK_WEIGHT)
		address = 0;
	return (RANK_WEIGHT - failed) << 48 | (RANK_WEIGHT - connections) << 32 |
	       GUINT32_FROM_BE(address);
}

static inline bool goes_before(const Ranked *a, const Ranked *b, bool by_failures)
{
	if (G_LIKELY(a->rank != b->rank))
		return a->rank < b->rank;
	return compare(a->entry, b->entry, by_failures) < 0;
}

/* Puts those that weigh most before the middle, in no order: Hoare's selection. */
static void divide(Ranked *entries, size_t n, size_t middle, bool by_failures)
{
	size_t from = 0, to = n;

	while (to - from > 1) {
		const Ranked pivot = entries[from + (to - from) / 2];
		size_t i = from, j = to - 1;

		while (i <= j) {
			while (goes_before(&entries[i], &pivot, by_failures))
				i++;
			while (goes_before(&pivot, &entries[j], by_failures))
				j--;
			if (i > j)
				break;
			Ranked swapped = entries[i];
			entries[i++] = entries[j];
			entries[j] = swapped;
			if (j-- == 0)
				break;
		}
		if (middle <= j && j != SIZE_MAX)
			to = j + 1;
		else if (middle >= i)
			from = i;
		else
			return;
	}
}

static bool is_kept(const void *entry)
{
	return !((const TallyEntry *)entry)->dropped;
}

static void drop_half(Tally *tally)
{
	g_autofree void **entries = key_table_items(tally->entries);
	size_t n = key_table_len(tally->entries);
	g_autofree Ranked *ranked = g_new(Ranked, n);

	for (size_t i = 0; i < n; i++)
		ranked[i] = (Ranked){rank_of(entries[i], tally->by_failures), entries[i]};
	divide(ranked, n, n / 2, tally->by_failures);
	for (size_t i = n / 2; i < n; i++) {
		quantiles_clear(&ranked[i].entry->server_rtt);
		ranked[i].entry->dropped = true;
	}
	key_table_retain(tally->entries, is_kept);
	tally->dropped = true;
}

static TallyEntry *entry_of(Tally *tally, const ShakedownAddress *addr, uint16_t port)
{
	TallyKey key = {.addr = *addr, .port = port};

	if (tally->last && key_table_equal(&tally->last->key, &key, sizeof key))
		return tally->last;
	uint32_t hash = key_table_hash(tally->entries, &key, sizeof key);
	TallyEntry *entry = key_table_find(tally->entries, &key, sizeof key, hash);

	if (!entry) {
		if (key_table_len(tally->entries) >= tally->limit)
			drop_half(tally);
		entry = key_table_add(tally->entries, &key, hash);
	}
	tally->last = entry;
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
	entry->teardowns[connection->teardown.outcome]++;
	quantiles_add(&entry->server_rtt, connection->handshake.server_rtt);
}
