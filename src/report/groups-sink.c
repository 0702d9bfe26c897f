/* SPDX-License-Identifier: BSD-3-Clause */
/* A report by groups, as JSON document, as records a line, or as CSV: all of it at the end. */
#include <shakedown/version.h>

#include "report/record-group.h"
#include "report/record.h"
#include "report/views.h"

typedef struct {
	ReportSink base;
	ReportWriter *out;
	ShakedownFormat format;
	JsonWriter json;
	CsvWriter csv;
	GroupTable table;
	TimelineSpan span;
	bool any;
} GroupsSink;

static void put_connection(ReportSink *sink, const ShakedownConnection *connection)
{
	group_table_add(&((GroupsSink *)sink)->table, connection);
}

static void put_group(GroupsSink *self, Group *group, uint64_t groups)
{
	if (self->format == SHAKEDOWN_FORMAT_CSV) {
		record_group_row(&self->csv, group, &self->table, groups);
		return;
	}
	if (self->format == SHAKEDOWN_FORMAT_JSON)
		report_put(self->out, self->any ? ",\n" : "\n");
	self->any = true;
	self->json.comma = false;
	record_group(&self->json, group, &self->table, &self->span, groups);
	if (self->format == SHAKEDOWN_FORMAT_NDJSON)
		report_put_char(self->out, '\n');
}

static void put_groups(GroupsSink *self)
{
	g_autoptr(GPtrArray) ranking = group_table_ranking(&self->table);

	for (guint i = 0; i < ranking->len; i++)
		timeline_span_take(&self->span,
				   &((const Group *)g_ptr_array_index(ranking, i))->timeline);
	timeline_span_take(&self->span, &self->table.others.timeline);
	for (guint i = 0; i < ranking->len; i++)
		put_group(self, g_ptr_array_index(ranking, i), 1);
	if (self->table.others.connections > 0) {
		uint64_t groups = group_table_distinct(&self->table);
		put_group(self, &self->table.others,
			  groups > ranking->len ? groups - ranking->len : 1);
	}
}

static bool finish(ReportSink *sink, const ShakedownSummary *summary,
		   const ShakedownCaptureInfo *capture, GError **error)
{
	GroupsSink *self = (GroupsSink *)sink;

	if (self->format == SHAKEDOWN_FORMAT_CSV)
		record_group_columns(&self->csv);
	if (self->format == SHAKEDOWN_FORMAT_JSON) {
		report_put(self->out, "{\"shakedown\":\"" SHAKEDOWN_VERSION "\",\n\"group_by\":\"");
		report_put(self->out, group_by_name(self->table.by.by));
		report_put(self->out, "\",\n\"groups\":[");
	}
	put_groups(self);
	self->json.comma = false;
	if (self->format == SHAKEDOWN_FORMAT_JSON) {
		report_put(self->out, "\n],\n\"capture\":");
		record_capture_value(&self->json, capture);
		report_put(self->out, ",\n\"summary\":");
		self->json.comma = false;
		record_summary_value(&self->json, summary, capture);
		report_put(self->out, "}\n");
	} else if (self->format == SHAKEDOWN_FORMAT_NDJSON) {
		record_summary(&self->json, summary, capture);
		report_put_char(self->out, '\n');
	}
	return true;
}

static void groups_sink_free(ReportSink *sink)
{
	group_table_clear(&((GroupsSink *)sink)->table);
	g_free(sink);
}

ReportSink *groups_sink_new(ReportWriter *out, const ShakedownSinkOptions *options)
{
	static const ReportSinkOps ops = {
		.connection = put_connection, .finish = finish, .free = groups_sink_free};
	GroupsSink *self = g_new0(GroupsSink, 1);

	self->base.ops = &ops;
	self->out = out;
	self->format = options->format;
	json_init(&self->json, out);
	csv_init(&self->csv, out);
	group_table_init(&self->table, &options->grouping, GROUPS_MOST);
	return &self->base;
}
