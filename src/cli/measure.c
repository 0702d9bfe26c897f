/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/measure.h"

#include "metrics/server.h"

/* Between two looks at who asks, µs: soon enough for a scraper, and seldom enough to cost nothing
 * where packets come by the million. */
#define INTERVAL 5000

static char *text_of(ShakedownMetricsFormat format, void *data)
{
	const Measure *m = data;

	return shakedown_metrics_text(m->metrics, format, shakedown_analysis_summary(m->analysis),
				      shakedown_capture_info(m->capture));
}

Status measure_open(Measure *m, const Options *options)
{
	g_autoptr(GError) error = NULL;

	*m = (Measure){0};
	if (!options->live.metrics)
		return STATUS_DONE;
	m->server = metrics_server_new(options->live.metrics, text_of, m, &error);
	if (!m->server) {
		complain("%s", error->message);
		return g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_INVAL) ? STATUS_USAGE
										: STATUS_FAILED;
	}
	m->metrics = shakedown_metrics_new();
	if (!options->quiet)
		complain("metrics are at %s", metrics_server_url(m->server));
	return STATUS_DONE;
}

void measure_close(Measure *m)
{
	metrics_server_free(m->server);
	shakedown_metrics_free(m->metrics);
	*m = (Measure){0};
}

void measure_begin(Measure *m, ShakedownAnalysis *analysis, ShakedownCapture *capture)
{
	m->analysis = analysis;
	m->capture = capture;
}

void measure_opening(Measure *m, const ShakedownOpening *opening)
{
	shakedown_metrics_opening(m->metrics, opening);
}

void measure_connection(Measure *m, const ShakedownConnection *connection)
{
	if (m->metrics)
		shakedown_metrics_connection(m->metrics, connection);
}

void measure_anomaly(Measure *m, const ShakedownAnomaly *anomaly)
{
	if (m->metrics)
		shakedown_metrics_anomaly(m->metrics, anomaly);
}

void measure_step(Measure *m)
{
	gint64 now;

	if (!m->server || (now = g_get_monotonic_time()) < m->next)
		return;
	m->next = now + INTERVAL;
	metrics_server_run(m->server);
}
