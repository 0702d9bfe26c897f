/* SPDX-License-Identifier: BSD-3-Clause */
/* One IP datagram that came in pieces: which bytes of it are there, and when it is whole. */
#pragma once

#include "decode/fragments.h"

typedef enum {
	DATAGRAM_OPEN = 0,
	DATAGRAM_DONE,	  /* handed out; kept to know duplicates of its pieces */
	DATAGRAM_DROPPED, /* its pieces contradict each other: so will those still to come */
} DatagramState;

/* [start, end) of the datagram, of which the bytes before `captured` are in the buffer. */
typedef struct {
	uint32_t start, end, captured;
} DatagramRange;

typedef struct {
	/* The key. */
	uint8_t version, protocol;
	uint32_t id;
	uint8_t address[32]; /* source, destination */
	Encapsulation encap;

	uint8_t state; /* DatagramState */
	uint8_t first_protocol;
	bool has_end;
	uint32_t end;	    /* the datagram's length, once its last piece was seen */
	uint32_t covered;   /* bytes in ranges */
	ShakedownTime time; /* of the piece that came first */
	uint64_t packets;
	uint64_t used;	       /* the packet that touched it last, as Fragments counts them */
	DatagramRange *ranges; /* by start; they do not overlap */
	size_t ranges_len, ranges_room;
	uint8_t *buffer;
	size_t buffer_room;
	GList link;
} Datagram;

Datagram *datagram_new(const Datagram *key);
void datagram_free(Datagram *datagram);
/* Memory held. */
size_t datagram_footprint(const Datagram *datagram);
/* Why no datagram can have such a piece, or NULL. */
const char *datagram_piece_fault(const FragmentsPiece *piece);
/* Whether exactly this piece is part of the datagram already. */
bool datagram_holds(const Datagram *datagram, const FragmentsPiece *piece);
/* True when the piece makes it whole. Otherwise the piece is counted, now or later. */
bool datagram_add(Datagram *datagram, Counts *counts, const FragmentsPiece *piece,
		  FragmentsWhole *whole);
