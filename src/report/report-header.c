/* SPDX-License-Identifier: BSD-3-Clause */
/* The head of the report: what was read, when, how much of it, and what limits the findings. */
#include "report/anomaly-text.h"
#include "report/record.h"
#include "report/report-text.h"
#include "report/warnings.h"

enum { LABEL = 13, WARNINGS_MOST = 3, SKIPPED_MOST = 6 };

static void put_field(ReportText *self, const char *label)
{
	text_cell(&self->text, TEXT_BOLD, label, LABEL, TEXT_LEFT, TEXT_CUT_END);
	text_wrap(&self->text, TEXT_PLAIN, self->line->str, LABEL, LABEL);
	g_string_truncate(self->line, 0);
}

static void append_grouped(GString *line, uint64_t n)
{
	char text[REPORT_GROUPED_LEN];
	g_string_append_len(line, text, (gssize)report_format_grouped(text, n));
}

static void append_size(GString *line, uint64_t n)
{
	char text[REPORT_SIZE_LEN];
	g_string_append_len(line, text, (gssize)report_format_size(text, n));
}

static void put_files(ReportText *self, const ShakedownCaptureInfo *capture)
{
	uint64_t bytes = 0;

	if (capture->files_len == 0)
		return;
	const ShakedownCaptureFile *first = &capture->files[0];
	size_t read = capture->files_len - capture->left_out;
	while (first->left_out && first + 1 < &capture->files[capture->files_len])
		first++;
	for (size_t i = 0; i < capture->files_len; i++)
		bytes += capture->files[i].left_out ? 0 : capture->files[i].bytes;
	g_string_append(self->line, first->name && strcmp(first->name, "-") != 0
					    ? first->name
					    : "standard input");
	if (read > 1)
		g_string_append_printf(self->line, " and %" G_GSIZE_FORMAT " more", read - 1);
	const char *open = " (";
	if (first->format) {
		g_string_append_printf(self->line, "%s%s", open, first->format);
		open = ", ";
	}
	if (bytes > 0) {
		g_string_append(self->line, open);
		append_size(self->line, bytes);
	}
	if (first->format || bytes > 0)
		g_string_append_c(self->line, ')');
	put_field(self, "Capture");
}

static void put_time(ReportText *self, const ShakedownCaptureInfo *capture)
{
	char first[32], last[32], span[REPORT_DURATION_LEN + 1];
	ShakedownDuration duration = record_span(capture->first, capture->last);

	anomaly_when(capture->first, true, first);
	anomaly_when(capture->last, true, last);
	bool same_day = memcmp(first, last, 10) == 0;
	span[report_format_duration(span, duration, "µ")] = '\0';
	g_string_append_printf(self->line, "%s to %s UTC, %s", first, same_day ? last + 11 : last,
			       span);
	put_field(self, "Time");
}

/* What was asked for of a longer capture. */
static void put_window(ReportText *self, const ShakedownCaptureInfo *capture)
{
	char since[32], until[32];

	anomaly_when(capture->since, true, since);
	anomaly_when(capture->until, true, until);
	if (capture->since)
		g_string_append_printf(self->line, "since %s", since);
	if (capture->until)
		g_string_append_printf(self->line, "%suntil %s", self->line->len ? ", " : "",
				       until);
	if (self->line->len) {
		g_string_append(self->line, " UTC");
		put_field(self, "Selected");
	}
}

static void put_packets(ReportText *self, const ShakedownSummary *summary,
			const ShakedownCaptureInfo *capture)
{
	char rate[REPORT_COUNT_LEN + 1];
	ShakedownDuration span = record_span(capture->first, capture->last);

	append_grouped(self->line, capture->passed);
	if (capture->passed < capture->packets) {
		g_string_append(self->line, " of ");
		append_grouped(self->line, capture->packets);
	}
	if (span > 0 && capture->passed > 1) {
		double seconds = (double)span / (double)SHAKEDOWN_NS_PER_S;
		double per_second = (double)capture->passed / seconds;
		rate[report_format_count(rate, (uint64_t)(MIN(per_second, 1e18) + 0.5))] = '\0';
		/* "0/s" of a packet now and then would say that there was none. */
		if (span >= SHAKEDOWN_NS_PER_S && per_second >= 0.5)
			g_string_append_printf(self->line, " (%s/s)", rate);
	}
	g_string_append(self->line, ", ");
	append_size(self->line, capture->bytes);
	if (summary) {
		g_string_append(self->line, ", ");
		append_grouped(self->line, summary->segments);
		g_string_append(self->line,
				summary->segments == 1 ? " TCP segment of " : " TCP segments of ");
		append_grouped(self->line, self->connections);
		g_string_append(self->line,
				self->connections == 1 ? " connection" : " connections");
	}
	put_field(self, "Packets");
}

/* What is simply not TCP; faults stand among the warnings. */
static void put_skipped(ReportText *self, const ShakedownSummary *summary)
{
	unsigned named = 0;
	uint64_t others = 0;

	for (size_t i = 0; i < summary->skipped_len; i++) {
		const ShakedownSkipped *s = &summary->skipped[i];
		if (s->fault || s->packets == 0)
			continue;
		if (named == SKIPPED_MOST && !self->verbose) {
			others += s->packets;
			continue;
		}
		g_string_append_printf(self->line, "%s%s ", named++ ? ", " : "", s->reason);
		append_grouped(self->line, s->packets);
	}
	if (others > 0) {
		g_string_append(self->line, ", others ");
		append_grouped(self->line, others);
	}
	if (self->line->len > 0)
		put_field(self, "Not TCP");
}

void report_header(ReportText *self, const ShakedownSummary *summary,
		   const ShakedownCaptureInfo *capture)
{
	if (capture) {
		put_files(self, capture);
		if (capture->passed > 0)
			put_time(self, capture);
		put_window(self, capture);
		put_packets(self, summary, capture);
	}
	if (summary)
		put_skipped(self, summary);
	report_warnings_put(&self->text, summary, capture, 0,
			    self->verbose ? UINT_MAX : WARNINGS_MOST);
	if (self->connections == 0) {
		text_newline(&self->text);
		text_wrap(&self->text, TEXT_BOLD, "No TCP connections.", 0, 0);
	}
}
