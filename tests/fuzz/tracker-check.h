/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Watches a tracker and holds it to its promises: every belief follows from the one before by a row
 * of tcp-transition.c, what is counted agrees with what came, a record is complete and comes once,
 * and streams are without gap, each byte where it belongs.
 */
#pragma once

#include "fuzz.h"
#include "tcp/tcp-record.h"
#include "tcp/tcp-stream.h"
#include "tcp/tcp-tracker.h"

#define WATCH_CONNECTIONS 2048

typedef struct {
	uint64_t next;	 /* offset up to which stretches came */
	uint32_t origin; /* sequence number of offset 0, modulo 2^16 */
	bool located;
} WatchStream;

typedef struct {
	TcpConnection *conn; /* NULL: not yet, or over */
	bool opened, over;
	bool saturated; /* its journal was full once: what came then is not in it */
	WatchStream stream[2];
} WatchConnection;

typedef struct {
	TcpTracker *tracker;
	const ShakedownConfig *config;
	uint64_t frames; /* so far */
	bool lies;	 /* bytes need not be those of script_content() */
	uint64_t opened, over;
	uint64_t packets, bytes, missing; /* sums over the records */
	uint64_t digest; /* of all events, and the connections at each, and all records */
	TcpRecordRoom room;
	TcpRecorder recorder;
	WatchConnection connection[WATCH_CONNECTIONS]; /* by id */
} Watch;

/* The tracker's observers; data is the Watch. */
void watch_event(const TcpEvent *event, void *watch);
void watch_over(TcpConnection *conn, void *watch);
void watch_segment(const ShakedownSegment *segment, void *watch);
void watch_stretch(const ShakedownStretch *stretch, void *watch);

/* What must hold between segments. */
void watch_live(Watch *watch);
/* … and at the end, of so many segments and bytes of payload. */
void watch_finished(const Watch *watch, uint64_t segments, uint64_t payload);

/* What must hold of every record, from wherever. frames: of the whole capture. */
void record_check(const ShakedownConnection *record, uint64_t frames);
/* … and that it tells one story; called by that. */
void story_check(const ShakedownConnection *record);
uint64_t record_digest(uint64_t digest, const ShakedownConnection *record);
