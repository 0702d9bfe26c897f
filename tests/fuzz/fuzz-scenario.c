/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The scenario language: any text gives a scenario within its bounds, or an error that names file
 * and line; and a scenario that was taken can be made into packets, each as long as it says.
 */
#include "fuzz.h"

#include "scenario-trace.h"

#include <string.h>

static void check_error(const GError *error)
{
	fuzz_check(error && g_utf8_validate(error->message, -1, NULL), "the error is no text: %s",
		   error ? error->message : "");
	fuzz_check(strlen(error->message) < 1000, "the error is %zu bytes long",
		   strlen(error->message));
}

static void check_trace(const ScenarioTrace *trace)
{
	fuzz_check(trace->packets->len <= SCENARIO_PACKETS_MOST, "%u packets", trace->packets->len);
	for (guint i = 0; i < trace->packets->len; i++) {
		const ScenarioPacket *p = &g_array_index(trace->packets, ScenarioPacket, i);

		fuzz_check(p->packet.wire_len >= p->packet.captured_len, "packet %u", i);
		fuzz_check(p->packet.data >= trace->bytes->data &&
				   p->packet.data + p->packet.captured_len <=
					   trace->bytes->data + trace->bytes->len,
			   "packet %u lies elsewhere", i);
		fuzz_check(p->packet.frame == i + 1, "packet %u is frame %" G_GUINT64_FORMAT, i,
			   p->packet.frame);
	}
}

/* Repetitions are cheap to write and dear to make. */
static bool is_dear(const Scenario *scenario)
{
	uint64_t packets = 0, bytes = 0;

	for (guint i = 0; i < scenario->connections->len; i++) {
		const ScenarioConnection *c = g_ptr_array_index(scenario->connections, i);

		packets += (uint64_t)c->lines->len * c->repeat;
		for (guint k = 0; k < c->lines->len; k++)
			bytes += (uint64_t)g_array_index(c->lines, ScenarioLine, k).len * c->repeat;
	}
	return packets > 2000 || bytes > 1u << 20;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Scenario) scenario = scenario_parse("fuzz", (const char *)data, size, &error);

	if (!scenario) {
		check_error(error);
		return 0;
	}
	fuzz_check(!error && scenario->title && scenario->connections, "taken, and with an error");
	if (is_dear(scenario))
		return 0;
	g_autoptr(ScenarioTrace) trace = scenario_trace_new(scenario, &error);
	if (!trace) {
		check_error(error);
		return 0;
	}
	check_trace(trace);
	g_autoptr(GByteArray) pcap = scenario_trace_pcap(trace, scenario);
	fuzz_check(pcap->len >= 24, "a file without header");
	return 0;
}
