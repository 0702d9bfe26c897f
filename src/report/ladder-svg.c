/* SPDX-License-Identifier: BSD-3-Clause */
/* From rows with places to shapes. */
#include "report/ladder-svg.h"

#include "report/html/assets.h"
#include "report/ladder-places.h"
#include "report/markup.h"

#include <math.h>

/* Columns: states, band, lane, band, states; frame and time on the side where the tap is, since
 * there they stand beside the end of their arrow. */
#define STAMPS 128.0
#define FRAME 46.0
#define TIME 128.0
#define BAND 10.0
#define STATES 124.0 /* with the band: from the lifeline outwards */
#define WIDTH (STAMPS + STATES + LADDER_LANE + STATES + 8)
#define TOP 52.0 /* of the rows, below the headings */
#define HEAD 8.0 /* of an arrow */
#define LOST_AT 0.72
#define LEGEND_LINE (LADDER_LINE + 2)

typedef struct {
	ReportWriter *out;
	const LadderData *ladder;
	GArray *places;
	double height;
	double stamps; /* where their columns begin */
	double client; /* its lifeline: the edge of its band towards the lane */
} Drawing;

static double lifeline(const Drawing *d, ShakedownSideId side)
{
	return side == SHAKEDOWN_CLIENT ? d->client : d->client + LADDER_LANE;
}

static double middle_of_lane(const Drawing *d)
{
	return d->client + LADDER_LANE / 2;
}

static const LadderPlace *place_at(const Drawing *d, unsigned i)
{
	return &g_array_index(d->places, LadderPlace, i);
}

static void put_words(const Drawing *d, double x, double y, const char *class, const char *text)
{
	report_put(d->out, "<text");
	markup_attribute(d->out, "x", x);
	markup_attribute(d->out, "y", y);
	report_put(d->out, " class=\"");
	report_put(d->out, class);
	report_put(d->out, "\">");
	markup_text(d->out, text);
	report_put(d->out, "</text>");
}

static void put_line(const Drawing *d, const char *class, double x1, double y1, double x2,
		     double y2)
{
	report_put(d->out, "<path class=\"");
	report_put(d->out, class);
	report_put(d->out, "\" d=\"M");
	markup_number(d->out, x1);
	report_put_char(d->out, ' ');
	markup_number(d->out, y1);
	report_put_char(d->out, 'L');
	markup_number(d->out, x2);
	report_put_char(d->out, ' ');
	markup_number(d->out, y2);
	report_put(d->out, "\"/>");
}

static const char *arrow_class(const LadderRow *row)
{
	if (row->flags & 0x004u)
		return "la l-bad";
	switch ((ShakedownSegmentClass)row->segment_class) {
	case SHAKEDOWN_SEGMENT_CONTROL:
		return "la l-ctl";
	case SHAKEDOWN_SEGMENT_NEW:
	case SHAKEDOWN_SEGMENT_ACK:
		return "la";
	case SHAKEDOWN_SEGMENT_RETRANSMISSION:
	case SHAKEDOWN_SEGMENT_FAST_RETRANSMISSION:
	case SHAKEDOWN_SEGMENT_SPURIOUS_RETRANSMISSION:
		return "la l-again";
	case SHAKEDOWN_SEGMENT_OUT_OF_ORDER:
	case SHAKEDOWN_SEGMENT_ZERO_WINDOW_PROBE:
	case SHAKEDOWN_SEGMENT_CHALLENGE_ACK:
		return "la l-odd";
	case SHAKEDOWN_SEGMENT_KEEP_ALIVE:
	case SHAKEDOWN_SEGMENT_KEEP_ALIVE_ACK:
	case SHAKEDOWN_SEGMENT_DUPLICATE_ACK:
	case SHAKEDOWN_SEGMENT_WINDOW_UPDATE:
		return "la l-dim";
	case SHAKEDOWN_SEGMENT_DUPLICATE_PACKET:
		return "la l-dim l-again";
	case SHAKEDOWN_SEGMENT_OUT_OF_WINDOW:
	case SHAKEDOWN_SEGMENT_BAD_CHECKSUM:
		return "la l-bad";
	case SHAKEDOWN_SEGMENT_ICMP_ERROR:
		return "la l-bad l-again";
	}
	return "la";
}

/* A triangle whose point is at (x, y) on a line from (x0, y0). */
static void put_head(const Drawing *d, double x0, double y0, double x, double y)
{
	double length = hypot(x - x0, y - y0);
	double ux = length > 0 ? (x - x0) / length : 1, uy = length > 0 ? (y - y0) / length : 0;
	const double corner[3][2] = {
		{x, y},
		{x - HEAD * ux + HEAD / 2 * uy, y - HEAD * uy - HEAD / 2 * ux},
		{x - HEAD * ux - HEAD / 2 * uy, y - HEAD * uy + HEAD / 2 * ux}};

	report_put(d->out, "<path class=\"lh\" d=\"M");
	for (int i = 0; i < 3; i++) {
		if (i)
			report_put_char(d->out, 'L');
		markup_number(d->out, corner[i][0]);
		report_put_char(d->out, ' ');
		markup_number(d->out, corner[i][1]);
	}
	report_put(d->out, "Z\"/>");
}

static void put_cross(const Drawing *d, double x, double y)
{
	put_line(d, "lx", x - 5, y - 5, x + 5, y + 5);
	put_line(d, "lx", x - 5, y + 5, x + 5, y - 5);
}

static void put_arrow(const Drawing *d, const LadderRow *row, const LadderPlace *place)
{
	bool icmp = row->segment_class == SHAKEDOWN_SEGMENT_ICMP_ERROR;
	ShakedownSideId from = icmp ? !row->sender : row->sender, to = !from;
	double x0 = lifeline(d, from), y0 = place->end[from], x = lifeline(d, to),
	       y = place->end[to];

	if (icmp) /* from somewhere on the way */
		x0 = (x0 + x) / 2;
	if (place->lost) {
		x = x0 + (x - x0) * LOST_AT;
		y = y0 + (y - y0) * LOST_AT;
	}
	put_line(d, "ll", x0, y0, x, y);
	if (place->lost)
		put_cross(d, x, y);
	else
		put_head(d, x0, y0, x, y);
}

/* Words stand along the arrow: above it what it is, below it what is to be said of it. */
static void put_labels(const Drawing *d, const LadderPlace *place)
{
	double x = middle_of_lane(d), y = (place->end[0] + place->end[1]) / 2;
	double angle = atan2(place->end[1] - place->end[0], LADDER_LANE) * (180 / G_PI);
	bool turned = fabs(angle) > 0.05;

	if (turned) {
		report_put(d->out, "<g transform=\"rotate(");
		markup_number(d->out, angle);
		report_put_char(d->out, ' ');
		markup_number(d->out, x);
		report_put_char(d->out, ' ');
		markup_number(d->out, y);
		report_put(d->out, ")\">");
	}
	for (unsigned i = 0; i < place->label->len; i++)
		put_words(d, x, y - 5 - LADDER_LINE * (place->label->len - 1 - i), "lt",
			  place->label->pdata[i]);
	for (unsigned i = 0; i < place->remark->len; i++)
		put_words(d, x, y + LADDER_LINE * (i + 1), "lr", place->remark->pdata[i]);
	if (turned)
		report_put(d->out, "</g>");
}

static void put_break(const Drawing *d, double y)
{
	for (ShakedownSideId side = SHAKEDOWN_CLIENT; side <= SHAKEDOWN_SERVER; side++) {
		double x = side == SHAKEDOWN_CLIENT ? d->client - BAND : d->client + LADDER_LANE;
		put_line(d, "lz", x - 4, y + 4, x + BAND + 4, y - 2);
		put_line(d, "lz", x - 4, y + 8, x + BAND + 4, y + 2);
	}
}

static void put_gap(const Drawing *d, unsigned i)
{
	const LadderRows *rows = &d->ladder->rows;
	double y = place_at(d, i)->gap;
	char text[REPORT_DURATION_LEN + 32];
	char span[REPORT_DURATION_LEN];
	size_t len =
		report_format_duration(span,
				       ladder_elapsed(ladder_row_end(ladder_rows_at(rows, i - 1)),
						      ladder_rows_at(rows, i)->time),
				       "µ");

	(void)g_snprintf(text, sizeof text, "%.*s later", (int)len, span);
	put_break(d, y - 4);
	put_words(d, middle_of_lane(d), y + 3, "lt l-dim", text);
}

static void put_stamps(const Drawing *d, const LadderRow *row, double y)
{
	char text[REPORT_SECONDS_LEN + 16];
	ShakedownDuration since =
		ladder_elapsed(ladder_rows_at(&d->ladder->rows, 0)->time, row->time);

	if (row->frame) {
		text[report_format_uint(text, row->frame)] = '\0';
		put_words(d, d->stamps + FRAME, y + 4, "ln", text);
	}
	text[report_format_seconds_fixed(text, since, 6)] = '\0';
	put_words(d, d->stamps + TIME, y + 4, "ln", text);
}

static void put_row(const Drawing *d, unsigned i)
{
	const LadderRow *row = ladder_rows_at(&d->ladder->rows, i);
	const LadderPlace *place = place_at(d, i);
	double y = place->y;

	if (place->gap > 0)
		put_gap(d, i);
	put_stamps(d, row, y);
	if (row->fold || !row->frame) {
		double top = y - (place->label->len - 1) * LADDER_LINE / 2 + 4;
		if (row->fold)
			put_break(d, y - 3);
		for (unsigned k = 0; k < place->label->len; k++)
			put_words(d, middle_of_lane(d), top + k * LADDER_LINE, "lt l-dim",
				  place->label->pdata[k]);
		return;
	}
	report_put(d->out, "<g class=\"");
	report_put(d->out, arrow_class(row));
	report_put(d->out, "\">");
	put_arrow(d, row, place);
	put_labels(d, place);
	report_put(d->out, "</g>\n");
}

/* The band of a state from one height to the next, and its name beside it. */
typedef struct {
	double y, named;
	int state; /* or LADDER_STATE_… */
	bool doubt, withdrawn;
} Band;

static void put_band(const Drawing *d, ShakedownSideId side, const Band *band, double until)
{
	double x = side == SHAKEDOWN_CLIENT ? d->client - BAND : d->client + LADDER_LANE;

	if (until <= band->y)
		return;
	report_put(d->out, "<rect");
	markup_attribute(d->out, "x", x);
	markup_attribute(d->out, "y", band->y);
	markup_attribute(d->out, "width", BAND);
	markup_attribute(d->out, "height", until - band->y);
	report_put(d->out, " class=\"l-s");
	if (band->state >= 0)
		report_put_uint(d->out, (uint64_t)band->state);
	else
		report_put_char(d->out, 'x');
	report_put(d->out, band->doubt || band->withdrawn ? " l-doubt\"/>" : "\"/>");
}

static void name_band(const Drawing *d, ShakedownSideId side, Band *band, const LadderChange *c)
{
	bool client = side == SHAKEDOWN_CLIENT;
	bool assumed = c && c->evidence == SHAKEDOWN_EVIDENCE_ASSUMED;
	const char *name = band->state >= 0
				   ? shakedown_tcp_state_name((ShakedownTcpState)band->state)
			   : band->state == LADDER_STATE_NOT_SEEN ? "not seen"
								  : "";
	g_autofree char *text = g_strdup_printf("%s%s", name,
						band->doubt ? "?"
						: assumed   ? "~"
							    : "");
	g_autofree char *class =
		g_strdup_printf("%s%s%s", client ? "le" : "lw", band->withdrawn ? " l-struck" : "",
				c ? "" : " l-dim");

	put_words(d, client ? d->client - BAND - 6 : d->client + LADDER_LANE + BAND + 6,
		  band->named, class, text);
}

static void put_bands(const Drawing *d, ShakedownSideId side)
{
	const LadderRows *rows = &d->ladder->rows;
	Band band = {.y = -10, .named = -2, .state = d->ladder->beliefs.initial[side]};

	name_band(d, side, &band, NULL);
	for (unsigned i = 0; i < rows->rows->len; i++) {
		const LadderRow *row = ladder_rows_at(rows, i);
		for (unsigned k = 0; k < row->changes_len; k++) {
			const LadderChange *c = &row->changes[k];
			if (c->side != side || !c->shown)
				continue;
			double y = MAX(place_at(d, i)->end[side], band.y);
			put_band(d, side, &band, y);
			band = (Band){.y = y,
				      .named = MAX(y + 4, band.named + LADDER_LINE),
				      .state = (int)c->state,
				      .doubt = c->doubt,
				      .withdrawn = c->withdrawn};
			name_band(d, side, &band, c);
		}
	}
	put_band(d, side, &band, d->height);
}

static void put_headings(const Drawing *d)
{
	const LadderAbout *about = &d->ladder->about;

	put_words(d, d->stamps + FRAME, 16 - TOP, "ln", "frame");
	put_words(d, d->stamps + TIME, 16 - TOP, "ln", "seconds");
	for (ShakedownSideId side = SHAKEDOWN_CLIENT; side <= SHAKEDOWN_SERVER; side++) {
		char endpoint[REPORT_ENDPOINT_LEN + 1];
		bool client = side == SHAKEDOWN_CLIENT;

		endpoint[report_format_endpoint(endpoint, &about->addr[side], about->port[side])] =
			'\0';
		put_words(d, lifeline(d, side) + (client ? -BAND : BAND), 16 - TOP,
			  client ? "lw lb" : "le lb", shakedown_side_name(side));
		put_words(d, lifeline(d, side) + (client ? -BAND : BAND), 31 - TOP,
			  client ? "lw" : "le", endpoint);
	}
}

static double legend_height(const LadderData *ladder)
{
	g_autoptr(GString) name = g_string_new(NULL);
	g_autoptr(GString) meaning = g_string_new(NULL);
	unsigned lines = ladder->beliefs.doubt + ladder->beliefs.assumed;

	for (unsigned i = 0; ladder_numbers_legend(&ladder->numbers, i, name, meaning); i++)
		lines++;
	return (lines + 1) * LEGEND_LINE;
}

/* One line of the legend; moves y below it. */
static void put_meaning(const Drawing *d, double *y, const char *sign, const char *meaning)
{
	g_autofree char *line = g_strdup_printf("%s  %s", sign, meaning);

	*y += LEGEND_LINE;
	put_words(d, d->client - BAND, *y, "lw l-dim", line);
}

/* What the numbers stand for and the signs mean, below the drawing. */
static void put_legend(const Drawing *d)
{
	const LadderData *p = d->ladder;
	g_autoptr(GString) name = g_string_new(NULL);
	g_autoptr(GString) meaning = g_string_new(NULL);
	double y = d->height + LEGEND_LINE / 2;

	for (unsigned i = 0; ladder_numbers_legend(&p->numbers, i, name, meaning); i++)
		put_meaning(d, &y, name->str, meaning->str);
	if (p->beliefs.doubt)
		put_meaning(
			d, &y, "?",
			"believed at the time; never confirmed, or (struck through) taken back");
	if (p->beliefs.assumed)
		put_meaning(d, &y, "~", "assumed: the capture does not hold its beginning");
}

static void put_opening(const Drawing *d, double height)
{
	const LadderAbout *about = &d->ladder->about;
	ReportWriter *out = d->out;

	report_put(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"ladder\" role=\"img\"");
	markup_attribute(out, "width", WIDTH);
	markup_attribute(out, "height", height);
	report_put(out, " viewBox=\"0 -");
	markup_number(out, TOP);
	report_put_char(out, ' ');
	markup_number(out, WIDTH);
	report_put_char(out, ' ');
	markup_number(out, height);
	report_put(out, "\"><title>Connection ");
	report_put_uint(out, about->id);
	report_put(out, " as a ladder: ");
	markup_endpoint(out, &about->addr[0], about->port[0]);
	report_put(out, " to ");
	markup_endpoint(out, &about->addr[1], about->port[1]);
	report_put(out, "</title>");
}

static void put_style(ReportWriter *out, const char *style)
{
	report_put(out, "<style>");
	report_put(out, style);
	report_put(out, "</style><rect class=\"l-paper\" x=\"0\" y=\"-");
	markup_number(out, TOP);
	report_put(out, "\" width=\"100%\" height=\"100%\"/>");
}

static void put_drawing(ReportWriter *out, const LadderData *ladder, bool verbose,
			const char *style)
{
	const LadderWording wording = {&ladder->numbers, LADDER_FULL, verbose, false};
	Drawing d = {.out = out, .ladder = ladder};

	bool near_server = ladder->about.recorded &&
			   ladder->about.connection.handshake.tap == SHAKEDOWN_TAP_NEAR_SERVER;
	d.stamps = near_server ? STATES + LADDER_LANE + STATES : 0;
	d.client = near_server ? STATES : STAMPS + STATES;
	d.places = ladder_places_new(ladder, &wording, &d.height);
	put_opening(&d, d.height + TOP + (style ? legend_height(ladder) : 0));
	if (style)
		put_style(out, style);
	report_put_char(out, '\n');
	put_headings(&d);
	for (ShakedownSideId side = SHAKEDOWN_CLIENT; side <= SHAKEDOWN_SERVER; side++)
		put_bands(&d, side);
	report_put_char(out, '\n');
	for (unsigned i = 0; i < ladder->rows.rows->len; i++)
		put_row(&d, i);
	if (style)
		put_legend(&d);
	report_put(out, "</svg>\n");
	g_array_unref(d.places);
}

void ladder_svg(ReportWriter *out, const LadderData *ladder, bool verbose)
{
	put_drawing(out, ladder, verbose, NULL);
}

void ladder_svg_document(ReportWriter *out, const LadderData *ladder, bool verbose)
{
	put_drawing(out, ladder, verbose, html_asset_ladder_plain_css);
}
