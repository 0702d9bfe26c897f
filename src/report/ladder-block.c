/* SPDX-License-Identifier: BSD-3-Clause */
/* Putting the lines of a row together. */
#include "report/ladder-block.h"

#include "report/text-clean.h"

/* Nobody should have to scroll up for a state. */
#define LINES_WITHOUT_STATE 24

typedef struct {
	TextStyle style;
	char *text; /* owned, clean, with its indentation */
} LadderUnder;

static void under_clear(void *under)
{
	g_free(((LadderUnder *)under)->text);
}

void ladder_block_init(LadderBlock *block, const LadderCanvas *canvas)
{
	*block = (LadderBlock){.canvas = canvas,
			       .lane = g_string_new(NULL),
			       .beside = g_string_new(NULL),
			       .under = g_array_new(FALSE, FALSE, sizeof(LadderUnder))};
	g_array_set_clear_func(block->under, under_clear);
}

void ladder_block_clear(LadderBlock *block)
{
	g_string_free(block->lane, TRUE);
	g_string_free(block->beside, TRUE);
	g_array_unref(block->under);
}

static void add_state(LadderBlock *block, const LadderChange *c)
{
	unsigned n = block->states_len[c->side]++;
	char *text = block->states[c->side][n];
	bool assumed = c->evidence == SHAKEDOWN_EVIDENCE_ASSUMED;

	(void)g_snprintf(text, sizeof block->states[0][0], "%s%s",
			 shakedown_tcp_state_name((ShakedownTcpState)c->state),
			 c->doubt  ? "?"
			 : assumed ? "~"
				   : "");
	block->styles[c->side][n] =
		c->doubt ? TEXT_WARNING : text_state_style((ShakedownTcpState)c->state);
}

/* Marked as no change: "…ESTABLISHED". */
static void say_again(LadderBlock *block, ShakedownSideId side, ShakedownTcpState state)
{
	(void)g_snprintf(block->states[side][0], sizeof block->states[0][0], "%s%s",
			 block->canvas->glyphs->still, shakedown_tcp_state_name(state));
	block->styles[side][0] = TEXT_DIM;
	block->states_len[side] = 1;
}

void ladder_block_states(LadderBlock *block, LadderMargins *margins, const LadderRow *row)
{
	for (unsigned i = 0; i < row->changes_len; i++) {
		const LadderChange *c = &row->changes[i];
		if (!c->shown)
			continue;
		add_state(block, c);
		margins->state[c->side] = (int)c->state;
	}
	for (ShakedownSideId side = SHAKEDOWN_CLIENT; side <= SHAKEDOWN_SERVER; side++)
		if (!block->states_len[side] && margins->state[side] >= 0 &&
		    margins->since[side] >= LINES_WITHOUT_STATE)
			say_again(block, side, (ShakedownTcpState)margins->state[side]);
}

void ladder_block_lane(LadderBlock *block, TextStyle style, const char *clean)
{
	LadderUnder u = {.style = style, .text = g_strdup(clean)};
	g_array_append_val(block->under, u);
}

static unsigned indent_of(const LadderBlock *block, ShakedownSideId side, unsigned width)
{
	if (side == SHAKEDOWN_CLIENT)
		return LADDER_INDENT;
	return block->canvas->lane - MIN(block->canvas->lane, width + LADDER_INDENT);
}

void ladder_block_remark(LadderBlock *block, ShakedownSideId side, TextStyle style,
			 const char *text)
{
	const LadderCanvas *canvas = block->canvas;
	g_autoptr(GString) clean = g_string_new(NULL);
	g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
	unsigned widest = 0;

	text_clean_append(clean, text, strlen(text), canvas->text->ascii);
	if (!block->beside->len && text_width(clean->str, clean->len) <= canvas->remark) {
		g_string_assign(block->beside, clean->str);
		block->first.remark_style = style;
		return;
	}
	ladder_canvas_wrap(clean->str, canvas->lane - 2 * LADDER_INDENT, lines);
	for (unsigned i = 0; i < lines->len; i++)
		widest = MAX(widest, text_width(lines->pdata[i], strlen(lines->pdata[i])));
	for (unsigned i = 0; i < lines->len; i++) {
		g_autofree char *line = g_strdup_printf(
			"%*s%s", (int)indent_of(block, side, widest), "", (char *)lines->pdata[i]);
		ladder_block_lane(block, style, line);
	}
}

void ladder_block_text(LadderBlock *block, ShakedownSideId side, const char *clean)
{
	unsigned indent = indent_of(block, side, text_width(clean, strlen(clean)));
	g_string_printf(block->lane, "%*s%s", (int)indent, "", clean);
}

static void set_states(const LadderBlock *block, unsigned i, LadderLine *line)
{
	if (i < block->states_len[0]) {
		line->left = block->states[0][i];
		line->left_style = block->styles[0][i];
	}
	if (i < block->states_len[1]) {
		line->right = block->states[1][i];
		line->right_style = block->styles[1][i];
	}
}

void ladder_margins_draw(LadderMargins *margins, const LadderCanvas *canvas, const LadderLine *line)
{
	margins->since[0] = line->left ? 0 : margins->since[0] + 1;
	margins->since[1] = line->right ? 0 : margins->since[1] + 1;
	ladder_canvas_line(canvas, line);
}

void ladder_block_draw(LadderBlock *block, LadderMargins *margins)
{
	unsigned lines = MAX(block->states_len[0], block->states_len[1]);
	lines = MAX(lines, 1 + block->under->len);

	block->first.lane = block->lane->str;
	block->first.remark = block->beside->len ? block->beside->str : NULL;
	for (unsigned i = 0; i < lines; i++) {
		LadderLine line = {0};
		if (i == 0) {
			line = block->first;
		} else if (i <= block->under->len) {
			const LadderUnder *u = &g_array_index(block->under, LadderUnder, i - 1);
			line.lane = u->text;
			line.lane_style = u->style;
		}
		set_states(block, i, &line);
		if (block->broken)
			line.rule[0] = line.rule[1] = block->canvas->glyphs->broken;
		ladder_margins_draw(margins, block->canvas, &line);
	}
}
