/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A block is a huge page: its head, and records, each of which is an owner (0: dropped), a length
 * and the bytes. A block's address is that of its bytes without their last bits. One
 * block that holds nothing is kept warm, the others' memory is given back.
 */
#include "flow/byte-log.h"

#include "flow/huge.h"
#include "flow/poison.h"

#include <stdlib.h>
#include <string.h>

#define BLOCK HUGE_PAGE
/* Blocks that are taken from the system at once: the first time one, then twice as many each time.
 */
#define STRETCH 16
#define WARM 1 /* at most so many are kept */
/* So many may be dead before it is tidied, besides half of what is live. */
#define DEAD_BLOCKS 3

typedef struct {
	uint32_t live; /* bytes of its records that are not dropped */
	uint32_t end;  /* of its records */
	guint at;      /* in those that are used */
} Block;

typedef struct {
	uint32_t owner;
	uint16_t len;
} Head;
#define HEAD_BYTES (sizeof(uint32_t) + sizeof(uint16_t))

struct _ByteLog {
	ByteLogMoved moved;
	void *data;
	Block *latest; /* which is written to; NULL: none yet */
	size_t room;   /* what may be written beyond its end */
	size_t live;
	GPtrArray *used, *warm, *cold; /* Block: cold ones are address space only */
	GPtrArray *stretches;
};

/* The latest one, one that has just been begun, and what does not fit at the ends of the others. */
_Static_assert(BYTE_LOG_SLACK >= (DEAD_BLOCKS + WARM + 1) * (size_t)BLOCK, "as the header says");

ByteLog *byte_log_new(ByteLogMoved moved, void *data)
{
	ByteLog *log = g_new0(ByteLog, 1);

	log->moved = moved;
	log->data = data;
	log->used = g_ptr_array_new();
	log->warm = g_ptr_array_new();
	log->cold = g_ptr_array_new();
	log->stretches = g_ptr_array_new_with_free_func(free);
	return log;
}

static size_t blocks_of_stretch(guint i)
{
	return MIN((size_t)1 << MIN(i, 10), STRETCH);
}

void byte_log_free(ByteLog *log)
{
	if (!log)
		return;
	for (guint i = 0; i < log->stretches->len; i++)
		flow_unpoison(log->stretches->pdata[i], blocks_of_stretch(i) * BLOCK);
	g_ptr_array_free(log->stretches, TRUE);
	g_ptr_array_free(log->used, TRUE);
	g_ptr_array_free(log->warm, TRUE);
	g_ptr_array_free(log->cold, TRUE);
	g_free(log);
}

static Block *block_of(uint8_t *bytes)
{
	return (Block *)(void *)(bytes - ((uintptr_t)bytes & (BLOCK - 1)));
}

static uint8_t *byte_at(Block *block, size_t offset)
{
	return (uint8_t *)block + offset;
}

static Head head_read(const uint8_t *record)
{
	Head head;

	memcpy(&head.owner, record, sizeof head.owner);
	memcpy(&head.len, record + sizeof head.owner, sizeof head.len);
	return head;
}

static void head_write(uint8_t *record, Head head)
{
	memcpy(record, &head.owner, sizeof head.owner);
	memcpy(record + sizeof head.owner, &head.len, sizeof head.len);
}

static void begin(Block *block)
{
	block->live = 0;
	block->end = sizeof *block;
	flow_poison(block + 1, BLOCK - sizeof *block);
}

static void take_stretch(ByteLog *log)
{
	size_t blocks = blocks_of_stretch(log->stretches->len);
	uint8_t *stretch = huge_new(blocks * BLOCK);

	if (!stretch)
		g_error("out of memory: a log of %zu bytes", byte_log_held(log));
	g_ptr_array_add(log->stretches, stretch);
	for (size_t i = blocks; i-- > 0;)
		g_ptr_array_add(log->cold, stretch + i * BLOCK);
}

static Block *take_block(ByteLog *log)
{
	if (log->warm->len == 0 && log->cold->len == 0)
		take_stretch(log);
	GPtrArray *from = log->warm->len ? log->warm : log->cold;
	Block *block = g_ptr_array_steal_index_fast(from, from->len - 1);

	begin(block);
	block->at = log->used->len;
	g_ptr_array_add(log->used, block);
	return block;
}

static void leave_block(ByteLog *log, Block *block)
{
	Block *last = log->used->pdata[log->used->len - 1];

	last->at = block->at;
	g_ptr_array_remove_index_fast(log->used, block->at);
	if (log->warm->len < WARM) {
		g_ptr_array_add(log->warm, block);
		return;
	}
	huge_give_back(block, BLOCK);
	g_ptr_array_add(log->cold, block);
}

uint8_t *byte_log_room(ByteLog *log, size_t len)
{
	g_assert(len <= BYTE_LOG_LEN_MOST);
	if (!log->latest || BLOCK - log->latest->end < HEAD_BYTES + len)
		log->latest = take_block(log);
	uint8_t *record = byte_at(log->latest, log->latest->end);

	flow_unpoison(record, HEAD_BYTES + len);
	log->room = len;
	return record + HEAD_BYTES;
}

void byte_log_keep(ByteLog *log, size_t len, uint32_t owner)
{
	Block *block = log->latest;
	uint32_t bytes = (uint32_t)(HEAD_BYTES + len);

	head_write(byte_at(block, block->end), (Head){owner, (uint16_t)len});
	block->live += bytes;
	block->end += bytes;
	log->live += bytes;
	/* What of the room was not used. */
	flow_poison(byte_at(block, block->end), log->room - len);
}

static void empty(ByteLog *log, Block *block)
{
	if (block == log->latest)
		begin(block);
	else
		leave_block(log, block);
}

void byte_log_drop(ByteLog *log, uint8_t *bytes)
{
	uint8_t *record = bytes - HEAD_BYTES;
	Head head = head_read(record);
	Block *block = block_of(bytes);
	uint32_t freed = (uint32_t)HEAD_BYTES + head.len;

	head.owner = 0;
	head_write(record, head);
	flow_poison(bytes, head.len);
	log->live -= freed;
	block->live -= freed;
	if (block->live == 0)
		empty(log, block);
}

static void move(ByteLog *log, const uint8_t *bytes, Head head)
{
	uint8_t *to = byte_log_room(log, head.len);

	memcpy(to, bytes, head.len);
	byte_log_keep(log, head.len, head.owner);
	log->moved(head.owner, to, log->data);
}

static void move_all(ByteLog *log, Block *block)
{
	for (uint32_t at = sizeof *block, end = block->end; at < end;) {
		uint8_t *record = byte_at(block, at);
		Head head = head_read(record);

		if (head.owner)
			move(log, record + HEAD_BYTES, head);
		at += (uint32_t)HEAD_BYTES + head.len;
	}
	log->live -= block->live;
	leave_block(log, block);
}

/* There are more than one. */
static Block *emptiest(const ByteLog *log)
{
	Block *least = log->used->pdata[0];

	for (guint i = 1; i < log->used->len; i++) {
		Block *block = log->used->pdata[i];

		if (least == log->latest || (block != log->latest && block->live < least->live))
			least = block;
	}
	return least;
}

static size_t dead(const ByteLog *log)
{
	return log->used->len * (size_t)BLOCK - log->live;
}

/* Where that much is dead, the others than the latest are two thirds full at the most: each that is
 * moved leaves a third of a block, so that what is moved is at most twice what was dropped. */
void byte_log_tidy(ByteLog *log)
{
	while (G_UNLIKELY(dead(log) > log->live / 2 + (size_t)BLOCK * DEAD_BLOCKS))
		move_all(log, emptiest(log));
}

size_t byte_log_live(const ByteLog *log)
{
	return log->live;
}

size_t byte_log_held(const ByteLog *log)
{
	return (log->used->len + log->warm->len) * (size_t)BLOCK;
}
