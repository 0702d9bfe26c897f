/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Segments that belong to no connection, in numbers: to a service, to many ports of a host that get
 * few each, or to many hosts of a subnet that do. Who answers, by SYN,ACKs, what was sent in
 * another's name is among them (reflection, backscatter).
 */
#pragma once

#include "detect/finding.h"
#include "detect/service.h"

/* A connection is but such a segment: it is counted where it came to. */
void stray_count(DetectContext *context, const TcpConnection *conn, Stray kind, ShakedownSideId to);
/* A connection that nobody opened, and is over, was no more than that. */
bool stray_is(const TcpConnection *conn, Stray *kind, ShakedownSideId *to);
/* A connection is, or may yet be, one of many that were told, or are to be, as that. */
bool stray_is_one_of_many(DetectContext *context, const TcpConnection *conn,
			  ShakedownAnomalyKind *flood);
/* Time passes: what is over is reported. */
void stray_advance(Service *service, DetectContext *context, ShakedownTime now);
/* Reports what has come together. */
void stray_end(Service *service, DetectContext *context);
