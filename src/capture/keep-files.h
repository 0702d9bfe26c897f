/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The names of files that follow one another: "x.pcapng" becomes "x-20261121T144210Z-00001.pcapng"
 * and so on. Of all files so named, also those of earlier runs, only the latest stay.
 */
#pragma once

#include <glib.h>
#include <shakedown/types.h>

typedef struct {
	char *stem, *suffix; /* of the path, around what is put in */
	uint64_t most;	     /* 0: all stay */
	uint64_t number;     /* of the latest */
	GQueue names;	     /* the oldest first; only where some are to go */
} KeepFiles;

void keep_files_init(KeepFiles *files, const char *path, uint64_t most);
void keep_files_clear(KeepFiles *files);
/* The next name, for packets from that time on; the oldest files are removed, so that with it there
 * are no more than the most. The caller frees it. Until it is told that there is a file of that
 * name nothing more is removed, however often it is asked. */
char *keep_files_next(KeepFiles *files, ShakedownTime time);
void keep_files_begun(KeepFiles *files, const char *name);
