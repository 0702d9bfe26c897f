/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A row a connection, as text. Rows are held, to be sorted by id and to find out how wide the
 * columns are, up to a bound; beyond it they are written as they come, and the end says so.
 */
#include <glib.h>

#include "report/conn-table.h"
#include "report/views.h"
#include "report/warnings.h"

#define ROWS_HELD 50000u

typedef struct {
	ReportSink base;
	TextLayout text;
	GArray *rows; /* of ConnRow */
	GStringChunk *strings;
	ConnTable table;
	ConnLegend legend;
	bool streaming; /* the table has begun, rows are no longer held */
	uint64_t n;
} ConnectionsText;

static gint by_id(gconstpointer a, gconstpointer b)
{
	const ConnRow *x = a, *y = b;
	return (x->id > y->id) - (x->id < y->id);
}

static ShakedownTime earliest(const GArray *rows)
{
	ShakedownTime base = INT64_MAX;

	for (guint i = 0; i < rows->len; i++)
		base = MIN(base, g_array_index(rows, ConnRow, i).start);
	return base;
}

static void put_row(ConnectionsText *self, const ConnRow *row)
{
	conn_legend_take(&self->legend, row);
	conn_table_row(&self->table, row);
}

static void put_held(ConnectionsText *self, const ShakedownCaptureInfo *capture, bool more)
{
	GArray *rows = self->rows;
	ShakedownTime base = capture && capture->passed > 0 ? capture->first : earliest(rows);

	g_array_sort(rows, by_id);
	conn_table_init(&self->table, &self->text, (const ConnRow *)(void *)rows->data, rows->len,
			0, base, more);
	conn_table_titles(&self->table);
	for (guint i = 0; i < rows->len; i++)
		put_row(self, &g_array_index(rows, ConnRow, i));
	g_array_set_size(rows, 0);
}

static void put_connection(ReportSink *sink, const ShakedownConnection *connection)
{
	ConnectionsText *self = (ConnectionsText *)sink;
	ConnRow row;

	conn_row_take(&row, connection, self->strings);
	self->n++;
	if (self->streaming) {
		put_row(self, &row);
		return;
	}
	g_array_append_val(self->rows, row);
	if (self->rows->len < ROWS_HELD)
		return;
	put_held(self, NULL, true);
	self->streaming = true;
}

static void put_count(ConnectionsText *self)
{
	char line[160], n[REPORT_GROUPED_LEN + 1];

	n[report_format_grouped(n, self->n)] = '\0';
	g_snprintf(line, sizeof(line), "%s connection%s%s", n, self->n == 1 ? "" : "s",
		   self->streaming ? ", of which all but the first 50,000 stand in the order in "
				     "which they ended"
				   : "");
	text_wrap(&self->text, TEXT_BOLD, line, 0, 0);
}

static bool finish(ReportSink *sink, const ShakedownSummary *summary,
		   const ShakedownCaptureInfo *capture, GError **error)
{
	ConnectionsText *self = (ConnectionsText *)sink;

	if (self->n == 0) {
		text_wrap(&self->text, TEXT_PLAIN, "No TCP connections.", 0, 0);
	} else {
		if (!self->streaming)
			put_held(self, capture, false);
		text_newline(&self->text);
		put_count(self);
		self->legend.marks = self->table.columns[CONN_COLUMN_MARKS].columns > 0;
		conn_legend_put(&self->legend, &self->text, 0);
	}
	report_warnings_put(&self->text, summary, capture, 0, UINT_MAX);
	return true;
}

static void connections_text_free(ReportSink *sink)
{
	ConnectionsText *self = (ConnectionsText *)sink;

	text_layout_clear(&self->text);
	g_array_unref(self->rows);
	g_string_chunk_free(self->strings);
	g_free(self);
}

ReportSink *connections_text_new(ReportWriter *out, const ShakedownSinkOptions *options)
{
	static const ReportSinkOps ops = {
		.connection = put_connection,
		.finish = finish,
		.free = connections_text_free,
	};
	ConnectionsText *self = g_new0(ConnectionsText, 1);

	self->base.ops = &ops;
	text_layout_init(&self->text, out, options);
	self->rows = g_array_new(FALSE, FALSE, sizeof(ConnRow));
	self->strings = g_string_chunk_new(1024);
	return &self->base;
}
