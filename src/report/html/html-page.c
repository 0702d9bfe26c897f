/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The page around its parts. Its policy allows nothing from anywhere, and of styles and scripts
 * just the two that stand in it, known by their hashes: even markup that slipped through could
 * neither run nor fetch.
 */
#include "report/html/html-page.h"

#include "report/html/assets.h"
#include "report/warnings.h"

#include <shakedown/version.h>

#define ROWS_WITHOUT_SCRIPT 50u

static void put_hash(ReportWriter *out, const char *const *parts)
{
	g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
	guint8 digest[32];
	gsize len = sizeof digest;

	for (; *parts; parts++)
		g_checksum_update(sum, (const guchar *)*parts, (gssize)strlen(*parts));
	g_checksum_get_digest(sum, digest, &len);
	g_autofree char *text = g_base64_encode(digest, len);
	report_put(out, "'sha256-");
	report_put(out, text);
	report_put_char(out, '\'');
}

static void put_name(ReportWriter *out, const ShakedownCaptureInfo *capture)
{
	if (!capture || !capture->files_len) {
		report_put(out, "capture");
		return;
	}
	g_autofree char *base = g_path_get_basename(capture->files[0].name);
	markup_text(out, base);
	if (capture->files_len > 1) {
		report_put(out, " and ");
		markup_count(out, capture->files_len - 1);
		report_put(out, capture->files_len == 2 ? " other file" : " other files");
	}
}

void html_put_head(HtmlPage *page, const ShakedownCaptureInfo *capture)
{
	ReportWriter *out = page->out;
	const char *const style[] = {html_asset_ladder_css, html_asset_page_css, NULL};
	const char *const script[] = {html_asset_page_js, NULL};

	report_put(out,
		   "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		   "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
		   "style-src ");
	put_hash(out, style);
	report_put(out, "; script-src ");
	put_hash(out, script);
	report_put(out, "; base-uri 'none'; form-action 'none'\">\n"
			"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
			"<meta name=\"color-scheme\" content=\"light dark\">\n"
			"<meta name=\"referrer\" content=\"no-referrer\">\n"
			"<meta name=\"generator\" content=\"shakedown " SHAKEDOWN_VERSION "\">\n"
			"<title>");
	put_name(out, capture);
	report_put(out, " – shakedown</title>\n<style>");
	report_put(out, style[0]);
	report_put(out, style[1]);
	report_put(out, "</style>\n</head>\n<body>\n"
			"<a class=\"skip\" href=\"#main\">Skip to the report</a>\n"
			"<header><p class=\"brand\">shakedown</p><h1>");
	put_name(out, capture);
	report_put(out,
		   "</h1>\n<nav aria-label=\"sections\"><a href=\"#summary\">Summary</a> "
		   "<a href=\"#anomalies\">Anomalies</a> <a href=\"#timeline\">Timeline</a> "
		   "<a href=\"#services\">Services</a> <a href=\"#connections\">Connections</a> "
		   "<a href=\"#pictures\">Pictures</a></nav></header>\n"
		   "<main id=\"main\">\n");
}

static void put_tile(ReportWriter *out, const char *class, uint64_t n, const char *name)
{
	report_put(out, "<li class=\"");
	report_put(out, class);
	report_put(out, "\"><strong>");
	markup_count(out, n);
	report_put(out, "</strong> ");
	report_put(out, name);
	report_put(out, "</li>");
}

static void put_tiles(ReportWriter *out, const ShakedownSummary *s)
{
	static const char *const classes[] = {"sev-info", "sev-notice", "sev-warning",
					      "sev-critical"};
	static const char *const many[] = {"info", "notices", "warnings", "critical"};
	uint64_t failed = 0;

	for (int i = 0; i < SHAKEDOWN_HANDSHAKE_OUTCOMES; i++)
		if (tally_is_failure((ShakedownHandshakeOutcome)i))
			failed += s->handshakes[i];
	report_put(out, "<ul class=\"tiles\">");
	put_tile(out, "", s->packets, s->packets == 1 ? "packet" : "packets");
	put_tile(out, "", s->connections, s->connections == 1 ? "connection" : "connections");
	put_tile(out, failed ? "bad" : "good", failed, "failed to open");
	put_tile(out, s->teardowns[SHAKEDOWN_TEARDOWN_RESET] ? "bad" : "good",
		 s->teardowns[SHAKEDOWN_TEARDOWN_RESET], "reset");
	for (int i = SHAKEDOWN_SEVERITIES - 1; i >= 0; i--)
		put_tile(out, s->severities[i] ? classes[i] : "none", s->severities[i],
			 s->severities[i] == 1 ? shakedown_severity_name((ShakedownSeverity)i)
					       : many[i]);
	report_put(out, "</ul>\n");
}

static void put_outcome(ReportWriter *out, HtmlTone tone, const char *name, uint64_t n,
			uint64_t all)
{
	char percent[REPORT_PERCENT_LEN];

	if (!n)
		return;
	report_put(out, "<tr><th scope=\"row\"><span class=\"tone ");
	report_put(out, html_tone_class(tone));
	report_put(out, "\">");
	report_put(out, name);
	report_put(out, "</span></th><td class=\"n\">");
	markup_count(out, n);
	report_put(out, "</td><td class=\"n\">");
	report_put_bytes(out, percent, report_format_percent(percent, n, all));
	report_put(out,
		   "</td><td class=\"bar\"><svg class=\"chart\" viewBox=\"0 0 100 8\" "
		   "preserveAspectRatio=\"none\" aria-hidden=\"true\"><rect height=\"8\" class=\"");
	report_put(out, html_tone_class(tone));
	report_put_char(out, '"');
	markup_attribute(out, "width", MAX(100.0 * (double)n / (double)all, 0.5));
	report_put(out, "/></svg></td></tr>\n");
}

static void put_outcomes_head(ReportWriter *out, const char *title, const char *what)
{
	report_put(out, "<table class=\"outcomes\"><caption>");
	report_put(out, title);
	report_put(out, "</caption><thead><tr><th scope=\"col\">");
	report_put(out, what);
	report_put(out, "</th><th scope=\"col\" class=\"n\">connections</th><th scope=\"col\" "
			"class=\"n\">share</th>"
			"<th scope=\"col\" class=\"bar\">as a bar</th></tr></thead><tbody>\n");
}

static void put_outcomes(ReportWriter *out, const ShakedownSummary *s)
{
	uint64_t all = MAX(s->connections, 1);

	report_put(out, "<div class=\"two\">");
	put_outcomes_head(out, "How they opened", "handshake");
	for (ShakedownHandshakeOutcome i = 0; i < SHAKEDOWN_HANDSHAKE_OUTCOMES; i++)
		put_outcome(out, html_handshake_tone(i), shakedown_handshake_outcome_name(i),
			    s->handshakes[i], all);
	report_put(out, "</tbody></table>\n");
	put_outcomes_head(out, "How they closed", "teardown");
	for (ShakedownTeardownOutcome i = 0; i < SHAKEDOWN_TEARDOWN_OUTCOMES; i++)
		put_outcome(out, html_teardown_tone(i), shakedown_teardown_outcome_name(i),
			    s->teardowns[i], all);
	report_put(out, "</tbody></table></div>\n");
}

static void put_files(ReportWriter *out, const ShakedownCaptureInfo *capture)
{
	report_put(out, "<dt>read</dt><dd><ul class=\"files\">");
	for (size_t i = 0; i < capture->files_len; i++) {
		const ShakedownCaptureFile *f = &capture->files[i];
		if (f->left_out)
			continue;
		report_put(out, "<li>");
		markup_text(out, f->name);
		report_put(out, " (");
		markup_text(out, f->format);
		report_put(out, ", ");
		markup_count(out, f->packets);
		report_put(out, f->packets == 1 ? " packet)</li>" : " packets)</li>");
	}
	report_put(out, "</ul></dd>");
}

static void put_when(ReportWriter *out, const ShakedownSummary *s)
{
	if (!s->packets)
		return;
	report_put(out, "<dt>from</dt><dd>");
	markup_time(out, s->first);
	report_put(out, "</dd><dt>to</dt><dd>");
	markup_time(out, s->last);
	report_put(out, " (");
	html_put_span(out, s->first, s->last);
	report_put(out, ")</dd>");
}

static void put_window(ReportWriter *out, const ShakedownCaptureInfo *capture)
{
	if (!capture->since && !capture->until)
		return;
	report_put(out, "<dt>asked for</dt><dd>");
	if (capture->since) {
		report_put(out, "since ");
		markup_time(out, capture->since);
	}
	if (capture->until) {
		report_put(out, capture->since ? ", until " : "until ");
		markup_time(out, capture->until);
	}
	report_put(out, "</dd>");
}

void html_put_summary(HtmlPage *page, const ShakedownSummary *summary,
		      const ShakedownCaptureInfo *capture)
{
	ReportWriter *out = page->out;
	g_autoptr(GPtrArray) warnings = report_warnings(summary, capture);

	report_put(out, "<section id=\"summary\"><h2>Summary</h2>\n");
	if (summary)
		put_tiles(out, summary);
	report_put(out, "<dl class=\"facts\">");
	if (summary)
		put_when(out, summary);
	if (capture) {
		put_window(out, capture);
		put_files(out, capture);
	}
	report_put(out, "</dl>\n");
	if (warnings->len) {
		report_put(out, "<ul class=\"warnings\">");
		for (unsigned i = 0; i < warnings->len; i++) {
			report_put(out, "<li>");
			markup_text(out, warnings->pdata[i]);
			report_put(out, "</li>");
		}
		report_put(out, "</ul>\n");
	}
	if (summary && summary->connections)
		put_outcomes(out, summary);
	report_put(out, "</section>\n");
}

static void put_table(HtmlPage *page)
{
	static const char *const columns[] = {
		"id",	     "start",	 "duration",  "client",		"server",
		"handshake", "teardown", "anomalies", "client's state", "server's state",
		"packets",   "bytes",	 "retrans"};
	ReportWriter *out = page->out;

	html_put_region(out, "scroll", "table of connections", 0);
	report_put(out, "<table id=\"conn-table\"><thead><tr>");
	for (size_t i = 0; i < G_N_ELEMENTS(columns); i++) {
		report_put(out, "<th scope=\"col\">");
		report_put(out, columns[i]);
		report_put(out, "</th>");
	}
	report_put(out, "</tr></thead><tbody id=\"conn-rows\">\n");
	html_rows_table(&page->rows, out, ROWS_WITHOUT_SCRIPT);
	report_put(out, "</tbody></table></div>\n");
}

static void put_left_out(HtmlPage *page)
{
	const HtmlRows *rows = &page->rows;
	ReportWriter *out = page->out;

	if (rows->rows->len > ROWS_WITHOUT_SCRIPT) {
		report_put(out,
			   "<noscript><p class=\"left\">Without JavaScript this table shows the ");
		report_put_uint(out, ROWS_WITHOUT_SCRIPT);
		report_put(out, " connections that tell most.</p></noscript>\n");
	}
	if (rows->seen <= rows->rows->len)
		return;
	report_put(out, "<p class=\"left\">The page holds the ");
	markup_count(out, rows->rows->len);
	report_put(out, " connections that tell most of ");
	markup_count(out, rows->seen);
	report_put(out, ", so that it stays below ");
	report_put_uint(out, page->limit / (1024 * 1024));
	report_put(out, " MiB; <code>--html-limit</code> allows more, and <code>shakedown conns "
			"--format ndjson</code> has them all.</p>\n");
}

static void put_names(ReportWriter *out, const char *key, unsigned n, const char *(*name)(unsigned))
{
	report_put(out, ",\"");
	report_put(out, key);
	report_put(out, "\":[");
	for (unsigned i = 0; i < n; i++) {
		report_put(out, i ? ",\"" : "\"");
		report_put(out, name(i));
		report_put_char(out, '"');
	}
	report_put_char(out, ']');
}

static const char *handshake_name(unsigned i)
{
	return shakedown_handshake_outcome_name((ShakedownHandshakeOutcome)i);
}
static const char *teardown_name(unsigned i)
{
	return shakedown_teardown_outcome_name((ShakedownTeardownOutcome)i);
}
static const char *handshake_tone(unsigned i)
{
	return html_tone_class(html_handshake_tone((ShakedownHandshakeOutcome)i));
}
static const char *teardown_tone(unsigned i)
{
	return html_tone_class(html_teardown_tone((ShakedownTeardownOutcome)i));
}
static const char *state_name(unsigned i)
{
	return shakedown_tcp_state_name((ShakedownTcpState)i);
}
static const char *kind_name(unsigned i)
{
	return shakedown_anomaly_info((ShakedownAnomalyKind)i)->name;
}
static const char *severity_name(unsigned i)
{
	return shakedown_severity_name((ShakedownSeverity)i);
}

/* Numbers and names of our own only: nothing in it can end the element early. */
static void put_data(HtmlPage *page, const ShakedownSummary *summary)
{
	ReportWriter *out = page->out;
	ShakedownTime origin = summary ? summary->first : 0;
	int64_t range[2];

	html_timeline_range(&page->timeline, origin, range);
	report_put(out, "<script type=\"application/json\" id=\"data\">{");
	html_rows_data(&page->rows, origin, out);
	report_put(out, ",\"originUs\":");
	report_put_int(out, origin / 1000);
	report_put(out, ",\"range\":[");
	report_put_int(out, range[0]);
	report_put_char(out, ',');
	report_put_int(out, range[1]);
	report_put_char(out, ']');
	put_names(out, "handshakes", SHAKEDOWN_HANDSHAKE_OUTCOMES, handshake_name);
	put_names(out, "handshakeTones", SHAKEDOWN_HANDSHAKE_OUTCOMES, handshake_tone);
	put_names(out, "teardowns", SHAKEDOWN_TEARDOWN_OUTCOMES, teardown_name);
	put_names(out, "teardownTones", SHAKEDOWN_TEARDOWN_OUTCOMES, teardown_tone);
	put_names(out, "stateNames", SHAKEDOWN_TCP_STATES, state_name);
	put_names(out, "kindNames", SHAKEDOWN_ANOMALY_KINDS, kind_name);
	report_put(out, ",\"kindSeverities\":[");
	for (unsigned i = 0; i < SHAKEDOWN_ANOMALY_KINDS; i++) {
		report_put(out, i ? "," : "");
		report_put_uint(out, shakedown_anomaly_info(i)->severity);
	}
	report_put_char(out, ']');
	put_names(out, "severities", SHAKEDOWN_SEVERITIES, severity_name);
	report_put(out, "}</script>\n");
}

static void put_pictures(HtmlPage *page)
{
	ReportWriter *out = page->out;
	uint64_t shown;

	report_put(out, "<section id=\"pictures\"><h2>Pictures of connections</h2>\n"
			"<div id=\"elsewhere\"></div>\n");
	shown = html_put_connections(page, page->limit / 4);
	if (page->connections > shown) {
		report_put(out, "<p class=\"left\">");
		markup_count(out, shown);
		report_put(out, shown == 1 ? " connection is" : " connections are");
		report_put(out, " drawn here, those that tell most; any other is drawn by "
				"<code>shakedown ladder --conn ID --format svg FILE</code>.</p>\n");
	}
	report_put(out, "</section>\n");
}

void html_put_tail(HtmlPage *page, const ShakedownSummary *summary,
		   const ShakedownCaptureInfo *capture)
{
	ReportWriter *out = page->out;

	report_put(out, "<section id=\"connections\"><h2>Connections</h2>\n"
			"<div id=\"conn-tools\"></div>\n");
	put_table(page);
	put_left_out(page);
	report_put(out, "</section>\n");
	put_pictures(page);
	report_put(out,
		   "</main>\n<footer><p>Written by shakedown " SHAKEDOWN_VERSION
		   ". This page needs nothing else and asks for nothing: no network, no cookies. "
		   "Words are explained by <code>shakedown explain WORD</code>.</p></footer>\n");
	put_data(page, summary);
	report_put(out, "<script>");
	report_put(out, html_asset_page_js);
	report_put(out, "</script>\n</body>\n</html>\n");
}
