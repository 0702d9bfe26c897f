/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A ring of parcels: the caller packs records into the newest, the thread unpacks the oldest. A
 * parcel is sent when the next record does not fit, so that a lock is taken for hundreds of
 * records.
 */
#include <shakedown/relay.h>

#include "base/quiet-thread.h"
#include "report/record-copy.h"

#include <pthread.h>

#define PARCELS 8u
#define PARCEL_SIZE ((size_t)256 * 1024)

typedef struct _Item Item;
struct _Item {
	Item *next;
	/* One of them. */
	const ShakedownConnection *connection;
	const ShakedownAnomaly *anomaly;
};

typedef struct {
	RecordRoom room;
	Item *first, *last;
} Parcel;

struct _ShakedownRelay {
	ShakedownSink *sink;
	pthread_t thread;
	bool running;
	Parcel *packing; /* the ring's at end */

	pthread_mutex_t lock; /* for all below */
	pthread_cond_t sent, unpacked;
	/* Since the beginning, so that the difference is what is under way. */
	unsigned begin, end;
	bool last, broken;
	Parcel ring[PARCELS];
};

static void unpack(ShakedownSink *sink, const Parcel *parcel)
{
	for (const Item *item = parcel->first; item; item = item->next)
		if (item->connection)
			shakedown_sink_connection(sink, item->connection);
		else
			shakedown_sink_anomaly(sink, item->anomaly);
}

static void *hand_on(void *data)
{
	ShakedownRelay *r = data;

	pthread_mutex_lock(&r->lock);
	for (;;) {
		while (r->begin == r->end && !r->last)
			pthread_cond_wait(&r->sent, &r->lock);
		if (r->begin == r->end)
			break;
		const Parcel *parcel = &r->ring[r->begin % PARCELS];

		pthread_mutex_unlock(&r->lock);
		unpack(r->sink, parcel);
		pthread_mutex_lock(&r->lock);
		r->broken = shakedown_sink_broken(r->sink);
		r->begin++;
		pthread_cond_signal(&r->unpacked);
	}
	pthread_mutex_unlock(&r->lock);
	return NULL;
}

ShakedownRelay *shakedown_relay_new(ShakedownSink *sink)
{
	ShakedownRelay *r = g_new0(ShakedownRelay, 1);

	r->sink = sink;
	pthread_mutex_init(&r->lock, NULL);
	pthread_cond_init(&r->sent, NULL);
	pthread_cond_init(&r->unpacked, NULL);
	r->packing = r->ring;
	r->running = quiet_thread_start(&r->thread, hand_on, r);
	if (!r->running)
		g_clear_pointer(&r, shakedown_relay_free);
	return r;
}

static void empty(Parcel *parcel, size_t size)
{
	if (parcel->room.size < size) {
		g_free(parcel->room.data);
		parcel->room = (RecordRoom){g_malloc(size), size, 0};
	}
	parcel->room.used = 0;
	parcel->first = parcel->last = NULL;
}

/* Sends what is packed, and waits for a parcel to be packed next. */
static void dispatch(ShakedownRelay *r, bool last)
{
	pthread_mutex_lock(&r->lock);
	r->end += r->packing->first != NULL;
	r->last = last;
	pthread_cond_signal(&r->sent);
	while (r->end - r->begin == PARCELS)
		pthread_cond_wait(&r->unpacked, &r->lock);
	r->packing = &r->ring[r->end % PARCELS];
	pthread_mutex_unlock(&r->lock);
	empty(r->packing, PARCEL_SIZE);
}

/* False, and nothing packed, where there is no room. */
static bool pack(Parcel *parcel, const ShakedownConnection *connection,
		 const ShakedownAnomaly *anomaly)
{
	RecordRoom *room = &parcel->room;
	size_t before = room->used;
	Item *item = record_copy_bytes(room, &(Item){0}, sizeof *item);

	if (item && connection)
		item->connection = record_copy_connection(room, connection);
	else if (item)
		item->anomaly = record_copy_anomaly(room, anomaly);
	if (!item || (!item->connection && !item->anomaly)) {
		room->used = before;
		return false;
	}
	if (parcel->last)
		parcel->last->next = item;
	else
		parcel->first = item;
	parcel->last = item;
	return true;
}

static void relay(ShakedownRelay *r, const ShakedownConnection *connection,
		  const ShakedownAnomaly *anomaly)
{
	if (pack(r->packing, connection, anomaly))
		return;
	dispatch(r, false);
	/* One that is larger than any other. */
	for (size_t size = PARCEL_SIZE; !pack(r->packing, connection, anomaly);)
		empty(r->packing, size *= 2);
}

void shakedown_relay_connection(ShakedownRelay *r, const ShakedownConnection *connection)
{
	relay(r, connection, NULL);
}

void shakedown_relay_anomaly(ShakedownRelay *r, const ShakedownAnomaly *anomaly)
{
	relay(r, NULL, anomaly);
}

bool shakedown_relay_broken(ShakedownRelay *r)
{
	pthread_mutex_lock(&r->lock);
	bool broken = r->broken;
	pthread_mutex_unlock(&r->lock);
	return broken;
}

void shakedown_relay_end(ShakedownRelay *r)
{
	if (!r->running)
		return;
	dispatch(r, true);
	pthread_join(r->thread, NULL);
	r->running = false;
}

void shakedown_relay_free(ShakedownRelay *r)
{
	if (!r)
		return;
	shakedown_relay_end(r);
	for (size_t i = 0; i < PARCELS; i++)
		g_free(r->ring[i].room.data);
	pthread_cond_destroy(&r->unpacked);
	pthread_cond_destroy(&r->sent);
	pthread_mutex_destroy(&r->lock);
	g_free(r);
}
