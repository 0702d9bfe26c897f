/* SPDX-License-Identifier: BSD-3-Clause */
/* A socket that listens, from what a person wrote. */
#pragma once

#include <glib.h>

/* See metrics_server_new(); the descriptor, or -1. The URL is the caller's to free. */
int listen_on(const char *where, char **url, GError **error) G_GNUC_WARN_UNUSED_RESULT;
