/* SPDX-License-Identifier: BSD-3-Clause */
#include "metrics/metrics.h"

#include "metrics/process.h"

#include <shakedown/version.h>

ShakedownMetrics *shakedown_metrics_new(void)
{
	return g_new0(ShakedownMetrics, 1);
}

void shakedown_metrics_free(ShakedownMetrics *m)
{
	g_free(m);
}

void shakedown_metrics_opening(ShakedownMetrics *m, const ShakedownOpening *opening)
{
	const ShakedownHandshake *h = &opening->handshake;

	m->handshakes[h->outcome]++;
	histogram_add(&m->rtt[SHAKEDOWN_CLIENT], h->client_rtt);
	histogram_add(&m->rtt[SHAKEDOWN_SERVER], h->server_rtt);
	if (h->syn)
		m->retransmitted_handshakes[SHAKEDOWN_CLIENT] += h->syn - 1;
	if (h->syn_ack)
		m->retransmitted_handshakes[SHAKEDOWN_SERVER] += h->syn_ack - 1;
}

void shakedown_metrics_connection(ShakedownMetrics *m, const ShakedownConnection *c)
{
	const ShakedownTeardown *t = &c->teardown;

	m->teardowns[t->kind][t->outcome]++;
	if (t->first >= 0)
		m->first_to_close[t->first]++;
	if (t->reset_by >= 0)
		m->resets[t->reset_by]++;
	histogram_add(&m->duration, c->end - c->start);
	histogram_add(&m->half_closed, t->half_closed);
	for (unsigned i = 0; i < 2; i++) {
		m->payload[i] += c->side[i].bytes;
		/* Of one direction alone nothing was lost. */
		if (c->side[0].seen && c->side[1].seen)
			m->missing[i] += c->side[i].missing_bytes;
		m->retransmissions[i] += c->side[i].retransmissions;
	}
}

void shakedown_metrics_anomaly(ShakedownMetrics *m, const ShakedownAnomaly *anomaly)
{
	m->anomalies[anomaly->kind][anomaly->severity] += anomaly->count;
}

const char *shakedown_metrics_content_type(ShakedownMetricsFormat format)
{
	switch (format) {
	case SHAKEDOWN_METRICS_OPENMETRICS:
		return "application/openmetrics-text; version=1.0.0; charset=utf-8";
	case SHAKEDOWN_METRICS_PROMETHEUS:
		break;
	}
	return "text/plain; version=0.0.4; charset=utf-8";
}

char *shakedown_metrics_text(const ShakedownMetrics *m, ShakedownMetricsFormat format,
			     const ShakedownSummary *summary, const ShakedownCaptureInfo *capture)
{
	static const ExpositionFamily build = {EXPOSITION_INFO, "shakedown_build", NULL,
					       "The program that tells this."};
	Exposition e = {.format = format, .text = g_string_sized_new(32 * 1024)};

	exposition_begin(&e, &build);
	exposition_count(&e, EXPOSITION_LABELS({"version", SHAKEDOWN_VERSION}), 1);
	if (capture)
		metrics_expose_capture(capture, &e);
	if (summary)
		metrics_expose_summary(summary, &e);
	metrics_expose_observed(m, &e);
	process_expose(&e);
	exposition_end(&e);
	return g_string_free(e.text, FALSE);
}
