/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where records go: standard output, or a file. A regular file is written beside its name and
 * renamed when it is whole, so that a run that fails leaves the old one as it was; devices and
 * pipes are written to directly.
 */
#pragma once

#include <shakedown/shakedown.h>

typedef struct _Output Output;

/* Path NULL: standard output. The file may not be one of those that are read. */
Output *output_new(const char *path, const ShakedownCaptureInfo *inputs, GError **error);
/* The same for what never ends: a file is written to directly, after what it holds. */
Output *output_new_log(const char *path, const ShakedownCaptureInfo *inputs, GError **error);
/* Opens a log's file anew, for it may have been renamed; what cannot be opened goes on as it was.
 */
bool output_reopen(Output *output, GError **error);
/* Drops what was not finished. */
void output_free(Output *output);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Output, output_free)

bool output_is_terminal(const Output *output);
/* A ShakedownWriteFunc; data is the Output. */
bool output_write(const void *bytes, size_t len, void *data);
bool output_flush(Output *output);
/* Flushes and, for a file, gives it its name. After output_closed_by_reader() it says nothing. */
bool output_finish(Output *output, GError **error);
/* Whoever read the other end of the pipe has had enough: no error. */
bool output_closed_by_reader(const Output *output);
