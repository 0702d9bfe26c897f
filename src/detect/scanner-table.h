/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The accounts of scanner.h, in bounded room: whoever was heard of least recently makes room, those
 * that are known to be scanners last of all.
 *
 * Most sources are heard of once: a client with one connection, an address that a flood has made
 * up. Of these the attempt itself is kept, which lies in a cache line and stands for both of its
 * source's accounts; it becomes an account's beginning when the source is heard of again.
 */
#pragma once

#include "detect/scanner.h"
#include "flow/key-slots.h"
#include "flow/slab.h"

/* What became of a source's contact with a port of a target. */
typedef struct {
	KeyAddress source, target;
	ShakedownTime start;
	uint64_t frame;
	uint32_t hash[2]; /* [by_target] of the account */
	uint16_t source_port, port, window;
	uint8_t version : 4;
	uint8_t held : 2;  /* 1 << by_target: it stands for that account */
	uint8_t after : 2; /* … and what came of it after all */
	uint8_t contact : 2, probe : 3;
	uint8_t syn : 1; /* it was a SYN */
} Attempt;
_Static_assert(sizeof(Attempt) == 64, "a cache line");
_Static_assert(CONTACT_SUCCEEDED < 1 << 2 && PROBES <= 1 << 3, "bits for each");

/* By when they were touched last. */
typedef struct {
	Scanner *newest, *oldest;
	size_t len;
} ScannerList;

typedef struct {
	KeySlots slots;
	Slab *slab; /* of Scanner */
	uint64_t secret[KEY_SECRETS];
	ScannerList list[2]; /* [known] */
	Attempt *alone;	     /* a ring: those that stand for accounts */
	Attempt spare;	     /* where there is no room in it */
	uint32_t begin, end; /* of it; counted on and on */
	uint32_t alone_most; /* at once */
	uint64_t forgotten;
	uint64_t tries; /* remembered, of all */
} ScannerTable;

/* scanner.c's, and its test's. */
struct _Scanners {
	ScannerTable table;
};

void scanner_table_init(ScannerTable *table);
void scanner_table_clear(ScannerTable *table);

ScannerKey attempt_key(const Attempt *attempt, bool by_target);
/* The attempt that is looked at now: one at a time. It lies where it will stay, if it is held:
 * whoever copies what has just been written in smaller pieces waits for them. */
Attempt *scanner_table_attempt(ScannerTable *table);
/* Finds out where its accounts are to be looked for, and has that fetched. */
void scanner_table_look_up(const ScannerTable *table, Attempt *attempt);

/* The account of such an attempt: one of the two, or neither. */
typedef struct {
	Scanner *scanner;
	Attempt *alone;
	uint32_t handle;
} ScannerFound;

ScannerFound scanner_table_find(const ScannerTable *table, const Attempt *attempt, bool by_target);
/* A new account. */
Scanner *scanner_table_add(ScannerTable *table, const Attempt *attempt, bool by_target);
/* The attempt that is looked at is to stand for a new account; false where it can't. */
bool scanner_table_hold(ScannerTable *table, Attempt *attempt, bool by_target);
/* An account of its own for what an attempt stood for: *first, which is to be counted. */
Scanner *scanner_table_part(ScannerTable *table, const ScannerFound *found, bool by_target,
			    Attempt *first);
/* It was heard of again. */
void scanner_table_touch(ScannerTable *table, Scanner *scanner);
void scanner_table_make_known(ScannerTable *table, Scanner *scanner, bool known);
