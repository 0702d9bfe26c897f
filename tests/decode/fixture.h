/* SPDX-License-Identifier: BSD-3-Clause */
/* What most tests of the decoder have: a packet, what it yields, and a decoder of their own. */
#pragma once

#include "compose.h"

extern Composed packet;
extern Segment segments[DECODER_SEGMENTS];
extern Decoder *decoder;

/* TestSuite(…, .init = fixture_setup, .fini = fixture_teardown) */
void fixture_setup(void);
void fixture_teardown(void);
