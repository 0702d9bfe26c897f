/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Judges a service's queues (RFC 9293 §3.9.1.1, RFC 4987 §3.2): the one of connections that wait
 * for accept(), the one of half-open connections; and segments that belong to no connection.
 */
#pragma once

#include "detect/finding.h"
#include "detect/service.h"

/* What happens on the service's connections; a SYN: the client's. */
void queue_syn(Service *service, DetectContext *context, const TcpEvent *event);
void queue_syn_ack(Service *service, const TcpEvent *event);
void queue_established(Service *service, const TcpConnection *conn);
void queue_third_ack_lost(Service *service, const TcpEvent *event);
/* A connection is but a segment that nobody had asked for. */
void queue_stray(Service *service, DetectContext *context, Stray kind, const TcpConnection *conn);
/* A segment of that kind at that time was one of many. */
bool queue_covers_stray(const Service *service, const ShakedownConfig *config, Stray kind,
			ShakedownTime time);
/* Reports what has come together. */
void queue_end(Service *service, DetectContext *context);
