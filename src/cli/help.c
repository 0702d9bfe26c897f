/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/help.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LEFT 25

/* Not every command has each of the formats that the help of all lists. */
static const char *formats_of(unsigned command)
{
	switch (command) {
	case FOR_CONNS:
		return "text (default), json, ndjson, csv, a\n"
		       "conn.log for Zeek's users: zeek, zeek-json";
	case FOR_ANOMALIES:
		return "text (default), json, ndjson, csv";
	case FOR_LADDER:
		return "text (default), svg, mermaid";
	case FOR_WATCH:
		return "text (default), ndjson";
	case FOR_INTERFACES:
		return "text (default), json, ndjson";
	default:
		return "text (default), json, ndjson, csv, html, a\n"
		       "conn.log for Zeek's users: zeek, zeek-json";
	}
}

static bool takes(const Command *command, const OptionRow *row)
{
	return !command || (row->commands & command->bit);
}

/* watch adds to a log, which has no end. */
static const char *help_of(const Command *command, const OptionRow *row)
{
	if (command && strcmp(row->name, "format") == 0)
		return formats_of(command->bit);
	if (command && command->bit == FOR_WATCH && strcmp(row->name, "output") == 0)
		return "add to FILE, line by line; SIGHUP opens it anew";
	return row->help;
}

static void print_option(const OptionRow *row, const char *help)
{
	char left[40];

	g_snprintf(left, sizeof left, "%s%c%s--%s%s%s", row->letter ? "-" : "  ",
		   row->letter ? row->letter : ' ', row->letter ? ", " : " ", row->name,
		   row->argument ? " " : "", row->argument ? row->argument : "");
	if (strlen(left) > LEFT)
		printf("  %s\n  %*s ", left, LEFT, "");
	else
		printf("  %-*s ", LEFT, left);
	for (; *help; help++) {
		putchar(*help);
		if (*help == '\n')
			printf("  %*s ", LEFT, "");
	}
	putchar('\n');
}

static void print_commands(void)
{
	puts("\nCommands:");
	for (const Command *c = commands; c->name; c++) {
		g_autofree char *left = g_strdup_printf("%s %s", c->name, c->arguments);
		printf("  %-21s %s%s\n", left, c->summary, c == commands ? " (default)" : "");
	}
}

void help_print(const Command *command, const OptionRow *rows, size_t n)
{
	bool fails = false;

	if (command)
		printf("Usage: shakedown %s [OPTION...]%s%s\n\n%s\n", command->name,
		       *command->arguments ? " " : "", command->arguments, command->summary);
	else
		puts("Usage: shakedown [COMMAND] [OPTION...] [FILE...]\n\n"
		     "Reads packet captures and tells, for every TCP connection, in which state\n"
		     "each of its two sides was, at which packet, how sure that is, and what went\n"
		     "wrong.");
	if (!command)
		print_commands();
	puts("\nOptions:");
	for (size_t i = 0; i < n; i++) {
		if (takes(command, &rows[i]))
			print_option(&rows[i], help_of(command, &rows[i]));
		fails = fails || (takes(command, &rows[i]) && strcmp(rows[i].name, "fail-on") == 0);
	}
	if (!command || (command->bit & FOR_READING))
		puts("\nCaptures are pcap or pcapng files, plain or compressed; FILE - is "
		     "standard\n"
		     "input. Several are read as one, merged by time; a directory means the files "
		     "in\n"
		     "it, and a quoted 'taps/*.pcap' those that it matches.");
	printf("\nExit status: 0 done; 1 could not, or not wholly; 2 wrong usage%s.\n",
	       fails ? "; 3 --fail-on met" : "");
	if (!command)
		puts("The manual: man shakedown. Words in a report: shakedown explain.");
}

void help_print_short(void)
{
	fputs("Usage: shakedown [COMMAND] [OPTION...] FILE...\n"
	      "Try 'shakedown FILE' for the whole picture of a capture, or 'shakedown --help'.\n",
	      stderr);
}

bool help_is_asked(char ***words)
{
	if (!**words || strcmp(**words, "help") != 0 || access("help", F_OK) == 0)
		return false;
	++*words;
	return true;
}
