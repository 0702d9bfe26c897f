/* SPDX-License-Identifier: BSD-3-Clause */
/* The format that a scraper would rather have. */
#include "metrics/accept.h"

#include <criterion/criterion.h>
#include <glib.h>
#include <string.h>

#define OPEN SHAKEDOWN_METRICS_OPENMETRICS
#define PLAIN SHAKEDOWN_METRICS_PROMETHEUS

static const struct {
	const char *accept;
	ShakedownMetricsFormat format;
} cases[] = {
	{NULL, PLAIN},
	{"", PLAIN},
	{"*/*", PLAIN},
	{"text/html,application/xhtml+xml,*/*;q=0.8", PLAIN},
	{"text/plain", PLAIN},
	{"application/openmetrics-text", OPEN},
	{"Application/OpenMetrics-Text", OPEN},
	{"application/openmetrics-text; version=1.0.0; charset=utf-8", OPEN},
	/* Prometheus 2.42 */
	{"application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;"
	 "q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
	 OPEN},
	/* Prometheus 2.26 */
	{"application/openmetrics-text; version=0.0.1,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
	 OPEN},
	{"text/plain;version=0.0.4,application/openmetrics-text;q=0.5", PLAIN},
	{"application/openmetrics-text;q=0,text/plain;q=0.1", PLAIN},
	{"application/openmetrics-text;version=2.0.0", PLAIN},
	{"application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;"
	 "encoding=delimited,application/openmetrics-text;version=1.0.0;q=0.8,text/plain;q=0.5",
	 OPEN},
	/* Nonsense */
	{",;,;;q=,,", PLAIN},
	{"application/openmetrics-text;q=nan", PLAIN},
	{"application/openmetrics-text;q=-1", PLAIN},
};

Test(accept, chooses)
{
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
		cr_expect_eq(metrics_accept(cases[i].accept), cases[i].format, "%s",
			     cases[i].accept ? cases[i].accept : "nothing");
}

Test(accept, what_is_too_long_is_not_read)
{
	g_autofree char *filler = g_strnfill(5000, ',');
	g_autofree char *whole = g_strconcat("application/openmetrics-text", filler, NULL);

	cr_assert_eq(metrics_accept(whole), PLAIN);
}
