/* SPDX-License-Identifier: BSD-3-Clause */
/* Sequence numbers over time. */
#include "report/html/html-plot.h"

#define LEFT 76.0
#define TOP 12.0
#define ACROSS 740.0
#define DOWN 260.0
#define LEAST_SEGMENTS 4
#define LETTER_ROOM 9.0

void html_plot_init(HtmlPlot *plot)
{
	*plot = (HtmlPlot){.stride = {1, 1}};
	for (int side = 0; side < 2; side++) {
		plot->points[side] = g_array_new(FALSE, FALSE, sizeof(HtmlPoint));
		plot->notable[side] = g_array_new(FALSE, FALSE, sizeof(HtmlPoint));
	}
}

void html_plot_clear(HtmlPlot *plot)
{
	for (int side = 0; side < 2; side++) {
		g_array_unref(plot->points[side]);
		g_array_unref(plot->notable[side]);
	}
}

static void halve(GArray *points)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < points->len; i += 2)
		g_array_index(points, HtmlPoint, kept++) = g_array_index(points, HtmlPoint, i);
	g_array_set_size(points, kept);
}

static void add_ordinary(HtmlPlot *plot, ShakedownSideId whose, const HtmlPoint *point)
{
	GArray *points = plot->points[whose];

	if (++plot->skipped[whose] < plot->stride[whose])
		return;
	plot->skipped[whose] = 0;
	if (points->len >= HTML_PLOT_POINTS) {
		halve(points);
		plot->stride[whose] *= 2;
	}
	g_array_append_val(points, *point);
}

static bool is_notable(const ShakedownSegment *s)
{
	switch (s->segment_class) {
	case SHAKEDOWN_SEGMENT_RETRANSMISSION:
	case SHAKEDOWN_SEGMENT_FAST_RETRANSMISSION:
	case SHAKEDOWN_SEGMENT_SPURIOUS_RETRANSMISSION:
	case SHAKEDOWN_SEGMENT_OUT_OF_ORDER:
	case SHAKEDOWN_SEGMENT_ZERO_WINDOW_PROBE:
		return true;
	case SHAKEDOWN_SEGMENT_CONTROL:
	case SHAKEDOWN_SEGMENT_NEW:
	case SHAKEDOWN_SEGMENT_ACK:
	case SHAKEDOWN_SEGMENT_KEEP_ALIVE:
	case SHAKEDOWN_SEGMENT_KEEP_ALIVE_ACK:
	case SHAKEDOWN_SEGMENT_DUPLICATE_ACK:
	case SHAKEDOWN_SEGMENT_WINDOW_UPDATE:
	case SHAKEDOWN_SEGMENT_CHALLENGE_ACK:
	case SHAKEDOWN_SEGMENT_OUT_OF_WINDOW:
	case SHAKEDOWN_SEGMENT_DUPLICATE_PACKET:
	case SHAKEDOWN_SEGMENT_BAD_CHECKSUM:
	case SHAKEDOWN_SEGMENT_ICMP_ERROR:
		return false;
	}
	return false;
}

/* What its receiver would not even look at says nothing of numbers. */
static bool counts(const ShakedownSegment *s)
{
	return s->segment_class != SHAKEDOWN_SEGMENT_BAD_CHECKSUM &&
	       s->segment_class != SHAKEDOWN_SEGMENT_ICMP_ERROR &&
	       s->segment_class != SHAKEDOWN_SEGMENT_OUT_OF_WINDOW && !(s->flags & 0x004u);
}

void html_plot_segment(HtmlPlot *plot, const ShakedownSegment *s, const LadderNumber *seq,
		       const LadderNumber *ack)
{
	ShakedownSideId peer = !s->sender;

	if (!counts(s))
		return;
	if (s->len && seq->named) {
		HtmlPoint point = {.time = s->time,
				   .from = seq->offset,
				   .to = seq->offset + s->len,
				   .class = (uint8_t)s->segment_class};
		plot->segments[s->sender]++;
		if (!is_notable(s))
			add_ordinary(plot, s->sender, &point);
		else if (plot->notable[s->sender]->len < HTML_PLOT_NOTABLE)
			g_array_append_val(plot->notable[s->sender], point);
	}
	if (s->flags & 0x010u && ack->named) {
		HtmlPoint point = {.time = s->time,
				   .from = ack->offset,
				   .to = ack->offset + s->window,
				   .ack = true};
		for (int i = 0; i < 2 && s->sack_len; i++)
			point.sack[i] = ack->offset + (int32_t)(s->sack[0][i] - s->ack);
		add_ordinary(plot, peer, &point);
	}
}

bool html_plot_tells(const HtmlPlot *plot, ShakedownSideId side)
{
	return plot->segments[side] >= LEAST_SEGMENTS;
}

typedef struct {
	ReportWriter *out;
	ShakedownTime start;
	double span;
	int64_t low, high;
	int64_t window; /* the farthest end of it, which may lie above the frame */
} Frame;

static double x_of(const Frame *f, ShakedownTime time)
{
	return LEFT + ACROSS * CLAMP((double)html_elapsed(f->start, time) / f->span, 0, 1);
}

static double y_of(const Frame *f, int64_t offset)
{
	double at = (double)(offset - f->low) / (double)(f->high - f->low);
	return TOP + DOWN * (1 - CLAMP(at, 0, 1));
}

static Frame frame_of(const GArray *points, const GArray *notable, ReportWriter *out)
{
	Frame f = {.out = out, .low = INT64_MAX, .high = INT64_MIN, .window = INT64_MIN};
	ShakedownTime last = INT64_MIN;
	const GArray *all[2] = {points, notable};
	bool any = false;

	for (int k = 0; k < 2; k++) {
		for (unsigned i = 0; i < all[k]->len; i++) {
			const HtmlPoint *p = &g_array_index(all[k], HtmlPoint, i);
			f.start = any ? MIN(f.start, p->time) : p->time;
			last = MAX(last, p->time);
			any = true;
			if (p->ack) {
				f.window = MAX(f.window, p->to);
				continue;
			}
			f.low = MIN(f.low, p->from);
			f.high = MAX(f.high, p->to);
		}
	}
	if (f.high <= f.low) {
		f.low = 0;
		f.high = 1;
	}
	/* Some way to the window's end, but the data is what it is about. */
	f.high = CLAMP(f.window, f.high, f.high + (f.high - f.low) / 3);
	f.span = MAX((double)html_elapsed(f.start, last), 1);
	return f;
}

static void put_move(const Frame *f, char command, double x, double y)
{
	report_put_char(f->out, command);
	markup_number(f->out, x);
	report_put_char(f->out, ' ');
	markup_number(f->out, y);
}

static void put_spans(const Frame *f, const GArray *points, const char *class, bool sacks)
{
	report_put(f->out, "<path class=\"");
	report_put(f->out, class);
	report_put(f->out, "\" d=\"M0 0");
	for (unsigned i = 0; i < points->len; i++) {
		const HtmlPoint *p = &g_array_index(points, HtmlPoint, i);
		int64_t from = sacks ? p->sack[0] : p->from, to = sacks ? p->sack[1] : p->to;
		if (p->ack != sacks || to <= from)
			continue;
		put_move(f, 'M', x_of(f, p->time), y_of(f, from));
		report_put_char(f->out, 'V');
		/* No segment is too small to be seen. */
		markup_number(f->out, MIN(y_of(f, to), y_of(f, from) - 1.5));
	}
	report_put(f->out, "\"/>\n");
}

/* Steps: what holds until the next says otherwise. */
static void put_steps(const Frame *f, const GArray *points, const char *class, bool window)
{
	bool any = false;

	report_put(f->out, "<path class=\"");
	report_put(f->out, class);
	report_put(f->out, "\" d=\"");
	for (unsigned i = 0; i < points->len; i++) {
		const HtmlPoint *p = &g_array_index(points, HtmlPoint, i);
		if (!p->ack)
			continue;
		double x = x_of(f, p->time), y = y_of(f, window ? p->to : p->from);
		if (!any) {
			put_move(f, 'M', x, y);
		} else {
			report_put_char(f->out, 'H');
			markup_number(f->out, x);
			report_put_char(f->out, 'V');
			markup_number(f->out, y);
		}
		any = true;
	}
	report_put(f->out, any ? "\"/>\n" : "M0 0\"/>\n");
}

static void put_text(const Frame *f, double x, double y, const char *class, const char *text)
{
	report_put(f->out, "<text");
	markup_attribute(f->out, "x", x);
	markup_attribute(f->out, "y", y);
	report_put(f->out, " class=\"");
	report_put(f->out, class);
	report_put(f->out, "\">");
	markup_text(f->out, text);
	report_put(f->out, "</text>");
}

static void put_grid(const Frame *f)
{
	for (int i = 0; i <= 4; i++) {
		char text[REPORT_DURATION_LEN + REPORT_SIZE_LEN];
		double y = TOP + DOWN * (4 - i) / 4, x = LEFT + ACROSS * i / 4;
		int64_t bytes = (int64_t)((double)(f->high - f->low) * i / 4);

		report_put(f->out, "<path class=\"axis\" d=\"");
		put_move(f, 'M', LEFT, y);
		report_put_char(f->out, 'h');
		markup_number(f->out, ACROSS);
		report_put(f->out, "\"/>");
		text[report_format_size(text, (uint64_t)bytes)] = '\0';
		put_text(f, LEFT - 6, y + 4, "e", text);
		text[report_format_duration(text, (int64_t)(f->span * i / 4), "µ")] = '\0';
		put_text(f, x, TOP + DOWN + 16, i == 0 ? "s" : i == 4 ? "e" : "m", text);
	}
}

/* As tcptrace letters them; 0: nothing to say. */
static char letter_of(const HtmlPoint *p)
{
	if (p->class == SHAKEDOWN_SEGMENT_OUT_OF_ORDER)
		return 'O';
	return p->class == SHAKEDOWN_SEGMENT_ZERO_WINDOW_PROBE ? 'P' : 'R';
}

/* Where many stand together, one letter for all that it would hide. */
static void put_letters(const Frame *f, const GArray *notable)
{
	double last = -LETTER_ROOM;

	for (unsigned i = 0; i < notable->len; i++) {
		const HtmlPoint *p = &g_array_index(notable, HtmlPoint, i);
		const char text[2] = {letter_of(p)};
		double x = x_of(f, p->time);
		if (x - last < LETTER_ROOM)
			continue;
		put_text(f, x, y_of(f, p->to) - 4, "m p-letter", text);
		last = x;
	}
}

static void put_caption(const HtmlPlot *plot, ShakedownSideId side, const Frame *f)
{
	ReportWriter *out = f->out;

	report_put(out, "<figcaption>Data of the ");
	report_put(out, shakedown_side_name(side));
	report_put(out, " over time: <b class=\"k-data\">▍</b>sent, <b class=\"k-again\">▍</b>sent "
			"again (R), out of order (O) or to probe a closed window (P), "
			"<b class=\"k-ack\">━</b> acknowledged, <b class=\"k-window\">┅</b> end of "
			"the window, <b class=\"k-sack\">┋</b>acknowledged selectively");
	if (f->window > f->high)
		report_put(out, "; at the upper edge the window reaches farther");
	if (plot->stride[side] > 1) {
		report_put(out, "; of the ordinary points one in ");
		report_put_uint(out, plot->stride[side]);
	}
	report_put(out, ".</figcaption></figure>\n");
}

void html_plot_put(const HtmlPlot *plot, uint64_t id, ShakedownSideId side, ReportWriter *out)
{
	const GArray *points = plot->points[side], *notable = plot->notable[side];
	Frame f = frame_of(points, notable, out);

	report_put(out, "<figure>");
	html_put_region(out, "scroll",
			side == SHAKEDOWN_CLIENT ? "data of the client" : "data of the server", id);
	report_put(out, "<svg class=\"chart plot\" role=\"img\" "
			"viewBox=\"0 0 830 300\"><title>Sequence numbers over time: data of the ");
	report_put(out, shakedown_side_name(side));
	report_put(out, "</title>\n");
	put_grid(&f);
	put_steps(&f, points, "p-window", true);
	put_steps(&f, points, "p-ack", false);
	put_spans(&f, points, "p-data", false);
	put_spans(&f, points, "p-sack", true);
	put_spans(&f, notable, "p-again", false);
	put_letters(&f, notable);
	report_put(out, "</svg></div>");
	put_caption(plot, side, &f);
}
