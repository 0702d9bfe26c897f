/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The page while it is gathered, and its parts, each of which writes one section. Gathering takes
 * two readings: the first for everything but segments, at whose end is chosen which connections
 * get pictures; the second for those connections' segments.
 */
#pragma once

#include "report/html/html-choice.h"
#include "report/html/html-findings.h"
#include "report/html/html-plot.h"
#include "report/html/html-rows.h"
#include "report/html/html-timeline.h"
#include "report/ladder-data.h"
#include "report/problems.h"
#include "report/sink-private.h"
#include "report/tally.h"

#define HTML_LIMIT ((size_t)16 * 1024 * 1024)
#define HTML_FOLLOWED 512u /* connections at a time, where there is one reading only */

typedef struct {
	LadderData ladder;
	HtmlPlot plot;
	uint64_t segments;
	bool over;
} HtmlLadder;

typedef struct {
	ReportSink base;
	ReportWriter *out;
	ShakedownSinkOptions options;
	size_t limit; /* bytes the page may take */
	bool again;   /* the second reading has begun */
	uint64_t connections, last_followed;
	uint64_t tidy_at; /* connections over when it is next worth a look who makes room */
	HtmlRows rows;
	HtmlChoice choice;
	HtmlTimeline timeline;
	HtmlFindings findings;
	Problems *problems; /* what belongs together is a finding; NULL: each by itself */
	Tally services;
	GArray *chosen;	     /* ids; NULL until chosen */
	GHashTable *ladders; /* id to HtmlLadder */
} HtmlPage;

void html_put_head(HtmlPage *page, const ShakedownCaptureInfo *capture);
void html_put_summary(HtmlPage *page, const ShakedownSummary *summary,
		      const ShakedownCaptureInfo *capture);
void html_put_services(HtmlPage *page);
/* The sections of the connections that were chosen, up to so many bytes; returns how many. */
unsigned html_put_connections(HtmlPage *page, size_t bytes);
void html_put_tail(HtmlPage *page, const ShakedownSummary *summary,
		   const ShakedownCaptureInfo *capture);
