/* SPDX-License-Identifier: BSD-3-Clause */
/* Expressions of Wireshark's display filters (3.6 and later): each appends one term. */
#pragma once

#include <glib.h>
#include <shakedown/types.h>

/* "ip.addr==192.0.2.1", and " && tcp.port==80" unless port is 0 */
void display_filter_endpoint(GString *out, const ShakedownAddress *address, uint16_t port);
/* "ip.addr==192.0.2.0/24" */
void display_filter_subnet(GString *out, const ShakedownAddress *address, unsigned bits);
/* "frame.number==5", "frame.number in {5, 7}"; n > 0 */
void display_filter_frames(GString *out, const uint64_t *frames, size_t n);
/* "frame.time_epoch>=1.500000000 && frame.time_epoch<=2.000000000" */
void display_filter_span(GString *out, ShakedownTime from, ShakedownTime to);
