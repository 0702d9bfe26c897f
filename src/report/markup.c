/* SPDX-License-Identifier: BSD-3-Clause */
/* Writing HTML and SVG. */
#include "report/markup.h"

#include "report/text-clean.h"

#include <math.h>

#define NUMBER_MOST 1e9

/* NULL: as it is. Also '=' and '`', for which old browsers had a meaning in attributes. */
static const char *entity_of(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	case '`':
		return "&#96;";
	}
	return NULL;
}

static void append_text(GString *out, const char *text)
{
	g_autoptr(GString) clean = g_string_new(NULL);

	if (!text)
		return;
	text_clean_append(clean, text, strlen(text), false);
	for (size_t i = 0; i < clean->len; i++) {
		const char *entity = entity_of(clean->str[i]);
		if (entity)
			g_string_append(out, entity);
		else
			g_string_append_c(out, clean->str[i]);
	}
}

void markup_text(ReportWriter *out, const char *text)
{
	g_autoptr(GString) escaped = g_string_new(NULL);

	append_text(escaped, text);
	report_put_bytes(out, escaped->str, escaped->len);
}

void markup_lines(ReportWriter *out, const char *text)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	for (unsigned i = 0; lines[i]; i++) {
		if (i)
			report_put_char(out, '\n');
		markup_text(out, lines[i]);
	}
}

void markup_number(ReportWriter *out, double value)
{
	int64_t tenths =
		isfinite(value) ? llround(CLAMP(value, -NUMBER_MOST, NUMBER_MOST) * 10) : 0;

	if (tenths < 0)
		report_put_char(out, '-');
	uint64_t size = (uint64_t)(tenths < 0 ? -tenths : tenths);
	report_put_uint(out, size / 10);
	if (size % 10) {
		report_put_char(out, '.');
		report_put_uint(out, size % 10);
	}
}

void markup_attribute(ReportWriter *out, const char *name, double value)
{
	report_put_char(out, ' ');
	report_put(out, name);
	report_put(out, "=\"");
	markup_number(out, value);
	report_put_char(out, '"');
}

void markup_time(ReportWriter *out, ShakedownTime time)
{
	char text[REPORT_TIME_LEN];
	size_t len = report_format_time(text, time);

	/* "…T…123456789Z": the date, the time to microseconds, the zone. */
	report_put_bytes(out, text, 10);
	report_put_char(out, ' ');
	report_put_bytes(out, text + 11, len - 11 - 4);
	report_put(out, " UTC");
}

void markup_duration(ReportWriter *out, ShakedownDuration duration)
{
	char text[REPORT_DURATION_LEN];

	if (duration == SHAKEDOWN_DURATION_UNKNOWN)
		report_put(out, "–");
	else
		report_put_bytes(out, text, report_format_duration(text, duration, "µ"));
}

void markup_count(ReportWriter *out, uint64_t count)
{
	char text[REPORT_GROUPED_LEN];

	report_put_bytes(out, text, report_format_grouped(text, count));
}

void markup_endpoint(ReportWriter *out, const ShakedownAddress *address, uint16_t port)
{
	char text[REPORT_ENDPOINT_LEN];

	report_put_bytes(out, text, report_format_endpoint(text, address, port));
}
