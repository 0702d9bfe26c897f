/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The anomalies of the page: by kind how many, with some cases of each in full, as HTML already
 * when they come, since their records live no longer than the call.
 */
#pragma once

#include <shakedown/anomaly.h>

#include "report/html/html-put.h"

#define HTML_CASES 12u

typedef struct {
	uint64_t count;	   /* of anomalies */
	uint64_t problems; /* … with those that belong together taken as one */
	ShakedownSeverity worst;
	bool wide; /* one at least is about more than a connection */
	unsigned cases_len;
	ShakedownSeverity severity[HTML_CASES];
	char *cases[HTML_CASES];
	char *headline; /* the worst case's summary */
} HtmlKind;

typedef struct {
	HtmlKind kinds[SHAKEDOWN_ANOMALY_KINDS];
} HtmlFindings; /* all zero is a valid empty one */

void html_findings_clear(HtmlFindings *findings);
void html_findings_add(HtmlFindings *findings, const ShakedownAnomaly *anomaly);
/* Kinds by severity, then those about more than a connection, then by number. Beyond so many bytes
 * the cases are left out. */
void html_findings_put(const HtmlFindings *findings, ReportWriter *out, size_t bytes);
