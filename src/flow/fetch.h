/* SPDX-License-Identifier: BSD-3-Clause */
/* Fetching ahead what will be touched. Always inline: gcc drops calls of what has no effect. */
#pragma once

#include <glib.h>
#include <stddef.h>

#define FETCH_LINE 64

/* All lines in which so many bytes lie, at least 1, wherever they begin; to be written, too. */
static G_ALWAYS_INLINE inline void fetch_to_write(const void *from, size_t bytes)
{
	const char *at = from;

	for (size_t i = 0; i < bytes; i += FETCH_LINE)
		__builtin_prefetch(at + i, 1);
	__builtin_prefetch(at + bytes - 1, 1);
}

/* … to be read, and not at once: into the second cache, for which more can be under way. */
static G_ALWAYS_INLINE inline void fetch_to_read(const void *from, size_t bytes)
{
	const char *at = from;

	for (size_t i = 0; i < bytes; i += FETCH_LINE)
		__builtin_prefetch(at + i, 0, 2);
	__builtin_prefetch(at + bytes - 1, 0, 2);
}
