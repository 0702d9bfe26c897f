/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What segments tell beyond states: round-trip times (RFC 6298 §3, Karn's rule), and whether a
 * retransmission was needed at all (RFC 2883 DSACK; RFC 3522 timestamps, the Eifel test).
 */
#include "tcp/tcp-space.h"
#include "tcp/tcp-tracker-private.h"

#include <glib.h>

/* What is nothing but the next segment is not counted by its class. */
static bool counted(ShakedownSegmentClass c)
{
	return tcp_space_sent_again(c) || c == SHAKEDOWN_SEGMENT_OUT_OF_ORDER ||
	       c == SHAKEDOWN_SEGMENT_DUPLICATE_ACK || c == SHAKEDOWN_SEGMENT_KEEP_ALIVE ||
	       c == SHAKEDOWN_SEGMENT_ZERO_WINDOW_PROBE;
}

static void count_in(TcpAsideSide *aside, ShakedownSegmentClass c)
{
	aside->retransmissions += tcp_space_sent_again(c);
	aside->fast_retransmissions += c == SHAKEDOWN_SEGMENT_FAST_RETRANSMISSION;
	aside->spurious_retransmissions += c == SHAKEDOWN_SEGMENT_SPURIOUS_RETRANSMISSION;
	aside->out_of_order += c == SHAKEDOWN_SEGMENT_OUT_OF_ORDER;
	aside->duplicate_acks += c == SHAKEDOWN_SEGMENT_DUPLICATE_ACK;
	aside->keep_alives += c == SHAKEDOWN_SEGMENT_KEEP_ALIVE;
	aside->window_probes += c == SHAKEDOWN_SEGMENT_ZERO_WINDOW_PROBE;
}

static void count(TcpStep *step)
{
	TcpSide *s = &step->conn->side[step->from], *r = &step->conn->side[tcp_other(step->from)];
	bool probe = step->segment_class == SHAKEDOWN_SEGMENT_KEEP_ALIVE ||
		     step->segment_class == SHAKEDOWN_SEGMENT_ZERO_WINDOW_PROBE;

	if (counted(step->segment_class))
		count_in(tcp_aside_side(step->conn, step->from), step->segment_class);
	if (probe)
		r->flags |= TCP_SIDE_PROBED;
	else if (step->segment_class != SHAKEDOWN_SEGMENT_KEEP_ALIVE_ACK)
		r->flags &= ~(uint32_t)TCP_SIDE_PROBED;
	s->flags &= ~(uint32_t)TCP_SIDE_PROBED;
}

void tcp_measure_resent(TcpStep *step)
{
	TcpSide *s = &step->conn->side[step->from];
	TcpAsideSide *aside = tcp_aside_side(step->conn, step->from);

	s->flags |= TCP_SIDE_RESENT;
	aside->resent_seq = step->seg->seq;
	aside->resent_end = segment_seq_end(step->seg);
	aside->resent_tsval = s->tsval;
}

/* The sender's own segment: begin to time it, or give up timing what is sent twice. */
static void time_data(TcpStep *step)
{
	TcpSide *s = &step->conn->side[step->from];
	const Segment *seg = step->seg;
	TcpSeq end = segment_seq_end(seg);

	if (segment_seq_len(seg) == 0)
		return;
	if (tcp_space_sent_again(step->segment_class) ||
	    step->segment_class == SHAKEDOWN_SEGMENT_OUT_OF_ORDER) {
		s->flags &= ~(uint32_t)TCP_SIDE_TIMING;
		if (step->segment_class == SHAKEDOWN_SEGMENT_RETRANSMISSION ||
		    step->segment_class == SHAKEDOWN_SEGMENT_FAST_RETRANSMISSION)
			tcp_measure_resent(step);
		return;
	}
	if (step->segment_class != SHAKEDOWN_SEGMENT_NEW || tcp_side_has(s, TCP_SIDE_TIMING))
		return;
	s->flags |= TCP_SIDE_TIMING;
	s->timed_end = end;
	s->timed_at = step->time;
}

/* Its acknowledgment ends the timing of what the other sent. */
static void time_ack(TcpStep *step)
{
	TcpConnection *conn = step->conn;
	ShakedownSideId other = tcp_other(step->from);
	TcpSide *r = &conn->side[other];

	if (!tcp_side_has(r, TCP_SIDE_TIMING) || tcp_seq_lt(step->seg->ack, r->timed_end))
		return;
	r->flags &= ~(uint32_t)TCP_SIDE_TIMING;
	tcp_rtt_add(&r->rtt, step->time - r->timed_at);
}

/* RFC 2883 §4: a first block at or below the ACK, or within the second, tells of a duplicate. */
static bool dsack_covers(const Segment *seg, const TcpSackBlock *blocks, size_t n,
			 const TcpAsideSide *r)
{
	if (n == 0)
		return false;
	bool below = tcp_seq_leq(blocks[0].right, seg->ack);
	bool within = n > 1 && tcp_seq_leq(blocks[1].left, blocks[0].left) &&
		      tcp_seq_leq(blocks[0].right, blocks[1].right);

	return (below || within) && tcp_seq_lt(blocks[0].left, r->resent_end) &&
	       tcp_seq_lt(r->resent_seq, blocks[0].right);
}

/* The answer to a retransmission shows whether the first copy had arrived after all. */
static void judge_retransmission(TcpStep *step, uint32_t tsecr, bool stamped,
				 const TcpSackBlock *blocks, size_t n)
{
	TcpSide *r = &step->conn->side[tcp_other(step->from)];
	const Segment *seg = step->seg;

	if (!tcp_side_has(r, TCP_SIDE_RESENT))
		return;
	TcpAsideSide *aside = tcp_aside_side(step->conn, tcp_other(step->from));
	bool needless = dsack_covers(seg, blocks, n, aside);

	if (!needless && tcp_seq_lt(seg->ack, aside->resent_end))
		return;
	/* RFC 3522 §3.2: the ACK echoes a stamp from before the retransmission. */
	if (!needless && stamped && tcp_side_has(r, TCP_SIDE_TIMESTAMPS) && tsecr != 0)
		needless = (int32_t)(tsecr - aside->resent_tsval) < 0;
	if (needless || !r->options.sack_permitted)
		r->flags &= ~(uint32_t)TCP_SIDE_RESENT;
	if (needless)
		aside->spurious_retransmissions++;
}

static void take_sack(TcpStep *step, const TcpSackBlock *blocks, size_t n)
{
	TcpSide *s = &step->conn->side[step->from];

	for (size_t i = 0; i < n; i++) {
		if (!tcp_seq_lt(step->seg->ack, blocks[i].right))
			continue;
		TcpSeq *high = &tcp_aside_side(step->conn, step->from)->sack_high;
		*high = tcp_side_has(s, TCP_SIDE_SACKED) ? tcp_seq_max(*high, blocks[i].right)
							 : blocks[i].right;
		s->flags |= TCP_SIDE_SACKED;
	}
}

void tcp_measure(TcpStep *step)
{
	TcpSide *s = &step->conn->side[step->from];
	const Segment *seg = step->seg;
	uint32_t tsval = 0, tsecr = 0;
	bool stamped = tcp_options_timestamps(seg, &tsval, &tsecr);

	if (stamped) {
		if (!tcp_side_has(s, TCP_SIDE_TIMESTAMPS) || (int32_t)(tsval - s->tsval) > 0)
			s->tsval = tsval;
		s->flags |= TCP_SIDE_TIMESTAMPS;
	}
	count(step);
	if (seg->flags & TCP_ACK) {
		TcpSackBlock blocks[4];
		size_t n =
			seg->options_len > (stamped ? 12 : 0) ? tcp_options_sack(seg, blocks) : 0;

		take_sack(step, blocks, n);
		time_ack(step);
		judge_retransmission(step, tsecr, stamped, blocks, n);
	}
	time_data(step);
}
