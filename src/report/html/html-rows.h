/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The connections of the page's table: the most telling so many of them, in bounded memory. What
 * tells most: anomalies by severity, then handshakes and teardowns that went wrong, then the first.
 */
#pragma once

#include <glib.h>
#include <shakedown/connection.h>

#include "report/writer.h"

#define HTML_ROW_KINDS 6
/* What a row takes of the page: its numbers, and addresses that it may share with none. */
#define HTML_ROW_COST ((size_t)96)

typedef struct {
	uint64_t id;
	ShakedownTime start, end;
	uint64_t packets, bytes[2], retransmissions;
	ShakedownAddress addr[2];
	uint16_t port[2];
	uint8_t handshake, teardown, state[2];
	uint8_t severity; /* 1 + ShakedownSeverity of the worst anomaly; 0: none */
	uint8_t score, kinds_len;
	uint8_t kinds[HTML_ROW_KINDS]; /* the worst ones, should there be more */
} HtmlRow;

typedef struct {
	GArray *rows; /* of HtmlRow */
	unsigned limit;
	uint64_t seen;
} HtmlRows;

void html_rows_init(HtmlRows *rows, size_t bytes);
void html_rows_clear(HtmlRows *rows);
void html_rows_add(HtmlRows *rows, const ShakedownConnection *connection);
/* Leaves the best, by id. */
void html_rows_settle(HtmlRows *rows);
/* The table's first rows as HTML, for those without scripts, and all of it as JSON in columns. */
void html_rows_table(const HtmlRows *rows, ReportWriter *out, unsigned most);
void html_rows_data(const HtmlRows *rows, ShakedownTime origin, ReportWriter *out);
