/* SPDX-License-Identifier: BSD-3-Clause */
/* Numbers, times and names for narrow columns. */
#pragma once

#include <shakedown/shakedown.h>

#define TOP_FIGURE_LEN 64

/* "0", "999", "12.3k", "4.56M": at most 5 columns below 10^15. */
void top_count(char out[TOP_FIGURE_LEN], uint64_t n);
/* "0", "0.3", "12.4", "1.23k": a second. */
void top_rate(char out[TOP_FIGURE_LEN], double rate);
/* "100%", "99.9%", "<0.1%"; "-" of nothing. Never 100 % where one failed. */
void top_share(char out[TOP_FIGURE_LEN], uint64_t part, uint64_t whole);
/* "412 µs", "11.9 ms", "1.02 s", "3 min", "2 h"; "-" where unknown. */
void top_duration(char out[TOP_FIGURE_LEN], ShakedownDuration duration);
/* "192.0.2.1:443", "[2001:db8::1]:443". */
void top_endpoint(char out[TOP_FIGURE_LEN], const ShakedownAddress *addr, uint16_t port);
/* "17:12:03", UTC. */
void top_clock(char out[TOP_FIGURE_LEN], ShakedownTime time);
/* "CRITICAL", "WARNING", "NOTICE", "INFO": told apart without colours as well. */
const char *top_severity_word(ShakedownSeverity severity);
