/* SPDX-License-Identifier: BSD-3-Clause */
/* Text for people: how wide it is, how it is cut to fit, in which colour. */
#include "report/text-layout.h"

#include "report/text-clean.h"

enum { WIDTH_DEFAULT = 80, WIDTH_LEAST = 60, WIDTH_MOST = 1000 };

void text_layout_init(TextLayout *layout, ReportWriter *out, const ShakedownSinkOptions *options)
{
	unsigned width = options->width ? options->width : WIDTH_DEFAULT;
	*layout = (TextLayout){
		.out = out,
		.width = CLAMP(width, WIDTH_LEAST, WIDTH_MOST),
		.color = options->color,
		.ascii = options->ascii,
		.clean = g_string_sized_new(256),
		.cut = g_string_sized_new(256),
	};
}

void text_layout_clear(TextLayout *layout)
{
	if (layout->clean)
		g_string_free(layout->clean, TRUE);
	if (layout->cut)
		g_string_free(layout->cut, TRUE);
	layout->clean = layout->cut = NULL;
}

void text_style_on(TextLayout *layout, TextStyle style)
{
	static const char *const on[TEXT_STYLES] = {
		[TEXT_PLAIN] = "",	     [TEXT_BOLD] = "\033[1m",
		[TEXT_DIM] = "\033[2m",	     [TEXT_GOOD] = "\033[32m",
		[TEXT_INFO] = "\033[34m",    [TEXT_NOTICE] = "\033[36m",
		[TEXT_WARNING] = "\033[33m", [TEXT_CRITICAL] = "\033[1;31m",
		[TEXT_CLIENT] = "\033[36m",  [TEXT_SERVER] = "\033[35m",
	};
	if (layout->color)
		report_put(layout->out, on[style]);
}

void text_style_off(TextLayout *layout, TextStyle style)
{
	if (layout->color && style != TEXT_PLAIN)
		report_put(layout->out, "\033[0m");
}

static inline unsigned columns_of(gunichar c)
{
	if (c < 0x300)
		return 1;
	if (g_unichar_iszerowidth(c))
		return 0;
	return g_unichar_iswide(c) ? 2 : 1;
}

unsigned text_width(const char *text, size_t len)
{
	unsigned columns = 0;
	const char *end = text + len;

	for (const char *p = text; p < end; p = g_utf8_next_char(p))
		columns += columns_of(g_utf8_get_char(p));
	return columns;
}

/* The text made harmless: itself where there is nothing to do, else held in layout->clean. */
static const char *harmless(TextLayout *layout, const char *text, size_t *len)
{
	if (text_is_plain(text, *len))
		return text;
	g_string_truncate(layout->clean, 0);
	text_clean_append(layout->clean, text, *len, layout->ascii);
	*len = layout->clean->len;
	return layout->clean->str;
}

static void put_styled(TextLayout *layout, TextStyle style, const char *clean, size_t len)
{
	if (len == 0)
		return;
	text_style_on(layout, style);
	report_put_bytes(layout->out, clean, len);
	text_style_off(layout, style);
}

unsigned text_put_len(TextLayout *layout, TextStyle style, const char *text, size_t len)
{
	text = harmless(layout, text, &len);
	put_styled(layout, style, text, len);
	return text_width(text, len);
}

unsigned text_put(TextLayout *layout, TextStyle style, const char *text)
{
	return text_put_len(layout, style, text, strlen(text));
}

/* Bytes of the longest start of text that takes no more than so many columns. */
static size_t head_within(const char *text, size_t len, unsigned columns)
{
	const char *p = text, *end = text + len;

	while (p < end) {
		unsigned w = columns_of(g_utf8_get_char(p));
		if (w > columns)
			break;
		columns -= w;
		p = g_utf8_next_char(p);
	}
	return (size_t)(p - text);
}

/* Where the longest end of text that takes no more than so many columns begins. */
static size_t tail_within(const char *text, size_t len, unsigned columns)
{
	const char *p = text + len;

	while (p > text) {
		const char *before = g_utf8_prev_char(p);
		unsigned w = columns_of(g_utf8_get_char(before));
		if (w > columns)
			break;
		columns -= w;
		p = before;
	}
	return (size_t)(p - text);
}

/* Cuts clean text that is wider than columns into layout->cut. */
static const char *cut_to(TextLayout *layout, const char *text, size_t *len, unsigned columns,
			  TextCut cut)
{
	const char *ellipsis = layout->ascii ? ".." : "…";
	unsigned ellipsis_width = layout->ascii ? 2 : 1;
	GString *out = layout->cut;

	g_string_truncate(out, 0);
	if (columns <= ellipsis_width) {
		g_string_append_len(out, text, (gssize)head_within(text, *len, columns));
	} else {
		unsigned left = columns - ellipsis_width;
		unsigned tail = cut == TEXT_CUT_MIDDLE ? (left + 1) / 2 : 0;
		g_string_append_len(out, text, (gssize)head_within(text, *len, left - tail));
		g_string_append(out, ellipsis);
		if (tail > 0) {
			size_t from = tail_within(text, *len, tail);
			g_string_append_len(out, text + from, (gssize)(*len - from));
		}
	}
	*len = out->len;
	return out->str;
}

static unsigned put_fitted(TextLayout *layout, TextStyle style, const char *text, unsigned columns,
			   TextAlign align, TextCut cut, bool pad)
{
	size_t len = strlen(text);
	text = harmless(layout, text, &len);
	unsigned width = text_width(text, len);

	if (width > columns) {
		text = cut_to(layout, text, &len, columns, cut);
		width = text_width(text, len);
	}
	if (align == TEXT_RIGHT)
		text_spaces(layout, columns - width);
	put_styled(layout, style, text, len);
	if (pad && align == TEXT_LEFT)
		text_spaces(layout, columns - width);
	return width;
}

void text_cell(TextLayout *layout, TextStyle style, const char *text, unsigned columns,
	       TextAlign align, TextCut cut)
{
	(void)put_fitted(layout, style, text, columns, align, cut, true);
}

unsigned text_last_cell(TextLayout *layout, TextStyle style, const char *text, unsigned columns,
			TextCut cut)
{
	return put_fitted(layout, style, text, columns, TEXT_LEFT, cut, false);
}

void text_spaces(TextLayout *layout, unsigned n)
{
	report_put_repeat(layout->out, ' ', n);
}

/* Padding at the end of a line is of no use, and in the way where the line is just as wide as the
 * terminal. */
void text_newline(TextLayout *layout)
{
	ReportWriter *out = layout->out;

	while (out->len > 0 && out->buffer[out->len - 1] == ' ')
		out->len--;
	report_put_char(out, '\n');
	layout->lines++;
}

static bool is_one_of(const char *word, size_t len, const char *const *words)
{
	for (; *words; words++)
		if (len == strlen(*words) && memcmp(word, *words, len) == 0)
			return true;
	return false;
}

/* Whether a line may end at this space: a number keeps its unit, minutes keep their seconds. */
static bool may_break(const char *text, const char *space, const char *end)
{
	static const char *const units[] = {"ns", "µs", "us", "ms", "s",  "min", "h", "d",
					    "B",  "kB", "MB", "GB", "TB", "%",	 NULL};
	static const char *const in_front[] = {"min", "h", "d", "%", NULL};
	const char *stop = space + 1, *word = space;

	while (stop < end && !strchr(" ,;:.)", *stop))
		stop++;
	while (word > text && word[-1] != ' ')
		word--;
	if (stop > space + 1 && g_ascii_isdigit(space[1]))
		return !is_one_of(word, (size_t)(space - word), in_front);
	return word == space || !g_ascii_isdigit(space[-1]) ||
	       !is_one_of(space + 1, (size_t)(stop - space - 1), units);
}

void text_wrap(TextLayout *layout, TextStyle style, const char *text, unsigned at, unsigned indent)
{
	text_wrap_within(layout, style, text, at, indent, UINT_MAX);
}

void text_wrap_within(TextLayout *layout, TextStyle style, const char *text, unsigned at,
		      unsigned indent, unsigned lines)
{
	size_t len = strlen(text);
	text = harmless(layout, text, &len);
	const char *p = text, *end = text + len;
	unsigned room = layout->width > at ? layout->width - at : 1;

	for (;;) {
		while (p < end && *p == ' ')
			p++;
		size_t take = (size_t)(end - p);
		if (text_width(p, take) > room && --lines == 0) {
			p = cut_to(layout, p, &take, room, TEXT_CUT_END);
			end = p + take;
		} else if (text_width(p, take) > room) {
			take = head_within(p, take, room);
			size_t space = take;
			/* A word that is wider than the line is broken where the line ends. */
			while (space > 0 && (p[space] != ' ' || !may_break(p, p + space, end)))
				space--;
			if (space > 0)
				take = space;
			else if (take == 0)
				take = (size_t)(g_utf8_next_char(p) - p);
		}
		put_styled(layout, style, p, take);
		text_newline(layout);
		p += take;
		while (p < end && *p == ' ')
			p++;
		if (p >= end)
			return;
		text_spaces(layout, indent);
		room = layout->width > indent ? layout->width - indent : 1;
	}
}

TextStyle text_severity_style(ShakedownSeverity severity)
{
	switch (severity) {
	case SHAKEDOWN_SEVERITY_INFO:
		return TEXT_INFO;
	case SHAKEDOWN_SEVERITY_NOTICE:
		return TEXT_NOTICE;
	case SHAKEDOWN_SEVERITY_WARNING:
		return TEXT_WARNING;
	case SHAKEDOWN_SEVERITY_CRITICAL:
		return TEXT_CRITICAL;
	}
	return TEXT_PLAIN;
}

/* At rest is plain, open is green, on the way up or down is yellow. */
TextStyle text_state_style(ShakedownTcpState state)
{
	switch (state) {
	case SHAKEDOWN_TCP_CLOSED:
	case SHAKEDOWN_TCP_LISTEN:
	case SHAKEDOWN_TCP_TIME_WAIT:
		return TEXT_DIM;
	case SHAKEDOWN_TCP_ESTABLISHED:
		return TEXT_GOOD;
	case SHAKEDOWN_TCP_SYN_SENT:
	case SHAKEDOWN_TCP_SYN_RECEIVED:
	case SHAKEDOWN_TCP_FIN_WAIT_1:
	case SHAKEDOWN_TCP_FIN_WAIT_2:
	case SHAKEDOWN_TCP_CLOSE_WAIT:
	case SHAKEDOWN_TCP_CLOSING:
	case SHAKEDOWN_TCP_LAST_ACK:
		return TEXT_WARNING;
	}
	return TEXT_PLAIN;
}
