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
	bool comma; /* something stands before, at this level */
} JsonWriter;

static inline void json_init(JsonWriter *json, ReportWriter *out)
{
	*json = (JsonWriter){.out = out};
}

/* '{' or '[' as a value. */
void json_begin(JsonWriter *json, char bracket);
/* '}' or ']'. */
void json_end(JsonWriter *json, char bracket);

/* A member's name; its value has to follow. The name is not escaped: it is one of ours. */
void json_key_len(JsonWriter *json, const char *name, size_t len);
#define json_key(json, name) json_key_len(json, "\"" name "\":", sizeof("\"" name "\":") - 1)
/* The same for a name that is not known when compiling. */
void json_key_text(JsonWriter *json, const char *name);

void json_null(JsonWriter *json);
void json_bool(JsonWriter *json, bool value);
void json_uint(JsonWriter *json, uint64_t value);
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
