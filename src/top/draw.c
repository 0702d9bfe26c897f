/* SPDX-License-Identifier: BSD-3-Clause */
/* The screen as a whole: the bar, how it stands, the panes or a page, the keys. */
#include "top/draw.h"

#include "top/columns.h"

#include <string.h>

static void draw_bar(TopCanvas *canvas, const TopUi *ui, const TopModel *model,
		     const TopAbout *about)
{
	char clock[TOP_FIGURE_LEN], interval[TOP_FIGURE_LEN];
	const TopStatus *v = &model->status;
	g_autoptr(GString) left = g_string_new("shakedown");
	g_autoptr(GString) right = g_string_new(NULL);

	top_clock(clock, v->live.now);
	top_duration(interval, ui->interval);
	g_string_append_printf(left, "  %s", about->name);
	if (ui->paused)
		g_string_append(right, "PAUSED  ");
	if (v->ended)
		g_string_append(right, "read to its end  ");
	else
		g_string_append_printf(right, "every %s  ", interval);
	g_string_append_printf(right, v->live.packets ? "%s UTC " : "no packets yet ", clock);
	unsigned width = top_canvas_columns(canvas, right->str);

	top_canvas_fill(canvas, 0, TOP_BAR);
	width = MIN(width, canvas->width);
	top_canvas_put(canvas, 0, canvas->width - width, width, TOP_BAR, right->str);
	if (canvas->width > width + 2)
		top_canvas_cell(canvas, 0, 1, canvas->width - width - 2, TOP_BAR, left->str, false);
}

/* A file is read faster than one looks: what came "lately" depends on when. */
static double of_all(const ShakedownLive *v)
{
	uint64_t decided = v->completed + v->failed;

	return decided ? (double)v->completed / (double)decided : -1;
}

static void draw_status(TopCanvas *canvas, const TopModel *model, bool live)
{
	const TopStatus *v = &model->status;
	char a[TOP_FIGURE_LEN], b[TOP_FIGURE_LEN];
	unsigned x = 1;

	/* What a narrow terminal must not cut off comes first. */
	g_autoptr(GString) text = g_string_new(NULL);

	if (live) {
		top_rate(a, MAX(model->packets, 0));
		g_string_printf(text, "%s packets/s  ", model->packets < 0 ? "-" : a);
	} else {
		top_count(a, v->live.packets);
		g_string_printf(text, "%s packets  ", a);
	}
	x += top_canvas_put(canvas, 1, x, canvas->width, TOP_PLAIN, text->str);
	top_count(a, v->dropped);
	top_count(b, v->captured + v->dropped);
	g_string_printf(text, "%s of %s dropped", a, b);
	x += top_canvas_put(canvas, 1, x, canvas->width, v->dropped ? TOP_WARNING : TOP_PLAIN,
			    text->str);
	top_count(a, v->live.half_open);
	g_string_printf(text, "  %s half-open", a);
	if (live) {
		top_rate(b, MAX(model->attempts, 0));
		g_string_append_printf(text, "  %s opened/s", model->attempts < 0 ? "-" : b);
	}
	x += top_canvas_put(canvas, 1, x, canvas->width, TOP_PLAIN, text->str);
	double success = live ? model->success : of_all(&v->live);
	if (success >= 0) {
		g_string_printf(text, "  %.1f%% ok", 100 * success);
		top_canvas_put(canvas, 1, x, canvas->width, success < 0.9 ? TOP_WARNING : TOP_GOOD,
			       text->str);
	}
}

static void draw_titles(TopCanvas *canvas, unsigned y, TopPane pane, const TopUi *ui,
			const unsigned widths[TOP_COLUMNS_MOST])
{
	const TopList *list = &ui->list[pane];
	TopStyle style = pane == ui->pane ? TOP_HEAD_FOCUS : TOP_HEAD;
	unsigned n, x = 0;
	const TopColumn *columns = top_columns(pane, &n);

	top_canvas_fill(canvas, y, style);
	for (unsigned i = 0; i < n; i++) {
		char title[64];
		bool down = columns[i].descends != list->reverse;

		if (!widths[i])
			continue;
		g_snprintf(title, sizeof title, "%s%s%s",
			   i == list->sort && columns[i].right ? (down ? "▼" : "▲") : "",
			   columns[i].title,
			   i == list->sort && !columns[i].right ? (down ? "▼" : "▲") : "");
		top_canvas_cell(canvas, y, x, widths[i], style, title, columns[i].right);
		x += widths[i] + 1;
	}
}

/* What stands where there are no rows. */
static const char *nothing(const TopList *list, TopPane pane)
{
	if (*list->filter)
		return "nothing matches the filter; Esc shows all";
	switch (pane) {
	case TOP_SERVICES:
		return "no services yet";
	case TOP_CONNECTIONS:
		return "no connections yet";
	case TOP_ANOMALIES:
		break;
	}
	return "no anomalies so far";
}

static void draw_row(TopCanvas *canvas, unsigned y, const TopModel *model, TopPane pane, size_t row,
		     const unsigned widths[TOP_COLUMNS_MOST], GString *text)
{
	unsigned n, x = 0;
	const TopColumn *columns = top_columns(pane, &n);

	for (unsigned i = 0; i < n; i++) {
		TopStyle style;

		if (!widths[i])
			continue;
		top_column_text(model, pane, i, row, text, &style);
		top_canvas_cell(canvas, y, x, widths[i], style, text->str, columns[i].right);
		x += widths[i] + 1;
	}
}

static void draw_pane(TopCanvas *canvas, const TopPlaces *places, TopPane pane, const TopUi *ui,
		      const TopModel *model)
{
	const TopList *list = &ui->list[pane];
	unsigned widths[TOP_COLUMNS_MOST], y = places->pane[pane];
	g_autoptr(GString) text = g_string_new(NULL);

	if (!places->pane_height[pane])
		return;
	top_columns_fit(pane, canvas->width, widths);
	draw_titles(canvas, y, pane, ui, widths);
	if (!list->shown->len)
		top_canvas_put(canvas, y + 1, 1, canvas->width, TOP_DIM, nothing(list, pane));
	for (unsigned i = 0; i < list->rows && list->first + i < list->shown->len; i++) {
		draw_row(canvas, y + 1 + i, model, pane,
			 g_array_index(list->shown, guint, list->first + i), widths, text);
		if (pane == ui->pane && list->first + i == list->selected)
			top_canvas_select(canvas, y + 1 + i);
	}
}

/* "services 1-9 of 12" for the pane in focus, and how many are kept no more. */
static void say_where(const TopUi *ui, const TopModel *model, GString *out)
{
	static const char *const names[TOP_PANES] = {"services", "connections", "anomalies"};
	const TopList *list = &ui->list[ui->pane];
	unsigned last = MIN(list->first + list->rows, list->shown->len);
	uint64_t gone = ui->pane == TOP_SERVICES      ? model->forgotten_services
			: ui->pane == TOP_CONNECTIONS ? model->forgotten_connections
						      : 0;
	char count[TOP_FIGURE_LEN];

	g_string_printf(out, "%s %u-%u of %u", names[ui->pane],
			list->shown->len ? list->first + 1 : 0, last, list->shown->len);
	if (*list->filter)
		g_string_append_printf(out, " with '%s'", list->filter);
	if (gone) {
		top_count(count, gone);
		g_string_append_printf(out, ", %s before", count);
	}
}

/* As many keys as there is room for. */
static void add_hints(const TopCanvas *canvas, GString *text)
{
	static const char *const hints[] = {"q quit",	"h help", "Enter open",	 "Tab pane",
					    "/ filter", "s sort", "Space pause", "+ - how often"};
	unsigned used = 1 + top_canvas_columns(canvas, text->str);

	g_string_append_c(text, ' ');
	for (size_t i = 0; i < G_N_ELEMENTS(hints); i++) {
		used += 2 + (unsigned)strlen(hints[i]);
		if (used >= canvas->width)
			return;
		g_string_append_printf(text, "  %s", hints[i]);
	}
}

static void draw_keys(TopCanvas *canvas, const TopUi *ui, const TopModel *model)
{
	const unsigned y = canvas->height - 1;
	g_autoptr(GString) text = g_string_new(NULL);
	const TopPage *page = &ui->page;

	top_canvas_fill(canvas, y, TOP_BAR);
	switch (ui->mode) {
	case TOP_MODE_LISTS:
		say_where(ui, model, text);
		add_hints(canvas, text);
		break;
	case TOP_MODE_PAGE:
		g_string_printf(text, "lines %u-%u of %u   q back  ↑↓ Space b  ← →", page->line + 1,
				page->text ? MIN(page->line + page->rows, page->text->len) : 0,
				page->text ? page->text->len : 0);
		break;
	case TOP_MODE_FILTER:
		g_string_printf(text, "only rows with: %s_   Enter keep  Esc as before", ui->entry);
		break;
	case TOP_MODE_INTERVAL:
		g_string_printf(text, "a look every (0.5, 2s, 1min): %s_", ui->entry);
		break;
	}
	if (*ui->message)
		g_string_assign(text, ui->message);
	top_canvas_cell(canvas, y, 1, canvas->width - 1, TOP_BAR, text->str, false);
}

static void draw_lists(TopCanvas *canvas, TopUi *ui, const TopModel *model, const TopAbout *about)
{
	unsigned rows[TOP_PANES];

	for (unsigned pane = 0; pane < TOP_PANES; pane++)
		rows[pane] = ui->list[pane].shown->len;
	TopPlaces places = top_places(canvas->width, canvas->height, ui->pane, rows);

	for (unsigned pane = 0; pane < TOP_PANES; pane++)
		ui->list[pane].rows = places.pane_height[pane] ? places.pane_height[pane] - 1 : 0;
	top_ui_scroll(ui);
	draw_status(canvas, model, about->live);
	top_draw_states(canvas, places.states, places.states_height, &model->status.live);
	for (unsigned pane = 0; pane < TOP_PANES; pane++)
		draw_pane(canvas, &places, (TopPane)pane, ui, model);
}

static void draw_page(TopCanvas *canvas, TopUi *ui)
{
	TopPage *page = &ui->page;
	unsigned widest = page->text ? top_text_columns(page->text, canvas) : 0;

	page->rows = canvas->height - 2;
	page->columns = canvas->width;
	page->column = MIN(page->column, widest > canvas->width ? widest - canvas->width : 0);
	top_ui_scroll(ui);
	for (unsigned i = 0; page->text && i < page->rows && page->line + i < page->text->len; i++)
		top_text_put(page->text, page->line + i, page->column, canvas, 1 + i);
}

static void draw_too_small(TopCanvas *canvas)
{
	char text[64];

	g_snprintf(text, sizeof text, "%ux%u is too small", canvas->width, canvas->height);
	top_canvas_put(canvas, 0, 0, canvas->width, TOP_PLAIN, text);
	g_snprintf(text, sizeof text, "needs %ux%u", TOP_WIDTH_LEAST, TOP_HEIGHT_LEAST);
	top_canvas_put(canvas, 1, 0, canvas->width, TOP_PLAIN, text);
	top_canvas_put(canvas, 2, 0, canvas->width, TOP_PLAIN, "q quits");
}

void top_draw(TopCanvas *canvas, TopUi *ui, const TopModel *model, const TopAbout *about)
{
	if (canvas->width < TOP_WIDTH_LEAST || canvas->height < TOP_HEIGHT_LEAST) {
		draw_too_small(canvas);
		return;
	}
	if (ui->mode == TOP_MODE_PAGE)
		draw_page(canvas, ui);
	else
		draw_lists(canvas, ui, model, about);
	draw_bar(canvas, ui, model, about);
	draw_keys(canvas, ui, model);
}
