/* SPDX-License-Identifier: BSD-3-Clause */
/* Prints the metrics of a capture: print-metrics openmetrics|prometheus FILE */
#include <shakedown/shakedown.h>

#include <stdio.h>
#include <string.h>

static void on_opening(const ShakedownOpening *opening, void *metrics)
{
	shakedown_metrics_opening(metrics, opening);
}

static void on_connection(const ShakedownConnection *connection, void *metrics)
{
	shakedown_metrics_connection(metrics, connection);
}

static void on_anomaly(const ShakedownAnomaly *anomaly, void *metrics)
{
	shakedown_metrics_anomaly(metrics, anomaly);
}

int main(int argc, char **argv)
{
	const ShakedownObserver observer = {
		.opening = on_opening, .connection = on_connection, .anomaly = on_anomaly};
	g_autoptr(ShakedownMetrics) metrics = shakedown_metrics_new();
	g_autoptr(ShakedownAnalysis) analysis = shakedown_analysis_new(NULL, &observer, metrics);
	g_autoptr(GError) error = NULL;
	ShakedownPacket packets[64];
	size_t n;

	if (argc != 3)
		return 2;
	const char *const files[] = {argv[2], NULL};
	g_autoptr(ShakedownCapture) capture =
		shakedown_capture_open(&(ShakedownCaptureOptions){.files = files}, &error);
	if (!capture) {
		fprintf(stderr, "%s\n", error->message);
		return 1;
	}
	while ((n = shakedown_capture_read(capture, packets, G_N_ELEMENTS(packets))))
		shakedown_analysis_feed(analysis, packets, n);
	shakedown_analysis_finish(analysis);
	g_autofree char *text = shakedown_metrics_text(
		metrics,
		strcmp(argv[1], "openmetrics") == 0 ? SHAKEDOWN_METRICS_OPENMETRICS
						    : SHAKEDOWN_METRICS_PROMETHEUS,
		shakedown_analysis_summary(analysis), shakedown_capture_info(capture));
	fputs(text, stdout);
	return 0;
}
