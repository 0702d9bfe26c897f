/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a sink is inside the room: a table of calls, one implementation a view and format. The
 * implementation puts a ReportSink first in its own struct; shakedown_sink_*() forwards to it.
 *
 *   ReportSink *ladder_sink_new(ReportWriter *out, const ShakedownSinkOptions *options);
 *
 * is the pattern of every constructor. The writer belongs to the ShakedownSink, outlives the
 * ReportSink and is flushed by it after finish(); the options are copied by whoever needs them.
 */
#pragma once

#include <shakedown/sink.h>

#include "report/writer.h"

typedef struct _ReportSink ReportSink;

typedef struct {
	/* Each of the first three may be NULL: the view has no use for it. */
	void (*connection)(ReportSink *sink, const ShakedownConnection *connection);
	void (*anomaly)(ReportSink *sink, const ShakedownAnomaly *anomaly);
	void (*segment)(ReportSink *sink, const ShakedownSegment *segment);
	/* Of a sink that gains by a second reading: gets ready for it. NULL: there is none. */
	bool (*again)(ReportSink *sink);
	/* Writes the rest to the writer. False only for an error of the view itself (no such
	 * connection): a writer that refuses is noticed by the caller. Either pointer may be NULL.
	 */
	bool (*finish)(ReportSink *sink, const ShakedownSummary *summary,
		       const ShakedownCaptureInfo *capture, GError **error);
	void (*free)(ReportSink *sink);
	bool wants_segments, wants_conn_log;
	bool each_anomaly; /* it gathers them itself, if at all: see problems.h */
} ReportSinkOps;

struct _ReportSink {
	const ReportSinkOps *ops;
};
