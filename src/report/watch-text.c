/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Anomalies as they happen: when, how severe, what, to whom, and the sentence, on a line, or on a
 * terminal as many as it takes. The day stands on a line of its own when it begins.
 */
#include <glib.h>

#include "report/anomaly-text.h"
#include "report/views.h"

enum {
	SEVERITY_COLUMNS = 8,
	INDENT = 9,	  /* under the severity */
	WHOLE_TIME = 120, /* columns from which there is room for milliseconds */
};

typedef struct {
	ReportSink base;
	TextLayout text;
	unsigned width; /* 0: lines of any length */
	char date[11];
	GString *who, *what;
} WatchText;

static void put_date(WatchText *self, ShakedownTime time)
{
	char when[32], line[64];

	anomaly_when(time, true, when);
	if (memcmp(self->date, when, 10) == 0)
		return;
	memcpy(self->date, when, 10);
	g_snprintf(line, sizeof line, "%s (UTC)", self->date);
	text_put(&self->text, TEXT_BOLD, line);
	text_newline(&self->text);
}

static void put_anomaly(ReportSink *sink, const ShakedownAnomaly *a)
{
	WatchText *self = (WatchText *)sink;
	TextLayout *text = &self->text;
	char when[32];
	unsigned at = 0;

	/* That it is known now is what there is to tell; what began long ago says so. */
	put_date(self, a->until);
	anomaly_when(a->until, false, when);
	if (self->width && self->width < WHOLE_TIME)
		when[8] = '\0';
	at += text_put(text, TEXT_DIM, when);
	text_spaces(text, 1);
	text_cell(text, text_severity_style(a->severity), anomaly_severity_word(a->severity),
		  SEVERITY_COLUMNS, TEXT_LEFT, TEXT_CUT_END);
	text_spaces(text, 1);
	at += 2 + SEVERITY_COLUMNS;
	at += text_put(text, TEXT_BOLD, shakedown_anomaly_info(a->kind)->name);
	g_string_truncate(self->who, 0);
	anomaly_who(a, text->ascii, self->who);
	g_string_printf(self->what, "%s%s%s", self->who->str, self->who->len ? ": " : "",
			a->summary);
	text_spaces(text, 1);
	if (self->width) {
		text_wrap(text, TEXT_PLAIN, self->what->str, at + 1, INDENT);
	} else {
		text_put(text, TEXT_PLAIN, self->what->str);
		text_newline(text);
	}
	(void)report_writer_flush(text->out);
}

static bool finish(ReportSink *sink, const ShakedownSummary *summary,
		   const ShakedownCaptureInfo *capture, GError **error)
{
	return true;
}

static void watch_text_free(ReportSink *sink)
{
	WatchText *self = (WatchText *)sink;

	text_layout_clear(&self->text);
	g_string_free(self->who, TRUE);
	g_string_free(self->what, TRUE);
	g_free(self);
}

ReportSink *watch_text_new(ReportWriter *out, const ShakedownSinkOptions *options)
{
	static const ReportSinkOps ops = {
		.anomaly = put_anomaly, .finish = finish, .free = watch_text_free};
	WatchText *self = g_new0(WatchText, 1);

	self->base.ops = &ops;
	self->width = options->width;
	text_layout_init(&self->text, out, options);
	self->who = g_string_new(NULL);
	self->what = g_string_new(NULL);
	return &self->base;
}
