/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A sequence number, RFC 9293 §3.4: a point on a circle of 2^32. A type of its own, so that a raw
 * `<` does not compile.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

typedef struct {
	uint32_t value;
} TcpSeq;

static inline TcpSeq tcp_seq(uint32_t value)
{
	return (TcpSeq){value};
}

static inline TcpSeq tcp_seq_add(TcpSeq a, uint32_t n)
{
	return (TcpSeq){a.value + n};
}

/* How far a lies beyond b: negative if before it. */
static inline int32_t tcp_seq_diff(TcpSeq a, TcpSeq b)
{
	return (int32_t)(a.value - b.value);
}

static inline bool tcp_seq_eq(TcpSeq a, TcpSeq b)
{
	return a.value == b.value;
}

static inline bool tcp_seq_lt(TcpSeq a, TcpSeq b)
{
	return tcp_seq_diff(a, b) < 0;
}

static inline bool tcp_seq_leq(TcpSeq a, TcpSeq b)
{
	return tcp_seq_diff(a, b) <= 0;
}

static inline TcpSeq tcp_seq_max(TcpSeq a, TcpSeq b)
{
	return tcp_seq_lt(a, b) ? b : a;
}
