/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The ladder: one connection as the sequence diagram of a textbook. Two lifelines, the states of
 * both sides beside them, an arrow a segment. It collects while the capture is read and draws at
 * the end, when it knows which beliefs were confirmed and how wide the numbers are.
 */
#pragma once

#include "report/sink-private.h"

ReportSink *ladder_sink_new(ReportWriter *out, const ShakedownSinkOptions *options);
