/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Pieces of memory of up to a kilobyte, in great numbers and of many lengths. Each has the length
 * it was asked for, rounded up to 16, and nothing beside; freed ones are handed out again to
 * whoever asks for that length, last freed first. Whoever has a piece knows its length.
 */
#pragma once

#include <glib.h>
#include <stddef.h>
#include <stdint.h>

#define PIECES_LEN_MOST 1024
/* A piece's true length is a multiple of that. */
#define PIECES_STEP 16

typedef struct _Pieces Pieces;

Pieces *pieces_new(void);
/* Frees all pieces, too. */
void pieces_free(Pieces *pieces);

/* 1 to PIECES_LEN_MOST bytes, not initialised, aligned to 16. Aborts where memory is exhausted. */
uint8_t *pieces_take(Pieces *pieces, size_t len) G_GNUC_WARN_UNUSED_RESULT;
/* The same len as it was taken with. */
void pieces_give_back(Pieces *pieces, uint8_t *piece, size_t len);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Pieces, pieces_free)
