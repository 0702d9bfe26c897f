/* SPDX-License-Identifier: BSD-3-Clause */
/* A CSV writer, RFC 4180. */
#include "report/csv.h"

static void begin_field(CsvWriter *csv)
{
	if (csv->comma)
		report_put_char(csv->out, ',');
	csv->comma = true;
}

void csv_end_row(CsvWriter *csv)
{
	report_put_bytes(csv->out, "\r\n", 2);
	csv->comma = false;
}

void csv_empty(CsvWriter *csv)
{
	begin_field(csv);
}

static bool needs_quotes(const char *value, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (value[i] == ',' || value[i] == '"' || value[i] == '\r' || value[i] == '\n')
			return true;
	}
	return len > 0 && (value[0] == ' ' || value[len - 1] == ' ');
}

void csv_text_len(CsvWriter *csv, const char *value, size_t len)
{
	begin_field(csv);
	if (!needs_quotes(value, len)) {
		report_put_bytes(csv->out, value, len);
		return;
	}
	report_put_char(csv->out, '"');
	const char *p = value, *end = value + len;
	while (p < end) {
		const char *quote = memchr(p, '"', (size_t)(end - p));
		const char *stop = quote ? quote + 1 : end;
		report_put_bytes(csv->out, p, (size_t)(stop - p));
		if (quote)
			report_put_char(csv->out, '"');
		p = stop;
	}
	report_put_char(csv->out, '"');
}

void csv_text(CsvWriter *csv, const char *value)
{
	if (value)
		csv_text_len(csv, value, strlen(value));
	else
		csv_empty(csv);
}

void csv_uint(CsvWriter *csv, uint64_t value)
{
	begin_field(csv);
	report_put_uint(csv->out, value);
}

void csv_bool(CsvWriter *csv, bool value)
{
	begin_field(csv);
	report_put(csv->out, value ? "true" : "false");
}

void csv_time(CsvWriter *csv, ShakedownTime value)
{
	begin_field(csv);
	char *at = report_writer_reserve(csv->out, REPORT_TIME_LEN);
	report_writer_advance(csv->out, report_format_time(at, value));
}

void csv_seconds(CsvWriter *csv, ShakedownDuration value)
{
	begin_field(csv);
	if (value == SHAKEDOWN_DURATION_UNKNOWN)
		return;
	char *at = report_writer_reserve(csv->out, REPORT_SECONDS_LEN);
	report_writer_advance(csv->out, report_format_seconds(at, value));
}

void csv_address(CsvWriter *csv, const ShakedownAddress *value)
{
	begin_field(csv);
	if (value->version == 0)
		return;
	char *at = report_writer_reserve(csv->out, REPORT_ADDRESS_LEN);
	report_writer_advance(csv->out, report_format_address(at, value));
}

void csv_subnet(CsvWriter *csv, const ShakedownAddress *value, unsigned bits)
{
	begin_field(csv);
	char *at = report_writer_reserve(csv->out, REPORT_SUBNET_LEN);
	report_writer_advance(csv->out, report_format_subnet(at, value, bits));
}

void csv_begin_words(CsvWriter *csv)
{
	begin_field(csv);
}

void csv_word(CsvWriter *csv, const char *word, bool first, char separator)
{
	if (!first)
		report_put_char(csv->out, separator);
	report_put(csv->out, word);
}
