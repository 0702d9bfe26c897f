/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A directory of streams: a file for each side of each connection, named by both. However many
 * there are, few are open at a time. A file that is there already is not touched, or replaced; no
 * link is followed.
 */
#pragma once

#include <shakedown/stream.h>

typedef struct _StreamFiles StreamFiles;

/* Makes the directory if it is not there. Replace: files of these names may be there. */
StreamFiles *stream_files_new(const char *dir, bool replace, GError **error);
/* Loses what was not yet written: end() every connection before. */
void stream_files_free(StreamFiles *files);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StreamFiles, stream_files_free)

/* Appends the stretch; a hole becomes NULs, which take no room on the disk. */
bool stream_files_write(StreamFiles *files, const ShakedownStretch *stretch,
			GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* No more of that connection will come. */
bool stream_files_end(StreamFiles *files, uint64_t connection,
		      GError **error) G_GNUC_WARN_UNUSED_RESULT;
