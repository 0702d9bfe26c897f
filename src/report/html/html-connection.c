/* SPDX-License-Identifier: BSD-3-Clause */
/* A connection's own part of the page: who, how it went, the ladder, the states, the plot. */
#include "report/html/html-page.h"

#include "report/ladder-svg.h"
#include "report/ladder-text.h"

#define TEXT_WIDTH 100u

static void put_fact(ReportWriter *out, const char *name)
{
	report_put(out, "<dt>");
	report_put(out, name);
	report_put(out, "</dt><dd>");
}

static void put_opening(ReportWriter *out, const ShakedownHandshake *h)
{
	put_fact(out, "opening");
	if (h->kind != SHAKEDOWN_HANDSHAKE_KIND_NOT_CAPTURED) {
		report_put(out, shakedown_handshake_kind_name(h->kind));
		report_put(out, ", ");
	}
	html_put_handshake(out, h->outcome);
	if (h->syn > 1 || h->syn_ack > 1) {
		report_put(out, "; SYN × ");
		markup_count(out, h->syn);
		report_put(out, ", SYN,ACK × ");
		markup_count(out, h->syn_ack);
	}
	report_put(out, "</dd>");
	if (h->server_rtt == SHAKEDOWN_DURATION_UNKNOWN &&
	    h->client_rtt == SHAKEDOWN_DURATION_UNKNOWN)
		return;
	put_fact(out, "handshake's legs");
	report_put(out, "tap to server and back ");
	markup_duration(out, h->server_rtt);
	report_put(out, ", tap to client and back ");
	markup_duration(out, h->client_rtt);
	if (h->tap != SHAKEDOWN_TAP_UNKNOWN) {
		report_put(out, "; the tap is ");
		report_put(out, h->tap == SHAKEDOWN_TAP_BETWEEN	      ? "between the two"
				: h->tap == SHAKEDOWN_TAP_NEAR_CLIENT ? "near the client"
								      : "near the server");
	}
	report_put(out, "</dd>");
}

static const char *both_names(int8_t side)
{
	return side == 2 ? "both" : shakedown_side_name((ShakedownSideId)side);
}

static void put_closing(ReportWriter *out, const ShakedownTeardown *t)
{
	put_fact(out, "closing");
	if (t->kind != SHAKEDOWN_TEARDOWN_KIND_NONE && t->kind != SHAKEDOWN_TEARDOWN_KIND_RESET) {
		report_put(out, shakedown_teardown_kind_name(t->kind));
		report_put(out, ", ");
	}
	html_put_teardown(out, t->outcome);
	if (t->kind == SHAKEDOWN_TEARDOWN_KIND_RESET && t->reset_by >= 0) {
		report_put(out, " by the ");
		report_put(out, both_names(t->reset_by));
	} else if (t->first >= 0) {
		report_put(out, ", first the ");
		report_put(out, both_names(t->first));
	}
	if (t->time_wait >= 0) {
		report_put(out, "; TIME-WAIT: ");
		report_put(out, both_names(t->time_wait));
	}
	if (t->half_closed != SHAKEDOWN_DURATION_UNKNOWN) {
		report_put(out, "; half-closed for ");
		markup_duration(out, t->half_closed);
	}
	report_put(out, "</dd>");
}

typedef void (*PutCell)(ReportWriter *out, const ShakedownSide *side);

static void cell_packets(ReportWriter *out, const ShakedownSide *s)
{
	markup_count(out, s->packets);
}
static void cell_bytes(ReportWriter *out, const ShakedownSide *s)
{
	markup_count(out, s->bytes);
}
static void cell_again(ReportWriter *out, const ShakedownSide *s)
{
	markup_count(out, s->retransmissions);
	if (s->fast_retransmissions || s->spurious_retransmissions) {
		report_put(out, " (");
		markup_count(out, s->fast_retransmissions);
		report_put(out, " fast, ");
		markup_count(out, s->spurious_retransmissions);
		report_put(out, " spurious)");
	}
}
static void cell_disorder(ReportWriter *out, const ShakedownSide *s)
{
	markup_count(out, s->out_of_order);
}
static void cell_missing(ReportWriter *out, const ShakedownSide *s)
{
	markup_count(out, s->missing_bytes);
}
static void cell_duplicates(ReportWriter *out, const ShakedownSide *s)
{
	markup_count(out, s->duplicate_acks);
}
static void cell_rtt(ReportWriter *out, const ShakedownSide *s)
{
	if (!s->rtt.samples) {
		report_put(out, "–");
		return;
	}
	markup_duration(out, s->rtt.min);
	report_put(out, " / ");
	markup_duration(out, s->rtt.median);
	report_put(out, " / ");
	markup_duration(out, s->rtt.p95);
	report_put(out, " / ");
	markup_duration(out, s->rtt.max);
}
static void cell_options(ReportWriter *out, const ShakedownSide *s)
{
	const ShakedownTcpOptions *o = &s->options;

	if (!o->known) {
		report_put(out, "SYN not captured");
		return;
	}
	report_put(out, o->mss >= 0 ? "MSS " : "no MSS");
	if (o->mss >= 0)
		report_put_int(out, o->mss);
	if (o->window_scale >= 0) {
		report_put(out, ", window scale ");
		report_put_int(out, o->window_scale);
	}
	report_put(out, o->sack_permitted ? ", SACK" : "");
	report_put(out, o->timestamps ? ", timestamps" : "");
	report_put(out, o->fast_open >= 0 ? ", Fast Open" : "");
	report_put(out, o->mptcp >= 0 ? ", MPTCP" : "");
	report_put(out, o->md5 ? ", MD5" : "");
	report_put(out, o->ao ? ", AO" : "");
}

static void put_sides(ReportWriter *out, const ShakedownConnection *c)
{
	static const struct {
		const char *name;
		PutCell put;
	} rows[] = {{"options offered", cell_options},
		    {"segments sent", cell_packets},
		    {"payload bytes", cell_bytes},
		    {"retransmissions", cell_again},
		    {"out of order", cell_disorder},
		    {"missing from the capture, bytes", cell_missing},
		    {"duplicate ACKs", cell_duplicates},
		    {"RTT min / median / p95 / max", cell_rtt}};

	html_put_region(out, "scroll", "both sides", c->id);
	report_put(out, "<table><thead><tr><td></td><th scope=\"col\">client</th>"
			"<th scope=\"col\">server</th></tr></thead><tbody>");
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		report_put(out, "<tr><th scope=\"row\">");
		report_put(out, rows[i].name);
		report_put(out, "</th>");
		for (int side = 0; side < 2; side++) {
			report_put(out, "<td>");
			rows[i].put(out, &c->side[side]);
			report_put(out, "</td>");
		}
		report_put(out, "</tr>");
	}
	report_put(out, "</tbody></table></div>\n");
}

static void put_history(ReportWriter *out, const ShakedownConnection *c, ShakedownSideId side)
{
	const ShakedownSide *s = &c->side[side];

	for (size_t i = 0; i < s->history_len; i++) {
		const ShakedownHistoryEntry *h = &s->history[i];
		report_put(out, "<tr><td>");
		report_put(out, shakedown_side_name(side));
		report_put(out, "</td><th scope=\"row\">");
		report_put(out, shakedown_tcp_state_name(h->state));
		report_put(out, "</th><td class=\"n\">");
		if (h->frame)
			report_put_uint(out, h->frame);
		report_put(out, "</td><td class=\"n\">+");
		markup_duration(out, html_elapsed(c->start, h->time));
		report_put(out, "</td><td>");
		report_put(out, shakedown_evidence_name(h->evidence));
		report_put(out, "</td></tr>");
	}
}

static void put_histories(ReportWriter *out, const ShakedownConnection *c)
{
	report_put(out, "<details><summary>States of both sides, with the packets that prove "
			"them</summary>\n");
	html_put_region(out, "scroll", "states", c->id);
	report_put(out, "<table><thead><tr><th scope=\"col\">side</th><th scope=\"col\">state</th>"
			"<th scope=\"col\" class=\"n\">frame</th>"
			"<th scope=\"col\" class=\"n\">after</th>"
			"<th scope=\"col\">evidence</th></tr></thead><tbody>");
	put_history(out, c, SHAKEDOWN_CLIENT);
	put_history(out, c, SHAKEDOWN_SERVER);
	report_put(out, "</tbody></table></div></details>\n");
}

static void put_legend(const LadderData *ladder, ReportWriter *out)
{
	g_autoptr(GString) name = g_string_new(NULL);
	g_autoptr(GString) meaning = g_string_new(NULL);
	const LadderBeliefs *b = &ladder->beliefs;

	report_put(out, "<dl class=\"facts legend\">");
	for (unsigned i = 0; ladder_numbers_legend(&ladder->numbers, i, name, meaning); i++) {
		put_fact(out, "");
		report_put(out, "<code>");
		markup_text(out, name->str);
		report_put(out, "</code> ");
		markup_text(out, meaning->str);
		report_put(out, "</dd>");
	}
	if (b->doubt)
		report_put(out, "<dt>?</dt><dd>believed at the time; never confirmed, or (struck "
				"through) taken back</dd>");
	if (b->assumed)
		report_put(out,
			   "<dt>~</dt><dd>assumed: the capture does not hold its beginning</dd>");
	report_put(out, "</dl>\n");
}

static gint by_severity(gconstpointer a, gconstpointer b)
{
	const LadderAnomaly *x = *(const LadderAnomaly *const *)a,
			    *y = *(const LadderAnomaly *const *)b;
	return (x->severity < y->severity) - (x->severity > y->severity);
}

static void put_anomalies(const LadderAbout *about, ReportWriter *out)
{
	g_autoptr(GPtrArray) order = g_ptr_array_new();

	if (!about->anomalies->len)
		return;
	for (unsigned i = 0; i < about->anomalies->len; i++)
		g_ptr_array_add(order, &g_array_index(about->anomalies, LadderAnomaly, i));
	g_ptr_array_sort(order, by_severity);
	report_put(out, "<ul class=\"found\">");
	for (unsigned i = 0; i < order->len; i++) {
		const LadderAnomaly *a = order->pdata[i];
		const char *name = shakedown_anomaly_info(a->kind)->name;
		report_put(out, "<li>");
		html_put_badge(out, a->severity, shakedown_severity_name(a->severity));
		report_put(out, "<a href=\"#k-");
		report_put(out, name);
		report_put(out, "\">");
		report_put(out, name);
		report_put(out, "</a>: ");
		markup_text(out, a->summary);
		report_put(out, "</li>");
	}
	report_put(out, "</ul>\n");
}

static void put_heading(const LadderAbout *about, ReportWriter *out)
{
	report_put(out, "<section class=\"conn\" id=\"c");
	report_put_uint(out, about->id);
	report_put(out, "\"><h3 tabindex=\"-1\">Connection ");
	report_put_uint(out, about->id);
	report_put(out, " <span class=\"ends\">");
	markup_endpoint(out, &about->addr[0], about->port[0]);
	report_put(out, " → ");
	markup_endpoint(out, &about->addr[1], about->port[1]);
	report_put(out, "</span></h3>\n");
}

static void put_ladder(const LadderData *ladder, ReportWriter *out)
{
	html_put_region(out, "scroll", "ladder", ladder->about.id);
	ladder_svg(out, ladder, false);
	report_put(out, "</div>\n");
}

static bool append(const void *bytes, size_t len, void *data)
{
	g_string_append_len(data, bytes, (gssize)len);
	return true;
}

/* For tickets that take no pictures, and for those who cannot see one. */
static void put_as_text(const LadderData *ladder, ReportWriter *out)
{
	const ShakedownSinkOptions options = {.width = TEXT_WIDTH};
	g_autoptr(GString) text = g_string_new(NULL);
	ReportWriter lines;

	report_writer_init(&lines, append, text);
	ladder_text(&lines, ladder, &options);
	(void)report_writer_flush(&lines);
	report_writer_clear(&lines);
	report_put(out, "<details class=\"as-text\"><summary>The ladder as text, to paste"
			"</summary>\n");
	html_put_region(out, "filter scroll", "ladder as text", ladder->about.id);
	report_put(out, "<pre><code>");
	markup_lines(out, text->str);
	report_put(out, "</code></pre></div></details>\n");
}

static void put_facts(const LadderAbout *about, ReportWriter *out)
{
	const ShakedownConnection *c = &about->connection;

	report_put(out, "<dl class=\"facts\">");
	put_fact(out, "begun");
	markup_time(out, c->start);
	report_put(out, ", lasted ");
	html_put_span(out, c->start, c->end);
	report_put(out, "</dd>");
	put_opening(out, &c->handshake);
	put_closing(out, &c->teardown);
	if (c->encapsulation && c->encapsulation[0]) {
		g_autofree char *layers = g_strjoinv(" › ", (char **)c->encapsulation);
		put_fact(out, "inside");
		markup_text(out, layers);
		report_put(out, "</dd>");
	}
	put_fact(out, "display filter");
	html_put_connection_filter(out, about->addr, about->port);
	report_put(out, "</dd></dl>\n");
}

static void put_connection(HtmlLadder *p, ReportWriter *out)
{
	LadderAbout *about = &p->ladder.about;

	ladder_data_settle(&p->ladder);
	put_heading(about, out);
	put_anomalies(about, out);
	if (about->recorded)
		put_facts(about, out);
	put_ladder(&p->ladder, out);
	put_legend(&p->ladder, out);
	put_as_text(&p->ladder, out);
	if (about->recorded) {
		put_histories(out, &about->connection);
		put_sides(out, &about->connection);
	}
	for (ShakedownSideId side = SHAKEDOWN_CLIENT; side <= SHAKEDOWN_SERVER; side++)
		if (html_plot_tells(&p->plot, side))
			html_plot_put(&p->plot, about->id, side, out);
	report_put(out, "</section>\n");
}

unsigned html_put_connections(HtmlPage *page, size_t bytes)
{
	g_autoptr(GString) text = g_string_new(NULL);
	ReportWriter scratch;
	unsigned shown = 0;

	report_writer_init(&scratch, append, text);
	for (unsigned i = 0; page->chosen && i < page->chosen->len; i++) {
		uint64_t id = g_array_index(page->chosen, uint64_t, i);
		HtmlLadder *p = g_hash_table_lookup(page->ladders, &id);
		if (!p || !p->segments)
			continue;
		g_string_truncate(text, 0);
		put_connection(p, &scratch);
		(void)report_writer_flush(&scratch);
		if (text->len > bytes)
			continue;
		bytes -= text->len;
		report_put_bytes(page->out, text->str, text->len);
		shown++;
	}
	report_writer_clear(&scratch);
	return shown;
}
