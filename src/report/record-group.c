/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/record-group.h"

#include "report/record.h"

static const unsigned percents[] = {50, 90, 95, 99};

static void count_of(JsonWriter *json, const char *name, uint64_t value)
{
	json_key_text(json, name);
	json_uint(json, value);
}

static void quantiles(JsonWriter *json, const char *name, Quantiles *q)
{
	static const char *const names[] = {"median_s", "p90_s", "p95_s", "p99_s"};

	json_key_text(json, name);
	json_begin(json, '{');
	count_of(json, "samples", q->n);
	json_key(json, "min_s");
	json_seconds(json, q->n ? q->min : SHAKEDOWN_DURATION_UNKNOWN);
	for (size_t i = 0; i < G_N_ELEMENTS(percents); i++) {
		json_key_text(json, names[i]);
		json_seconds(json, quantiles_at(q, percents[i]));
	}
	json_key(json, "max_s");
	json_seconds(json, q->n ? q->max : SHAKEDOWN_DURATION_UNKNOWN);
	json_key(json, "error");
	json_double(json, quantiles_are_exact(q) ? 0 : QUANTILES_ERROR);
	json_end(json, '}');
}

static void key(JsonWriter *json, const GroupKey *k)
{
	char text[GROUP_KEY_LEN + 1];
	bool known = k->addr.version;

	text[known ? group_key_format(text, k) : 0] = '\0';
	json_key(json, "key");
	json_string(json, known ? text : NULL);
	json_key(json, "addr");
	json_address(json, &k->addr);
	json_key(json, "port");
	if (known && k->by == SHAKEDOWN_GROUP_SERVICE)
		json_uint(json, k->port);
	else
		json_null(json);
	json_key(json, "prefix");
	if (known && k->by == SHAKEDOWN_GROUP_SUBNET)
		json_uint(json, k->bits);
	else
		json_null(json);
}

static void handshakes(JsonWriter *json, Group *g)
{
	uint64_t complete = g->handshakes[SHAKEDOWN_HANDSHAKE_COMPLETE],
		 judged = complete + g->failed;

	count_of(json, "connections", g->connections);
	count_of(json, "attempts", g->attempts);
	count_of(json, "failed", g->failed);
	json_key(json, "success");
	if (judged > 0)
		json_double(json, (double)complete / (double)judged);
	else
		json_null(json);
	record_handshakes(json, g->handshakes);
	json_key(json, "retries");
	json_begin(json, '{');
	count_of(json, "connections", g->retried);
	count_of(json, "syn", g->syn_again);
	count_of(json, "syn_ack", g->syn_ack_again);
	json_end(json, '}');
	quantiles(json, "server_rtt", &g->leg[SHAKEDOWN_SERVER]);
	quantiles(json, "client_rtt", &g->leg[SHAKEDOWN_CLIENT]);
}

static void teardowns(JsonWriter *json, Group *g)
{
	record_teardowns(json, g->teardowns, g->teardown_kinds);
	json_key(json, "closed_first");
	json_begin(json, '{');
	for (unsigned side = 0; side < 2; side++) {
		json_key_text(json, shakedown_side_name((ShakedownSideId)side));
		json_begin(json, '{');
		count_of(json, "fin", g->closed_first[side][GROUP_BY_FIN]);
		count_of(json, "reset", g->closed_first[side][GROUP_BY_RESET]);
		json_end(json, '}');
	}
	json_end(json, '}');
	quantiles(json, "half_closed", &g->half_closed);
}

static void time_wait(JsonWriter *json, const Group *g)
{
	json_key(json, "time_wait");
	json_begin(json, '{');
	for (unsigned side = 0; side < 2; side++) {
		TimelinePeak peak = timeline_peak(&g->timeline, (ShakedownSideId)side);
		json_key_text(json, shakedown_side_name((ShakedownSideId)side));
		json_begin(json, '{');
		count_of(json, "connections", g->time_wait[side]);
		count_of(json, "peak", peak.least);
		count_of(json, "peak_at_most", peak.most);
		json_key(json, "peak_time");
		if (peak.time)
			json_time(json, peak.time);
		else
			json_null(json);
		json_end(json, '}');
	}
	json_end(json, '}');
}

static void series(JsonWriter *json, const char *name, const uint64_t *values, size_t n)
{
	json_key_text(json, name);
	json_begin(json, '[');
	for (size_t i = 0; i < n; i++)
		json_uint(json, values[i]);
	json_end(json, ']');
}

/* How many held TIME-WAIT at the end of each bin. */
static void held(JsonWriter *json, const Group *g, const TimelineSpan *span, ShakedownSideId side)
{
	uint64_t enters[TIMELINE_BINS], leaves[TIMELINE_BINS], now = 0;

	timeline_in(&g->timeline, span, (TimelineSeries)(TIMELINE_ENTERS + side), enters);
	timeline_in(&g->timeline, span, (TimelineSeries)(TIMELINE_LEAVES + side), leaves);
	for (uint32_t i = 0; i < span->bins; i++) {
		now += enters[i] - leaves[i];
		enters[i] = now;
	}
	series(json, side == SHAKEDOWN_CLIENT ? "client_time_wait" : "server_time_wait", enters,
	       span->bins);
}

static void timeline(JsonWriter *json, const Group *g, const TimelineSpan *span)
{
	uint64_t values[TIMELINE_BINS];
	ShakedownDuration step = timeline_step(span->shift);

	json_key(json, "timeline");
	if (span->bins == 0) {
		json_null(json);
		return;
	}
	json_begin(json, '{');
	json_key(json, "start");
	json_time(json, span->first * step);
	json_key(json, "step_s");
	json_seconds(json, step);
	timeline_in(&g->timeline, span, TIMELINE_ATTEMPTS, values);
	series(json, "attempts", values, span->bins);
	timeline_in(&g->timeline, span, TIMELINE_FAILED, values);
	series(json, "failed", values, span->bins);
	held(json, g, span, SHAKEDOWN_CLIENT);
	held(json, g, span, SHAKEDOWN_SERVER);
	json_end(json, '}');
}

void record_group(JsonWriter *json, Group *g, const GroupTable *table, const TimelineSpan *span,
		  uint64_t groups)
{
	json_begin(json, '{');
	json_key(json, "record");
	json_name(json, "group");
	json_key(json, "by");
	json_name(json, group_by_name(table->by.by));
	key(json, &g->key);
	count_of(json, "groups", groups);
	handshakes(json, g);
	teardowns(json, g);
	time_wait(json, g);
	json_key(json, "bytes");
	json_begin(json, '{');
	count_of(json, "client", g->bytes[SHAKEDOWN_CLIENT]);
	count_of(json, "server", g->bytes[SHAKEDOWN_SERVER]);
	json_end(json, '}');
	json_key(json, "first");
	json_time(json, g->first);
	json_key(json, "last");
	json_time(json, g->last);
	timeline(json, g, span);
	count_of(json, "missing_at_most", g->missing_at_most);
	json_end(json, '}');
}

void record_group_columns(CsvWriter *csv)
{
	static const char *const before[] = {"by",     "key",	      "addr",	  "port",  "prefix",
					     "groups", "connections", "attempts", "failed"};
	static const char *const between[] = {"retried", "syn_again", "syn_ack_again"};
	static const char *const spans[] = {"server_rtt", "client_rtt", "half_closed"};
	static const char *const parts[] = {"samples", "min_s", "median_s", "p90_s",
					    "p95_s",   "p99_s", "max_s"};
	static const char *const after[] = {"client_first_fin",
					    "client_first_reset",
					    "server_first_fin",
					    "server_first_reset",
					    "client_time_wait",
					    "client_time_wait_peak",
					    "client_time_wait_peak_at_most",
					    "server_time_wait",
					    "server_time_wait_peak",
					    "server_time_wait_peak_at_most",
					    "client_bytes",
					    "server_bytes",
					    "first",
					    "last",
					    "missing_at_most"};
	char name[64];

	for (size_t i = 0; i < G_N_ELEMENTS(before); i++)
		csv_text(csv, before[i]);
	for (unsigned i = 0; i < SHAKEDOWN_HANDSHAKE_OUTCOMES; i++)
		csv_text(csv, shakedown_handshake_outcome_name((ShakedownHandshakeOutcome)i));
	for (size_t i = 0; i < G_N_ELEMENTS(between); i++)
		csv_text(csv, between[i]);
	for (size_t i = 0; i < G_N_ELEMENTS(spans); i++)
		for (size_t k = 0; k < G_N_ELEMENTS(parts); k++) {
			g_snprintf(name, sizeof(name), "%s_%s", spans[i], parts[k]);
			csv_text(csv, name);
		}
	for (unsigned i = 0; i < SHAKEDOWN_TEARDOWN_OUTCOMES; i++) {
		g_snprintf(name, sizeof(name), "closed_%s",
			   shakedown_teardown_outcome_name((ShakedownTeardownOutcome)i));
		csv_text(csv, name);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(after); i++)
		csv_text(csv, after[i]);
	csv_end_row(csv);
}

static void quantile_cells(CsvWriter *csv, Quantiles *q)
{
	csv_uint(csv, q->n);
	csv_seconds(csv, q->n ? q->min : SHAKEDOWN_DURATION_UNKNOWN);
	for (size_t i = 0; i < G_N_ELEMENTS(percents); i++)
		csv_seconds(csv, quantiles_at(q, percents[i]));
	csv_seconds(csv, q->n ? q->max : SHAKEDOWN_DURATION_UNKNOWN);
}

static void key_cells(CsvWriter *csv, const GroupKey *k)
{
	char text[GROUP_KEY_LEN + 1];

	if (!k->addr.version) {
		for (unsigned i = 0; i < 4; i++)
			csv_empty(csv);
		return;
	}
	csv_text_len(csv, text, group_key_format(text, k));
	csv_address(csv, &k->addr);
	if (k->by == SHAKEDOWN_GROUP_SERVICE)
		csv_uint(csv, k->port);
	else
		csv_empty(csv);
	if (k->by == SHAKEDOWN_GROUP_SUBNET)
		csv_uint(csv, k->bits);
	else
		csv_empty(csv);
}

void record_group_row(CsvWriter *csv, Group *g, const GroupTable *table, uint64_t groups)
{
	csv_text(csv, group_by_name(table->by.by));
	key_cells(csv, &g->key);
	csv_uint(csv, groups);
	csv_uint(csv, g->connections);
	csv_uint(csv, g->attempts);
	csv_uint(csv, g->failed);
	for (unsigned i = 0; i < SHAKEDOWN_HANDSHAKE_OUTCOMES; i++)
		csv_uint(csv, g->handshakes[i]);
	csv_uint(csv, g->retried);
	csv_uint(csv, g->syn_again);
	csv_uint(csv, g->syn_ack_again);
	quantile_cells(csv, &g->leg[SHAKEDOWN_SERVER]);
	quantile_cells(csv, &g->leg[SHAKEDOWN_CLIENT]);
	quantile_cells(csv, &g->half_closed);
	for (unsigned i = 0; i < SHAKEDOWN_TEARDOWN_OUTCOMES; i++)
		csv_uint(csv, g->teardowns[i]);
	for (unsigned i = 0; i < 4; i++)
		csv_uint(csv, g->closed_first[i / 2][i % 2]);
	for (unsigned side = 0; side < 2; side++) {
		TimelinePeak peak = timeline_peak(&g->timeline, (ShakedownSideId)side);
		csv_uint(csv, g->time_wait[side]);
		csv_uint(csv, peak.least);
		csv_uint(csv, peak.most);
	}
	csv_uint(csv, g->bytes[SHAKEDOWN_CLIENT]);
	csv_uint(csv, g->bytes[SHAKEDOWN_SERVER]);
	csv_time(csv, g->first);
	csv_time(csv, g->last);
	csv_uint(csv, g->missing_at_most);
	csv_end_row(csv);
}
