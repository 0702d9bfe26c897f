/* SPDX-License-Identifier: BSD-3-Clause */
/* A stream of a file's own bytes: a regular file, a pipe, standard input. */
#include "capture/stream.h"

#include <shakedown/capture.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define AHEAD 512
/* A signal that comes just before poll(), or to another thread, does not end it: whether one has
 * come is asked that often. */
#define TURN_MS 200

struct _StreamFile {
	Stream stream;
	int fd;
	bool standard, regular, ended;
	StreamInterrupt interrupt;
	uint64_t size, position;
	size_t ahead_at, ahead_len; /* read for its magic, not yet handed on */
	uint8_t ahead[AHEAD];
};

/* False: nothing is there, and nothing is to be waited for. */
static bool wait_for(const StreamFile *file)
{
	const StreamInterrupt *interrupt = &file->interrupt;

	for (;;) {
		bool interrupted = interrupt->asked && interrupt->asked(interrupt->data);
		int turn = interrupted ? 0 : interrupt->asked ? TURN_MS : -1;
		int ready = poll(&(struct pollfd){.fd = file->fd, .events = POLLIN}, 1, turn);

		if (ready > 0 || (ready < 0 && errno != EINTR)) /* or read() tells why not */
			return true;
		if (interrupted)
			return false;
	}
}

static size_t fd_read(StreamFile *file, uint8_t *out, size_t room)
{
	while (!file->ended) {
		if (!file->regular && !wait_for(file)) {
			file->ended = true;
			break;
		}
		ssize_t got = read(file->fd, out, room);
		if (got > 0) {
			file->position += (uint64_t)got;
			return (size_t)got;
		}
		/* EAGAIN: of standard input that was handed over non-blocking. */
		if (got < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		file->ended = true;
		if (got < 0)
			stream_fail(&file->stream, g_strdup_printf("it cannot be read further: %s",
								   g_strerror(errno)));
	}
	return 0;
}

static size_t file_read(Stream *stream, uint8_t *out, size_t room)
{
	StreamFile *file = (StreamFile *)stream;
	size_t n = file->ahead_len - file->ahead_at;
	if (n == 0)
		return fd_read(file, out, room);
	if (n > room)
		n = room;
	memcpy(out, file->ahead + file->ahead_at, n);
	file->ahead_at += n;
	return n;
}

static void file_free(Stream *stream)
{
	StreamFile *file = (StreamFile *)stream;
	if (!file->standard)
		close(file->fd);
	g_free(file);
}

static void set_open_error(GError **error, const char *name, int why)
{
	const char *hint = "";
	if (why == EINTR)
		hint = " while nobody was writing to it";
	else if (why == ENOENT || why == ENOTDIR)
		hint = "; check the path and the spelling";
	else if (why == EACCES)
		hint = "; captures made by root often belong to root: read it with sudo, or "
		       "change its owner";
	else if (why == EMFILE)
		hint = "; read fewer files at once, or raise the limit (ulimit -n)";
	g_set_error(error, SHAKEDOWN_CAPTURE_ERROR, SHAKEDOWN_CAPTURE_ERROR_OPEN, "%s: %s%s", name,
		    g_strerror(why), hint);
}

/* A directory or a terminal opens well enough, and then is no capture. */
static bool is_readable(const char *name, int fd, const struct stat *st, GError **error)
{
	if (S_ISDIR(st->st_mode)) {
		g_set_error(error, SHAKEDOWN_CAPTURE_ERROR, SHAKEDOWN_CAPTURE_ERROR_OPEN,
			    "%s: a directory, not a capture; name the files in it", name);
		return false;
	}
	if (S_ISCHR(st->st_mode) && isatty(fd)) {
		g_set_error(error, SHAKEDOWN_CAPTURE_ERROR, SHAKEDOWN_CAPTURE_ERROR_OPEN,
			    "%s: a terminal, not a capture; name a file, or pipe one in (tcpdump "
			    "-w - | …)",
			    name);
		return false;
	}
	return true;
}

StreamFile *stream_file_open(const char *path, StreamInterrupt interrupt, GError **error)
{
	bool standard = !strcmp(path, "-");
	const char *name = standard ? "standard input" : path;
	int fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		set_open_error(error, name, errno);
		return NULL;
	}
	struct stat st;
	if (fstat(fd, &st) < 0) {
		set_open_error(error, name, errno);
		if (!standard)
			close(fd);
		return NULL;
	}
	if (!is_readable(name, fd, &st, error)) {
		if (!standard)
			close(fd);
		return NULL;
	}
	StreamFile *file = g_new0(StreamFile, 1);
	file->stream.read = file_read;
	file->stream.free = file_free;
	file->fd = fd;
	file->standard = standard;
	file->interrupt = interrupt;
	file->regular = S_ISREG(st.st_mode);
	if (file->regular) {
		file->size = (uint64_t)st.st_size;
		posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	}
	return file;
}

const uint8_t *stream_file_peek(StreamFile *file, size_t *len)
{
	while (file->ahead_len < STREAM_MAGIC) {
		size_t got = fd_read(file, file->ahead + file->ahead_len, AHEAD - file->ahead_len);
		if (got == 0)
			break;
		file->ahead_len += got;
	}
	*len = file->ahead_len;
	return file->ahead;
}

uint64_t stream_file_position(const StreamFile *file)
{
	return file->position;
}

uint64_t stream_file_size(const StreamFile *file)
{
	return file->size;
}

bool stream_file_is_regular(const StreamFile *file)
{
	return file->regular;
}

bool stream_file_ready(const StreamFile *file, int milliseconds)
{
	if (file->regular || file->ended)
		return true;
	return poll(&(struct pollfd){.fd = file->fd, .events = POLLIN}, 1, milliseconds) != 0;
}
