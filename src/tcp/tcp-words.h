/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Words in few bytes: a connection at rest, each word of which is zero, or small, or what it is in
 * most connections. What that is in this capture is learnt from the first ones.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define TCP_WORDS 168
/* A first byte, a byte to four words, and what is read beyond the last. */
#define TCP_WORDS_BYTES_MOST (1 + TCP_WORDS / 4 + (TCP_WORDS + 1) * sizeof(uint32_t))

/* All zero, nothing is learnt yet. */
typedef struct {
	uint32_t usual[TCP_WORDS];
	uint8_t votes[TCP_WORDS];
	uint8_t seen;
} TcpHabit;

/* Writes at most TCP_WORDS_BYTES_MOST bytes, all of which are to be kept; returns how many. */
size_t tcp_words_put(TcpHabit *habit, const uint32_t words[TCP_WORDS], uint8_t *bytes);
/* What was put with the same habit, into words that are all zero. */
void tcp_words_take(const TcpHabit *habit, uint32_t words[TCP_WORDS], const uint8_t *bytes);
