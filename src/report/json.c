/* SPDX-License-Identifier: BSD-3-Clause */
/* A JSON writer that holds nothing (RFC 8259). */
#include "report/json.h"

#include <glib.h>
#include <math.h>

static inline char *before_value(JsonWriter *json, size_t room, size_t *len)
{
	char *at = report_writer_reserve(json->out, room + 1);
	*len = json->comma;
	at[0] = ',';
	json->comma = true;
	return at;
}

void json_key_text(JsonWriter *json, const char *name)
{
	json_string(json, name);
	report_put_char(json->out, ':');
	json->comma = false;
}

static void put_value(JsonWriter *json, const char *text, size_t text_len)
{
	size_t len;
	char *at = before_value(json, text_len, &len);
	memcpy(at + len, text, text_len);
	report_writer_advance(json->out, len + text_len);
}

void json_uint_long(JsonWriter *json, uint64_t value)
{
	size_t len;
	char *at = before_value(json, REPORT_UINT_LEN, &len);
	len += report_format_uint(at + len, value);
	report_writer_advance(json->out, len);
}

void json_int(JsonWriter *json, int64_t value)
{
	size_t len;
	char *at = before_value(json, REPORT_INT_LEN, &len);
	len += report_format_int(at + len, value);
	report_writer_advance(json->out, len);
}

void json_double(JsonWriter *json, double value)
{
	char text[G_ASCII_DTOSTR_BUF_SIZE];

	if (!isfinite(value)) {
		json_null(json);
		return;
	}
	g_ascii_formatd(text, sizeof(text), "%.6g", value);
	put_value(json, text, strlen(text));
}

void json_time(JsonWriter *json, ShakedownTime value)
{
	size_t len;
	char *at = before_value(json, REPORT_TIME_LEN + 2, &len);
	at[len++] = '"';
	len += report_format_time_near(at + len, value, &json->time);
	at[len++] = '"';
	report_writer_advance(json->out, len);
}

void json_seconds(JsonWriter *json, ShakedownDuration value)
{
	size_t len;

	if (value == SHAKEDOWN_DURATION_UNKNOWN) {
		json_null(json);
		return;
	}
	char *at = before_value(json, REPORT_SECONDS_LEN, &len);
	len += report_format_seconds(at + len, value);
	report_writer_advance(json->out, len);
}

void json_address(JsonWriter *json, const ShakedownAddress *value)
{
	size_t len;

	if (value->version == 0) {
		json_null(json);
		return;
	}
	char *at = before_value(json, REPORT_ADDRESS_LEN + 2, &len);
	at[len++] = '"';
	len += report_format_address(at + len, value);
	at[len++] = '"';
	report_writer_advance(json->out, len);
}

void json_name(JsonWriter *json, const char *value)
{
	size_t len, n = strlen(value);
	char *at = before_value(json, n + 2, &len);
	at[len++] = '"';
	memcpy(at + len, value, n);
	len += n;
	at[len++] = '"';
	report_writer_advance(json->out, len);
}

static inline bool needs_escape(unsigned char c)
{
	return c < 0x20 || c == '"' || c == '\\' || c >= 0x7f;
}

static void put_unit(ReportWriter *out, unsigned unit)
{
	static const char hex[] = "0123456789abcdef";
	char text[6] = {
		'\\',	       'u', hex[unit >> 12 & 15], hex[unit >> 8 & 15], hex[unit >> 4 & 15],
		hex[unit & 15]};
	report_put_bytes(out, text, sizeof(text));
}

static void put_escaped_ascii(ReportWriter *out, unsigned char c)
{
	switch (c) {
	case '"':
		report_put_bytes(out, "\\\"", 2);
		return;
	case '\\':
		report_put_bytes(out, "\\\\", 2);
		return;
	case '\n':
		report_put_bytes(out, "\\n", 2);
		return;
	case '\r':
		report_put_bytes(out, "\\r", 2);
		return;
	case '\t':
		report_put_bytes(out, "\\t", 2);
		return;
	default:
		put_unit(out, c);
	}
}

/* One character from 0x7f on, or one byte that is none; returns where it ends. */
static const char *put_beyond_ascii(ReportWriter *out, const char *p, const char *end)
{
	gunichar c = g_utf8_get_char_validated(p, end - p);

	if (c == (gunichar)-1 || c == (gunichar)-2) {
		put_unit(out, 0xfffd);
		return p + 1;
	}
	const char *next = g_utf8_next_char(p);
	/* C1 controls act on terminals; U+2028 and U+2029 end lines of JavaScript. */
	if (c < 0xa0 || c == 0x2028 || c == 0x2029)
		put_unit(out, c);
	else
		report_put_bytes(out, p, (size_t)(next - p));
	return next;
}

void json_string(JsonWriter *json, const char *value)
{
	ReportWriter *out = json->out;

	if (!value) {
		json_null(json);
		return;
	}
	const char *p = value, *end = value + strlen(value);
	put_value(json, "\"", 1);
	while (p < end) {
		const char *run = p;
		while (p < end && !needs_escape((unsigned char)*p))
			p++;
		report_put_bytes(out, run, (size_t)(p - run));
		if (p >= end)
			break;
		if ((unsigned char)*p < 0x7f)
			put_escaped_ascii(out, (unsigned char)*p++);
		else
			p = put_beyond_ascii(out, p, end);
	}
	report_put_char(out, '"');
}
