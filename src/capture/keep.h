/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Keeps packets in files, as pcapng: one, or one after the other of which the latest stay. What is
 * written out is whole blocks, at least every second, so that whatever ends the program leaves a
 * file that can be read. A disk that is full ends the keeping, not the capture: the next file is
 * tried anew.
 */
#pragma once

#include <shakedown/capture.h>

typedef struct _Keep Keep;

/* Strings are copied. On failure the error names the file. */
Keep *keep_open(const ShakedownKeepOptions *options, GError **error);
/* Writes the end. */
void keep_free(Keep *keep);

/* What is known of an interface, by the label that packets have. */
void keep_describe(Keep *keep, uint32_t label, const char *name, const char *filter,
		   uint32_t snaplen);
/* How many packets it has received and lost since it was opened. */
void keep_count(Keep *keep, uint32_t label, uint64_t received, uint64_t kernel_dropped,
		uint64_t card_dropped);
void keep_packets(Keep *keep, const ShakedownPacket *packets, size_t n);
/* There is a moment's time: what is buffered goes out, if it is old enough. */
void keep_tick(Keep *keep);
/* Nothing comes for a while: what is buffered goes out. */
void keep_rest(Keep *keep);
/* Everything is written: false, with the problem, if not. The end is the time up to which it was
 * captured, 0: of the last packet. */
void keep_finish(Keep *keep, ShakedownTime end);
/* NULL, or the first line about what could not be written. */
const char *keep_problem(const Keep *keep);
