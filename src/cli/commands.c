/* SPDX-License-Identifier: BSD-3-Clause */
/* The table of commands, and the choice of one. */
#include "base/nearest.h"
#include "cli/cli.h"

#include <string.h>
#include <unistd.h>

const Command commands[] = {
	{"report", FOR_REPORT, "[FILE...]", "the whole picture of a capture", analyse_run},
	{"conns", FOR_CONNS, "[FILE...]", "one row per connection", analyse_run},
	{"anomalies", FOR_ANOMALIES, "[FILE...]", "one row per anomaly", analyse_run},
	{"ladder", FOR_LADDER, "[FILE...]", "one connection as a sequence diagram", analyse_run},
	{"streams", FOR_STREAMS, "[FILE...]", "the bytes that a side sent, put in order",
	 streams_run},
	{"watch", FOR_WATCH, "[FILE...]", "anomalies as they happen: on -i IFACE, for months",
	 watch_run},
	{"interfaces", FOR_INTERFACES, "", "what can be captured on", interfaces_run},
	{"explain", FOR_EXPLAIN, "[NAME...]", "what a word means, and what to do about it",
	 explain_run},
	{0},
};

/* A word alone that is no file was meant as a command; what looks like a path is left to the
 * capture's own, better message. */
static bool is_mistyped_command(const char *word)
{
	return *word && word[strspn(word, "abcdefghijklmnopqrstuvwxyz-")] == '\0' &&
	       strcmp(word, "-") != 0 && access(word, F_OK) != 0;
}

const Command *command_find(const char *word, bool *taken)
{
	Nearest nearest = NEAREST_INIT(word);

	*taken = true;
	for (const Command *c = commands; c->name; c++) {
		if (strcmp(word, c->name) == 0)
			return c;
		nearest_offer(&nearest, c->name);
	}
	*taken = false;
	if (!is_mistyped_command(word))
		return commands;
	if (nearest.best)
		complain("'%s' is neither a command nor a file; did you mean '%s'?", word,
			 nearest.best);
	else
		complain("'%s' is neither a command nor a file; 'shakedown --help' lists the "
			 "commands",
			 word);
	return NULL;
}
