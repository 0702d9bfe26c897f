/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Sequence numbers under the names that textbooks give them: x and y for the two initial ones, and
 * from the first FIN on
 *
 *   u   the number of that FIN,
 *   v   where the other side stood when it passed (its own FIN's number, if it sends nothing more),
 *   w   the other side's FIN, where data came between (a half-close).
 *
 * A side whose SYN was not captured counts from the first number seen of it: x0 or y0. Offsets are
 * 64 bits wide, so that a transfer may go round the circle of 2^32 (RFC 9293 §3.4) as often as it
 * likes.
 */
#pragma once

#include <shakedown/analysis.h>

#include <glib.h>

/* A number as a row keeps it. */
typedef struct {
	uint32_t value; /* as on the wire */
	bool named;	/* offset is of use: it lies near what its side has sent */
	uint8_t epoch;
	int64_t offset; /* from the base that was known when it was seen */
} LadderNumber;

typedef struct {
	bool known;   /* base and next are of use */
	bool isn;     /* base is the initial sequence number */
	bool deduced; /* it was not captured, but the peer's SYN,ACK tells */
	uint32_t base;
	uint8_t epoch; /* counts initial sequence numbers: a later SYN may replace the first */
	int64_t shift; /* to add to offsets, if the base was moved after they were taken */
	int64_t next;  /* offset of what comes after the highest number seen */
	bool closed;   /* fin is of use */
	int64_t fin;
	uint32_t fin_len; /* payload that came with it */
} LadderSpace;

typedef struct {
	LadderSpace space[2]; /* by side */
	int8_t closer;	      /* ShakedownSideId of the first FIN; -1: none yet */
	int64_t held;	      /* v, in the other side's space */
	bool absolute, ascii;
} LadderNumbers;

void ladder_numbers_init(LadderNumbers *numbers, bool absolute, bool ascii);

/* Takes note of a segment and gives its two numbers; call it for every segment, in order. */
void ladder_numbers_see(LadderNumbers *numbers, const ShakedownSegment *segment, LadderNumber *seq,
			LadderNumber *ack);

/* Appends "x+121". closing: the number is shown at or after the first FIN. */
void ladder_numbers_append(const LadderNumbers *numbers, ShakedownSideId whose,
			   const LadderNumber *number, bool closing, GString *out);

/* The legend, one entry a line: a name with its value, and what it stands for. Returns false when
 * there is no entry of that index. */
bool ladder_numbers_legend(const LadderNumbers *numbers, unsigned index, GString *name,
			   GString *meaning);
