/* SPDX-License-Identifier: BSD-3-Clause */
/* Counts by endpoint or by host, in bounded memory: finding and counting. */
#include "report/tally.h"

#include "base/mix.h"

#include <string.h>

#define COUNTERS_PER_CHUNK 64

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

/* At most half of the slots are taken, so that few are looked at. */
static size_t slots_for(guint limit)
{
	size_t n = 4;

	while (n < 2 * (size_t)limit)
		n *= 2;
	return n;
}

void tally_init(Tally *tally, guint limit, bool by_failures)
{
	*tally = (Tally){.limit = CLAMP(limit, 2, TALLY_LIMIT_MOST), .by_failures = by_failures};
	tally->briefs = g_new(TallyBrief, tally->limit);
	tally->briefs[0] = (TallyBrief){0};
	tally->slots = g_new0(uint32_t, slots_for(tally->limit));
	tally->mask = (uint32_t)(slots_for(tally->limit) - 1);
	tally->rank_kept = UINT64_MAX;
	key_secrets(tally->secret, mix_random_seed());
	tally->counters = slab_new(sizeof(TallyEntry), COUNTERS_PER_CHUNK);
}

static void forget(Tally *tally, const TallyBrief *brief)
{
	if (!brief->many)
		return;
	quantiles_clear(&tally_counters(tally, brief)->server_rtt);
	slab_free_item(tally->counters, (uint32_t)brief->counters);
}

void tally_clear(Tally *tally)
{
	for (guint i = 0; i < tally->len; i++)
		forget(tally, &tally->briefs[i]);
	g_clear_pointer(&tally->briefs, g_free);
	g_clear_pointer(&tally->slots, g_free);
	g_clear_pointer(&tally->counters, slab_free);
	tally->len = 0;
}

static inline void count(TallyEntry *entry, const TallyBrief *one)
{
	entry->connections++;
	entry->failed += one->failed;
	entry->resets += one->teardown == SHAKEDOWN_TEARDOWN_RESET;
	entry->outcomes[one->outcome]++;
	entry->teardowns[one->teardown]++;
	quantiles_add(&entry->server_rtt, one->server_rtt);
}

TallyEntry *tally_entry(Tally *tally, TallyBrief *brief)
{
	if (brief->many)
		return tally_counters(tally, brief);
	uint32_t handle = slab_alloc(tally->counters);
	TallyEntry *entry = slab_get(tally->counters, handle);

	entry->key.addr = key_address_whole(&brief->address, brief->end);
	entry->key.port = (uint16_t)brief->end;
	count(entry, brief);
	brief->many = true;
	brief->dropped = false;
	brief->counters = handle;
	return entry;
}

static inline bool is_same(const TallyBrief *a, const TallyBrief *b)
{
	return ((a->address.word[0] ^ b->address.word[0]) |
		(a->address.word[1] ^ b->address.word[1]) | (a->end ^ b->end)) == 0;
}

static inline uint32_t slot_for(uint32_t hash, guint index)
{
	return (hash & ~UINT32_C(0xffff)) | (index + 1);
}

static inline guint index_of(uint32_t slot)
{
	return (slot & 0xffff) - 1;
}

/* Where it is, or would be. */
static uint32_t *place_of(const Tally *tally, const TallyBrief *one, uint32_t hash)
{
	for (uint32_t i = hash & tally->mask;; i = (i + 1) & tally->mask) {
		uint32_t *slot = &tally->slots[i];

		if (*slot == 0 ||
		    (*slot >> 16 == hash >> 16 && is_same(&tally->briefs[index_of(*slot)], one)))
			return slot;
	}
}

static inline uint32_t hash_of(const Tally *tally, const TallyBrief *one)
{
	return key_hash_mixed(tally->secret, key_mix_address(tally->secret, &one->address),
			      one->end);
}

/* Those that stay close ranks. */
static void drop_half(Tally *tally)
{
	guint kept = 0;

	tally_mark_half(tally);
	memset(tally->slots, 0, ((size_t)tally->mask + 1) * sizeof tally->slots[0]);
	for (guint i = 0; i < tally->len; i++) {
		const TallyBrief *brief = &tally->briefs[i];

		if (brief->dropped) {
			forget(tally, brief);
			continue;
		}
		uint32_t at = hash_of(tally, brief), hash = at;

		while (tally->slots[at & tally->mask])
			at++;
		tally->slots[at & tally->mask] = slot_for(hash, kept);
		tally->briefs[kept++] = *brief;
	}
	tally->len = kept;
	tally->dropped = true;
}

/* One that is new has been counted once by what it is given here. */
static void add(Tally *tally, const TallyBrief *one, uint32_t hash, uint32_t *slot)
{
	if (tally->len >= tally->limit) {
		drop_half(tally);
		slot = place_of(tally, one, hash);
	}
	TallyBrief *brief = &tally->briefs[tally->len];

	/* Member by member, from registers: see flow_key_set_v4(). */
	brief->address.word[0] = one->address.word[0];
	brief->address.word[1] = one->address.word[1];
	brief->end = one->end;
	brief->outcome = one->outcome;
	brief->teardown = one->teardown;
	brief->failed = one->failed;
	brief->many = false;
	brief->server_rtt = one->server_rtt;
	brief->dropped = tally_rank(tally, brief) > tally->rank_kept;
	*slot = slot_for(hash, tally->len);
	tally->last = tally->len++;
}

/* Another than the last one. */
static void add_other(Tally *tally, const TallyBrief *one)
{
	uint32_t hash = hash_of(tally, one);
	uint32_t *slot = place_of(tally, one, hash);

	if (!*slot) {
		add(tally, one, hash, slot);
		return;
	}
	tally->last = index_of(*slot);
	count(tally_entry(tally, &tally->briefs[tally->last]), one);
}

void tally_add(Tally *tally, const ShakedownConnection *c, ShakedownSideId side, bool with_port)
{
	const ShakedownSide *s = &c->side[side];
	const TallyBrief one = {.address = key_address(s->addr.bytes),
				.end = (uint32_t)key_end(s->addr.version, with_port ? s->port : 0),
				.outcome = (uint8_t)c->handshake.outcome,
				.teardown = (uint8_t)c->teardown.outcome,
				.failed = tally_is_failure(c->handshake.outcome),
				.server_rtt = c->handshake.server_rtt};
	const TallyBrief *last = &tally->briefs[tally->last];

	if (G_LIKELY(last->many) && is_same(last, &one))
		count(tally_counters(tally, last), &one);
	else
		add_other(tally, &one);
}
