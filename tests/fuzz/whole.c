/* SPDX-License-Identifier: BSD-3-Clause */
#include "whole.h"

#include "json-check.h"

#include <stdio.h>
#include <string.h>

static bool write_text(const void *bytes, size_t len, void *data)
{
	g_string_append_len(data, bytes, (gssize)len);
	return true;
}

static uint64_t *bits_of(Whole *w, uint64_t id)
{
	uint64_t *bits = g_hash_table_lookup(w->told, &id);

	if (!bits) {
		uint64_t *pair = g_new0(uint64_t, 2); /* the key, then the bits */

		pair[0] = id;
		g_hash_table_insert(w->told, pair, pair + 1);
		bits = pair + 1;
	}
	return bits;
}

static void on_connection(const ShakedownConnection *c, void *data)
{
	Whole *w = data;
	uint64_t listed = 0, told = *bits_of(w, c->id);

	record_check(c, w->frames);
	for (size_t i = 0; i < c->anomalies_len; i++)
		listed |= UINT64_C(1) << c->anomalies[i];
	fuzz_check(!(told & ~listed),
		   "connection %" G_GUINT64_FORMAT ": %#" G_GINT64_MODIFIER
		   "x told of, %#" G_GINT64_MODIFIER "x in the record",
		   c->id, told, listed);
	w->connections++;
	w->digest = record_digest(w->digest, c);
	if (w->aloud)
		fprintf(stderr, "connection %" G_GUINT64_FORMAT " %s %s %s/%s\n", c->id,
			shakedown_handshake_outcome_name(c->handshake.outcome),
			shakedown_teardown_outcome_name(c->teardown.outcome),
			shakedown_tcp_state_name(c->side[0].state),
			shakedown_tcp_state_name(c->side[1].state));
	if (w->sink)
		shakedown_sink_connection(w->sink, c);
}

static void check_anomaly(const Whole *w, const ShakedownAnomaly *a)
{
	fuzz_check(a->kind < SHAKEDOWN_ANOMALY_KINDS && a->severity < SHAKEDOWN_SEVERITIES,
		   "anomaly %d of severity %d", (int)a->kind, (int)a->severity);
	const char *name = shakedown_anomaly_info(a->kind)->name;
	fuzz_check(fuzz_is_line(a->summary) && *a->summary, "%s: no summary", name);
	fuzz_check(fuzz_is_line(a->rule) && *a->rule, "%s: no rule", name);
	fuzz_check(a->time <= a->until, "%s: ends before it begins", name);
	fuzz_check((a->scope == SHAKEDOWN_SCOPE_CONNECTION) == (a->connection != 0),
		   "%s: connection %" G_GUINT64_FORMAT, name, a->connection);
	for (size_t i = 0; i < a->frames_len; i++) {
		fuzz_check(a->frames[i] >= 1 && a->frames[i] <= w->frames,
			   "%s: frame %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT, name,
			   a->frames[i], w->frames);
		fuzz_check(i == 0 || a->frames[i - 1] <= a->frames[i], "%s: frames descend", name);
	}
	for (size_t i = 0; i < a->facts_len; i++)
		fuzz_check(fuzz_is_line(a->facts[i].name) &&
				   (a->facts[i].type != SHAKEDOWN_VALUE_TEXT ||
				    g_utf8_validate(a->facts[i].text, -1, NULL)),
			   "%s: fact %zu", name, i);
}

static void on_anomaly(const ShakedownAnomaly *a, void *data)
{
	Whole *w = data;
	const uint64_t numbers[] = {a->kind, a->severity, a->connection, (uint64_t)a->time};

	check_anomaly(w, a);
	if (a->connection)
		*bits_of(w, a->connection) |= UINT64_C(1) << a->kind;
	w->anomalies++;
	if (w->aloud)
		fprintf(stderr, "anomaly %s of %" G_GUINT64_FORMAT " at %" G_GINT64_FORMAT ": %s\n",
			shakedown_anomaly_info(a->kind)->name, a->connection, a->time, a->summary);
	w->digest = fuzz_digest(w->digest, numbers, sizeof numbers);
	w->digest = fuzz_digest(w->digest, a->summary, strlen(a->summary));
	if (w->sink)
		shakedown_sink_anomaly(w->sink, a);
}

static void on_segment(const ShakedownSegment *segment, void *data)
{
	Whole *w = data;

	if (w->sink)
		shakedown_sink_segment(w->sink, segment);
}

Whole *whole_new(const ShakedownConfig *config, uint8_t ask)
{
	Whole *w = g_new0(Whole, 1);
	g_autoptr(GError) error = NULL;

	w->aloud = g_getenv("FUZZ_TELL");
	w->written = g_string_new(NULL);
	w->told = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
	w->digest = FUZZ_DIGEST;
	w->format = (ask + SHAKEDOWN_FORMAT_NDJSON) & 3;
	w->view = ask >> 2 & 3;
	/* The ladder has no other format: room for a conn.log. */
	if (w->view == SHAKEDOWN_VIEW_LADDER && w->format == SHAKEDOWN_FORMAT_CSV) {
		w->view = SHAKEDOWN_VIEW_CONNECTIONS;
		w->format = ask & 0x10 ? SHAKEDOWN_FORMAT_ZEEK : SHAKEDOWN_FORMAT_ZEEK_JSON;
	}
	if (w->view == SHAKEDOWN_VIEW_LADDER && w->format == SHAKEDOWN_FORMAT_JSON)
		w->format = ask & 0x40 ? SHAKEDOWN_FORMAT_SVG : SHAKEDOWN_FORMAT_MERMAID;
	if (w->view == SHAKEDOWN_VIEW_REPORT && w->format == SHAKEDOWN_FORMAT_CSV && ask & 0x40)
		w->format = SHAKEDOWN_FORMAT_HTML;
	ShakedownSinkOptions options = {
		.once = true, /* nothing reads the packets a second time */
		.view = w->view,
		.format = w->format,
		.width = ask & 0x10 ? 40 : 0,
		.color = ask & 0x20,
		.ascii = ask & 0x40,
		.verbose = ask & 0x80,
		.absolute = ask & 0x10,
		.write = write_text,
		.write_data = w->written,
	};
	if (w->view == SHAKEDOWN_VIEW_REPORT && (ask & 0x10))
		options.grouping = (ShakedownGrouping){
			.by = (ShakedownGroupBy)(SHAKEDOWN_GROUP_SERVICE + (ask >> 5 & 3)),
			.bits4 = 9,
			.bits6 = 61};
	w->sink = shakedown_sink_new(&options, &error);
	fuzz_check(!w->sink == !!error, "an error and a sink, or neither");
	const ShakedownObserver observer = {
		.connection = on_connection,
		.anomaly = on_anomaly,
		.segment = w->sink && shakedown_sink_wants_segments(w->sink) ? on_segment : NULL,
	};
	w->analysis = shakedown_analysis_new(config, &observer, w);
	if (w->sink && shakedown_sink_wants_conn_log(w->sink))
		shakedown_analysis_set_conn_log(w->analysis);
	return w;
}

void whole_feed(Whole *w, const ShakedownPacket *packets, size_t n)
{
	for (size_t i = 0; i < n; i++)
		w->frames = MAX(w->frames, packets[i].frame);
	shakedown_analysis_feed(w->analysis, packets, n);
}

static uint64_t sum(const uint64_t *counts, size_t n)
{
	uint64_t all = 0;

	for (size_t i = 0; i < n; i++)
		all += counts[i];
	return all;
}

static void check_summary(const Whole *w, const ShakedownSummary *s)
{
	fuzz_check(s->connections == w->connections,
		   "%" G_GUINT64_FORMAT " counted, %" G_GUINT64_FORMAT " told of", s->connections,
		   w->connections);
	fuzz_check(s->live == 0, "%" G_GUINT64_FORMAT " live on", s->live);
	fuzz_check(sum(s->handshakes, SHAKEDOWN_HANDSHAKE_OUTCOMES) == s->connections &&
			   sum(s->teardowns, SHAKEDOWN_TEARDOWN_OUTCOMES) == s->connections &&
			   sum(s->teardown_kinds, SHAKEDOWN_TEARDOWN_KINDS) == s->connections &&
			   sum(s->states[0], SHAKEDOWN_TCP_STATES) == s->connections &&
			   sum(s->states[1], SHAKEDOWN_TCP_STATES) == s->connections,
		   "outcomes of other than %" G_GUINT64_FORMAT " connections", s->connections);
	fuzz_check(sum(s->anomalies, SHAKEDOWN_ANOMALY_KINDS) == w->anomalies &&
			   sum(s->severities, SHAKEDOWN_SEVERITIES) == w->anomalies,
		   "other than %" G_GUINT64_FORMAT " anomalies counted", w->anomalies);
	fuzz_check(s->half_seen <= s->connections && s->disordered <= s->packets,
		   "more of a kind than there are");
	for (size_t i = 0; i < s->skipped_len; i++)
		fuzz_check(fuzz_is_line(s->skipped[i].reason), "reason %zu is no line", i);
}

/* Every row has as many cells as the header has fields, and none is empty. */
static void check_conn_log(const char *text)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	guint fields = 0;

	for (char **line = lines; *line && **line; line++) {
		g_auto(GStrv) cells = g_strsplit(*line, "\t", -1);
		if (g_str_has_prefix(*line, "#fields\t"))
			fields = g_strv_length(cells) - 1;
		else if (**line != '#')
			fuzz_check(g_strv_length(cells) == fields && !strstr(*line, "\t\t"),
				   "not %u cells: %s", fields, *line);
	}
	fuzz_check(fields > 0, "a conn.log without header");
}

static void check_written(const Whole *w)
{
	const GString *text = w->written;

	switch (w->format) {
	case SHAKEDOWN_FORMAT_JSON:
		fuzz_check(json_is_valid(text->str, text->len), "no JSON:\n%s", text->str);
		break;
	case SHAKEDOWN_FORMAT_NDJSON:
	case SHAKEDOWN_FORMAT_ZEEK_JSON:
		fuzz_check(json_lines_are_valid(text->str, text->len), "no JSON:\n%s", text->str);
		break;
	case SHAKEDOWN_FORMAT_ZEEK:
		check_conn_log(text->str);
		break;
	case SHAKEDOWN_FORMAT_CSV:
	case SHAKEDOWN_FORMAT_TEXT:
	case SHAKEDOWN_FORMAT_HTML:
	case SHAKEDOWN_FORMAT_SVG:
	case SHAKEDOWN_FORMAT_MERMAID:
		fuzz_check(g_utf8_validate_len(text->str, text->len, NULL), "no UTF-8:\n%s",
			   text->str);
		break;
	}
}

uint64_t whole_finish(Whole *w, const ShakedownCaptureInfo *info)
{
	g_autoptr(GError) error = NULL;

	shakedown_analysis_finish(w->analysis);
	const ShakedownSummary *summary = shakedown_analysis_summary(w->analysis);
	check_summary(w, summary);
	if (w->sink && shakedown_sink_finish(w->sink, summary, info, &error))
		check_written(w);
	else if (w->sink)
		fuzz_check(g_error_matches(error, SHAKEDOWN_SINK_ERROR,
					   SHAKEDOWN_SINK_ERROR_NO_CONNECTION) &&
				   w->view == SHAKEDOWN_VIEW_LADDER && !w->connections,
			   "%s", error->message);
	return w->digest;
}

void whole_free(Whole *w)
{
	shakedown_sink_free(w->sink);
	shakedown_analysis_free(w->analysis);
	g_hash_table_unref(w->told);
	g_string_free(w->written, TRUE);
	g_free(w);
}
