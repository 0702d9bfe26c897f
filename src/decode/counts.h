/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Why packets did not become segments: a bounded table of reasons. A reason is a string literal,
 * known by its address, or a literal with a number ("unknown ethertype 0x1234"); of the numbered
 * ones only so many are kept apart, the others are summed by their literal.
 */
#pragma once

#include "decode/decoder.h"

#define COUNTS_SLOTS 512    /* a power of two, well above the number of literals in the room */
#define COUNTS_NUMBERED 128 /* distinct numbered reasons */

typedef enum {
	COUNTS_PLAIN = 0,   /* the literal alone */
	COUNTS_DECIMAL,	    /* "IP protocol 89" */
	COUNTS_HEXADECIMAL, /* "unknown ethertype 0x1234" */
	COUNTS_LINK_TYPE,   /* "link type USB_LINUX (189) is not read" */
} CountsForm;

typedef struct {
	const char *literal; /* NULL: the slot is free */
	char *text;	     /* of a numbered reason, owned; else NULL */
	uint32_t number;
	uint8_t form; /* CountsForm */
	bool fault;
	uint64_t packets;
} CountsSlot;

typedef struct {
	CountsSlot slot[COUNTS_SLOTS];
	size_t used, numbered;
	DecoderCount *list; /* what counts_list() handed out */
} Counts;

void counts_clear(Counts *counts);
void counts_add(Counts *counts, const char *literal, bool fault, uint64_t packets);
void counts_add_number(Counts *counts, const char *literal, CountsForm form, uint32_t number,
		       bool fault);
/* Sorted by reason. extra (may be NULL) is one more reason that is not in the table. */
const DecoderCount *counts_list(Counts *counts, const DecoderCount *extra, size_t *n);
