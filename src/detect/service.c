/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/service.h"

#include "flow/fetch.h"
#include "flow/key-table.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#define LEGS_LEAST 5
#define BOTH_WAYS_LEAST 3
#define NEAR_BITS 10
/* Who gets more SYNs than that in a window speaks for itself. */
#define FOR_WIDER_MOST 8
/* Scanners look for hosts everywhere all the time, each from an address of its own: a subnet's 256
 * get some 20 SYNs a second of them where it is bad. Three times flood_syns are a flood. */
#define SUBNET_TIMES 3

struct _Services {
	const ShakedownConfig *config;
	KeyTable *table; /* of Service */
	struct {
		Service *newest, *oldest; /* by when they were heard of last */
		size_t len;
	} order[SERVICE_BREADTHS];
	/* Each event asks for its connection's, and those to a few services take turns: what was
	 * found last by such a key, to be compared before anything is hashed. */
	Service *near[1 << NEAR_BITS];
	uint64_t forgotten, both_ways;
	void (*forget)(Service *service, void *data);
	void *forget_data;
};

static void service_clear(Service *s, void *data)
{
	g_free(s->sources);
	g_free(s->flood);
	g_free(s->crowd);
}

Services *services_new(const ShakedownConfig *config)
{
	Services *t = g_new0(Services, 1);

	t->config = config;
	t->table =
		key_table_new_cleared(sizeof(Service), offsetof(Service, slot), sizeof(ServiceKey));
	return t;
}

void services_free(Services *t)
{
	if (!t)
		return;
	services_foreach(t, service_clear, NULL);
	key_table_free(t->table);
	g_free(t);
}

void services_on_forget(Services *t, void (*call)(Service *, void *), void *data)
{
	t->forget = call;
	t->forget_data = data;
}

static void unlink_service(Services *t, Service *s)
{
	ServiceBreadth breadth = service_breadth(s);

	if (s->newer)
		s->newer->older = s->older;
	else
		t->order[breadth].newest = s->older;
	if (s->older)
		s->older->newer = s->newer;
	else
		t->order[breadth].oldest = s->newer;
	s->newer = s->older = NULL;
	t->order[breadth].len--;
}

static void link_newest(Services *t, Service *s)
{
	ServiceBreadth breadth = service_breadth(s);
	Service *newest = t->order[breadth].newest;

	s->older = newest;
	if (newest)
		newest->newer = s;
	else
		t->order[breadth].oldest = s;
	t->order[breadth].newest = s;
	t->order[breadth].len++;
}

static Service **near_of(Services *t, const ServiceKey *key)
{
	uint64_t word = key->address.word[0] ^ key->address.word[1] ^ key->end << 48;

	/* The upper bits of the product depend on all of the word's. */
	return &t->near[word * UINT64_C(0x9e3779b97f4a7c15) >> (64 - NEAR_BITS)];
}

/* Of those there are most of: services come and go by the thousand beside a few subnets that know
 * of all of them. */
static ServiceBreadth most_of(const Services *t)
{
	ServiceBreadth most = SERVICE_ITSELF;

	for (ServiceBreadth b = SERVICE_HOST; b < SERVICE_BREADTHS; b++)
		if (t->order[b].len > t->order[most].len)
			most = b;
	return most;
}

static void forget(Service *s, void *data)
{
	Services *t = data;

	if (t->forget)
		t->forget(s, t->forget_data);
	Service **near = near_of(t, &s->key);
	if (*near == s)
		*near = NULL;
	unlink_service(t, s);
	service_clear(s, NULL);
	key_table_remove(t->table, s);
}

static void make_room(Services *t)
{
	if (key_table_len(t->table) < SERVICES_MOST)
		return;
	ServiceBreadth breadth = most_of(t);

	forget(t->order[breadth].oldest, t);
	t->forgotten++;
	/* Where one had to, another one soon will. */
	Service *next = t->order[breadth].oldest;
	fetch_to_write(next, offsetof(Service, slot));
	if (next->newer)
		fetch_to_write(next->newer, sizeof next->newer->key);
}

void services_forget_all(Services *t)
{
	services_foreach(t, forget, t);
}

static Service *add(Services *t, const ServiceKey *key, uint32_t hash)
{
	make_room(t);
	Service *s = key_table_add(t->table, key, hash);

	s->address = key_address_whole(&key->address, key->end);
	s->port = (uint16_t)key->end;
	s->judged = s->judge_at = INT64_MIN;
	link_newest(t, s);
	return s;
}

static Service *look_up(Services *t, const ServiceKey *key, Service **near, bool make)
{
	uint32_t hash = key_table_hash(t->table, key, sizeof *key);
	Service *s = key_table_find(t->table, key, sizeof *key, hash);

	if (!s && make)
		s = add(t, key, hash);
	if (s)
		*near = s;
	return s;
}

static inline Service *find(Services *t, const ServiceKey *key, bool make)
{
	Service **near = near_of(t, key);

	if (*near && key_equal(&(*near)->key, key, sizeof *key))
		return *near;
	return look_up(t, key, near, make);
}

static inline Service *get(Services *t, const ServiceKey *key, ServiceLook look)
{
	Service *s = find(t, key, look == SERVICE_MAKE);

	/* Under a flood it is always the same. */
	if (look != SERVICE_FIND && s && s->newer) {
		unlink_service(t, s);
		link_newest(t, s);
	}
	return s;
}

Service *services_get(Services *t, const ShakedownAddress *address, uint16_t port, ServiceLook look)
{
	ServiceKey key = {key_address(address->bytes), key_end(address->version, port)};

	return get(t, &key, look);
}

Service *services_get_of(Services *t, const TcpConnection *conn, ServiceLook look)
{
	ServiceKey key = {
		tcp_conn_key_address(conn, SHAKEDOWN_SERVER),
		key_end(conn->key.ip_version, tcp_conn_port(conn, SHAKEDOWN_SERVER)),
	};

	return get(t, &key, look);
}

Service *services_get_wider(Services *t, ServiceBreadth breadth, const ShakedownAddress *host,
			    ServiceLook look)
{
	ServiceKey key = {key_address(host->bytes),
			  key_end(host->version, 0) | (uint64_t)breadth << SERVICE_BREADTH_SHIFT};

	if (breadth == SERVICE_SUBNET) {
		unsigned kept = service_subnet_bits(host) / 8;

		memset((uint8_t *)&key.address + kept, 0, sizeof key.address - kept);
	}
	return get(t, &key, look);
}

void services_note_both_ways(Services *t)
{
	t->both_ways++;
}

bool services_seen_both_ways(const Services *t)
{
	return t->both_ways >= BOTH_WAYS_LEAST;
}

uint64_t services_forgotten(const Services *t)
{
	return t->forgotten;
}

void services_foreach(Services *t, void (*call)(Service *, void *), void *data)
{
	/* The widest first, since what is said of it is not said of its parts; of each kind from
	 * the oldest on: the order does not depend on hashes. */
	for (unsigned b = SERVICE_BREADTHS; b-- > 0;)
		for (Service *s = t->order[b].oldest, *next; s; s = next) {
			next = s->newer;
			call(s, data);
		}
}

bool service_is_for_wider(Service *s, const ShakedownConfig *config, ShakedownTime time)
{
	/* A time before it is of a clock that leapt back: it allows for no more. */
	if (time > s->for_wider_since &&
	    (uint64_t)time - (uint64_t)s->for_wider_since >= (uint64_t)config->flood_window) {
		s->for_wider_since = time;
		s->for_wider = 0;
	}
	return s->for_wider < FOR_WIDER_MOST && ++s->for_wider;
}

ShakedownDuration service_slot_width(const ShakedownConfig *config)
{
	return MAX(config->flood_window / SERVICE_WINDOW_SLOTS, 1);
}

int64_t service_slot_id(const Service *s, const ShakedownConfig *config, ShakedownTime time)
{
	ShakedownDuration width = service_slot_width(config);

	/* Stamps can be further apart than can be said; then it is some other slot. */
	time = (ShakedownTime)((uint64_t)time - (uint64_t)s->origin);
	return time / width - (time % width < 0);
}

static ShakedownTime slot_start(const Service *s, const ShakedownConfig *config, int64_t id)
{
	return (ShakedownTime)((uint64_t)s->origin +
			       (uint64_t)id * (uint64_t)service_slot_width(config));
}

ShakedownTime service_slot_end(const Service *s, const ShakedownConfig *config, int64_t id)
{
	ShakedownTime end = slot_start(s, config, id + 1);

	/* The last one there can be has no end. */
	return id >= 0 && end < s->origin ? INT64_MAX : end;
}

/* As service_slot_id(). */
static int64_t latest_or_other(Service *s, const ShakedownConfig *config, ShakedownTime time)
{
	ShakedownDuration width = service_slot_width(config);

	/* Before it, that is a very large number. */
	if ((uint64_t)time - (uint64_t)s->latest_start >= (uint64_t)width) {
		s->latest_id = service_slot_id(s, config, time);
		s->latest_start = slot_start(s, config, s->latest_id);
	}
	return s->latest_id;
}

ServiceSlot *service_slot(Service *s, const ShakedownConfig *config, ShakedownTime time)
{
	if (!s->begun) {
		s->begun = true;
		s->origin = s->latest_start = time;
	}
	int64_t id = latest_or_other(s, config, time);
	unsigned at = (unsigned)((uint64_t)id % SERVICE_SLOTS);
	ServiceSlot *slot = &s->slot[at];
	bool used = service_uses_slot(s, at);

	if (used && slot->id == id)
		return slot;
	if ((used && slot->id > id) || id <= s->judged)
		return NULL;
	*slot = (ServiceSlot){.id = id, .first = time};
	s->repeated[at] = 0;
	s->slots |= UINT32_C(1) << at;
	return slot;
}

void service_note_legs(Service *s, const TcpConnection *conn)
{
	for (ShakedownSideId side = SHAKEDOWN_CLIENT; side <= SHAKEDOWN_SERVER; side++)
		if (conn->leg[side] >= 0)
			s->leg[side][s->legs[side]++ % SERVICE_LEGS] =
				(float)conn->leg[side] / (float)SHAKEDOWN_NS_PER_S;
}

ShakedownDuration service_leg_median(const Service *s, ShakedownSideId side)
{
	float sorted[SERVICE_LEGS];
	size_t n = MIN(s->legs[side], SERVICE_LEGS);

	if (n < LEGS_LEAST)
		return SHAKEDOWN_DURATION_UNKNOWN;
	for (size_t i = 0, at; i < n; i++) {
		for (at = i; at > 0 && sorted[at - 1] > s->leg[side][i]; at--)
			sorted[at] = sorted[at - 1];
		sorted[at] = s->leg[side][i];
	}
	return (ShakedownDuration)((double)sorted[n / 2] * (double)SHAKEDOWN_NS_PER_S);
}

uint64_t service_flood_least(const Service *s, const ShakedownConfig *config)
{
	return config->flood_syns * (service_breadth(s) == SERVICE_SUBNET ? SUBNET_TIMES : 1);
}

ServiceEpisode *service_episode(Service *s, ServiceTrouble trouble, ShakedownTime time,
				uint64_t frame)
{
	ServiceEpisode *e = &s->episode[trouble];

	if (!service_trouble(s, trouble))
		*e = (ServiceEpisode){.start = time};
	s->troubles |= (uint8_t)(1u << trouble);
	e->last = MAX(e->last, time);
	e->count++;
	if (frame && e->frames_len < G_N_ELEMENTS(e->frames))
		e->frames[e->frames_len++] = frame;
	return e;
}
