/* SPDX-License-Identifier: BSD-3-Clause */
/* The timeline as SVG: four panels over one axis. */
#include "report/html/html-timeline.h"

#include <math.h>

#define LEFT 86.0
#define PLOT 860.0
#define WIDTH (LEFT + PLOT + 14)
#define PANELS_END 302.0

typedef struct {
	ReportWriter *out;
	const HtmlTimeline *t;
	double bar; /* width of a bin */
} Canvas;

static void put_label(const Canvas *c, double x, double y, const char *class, const char *text)
{
	report_put(c->out, "<text");
	markup_attribute(c->out, "x", x);
	markup_attribute(c->out, "y", y);
	report_put(c->out, " class=\"");
	report_put(c->out, class);
	report_put(c->out, "\">");
	markup_text(c->out, text);
	report_put(c->out, "</text>");
}

static void put_rect(const Canvas *c, const char *class, unsigned bin, double y, double height)
{
	report_put(c->out, "<rect class=\"");
	report_put(c->out, class);
	report_put_char(c->out, '"');
	markup_attribute(c->out, "x", LEFT + bin * c->bar);
	markup_attribute(c->out, "y", y);
	markup_attribute(c->out, "width", MAX(c->bar - 0.6, 1));
	markup_attribute(c->out, "height", height);
	report_put(c->out, "/>");
}

static void put_axis(const Canvas *c, double base, double height, uint64_t most, const char *title)
{
	char text[REPORT_COUNT_LEN + 1];

	text[report_format_count(text, most)] = '\0';
	put_label(c, LEFT - 6, base - height + 8, "e", text);
	put_label(c, LEFT - 6, base, "e", "0");
	put_label(c, LEFT + 2, base - height - 5, "h", title);
	report_put(c->out, "<path class=\"axis\" d=\"M");
	markup_number(c->out, LEFT);
	report_put_char(c->out, ' ');
	markup_number(c->out, base);
	report_put_char(c->out, 'h');
	markup_number(c->out, PLOT);
	report_put(c->out, "\"/>\n");
}

static const uint32_t *counts_of(const HtmlBin *bin, bool teardowns)
{
	return teardowns ? bin->teardowns : bin->handshakes;
}

static void put_when(const Canvas *c, unsigned bin)
{
	char text[REPORT_DURATION_LEN];
	size_t len = report_format_duration(text, (int64_t)bin * c->t->width, "µ");

	report_put(c->out, "<title>+");
	report_put_bytes(c->out, text, len);
	report_put_char(c->out, ':');
}

/* What a pointer that rests on a bar is told. */
static void put_tip(const Canvas *c, unsigned bin, const uint32_t n[4])
{
	bool any = false;

	put_when(c, bin);
	for (HtmlTone tone = HTML_GOOD; tone <= HTML_BAD; tone++) {
		if (!n[tone])
			continue;
		report_put(c->out, any ? ", " : " ");
		markup_count(c->out, n[tone]);
		report_put_char(c->out, ' ');
		report_put(c->out, html_tone_meaning(tone));
		any = true;
	}
	report_put(c->out, "</title>");
}

/* Stacked, the good ones at the bottom. */
static void put_bars(const Canvas *c, bool teardowns, double base, double height, const char *title)
{
	static const HtmlTone order[4] = {HTML_GOOD, HTML_NEUTRAL, HTML_DOUBTFUL, HTML_BAD};
	uint64_t most = 1;

	for (unsigned i = 0; i < c->t->len; i++) {
		const uint32_t *n = counts_of(&c->t->bins[i], teardowns);
		most = MAX(most, (uint64_t)n[0] + n[1] + n[2] + n[3]);
	}
	for (unsigned i = 0; i < c->t->len; i++) {
		const uint32_t *n = counts_of(&c->t->bins[i], teardowns);
		double y = base;
		if (!(n[0] | n[1] | n[2] | n[3]))
			continue;
		report_put(c->out, "<g>");
		put_tip(c, i, n);
		for (int k = 0; k < 4; k++) {
			double h = height * n[order[k]] / (double)most;
			if (h <= 0)
				continue;
			h = MAX(h, 1);
			y -= h;
			put_rect(c, html_tone_class(order[k]), i, y, h);
		}
		report_put(c->out, "</g>");
	}
	put_axis(c, base, height, most, title);
}

static int64_t level_of(const HtmlBin *bin, bool time_wait)
{
	return time_wait ? bin->time_wait : bin->half_open;
}

static void put_level(const Canvas *c, bool time_wait, double base, double height, uint64_t most)
{
	int64_t level = 0, last = -1;

	report_put(c->out, time_wait ? "<path class=\"tw\" d=\"" : "<path class=\"ho\" d=\"");
	for (unsigned i = 0; i < c->t->len; i++) {
		level += level_of(&c->t->bins[i], time_wait);
		if (level == last && i + 1 < c->t->len)
			continue;
		double y = base - height * (double)MAX(level, 0) / (double)most;
		report_put_char(c->out, i ? 'H' : 'M');
		markup_number(c->out, LEFT + i * c->bar);
		report_put_char(c->out, i ? 'V' : ' ');
		markup_number(c->out, y);
		last = level;
	}
	report_put_char(c->out, 'H');
	markup_number(c->out, LEFT + PLOT);
	report_put(c->out, "\"/>");
}

static void put_held(const Canvas *c, double base, double height)
{
	int64_t level[2] = {0, 0};
	uint64_t most = 1;

	for (unsigned i = 0; i < c->t->len; i++) {
		for (int k = 0; k < 2; k++) {
			level[k] += level_of(&c->t->bins[i], k);
			most = MAX(most, (uint64_t)MAX(level[k], 0));
		}
	}
	put_level(c, false, base, height, most);
	put_level(c, true, base, height, most);
	put_axis(c, base, height, most, "held at a time: half-open (dashed), TIME-WAIT (solid)");
}

/* One line a severity, a mark where there is any, the larger the more. */
static void put_anomalies(const Canvas *c, double top)
{
	uint64_t most = 1;

	put_label(c, LEFT + 2, top - 5, "h", "anomalies");
	for (unsigned i = 0; i < c->t->len; i++)
		for (int s = 0; s < SHAKEDOWN_SEVERITIES; s++)
			most = MAX(most, c->t->bins[i].anomalies[s]);
	for (int s = SHAKEDOWN_SEVERITIES - 1; s >= 0; s--) {
		double y = top + 8 + 13 * (SHAKEDOWN_SEVERITIES - 1 - s);
		put_label(c, LEFT - 6, y + 4, "e", shakedown_severity_name((ShakedownSeverity)s));
		for (unsigned i = 0; i < c->t->len; i++) {
			uint32_t n = c->t->bins[i].anomalies[s];
			if (!n)
				continue;
			report_put(c->out, "<circle class=\"sev-");
			report_put(c->out, shakedown_severity_name((ShakedownSeverity)s));
			report_put_char(c->out, '"');
			markup_attribute(c->out, "cx", LEFT + (i + 0.5) * c->bar);
			markup_attribute(c->out, "cy", y);
			markup_attribute(c->out, "r", 2.5 + 3.5 * sqrt((double)n / (double)most));
			report_put_char(c->out, '>');
			put_when(c, i);
			report_put_char(c->out, ' ');
			markup_count(c->out, n);
			report_put(c->out, " × ");
			report_put(c->out, shakedown_severity_name((ShakedownSeverity)s));
			report_put(c->out, "</title></circle>");
		}
	}
}

static void put_times(const Canvas *c, double y)
{
	for (int i = 0; i <= 4; i++) {
		char text[REPORT_DURATION_LEN + 2];
		size_t len = 0;
		int64_t span = (int64_t)c->t->len * c->t->width / 4 * i;
		if (i)
			text[len++] = '+';
		len += report_format_duration(text + len, span, "µ");
		text[len] = '\0';
		put_label(c, LEFT + PLOT * i / 4, y,
			  i == 0   ? "s"
			  : i == 4 ? "e"
				   : "m",
			  i ? text : "0");
	}
}

void html_timeline_put(const HtmlTimeline *t, ReportWriter *out)
{
	Canvas c = {.out = out, .t = t, .bar = PLOT / MAX(t->len, 1)};

	report_put(out, "<svg id=\"timeline-svg\" class=\"chart\" role=\"img\" "
			"aria-labelledby=\"timeline-title timeline-desc\"");
	markup_attribute(out, "data-left", LEFT);
	markup_attribute(out, "data-plot", PLOT);
	report_put(out, " viewBox=\"0 0 ");
	markup_number(out, WIDTH);
	report_put_char(out, ' ');
	markup_number(out, PANELS_END + 20);
	report_put(out,
		   "\"><title id=\"timeline-title\">Timeline of the capture</title>"
		   "<desc id=\"timeline-desc\">Handshakes and teardowns by outcome, connections "
		   "held half-open and in TIME-WAIT, and anomalies by severity, over "
		   "time.</desc><defs><pattern id=\"striped\" width=\"4\" height=\"4\" "
		   "patternUnits=\"userSpaceOnUse\"><rect class=\"stripe\" width=\"4\" "
		   "height=\"2.6\"/></pattern></defs>\n");
	put_bars(&c, false, 92, 74, "handshakes begun");
	put_bars(&c, true, 168, 54, "teardowns");
	put_held(&c, 232, 44);
	put_anomalies(&c, 252);
	put_times(&c, PANELS_END + 14);
	report_put(out, "<rect id=\"brush\" class=\"brush\" y=\"4\" width=\"0\"");
	markup_attribute(out, "height", PANELS_END - 4);
	report_put(out, "/></svg>\n");
}

void html_timeline_key(ReportWriter *out)
{
	report_put(out, "<p class=\"key\">");
	for (HtmlTone tone = HTML_GOOD; tone <= HTML_BAD; tone++) {
		report_put(out, "<span><svg class=\"chart swatch\" viewBox=\"0 0 12 12\" "
				"aria-hidden=\"true\"><rect x=\"1\" y=\"1\" width=\"10\" "
				"height=\"10\" class=\"");
		report_put(out, html_tone_class(tone));
		report_put(out, "\"/></svg> ");
		report_put(out, html_tone_meaning(tone));
		report_put(out, "</span> ");
	}
	report_put(out, "</p>\n");
}
