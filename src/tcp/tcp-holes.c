/* SPDX-License-Identifier: BSD-3-Clause */
#include "tcp/tcp-holes.h"

#include <glib.h>
#include <string.h>

#define ROOM_FIRST 4
/* All connections together: 48 MiB. Then each keeps to what it has in any case. */
#define ROOM_MOST ((size_t)1 << 20)
/* Where there is no more room the oldest go: such a part of them. */
#define FORGOTTEN 64
/* Who is that far behind compares as being ahead before long. */
#define FAR (INT32_C(1) << 30)
/* Bytes that were acknowledged and have not been captured for so long will not be. */
#define ACKED_KEPT SHAKEDOWN_NS_PER_S

void tcp_holes_free(TcpHoles *holes, TcpHolesBudget *budget)
{
	if (!holes)
		return;
	budget->room -= holes->room;
	g_free(holes);
}

static void remove_first(TcpHoles *h, unsigned n)
{
	if (!n)
		return;
	memmove(h->hole, h->hole + n, (h->len - n) * sizeof h->hole[0]);
	h->len = (uint16_t)(h->len - n);
	h->acked = (uint16_t)(h->acked - MIN(h->acked, n));
}

static void remove_at(TcpHoles *h, unsigned i)
{
	memmove(h->hole + i, h->hole + i + 1, (h->len - i - 1u) * sizeof h->hole[0]);
	h->len--;
	h->acked = (uint16_t)(h->acked - (i < h->acked));
}

/* There is room. */
static void insert_at(TcpHoles *h, unsigned i, const TcpHole *hole)
{
	memmove(h->hole + i + 1, h->hole + i, (h->len - i) * sizeof h->hole[0]);
	h->hole[i] = *hole;
	h->len++;
	h->acked = (uint16_t)(h->acked + (i < h->acked || (i == h->acked && hole->acked)));
}

static void forget_far(TcpHoles *h, TcpSeq seq)
{
	unsigned n = 0;

	/* Half of all numbers away lies what has no opposite. */
	while (n < h->len && ABS((int64_t)tcp_seq_diff(h->hole[n].left, seq)) > FAR)
		n++;
	remove_first(h, n);
}

/* The first that ends beyond. */
static unsigned search(const TcpHoles *h, TcpSeq from)
{
	unsigned low = 0, high = h->len;

	while (low < high) {
		unsigned middle = (low + high) / 2;

		if (tcp_seq_lt(from, h->hole[middle].right))
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

const TcpHole *tcp_holes_at(TcpHoles *h, TcpSeq from, TcpSeq to)
{
	if (!h || !h->len)
		return NULL;
	forget_far(h, from);
	unsigned i = search(h, from);

	return i < h->len && tcp_seq_lt(h->hole[i].left, to) ? &h->hole[i] : NULL;
}

/* Room for one more, if that can be had. */
static bool grow(TcpHoles **holes, TcpHolesBudget *budget)
{
	TcpHoles *h = *holes;
	unsigned room = h ? h->room : 0, more = room ? room : ROOM_FIRST;

	if (h && h->len < room)
		return true;
	if (room >= TCP_HOLES_MOST || (room >= TCP_HOLES_LEAST && budget->room + more > ROOM_MOST))
		return false;
	*holes = g_realloc(h, sizeof *h + (room + more) * sizeof h->hole[0]);
	if (!h)
		memset(*holes, 0, sizeof *h);
	(*holes)->room = (uint16_t)(room + more);
	budget->room += more;
	return true;
}

static void forget_old(TcpHoles *h, ShakedownTime now)
{
	unsigned n = 0;

	while (n < h->acked && now - h->hole[n].since > ACKED_KEPT)
		n++;
	remove_first(h, n);
}

void tcp_holes_add(TcpHoles **holes, const TcpHole *hole, TcpHolesBudget *budget)
{
	if (*holes) {
		forget_far(*holes, hole->left);
		forget_old(*holes, hole->since);
	}
	/* Some at once: those that stay have to move up. */
	if (!grow(holes, budget))
		remove_first(*holes, MAX((*holes)->len / FORGOTTEN, 1));

	TcpHoles *h = *holes;
	unsigned i = h->len;

	while (i > 0 && tcp_seq_lt(hole->left, h->hole[i - 1].left))
		i--;
	insert_at(h, i, hole);
}

uint32_t tcp_holes_ack(TcpHoles **holes, TcpSeq ack, TcpHolesBudget *budget)
{
	TcpHoles *h = *holes;
	uint32_t missing = 0;

	if (!h || h->acked == h->len)
		return 0;
	forget_far(h, ack);
	for (unsigned i = h->acked; i < h->len && tcp_seq_lt(h->hole[i].left, ack); i++) {
		TcpHole *hole = &h->hole[i], rest = *hole;

		if (tcp_seq_leq(hole->right, ack)) {
			missing += tcp_hole_size(hole);
			hole->acked = true;
			h->acked = (uint16_t)(i + 1);
			continue;
		}
		missing += (uint32_t)tcp_seq_diff(ack, hole->left);
		rest.left = ack;
		if (!grow(holes, budget)) {
			*hole = rest;
			break;
		}
		h = *holes;
		hole = &h->hole[i];
		hole->right = ack;
		hole->acked = true;
		h->acked = (uint16_t)(i + 1);
		insert_at(h, i + 1, &rest);
		break;
	}
	return missing;
}

uint32_t tcp_holes_fill(TcpHoles **holes, TcpSeq from, TcpSeq to, uint64_t *missing,
			TcpHolesBudget *budget)
{
	TcpHoles *h = *holes;
	uint32_t filled = 0;

	if (!h || !h->len)
		return 0;
	forget_far(h, from);
	for (unsigned i = search(h, from); i < h->len && tcp_seq_lt(h->hole[i].left, to);) {
		TcpHole *hole = &h->hole[i], rest = *hole;
		TcpSeq left = tcp_seq_max(hole->left, from);
		TcpSeq right = tcp_seq_lt(to, hole->right) ? to : hole->right;
		uint32_t part = (uint32_t)tcp_seq_diff(right, left);
		bool before = tcp_seq_lt(hole->left, left), behind = tcp_seq_lt(right, hole->right);

		filled += part;
		if (hole->acked)
			*missing -= MIN(*missing, part);
		rest.left = right;
		if (!before && !behind) {
			remove_at(h, i);
			continue;
		}
		if (!before) {
			*hole = rest;
			break;
		}
		hole->right = left;
		i++;
		/* Without room for both halves the upper one is forgotten. */
		if (behind && grow(holes, budget))
			insert_at(*holes, i, &rest);
		if (behind)
			break;
	}
	return filled;
}
