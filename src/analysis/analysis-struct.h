/* SPDX-License-Identifier: BSD-3-Clause */
/* What an analysis consists of: for analysis.c, and analysis-summary.c, which tells what has come
 * of it so far. */
#pragma once

#include "analysis/analysis-private.h"
#include "detect/detector.h"
#include "tcp/tcp-record.h"
#include "tcp/tcp-stream-recent.h"
#include "tcp/tcp-stream.h"
#include "tcp/tcp-tracker.h"

struct _ShakedownAnalysis {
	ShakedownConfig config;
	ShakedownObserver observer;
	void *data;
	Decoder *decoder;
	TcpTracker *tracker;
	DetectContext detect;
	Detectors *detectors;
	ShakedownSummary summary;
	ShakedownSkipped *skipped;
	TcpRecorder recorder;
	Segment batch[TCP_TRACKER_BATCH + DECODER_SEGMENTS];
	TcpRecent *recent;   /* the tracker's; NULL: nobody asked */
	TcpStreams *streams; /* the tracker's; NULL: nobody asked */
	uint64_t last_frame;
	uint64_t attempts, completed, failed;
	uint64_t half_seen_missing; /* bytes of the direction that was not captured */
	ShakedownTime ticked;	    /* when the detectors were last told the time */
	bool finished;
};
