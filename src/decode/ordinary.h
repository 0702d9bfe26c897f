/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The short way of ordinary packets: IP straight behind Ethernet, a VLAN's tag or two, or a header
 * as simple, TCP straight behind IP, nothing wrong. What the walk through the layers would say of
 * them is said here at one go; whatever is in the least different is left to the walk.
 */
#pragma once

#include "decode/decoder.h"

/* False, with nothing said of the packet, where it is not ordinary. */
bool ordinary_decode(const ShakedownPacket *packet, const DecoderOptions *options,
		     Segment *segment);
