/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The board: what stands before somebody who watches an analysis that goes on, in bounded memory:
 * services with how their handshakes go, the connections heard of last with the states of both
 * sides, the latest anomalies, and the ladder of any connection on it. Hand it what the observer is
 * handed, all of it, and ask at any time. One board belongs to one thread.
 */
#pragma once

#include <shakedown/sink.h>

G_BEGIN_DECLS

typedef struct _ShakedownBoard ShakedownBoard;

/* What it holds at most: what was heard of longest ago makes room. */
#define SHAKEDOWN_BOARD_SERVICES 4096
#define SHAKEDOWN_BOARD_CONNECTIONS 2048
#define SHAKEDOWN_BOARD_ANOMALIES 512
/* It takes no more than so many bytes. */
#define SHAKEDOWN_BOARD_MEMORY ((uint64_t)64 << 20)

SHAKEDOWN_EXPORT ShakedownBoard *shakedown_board_new(void);
SHAKEDOWN_EXPORT void shakedown_board_free(ShakedownBoard *board);

SHAKEDOWN_EXPORT void shakedown_board_event(ShakedownBoard *board, const ShakedownEvent *event);
SHAKEDOWN_EXPORT void shakedown_board_segment(ShakedownBoard *board,
					      const ShakedownSegment *segment);
SHAKEDOWN_EXPORT void shakedown_board_connection(ShakedownBoard *board,
						 const ShakedownConnection *connection);
SHAKEDOWN_EXPORT void shakedown_board_anomaly(ShakedownBoard *board,
					      const ShakedownAnomaly *anomaly);
/* It is that late, by the packets' clock. */
SHAKEDOWN_EXPORT void shakedown_board_advance(ShakedownBoard *board, ShakedownTime now);
/* No more will come: what was held back to be told as one is told. */
SHAKEDOWN_EXPORT void shakedown_board_finish(ShakedownBoard *board);

typedef struct {
	ShakedownAddress addr;
	uint16_t port;
	/* As ShakedownLive counts attempts; pending are those that are neither. */
	uint64_t tried, complete, failed, pending;
	uint64_t outcomes[SHAKEDOWN_HANDSHAKE_OUTCOMES]; /* of the failed */
	uint64_t live;	 /* connections held, those lately closed among them */
	uint64_t resets; /* of established connections, as far as could be told when they came */
	double rate;	 /* attempts a second, over the last few seconds */
	ShakedownDuration server_rtt; /* SYN to SYN,ACK: median of the latest; or unknown */
	ShakedownTime last;	      /* its latest event */
} ShakedownBoardService;

typedef struct {
	uint64_t id;
	ShakedownAddress addr[2]; /* [client], [server] */
	uint16_t port[2];
	ShakedownTcpState state[2];
	ShakedownTime start, last;     /* packets that the board has seen */
	uint64_t packets[2], bytes[2]; /* of each side; payload that was new */
	uint64_t retransmissions;
	bool over; /* its record has been written */
	uint64_t anomalies;
	ShakedownSeverity severity; /* the worst of theirs; of use where there are any */
} ShakedownBoardConnection;

/* Its text may hold anything that a packet can, control characters included: whoever shows it has
 * to make it harmless. */
typedef struct {
	uint64_t number; /* from 1, in the order in which they were known */
	ShakedownAnomalyKind kind;
	ShakedownSeverity severity;
	ShakedownTime time, until;
	uint64_t connection; /* the id; of several the first; 0 where there is none */
	uint64_t count; /* that it stands for: those that follow a first one are one a minute */
	const char *who, *where, *summary, *rule, *filter, *evidence; /* "" where there is none */
} ShakedownBoardAnomaly;

/* Each copies at most room rows, in no meaningful order but that of anomalies, the latest first,
 * and returns how many. */
SHAKEDOWN_EXPORT size_t shakedown_board_services(const ShakedownBoard *board,
						 ShakedownBoardService *rows, size_t room);
SHAKEDOWN_EXPORT size_t shakedown_board_connections(const ShakedownBoard *board,
						    ShakedownBoardConnection *rows, size_t room);
/* References, each to be given back; what they refer to never changes. From any thread. */
SHAKEDOWN_EXPORT size_t shakedown_board_anomalies(const ShakedownBoard *board,
						  const ShakedownBoardAnomaly **rows, size_t room);
SHAKEDOWN_EXPORT void shakedown_board_anomaly_unref(const ShakedownBoardAnomaly *anomaly);

/* Services and connections that had to make room. */
SHAKEDOWN_EXPORT void shakedown_board_forgotten(const ShakedownBoard *board, uint64_t *services,
						uint64_t *connections);

/*
 * The ladder of a connection as far as it has got, as text to options->write(); of the options
 * count width, color, ascii, absolute, verbose and the writer. A long connection's middle is left
 * out, which the drawing says. Fails where the connection is not on the board.
 */
SHAKEDOWN_EXPORT bool shakedown_board_ladder(const ShakedownBoard *board, uint64_t connection,
					     const ShakedownSinkOptions *options,
					     GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC(ShakedownBoard, shakedown_board_free)

G_END_DECLS
