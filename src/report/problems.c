/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/problem.h"

#include <string.h>

struct _Problems {
	bool stream;
	ProblemsFunc func;
	void *data;
	GHashTable *table; /* ProblemKey → Problem, which holds the key */
	GHashTable *hosts; /* ProblemKey → Host, which holds the key */
	GQueue grown;	   /* of Problem: the one that grew longest ago first */
	GQueue waiting;	   /* a stream's, of those that have something to tell */
	uint64_t sequence, growths;
	ShakedownTime looked; /* when it was last looked for what has been held for long */
};

/* Problems of one host or network, as long as they are few. */
typedef struct _ProblemHost {
	ProblemKey key;
	GQueue apart; /* of Problem: the oldest first */
} Host;

/* They wait in no order: all are gone through, but not often. */
#define LOOK_EVERY SHAKEDOWN_NS_PER_S

static guint hash_key(gconstpointer data)
{
	const ProblemKey *key = data;
	uint64_t rest = key->port | (uint64_t)key->kind << 16 | (uint64_t)key->severity << 24 |
			(uint64_t)key->role << 32;

	return (guint)sketch_hash(sketch_hash_address(&key->address) ^
				  sketch_hash(rest ^ sketch_hash(key->cause)));
}

static gboolean equal_keys(gconstpointer a, gconstpointer b)
{
	return memcmp(a, b, sizeof(ProblemKey)) == 0;
}

Problems *problems_new(bool stream, ProblemsFunc func, void *data)
{
	Problems *p = g_new0(Problems, 1);

	p->stream = stream;
	p->func = func;
	p->data = data;
	p->table = g_hash_table_new(hash_key, equal_keys);
	p->hosts = g_hash_table_new_full(hash_key, equal_keys, NULL, g_free);
	g_queue_init(&p->grown);
	g_queue_init(&p->waiting);
	return p;
}

static void leave_key(Problems *all, Problem *p, ProblemRole role)
{
	if (p->keyed[role])
		g_hash_table_remove(all->table, &p->key[role]);
	p->keyed[role] = false;
}

static void leave_host(Problems *all, Problem *p)
{
	Host *host = g_steal_pointer(&p->host);

	if (!host)
		return;
	g_queue_unlink(&host->apart, &p->beside);
	if (!host->apart.length)
		g_hash_table_remove(all->hosts, &host->key);
}

static void wait(Problems *all, Problem *p)
{
	if (!all->stream || !p->count || p->waiting.data)
		return;
	p->waiting.data = p;
	g_queue_push_tail_link(&all->waiting, &p->waiting);
}

static void wait_no_more(Problems *all, Problem *p)
{
	if (p->waiting.data)
		g_queue_unlink(&all->waiting, &p->waiting);
	p->waiting.data = NULL;
}

static void forget(Problems *all, Problem *p)
{
	for (unsigned role = 0; role < PROBLEM_ROLES; role++)
		leave_key(all, p, role);
	leave_host(all, p);
	wait_no_more(all, p);
	g_queue_unlink(&all->grown, &p->link);
	problem_clear(p);
	g_free(p);
}

void problems_free(Problems *all)
{
	if (!all)
		return;
	while (all->grown.head)
		forget(all, all->grown.head->data);
	g_hash_table_destroy(all->table);
	g_hash_table_destroy(all->hosts);
	g_free(all);
}

static void grow(Problems *all, Problem *p, const ShakedownAnomaly *a)
{
	g_queue_unlink(&all->grown, &p->link);
	g_queue_push_tail_link(&all->grown, &p->link);
	p->grown = all->growths++;
	problem_gather(p, a);
	wait(all, p);
}

/* The problem that it belongs to; from the second member on that has only the one key that they
 * share, and those of one client's are of many hosts. */
static Problem *find(Problems *all, const ProblemKey key[PROBLEM_ROLES])
{
	for (ProblemRole role = 0; role < PROBLEM_ROLES; role++) {
		Problem *p = g_hash_table_lookup(all->table, &key[role]);

		if (!p)
			continue;
		if (role == PROBLEM_OF_SERVICE)
			leave_key(all, p, PROBLEM_OF_CLIENT);
		if (role == PROBLEM_OF_CLIENT) {
			leave_key(all, p, PROBLEM_OF_SERVICE);
			leave_host(all, p);
		}
		return p;
	}
	return NULL;
}

/* The oldest of them becomes that of the host, and has what the others have gathered. */
static Problem *unite(Problems *all, Host *host, ProblemRole role)
{
	Problem *whole = host->apart.head->data;

	while (host->apart.length > 1) {
		Problem *next = whole->beside.next->data;

		problem_merge(whole, next);
		forget(all, next);
	}
	wait(all, whole);
	leave_host(all, whole);
	leave_key(all, whole, PROBLEM_OF_SERVICE);
	leave_key(all, whole, PROBLEM_OF_CLIENT);
	whole->keyed[role] = true;
	g_hash_table_insert(all->table, &whole->key[role], whole);
	return whole;
}

/* A subnet that is flooded again and again is no network. */
static unsigned subnets_of(const Host *host)
{
	unsigned n = 0;

	for (const GList *at = host->apart.head; at; at = at->next) {
		const ProblemKey *key = ((const Problem *)at->data)->key;
		const GList *other = host->apart.head;

		while (other != at && memcmp(&((const Problem *)other->data)->key[PROBLEM_OF_HOST],
					     &key[PROBLEM_OF_HOST], sizeof *key) != 0)
			other = other->next;
		n += other == at;
	}
	return n;
}

static bool is_one(const Host *host, ProblemRole role)
{
	return host->apart.length >= PROBLEMS_OF_HOST ||
	       (role == PROBLEM_OF_NETWORK && host->apart.length >= PROBLEMS_OF_NETWORK &&
		subnets_of(host) >= PROBLEMS_OF_NETWORK);
}

/* … or, where it is one too many, what the host's have become. */
static Problem *join_host(Problems *all, Problem *p, ProblemRole role)
{
	Host *host = g_hash_table_lookup(all->hosts, &p->key[role]);

	if (!host) {
		host = g_new0(Host, 1);
		host->key = p->key[role];
		g_hash_table_insert(all->hosts, &host->key, host);
	}
	p->host = host;
	p->beside.data = p;
	g_queue_push_tail_link(&host->apart, &p->beside);
	return is_one(host, role) ? unite(all, host, role) : p;
}

/* The widest that what is alike may have in common; PROBLEM_ROLES: nothing, it stays by itself. */
static ProblemRole widest_of(const ShakedownAnomaly *a)
{
	if (problem_is_of_subnet(a))
		return PROBLEM_OF_NETWORK;
	return a->scope == SHAKEDOWN_SCOPE_CONNECTION && a->subject.server.version ? PROBLEM_OF_HOST
										   : PROBLEM_ROLES;
}

static Problem *open_problem(Problems *all, const ProblemKey key[PROBLEM_ROLES], ProblemRole widest)
{
	Problem *p = g_new0(Problem, 1);

	if (all->grown.length >= PROBLEMS_MOST) {
		Problem *oldest = all->grown.head->data;
		problem_tell(oldest, all->func, all->data);
		forget(all, oldest);
	}
	p->link.data = p;
	p->sequence = all->sequence++;
	memcpy(p->key, key, sizeof p->key);
	g_queue_push_tail_link(&all->grown, &p->link);
	p->grown = all->growths++;
	if (widest == PROBLEM_ROLES)
		return p;
	for (ProblemRole role = 0; widest == PROBLEM_OF_HOST && role < PROBLEM_OF_HOST; role++) {
		p->keyed[role] = true;
		g_hash_table_insert(all->table, &p->key[role], p);
	}
	return join_host(all, p, widest);
}

static int by_growth(const void *a, const void *b)
{
	const Problem *x = *(Problem *const *)a, *y = *(Problem *const *)b;

	return (x->grown > y->grown) - (x->grown < y->grown);
}

/* The first of which was there by then. */
static void tell_since(Problems *all, ShakedownTime then)
{
	g_autoptr(GPtrArray) old = g_ptr_array_new();
	for (GList *at = all->waiting.head; at; at = at->next) {
		Problem *p = at->data;

		if (p->gathered_since <= then)
			g_ptr_array_add(old, p);
	}
	g_ptr_array_sort(old, by_growth);
	for (guint i = 0; i < old->len; i++) {
		wait_no_more(all, old->pdata[i]);
		problem_tell(old->pdata[i], all->func, all->data);
	}
}

static void tell_old(Problems *all, ShakedownTime now)
{
	if (now - all->looked < LOOK_EVERY)
		return;
	all->looked = now;
	tell_since(all, now - PROBLEMS_HELD);
}

static void add_to_stream(Problems *all, const ShakedownAnomaly *a,
			  const ProblemKey key[PROBLEM_ROLES], ProblemRole widest)
{
	Problem *p = find(all, key);

	tell_old(all, a->until);
	if (p && a->until - p->heard > PROBLEMS_QUIET) {
		problem_tell(p, all->func, all->data);
		forget(all, p);
		p = NULL;
	}
	if (p)
		grow(all, p, a);
	else {
		all->func(a, all->data);
		p = open_problem(all, key, widest);
		p->told = true;
	}
	p->heard = a->until;
}

void problems_add(Problems *all, const ShakedownAnomaly *a)
{
	const ProblemRole widest = widest_of(a);
	ProblemKey key[PROBLEM_ROLES];

	problem_keys(key, a);
	if (all->stream && widest == PROBLEM_ROLES)
		all->func(a, all->data);
	else if (all->stream)
		add_to_stream(all, a, key, widest);
	else {
		Problem *p = widest == PROBLEM_ROLES ? NULL : find(all, key);
		grow(all, p ? p : open_problem(all, key, widest), a);
	}
}

void problems_advance(Problems *all, ShakedownTime now)
{
	/* Before the first packet there is no time. */
	if (!all->stream || now < -(INT64_MAX / 2))
		return;
	/* The clock was set back: what is held would be for as long. */
	if (all->waiting.length && now < all->looked - PROBLEMS_HELD) {
		all->looked = now;
		tell_since(all, INT64_MAX);
	}
	tell_old(all, now);
}

static int by_time(const void *a, const void *b)
{
	const Problem *x = *(Problem *const *)a, *y = *(Problem *const *)b;

	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	return (x->sequence > y->sequence) - (x->sequence < y->sequence);
}

void problems_finish(Problems *all)
{
	g_autoptr(GPtrArray) held = g_ptr_array_new();

	for (GList *at = all->grown.head; at; at = at->next)
		if (((Problem *)at->data)->count)
			g_ptr_array_add(held, at->data);
	g_ptr_array_sort(held, by_time);
	for (guint i = 0; i < held->len; i++)
		problem_tell(g_ptr_array_index(held, i), all->func, all->data);
	while (all->grown.head)
		forget(all, all->grown.head->data);
}
