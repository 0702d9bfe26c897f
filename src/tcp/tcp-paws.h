/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Protection against wrapped sequence numbers: RFC 7323 §5. A receiver drops what bears an older
 * timestamp than the one that it echoes, however well its numbers fit. What it echoes is what it
 * has (TSecr is TS.Recent, §4.3), so that a tap need not guess.
 */
#pragma once

#include "tcp/tcp-step.h"

/* The segment brings new sequence space, and its receiver drops it for its timestamp: an old
 * duplicate, of this connection or of one before on the same four-tuple. Not for SYN and RST,
 * §5.2. To be asked before the segment is taken; remembers it, in case its receiver takes it. */
bool tcp_paws_drops(TcpStep *step);
/* What the segment says of its sender's TS.Recent, and of whether its sender drops such segments at
 * all. */
void tcp_paws_take(TcpStep *step);
/* What tcp_paws_drops() echoes the other's very latest stamp, or a later one than its sender has
 * echoed so far: no old duplicate, whatever its receiver makes of it. echoed: its ts_recent before
 * tcp_paws_take(). */
bool tcp_paws_is_current(const TcpStep *step, uint32_t echoed);
