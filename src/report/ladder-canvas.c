/* SPDX-License-Identifier: BSD-3-Clause */
/* Columns and glyphs. */
#include "report/ladder-canvas.h"

enum {
	LANE_LEAST = 26, /* "◀── SYN,ACK seq=y ack=x+1 ──" and little more */
	LANE_MOST = 64,	 /* the eye loses the line beyond it */
	REMARK_LEAST = 24,
	TIME_MOST_NARROW = 9,
	NARROW = 100,
	DECIMALS = 6, /* microseconds tell the two sides of a local network apart */
};

static const LadderGlyphs unicode_glyphs = {
	.shaft = "─",
	.dashed = "╌",
	.head = {"▶", "◀"},
	.lost = "✗",
	.line = "│",
	.broken = "┊",
	.tail = {"├", "┤"},
	.gap = "⋮",
	.cross = "✗",
	.still = "…",
};

static const LadderGlyphs ascii_glyphs = {
	.shaft = "-",
	.dashed = ".",
	.head = {">", "<"},
	.lost = "X",
	.line = "|",
	.broken = ":",
	.tail = {"+", "+"},
	.gap = "...",
	.cross = "X",
	.still = "=",
};

void ladder_canvas_init(LadderCanvas *canvas, TextLayout *text, uint64_t frames,
			ShakedownDuration span)
{
	char digits[REPORT_SECONDS_LEN + DECIMALS];
	unsigned frame = (unsigned)report_format_uint(digits, frames);
	unsigned time = (unsigned)report_format_seconds_fixed(digits, span, DECIMALS);

	*canvas = (LadderCanvas){
		.text = text,
		.glyphs = text->ascii ? &ascii_glyphs : &unicode_glyphs,
		.frame = MAX(frame, 2),
		.time = MAX(time, 8),
		.decimals = DECIMALS,
	};
	if (text->width < NARROW && canvas->time > TIME_MOST_NARROW) {
		unsigned cut = MIN(canvas->time - TIME_MOST_NARROW, DECIMALS - 1u);
		canvas->time -= cut;
		canvas->decimals -= cut;
	}
	unsigned taken = canvas->frame + 1 + canvas->time + 1 + 2 * LADDER_STATE_COLUMNS + 2;
	unsigned left = text->width > taken ? text->width - taken : 0;
	canvas->lane = CLAMP(left, LANE_LEAST, LANE_MOST);
	if (left >= canvas->lane + 1 + REMARK_LEAST)
		canvas->remark = left - canvas->lane - 1;
}

/* The sides' names stand above their lifelines. */
void ladder_canvas_heading(const LadderCanvas *canvas)
{
	TextLayout *text = canvas->text;

	text_cell(text, TEXT_DIM, "#", canvas->frame, TEXT_RIGHT, TEXT_CUT_END);
	text_spaces(text, 1);
	text_cell(text, TEXT_DIM, "time", canvas->time, TEXT_RIGHT, TEXT_CUT_END);
	text_spaces(text, 1 + LADDER_STATE_COLUMNS - 3);
	text_put(text, TEXT_CLIENT, "client");
	text_spaces(text, canvas->lane - 4);
	text_put(text, TEXT_SERVER, "server");
	text_newline(text);
}

static void put_stamps(const LadderCanvas *canvas, const LadderLine *line)
{
	TextLayout *text = canvas->text;
	char digits[REPORT_SECONDS_LEN + DECIMALS + 1];

	if (!line->stamped) {
		text_spaces(text, canvas->frame + 1 + canvas->time);
		return;
	}
	size_t len = line->frame ? report_format_uint(digits, line->frame) : 0;
	digits[len] = '\0';
	text_cell(text, TEXT_DIM, digits, canvas->frame, TEXT_RIGHT, TEXT_CUT_END);
	text_spaces(text, 1);
	len = report_format_seconds_fixed(digits, line->since, canvas->decimals);
	digits[len] = '\0';
	text_cell(text, TEXT_DIM, digits, canvas->time, TEXT_RIGHT, TEXT_CUT_END);
}

/* A state stands one column off its lifeline, unless it needs that as well. */
static void put_left_state(TextLayout *text, const LadderLine *line)
{
	const char *state = line->left ? line->left : "";
	unsigned gap = text_width(state, strlen(state)) < LADDER_STATE_COLUMNS ? 1 : 0;

	text_cell(text, line->left_style, state, LADDER_STATE_COLUMNS - gap, TEXT_RIGHT,
		  TEXT_CUT_END);
	text_spaces(text, gap);
}

void ladder_canvas_line(const LadderCanvas *canvas, const LadderLine *line)
{
	TextLayout *text = canvas->text;
	unsigned right = 0;

	put_stamps(canvas, line);
	text_spaces(text, 1);
	put_left_state(text, line);
	text_put(text, TEXT_PLAIN, line->rule[0] ? line->rule[0] : canvas->glyphs->line);
	text_cell(text, line->lane_style, line->lane ? line->lane : "", canvas->lane, TEXT_LEFT,
		  TEXT_CUT_END);
	text_put(text, TEXT_PLAIN, line->rule[1] ? line->rule[1] : canvas->glyphs->line);
	if (line->right) {
		unsigned gap =
			text_width(line->right, strlen(line->right)) < LADDER_STATE_COLUMNS ? 1 : 0;
		text_spaces(text, gap);
		right = gap + text_put(text, line->right_style, line->right);
	}
	if (line->remark) {
		text_spaces(text, LADDER_STATE_COLUMNS + 1 - right);
		text_put(text, line->remark_style, line->remark);
	}
	text_newline(text);
}

/* "── label ──▶": two of shaft before, a space on both sides, one of shaft at least after. */
unsigned ladder_canvas_arrow_room(const LadderCanvas *canvas)
{
	return canvas->lane - 6;
}

static void append_times(GString *out, const char *glyph, unsigned n)
{
	while (n--)
		g_string_append(out, glyph);
}

void ladder_canvas_arrow(const LadderCanvas *canvas, const LadderArrow *arrow, const char *label,
			 GString *lane)
{
	const LadderGlyphs *g = canvas->glyphs;
	const char *shaft = arrow->dashed ? g->dashed : g->shaft;
	const char *head = arrow->lost ? g->lost : g->head[arrow->from];
	unsigned width = text_width(label, strlen(label));
	unsigned fixed = width ? width + 2 + 2 + 1 : 3, rest = canvas->lane - fixed;

	g_string_truncate(lane, 0);
	/* What comes from somewhere on the way has no shaft behind its label. */
	unsigned blank = arrow->short_ ? rest - MIN(rest, 2u) : 0;
	rest -= blank;
	if (arrow->from == 0) {
		append_times(lane, " ", blank);
		append_times(lane, shaft, 2);
		if (width)
			g_string_append_printf(lane, " %s ", label);
		append_times(lane, shaft, rest);
		g_string_append(lane, head);
		return;
	}
	g_string_append(lane, head);
	append_times(lane, shaft, rest);
	if (width)
		g_string_append_printf(lane, " %s ", label);
	append_times(lane, shaft, 2);
	append_times(lane, " ", blank);
}

void ladder_canvas_wrap(const char *text, unsigned columns, GPtrArray *lines)
{
	g_auto(GStrv) words = g_strsplit(text, " ", -1);
	g_autoptr(GString) line = g_string_new(NULL);

	for (char **word = words; *word; word++) {
		unsigned have = text_width(line->str, line->len);
		unsigned more = text_width(*word, strlen(*word));
		if (have && have + 1 + more > columns) {
			g_ptr_array_add(lines, g_strdup(line->str));
			g_string_truncate(line, 0);
			have = 0;
		}
		if (have)
			g_string_append_c(line, ' ');
		/* A word wider than the line is broken where the line ends. */
		for (const char *p = *word; *p; p = g_utf8_next_char(p)) {
			size_t bytes = (size_t)(g_utf8_next_char(p) - p);
			if (text_width(line->str, line->len) + text_width(p, bytes) > columns) {
				g_ptr_array_add(lines, g_strdup(line->str));
				g_string_truncate(line, 0);
			}
			g_string_append_len(line, p, (gssize)bytes);
		}
	}
	if (line->len)
		g_ptr_array_add(lines, g_strdup(line->str));
}
