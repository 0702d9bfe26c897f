/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The byte streams of a tracker's connections, for whoever asked for them: see shakedown/stream.h
 * for the contract. The tracker judges a segment first; only what its receiver could take is used.
 *
 * Memory is bounded twice. One side holds back at most side_bytes, in pieces that are not too many
 * to be gone through: then its first hole is given up (sooner, once the hole is acknowledged: the
 * capture has lost it). All sides together hold at most total_bytes: then the one that was touched
 * least recently gives up.
 */
#pragma once

#include "tcp/tcp-step.h"

#include <shakedown/stream.h>

typedef struct _TcpStreams TcpStreams;
typedef struct _TcpStream TcpStream; /* of one side */
/* What one takes beside its bytes. */
#define TCP_STREAM_ROOM 320

TcpStreams *tcp_streams_new(const ShakedownStreamOptions *options, ShakedownStreamFunc func,
			    void *data);
/* After all its streams. */
void tcp_streams_free(TcpStreams *streams);

/* The tracker has taken the segment through its steps. */
void tcp_streams_segment(TcpStreams *streams, TcpStep *step);
/* The connection's record comes next: what is held back goes out. */
void tcp_streams_over(TcpStreams *streams, TcpConnection *conn);
const ShakedownStreamCounts *tcp_streams_counts(const TcpStreams *streams);
/* The FIN that seemed to end it does not. */
void tcp_stream_reopen(TcpConnection *conn, ShakedownSideId side);
/* Hands nothing out. */
void tcp_stream_free(TcpStream *stream);
