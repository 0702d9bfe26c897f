/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A talk is a tracker with two hosts that send it segments built by hand, and with ears: it keeps
 * what the tracker tells, as text that a test can hold beside the RFC.
 *
 *	CLIENT(t, TCP_SYN);
 *	SERVER(t, SYN_ACK, 0, 1);
 *	CLIENT(t, TCP_ACK, 1, 1);
 *	EXPECT_STATES(t, "ESTABLISHED / ESTABLISHED?");
 */
#pragma once

#include "tcp/tcp-record.h"
#include "tcp/tcp-tracker.h"

#include <criterion/criterion.h>

#define SYN_ACK ((uint16_t)(TCP_SYN | TCP_ACK))
#define FIN_ACK ((uint16_t)(TCP_FIN | TCP_ACK))
#define RST_ACK ((uint16_t)(TCP_RST | TCP_ACK))
#define PSH_ACK ((uint16_t)(TCP_PSH | TCP_ACK))

#define MS(n) (INT64_C(1000000) * (n))
#define SECONDS(n) (SHAKEDOWN_NS_PER_S * (n))
/* As a segment's `after`: at the same moment as the one before. */
#define AT_ONCE INT64_MIN
/* As a segment's `window` and `ip_id`. */
#define CLOSED_WINDOW -1
#define NO_IP_ID -1

/* A segment as its sender makes it. What is 0 takes the default. */
typedef struct {
	uint16_t flags;
	uint32_t seq;		 /* from the sender's ISN on: its SYN has 0 */
	uint32_t ack;		 /* from the other's ISN on: its SYN is acknowledged by 1 */
	uint32_t len;		 /* of payload */
	ShakedownDuration after; /* since the segment before; default 10 ms */
	int32_t window;		 /* default 8192 */
	int32_t ip_id;		 /* default: counts up */
	uint8_t ttl;		 /* default 64 */
	SegmentChecksum checksum;
	uint32_t tsval, tsecr; /* the option is there if tsval is not 0 */
	const char *options;   /* further options, as bytes of a string literal … */
	uint8_t options_len;   /* … and how many */
	uint16_t vlan;	       /* 0: untagged */
	bool in_gre;	       /* which is no part of a connection's key */
	uint32_t isn;	       /* instead of the sender's */
	uint32_t peer_isn;     /* instead of the other's */
} TalkSegment;

/* One connection as it was told of. */
typedef struct {
	TcpConnection *conn; /* NULL: over */
	ShakedownConnection record;
	TcpRecordRoom room;
} TalkConnection;
#define TALK_CONNECTIONS 64

typedef struct {
	ShakedownConfig config;
	TcpTracker *tracker;
	bool awake; /* nothing open is laid to rest; else all that can is, after each segment */
	ShakedownAddress addr[2];
	uint16_t port[2];
	uint32_t isn[2];
	uint16_t ip_id[2];
	ShakedownTime now;
	uint64_t frame;
	/* What is left of the latest segment. */
	Segment last;
	uint8_t options[40];
	ShakedownSegmentClass segment_class;
	uint64_t id;
	char note[128];
	char changes[512];
	/* … and of all. */
	TcpRecorder recorder;
	unsigned connections; /* ids told of are 1 … connections */
	TalkConnection connection[TALK_CONNECTIONS + 1];
	uint64_t over[TALK_CONNECTIONS]; /* ids, in the order in which they were over */
	unsigned over_len;
	GString *events;   /* since the talk began, or since talk_events() was last called */
	GString *openings; /* "1 complete, 2 refused": as they were told */
	GString *text;	   /* what an accessor returned last */
	uint64_t event_count[TCP_EVENTS];
} Talk;

Talk *talk_new(void);
void talk_free(Talk *t);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Talk, talk_free)

void talk_send(Talk *t, ShakedownSideId from, const TalkSegment *segment);
#define CLIENT(t, ...) talk_send((t), SHAKEDOWN_CLIENT, &(TalkSegment){__VA_ARGS__})
#define SERVER(t, ...) talk_send((t), SHAKEDOWN_SERVER, &(TalkSegment){__VA_ARGS__})
/* The latest segment again, bit by bit. */
void talk_copy(Talk *t, ShakedownDuration after);
/* An ICMP error that quotes a segment of that side. */
void talk_icmp(Talk *t, ShakedownSideId quoted, uint8_t type, uint8_t code);
/* Nothing but time passes; in steps, since a single leap does not count. */
void talk_wait(Talk *t, ShakedownDuration duration);
void talk_finish(Talk *t);

/* SYN; SYN,ACK; ACK, 10 ms apart. Then both may send from 1 on. */
void talk_open(Talk *t);
/* A new one in which both have shown that they are ESTABLISHED: client at 101, server at 201,
 * window 8192. */
Talk *talk_talking(void);
/* … with these options on both SYNs. */
void talk_open_with(Talk *t, const char *options, uint8_t len);

/* Both states of the latest segment's connection, "ESTABLISHED / CLOSE-WAIT?". The mark is the
 * evidence: none: sent, ?: delivered, !: confirmed, ~: timer, *: assumed. */
const char *talk_states(Talk *t);
const char *talk_states_of(Talk *t, uint64_t id);
/* "SYN-SENT ESTABLISHED FIN-WAIT-1 FIN-WAIT-2!" */
const char *talk_history(Talk *t, uint64_t id, ShakedownSideId side);
/* The events' names since it was last called: "opened syn syn-ack". */
const char *talk_events(Talk *t);
/* The live connection, its record before or after it was over. */
TcpConnection *talk_conn(Talk *t, uint64_t id);
const ShakedownConnection *talk_record(Talk *t, uint64_t id);
/* "three-way complete, four-way graceful" */
const char *talk_outcome(Talk *t, uint64_t id);
TcpSide *talk_side(Talk *t, ShakedownSideId side);
const TcpAsideSide *talk_aside(Talk *t, ShakedownSideId side);

#define TALK_TEXT(what, got_, expected_)                                                           \
	do {                                                                                       \
		const char *got__ = (got_), *expected__ = (expected_);                             \
		cr_assert_str_eq(got__, expected__, "%s: \"%s\", expected \"%s\"", (what), got__,  \
				 expected__);                                                      \
	} while (0)
#define EXPECT_STATES(t, text) TALK_TEXT("states", talk_states(t), text)
#define EXPECT_STATES_OF(t, id, text) TALK_TEXT("states", talk_states_of(t, id), text)
#define EXPECT_HISTORY(t, id, side, text) TALK_TEXT("history", talk_history(t, id, side), text)
#define EXPECT_EVENTS(t, text) TALK_TEXT("events", talk_events(t), text)
#define EXPECT_OUTCOME(t, id, text) TALK_TEXT("outcome", talk_outcome(t, id), text)
#define EXPECT_CHANGES(t, text) TALK_TEXT("changes", (t)->changes, text)
#define EXPECT_NOTE(t, text) TALK_TEXT("note", (t)->note, text)
#define EXPECT_CLASS(t, NAME)                                                                      \
	TALK_TEXT("class", shakedown_segment_class_name((t)->segment_class),                       \
		  shakedown_segment_class_name(SHAKEDOWN_SEGMENT_##NAME))
