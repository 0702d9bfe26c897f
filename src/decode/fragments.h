/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * IP datagrams in pieces, put together again: RFC 791 §3.2, RFC 8200 §4.5. Bounded in datagrams, in
 * bytes and by the packets' clock; what is given up is counted. Bytes that the capture did not keep
 * stay missing: only the lengths have to be complete.
 */
#pragma once

#include "base/bytes.h"
#include "decode/counts.h"
#include "decode/encapsulation.h"

#include <glib.h>

#define FRAGMENTS_TIMEOUT (30 * SHAKEDOWN_NS_PER_S)
/* For so long the pieces of a datagram that is complete are known again as duplicates. */
#define FRAGMENTS_MEMORY SHAKEDOWN_NS_PER_S
#define FRAGMENTS_DATAGRAMS 1024
#define FRAGMENTS_BYTES (8u << 20)
#define FRAGMENTS_PIECES 512 /* of one datagram */

typedef struct {
	uint8_t version;  /* 4 or 6 */
	uint8_t protocol; /* IPv4: part of the key; IPv6: of the first piece counts */
	bool more;
	uint32_t id;
	const uint8_t *src, *dst; /* 4 or 16 bytes */
	const Encapsulation *encap;
	ShakedownTime time;
	uint32_t offset; /* of this piece, in bytes */
	uint32_t len;	 /* of this piece on the wire */
	Bytes bytes;	 /* of them, those captured */
} FragmentsPiece;

typedef struct {
	uint8_t protocol;
	uint32_t len;
	Bytes bytes; /* the captured ones up to the first that is missing; valid until the next
			fragments_begin() */
} FragmentsWhole;

typedef struct {
	GHashTable *table;
	GQueue order; /* of arrival: oldest first */
	size_t bytes;
	uint64_t packet; /* counts fragments_begin() calls */
} Fragments;

void fragments_init(Fragments *fragments);
void fragments_clear(Fragments *fragments);
/* A new packet: what fragments_add() handed out is no longer in use. */
static inline void fragments_begin(Fragments *fragments)
{
	fragments->packet++;
}
/* True when the piece makes its datagram complete. */
bool fragments_add(Fragments *fragments, Counts *counts, const FragmentsPiece *piece,
		   FragmentsWhole *whole);
/* Packets whose datagrams are still incomplete. */
uint64_t fragments_pending(const Fragments *fragments);
