/* SPDX-License-Identifier: BSD-3-Clause */
#include "metrics/listen.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BACKLOG 16

/* "[::1]:9813" and the like into host and port, both the caller's; an empty host is loopback. */
static bool split(const char *where, char **host, char **port)
{
	const char *colon = strrchr(where, ':'), *close = NULL;

	if (!colon) {
		*host = g_strdup("127.0.0.1");
		*port = g_strdup(where);
		return true;
	}
	*port = g_strdup(colon + 1);
	if (where[0] == '[') {
		close = strchr(where, ']');
		if (!close || close + 1 != colon)
			return false;
		*host = g_strndup(where + 1, (size_t)(close - where - 1));
		return **host;
	}
	*host = colon == where ? g_strdup("127.0.0.1") : g_strndup(where, (size_t)(colon - where));
	/* "::1:9813" might be either. */
	return !strchr(*host, ':');
}

/* All addresses of both families by one socket. */
static bool is_any(const char *host)
{
	return strcmp(host, "*") == 0;
}

static int fail(const char *where, int err, GError **error)
{
	const char *hint = err == EACCES	  ? " (a port below 1024 needs privileges)"
			   : err == EADDRINUSE	  ? " (is another shakedown running?)"
			   : err == EADDRNOTAVAIL ? " (no interface has that address)"
						  : "";

	g_set_error(error, G_FILE_ERROR, (int)g_file_error_from_errno(err), "--metrics %s: %s%s",
		    where, g_strerror(err), hint);
	return -1;
}

static int open_socket(const struct addrinfo *a, bool both)
{
	int on = 1, off = 0, err;
	int fd = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (a->ai_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, both ? &off : &on, sizeof on);
	if (bind(fd, a->ai_addr, a->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	err = errno;
	close(fd);
	errno = err;
	return -1;
}

/* The port may have been 0. */
static char *url_of(int fd, const char *host)
{
	struct sockaddr_storage address = {0};
	socklen_t len = sizeof address;
	char port[NI_MAXSERV] = "?";

	if (getsockname(fd, (struct sockaddr *)&address, &len) == 0)
		getnameinfo((struct sockaddr *)&address, len, NULL, 0, port, sizeof port,
			    NI_NUMERICSERV);
	bool six = strchr(host, ':') != NULL;
	return g_strdup_printf("http://%s%s%s:%s/metrics", six ? "[" : "", host, six ? "]" : "",
			       port);
}

int listen_on(const char *where, char **url, GError **error)
{
	g_autofree char *host = NULL, *port = NULL;
	const struct addrinfo wanted = {.ai_socktype = SOCK_STREAM,
					.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV};
	struct addrinfo *found = NULL;
	guint64 number;

	if (!split(where, &host, &port) ||
	    !g_ascii_string_to_unsigned(port, 10, 0, 65535, &number, NULL) ||
	    getaddrinfo(is_any(host) ? "::" : host, port, &wanted, &found) != 0) {
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
			    "--metrics: '%s' is not a place to listen at such as 9813, "
			    "127.0.0.1:9813, [::1]:9813 or *:9813",
			    where);
		return -1;
	}
	int fd = open_socket(found, is_any(host));
	int err = errno;

	freeaddrinfo(found);
	/* Both families, on a host that has but one. */
	if (fd < 0 && is_any(host) && err == EAFNOSUPPORT) {
		g_autofree char *four = g_strdup_printf("0.0.0.0:%s", port);

		return listen_on(four, url, error);
	}
	if (fd < 0)
		return fail(where, err, error);
	*url = url_of(fd, host);
	return fd;
}
