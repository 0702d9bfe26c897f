/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The anomalies as text, as they come: severity, time, kind and whom it is about; below that the
 * sentence with its frames; and, if asked, the facts, the rule and the filter. On a wide terminal,
 * a line each.
 */
#include <glib.h>

#include "report/anomaly-text.h"
#include "report/views.h"
#include "report/warnings.h"

enum {
	SEVERITY_COLUMNS = 8,
	TIME_COLUMNS = 12,
	KIND_COLUMNS = 25,
	WHO_COLUMNS = 45, /* two IPv4 endpoints of any length */
	INDENT = SEVERITY_COLUMNS + 2,
	ONE_LINE = 180, /* columns from which an anomaly stands in one line */
};

typedef struct {
	ReportSink base;
	TextLayout text;
	bool verbose, flush_records;
	bool any;
	char date[11]; /* of the last heading */
	uint64_t severities[SHAKEDOWN_SEVERITIES];
	uint64_t stands_for;
	GString *who, *where;
} AnomaliesText;

/* Times of day alone would not say which day. */
static void put_date(AnomaliesText *self, ShakedownTime time)
{
	char when[32], line[64];

	anomaly_when(time, true, when);
	if (memcmp(self->date, when, 10) == 0)
		return;
	memcpy(self->date, when, 10);
	if (self->any)
		text_newline(&self->text);
	g_snprintf(line, sizeof(line), "%s (UTC)", self->date);
	text_put(&self->text, TEXT_BOLD, line);
	text_newline(&self->text);
}

static void put_label(AnomaliesText *self, const char *label, const char *value)
{
	if (!value || !value[0])
		return;
	text_spaces(&self->text, INDENT);
	text_cell(&self->text, TEXT_DIM, label, 7, TEXT_LEFT, TEXT_CUT_END);
	text_wrap(&self->text, TEXT_DIM, value, INDENT + 7, INDENT + 7);
}

/* The filter is to be pasted: it is not broken into lines by us. */
static void put_filter(AnomaliesText *self, const char *filter)
{
	if (!filter || !filter[0])
		return;
	text_spaces(&self->text, INDENT);
	text_cell(&self->text, TEXT_DIM, "filter", 7, TEXT_LEFT, TEXT_CUT_END);
	text_put(&self->text, TEXT_DIM, filter);
	text_newline(&self->text);
}

static void put_details(AnomaliesText *self, const ShakedownAnomaly *a)
{
	g_autoptr(GString) facts = g_string_new(NULL);

	for (size_t i = 0; i < a->facts_len; i++)
		anomaly_fact(&a->facts[i], facts);
	put_label(self, "facts", facts->str);
	put_label(self, "rule", a->rule);
	put_filter(self, a->filter);
}

/* Severity, time and kind; returns the column after them. */
static unsigned put_head(AnomaliesText *self, const ShakedownAnomaly *a, bool pad)
{
	const char *kind = shakedown_anomaly_info(a->kind)->name;
	char when[32];

	anomaly_when(a->time, false, when);
	text_cell(&self->text, text_severity_style(a->severity), anomaly_severity_word(a->severity),
		  SEVERITY_COLUMNS, TEXT_LEFT, TEXT_CUT_END);
	text_spaces(&self->text, 2);
	text_put(&self->text, TEXT_DIM, when);
	text_spaces(&self->text, 2);
	unsigned at = INDENT + TIME_COLUMNS + 2;
	if (pad) {
		text_cell(&self->text, TEXT_BOLD, kind, KIND_COLUMNS, TEXT_LEFT, TEXT_CUT_END);
		return at + KIND_COLUMNS;
	}
	return at + text_put(&self->text, TEXT_BOLD, kind);
}

static void put_in_one_line(AnomaliesText *self, const ShakedownAnomaly *a)
{
	TextLayout *text = &self->text;
	unsigned at = put_head(self, a, true) + 2;
	unsigned who = WHO_COLUMNS;

	text_spaces(text, 2);
	text_cell(text, TEXT_PLAIN, self->who->str, who, TEXT_LEFT, TEXT_CUT_MIDDLE);
	text_spaces(text, 2);
	at += who + 2;
	g_string_truncate(self->where, 0);
	g_string_append_printf(self->where, "%s (", a->summary);
	size_t open = self->where->len;
	anomaly_where(a, 5, self->where);
	if (self->where->len == open)
		g_string_truncate(self->where, open - strlen(" ("));
	else
		g_string_append_c(self->where, ')');
	text_wrap(text, TEXT_PLAIN, self->where->str, at, at);
}

static void put_in_lines(AnomaliesText *self, const ShakedownAnomaly *a)
{
	TextLayout *text = &self->text;
	unsigned at = put_head(self, a, false);
	unsigned who = text_width(self->who->str, self->who->len);

	if (at + 2 + who <= text->width) {
		text_spaces(text, 2);
		text_put(text, TEXT_PLAIN, self->who->str);
		text_newline(text);
	} else {
		text_newline(text);
		text_spaces(text, INDENT);
		text_wrap(text, TEXT_PLAIN, self->who->str, INDENT, INDENT);
	}
	text_spaces(text, INDENT);
	text_wrap(text, TEXT_PLAIN, a->summary, INDENT, INDENT);
	if (self->where->len > 0) {
		text_spaces(text, INDENT);
		text_wrap(text, TEXT_DIM, self->where->str, INDENT, INDENT);
	}
}

static void put_anomaly(ReportSink *sink, const ShakedownAnomaly *a)
{
	AnomaliesText *self = (AnomaliesText *)sink;

	self->severities[a->severity]++;
	self->stands_for += MAX(a->count, 1);
	put_date(self, a->time);
	self->any = true;
	g_string_truncate(self->who, 0);
	g_string_truncate(self->where, 0);
	anomaly_who(a, self->text.ascii, self->who);
	anomaly_where(a, self->verbose ? 64 : 8, self->where);
	if (self->text.width >= ONE_LINE)
		put_in_one_line(self, a);
	else
		put_in_lines(self, a);
	if (self->verbose)
		put_details(self, a);
	if (self->flush_records)
		(void)report_writer_flush(self->text.out);
}

static bool finish(ReportSink *sink, const ShakedownSummary *summary,
		   const ShakedownCaptureInfo *capture, GError **error)
{
	AnomaliesText *self = (AnomaliesText *)sink;
	TextLayout *text = &self->text;

	if (self->any)
		text_newline(text);
	anomaly_counts_put(text, self->severities, self->stands_for);
	report_warnings_put(text, summary, capture, 0, UINT_MAX);
	return true;
}

static void anomalies_text_free(ReportSink *sink)
{
	AnomaliesText *self = (AnomaliesText *)sink;

	text_layout_clear(&self->text);
	g_string_free(self->who, TRUE);
	g_string_free(self->where, TRUE);
	g_free(self);
}

ReportSink *anomalies_text_new(ReportWriter *out, const ShakedownSinkOptions *options)
{
	static const ReportSinkOps ops = {
		.anomaly = put_anomaly,
		.finish = finish,
		.free = anomalies_text_free,
	};
	AnomaliesText *self = g_new0(AnomaliesText, 1);

	self->base.ops = &ops;
	self->verbose = options->verbose;
	self->flush_records = options->flush_records;
	text_layout_init(&self->text, out, options);
	self->who = g_string_new(NULL);
	self->where = g_string_new(NULL);
	return &self->base;
}
