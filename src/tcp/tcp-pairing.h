/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Taps that see the two directions of a link in two VLANs (or one tagged and the other not). The
 * same four-tuple in different VLANs is usually two connections; but where one of them has only
 * ever spoken in one direction, and a segment in the other direction answers its very numbers, they
 * are the two halves of one; and where a SYN is seen again in the other at once, the capture has
 * all of it twice, as before a router and behind it. The second key then gets an alias: a slab item
 * that only points on.
 */
#pragma once

#include "tcp/tcp-tracker-private.h"

/* A connection was opened under an encapsulation with identity: it may be half of one. */
void tcp_pairing_remember(TcpTracker *tracker, TcpConnection *conn, uint32_t handle);
/* The connection whose missing direction this segment is, or whose SYN, seen elsewhere; or NULL.
 * Its key is known from then on. */
TcpConnection *tcp_pairing_adopt(TcpTracker *tracker, const TcpLookup *lookup, const Segment *seg);
/* It has another handle now. */
void tcp_pairing_moved(TcpTracker *tracker, const TcpConnection *conn, uint32_t from, uint32_t to);
/* The connection is over. */
void tcp_pairing_forget(TcpTracker *tracker, TcpConnection *conn, uint32_t handle);
