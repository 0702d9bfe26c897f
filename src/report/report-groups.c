/* SPDX-License-Identifier: BSD-3-Clause */
/* The report by groups: a table of them, then the first ones in full (report-group.c). */
#include "report/report-groups.h"

#include <string.h>

#include "report/sparkline.h"
#include "report/text-table.h"

enum { INDENT = 2, SPARK_MOST_COLUMNS = 60, SPARK_LEAST = 10 };

/* How many rows, and how many of them in full; then with --verbose. */
static const guint rows_most[2] = {15, 100}, details_most[2] = {3, 20};

enum {
	COLUMN_NAME,
	COLUMN_TRIED,
	COLUMN_OK,
	COLUMN_FAILED,
	COLUMN_RETRIED,
	COLUMN_SERVER_MEDIAN,
	COLUMN_SERVER_P95,
	COLUMN_CLIENT_MEDIAN,
	COLUMN_CLIENT_P95,
	COLUMN_CLOSES,
	COLUMN_RESET,
	COLUMN_TIME_WAIT,
	COLUMN_SPARK,
	COLUMNS,
};

static const TextColumn template[COLUMNS] = {
	[COLUMN_NAME] = {.cut = TEXT_CUT_MIDDLE, .least = 32, .floor = 12},
	[COLUMN_TRIED] = {.title = "tried", .align = TEXT_RIGHT},
	[COLUMN_OK] = {.title = "ok", .align = TEXT_RIGHT},
	[COLUMN_FAILED] = {.title = "failed", .align = TEXT_RIGHT, .rank = 1},
	[COLUMN_RETRIED] = {.title = "retried", .align = TEXT_RIGHT, .rank = 6},
	[COLUMN_SERVER_MEDIAN] = {.title = "server leg", .align = TEXT_RIGHT, .rank = 3},
	[COLUMN_SERVER_P95] = {.title = "server 95 %", .align = TEXT_RIGHT, .rank = 9},
	[COLUMN_CLIENT_MEDIAN] = {.title = "client leg", .align = TEXT_RIGHT, .rank = 8},
	[COLUMN_CLIENT_P95] = {.title = "client 95 %", .align = TEXT_RIGHT, .rank = 10},
	[COLUMN_CLOSES] = {.title = "closes first", .rank = 5},
	[COLUMN_RESET] = {.title = "reset", .align = TEXT_RIGHT, .rank = 7},
	[COLUMN_TIME_WAIT] = {.title = "time-wait peak", .align = TEXT_RIGHT, .rank = 4},
	[COLUMN_SPARK] = {.title = "attempts", .rank = 2, .least = SPARK_LEAST},
};

typedef struct {
	const GroupsText *text;
	const TextColumn *columns;
	Group *group;
} Cell;

static void put_count(uint64_t count, TextStyle alarm, char *out, TextStyle *style, bool ascii)
{
	if (count == 0) {
		strcpy(out, ascii ? "-" : "·");
		*style = TEXT_DIM;
		return;
	}
	out[report_format_grouped(out, count)] = '\0';
	*style = alarm;
}

static void put_leg(Quantiles *leg, unsigned percent, char *out, bool ascii)
{
	out[report_format_duration(out, quantiles_at(leg, percent), ascii ? "u" : "µ")] = '\0';
}

static void put_ok(const Group *g, char *out, TextStyle *style)
{
	uint64_t complete = g->handshakes[SHAKEDOWN_HANDSHAKE_COMPLETE];
	uint64_t tried = complete + g->failed;

	out[report_format_percent(out, complete, tried)] = '\0';
	if (tried > 0)
		*style = complete == tried ? TEXT_GOOD : TEXT_WARNING;
}

static uint64_t closed_first(const Group *g, ShakedownSideId side)
{
	return g->closed_first[side][GROUP_BY_FIN] + g->closed_first[side][GROUP_BY_RESET];
}

/* Who mostly does, and how mostly: "client 92%". */
static void put_closes(const Group *g, char *out)
{
	uint64_t client = closed_first(g, SHAKEDOWN_CLIENT);
	uint64_t server = closed_first(g, SHAKEDOWN_SERVER);
	ShakedownSideId side = client >= server ? SHAKEDOWN_CLIENT : SHAKEDOWN_SERVER;

	if (client + server == 0) {
		strcpy(out, "-");
		return;
	}
	size_t len = strlen(strcpy(out, shakedown_side_name(side)));
	out[len++] = ' ';
	len += report_format_percent(out + len, MAX(client, server), client + server);
	out[len] = '\0';
}

static void put_time_wait(const Group *g, char *out, TextStyle *style, bool ascii)
{
	uint64_t peak[2];

	for (unsigned i = 0; i < 2; i++)
		peak[i] = timeline_peak(&g->timeline, (ShakedownSideId)i).most;
	ShakedownSideId side = peak[0] >= peak[1] ? SHAKEDOWN_CLIENT : SHAKEDOWN_SERVER;
	if (peak[side] == 0) {
		put_count(0, TEXT_PLAIN, out, style, ascii);
		return;
	}
	size_t len = strlen(strcpy(out, shakedown_side_name(side)));
	out[len++] = ' ';
	len += report_format_grouped(out + len, peak[side]);
	out[len] = '\0';
}

static void put_spark(const Cell *c, char *out, size_t room)
{
	uint64_t values[TIMELINE_BINS];
	g_autoptr(GString) line = g_string_new(NULL);

	timeline_in(&c->group->timeline, &c->text->span, TIMELINE_ATTEMPTS, values);
	sparkline_append(line, values, c->text->span.bins, c->columns[COLUMN_SPARK].columns,
			 SPARK_SUM, c->text->layout->ascii);
	g_strlcpy(out, line->str, room);
}

static void cell(unsigned column, char *out, size_t room, TextStyle *style, const void *data)
{
	const Cell *c = data;
	Group *g = c->group;
	bool ascii = c->text->layout->ascii;

	switch (column) {
	case COLUMN_NAME:
		out[group_key_format(out, &g->key)] = '\0';
		return;
	case COLUMN_TRIED:
		put_count(g->attempts, TEXT_PLAIN, out, style, ascii);
		return;
	case COLUMN_OK:
		put_ok(g, out, style);
		return;
	case COLUMN_FAILED:
		put_count(g->failed, TEXT_WARNING, out, style, ascii);
		return;
	case COLUMN_RETRIED:
		put_count(g->retried, TEXT_NOTICE, out, style, ascii);
		return;
	case COLUMN_SERVER_MEDIAN:
	case COLUMN_SERVER_P95:
		put_leg(&g->leg[SHAKEDOWN_SERVER], column == COLUMN_SERVER_P95 ? 95 : 50, out,
			ascii);
		return;
	case COLUMN_CLIENT_MEDIAN:
	case COLUMN_CLIENT_P95:
		put_leg(&g->leg[SHAKEDOWN_CLIENT], column == COLUMN_CLIENT_P95 ? 95 : 50, out,
			ascii);
		return;
	case COLUMN_CLOSES:
		put_closes(g, out);
		return;
	case COLUMN_RESET:
		put_count(g->teardowns[SHAKEDOWN_TEARDOWN_RESET], TEXT_NOTICE, out, style, ascii);
		return;
	case COLUMN_TIME_WAIT:
		put_time_wait(g, out, style, ascii);
		return;
	case COLUMN_SPARK:
		put_spark(c, out, room);
		return;
	}
}

static void measure(const GroupsText *text, TextColumn *columns, const GPtrArray *ranking, guint n)
{
	char out[512];
	TextStyle style = TEXT_PLAIN;

	for (unsigned column = 0; column < COLUMN_SPARK; column++) {
		for (guint i = 0; i < n; i++) {
			Cell c = {text, columns, g_ptr_array_index(ranking, i)};
			cell(column, out, sizeof(out), &style, &c);
			columns[column].natural =
				MAX(columns[column].natural, text_width(out, strlen(out)));
		}
	}
	columns[COLUMN_SPARK].natural = MIN(text->span.bins, SPARK_MOST_COLUMNS);
}

static void put_table(const GroupsText *text, const char *title, const GPtrArray *ranking, guint n)
{
	TextColumn columns[COLUMNS];
	TextTable table = {.columns = columns, .n = COLUMNS, .gap = 2, .indent = INDENT};

	memcpy(columns, template, sizeof(columns));
	columns[COLUMN_NAME].title = title;
	measure(text, columns, ranking, n);
	text_table_fit(&table, text->layout->width);
	text_table_titles(text->layout, &table);
	for (guint i = 0; i < n; i++) {
		Cell c = {text, columns, g_ptr_array_index(ranking, i)};
		text_table_row(text->layout, &table, cell, &c);
	}
}

static const char *plural_of(ShakedownGroupBy by)
{
	switch (by) {
	case SHAKEDOWN_GROUP_NONE:
		break;
	case SHAKEDOWN_GROUP_SERVICE:
		return "services";
	case SHAKEDOWN_GROUP_CLIENT:
		return "clients";
	case SHAKEDOWN_GROUP_SERVER:
		return "servers";
	case SHAKEDOWN_GROUP_SUBNET:
		return "client networks";
	}
	return "groups";
}

static void put_remark(const GroupsText *text, const char *format, ...) G_GNUC_PRINTF(2, 3);
static void put_remark(const GroupsText *text, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	g_autofree char *line = g_strdup_vprintf(format, args);
	va_end(args);
	text_spaces(text->layout, INDENT);
	text_wrap(text->layout, TEXT_DIM, line, INDENT, INDENT);
}

static void put_others(const GroupsText *text, const GroupTable *table, uint64_t shown)
{
	const Group *others = &table->others;
	uint64_t distinct = group_table_distinct(table);
	char groups[REPORT_GROUPED_LEN + 1], connections[REPORT_GROUPED_LEN + 1],
		failed[REPORT_GROUPED_LEN + 1];

	if (others->connections == 0)
		return;
	groups[report_format_grouped(groups, distinct > shown ? distinct - shown : 1)] = '\0';
	connections[report_format_grouped(connections, others->connections)] = '\0';
	failed[report_format_grouped(failed, others->failed)] = '\0';
	put_remark(text, "and %s%s more with %s connection%s, %s of them failed",
		   table->missing ? "about " : "", groups, connections,
		   others->connections == 1 ? "" : "s", failed);
	if (table->missing)
		put_remark(text,
			   "more than %u at once: each row may lack what its %s had when there was "
			   "no room for it, at most %" G_GUINT64_FORMAT " connection%s",
			   table->limit, group_by_name(table->by.by), (guint64)table->missing,
			   table->missing == 1 ? "" : "s");
}

static bool any_estimated(const GPtrArray *ranking)
{
	for (guint i = 0; i < ranking->len; i++) {
		const Group *g = g_ptr_array_index(ranking, i);
		if (!quantiles_are_exact(&g->leg[0]) || !quantiles_are_exact(&g->leg[1]) ||
		    !quantiles_are_exact(&g->half_closed))
			return true;
	}
	return false;
}

void groups_text_put(GroupsText *text, GroupTable *table, bool verbose)
{
	g_autoptr(GPtrArray) ranking = group_table_ranking(table);
	guint rows = MIN(ranking->len, rows_most[verbose]);

	if (ranking->len == 0)
		return;
	group_table_fold(table, ranking, rows);
	for (guint i = 0; i < ranking->len; i++)
		timeline_span_take(&text->span,
				   &((const Group *)g_ptr_array_index(ranking, i))->timeline);
	put_table(text, plural_of(table->by.by), ranking, rows);
	put_others(text, table, rows);
	put_remark(text,
		   "ok: of the handshakes that came to an end; legs: SYN to SYN,ACK and SYN,ACK to "
		   "ACK as seen from the tap%s",
		   any_estimated(ranking) ? ", percentiles within 3.2 %" : "");
	for (guint i = 0; i < MIN(rows, details_most[verbose]); i++) {
		text_newline(text->layout);
		groups_text_detail(text, g_ptr_array_index(ranking, i));
	}
}
