/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What is watched of a connection beyond its states, because verdicts need it: closed windows,
 * silence, a half-open close, a path's MTU. Few connections have any of it: it hangs off a pointer
 * that is NULL until there is something to remember.
 */
#pragma once

#include "tcp/tcp-step.h"

typedef struct {
	ShakedownTime zero_since; /* it offers no window since then; 0: it does, or never said */
	ShakedownDuration zero_longest, zero_total; /* of the times that are over */
	uint64_t zero_frame;			    /* the first segment without a window */
	ShakedownTime zero_first, zero_last; /* its time; when the window opened again last */
	uint32_t zero_times;

	/* Segments that ask for an answer, sent since the other side was heard last. */
	uint16_t resent, keep_alives, zero_probes;
	TcpSeq asked_seq;	/* where the first of them begins */
	uint32_t asked_len;	/* … and how much it carries */
	uint64_t asked_frame;	/* the first of them */
	ShakedownTime asked;	/* … and when */
	ShakedownTime heard;	/* the other side's last segment before it */
	ShakedownDuration idle; /* how long the connection had been silent before that */

	/* Data that was sent again and again, and that the other side did not acknowledge when it
	 * was heard of after all: it lives, and the data does not get through. */
	uint16_t stuck; /* so often; 0: there is none */
	uint32_t stuck_len;
	TcpSeq stuck_seq;
	uint64_t stuck_frame, stuck_heard_frame; /* the first time again; what was heard then */
	ShakedownTime stuck_since, stuck_last;

	uint64_t late_bytes;	 /* new payload sent after the other side's FIN had passed */
	ShakedownTime late_last; /* the last of it */

	uint32_t mtu;	      /* a router asked for no larger packets; 0: none did */
	uint32_t oversized;   /* larger ones that were sent a second or more after that */
	ShakedownTime mtu_at; /* when */
} TcpWatchSide;

typedef struct _TcpWatch {
	TcpWatchSide side[2];
} TcpWatch;

/* To be asked once for each segment that was neither dropped nor a copy, after all else. */
void tcp_watch(TcpStep *step);
/* It carries payload, and its SYN flag is not set. */
void tcp_watch_first_data(TcpStep *step);
/* A box on the path has counted Ethernet's padding to 46 bytes into the packet. */
bool tcp_watch_is_padding(const Segment *seg);
/* An ICMP error asks for smaller packets. */
void tcp_watch_mtu(TcpStep *step);
