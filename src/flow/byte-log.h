/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Bytes of any length, written one after the other into large blocks, for what comes and goes in
 * about the same order: a block none of whose bytes are needed any more is used again. Where they
 * do not go in that order, those that are left in the emptiest blocks are moved; so each has one
 * owner, who is told.
 */
#pragma once

#include <glib.h>
#include <stddef.h>
#include <stdint.h>

typedef struct _ByteLog ByteLog;

/* The owner's bytes are there now. */
typedef void (*ByteLogMoved)(uint32_t owner, uint8_t *bytes, void *data);

#define BYTE_LOG_LEN_MOST UINT16_MAX

ByteLog *byte_log_new(ByteLogMoved moved, void *data);
/* Frees all bytes, whoever owns them. */
void byte_log_free(ByteLog *log);

/* Room for so many bytes, BYTE_LOG_LEN_MOST at most, until anything else is done with the log: what
 * was written there is kept next, or lost. Aborts when memory is exhausted. */
uint8_t *byte_log_room(ByteLog *log, size_t len);
/* So many of the room's bytes, the first ones, are the owner's, who is not 0. */
void byte_log_keep(ByteLog *log, size_t len, uint32_t owner);
/* Bytes that were kept are not needed any more. */
void byte_log_drop(ByteLog *log, uint8_t *bytes);

/* What is held is at most one and a half times what is live, and BYTE_LOG_SLACK, from here on,
 * until more is dropped. Only here are bytes moved. */
#define BYTE_LOG_SLACK ((size_t)5 << 21)
void byte_log_tidy(ByteLog *log);

/* What is kept, with what it costs to keep it. */
size_t byte_log_live(const ByteLog *log);
/* Memory, in bytes. */
size_t byte_log_held(const ByteLog *log);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(ByteLog, byte_log_free)
