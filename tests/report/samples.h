/* SPDX-License-Identifier: BSD-3-Clause */
/* Records made by hand, and something that catches what a sink writes. */
#pragma once

#include <glib.h>

#include <shakedown/sink.h>

typedef enum {
	SAMPLE_GRACEFUL = 0, /* four-way close, one SYN repeated, VLAN */
	SAMPLE_NO_ANSWER,
	SAMPLE_REFUSED,
	SAMPLE_UNFINISHED,
	SAMPLE_RESET,
	SAMPLE_LINGERING, /* CLOSE-WAIT stuck */
	SAMPLE_MIDSTREAM, /* no SYN captured, no MSS known, no end */
	SAMPLE_IPV6,	  /* addresses as long as they get */
} SampleKind;
#define SAMPLE_KINDS 8

#define SAMPLE_START INT64_C(1795214261123456789) /* 2026-11-20T22:37:41.123456789Z */

/* Pointers in it are static. Ids place it in time and give it a client port of its own. */
ShakedownConnection sample_connection(SampleKind kind, uint64_t id);
/* An anomaly that suits a connection of that kind; false if there is none. */
bool sample_anomaly(SampleKind kind, uint64_t id, ShakedownAnomaly *anomaly);
/* Wider than a connection: a SYN flood against a service. */
ShakedownAnomaly sample_flood(void);

/* What an analysis would have counted. */
void sample_count_connection(ShakedownSummary *summary, const ShakedownConnection *connection);
void sample_count_anomaly(ShakedownSummary *summary, const ShakedownAnomaly *anomaly);
/* One file, some packets skipped. */
ShakedownCaptureInfo sample_capture(uint64_t packets);
void sample_skipped(ShakedownSummary *summary);

typedef struct {
	GString *text;
	size_t calls;
	size_t refuse_after; /* bytes; 0: never */
	bool count_only;     /* keep the count, not the bytes */
	size_t bytes, lines;
} Catch;

bool sample_catch(const void *bytes, size_t len, void *data); /* a ShakedownWriteFunc */
void catch_init(Catch *caught);
void catch_clear(Catch *caught);

ShakedownSinkOptions sample_options(ShakedownView view, ShakedownFormat format, unsigned width,
				    Catch *caught);
/* Feeds one connection of each given kind (ids from 1) with its anomaly and finishes. */
void sample_run(const ShakedownSinkOptions *options, const SampleKind *kinds, size_t n);
