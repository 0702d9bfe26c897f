/* SPDX-License-Identifier: BSD-3-Clause */
/* One file under two names, POSIX <sys/stat.h>. */
#pragma once

#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static inline bool is_same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* That one is what is read under that name; "-" is standard input. */
static inline bool is_file_named(const struct stat *st, const char *name)
{
	struct stat named;

	return (strcmp(name, "-") == 0 ? fstat(STDIN_FILENO, &named) : stat(name, &named)) == 0 &&
	       is_same_file(&named, st);
}
