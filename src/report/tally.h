/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Counts by endpoint (a service) or by host, in bounded memory: when the table is full, the half
 * with the least weight is dropped. So under a flood from forged addresses those stay that stand
 * out, and their counts are exact unless they were among the dropped before.
 */
#pragma once

#include <glib.h>

#include <shakedown/connection.h>

#include "flow/key-table.h"
#include "report/quantiles.h"

#define TALLY_LIMIT 8192u

typedef struct {
	ShakedownAddress addr;
	uint8_t pad;
	uint16_t port; /* 0 for a host */
} TallyKey;
_Static_assert(sizeof(TallyKey) == 20, "compared as bytes: no padding but pad, which is 0");

typedef struct {
	TallyKey key; /* first: the table looks no further */
	uint64_t connections;
	uint64_t failed; /* handshakes that came to nothing */
	uint64_t resets;
	uint64_t outcomes[SHAKEDOWN_HANDSHAKE_OUTCOMES];
	uint64_t teardowns[SHAKEDOWN_TEARDOWN_OUTCOMES];
	Quantiles server_rtt;
	bool dropped; /* on its way out */
} TallyEntry;

typedef struct {
	KeyTable *entries; /* of TallyEntry */
	guint limit;
	bool by_failures; /* what weighs: failures, else connections */
	bool dropped;	  /* some were */
	TallyEntry *last; /* the one that counted last: connections come in trains */
} Tally;

/* The handshake was tried and came to nothing. */
bool tally_is_failure(ShakedownHandshakeOutcome outcome);

void tally_init(Tally *tally, guint limit, bool by_failures);
void tally_clear(Tally *tally);
/* Counts a connection for one of its sides: with the port for a service, without for a host. */
void tally_add(Tally *tally, const ShakedownConnection *connection, ShakedownSideId side,
	       bool with_port);
/* The entries by weight, descending; free with g_ptr_array_unref() before the tally. */
GPtrArray *tally_ranking(const Tally *tally);
