/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Text for people: golden pages, and what has to hold of every page. To write the golden files
 * anew after a change that is meant: SHAKEDOWN_GOLDEN_UPDATE=1 meson test report-text.
 */
#include <criterion/criterion.h>

#include <malloc.h>

#include "report/text-clean.h"
#include "report/text-layout.h"
#include "samples.h"

static const SampleKind all_kinds[] = {SAMPLE_GRACEFUL,	  SAMPLE_NO_ANSWER, SAMPLE_REFUSED,
				       SAMPLE_UNFINISHED, SAMPLE_RESET,	    SAMPLE_LINGERING,
				       SAMPLE_MIDSTREAM,  SAMPLE_IPV6};
static const SampleKind few_kinds[] = {SAMPLE_GRACEFUL, SAMPLE_UNFINISHED, SAMPLE_IPV6};

/* n connections of all kinds, with some weight on the good ones, and a flood. */
static void run_many(const ShakedownSinkOptions *options, uint64_t n, bool forged)
{
	static const uint8_t mix[] = {0, 0, 1, 0, 2, 4, 0, 3, 5, 6, 0, 7, 0, 4, 0, 0};
	g_autoptr(GError) error = NULL;
	g_autoptr(ShakedownSink) sink = shakedown_sink_new(options, &error);
	ShakedownSummary summary = {0};

	for (uint64_t id = 1; id <= n; id++) {
		SampleKind kind = mix[(id * 7 + id / 16) % 16];
		ShakedownConnection c = sample_connection(kind, id);
		ShakedownAnomaly a;
		uint32_t address = (uint32_t)id * 2654435761u;
		if (forged && id % 3)
			memcpy(c.side[SHAKEDOWN_CLIENT].addr.bytes, &address, 4);
		if (sample_anomaly(kind, id, &a)) {
			shakedown_sink_anomaly(sink, &a);
			sample_count_anomaly(&summary, &a);
		}
		shakedown_sink_connection(sink, &c);
		sample_count_connection(&summary, &c);
	}
	ShakedownAnomaly flood = sample_flood();
	shakedown_sink_anomaly(sink, &flood);
	sample_count_anomaly(&summary, &flood);
	sample_skipped(&summary);
	ShakedownCaptureInfo capture = sample_capture(summary.segments + 4090);
	cr_assert(shakedown_sink_finish(sink, &summary, &capture, &error));
}

typedef struct {
	const char *name;
	ShakedownView view;
	unsigned width;
	enum { FEW, ALL, MANY } what;
	bool ascii, color, verbose;
	ShakedownGroupBy by;
} Page;

static const Page pages[] = {
	{"report-few-80", SHAKEDOWN_VIEW_REPORT, 80, FEW, 0, 0, 0},
	{"report-few-160", SHAKEDOWN_VIEW_REPORT, 160, FEW, 0, 0, 0},
	{"report-eight-80", SHAKEDOWN_VIEW_REPORT, 80, ALL, 0, 0, 0},
	{"report-many-80", SHAKEDOWN_VIEW_REPORT, 80, MANY, 0, 0, 0},
	{"report-many-80-ascii", SHAKEDOWN_VIEW_REPORT, 80, MANY, true, 0, 0},
	{"report-many-160", SHAKEDOWN_VIEW_REPORT, 160, MANY, 0, 0, 0},
	{"report-many-60", SHAKEDOWN_VIEW_REPORT, 60, MANY, 0, 0, 0},
	{"conns-80", SHAKEDOWN_VIEW_CONNECTIONS, 80, ALL, 0, 0, 0},
	{"conns-80-color", SHAKEDOWN_VIEW_CONNECTIONS, 80, ALL, 0, true, 0},
	{"conns-160", SHAKEDOWN_VIEW_CONNECTIONS, 160, ALL, 0, 0, 0},
	{"conns-200-ascii", SHAKEDOWN_VIEW_CONNECTIONS, 200, FEW, true, 0, 0},
	{"anomalies-80", SHAKEDOWN_VIEW_ANOMALIES, 80, ALL, 0, 0, 0},
	{"anomalies-80-verbose", SHAKEDOWN_VIEW_ANOMALIES, 80, ALL, 0, 0, true},
	{"anomalies-200", SHAKEDOWN_VIEW_ANOMALIES, 200, ALL, 0, 0, 0},
	{"groups-80", SHAKEDOWN_VIEW_REPORT, 80, MANY, 0, 0, 0, SHAKEDOWN_GROUP_SERVICE},
	{"groups-200", SHAKEDOWN_VIEW_REPORT, 200, MANY, 0, 0, 0, SHAKEDOWN_GROUP_SUBNET},
	{"groups-80-ascii", SHAKEDOWN_VIEW_REPORT, 80, ALL, true, 0, 0, SHAKEDOWN_GROUP_CLIENT},
};

static char *render(const Page *page)
{
	Catch caught;

	catch_init(&caught);
	ShakedownSinkOptions options =
		sample_options(page->view, SHAKEDOWN_FORMAT_TEXT, page->width, &caught);
	options.ascii = page->ascii;
	options.color = page->color;
	options.verbose = page->verbose;
	options.grouping = (ShakedownGrouping){page->by, 24, 64};
	if (page->what == MANY)
		run_many(&options, 2000, false);
	else if (page->what == FEW)
		sample_run(&options, few_kinds, G_N_ELEMENTS(few_kinds));
	else
		sample_run(&options, all_kinds, G_N_ELEMENTS(all_kinds));
	return g_string_free(caught.text, FALSE);
}

Test(text, pages_look_as_they_did)
{
	for (size_t i = 0; i < G_N_ELEMENTS(pages); i++) {
		g_autofree char *path = g_strdup_printf("%s/%s.txt", REPORT_GOLDEN, pages[i].name);
		g_autofree char *text = render(&pages[i]);
		g_autofree char *expected = NULL;
		if (g_getenv("SHAKEDOWN_GOLDEN_UPDATE")) {
			cr_assert(g_file_set_contents(path, text, -1, NULL));
			continue;
		}
		cr_assert(g_file_get_contents(path, &expected, NULL, NULL), "%s", pages[i].name);
		cr_assert_str_eq(text, expected, "%s", pages[i].name);
	}
}

/* What is there to be pasted is not broken into lines. */
static bool may_be_long(const char *line)
{
	return g_str_has_prefix(line, "  shakedown ") || strstr(line, " filter ");
}

static void check_width(const char *text, unsigned width, const char *what)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	for (char **line = lines; *line; line++) {
		size_t len = strlen(*line);
		cr_assert(g_utf8_validate(*line, -1, NULL), "%s", what);
		cr_assert(len == 0 || (*line)[len - 1] != ' ', "%s: trailing space: %s", what,
			  *line);
		cr_assert(text_width(*line, len) <= width || may_be_long(*line),
			  "%s at %u columns: %s", what, width, *line);
	}
}

Test(text, fits_every_width)
{
	static const char *const names[] = {"report", "conns", "anomalies"};

	for (unsigned width = 60; width <= 260; width += width < 130 ? 1 : 7) {
		for (unsigned view = 0; view < 3; view++) {
			for (int what = FEW; what <= MANY; what++) {
				Page page = {"", (ShakedownView)view, width, what, 0, 0, 0};
				/* Below 66 columns the tables of connections have no room. */
				bool table = (view == 1 || what == ALL) && view != 2;
				if (table && width < 66)
					continue;
				page.ascii = width % 2;
				page.verbose = width % 3 == 0;
				if (what == MANY && width % 10)
					continue;
				g_autofree char *text = render(&page);
				check_width(text, width, names[view]);
				page.by = view == 0 ? SHAKEDOWN_GROUP_SERVICE + width % 4 : 0;
				g_autofree char *groups = render(&page);
				check_width(groups, width, "groups");
			}
		}
	}
}

Test(text, ascii_is_ascii)
{
	for (unsigned view = 0; view < 3; view++) {
		for (int what = FEW; what <= MANY; what++) {
			Page page = {"", (ShakedownView)view, 160, what, true, false, true};
			page.by = what == ALL ? SHAKEDOWN_GROUP_SERVICE : SHAKEDOWN_GROUP_NONE;
			g_autofree char *text = render(&page);
			for (const char *p = text; *p; p++)
				cr_assert(*p == '\n' || (*p >= 0x20 && *p < 0x7f), "%s", text);
		}
	}
}

/* Without the escape sequences, a page in colour is the page without. */
Test(text, colour_adds_nothing_else)
{
	for (unsigned view = 0; view < 3; view++) {
		for (int what = FEW; what <= MANY; what++) {
			Page page = {"", (ShakedownView)view, 120, what, false, false, false};
			page.by = what == MANY ? SHAKEDOWN_GROUP_SERVER : SHAKEDOWN_GROUP_NONE;
			g_autofree char *plain = render(&page);
			page.color = true;
			g_autofree char *colored = render(&page);
			g_autoptr(GRegex) regex = g_regex_new("\033\\[[0-9;]*m", 0, 0, NULL);
			g_autofree char *stripped =
				g_regex_replace_literal(regex, colored, -1, 0, "", 0, NULL);
			cr_assert_str_neq(plain, colored);
			g_autoptr(GRegex) spaces = g_regex_new(" +\n", 0, 0, NULL);
			g_autofree char *trimmed =
				g_regex_replace_literal(spaces, stripped, -1, 0, "\n", 0, NULL);
			cr_assert_str_eq(plain, trimmed);
		}
	}
}

Test(text, hostile_names_do_not_reach_the_terminal)
{
	static const char evil[] = "a\033]0;owned\007\n\r\x9b"
				   "31m\xe2\x80\xae"
				   "gpj.pcap\xff";
	static const ShakedownCaptureFile file = {
		.name = evil, .format = "pcap", .problem = "file \033[2J ends early"};
	static const ShakedownSkipped skipped[] = {{"\033[31mUDP", 3, false}};
	static const char *const encapsulation[] = {"vlan:\033[1m", NULL};
	g_autoptr(GError) error = NULL;

	for (unsigned view = 0; view < 3; view++) {
		Catch caught;
		catch_init(&caught);
		ShakedownSinkOptions options =
			sample_options((ShakedownView)view, SHAKEDOWN_FORMAT_TEXT, 200, &caught);
		options.verbose = true;
		options.words = evil;
		g_autoptr(ShakedownSink) sink = shakedown_sink_new(&options, &error);
		ShakedownConnection c = sample_connection(SAMPLE_GRACEFUL, 1);
		c.encapsulation = encapsulation;
		shakedown_sink_connection(sink, &c);
		ShakedownAnomaly a = sample_flood();
		a.summary = a.filter = a.rule = evil;
		shakedown_sink_anomaly(sink, &a);
		ShakedownSummary summary = {.skipped = skipped, .skipped_len = 1};
		ShakedownCaptureInfo capture = sample_capture(10);
		capture.files = &file;
		cr_assert(shakedown_sink_finish(sink, &summary, &capture, &error));
		const char *text = caught.text->str;
		cr_assert(g_utf8_validate(text, -1, NULL));
		cr_assert_null(strchr(text, '\033'), "%s", text);
		cr_assert_null(strchr(text, '\007'));
		cr_assert_null(strchr(text, '\r'));
		cr_assert_null(strstr(text, "\xe2\x80\xae"));
		catch_clear(&caught);
	}
}

static size_t heap_in_use(void)
{
	struct mallinfo2 info = mallinfo2();
	return info.uordblks + info.hblkhd;
}

typedef struct {
	ShakedownView view;
	uint64_t n;
	size_t heap;
	size_t lines;
} Load;

static void load(Load *load_)
{
	g_autoptr(GError) error = NULL;
	Catch caught;
	ShakedownSummary summary = {0};

	catch_init(&caught);
	caught.count_only = true;
	ShakedownSinkOptions options =
		sample_options(load_->view, SHAKEDOWN_FORMAT_TEXT, 80, &caught);
	size_t before = heap_in_use();
	g_autoptr(ShakedownSink) sink = shakedown_sink_new(&options, &error);
	for (uint64_t id = 1; id <= load_->n; id++) {
		ShakedownConnection c = sample_connection((SampleKind)(id % SAMPLE_KINDS), id);
		uint32_t address = (uint32_t)id * 2654435761u;
		memcpy(c.side[SHAKEDOWN_CLIENT].addr.bytes, &address, 4);
		memcpy(c.side[SHAKEDOWN_SERVER].addr.bytes, &address, 4);
		ShakedownAnomaly a;
		if (sample_anomaly((SampleKind)(id % SAMPLE_KINDS), id, &a))
			shakedown_sink_anomaly(sink, &a);
		shakedown_sink_connection(sink, &c);
		sample_count_connection(&summary, &c);
	}
	load_->heap = heap_in_use() - before;
	sample_skipped(&summary);
	ShakedownCaptureInfo capture = sample_capture(summary.segments);
	cr_assert(shakedown_sink_finish(sink, &summary, &capture, &error));
	load_->lines = caught.lines;
	catch_clear(&caught);
}

Test(text, a_hundred_thousand_connections_are_one_screen)
{
	for (unsigned width = 80; width <= 200; width += 60) {
		Catch caught;
		catch_init(&caught);
		caught.count_only = true;
		ShakedownSinkOptions options = sample_options(
			SHAKEDOWN_VIEW_REPORT, SHAKEDOWN_FORMAT_TEXT, width, &caught);
		run_many(&options, 100000, true);
		cr_assert_leq(caught.lines, 50);
		cr_assert_geq(caught.lines, 40);
		catch_clear(&caught);
	}
}

Test(text, memory_is_bounded)
{
	Load report = {.view = SHAKEDOWN_VIEW_REPORT, .n = 100000};
	Load conns = {.view = SHAKEDOWN_VIEW_CONNECTIONS, .n = 100000};

	load(&report);
	cr_assert_leq(report.heap, (size_t)16 * 1024 * 1024);
	cr_assert_leq(report.lines, 50);
	load(&conns);
	cr_assert_leq(conns.heap, (size_t)24 * 1024 * 1024);
	cr_assert_geq(conns.lines, 100000);
}

/* In one table the same state is not ESTABLISHED here and ESTAB there. */
Test(text, a_state_has_one_spelling)
{
	const ShakedownHistoryEntry last = {.state = SHAKEDOWN_TCP_FIN_WAIT_2,
					    .evidence = SHAKEDOWN_EVIDENCE_DELIVERED};

	for (unsigned width = 66; width <= 150; width++) {
		g_autoptr(GError) error = NULL;
		Catch caught;
		catch_init(&caught);
		ShakedownSinkOptions options = sample_options(
			SHAKEDOWN_VIEW_CONNECTIONS, SHAKEDOWN_FORMAT_TEXT, width, &caught);
		g_autoptr(ShakedownSink) sink = shakedown_sink_new(&options, &error);
		for (uint64_t id = 1; id <= 2; id++) {
			ShakedownConnection c = sample_connection(SAMPLE_GRACEFUL, id);
			c.side[SHAKEDOWN_CLIENT].state = SHAKEDOWN_TCP_ESTABLISHED;
			c.side[SHAKEDOWN_SERVER].state =
				id == 1 ? SHAKEDOWN_TCP_ESTABLISHED : SHAKEDOWN_TCP_FIN_WAIT_2;
			c.side[SHAKEDOWN_SERVER].history = &last;
			c.side[SHAKEDOWN_SERVER].history_len = 1;
			shakedown_sink_connection(sink, &c);
		}
		cr_assert(shakedown_sink_finish(sink, NULL, NULL, &error));
		cr_assert(!strstr(caught.text->str, "ESTABLISHED") ||
				  !g_regex_match_simple("ESTAB\\b", caught.text->str, 0, 0),
			  "at %u columns:\n%s", width, caught.text->str);
		catch_clear(&caught);
	}
}

/* The text of a report that has nothing but this to tell. */
static char *report_of(ShakedownView view, unsigned width, const ShakedownSummary *summary,
		       const ShakedownCaptureInfo *capture, const ShakedownAnomaly *anomaly)
{
	g_autoptr(GError) error = NULL;
	Catch caught;

	catch_init(&caught);
	ShakedownSinkOptions options = sample_options(view, SHAKEDOWN_FORMAT_TEXT, width, &caught);
	g_autoptr(ShakedownSink) sink = shakedown_sink_new(&options, &error);
	if (anomaly)
		shakedown_sink_anomaly(sink, anomaly);
	cr_assert(shakedown_sink_finish(sink, summary, capture, &error));
	char *text = g_strdup(caught.text->str);
	catch_clear(&caught);
	return text;
}

Test(text, one_is_one)
{
	ShakedownSummary summary = {.bad_checksums = 1};
	g_autofree char *one = report_of(SHAKEDOWN_VIEW_REPORT, 200, &summary, NULL, NULL);
	summary.bad_checksums = 2;
	g_autofree char *two = report_of(SHAKEDOWN_VIEW_REPORT, 200, &summary, NULL, NULL);

	cr_assert(strstr(one, "1 segment has a wrong TCP checksum: the receiver drops it, so it "
			      "was not tracked"),
		  "%s", one);
	cr_assert(strstr(two, "2 segments have a wrong TCP checksum: the receiver drops them, so "
			      "they were not tracked"),
		  "%s", two);
}

/* A flood has no ladder: the first connection of the capture is nobody's example. */
Test(text, what_to_do_next_is_about_what_went_wrong)
{
	g_autoptr(GError) error = NULL;
	Catch caught;
	ShakedownAnomaly flood = sample_flood();
	ShakedownConnection c = sample_connection(SAMPLE_GRACEFUL, 1);

	for (unsigned with_flood = 0; with_flood < 2; with_flood++) {
		catch_init(&caught);
		ShakedownSinkOptions options =
			sample_options(SHAKEDOWN_VIEW_REPORT, SHAKEDOWN_FORMAT_TEXT, 80, &caught);
		g_autoptr(ShakedownSink) sink = shakedown_sink_new(&options, &error);
		if (with_flood)
			shakedown_sink_anomaly(sink, &flood);
		shakedown_sink_connection(sink, &c);
		cr_assert(shakedown_sink_finish(sink, NULL, NULL, &error));
		cr_assert_eq(!with_flood, strstr(caught.text->str, "shakedown ladder") != NULL,
			     "%s", caught.text->str);
		catch_clear(&caught);
	}
}

Test(text, a_packet_now_and_then_is_not_none_a_second)
{
	ShakedownSummary summary = {.packets = 3};
	ShakedownCaptureInfo capture = {.packets = 3,
					.passed = 3,
					.first = SHAKEDOWN_NS_PER_S,
					.last = 19 * SHAKEDOWN_NS_PER_S};
	g_autofree char *rare = report_of(SHAKEDOWN_VIEW_REPORT, 80, &summary, &capture, NULL);
	capture.last = 3 * SHAKEDOWN_NS_PER_S;
	g_autofree char *more = report_of(SHAKEDOWN_VIEW_REPORT, 80, &summary, &capture, NULL);

	cr_assert(strstr(rare, "Packets      3, "), "%s", rare);
	cr_assert(strstr(more, "Packets      3 (2/s), "), "%s", more);
}

Test(text, an_alert_is_readable_on_a_terminal)
{
	ShakedownAnomaly a;

	cr_assert(sample_anomaly(SAMPLE_UNFINISHED, 1, &a));
	g_autofree char *narrow = report_of(SHAKEDOWN_VIEW_WATCH, 60, NULL, NULL, &a);
	g_auto(GStrv) lines = g_strsplit(narrow, "\n", -1);
	g_autofree char *joined = g_strjoinv("", lines);
	g_auto(GStrv) words = g_strsplit(joined, "         ", -1);
	g_autofree char *whole = g_strjoinv(" ", words);

	cr_assert(strstr(whole, a.summary), "%s", narrow);
	for (char **line = lines; *line; line++)
		cr_assert_leq(text_width(*line, strlen(*line)), 60, "%s", *line);
}

Test(text, an_empty_capture_says_so)
{
	g_autoptr(GError) error = NULL;

	for (unsigned view = 0; view < 3; view++) {
		Catch caught;
		catch_init(&caught);
		ShakedownSinkOptions options =
			sample_options((ShakedownView)view, SHAKEDOWN_FORMAT_TEXT, 80, &caught);
		g_autoptr(ShakedownSink) sink = shakedown_sink_new(&options, &error);
		cr_assert(shakedown_sink_finish(sink, NULL, NULL, &error));
		cr_assert_not_null(
			strstr(caught.text->str, view == 2 ? "No anomalies." : "No TCP"));
		catch_clear(&caught);
	}
}

Test(layout, text_is_made_harmless)
{
	static const struct {
		const char *text, *clean, *ascii;
	} rows[] = {
		{"plain", "plain", "plain"},
		{"a\tb\nc", "a b c", "a b c"},
		{"\033[31m", "\\x1b[31m", "\\x1b[31m"},
		{"\xff", "\\xff", "\\xff"},
		{"\xc2\x9b", "\\x9b", "\\x9b"},
		{"\xe2\x80\xae", "\\u202e", "\\u202e"},
		{"caf\xc3\xa9", "caf\xc3\xa9", "caf\\xe9"},
		{"a → b … §3 × µ", "a → b … §3 × µ", "a -> b .. sec. 3 x u"},
		{"\xf3\xa0\x80\x81", "\\U000e0001", "\\U000e0001"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GString) out = g_string_new(NULL);
		text_clean_append(out, rows[i].text, strlen(rows[i].text), false);
		cr_assert_str_eq(out->str, rows[i].clean);
		g_string_truncate(out, 0);
		text_clean_append(out, rows[i].text, strlen(rows[i].text), true);
		cr_assert_str_eq(out->str, rows[i].ascii);
	}
}

Test(layout, a_number_keeps_its_unit)
{
	static const struct {
		const char *text, *lines;
	} rows[] = {
		{"of as many words as there are on one line the last took 431 µs, or not",
		 "of as many words as there are on one line the last took\n431 µs, or not\n"},
		{"of as many words as there are on one line the last took 1 min 31 s",
		 "of as many words as there are on one line the last took\n1 min 31 s\n"},
		{"of as many words as there are on one line it took 900 min 31 s",
		 "of as many words as there are on one line it took\n900 min 31 s\n"},
		{"of as many words as there are on one line the last took 431 sheep",
		 "of as many words as there are on one line the last took 431\nsheep\n"},
	};
	Catch caught;
	ReportWriter writer;
	TextLayout layout;

	catch_init(&caught);
	ShakedownSinkOptions options = sample_options(0, 0, 60, &caught);
	report_writer_init(&writer, sample_catch, &caught);
	text_layout_init(&layout, &writer, &options);
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_string_truncate(caught.text, 0);
		text_wrap(&layout, TEXT_PLAIN, rows[i].text, 0, 0);
		cr_assert(report_writer_flush(&writer));
		cr_assert_str_eq(caught.text->str, rows[i].lines);
	}
	text_layout_clear(&layout);
	report_writer_clear(&writer);
	catch_clear(&caught);
}

Test(layout, cells_are_exactly_as_wide_as_asked)
{
	static const char *const texts[] = {"",
					    "a",
					    "[2001:db8::1]:443",
					    "漢字漢字漢字漢字",
					    "e\xcc\x81t\xcc\x81",
					    "→→→→→→→→→→→→→",
					    "\033\033\033\033"};
	Catch caught;
	ReportWriter writer;
	TextLayout layout;

	catch_init(&caught);
	ShakedownSinkOptions options = sample_options(0, 0, 80, &caught);
	report_writer_init(&writer, sample_catch, &caught);
	for (int ascii = 0; ascii < 2; ascii++) {
		options.ascii = ascii;
		text_layout_init(&layout, &writer, &options);
		for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
			for (unsigned columns = 0; columns < 24; columns++) {
				for (int cut = 0; cut < 2; cut++) {
					g_string_truncate(caught.text, 0);
					text_cell(&layout, TEXT_PLAIN, texts[i], columns,
						  columns % 2 ? TEXT_LEFT : TEXT_RIGHT,
						  (TextCut)cut);
					cr_assert(report_writer_flush(&writer));
					cr_assert_eq(text_width(caught.text->str, caught.text->len),
						     columns);
				}
			}
		}
		text_layout_clear(&layout);
	}
	report_writer_clear(&writer);
	catch_clear(&caught);
}

Test(layout, the_middle_is_cut_so_that_the_port_stays)
{
	Catch caught;
	ReportWriter writer;
	TextLayout layout;

	catch_init(&caught);
	ShakedownSinkOptions options = sample_options(0, 0, 80, &caught);
	report_writer_init(&writer, sample_catch, &caught);
	text_layout_init(&layout, &writer, &options);
	text_cell(&layout, TEXT_PLAIN, "[2001:db8:1111:2222:3333:4444:5555:6666]:49160", 21,
		  TEXT_LEFT, TEXT_CUT_MIDDLE);
	cr_assert(report_writer_flush(&writer));
	cr_assert_str_eq(caught.text->str, "[2001:db8:…666]:49160");
	text_layout_clear(&layout);
	report_writer_clear(&writer);
	catch_clear(&caught);
}

/* Whoever is no command line has no words for its capture. */
Test(text, proposes_commands_for_what_stands_for_the_capture)
{
	static const char *const words[][2] = {
		{"-f 'port 80' a.pcap", "shakedown ladder -f 'port 80' a.pcap --conn "},
		{NULL, "shakedown ladder FILE --conn "},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
		Catch caught;
		catch_init(&caught);
		ShakedownSinkOptions options =
			sample_options(SHAKEDOWN_VIEW_REPORT, SHAKEDOWN_FORMAT_TEXT, 80, &caught);
		options.words = words[i][0];
		sample_run(&options, few_kinds, G_N_ELEMENTS(few_kinds));
		cr_assert(strstr(caught.text->str, words[i][1]), "%s", caught.text->str);
		catch_clear(&caught);
	}
}

Test(text, says_what_was_asked_for_of_a_longer_capture)
{
	static const struct {
		ShakedownTime since, until;
		const char *said;
	} asked[] = {
		{INT64_C(1769853600) * SHAKEDOWN_NS_PER_S, INT64_C(1769853900) * SHAKEDOWN_NS_PER_S,
		 "since 2026-01-31 10:00:00.000, until 2026-01-31 10:05:00.000 UTC\n"},
		{0, INT64_C(1769853900) * SHAKEDOWN_NS_PER_S,
		 "Selected     until 2026-01-31 10:05:00.000 UTC\n"},
		{0, 0, NULL},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(asked); i++) {
		Catch caught;
		catch_init(&caught);
		ShakedownSinkOptions options =
			sample_options(SHAKEDOWN_VIEW_REPORT, SHAKEDOWN_FORMAT_TEXT, 80, &caught);
		g_autoptr(ShakedownSink) sink = shakedown_sink_new(&options, NULL);
		ShakedownCaptureInfo capture = sample_capture(10);

		capture.since = asked[i].since;
		capture.until = asked[i].until;
		cr_assert(shakedown_sink_finish(sink, NULL, &capture, NULL));
		if (asked[i].said)
			cr_assert(strstr(caught.text->str, asked[i].said), "%s", caught.text->str);
		else
			cr_assert_null(strstr(caught.text->str, "Selected "));
		catch_clear(&caught);
	}
}
