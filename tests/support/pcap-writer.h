/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A pcap file in the making: nanoseconds, Ethernet, little-endian on every machine, so that the
 * same packets give the same bytes. It grows in memory; the caller writes it out or compares it.
 */
#pragma once

#include <glib.h>
#include <shakedown/packet.h>

/* snaplen is what the file's header says; packets are written as captured. */
GByteArray *pcap_writer_new(uint32_t snaplen, uint32_t link_type);
void pcap_writer_add(GByteArray *file, const ShakedownPacket *packet);
