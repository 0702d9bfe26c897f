/* SPDX-License-Identifier: BSD-3-Clause */
/* The packets of a stretch of time: from a moment on, and until another. */
#pragma once

#include <shakedown/capture.h>

/* So many packets in a row far behind its end, and it is past. */
#define WINDOW_BEYOND 100u

typedef struct {
	ShakedownMoment from, to;  /* as they were asked for */
	bool known;		   /* the first packet has come: begin and end are what they mean */
	ShakedownTime begin, end;  /* since begin, until before end */
	ShakedownTime first, last; /* of all packets, in the window or not */
	uint64_t inside;
	unsigned beyond; /* packets far behind the end, since the last that was not */
	char *missed;
} Window;

bool window_is_unbounded(const Window *window);
/* Leaves those within, at the beginning; returns how many. */
size_t window_apply(Window *window, ShakedownPacket *packets, size_t n);
/* Nothing more of it is to come. */
static inline bool window_is_past(const Window *window)
{
	return window->beyond >= WINDOW_BEYOND;
}
/* 0: not given, or not known yet. */
ShakedownTime window_since(const Window *window);
ShakedownTime window_until(const Window *window);
/* What is known to have passed without packets: time went on to there. */
ShakedownTime window_ends(const Window *window, ShakedownTime end);
/* One line, where none of the packets was in it; or NULL. Owned by the window. */
const char *window_missed(Window *window);
void window_clear(Window *window);
