/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An interface that is captured on, through libpcap. Its packets lie in a ring that the kernel
 * fills block by block; a block is handed over when it is full, or LIVE_TIMEOUT_MS after its first
 * packet: so long may a packet be on its way to us.
 */
#pragma once

#include "capture/arena.h"

#include <shakedown/capture.h>

#include <pcap/pcap.h>

#define LIVE_TIMEOUT_MS 40

typedef struct {
	char *name;
	const ShakedownCaptureOptions *options; /* the caller's, who outlives this */
	pcap_t *pcap;				/* NULL: it is away */
	int fd;
	uint32_t label; /* as packets have it */
	uint32_t link_type, snaplen;
	char *format; /* "live, EN10MB" */
	int64_t unit; /* ns of a stamp's fraction */
	Arena arena;
	/* Read, but not yet handed on: those from head on. */
	ShakedownPacket *queue;
	size_t head, len, room;
	bool drained; /* the last fetch took all that was there … */
	ShakedownTime drained_at;
	/* Since it was opened first. */
	uint64_t packets, bytes;
	uint64_t disordered, clock_steps; /* of those handed on */
	ShakedownTime latest;
	uint64_t received; /* by the kernel, for us */
	uint64_t kernel_dropped, card_dropped;
	struct pcap_stat before; /* as it was last asked, of this pcap */
	char *problem;		 /* why it is away */
} LiveInterface;

/* Takes a name; options must outlive the interface. */
void live_interface_init(LiveInterface *interface, const char *name, uint32_t label,
			 const ShakedownCaptureOptions *options);
void live_interface_clear(LiveInterface *interface);

/* Begins to capture. On failure the error says which interface, why, and what to try. */
bool live_interface_open(LiveInterface *interface, GError **error);
/* Puts at most so many packets that are there in the queue. False when the interface is lost: then
 * the problem says why. */
bool live_interface_fetch(LiveInterface *interface, size_t most);
/* Whether it is up; as live_interface_fetch() if not. */
bool live_interface_check(LiveInterface *interface);
/* Asks the kernel how many it received and dropped. */
void live_interface_count(LiveInterface *interface);
/* Nothing with a stamp up to this can come any more. */
ShakedownTime live_interface_watermark(const LiveInterface *interface);

static inline size_t live_interface_queued(const LiveInterface *interface)
{
	return interface->len - interface->head;
}

/* What somebody without permission can do; the caller frees it. */
char *live_permission_advice(void);
/* The clock that stamps packets. */
ShakedownTime live_clock(void);
