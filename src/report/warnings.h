/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What limits the findings: files that ended early, packets that were lost, cut or not understood,
 * connections given up. Silence must never be ambiguous, so every view has it.
 */
#pragma once

#include <glib.h>

#include "report/text-layout.h"

/* One sentence each, as text that may hold hostile names; free with g_ptr_array_unref(). */
GPtrArray *report_warnings(const ShakedownSummary *summary, const ShakedownCaptureInfo *capture);

/* The same as text, a wrapped line each and at most so many; nothing if there are none. */
void report_warnings_put(TextLayout *layout, const ShakedownSummary *summary,
			 const ShakedownCaptureInfo *capture, unsigned indent, unsigned most);
