/* SPDX-License-Identifier: BSD-3-Clause */
/* Rows get their heights first, then arrows their slants, for which those around must be known. */
#include "report/ladder-places.h"

#include "report/ladder-canvas.h"
#include "report/ladder-fate.h"

#define ROW 20.0 /* of an arrow with nothing written on it */
#define GAP_MIN SHAKEDOWN_NS_PER_S
#define SLANT_LEAST 4.0
#define SLANT_MOST 44.0
#define ROOM_TURNS 6

static void place_clear(void *data)
{
	LadderPlace *place = data;
	g_ptr_array_unref(place->label);
	g_ptr_array_unref(place->remark);
}

/* "✗ ESTABLISHED taken back: …" and other remarks, to a line each. */
static void append_remarks(const LadderRow *row, GPtrArray *lines)
{
	const char *note = row->note;

	for (unsigned i = 0; i < row->changes_len; i++) {
		const LadderChange *c = &row->changes[i];
		if (!c->taken_back)
			continue;
		g_autofree char *said =
			g_strdup_printf("✗ %s taken back%s%s",
					shakedown_tcp_state_name((ShakedownTcpState)c->state),
					note ? ": " : "", note ? note : "");
		ladder_canvas_wrap(said, LADDER_COLUMNS, lines);
		note = NULL;
	}
	if (note)
		ladder_canvas_wrap(note, LADDER_COLUMNS, lines);
}

static void word_segment(const LadderWording *wording, const LadderRow *row, LadderPlace *place)
{
	g_autoptr(GString) head = g_string_new(NULL);
	g_autoptr(GString) tail = g_string_new(NULL);
	const char *mark = ladder_class_mark(row->segment_class);

	ladder_label(wording, row, head, tail);
	if (tail->len && head->len + 1 + tail->len > LADDER_COLUMNS)
		g_ptr_array_add(place->label, g_strdup(tail->str));
	else if (tail->len)
		g_string_append_printf(head, " %s", tail->str);
	g_ptr_array_insert(place->label, 0, g_strdup(head->str));
	if (mark)
		g_ptr_array_add(place->remark, g_strdup(mark));
	append_remarks(row, place->remark);
}

static void word_row(const LadderWording *wording, const LadderRow *row, LadderPlace *place)
{
	g_autoptr(GString) piece = g_string_new(NULL);

	place->label = g_ptr_array_new_with_free_func(g_free);
	place->remark = g_ptr_array_new_with_free_func(g_free);
	if (row->fold)
		for (unsigned i = 0; ladder_fold_piece(wording, row, i, piece); i++)
			ladder_canvas_wrap(piece->str, LADDER_COLUMNS, place->label);
	else if (!row->frame)
		g_ptr_array_add(place->label, g_strdup(row->note));
	else
		word_segment(wording, row, place);
}

/* Several states of one side at one row stand below each other. */
static double states_height(const LadderRow *row)
{
	unsigned n[2] = {0, 0};

	for (unsigned i = 0; i < row->changes_len; i++)
		n[row->changes[i].side] += row->changes[i].shown;
	return MAX(n[0], n[1]) > 1 ? (MAX(n[0], n[1]) - 1) * LADDER_LINE : 0;
}

/* The place of a row below y; returns where it ends. */
static double put_row(const LadderRow *row, LadderPlace *place, double y)
{
	double label = place->label->len * LADDER_LINE;

	if (row->fold || !row->frame) {
		place->y = y + label / 2 + 8;
		return y + label + 16;
	}
	place->y = y + label + 4;
	return place->y + MAX(place->remark->len * LADDER_LINE, states_height(row)) + ROW -
	       LADDER_LINE / 2;
}

/* How far down from row i a moment lies that is so much later (or earlier: negative). */
static double distance(const LadderData *ladder, const GArray *places, unsigned i,
		       ShakedownDuration later)
{
	int step = later < 0 ? -1 : 1;
	double y = g_array_index(places, LadderPlace, i).y;
	double from = y, left = later < 0 ? -(double)later : (double)later;

	for (int64_t k = i; left > 0; k += step) {
		int64_t next = k + step;
		if (next < 0 || next >= (int64_t)places->len)
			return y - from + step * SLANT_LEAST * 4;
		double span = step * (double)ladder_elapsed(
					     ladder_rows_at(&ladder->rows, (unsigned)k)->time,
					     ladder_rows_at(&ladder->rows, (unsigned)next)->time);
		double height = g_array_index(places, LadderPlace, (unsigned)next).y - y;
		if (span > left)
			return y + height * left / span - from;
		left -= MAX(span, 0);
		y += height;
		if (step * (y - from) > SLANT_MOST)
			break;
	}
	return y - from;
}

static void slant(const LadderData *ladder, const GArray *places, unsigned i, double last[2])
{
	const LadderRow *row = ladder_rows_at(&ladder->rows, i);
	LadderPlace *place = &g_array_index(places, LadderPlace, i);

	for (ShakedownSideId side = SHAKEDOWN_CLIENT; side <= SHAKEDOWN_SERVER; side++) {
		ShakedownDuration d = ladder_leg(ladder, side);

		place->end[side] = place->y;
		if (row->fold || !row->frame || d == SHAKEDOWN_DURATION_UNKNOWN ||
		    row->segment_class == SHAKEDOWN_SEGMENT_ICMP_ERROR)
			continue;
		/* The near leg is as good as none: no kink that means nothing. */
		ShakedownDuration other = ladder_leg(ladder, !side);
		if (d < other / 10)
			continue;
		double far = distance(ladder, places, i, side == row->sender ? -d : d);
		far = side == row->sender ? CLAMP(far, -SLANT_MOST, -SLANT_LEAST)
					  : CLAMP(far, SLANT_LEAST, SLANT_MOST);
		/* A lifeline's arrivals stay in order, and so do its departures. */
		place->end[side] = MAX(place->y + far, last[side == row->sender] + 3);
		place->end[side] = side == row->sender ? MIN(place->end[side], place->y)
						       : MAX(place->end[side], place->y);
		last[side == row->sender] = place->end[side];
	}
}

/* Puts the rows below each other; extra is what each needs beyond its words. Returns the height. */
static double put_rows(const LadderData *ladder, GArray *places, const double *extra)
{
	const LadderRows *rows = &ladder->rows;
	double y = 0;

	for (unsigned i = 0; i < places->len; i++) {
		const LadderRow *row = ladder_rows_at(rows, i);
		LadderPlace *place = &g_array_index(places, LadderPlace, i);

		place->gap = 0;
		if (i > 0 && ladder_elapsed(ladder_row_end(ladder_rows_at(rows, i - 1)),
					    row->time) >= GAP_MIN) {
			y += extra[i];
			place->gap = y + LADDER_LINE;
			y += 2 * LADDER_LINE;
		} else {
			y += extra[i];
		}
		y = put_row(row, place, y);
	}
	return y;
}

static double middle(const LadderPlace *place)
{
	return (place->end[0] + place->end[1]) / 2;
}

/* Arrows that slant towards each other leave less room between them for words, the less the
 * longer the words. True if some row had to be moved down. */
static bool make_room(const GArray *places, double *extra)
{
	bool moved = false;

	for (unsigned i = 1; i < places->len; i++) {
		const LadderPlace *above = &g_array_index(places, LadderPlace, i - 1);
		const LadderPlace *place = &g_array_index(places, LadderPlace, i);
		double need = (above->remark->len + place->label->len) * LADDER_LINE + 4;
		double gap[2], least;
		for (int side = 0; side < 2; side++)
			gap[side] = place->end[side] - above->end[side];
		least = MIN(gap[0], gap[1]);
		double room = middle(place) - middle(above);
		room -= (room - least) / 2; /* where the words' end is */
		if (room + 1 < need) {
			extra[i] += need - room;
			moved = true;
		}
	}
	return moved;
}

GArray *ladder_places_new(const LadderData *ladder, const LadderWording *wording, double *height)
{
	const LadderRows *rows = &ladder->rows;
	GArray *places = g_array_sized_new(FALSE, TRUE, sizeof(LadderPlace), rows->rows->len);
	g_autofree double *extra = g_new0(double, rows->rows->len + 1);
	bool moved = true;

	g_array_set_clear_func(places, place_clear);
	g_array_set_size(places, rows->rows->len);
	for (unsigned i = 0; i < places->len; i++) {
		LadderPlace *place = &g_array_index(places, LadderPlace, i);
		word_row(wording, ladder_rows_at(rows, i), place);
		place->lost = ladder_is_lost(ladder, i);
	}
	for (unsigned turn = 0; turn < ROOM_TURNS && moved; turn++) {
		double last[2][2] = {{0}};
		*height = put_rows(ladder, places, extra);
		for (unsigned i = 0; i < places->len; i++)
			slant(ladder, places, i, last[ladder_rows_at(rows, i)->sender]);
		moved = make_room(places, extra);
	}
	for (unsigned i = 0; i < places->len; i++)
		for (int side = 0; side < 2; side++)
			*height = MAX(*height, g_array_index(places, LadderPlace, i).end[side] + 8);
	return places;
}
