/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The few types that every other header speaks in: time, addresses, the two sides of a connection,
 * and the states of RFC 9293 §3.3.2 with the evidence on which each is believed.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifndef SHAKEDOWN_EXPORT
#define SHAKEDOWN_EXPORT __attribute__((visibility("default")))
#endif

/* Nanoseconds since 1970-01-01T00:00:00Z, as the capture stamped the packet. Signed: clocks lie. */
typedef int64_t ShakedownTime;

/* A duration in nanoseconds; SHAKEDOWN_DURATION_UNKNOWN where nothing could be measured. */
typedef int64_t ShakedownDuration;
#define SHAKEDOWN_DURATION_UNKNOWN INT64_MIN
#define SHAKEDOWN_NS_PER_S INT64_C(1000000000)

/*
 * An IPv4 or IPv6 address in network byte order. IPv4 uses bytes[0..3] and leaves the rest 0, so
 * that two addresses of one version are equal exactly when all 16 bytes are.
 */
typedef struct {
	uint8_t version; /* 4 or 6; 0: none */
	uint8_t bytes[16];
} ShakedownAddress;

/* "2001:db8:…" without brackets is at most 39 characters; "255.255.255.255" 15. NUL included. */
#define SHAKEDOWN_ADDRESS_LEN 46

/* Writes RFC 5952 text (or dotted quad) and returns its length without the NUL. */
SHAKEDOWN_EXPORT size_t shakedown_address_format(const ShakedownAddress *address,
						 char out[SHAKEDOWN_ADDRESS_LEN]);

typedef enum {
	SHAKEDOWN_CLIENT = 0,
	SHAKEDOWN_SERVER = 1,
} ShakedownSideId;

/* "client", "server" */
SHAKEDOWN_EXPORT const char *shakedown_side_name(ShakedownSideId side);

/* RFC 9293 §3.3.2. Names are printed as the RFC spells them: "SYN-SENT", "FIN-WAIT-1". */
typedef enum {
	SHAKEDOWN_TCP_CLOSED = 0,
	SHAKEDOWN_TCP_LISTEN,
	SHAKEDOWN_TCP_SYN_SENT,
	SHAKEDOWN_TCP_SYN_RECEIVED,
	SHAKEDOWN_TCP_ESTABLISHED,
	SHAKEDOWN_TCP_FIN_WAIT_1,
	SHAKEDOWN_TCP_FIN_WAIT_2,
	SHAKEDOWN_TCP_CLOSE_WAIT,
	SHAKEDOWN_TCP_CLOSING,
	SHAKEDOWN_TCP_LAST_ACK,
	SHAKEDOWN_TCP_TIME_WAIT,
} ShakedownTcpState;
#define SHAKEDOWN_TCP_STATES 11

SHAKEDOWN_EXPORT const char *shakedown_tcp_state_name(ShakedownTcpState state);

/* Why a state is believed. A tap sees a packet pass; it does not see it arrive. */
typedef enum {
	SHAKEDOWN_EVIDENCE_SENT = 0,  /* the side itself sent the segment that proves it */
	SHAKEDOWN_EVIDENCE_DELIVERED, /* a segment that should have reached it passed; nothing
					 confirms it yet */
	SHAKEDOWN_EVIDENCE_CONFIRMED, /* delivered, and a later segment of that side proves it */
	SHAKEDOWN_EVIDENCE_TIMER,     /* it would have got there by a timer, e.g. 2 MSL */
	SHAKEDOWN_EVIDENCE_ASSUMED,   /* the capture began in the middle */
} ShakedownEvidence;
#define SHAKEDOWN_EVIDENCES 5

/* "sent", "delivered", "confirmed", "timer", "assumed" */
SHAKEDOWN_EXPORT const char *shakedown_evidence_name(ShakedownEvidence evidence);

#ifdef __cplusplus
}
#endif
