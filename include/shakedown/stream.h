/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Streams: the bytes that each side of a connection sent, put in order. They come as they become
 * certain, a stretch at a time and each byte once; where bytes are missing, a hole of known length
 * comes in their place. Whoever does not ask for them pays nothing.
 */
#pragma once

#include <shakedown/analysis.h>

G_BEGIN_DECLS

/* Whose bytes count where the same sequence numbers were sent twice with different content. */
typedef enum {
	SHAKEDOWN_OVERLAP_FIRST = 0, /* the first copy's; bytes come as soon as they are in order */
	SHAKEDOWN_OVERLAP_LAST, /* the last copy's that passed before the acknowledgment of them;
				   bytes come when they are acknowledged */
} ShakedownOverlapPolicy;

typedef enum {
	SHAKEDOWN_HOLE_NONE = 0, /* bytes, no hole */
	SHAKEDOWN_HOLE_MISSING,	 /* never captured */
	SHAKEDOWN_HOLE_CUT,	 /* cut off by the snaplen */
	SHAKEDOWN_HOLE_GIVEN_UP, /* not waited for any longer: too much was held back behind it */
} ShakedownHole;

typedef struct {
	uint64_t connection; /* its id, to have that one alone; 0: all */
	int8_t side;	     /* ShakedownSideId; -1: both */
	ShakedownOverlapPolicy policy;
	uint64_t side_bytes;  /* most that one side may hold back, overhead included; 0: 16 MiB */
	uint64_t total_bytes; /* … and all together; 0: 256 MiB */
} ShakedownStreamOptions;

/* A stretch of one side's stream. Valid during the call. */
typedef struct {
	uint64_t connection;		 /* id */
	ShakedownSideId side;		 /* who sent it */
	const ShakedownAddress *addr[2]; /* [client], [server] */
	uint16_t port[2];
	uint64_t offset; /* of its first byte; 0 is the one after the SYN, or the first captured */
	uint64_t len;
	const uint8_t *bytes; /* NULL: a hole */
	ShakedownHole hole;
	uint64_t frame; /* that brought the bytes; 0: a hole */
} ShakedownStretch;

typedef void (*ShakedownStreamFunc)(const ShakedownStretch *stretch, void *data);

typedef struct {
	uint64_t bytes;		 /* handed out */
	uint64_t holes, missing; /* holes handed out, and their bytes: of all kinds */
	uint64_t given_up;	 /* holes given up for want of room */
	uint64_t unused;    /* payload bytes beyond a FIN, before the beginning, too late for their
			       hole, or in doubt for longer than there was room */
	uint64_t conflicts; /* segments that sent other bytes than an earlier one had */
	uint64_t held_peak; /* bytes of memory held at most, overhead included */
} ShakedownStreamCounts;

/*
 * Asks for streams; to be called before the first packet is fed. A connection's stretches all come
 * before its record. Overlaps that differ are also reported as the anomaly overlap-conflict.
 */
SHAKEDOWN_EXPORT void shakedown_analysis_streams(ShakedownAnalysis *analysis,
						 const ShakedownStreamOptions *options,
						 ShakedownStreamFunc func, void *data);
/* NULL where nobody has asked for streams. */
SHAKEDOWN_EXPORT const ShakedownStreamCounts *
shakedown_analysis_stream_counts(const ShakedownAnalysis *analysis);

G_END_DECLS
