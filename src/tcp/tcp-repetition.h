/* SPDX-License-Identifier: BSD-3-Clause */
/* Resets with ACK that only an endpoint without the connection sends. */
#pragma once

#include "decode/segment.h"
#include "tcp/tcp-connection.h"

/* §3.10.7.1 answers what bears an ACK with an RST that has none. Some stacks (lwIP) set it there,
 * too, and acknowledge what they answer. So may who aborts, but not who has been silent when that
 * was sent before, and answers it at once now. The RST is counted, but not yet the side's latest.
 */
bool tcp_answers_repetition(const TcpConnection *conn, ShakedownSideId from, const Segment *rst);
