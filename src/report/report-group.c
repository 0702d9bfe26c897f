/* SPDX-License-Identifier: BSD-3-Clause */
/* One group of a report, in full: how its connections opened, and how they closed. */
#include "report/report-groups.h"

#include <string.h>

#include "report/anomaly-text.h"
#include "report/record.h"
#include "report/sparkline.h"

enum { TITLE = 2, INDENT = 4, LABEL = 13, SPARK_BARS = 60, REMARK = 34, FEW = 20 };

static void put_field(const GroupsText *text, const char *label, GString *line)
{
	text_spaces(text->layout, INDENT);
	text_cell(text->layout, TEXT_BOLD, label, LABEL, TEXT_LEFT, TEXT_CUT_END);
	text_wrap(text->layout, TEXT_PLAIN, line->str, INDENT + LABEL, INDENT + LABEL);
	g_string_truncate(line, 0);
}

static void append_count(GString *line, uint64_t n)
{
	char text[REPORT_GROUPED_LEN];
	g_string_append_len(line, text, (gssize)report_format_grouped(text, n));
}

static void append_duration(const GroupsText *text, GString *line, ShakedownDuration d)
{
	char out[REPORT_DURATION_LEN];
	const char *micro = text->layout->ascii ? "u" : "µ";

	g_string_append_len(line, out, (gssize)report_format_duration(out, d, micro));
}

/* ", " between what is there; names each count that is not 0. */
static void append_named(GString *line, const char *name, uint64_t n)
{
	if (n == 0)
		return;
	if (line->len > 0)
		g_string_append(line, ", ");
	append_count(line, n);
	g_string_append_printf(line, " %s", name);
}

static void put_quantiles(const GroupsText *text, const char *label, Quantiles *q, GString *line)
{
	static const struct {
		const char *name;
		unsigned percent;
	} rows[] = {{"median ", 50},
		    {", 90 % ", 90},
		    {", 95 % ", 95},
		    {", 99 % ", 99},
		    {", max ", 100}};

	if (q->n == 0)
		return;
	if (q->n == 1) {
		append_duration(text, line, q->max);
		g_string_append(line, " (1 sample)");
	} else {
		for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
			if (q->n < FEW && rows[i].percent > 50 && rows[i].percent < 100)
				continue;
			g_string_append(line, rows[i].name);
			append_duration(text, line, quantiles_at(q, rows[i].percent));
		}
		g_string_append(line, " (");
		append_count(line, q->n);
		g_string_append(line, " samples)");
	}
	put_field(text, label, line);
}

static void put_spark(const GroupsText *text, const uint64_t *values, SparkHow how,
		      const char *what, GString *line)
{
	unsigned width = text->layout->width, left = INDENT + LABEL + REMARK;
	unsigned most = width > left + 8 ? MIN(width - left, SPARK_BARS) : 8;
	Spark spark =
		sparkline_append(line, values, text->span.bins, most, how, text->layout->ascii);

	if (spark.highest == 0 || spark.bars < 2) {
		g_string_truncate(line, 0);
		return;
	}
	text_spaces(text->layout, INDENT + LABEL);
	text_put(text->layout, TEXT_INFO, line->str);
	g_string_assign(line, " highest ");
	append_count(line, spark.highest);
	if (how == SPARK_SUM) {
		g_string_append(line, " in ");
		append_duration(text, line, timeline_step(text->span.shift) * spark.per_bar);
	}
	g_string_append(line, what);
	text_put(text->layout, TEXT_DIM, line->str);
	text_newline(text->layout);
	g_string_truncate(line, 0);
}

static void put_opening(const GroupsText *text, Group *g, GString *line)
{
	uint64_t values[TIMELINE_BINS];

	for (unsigned i = 0; i < SHAKEDOWN_HANDSHAKE_OUTCOMES; i++)
		append_named(line, shakedown_handshake_outcome_name((ShakedownHandshakeOutcome)i),
			     g->handshakes[i]);
	put_field(text, "opening", line);
	timeline_in(&g->timeline, &text->span, TIMELINE_ATTEMPTS, values);
	put_spark(text, values, SPARK_SUM, "", line);
	if (g->failed > 0 && g->failed < g->attempts) {
		timeline_in(&g->timeline, &text->span, TIMELINE_FAILED, values);
		put_spark(text, values, SPARK_SUM, ", failed", line);
	}
	if (g->retried > 0) {
		append_named(line, g->syn_again == 1 ? "SYN" : "SYNs", g->syn_again);
		append_named(line, g->syn_ack_again == 1 ? "SYN,ACK" : "SYN,ACKs",
			     g->syn_ack_again);
		g_string_append(line, " beyond the first, in ");
		append_count(line, g->retried);
		g_string_append(line, g->retried == 1 ? " connection" : " connections");
		put_field(text, "retries", line);
	}
	put_quantiles(text, "server leg", &g->leg[SHAKEDOWN_SERVER], line);
	put_quantiles(text, "client leg", &g->leg[SHAKEDOWN_CLIENT], line);
}

static void put_closing(const GroupsText *text, Group *g, GString *line)
{
	static const char *const how[2][2] = {{"by the client's FIN", "by the client's RST"},
					      {"by the server's FIN", "by the server's RST"}};

	if (g->teardowns[SHAKEDOWN_TEARDOWN_NEVER_OPENED] == g->connections)
		return;
	for (unsigned i = 0; i < SHAKEDOWN_TEARDOWN_OUTCOMES; i++)
		append_named(line, shakedown_teardown_outcome_name((ShakedownTeardownOutcome)i),
			     g->teardowns[i]);
	put_field(text, "closing", line);
	for (unsigned i = 0; i < 4; i++)
		append_named(line, how[i / 2][i % 2], g->closed_first[i / 2][i % 2]);
	if (line->len > 0)
		put_field(text, "initiated", line);
	put_quantiles(text, "half-closed", &g->half_closed, line);
}

static void put_time_wait(const GroupsText *text, const Group *g, GString *line)
{
	for (unsigned side = 0; side < 2; side++) {
		uint64_t enters[TIMELINE_BINS], leaves[TIMELINE_BINS], held = 0;
		TimelinePeak peak = timeline_peak(&g->timeline, (ShakedownSideId)side);
		char when[32];

		if (g->time_wait[side] == 0)
			continue;
		append_count(line, g->time_wait[side]);
		g_string_append_printf(line, " at the %s, ",
				       shakedown_side_name((ShakedownSideId)side));
		append_count(line, peak.least);
		if (peak.most > peak.least) {
			g_string_append(line, " to ");
			append_count(line, peak.most);
		}
		g_string_append(line, " of them at once");
		if (peak.time) {
			anomaly_when(peak.time, false, when);
			g_string_append_printf(line, ", about %s", when);
		}
		put_field(text, "TIME-WAIT", line);
		timeline_in(&g->timeline, &text->span, (TimelineSeries)(TIMELINE_ENTERS + side),
			    enters);
		timeline_in(&g->timeline, &text->span, (TimelineSeries)(TIMELINE_LEAVES + side),
			    leaves);
		for (uint32_t i = 0; i < text->span.bins; i++) {
			held += enters[i];
			enters[i] = held;
			held -= MIN(held, leaves[i]);
		}
		put_spark(text, enters, SPARK_MOST, " held", line);
	}
}

void groups_text_detail(const GroupsText *text, Group *g)
{
	g_autoptr(GString) line = g_string_new(NULL);
	char name[GROUP_KEY_LEN + 1];

	name[group_key_format(name, &g->key)] = '\0';
	append_count(line, g->connections);
	g_string_append(line, g->connections == 1 ? " connection in " : " connections in ");
	append_duration(text, line, record_span(g->first, g->last));
	text_spaces(text->layout, TITLE);
	unsigned at = TITLE + text_put(text->layout, TEXT_BOLD, name) + 2;
	if (at + text_width(line->str, line->len) <= text->layout->width) {
		text_spaces(text->layout, 2);
	} else {
		text_newline(text->layout);
		text_spaces(text->layout, INDENT);
	}
	text_put(text->layout, TEXT_DIM, line->str);
	text_newline(text->layout);
	g_string_truncate(line, 0);
	put_opening(text, g, line);
	put_closing(text, g, line);
	put_time_wait(text, g, line);
}
