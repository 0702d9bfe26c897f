/* SPDX-License-Identifier: BSD-3-Clause */
/* For who reads ahead of what is analysed: analysis/ahead.c. */
#pragma once

#include <shakedown/capture.h>

/* As shakedown_capture_read(), of files, but what the last so many calls filled stays valid as
 * well. */
size_t capture_read_on(ShakedownCapture *capture, ShakedownPacket *packets, size_t room,
		       unsigned calls);
/* What was read lies in giant records, and keeps too much memory to wait for what comes next. */
bool capture_is_heavy(const ShakedownCapture *capture);
