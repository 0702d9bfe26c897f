/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The buffer through which everything a sink says goes out: append, and it is handed on in large
 * pieces. Once the receiver has refused, the writer is broken: it swallows all that comes.
 *
 * The report_format_*() functions write no NUL, return the length, and use neither printf nor the
 * locale. Each names the room that it may need.
 */
#pragma once

#include <string.h>

#include <shakedown/sink.h>

#define REPORT_WRITER_ROOM ((size_t)256 * 1024)

typedef struct {
	char *buffer;
	size_t len; /* <= REPORT_WRITER_ROOM */
	ShakedownWriteFunc write;
	void *data;
	uint64_t written; /* bytes taken by the receiver */
	bool broken;
} ReportWriter;

/* write may be NULL: then everything is refused at the first flush. */
void report_writer_init(ReportWriter *writer, ShakedownWriteFunc write, void *data);
void report_writer_clear(ReportWriter *writer); /* does not flush */
/* Hands on what is buffered; false if broken. */
bool report_writer_flush(ReportWriter *writer);

/* At least n bytes to write to, n <= REPORT_WRITER_ROOM; then report_writer_advance() by what was
 * used. */
static inline char *report_writer_reserve(ReportWriter *writer, size_t n)
{
	if (REPORT_WRITER_ROOM - writer->len < n)
		(void)report_writer_flush(writer);
	return writer->buffer + writer->len;
}

static inline void report_writer_advance(ReportWriter *writer, size_t n)
{
	writer->len += n;
}

void report_put_long(ReportWriter *writer, const void *bytes, size_t len);

static inline void report_put_bytes(ReportWriter *writer, const void *bytes, size_t len)
{
	if (len == 0) /* bytes may be NULL then, which memcpy() must not get */
		return;
	if (REPORT_WRITER_ROOM - writer->len < len) {
		report_put_long(writer, bytes, len);
		return;
	}
	memcpy(writer->buffer + writer->len, bytes, len);
	writer->len += len;
}

/* As it is: text that may be hostile goes through text-layout.h or json.h. */
static inline void report_put(ReportWriter *writer, const char *text)
{
	report_put_bytes(writer, text, strlen(text));
}

static inline void report_put_char(ReportWriter *writer, char c)
{
	*report_writer_reserve(writer, 1) = c;
	writer->len++;
}

void report_put_repeat(ReportWriter *writer, char c, size_t n);
void report_put_uint(ReportWriter *writer, uint64_t value);
void report_put_int(ReportWriter *writer, int64_t value);

#define REPORT_UINT_LEN 20
size_t report_format_uint(char *out, uint64_t value);
#define REPORT_INT_LEN 20
size_t report_format_int(char *out, int64_t value);
/* "1,234,567" */
#define REPORT_GROUPED_LEN 26
size_t report_format_grouped(char *out, uint64_t value);

/* "2026-11-20T22:37:41.123456789Z"; every int64 of nanoseconds (1677 to 2262) has a form. */
#define REPORT_TIME_LEN 30
size_t report_format_time(char *out, ShakedownTime time);
/* The same for many times, most of which are near the one before. All zero is a valid first one. */
typedef struct {
	int64_t second;
	char text[20]; /* "2026-11-20T22:37:41." of it; text[0] 0: none yet */
} ReportTime;
size_t report_format_time_near(char *out, ShakedownTime time, ReportTime *before);
/* Seconds as the shortest exact decimal: "0", "1.25", "-0.000000001". Not for the unknown. */
#define REPORT_SECONDS_LEN 21
size_t report_format_seconds(char *out, ShakedownDuration duration);
/* Seconds with a fixed number of decimals (0..9), rounded half up: "12.346". Not for the unknown.
 */
size_t report_format_seconds_fixed(char *out, ShakedownDuration duration, unsigned decimals);

/* For people, three digits: "640 ns", "21.3 ms", "31.2 s", "12 min 5 s", "3 h 20 min", "12 d 4 h";
 * "-" if unknown. micro: the spelling of the prefix, "µ" or "u". */
#define REPORT_DURATION_LEN 32
size_t report_format_duration(char *out, ShakedownDuration duration, const char *micro);
/* "512 B", "1.46 kB", "20.1 MB": powers of 1000. */
#define REPORT_SIZE_LEN 16
size_t report_format_size(char *out, uint64_t bytes);
/* "7", "999", "12.3k", "4.56M": at most 5 columns below 10^15. */
#define REPORT_COUNT_LEN 16
size_t report_format_count(char *out, uint64_t count);
/* "100%", "41.2%", "<0.1%", "0%"; of 0: "-". */
#define REPORT_PERCENT_LEN 8
size_t report_format_percent(char *out, uint64_t part, uint64_t whole);

/* "192.0.2.1", "2001:db8::1". */
#define REPORT_ADDRESS_LEN SHAKEDOWN_ADDRESS_LEN
size_t report_format_address(char *out, const ShakedownAddress *address);
/* "192.0.2.0/24", "2001:db8::/64". */
#define REPORT_SUBNET_LEN (REPORT_ADDRESS_LEN + 4)
size_t report_format_subnet(char *out, const ShakedownAddress *address, unsigned bits);
/* "192.0.2.1:443", "[2001:db8::1]:443". */
#define REPORT_ENDPOINT_LEN (SHAKEDOWN_ADDRESS_LEN + 8)
size_t report_format_endpoint(char *out, const ShakedownAddress *address, uint16_t port);
