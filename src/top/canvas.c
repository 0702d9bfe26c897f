/* SPDX-License-Identifier: BSD-3-Clause */
#include "top/canvas.h"

#include <string.h>

void top_canvas_resize(TopCanvas *canvas, unsigned width, unsigned height)
{
	size_t n = (size_t)width * height;

	if (width != canvas->width || height != canvas->height)
		canvas->cells = g_renew(TopCell, canvas->cells, MAX(n, 1));
	canvas->width = width;
	canvas->height = height;
	for (size_t i = 0; i < n; i++)
		canvas->cells[i] = (TopCell){.c = ' '};
}

void top_canvas_clear(TopCanvas *canvas)
{
	g_free(canvas->cells);
	*canvas = (TopCanvas){.ascii = canvas->ascii};
}

/* What this program writes beyond ASCII. */
static const char *spelling(gunichar c)
{
	static const struct {
		gunichar c;
		const char *ascii;
	} table[] = {
		{0x00a7, "s."}, {0x00b5, "u"},	{0x00b7, "."},	{0x00d7, "x"}, {0x2013, "-"},
		{0x2014, "-"},	{0x2026, "~"},	{0x2190, "<-"}, {0x2191, "^"}, {0x2192, "->"},
		{0x2193, "v"},	{0x2264, "<="}, {0x2265, ">="}, {0x25b2, "^"}, {0x25bc, "v"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(table); i++)
		if (table[i].c == c)
			return table[i].ascii;
	return "?";
}

static bool turns_direction(gunichar c)
{
	return c == 0x061c || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) ||
	       (c >= 0x2066 && c <= 0x2069);
}

/* The next character, harmless; 0 at the end. One that takes no column of its own is left out. */
static gunichar next_char(const char **at)
{
	while (**at) {
		gunichar c = g_utf8_get_char_validated(*at, -1);

		if (c == (gunichar)-1 || c == (gunichar)-2) {
			++*at;
			return '?';
		}
		*at = g_utf8_next_char(*at);
		if (c < 0x20 || !g_unichar_isprint(c) || turns_direction(c))
			return '?';
		if (c < 0x300 || !g_unichar_iszerowidth(c))
			return c;
	}
	return 0;
}

static void set(TopCanvas *canvas, unsigned y, unsigned x, gunichar c, TopStyle style)
{
	TopCell *cell = &canvas->cells[(size_t)y * canvas->width + x];

	cell->c = c;
	cell->style = (uint8_t)style;
}

/* Canvas NULL: only counts. Stops before what has no room; text is what is left then. */
static unsigned write_text(TopCanvas *canvas, bool ascii, unsigned y, unsigned x, unsigned columns,
			   TopStyle style, const char **text)
{
	unsigned used = 0;

	for (;;) {
		const char *next = *text;
		gunichar c = next_char(&next);
		const char *spelt = ascii && c > 0x7e ? spelling(c) : NULL;
		unsigned need = spelt				    ? (unsigned)strlen(spelt)
				: c >= 0x300 && g_unichar_iswide(c) ? 2
								    : 1;

		if (!c || used + need > columns)
			return used;
		*text = next;
		for (unsigned i = 0; canvas && i < need; i++)
			set(canvas, y, x + used + i,
			    spelt    ? (guchar)spelt[i]
			    : i == 0 ? c
				     : 0,
			    style);
		used += need;
	}
}

unsigned top_canvas_put(TopCanvas *canvas, unsigned y, unsigned x, unsigned columns, TopStyle style,
			const char *text)
{
	if (y >= canvas->height || x >= canvas->width)
		return 0;
	return write_text(canvas, canvas->ascii, y, x, MIN(columns, canvas->width - x), style,
			  &text);
}

unsigned top_canvas_columns(const TopCanvas *canvas, const char *text)
{
	return write_text(NULL, canvas->ascii, 0, 0, G_MAXUINT, TOP_PLAIN, &text);
}

void top_canvas_cell(TopCanvas *canvas, unsigned y, unsigned x, unsigned columns, TopStyle style,
		     const char *text, bool right)
{
	unsigned width = top_canvas_columns(canvas, text);

	if (y >= canvas->height || x >= canvas->width || !columns)
		return;
	columns = MIN(columns, canvas->width - x);
	for (unsigned i = 0; i < columns; i++)
		set(canvas, y, x + i, ' ', style);
	if (width <= columns) {
		top_canvas_put(canvas, y, right ? x + columns - width : x, width, style, text);
		return;
	}
	unsigned used = top_canvas_put(canvas, y, x, columns - 1, style, text);
	top_canvas_put(canvas, y, x + used, 1, style, "…");
}

void top_canvas_fill(TopCanvas *canvas, unsigned y, TopStyle style)
{
	for (unsigned x = 0; y < canvas->height && x < canvas->width; x++)
		set(canvas, y, x, ' ', style);
}

void top_canvas_select(TopCanvas *canvas, unsigned y)
{
	for (unsigned x = 0; y < canvas->height && x < canvas->width; x++)
		canvas->cells[(size_t)y * canvas->width + x].selected = true;
}

char *top_canvas_text(const TopCanvas *canvas)
{
	GString *out = g_string_new(NULL);

	for (unsigned y = 0; y < canvas->height; y++) {
		for (unsigned x = 0; x < canvas->width; x++)
			if (top_canvas_at(canvas, y, x)->c)
				g_string_append_unichar(out, top_canvas_at(canvas, y, x)->c);
		while (out->len && out->str[out->len - 1] == ' ')
			g_string_truncate(out, out->len - 1);
		g_string_append_c(out, '\n');
	}
	return g_string_free(out, FALSE);
}
