/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A trace is a scenario made flesh: its packets in the order of the capture, each with the line it
 * comes from. Numbers that a line leaves out are worked out here, as the two ends would.
 */
#pragma once

#include "scenario.h"

/* When every scenario begins. */
#define SCENARIO_EPOCH (INT64_C(1767225600) * SHAKEDOWN_NS_PER_S) /* 2026-01-01T00:00:00Z */

/* One run of a connection: connections may repeat. */
typedef struct {
	const ScenarioConnection *connection;
	unsigned repetition; /* from 0 */
	ShakedownAddress addr[2];
	uint16_t port[2];
	uint32_t isn[2];
} ScenarioInstance;

typedef struct {
	ShakedownPacket packet; /* its bytes are the trace's */
	const ScenarioLine *line;
	uint32_t instance; /* index into the trace's instances */
	uint32_t seq, ack;
	bool duplicate;	     /* the second copy of a line that says `dup` */
	size_t offset;	     /* of its bytes */
	ShakedownTime order; /* place in the capture: no earlier than its connection's before it */
} ScenarioPacket;

typedef struct {
	GArray *packets;   /* of ScenarioPacket */
	GArray *instances; /* of ScenarioInstance */
	GByteArray *bytes;
} ScenarioTrace;

/* Every run of every connection that has lines, repeats expanded. */
bool scenario_list_instances(const Scenario *scenario, GArray *instances, GError **error);
/* Numbers that look random and are the same on every machine. */
uint32_t scenario_mix(uint64_t seed);

/* The trace refers to the scenario, which must outlive it. */
ScenarioTrace *scenario_trace_new(const Scenario *scenario,
				  GError **error) G_GNUC_WARN_UNUSED_RESULT;
void scenario_trace_free(ScenarioTrace *trace);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ScenarioTrace, scenario_trace_free)

/* The trace as a pcap file. */
GByteArray *scenario_trace_pcap(const ScenarioTrace *trace, const Scenario *scenario);
