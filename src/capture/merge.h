/* SPDX-License-Identifier: BSD-3-Clause */
/* Inputs, each a file that is being read, and their merge into one sequence of packets. */
#pragma once

#include "capture/reader.h"

typedef struct {
	char *name; /* as it is printed */
	Source *source;
	Reader *reader;
	uint64_t packets, disordered, clock_steps; /* of those handed on */
	ShakedownTime latest;
	bool drained; /* the last read took all that was there without waiting */
	/* Where several are merged: read, but not yet handed on. */
	ShakedownPacket *queue;
	size_t head, len;
} Input;

typedef struct {
	Input *inputs;
	size_t len;
	uint64_t frames;     /* handed out so far */
	uint32_t interfaces; /* labels given so far */
} Merge;

bool merge_open(Merge *merge, const char *const *files, GError **error);
void merge_clear(Merge *merge);

/*
 * The next packets of all files, least time first, equal times in the order of the files; within
 * a file in its own order, as mergecap does. Numbers them. 0 at the end of all.
 */
size_t merge_read(Merge *merge, ShakedownPacket *packets, size_t room);
/* False where a read would have to wait for a pipe longer than this. */
bool merge_ready(const Merge *merge, int milliseconds);
/* The first packet of each input, without taking it, or NULL where there is none. */
const ShakedownPacket *merge_first(Merge *merge, size_t input);
/* Packets before this call, but for those held, are no more looked at. */
void merge_release(Merge *merge, const ShakedownPacket *held, size_t n);
/* Of one input; NULL while there are packets of it to be handed on. */
const char *merge_problem(const Merge *merge, size_t input);
