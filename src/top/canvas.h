/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What shall stand on the screen, as cells: a character and a style each. It knows no terminal.
 * Whatever is put here is made harmless: control characters and what turns the direction of writing
 * become question marks, and where only ASCII may be shown, so does all else that has no spelling.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef enum {
	TOP_PLAIN = 0,
	TOP_BOLD,
	TOP_DIM,
	TOP_GOOD,
	TOP_INFO,
	TOP_NOTICE,
	TOP_WARNING,
	TOP_CRITICAL,
	TOP_SERVER,
	TOP_BAR,  /* the first line, and that of the keys */
	TOP_HEAD, /* the titles of a pane's columns */
	TOP_HEAD_FOCUS,
} TopStyle;
#define TOP_STYLES 12

typedef struct {
	gunichar c; /* 0: the right half of a wide one */
	uint8_t style;
	bool selected;
} TopCell;

typedef struct {
	unsigned width, height;
	bool ascii;
	TopCell *cells; /* row by row */
} TopCanvas;

/* A canvas of zeroes is a valid empty one. Leaves it blank. */
void top_canvas_resize(TopCanvas *canvas, unsigned width, unsigned height);
void top_canvas_clear(TopCanvas *canvas); /* gives back what it holds */

/* Writes at row y from column x on, at most so many columns; returns how many it took. What lies
 * outside is cut off. */
unsigned top_canvas_put(TopCanvas *canvas, unsigned y, unsigned x, unsigned columns, TopStyle style,
			const char *text);
/* Exactly so many columns: padded, or cut with an ellipsis; on the right, or the left. */
void top_canvas_cell(TopCanvas *canvas, unsigned y, unsigned x, unsigned columns, TopStyle style,
		     const char *text, bool right);
void top_canvas_fill(TopCanvas *canvas, unsigned y, TopStyle style);
void top_canvas_select(TopCanvas *canvas, unsigned y);

/* Columns that the text would take. */
unsigned top_canvas_columns(const TopCanvas *canvas, const char *text);

static inline const TopCell *top_canvas_at(const TopCanvas *canvas, unsigned y, unsigned x)
{
	return &canvas->cells[(size_t)y * canvas->width + x];
}

/* All of it as lines without trailing blanks; free with g_free(). */
char *top_canvas_text(const TopCanvas *canvas);
