/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What lies below a side's highest number and was not captured (yet): gaps in sequence space, in
 * its order, never one upon the other. Those below the other's acknowledgment come first: they are
 * the capture's loss, unless the capture is only out of order. Kept in a block that grows while
 * there is room for it; no holes, no block.
 */
#pragma once

#include "base/seq.h"

#include <shakedown/types.h>

typedef struct {
	TcpSeq left, right;
	ShakedownTime since; /* when the segment beyond it passed */
	uint64_t frame;	     /* of that segment */
	uint32_t tsval;	     /* … and its timestamp, if stamped */
	uint16_t ip_id;	     /* … and its IP id, 0: none */
	bool stamped;
	bool acked; /* counted as missing */
} TcpHole;

/* A side has room for so many in any case, and for so many at most. */
#define TCP_HOLES_LEAST 16
#define TCP_HOLES_MOST 2048

typedef struct _TcpHoles {
	uint16_t len, room;
	uint16_t acked; /* the first so many are acknowledged */
	TcpHole hole[];
} TcpHoles;

/* How many all connections together have room for. */
typedef struct {
	size_t room;
} TcpHolesBudget;

void tcp_holes_free(TcpHoles *holes, TcpHolesBudget *budget);

/* The first hole that has part of [from, to); NULL: none. */
const TcpHole *tcp_holes_at(TcpHoles *holes, TcpSeq from, TcpSeq to);
/* Where there is no room for another some of the oldest are forgotten. */
void tcp_holes_add(TcpHoles **holes, const TcpHole *hole, TcpHolesBudget *budget);
/* All below is acknowledged, and so missing; returns how many bytes of it were not known to be. */
uint32_t tcp_holes_ack(TcpHoles **holes, TcpSeq ack, TcpHolesBudget *budget);
/* Takes [from, to) out of the holes and returns how many bytes of it were; *missing becomes less by
 * those that were counted there. */
uint32_t tcp_holes_fill(TcpHoles **holes, TcpSeq from, TcpSeq to, uint64_t *missing,
			TcpHolesBudget *budget);

static inline uint32_t tcp_hole_size(const TcpHole *hole)
{
	return (uint32_t)tcp_seq_diff(hole->right, hole->left);
}
