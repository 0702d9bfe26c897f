/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/output.h"

#include "base/same-file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUFFER_LEN ((size_t)64 * 1024)

struct _Output {
	int fd;
	int failed; /* errno of the first write that failed */
	char *name; /* for messages */
	bool log;
	char *target;	 /* the file that the temporary one will become; NULL: written directly */
	char *temporary; /* NULL once renamed */
	size_t used;
	char buffer[BUFFER_LEN];
};

static void fail(GError **error, const char *name, int err)
{
	g_set_error(error, G_FILE_ERROR, (int)g_file_error_from_errno(err), "%s: %s", name,
		    g_strerror(err));
}

/* What helps whoever named a place that cannot be written to. */
static const char *advice(int err)
{
	switch (err) {
	case ENOENT:
	case ENOTDIR:
		return "; check that the directory is there";
	case EISDIR:
		return "; name a file in it";
	case EACCES:
	case EPERM:
	case EROFS:
		return "; write to a place that is yours";
	default:
		return "";
	}
}

static void fail_to_open(GError **error, const char *name, int err)
{
	g_set_error(error, G_FILE_ERROR, (int)g_file_error_from_errno(err), "%s: %s%s", name,
		    g_strerror(err), advice(err));
}

/* Writing over a capture while it is read would destroy both. */
static bool is_input(const struct stat *out, const ShakedownCaptureInfo *inputs)
{
	for (size_t i = 0; i < inputs->files_len; i++)
		if (is_file_named(out, inputs->files[i].name))
			return true;
	return g_strv_contains(inputs->names, "-") && S_ISREG(out->st_mode) &&
	       is_file_named(out, "-");
}

static bool is_no_input(const char *path, const struct stat *st, const ShakedownCaptureInfo *inputs,
			GError **error)
{
	if (!inputs || inputs->live || !is_input(st, inputs))
		return true;
	g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
		    "%s: is a capture that is to be read; write to another file", path);
	return false;
}

/* Where a symbolic link leads, so that the link stays one. */
static char *resolved(const char *path)
{
	char *real = realpath(path, NULL);
	char *copy = g_strdup(real ? real : path);

	free(real);
	return copy;
}

static bool open_beside(Output *o, const char *path, mode_t mode, GError **error)
{
	o->target = resolved(path);
	o->temporary = g_strdup_printf("%s.XXXXXX", o->target);
	o->fd = g_mkstemp_full(o->temporary, O_WRONLY | O_CLOEXEC, (int)mode);
	if (o->fd < 0) {
		fail_to_open(error, path, errno);
		g_clear_pointer(&o->temporary, g_free);
		return false;
	}
	return true;
}

static bool open_path(Output *o, const char *path, const ShakedownCaptureInfo *inputs,
		      GError **error)
{
	struct stat st;
	bool exists = stat(path, &st) == 0;

	if (!exists && errno != ENOENT) {
		fail_to_open(error, path, errno);
		return false;
	}
	if (exists && !is_no_input(path, &st, inputs, error))
		return false;
	if (!exists)
		return open_beside(o, path, 0666, error);
	if (S_ISREG(st.st_mode)) {
		if (access(path, W_OK) != 0) {
			fail_to_open(error, path, errno);
			return false;
		}
		/* A file that was there keeps its permissions, whatever the umask. */
		return open_beside(o, path, 0600, error) &&
		       (fchmod(o->fd, st.st_mode & 0777) == 0 || errno == EPERM);
	}
	o->fd = g_open(path, O_WRONLY | O_CLOEXEC, 0);
	if (o->fd < 0)
		fail_to_open(error, path, errno);
	return o->fd >= 0;
}

Output *output_new(const char *path, const ShakedownCaptureInfo *inputs, GError **error)
{
	Output *o = g_new(Output, 1);

	memset(o, 0, offsetof(Output, buffer));
	o->fd = STDOUT_FILENO;
	o->name = g_strdup(path ? path : "standard output");
	if (!path || open_path(o, path, inputs, error))
		return o;
	output_free(o);
	return NULL;
}

static int open_log(const char *path, GError **error)
{
	int fd = g_open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);

	if (fd < 0)
		fail_to_open(error, path, errno);
	return fd;
}

Output *output_new_log(const char *path, const ShakedownCaptureInfo *inputs, GError **error)
{
	struct stat st;

	if (path && stat(path, &st) == 0 && !is_no_input(path, &st, inputs, error))
		return NULL;
	int fd = path ? open_log(path, error) : STDOUT_FILENO;

	if (fd < 0)
		return NULL;
	Output *o = g_new(Output, 1);

	memset(o, 0, offsetof(Output, buffer));
	o->fd = fd;
	o->log = path;
	o->name = g_strdup(path ? path : "standard output");
	return o;
}

bool output_reopen(Output *o, GError **error)
{
	if (!o->log)
		return true;
	output_flush(o);
	int fd = open_log(o->name, error);

	if (fd < 0)
		return false;
	close(o->fd);
	o->fd = fd;
	return true;
}

void output_free(Output *o)
{
	if (!o)
		return;
	if (o->fd >= 0 && o->fd != STDOUT_FILENO)
		close(o->fd);
	if (o->temporary)
		g_unlink(o->temporary);
	g_free(o->temporary);
	g_free(o->target);
	g_free(o->name);
	g_free(o);
}

bool output_is_terminal(const Output *o)
{
	return isatty(o->fd);
}

static bool write_all(Output *o, const char *bytes, size_t len)
{
	while (len && !o->failed) {
		ssize_t n = write(o->fd, bytes, len);

		if (n >= 0) {
			bytes += n;
			len -= (size_t)n;
		} else if (errno != EINTR) {
			o->failed = errno;
		}
	}
	return !o->failed;
}

bool output_flush(Output *o)
{
	size_t used = o->used;

	o->used = 0;
	return write_all(o, o->buffer, used);
}

bool output_write(const void *bytes, size_t len, void *data)
{
	Output *o = data;

	if (o->failed || (len > BUFFER_LEN - o->used && !output_flush(o)))
		return false;
	if (len > BUFFER_LEN)
		return write_all(o, bytes, len);
	memcpy(o->buffer + o->used, bytes, len);
	o->used += len;
	return true;
}

bool output_closed_by_reader(const Output *o)
{
	return o->failed == EPIPE;
}

bool output_finish(Output *o, GError **error)
{
	bool ok = output_flush(o);
	int err = o->failed;

	/* Some file systems tell of a full disk only here. */
	if (o->fd != STDOUT_FILENO) {
		if (close(o->fd) != 0 && ok) {
			ok = false;
			err = errno;
		}
		o->fd = -1;
	}
	if (ok && o->temporary) {
		if (g_rename(o->temporary, o->target) == 0) {
			g_clear_pointer(&o->temporary, g_free);
		} else {
			ok = false;
			err = errno;
		}
	}
	if (!ok && err != EPIPE)
		fail(error, o->name, err);
	return ok;
}
