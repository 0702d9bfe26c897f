/* SPDX-License-Identifier: BSD-3-Clause */
/* The report as text: gathering. */
#include "report/report-text.h"

#include "report/anomaly-text.h"
#include "report/report-groups.h"
#include "report/views.h"

static void take_detail(ReportText *self, const ShakedownConnection *c)
{
	ReportDetail *detail = &self->details[self->connections];

	conn_row_take(&detail->row, c, self->strings);
	detail->handshake = c->handshake.kind;
	detail->teardown = c->teardown.kind;
	for (unsigned side = 0; side < 2; side++) {
		size_t n = MIN(c->side[side].history_len, REPORT_STEPS);
		for (size_t i = 0; i < n; i++)
			detail->steps[side][i] = c->side[side].history[i];
		detail->steps_len[side] = (uint8_t)n;
	}
}

static void put_connection(ReportSink *sink, const ShakedownConnection *c)
{
	ReportText *self = (ReportText *)sink;

	if (self->groups.by.by != SHAKEDOWN_GROUP_NONE) {
		group_table_add(&self->groups, c);
		self->connections++;
		return;
	}
	if (self->connections < REPORT_LISTED)
		take_detail(self, c);
	self->connections++;
	self->pairs[c->side[SHAKEDOWN_CLIENT].state][c->side[SHAKEDOWN_SERVER].state]++;
	quantiles_add(&self->server_leg, c->handshake.server_rtt);
	quantiles_add(&self->client_leg, c->handshake.client_rtt);
	tally_add(&self->services, c, SHAKEDOWN_SERVER, true);
	tally_add(&self->clients, c, SHAKEDOWN_CLIENT, false);
}

static void problem_free(gpointer data)
{
	ReportProblem *p = data;

	g_free(p->who);
	g_free(p->example);
	g_free(p);
}

static bool before(const ShakedownAnomaly *a, const ReportProblem *p)
{
	if (a->severity != p->severity)
		return a->severity > p->severity;
	return MAX(a->count, 1) > p->count;
}

static ReportProblem *problem_of(const ReportText *self, const ShakedownAnomaly *a)
{
	ReportProblem *p = g_new0(ReportProblem, 1);
	GString *who = g_string_new(NULL);

	anomaly_who(a, self->text.ascii, who);
	p->kind = a->kind;
	p->severity = a->severity;
	p->count = MAX(a->count, 1);
	p->time = a->time;
	p->frame = a->frames_len > 0 ? a->frames[0] : 0;
	p->connection = a->connections_len > 0 ? a->connections[0] : a->connection;
	p->example = g_strdup(a->summary ? a->summary : "");
	p->who = g_string_free(who, FALSE);
	return p;
}

static void put_anomaly(ReportSink *sink, const ShakedownAnomaly *a)
{
	ReportText *self = (ReportText *)sink;
	guint most = self->all ? REPORT_PROBLEMS_ALL : REPORT_PROBLEMS;
	guint at = self->problems->len;

	self->severities[a->severity]++;
	self->kinds[a->kind]++;
	self->problems_len++;
	self->stands_for += MAX(a->count, 1);
	while (at > 0 && before(a, g_ptr_array_index(self->problems, at - 1)))
		at--;
	if (at >= most)
		return;
	if (self->problems->len >= most)
		g_ptr_array_set_size(self->problems, (gint)most - 1);
	g_ptr_array_insert(self->problems, (gint)at, problem_of(self, a));
}

void report_heading(ReportText *self, const char *title)
{
	TextLayout *text = &self->text;
	const char *stroke = text->ascii ? "-" : "─";

	text_newline(text);
	unsigned at = text_put(text, TEXT_BOLD, title) + 1;
	text_spaces(text, 1);
	text_style_on(text, TEXT_DIM);
	for (; at < text->width; at++)
		report_put(text->out, stroke);
	text_style_off(text, TEXT_DIM);
	text_newline(text);
}

/* Rows for a table out of what is left of the screen; its titles, the line of others and the empty
 * line before it are not counted as rows. */
static unsigned rows_for(const ReportText *self, unsigned least, unsigned most)
{
	unsigned used = self->text.lines + REPORT_LINES_BELOW + 3;

	if (self->verbose)
		return REPORT_ROWS_VERBOSE;
	return used < REPORT_LINES ? CLAMP(REPORT_LINES - used, least, most) : least;
}

static void put_tables(ReportText *self)
{
	/* The table of services leaves room for a short one of clients. */
	self->text.lines += 5;
	unsigned services = rows_for(self, 3, 5);
	self->text.lines -= 5;
	report_services(self, services);
	report_clients(self, rows_for(self, 2, 3));
}

static void put_groups(ReportText *self)
{
	GroupsText text = {.layout = &self->text};

	if (self->connections == 0)
		return;
	g_string_printf(self->line, "By %s, most failures first",
			group_by_name(self->groups.by.by));
	report_heading(self, self->line->str);
	groups_text_put(&text, &self->groups, self->verbose);
}

static bool finish(ReportSink *sink, const ShakedownSummary *summary,
		   const ShakedownCaptureInfo *capture, GError **error)
{
	ReportText *self = (ReportText *)sink;
	unsigned most = self->verbose || self->all ? UINT_MAX : REPORT_LINES;

	report_header(self, summary, capture);
	if (self->groups.by.by != SHAKEDOWN_GROUP_NONE) {
		put_groups(self);
		return true;
	}
	if (self->connections > REPORT_LISTED) {
		report_outcomes(self, summary);
		report_states(self);
		put_tables(self);
	} else if (self->connections > 0) {
		report_listing(self, capture);
	}
	/* Headings, the counts, the kinds that are only named, and the hints. */
	unsigned used = self->text.lines + 11;
	report_findings(self, used < most ? most - used : 0);
	report_next(self, capture);
	return true;
}

static void report_text_free(ReportSink *sink)
{
	ReportText *self = (ReportText *)sink;

	g_ptr_array_unref(self->problems);
	quantiles_clear(&self->server_leg);
	quantiles_clear(&self->client_leg);
	tally_clear(&self->services);
	tally_clear(&self->clients);
	group_table_clear(&self->groups);
	text_layout_clear(&self->text);
	g_free(self->details);
	g_free(self->words);
	g_string_chunk_free(self->strings);
	g_string_free(self->line, TRUE);
	g_free(self);
}

ReportSink *report_text_new(ReportWriter *out, const ShakedownSinkOptions *options)
{
	static const ReportSinkOps ops = {
		.connection = put_connection,
		.anomaly = put_anomaly,
		.finish = finish,
		.free = report_text_free,
	};
	ReportText *self = g_new0(ReportText, 1);

	self->base.ops = &ops;
	self->verbose = options->verbose;
	self->all = options->all;
	self->words = g_strdup(options->words);
	self->problems = g_ptr_array_new_with_free_func(problem_free);
	text_layout_init(&self->text, out, options);
	tally_init(&self->services, TALLY_LIMIT, false);
	tally_init(&self->clients, TALLY_LIMIT, true);
	group_table_init(&self->groups, &options->grouping, GROUPS_MOST);
	self->details = g_new0(ReportDetail, REPORT_LISTED);
	self->strings = g_string_chunk_new(256);
	self->line = g_string_new(NULL);
	return &self->base;
}
