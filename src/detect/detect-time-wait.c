/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/detector.h"

static void on_event(void *self, DetectContext *context, const TcpEvent *event)
{
}

const DetectorOps detect_time_wait = {.name = "time-wait", .event = on_event};
