/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What all fuzz targets share. A target is one function that takes any bytes at all and must come
 * back; libFuzzer calls it with bytes it invents, replay.c with those of a corpus. What must hold
 * is checked aloud: a target that only waits for a crash finds half of what there is.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* 0: taken; -1: not worth keeping in a corpus. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the program unless the condition holds. The text says what was found instead. */
#define fuzz_check(condition, ...)                                                                 \
	do {                                                                                       \
		if (!(condition))                                                                  \
			fuzz_failed(__FILE__, __LINE__, #condition, __VA_ARGS__);                  \
	} while (0)
_Noreturn void fuzz_failed(const char *file, int line, const char *condition, const char *format,
			   ...) G_GNUC_PRINTF(4, 5);

/* A cursor over the input that reads 0 beyond its end, so that every input means something. */
typedef struct {
	const uint8_t *at, *end;
} FuzzInput;

static inline size_t fuzz_left(const FuzzInput *in)
{
	return (size_t)(in->end - in->at);
}

static inline uint8_t fuzz_u8(FuzzInput *in)
{
	return fuzz_left(in) ? *in->at++ : 0;
}

static inline uint16_t fuzz_u16(FuzzInput *in)
{
	uint16_t high = fuzz_u8(in);

	return (uint16_t)(high << 8 | fuzz_u8(in));
}

/* The next n bytes, or as many as there are; their number goes to n. */
static inline const uint8_t *fuzz_bytes(FuzzInput *in, size_t *n)
{
	const uint8_t *at = in->at;

	*n = MIN(*n, fuzz_left(in));
	in->at += *n;
	return at;
}

/* A file that lives in memory, by a path that can be opened; -1 where the system has none. */
typedef struct {
	int fd;
	char path[32];
} FuzzFile;
FuzzFile fuzz_file_new(const void *data, size_t size);
/* The same bytes from a pipe, at most so many at a read. They must fit in it: false if not. */
bool fuzz_pipe_new(FuzzFile *file, const uint8_t *data, size_t size, size_t piece);
void fuzz_file_clear(FuzzFile *file);

/* One line of UTF-8 without control characters: what every message and name has to be. */
bool fuzz_is_line(const char *text);

/* FNV-1a, to compare what two runs gave. */
#define FUZZ_DIGEST UINT64_C(0xcbf29ce484222325)
uint64_t fuzz_digest(uint64_t digest, const void *data, size_t size);
