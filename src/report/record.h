/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The records as JSON objects, exactly as the manual fixes them: names and spellings are what
 * people build on, fields may only be added after those that are there.
 */
#pragma once

#include <shakedown/sink.h>

#include "report/json.h"

void record_connection(JsonWriter *json, const ShakedownConnection *connection);
void record_anomaly(JsonWriter *json, const ShakedownAnomaly *anomaly);
/* An anomaly's facts alone: {"syn_ack":5,"waited_s":31.2}. */
void record_evidence(JsonWriter *json, const ShakedownAnomaly *anomaly);
/* {"record":"summary","shakedown":VERSION,"capture":{…}, then the summary's members}. Either may be
 * NULL; what it would say is left out. */
void record_summary(JsonWriter *json, const ShakedownSummary *summary,
		    const ShakedownCaptureInfo *capture);

/* The parts of the latter, as the members "capture" and "summary" of a document. */
void record_capture_value(JsonWriter *json, const ShakedownCaptureInfo *capture);
void record_summary_value(JsonWriter *json, const ShakedownSummary *summary,
			  const ShakedownCaptureInfo *capture);

/* Counts by outcome, as members: "handshakes":{…}; "teardowns":{…},"teardown_kinds":{…}. */
void record_handshakes(JsonWriter *json, const uint64_t counts[SHAKEDOWN_HANDSHAKE_OUTCOMES]);
void record_teardowns(JsonWriter *json, const uint64_t outcomes[SHAKEDOWN_TEARDOWN_OUTCOMES],
		      const uint64_t kinds[SHAKEDOWN_TEARDOWN_KINDS]);

/* end - start, held within the type: a hostile capture may span more than 292 years. */
ShakedownDuration record_span(ShakedownTime start, ShakedownTime end);
/* NULL where the side sent no Fast Open option. */
const char *record_fast_open_name(int8_t fast_open);
/* "client", "server", "both", or NULL. */
const char *record_side_name(int8_t side);
/* Whose RST ended the connection; NULL where none did. */
const char *record_reset_by(const ShakedownTeardown *teardown);
