/* SPDX-License-Identifier: BSD-3-Clause */
/* The whole ladder as text: who, the drawing, the anomalies, the legend. */
#pragma once

#include "report/portrait.h"

/* The portrait must have been settled. Of the options: width, color, ascii, verbose. */
void ladder_text(ReportWriter *out, const Portrait *portrait, const ShakedownSinkOptions *options);
