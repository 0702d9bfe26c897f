/* SPDX-License-Identifier: BSD-3-Clause */
/* Counts by endpoint or by host, in bounded memory: who weighs most. */
#include "report/tally.h"

#include "base/mix.h"

#include <string.h>

/* The heavier one first. */
static int compare_words(uint64_t a, uint64_t b)
{
	return (a < b) - (a > b);
}

/* The rest of the key makes the order, and so the output, independent of the hash. */
static int compare(const Tally *tally, const TallyBrief *x, const TallyBrief *y)
{
	int order = tally->by_failures
			    ? compare_words(tally_failed(tally, x), tally_failed(tally, y))
			    : 0;
	if (order == 0)
		order = compare_words(tally_connections(tally, x), tally_connections(tally, y));
	if (order == 0)
		order = memcmp(&x->address, &y->address, sizeof x->address);
	return order ? order : (int)(uint16_t)x->end - (int)(uint16_t)y->end;
}

typedef struct {
	uint64_t rank; /* tally_rank() */
	TallyBrief *brief;
} Ranked;

static inline bool goes_before(const Tally *tally, const Ranked *a, const Ranked *b)
{
	if (G_LIKELY(a->rank != b->rank))
		return a->rank < b->rank;
	return compare(tally, a->brief, b->brief) < 0;
}

/* Puts those that weigh most before the middle, in no order: Hoare's selection. Whoever sends the
 * packets must not know what it divides by, or each step would leave but one out. */
static void divide(const Tally *tally, Ranked *entries, size_t n, size_t middle)
{
	size_t from = 0, to = n;
	uint64_t chance = tally->secret[0];

	while (to - from > 1) {
		chance = mix_fold(chance ^ to, tally->secret[1] ^ from);
		const Ranked pivot = entries[from + chance % (to - from)];
		size_t i = from, j = to - 1;

		while (i <= j) {
			while (goes_before(tally, &entries[i], &pivot))
				i++;
			while (goes_before(tally, &pivot, &entries[j]))
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

static inline void rank(const Tally *tally, Ranked *ranked, size_t *n, guint i)
{
	ranked[(*n)++] = (Ranked){tally_rank(tally, &tally->briefs[i]), &tally->briefs[i]};
}

/* Those that came once, and ranked below all that were kept the last time, are dropped already. */
void tally_mark_half(Tally *tally)
{
	g_autofree Ranked *ranked = g_new(Ranked, tally->len);
	const guint half = tally->len / 2;
	size_t n = 0;

	for (guint i = 0; i < tally->len; i++)
		if (!tally->briefs[i].dropped)
			rank(tally, ranked, &n, i);
	divide(tally, ranked, n, half);
	tally->rank_kept = 0;
	for (guint i = 0; i < half; i++)
		tally->rank_kept = MAX(tally->rank_kept, ranked[i].rank);
	for (size_t i = half; i < n; i++)
		ranked[i].brief->dropped = true;
}

static gint by_rank(gconstpointer a, gconstpointer b, gpointer tally)
{
	return goes_before(tally, a, b) ? -1 : goes_before(tally, b, a);
}

GPtrArray *tally_ranking(Tally *tally, guint most)
{
	guint n = MIN(tally->len, most);
	GPtrArray *ranking = g_ptr_array_sized_new(n);
	g_autofree Ranked *ranked = g_new(Ranked, tally->len + 1);
	size_t all = 0;

	for (guint i = 0; i < tally->len; i++)
		rank(tally, ranked, &all, i);
	divide(tally, ranked, all, n);
	g_qsort_with_data(ranked, (gint)n, sizeof ranked[0], by_rank, tally);
	for (guint i = 0; i < n; i++)
		g_ptr_array_add(ranking, tally_entry(tally, ranked[i].brief));
	return ranking;
}

guint tally_failing(const Tally *tally, uint64_t *connections)
{
	guint n = 0;

	*connections = 0;
	for (guint i = 0; i < tally->len; i++) {
		if (!tally_failed(tally, &tally->briefs[i]))
			continue;
		n++;
		*connections += tally_connections(tally, &tally->briefs[i]);
	}
	return n;
}
