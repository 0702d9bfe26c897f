/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The connections heard of last, each with enough of its segments to draw its ladder: the first
 * BOARD_HEAD and the last BOARD_TAIL. There are three lists, so that a flood of half-open ones
 * drives out neither those that were established nor those that something is wrong with. On each
 * the one that was silent longest makes room.
 */
#pragma once

#include <shakedown/board.h>

#define BOARD_HEAD 40u
#define BOARD_TAIL 40u
#define BOARD_CHANGES 6u
#define BOARD_FINDINGS 8u
#define BOARD_FINDING_FRAMES 8u

typedef struct {
	ShakedownTime time;
	uint64_t frame;
	char *note; /* owned, or NULL */
	uint32_t seq, ack, window, len;
	uint16_t flags;
	uint8_t sender, segment_class, ttl, sack_len;
	uint8_t isn_known; /* a bit a side */
	uint8_t state[2];
	uint8_t changes_len;
	struct {
		uint8_t side, state, evidence;
		bool taken_back;
	} changes[BOARD_CHANGES];
	uint32_t sack[4][2];
} BoardSegment;

typedef struct {
	ShakedownAnomalyKind kind;
	ShakedownSeverity severity;
	char *summary, *rule; /* owned */
	uint64_t frames[BOARD_FINDING_FRAMES];
	size_t frames_len, frames_kept;
} BoardFinding;

typedef enum {
	BOARD_LIST_HALF_OPEN = 0,
	BOARD_LIST_ESTABLISHED, /* one side at least was established */
	BOARD_LIST_NOTABLE,	/* a warning or worse */
} BoardList;
#define BOARD_LISTS 3

typedef struct {
	ShakedownBoardConnection row; /* its id is the key */
	BoardList list;
	GList link; /* on its list, the one heard of longest ago first */
	uint32_t isn[2];
	BoardSegment *head, *tail; /* tail: a ring, once head is full */
	unsigned head_len, head_room, tail_len, tail_next;
	uint64_t left_out; /* between head and tail */
	bool cut;	   /* it was on the board before, and what it held then is lost */
	bool recorded;
	ShakedownConnection record; /* what it points to is owned */
	BoardFinding *findings;	    /* at most BOARD_FINDINGS */
	unsigned findings_len;
} BoardConnection;

typedef struct {
	GHashTable *entries; /* of BoardConnection, by id */
	GQueue lists[BOARD_LISTS];
	uint64_t latest; /* the highest id that ever came */
	uint64_t forgotten;
} BoardConnections;

void board_connections_init(BoardConnections *connections);
void board_connections_clear(BoardConnections *connections);
BoardConnection *board_connections_find(const BoardConnections *connections, uint64_t id);
void board_connections_segment(BoardConnections *connections, const ShakedownSegment *segment);
/* Both are lost where the connection is not there. */
void board_connections_record(BoardConnections *connections, const ShakedownConnection *connection);
void board_connections_anomaly(BoardConnections *connections, const ShakedownAnomaly *anomaly);
/* See shakedown_board_ladder(). */
bool board_connection_ladder(const BoardConnection *entry, const ShakedownSinkOptions *options,
			     GError **error);
