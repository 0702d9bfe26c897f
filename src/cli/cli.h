/* SPDX-License-Identifier: BSD-3-Clause */
/* What the program's parts share: its commands, its exit statuses, how it speaks. */
#pragma once

#include "cli/options.h"

typedef enum {
	STATUS_DONE = 0,
	STATUS_FAILED = 1, /* could not do it, or not all of it */
	STATUS_USAGE = 2,
	STATUS_FAIL_ON = 3, /* --fail-on was met */
} Status;

struct _Command {
	const char *name;
	unsigned bit;	       /* which options it takes: see options.c */
	const char *arguments; /* "[FILE...]" */
	const char *summary;   /* one line for --help */
	Status (*run)(const Options *options);
};

/* Ends with an entry without a name; the first is the default. */
extern const Command commands[];

/*
 * The command that the first word names, or the default where the word is a file (taken is false
 * then); NULL after telling that it is neither.
 */
const Command *command_find(const char *word, bool *taken);

Status analyse_run(const Options *options);
Status watch_run(const Options *options);
Status interfaces_run(const Options *options);
Status explain_run(const Options *options);
Status streams_run(const Options *options);

/* One line to standard error, after the program's name. */
void complain(const char *format, ...) G_GNUC_PRINTF(1, 2);
