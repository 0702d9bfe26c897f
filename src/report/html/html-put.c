/* SPDX-License-Identifier: BSD-3-Clause */
/* Small pieces of the page. */
#include "report/html/html-put.h"

HtmlTone html_handshake_tone(ShakedownHandshakeOutcome outcome)
{
	switch (outcome) {
	case SHAKEDOWN_HANDSHAKE_COMPLETE:
		return HTML_GOOD;
	case SHAKEDOWN_HANDSHAKE_NO_ANSWER:
	case SHAKEDOWN_HANDSHAKE_UNFINISHED:
		return HTML_DOUBTFUL;
	case SHAKEDOWN_HANDSHAKE_REFUSED:
	case SHAKEDOWN_HANDSHAKE_UNREACHABLE:
	case SHAKEDOWN_HANDSHAKE_ABORTED:
		return HTML_BAD;
	case SHAKEDOWN_HANDSHAKE_IN_PROGRESS:
	case SHAKEDOWN_HANDSHAKE_NOT_CAPTURED:
		return HTML_NEUTRAL;
	}
	return HTML_NEUTRAL;
}

HtmlTone html_teardown_tone(ShakedownTeardownOutcome outcome)
{
	switch (outcome) {
	case SHAKEDOWN_TEARDOWN_GRACEFUL:
		return HTML_GOOD;
	case SHAKEDOWN_TEARDOWN_HALF_CLOSED:
	case SHAKEDOWN_TEARDOWN_UNACKNOWLEDGED:
		return HTML_DOUBTFUL;
	case SHAKEDOWN_TEARDOWN_RESET:
		return HTML_BAD;
	case SHAKEDOWN_TEARDOWN_OPEN:
	case SHAKEDOWN_TEARDOWN_NEVER_OPENED:
		return HTML_NEUTRAL;
	}
	return HTML_NEUTRAL;
}

const char *html_tone_class(HtmlTone tone)
{
	switch (tone) {
	case HTML_GOOD:
		return "good";
	case HTML_NEUTRAL:
		return "neutral";
	case HTML_DOUBTFUL:
		return "doubtful";
	case HTML_BAD:
		return "bad";
	}
	return "neutral";
}

ShakedownSeverity html_severity_in(ShakedownAnomalyKind kind, ShakedownSeverity worst, size_t kinds)
{
	ShakedownSeverity usual = shakedown_anomaly_info(kind)->severity;

	return kinds == 1 ? worst : MIN(usual, worst);
}

const char *html_tone_meaning(HtmlTone tone)
{
	switch (tone) {
	case HTML_GOOD:
		return "as it should be";
	case HTML_NEUTRAL:
		return "not captured or still open";
	case HTML_DOUBTFUL:
		return "unanswered, unfinished or half";
	case HTML_BAD:
		return "refused or reset";
	}
	return "";
}

static void put_toned(ReportWriter *out, HtmlTone tone, const char *text)
{
	report_put(out, "<span class=\"tone ");
	report_put(out, html_tone_class(tone));
	report_put(out, "\">");
	report_put(out, text);
	report_put(out, "</span>");
}

void html_put_handshake(ReportWriter *out, ShakedownHandshakeOutcome outcome)
{
	put_toned(out, html_handshake_tone(outcome), shakedown_handshake_outcome_name(outcome));
}

void html_put_teardown(ReportWriter *out, ShakedownTeardownOutcome outcome)
{
	put_toned(out, html_teardown_tone(outcome), shakedown_teardown_outcome_name(outcome));
}

void html_put_badge(ReportWriter *out, ShakedownSeverity severity, const char *text)
{
	report_put(out, "<span class=\"badge sev-");
	report_put(out, shakedown_severity_name(severity));
	report_put(out, "\">");
	report_put(out, text);
	report_put(out, "</span> ");
}

void html_put_region(ReportWriter *out, const char *class, const char *name, uint64_t id)
{
	report_put(out, "<div class=\"");
	report_put(out, class);
	report_put(out, "\" tabindex=\"0\" role=\"region\" aria-label=\"");
	report_put(out, name);
	if (id) {
		report_put(out, " of connection ");
		report_put_uint(out, id);
	}
	report_put(out, "\">");
}

void html_put_span(ReportWriter *out, ShakedownTime from, ShakedownTime to)
{
	markup_duration(out, html_elapsed(from, to));
}

void html_put_filter(ReportWriter *out, const char *filter)
{
	report_put(out, "<span class=\"filter\"><code>");
	markup_text(out, filter);
	report_put(out, "</code></span>");
}

void html_put_connection_filter(ReportWriter *out, const ShakedownAddress addr[2],
				const uint16_t port[2])
{
	char text[2][SHAKEDOWN_ADDRESS_LEN];
	const char *field = addr[0].version == 6 ? "ipv6.addr" : "ip.addr";

	for (int side = 0; side < 2; side++)
		shakedown_address_format(&addr[side], text[side]);
	g_autofree char *filter =
		g_strdup_printf("%s==%s && %s==%s && tcp.port==%u && tcp.port==%u", field, text[0],
				field, text[1], port[0], port[1]);
	html_put_filter(out, filter);
}
