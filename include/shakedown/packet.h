/* SPDX-License-Identifier: BSD-3-Clause */
/* A packet as a capture holds it: what goes into an analysis. */
#pragma once

#include <shakedown/types.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
	const uint8_t
		*data; /* captured_len bytes from the link layer's first on; never written to */
	uint32_t captured_len; /* bytes at data */
	uint32_t wire_len; /* bytes the packet had on the wire; > captured_len where a snaplen cut
			      it */
	ShakedownTime time;
	uint64_t frame;	    /* from 1 over the whole input, as Wireshark's frame.number */
	uint32_t link_type; /* LINKTYPE_ value of the capture file (what pcap_datalink() maps to),
			       e.g. 1 Ethernet */
	uint32_t interface; /* which input it came from, from 0: only a label */
} ShakedownPacket;

#ifdef __cplusplus
}
#endif
