/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The command line, read: which command, which words, which options. Options stand anywhere, before
 * and after the command and the files.
 */
#pragma once

#include <shakedown/shakedown.h>

#include "cli/options-live.h"

typedef struct _Command Command;

/* Bits of struct _Command: who takes an option. */
#define FOR_REPORT 1u
#define FOR_CONNS 2u
#define FOR_ANOMALIES 4u
#define FOR_LADDER 8u
#define FOR_EXPLAIN 16u
#define FOR_STREAMS 32u
#define FOR_WATCH 64u
#define FOR_INTERFACES 128u
#define FOR_RECORDS (FOR_REPORT | FOR_CONNS | FOR_ANOMALIES | FOR_LADDER)
#define FOR_READING (FOR_RECORDS | FOR_STREAMS | FOR_WATCH)
#define FOR_LIVE FOR_READING
#define FOR_TELLING (FOR_RECORDS | FOR_WATCH)
#define FOR_ALL (FOR_LIVE | FOR_EXPLAIN | FOR_INTERFACES)

typedef enum { COLOR_AUTO = 0, COLOR_ALWAYS, COLOR_NEVER } ColorWhen;

typedef struct {
	const Command *command;
	char **words;	    /* files in the order given, or names to explain; NULL-terminated */
	const char *filter; /* BPF, or NULL */
	uint64_t count;	    /* 0: all */
	ShakedownMoment since, until;
	const char *since_text, *until_text; /* as they were given, or NULL */
	ShakedownFormat format;
	const char *output; /* or NULL: standard output */
	const char *config; /* a file, or NULL */
	bool config_given;  /* --config stood there, if alone */
	bool fails;	    /* --fail-on was given */
	ShakedownSeverity fail_on;
	ColorWhen color;
	uint64_t connection; /* 0: the first, or all */
	ShakedownGrouping grouping;
	int8_t side;	 /* ShakedownSideId; -1: both */
	const char *dir; /* or NULL */
	ShakedownOverlapPolicy policy;
	bool force, zero_holes;
	const char *user; /* who to become, or NULL */
	bool no_sandbox;
	unsigned width;	     /* 0: of the terminal */
	unsigned threads;    /* 0: what there is use for */
	uint64_t max_memory; /* bytes; 0: not given */
	uint64_t html_limit; /* MiB; 0: the default */
	bool ignore_encapsulation, all, absolute, ascii, quiet, verbose;
	bool top; /* watch: the whole screen */
	LiveOptions live;
	void *raw; /* owns the strings */
} Options;

typedef enum { OPTIONS_RUN, OPTIONS_ANSWERED, OPTIONS_WRONG } OptionsVerdict;

/*
 * Of main()'s words, which end with NULL. ANSWERED: --help or --version was asked for and printed.
 * WRONG: the reason was told. Clear the options in every case.
 */
OptionsVerdict options_parse(Options *options, char **argv);
void options_clear(Options *options);

/* The thresholds in force: the defaults, then $XDG_CONFIG_HOME/shakedown/config if there is one, or
 * the file that --config names instead, then what options say. False after telling why. */
bool options_config(const Options *options, ShakedownConfig *config);
