/* SPDX-License-Identifier: BSD-3-Clause */
/* shakedown: reads the command line, runs the command that it names. */
#include "cli/cli.h"
#include "cli/interrupt.h"

#include <locale.h>
#include <stdarg.h>
#include <stdio.h>

void complain(const char *format, ...)
{
	g_autofree char *line = NULL;
	va_list args;

	va_start(args, format);
	line = g_strdup_vprintf(format, args);
	va_end(args);
	/* One write, so that lines of several programs in a pipe do not mix. */
	g_autofree char *whole = g_strdup_printf("shakedown: %s\n", line);
	fputs(whole, stderr);
}

int main(int argc, char **argv)
{
	Status status = STATUS_USAGE;
	Options options;

	/* Characters as the terminal has them; numbers and messages stay what scripts expect. */
	setlocale(LC_CTYPE, "");
	interrupt_init();
	switch (options_parse(&options, argc, argv)) {
	case OPTIONS_RUN:
		status = options.command->run(&options);
		break;
	case OPTIONS_ANSWERED:
		status = fflush(stdout) == 0 ? STATUS_DONE : STATUS_FAILED;
		break;
	case OPTIONS_WRONG:
		break;
	}
	options_clear(&options);
	return (int)status;
}
