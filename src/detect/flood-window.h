/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A service's window up to a slot, and what tells in it that the service is flooded. Of flood.c
 * alone.
 */
#pragma once

#include "detect/finding.h"
#include "detect/service.h"

typedef struct {
	uint64_t opened, finished, refused, aborted, again, established, talked;
	ShakedownTime first, last;
} FloodWindow;

/* NULL: nothing came in it, or the window has moved beyond it. */
const ServiceSlot *flood_slot(const Service *service, int64_t id);
double flood_slot_seconds(const ShakedownConfig *config);
/* Of those that were opened in it, those that are not half-open. */
uint64_t flood_finished(const Service *service, const ServiceSlot *slot);
/* That where the capture leaves out third ACKs: what was answered, and not once more, came to its
 * end. */
uint64_t flood_by_answers(uint64_t answered, uint64_t repeated, uint64_t refused);
/* Whether answers stand for third ACKs: to be asked before anything is judged, since more may be
 * known of the capture than the last time. */
void flood_learn(Service *service, const DetectContext *context, uint64_t opened,
		 uint64_t established);

FloodWindow flood_window(const Service *service, int64_t id);
/* The same by what is known by now. */
FloodWindow flood_window_learnt(Service *service, const DetectContext *context, int64_t id);

/* Most of it stays half-open. */
bool flood_window_tells(const Service *service, const FloodWindow *window,
			const ShakedownConfig *config);
/* Nothing listens there, and yet they come. */
bool flood_refused_tells(const Service *service, const FloodWindow *window,
			 const ShakedownConfig *config);
/* Each SYN,ACK is reset by the one that asked for it. */
bool flood_aborted_tells(const Service *service, const FloodWindow *window,
			 const ShakedownConfig *config);
/* The cumulative sum of what is left half-open; to be asked once for each slot. */
bool flood_excess_tells(Service *service, const ServiceSlot *slot, const FloodWindow *window,
			const ShakedownConfig *config);
/* How much more half-open a slot is no excess. */
double flood_drift(const Service *service, double slot_seconds);

/* Of a host or subnet: false, too, where not enough is known of the sources, since they were
 * forgotten just now. */
bool flood_wider_from_many(const Service *wider, const FloodWindow *window);
/* Most of what is known of them is older than the window: it would hide what comes now. */
bool flood_sources_outdated(const Service *wider, int64_t id);
