/* SPDX-License-Identifier: BSD-3-Clause */
/* The anomalies of the page. */
#include "report/html/html-findings.h"

#include "report/anomaly-text.h"

#include <shakedown/explain.h>

#define FRAMES_SHOWN 16
#define CONNECTIONS_SHOWN 12

void html_findings_clear(HtmlFindings *findings)
{
	for (unsigned k = 0; k < SHAKEDOWN_ANOMALY_KINDS; k++) {
		g_free(findings->kinds[k].headline);
		for (unsigned i = 0; i < findings->kinds[k].cases_len; i++)
			g_free(findings->kinds[k].cases[i]);
	}
}

static bool append(const void *bytes, size_t len, void *data)
{
	g_string_append_len(data, bytes, (gssize)len);
	return true;
}

static void put_fact(ReportWriter *out, const ShakedownFact *fact)
{
	char text[G_ASCII_DTOSTR_BUF_SIZE];
	size_t unit = strlen(fact->name);

	if (fact->type == SHAKEDOWN_VALUE_DURATION && g_str_has_suffix(fact->name, "_s"))
		unit -= 2; /* the value says its unit itself */
	report_put(out, "<dt>");
	for (size_t i = 0; i < unit; i++)
		report_put_char(out, fact->name[i] == '_' ? ' ' : fact->name[i]);
	report_put(out, "</dt><dd>");
	switch (fact->type) {
	case SHAKEDOWN_VALUE_COUNT:
		markup_count(out, fact->count);
		break;
	case SHAKEDOWN_VALUE_DURATION:
		markup_duration(out, fact->duration);
		break;
	case SHAKEDOWN_VALUE_RATIO:
		report_put(out, g_ascii_formatd(text, sizeof text, "%.3g", fact->ratio));
		break;
	case SHAKEDOWN_VALUE_TEXT:
		markup_text(out, fact->text);
		break;
	case SHAKEDOWN_VALUE_FLAG:
		report_put(out, fact->count ? "yes" : "no");
		break;
	}
	report_put(out, "</dd>");
}

static void put_frames(ReportWriter *out, const ShakedownAnomaly *a)
{
	report_put(out, "<dt>frames</dt><dd>");
	for (size_t i = 0; i < MIN(a->frames_len, FRAMES_SHOWN); i++) {
		report_put(out, i ? ", " : "");
		report_put_uint(out, a->frames[i]);
	}
	report_put(out, a->frames_len > FRAMES_SHOWN || a->frames_cut ? ", …</dd>" : "</dd>");
}

static void put_link(ReportWriter *out, uint64_t id)
{
	report_put(out, "<a href=\"#c");
	report_put_uint(out, id);
	report_put(out, "\">");
	report_put_uint(out, id);
	report_put(out, "</a>");
}

static void put_connections(ReportWriter *out, const ShakedownAnomaly *a)
{
	if (a->connections_len < 2) {
		if (a->connection || a->connections_len) {
			report_put(out, ", connection ");
			put_link(out, a->connection ? a->connection : a->connections[0]);
		}
		return;
	}
	report_put(out, ", connections ");
	for (size_t i = 0; i < MIN(a->connections_len, CONNECTIONS_SHOWN); i++) {
		report_put(out, i ? ", " : "");
		put_link(out, a->connections[i]);
	}
	if (a->count > CONNECTIONS_SHOWN)
		report_put(out, ", …");
}

static void put_case(ReportWriter *out, const ShakedownAnomaly *a)
{
	g_autoptr(GString) who = g_string_new(NULL);

	/* For the script: microseconds since 1970, which its numbers can hold. */
	report_put(out, "<li data-from=\"");
	report_put_int(out, a->time / 1000);
	report_put(out, "\" data-to=\"");
	report_put_int(out, a->until / 1000);
	report_put(out, "\"><p>");
	html_put_badge(out, a->severity, shakedown_severity_name(a->severity));
	if (a->count > 1) {
		report_put(out, "<strong>× ");
		markup_count(out, a->count);
		report_put(out, "</strong> ");
	}
	markup_text(out, a->summary);
	report_put(out, "</p><dl class=\"facts\"><dt>who</dt><dd>");
	anomaly_who(a, false, who);
	markup_text(out, who->str);
	put_connections(out, a);
	report_put(out, "</dd><dt>when</dt><dd>");
	markup_time(out, a->time);
	if (a->until > a->time) {
		report_put(out, ", for ");
		html_put_span(out, a->time, a->until);
	}
	report_put(out, "</dd>");
	if (a->frames_len)
		put_frames(out, a);
	for (size_t i = 0; i < a->facts_len; i++)
		put_fact(out, &a->facts[i]);
	report_put(out, "<dt>rule</dt><dd>");
	markup_text(out, a->rule);
	report_put(out, "</dd></dl>");
	html_put_filter(out, a->filter);
	report_put(out, "</li>\n");
}

static char *render(const ShakedownAnomaly *a)
{
	GString *text = g_string_new(NULL);
	ReportWriter out;

	report_writer_init(&out, append, text);
	put_case(&out, a);
	(void)report_writer_flush(&out);
	report_writer_clear(&out);
	return g_string_free(text, FALSE);
}

/* A severer case pushes out the last of the least severe. */
static int place_for(HtmlKind *kind, ShakedownSeverity severity)
{
	int least = -1;

	if (kind->cases_len < HTML_CASES)
		return (int)kind->cases_len++;
	for (unsigned i = 0; i < HTML_CASES; i++)
		if (kind->severity[i] < severity &&
		    (least < 0 || kind->severity[i] <= kind->severity[least]))
			least = (int)i;
	return least;
}

/* Of one connection the ends do not matter where its number is not seen either. */
static char *headline(const ShakedownAnomaly *a)
{
	g_autoptr(GString) who = g_string_new(NULL);

	if (a->scope != SHAKEDOWN_SCOPE_CONNECTION)
		anomaly_who(a, false, who);
	return g_strdup_printf("%s%s%s", who->str, who->len ? ": " : "", a->summary);
}

void html_findings_add(HtmlFindings *findings, const ShakedownAnomaly *a)
{
	HtmlKind *kind = &findings->kinds[a->kind];

	if (!kind->count || a->severity > kind->worst) {
		kind->worst = a->severity;
		g_free(kind->headline);
		kind->headline = headline(a);
	}
	kind->count += MAX(a->count, 1);
	kind->problems++;
	kind->wide |= a->scope != SHAKEDOWN_SCOPE_CONNECTION;
	int place = place_for(kind, a->severity);
	if (place < 0)
		return;
	g_free(kind->cases[place]);
	kind->severity[place] = a->severity;
	kind->cases[place] = render(a);
}

static gint by_weight(gconstpointer a, gconstpointer b, gpointer findings)
{
	const HtmlKind *x = &((const HtmlFindings *)findings)->kinds[*(const unsigned *)a];
	const HtmlKind *y = &((const HtmlFindings *)findings)->kinds[*(const unsigned *)b];

	if (x->worst != y->worst)
		return (x->worst < y->worst) - (x->worst > y->worst);
	if (x->wide != y->wide)
		return (x->wide < y->wide) - (x->wide > y->wide);
	return (x->count < y->count) - (x->count > y->count);
}

static void put_explained(ReportWriter *out, const char *title, const char *text)
{
	if (!text || !*text)
		return;
	g_autofree char *full = shakedown_explain_expand(text, NULL);
	report_put(out, "<dt>");
	report_put(out, title);
	report_put(out, "</dt><dd>");
	markup_text(out, full);
	report_put(out, "</dd>");
}

static void put_cases(const HtmlKind *kind, ReportWriter *out, size_t *bytes)
{
	unsigned shown = 0;

	report_put(out, "<ol class=\"cases\">\n");
	for (unsigned i = 0; i < kind->cases_len; i++) {
		size_t len = strlen(kind->cases[i]);
		if (len > *bytes)
			continue;
		*bytes -= len;
		report_put_bytes(out, kind->cases[i], len);
		shown++;
	}
	report_put(out, "</ol>\n");
	if (shown == kind->problems)
		return;
	report_put(out, "<p class=\"left\">");
	markup_count(out, kind->problems - shown);
	report_put(out, " more of this kind are not in this page; all are in "
			"<code>shakedown anomalies --format ndjson</code>.</p>\n");
}

static void put_kind(const HtmlFindings *findings, unsigned k, ReportWriter *out, size_t *bytes)
{
	const HtmlKind *kind = &findings->kinds[k];
	const ShakedownAnomalyInfo *info = shakedown_anomaly_info(k);

	report_put(out, "<details class=\"kind sev-");
	report_put(out, shakedown_severity_name(kind->worst));
	report_put(out, "\" id=\"k-");
	report_put(out, info->name);
	report_put(out, "\"><summary>");
	html_put_badge(out, kind->worst, shakedown_severity_name(kind->worst));
	report_put(out, "<strong>");
	report_put(out, info->name);
	report_put(out, "</strong> <span class=\"times\">× ");
	markup_count(out, kind->count);
	report_put(out, "</span> <span class=\"headline\">");
	report_put(out, kind->count > 1 ? "such as: " : "");
	markup_text(out, kind->headline);
	report_put(out, "</span></summary>\n<dl class=\"explained\">");
	put_explained(out, "what it is", info->meaning);
	put_explained(out, "what to do", info->action);
	put_explained(out, "no fault when", info->innocent);
	report_put(out, "</dl>\n");
	put_cases(kind, out, bytes);
	report_put(out, "</details>\n");
}

void html_findings_put(const HtmlFindings *findings, ReportWriter *out, size_t bytes)
{
	g_autoptr(GArray) order = g_array_new(FALSE, FALSE, sizeof(unsigned));

	for (unsigned k = 0; k < SHAKEDOWN_ANOMALY_KINDS; k++)
		if (findings->kinds[k].count)
			g_array_append_val(order, k);
	if (!order->len) {
		report_put(out, "<p class=\"calm\">Nothing went wrong that this version looks "
				"for.</p>\n");
		return;
	}
	g_array_sort_with_data(order, by_weight, (gpointer)findings);
	for (unsigned i = 0; i < order->len; i++)
		put_kind(findings, g_array_index(order, unsigned, i), out, &bytes);
}
