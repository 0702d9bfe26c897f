/* SPDX-License-Identifier: BSD-3-Clause */
/* Built without libmicrohttpd. */
#include "metrics/server.h"

MetricsServer *metrics_server_new(const char *where, MetricsTextFunc text, void *data,
				  GError **error)
{
	g_set_error_literal(error, G_FILE_ERROR, G_FILE_ERROR_NOSYS,
			    "this shakedown cannot serve metrics: it was built without "
			    "libmicrohttpd (Debian: libmicrohttpd-dev; meson setup "
			    "-Dmicrohttpd=enabled)");
	return NULL;
}

void metrics_server_free(MetricsServer *server)
{
}

const char *metrics_server_url(const MetricsServer *server)
{
	return "";
}

void metrics_server_run(MetricsServer *server)
{
}
