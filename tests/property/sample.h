/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A capture held in memory, so that it can be told again and again: its packets, and the segments
 * decoded from them.
 */
#pragma once

#include "decode/segment.h"

#include <shakedown/packet.h>

#include <glib.h>

typedef struct {
	GArray *packets; /* of ShakedownPacket; their bytes are the sample's */
	GPtrArray *bytes;
} Sample;

/* A segment, or the moment of a packet without one. */
typedef struct {
	bool segment;
	Segment seg; /* options and payload are the sample's or copies */
} SampleItem;

typedef struct {
	GArray *items; /* of SampleItem */
	GPtrArray *copies;
} SampleItems;

/* Room for one sample's packets; what a larger file holds beyond is not read. */
#define SAMPLE_PACKETS 200000

/* NULL, and why, where the file cannot be read at all. One that is cut short gives what it has. */
Sample *sample_read(const char *path, GError **error);
void sample_free(Sample *sample);

/* snaplen: what of each packet is left, but never less than its TCP headers; 0: all. Checksums are
 * left out where packets may be cut. */
SampleItems *sample_decode(const Sample *sample, uint32_t snaplen, bool no_checksums);
SampleItems *sample_items_copy(const SampleItems *items);
void sample_items_free(SampleItems *items);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Sample, sample_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SampleItems, sample_items_free)
