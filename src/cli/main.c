/* SPDX-License-Identifier: BSD-3-Clause */
/* shakedown: reads the command line, runs the command that it names. */
#include "cli/cli.h"
#include "cli/interrupt.h"

#include <errno.h>
#include <locale.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Names of files come from anybody: one line stays one, and a terminal is not told what to do. */
static void make_harmless(char *line)
{
	while (*line) {
		gunichar c = g_utf8_get_char_validated(line, -1);
		bool valid = c != (gunichar)-1 && c != (gunichar)-2;
		size_t len = valid ? (size_t)g_unichar_to_utf8(c, NULL) : 1;

		if (!valid || !g_unichar_isprint(c))
			memset(line, '?', len);
		line += len;
	}
}

void complain(const char *format, ...)
{
	g_autofree char *line = NULL;
	va_list args;

	va_start(args, format);
	line = g_strdup_vprintf(format, args);
	va_end(args);
	make_harmless(line);
	/* One write, so that lines of several programs in a pipe do not mix. */
	g_autofree char *whole = g_strdup_printf("shakedown: %s\n", line);
	fputs(whole, stderr);
}

/* What was asked for is printed, or there is nobody any more who reads it. */
static Status answered(void)
{
	errno = 0;
	bool ok = fflush(stdout) == 0;

	if ((ok && !ferror(stdout)) || errno == EPIPE)
		return STATUS_DONE;
	complain("standard output: %s", errno ? g_strerror(errno) : "it could not be written");
	return STATUS_FAILED;
}

int main(int argc, char **argv)
{
	Status status = STATUS_USAGE;
	Options options;

	/* Characters as the terminal has them; numbers and messages stay what scripts expect. */
	setlocale(LC_CTYPE, "");
	interrupt_init();
	switch (options_parse(&options, argv)) {
	case OPTIONS_RUN:
		status = options.command->run(&options);
		break;
	case OPTIONS_ANSWERED:
		status = answered();
		break;
	case OPTIONS_WRONG:
		break;
	}
	options_clear(&options);
	return (int)status;
}
