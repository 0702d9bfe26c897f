/* SPDX-License-Identifier: BSD-3-Clause */
/* What can be captured on. */
#pragma once

#include <glib.h>
#include <shakedown/sink.h>

G_BEGIN_DECLS

typedef struct {
	const char *name;
	const char *const *addresses; /* as text, NULL-terminated */
	bool up, running, loopback, wireless;
	const char *problem; /* NULL, or why it cannot be captured on now, and what to do */
} ShakedownInterface;

/* Calls with each, "any" last; what they point to is valid during the call. */
SHAKEDOWN_EXPORT bool
shakedown_interfaces_list(void (*call)(const ShakedownInterface *interface, void *data), void *data,
			  GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Writes them: of the options, only format (text, json or ndjson), width, color, ascii and write
 * count. */
SHAKEDOWN_EXPORT bool shakedown_interfaces_write(const ShakedownSinkOptions *options,
						 GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
