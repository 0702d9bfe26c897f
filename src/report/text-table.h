/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Tables that fit the terminal: columns have a rank, and the less important ones are there only
 * where there is room for them.
 */
#pragma once

#include "report/text-layout.h"

typedef struct {
	const char *title;
	TextAlign align;
	TextCut cut;
	unsigned rank;	  /* 0: always there; the greater, the sooner left out */
	unsigned natural; /* columns that its widest cell takes; raised by the title's width */
	unsigned least;	  /* columns with which it is worth having; 0: natural */
	unsigned floor;	  /* rank 0: columns to which it may be squeezed; 0: least */
	unsigned columns; /* the result; 0: left out */
} TextColumn;

typedef struct {
	TextColumn *columns;
	size_t n;
	unsigned gap, indent;
} TextTable;

/* Distributes so many terminal columns, the indent among them. */
void text_table_fit(TextTable *table, unsigned width);
/* True if every column of rank 0 got its natural width. */
bool text_table_is_ample(const TextTable *table);
void text_table_titles(TextLayout *layout, const TextTable *table);

/* Writes the cell's text (at most room bytes with its NUL) and may choose a style. */
typedef void (*TextCellFunc)(unsigned column, char *out, size_t room, TextStyle *style,
			     const void *data);
/* A row: each chosen cell's text is asked for. */
void text_table_row(TextLayout *layout, const TextTable *table, TextCellFunc cell,
		    const void *data);
