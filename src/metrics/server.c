/* SPDX-License-Identifier: BSD-3-Clause */
#include "metrics/server.h"

#include "metrics/accept.h"
#include "metrics/listen.h"

#include <microhttpd.h>
#include <string.h>
#include <unistd.h>

/* Prometheus has one connection, perhaps two; the rest is room for a browser and for people who
 * mean no good, who shall not have more. */
#define CONNECTIONS 16
#define SECONDS_A_CONNECTION 5
#define BYTES_A_CONNECTION ((size_t)16 * 1024)
/* So long a text is told again, µs. */
#define FRESH 1000000

typedef struct {
	char *text;
	size_t len;
	gint64 told; /* when; 0: not yet */
} Told;

struct _MetricsServer {
	struct MHD_Daemon *daemon;
	char *url;
	MetricsTextFunc text;
	void *data;
	Told told[2]; /* by format */
};

static const char front_page[] =
	"<!doctype html><html lang=\"en\"><title>shakedown</title>"
	"<p>shakedown is at work: <a href=\"/metrics\">metrics</a></p></html>\n";

static enum MHD_Result reply(struct MHD_Connection *connection, unsigned status, const char *type,
			     const void *body, size_t len, const char *allow)
{
	/* MHD takes a pointer to what it will not change. */
	struct MHD_Response *response =
		MHD_create_response_from_buffer(len, (void *)body, MHD_RESPMEM_MUST_COPY);
	enum MHD_Result result;

	if (!response)
		return MHD_NO;
	MHD_add_response_header(response, "Content-Type", type);
	MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
	if (allow)
		MHD_add_response_header(response, "Allow", allow);
	result = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result complain_of(struct MHD_Connection *connection, unsigned status,
				   const char *body)
{
	return reply(connection, status, "text/plain; charset=utf-8", body, strlen(body),
		     status == MHD_HTTP_METHOD_NOT_ALLOWED ? "GET, HEAD" : NULL);
}

static enum MHD_Result tell(MetricsServer *server, struct MHD_Connection *connection)
{
	ShakedownMetricsFormat format =
		metrics_accept(MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Accept"));
	Told *told = &server->told[format];
	gint64 now = g_get_monotonic_time();

	if (!told->told || now - told->told >= FRESH) {
		g_free(told->text);
		told->text = server->text(format, server->data);
		told->len = strlen(told->text);
		told->told = now;
	}
	return reply(connection, MHD_HTTP_OK, shakedown_metrics_content_type(format), told->text,
		     told->len, NULL);
}

/* Called with *begun NULL when the headers are there, and again when the body is: of which there
 * should be none. */
static enum MHD_Result answer(void *data, struct MHD_Connection *connection, const char *path,
			      const char *method, const char *version, const char *body,
			      size_t *body_len, void **begun)
{
	MetricsServer *server = data;

	if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 && strcmp(method, MHD_HTTP_METHOD_HEAD) != 0)
		return complain_of(connection, MHD_HTTP_METHOD_NOT_ALLOWED,
				   "Metrics can only be read.\n");
	if (!*begun) {
		*begun = server;
		return MHD_YES;
	}
	if (*body_len) {
		*body_len = 0;
		return MHD_YES;
	}
	if (strcmp(path, "/metrics") == 0)
		return tell(server, connection);
	if (strcmp(path, "/") == 0)
		return reply(connection, MHD_HTTP_OK, "text/html; charset=utf-8", front_page,
			     strlen(front_page), NULL);
	return complain_of(connection, MHD_HTTP_NOT_FOUND, "There is only /metrics.\n");
}

/* What clients do wrong is no news, and standard error belongs to somebody else. */
static void ignore(void *data, const char *format, va_list args)
{
}

MetricsServer *metrics_server_new(const char *where, MetricsTextFunc text, void *data,
				  GError **error)
{
	MetricsServer *server = g_new0(MetricsServer, 1);
	int fd = listen_on(where, &server->url, error);

	server->text = text;
	server->data = data;
	if (fd >= 0) {
		server->daemon = MHD_start_daemon(
			MHD_USE_EPOLL | MHD_USE_ERROR_LOG, 0, NULL, NULL, answer, server,
			MHD_OPTION_EXTERNAL_LOGGER, ignore, NULL, MHD_OPTION_LISTEN_SOCKET, fd,
			MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS,
			MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)SECONDS_A_CONNECTION,
			MHD_OPTION_CONNECTION_MEMORY_LIMIT, BYTES_A_CONNECTION, MHD_OPTION_END);
		if (server->daemon)
			return server;
		close(fd);
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED,
			    "--metrics %s: the HTTP server does not start", where);
	}
	metrics_server_free(server);
	return NULL;
}

void metrics_server_free(MetricsServer *server)
{
	if (!server)
		return;
	if (server->daemon)
		MHD_stop_daemon(server->daemon);
	for (unsigned i = 0; i < G_N_ELEMENTS(server->told); i++)
		g_free(server->told[i].text);
	g_free(server->url);
	g_free(server);
}

const char *metrics_server_url(const MetricsServer *server)
{
	return server->url;
}

void metrics_server_run(MetricsServer *server)
{
	MHD_run(server->daemon);
}
