/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An input: one file among several that are read as one. Which file's packet comes first can only
 * be known once all were looked at, but only files whose turn has come need to be open: the others
 * sleep, closed, with the time of their first packet. Pipes cannot be opened again, and stay open.
 */
#pragma once

#include "capture/input-list.h"
#include "capture/reader.h"

typedef enum {
	INPUT_ASLEEP,
	INPUT_AWAKE,
	INPUT_OVER,
} InputState;

typedef struct {
	char *path, *name; /* the name is as it is printed */
	InputState state;
	bool found;    /* not named: it may be no capture, and is left out then */
	bool left_out; /* the problem says why */
	SourceOptions how;
	/* Awake; the source also when over, as long as packets point into it. */
	Source *source;
	Reader *reader;
	bool drained; /* the last read took all that was there without waiting */
	/* Where several are merged: read, but not yet handed on. */
	ShakedownPacket *queue;
	size_t head, len;
	/* Of the packet that comes next; meaningless when there is none. */
	ShakedownTime time;
	/* What there is to tell. */
	const char *format;
	char *problem;
	bool has_first;
	uint32_t first_link_type;
	uint64_t packets, disordered, clock_steps; /* of those handed on */
	ShakedownTime latest;
	ShakedownTime end;	       /* as Reader.end, as of input_account() */
	uint64_t bytes, size, dropped; /* of the file, as of input_account() */
} Input;

/* Takes over the path. */
void input_init(Input *input, InputPath *path, const SourceOptions *how);
void input_clear(Input *input);

/* The file must be there and be a capture; interfaces as in reader_open(). */
bool input_open(Input *input, uint32_t *interfaces, GError **error);
/*
 * As input_open(), and looks at the first packet, with which it stays open or falls asleep. A file
 * that was found and is no capture is left out, which is no error; false with one.
 */
bool input_probe(Input *input, uint32_t *interfaces, GError **error);

/*
 * Brings the next packet to the head of the queue, for which it wakes the input, or reads; waits
 * for a pipe. False when there is none: then the input is over, and its file closed.
 */
bool input_fill(Input *input, uint32_t *interfaces);
/* Whether input_fill() would not have to wait for a pipe longer than this. */
bool input_ready(const Input *input, int milliseconds);
/* Packets but for those held are no more looked at: false when the input has no more memory to give
 * back, because none is left. */
bool input_release(Input *input, const SourceHeld *held);
/* Brings bytes, size and what was dropped up to date. */
void input_account(Input *input);
/* Why it ended early; NULL while there are packets to be handed on. */
const char *input_problem(const Input *input);
