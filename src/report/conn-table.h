/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The table of connections: a row each, with the state of both sides. How wide each column is and
 * which are there is decided once, from the rows at hand and the terminal's width.
 */
#pragma once

#include "report/conn-row.h"
#include "report/text-table.h"

typedef enum {
	CONN_COLUMN_ID = 0,
	CONN_COLUMN_START,
	CONN_COLUMN_DURATION,
	CONN_COLUMN_CLIENT,
	CONN_COLUMN_SERVER,
	CONN_COLUMN_CLIENT_STATE,
	CONN_COLUMN_SERVER_STATE,
	CONN_COLUMN_OUTCOME, /* the handshake's, or the teardown's where that one is complete */
	CONN_COLUMN_HANDSHAKE,
	CONN_COLUMN_TEARDOWN,
	CONN_COLUMN_PACKETS,
	CONN_COLUMN_BYTES,
	CONN_COLUMN_SERVER_RTT,
	CONN_COLUMN_CLIENT_RTT,
	CONN_COLUMN_RETRANSMISSIONS,
	CONN_COLUMN_ENCAPSULATION,
	CONN_COLUMN_MARKS, /* "W2": the worst severity, and how many kinds */
	CONN_COLUMN_ANOMALIES,
} ConnColumn;
#define CONN_COLUMNS 18

typedef struct {
	TextLayout *layout;
	TextColumn columns[CONN_COLUMNS];
	TextTable table;
	ShakedownTime base; /* starts are counted from here */
	bool more;	    /* rows will come that were not measured */
	bool histories;	    /* states with how they came about */
	bool short_states;  /* one spelling of a state in the whole table */
} ConnTable;

/*
 * Measures the rows. Where more of them will come, numbers have some room to grow; names that are
 * longer are cut to the same widths, numbers never.
 */
void conn_table_init(ConnTable *table, TextLayout *layout, const ConnRow *rows, size_t n,
		     unsigned indent, ShakedownTime base, bool more);
void conn_table_titles(ConnTable *table);
void conn_table_row(ConnTable *table, const ConnRow *row);

/* Explains the marks that the rows bear; nothing if there are none. */
typedef struct {
	bool evidence[SHAKEDOWN_EVIDENCES];
	bool marks; /* of anomalies: their column is there */
} ConnLegend;
void conn_legend_take(ConnLegend *legend, const ConnRow *row);
void conn_legend_put(const ConnLegend *legend, TextLayout *layout, unsigned indent);
