/* SPDX-License-Identifier: BSD-3-Clause */
/* The options of live capture, and of keeping packets: their values, checked. */
#pragma once

#include <shakedown/shakedown.h>

/* As they stood on the command line. */
typedef struct {
	char **interfaces;
	char *buffer, *snaplen, *duration, *write, *rotate_size, *rotate_time, *keep, *interval,
		*metrics;
	gboolean no_promiscuous, wait;
} RawLive;

typedef struct {
	const char *const *interfaces; /* NULL: files */
	uint32_t buffer_kib, snaplen;  /* 0: the default */
	bool no_promiscuous, wait;
	ShakedownDuration duration; /* 0: until it is interrupted */
	const char *metrics;	    /* where to serve them, or NULL */
	const char *write;	    /* or NULL: packets are not kept */
	uint64_t rotate_size;	    /* bytes; 0: never */
	ShakedownDuration rotate_time;
	uint64_t keep;		    /* files; 0: all */
	ShakedownDuration interval; /* watch: between two status lines; 0: the default */
} LiveOptions;

/* False after telling what is wrong. Strings stay the raw ones. */
bool options_live_take(LiveOptions *live, const RawLive *raw, const char *output);
