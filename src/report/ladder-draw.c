/* SPDX-License-Identifier: BSD-3-Clause */
/* From rows to lines. */
#include "report/ladder-draw.h"

#include "report/ladder-block.h"

#define FLAG_RST 0x004u

/* A break in the drawing, where nothing happened for so long. */
#define GAP_MIN SHAKEDOWN_NS_PER_S

typedef struct {
	LadderCanvas canvas;
	LadderWording wording;
	LadderMargins margins;
	const LadderRows *rows;
	ShakedownTime start;
	GString *head, *tail, *label; /* scratch */
} Drawing;

static TextStyle row_style(const LadderRow *row)
{
	if (row->flags & FLAG_RST)
		return TEXT_CRITICAL;
	switch ((ShakedownSegmentClass)row->segment_class) {
	case SHAKEDOWN_SEGMENT_CONTROL:
		return TEXT_BOLD;
	case SHAKEDOWN_SEGMENT_NEW:
	case SHAKEDOWN_SEGMENT_ACK:
		return TEXT_PLAIN;
	case SHAKEDOWN_SEGMENT_RETRANSMISSION:
	case SHAKEDOWN_SEGMENT_FAST_RETRANSMISSION:
	case SHAKEDOWN_SEGMENT_SPURIOUS_RETRANSMISSION:
	case SHAKEDOWN_SEGMENT_OUT_OF_ORDER:
	case SHAKEDOWN_SEGMENT_ZERO_WINDOW_PROBE:
	case SHAKEDOWN_SEGMENT_CHALLENGE_ACK:
		return TEXT_WARNING;
	case SHAKEDOWN_SEGMENT_KEEP_ALIVE:
	case SHAKEDOWN_SEGMENT_KEEP_ALIVE_ACK:
	case SHAKEDOWN_SEGMENT_DUPLICATE_ACK:
	case SHAKEDOWN_SEGMENT_WINDOW_UPDATE:
	case SHAKEDOWN_SEGMENT_DUPLICATE_PACKET:
		return TEXT_DIM;
	case SHAKEDOWN_SEGMENT_OUT_OF_WINDOW:
	case SHAKEDOWN_SEGMENT_BAD_CHECKSUM:
	case SHAKEDOWN_SEGMENT_ICMP_ERROR:
		return TEXT_CRITICAL;
	}
	return TEXT_PLAIN;
}

static LadderArrow row_arrow(const LadderRow *row)
{
	ShakedownSegmentClass c = row->segment_class;
	bool icmp = c == SHAKEDOWN_SEGMENT_ICMP_ERROR;

	return (LadderArrow){
		/* The error goes back to whose segment it quotes, from somewhere on the way. */
		.from = icmp ? !row->sender : row->sender,
		.dashed = icmp || c == SHAKEDOWN_SEGMENT_RETRANSMISSION ||
			  c == SHAKEDOWN_SEGMENT_FAST_RETRANSMISSION ||
			  c == SHAKEDOWN_SEGMENT_SPURIOUS_RETRANSMISSION ||
			  c == SHAKEDOWN_SEGMENT_DUPLICATE_PACKET,
		.lost = c == SHAKEDOWN_SEGMENT_BAD_CHECKSUM,
		.short_ = icmp,
	};
}

static unsigned width_of(const GString *text)
{
	return text_width(text->str, text->len);
}

/* The label in as few lines as it takes, of which the last goes on the arrow. Returns the class's
 * mark if that had no room behind it. */
static const char *word_label(Drawing *d, const LadderRow *row, GPtrArray *lines)
{
	const char *mark = ladder_class_mark(row->segment_class);
	unsigned room = ladder_canvas_arrow_room(&d->canvas);

	ladder_label(&d->wording, row, d->head, d->tail);
	g_string_printf(d->label, "%s%s%s", d->head->str, d->tail->len ? " " : "", d->tail->str);
	if (width_of(d->label) <= room) {
		g_ptr_array_add(lines, g_strdup(d->label->str));
	} else {
		ladder_canvas_wrap(d->head->str, room, lines);
		ladder_canvas_wrap(d->tail->str, room, lines);
	}
	g_string_assign(d->label, lines->pdata[lines->len - 1]);
	if (!mark || width_of(d->label) + strlen(mark) + 3 > room)
		return mark;
	g_string_append_printf(d->label, " (%s)", mark);
	return NULL;
}

/* "✗ ESTABLISHED taken back: third ACK was lost" */
static void add_remarks(const Drawing *d, LadderBlock *block, const LadderRow *row,
			const char *mark)
{
	const char *note = row->note;

	if (mark)
		ladder_block_remark(block, row->sender, row_style(row), mark);
	for (unsigned i = 0; i < row->changes_len; i++) {
		const LadderChange *c = &row->changes[i];
		if (!c->taken_back)
			continue;
		g_autofree char *said =
			g_strdup_printf("%s %s taken back%s%s", d->canvas.glyphs->cross,
					shakedown_tcp_state_name((ShakedownTcpState)c->state),
					note ? ": " : "", note ? note : "");
		ladder_block_remark(block, c->side, TEXT_CRITICAL, said);
		note = NULL;
	}
	if (note)
		ladder_block_remark(block, row->sender, TEXT_NOTICE, note);
}

/* What of a label stands above its arrow. */
static void draw_above(Drawing *d, const LadderRow *row, ShakedownSideId from, const char *line)
{
	LadderBlock block;

	ladder_block_init(&block, &d->canvas);
	ladder_block_text(&block, from, line);
	block.first.lane_style = row_style(row);
	ladder_block_draw(&block, &d->margins);
	ladder_block_clear(&block);
}

static void draw_segment(Drawing *d, const LadderRow *row, LadderBlock *block)
{
	LadderArrow arrow = row_arrow(row);
	g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
	const char *mark = word_label(d, row, lines);

	add_remarks(d, block, row, mark);
	for (unsigned i = 0; i + 1 < lines->len; i++)
		draw_above(d, row, arrow.from, lines->pdata[i]);
	ladder_canvas_arrow(&d->canvas, &arrow, d->label->str, block->lane);
	block->first.lane_style = row_style(row);
	if (!arrow.short_)
		block->first.rule[arrow.from] = d->canvas.glyphs->tail[arrow.from];
}

/* What else than a segment ended a state. */
static void draw_silent(const LadderRow *row, LadderBlock *block)
{
	ladder_block_text(block, row->sender, row->note);
	block->first.lane_style = TEXT_DIM;
}

/* All in one line if it fits, else a line or more a piece. */
static void draw_fold(Drawing *d, const LadderRow *row, LadderBlock *block)
{
	const char *gap = d->canvas.glyphs->gap;
	unsigned indent = text_width(gap, strlen(gap)) + 2;
	unsigned room = d->canvas.lane - indent - 1;
	g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);

	g_string_truncate(d->label, 0);
	for (unsigned i = 0; ladder_fold_piece(&d->wording, row, i, d->head); i++)
		g_string_append_printf(d->label, "%s%s", i ? "; " : "", d->head->str);
	if (width_of(d->label) <= room)
		g_ptr_array_add(lines, g_strdup(d->label->str));
	else
		for (unsigned i = 0; ladder_fold_piece(&d->wording, row, i, d->head); i++)
			ladder_canvas_wrap(d->head->str, room, lines);
	g_string_printf(block->lane, " %s %s", gap, (const char *)lines->pdata[0]);
	for (unsigned i = 1; i < lines->len; i++) {
		g_string_printf(d->label, "%*s%s", (int)indent, "", (const char *)lines->pdata[i]);
		ladder_block_lane(block, TEXT_DIM, d->label->str);
	}
	block->first.lane_style = TEXT_DIM;
	block->broken = true;
}

static void draw_gap(Drawing *d, ShakedownDuration gap)
{
	char duration[REPORT_DURATION_LEN];
	size_t len = report_format_duration(duration, gap, d->wording.ascii ? "u" : "µ");
	const char *broken = d->canvas.glyphs->broken;

	g_string_printf(d->head, "%s %.*s later", d->canvas.glyphs->gap, (int)len, duration);
	unsigned width = MIN(width_of(d->head), d->canvas.lane);
	g_string_printf(d->label, "%*s%s", (int)((d->canvas.lane - width) / 2), "", d->head->str);
	ladder_margins_draw(&d->margins, &d->canvas,
			    &(LadderLine){.lane = d->label->str,
					  .lane_style = TEXT_DIM,
					  .rule = {broken, broken}});
}

static void draw_row(Drawing *d, const LadderRow *row)
{
	LadderBlock block;

	ladder_block_init(&block, &d->canvas);
	block.first.stamped = true;
	block.first.frame = row->frame;
	block.first.since = ladder_elapsed(d->start, row->time);
	if (row->fold)
		draw_fold(d, row, &block);
	else if (!row->frame)
		draw_silent(row, &block);
	else
		draw_segment(d, row, &block);
	ladder_block_states(&block, &d->margins, row);
	ladder_block_draw(&block, &d->margins);
	ladder_block_clear(&block);
}

static void draw_initial(Drawing *d, const LadderBeliefs *beliefs)
{
	const char *names[2] = {NULL, NULL};

	for (int side = 0; side < 2; side++) {
		int state = beliefs->initial[side];
		if (state == LADDER_STATE_NOT_SEEN)
			names[side] = "not seen";
		else if (state >= 0)
			names[side] = shakedown_tcp_state_name((ShakedownTcpState)state);
		d->margins.state[side] = state;
	}
	if (names[0] || names[1])
		ladder_margins_draw(&d->margins, &d->canvas,
				    &(LadderLine){.left = names[0],
						  .right = names[1],
						  .left_style = TEXT_DIM,
						  .right_style = TEXT_DIM});
}

/* How many labels would have to be broken. */
static unsigned count_broken(Drawing *d)
{
	unsigned room = ladder_canvas_arrow_room(&d->canvas), broken = 0;

	for (unsigned i = 0; i < d->rows->rows->len; i++) {
		const LadderRow *row = ladder_rows_at(d->rows, i);
		if (row->fold || !row->frame)
			continue;
		ladder_label(&d->wording, row, d->head, d->tail);
		broken += width_of(d->head) + 1 + width_of(d->tail) > room;
	}
	return broken;
}

/* One wording for the whole drawing: the fullest of those that break the fewest labels. */
static void choose_brevity(Drawing *d)
{
	LadderBrevity best = LADDER_FULL;
	unsigned least = UINT_MAX;

	for (LadderBrevity b = LADDER_FULL; b <= LADDER_BRIEFEST && least; b++) {
		d->wording.brevity = b;
		unsigned broken = count_broken(d);
		if (broken < least) {
			least = broken;
			best = b;
		}
	}
	d->wording.brevity = best;
}

static void choose_canvas(Drawing *d, TextLayout *text)
{
	uint64_t frames = 0;
	ShakedownDuration span = 0;

	for (unsigned i = 0; i < d->rows->rows->len; i++) {
		const LadderRow *row = ladder_rows_at(d->rows, i);
		frames = MAX(frames, row->frame);
		span = MAX(span, ladder_elapsed(d->start, row->time));
	}
	ladder_canvas_init(&d->canvas, text, frames, span);
}

static void draw_rows(Drawing *d)
{
	for (unsigned i = 0; i < d->rows->rows->len; i++) {
		const LadderRow *row = ladder_rows_at(d->rows, i);
		if (i > 0) {
			const LadderRow *before = ladder_rows_at(d->rows, i - 1);
			ShakedownDuration gap = ladder_elapsed(ladder_row_end(before), row->time);
			if (gap >= GAP_MIN)
				draw_gap(d, gap);
		}
		draw_row(d, row);
	}
}

LadderBrevity ladder_draw(TextLayout *text, const LadderRows *rows, const LadderNumbers *numbers,
			  const LadderBeliefs *beliefs, bool verbose)
{
	Drawing d = {.wording = {numbers, LADDER_FULL, verbose, text->ascii}, .rows = rows};

	if (!rows->rows->len)
		return LADDER_FULL;
	d.head = g_string_new(NULL);
	d.tail = g_string_new(NULL);
	d.label = g_string_new(NULL);
	d.start = ladder_rows_at(rows, 0)->time;
	choose_canvas(&d, text);
	choose_brevity(&d);
	ladder_canvas_heading(&d.canvas);
	draw_initial(&d, beliefs);
	draw_rows(&d);
	g_string_free(d.head, TRUE);
	g_string_free(d.tail, TRUE);
	g_string_free(d.label, TRUE);
	return d.wording.brevity;
}
