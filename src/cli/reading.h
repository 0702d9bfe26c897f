/* SPDX-License-Identifier: BSD-3-Clause */
/* What the commands that read captures have in common: how they are opened, and what is said of it.
 */
#pragma once

#include "cli/cli.h"

/* Who is told, a line at a time, what happens while packets are read. */
typedef struct {
	void (*tell)(const char *line, void *data); /* NULL: standard error, unless -q */
	void *data;
} ReadingListener;

/* NULL after telling why; the status is then the program's. The options and the listener outlive
 * it. */
ShakedownCapture *reading_open(const Options *options, const ReadingListener *listener,
			       Status *status);
/* Where -w says so, packets are kept from here on. False after telling why not. */
bool reading_keep(const Options *options, const ReadingListener *listener,
		  ShakedownCapture *capture);

/* A capture on its way into an analysis. */
typedef struct {
	const Options *options;
	ShakedownCapture *capture;
	ShakedownAnalysis *analysis;
	ShakedownAhead *ahead; /* NULL: this thread does it all */
	uint64_t left;	       /* at most so many packets more; without ahead */
	uint64_t packets;      /* so many were analysed; after the end */
	/* Called around what is analysed, but not around waiting for packets; without ahead. NULL:
	 * nobody else looks at what observers write. */
	void (*enter)(void *data), (*leave)(void *data);
	void *data;
} Reading;

/* Seekable: all of the capture is files, so that a thread may run ahead. */
void reading_begin(Reading *reading, const Options *options, ShakedownCapture *capture,
		   ShakedownAnalysis *analysis, uint64_t most, bool seekable);
/*
 * Reads some packets and has them analysed; live, waits for them no longer than a moment, and lets
 * time go on. False at the end, when that was asked for, or when as many were read as are left.
 */
bool reading_step(Reading *reading);
/* As shakedown_capture_info(), while it is being read. */
const ShakedownCaptureInfo *reading_info(Reading *reading);
/* Once steps are no more wanted, for whatever reason. */
void reading_end(Reading *reading);
/* How many threads there may be. */
unsigned reading_threads(const Options *options);
bool reading_from_standard_input(const Options *options);
/* Whether every input is a file, and not a pipe that has been drunk. */
bool reading_is_seekable(const Options *options, ShakedownCapture *capture);
/* When everything is written: tells what may not be what was meant, and what went wrong, of which
 * the status is the program's. */
Status reading_conclude(const Options *options, ShakedownCapture *capture, bool interrupted);
