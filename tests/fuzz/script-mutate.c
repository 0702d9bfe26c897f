/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How libFuzzer changes scripts: by whole segments as often as by bytes. It tells stories that
 * belong together (an opening, an exchange, a close), and mixes their segments: drops, repeats and
 * swaps them, as networks do.
 */
#include "decode/segment.h"
#include "script.h"

#include <string.h>

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *data1, size_t size1, const uint8_t *data2,
				 size_t size2, uint8_t *out, size_t max_size, unsigned seed);

typedef struct {
	uint8_t *data;
	size_t records, room;
	uint32_t dice;
} Draft;

static uint32_t roll(Draft *d, uint32_t sides)
{
	d->dice ^= d->dice << 13;
	d->dice ^= d->dice >> 17;
	d->dice ^= d->dice << 5;
	return sides ? d->dice % sides : 0;
}

static uint8_t *record_at(Draft *d, size_t i)
{
	return d->data + SCRIPT_HEADER + i * SCRIPT_RECORD;
}

/* Room for n records before record i; false where there is none. */
static bool open_gap(Draft *d, size_t i, size_t n)
{
	if (d->records + n > d->room)
		return false;
	memmove(record_at(d, i + n), record_at(d, i), (d->records - i) * SCRIPT_RECORD);
	memset(record_at(d, i), 0, n * SCRIPT_RECORD);
	d->records += n;
	return true;
}

static void tell(uint8_t *r, uint8_t who, uint8_t flags, uint8_t len)
{
	memset(r, 0, SCRIPT_RECORD);
	r[SCRIPT_AT_WHO] = who;
	r[SCRIPT_AT_FLAGS] = flags;
	r[SCRIPT_AT_LEN] = len;
	r[SCRIPT_AT_WINDOW] = 255;
	r[SCRIPT_AT_WAIT] = 3;
	if (flags & TCP_SYN) {
		r[SCRIPT_AT_BASES] = 1;
		r[SCRIPT_AT_OPTIONS] = 0x0f;
	}
}

/* Each is a list of "who sends what", at most eight. */
typedef struct {
	struct {
		bool server;
		uint8_t flags, len;
	} told[8];
} Story;

#define S TCP_SYN
#define A TCP_ACK
#define F TCP_FIN
#define R TCP_RST
static const Story stories[] = {
	{{{0, S, 0}, {1, S | A, 0}, {0, A, 0}}},
	{{{0, S, 0}, {1, S | A, 0}, {0, A, 0}, {0, A, 40}, {1, A, 70}, {0, A, 0}}},
	{{{0, S, 0}, {1, R | A, 0}}},
	{{{0, S, 0}, {0, S, 0}, {0, S, 0}}},
	{{{0, S, 0}, {1, S, 0}, {0, S | A, 0}, {1, S | A, 0}, {0, A, 0}}},
	{{{0, S, 0}, {1, S | A, 0}, {1, S | A, 0}, {0, A, 0}, {1, S | A, 0}}},
	{{{0, A, 50}, {1, A, 0}, {1, A, 90}, {0, A, 0}}},
	{{{0, F | A, 0}, {1, A, 0}, {1, F | A, 0}, {0, A, 0}}},
	{{{1, F | A, 0}, {0, F | A, 0}, {1, A, 0}}},
	{{{0, F | A, 0}, {1, F | A, 0}, {0, A, 0}, {1, A, 0}}},
	{{{0, F | A, 0}, {1, A, 0}, {1, A, 80}, {0, A, 0}, {1, F | A, 0}, {0, A, 0}}},
	{{{0, R, 0}}},
	{{{1, R | A, 0}, {0, A, 30}}},
};
#undef S
#undef A
#undef F
#undef R

static size_t story_len(const Story *story)
{
	size_t n = 0;

	while (n < G_N_ELEMENTS(story->told) && story->told[n].flags)
		n++;
	return n;
}

static void insert_story(Draft *d)
{
	const Story *story = &stories[roll(d, G_N_ELEMENTS(stories))];
	size_t n = story_len(story), at = roll(d, 3) ? d->records : roll(d, d->records + 1);
	uint8_t flow = (uint8_t)((roll(d, 3) ? 0 : roll(d, SCRIPT_FLOWS)) << 1);
	bool turned = roll(d, 4) == 0;

	if (!open_gap(d, at, n))
		return;
	for (size_t i = 0; i < n; i++)
		tell(record_at(d, at + i),
		     (uint8_t)(flow | (story->told[i].server != turned ? SCRIPT_WHO_SERVER : 0)),
		     story->told[i].flags, story->told[i].len);
}

/* One segment again, somewhere later: a retransmission, or out of order. */
static void repeat_record(Draft *d)
{
	uint8_t copy[SCRIPT_RECORD];
	size_t from = roll(d, d->records), to = from + roll(d, d->records - from + 1);

	memcpy(copy, record_at(d, from), sizeof copy);
	if (!open_gap(d, to, 1))
		return;
	memcpy(record_at(d, to), copy, sizeof copy);
	if (roll(d, 2))
		record_at(d, to)[SCRIPT_AT_BASES] = 3; /* the same numbers */
}

static void swap_records(Draft *d)
{
	uint8_t copy[SCRIPT_RECORD];
	uint8_t *a = record_at(d, roll(d, d->records)), *b = record_at(d, roll(d, d->records));

	memcpy(copy, a, sizeof copy);
	memmove(a, b, sizeof copy);
	memcpy(b, copy, sizeof copy);
}

static void drop_records(Draft *d)
{
	size_t at = roll(d, d->records), n = 1 + roll(d, 3);

	n = MIN(n, d->records - at);
	memmove(record_at(d, at), record_at(d, at + n), (d->records - at - n) * SCRIPT_RECORD);
	d->records -= n;
}

/* One thing about one segment, as far from usual as need be. */
static void change_field(Draft *d)
{
	static const uint8_t deltas[] = {0, 1, 2, 0xff, 0xfe, 0x7f, 0x80, 100};
	uint8_t *r = record_at(d, roll(d, d->records));
	uint32_t field = roll(d, SCRIPT_RECORD);

	switch (field) {
	case SCRIPT_AT_FLAGS:
		r[field] ^= (uint8_t)(1u << roll(d, 8));
		break;
	case SCRIPT_AT_SEQ:
	case SCRIPT_AT_ACK:
		r[field] = deltas[roll(d, G_N_ELEMENTS(deltas))];
		/* A delta without scale is none. */
		r[SCRIPT_AT_BASES] |= 0x40;
		r[SCRIPT_AT_MORE] |= 1;
		break;
	case SCRIPT_AT_WAIT:
		r[field] = (uint8_t)roll(d, 16);
		break;
	case SCRIPT_AT_WINDOW:
		r[field] = roll(d, 2) ? 0 : (uint8_t)roll(d, 256);
		break;
	default:
		r[field] ^= (uint8_t)(1u << roll(d, 8));
		break;
	}
}

static void mutate_once(Draft *d)
{
	if (!d->records || roll(d, 6) == 0) {
		insert_story(d);
		return;
	}
	switch (roll(d, 6)) {
	case 0:
		repeat_record(d);
		break;
	case 1:
		swap_records(d);
		break;
	case 2:
		drop_records(d);
		break;
	default:
		change_field(d);
		break;
	}
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
	Draft d = {.data = data, .dice = seed ? seed : 1};

	if (max_size < SCRIPT_HEADER + 4 * SCRIPT_RECORD)
		return LLVMFuzzerMutate(data, size, max_size);
	if (size < SCRIPT_HEADER) {
		memset(data + size, 0, SCRIPT_HEADER - size);
		size = SCRIPT_HEADER;
	}
	if (roll(&d, 4) == 0)
		return LLVMFuzzerMutate(data, size, max_size);
	d.records = (size - SCRIPT_HEADER) / SCRIPT_RECORD;
	d.room = (max_size - SCRIPT_HEADER) / SCRIPT_RECORD;
	for (uint32_t n = 1 + roll(&d, 4); n; n--)
		mutate_once(&d);
	if (roll(&d, 8) == 0)
		data[roll(&d, SCRIPT_HEADER)] ^= (uint8_t)(1u << roll(&d, 8));
	return SCRIPT_HEADER + d.records * SCRIPT_RECORD;
}

/* The beginning of one story, then the end of the other. */
size_t LLVMFuzzerCustomCrossOver(const uint8_t *data1, size_t size1, const uint8_t *data2,
				 size_t size2, uint8_t *out, size_t max_size, unsigned seed)
{
	Draft d = {.dice = seed ? seed : 1};

	if (size1 < SCRIPT_HEADER || size2 < SCRIPT_HEADER)
		return 0;
	size_t n1 = (size1 - SCRIPT_HEADER) / SCRIPT_RECORD;
	size_t n2 = (size2 - SCRIPT_HEADER) / SCRIPT_RECORD;
	size_t head = SCRIPT_HEADER + roll(&d, (uint32_t)n1 + 1) * SCRIPT_RECORD;
	size_t from = SCRIPT_HEADER + roll(&d, (uint32_t)n2 + 1) * SCRIPT_RECORD;

	head = MIN(head, max_size);
	memcpy(out, data1, head);
	size_t tail = MIN(size2 - from, max_size - head);
	memcpy(out + head, data2 + from, tail);
	return head + tail;
}
