/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The names of files that follow one another: "x.pcapng" becomes "x-20261121T144210Z-00001.pcapng"
 * and so on. Of all files so named, also those of earlier runs, only the latest stay.
 */
#pragma once

#include <glib.h>
#include <shakedown/types.h>
#include <stdbool.h>

typedef struct {
	char *stem, *suffix; /* of the path, around what is put in */
	uint64_t most;	     /* 0: all stay */
	uint64_t number;     /* of the latest */
	GQueue names;	     /* the oldest first; only where some are to go */
} KeepFiles;

void keep_files_init(KeepFiles *files, const char *path, uint64_t most);
void keep_files_clear(KeepFiles *files);
/* The next name, for packets from that time on; the caller frees it. It stays the next until there
 * is a file of that name. */
char *keep_files_next(KeepFiles *files, ShakedownTime time);
/* There is one: the oldest beyond the most are removed. */
void keep_files_begun(KeepFiles *files, const char *name);
/* The disk has no room for one: the oldest goes first. False where that is no help. */
bool keep_files_make_room(KeepFiles *files);
