/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A script: bytes read as the segments of a few connections. A header of SCRIPT_HEADER bytes says
 * what is the same for all, then each SCRIPT_RECORD bytes are one segment, told in terms of what
 * its sender and the other side have said so far ("what comes next", "one before the FIN"), so that
 * nearly any bytes are a conversation that a tracker must take seriously.
 */
#pragma once

#include "decode/segment.h"
#include "fuzz.h"

#include <shakedown/config.h>

#define SCRIPT_HEADER 8
#define SCRIPT_RECORD 12
#define SCRIPT_RECORDS_MOST 400
#define SCRIPT_FLOWS 4

/* Places in a record. */
typedef enum {
	SCRIPT_AT_WHO = 0, /* ScriptWho */
	SCRIPT_AT_FLAGS,
	SCRIPT_AT_BASES, /* seq base: 3 bits, ack base: 3 bits, scale of seq's delta: 2 bits */
	SCRIPT_AT_SEQ,	 /* signed delta */
	SCRIPT_AT_ACK,	 /* signed delta */
	SCRIPT_AT_LEN,
	SCRIPT_AT_WINDOW,
	SCRIPT_AT_WAIT,
	SCRIPT_AT_OPTIONS,
	SCRIPT_AT_OPTION_VALUE,
	SCRIPT_AT_ODD,	/* ScriptOdd */
	SCRIPT_AT_MORE, /* scale of ack's delta: 2 bits, bit 2: AE, bit 3: reserved */
} ScriptAt;

typedef enum {
	SCRIPT_WHO_SERVER = 0x01, /* the second side sends; else the first */
	SCRIPT_WHO_FLOW = 0x06,
	SCRIPT_WHO_KIND = 0x38, /* 0x30: ICMP error, 0x38: time passes; else a segment */
	SCRIPT_WHO_ICMP = 0x30,
	SCRIPT_WHO_TIME = 0x38,
	SCRIPT_WHO_COPY = 0x40,	 /* the packet before once more */
	SCRIPT_WHO_STRAY = 0x80, /* its sender's numbers know nothing of it */
} ScriptWho;

typedef enum {
	SCRIPT_ODD_CHECKSUM = 0x03, /* SegmentChecksum, turned by one: 0 is good */
	SCRIPT_ODD_CUT = 0x04,
	SCRIPT_ODD_CONTENT = 0x08, /* other bytes than the place in the stream has */
	SCRIPT_ODD_TTL = 0x30,
	SCRIPT_ODD_FRAGMENT = 0x40,
	SCRIPT_ODD_IP_ID = 0x80, /* stays 0 */
} ScriptOdd;

typedef enum {
	SCRIPT_END = 0,
	SCRIPT_SEGMENT, /* also ICMP errors */
	SCRIPT_TIME,	/* a packet without segment */
} ScriptKind;

typedef struct {
	uint32_t isn, snd_nxt, last_seq, last_ack, last_len;
	uint16_t ip_id;
} ScriptSide;

typedef struct {
	FuzzInput in;
	/* The header. */
	uint8_t modes, ask; /* bits for the target to use as it likes */
	bool ipv6, lies;    /* lies: some segment held other bytes than its place has */
	ShakedownConfig config;
	unsigned records;
	uint64_t payload; /* bytes of all segments so far */
	ShakedownTime time;
	uint64_t frame;
	ScriptSide side[SCRIPT_FLOWS][2];
	uint8_t ports;
	Segment last;
	uint8_t options[SCRIPT_RECORDS_MOST][40]; /* the last member: it need not be cleared */
} Script;

/* False where there is not even a header. */
bool script_begin(Script *script, const uint8_t *data, size_t size);
/* The segment's bytes live as long as the script. */
ScriptKind script_next(Script *script, Segment *segment);

/*
 * What a payload holds at a sequence number, modulo 2^16: any two bytes in a row occur once only,
 * so that bytes tell where they come from.
 */
#define SCRIPT_PERIOD 65536u
const uint8_t *script_content(uint32_t seq);
/* The place of the bytes, modulo 2^16. */
uint32_t script_place(const uint8_t bytes[2]);
