/* SPDX-License-Identifier: BSD-3-Clause */
/* What the files of streams share: all of them together, one side's, and payload in doubt. */
#pragma once

#include "tcp/tcp-stream-pieces.h"
#include "tcp/tcp-stream.h"

/* A stream that begins before the capture does may begin with segments out of order. */
#define TCP_STREAM_LEAD ((uint64_t)64 << 10)
#define TCP_STREAM_NO_END UINT64_MAX

/* Payload of which only an acknowledgment tells whether it was taken: on a SYN (RFC 7413 §3), with
 * a wrong checksum that may be the tap's own, or with an old timestamp (RFC 7323 §5). */
typedef struct _TcpDoubt {
	struct _TcpDoubt *next; /* of those with old timestamps: the one before */
	uint64_t offset, frame;
	uint32_t len, captured;
	uint8_t bytes[];
} TcpDoubt;

struct _TcpStreams {
	ShakedownStreamOptions options;
	ShakedownStreamFunc func;
	void *data;
	GQueue touched; /* of TcpStream, the most recently touched last */
	size_t total;
	ShakedownStreamCounts counts;
};

struct _TcpStream {
	TcpStreams *streams;
	TcpConnection *conn;
	ShakedownSideId side;
	GList link; /* in touched */
	TcpPieces pieces;
	TcpSeq origin; /* offset 0 */
	TcpSeq ref;    /* … of the highest number seen, sent or acknowledged */
	uint64_t ref_offset;
	uint64_t acked; /* by the other side, as far as the tap saw */
	uint64_t end;	/* where the first FIN ends it, or TCP_STREAM_NO_END */
	uint64_t lead;	/* what lies before the first byte that is handed out */
	bool leading;	/* begun in the middle, and nothing was handed out yet */
	size_t cost;	/* its part of the total */
	TcpDoubt *syn, *damaged, *old;
	bool went_on; /* it has sent on after the SYN's data */
};

/* Where the number lies in the stream: before its beginning where negative. Numbers go round;
 * offsets count on. */
static inline int64_t tcp_stream_offset(const TcpStream *stream, TcpSeq seq)
{
	return (int64_t)stream->ref_offset + tcp_seq_diff(seq, stream->ref);
}

static inline size_t tcp_doubt_cost(const TcpDoubt *doubt)
{
	size_t cost = 0;

	for (; doubt; doubt = doubt->next)
		cost += sizeof *doubt + doubt->captured;
	return cost;
}

/* tcp-stream-order.c: hands out what is in order and final, and what must be given up. */
void tcp_stream_deliver(TcpStream *stream);
/* … all there is, with the holes before it. */
void tcp_stream_flush(TcpStream *stream, ShakedownHole hole);
/* Nothing came up to there, and nothing will. */
void tcp_stream_give_up(TcpStream *stream, uint64_t to, ShakedownHole hole);

/* tcp-stream-doubt.c: keeps the step's payload in mind. */
void tcp_stream_doubt(TcpDoubt **doubt, const TcpStep *step, uint64_t offset);
/* … beside the latest of those that are there already. */
void tcp_stream_doubt_old(TcpDoubt **doubts, const TcpStep *step, uint64_t offset);
void tcp_doubts_free(TcpDoubt *doubts);
/* The other side's acknowledgment has got to stream->acked. */
void tcp_stream_settle_doubts(TcpStream *stream);
/* No longer; returns how many bytes were in doubt. */
uint64_t tcp_stream_drop_doubts(TcpStream *stream);
/* It never came, and none will. */
void tcp_stream_settle_syn(TcpStream *stream);
