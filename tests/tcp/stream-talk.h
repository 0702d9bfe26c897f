/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Two hosts that send each other bytes through a tracker, and what comes of their streams: the
 * bytes in order, with "[3 missing]" in the place of a hole.
 */
#pragma once

#include "tcp/tcp-stream-recent.h"
#include "tcp/tcp-stream.h"
#include "tcp/tcp-tracker.h"

#include <criterion/criterion.h>

#define SYN_ACK ((uint16_t)(TCP_SYN | TCP_ACK))
#define FIN_ACK ((uint16_t)(TCP_FIN | TCP_ACK))
#define HIDDEN_BYTES ((const char *)1) /* as bytes: on the wire, not in the capture */

/* A segment as its sender makes it; seq and ack count from the two ISNs. */
typedef struct {
	uint16_t flags; /* 0: ACK */
	uint32_t seq, ack;
	const char *bytes;
	uint32_t len;	      /* 0: the string's */
	uint32_t captured;    /* 0: all */
	int32_t window;	      /* -1: closed; 0: 65535 */
	uint8_t checksum;     /* SegmentChecksum */
	uint8_t tsval, tsecr; /* the option is there if tsval is not 0 */
	bool digested;	      /* its bytes are not there any more, but their digest is */
} StreamSegment;

typedef struct {
	ShakedownConfig config;
	TcpTracker *tracker;
	TcpStreams *streams; /* NULL: recent segments alone */
	TcpRecent *recent;   /* NULL: streams */
	TcpConnection *conn;
	uint32_t isn[2];
	uint16_t client_port;
	uint64_t frame;
	ShakedownTime now;
	Segment last;
	uint8_t options[12];
	GString *text[2];
	uint64_t end[2]; /* of what came: the next stretch begins here */
	bool over;
	unsigned conflicts;
	ShakedownSideId conflict_side;
	TcpOverlap conflict; /* the latest */
} StreamTalk;

/* Options NULL: nobody asks for streams, and recent segments are remembered. */
StreamTalk *stream_talk_new(const ShakedownStreamOptions *options);
void stream_talk_free(StreamTalk *t);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StreamTalk, stream_talk_free)

/* Both sides, and nothing else. */
StreamTalk *stream_talk_default(void);
void stream_talk_open(StreamTalk *t);
void stream_talk_send(StreamTalk *t, ShakedownSideId from, const StreamSegment *segment);
#define CLIENT(t, ...) stream_talk_send((t), SHAKEDOWN_CLIENT, &(StreamSegment){__VA_ARGS__})
#define SERVER(t, ...) stream_talk_send((t), SHAKEDOWN_SERVER, &(StreamSegment){__VA_ARGS__})
/* The capture ends. */
void stream_talk_finish(StreamTalk *t);

#define EXPECT_TEXT(t, side, expected)                                                             \
	cr_assert_str_eq((t)->text[side]->str, (expected), "the %s's stream: \"%s\", not \"%s\"",  \
			 shakedown_side_name(side), (t)->text[side]->str, (expected))
#define EXPECT_CLIENT(t, expected) EXPECT_TEXT(t, SHAKEDOWN_CLIENT, expected)
#define EXPECT_SERVER(t, expected) EXPECT_TEXT(t, SHAKEDOWN_SERVER, expected)
