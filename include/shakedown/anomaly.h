/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An anomaly: something that went wrong (or is worth knowing), with the evidence for it. As with
 * records of connections, pointers are the library's and valid only during the call.
 */
#pragma once

#include <shakedown/anomaly-kind.h>
#include <shakedown/types.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
	SHAKEDOWN_VALUE_COUNT = 0, /* count */
	SHAKEDOWN_VALUE_DURATION,  /* duration; its name ends in _s and it is written in seconds */
	SHAKEDOWN_VALUE_RATIO,	   /* ratio, 0..1 or more */
	SHAKEDOWN_VALUE_TEXT,	   /* text */
	SHAKEDOWN_VALUE_FLAG,	   /* count as 0 or 1 */
} ShakedownValueType;

/* One fact of an anomaly's evidence: {"syn_ack":5,"waited_s":31.2}. */
typedef struct {
	const char *name;
	ShakedownValueType type;
	uint64_t count;
	ShakedownDuration duration;
	double ratio;
	const char *text;
} ShakedownFact;

/* Who it is about. What a scope does not have is left out (version 0 addresses, port 0). */
typedef struct {
	ShakedownAddress client, server; /* connection and service (server only) */
	uint16_t client_port, server_port;
	ShakedownAddress host; /* host; of a subnet its first address */
	uint8_t subnet_bits;   /* subnet: bits of its prefix; else 0 */
} ShakedownSubject;

typedef struct {
	ShakedownAnomalyKind kind;
	ShakedownSeverity severity;
	ShakedownScope scope;
	uint64_t connection; /* its id; 0 where the scope is wider */
	ShakedownSubject subject;
	ShakedownTime time, until;
	const uint64_t *frames; /* the packets that show it, ascending; may be a selection */
	size_t frames_len;
	bool frames_cut;     /* it is: there are more than these */
	const char *summary; /* one sentence about this case */
	const ShakedownFact *facts;
	size_t facts_len;
	const char *rule;      /* clause or paper */
	const char *filter;    /* a Wireshark display filter that selects its packets: where frames
				  are all there are, those; otherwise those like them, in that time */
	const char *narrowing; /* the part of such a filter that says what they are like, or NULL */
	/* How many it stands for: 1, but where a sink has gathered what belongs together. Then
	 * these are the connections, ascending; there may be more than these. */
	uint64_t count;
	const uint64_t *connections;
	size_t connections_len;
} ShakedownAnomaly;

#ifdef __cplusplus
}
#endif
