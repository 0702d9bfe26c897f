/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The connections themselves, where there are few: each step of both sides with the packet that
 * proves it; or, where there are some more, as a table.
 */
#include "report/conn-cell.h"
#include "report/record.h"
#include "report/report-text.h"

enum { INDENT = 6, LABEL = 8 };

static gint by_id(gconstpointer a, gconstpointer b)
{
	const ReportDetail *x = a, *y = b;
	return (x->row.id > y->row.id) - (x->row.id < y->row.id);
}

/* "ESTABLISHED #3?": the state, the packet that put the side there, how sure it is. */
static unsigned step_text(const ShakedownHistoryEntry *step, char *out, size_t room)
{
	const char *mark = conn_evidence_mark(step->evidence);
	const char *name = shakedown_tcp_state_name(step->state);

	if (step->frame > 0)
		g_snprintf(out, (gulong)room, "%s%s #%" G_GUINT64_FORMAT, name, mark,
			   (guint64)step->frame);
	else
		g_snprintf(out, (gulong)room, "%s%s", name, mark);
	return (unsigned)strlen(out);
}

static void put_step(TextLayout *text, const ShakedownHistoryEntry *step, bool last,
		     const char *written)
{
	size_t name = strcspn(written, " ");

	text_put_len(text, last ? text_state_style(step->state) : TEXT_PLAIN, written, name);
	text_put(text, TEXT_DIM, written + name);
}

static void put_side(ReportText *self, const ReportDetail *detail, unsigned side)
{
	TextLayout *text = &self->text;
	const char *then = text->ascii ? "> " : "› ";
	unsigned at = INDENT + LABEL, n = detail->steps_len[side];
	char step[64];

	text_spaces(text, INDENT);
	text_cell(text, TEXT_PLAIN, shakedown_side_name((ShakedownSideId)side), LABEL, TEXT_LEFT,
		  TEXT_CUT_END);
	for (unsigned i = 0; i < n; i++) {
		unsigned width = step_text(&detail->steps[side][i], step, sizeof(step));
		if (i > 0) {
			if (at + 3 + width > text->width) {
				text_newline(text);
				text_spaces(text, INDENT + LABEL - 2);
				at = INDENT + LABEL - 3;
			} else {
				text_spaces(text, 1);
			}
			text_put(text, TEXT_DIM, then);
			at += 3;
		}
		put_step(text, &detail->steps[side][i], i + 1 == n, step);
		at += width;
	}
	if (n == 0)
		text_put(text, TEXT_DIM, "nothing known");
	text_newline(text);
}

static void put_title(ReportText *self, const ReportDetail *detail, ShakedownTime base)
{
	TextLayout *text = &self->text;
	const ConnRow *row = &detail->row;
	char id[REPORT_UINT_LEN + 2], client[REPORT_ENDPOINT_LEN + 1],
		server[REPORT_ENDPOINT_LEN + 1], start[REPORT_SECONDS_LEN + 1];

	id[report_format_uint(id, row->id)] = '\0';
	client[report_format_endpoint(client, &row->addr[0], row->port[0])] = '\0';
	server[report_format_endpoint(server, &row->addr[1], row->port[1])] = '\0';
	size_t len = report_format_seconds_fixed(start, record_span(base, row->start), 3);
	start[len] = '\0';
	text_cell(text, TEXT_BOLD, id, INDENT - 2, TEXT_RIGHT, TEXT_CUT_END);
	text_spaces(text, 2);
	unsigned at = INDENT;
	at += text_last_cell(text, TEXT_BOLD, client, text->width - at - 3, TEXT_CUT_MIDDLE);
	at += text_put(text, TEXT_DIM, text->ascii ? " ->" : " →");
	text_spaces(text, 1);
	at++;
	if (at + strlen(server) > text->width) {
		text_newline(text);
		text_spaces(text, INDENT);
		at = INDENT;
	}
	at += text_last_cell(text, TEXT_BOLD, server, text->width - at, TEXT_CUT_MIDDLE);
	g_string_printf(self->line, "  at %s s", start);
	if (at + self->line->len <= text->width)
		text_put(text, TEXT_DIM, self->line->str);
	text_newline(text);
}

static void append_duration(GString *line, const char *before, ShakedownDuration duration)
{
	char text[REPORT_DURATION_LEN + 1];

	if (duration == SHAKEDOWN_DURATION_UNKNOWN)
		return;
	text[report_format_duration(text, duration, "µ")] = '\0';
	g_string_append_printf(line, "%s%s", before, text);
}

static void put_story(ReportText *self, const ReportDetail *detail)
{
	const ConnRow *row = &detail->row;
	GString *line = self->line;
	char teardown[64];
	ShakedownHandshakeOutcome outcome = (ShakedownHandshakeOutcome)row->handshake;

	g_string_truncate(line, 0);
	if (outcome == SHAKEDOWN_HANDSHAKE_NOT_CAPTURED)
		g_string_append(line, "handshake not captured");
	else
		g_string_append_printf(line, "%s handshake %s",
				       shakedown_handshake_kind_name(detail->handshake),
				       shakedown_handshake_outcome_name(outcome));
	append_duration(line, ", server rtt ", row->server_rtt);
	append_duration(line, ", client rtt ", row->client_rtt);
	if (row->teardown != SHAKEDOWN_TEARDOWN_NEVER_OPENED) {
		conn_teardown_text(row, teardown, sizeof(teardown));
		if (row->teardown == SHAKEDOWN_TEARDOWN_OPEN)
			g_string_append(line, "; not closed");
		else if (detail->teardown == SHAKEDOWN_TEARDOWN_KIND_NONE ||
			 detail->teardown == SHAKEDOWN_TEARDOWN_KIND_RESET)
			g_string_append_printf(line, "; %s", teardown);
		else
			g_string_append_printf(line, "; %s teardown, %s",
					       shakedown_teardown_kind_name(detail->teardown),
					       teardown);
	}
	text_spaces(&self->text, INDENT);
	text_wrap(&self->text, TEXT_PLAIN, line->str, INDENT, INDENT);
}

static void put_traffic(ReportText *self, const ConnRow *row)
{
	char size[REPORT_SIZE_LEN + 1];
	GString *line = self->line;

	g_string_truncate(line, 0);
	append_duration(line, "", row->duration);
	for (unsigned side = 0; side < 2; side++) {
		size[report_format_size(size, row->bytes[side])] = '\0';
		g_string_append_printf(line, "; %s %" G_GUINT64_FORMAT " packet%s, %s",
				       shakedown_side_name((ShakedownSideId)side),
				       (guint64)row->packets[side],
				       row->packets[side] == 1 ? "" : "s", size);
		if (row->retransmissions[side] > 0)
			g_string_append_printf(line, ", %" G_GUINT64_FORMAT " retransmitted",
					       (guint64)row->retransmissions[side]);
	}
	if (row->encapsulation)
		g_string_append_printf(line, "; in %s", row->encapsulation);
	text_spaces(&self->text, INDENT);
	text_wrap(&self->text, TEXT_DIM, line->str, INDENT, INDENT);
}

static void put_detail(ReportText *self, const ReportDetail *detail, ShakedownTime base)
{
	put_title(self, detail, base);
	put_side(self, detail, SHAKEDOWN_CLIENT);
	put_side(self, detail, SHAKEDOWN_SERVER);
	put_story(self, detail);
	put_traffic(self, &detail->row);
}

/* Returns whether the table has marks to be explained. */
static bool put_table(ReportText *self, unsigned n, ShakedownTime base)
{
	ConnRow rows[REPORT_LISTED] = {0};
	ConnTable table;

	for (unsigned i = 0; i < n; i++)
		rows[i] = self->details[i].row;
	conn_table_init(&table, &self->text, rows, n, 0, base, false);
	conn_table_titles(&table);
	for (unsigned i = 0; i < n; i++)
		conn_table_row(&table, &rows[i]);
	return table.columns[CONN_COLUMN_MARKS].columns > 0;
}

void report_listing(ReportText *self, const ShakedownCaptureInfo *capture)
{
	unsigned n = (unsigned)MIN(self->connections, REPORT_LISTED);
	ShakedownTime base = INT64_MAX;
	ConnLegend legend = {0};

	qsort(self->details, n, sizeof(*self->details), by_id);
	for (unsigned i = 0; i < n; i++)
		base = MIN(base, self->details[i].row.start);
	if (capture && capture->passed > 0)
		base = capture->first;
	report_heading(self, "Connections");
	bool detailed = n <= REPORT_DETAILED || self->verbose;
	if (!detailed)
		legend.marks = put_table(self, n, base);
	for (unsigned i = 0; i < n; i++) {
		if (detailed)
			put_detail(self, &self->details[i], base);
		conn_legend_take(&legend, &self->details[i].row);
		for (unsigned side = 0; detailed && side < 2; side++) {
			for (unsigned k = 0; k < self->details[i].steps_len[side]; k++)
				legend.evidence[self->details[i].steps[side][k].evidence] = true;
		}
	}
	conn_legend_put(&legend, &self->text, detailed ? INDENT : 0);
}
