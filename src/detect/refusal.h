/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A SYN that was answered by RST. Most clients take that for the end; some ask again at once, with
 * the same SYN, and go on only when they were refused a few times.
 */
#pragma once

#include "detect/finding.h"

/* How many of the client's SYNs came again because the one before had been refused, sooner than
 * a timer would have it: they are no retransmissions, for nothing was lost. */
unsigned refusal_asked_again(const TcpConnection *conn);
/* Of one that is noted as refused: it is told once. */
void refusal_judge(DetectContext *context, TcpConnection *conn);
