/* SPDX-License-Identifier: BSD-3-Clause */
#include "board/services.h"

#include <math.h>
#include <string.h>

#define LEGS 15
/* What came that long ago weighs 1/e. */
#define RATE_SECONDS 5.0

typedef struct {
	ShakedownAddress addr;
	uint8_t pad;
	uint16_t port;
} Key;
_Static_assert(sizeof(Key) == 20, "compared as bytes: no padding but pad, which is 0");

typedef struct _Item {
	Key key; /* first: the table looks no further */
	GList link;
	ShakedownBoardService row;
	ShakedownTime rated; /* row.rate is that of then */
	ShakedownDuration legs[LEGS];
	unsigned legs_len, legs_next;
} Item;

struct _BoardServices {
	KeyTable *table;
	GQueue heard; /* of Item, the one heard of longest ago first */
	uint64_t forgotten;
};

BoardServices *board_services_new(void)
{
	BoardServices *s = g_new0(BoardServices, 1);

	s->table = key_table_new(sizeof(Item), sizeof(Key));
	g_queue_init(&s->heard);
	return s;
}

void board_services_free(BoardServices *s)
{
	if (!s)
		return;
	key_table_free(s->table);
	g_free(s);
}

static Key key_of(const ShakedownAddress *addr, uint16_t port)
{
	Key key;

	memset(&key, 0, sizeof key);
	key.addr = *addr;
	key.port = port;
	return key;
}

static Item *found_or_made(BoardServices *s, const ShakedownAddress *addr, uint16_t port)
{
	const Key key = key_of(addr, port);
	const uint32_t hash = key_table_hash(s->table, &key, sizeof key);
	Item *item = key_table_find(s->table, &key, sizeof key, hash);

	if (item) {
		g_queue_unlink(&s->heard, &item->link);
	} else {
		if (s->heard.length >= SHAKEDOWN_BOARD_SERVICES) {
			key_table_remove(s->table, g_queue_pop_head_link(&s->heard)->data);
			s->forgotten++;
		}
		item = key_table_add(s->table, &key, hash);
		item->link.data = item;
		item->row.addr = *addr;
		item->row.port = port;
	}
	g_queue_push_tail_link(&s->heard, &item->link);
	return item;
}

static double rate_at(const Item *item, ShakedownTime now)
{
	double seconds = ((double)now - (double)item->rated) / (double)SHAKEDOWN_NS_PER_S;

	return seconds > 0 ? item->row.rate * exp(-seconds / RATE_SECONDS) : item->row.rate;
}

static void tried(Item *item, ShakedownTime now)
{
	item->row.tried++;
	item->row.rate = rate_at(item, now) + 1 / RATE_SECONDS;
	item->rated = item->row.tried == 1 ? now : MAX(item->rated, now);
}

static void take_leg(Item *item, ShakedownDuration leg)
{
	if (leg < 0)
		return;
	item->legs[item->legs_next] = leg;
	item->legs_next = (item->legs_next + 1) % LEGS;
	item->legs_len = MIN(item->legs_len + 1, LEGS);
}

void board_services_event(BoardServices *s, const ShakedownEvent *event)
{
	Item *item = found_or_made(s, event->addr[SHAKEDOWN_SERVER], event->port[SHAKEDOWN_SERVER]);
	ShakedownBoardService *row = &item->row;

	row->last = MAX(row->last, event->time);
	switch (event->kind) {
	case SHAKEDOWN_EVENT_OPENED:
		row->live++;
		break;
	case SHAKEDOWN_EVENT_ATTEMPT:
		tried(item, event->time);
		break;
	case SHAKEDOWN_EVENT_COMPLETE:
		row->complete++;
		/* How it had been told to fail is not known any more: the likeliest. */
		if (event->after_all && row->failed) {
			bool answered = row->outcomes[SHAKEDOWN_HANDSHAKE_UNFINISHED] > 0;
			uint64_t *was = &row->outcomes[answered ? SHAKEDOWN_HANDSHAKE_UNFINISHED
								: SHAKEDOWN_HANDSHAKE_NO_ANSWER];

			row->failed--;
			*was -= *was > 0;
		}
		take_leg(item, event->handshake.server_rtt);
		break;
	case SHAKEDOWN_EVENT_FAILED:
		row->failed++;
		row->outcomes[event->handshake.outcome]++;
		break;
	case SHAKEDOWN_EVENT_RESET:
		row->resets++;
		break;
	}
}

void board_services_connection(BoardServices *s, const ShakedownConnection *c)
{
	const ShakedownSide *server = &c->side[SHAKEDOWN_SERVER];
	const Key key = key_of(&server->addr, server->port);
	Item *item = key_table_find(s->table, &key, sizeof key,
				    key_table_hash(s->table, &key, sizeof key));

	if (item)
		item->row.live -= item->row.live > 0;
}

static int by_duration(const void *a, const void *b)
{
	ShakedownDuration x = *(const ShakedownDuration *)a, y = *(const ShakedownDuration *)b;

	return (x > y) - (x < y);
}

static ShakedownDuration median(const Item *item)
{
	ShakedownDuration legs[LEGS];

	if (!item->legs_len)
		return SHAKEDOWN_DURATION_UNKNOWN;
	memcpy(legs, item->legs, sizeof legs);
	qsort(legs, item->legs_len, sizeof legs[0], by_duration);
	return legs[(item->legs_len - 1) / 2];
}

size_t board_services_rows(const BoardServices *s, ShakedownTime now, ShakedownBoardService *rows,
			   size_t room)
{
	size_t n = 0;

	for (const GList *link = s->heard.tail; link && n < room; link = link->prev) {
		const Item *item = link->data;
		ShakedownBoardService *row = &rows[n++];
		uint64_t decided = item->row.complete + item->row.failed;

		*row = item->row;
		row->pending = row->tried > decided ? row->tried - decided : 0;
		row->rate = rate_at(item, now);
		row->server_rtt = median(item);
	}
	return n;
}

uint64_t board_services_forgotten(const BoardServices *s)
{
	return s->forgotten;
}
