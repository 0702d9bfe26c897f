/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which files are meant: what was named is a file, a directory (its regular files but for hidden
 * ones, not those of directories in it), or, where nothing has that name, a pattern of glob(7).
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct {
	char *path;
	bool found; /* in a directory or by a pattern, rather than named: it may be no capture */
} InputPath;

/*
 * Of InputPath, in the order of names; those found by one name as people count ("x2" before "x10").
 * NULL with an error for a directory or pattern in which there is nothing to read.
 */
GArray *input_list(const char *const *names, GError **error);
