/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Does a service answer by SYN cookies (RFC 4987 §3.6)? Then it keeps nothing of a half-open
 * connection: it cannot send its SYN,ACK again, and without timestamps it cannot remember what the
 * SYN offered. Neither the number nor (with a random offset) the stamp can be read from outside.
 */
#pragma once

#include "detect/finding.h"
#include "detect/service.h"

/* What happens on the service's connections; late: the handshake's timer. */
void cookies_syn(Service *service, DetectContext *context, ShakedownTime time);
void cookies_syn_ack(Service *service, const TcpEvent *event);
void cookies_late(Service *service, TcpConnection *conn);
/* Nothing more will come: tells what there is. */
void cookies_end(Service *service, DetectContext *context);
/* At present all speaks for it. */
bool cookies_suspected(const Service *service);
