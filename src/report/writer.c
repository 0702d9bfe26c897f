/* SPDX-License-Identifier: BSD-3-Clause */
/* The buffer through which everything a sink says goes out. */
#include "report/writer.h"

#include <glib.h>

void report_writer_init(ReportWriter *writer, ShakedownWriteFunc write, void *data)
{
	*writer = (ReportWriter){
		.buffer = g_malloc(REPORT_WRITER_ROOM), .write = write, .data = data};
}

void report_writer_clear(ReportWriter *writer)
{
	g_clear_pointer(&writer->buffer, g_free);
	writer->len = 0;
}

static void hand_on(ReportWriter *writer, const void *bytes, size_t len)
{
	if (writer->broken || len == 0)
		return;
	if (writer->write && writer->write(bytes, len, writer->data))
		writer->written += len;
	else
		writer->broken = true;
}

bool report_writer_flush(ReportWriter *writer)
{
	hand_on(writer, writer->buffer, writer->len);
	writer->len = 0;
	return !writer->broken;
}

void report_put_long(ReportWriter *writer, const void *bytes, size_t len)
{
	(void)report_writer_flush(writer);
	if (len > REPORT_WRITER_ROOM / 2) {
		hand_on(writer, bytes, len);
		return;
	}
	memcpy(writer->buffer, bytes, len);
	writer->len = len;
}

void report_put_repeat(ReportWriter *writer, char c, size_t n)
{
	while (n > 0) {
		size_t piece = MIN(n, (size_t)4096);
		memset(report_writer_reserve(writer, piece), c, piece);
		report_writer_advance(writer, piece);
		n -= piece;
	}
}

void report_put_uint(ReportWriter *writer, uint64_t value)
{
	char *at = report_writer_reserve(writer, REPORT_UINT_LEN);
	report_writer_advance(writer, report_format_uint(at, value));
}

void report_put_int(ReportWriter *writer, int64_t value)
{
	char *at = report_writer_reserve(writer, REPORT_INT_LEN);
	report_writer_advance(writer, report_format_int(at, value));
}
