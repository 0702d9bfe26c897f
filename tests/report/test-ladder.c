/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The ladder against drawings that were looked at. A figure is a file: a story (see
 * test-ladder-story.h), then, each after a line like "=== 80" or "=== 140 ascii verbose", what is
 * to be drawn of it. With LADDER_UPDATE set in the environment the drawings are written anew, to be
 * looked at again.
 */
#include "test-ladder-story.h"

#include "report/text-layout.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <string.h>

static const char figures[][32] = {
	"three-way",	   "third-ack-lost", "simultaneous", "refused",	    "half-close",
	"reset",	   "retransmission", "midstream",    "bulk",	    "no-answer",
	"three-way-close", "oddities",	     "idle",	     "opened-anew",
};

static ShakedownSinkOptions parse_options(const char *line)
{
	g_auto(GStrv) words = g_strsplit(line + strlen("=== "), " ", -1);
	ShakedownSinkOptions options = {.width = (unsigned)g_ascii_strtoull(words[0], NULL, 10)};

	for (char **w = words + 1; *w; w++) {
		options.ascii |= !strcmp(*w, "ascii");
		options.verbose |= !strcmp(*w, "verbose");
		options.absolute |= !strcmp(*w, "absolute");
		options.color |= !strcmp(*w, "color");
	}
	return options;
}

/* No line is wider than asked for, ends in a space, or holds what was not asked for. */
static void check_lines(const char *drawing, const char *heading,
			const ShakedownSinkOptions *options)
{
	g_auto(GStrv) lines = g_strsplit(drawing, "\n", -1);

	for (char **line = lines; *line; line++) {
		cr_assert(g_utf8_validate(*line, -1, NULL), "%s: %s", heading, *line);
		cr_assert(options->color || text_width(*line, strlen(*line)) <= options->width,
			  "%s: too wide: %s", heading, *line);
		cr_assert_not(g_str_has_suffix(*line, " "), "%s: spaces at the end: '%s'", heading,
			      *line);
		cr_assert(options->color || !strchr(*line, '\033'));
		cr_assert(!options->ascii || g_str_is_ascii(*line), "%s: %s", heading, *line);
	}
}

ParameterizedTestParameters(ladder, figure)
{
	static int index[G_N_ELEMENTS(figures)];

	/* Rows without pointers: they cross into another process. */
	for (int i = 0; i < (int)G_N_ELEMENTS(figures); i++)
		index[i] = i;
	return cr_make_param_array(int, index, G_N_ELEMENTS(figures));
}

static char *figure_path(int row)
{
	return g_strdup_printf("%s/%s.txt", LADDER_FIGURES, figures[row]);
}

/* The story, and what follows. */
static char **figure_parts(int row)
{
	g_autofree char *path = figure_path(row);
	g_autofree char *content = NULL;
	g_autoptr(GError) error = NULL;

	cr_assert(g_file_get_contents(path, &content, NULL, &error), "%s",
		  error ? error->message : "");
	return g_strsplit(content, "=== ", -1);
}

ParameterizedTest(int *row, ladder, figure)
{
	const char *name = figures[*row];
	g_autoptr(GString) anew = g_string_new(NULL);
	g_auto(GStrv) parts = figure_parts(*row);

	g_string_append(anew, parts[0]);
	cr_assert(parts[1], "%s: nothing to be drawn", name);
	for (char **part = parts + 1; *part; part++) {
		char *drawing = strchr(*part, '\n');
		cr_assert(drawing);
		g_autofree char *heading =
			g_strdup_printf("=== %.*s", (int)(drawing - *part), *part);
		ShakedownSinkOptions options = parse_options(heading);
		g_autofree char *drawn = story_draw(parts[0], options);
		check_lines(drawn, name, &options);
		g_string_append_printf(anew, "%s\n%s", heading, drawn);
		if (!g_getenv("LADDER_UPDATE"))
			cr_assert_str_eq(drawing + 1, drawn,
					 "%s: %s\n--- expected\n%s--- drawn\n%s", name, heading,
					 drawing + 1, drawn);
	}
	g_autofree char *path = figure_path(*row);
	if (g_getenv("LADDER_UPDATE"))
		cr_assert(g_file_set_contents(path, anew->str, (gssize)anew->len, NULL));
}

static char *without_colour(const char *text)
{
	g_autoptr(GRegex) escape = g_regex_new("\033\\[[0-9;]*m", 0, 0, NULL);
	return g_regex_replace_literal(escape, text, -1, 0, "", 0, NULL);
}

Test(ladder, fits_every_width_in_every_dress)
{
	for (int row = 0; row < (int)G_N_ELEMENTS(figures); row++) {
		g_auto(GStrv) parts = figure_parts(row);
		for (unsigned width = 72; width <= 150; width += 3) {
			for (unsigned bits = 0; bits < 8; bits++) {
				ShakedownSinkOptions options = {.width = width,
								.ascii = bits & 1,
								.absolute = bits & 2,
								.verbose = bits & 4};
				g_autofree char *drawn = story_draw(parts[0], options);
				check_lines(drawn, figures[row], &options);
				options.color = true;
				g_autofree char *coloured = story_draw(parts[0], options);
				g_autofree char *plain = without_colour(coloured);
				cr_assert_str_eq(plain, drawn, "%s", figures[row]);
			}
		}
	}
}

Test(ladder, width_0_is_80_and_too_little_is_not_obeyed)
{
	const char *story = "0.1 C SYN seq=0 C=SYN-SENT";
	g_autofree char *standard = story_draw(story, (ShakedownSinkOptions){.width = 80});
	g_autofree char *zero = story_draw(story, (ShakedownSinkOptions){0});
	g_autofree char *least = story_draw(story, (ShakedownSinkOptions){.width = 72});
	g_autofree char *less = story_draw(story, (ShakedownSinkOptions){.width = 10});

	cr_assert_str_eq(zero, standard);
	cr_assert_str_eq(less, least);
}

Test(ladder, makes_a_strangers_text_harmless)
{
	g_autofree char *drawn =
		story_draw("0.1 C SYN seq=0 C=SYN-SENT # \033[31mred\033[0m \xff\xfe end",
			   (ShakedownSinkOptions){.width = 80});

	cr_assert_null(strchr(drawn, '\033'));
	cr_assert(g_utf8_validate(drawn, -1, NULL));
	cr_assert_not_null(strstr(drawn, "end"));
}

Test(ladder, breaks_a_word_that_is_wider_than_the_lane)
{
	g_autoptr(GString) story = g_string_new("0.1 C SYN seq=0 C=SYN-SENT # ");
	for (int i = 0; i < 100; i++)
		g_string_append(story, "wörd");
	ShakedownSinkOptions options = {.width = 80};
	g_autofree char *drawn = story_draw(story->str, options);

	check_lines(drawn, "long word", &options);
}

static bool swallow(const void *bytes, size_t len, void *data)
{
	return true;
}

/* Finishes a ladder of that connection after a story of connection 1, and returns the error. */
static char *error_of(uint64_t id, const char *text, const ShakedownSummary *summary)
{
	ShakedownSinkOptions options = {.connection = id};
	ReportWriter writer;
	g_autoptr(GError) error = NULL;

	report_writer_init(&writer, swallow, NULL);
	ReportSink *sink = ladder_sink_new(&writer, &options);
	if (text) {
		g_autoptr(Story) story = story_new(text);
		story_tell(story, sink);
	}
	cr_assert_not(sink->ops->finish(sink, summary, NULL, &error));
	cr_assert(g_error_matches(error, SHAKEDOWN_SINK_ERROR, SHAKEDOWN_SINK_ERROR_NO_CONNECTION));
	sink->ops->free(sink);
	report_writer_clear(&writer);
	return g_strdup(error->message);
}

Test(ladder, says_how_many_connections_there_are)
{
	const char *story = "0.1 C SYN seq=0 C=SYN-SENT";
	ShakedownSummary summary = {.connections = 12};
	g_autofree char *none = error_of(0, NULL, NULL);
	g_autofree char *one = error_of(7, story, NULL);
	g_autofree char *many = error_of(99, story, &summary);

	cr_assert_str_eq(none, "there is no connection to draw: the capture holds none");
	cr_assert_str_eq(one, "there is no connection 7: the capture holds one, which is "
			      "connection 1");
	cr_assert_str_eq(many, "there is no connection 99: the capture holds 12 connections, "
			       "numbered from 1 to 12");
}

Test(ladder, wants_segments)
{
	ShakedownSinkOptions options = {0};
	ReportWriter writer;

	report_writer_init(&writer, swallow, NULL);
	ReportSink *sink = ladder_sink_new(&writer, &options);
	cr_assert(sink->ops->wants_segments);
	sink->ops->free(sink);
	report_writer_clear(&writer);
}

Test(ladder, verbose_draws_every_segment_and_says_the_states_again)
{
	g_autoptr(GString) story =
		g_string_new("0.0 C SYN seq=0 C=SYN-SENT\n"
			     "0.1 S SYN,ACK seq=0 ack=1 S=SYN-RECEIVED\n"
			     "0.2 C ACK seq=1 ack=1 C=ESTABLISHED S=ESTABLISHED\n");
	for (int i = 0; i < 100; i++)
		g_string_append_printf(story, "0.3 C ACK seq=%d ack=1 len=10\n", 1 + 10 * i);
	g_autofree char *folded = story_draw(story->str, (ShakedownSinkOptions){.width = 80});
	g_autofree char *all =
		story_draw(story->str, (ShakedownSinkOptions){.width = 80, .verbose = true});

	cr_assert_not_null(strstr(folded, "data segments"));
	cr_assert_null(strstr(all, "data segments"));
	for (int i = 1; i < 100; i++) {
		g_autofree char *number = g_strdup_printf("seq=x+%d ", 1 + 10 * i);
		cr_assert_not_null(strstr(all, number), "%s", number);
	}
	cr_assert_not_null(strstr(all, "…ESTABLISHED"));
}
