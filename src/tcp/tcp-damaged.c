/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Wrong checksums. A whole segment with one is dropped by its receiver, unless the wrong sum is the
 * tap's own: a host captures what its card has yet to fill in, or what the card has put together.
 * Then the receiver takes it, and its acknowledgment tells.
 */
#include "tcp/tcp-tracker-private.h"

#include <glib.h>

/* Whose example it is. */
static uint64_t owner_of(const TcpConnection *conn, ShakedownSideId side)
{
	return conn->id * 2 + side;
}

static void count(TcpTrackerCounts *counts, uint64_t owner, uint64_t frame)
{
	counts->bad_checksums++;
	if (counts->bad_len == TCP_EXAMPLES)
		return;
	counts->bad_owner[counts->bad_len] = owner;
	counts->bad_frame[counts->bad_len++] = frame;
}

/* The owner's, from that frame on, were none. */
static void count_less(TcpTrackerCounts *counts, uint64_t owner, uint64_t frame, uint32_t segments)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < counts->bad_len; i++) {
		if (counts->bad_owner[i] == owner && counts->bad_frame[i] >= frame)
			continue;
		counts->bad_owner[kept] = counts->bad_owner[i];
		counts->bad_frame[kept++] = counts->bad_frame[i];
	}
	counts->bad_len = kept;
	counts->bad_checksums -= segments;
	counts->offloaded += segments;
}

/* Segments with wrong sums that follow each other are judged together, by one acknowledgment. */
static void remember(TcpStep *step)
{
	const Segment *seg = step->seg;
	TcpSide *s = &step->conn->side[step->from];
	TcpAsideSide *aside = tcp_aside_side(step->conn, step->from);

	if (!(s->checks & TCP_CHECK_DROPPED) || !tcp_seq_eq(aside->dropped, seg->seq)) {
		aside->damaged_from = seg->seq;
		aside->damaged_frame = seg->frame;
		aside->damaged = 0;
		aside->damaged_data = true;
	}
	aside->damaged++;
	/* Only what is nothing but data can be taken later. */
	aside->damaged_data &= !(seg->flags & (TCP_SYN | TCP_FIN | TCP_RST)) && seg->payload_len;
	aside->dropped = segment_seq_end(seg);
	s->checks |= TCP_CHECK_DROPPED | TCP_CHECK_BAD;
}

/* It has been received: such a sum means nothing here. */
static void take(TcpStep *step, ShakedownSideId side)
{
	TcpSide *r = &step->conn->side[side];
	const TcpAsideSide *aside = &tcp_aside(step->conn)->side[side];

	r->checks = TCP_CHECK_LIES;
	step->note = "acknowledges what had a wrong checksum: it was none of the network's";
	count_less(&step->tracker->counts, owner_of(step->conn, side), aside->damaged_frame,
		   aside->damaged);
	if (!aside->damaged_data || !tcp_seq_eq(aside->damaged_from, r->snd_nxt))
		return;
	r->bytes += (uint32_t)tcp_seq_diff(aside->dropped, r->snd_nxt);
	r->snd_nxt = aside->dropped;
	r->flags |= TCP_SIDE_SENT_DATA;
}

/* The acknowledgment covers all of those that follow each other, or some of them, before which
 * nothing is missing: acknowledgments trail behind what is sent, and the rest has passed as well.
 */
static bool covers(const TcpStep *step, ShakedownSideId side)
{
	const TcpSide *r = &step->conn->side[side];
	const TcpAsideSide *aside = &tcp_aside(step->conn)->side[side];
	TcpSeq ack = step->seg->ack;

	if (!(r->checks & TCP_CHECK_DROPPED) || !(step->seg->flags & TCP_ACK) ||
	    !tcp_seq_lt(r->snd_nxt, aside->dropped))
		return false;
	return tcp_seq_leq(aside->dropped, ack) ||
	       (aside->damaged > 1 && tcp_seq_eq(aside->damaged_from, r->snd_nxt) &&
		tcp_seq_lt(r->snd_nxt, ack));
}

bool tcp_damaged(TcpStep *step)
{
	ShakedownSideId other = tcp_other(step->from);
	TcpSide *s = &step->conn->side[step->from];
	const Segment *seg = step->seg;

	if (seg->checksum == SEGMENT_CHECKSUM_GOOD)
		s->checks |= TCP_CHECK_GOOD;
	if (seg->checksum == SEGMENT_CHECKSUM_OFFLOADED)
		step->tracker->counts.offloaded++;
	if (covers(step, other))
		take(step, other);
	if (seg->checksum != SEGMENT_CHECKSUM_BAD)
		return false;
	if (!(s->checks & TCP_CHECK_GOOD) || (s->checks & TCP_CHECK_LIES)) {
		step->tracker->counts.offloaded++;
		return false;
	}
	count(&step->tracker->counts, owner_of(step->conn, step->from), seg->frame);
	remember(step);
	return true;
}
