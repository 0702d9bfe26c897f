/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The pieces of one side's stream, by offset: what waits for a hole before it to be filled, and
 * what was delivered lately, to be compared with what is sent again. Pieces never overlap.
 */
#pragma once

#include "tcp/tcp-overlap.h"

#include <glib.h>
#include <shakedown/stream.h>

typedef struct {
	uint64_t offset; /* first: it is the key */
	uint64_t frame;
	uint32_t len;
	bool cut;     /* the snaplen has cut it: there are no bytes */
	bool damaged; /* its segment's checksum was wrong: a difference proves nothing */
	uint8_t bytes[];
} TcpPiece;

/* So many are held back at most: with full segments side_bytes are reached before. */
#define TCP_PIECES_HELD 16384u

typedef struct {
	GTree *tree;
	uint64_t delivered;		   /* all before it has been handed out */
	uint64_t forgotten;		   /* no piece before it is kept any more */
	size_t held, kept;		   /* memory of pieces from there on, and before */
	unsigned held_pieces, kept_pieces; /* … and how many those are */
} TcpPieces;

/* A segment's payload on its way into the stream. */
typedef struct {
	uint64_t offset, frame;
	uint32_t len, captured; /* captured <= len: of them at bytes */
	const uint8_t *bytes;
	bool damaged;
	bool silent; /* differences do not count: a probe's byte may be anything */
	bool copy;   /* the capture holds it twice: to be compared, not to be used */
} TcpPayload;

void tcp_pieces_init(TcpPieces *pieces);
void tcp_pieces_clear(TcpPieces *pieces);

static inline uint64_t tcp_piece_end(const TcpPiece *piece)
{
	return piece->offset + piece->len;
}

/*
 * Adds what is not there yet. Where bytes were there already they stay, unless last_wins and they
 * were not delivered. True where some of them differ: then the overlap says which.
 */
bool tcp_pieces_add(TcpPieces *pieces, const TcpPayload *payload, bool last_wins,
		    TcpOverlap *overlap);
/* How many of the payload's bytes can no longer be used: no piece holds them, and their hole has
 * been handed out. */
uint64_t tcp_pieces_too_late(const TcpPieces *pieces, const TcpPayload *payload);
/* The first piece that was not delivered, behind a hole or not; NULL where there is none. */
TcpPiece *tcp_pieces_next(const TcpPieces *pieces);
/* Everything up to there has been handed out; it is where a piece ends or begins. */
void tcp_pieces_deliver(TcpPieces *pieces, uint64_t to);
/* Forgets delivered pieces that end at or before acked until at most keep bytes of memory are kept,
 * and any until at most most are, in not too many pieces. */
void tcp_pieces_forget(TcpPieces *pieces, uint64_t acked, size_t keep, size_t most);
