/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An overlap whose bytes differ: the same sequence numbers, sent twice with different content. What
 * the event TCP_EVENT_OVERLAP_CONFLICT points to.
 */
#pragma once

#include "decode/segment.h"

#define TCP_OVERLAP_EXCERPT SEGMENT_EXCERPT

typedef struct _TcpOverlap {
	uint64_t offset; /* in the side's stream, of the first byte known to differ */
	uint64_t first_frame, later_frame;
	uint32_t compared;  /* bytes that both copies have */
	uint32_t differing; /* of them; 0: at least one, where is not known */
	/* Both copies' bytes from offset on; 0 where they were not kept. */
	uint8_t first_len, later_len;
	uint8_t first[TCP_OVERLAP_EXCERPT], later[TCP_OVERLAP_EXCERPT];
} TcpOverlap;
