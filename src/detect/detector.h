/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Detectors judge: they hear of the tracker's events and report findings. One file a family; each
 * is a table of calls in the registry (detectors.c), and keeps what it needs between events in an
 * object of its own. A connection's own facts (counts, marks, times) are the connection's.
 */
#pragma once

#include "detect/finding.h"
#include "tcp/tcp-event.h"

typedef struct {
	/* What the detector keeps; NULL where it keeps nothing. */
	void *(*create)(DetectContext *context);
	/* What it does about an event, by its kind; NULL: it does not hear of them. */
	void (*on[TCP_EVENTS])(void *self, DetectContext *context, const TcpEvent *event);
	/* Of TCP_EVENT_OVER it wants to hear only where one of these bits (noted.h) is noted of the
	 * connection, or holds of it when it is over; 0: of each. */
	uint32_t over_if;
	/* Time has come to now, by the packets' clock, without a packet: live captures alone. */
	void (*tick)(void *self, DetectContext *context, ShakedownTime now);
	/* The packets' clock was set back. */
	void (*set_back)(void *self, DetectContext *context);
	/* The capture is at its end, and all connections are over. */
	void (*finish)(void *self, DetectContext *context);
	void (*destroy)(void *self);
} DetectorOps;

extern const DetectorOps detect_handshake;
extern const DetectorOps detect_teardown;
extern const DetectorOps detect_reset;
extern const DetectorOps detect_time_wait;
extern const DetectorOps detect_flood;
extern const DetectorOps detect_capture;
extern const DetectorOps detect_host;
extern const DetectorOps detect_icmp;
extern const DetectorOps detect_idle;
extern const DetectorOps detect_scan;
extern const DetectorOps detect_overlap;

typedef struct _Detectors Detectors;

/* All of the registry. The context must outlive them. */
Detectors *detectors_new(DetectContext *context);
void detectors_free(Detectors *detectors);
void detectors_event(Detectors *detectors, const TcpEvent *event);
void detectors_tick(Detectors *detectors, ShakedownTime now);
void detectors_set_back(Detectors *detectors);
void detectors_finish(Detectors *detectors);
