/* SPDX-License-Identifier: BSD-3-Clause */
/* A BPF expression, compiled by libpcap for each link type when its first packet comes. */
#pragma once

#include <glib.h>
#include <shakedown/packet.h>

typedef struct _Filter Filter;

Filter *filter_new(const char *expression);
void filter_free(Filter *filter);

/* What helps with an expression that cannot be compiled. */
const char *filter_advice(const char *expression);
/* Whether the expression can be compiled for a link type; error says why it cannot. */
bool filter_compile(Filter *filter, uint32_t link_type, GError **error);

/* A packet of a link type that the expression cannot be compiled for does not match. */
bool filter_matches(Filter *filter, const ShakedownPacket *packet);
/* NULL, or the line that says for which link type it could not be compiled, and why. */
const char *filter_problem(const Filter *filter);
