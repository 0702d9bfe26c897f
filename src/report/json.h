/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A JSON writer that holds nothing: what is called goes out. It minds the commas and the escapes;
 * that what is begun is ended is up to the caller.
 *
 * It exists because records go out by the million, and GLib's JSON library builds a tree of each
 * first: a typical connection's record (2.5 kB) takes this writer 1 to 2 µs, JsonBuilder with
 * JsonGenerator 25 to 45 times as long, not counting the numbers' and times' own formatting
 * (tests/report/bench-json.c).
 */
#pragma once

#include "report/writer.h"

typedef struct {
	ReportWriter *out;
	bool comma;	 /* something stands before, at this level */
	ReportTime time; /* the latest that was written: its neighbours are of the same second */
} JsonWriter;

static inline void json_init(JsonWriter *json, ReportWriter *out)
{
	*json = (JsonWriter){.out = out};
}

/* '{' or '[' as a value. */
static inline void json_begin(JsonWriter *json, char bracket)
{
	char *at = report_writer_reserve(json->out, 2);

	at[0] = ',';
	at[json->comma] = bracket;
	report_writer_advance(json->out, 1 + (size_t)json->comma);
	json->comma = false;
}

/* '}' or ']'. */
static inline void json_end(JsonWriter *json, char bracket)
{
	report_put_char(json->out, bracket);
	json->comma = true;
}

/*
 * A member's name; its value has to follow. The name is not escaped: it is one of ours, and known
 * when compiling, so that it goes out in a move or two: as many bytes with a comma before it as
 * without, of which the last does not count then.
 */
#define json_key(json, name) json_key_literal(json, ",\"" name "\":", sizeof(",\"" name "\":") - 1)
static inline void json_key_literal(JsonWriter *json, const char *text, size_t len)
{
	char *at = report_writer_reserve(json->out, len);

	memcpy(at, text + !json->comma, len);
	report_writer_advance(json->out, len - !json->comma);
	json->comma = false;
}

/* Several members with their values, known when compiling, that follow another. */
#define json_members(json, text) report_put_bytes((json)->out, "," text, sizeof("," text) - 1)

/* The same for a name that is not known when compiling. */
void json_key_text(JsonWriter *json, const char *name);

static inline void json_null(JsonWriter *json)
{
	char *at = report_writer_reserve(json->out, 5);

	at[0] = ',';
	memcpy(at + json->comma, "null", 4);
	report_writer_advance(json->out, 4 + (size_t)json->comma);
	json->comma = true;
}

static inline void json_bool(JsonWriter *json, bool value)
{
	char *at = report_writer_reserve(json->out, 6);

	at[0] = ',';
	memcpy(at + json->comma, value ? "true " : "false", 5);
	report_writer_advance(json->out, (value ? 4u : 5u) + json->comma);
	json->comma = true;
}

void json_uint_long(JsonWriter *json, uint64_t value);
/* Most of a record's numbers are 0, or hardly more. */
static inline void json_uint(JsonWriter *json, uint64_t value)
{
	if (value >= 10 || json->comma) {
		json_uint_long(json, value);
		return;
	}
	report_put_char(json->out, (char)('0' + value));
	json->comma = true;
}

void json_int(JsonWriter *json, int64_t value);
/* Up to six significant digits; null where it is no number. */
void json_double(JsonWriter *json, double value);
/* NULL is null. Invalid UTF-8 becomes U+FFFD; control characters are escaped, C1 included. */
void json_string(JsonWriter *json, const char *value);
/* For spellings of our own, which need no escape. */
void json_name(JsonWriter *json, const char *value);
void json_time(JsonWriter *json, ShakedownTime value);
/* Seconds; null where unknown. */
void json_seconds(JsonWriter *json, ShakedownDuration value);
void json_address(JsonWriter *json, const ShakedownAddress *value); /* null for version 0 */
