/* SPDX-License-Identifier: BSD-3-Clause */
/* --help, made from the same tables that the command line is read by. */
#pragma once

#include "cli/cli.h"

typedef enum { OPTION_FLAG, OPTION_TEXT, OPTION_LIST, OPTION_CONFIG } OptionType;

/* One option: how it is read, who takes it, how it is shown. */
typedef struct {
	const char *name;
	char letter; /* 0: none */
	OptionType type;
	size_t offset; /* of its raw value */
	unsigned commands;
	const char *argument; /* "FILE", or NULL */
	const char *help;
} OptionRow;

/* Command NULL: the whole program. */
void help_print(const Command *command, const OptionRow *rows, size_t n);
/* "help" for --help, as git and others have it, where no file is called so: the word is passed. */
bool help_is_asked(char ***words);
/* For whoever typed the program's name alone. */
void help_print_short(void);
