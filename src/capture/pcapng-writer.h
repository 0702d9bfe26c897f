/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Writes blocks of pcapng (draft-ietf-opsawg-pcapng), in the byte order of the machine, to a
 * buffer: whole blocks only, so that whoever writes the buffer out leaves a file that can be read.
 */
#pragma once

#include <glib.h>
#include <shakedown/packet.h>

typedef struct {
	const char *name;   /* or NULL */
	const char *filter; /* BPF expression, or NULL */
	uint32_t link_type, snaplen;
} PcapngWriterInterface;

typedef struct {
	uint64_t received, kernel_dropped, card_dropped;
	ShakedownTime start, end;
} PcapngWriterCounts;

/* The section header, which every file begins with. */
void pcapng_write_section(GByteArray *out);
/* Stamps are nanoseconds. Its packets name it by how many were described before it. */
void pcapng_write_interface(GByteArray *out, const PcapngWriterInterface *interface);
/* dropped: packets lost since the one before it. */
void pcapng_write_packet(GByteArray *out, const ShakedownPacket *packet, uint32_t interface,
			 uint64_t dropped);
/* So many bytes. */
#define PCAPNG_STATISTICS_LEN 88u
void pcapng_write_statistics(GByteArray *out, uint32_t interface, const PcapngWriterCounts *counts);
