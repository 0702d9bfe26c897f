/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The catalogue of what can be reported: one enumerator a kind. Names, severities and rules belong
 * to the kind and are looked up here; `shakedown explain NAME` prints the text.
 */
#pragma once

#include <shakedown/types.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
	SHAKEDOWN_SEVERITY_INFO = 0,
	SHAKEDOWN_SEVERITY_NOTICE,
	SHAKEDOWN_SEVERITY_WARNING,
	SHAKEDOWN_SEVERITY_CRITICAL,
} ShakedownSeverity;
#define SHAKEDOWN_SEVERITIES 4

typedef enum {
	SHAKEDOWN_SCOPE_CONNECTION = 0,
	SHAKEDOWN_SCOPE_SERVICE, /* a server's address and port */
	SHAKEDOWN_SCOPE_HOST,
	SHAKEDOWN_SCOPE_SUBNET, /* hosts whose addresses begin alike */
	SHAKEDOWN_SCOPE_CAPTURE,
} ShakedownScope;

typedef enum {
	/* handshake */
	SHAKEDOWN_ANOMALY_SYN_RETRANSMITTED = 0,
	SHAKEDOWN_ANOMALY_NO_ANSWER,
	SHAKEDOWN_ANOMALY_REFUSED,
	SHAKEDOWN_ANOMALY_UNREACHABLE,
	SHAKEDOWN_ANOMALY_MISSING_THIRD_ACK,
	SHAKEDOWN_ANOMALY_SYN_ACK_RETRANSMITTED,
	SHAKEDOWN_ANOMALY_THIRD_ACK_LOST,
	SHAKEDOWN_ANOMALY_ACCEPT_QUEUE_OVERFLOW,
	SHAKEDOWN_ANOMALY_BACKLOG_OVERFLOW,
	SHAKEDOWN_ANOMALY_SYN_COOKIES,
	SHAKEDOWN_ANOMALY_HALF_OPEN_PROBE,
	SHAKEDOWN_ANOMALY_SLOW_HANDSHAKE,
	SHAKEDOWN_ANOMALY_BAD_HANDSHAKE_ACK,
	SHAKEDOWN_ANOMALY_SYN_WITH_DATA,
	SHAKEDOWN_ANOMALY_FAST_OPEN_IGNORED,
	SHAKEDOWN_ANOMALY_OLD_DUPLICATE_SYN,
	SHAKEDOWN_ANOMALY_SPLIT_HANDSHAKE,
	SHAKEDOWN_ANOMALY_SIMULTANEOUS_OPEN,
	SHAKEDOWN_ANOMALY_ISN_PREDICTABLE,
	SHAKEDOWN_ANOMALY_UNEXPECTED_FLAGS,
	/* teardown */
	SHAKEDOWN_ANOMALY_RESET_ABORT,
	SHAKEDOWN_ANOMALY_RESET_AFTER_FIN,
	SHAKEDOWN_ANOMALY_FORGED_RST,
	SHAKEDOWN_ANOMALY_RESET_IGNORED,
	SHAKEDOWN_ANOMALY_CHALLENGE_ACK,
	SHAKEDOWN_ANOMALY_SYN_IN_ESTABLISHED,
	SHAKEDOWN_ANOMALY_HALF_OPEN_CONNECTION,
	SHAKEDOWN_ANOMALY_ACK_OF_UNSENT_DATA,
	SHAKEDOWN_ANOMALY_FRAGMENTATION_NEEDED,
	SHAKEDOWN_ANOMALY_FIN_RETRANSMITTED,
	SHAKEDOWN_ANOMALY_LAST_ACK_LOST,
	SHAKEDOWN_ANOMALY_FIN_UNANSWERED,
	SHAKEDOWN_ANOMALY_HALF_CLOSED_LINGERING,
	SHAKEDOWN_ANOMALY_HALF_CLOSE,
	SHAKEDOWN_ANOMALY_SIMULTANEOUS_CLOSE,
	SHAKEDOWN_ANOMALY_DATA_AFTER_FIN,
	SHAKEDOWN_ANOMALY_DATA_AFTER_RESET,
	SHAKEDOWN_ANOMALY_SILENT_DEATH,
	SHAKEDOWN_ANOMALY_ZERO_WINDOW_STALL,
	/* TIME-WAIT */
	SHAKEDOWN_ANOMALY_TIME_WAIT_LINGERING,
	SHAKEDOWN_ANOMALY_TIME_WAIT_ACCUMULATION,
	SHAKEDOWN_ANOMALY_TIME_WAIT_REUSE,
	SHAKEDOWN_ANOMALY_TIME_WAIT_REUSE_REFUSED,
	SHAKEDOWN_ANOMALY_TIME_WAIT_ASSASSINATION,
	/* floods and scans */
	SHAKEDOWN_ANOMALY_SYN_FLOOD,
	SHAKEDOWN_ANOMALY_PORT_SCAN,
	SHAKEDOWN_ANOMALY_CONNECTION_FLOOD,
	SHAKEDOWN_ANOMALY_RESET_FLOOD,
	SHAKEDOWN_ANOMALY_ACK_FLOOD,
	SHAKEDOWN_ANOMALY_FIN_FLOOD,
	SHAKEDOWN_ANOMALY_SYN_ACK_FLOOD,
	/* the capture itself */
	SHAKEDOWN_ANOMALY_CAPTURE_LOSS,
	SHAKEDOWN_ANOMALY_ONE_DIRECTION,
	SHAKEDOWN_ANOMALY_DUPLICATE_PACKETS,
	SHAKEDOWN_ANOMALY_CAPTURE_DISORDER,
	SHAKEDOWN_ANOMALY_BAD_CHECKSUM,
	SHAKEDOWN_ANOMALY_OVERLAP_CONFLICT,
} ShakedownAnomalyKind;
#define SHAKEDOWN_ANOMALY_KINDS 57

/* What is fixed about a kind. All strings are static. */
typedef struct {
	const char *name;	    /* "missing-third-ack" */
	ShakedownSeverity severity; /* the usual one; an anomaly may be more or less severe */
	ShakedownScope scope;
	const char *rule;     /* "RFC 9293 §3.5" */
	const char *meaning;  /* one or two sentences: what it is */
	const char *detected; /* how, with its thresholds' config keys as ${key} */
	const char *innocent; /* causes that are no fault */
	const char *action;   /* what to do about it */
	bool implemented;     /* a detector for it exists in this version */
} ShakedownAnomalyInfo;

/* Never NULL for a value of the enumeration. */
SHAKEDOWN_EXPORT const ShakedownAnomalyInfo *shakedown_anomaly_info(ShakedownAnomalyKind kind);
/* False where no kind has that name. */
SHAKEDOWN_EXPORT bool shakedown_anomaly_kind_from_name(const char *name,
						       ShakedownAnomalyKind *kind);

SHAKEDOWN_EXPORT const char *shakedown_severity_name(ShakedownSeverity severity); /* "warning" */
SHAKEDOWN_EXPORT bool shakedown_severity_from_name(const char *name, ShakedownSeverity *severity);
SHAKEDOWN_EXPORT const char *shakedown_scope_name(ShakedownScope scope); /* "service" */

#ifdef __cplusplus
}
#endif
