/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The ladder as SVG: two lifelines that are bands in the colours of their sides' states, an arrow a
 * segment. Rows are as far apart as their words need, and time runs down between them; where the
 * tap's place is known (both legs of the handshake were measured) an arrow leaves and arrives half
 * a leg's round trip before and after it passed the tap, so that it slants, and those that crossed
 * cross. Colours are classes (html/ladder.css): the drawing itself holds no style.
 */
#pragma once

#include "report/ladder-data.h"

/* <svg>…</svg> for a page that has the style sheet; the ladder must have been settled. */
void ladder_svg(ReportWriter *out, const LadderData *ladder, bool verbose);
/* A file of its own, style sheet and legend included. */
void ladder_svg_document(ReportWriter *out, const LadderData *ladder, bool verbose);
