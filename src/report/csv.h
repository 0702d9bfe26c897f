/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A CSV writer, RFC 4180: comma, CRLF, quotes where they are needed. Unknown is the empty field.
 */
#pragma once

#include "report/writer.h"

typedef struct {
	ReportWriter *out;
	bool comma; /* something stands before, in this row */
} CsvWriter;

static inline void csv_init(CsvWriter *csv, ReportWriter *out)
{
	*csv = (CsvWriter){.out = out};
}

void csv_end_row(CsvWriter *csv);
void csv_empty(CsvWriter *csv);
void csv_text(CsvWriter *csv, const char *value); /* NULL: empty */
void csv_text_len(CsvWriter *csv, const char *value, size_t len);
void csv_uint(CsvWriter *csv, uint64_t value);
void csv_bool(CsvWriter *csv, bool value); /* "true", "false" */
void csv_time(CsvWriter *csv, ShakedownTime value);
void csv_seconds(CsvWriter *csv, ShakedownDuration value);
void csv_address(CsvWriter *csv, const ShakedownAddress *value);
void csv_subnet(CsvWriter *csv, const ShakedownAddress *value, unsigned bits);

/* A field of several words: begin, words with a separator between, end. The words and the separator
 * are ours and need no quotes. */
void csv_begin_words(CsvWriter *csv);
void csv_word(CsvWriter *csv, const char *word, bool first, char separator);
