/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Connections that have something in common (a service, a client, a server, a client's network),
 * counted: how their handshakes and teardowns went. A table holds a bounded number of such groups;
 * what it has no room for is summed in one group of others, so that nothing is lost from the sums.
 */
#pragma once

#include <glib.h>

#include <shakedown/sink.h>

#include "detect/sketch.h"
#include "report/quantiles.h"
#include "report/timeline.h"
#include "report/writer.h"

typedef struct {
	ShakedownAddress addr; /* of a network its first */
	uint16_t port;	       /* of a service; else 0 */
	uint8_t bits;	       /* of a network's prefix; else 0 */
	uint8_t by;	       /* ShakedownGroupBy */
} GroupKey;

typedef enum { GROUP_BY_FIN = 0, GROUP_BY_RESET } GroupHow;

typedef struct {
	GroupKey key;
	uint64_t connections;
	uint64_t attempts;  /* of them, handshakes that were captured */
	uint64_t failed;    /* of these, what came to nothing */
	uint64_t syn_again; /* SYNs and SYN,ACKs beyond the first */
	uint64_t syn_ack_again;
	uint64_t retried; /* connections that took more than one of either */
	uint64_t handshakes[SHAKEDOWN_HANDSHAKE_OUTCOMES];
	uint64_t teardowns[SHAKEDOWN_TEARDOWN_OUTCOMES];
	uint64_t teardown_kinds[SHAKEDOWN_TEARDOWN_KINDS];
	uint64_t closed_first[2][2]; /* [side][GroupHow] */
	uint64_t time_wait[2];	     /* connections whose side came to TIME-WAIT */
	uint64_t bytes[2];	     /* payload that each side sent */
	ShakedownTime first, last;   /* packets of them */
	Quantiles leg[2];	     /* of the handshakes: [client], [server] */
	Quantiles half_closed;
	Timeline timeline;
	uint64_t missing_at_most; /* connections that were counted among the others before */
} Group;

typedef struct {
	ShakedownGrouping by;
	GHashTable *groups;
	guint limit;
	Group others;
	uint64_t dropped;     /* groups that were summed in others, each as often as it was */
	uint64_t missing;     /* bound on what a group that comes now may have lost to it */
	SketchDistinct *keys; /* all that ever came */
	GroupKey probe;
} GroupTable;

/* At most some 4 KiB each, and 6 KiB more for one with hundreds of connections. */
#define GROUPS_MOST 4096u

void group_table_init(GroupTable *table, const ShakedownGrouping *by, guint limit);
void group_table_clear(GroupTable *table);
void group_table_add(GroupTable *table, const ShakedownConnection *connection);
/* The groups, what went wrong most often first, then the most frequent; free with
 * g_ptr_array_unref() before the table. */
GPtrArray *group_table_ranking(const GroupTable *table);
/* How many there were in all: exact unless groups were dropped, then by a sketch. */
uint64_t group_table_distinct(const GroupTable *table);
/* Sums the groups from the given rank on in the table's others, and drops them from the ranking. */
void group_table_fold(GroupTable *table, GPtrArray *ranking, guint from);

/* "198.51.100.7:443", "192.0.2.0/24", "2001:db8::1". */
#define GROUP_KEY_LEN (REPORT_ENDPOINT_LEN + 4)
size_t group_key_format(char *out, const GroupKey *key);
/* "service", …; "subnet". */
const char *group_by_name(ShakedownGroupBy by);
