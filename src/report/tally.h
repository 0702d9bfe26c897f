/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Counts by endpoint (a service) or by host, in bounded memory: when the table is full, the half
 * with the least weight is dropped. So under a flood from forged addresses those stay that stand
 * out, and their counts are exact unless they were among the dropped before.
 *
 * Most hosts of a flood have one connection, and of that one little needs to be kept: two of them
 * lie in a cache line. Whoever has a second one gets counters.
 */
#pragma once

#include <glib.h>
#include <string.h>

#include <shakedown/connection.h>

#include "flow/key-table.h"
#include "report/quantiles.h"

#define TALLY_LIMIT 8192u
#define TALLY_LIMIT_MOST 65535u

typedef struct {
	ShakedownAddress addr;
	uint16_t port; /* 0 for a host */
} TallyKey;

typedef struct {
	TallyKey key;
	uint64_t connections;
	uint64_t failed; /* handshakes that came to nothing */
	uint64_t resets;
	uint64_t outcomes[SHAKEDOWN_HANDSHAKE_OUTCOMES];
	uint64_t teardowns[SHAKEDOWN_TEARDOWN_OUTCOMES];
	Quantiles server_rtt;
} TallyEntry;

/* One that has been counted: once, or as its counters say. */
typedef struct {
	KeyAddress address;
	uint32_t end;		   /* key_end() */
	uint8_t outcome, teardown; /* of the one connection */
	uint8_t failed : 1;	   /* that one */
	uint8_t many : 1;	   /* counters */
	uint8_t dropped : 1;	   /* on its way out, unless it comes again */
	union {
		ShakedownDuration server_rtt; /* of the one */
		uint64_t counters;	      /* handle of its TallyEntry */
	};
} TallyBrief;
_Static_assert(sizeof(TallyBrief) == 32, "half a cache line");

typedef struct {
	TallyBrief *briefs; /* room for limit of them */
	guint len, limit;
	/* To find them: an index from 1 in the lower half, the upper half of the hash above it. */
	uint32_t *slots;
	uint32_t mask;
	/* Of the last ones that were kept when half was dropped: they have only gained since, and
	 * nobody who ranks below will be kept the next time. */
	uint64_t rank_kept;
	uint64_t secret[KEY_SECRETS];
	Slab *counters;	  /* of TallyEntry */
	bool by_failures; /* what weighs: failures, else connections */
	bool dropped;	  /* some were */
	guint last;	  /* the one that counted last: connections come in trains */
} Tally;

/* The handshake was tried and came to nothing. */
bool tally_is_failure(ShakedownHandshakeOutcome outcome);

void tally_init(Tally *tally, guint limit, bool by_failures);
void tally_clear(Tally *tally);
/* Counts a connection for one of its sides: with the port for a service, without for a host. */
void tally_add(Tally *tally, const ShakedownConnection *connection, ShakedownSideId side,
	       bool with_port);

/* Its counters, which it is given if it has none. */
TallyEntry *tally_entry(Tally *tally, TallyBrief *brief);
static inline TallyEntry *tally_counters(const Tally *tally, const TallyBrief *brief)
{
	return slab_get(tally->counters, (uint32_t)brief->counters);
}

/* What it weighs. */
static inline uint64_t tally_connections(const Tally *tally, const TallyBrief *brief)
{
	return brief->many ? tally_counters(tally, brief)->connections : 1;
}

static inline uint64_t tally_failed(const Tally *tally, const TallyBrief *brief)
{
	return brief->many ? tally_counters(tally, brief)->failed : brief->failed;
}

/* The beginning of what they are ordered by, the heaviest first: under a flood most weigh the same,
 * and their addresses tell them apart. Equal ones have to be compared. */
#define TALLY_RANK_WEIGHT 0xffffu

static inline uint64_t tally_rank(const Tally *tally, const TallyBrief *brief)
{
	uint64_t failed = tally->by_failures ? tally_failed(tally, brief) : 0;
	uint64_t connections = tally_connections(tally, brief);
	uint32_t address;

	memcpy(&address, &brief->address, sizeof(address));
	/* Nothing that follows counts among those that weigh more than there is room for. */
	if (failed >= TALLY_RANK_WEIGHT)
		return 0;
	if (connections >= TALLY_RANK_WEIGHT) {
		connections = TALLY_RANK_WEIGHT;
		address = 0;
	}
	return (TALLY_RANK_WEIGHT - failed) << 48 | (TALLY_RANK_WEIGHT - connections) << 32 |
	       GUINT32_FROM_BE(address);
}

static inline guint tally_len(const Tally *tally)
{
	return tally->len;
}

/* How many have failures; *connections: all that these have. */
guint tally_failing(const Tally *tally, uint64_t *connections);
/* The first ones by weight, descending, at most so many; free with g_ptr_array_unref() before the
 * tally. */
GPtrArray *tally_ranking(Tally *tally, guint most);
/* Marks as dropped the half that weighs least. */
void tally_mark_half(Tally *tally);
