/* SPDX-License-Identifier: BSD-3-Clause */
/* One cell of the table of connections, as text. */
#pragma once

#include "report/conn-table.h"

typedef struct {
	const ConnTable *table;
	const ConnRow *row;
} ConnCell;

/* A TextCellFunc with a ConnCell as data. */
void conn_cell(unsigned column, char *out, size_t room, TextStyle *style, const void *data);
/* Columns that the cell would like to take. */
unsigned conn_cell_width(const ConnTable *table, ConnColumn column, const ConnRow *row);
/* "reset by client", "graceful by server": with who began it. */
void conn_teardown_text(const ConnRow *row, char *out, size_t room);
TextStyle conn_handshake_style(ShakedownHandshakeOutcome outcome);
TextStyle conn_teardown_style(ShakedownTeardownOutcome outcome);
