/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Connections in little room. Of a half-open one that has shown no more than its first SYN little
 * needs to be known, and in a flood there are millions: such a connection is folded into less than
 * a cache line, as kernels do, and unfolded into what it was when anything further happens to it.
 * What does not come out of the fold as it went in is not folded, so that nothing else need know of
 * it. Of one that rests (tcp-rest.h), closed or silent, this is the part that both need.
 *
 * A folded one has a handle of its own, with SLAB_SMALL set, in the table and the wheel.
 */
#pragma once

#include "flow/fetch.h"
#include "flow/slab.h"
#include "tcp/tcp-connection.h"

typedef struct _TcpTracker TcpTracker;

typedef struct {
	FlowSmallKey key; /* first: the flow table looks no further */
	uint16_t window;
	TimerNode timer;
	ShakedownTime start;
	uint64_t frame : 48;
	uint64_t ttl : 8;
	uint64_t wscale : 4; /* TCP_FOLDED_NO_WSCALE: not offered */
	uint64_t sack : 1;
	uint64_t timestamps : 1;
	uint64_t client_end : 1;
	uint64_t timed : 1; /* TCP_CONN_TIMED_HANDSHAKE */
	uint64_t id : 44;
	uint64_t rests : 1;   /* only key, timer, start, frame, id, open and rest mean something */
	uint64_t open : 1;    /* at rest, and not closed */
	uint64_t checked : 1; /* TCP_CHECK_GOOD */
	uint64_t has_mss : 1;
	uint64_t mss : 16;
	union {
		struct {
			TcpSeq isn;
			uint32_t noted;
		};
		uint8_t *rest; /* tcp-rest.h */
	};
} TcpFolded;
_Static_assert(sizeof(TcpFolded) == 56, "less than a cache line");

/* What a key that is wide points at. */
typedef struct {
	FlowKey key;
	uint32_t encap; /* TcpConnection's; of one that is folded */
} TcpFoldedWide;
_Static_assert(offsetof(TcpFoldedWide, key) == 0 && sizeof(TcpFoldedWide) == 48, "FlowKey's slab");

#define TCP_FOLDED_NO_WSCALE 15u
/* What one that rests takes beside is seldom more, in bytes. */
#define TCP_FOLDED_REST_USUAL 192

/* Where there are less connections than that none is laid to rest. */
#define TCP_REST_FROM 65536

static G_ALWAYS_INLINE inline void tcp_folded_fetch_rest(const TcpFolded *folded)
{
	if (folded->rests)
		fetch_to_read(folded->rest, TCP_FOLDED_REST_USUAL);
}

/* Folds the connection, if it can be; its pointer and handle are invalid then. */
void tcp_fold(TcpTracker *tracker, TcpConnection *conn, uint32_t handle);
/* The same for one that is closed, where there are many; true if it was done. */
bool tcp_folded_rest(TcpTracker *tracker, TcpConnection *conn);
/* The same for any that can rest. */
bool tcp_folded_rest_anyway(TcpTracker *tracker, TcpConnection *conn, uint32_t handle);
/* The connection of a handle from the table or the wheel: unfolded for good if need be. */
TcpConnection *tcp_unfold(TcpTracker *tracker, uint32_t *handle);
/* The same for a while: it keeps its handle, and is over, or returned, before another is borrowed.
 */
TcpConnection *tcp_folded_borrow(TcpTracker *tracker, uint32_t handle);
/* Folds, or lays to rest, what can be, whether it was so before or not. */
void tcp_folded_return(TcpTracker *tracker, TcpConnection *conn, uint32_t handle);

/* Of a handle with SLAB_SMALL, which nothing points at any more. */
void tcp_folded_free(TcpTracker *tracker, uint32_t handle);

/* All zero: where the one lies that is borrowed, or being told of. */
TcpConnection *tcp_folded_room(TcpTracker *tracker);
/* What a first SYN makes of a connection that is all zero, but for key, hash and timer: as it is
 * when it has been opened, … */
void tcp_folded_opened(TcpConnection *conn, const TcpFolded *folded);
/* … when the SYN is told, … */
void tcp_folded_syn(TcpConnection *conn, const TcpFolded *folded);
/* … and when that has passed. */
void tcp_folded_passed(TcpConnection *conn, const TcpFolded *folded);

/* The log has moved what one that rests takes beside: a ByteLogMoved. */
void tcp_folded_moved(uint32_t small, uint8_t *rest, void *tracker);

/* For tests, which look at connections between segments: where each that lives is now is told. */
void tcp_unfold_all(TcpTracker *tracker, void (*told)(TcpConnection *conn, void *data), void *data);
