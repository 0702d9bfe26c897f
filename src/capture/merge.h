/* SPDX-License-Identifier: BSD-3-Clause */
/* Inputs and their merge into one sequence of packets. */
#pragma once

#include "capture/input.h"

typedef struct {
	Input *inputs;
	size_t len;
	Input **heap; /* those from which there is more to come, the one that is next first */
	size_t heap_len;
	GPtrArray *lent;     /* of Input: whose packets may still be looked at */
	uint64_t frames;     /* handed out so far */
	uint32_t interfaces; /* labels given so far */
	size_t heavy;	     /* bytes in chunks of giant records */
} Merge;

/* Names are as in input_list(). */
bool merge_open(Merge *merge, const char *const *names, StreamInterrupt interrupt, GError **error);
void merge_clear(Merge *merge);

/*
 * The next packets of all files, least time first, equal times in the order of the files; within
 * a file in its own order, as mergecap does. Numbers them. 0 at the end of all.
 */
size_t merge_read(Merge *merge, ShakedownPacket *packets, size_t room);
/* False where a read would have to wait for a pipe longer than this. */
bool merge_ready(const Merge *merge, int milliseconds);
/* The link type of the first packet of an input; false where it has none. */
bool merge_first_link_type(Merge *merge, size_t input, uint32_t *link_type);
/* Before each call of merge_read(): what was read before, but for what is held, is no more looked
 * at. */
void merge_release(Merge *merge, const SourceHeld *held);
