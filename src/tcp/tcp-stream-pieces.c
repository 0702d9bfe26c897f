/* SPDX-License-Identifier: BSD-3-Clause */
#include "tcp/tcp-stream-pieces.h"

#include <string.h>

/* What the tree and the allocator take beside the piece itself. */
#define OVERHEAD 64
/* So many delivered ones are kept: a segment may lie over all of them. */
#define KEPT_MOST 8192u
/* Of what the snaplen has cut off it is only to be known that it was: not beyond so many. */
#define CUT_MOST 256u

static int by_offset(const void *a, const void *b, void *data)
{
	uint64_t x, y;

	memcpy(&x, a, sizeof x);
	memcpy(&y, b, sizeof y);
	return (x > y) - (x < y);
}

void tcp_pieces_init(TcpPieces *p)
{
	*p = (TcpPieces){.tree = g_tree_new_full(by_offset, NULL, NULL, g_free)};
}

void tcp_pieces_clear(TcpPieces *p)
{
	if (p->tree)
		g_tree_destroy(p->tree);
	*p = (TcpPieces){0};
}

static size_t cost(const TcpPiece *piece)
{
	return sizeof *piece + OVERHEAD + (piece->cut ? 0 : piece->len);
}

static void insert(TcpPieces *p, uint64_t from, uint64_t to, const uint8_t *bytes,
		   const TcpPayload *payload)
{
	uint32_t len = (uint32_t)(to - from);
	TcpPiece *piece = g_malloc(sizeof *piece + (bytes ? len : 0));

	piece->offset = from;
	piece->frame = payload->frame;
	piece->len = len;
	piece->cut = !bytes;
	piece->damaged = payload->damaged;
	if (bytes)
		memcpy(piece->bytes, bytes, len);
	p->held += cost(piece);
	p->held_pieces++;
	g_tree_insert(p->tree, &piece->offset, piece);
}

/* The piece that holds the offset, or the first beyond it. */
static GTreeNode *node_from(const TcpPieces *p, uint64_t offset)
{
	GTreeNode *above = g_tree_upper_bound(p->tree, &offset);
	GTreeNode *below = above ? g_tree_node_previous(above) : g_tree_node_last(p->tree);
	const TcpPiece *piece = below ? g_tree_node_value(below) : NULL;

	return piece && tcp_piece_end(piece) > offset ? below : above;
}

static TcpPiece *piece_of(GTreeNode *node)
{
	return node ? g_tree_node_value(node) : NULL;
}

/* Nothing is there from one offset to the other. */
static void fill(TcpPieces *p, const TcpPayload *payload, uint64_t from, uint64_t to)
{
	uint64_t captured = payload->offset + payload->captured;

	if (payload->copy)
		return;
	from = MAX(from, p->delivered);
	if (from < MIN(to, captured)) {
		insert(p, from, MIN(to, captured), payload->bytes + (from - payload->offset),
		       payload);
		from = MIN(to, captured);
	}
	if (from < to)
		insert(p, from, to, NULL, payload);
}

/* A piece without bytes makes room for them. */
static void carve(TcpPieces *p, TcpPiece *piece, uint64_t from, uint64_t to)
{
	uint64_t left = piece->offset, right = tcp_piece_end(piece);
	TcpPayload same = {.frame = piece->frame, .damaged = piece->damaged};

	p->held -= cost(piece);
	p->held_pieces--;
	g_tree_remove(p->tree, &piece->offset);
	if (left < from)
		insert(p, left, from, NULL, &same);
	if (to < right)
		insert(p, to, right, NULL, &same);
}

static uint8_t excerpt(uint8_t out[TCP_OVERLAP_EXCERPT], const uint8_t *bytes, uint64_t len)
{
	uint8_t n = (uint8_t)MIN(len, TCP_OVERLAP_EXCERPT);

	memcpy(out, bytes, n);
	return n;
}

/* Compares both copies of [from, to) and lays the one over the other where the last wins. */
static bool compare(TcpPieces *p, TcpPiece *piece, const TcpPayload *payload, uint64_t from,
		    uint64_t to, bool last_wins, TcpOverlap *overlap)
{
	uint8_t *old = piece->bytes + (from - piece->offset);
	const uint8_t *new = payload->bytes + (from - payload->offset);
	size_t len = (size_t)(to - from), at = 0;
	uint32_t differing = 0;

	if (payload->silent || memcmp(old, new, len) == 0)
		return false;
	for (size_t i = len; i-- > 0;)
		if (old[i] != new[i]) {
			at = i;
			differing++;
		}
	bool proves = !payload->damaged && !piece->damaged;
	if (proves && !overlap->differing) {
		overlap->offset = from + at;
		overlap->first_frame = piece->frame;
		overlap->later_frame = payload->frame;
		overlap->first_len = excerpt(overlap->first, old + at, len - at);
		overlap->later_len = excerpt(overlap->later, new + at, len - at);
	}
	if (proves) {
		overlap->differing += differing;
		overlap->compared += (uint32_t)len;
	}
	if (last_wins && !payload->copy && piece->offset >= p->delivered)
		memcpy(old, new, len);
	return proves;
}

/* [at, end) of it was cut off: what is not there is known to have been. */
static void add_cut(TcpPieces *p, const TcpPayload *payload, uint64_t at, uint64_t end)
{
	at = MAX(at, p->delivered);
	GTreeNode *node = at < end ? node_from(p, at) : NULL;

	for (unsigned n = 0; at < end && n < CUT_MOST; n++) {
		const TcpPiece *piece = piece_of(node);
		uint64_t next = piece ? MIN(piece->offset, end) : end;

		if (at < next)
			fill(p, payload, at, next);
		at = piece ? MAX(next, tcp_piece_end(piece)) : end;
		node = piece ? g_tree_node_next(node) : NULL;
	}
}

bool tcp_pieces_add(TcpPieces *p, const TcpPayload *payload, bool last_wins, TcpOverlap *overlap)
{
	uint64_t at = payload->offset, captured = payload->offset + payload->captured;
	bool differs = false;

	*overlap = (TcpOverlap){0};
	for (GTreeNode *node = at < captured ? node_from(p, at) : NULL; at < captured;) {
		TcpPiece *piece = piece_of(node);

		if (!piece || piece->offset >= captured) {
			fill(p, payload, at, captured);
			break;
		}
		if (piece->offset > at) {
			fill(p, payload, at, piece->offset);
			at = piece->offset;
		}
		uint64_t to = MIN(captured, tcp_piece_end(piece));

		if (!piece->cut) {
			differs |= compare(p, piece, payload, at, to, last_wins, overlap);
		} else if (at >= p->delivered && !payload->copy) {
			carve(p, piece, at, to);
			fill(p, payload, at, to);
			node = node_from(p, to - 1);
		}
		at = to;
		node = g_tree_node_next(node);
	}
	add_cut(p, payload, captured, payload->offset + payload->len);
	return differs;
}

uint64_t tcp_pieces_too_late(const TcpPieces *p, const TcpPayload *payload)
{
	/* What was forgotten need not have been a hole. */
	uint64_t at = MAX(payload->offset, p->forgotten);
	uint64_t end = MIN(payload->offset + payload->captured, p->delivered), late = 0;

	for (GTreeNode *node = at < end ? node_from(p, at) : NULL; at < end;) {
		const TcpPiece *piece = piece_of(node);
		uint64_t next = piece ? MIN(piece->offset, end) : end;

		if (at < next)
			late += next - at;
		at = piece ? MAX(next, tcp_piece_end(piece)) : end;
		node = piece ? g_tree_node_next(node) : NULL;
	}
	return late;
}

TcpPiece *tcp_pieces_next(const TcpPieces *p)
{
	GTreeNode *node = g_tree_lower_bound(p->tree, &p->delivered);

	return node ? g_tree_node_value(node) : NULL;
}

void tcp_pieces_deliver(TcpPieces *p, uint64_t to)
{
	for (const TcpPiece *piece; (piece = tcp_pieces_next(p)) && piece->offset < to;) {
		p->held -= cost(piece);
		p->kept += cost(piece);
		p->held_pieces--;
		p->kept_pieces++;
		p->delivered = tcp_piece_end(piece);
	}
	p->delivered = MAX(p->delivered, to);
}

void tcp_pieces_forget(TcpPieces *p, uint64_t acked, size_t keep, size_t most)
{
	while (p->kept > keep) {
		TcpPiece *piece = g_tree_node_value(g_tree_node_first(p->tree));

		if (p->kept <= most && p->kept_pieces <= KEPT_MOST && tcp_piece_end(piece) > acked)
			return;
		p->kept -= cost(piece);
		p->kept_pieces--;
		p->forgotten = tcp_piece_end(piece);
		g_tree_remove(p->tree, &piece->offset);
	}
}
