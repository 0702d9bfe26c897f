/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A scanner is a source that tries many ports of one target, or one port of many targets, and
 * mostly fails. Each source has an account for each target and for each port; first tries alone
 * count, and a threshold random walk decides (Jung, Paxson, Berger and Balakrishnan 2004: a benign
 * source succeeds with probability 0.8, a scanner with 0.2).
 */
#pragma once

#include "detect/finding.h"
#include "detect/sketch.h"
#include "flow/key-table.h"

typedef enum {
	PROBE_SYN = 0, /* a SYN that no operating system's connect() sends, or an answer reset */
	PROBE_CONNECT,
	PROBE_FIN,
	PROBE_NULL,
	PROBE_XMAS,
	PROBE_MAIMON, /* FIN,ACK without a connection */
	PROBE_ACK,    /* ACK without a connection */
	PROBE_WINDOW, /* … whose answers' windows differ */
} Probe;
#define PROBES 8

#define SCANNERS_MOST 16384
#define SCANNERS_TRIES_MOST (1u << 22) /* remembered, of all of them together */

/* Whose account it is: a source's, with a target (port 0) or with a port (target 0). */
typedef struct {
	KeyAddress source, target;
	uint64_t end; /* key_end(); SCANNER_OF_TARGET */
} ScannerKey;

#define SCANNER_OF_TARGET (UINT64_C(1) << 32)

/* What a finding would show of it. */
typedef struct {
	unsigned open_len, frames_len;
	union {
		uint16_t open[16];	     /* ports that answered, of a target */
		ShakedownAddress open_at[8]; /* targets that answered on the port */
	};
	uint64_t frames[15]; /* of its failures after the first */
} ScannerExamples;

/* Most are clients that never fail: what only the others need hangs off a pointer, or lies behind
 * what all do. */
typedef struct _Scanner {
	ScannerKey key;
	/* The table's: */
	struct _Scanner *newer, *older;
	uint32_t hash;
	uint32_t since; /* so many attempts were held alone when it was touched last */
	uint16_t handle;

	uint16_t source_port; /* of its latest SYN */
	uint16_t answer_window;
	bool ports_differ : 1;
	bool known : 1;
	bool told : 1; /* to somebody who watches */
	bool more : 1; /* places than could be remembered */
	bool windows_differ : 1;
	double walk; /* log of the likelihood ratio */
	SketchSet tried;
	/* All that follows is of first tries since the walk last left its floor: what a source did
	 * before it began to fail is no part of its scan. */
	uint32_t failures, successes;
	uint32_t refused, unanswered, probed;
	uint32_t probes[PROBES];
	uint32_t again; /* tries of what had failed before */
	ShakedownTime first, last;
	uint64_t first_frame;	   /* of its first failure */
	ScannerExamples *examples; /* NULL: none but the first */
} Scanner;
_Static_assert(sizeof(Scanner) <= 192, "three cache lines");

static inline bool scanner_is_of_target(const Scanner *scanner)
{
	return (scanner->key.end & SCANNER_OF_TARGET) != 0;
}

static inline ShakedownAddress scanner_source(const Scanner *scanner)
{
	return key_address_whole(&scanner->key.source, scanner->key.end);
}

static inline ShakedownAddress scanner_target(const Scanner *scanner)
{
	return key_address_whole(&scanner->key.target, scanner->key.end);
}

static inline uint16_t scanner_port(const Scanner *scanner)
{
	return (uint16_t)scanner->key.end;
}

typedef enum {
	CONTACT_REFUSED = 0,
	CONTACT_UNANSWERED,
	CONTACT_PROBED, /* it answered, and was let down */
	CONTACT_SUCCEEDED,
} Contact;

typedef struct _Scanners Scanners;

Scanners *scanners_new(void);
void scanners_free(Scanners *scanners);
/* Who began: the client, or the sender of the first segment where nobody opened. */
ShakedownSideId scanners_source(const TcpConnection *conn);
/* What became of its first segment. True if it is the source's first try of that port of that
 * target. */
bool scanners_outcome(Scanners *scanners, DetectContext *context, const TcpConnection *conn,
		      Contact contact, Probe probe, uint16_t window);
/* Of a first try more has come since it was told of: another contact than CONTACT_UNANSWERED, that
 * it was taken for before, or CONTACT_SUCCEEDED, after CONTACT_PROBED. */
void scanners_after_all(Scanners *scanners, const TcpConnection *conn, Contact before,
			Contact contact, Probe probe);
/* The connection is one of a scan's: that is known. */
bool scanners_cover(Scanners *scanners, const TcpConnection *conn);
/* Reports one that is known. */
void scanner_report(const Scanner *scanner, DetectContext *context, uint64_t forgotten);
void scanners_finish(Scanners *scanners, DetectContext *context);
