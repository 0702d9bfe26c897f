/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The scenario parser's own parts. A reader walks the file line by line and each line word by word;
 * what a word means is read by the functions below, which set the error and return false when it
 * means nothing.
 */
#pragma once

#include "scenario.h"

#define READER_WORDS 64

typedef struct {
	const char *file;
	unsigned number; /* of the line, from 1 */
	char *words[READER_WORDS];
	size_t len, next;
	bool failed;
	GError **error;
} ScenarioReader;

/* Splits a line into words, up to a comment; the words point into line, which is changed. */
bool reader_split(ScenarioReader *r, char *line);
/* The next word, or NULL at the line's end. */
char *reader_word(ScenarioReader *r);
char *reader_peek(const ScenarioReader *r);
/* The next word, or an error that says what was expected. */
char *reader_need(ScenarioReader *r, const char *expected);
/* False, and an error unless the line is at its end. */
bool reader_end(ScenarioReader *r);
/* Sets the error "FILE:LINE: MESSAGE" and returns false. */
bool reader_fail(ScenarioReader *r, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* … "FILE:LINE: expected EXPECTED, not "WORD"". */
bool reader_unexpected(ScenarioReader *r, const char *expected, const char *word);
/* Splits "key=value" in place: value is NULL where there is no '='. */
void reader_key(char *word, char **value);

/* Values; text may be NULL, which no value is. what names it in the error. */
bool read_u32(ScenarioReader *r, const char *what, const char *text, uint32_t least, uint32_t most,
	      uint32_t *value);
bool read_seconds(ScenarioReader *r, const char *what, const char *text,
		  ShakedownDuration *duration);
bool read_number(ScenarioReader *r, const char *what, const char *text, ScenarioNumber *number);
bool read_address(ScenarioReader *r, const char *text, ShakedownAddress *address);
bool read_endpoint(ScenarioReader *r, ScenarioEndpoint *endpoint);
bool read_vlan(ScenarioReader *r, const char *text, ScenarioConnection *connection);
bool read_quoted(ScenarioReader *r, char *text, GBytes **data);
/* An index into a table of names; none is a hint for the error. */
bool read_name(ScenarioReader *r, const char *what, const char *text, const char *(*name_of)(int),
	       int n, int *value);
bool read_side(ScenarioReader *r, const char *text, int *side);
/* A state without evidence. */
bool read_state(ScenarioReader *r, const char *text, int *state);
bool read_belief(ScenarioReader *r, char *text, ScenarioBelief *belief);

/* Lines. */
bool read_options_word(ScenarioReader *r, const char *key, char *value, ScenarioOptions *options,
		       bool *known);
/* A line that begins with a time; before is the time of the line before it. */
bool read_timed(ScenarioReader *r, const ScenarioConnection *connection, ShakedownDuration before,
		ScenarioLine *line);
bool read_icmp(ScenarioReader *r, const ScenarioConnection *connection, ScenarioLine *line);
/* One line of an `end` section that concerns a connection. */
bool read_expectation(ScenarioReader *r, const char *keyword, ScenarioEnd *end);
bool read_anomalies(ScenarioReader *r, ScenarioNames *anomalies);

void scenario_line_clear(gpointer line);
bool reader_is_arrow(const char *word);
