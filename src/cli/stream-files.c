/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/stream-files.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* Many systems allow a process 256 in all. */
#define OPEN_MOST 128

typedef struct {
	uint64_t key;
	char *name;
	FILE *file; /* NULL: closed, to be opened again at end */
	uint64_t end;
	bool hole;  /* … which lies beyond what was written */
	GList link; /* in open, the least recently written first */
} StreamFile;

struct _StreamFiles {
	char *dir;
	int fd;
	bool replace;
	GHashTable *all; /* by key */
	GQueue open;
};

static uint64_t key_of(uint64_t connection, ShakedownSideId side)
{
	return connection << 1 | side;
}

static bool fail(const StreamFiles *files, const char *name, int err, GError **error)
{
	g_set_error(error, G_FILE_ERROR, (int)g_file_error_from_errno(err), "%s/%s: %s%s",
		    files->dir, name, g_strerror(err),
		    err == EEXIST ? "; --force replaces it" : "");
	return false;
}

static void stream_file_free(void *data)
{
	StreamFile *f = data;

	if (f->file)
		fclose(f->file);
	g_free(f->name);
	g_free(f);
}

StreamFiles *stream_files_new(const char *dir, bool replace, GError **error)
{
	g_autoptr(StreamFiles) files = g_new0(StreamFiles, 1);

	files->dir = g_strdup(dir);
	files->replace = replace;
	files->all = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, stream_file_free);
	g_queue_init(&files->open);
	files->fd = -1;
	if (g_mkdir(dir, 0777) == 0 || errno == EEXIST)
		files->fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (files->fd < 0) {
		g_set_error(error, G_FILE_ERROR, (int)g_file_error_from_errno(errno), "%s: %s", dir,
			    g_strerror(errno));
		return NULL;
	}
	return g_steal_pointer(&files);
}

void stream_files_free(StreamFiles *files)
{
	if (!files)
		return;
	g_hash_table_unref(files->all);
	if (files->fd >= 0)
		close(files->fd);
	g_free(files->dir);
	g_free(files);
}

/* Digits, dots, letters and hyphens: a colon means something to too many programs. */
static void append_end(GString *name, const ShakedownAddress *address, uint16_t port)
{
	char text[SHAKEDOWN_ADDRESS_LEN];

	shakedown_address_format(address, text);
	g_strdelimit(text, ":", '_');
	g_string_append_printf(name, "-%s.%u", text, port);
}

static char *name_of(const ShakedownStretch *stretch)
{
	GString *name = g_string_new(NULL);

	g_string_printf(name, "%06" PRIu64, stretch->connection);
	for (unsigned i = 0; i < 2; i++)
		append_end(name, stretch->addr[i], stretch->port[i]);
	g_string_append_printf(name, "-%s", shakedown_side_name(stretch->side));
	return g_string_free(name, FALSE);
}

static bool close_file(StreamFiles *files, StreamFile *f, GError **error)
{
	bool ok = fflush(f->file) == 0 &&
		  (!f->hole || ftruncate(fileno(f->file), (off_t)f->end) == 0);
	int err = errno;

	if (fclose(f->file) != 0 && ok) {
		ok = false;
		err = errno;
	}
	f->file = NULL;
	f->hole = false;
	g_queue_unlink(&files->open, &f->link);
	return ok || fail(files, f->name, err, error);
}

/* Room for one more, where there is none: the one that rests longest is closed. */
static int open_at(StreamFiles *files, const char *name, int flags, GError **error)
{
	for (;;) {
		int fd = openat(files->fd, name, flags | O_WRONLY | O_NOFOLLOW | O_CLOEXEC, 0666);

		if (fd >= 0)
			return fd;
		StreamFile *oldest = g_queue_peek_head(&files->open);
		if ((errno != EMFILE && errno != ENFILE) || !oldest) {
			fail(files, name, errno, error);
			return -1;
		}
		if (!close_file(files, oldest, error))
			return -1;
	}
}

static bool open_file(StreamFiles *files, StreamFile *f, int flags, GError **error)
{
	if (files->open.length >= OPEN_MOST &&
	    !close_file(files, g_queue_peek_head(&files->open), error))
		return false;
	int fd = open_at(files, f->name, flags, error);

	if (fd < 0)
		return false;
	f->file = fdopen(fd, "w");
	if (!f->file || fseeko(f->file, (off_t)f->end, SEEK_SET) != 0)
		return fail(files, f->name, errno, error);
	g_queue_push_tail_link(&files->open, &f->link);
	return true;
}

static StreamFile *file_of(StreamFiles *files, const ShakedownStretch *stretch, GError **error)
{
	uint64_t key = key_of(stretch->connection, stretch->side);
	StreamFile *f = g_hash_table_lookup(files->all, &key);

	if (f && f->file) {
		g_queue_unlink(&files->open, &f->link);
		g_queue_push_tail_link(&files->open, &f->link);
		return f;
	}
	if (f)
		return open_file(files, f, 0, error) ? f : NULL;
	f = g_new0(StreamFile, 1);
	f->key = key;
	f->name = name_of(stretch);
	f->link.data = f;
	g_hash_table_insert(files->all, &f->key, f);
	if (files->replace)
		unlinkat(files->fd, f->name, 0);
	return open_file(files, f, O_CREAT | O_EXCL, error) ? f : NULL;
}

bool stream_files_write(StreamFiles *files, const ShakedownStretch *stretch, GError **error)
{
	StreamFile *f = file_of(files, stretch, error);

	if (!f)
		return false;
	f->end += stretch->len;
	f->hole = !stretch->bytes;
	if (stretch->bytes) {
		if (fwrite(stretch->bytes, 1, stretch->len, f->file) != stretch->len)
			return fail(files, f->name, errno, error);
	} else if (fseeko(f->file, (off_t)f->end, SEEK_SET) != 0) {
		return fail(files, f->name, errno, error);
	}
	return true;
}

bool stream_files_end(StreamFiles *files, uint64_t connection, GError **error)
{
	bool ok = true;

	for (ShakedownSideId side = SHAKEDOWN_CLIENT; side <= SHAKEDOWN_SERVER; side++) {
		uint64_t key = key_of(connection, side);
		StreamFile *f = g_hash_table_lookup(files->all, &key);

		if (f && f->file && !close_file(files, f, ok ? error : NULL))
			ok = false;
		if (f)
			g_hash_table_remove(files->all, &key);
	}
	return ok;
}
