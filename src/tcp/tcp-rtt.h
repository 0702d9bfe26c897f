/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Round-trip times of one side's data: from the segment at the tap to the acknowledgment of it.
 * The first samples are kept as they are; from then on a histogram of quarter octaves holds any
 * number of them in constant room, with quantiles within 10 %.
 */
#pragma once

#include <shakedown/connection.h>

#include <stddef.h>

#define TCP_RTT_EXACT 16
/* So many lie in the object itself: a chat has no more. */
#define TCP_RTT_FEW 4
/* Quarter octaves of microseconds: from below 1 µs up to 2^30 µs, 18 minutes. */
#define TCP_RTT_BUCKETS 124

/* Beyond TCP_RTT_FEW: TCP_RTT_EXACT samples, or the buckets. */
typedef struct {
	uint32_t min, max; /* microseconds */
	uint32_t values[];
} TcpRttMore;

/* All zero: no sample. */
typedef struct {
	uint32_t samples;
	union {
		uint32_t few[TCP_RTT_FEW];				/* microseconds */
		uint32_t more[sizeof(TcpRttMore *) / sizeof(uint32_t)]; /* a pointer's bytes */
	};
} TcpRtt;

void tcp_rtt_add(TcpRtt *rtt, ShakedownDuration sample);
void tcp_rtt_clear(TcpRtt *rtt);
/* What it takes beside itself. */
size_t tcp_rtt_bytes(const TcpRtt *rtt);
/* All unknown where it has no sample. */
ShakedownRtt tcp_rtt_summary(const TcpRtt *rtt);
