/* SPDX-License-Identifier: BSD-3-Clause */
/* The table of connections. */
#include "report/conn-table.h"

#include "report/conn-cell.h"

/* Endpoints: 21 columns hold any IPv4 address and port, and where there are longer ones, 19 most;
 * where there is some room, up to 28 are worth more than another column; below 15 they say nothing.
 */
enum {
	ENDPOINT_IPV4 = 21,
	ENDPOINT_LEAST = 19,
	ENDPOINT_LEAST_WIDE = 28,
	ENDPOINT_FLOOR = 15,
	WIDE = 110,	 /* wide gaps, and anomalies by name */
	SEPARATE = 130,	 /* handshake and teardown in two columns */
	HISTORIES = 150, /* each state that the sides went through */
	HISTORIES_SEPARATE = 185,
};

typedef struct {
	bool histories, separate, names;
} Shape;

static const TextColumn columns_template[CONN_COLUMNS] = {
	[CONN_COLUMN_ID] = {.title = "id", .align = TEXT_RIGHT},
	[CONN_COLUMN_START] = {.title = "start", .align = TEXT_RIGHT, .rank = 4},
	[CONN_COLUMN_DURATION] = {.title = "dur", .align = TEXT_RIGHT, .rank = 2},
	[CONN_COLUMN_CLIENT] = {.title = "client", .cut = TEXT_CUT_MIDDLE},
	[CONN_COLUMN_SERVER] = {.title = "server", .cut = TEXT_CUT_MIDDLE},
	[CONN_COLUMN_CLIENT_STATE] = {.title = "client is", .cut = TEXT_CUT_MIDDLE},
	[CONN_COLUMN_SERVER_STATE] = {.title = "server is", .cut = TEXT_CUT_MIDDLE},
	[CONN_COLUMN_OUTCOME] = {.title = "outcome", .floor = 8},
	[CONN_COLUMN_HANDSHAKE] = {.title = "handshake"},
	[CONN_COLUMN_TEARDOWN] = {.title = "teardown"},
	[CONN_COLUMN_PACKETS] = {.title = "packets", .align = TEXT_RIGHT, .rank = 3},
	[CONN_COLUMN_BYTES] = {.title = "bytes", .align = TEXT_RIGHT, .rank = 5},
	[CONN_COLUMN_SERVER_RTT] = {.title = "server rtt", .align = TEXT_RIGHT, .rank = 6},
	[CONN_COLUMN_CLIENT_RTT] = {.title = "client rtt", .align = TEXT_RIGHT, .rank = 7},
	[CONN_COLUMN_RETRANSMISSIONS] = {.title = "retrans", .align = TEXT_RIGHT, .rank = 8},
	[CONN_COLUMN_ENCAPSULATION] = {.title = "encap", .least = 10, .rank = 9},
	[CONN_COLUMN_MARKS] = {.title = "!", .rank = 1},
	[CONN_COLUMN_ANOMALIES] = {.title = "anomalies", .least = 24, .rank = 1},
};

/* What numbers of rows not measured may need: a million connections, a day. */
static const uint8_t reserve[CONN_COLUMNS] = {
	[CONN_COLUMN_ID] = 6,
	[CONN_COLUMN_START] = 9,
	[CONN_COLUMN_DURATION] = 9,
};

/* Columns that no row has anything for are out of the question. */
static void leave_out(ConnTable *table, ConnColumn column)
{
	table->columns[column] = (TextColumn){.title = "", .rank = 17};
}

static bool is_empty(const TextColumn *column)
{
	return column->natural == 0;
}

static void measure(ConnTable *table, const ConnRow *rows, size_t n)
{
	for (unsigned column = 0; column < CONN_COLUMNS; column++) {
		TextColumn *c = &table->columns[column];
		for (size_t i = 0; i < n; i++)
			c->natural = MAX(c->natural,
					 conn_cell_width(table, (ConnColumn)column, &rows[i]));
		if (table->more)
			c->natural = MAX(c->natural, reserve[column]);
	}
}

static void choose(ConnTable *table, const Shape *shape)
{
	static const ConnColumn optional[] = {CONN_COLUMN_RETRANSMISSIONS,
					      CONN_COLUMN_ENCAPSULATION, CONN_COLUMN_MARKS,
					      CONN_COLUMN_ANOMALIES};
	for (size_t i = 0; i < G_N_ELEMENTS(optional); i++) {
		if (is_empty(&table->columns[optional[i]]))
			leave_out(table, optional[i]);
	}
	leave_out(table, shape->separate ? CONN_COLUMN_OUTCOME : CONN_COLUMN_HANDSHAKE);
	if (!shape->separate)
		leave_out(table, CONN_COLUMN_TEARDOWN);
	leave_out(table, shape->names ? CONN_COLUMN_MARKS : CONN_COLUMN_ANOMALIES);
}

/* Side by side, ESTAB and ESTABLISHED look like two states: all are short where one has to be. */
static void spell_states(ConnTable *table)
{
	for (unsigned side = 0; side < 2; side++) {
		const TextColumn *c = &table->columns[CONN_COLUMN_CLIENT_STATE + side];
		table->short_states |= c->columns < c->natural;
	}
}

/* The least that the states need are their short names. */
static void bound_states(ConnTable *table, const ConnRow *rows, size_t n)
{
	for (unsigned side = 0; side < 2; side++) {
		TextColumn *c = &table->columns[CONN_COLUMN_CLIENT_STATE + side];
		unsigned least = 1;
		for (size_t i = 0; i < n; i++) {
			const char *name = conn_state_short((ShakedownTcpState)rows[i].state[side]);
			const char *mark =
				conn_evidence_mark((ShakedownEvidence)rows[i].evidence[side]);
			least = MAX(least, (unsigned)(strlen(name) + strlen(mark)));
		}
		c->least = least;
	}
}

static void bound_endpoints(ConnTable *table)
{
	for (unsigned side = 0; side < 2; side++) {
		TextColumn *c = &table->columns[CONN_COLUMN_CLIENT + side];
		c->floor = ENDPOINT_FLOOR;
		if (table->layout->width >= WIDE)
			c->least = ENDPOINT_LEAST_WIDE;
		else
			c->least = c->natural <= ENDPOINT_IPV4 ? ENDPOINT_IPV4 : ENDPOINT_LEAST;
	}
}

static void fit(ConnTable *table, const ConnRow *rows, size_t n, unsigned indent,
		const Shape *shape)
{
	unsigned width = table->layout->width;

	memcpy(table->columns, columns_template, sizeof(table->columns));
	table->histories = shape->histories;
	table->short_states = false;
	if (shape->histories) {
		table->columns[CONN_COLUMN_CLIENT_STATE].title = "states of the client";
		table->columns[CONN_COLUMN_SERVER_STATE].title = "states of the server";
	}
	/* Full names are measured first: a state's column that is wide enough for its name. */
	table->columns[CONN_COLUMN_CLIENT_STATE].columns = 1000;
	table->columns[CONN_COLUMN_SERVER_STATE].columns = 1000;
	measure(table, rows, n);
	choose(table, shape);
	bound_endpoints(table);
	if (!shape->histories)
		bound_states(table, rows, n);
	table->table = (TextTable){.columns = table->columns,
				   .n = CONN_COLUMNS,
				   .gap = width >= WIDE ? 2 : 1,
				   .indent = indent};
	text_table_fit(&table->table, width);
	spell_states(table);
}

void conn_table_init(ConnTable *table, TextLayout *layout, const ConnRow *rows, size_t n,
		     unsigned indent, ShakedownTime base, bool more)
{
	/* The most telling first; the last one fits anywhere. */
	static const struct {
		unsigned width; /* from which it is tried */
		Shape shape;
	} tries[] = {
		{HISTORIES_SEPARATE, {true, true, true}},
		{HISTORIES, {true, false, true}},
		{HISTORIES, {true, false, false}},
		{SEPARATE, {false, true, true}},
		{WIDE, {false, false, true}},
		{0, {false, false, false}},
	};

	*table = (ConnTable){.layout = layout, .base = base, .more = more};
	for (size_t i = 0; i < G_N_ELEMENTS(tries); i++) {
		const Shape *shape = &tries[i].shape;
		if (layout->width < tries[i].width)
			continue;
		fit(table, rows, n, indent, shape);
		const TextColumn *names = &table->columns[CONN_COLUMN_ANOMALIES];
		bool lacks = shape->names && names->natural > 0 && names->columns == 0;
		if (!lacks && (!shape->histories || text_table_is_ample(&table->table)))
			return;
	}
}

void conn_table_titles(ConnTable *table)
{
	text_table_titles(table->layout, &table->table);
}

void conn_table_row(ConnTable *table, const ConnRow *row)
{
	ConnCell cell = {table, row};
	text_table_row(table->layout, &table->table, conn_cell, &cell);
}

void conn_legend_take(ConnLegend *legend, const ConnRow *row)
{
	legend->evidence[row->evidence[SHAKEDOWN_CLIENT]] = true;
	legend->evidence[row->evidence[SHAKEDOWN_SERVER]] = true;
}

void conn_legend_put(const ConnLegend *legend, TextLayout *layout, unsigned indent)
{
	static const struct {
		ShakedownEvidence evidence;
		const char *meaning;
	} marks[] = {
		{SHAKEDOWN_EVIDENCE_DELIVERED, "delivered but not confirmed"},
		{SHAKEDOWN_EVIDENCE_TIMER, "left by a timer"},
		{SHAKEDOWN_EVIDENCE_ASSUMED, "assumed"},
	};
	g_autoptr(GString) line = g_string_new(NULL);

	for (size_t i = 0; i < G_N_ELEMENTS(marks); i++) {
		if (legend->evidence[marks[i].evidence])
			g_string_append_printf(line, "%s%s %s", line->len ? "; " : "states: ",
					       conn_evidence_mark(marks[i].evidence),
					       marks[i].meaning);
	}
	if (line->len > 0) {
		text_spaces(layout, indent);
		text_wrap(layout, TEXT_DIM, line->str, indent, indent);
	}
	if (legend->marks) {
		text_spaces(layout, indent);
		text_wrap(layout, TEXT_DIM,
			  "!: the worst anomaly (C critical, W warning, N notice, I info), how "
			  "many kinds",
			  indent, indent);
	}
}
