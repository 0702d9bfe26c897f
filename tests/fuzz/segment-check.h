/* SPDX-License-Identifier: BSD-3-Clause */
/* What must hold of every segment that the decoder hands out, and of its options. */
#pragma once

#include "decode/segment.h"

#include <shakedown/packet.h>

/* packet NULL: where its bytes lie is not known. */
void segment_check(const Segment *segment, const ShakedownPacket *packet);
/* Of any bytes as options: the shortcuts say what the walk over all options says. */
void segment_check_options(const Segment *segment);
