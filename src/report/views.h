/* SPDX-License-Identifier: BSD-3-Clause */
/* The constructors of this room's sinks but the ladder's; see sink-private.h for the pattern. */
#pragma once

#include "report/sink-private.h"

ReportSink *json_sink_new(ReportWriter *out, const ShakedownSinkOptions *options);
ReportSink *ndjson_sink_new(ReportWriter *out, const ShakedownSinkOptions *options);
ReportSink *csv_sink_new(ReportWriter *out, const ShakedownSinkOptions *options);
ReportSink *groups_sink_new(ReportWriter *out, const ShakedownSinkOptions *options);
ReportSink *zeek_sink_new(ReportWriter *out, const ShakedownSinkOptions *options);
ReportSink *report_text_new(ReportWriter *out, const ShakedownSinkOptions *options);
ReportSink *connections_text_new(ReportWriter *out, const ShakedownSinkOptions *options);
ReportSink *anomalies_text_new(ReportWriter *out, const ShakedownSinkOptions *options);
ReportSink *watch_text_new(ReportWriter *out, const ShakedownSinkOptions *options);
ReportSink *html_sink_new(ReportWriter *out, const ShakedownSinkOptions *options);
