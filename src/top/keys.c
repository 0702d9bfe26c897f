/* SPDX-License-Identifier: BSD-3-Clause */
/* What each key does. */
#include "top/columns.h"
#include "top/ui.h"

#include <string.h>

/* How far such a key moves, in lines; 0: it moves nothing. */
static int64_t movement(unsigned key, unsigned rows)
{
	const int64_t page = rows > 1 ? rows - 1 : 1;

	switch (key) {
	case TOP_KEY_UP:
	case 'k':
	case TOP_CTRL('p'):
		return -1;
	case TOP_KEY_DOWN:
	case 'j':
	case TOP_CTRL('n'):
		return 1;
	case TOP_KEY_PAGE_UP:
	case TOP_CTRL('b'):
		return -page;
	case TOP_KEY_PAGE_DOWN:
	case TOP_CTRL('f'):
		return page;
	case TOP_CTRL('u'):
		return -(page + 1) / 2;
	case TOP_CTRL('d'):
		return (page + 1) / 2;
	case TOP_KEY_HOME:
	case 'g':
		return -INT32_MAX;
	case TOP_KEY_END:
	case 'G':
		return INT32_MAX;
	default:
		return 0;
	}
}

static void move_selection(TopList *list, const TopModel *model, TopPane pane, int64_t by)
{
	if (!list->shown->len)
		return;
	list->selected =
		(unsigned)CLAMP((int64_t)list->selected + by, 0, (int64_t)list->shown->len - 1);
	/* On the first row one looks at whatever is first. */
	list->key = list->selected
			    ? top_model_key(model, pane,
					    g_array_index(list->shown, guint, list->selected))
			    : 0;
}

static void open_page(TopUi *ui, TopPageKind kind, uint64_t id)
{
	g_clear_pointer(&ui->page.text, g_ptr_array_unref);
	ui->page = (TopPage){.kind = kind, .id = id, .rows = ui->page.rows};
	ui->mode = TOP_MODE_PAGE;
}

static void show_connections_of(TopUi *ui, const ShakedownBoardService *service)
{
	TopList *list = &ui->list[TOP_CONNECTIONS];
	char text[TOP_FIGURE_LEN];

	top_endpoint(text, &service->addr, service->port);
	g_strlcpy(list->filter, text, sizeof list->filter);
	list->selected = list->first = 0;
	list->key = 0;
	ui->pane = TOP_CONNECTIONS;
	ui->from_service = true;
}

static void open_ladder(TopUi *ui, uint64_t connection)
{
	if (connection)
		open_page(ui, TOP_PAGE_LADDER, connection);
	else
		g_strlcpy(ui->message,
			  "this is not about one connection: there is no ladder to draw",
			  sizeof ui->message);
}

static void open_selected(TopUi *ui, const TopModel *model, bool ladder)
{
	size_t row;

	if (!top_ui_selected(ui, &row))
		return;
	switch (ui->pane) {
	case TOP_SERVICES:
		show_connections_of(ui, &model->services[row]);
		break;
	case TOP_CONNECTIONS:
		open_ladder(ui, model->connections[row].id);
		break;
	case TOP_ANOMALIES:
		if (ladder)
			open_ladder(ui, model->anomalies[row]->connection);
		else
			open_page(ui, TOP_PAGE_ANOMALY, model->anomalies[row]->number);
		break;
	}
}

static void set_interval(TopUi *ui, ShakedownDuration interval)
{
	char text[TOP_FIGURE_LEN];

	ui->interval = CLAMP(interval, TOP_INTERVAL_LEAST, TOP_INTERVAL_MOST);
	top_duration(text, ui->interval);
	g_snprintf(ui->message, sizeof ui->message, "a look every %s", text);
}

/* To the next column that is not the one that fills the line with prose. */
static void next_sort(TopUi *ui, int by)
{
	TopList *list = &ui->list[ui->pane];
	unsigned n;
	const TopColumn *columns = top_columns(ui->pane, &n);

	if (ui->pane == TOP_ANOMALIES)
		n = TOP_ANOMALY_TEXT;
	list->sort = (list->sort + n + (unsigned)by) % n;
	list->reverse = false;
	list->key = 0;
	g_snprintf(ui->message, sizeof ui->message, "sorted by %s%s",
		   ui->pane == TOP_CONNECTIONS && list->sort == TOP_CONNECTION_SERVER_STATE
			   ? "the server's state"
		   : ui->pane == TOP_CONNECTIONS && list->sort == TOP_CONNECTION_CLIENT_STATE
			   ? "the client's state"
			   : columns[list->sort].title,
		   columns[list->sort].descends ? ", greatest first" : "");
}

static void begin_entry(TopUi *ui, TopMode mode)
{
	ui->mode = mode;
	*ui->entry = '\0';
	if (mode == TOP_MODE_FILTER) {
		g_strlcpy(ui->before, ui->list[ui->pane].filter, sizeof ui->before);
		g_strlcpy(ui->entry, ui->before, sizeof ui->entry);
	}
}

static void escape(TopUi *ui)
{
	TopList *list = &ui->list[ui->pane];

	if (*list->filter)
		*list->filter = '\0';
	if (ui->from_service && ui->pane == TOP_CONNECTIONS)
		ui->pane = TOP_SERVICES;
	ui->from_service = false;
}

static void go_to(TopUi *ui, unsigned pane)
{
	ui->pane = (TopPane)(pane % TOP_PANES);
	ui->from_service = false;
}

/* True: it leads elsewhere. */
static bool key_of_ways(TopUi *ui, const TopModel *model, unsigned key)
{
	switch (key) {
	case 'q':
	case 'Q':
	case TOP_KEY_F10:
		ui->quit = true;
		return true;
	case 'h':
	case '?':
	case TOP_KEY_F1:
		open_page(ui, TOP_PAGE_HELP, 0);
		return true;
	case TOP_KEY_TAB:
	case TOP_KEY_RIGHT:
		go_to(ui, ui->pane + 1u);
		return true;
	case TOP_KEY_BACK_TAB:
	case TOP_KEY_LEFT:
		go_to(ui, ui->pane + TOP_PANES - 1u);
		return true;
	case '1':
	case '2':
	case '3':
		go_to(ui, key - '1');
		return true;
	case TOP_KEY_ENTER:
		open_selected(ui, model, false);
		return true;
	case 'l':
	case TOP_KEY_F5:
		open_selected(ui, model, true);
		return true;
	default:
		return false;
	}
}

/* True: it changes what is shown, or how. */
static bool key_of_view(TopUi *ui, unsigned key)
{
	TopList *list = &ui->list[ui->pane];

	switch (key) {
	case ' ':
		ui->paused = !ui->paused;
		return true;
	case 's':
	case '>':
	case TOP_KEY_F6:
		next_sort(ui, 1);
		return true;
	case '<':
		next_sort(ui, -1);
		return true;
	case 'r':
	case 'R':
	case 'I':
		list->reverse = !list->reverse;
		list->key = 0;
		return true;
	case '/':
	case '\\':
	case TOP_KEY_F4:
		begin_entry(ui, TOP_MODE_FILTER);
		return true;
	case 'c':
	case TOP_KEY_ESCAPE:
		escape(ui);
		return true;
	case 'd':
		begin_entry(ui, TOP_MODE_INTERVAL);
		return true;
	case '+':
	case '=':
		set_interval(ui, 2 * ui->interval);
		return true;
	case '-':
		set_interval(ui, ui->interval / 2);
		return true;
	default:
		return false;
	}
}

static void key_in_lists(TopUi *ui, const TopModel *model, unsigned key)
{
	TopList *list = &ui->list[ui->pane];

	if (!key_of_ways(ui, model, key) && !key_of_view(ui, key))
		move_selection(list, model, ui->pane, movement(key, list->rows));
}

static void leave_page(TopUi *ui)
{
	ui->mode = TOP_MODE_LISTS;
	g_clear_pointer(&ui->page.text, g_ptr_array_unref);
}

static void ladder_of_anomaly(TopUi *ui, const TopModel *model)
{
	for (size_t i = 0; ui->page.kind == TOP_PAGE_ANOMALY && i < model->n[TOP_ANOMALIES]; i++)
		if (model->anomalies[i]->number == ui->page.id) {
			open_ladder(ui, model->anomalies[i]->connection);
			return;
		}
}

static void scroll_page(TopPage *page, int64_t by)
{
	int64_t lines = page->text ? page->text->len : 0;
	int64_t last = MAX(lines - (int64_t)page->rows, 0);

	page->line = (unsigned)CLAMP((int64_t)page->line + by, 0, last);
}

static void key_in_page(TopUi *ui, const TopModel *model, unsigned key)
{
	TopPage *page = &ui->page;
	int64_t screen = page->rows > 1 ? page->rows - 1 : 1;

	switch (key) {
	case 'q':
	case 'Q':
	case 'h':
	case '?':
	case TOP_KEY_ESCAPE:
	case TOP_KEY_BACKSPACE:
	case TOP_KEY_F10:
		leave_page(ui);
		break;
	case ' ':
	case 'f':
		scroll_page(page, screen);
		break;
	case 'b':
		scroll_page(page, -screen);
		break;
	case TOP_KEY_LEFT:
		page->column -= MIN(page->column, 8);
		break;
	case TOP_KEY_RIGHT:
		page->column += page->column + page->rows < 1000 ? 8 : 0;
		break;
	case 'l':
	case TOP_KEY_ENTER:
		ladder_of_anomaly(ui, model);
		break;
	default:
		scroll_page(page, movement(key, page->rows));
		break;
	}
}

/* The last character off. */
static void shorten(char *entry)
{
	char *end = entry + strlen(entry);

	if (end > entry)
		*g_utf8_prev_char(end) = '\0';
}

static void take_entry(TopUi *ui)
{
	ShakedownDuration interval;

	if (ui->mode == TOP_MODE_INTERVAL && *ui->entry) {
		if (shakedown_duration_from_text(ui->entry, &interval) && interval > 0)
			set_interval(ui, interval);
		else
			g_snprintf(ui->message, sizeof ui->message,
				   "'%s' is not a duration such as 0.5, 2s or 1min", ui->entry);
	}
	ui->mode = TOP_MODE_LISTS;
}

static void key_in_entry(TopUi *ui, unsigned key)
{
	char text[8] = "";

	if (key == TOP_KEY_ENTER) {
		take_entry(ui);
		return;
	}
	if (key == TOP_KEY_ESCAPE) {
		g_strlcpy(ui->entry, ui->before, sizeof ui->entry);
	} else if (key == TOP_KEY_BACKSPACE) {
		shorten(ui->entry);
	} else if (key == TOP_CTRL('u')) {
		*ui->entry = '\0';
	} else if (key < 0x110000 && g_unichar_isprint(key)) {
		text[g_unichar_to_utf8(key, text)] = '\0';
		if (strlen(ui->entry) + strlen(text) < sizeof ui->entry)
			strcat(ui->entry, text);
	}
	/* A filter filters while it is being written. */
	if (ui->mode == TOP_MODE_FILTER) {
		TopList *list = &ui->list[ui->pane];

		g_strlcpy(list->filter, ui->entry, sizeof list->filter);
		list->key = 0;
	}
	if (key == TOP_KEY_ESCAPE)
		ui->mode = TOP_MODE_LISTS;
}

void top_ui_key(TopUi *ui, const TopModel *model, unsigned key)
{
	*ui->message = '\0';
	if (key == '\r')
		key = TOP_KEY_ENTER;
	if (key == 0x7f || key == '\b')
		key = TOP_KEY_BACKSPACE;
	if (key == TOP_CTRL('l')) {
		ui->redraw = true;
		return;
	}
	if (key == TOP_CTRL('z')) {
		ui->suspend = true;
		return;
	}
	switch (ui->mode) {
	case TOP_MODE_LISTS:
		key_in_lists(ui, model, key);
		break;
	case TOP_MODE_PAGE:
		key_in_page(ui, model, key);
		break;
	case TOP_MODE_FILTER:
	case TOP_MODE_INTERVAL:
		key_in_entry(ui, key);
		break;
	}
	top_ui_arrange(ui, model);
}
