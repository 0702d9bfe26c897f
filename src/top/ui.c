/* SPDX-License-Identifier: BSD-3-Clause */
/* The lists: what is in them, in which order, which row is selected. Keys are in keys.c. */
#include "top/ui.h"

#include "top/columns.h"

#include <string.h>

void top_ui_init(TopUi *ui, ShakedownDuration interval)
{
	static const unsigned sort[TOP_PANES] = {[TOP_SERVICES] = TOP_SERVICE_RATE,
						 [TOP_CONNECTIONS] = TOP_CONNECTION_IDLE,
						 [TOP_ANOMALIES] = TOP_ANOMALY_TIME};

	*ui = (TopUi){.interval = interval};
	for (unsigned pane = 0; pane < TOP_PANES; pane++) {
		ui->list[pane].shown = g_array_new(FALSE, FALSE, sizeof(guint));
		ui->list[pane].sort = sort[pane];
	}
}

void top_ui_clear(TopUi *ui)
{
	for (unsigned pane = 0; pane < TOP_PANES; pane++)
		g_array_unref(ui->list[pane].shown);
	g_clear_pointer(&ui->page.text, g_ptr_array_unref);
}

/* Every word of the filter is somewhere in the row's. */
static bool passes(char **filter, const GString *words)
{
	g_autofree char *lower = g_utf8_casefold(words->str, (gssize)words->len);

	for (; *filter; filter++)
		if (!strstr(lower, *filter))
			return false;
	return true;
}

typedef struct {
	const TopModel *model;
	TopPane pane;
	unsigned column;
	bool descends;
} Order;

static gint compare(gconstpointer a, gconstpointer b, gpointer data)
{
	const Order *order = data;
	guint x = *(const guint *)a, y = *(const guint *)b;
	int c = top_model_compare(order->model, order->pane, order->column, x, y);

	if (c)
		return order->descends ? -c : c;
	/* Rows that are alike keep an order of their own, so that they do not dance. */
	switch (order->pane) {
	case TOP_SERVICES:
		c = -top_model_compare(order->model, order->pane, TOP_SERVICE_TRIED, x, y);
		return c ? c : top_model_compare(order->model, order->pane, TOP_SERVICE_NAME, x, y);
	case TOP_CONNECTIONS:
		return -top_model_compare(order->model, order->pane, TOP_CONNECTION_ID, x, y);
	case TOP_ANOMALIES:
		return -top_model_compare(order->model, order->pane, TOP_ANOMALY_TIME, x, y);
	}
	return 0;
}

/* Where the row with that key has gone; or as near as it was. */
static void find_selection(TopList *list, const TopModel *model, TopPane pane)
{
	if (!list->key)
		list->selected = 0;
	for (guint i = 0; list->key && i < list->shown->len; i++)
		if (top_model_key(model, pane, g_array_index(list->shown, guint, i)) == list->key) {
			list->selected = i;
			return;
		}
	if (list->selected >= list->shown->len)
		list->selected = list->shown->len ? list->shown->len - 1 : 0;
}

static void arrange(TopList *list, const TopModel *model, TopPane pane)
{
	g_autofree char *folded = g_utf8_casefold(list->filter, -1);
	g_auto(GStrv) filter = g_strsplit_set(folded, " ", -1);
	g_autoptr(GString) words = g_string_new(NULL);
	unsigned n;
	const TopColumn *column = &top_columns(pane, &n)[list->sort];
	Order order = {model, pane, list->sort, column->descends != list->reverse};

	g_array_set_size(list->shown, 0);
	for (guint i = 0; i < model->n[pane]; i++) {
		if (*list->filter)
			top_model_words(model, pane, i, words);
		if (!*list->filter || passes(filter, words))
			g_array_append_val(list->shown, i);
	}
	g_array_sort_with_data(list->shown, compare, &order);
	find_selection(list, model, pane);
}

void top_ui_arrange(TopUi *ui, const TopModel *model)
{
	for (unsigned pane = 0; pane < TOP_PANES; pane++)
		arrange(&ui->list[pane], model, (TopPane)pane);
	top_ui_scroll(ui);
}

void top_ui_scroll(TopUi *ui)
{
	for (unsigned pane = 0; pane < TOP_PANES; pane++) {
		TopList *l = &ui->list[pane];
		unsigned rows = MAX(l->rows, 1);

		if (l->selected < l->first)
			l->first = l->selected;
		if (l->selected >= l->first + rows)
			l->first = l->selected - rows + 1;
		/* No empty lines below, where there are more above. */
		if (l->first + rows > l->shown->len)
			l->first = l->shown->len > rows ? l->shown->len - rows : 0;
	}
	TopPage *page = &ui->page;
	unsigned lines = page->text ? page->text->len : 0;

	if (page->text && page->line + page->rows > lines)
		page->line = lines > page->rows ? lines - page->rows : 0;
}

bool top_ui_selected(const TopUi *ui, size_t *row)
{
	const TopList *list = &ui->list[ui->pane];

	if (list->selected >= list->shown->len)
		return false;
	*row = g_array_index(list->shown, guint, list->selected);
	return true;
}
