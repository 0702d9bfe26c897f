/* SPDX-License-Identifier: BSD-3-Clause */
/* Tables that fit the terminal. */
#include "report/text-table.h"

#include <string.h>

/* Columns that the chosen ones take, gaps and indent included. */
static unsigned table_width(const TextTable *table)
{
	unsigned width = 0;

	for (size_t i = 0; i < table->n; i++) {
		if (table->columns[i].columns > 0)
			width += table->columns[i].columns + (width > 0 ? table->gap : 0);
	}
	return table->indent + width;
}

/* Takes from whichever column of rank 0 is widest above its floor. */
static void squeeze(TextTable *table, unsigned width)
{
	while (table_width(table) > width) {
		TextColumn *widest = NULL;
		for (size_t i = 0; i < table->n; i++) {
			TextColumn *c = &table->columns[i];
			if (c->columns > c->floor && (!widest || c->columns > widest->columns))
				widest = c;
		}
		if (!widest)
			return;
		widest->columns--;
	}
}

/* Gives what is left, one by one, to whichever column lacks most, important ones first. */
static void spread(TextTable *table, unsigned width)
{
	for (unsigned rank = 0; rank <= 16; rank++) {
		while (table_width(table) < width) {
			TextColumn *poorest = NULL;
			unsigned lack = 0;
			for (size_t i = 0; i < table->n; i++) {
				TextColumn *c = &table->columns[i];
				if (c->columns == 0 || c->rank != rank || c->natural <= c->columns)
					continue;
				if (c->natural - c->columns > lack) {
					lack = c->natural - c->columns;
					poorest = c;
				}
			}
			if (!poorest)
				break;
			poorest->columns++;
		}
	}
}

void text_table_fit(TextTable *table, unsigned width)
{
	for (size_t i = 0; i < table->n; i++) {
		TextColumn *c = &table->columns[i];
		unsigned title = text_width(c->title, strlen(c->title));
		c->natural = MAX(c->natural, title);
		c->least = c->least ? MIN(MAX(c->least, title), c->natural) : c->natural;
		c->floor = c->floor ? MIN(c->floor, c->least) : c->least;
		c->columns = c->rank == 0 ? c->least : 0;
	}
	squeeze(table, width);
	for (unsigned rank = 1; rank <= 16; rank++) {
		for (size_t i = 0; i < table->n; i++) {
			if (table->columns[i].rank != rank)
				continue;
			table->columns[i].columns = table->columns[i].least;
			if (table_width(table) > width)
				table->columns[i].columns = 0;
		}
	}
	spread(table, width);
}

bool text_table_is_ample(const TextTable *table)
{
	for (size_t i = 0; i < table->n; i++) {
		if (table->columns[i].rank == 0 &&
		    table->columns[i].columns < table->columns[i].natural)
			return false;
	}
	return true;
}

static size_t last_chosen(const TextTable *table)
{
	size_t n = table->n;
	while (n > 1 && table->columns[n - 1].columns == 0)
		n--;
	return n - 1;
}

/* What is on the right are numbers: half of one would be another, so none is cut. */
static void put_cell(TextLayout *layout, const TextColumn *c, unsigned gap, bool last,
		     TextStyle style, const char *text)
{
	unsigned columns = c->columns;

	if (c->align == TEXT_RIGHT)
		columns = MAX(columns, text_width(text, strlen(text)));
	if (last && c->align == TEXT_LEFT)
		(void)text_last_cell(layout, style, text, columns, c->cut);
	else
		text_cell(layout, style, text, columns, c->align, c->cut);
	if (!last)
		text_spaces(layout, gap);
}

void text_table_titles(TextLayout *layout, const TextTable *table)
{
	size_t last = last_chosen(table);

	text_spaces(layout, table->indent);
	for (size_t i = 0; i <= last; i++) {
		if (table->columns[i].columns > 0)
			put_cell(layout, &table->columns[i], table->gap, i == last, TEXT_BOLD,
				 table->columns[i].title);
	}
	text_newline(layout);
}

void text_table_row(TextLayout *layout, const TextTable *table, TextCellFunc cell, const void *data)
{
	size_t last = last_chosen(table);
	char text[512];

	text_spaces(layout, table->indent);
	for (size_t i = 0; i <= last; i++) {
		if (table->columns[i].columns == 0)
			continue;
		TextStyle style = TEXT_PLAIN;
		text[0] = '\0';
		cell((unsigned)i, text, sizeof(text), &style, data);
		put_cell(layout, &table->columns[i], table->gap, i == last, style, text);
	}
	text_newline(layout);
}
