/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How far the reading is: a line on standard error, drawn only where that is a terminal and only
 * when the run takes longer than a second, and erased before anything else is said.
 */
#pragma once

#include "cli/reading.h"

typedef struct {
	bool wanted;
	bool drawn;
	int64_t started, next; /* µs */
} Progress;

void progress_init(Progress *progress, bool wanted);
/* To be called as often as one likes. */
void progress_tell(Progress *progress, Reading *reading);
void progress_erase(Progress *progress);
/* One line on how fast it was. */
void progress_sum_up(const Progress *progress, ShakedownCapture *capture);
