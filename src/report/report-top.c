/* SPDX-License-Identifier: BSD-3-Clause */
/* The services most connected to, and the clients that fail most. */
#include "report/conn-cell.h"
#include "report/report-text.h"
#include "report/text-table.h"

enum { INDENT = 2 };

enum {
	COLUMN_NAME,
	COLUMN_CONNECTIONS,
	COLUMN_COMPLETE,
	COLUMN_NO_ANSWER,
	COLUMN_REFUSED,
	COLUMN_UNREACHABLE,
	COLUMN_UNFINISHED,
	COLUMN_ABORTED,
	COLUMN_RESET,
	COLUMN_MEDIAN,
	COLUMN_P95,
	COLUMNS,
};

static const TextColumn template[COLUMNS] = {
	[COLUMN_NAME] = {.title = "", .cut = TEXT_CUT_MIDDLE, .least = 22, .floor = 12},
	[COLUMN_CONNECTIONS] = {.title = "conns", .align = TEXT_RIGHT},
	[COLUMN_COMPLETE] = {.title = "ok", .align = TEXT_RIGHT},
	[COLUMN_NO_ANSWER] = {.title = "no-answer", .align = TEXT_RIGHT, .rank = 1},
	[COLUMN_REFUSED] = {.title = "refused", .align = TEXT_RIGHT, .rank = 2},
	[COLUMN_UNREACHABLE] = {.title = "unreachable", .align = TEXT_RIGHT, .rank = 7},
	[COLUMN_UNFINISHED] = {.title = "unfinished", .align = TEXT_RIGHT, .rank = 3},
	[COLUMN_ABORTED] = {.title = "aborted", .align = TEXT_RIGHT, .rank = 6},
	[COLUMN_RESET] = {.title = "reset", .align = TEXT_RIGHT, .rank = 4},
	[COLUMN_MEDIAN] = {.title = "med. rtt", .align = TEXT_RIGHT, .rank = 5},
	[COLUMN_P95] = {.title = "95 % rtt", .align = TEXT_RIGHT, .rank = 8},
};

typedef struct {
	const ReportText *report;
	TallyEntry *entry;
} Cell;

static void put_count(uint64_t count, TextStyle alarm, char *out, TextStyle *style,
		      const char *none)
{
	if (count == 0) {
		strcpy(out, none);
		*style = TEXT_DIM;
		return;
	}
	out[report_format_grouped(out, count)] = '\0';
	*style = alarm;
}

/* Of those whose handshake came to an end that was captured. */
static void put_complete(const TallyEntry *e, char *out, TextStyle *style)
{
	uint64_t complete = e->outcomes[SHAKEDOWN_HANDSHAKE_COMPLETE];
	uint64_t tried = complete + e->failed;

	out[report_format_percent(out, complete, tried)] = '\0';
	if (tried > 0 && complete == tried)
		*style = TEXT_GOOD;
	else if (tried > 0)
		*style = TEXT_WARNING;
}

static void cell(unsigned column, char *out, size_t room, TextStyle *style, const void *data)
{
	static const uint8_t outcome_of[COLUMNS] = {
		[COLUMN_NO_ANSWER] = SHAKEDOWN_HANDSHAKE_NO_ANSWER,
		[COLUMN_REFUSED] = SHAKEDOWN_HANDSHAKE_REFUSED,
		[COLUMN_UNREACHABLE] = SHAKEDOWN_HANDSHAKE_UNREACHABLE,
		[COLUMN_UNFINISHED] = SHAKEDOWN_HANDSHAKE_UNFINISHED,
		[COLUMN_ABORTED] = SHAKEDOWN_HANDSHAKE_ABORTED,
	};
	const Cell *c = data;
	TallyEntry *e = c->entry;
	const char *micro = c->report->text.ascii ? "u" : "µ";
	const char *none = c->report->text.ascii ? "-" : "·";
	size_t len;

	if (column == COLUMN_NAME) {
		len = e->key.port ? report_format_endpoint(out, &e->key.addr, e->key.port)
				  : report_format_address(out, &e->key.addr);
		out[len] = '\0';
	} else if (column == COLUMN_CONNECTIONS) {
		put_count(e->connections, TEXT_PLAIN, out, style, none);
	} else if (column == COLUMN_COMPLETE) {
		put_complete(e, out, style);
	} else if (column == COLUMN_RESET) {
		put_count(e->resets, TEXT_NOTICE, out, style, none);
	} else if (column == COLUMN_MEDIAN || column == COLUMN_P95) {
		unsigned percent = column == COLUMN_MEDIAN ? 50 : 95;
		ShakedownDuration rtt = quantiles_at(&e->server_rtt, percent);
		out[report_format_duration(out, rtt, micro)] = '\0';
	} else {
		put_count(e->outcomes[outcome_of[column]], TEXT_WARNING, out, style, none);
	}
}

static void measure(const ReportText *self, TextColumn *columns, const GPtrArray *ranking, guint n)
{
	char text[REPORT_ENDPOINT_LEN + 1];
	TextStyle style;

	for (unsigned column = 0; column < COLUMNS; column++) {
		for (guint i = 0; i < n; i++) {
			Cell c = {self, g_ptr_array_index(ranking, i)};
			cell(column, text, sizeof(text), &style, &c);
			columns[column].natural =
				MAX(columns[column].natural, text_width(text, strlen(text)));
		}
	}
}

/* A column without a single count is left out, whatever the room. */
static void leave_out_empty(TextColumn *columns, const GPtrArray *ranking, guint n)
{
	static const uint8_t pairs[][2] = {
		{COLUMN_NO_ANSWER, SHAKEDOWN_HANDSHAKE_NO_ANSWER},
		{COLUMN_REFUSED, SHAKEDOWN_HANDSHAKE_REFUSED},
		{COLUMN_UNREACHABLE, SHAKEDOWN_HANDSHAKE_UNREACHABLE},
		{COLUMN_UNFINISHED, SHAKEDOWN_HANDSHAKE_UNFINISHED},
		{COLUMN_ABORTED, SHAKEDOWN_HANDSHAKE_ABORTED},
	};
	for (size_t k = 0; k < G_N_ELEMENTS(pairs); k++) {
		uint64_t sum = 0;
		for (guint i = 0; i < n; i++) {
			const TallyEntry *e = g_ptr_array_index(ranking, i);
			sum += e->outcomes[pairs[k][1]];
		}
		if (sum == 0)
			columns[pairs[k][0]].rank = 17;
	}
}

/* Returns the connections of those that are shown. */
static uint64_t put_table(ReportText *self, const char *title, const GPtrArray *ranking, guint n)
{
	TextColumn columns[COLUMNS];
	TextTable table = {.columns = columns, .n = COLUMNS, .gap = 2, .indent = INDENT};
	uint64_t shown = 0;

	memcpy(columns, template, sizeof(columns));
	columns[COLUMN_NAME].title = title;
	measure(self, columns, ranking, n);
	leave_out_empty(columns, ranking, n);
	text_newline(&self->text);
	text_table_fit(&table, self->text.width);
	text_table_titles(&self->text, &table);
	for (guint i = 0; i < n; i++) {
		Cell c = {self, g_ptr_array_index(ranking, i)};
		shown += c.entry->connections;
		text_table_row(&self->text, &table, cell, &c);
	}
	return shown;
}

static void put_others(ReportText *self, const char *what, uint64_t others, bool dropped,
		       uint64_t connections)
{
	char count[REPORT_GROUPED_LEN + 1], more[REPORT_GROUPED_LEN + 1], line[160];

	more[report_format_grouped(more, others)] = '\0';
	count[report_format_grouped(count, connections)] = '\0';
	g_snprintf(line, sizeof(line), "and %s%s more %s with %s connection%s",
		   dropped ? "at least " : "", more, what, count, connections == 1 ? "" : "s");
	text_spaces(&self->text, INDENT);
	text_put(&self->text, TEXT_DIM, line);
	text_newline(&self->text);
}

void report_services(ReportText *self, guint most)
{
	g_autoptr(GPtrArray) ranking = tally_ranking(&self->services, most);
	guint n = ranking->len, all = tally_len(&self->services);

	uint64_t shown = put_table(self, "busiest services", ranking, n);
	if (all > n)
		put_others(self, all - n == 1 ? "service" : "services", all - n,
			   self->services.dropped, self->connections - shown);
}

void report_clients(ReportText *self, guint most)
{
	uint64_t connections;
	guint failing = tally_failing(&self->clients, &connections);

	if (failing == 0)
		return;
	guint n = MIN(failing, most);
	g_autoptr(GPtrArray) ranking = tally_ranking(&self->clients, n);

	connections -= put_table(self, "most failures", ranking, n);
	if (failing > n)
		put_others(self, failing - n == 1 ? "client that fails" : "clients that fail",
			   failing - n, self->clients.dropped, connections);
}
