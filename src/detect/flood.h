/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Judges the SYNs toward a service, slot by slot as they come of age: a flood is many of them, of
 * which most stay half-open and are not tried again, or fewer of them for long enough (a cumulative
 * sum: Wang, Zhang and Shin 2002).
 */
#pragma once

#include "detect/finding.h"
#include "detect/service.h"

/* To be called before anything is counted at that time. */
void flood_advance(Service *service, DetectContext *context, ShakedownTime now);
/* The capture ends: judges what there was time to judge. */
void flood_close(Service *service, DetectContext *context, ShakedownTime last);
/* Whatever is under way ends here, and is reported. */
void flood_end(Service *service, DetectContext *context);

/* Nothing is held for what is refused, and not for long what is reset: by most of its SYNs so far.
 */
ShakedownSeverity flood_severity(const ServiceFlood *flood);
/* A wider one's would be one if what is half-open stayed so, and what comes to these parts of it
 * (a service, its host) is too little of it to be told by itself. */
bool flood_looms(Service *wider, Service *const *parts, size_t n, const ShakedownConfig *config,
		 ShakedownTime time);
/* A SYN at that time was one of a flood's: how severe that was, or is. */
bool flood_covers(const Service *service, const ShakedownConfig *config, ShakedownTime time,
		  ShakedownSeverity *severity);

/* Sources of which that share is new with each SYN are not people who try again. */
#define SOURCES_MANY 0.5
/* … and of which nearly every one is are forged, if something else tells as well. */
#define SOURCES_FORGED 0.9
/* A source of so large a share is named. */
#define TOP_SHARE 0.5

/* Reports the flood under way; goes_on: its end is not known yet. */
void flood_report(const Service *service, DetectContext *context, bool goes_on);
/* What share of the SYNs has the TTL that most of them have. */
double flood_top_ttl_share(const ServiceSources *sources);
