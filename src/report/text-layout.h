/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Text for people: how wide it is on a terminal, how it is cut to fit, in which colour. Whatever
 * goes out through here is made harmless first: control characters, escape sequences, invalid
 * UTF-8 and characters that turn the direction of writing appear as \x1b or \u202e. Where only
 * ASCII may be written, known signs (→ … § µ × ≥ —) get their ASCII spelling, others are escaped.
 */
#pragma once

#include <glib.h>

#include "report/writer.h"

typedef enum {
	TEXT_PLAIN = 0,
	TEXT_BOLD,
	TEXT_DIM,
	TEXT_GOOD,
	TEXT_INFO,
	TEXT_NOTICE,
	TEXT_WARNING,
	TEXT_CRITICAL,
	TEXT_CLIENT,
	TEXT_SERVER,
} TextStyle;
#define TEXT_STYLES 10

typedef enum { TEXT_LEFT = 0, TEXT_RIGHT } TextAlign;
/* Where text that is too wide loses something; what stays is marked by an ellipsis. */
typedef enum { TEXT_CUT_END = 0, TEXT_CUT_MIDDLE } TextCut;

typedef struct {
	ReportWriter *out;
	unsigned width; /* columns; at least 60: less has no room for two endpoints and states */
	bool color, ascii;
	unsigned lines;	      /* written by text_newline() and text_wrap() */
	GString *clean, *cut; /* scratch */
} TextLayout;

/* Takes width, color and ascii from the options (width 0: 80). */
void text_layout_init(TextLayout *layout, ReportWriter *out, const ShakedownSinkOptions *options);
void text_layout_clear(TextLayout *layout);

/* Columns that valid, already clean UTF-8 takes: wide characters 2, combining ones 0. */
unsigned text_width(const char *text, size_t len);

/* Writes text, made harmless, and returns the columns it took. */
unsigned text_put(TextLayout *layout, TextStyle style, const char *text);
unsigned text_put_len(TextLayout *layout, TextStyle style, const char *text, size_t len);
/* Writes text in exactly so many columns: padded, or cut. */
void text_cell(TextLayout *layout, TextStyle style, const char *text, unsigned columns,
	       TextAlign align, TextCut cut);
/* The same without trailing spaces; returns the columns it took. For the last cell of a line. */
unsigned text_last_cell(TextLayout *layout, TextStyle style, const char *text, unsigned columns,
			TextCut cut);
void text_spaces(TextLayout *layout, unsigned n);
void text_newline(TextLayout *layout);
/* Writes text broken at spaces, but not between a number and its unit, into lines of at most
 * layout->width columns, each after the first indented by so many spaces; the cursor stands at
 * column at. Ends with a newline. */
void text_wrap(TextLayout *layout, TextStyle style, const char *text, unsigned at, unsigned indent);
/* The same in at most so many lines (at least 1), the last of them cut to fit. */
void text_wrap_within(TextLayout *layout, TextStyle style, const char *text, unsigned at,
		      unsigned indent, unsigned lines);

/* Colour on and off by hand, for runs of several pieces; nothing where colours are off. */
void text_style_on(TextLayout *layout, TextStyle style);
void text_style_off(TextLayout *layout, TextStyle style);

/* "info", "notice", … in its colour. */
TextStyle text_severity_style(ShakedownSeverity severity);
TextStyle text_state_style(ShakedownTcpState state);
