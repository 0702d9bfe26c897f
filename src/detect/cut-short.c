/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/cut-short.h"

#include "detect/noted.h"
#include "flow/flow-key.h"

#include <glib.h>

/* One is in one of a few places beside each other, so that it takes one look. */
#define BESIDE 4
#define PLACES_LEAST (1u << 12)
#define PLACES_MOST (1u << 19)

/* Not random, so that which ones have to go does not differ from one run to the next. */
#define SEED 1

struct _CutShort {
	FlowSecret secret;
	CutConnection *place;
	uint32_t places, used;
	uint64_t excused; /* gave up their place, and may go on: the latest at that time */
	ShakedownTime latest;
};

void cut_short_free(CutShort *cut)
{
	if (!cut)
		return;
	g_free(cut->place);
	g_free(cut);
}

static CutConnection *beside(const CutShort *cut, uint32_t hash)
{
	return &cut->place[hash % (cut->places / BESIDE) * BESIDE];
}

CutConnection *cut_short_find(CutShort *cut, const TcpConnection *conn)
{
	if (!cut)
		return NULL;

	uint32_t hash = flow_key_hash(&conn->key, &cut->secret);
	CutConnection *c = beside(cut, hash);

	for (unsigned i = 0; i < BESIDE; i++)
		if ((c[i].bits & CUT_USED) && c[i].hash == hash)
			return &c[i];
	return NULL;
}

bool cut_short_excuses(CutShort *cut, ShakedownTime now, ShakedownDuration window)
{
	if (!cut || !cut->excused)
		return false;
	if (now - cut->latest > window) {
		cut->excused = 0;
		return false;
	}
	cut->excused--;
	return true;
}

/* Those of a flood, which nobody goes on with, before others; the oldest first. */
static bool goes_before(const CutConnection *a, const CutConnection *b)
{
	unsigned x = a->bits & (CUT_HALF_OPEN | CUT_UNANSWERED),
		 y = b->bits & (CUT_HALF_OPEN | CUT_UNANSWERED);

	return x != y ? x > y : a->syn < b->syn;
}

/* now: of the latest that was cut short. */
static void put(CutShort *cut, const CutConnection *new, ShakedownTime now)
{
	CutConnection *c = beside(cut, new->hash), *least = c;

	for (unsigned i = 0; i < BESIDE && (least->bits & CUT_USED); i++)
		if (!(c[i].bits & CUT_USED) || goes_before(&c[i], least))
			least = &c[i];
	if (!(least->bits & CUT_USED))
		cut->used++;
	else if (!(least->bits & CUT_UNANSWERED)) {
		cut->excused++;
		cut->latest = now;
	}
	*least = *new;
}

static void grow(CutShort *cut, ShakedownTime now)
{
	g_autofree CutConnection *old = cut->place;
	uint32_t places = cut->places;

	cut->places = places ? places * 2 : PLACES_LEAST;
	cut->place = g_new0(CutConnection, cut->places);
	cut->used = 0;
	for (uint32_t i = 0; i < places; i++)
		if (old[i].bits & CUT_USED)
			put(cut, &old[i], now);
}

static uint8_t bits_of(const TcpConnection *conn)
{
	unsigned bits = CUT_USED;

	/* Where its SYN has not been counted there is nothing to be set right. */
	if (noted(conn, NOTED_IN_WINDOW))
		bits |= (noted(conn, NOTED_HALF_OPEN) ? CUT_HALF_OPEN : 0) |
			(noted(conn, NOTED_AGAIN) ? 0 : CUT_ONCE) |
			(conn->syn_ack_first ? 0 : CUT_UNANSWERED) |
			(conn->talked ? 0 : CUT_SILENT) |
			(noted(conn, NOTED_OF_HOST) ? CUT_OF_HOST : 0) |
			(noted(conn, NOTED_OF_SUBNET) ? CUT_OF_SUBNET : 0);
	return (uint8_t)bits;
}

void cut_short_remember(CutShort **cut, const TcpConnection *conn)
{
	CutConnection *before = cut_short_find(*cut, conn);
	bool closed = tcp_conn_gone(conn);

	/* Cut again, it is still the one that its SYN was counted for. */
	if (before && !closed && !noted(conn, NOTED_IN_WINDOW))
		return;
	if (before) {
		before->bits = 0;
		(*cut)->used--;
	}
	if (closed)
		return;
	if (!*cut) {
		*cut = g_new0(CutShort, 1);
		(*cut)->secret = flow_secret_of(SEED);
	}
	if ((*cut)->used >= (*cut)->places / 4 && (*cut)->places < PLACES_MOST)
		grow(*cut, conn->end);
	put(*cut,
	    &(CutConnection){.hash = flow_key_hash(&conn->key, &(*cut)->secret),
			     .syn = conn->syn_first ? conn->syn_first : conn->start,
			     .client_end = conn->client_end,
			     .bits = bits_of(conn)},
	    conn->end);
}
