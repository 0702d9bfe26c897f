/* SPDX-License-Identifier: BSD-3-Clause */
/* The whole ladder as text: who, the drawing, the anomalies, the legend. */
#pragma once

#include "report/ladder-data.h"

/* The ladder must have been settled. Of the options: width, color, ascii, verbose. */
void ladder_text(ReportWriter *out, const LadderData *ladder, const ShakedownSinkOptions *options);
