/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The connections heard of last, each with enough of its segments to draw its ladder: the first
 * ALBUM_HEAD and the last ALBUM_TAIL. There are three shelves, so that a flood of half-open ones
 * drives out neither those that were established nor those that something is wrong with. On each
 * the one that was silent longest makes room.
 */
#pragma once

#include <shakedown/board.h>

#define ALBUM_HEAD 40u
#define ALBUM_TAIL 40u
#define ALBUM_CHANGES 6u
#define ALBUM_FINDINGS 8u
#define ALBUM_FINDING_FRAMES 8u

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
	} changes[ALBUM_CHANGES];
	uint32_t sack[4][2];
} AlbumSegment;

typedef struct {
	ShakedownAnomalyKind kind;
	ShakedownSeverity severity;
	char *summary, *rule; /* owned */
	uint64_t frames[ALBUM_FINDING_FRAMES];
	size_t frames_len, frames_kept;
} AlbumFinding;

typedef enum {
	ALBUM_HALF_OPEN = 0,
	ALBUM_GROWN,   /* one side at least was established */
	ALBUM_NOTABLE, /* a warning or worse */
} AlbumShelf;
#define ALBUM_SHELVES 3

typedef struct {
	ShakedownBoardConnection row; /* its id is the key */
	AlbumShelf shelf;
	GList link; /* on its shelf, the one heard of longest ago first */
	uint32_t isn[2];
	AlbumSegment *head, *tail; /* tail: a ring, once head is full */
	unsigned head_len, head_room, tail_len, tail_next;
	uint64_t left_out; /* between head and tail */
	bool cut;	   /* it was on the board before, and what it held then is lost */
	bool recorded;
	ShakedownConnection record; /* what it points to is owned */
	AlbumFinding *findings;	    /* at most ALBUM_FINDINGS */
	unsigned findings_len;
} AlbumEntry;

typedef struct {
	GHashTable *entries; /* of AlbumEntry, by id */
	GQueue shelves[ALBUM_SHELVES];
	uint64_t latest; /* the highest id that ever came */
	uint64_t forgotten;
} Album;

void album_init(Album *album);
void album_clear(Album *album);
AlbumEntry *album_find(const Album *album, uint64_t id);
void album_segment(Album *album, const ShakedownSegment *segment);
/* Both are lost where the connection is not there. */
void album_record(Album *album, const ShakedownConnection *connection);
void album_anomaly(Album *album, const ShakedownAnomaly *anomaly);
/* See shakedown_board_ladder(). */
bool album_ladder(const AlbumEntry *entry, const ShakedownSinkOptions *options, GError **error);
