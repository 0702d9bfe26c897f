/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/terminal.h"

#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define WIDTH_LEAST 40
#define WIDTH_STANDARD 80

static bool wants_color(const Options *options, bool terminal)
{
	const char *no_color = g_getenv("NO_COLOR"), *term = g_getenv("TERM");

	switch (options->color) {
	case COLOR_ALWAYS:
		return true;
	case COLOR_NEVER:
		return false;
	case COLOR_AUTO:
		break;
	}
	/* https://no-color.org: set and not empty. */
	return terminal && !(no_color && *no_color) && term && strcmp(term, "dumb") != 0;
}

bool terminal_color(const Options *options, const Output *output)
{
	return wants_color(options, output_is_terminal(output));
}

bool terminal_screen_color(const Options *options)
{
	return wants_color(options, true);
}

bool terminal_ascii(const Options *options)
{
	return options->ascii || !g_get_charset(NULL);
}

unsigned terminal_width(const Options *options, const Output *output)
{
	const char *columns = g_getenv("COLUMNS");
	struct winsize size;
	guint64 n;

	if (options->width)
		return options->width;
	if (output_is_terminal(output) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 &&
	    size.ws_col)
		return MAX(size.ws_col, WIDTH_LEAST);
	if (columns && g_ascii_string_to_unsigned(columns, 10, WIDTH_LEAST, 10000, &n, NULL))
		return (unsigned)n;
	return WIDTH_STANDARD;
}
