/* SPDX-License-Identifier: BSD-3-Clause */
#include "tcp/tcp-copies.h"

#include "flow/mix.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

/* Copies of a packet follow each other that closely; a retransmission takes longer. */
#define COPY_WITHIN_US 10000u
/* … where the IP id says so, too: each copy had a clock of its own. */
#define COPY_WITHIN_US_NUMBERED 25000u
/* … where nothing but time tells them from a retransmission. */
#define COPY_WITHIN_US_BARE 2000u
/* … and with at most so many other segments of the side, less one, between them. */
#define SEGMENTS_BACK 4

#define TIME_MASK 0xffffffu
TcpCopies *tcp_copies_new(void)
{
	TcpCopies *copies = g_new0(TcpCopies, 1);
	void *sets = NULL;

	if (posix_memalign(&sets, 64, sizeof(TcpPrints) * TCP_COPIES_SETS) != 0)
		g_error("out of memory: a table of packets that may come twice");
	memset(sets, 0, sizeof(TcpPrints) * TCP_COPIES_SETS);
	copies->sets = sets;
	return copies;
}

void tcp_copies_free(TcpCopies *copies)
{
	if (!copies)
		return;
	free(copies->sets);
	g_free(copies);
}

/* What two copies have in common, and whose they are; never 0. */
static uint32_t print_of(uint32_t owner, const Segment *seg, uint32_t tsval)
{
	uint64_t numbers = (uint64_t)seg->seq.value << 32 | seg->ack.value;
	uint64_t whose = (uint64_t)owner << 32 | seg->payload_len;
	uint64_t rest = (uint64_t)tsval << 32 | (uint32_t)seg->flags << 16 | seg->window;
	uint64_t mixed = mix_fold(numbers ^ mix_secret(0, 0), whose ^ mix_secret(0, 1));

	mixed = mix_fold(mixed ^ (seg->has_ip_id ? seg->ip_id : 0), rest ^ mix_secret(0, 2));
	return (uint32_t)(mixed ^ mixed >> 32) | 1;
}

static bool is_there(const TcpPrints *set, uint32_t print)
{
	uint32_t there = 0;

	for (unsigned i = 0; i < TCP_COPIES_WAYS; i++)
		there |= set->print[i] == print;
	return there;
}

/* The oldest goes. */
static void put(TcpPrints *set, uint32_t print, uint32_t now, uint8_t ordinal)
{
	memmove(&set->print[1], &set->print[0], sizeof set->print - sizeof set->print[0]);
	memmove(&set->when[1], &set->when[0], sizeof set->when - sizeof set->when[0]);
	set->print[0] = print;
	set->when[0].time = now & TIME_MASK;
	set->when[0].ordinal = ordinal;
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
	uint32_t print = print_of((uint32_t)conn->id << 1 | side, seg, tsval);
	TcpPrints *set = tcp_copies_set(copies, &conn->key, tcp_conn_end(conn, side));

	/* Bare ACKs repeat themselves within a clock tick; without an id they can't be told apart.
	 */
	if (!numbered && len == 0)
		telling = false;
	telling = telling && is_there(set, print);
	for (unsigned i = 0; telling && i < TCP_COPIES_WAYS; i++)
		if (set->print[i] == print && ((now - set->when[i].time) & TIME_MASK) <= within &&
		    (uint8_t)(s->ordinal - 1 - set->when[i].ordinal) < SEGMENTS_BACK)
			return true;
	put(set, print, now, s->ordinal++);
	return false;
}
