/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How it stands, while watching: two lines on standard error where that is a terminal, drawn anew
 * every interval and erased before anything else is written; or, when asked for, the same as lines
 * that stay.
 */
#pragma once

#include <shakedown/shakedown.h>

typedef struct {
	bool wanted; /* it is a terminal, and nobody asked for quiet */
	bool drawn;
	unsigned width;
	int64_t next; /* µs, monotonic */
	int64_t interval;
	/* As it was at the last look, to tell rates. */
	int64_t looked;
	ShakedownLive before;
	double packets, attempts; /* a second */
	double success;		  /* of the handshakes decided in the last looks; < 0: none */
} WatchStatus;

/* Interval 0: a second. */
void watch_status_init(WatchStatus *status, bool wanted, ShakedownDuration interval);
/* To be called as often as one likes. */
void watch_status_tell(WatchStatus *status, const ShakedownAnalysis *analysis,
		       ShakedownCapture *capture);
void watch_status_erase(WatchStatus *status);
/* Whatever the terminal, at once. */
void watch_status_print(WatchStatus *status, const ShakedownAnalysis *analysis,
			ShakedownCapture *capture);
