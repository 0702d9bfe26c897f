/* SPDX-License-Identifier: BSD-3-Clause */
#define _GNU_SOURCE /* memfd_create(), pipe2() */
#include "fuzz.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* What a pipe may hold without a privilege, and in how many pieces. */
#define PIPE_BYTES (1 << 20)
#define PIPE_PIECES 250

void fuzz_failed(const char *file, int line, const char *condition, const char *format, ...)
{
	va_list args;

	fprintf(stderr, "%s:%d: does not hold: %s\n  ", file, line, condition);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	abort();
}

static void name(FuzzFile *file)
{
	snprintf(file->path, sizeof file->path, "/proc/self/fd/%d", file->fd);
}

FuzzFile fuzz_file_new(const void *data, size_t size)
{
	FuzzFile file = {.fd = memfd_create("fuzz", MFD_CLOEXEC)};

	fuzz_check(file.fd >= 0, "no memory file is to be had");
	for (size_t done = 0; done < size;) {
		ssize_t n = write(file.fd, (const char *)data + done, size - done);

		fuzz_check(n > 0, "%zu of %zu bytes were written", done, size);
		done += (size_t)n;
	}
	name(&file);
	return file;
}

bool fuzz_pipe_new(FuzzFile *file, const uint8_t *data, size_t size, size_t piece)
{
	int ends[2];

	if (size > PIPE_PIECES * piece || piece > 4096)
		return false;
	/* Packet mode: a read gives what one write gave, as a slow writer would have it. */
	fuzz_check(pipe2(ends, O_CLOEXEC | O_DIRECT | O_NONBLOCK) == 0, "no pipe is to be had");
	bool fits = fcntl(ends[1], F_SETPIPE_SZ, PIPE_BYTES) >= PIPE_BYTES;
	for (size_t done = 0; fits && done < size;) {
		ssize_t n = write(ends[1], data + done, MIN(piece, size - done));

		fits = n > 0;
		done += fits ? (size_t)n : 0;
	}
	file->fd = ends[0];
	name(file);
	/* The last writer: what is read then has an end. */
	close(ends[1]);
	if (!fits)
		fuzz_file_clear(file);
	return fits;
}

void fuzz_file_clear(FuzzFile *file)
{
	close(file->fd);
	file->fd = -1;
}

bool fuzz_is_line(const char *text)
{
	if (!text || !g_utf8_validate(text, -1, NULL))
		return false;
	for (const char *at = text; *at; at++)
		if ((uint8_t)*at < 0x20 || *at == 0x7f)
			return false;
	return true;
}

uint64_t fuzz_digest(uint64_t digest, const void *data, size_t size)
{
	const uint8_t *bytes = data;

	for (size_t i = 0; i < size; i++)
		digest = (digest ^ bytes[i]) * UINT64_C(0x100000001b3);
	return digest;
}
