/* SPDX-License-Identifier: BSD-3-Clause */
/* Serves metrics of nothing at WHERE, prints the URL, and ends with its standard input. */
#include "metrics/server.h"

#include <poll.h>
#include <stdio.h>
#include <unistd.h>

static char *text(ShakedownMetricsFormat format, void *data)
{
	return shakedown_metrics_text(data, format, NULL, NULL);
}

int main(int argc, char **argv)
{
	g_autoptr(ShakedownMetrics) metrics = shakedown_metrics_new();
	g_autoptr(GError) error = NULL;
	g_autoptr(MetricsServer) server =
		argc == 2 ? metrics_server_new(argv[1], text, metrics, &error) : NULL;
	struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};

	if (!server) {
		fprintf(stderr, "%s\n", error ? error->message : "serve-metrics WHERE");
		return 1;
	}
	puts(metrics_server_url(server));
	fflush(stdout);
	while (poll(&input, 1, 10) == 0)
		metrics_server_run(server);
	return 0;
}
