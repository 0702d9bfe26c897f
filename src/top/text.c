/* SPDX-License-Identifier: BSD-3-Clause */
#include "top/text.h"

#include <string.h>

static void line_free(void *data)
{
	TopLine *line = data;

	g_free(line->text);
	if (line->runs)
		g_array_unref(line->runs);
	g_free(line);
}

TopText *top_text_new(void)
{
	return g_ptr_array_new_with_free_func(line_free);
}

static void add_run(TopLine *line, unsigned at, TopStyle style)
{
	TopRun run = {at, style};

	if (!line->runs)
		line->runs = g_array_new(FALSE, FALSE, sizeof(TopRun));
	g_array_append_val(line->runs, run);
}

void top_text_line(TopText *text, TopStyle style, const char *words)
{
	TopLine *line = g_new0(TopLine, 1);

	line->text = g_utf8_make_valid(words, -1);
	if (style != TOP_PLAIN)
		add_run(line, 0, style);
	g_ptr_array_add(text, line);
}

void top_text_wrap(TopText *text, TopStyle style, const char *words, unsigned columns,
		   unsigned indent)
{
	const unsigned room = columns > indent + 20 ? columns - indent : 20;
	g_autofree char *valid = g_utf8_make_valid(words, -1);
	g_auto(GStrv) all = g_strsplit(valid, " ", -1);
	g_autoptr(GString) line = g_string_new(NULL);
	glong used = 0;

	for (char **word = all; *word; word++) {
		glong len = g_utf8_strlen(*word, -1);

		if (used && used + 1 + len > (glong)room) {
			top_text_line(text, style, line->str);
			used = 0;
		}
		if (used)
			g_string_append_c(line, ' ');
		else
			g_string_printf(line, "%*s", (int)indent, "");
		g_string_append(line, *word);
		used += len + (used > 0);
	}
	if (used)
		top_text_line(text, style, line->str);
}

static TopStyle style_of(const char *code, size_t len)
{
	static const struct {
		const char *code;
		TopStyle style;
	} table[] = {{"1", TOP_BOLD},	 {"2", TOP_DIM},	{"32", TOP_GOOD},
		     {"34", TOP_INFO},	 {"36", TOP_NOTICE},	{"33", TOP_WARNING},
		     {"35", TOP_SERVER}, {"1;31", TOP_CRITICAL}};
	for (size_t i = 0; i < G_N_ELEMENTS(table); i++)
		if (strlen(table[i].code) == len && memcmp(table[i].code, code, len) == 0)
			return table[i].style;
	return TOP_PLAIN;
}

/* One line, without its newline. */
static void coloured_line(TopText *text, const char *at, const char *end)
{
	g_autoptr(GString) words = g_string_new(NULL);
	TopLine *line = g_new0(TopLine, 1);

	while (at < end) {
		const char *escape = memchr(at, '\033', (size_t)(end - at));
		const char *until = escape ? escape : end;

		g_autofree char *piece = g_utf8_make_valid(at, until - at);

		g_string_append(words, piece);
		if (!escape)
			break;
		at = escape + 1;
		if (at < end && *at == '[')
			at++;
		const char *code = at;

		while (at < end && (g_ascii_isdigit(*at) || *at == ';'))
			at++;
		if (at < end && *at == 'm')
			add_run(line, (unsigned)words->len, style_of(code, (size_t)(at++ - code)));
	}
	line->text = g_strndup(words->str, words->len);
	g_ptr_array_add(text, line);
}

void top_text_coloured(TopText *text, const char *bytes, size_t len)
{
	const char *end = bytes + len;

	while (bytes < end) {
		const char *newline = memchr(bytes, '\n', (size_t)(end - bytes));

		coloured_line(text, bytes, newline ? newline : end);
		bytes = newline ? newline + 1 : end;
	}
}

unsigned top_text_columns(const TopText *text, const TopCanvas *canvas)
{
	unsigned most = 0;

	for (unsigned i = 0; i < text->len; i++) {
		const TopLine *line = g_ptr_array_index(text, i);

		most = MAX(most, top_canvas_columns(canvas, line->text));
	}
	return most;
}

/* Skips columns at the front of the text, and returns what is left of the number. */
static unsigned skip_columns(const TopCanvas *canvas, const char **text, unsigned columns)
{
	while (**text && columns) {
		g_autofree char *one = g_strndup(*text, (gsize)(g_utf8_next_char(*text) - *text));
		unsigned width = top_canvas_columns(canvas, one);

		if (width > columns)
			break;
		columns -= width;
		*text += strlen(one);
	}
	return columns;
}

void top_text_put(const TopText *text, unsigned i, unsigned skip, TopCanvas *canvas, unsigned y)
{
	const TopLine *line = g_ptr_array_index(text, i);
	unsigned x = 0, runs = line->runs ? line->runs->len : 0;
	TopStyle style = TOP_PLAIN;
	size_t at = 0;

	for (unsigned r = 0; r <= runs; r++) {
		const TopRun *run = r < runs ? &g_array_index(line->runs, TopRun, r) : NULL;
		size_t until = run ? run->at : strlen(line->text);
		g_autofree char *part = g_strndup(line->text + at, until - at);
		const char *shown = part;

		skip = skip_columns(canvas, &shown, skip);
		x += top_canvas_put(canvas, y, x, canvas->width, style, shown);
		at = until;
		style = run ? run->style : style;
	}
}
