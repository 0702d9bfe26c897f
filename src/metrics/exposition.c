/* SPDX-License-Identifier: BSD-3-Clause */
#include "metrics/exposition.h"

#include "report/writer.h"

#include <inttypes.h>

static bool is_open(const Exposition *e)
{
	return e->format == SHAKEDOWN_METRICS_OPENMETRICS;
}

/* OpenMetrics escapes quotes in both; the older format in values alone, where else a quote would
 * end them. */
static void put_escaped(GString *text, const char *what, bool quotes)
{
	g_autofree char *valid = g_utf8_make_valid(what, -1);

	for (const char *c = valid; *c; c++) {
		if (*c == '\n') {
			g_string_append(text, "\\n");
			continue;
		}
		if (*c == '\\' || (*c == '"' && quotes))
			g_string_append_c(text, '\\');
		g_string_append_c(text, *c);
	}
}

static const char *suffix_of(ExpositionType type)
{
	switch (type) {
	case EXPOSITION_COUNTER:
		return "_total";
	case EXPOSITION_INFO:
		return "_info";
	case EXPOSITION_GAUGE:
	case EXPOSITION_HISTOGRAM:
		break;
	}
	return "";
}

static const char *type_name(const Exposition *e, ExpositionType type)
{
	switch (type) {
	case EXPOSITION_COUNTER:
		return "counter";
	case EXPOSITION_GAUGE:
		return "gauge";
	case EXPOSITION_HISTOGRAM:
		return "histogram";
	case EXPOSITION_INFO:
		break;
	}
	return is_open(e) ? "info" : "gauge";
}

static void put_metadata(Exposition *e, const char *keyword, const char *what)
{
	const ExpositionFamily *family = e->family;

	/* In the older format the name is that of the samples. */
	g_string_append_printf(e->text, "# %s %s%s ", keyword, family->name,
			       is_open(e) ? "" : suffix_of(family->type));
	put_escaped(e->text, what, is_open(e));
	g_string_append_c(e->text, '\n');
}

void exposition_begin(Exposition *e, const ExpositionFamily *family)
{
	e->family = family;
	put_metadata(e, "TYPE", type_name(e, family->type));
	if (family->unit && is_open(e))
		put_metadata(e, "UNIT", family->unit);
	put_metadata(e, "HELP", family->help);
}

static void put_label(Exposition *e, const char *name, const char *value, char before)
{
	g_string_append_printf(e->text, "%c%s=\"", before, name);
	put_escaped(e->text, value, true);
	g_string_append_c(e->text, '"');
}

/* Up to the value. */
static void put_name(Exposition *e, const char *suffix, const ExpositionLabel *labels,
		     const char *le)
{
	char before = '{';

	g_string_append(e->text, e->family->name);
	g_string_append(e->text, suffix);
	for (; labels && labels->name; labels++, before = ',')
		put_label(e, labels->name, labels->value, before);
	if (le) {
		put_label(e, "le", le, before);
		before = ',';
	}
	g_string_append(e->text, before == ',' ? "} " : " ");
}

static void put_count(Exposition *e, uint64_t value)
{
	g_string_append_printf(e->text, "%" PRIu64 "\n", value);
}

void exposition_count(Exposition *e, const ExpositionLabel *labels, uint64_t value)
{
	put_name(e, suffix_of(e->family->type), labels, NULL);
	put_count(e, value);
}

void exposition_seconds(Exposition *e, const ExpositionLabel *labels, ShakedownDuration value)
{
	char seconds[REPORT_SECONDS_LEN];

	put_name(e, suffix_of(e->family->type), labels, NULL);
	g_string_append_len(e->text, seconds, (gssize)report_format_seconds(seconds, value));
	g_string_append_c(e->text, '\n');
}

void exposition_bucket(Exposition *e, const ExpositionLabel *labels, const char *le, uint64_t n)
{
	put_name(e, "_bucket", labels, le ? le : "+Inf");
	put_count(e, n);
	if (le)
		return;
	put_name(e, "_count", labels, NULL);
	put_count(e, n);
}

void exposition_sum_seconds(Exposition *e, const ExpositionLabel *labels, uint64_t seconds,
			    uint32_t nanoseconds)
{
	put_name(e, "_sum", labels, NULL);
	g_string_append_printf(e->text, "%" PRIu64 ".%09" PRIu32 "\n", seconds, nanoseconds);
}

void exposition_end(Exposition *e)
{
	if (is_open(e))
		g_string_append(e->text, "# EOF\n");
}
