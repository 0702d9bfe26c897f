/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Writing HTML and SVG. Text that may be hostile goes through markup_text() and nothing else: it is
 * made harmless as for a terminal, then every character that markup gives a meaning is escaped, so
 * that it may stand between tags as well as between double or single quotes.
 */
#pragma once

#include "report/writer.h"

#include <glib.h>

void markup_text(ReportWriter *out, const char *text); /* NULL: nothing */
/* The same of several lines, whose ends are kept. */
void markup_lines(ReportWriter *out, const char *text);

/* One decimal, none where it is 0: "12.5", "12", "-3". Values beyond ±10^9 are held there. */
void markup_number(ReportWriter *out, double value);
/* ` name="12.5"`; the name is ours. */
void markup_attribute(ReportWriter *out, const char *name, double value);
/* "2026-11-20 22:37:41.123456 UTC" for people. */
void markup_time(ReportWriter *out, ShakedownTime time);
/* "8.2 ms" for people; "–" where unknown. */
void markup_duration(ReportWriter *out, ShakedownDuration duration);
/* "1,234" */
void markup_count(ReportWriter *out, uint64_t count);
void markup_endpoint(ReportWriter *out, const ShakedownAddress *address, uint16_t port);
