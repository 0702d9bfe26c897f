/* SPDX-License-Identifier: BSD-3-Clause */
/* Making text harmless: what a terminal would act upon is spelt out. */
#include "report/text-clean.h"

bool text_is_plain(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if ((unsigned char)text[i] < 0x20 || (unsigned char)text[i] > 0x7e)
			return false;
	}
	return true;
}

/* What this program itself writes beyond ASCII. */
static const char *ascii_spelling(gunichar c)
{
	static const struct {
		gunichar c;
		const char *spelling;
	} table[] = {
		{0x00a7, "sec. "}, /* § */
		{0x00b5, "u"},	   /* µ */
		{0x00b7, "-"},	   /* · */
		{0x00d7, "x"},	   /* × */
		{0x03bc, "u"},	   /* μ */
		{0x2013, "-"},	   /* – */
		{0x2014, "-"},	   /* — */
		{0x2018, "'"},	   {0x2019, "'"},  {0x201c, "\""},
		{0x201d, "\""},	   {0x2026, ".."}, /* … */
		{0x203a, ">"},			   /* › */
		{0x2190, "<-"},			   /* ← */
		{0x2192, "->"},			   /* → */
		{0x2194, "<->"},		   /* ↔ */
		{0x2212, "-"},			   /* − */
		{0x2260, "!="},			   /* ≠ */
		{0x2264, "<="},			   /* ≤ */
		{0x2265, ">="},			   /* ≥ */
		{0x2500, "-"},			   /* ─ */
		{0x2588, "#"},			   /* █ */
	};
	for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
		if (table[i].c == c)
			return table[i].spelling;
	}
	return NULL;
}

/* Marks, embeddings, overrides and isolates of the direction of writing hide what stands there. */
static bool turns_direction(gunichar c)
{
	return c == 0x061c || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) ||
	       (c >= 0x2066 && c <= 0x2069);
}

static void append_escaped(GString *out, gunichar c)
{
	if (c < 0x100)
		g_string_append_printf(out, "\\x%02x", c);
	else if (c < 0x10000)
		g_string_append_printf(out, "\\u%04x", c);
	else
		g_string_append_printf(out, "\\U%08x", c);
}

static void append_char(GString *out, gunichar c, bool ascii)
{
	if (c >= 0x20 && c < 0x7f) {
		g_string_append_c(out, (char)c);
		return;
	}
	if (c == '\n' || c == '\t' || c == '\r') {
		g_string_append_c(out, ' ');
		return;
	}
	if (ascii && c > 0x7f) {
		const char *spelling = ascii_spelling(c);
		if (spelling)
			g_string_append(out, spelling);
		else
			append_escaped(out, c);
		return;
	}
	if (!g_unichar_isprint(c) || turns_direction(c))
		append_escaped(out, c);
	else
		g_string_append_unichar(out, c);
}

void text_clean_append(GString *out, const char *text, size_t len, bool ascii)
{
	const char *p = text, *end = text + len;

	while (p < end) {
		gunichar c = g_utf8_get_char_validated(p, end - p);
		if (c == (gunichar)-1 || c == (gunichar)-2 || c == 0) {
			append_escaped(out, (unsigned char)*p++);
			continue;
		}
		append_char(out, c, ascii);
		p = g_utf8_next_char(p);
	}
}
