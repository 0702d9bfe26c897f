/* SPDX-License-Identifier: BSD-3-Clause */
/* The thread that draws, and what it shares with the one that reads. */
#include "top/top.h"

#include "top/draw.h"
#include "top/screen.h"

#include <signal.h>
#include <string.h>

/* Between two drawings at least, and between two looks at the terminal's size at most. */
#define DRAW_LEAST (G_USEC_PER_SEC / 10)
#define WAIT_MOST_MS 100
/* … and between two looks where nothing has been seen yet: a file's first screen is not empty. */
#define LOOK_FIRST DRAW_LEAST
/* Between two notes of how it stands. */
#define TELL_LEAST (G_USEC_PER_SEC / 20)
#define REMARKS_MOST 100

struct _Top {
	TopAbout about;
	ShakedownBoard *board;
	GThread *thread;

	GMutex lock;
	GCond turn;
	gint wanting;	  /* the drawing thread wants the lock: the other steps back */
	gint ended, over; /* the user is done; the reader is */
	/* Under the lock: */
	TopStatus status;
	GPtrArray *remarks;
	const char *remark; /* the latest, not shown yet */

	int64_t told; /* the reader's own, µs */

	/* The drawing thread's own: */
	TopScreen *screen;
	TopCanvas canvas;
	TopUi ui;
	TopModel model;
	int64_t look_next, drawn;
	bool dirty;
};

bool top_possible(GError **error)
{
	return top_screen_possible(error);
}

void top_restore(void)
{
	top_screen_restore();
}

/* A lock that is given back and taken again at once is hard to get for anybody else: who reads
 * packets lets the other in first. */
static void hold(Top *top)
{
	g_atomic_int_set(&top->wanting, 1);
	g_mutex_lock(&top->lock);
	g_atomic_int_set(&top->wanting, 0);
	g_cond_signal(&top->turn);
}

void top_lock(Top *top)
{
	if (!top)
		return;
	g_mutex_lock(&top->lock);
	while (g_atomic_int_get(&top->wanting))
		g_cond_wait(&top->turn, &top->lock);
}

void top_unlock(Top *top)
{
	if (top)
		g_mutex_unlock(&top->lock);
}

static void look(Top *top, int64_t now)
{
	if (now < top->look_next)
		return;
	top->look_next = now + top->ui.interval / 1000;
	if (!top->model.status.live.packets)
		top->look_next = MIN(top->look_next, now + LOOK_FIRST);
	if (top->ui.paused && top->model.looked)
		return;
	hold(top);
	top_model_look(&top->model, top->board, &top->status, now);
	g_mutex_unlock(&top->lock);
	top_ui_arrange(&top->ui, &top->model);
	top->ui.page.stale = true;
	top->dirty = true;
}

static void take_remark(Top *top)
{
	hold(top);
	if (top->remark) {
		g_strlcpy(top->ui.message, top->remark, sizeof top->ui.message);
		top->remark = NULL;
		top->dirty = true;
	}
	g_mutex_unlock(&top->lock);
}

static bool append(const void *bytes, size_t len, void *data)
{
	g_string_append_len(data, bytes, (gssize)len);
	return true;
}

static TopText *make_ladder(Top *top, GError **error)
{
	g_autoptr(GString) bytes = g_string_new(NULL);
	const ShakedownSinkOptions options = {
		.width = top->canvas.width,
		.color = true, /* read again as styles, whatever the terminal can do */
		.ascii = top->canvas.ascii,
		.write = append,
		.write_data = bytes,
	};
	bool ok;

	hold(top);
	ok = shakedown_board_ladder(top->board, top->ui.page.id, &options, error);
	g_mutex_unlock(&top->lock);
	if (!ok)
		return NULL;
	TopText *text = top_text_new();

	top_text_coloured(text, bytes->str, bytes->len);
	return text;
}

static void make_page(Top *top)
{
	TopPage *page = &top->ui.page;
	TopText *text = NULL;
	g_autoptr(GError) error = NULL;

	if (top->ui.mode != TOP_MODE_PAGE ||
	    (page->text && !page->stale && page->columns == top->canvas.width))
		return;
	switch (page->kind) {
	case TOP_PAGE_HELP:
		text = page->text ? NULL : top_page_help();
		break;
	case TOP_PAGE_ANOMALY:
		text = top_page_anomaly(&top->model, page->id, MIN(top->canvas.width, 100));
		break;
	case TOP_PAGE_LADDER:
		text = make_ladder(top, &error);
		break;
	}
	page->stale = false;
	if (error)
		g_strlcpy(top->ui.message, error->message, sizeof top->ui.message);
	/* A ladder that is kept no more stays as it was last. */
	if (!text && page->text)
		return;
	g_clear_pointer(&page->text, g_ptr_array_unref);
	page->text = text ? text : top_text_new();
}

static void draw(Top *top, int64_t now)
{
	unsigned width, height;

	top_screen_size(top->screen, &width, &height);
	if (width != top->canvas.width || height != top->canvas.height)
		top->dirty = true;
	if (!top->dirty || now - top->drawn < DRAW_LEAST)
		return;
	top_canvas_resize(&top->canvas, width, height);
	make_page(top);
	top_draw(&top->canvas, &top->ui, &top->model, &top->about);
	top_screen_show(top->screen, &top->canvas);
	top->drawn = now;
	top->dirty = false;
}

static void take_keys(Top *top)
{
	int64_t until = top->dirty ? top->drawn + DRAW_LEAST - g_get_monotonic_time() : G_MAXINT64;
	int wait = (int)CLAMP(until / 1000, 0, WAIT_MOST_MS);
	bool gone = false;
	unsigned key;

	while ((key = top_screen_key(top->screen, wait, &gone)) != TOP_KEY_NONE) {
		top_ui_key(&top->ui, &top->model, key);
		top->dirty = true;
		wait = 0;
	}
	if (top->ui.redraw)
		top_screen_redraw(top->screen);
	if (top->ui.suspend)
		top_screen_suspend(top->screen);
	top->ui.redraw = top->ui.suspend = false;
	if (gone || top->ui.quit)
		g_atomic_int_set(&top->ended, 1);
}

static void *run(void *data)
{
	Top *top = data;

	while (!g_atomic_int_get(&top->over)) {
		int64_t now = g_get_monotonic_time();

		look(top, now);
		take_remark(top);
		draw(top, now);
		take_keys(top);
	}
	top_screen_close(top->screen);
	return NULL;
}

/* Signals are for the thread that reads; those of a fault come to who made it. */
static GThread *start_thread(Top *top, GError **error)
{
	static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGSYS, SIGTRAP};
	sigset_t blocked, before;

	sigfillset(&blocked);
	for (size_t i = 0; i < G_N_ELEMENTS(faults); i++)
		sigdelset(&blocked, faults[i]);
	pthread_sigmask(SIG_SETMASK, &blocked, &before);
	GThread *thread = g_thread_try_new(NULL, run, top, error);

	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return thread;
}

static void top_free(Top *top)
{
	top_ui_clear(&top->ui);
	top_model_clear(&top->model);
	top_canvas_clear(&top->canvas);
	g_mutex_clear(&top->lock);
	g_cond_clear(&top->turn);
	if (top->remarks)
		g_ptr_array_unref(top->remarks);
	g_free(top);
}

Top *top_new(const TopOptions *options, ShakedownBoard *board, GError **error)
{
	Top *top = g_new0(Top, 1);

	top->about = (TopAbout){.name = options->name, .live = options->live};
	top->board = board;
	top->canvas.ascii = options->ascii;
	top->remarks = g_ptr_array_new_with_free_func(g_free);
	top->dirty = true;
	g_mutex_init(&top->lock);
	g_cond_init(&top->turn);
	top_model_init(&top->model);
	top_ui_init(&top->ui, options->interval ? options->interval : SHAKEDOWN_NS_PER_S);
	top->screen = top_screen_open(options->color, error);
	if (top->screen) {
		top->thread = start_thread(top, error);
		if (top->thread)
			return top;
		top_screen_close(top->screen);
	}
	top_free(top);
	return NULL;
}

void top_tell(Top *top, const ShakedownAnalysis *analysis, ShakedownCapture *capture, bool ended)
{
	int64_t now = g_get_monotonic_time();
	TopStatus status = {.ended = ended};

	if (!top || (!ended && now - top->told < TELL_LEAST))
		return;
	top->told = now;
	shakedown_analysis_live(analysis, &status.live);
	const ShakedownCaptureInfo *info = shakedown_capture_info(capture);

	status.captured = info->packets;
	status.dropped = info->dropped;
	top_lock(top);
	top->status = status;
	top_unlock(top);
}

void top_remark(Top *top, const char *line)
{
	top_lock(top);
	if (top->remarks->len < REMARKS_MOST) {
		g_ptr_array_add(top->remarks, g_strdup(line));
		top->remark = top->remarks->pdata[top->remarks->len - 1];
	}
	top_unlock(top);
}

bool top_ended(const Top *top)
{
	return top && g_atomic_int_get(&top->ended);
}

char **top_close(Top *top)
{
	char **remarks;

	g_atomic_int_set(&top->over, 1);
	g_thread_join(top->thread);
	g_ptr_array_add(top->remarks, NULL);
	remarks = (char **)g_ptr_array_free(g_steal_pointer(&top->remarks), FALSE);
	top_free(top);
	return remarks;
}
