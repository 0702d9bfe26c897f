/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A finding on its way to becoming an anomaly: begun for a kind and a subject, filled with the
 * evidence, reported. What the kind fixes (severity, scope, rule) comes from the catalogue.
 */
#pragma once

#include "detect/loss.h"
#include "tcp/tcp-tracker.h"

#include <glib.h>
#include <shakedown/analysis.h>
#include <shakedown/config.h>

#define FINDING_FRAMES 64
#define FINDING_FACTS 24

/* What detectors may look at, and where their findings go. */
typedef struct {
	const ShakedownConfig *config;
	TcpTracker *tracker;
	void (*report)(const ShakedownAnomaly *anomaly, void *data);
	void *data;
	const ShakedownSummary
		*summary; /* of the capture so far: packets, first, last, disordered */
	uint64_t disordered[FINDING_FRAMES]; /* frames: the first of summary->disordered */
	Loss loss;			     /* by those who captured */
	/* Handshakes of which the SYN was captured and the SYN,ACK was, or was not. */
	uint64_t answers_seen, answers_unseen;
	/* Somebody watches: what is known before it is over is told then, too. */
	bool early;
	/* What detectors share; detectors_new() makes it. */
	struct _Dossiers *dossiers;
	struct _Services *services;
	struct _Scanners *scanners;
} DetectContext;

typedef struct {
	ShakedownAnomaly anomaly;
	DetectContext *context;
	TcpConnection *conn; /* NULL where the scope is wider */
	uint64_t frames[FINDING_FRAMES];
	ShakedownFact facts[FINDING_FACTS];
	GString *summary, *filter, *narrowing, *texts;
	char spans[4][32];
	unsigned span_next;
} Finding;

/* About one connection: subject, filter and the record's list of anomalies are seen to. */
void finding_begin(Finding *finding, DetectContext *context, ShakedownAnomalyKind kind,
		   TcpConnection *conn);
/* About a service (address, port) or a host (port 0), or with version 0 about the capture. */
void finding_begin_wide(Finding *finding, DetectContext *context, ShakedownAnomalyKind kind,
			const ShakedownAddress *address, uint16_t port);
/* About a subnet: all addresses that begin with so many bits of that. */
void finding_begin_subnet(Finding *finding, DetectContext *context, ShakedownAnomalyKind kind,
			  const ShakedownAddress *address, unsigned bits);
void finding_severity(Finding *finding, ShakedownSeverity severity);
void finding_time(Finding *finding, ShakedownTime time, ShakedownTime until);
/* 0 is ignored; frames are put in order; beyond the room the first ones stay. */
void finding_frame(Finding *finding, uint64_t frame);
/* The first ones of so many. */
void finding_frames(Finding *finding, const uint64_t *frames, uint64_t len, uint64_t of);
/* All marks of that kind and side (-1: both). */
void finding_marks(Finding *finding, TcpMarkKind kind, int side);
/* All FINs of that side (-1: both). */
void finding_fins(Finding *finding, int side);
void finding_count(Finding *finding, const char *name, uint64_t count);
void finding_duration(Finding *finding, const char *name, ShakedownDuration duration);
/* How long it took, or that it is under way: before anything else is said in the summary. */
void finding_lasted(Finding *finding, ShakedownDuration duration, bool goes_on);
void finding_ratio(Finding *finding, const char *name, double ratio);
void finding_text(Finding *finding, const char *name, const char *text);
void finding_flag(Finding *finding, const char *name, bool flag);
void finding_summary(Finding *finding, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* The frames that were given are a few of many: the filter is to select all that are alike. */
void finding_many(Finding *finding);
/* Says what they are like, if not all of its frames are known. */
void finding_filter(Finding *finding, const char *expression);
/* Reports it and frees what it held. */
void finding_report(Finding *finding);

/* "the client", "the server" */
const char *finding_side(ShakedownSideId side);
/* "8.2 ms", "31.2 s": for summaries; in one of a few buffers that take turns within the finding. */
const char *finding_span(Finding *finding, ShakedownDuration duration);
/* "1 byte", "20 bytes"; the same. */
const char *finding_bytes(Finding *finding, uint64_t bytes);
