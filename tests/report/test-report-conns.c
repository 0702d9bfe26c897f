/* SPDX-License-Identifier: BSD-3-Clause */
/* That nothing of a row of connections is cut which would be another thing without it. */
#include <criterion/criterion.h>

#include "report/text-layout.h"
#include "samples.h"

/* The rows of n connections: an hour and more, the later ones long and late. */
static char *rows_of(uint64_t n, unsigned width)
{
	Catch caught;
	g_autoptr(GError) error = NULL;

	catch_init(&caught);
	ShakedownSinkOptions options =
		sample_options(SHAKEDOWN_VIEW_CONNECTIONS, SHAKEDOWN_FORMAT_TEXT, width, &caught);
	g_autoptr(ShakedownSink) sink = shakedown_sink_new(&options, &error);
	ShakedownSummary summary = {0};

	for (uint64_t id = 1; id <= n; id++) {
		ShakedownConnection c = sample_connection(SAMPLE_GRACEFUL, id);
		c.start += (ShakedownTime)id * 50 * 1000000;
		c.end += (ShakedownTime)id * 50 * 1000000;
		shakedown_sink_connection(sink, &c);
		sample_count_connection(&summary, &c);
	}
	ShakedownCaptureInfo capture = sample_capture(summary.segments);
	cr_assert(shakedown_sink_finish(sink, &summary, &capture, &error));
	return g_string_free(caught.text, FALSE);
}

/* Cuts it off; NULL behind the last. */
static char *next_line(char **rest)
{
	char *line = *rest, *end = line ? strchr(line, '\n') : NULL;

	*rest = end ? end + 1 : NULL;
	if (end)
		*end = '\0';
	return line;
}

/* The number of a connection is there to be given to ladder: of half of it nothing can be drawn. */
Test(conns, no_number_is_cut)
{
	static const unsigned widths[] = {80, 120};

	for (size_t i = 0; i < G_N_ELEMENTS(widths); i++) {
		g_autofree char *text = rows_of(100020, widths[i]);
		/* Line by line: under the address sanitizer strstr() looks for the end of the
		 * whole. */
		char *rest = text, *line = next_line(&rest);

		for (unsigned id = 1; id <= 100020; id++) {
			line = next_line(&rest);
			cr_assert(line);
			cr_assert_eq(strtoull(line, NULL, 10), id, "%u: %s", widths[i], line);
			cr_assert_leq(text_width(line, strlen(line)), widths[i], "%s", line);
			/* A start of so many seconds is whole as well. */
			cr_assert(widths[i] < 120 || !strstr(line, "0… "), "%s", line);
		}
	}
}

/* Where all are held, columns are as narrow as their numbers. */
Test(conns, few_take_no_more_room_than_they_need)
{
	g_autofree char *text = rows_of(12, 80);

	cr_assert(g_str_has_prefix(text, "id "), "%s", text);
}

/* Two states are what the row is about; at 80 columns both have their room. */
Test(conns, no_pair_of_states_is_cut)
{
	Catch caught;

	catch_init(&caught);
	ShakedownSinkOptions options =
		sample_options(SHAKEDOWN_VIEW_REPORT, SHAKEDOWN_FORMAT_TEXT, 80, &caught);
	SampleKind kinds[40];

	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
		kinds[i] = SAMPLE_LINGERING;
	sample_run(&options, kinds, G_N_ELEMENTS(kinds));
	cr_assert(strstr(caught.text->str, "\n  FIN-WAIT-2 / CLOSE-WAIT  "), "%s",
		  caught.text->str);
	catch_clear(&caught);
}
