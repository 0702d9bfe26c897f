/* SPDX-License-Identifier: BSD-3-Clause */
#include "tcp/tcp-copies.h"

#include <glib.h>
#include <stdlib.h>

/* Copies of a packet follow each other that closely; a retransmission takes longer. */
#define COPY_WITHIN_US 10000u
/* … where the IP id says so, too: each copy had a clock of its own. */
#define COPY_WITHIN_US_NUMBERED 25000u
/* … where nothing but time tells them from a retransmission. */
#define COPY_WITHIN_US_BARE 2000u
/* … and with at most so many other segments of the side, less one, between them. */
#define SEGMENTS_BACK 4

#define TIME_MASK 0xffffffu
#define WAYS TCP_COPIES_WAYS
#define SETS TCP_COPIES_SETS
_Static_assert(WAYS == 1 << 3, "its number fits below the age");
_Static_assert(sizeof(TcpPrint) * WAYS == 64, "a cache line");

TcpCopies *tcp_copies_new(void)
{
	TcpCopies *copies = g_new0(TcpCopies, 1);
	void *prints = NULL;

	if (posix_memalign(&prints, 64, sizeof(TcpPrint) * WAYS * SETS) != 0)
		g_error("out of memory: a table of packets that may come twice");
	memset(prints, 0, sizeof(TcpPrint) * WAYS * SETS);
	copies->prints = prints;
	return copies;
}

void tcp_copies_free(TcpCopies *copies)
{
	if (!copies)
		return;
	free(copies->prints);
	g_free(copies);
}

static uint32_t mix(uint32_t h, uint32_t v)
{
	h = (h ^ v) * 0x9E3779B1u;
	return h ^ h >> 15;
}

/* What is empty, or else the oldest. They are filled from the first on and never emptied. */
static TcpPrint *place_for(TcpPrint *set, uint32_t now)
{
	uint32_t oldest = 0;

	if (G_UNLIKELY(set[WAYS - 1].print == 0)) {
		while (set->print)
			set++;
		return set;
	}
	for (unsigned i = 0; i < WAYS; i++) {
		uint32_t age = ((now - set[i].time) & TIME_MASK) << 3 | i;

		oldest = MAX(oldest, age);
	}
	return &set[oldest & (WAYS - 1)];
}

static bool is_there(const TcpPrint *set, uint32_t print)
{
	bool there = false;

	for (unsigned i = 0; i < WAYS; i++)
		there |= set[i].print == print;
	return there;
}

bool tcp_copies_take(TcpCopies *copies, TcpConnection *conn, ShakedownSideId side,
		     const Segment *seg)
{
	TcpSide *s = &conn->side[side];
	uint32_t tsval = 0, tsecr = 0, now = (uint32_t)(seg->time / 1000);
	bool stamped = tcp_options_timestamps(seg, &tsval, &tsecr);
	bool numbered = seg->has_ip_id && seg->ip_id;
	uint32_t len = segment_seq_len(seg);
	bool counted = numbered && !(s->checks & TCP_CHECK_ONE_IP_ID);
	bool telling = numbered || stamped || len > 0 || (seg->flags & TCP_RST);
	uint32_t within = counted && len > 0	? COPY_WITHIN_US_NUMBERED
			  : numbered || stamped ? COPY_WITHIN_US
						: COPY_WITHIN_US_BARE;
	/* What two copies have in common, and whose they are. */
	uint32_t print = mix(mix((uint32_t)conn->id << 1 | side, seg->seq.value), seg->ack.value);

	print = mix(mix(print, seg->payload_len), (uint32_t)seg->flags << 16 | seg->window);
	print = mix(mix(print, tsval), numbered ? seg->ip_id : 0);
	TcpPrint *set = tcp_copies_set(copies, &conn->key, tcp_conn_end(conn, side));

	print |= 1;
	/* Bare ACKs repeat themselves within a clock tick; without an id they can't be told apart.
	 */
	if (!numbered && len == 0)
		telling = false;
	telling = telling && is_there(set, print);
	for (unsigned i = 0; telling && i < WAYS; i++)
		if (set[i].print == print && ((now - set[i].time) & TIME_MASK) <= within &&
		    (uint8_t)(s->ordinal - 1 - set[i].ordinal) < SEGMENTS_BACK)
			return true;
	*place_for(set, now) = (TcpPrint){print, now & TIME_MASK, s->ordinal++};
	return false;
}
