/* SPDX-License-Identifier: BSD-3-Clause */
/* How each service's connections opened and closed, and how far away it is. */
#include "report/html/html-page.h"

#include <math.h>

#define SERVICES_SHOWN 25u
#define STRIP 150.0

/* On an axis of powers of ten, 10 µs to 10 s. */
static double strip_x(ShakedownDuration d)
{
	return STRIP * CLAMP((log10((double)MAX(d, 1)) - 4) / 6, 0, 1);
}

/* From the 5th to the 95th percentile a thin line, the middle half a bar, the median a mark. */
static void put_strip(ReportWriter *out, Quantiles *q)
{
	static const unsigned percents[5] = {5, 25, 50, 75, 95};
	double x[5];

	if (!q->n) {
		report_put(out, "–");
		return;
	}
	for (int i = 0; i < 5; i++)
		x[i] = strip_x(quantiles_at(q, percents[i]));
	report_put(out, "<svg class=\"chart strip\" viewBox=\"-3 0 156 18\" aria-hidden=\"true\">"
			"<path class=\"axis\" d=\"M0 14h150M0 11v6M25 12v4M50 12v4M75 12v4M100 12v4"
			"M125 12v4M150 11v6\"/><path class=\"whisker\" d=\"M");
	markup_number(out, x[0]);
	report_put(out, " 6H");
	markup_number(out, x[4]);
	report_put(out, "\"/><rect class=\"box\" y=\"2\" height=\"8\"");
	markup_attribute(out, "x", x[1]);
	markup_attribute(out, "width", MAX(x[3] - x[1], 1));
	report_put(out, "/><path class=\"median\" d=\"M");
	markup_number(out, x[2]);
	report_put(out, " 0v12\"/></svg> <span class=\"quantiles\">");
	markup_duration(out, quantiles_at(q, 50));
	report_put(out, ", 95%: ");
	markup_duration(out, quantiles_at(q, 95));
	report_put(out, "</span>");
}

static void put_cell(ReportWriter *out, uint64_t n)
{
	report_put(out, n ? "<td class=\"n\">" : "<td class=\"n zero\">");
	markup_count(out, n);
	report_put(out, "</td>");
}

static void put_service(ReportWriter *out, TallyEntry *s)
{
	const uint64_t *h = s->outcomes, *t = s->teardowns;

	report_put(out, "<tr><th scope=\"row\">");
	markup_endpoint(out, &s->key.addr, s->key.port);
	report_put(out, "</th>");
	put_cell(out, s->connections);
	put_cell(out, h[SHAKEDOWN_HANDSHAKE_COMPLETE]);
	put_cell(out, h[SHAKEDOWN_HANDSHAKE_NO_ANSWER]);
	put_cell(out, h[SHAKEDOWN_HANDSHAKE_REFUSED] + h[SHAKEDOWN_HANDSHAKE_UNREACHABLE]);
	put_cell(out, h[SHAKEDOWN_HANDSHAKE_UNFINISHED] + h[SHAKEDOWN_HANDSHAKE_ABORTED]);
	put_cell(out, t[SHAKEDOWN_TEARDOWN_GRACEFUL]);
	put_cell(out, t[SHAKEDOWN_TEARDOWN_HALF_CLOSED] + t[SHAKEDOWN_TEARDOWN_UNACKNOWLEDGED]);
	put_cell(out, t[SHAKEDOWN_TEARDOWN_RESET]);
	put_cell(out, t[SHAKEDOWN_TEARDOWN_OPEN]);
	report_put(out, "<td class=\"rtt\">");
	put_strip(out, &s->server_rtt);
	report_put(out, "</td></tr>\n");
}

void html_put_services(HtmlPage *page)
{
	static const char *const columns[] = {"complete", "no answer", "refused", "unfinished",
					      "graceful", "half",      "reset",	  "open"};
	g_autoptr(GPtrArray) ranking = tally_ranking(&page->services, SERVICES_SHOWN);
	guint all = tally_len(&page->services);
	ReportWriter *out = page->out;

	report_put(out, "<section id=\"services\"><h2>Services</h2>\n");
	html_put_region(out, "scroll", "services", 0);
	report_put(
		out,
		"<table><thead><tr><th scope=\"col\" rowspan=\"2\">service</th>"
		"<th scope=\"col\" rowspan=\"2\" class=\"n\">connections</th>"
		"<th scope=\"colgroup\" colspan=\"4\">handshakes</th>"
		"<th scope=\"colgroup\" colspan=\"4\">teardowns</th>"
		"<th scope=\"col\" rowspan=\"2\">RTT of handshakes, 10 µs to 10 s</th></tr><tr>");
	for (size_t i = 0; i < G_N_ELEMENTS(columns); i++) {
		report_put(out, "<th scope=\"col\" class=\"n\">");
		report_put(out, columns[i]);
		report_put(out, "</th>");
	}
	report_put(out, "</tr></thead><tbody>\n");
	for (unsigned i = 0; i < ranking->len; i++)
		put_service(out, g_ptr_array_index(ranking, i));
	report_put(out, "</tbody></table></div>\n");
	if (all > SERVICES_SHOWN) {
		report_put(out, "<p class=\"left\">The ");
		report_put_uint(out, SERVICES_SHOWN);
		report_put(out, " with the most connections; ");
		markup_count(out, all - SERVICES_SHOWN);
		report_put(out, page->services.dropped ? " more and others that were not counted"
						       : " more");
		report_put(out, " are not in this page.</p>\n");
	}
	report_put(out, "</section>\n");
}
