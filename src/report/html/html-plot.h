/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Sequence numbers over time, as tcptrace has drawn them: what one side sent, what the other
 * acknowledged, how far its window reached, and what was sent again. Bounded: of a long transfer
 * every second of the ordinary points is dropped as often as it takes, the notable ones stay.
 */
#pragma once

#include <glib.h>

#include "report/html/html-put.h"
#include "report/ladder-numbers.h"

#define HTML_PLOT_POINTS 1200u
#define HTML_PLOT_NOTABLE 300u

typedef struct {
	ShakedownTime time;
	int64_t from, to; /* offsets in the sender's space: data, or an ACK and its window's end */
	int64_t sack[2];  /* of an ACK: the block it reports first; equal: none */
	uint8_t class;	  /* ShakedownSegmentClass */
	bool ack;
} HtmlPoint;

typedef struct {
	GArray *points[2]; /* of HtmlPoint, by the side whose data it is about */
	GArray *notable[2];
	unsigned stride[2], skipped[2];
	uint64_t segments[2]; /* of data */
} HtmlPlot;

void html_plot_init(HtmlPlot *plot);
void html_plot_clear(HtmlPlot *plot);
void html_plot_segment(HtmlPlot *plot, const ShakedownSegment *segment, const LadderNumber *seq,
		       const LadderNumber *ack);
/* Whether there is enough of that side's data for a picture. */
bool html_plot_tells(const HtmlPlot *plot, ShakedownSideId side);
/* Of the connection of that id. */
void html_plot_put(const HtmlPlot *plot, uint64_t id, ShakedownSideId side, ReportWriter *out);
