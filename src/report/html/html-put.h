/* SPDX-License-Identifier: BSD-3-Clause */
/* Small pieces of the page that several of its parts need. */
#pragma once

#include <shakedown/anomaly-kind.h>
#include <shakedown/connection.h>

#include "report/markup.h"

/* Times lie: differences saturate. */
static inline ShakedownDuration html_elapsed(ShakedownTime from, ShakedownTime to)
{
	ShakedownDuration d;
	return __builtin_sub_overflow(to, from, &d) ? (to < from ? -INT64_MAX : INT64_MAX) : d;
}

/* How something went, as a colour and a sign that goes with it. */
typedef enum { HTML_GOOD, HTML_NEUTRAL, HTML_DOUBTFUL, HTML_BAD } HtmlTone;
HtmlTone html_handshake_tone(ShakedownHandshakeOutcome outcome);
HtmlTone html_teardown_tone(ShakedownTeardownOutcome outcome);
const char *html_tone_class(HtmlTone tone);   /* "good" … */
const char *html_tone_meaning(HtmlTone tone); /* "as it should be" … */

void html_put_handshake(ReportWriter *out, ShakedownHandshakeOutcome outcome);
void html_put_teardown(ReportWriter *out, ShakedownTeardownOutcome outcome);
/* How bad a connection's anomaly of that kind is, as far as its record tells: that of its worst
 * one, and how many kinds there are. */
ShakedownSeverity html_severity_in(ShakedownAnomalyKind kind, ShakedownSeverity worst,
				   size_t kinds);
/* A label in a severity's colour; the text is ours. */
void html_put_badge(ReportWriter *out, ShakedownSeverity severity, const char *text);
void html_put_span(ReportWriter *out, ShakedownTime from, ShakedownTime to);
/* Opens what is scrolled by itself, also by keyboard; unlike any other by its name and, of a
 * connection's, its id (0: not of one). To be closed by </div>. */
void html_put_region(ReportWriter *out, const char *class, const char *name, uint64_t id);
/* A display filter in <code> with a button that copies it. */
void html_put_filter(ReportWriter *out, const char *filter);
/* Of a connection's two ends, as the detectors write it. */
void html_put_connection_filter(ReportWriter *out, const ShakedownAddress addr[2],
				const uint16_t port[2]);
