/* SPDX-License-Identifier: BSD-3-Clause */
/* Keys, order, choice and layout, without a terminal. */
#include "model.h"
#include "top/columns.h"

#include <criterion/criterion.h>
#include <string.h>

static TopModel model;
static TopUi ui;
static TopCanvas canvas;
static TopAbout about = {"eth0", true};

static void setup(void)
{
	sample_model(&model, 50, 30, 9);
	top_ui_init(&ui, SHAKEDOWN_NS_PER_S);
	canvas = (TopCanvas){0};
}

static void teardown(void)
{
	top_ui_clear(&ui);
	top_model_clear(&model);
	top_canvas_clear(&canvas);
}

TestSuite(top, .init = setup, .fini = teardown);

static char *draw(unsigned width, unsigned height)
{
	top_canvas_resize(&canvas, width, height);
	top_ui_arrange(&ui, &model);
	top_draw(&canvas, &ui, &model, &about);
	return top_canvas_text(&canvas);
}

static void press(const char *keys)
{
	for (; *keys; keys++)
		top_ui_key(&ui, &model, (guchar)*keys);
}

static void has(const char *text, const char *part)
{
	cr_assert(strstr(text, part), "no '%s' in\n%s", part, text);
}

static uint64_t selected(void)
{
	size_t row;

	cr_assert(top_ui_selected(&ui, &row));
	return ui.pane == TOP_SERVICES ? model.services[row].port
				       : top_model_key(&model, ui.pane, row);
}

static unsigned line_of(const char *text, const char *part)
{
	const char *at = strstr(text, part);
	unsigned line = 0;

	cr_assert(at, "no '%s' in\n%s", part, text);
	for (; text < at; text++)
		line += *text == '\n';
	return line;
}

Test(top, every_size_is_drawn_within_itself)
{
	static const unsigned sizes[][2] = {{1, 1},   {20, 5},	 {60, 10},  {79, 19},  {80, 20},
					    {80, 24}, {116, 30}, {160, 50}, {400, 200}};

	for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++)
		for (unsigned pane = 0; pane < TOP_PANES; pane++) {
			TopPlaces places;
			const unsigned rows[TOP_PANES] = {50, 30, 9};
			unsigned width = sizes[i][0], height = sizes[i][1], sum = 0;

			ui.pane = (TopPane)pane;
			g_autofree char *text = draw(width, height);

			cr_assert_eq(*text == '\0', false);
			if (width < TOP_WIDTH_LEAST || height < TOP_HEIGHT_LEAST)
				continue;
			places = top_places(width, height, (TopPane)pane, rows);
			for (unsigned p = 0; p < TOP_PANES; p++)
				sum += places.pane_height[p];
			cr_assert_eq(sum + 3 + places.states_height, height);
			cr_assert_geq(places.pane_height[pane], 4, "%ux%u", width, height);
		}
}

Test(top, too_small_says_so)
{
	g_autofree char *text = draw(20, 5);

	has(text, "20x5 is too small\nneeds 60x10\nq quits\n");
	press("q");
	cr_assert(ui.quit);
}

Test(top, eighty_by_twenty_four)
{
	g_autofree char *text = draw(80, 24);

	has(text, " shakedown  eth0");
	has(text, "7 of 1.01k dropped");
	has(text, " ESTABLISHED  12.3k      · ");
	has(text, " SYN-RECEIVED     ·      3 ");
	has(text, "service                ▼tries/s  tried     ok  failed  half-open   live");
	has(text, "10.0.0.0:80                50.0      ·      -       ·");
	has(text, "10.0.0.1:81                49.0     10  90.0%       1");
	has(text, "00:16:48 NOTICE   refused");
	has(text, "services 1-8 of 50   q quit  h help");
	/* Two panes, that in focus and what goes wrong. */
	cr_assert_lt(line_of(text, "service "), line_of(text, "how bad"));
	cr_assert(!strstr(text, "its state"));
}

/* However often one looked while it was read. */
Test(top, of_a_file_all_handshakes_are_the_share_that_succeeds)
{
	about.live = false;
	model.status.live.completed = 9;
	model.status.live.failed = 1;
	model.success = 0.5;
	g_autofree char *text = draw(80, 24);

	has(text, "  90.0% ok");
}

Test(top, a_large_screen_has_all_panes)
{
	g_autofree char *text = draw(160, 50);

	cr_assert_lt(line_of(text, "service "), line_of(text, "its state"));
	cr_assert_lt(line_of(text, "its state"), line_of(text, "how bad"));
	has(text, "no-answer");
	has(text, "unfinished");
	has(text, "CLOSE-WAIT");
}

Test(top, what_a_pane_does_not_need_the_others_have)
{
	const unsigned few[TOP_PANES] = {2, 100, 0}, none[TOP_PANES] = {0, 0, 0};
	TopPlaces places = top_places(160, 50, TOP_SERVICES, few);

	cr_assert_eq(places.pane_height[TOP_SERVICES], 4);
	cr_assert_eq(places.pane_height[TOP_ANOMALIES], 4);
	cr_assert_eq(places.pane_height[TOP_CONNECTIONS], 44 - 8);
	places = top_places(160, 50, TOP_SERVICES, none);
	cr_assert_eq(places.pane_height[TOP_ANOMALIES], 44 - 8);
}

Test(top, columns_fit_whatever_the_width)
{
	unsigned widths[TOP_COLUMNS_MOST];

	for (unsigned pane = 0; pane < TOP_PANES; pane++)
		for (unsigned width = TOP_WIDTH_LEAST; width < 300; width++) {
			unsigned sum = 0, n = 0;

			top_columns_fit((TopPane)pane, width, widths);
			for (unsigned i = 0; i < TOP_COLUMNS_MOST; i++) {
				sum += widths[i];
				n += widths[i] > 0;
			}
			cr_assert(sum + n - 1 <= width || width < 70, "pane %u, %u: %u", pane,
				  width, sum + n - 1);
		}
}

Test(top, keys_select_and_scroll)
{
	g_free(draw(80, 24));

	cr_assert_eq(selected(), 80);
	press("jjj");
	cr_assert_eq(selected(), 83);
	top_ui_key(&ui, &model, TOP_KEY_UP);
	cr_assert_eq(selected(), 82);
	top_ui_key(&ui, &model, TOP_KEY_END);
	cr_assert_eq(selected(), 129);
	g_autofree char *end = draw(80, 24);

	has(end, "services 43-50 of 50");
	top_ui_key(&ui, &model, TOP_KEY_PAGE_UP);
	cr_assert_eq(selected(), 122);
	press("g");
	cr_assert_eq(selected(), 80);
	press("kkk");
	cr_assert_eq(selected(), 80);
}

Test(top, the_selection_follows_its_row)
{
	g_free(draw(80, 24));

	press("jj");
	cr_assert_eq(selected(), 82);
	model.services[2].rate = 1000;
	top_ui_arrange(&ui, &model);
	cr_assert_eq(selected(), 82);
	cr_assert_eq(ui.list[TOP_SERVICES].selected, 0);
	/* It is gone: whatever stands there now. */
	model.services[2] = model.services[49];
	model.n[TOP_SERVICES] = 49;
	top_ui_arrange(&ui, &model);
	cr_assert_eq(selected(), 80);
}

Test(top, sorts_by_each_column_both_ways)
{
	g_free(draw(80, 24));

	press("s");
	cr_assert_str_eq(ui.message, "sorted by tried, greatest first");
	cr_assert_eq(selected(), 129);
	press("r");
	cr_assert_eq(selected(), 80);
	press("<<");
	cr_assert_str_eq(ui.message, "sorted by service");
	cr_assert_eq(selected(), 80);
	press("R");
	cr_assert_eq(selected(), 129);
	for (unsigned pane = 0; pane < TOP_PANES; pane++)
		for (unsigned i = 0; i < 2 * TOP_COLUMNS_MOST; i++) {
			ui.pane = (TopPane)pane;
			press("s");
			g_free(draw(160, 50));
		}
}

/* What is told late does not stand above what came after it. */
Test(top, anomalies_are_in_the_order_of_the_times_they_show)
{
	const ShakedownBoardAnomaly late = {.number = 10, .until = SHAKEDOWN_NS_PER_S};
	const ShakedownBoardAnomaly last = {.number = 9, .until = 2 * SHAKEDOWN_NS_PER_S};
	const ShakedownBoardAnomaly same = {.number = 11, .until = 2 * SHAKEDOWN_NS_PER_S};
	const ShakedownBoardAnomaly *rows[] = {&late, &last, &same}, *before[3];

	memcpy(before, model.anomalies, sizeof before);
	memcpy(model.anomalies, rows, sizeof rows);
	cr_expect_lt(top_model_compare(&model, TOP_ANOMALIES, TOP_ANOMALY_TIME, 0, 1), 0);
	cr_expect_gt(top_model_compare(&model, TOP_ANOMALIES, TOP_ANOMALY_TIME, 1, 0), 0);
	cr_expect_lt(top_model_compare(&model, TOP_ANOMALIES, TOP_ANOMALY_TIME, 1, 2), 0);
	memcpy(model.anomalies, before, sizeof before);
}

Test(top, filters_while_one_writes)
{
	press("/10.0.0.1");
	cr_assert_eq(ui.mode, TOP_MODE_FILTER);
	cr_assert_eq(ui.list[TOP_SERVICES].shown->len, 11);
	g_autofree char *text = draw(80, 24);

	has(text, "only rows with: 10.0.0.1_");
	press(":8");
	cr_assert_eq(ui.list[TOP_SERVICES].shown->len, 1);
	top_ui_key(&ui, &model, TOP_KEY_BACKSPACE);
	top_ui_key(&ui, &model, TOP_KEY_ENTER);
	cr_assert_eq(ui.mode, TOP_MODE_LISTS);
	cr_assert_eq(selected(), 81);
	press("/zzz");
	cr_assert_eq(ui.list[TOP_SERVICES].shown->len, 0);
	g_autofree char *none = draw(80, 24);

	has(none, "nothing matches the filter");
	press("\033");
	cr_assert_str_eq(ui.list[TOP_SERVICES].filter, "10.0.0.1:");
	press("\033");
	cr_assert_eq(ui.list[TOP_SERVICES].shown->len, 50);
	/* Longer than there is room for. */
	press("/");
	for (int i = 0; i < 500; i++)
		press("x");
	cr_assert_lt(strlen(ui.list[TOP_SERVICES].filter), TOP_ENTRY_LEN);
}

Test(top, enter_leads_from_service_to_ladder_and_back)
{
	top_ui_arrange(&ui, &model);
	press("j\n");
	cr_assert_eq(ui.pane, TOP_CONNECTIONS);
	cr_assert_str_eq(ui.list[TOP_CONNECTIONS].filter, "10.0.0.1:81");
	cr_assert_eq(ui.list[TOP_CONNECTIONS].shown->len, 10);
	press("\n");
	cr_assert_eq(ui.mode, TOP_MODE_PAGE);
	cr_assert_eq(ui.page.kind, TOP_PAGE_LADDER);
	cr_assert_eq(ui.page.id, 2);
	press("q");
	cr_assert_eq(ui.mode, TOP_MODE_LISTS);
	cr_assert_not(ui.quit);
	press("\033");
	cr_assert_eq(ui.pane, TOP_SERVICES);
	cr_assert_str_eq(ui.list[TOP_CONNECTIONS].filter, "");
}

Test(top, an_anomaly_is_explained_and_has_a_ladder)
{
	top_ui_arrange(&ui, &model);
	press("3\n");
	cr_assert_eq(ui.page.kind, TOP_PAGE_ANOMALY);
	cr_assert_eq(ui.page.id, 9);
	ui.page.text = top_page_anomaly(&model, 9, 80);
	g_autofree char *text = draw(80, 30);

	has(text, "NOTICE  refused");
	has(text, "  who       10.0.1.8:1000 → 10.0.2.8:80");
	has(text, "  filter    tcp.port==80");
	has(text, "What it means");
	press("\n");
	cr_assert_eq(ui.page.kind, TOP_PAGE_LADDER);
	cr_assert_eq(ui.page.id, 9);
	press("q");
	/* The third is about no connection. */
	for (int i = 0; i < 6; i++)
		press("j");
	press("l");
	cr_assert_eq(ui.mode, TOP_MODE_LISTS);
	has(ui.message, "no ladder");
	g_autoptr(GPtrArray) gone = top_page_anomaly(&model, 4711, 80);

	cr_assert_eq(gone->len, 1);
}

Test(top, pages_scroll_within_themselves)
{
	top_ui_arrange(&ui, &model);
	press("h");
	ui.page.text = top_page_help();
	g_autofree char *first = draw(80, 24);

	has(first, "lines 1-22 of");
	press("G");
	unsigned last = ui.page.line;

	cr_assert_eq(last, ui.page.text->len - 22);
	press(" jf");
	cr_assert_eq(ui.page.line, last);
	press("bbbbbk");
	cr_assert_eq(ui.page.line, 0);
	top_ui_key(&ui, &model, TOP_KEY_RIGHT);
	g_free(draw(80, 24));

	cr_assert_eq(ui.page.column, top_text_columns(ui.page.text, &canvas) > 80 ? 8 : 0);
}

Test(top, the_interval_is_asked_for_and_bounded)
{
	press("d0.5\n");
	cr_assert_eq(ui.interval, SHAKEDOWN_NS_PER_S / 2);
	press("dsoon\n");
	cr_assert_eq(ui.interval, SHAKEDOWN_NS_PER_S / 2);
	has(ui.message, "'soon' is not a duration");
	for (int i = 0; i < 20; i++)
		press("-");
	cr_assert_eq(ui.interval, TOP_INTERVAL_LEAST);
	for (int i = 0; i < 20; i++)
		press("+");
	cr_assert_eq(ui.interval, TOP_INTERVAL_MOST);
	press("d\033");
	cr_assert_eq(ui.interval, TOP_INTERVAL_MOST);
	press(" ");
	cr_assert(ui.paused);
	g_autofree char *text = draw(80, 24);

	has(text, "PAUSED");
}

Test(top, whatever_is_pressed_it_stands)
{
	static const unsigned keys[] = {'q',
					'h',
					'?',
					' ',
					'\t',
					'1',
					'2',
					'3',
					'\n',
					'l',
					's',
					'<',
					'r',
					'/',
					'c',
					033,
					'd',
					'+',
					'-',
					'x',
					'j',
					'k',
					'g',
					'G',
					'b',
					'f',
					0x7f,
					0x1f600,
					0xdfff,
					TOP_KEY_UP,
					TOP_KEY_DOWN,
					TOP_KEY_LEFT,
					TOP_KEY_RIGHT,
					TOP_KEY_PAGE_UP,
					TOP_KEY_PAGE_DOWN,
					TOP_KEY_HOME,
					TOP_KEY_END,
					TOP_KEY_BACK_TAB,
					TOP_KEY_F6,
					TOP_CTRL('l'),
					TOP_CTRL('u'),
					TOP_CTRL('d')};
	GRand *rand = g_rand_new_with_seed(9293);

	for (unsigned i = 0; i < 20000; i++) {
		top_ui_key(&ui, &model, keys[g_rand_int_range(rand, 0, G_N_ELEMENTS(keys))]);
		if (ui.mode == TOP_MODE_PAGE && !ui.page.text)
			ui.page.text = i % 2 ? top_page_help() : top_page_anomaly(&model, 3, 70);
		if (i % 500 == 0)
			model.n[TOP_SERVICES] = (size_t)g_rand_int_range(rand, 0, 51);
		if (i % 16 == 0)
			g_free(draw((unsigned)g_rand_int_range(rand, 1, 200),
				    (unsigned)g_rand_int_range(rand, 1, 60)));
	}
	g_rand_free(rand);
}

Test(top, figures_are_narrow)
{
	char text[TOP_FIGURE_LEN];
	static const struct {
		uint64_t n;
		const char *want;
	} counts[] = {{0, "0"},		{999, "999"},	   {1000, "1.00k"},	 {12345, "12.3k"},
		      {999499, "999k"}, {999500, "1.00M"}, {UINT64_MAX, "18.4E"}};

	for (size_t i = 0; i < G_N_ELEMENTS(counts); i++) {
		top_count(text, counts[i].n);
		cr_assert_str_eq(text, counts[i].want);
	}
	top_share(text, 99999, 100000);
	cr_assert_str_eq(text, "99.9%");
	top_share(text, 1, 100000);
	cr_assert_str_eq(text, "<0.1%");
	top_share(text, 0, 0);
	cr_assert_str_eq(text, "-");
	top_duration(text, 412000);
	cr_assert_str_eq(text, "412 µs");
	top_duration(text, 999600000);
	cr_assert_str_eq(text, "1.00 s");
	top_duration(text, SHAKEDOWN_DURATION_UNKNOWN);
	cr_assert_str_eq(text, "-");
	top_clock(text, -1);
	cr_assert_str_eq(text, "23:59:59");
	top_clock(text, INT64_MIN);
	cr_assert_eq(strlen(text), 8);
}
