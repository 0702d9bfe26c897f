/* SPDX-License-Identifier: BSD-3-Clause */
/* An interface of a pcapng section: its link type, and how its clock ticks. */
#pragma once

#include "base/bytes.h"

#include <shakedown/types.h>

typedef struct {
	uint32_t link_type;
	uint32_t snaplen;  /* 0: no limit */
	uint32_t label;	   /* ShakedownPacket.interface */
	uint8_t tsresol;   /* as in the file: 10^-n, or 2^-n with the upper bit set */
	uint64_t tick;	   /* nanoseconds, where a tick is a whole number of them; else 0 */
	int64_t offset;	   /* nanoseconds to add */
	ShakedownTime end; /* up to which it was captured, where that is said; else 0 */
	uint64_t dropped;  /* packets that were lost, by all that the file says of it */
	uint64_t lost;	   /* … as far as packets say */
} PcapngInterface;

/* From an interface description block's body. NULL, or what is wrong with it. */
const char *pcapng_interface_read(PcapngInterface *interface, Bytes body, bool big);

/* What an interface statistics block's options say, and what those of a packet do. */
void pcapng_interface_count(PcapngInterface *interface, Bytes options, bool big);
void pcapng_interface_lost(PcapngInterface *interface, Bytes options, bool big);

/* Times that 64 bits of nanoseconds cannot hold become the nearest that they can. */
ShakedownTime pcapng_interface_time(const PcapngInterface *interface, uint64_t ticks);
