/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Serves metrics over HTTP, without a thread of its own: whoever owns what is told lets the server
 * do its work every now and then, and is asked for the text in the midst of that. So nothing needs
 * a lock, and nobody who scrapes too often can keep the analysis from its packets: a text is told
 * again for a second, there are few connections at a time, and each has little time.
 *
 * Where the program was built without libmicrohttpd, opening fails and says so.
 */
#pragma once

#include <glib.h>
#include <shakedown/metrics.h>

typedef struct _MetricsServer MetricsServer;

/* Free with g_free(). */
typedef char *(*MetricsTextFunc)(ShakedownMetricsFormat format, void *data);

/*
 * Listens on "ADDRESS:PORT", "[IPV6]:PORT", "PORT" or ":PORT"; a port alone is one of the loopback
 * address, port 0 one that is free. Addresses are numbers, "*" is all of both families; what is no
 * such place is G_FILE_ERROR_INVAL. What needs privileges is done when this returns.
 */
MetricsServer *metrics_server_new(const char *where, MetricsTextFunc text, void *data,
				  GError **error) G_GNUC_WARN_UNUSED_RESULT;
void metrics_server_free(MetricsServer *server);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MetricsServer, metrics_server_free)

/* "http://127.0.0.1:9813/metrics" */
const char *metrics_server_url(const MetricsServer *server);
/* Answers what can be answered at once; never waits. */
void metrics_server_run(MetricsServer *server);
