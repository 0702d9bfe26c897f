/* SPDX-License-Identifier: BSD-3-Clause */
/* Text to page through: a ladder, what an anomaly means, the help. Lines with runs of styles. */
#pragma once

#include "top/canvas.h"

typedef struct {
	char *text;
	GArray *runs; /* of TopRun; NULL: all of it plain */
} TopLine;

typedef struct {
	unsigned at; /* byte of the line at which it begins */
	TopStyle style;
} TopRun;

typedef GPtrArray TopText; /* of TopLine */

TopText *top_text_new(void);
#define top_text_free(text) g_ptr_array_unref(text)

void top_text_line(TopText *text, TopStyle style, const char *line);
/* Broken at spaces into lines of at most so many columns, each after so many spaces. */
void top_text_wrap(TopText *text, TopStyle style, const char *words, unsigned columns,
		   unsigned indent);
/* Lines with the colours of this library's sinks (ESC [ … m); any other escape is left out. */
void top_text_coloured(TopText *text, const char *bytes, size_t len);

/* The longest line's columns. */
unsigned top_text_columns(const TopText *text, const TopCanvas *canvas);
/* Line i at row y, its first so many columns left out. */
void top_text_put(const TopText *text, unsigned i, unsigned skip, TopCanvas *canvas, unsigned y);
