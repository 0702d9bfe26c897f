/* SPDX-License-Identifier: BSD-3-Clause */
/* The table of datagrams that came in pieces; what one datagram does with a piece is datagram.c's.
 */
#include "decode/fragments.h"

#include "decode/datagram.h"

#include <string.h>

static guint fragments_hash(gconstpointer key)
{
	const Datagram *datagram = key;
	uint64_t hash = datagram->id * UINT64_C(0x9e3779b97f4a7c15) + datagram->protocol +
			encapsulation_hash(&datagram->encap);

	for (size_t i = 0; i < sizeof datagram->address; i += 8) {
		uint64_t word;

		memcpy(&word, datagram->address + i, sizeof word);
		hash = (hash ^ word) * UINT64_C(0xff51afd7ed558ccd);
		hash ^= hash >> 32;
	}
	return (guint)hash;
}

static gboolean fragments_equal(gconstpointer left, gconstpointer right)
{
	const Datagram *a = left, *b = right;

	return a->version == b->version && a->protocol == b->protocol && a->id == b->id &&
	       !memcmp(a->address, b->address, sizeof a->address) &&
	       encapsulation_same(&a->encap, &b->encap);
}

void fragments_init(Fragments *fragments)
{
	*fragments = (Fragments){.table = g_hash_table_new(fragments_hash, fragments_equal)};
	g_queue_init(&fragments->order);
}

static void fragments_remove(Fragments *fragments, Datagram *datagram)
{
	fragments->bytes -= datagram_footprint(datagram);
	g_hash_table_remove(fragments->table, datagram);
	g_queue_unlink(&fragments->order, &datagram->link);
	datagram_free(datagram);
}

void fragments_clear(Fragments *fragments)
{
	while (fragments->order.head)
		fragments_remove(fragments, fragments->order.head->data);
	g_clear_pointer(&fragments->table, g_hash_table_unref);
}

uint64_t fragments_pending(const Fragments *fragments)
{
	uint64_t packets = 0;

	for (const GList *link = fragments->order.head; link; link = link->next) {
		const Datagram *datagram = link->data;

		if (datagram->state == DATAGRAM_OPEN)
			packets += datagram->packets;
	}
	return packets;
}

static bool fragments_older(const Datagram *datagram, ShakedownTime now, ShakedownDuration age)
{
	ShakedownTime passed;

	/* A clock that was set back far makes it as old as one that ran on. */
	return __builtin_sub_overflow(now, datagram->time, &passed) || passed > age ||
	       passed < -age;
}

static void fragments_give_up(Fragments *fragments, Counts *counts, Datagram *datagram,
			      const char *reason)
{
	if (datagram->state == DATAGRAM_OPEN)
		counts_add(counts, reason, true, datagram->packets);
	fragments_remove(fragments, datagram);
}

static void fragments_expire(Fragments *fragments, Counts *counts, ShakedownTime now)
{
	while (fragments->order.head) {
		Datagram *oldest = fragments->order.head->data;

		if (!fragments_older(oldest, now, FRAGMENTS_TIMEOUT))
			break;
		fragments_give_up(fragments, counts, oldest, "IP fragments never completed");
	}
}

/* The oldest go first; never one whose bytes the packet at hand is being read from. */
static void fragments_make_room(Fragments *fragments, Counts *counts)
{
	GList *link = fragments->order.head;

	while (link && (fragments->bytes > FRAGMENTS_BYTES ||
			fragments->order.length > FRAGMENTS_DATAGRAMS)) {
		Datagram *datagram = link->data;

		link = link->next;
		if (datagram->used != fragments->packet)
			fragments_give_up(fragments, counts, datagram,
					  "IP fragments given up for want of room");
	}
}

static void fragments_key(Datagram *key, const FragmentsPiece *piece)
{
	size_t len = piece->version == 4 ? 4 : 16;

	*key = (Datagram){
		.version = piece->version,
		/* RFC 8200 §4.5: the next header may differ, and is no part of it. */
		.protocol = piece->version == 4 ? piece->protocol : 0,
		.id = piece->id,
		.encap = *piece->encap,
		.time = piece->time,
	};
	memcpy(key->address, piece->src, len);
	memcpy(key->address + 16, piece->dst, len);
}

/* The datagram that the piece belongs to; a new one when there is none, or none that is still
 * meant. */
static Datagram *fragments_datagram(Fragments *fragments, const FragmentsPiece *piece)
{
	Datagram key, *datagram;

	fragments_key(&key, piece);
	datagram = g_hash_table_lookup(fragments->table, &key);
	/* The identification is soon used again, RFC 6864. */
	if (datagram && datagram->state == DATAGRAM_DONE && datagram->used != fragments->packet &&
	    (fragments_older(datagram, piece->time, FRAGMENTS_MEMORY) ||
	     !datagram_holds(datagram, piece))) {
		fragments_remove(fragments, datagram);
		datagram = NULL;
	}
	if (!datagram) {
		datagram = datagram_new(&key);
		g_hash_table_add(fragments->table, datagram);
		g_queue_push_tail_link(&fragments->order, &datagram->link);
		fragments->bytes += datagram_footprint(datagram);
	}
	return datagram;
}

bool fragments_add(Fragments *fragments, Counts *counts, const FragmentsPiece *piece,
		   FragmentsWhole *whole)
{
	const char *fault = datagram_piece_fault(piece);
	Datagram *datagram;
	bool complete;

	if (fault) {
		counts_add(counts, fault, true, 1);
		return false;
	}
	fragments_expire(fragments, counts, piece->time);
	datagram = fragments_datagram(fragments, piece);
	datagram->used = fragments->packet;
	fragments->bytes -= datagram_footprint(datagram);
	complete = datagram_add(datagram, counts, piece, whole);
	fragments->bytes += datagram_footprint(datagram);
	fragments_make_room(fragments, counts);
	return complete;
}
