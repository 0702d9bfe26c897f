/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Judges a service's queues (RFC 9293 §3.9.1.1, RFC 4987 §3.2): the one of connections that wait
 * for accept(), the one of half-open connections.
 */
#pragma once

#include "detect/finding.h"
#include "detect/service.h"

/* What happens on the service's connections; a SYN: the client's. */
void queue_syn(Service *service, DetectContext *context, const TcpEvent *event);
void queue_syn_ack(Service *service, const TcpEvent *event);
void queue_third_ack_lost(Service *service, const TcpEvent *event);
/* Many connections that say nothing have come together; goes_on: their end is not known yet. */
void queue_report_connections(Service *service, DetectContext *context, bool goes_on);
/* Time passes: what is over is reported. */
void queue_advance(Service *service, DetectContext *context, ShakedownTime now);
/* Reports what has come together. */
void queue_end(Service *service, DetectContext *context);
