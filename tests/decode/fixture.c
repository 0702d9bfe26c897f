/* SPDX-License-Identifier: BSD-3-Clause */
#include "fixture.h"

Composed packet;
Segment segments[DECODER_SEGMENTS];
Decoder *decoder;

void fixture_setup(void)
{
	decoder = decoder_new(NULL);
}

void fixture_teardown(void)
{
	decoder_free(decoder);
}
