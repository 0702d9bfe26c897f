/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Live capture on one or several interfaces, as one sequence of packets. Nothing says when the next
 * packet comes, so reading waits only for a moment; that time goes on is known by the clock that
 * stamps packets, less what a packet may be late.
 */
#pragma once

#include "capture/live-interface.h"

#include <poll.h>

typedef struct {
	ShakedownCaptureOptions options; /* its strings are the capture's */
	LiveInterface *interfaces;
	size_t len;
	struct pollfd *polls;
	uint64_t frames;
	ShakedownTime until;   /* it is to end there; INT64_MAX: not yet known */
	ShakedownTime set;     /* the clock less one that nobody sets */
	ShakedownTime tended;  /* when drops were counted and what is away was tried */
	ShakedownTime watched; /* no packet before this can come */
	bool ended;
} Live;

/* All interfaces must be there, or with options->wait those that are not are waited for. */
bool live_open(Live *live, const ShakedownCaptureOptions *options, GError **error);
void live_clear(Live *live);

/*
 * The packets that have come, by their time where there are several interfaces; numbers them.
 * Where there are none, waits a tenth of a second for them and returns 0. Ends (live->ended) when
 * it was asked to and all that had passed until then is read, or when no interface is left.
 */
size_t live_read(Live *live, ShakedownPacket *packets, size_t room);
/* Nothing more is read; what was dropped is counted once more. */
void live_end(Live *live);
/* Packets before this call, but for those held, are no more looked at. */
void live_release(Live *live, const ShakedownPacket *held, size_t n);
