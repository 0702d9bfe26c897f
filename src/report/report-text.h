/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The report as text: a capture on one screen, whether it holds two connections or a hundred
 * thousand. It gathers counts while the capture is read, in bounded memory, and writes at the end.
 */
#pragma once

#include <glib.h>

#include "report/conn-row.h"
#include "report/group.h"
#include "report/sink-private.h"
#include "report/tally.h"
#include "report/text-layout.h"

/* So many connections are listed themselves, and so many of them with each step of both sides. */
#define REPORT_LISTED 12u
#define REPORT_DETAILED 3u
#define REPORT_STEPS 24u       /* of a side, listed */
#define REPORT_LINES 50u       /* of the whole report, unless it is verbose */
#define REPORT_LINES_BELOW 17u /* of those, for anomalies and hints */
#define REPORT_ROWS_VERBOSE 30u
#define REPORT_PROBLEMS 64u	   /* so many are listed at most, … */
#define REPORT_PROBLEMS_ALL 65536u /* … or if all are asked for */

/* A connection that may have to be told in full. */
typedef struct {
	ConnRow row;
	ShakedownHandshakeKind handshake;
	ShakedownTeardownKind teardown;
	ShakedownHistoryEntry steps[2][REPORT_STEPS];
	uint8_t steps_len[2];
} ReportDetail;

/* What is listed of an anomaly, which may stand for many. */
typedef struct {
	ShakedownAnomalyKind kind;
	ShakedownSeverity severity;
	uint64_t count;
	ShakedownTime time;
	uint64_t frame;	     /* its first; 0: none */
	uint64_t connection; /* its id, or its first member's; 0: wider than one */
	char *who, *example; /* whom it is about, its sentence */
} ReportProblem;

typedef struct {
	ReportSink base;
	TextLayout text;
	char *words; /* ShakedownSinkOptions.words */
	bool verbose, all;
	uint64_t connections;
	uint64_t pairs[SHAKEDOWN_TCP_STATES][SHAKEDOWN_TCP_STATES]; /* [client][server] */
	Quantiles server_leg, client_leg;
	Tally services, clients;
	GroupTable groups; /* by.by NONE: the whole picture is wanted */
	uint64_t severities[SHAKEDOWN_SEVERITIES];
	uint64_t stands_for;			 /* so many anomalies, … */
	uint64_t problems_len;			 /* … by so many that were handed on */
	uint64_t kinds[SHAKEDOWN_ANOMALY_KINDS]; /* of those */
	GPtrArray *problems;   /* of ReportProblem: the most severe, then the most frequent first */
	ReportDetail *details; /* REPORT_LISTED of them */
	GStringChunk *strings;
	GString *line; /* scratch */
} ReportText;

/* The sections, in this order. Each ends with a line, none with an empty one. */
void report_header(ReportText *self, const ShakedownSummary *summary,
		   const ShakedownCaptureInfo *capture);
void report_outcomes(ReportText *self, const ShakedownSummary *summary);
void report_states(ReportText *self);
/* At most so many rows each. */
void report_services(ReportText *self, guint most);
void report_clients(ReportText *self, guint most);
/* The connections themselves. */
void report_listing(ReportText *self, const ShakedownCaptureInfo *capture);
/* The anomalies, in so many lines or a few more. */
void report_findings(ReportText *self, unsigned lines);
void report_next(ReportText *self, const ShakedownCaptureInfo *capture);

/* A heading with a rule to the right edge, after an empty line. */
void report_heading(ReportText *self, const char *title);
