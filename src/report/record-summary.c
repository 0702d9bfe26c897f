/* SPDX-License-Identifier: BSD-3-Clause */
/* The capture and the summary as JSON objects. */
#include "report/record.h"

#include <shakedown/version.h>

#include "report/warnings.h"

static void capture_file(JsonWriter *json, const ShakedownCaptureFile *f)
{
	json_begin(json, '{');
	json_key(json, "name");
	json_string(json, f->name);
	json_key(json, "format");
	json_string(json, f->format);
	json_key(json, "packets");
	json_uint(json, f->packets);
	json_key(json, "dropped");
	json_uint(json, f->dropped);
	json_key(json, "bytes");
	json_uint(json, f->bytes);
	json_key(json, "size");
	if (f->size > 0)
		json_uint(json, f->size);
	else
		json_null(json);
	json_key(json, "problem");
	json_string(json, f->problem);
	json_key(json, "left_out");
	json_bool(json, f->left_out);
	json_end(json, '}');
}

static void put_time(JsonWriter *json, const char *name, bool known, ShakedownTime time)
{
	json_key_text(json, name);
	if (known)
		json_time(json, time);
	else
		json_null(json);
}

void record_capture_value(JsonWriter *json, const ShakedownCaptureInfo *c)
{
	if (!c) {
		json_null(json);
		return;
	}
	json_begin(json, '{');
	json_key(json, "files");
	json_begin(json, '[');
	for (size_t i = 0; i < c->files_len; i++)
		capture_file(json, &c->files[i]);
	json_end(json, ']');
	json_key(json, "packets");
	json_uint(json, c->packets);
	json_key(json, "passed");
	json_uint(json, c->passed);
	json_key(json, "bytes");
	json_uint(json, c->bytes);
	json_key(json, "disordered");
	json_uint(json, c->disordered);
	json_key(json, "clock_steps");
	json_uint(json, c->clock_steps);
	json_key(json, "dropped");
	json_uint(json, c->dropped);
	put_time(json, "first", c->passed > 0, c->first);
	put_time(json, "last", c->passed > 0, c->last);
	put_time(json, "since", c->since != 0, c->since);
	put_time(json, "until", c->until != 0, c->until);
	json_key(json, "duration_s");
	json_seconds(json,
		     c->passed > 0 ? record_span(c->first, c->last) : SHAKEDOWN_DURATION_UNKNOWN);
	json_end(json, '}');
}

static void member(JsonWriter *json, const char *name, uint64_t value)
{
	json_key_text(json, name);
	json_uint(json, value);
}

static void totals(JsonWriter *json, const ShakedownSummary *s)
{
	member(json, "packets", s->packets);
	member(json, "bytes", s->bytes);
	member(json, "segments", s->segments);
	member(json, "syn_segments", s->syn_segments);
	member(json, "fin_rst_segments", s->fin_rst_segments);
	json_key(json, "lacks_acks");
	json_bool(json, s->lacks_acks);
	member(json, "connections", s->connections);
	member(json, "half_seen", s->half_seen);
	member(json, "live_peak", s->live_peak);
	member(json, "duplicates", s->duplicates);
	member(json, "bad_checksums", s->bad_checksums);
	member(json, "offloaded", s->offloaded);
	member(json, "missing_bytes", s->missing_bytes);
	if (s->cut_half_open || s->cut_closed || s->cut_open) {
		json_key(json, "cut_short");
		json_begin(json, '{');
		member(json, "half_open", s->cut_half_open);
		member(json, "closed", s->cut_closed);
		member(json, "open", s->cut_open);
		json_end(json, '}');
	}
	json_key(json, "skipped");
	json_begin(json, '[');
	for (size_t i = 0; i < s->skipped_len; i++) {
		json_begin(json, '{');
		json_key(json, "reason");
		json_string(json, s->skipped[i].reason);
		member(json, "packets", s->skipped[i].packets);
		json_key(json, "fault");
		json_bool(json, s->skipped[i].fault);
		json_end(json, '}');
	}
	json_end(json, ']');
}

void record_handshakes(JsonWriter *json, const uint64_t counts[SHAKEDOWN_HANDSHAKE_OUTCOMES])
{
	json_key(json, "handshakes");
	json_begin(json, '{');
	for (unsigned i = 0; i < SHAKEDOWN_HANDSHAKE_OUTCOMES; i++)
		member(json, shakedown_handshake_outcome_name((ShakedownHandshakeOutcome)i),
		       counts[i]);
	json_end(json, '}');
}

void record_teardowns(JsonWriter *json, const uint64_t outcomes[SHAKEDOWN_TEARDOWN_OUTCOMES],
		      const uint64_t kinds[SHAKEDOWN_TEARDOWN_KINDS])
{
	json_key(json, "teardowns");
	json_begin(json, '{');
	for (unsigned i = 0; i < SHAKEDOWN_TEARDOWN_OUTCOMES; i++)
		member(json, shakedown_teardown_outcome_name((ShakedownTeardownOutcome)i),
		       outcomes[i]);
	json_end(json, '}');
	json_key(json, "teardown_kinds");
	json_begin(json, '{');
	for (unsigned i = 0; i < SHAKEDOWN_TEARDOWN_KINDS; i++)
		member(json, shakedown_teardown_kind_name((ShakedownTeardownKind)i), kinds[i]);
	json_end(json, '}');
}

static void states(JsonWriter *json, const ShakedownSummary *s)
{
	json_key(json, "states");
	json_begin(json, '{');
	for (unsigned side = 0; side < 2; side++) {
		json_key_text(json, shakedown_side_name((ShakedownSideId)side));
		json_begin(json, '{');
		for (unsigned i = 0; i < SHAKEDOWN_TCP_STATES; i++)
			member(json, shakedown_tcp_state_name((ShakedownTcpState)i),
			       s->states[side][i]);
		json_end(json, '}');
	}
	json_end(json, '}');
}

static void anomalies(JsonWriter *json, const ShakedownSummary *s)
{
	json_key(json, "anomalies");
	json_begin(json, '{');
	for (unsigned i = 0; i < SHAKEDOWN_ANOMALY_KINDS; i++) {
		if (s->anomalies[i] > 0)
			member(json, shakedown_anomaly_info((ShakedownAnomalyKind)i)->name,
			       s->anomalies[i]);
	}
	json_end(json, '}');
	json_key(json, "severities");
	json_begin(json, '{');
	for (unsigned i = 0; i < SHAKEDOWN_SEVERITIES; i++)
		member(json, shakedown_severity_name((ShakedownSeverity)i), s->severities[i]);
	json_end(json, '}');
}

static void members(JsonWriter *json, const ShakedownSummary *summary,
		    const ShakedownCaptureInfo *capture)
{
	if (summary) {
		totals(json, summary);
		record_handshakes(json, summary->handshakes);
		record_teardowns(json, summary->teardowns, summary->teardown_kinds);
		states(json, summary);
		anomalies(json, summary);
	}
	g_autoptr(GPtrArray) warnings = report_warnings(summary, capture);
	json_key(json, "warnings");
	json_begin(json, '[');
	for (guint i = 0; i < warnings->len; i++)
		json_string(json, g_ptr_array_index(warnings, i));
	json_end(json, ']');
}

void record_summary(JsonWriter *json, const ShakedownSummary *summary,
		    const ShakedownCaptureInfo *capture)
{
	json_begin(json, '{');
	json_key(json, "record");
	json_name(json, "summary");
	json_key(json, "shakedown");
	json_name(json, SHAKEDOWN_VERSION);
	json_key(json, "capture");
	record_capture_value(json, capture);
	members(json, summary, capture);
	json_end(json, '}');
}

void record_summary_value(JsonWriter *json, const ShakedownSummary *summary,
			  const ShakedownCaptureInfo *capture)
{
	json_begin(json, '{');
	members(json, summary, capture);
	json_end(json, '}');
}
