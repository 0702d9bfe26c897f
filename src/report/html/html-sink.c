/* SPDX-License-Identifier: BSD-3-Clause */
/* The page as a sink: what goes where in which reading. */
#include "report/html/html-page.h"
#include "report/views.h"

static HtmlLadder *ladder_new(const HtmlPage *page, uint64_t id)
{
	HtmlLadder *p = g_new0(HtmlLadder, 1);

	ladder_data_init(&p->ladder, id, &page->options);
	html_plot_init(&p->plot);
	return p;
}

static void ladder_free(void *data)
{
	HtmlLadder *p = data;

	ladder_data_clear(&p->ladder);
	html_plot_clear(&p->plot);
	g_free(p);
}

static HtmlLadder *find(HtmlPage *page, uint64_t id)
{
	return g_hash_table_lookup(page->ladders, &id);
}

static HtmlLadder *follow(HtmlPage *page, uint64_t id)
{
	HtmlLadder *p = ladder_new(page, id);

	g_hash_table_insert(page->ladders, &p->ladder.about.id, p);
	return p;
}

static void put_connection(ReportSink *sink, const ShakedownConnection *c)
{
	HtmlPage *page = (HtmlPage *)sink;
	HtmlLadder *p = find(page, c->id);

	if (p) {
		ladder_about_connection(&p->ladder.about, c);
		p->over = true;
	}
	if (page->again)
		return;
	page->connections++;
	html_rows_add(&page->rows, c);
	html_choice_offer(&page->choice, c);
	html_timeline_connection(&page->timeline, c);
	tally_add(&page->services, c, SHAKEDOWN_SERVER, true);
}

static void put_anomaly(ReportSink *sink, const ShakedownAnomaly *a)
{
	HtmlPage *page = (HtmlPage *)sink;
	HtmlLadder *p = a->connection ? find(page, a->connection) : NULL;

	if (p)
		ladder_about_anomaly(&p->ladder.about, a);
	if (page->again)
		return;
	html_timeline_anomaly(&page->timeline, a);
	if (page->problems)
		problems_add(page->problems, a);
	else
		html_findings_add(&page->findings, a);
}

static void put_problem(const ShakedownAnomaly *a, void *page)
{
	html_findings_add(&((HtmlPage *)page)->findings, a);
}

static void take_segment(HtmlLadder *p, const ShakedownSegment *segment)
{
	LadderNumber seq, ack;

	p->segments++;
	ladder_data_segment(&p->ladder, segment, &seq, &ack);
	html_plot_segment(&p->plot, segment, &seq, &ack);
}

static void put_segment(ReportSink *sink, const ShakedownSegment *segment)
{
	HtmlLadder *p = find((HtmlPage *)sink, segment->connection);

	if (p)
		take_segment(p, segment);
}

static gboolean is_spare(gpointer key, gpointer value, gpointer data)
{
	const HtmlLadder *p = value;
	const GArray *chosen = data;

	if (!p->over)
		return FALSE;
	for (unsigned i = 0; i < chosen->len; i++)
		if (g_array_index(chosen, uint64_t, i) == p->ladder.about.id)
			return FALSE;
	return TRUE;
}

/* With one reading only, connections are followed on trust, as many as there is room for; those
 * that are over and would not be chosen make room. */
static void put_segment_once(ReportSink *sink, const ShakedownSegment *segment)
{
	HtmlPage *page = (HtmlPage *)sink;
	HtmlLadder *p = find(page, segment->connection);

	if (!p && segment->connection > page->last_followed) {
		page->last_followed = segment->connection;
		if (g_hash_table_size(page->ladders) >= HTML_FOLLOWED &&
		    page->connections >= page->tidy_at) {
			page->tidy_at = page->connections + HTML_FOLLOWED / 8;
			g_autoptr(GArray) chosen = html_choice_make(&page->choice);
			g_hash_table_foreach_remove(page->ladders, is_spare, chosen);
		}
		if (g_hash_table_size(page->ladders) < HTML_FOLLOWED)
			p = follow(page, segment->connection);
	}
	if (p)
		take_segment(p, segment);
}

static bool finish(ReportSink *sink, const ShakedownSummary *summary,
		   const ShakedownCaptureInfo *capture, GError **error)
{
	HtmlPage *page = (HtmlPage *)sink;
	ReportWriter *out = page->out;

	if (page->problems)
		problems_finish(page->problems);
	if (!page->chosen)
		page->chosen = html_choice_make(&page->choice);
	html_rows_settle(&page->rows);
	html_put_head(page, capture);
	html_put_summary(page, summary, capture);
	report_put(out, "<section id=\"anomalies\"><h2>Anomalies</h2>\n");
	html_findings_put(&page->findings, out, page->limit / 16);
	report_put(out, "</section>\n<section id=\"timeline\"><h2>Timeline</h2>\n");
	html_put_region(out, "scroll", "timeline", 0);
	html_timeline_put(&page->timeline, out);
	report_put(out, "</div>");
	html_timeline_key(out);
	report_put(out, "<div id=\"brush-tools\"></div></section>\n");
	html_put_services(page);
	html_put_tail(page, summary, capture);
	return true;
}

static void html_sink_free(ReportSink *sink)
{
	HtmlPage *page = (HtmlPage *)sink;

	problems_free(page->problems);
	html_rows_clear(&page->rows);
	html_findings_clear(&page->findings);
	tally_clear(&page->services);
	g_clear_pointer(&page->chosen, g_array_unref);
	g_hash_table_unref(page->ladders);
	g_free(page);
}

static bool again(ReportSink *sink);

static const ReportSinkOps ops_first = {
	.connection = put_connection,
	.anomaly = put_anomaly,
	.again = again,
	.finish = finish,
	.free = html_sink_free,
	.each_anomaly = true,
};

static const ReportSinkOps ops_again = {
	.connection = put_connection,
	.anomaly = put_anomaly,
	.segment = put_segment,
	.finish = finish,
	.free = html_sink_free,
	.each_anomaly = true,
	.wants_segments = true,
};

static const ReportSinkOps ops_once = {
	.connection = put_connection,
	.anomaly = put_anomaly,
	.segment = put_segment_once,
	.finish = finish,
	.free = html_sink_free,
	.each_anomaly = true,
	.wants_segments = true,
};

static bool again(ReportSink *sink)
{
	HtmlPage *page = (HtmlPage *)sink;

	page->chosen = html_choice_make(&page->choice);
	if (!page->chosen->len)
		return false;
	for (unsigned i = 0; i < page->chosen->len; i++)
		(void)follow(page, g_array_index(page->chosen, uint64_t, i));
	page->again = true;
	sink->ops = &ops_again;
	return true;
}

ReportSink *html_sink_new(ReportWriter *out, const ShakedownSinkOptions *options)
{
	HtmlPage *page = g_new0(HtmlPage, 1);

	page->base.ops = options->once ? &ops_once : &ops_first;
	page->out = out;
	page->options = *options;
	/* A page's ladders fold and name as the plain ladder does. */
	page->options.verbose = page->options.absolute = page->options.ascii = false;
	page->limit = options->html_limit ? options->html_limit : HTML_LIMIT;
	html_rows_init(&page->rows, page->limit / 8 * 5);
	if (!options->all)
		page->problems = problems_new(false, put_problem, page);
	html_timeline_init(&page->timeline);
	tally_init(&page->services, TALLY_LIMIT, false);
	page->ladders = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, ladder_free);
	return &page->base;
}
