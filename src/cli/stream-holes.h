/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What is said of holes: a line for each on standard error, and for a stream that is riddled with
 * them the first few and a sum.
 */
#pragma once

#include <shakedown/stream.h>

typedef struct _StreamHoles StreamHoles;

/* tell is handed a line without its newline. */
StreamHoles *stream_holes_new(void (*tell)(const char *line, void *data), void *data);
void stream_holes_free(StreamHoles *holes);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StreamHoles, stream_holes_free)

/* To be called for every stretch; holes that touch are one. */
void stream_holes_take(StreamHoles *holes, const ShakedownStretch *stretch);
/* No more of that connection will come. */
void stream_holes_end(StreamHoles *holes, uint64_t connection);
