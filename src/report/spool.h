/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Text that has to wait for its turn: the anomalies of a JSON document, which come between the
 * connections but stand after them. Small amounts stay in memory, large ones in an unlinked
 * temporary file; where none can be had, in memory all the same.
 */
#pragma once

#include <glib.h>
#include <stdio.h>

#include "report/writer.h"

#define SPOOL_MEMORY ((size_t)8 * 1024 * 1024)

typedef struct {
	GByteArray *memory;
	FILE *file;    /* NULL until memory was full once */
	int64_t filed; /* bytes of it that count */
	bool no_file;  /* there can be none, or it is full: memory takes the rest */
	size_t limit;  /* of memory, before a file is asked for */
} Spool;

void spool_init(Spool *spool, size_t limit);
void spool_clear(Spool *spool);
/* A ShakedownWriteFunc with a Spool as data; never refuses. */
bool spool_write(const void *bytes, size_t len, void *spool);
/* Writes all of it, in order, and forgets it. False if the file could not be read back. */
bool spool_drain(Spool *spool, ReportWriter *out);
