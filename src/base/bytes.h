/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A cursor over hostile bytes. Invariant: at <= end. A pull returns NULL when there are too few
 * bytes, and then moves nothing. Multi-byte fields are read by accessor, never through a cast.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
	const uint8_t *at;
	const uint8_t *end;
} Bytes;

/* NULL is good for no bytes; to it C17 lets not even 0 be added. */
static inline Bytes bytes_of(const uint8_t *data, size_t len)
{
	return (Bytes){data, len ? data + len : data};
}

static inline size_t bytes_left(const Bytes *b)
{
	return (size_t)(b->end - b->at);
}

/* The next n bytes, stepped over; NULL if there are not so many. */
static inline const uint8_t *bytes_pull(Bytes *b, size_t n)
{
	if (bytes_left(b) < n)
		return NULL;
	const uint8_t *p = b->at;
	b->at += n;
	return p;
}

/* The next n bytes without stepping; NULL if there are not so many. */
static inline const uint8_t *bytes_peek(const Bytes *b, size_t n)
{
	return bytes_left(b) < n ? NULL : b->at;
}

/* Forgets all but the first n bytes, if there are more (padding, trailers). */
static inline void bytes_limit(Bytes *b, size_t n)
{
	if (bytes_left(b) > n)
		b->end = b->at + n;
}

static inline uint16_t be16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t be24(const uint8_t *p)
{
	return (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
}

static inline uint32_t be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static inline uint64_t be64(const uint8_t *p)
{
	return (uint64_t)be32(p) << 32 | be32(p + 4);
}

static inline uint16_t le16(const uint8_t *p)
{
	return (uint16_t)(p[1] << 8 | p[0]);
}

static inline uint32_t le32(const uint8_t *p)
{
	return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

/* In the byte order of whoever wrote them. */
static inline uint16_t bytes_get16(const uint8_t *p, bool big)
{
	return big ? be16(p) : le16(p);
}

static inline uint32_t bytes_get32(const uint8_t *p, bool big)
{
	return big ? be32(p) : le32(p);
}

static inline uint64_t bytes_get64(const uint8_t *p, bool big)
{
	return big ? be64(p) : (uint64_t)le32(p + 4) << 32 | le32(p);
}
