/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The whole library as a program uses it: packets into an analysis, its records into a sink, all of
 * them checked on the way, and what the sink has written at the end.
 */
#pragma once

#include "fuzz.h"
#include "tracker-check.h"

#include <shakedown/sink.h>

typedef struct {
	ShakedownAnalysis *analysis;
	ShakedownSink *sink; /* NULL: there is no such format of that view */
	ShakedownFormat format;
	ShakedownView view;
	GString *written;
	GHashTable *told; /* of connections: the anomalies that were told of, as bits */
	uint64_t frames, connections, anomalies;
	uint64_t digest; /* of all records */
	bool aloud;	 /* FUZZ_TELL is set: records go to standard error */
} Whole;

/* ask chooses the view, the format and how they are dressed. */
Whole *whole_new(const ShakedownConfig *config, uint8_t ask);
void whole_feed(Whole *whole, const ShakedownPacket *packets, size_t n);
/* Returns the digest of all that was told. */
uint64_t whole_finish(Whole *whole, const ShakedownCaptureInfo *info);
void whole_free(Whole *whole);
