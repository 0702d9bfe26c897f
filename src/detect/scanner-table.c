/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/scanner-table.h"

#include <string.h>

#define SCANNERS_PER_CHUNK 64
/* As many as there are accounts: where it is full, some stand for none any more. */
#define ALONE_MOST SCANNERS_MOST
_Static_assert((ALONE_MOST & (ALONE_MOST - 1)) == 0, "a ring");
_Static_assert(SCANNERS_MOST < UINT16_MAX, "a handle in 16 bits");
/* Fingerprints of one attempt: that of the place, and that it succeeded. */
#define PRINTS_MOST 2

void scanner_table_init(ScannerTable *t)
{
	*t = (ScannerTable){.slab = slab_new(sizeof(Scanner), SCANNERS_PER_CHUNK),
			    .alone_most = ALONE_MOST};
	key_slots_init(&t->slots);
	key_secrets(t->secret, mix_random_seed());
	t->alone = g_new0(Attempt, ALONE_MOST);
}

static void scanner_clear(Scanner *s)
{
	sketch_set_clear(&s->tried);
	g_free(s->examples);
}

void scanner_table_clear(ScannerTable *t)
{
	for (unsigned known = 0; known < 2; known++)
		for (Scanner *s = t->list[known].oldest; s; s = s->newer)
			scanner_clear(s);
	key_slots_clear(&t->slots);
	slab_free(t->slab);
	g_free(t->alone);
}

ScannerKey attempt_key(const Attempt *a, bool by_target)
{
	ScannerKey key = {.source = a->source};

	if (by_target) {
		key.target = a->target;
		key.end = key_end(a->version, 0) | SCANNER_OF_TARGET;
	} else {
		key.end = key_end(a->version, a->port);
	}
	return key;
}

static inline Attempt *alone_at(const ScannerTable *t, uint32_t at)
{
	return &t->alone[at % ALONE_MOST];
}

static inline uint32_t alone_handle(uint32_t at, bool by_target)
{
	return SLAB_SMALL | at % ALONE_MOST << 1 | by_target;
}

/* It is older than all accounts that are known for more than one attempt, and not for scanners. */
static bool alone_is_oldest(const ScannerTable *t)
{
	const Scanner *oldest = t->list[false].oldest;

	/* No more than SCANNERS_MOST were held since the oldest was touched. */
	return t->begin != t->end && (!oldest || (int32_t)(oldest->since - t->begin) > 0);
}

/* Attempts come one upon the other: what the next ones will need is on its way meanwhile. */
#define AHEAD 2
#define FAR_AHEAD 6

/* All of it is cold, and what comes first need not be waited for before the rest is asked for. */
static void fetch_oldest(const ScannerTable *t)
{
	if (alone_is_oldest(t)) {
		const Attempt *soon = alone_at(t, t->begin + AHEAD);

		key_slots_prefetch(&t->slots, soon->hash[false]);
		key_slots_prefetch(&t->slots, soon->hash[true]);
		__builtin_prefetch(alone_at(t, t->begin + FAR_AHEAD), 1);
		__builtin_prefetch(alone_at(t, t->end + FAR_AHEAD), 1);
		return;
	}
	const Scanner *s = t->list[false].oldest ? t->list[false].oldest : t->list[true].oldest;

	for (unsigned i = 0; i < 2 && s; i++, s = s->newer) {
		key_slots_prefetch(&t->slots, s->hash);
		__builtin_prefetch((const uint8_t *)s + 64);
		__builtin_prefetch((const uint8_t *)s + 128);
		__builtin_prefetch(s->newer);
	}
}

Attempt *scanner_table_attempt(ScannerTable *t)
{
	return t->end - t->begin < t->alone_most ? alone_at(t, t->end) : &t->spare;
}

void scanner_table_look_up(const ScannerTable *t, Attempt *a)
{
	const uint64_t *target = a->target.word, source = key_mix_address(t->secret, &a->source);
	uint64_t both = mix_fold(source ^ target[0], target[1] ^ t->secret[1]);

	a->hash[false] = key_hash_mixed(t->secret, source, key_end(a->version, a->port));
	a->hash[true] = key_hash_mixed(t->secret, both, key_end(a->version, 0));
	for (unsigned i = 0; i < 2; i++)
		key_slots_prefetch(&t->slots, a->hash[i]);
	if (t->slots.len >= SCANNERS_MOST)
		fetch_oldest(t);
}

static inline bool same_address(const KeyAddress *a, const KeyAddress *b)
{
	return ((a->word[0] ^ b->word[0]) | (a->word[1] ^ b->word[1])) == 0;
}

/* It stands for that account of the other. */
static bool stands_for(const Attempt *a, const Attempt *other, bool by_target)
{
	return same_address(&a->source, &other->source) && a->version == other->version &&
	       (by_target ? same_address(&a->target, &other->target) : a->port == other->port);
}

ScannerFound scanner_table_find(const ScannerTable *t, const Attempt *a, bool by_target)
{
	uint32_t hash = a->hash[by_target], at = hash, handle;

	while ((handle = key_slots_next(&t->slots, hash, &at))) {
		if (handle & SLAB_SMALL) {
			Attempt *alone = alone_at(t, (handle & ~SLAB_SMALL) >> 1);

			if ((handle & 1) == by_target && stands_for(alone, a, by_target))
				return (ScannerFound){.alone = alone, .handle = handle};
			continue;
		}
		const ScannerKey key = attempt_key(a, by_target);
		Scanner *s = slab_get(t->slab, handle);

		if (key_equal(&s->key, &key, sizeof key))
			return (ScannerFound){.scanner = s, .handle = handle};
	}
	return (ScannerFound){0};
}

static void unlink_scanner(ScannerTable *t, Scanner *s)
{
	ScannerList *list = &t->list[s->known];

	if (s->newer)
		s->newer->older = s->older;
	else
		list->newest = s->older;
	if (s->older)
		s->older->newer = s->newer;
	else
		list->oldest = s->newer;
	s->newer = s->older = NULL;
	list->len--;
}

static void link_newest(ScannerTable *t, Scanner *s)
{
	ScannerList *list = &t->list[s->known];

	s->since = t->end;
	s->older = list->newest;
	if (list->newest)
		list->newest->newer = s;
	else
		list->oldest = s;
	list->newest = s;
	list->len++;
}

void scanner_table_touch(ScannerTable *t, Scanner *s)
{
	s->since = t->end;
	if (!s->newer)
		return;
	unlink_scanner(t, s);
	link_newest(t, s);
}

void scanner_table_make_known(ScannerTable *t, Scanner *s, bool known)
{
	if (s->known == known)
		return;
	unlink_scanner(t, s);
	s->known = known;
	link_newest(t, s);
}

static void forget(ScannerTable *t, Scanner *s)
{
	uint32_t handle = s->handle;

	key_slots_remove(&t->slots, s->hash, handle);
	unlink_scanner(t, s);
	t->tries -= s->tried.len;
	scanner_clear(s);
	slab_free_item(t->slab, handle);
}

static inline unsigned prints_of(const Attempt *a)
{
	return 1 + (a->contact == CONTACT_SUCCEEDED);
}

/* It no longer stands for that account. */
static void let_go(ScannerTable *t, Attempt *a, uint32_t handle, bool by_target)
{
	key_slots_remove(&t->slots, a->hash[by_target], handle);
	a->held &= (uint8_t) ~(1u << by_target);
	t->tries -= prints_of(a);
	while (t->begin != t->end && !alone_at(t, t->begin)->held)
		t->begin++;
}

/* Known scanners are kept until they are reported, as long as there is another. */
static void make_room(ScannerTable *t)
{
	if (t->slots.len < SCANNERS_MOST)
		return;
	t->forgotten++;
	if (alone_is_oldest(t)) {
		Attempt *oldest = alone_at(t, t->begin);
		/* Its port's account came first. */
		bool by_target = !(oldest->held & 1u << false);

		let_go(t, oldest, alone_handle(t->begin, by_target), by_target);
		return;
	}
	forget(t, t->list[false].oldest ? t->list[false].oldest : t->list[true].oldest);
}

static Scanner *add(ScannerTable *t, const Attempt *a, bool by_target)
{
	uint32_t handle = slab_alloc(t->slab);
	Scanner *s = slab_get(t->slab, handle);

	s->key = attempt_key(a, by_target);
	s->hash = a->hash[by_target];
	s->handle = (uint16_t)handle;
	key_slots_insert(&t->slots, s->hash, handle);
	link_newest(t, s);
	return s;
}

Scanner *scanner_table_add(ScannerTable *t, const Attempt *a, bool by_target)
{
	make_room(t);
	return add(t, a, by_target);
}

bool scanner_table_hold(ScannerTable *t, Attempt *a, bool by_target)
{
	if (a == &t->spare || t->tries + PRINTS_MOST > SCANNERS_TRIES_MOST)
		return false;
	bool was_held = a->held;

	make_room(t);
	if (!was_held)
		t->end++;
	else if (!a->held)
		/* Its port's account was the oldest: it was all there was. */
		t->begin--;
	a->held |= (uint8_t)(1u << by_target);
	key_slots_insert(&t->slots, a->hash[by_target], alone_handle(t->end - 1, by_target));
	t->tries += prints_of(a);
	return true;
}

Scanner *scanner_table_part(ScannerTable *t, const ScannerFound *found, bool by_target,
			    Attempt *first)
{
	*first = *found->alone;
	let_go(t, found->alone, found->handle, by_target);
	return add(t, first, by_target);
}
