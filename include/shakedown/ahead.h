/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reading ahead: a thread reads a saved capture and decodes its packets while the caller's analyses
 * those that were read before. The analysis hears the same, in the same order, as if one thread fed
 * it with all that shakedown_capture_read() gives.
 */
#pragma once

#include <shakedown/analysis.h>
#include <shakedown/capture.h>

G_BEGIN_DECLS

typedef struct _ShakedownAhead ShakedownAhead;

/*
 * Begins to read at most so many packets of regular files: of a pipe, what is there would wait for
 * what is not. The capture is the thread's until the end, and the analysis may meanwhile be fed and
 * asked for its summary by nobody else. NULL where no thread can be had.
 */
SHAKEDOWN_EXPORT ShakedownAhead *shakedown_ahead_new(ShakedownCapture *capture,
						     ShakedownAnalysis *analysis, uint64_t most);
/* Also ends it, if need be. */
SHAKEDOWN_EXPORT void shakedown_ahead_free(ShakedownAhead *ahead);

/* Analyses the next packets; false when there are no more, which ends it. */
SHAKEDOWN_EXPORT bool shakedown_ahead_step(ShakedownAhead *ahead);
/* Reads no more, and analyses what has been read. From then on all is the caller's again. */
SHAKEDOWN_EXPORT void shakedown_ahead_end(ShakedownAhead *ahead);

/* How many packets were analysed. */
SHAKEDOWN_EXPORT uint64_t shakedown_ahead_packets(const ShakedownAhead *ahead);
/* As shakedown_capture_info(), at any time: waits for a moment. */
SHAKEDOWN_EXPORT const ShakedownCaptureInfo *shakedown_ahead_info(ShakedownAhead *ahead);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(ShakedownAhead, shakedown_ahead_free)

G_END_DECLS
