/* SPDX-License-Identifier: BSD-3-Clause */
#include "tcp/tcp-paws.h"

#include "tcp/tcp-tracker-private.h"

/* A clock of 1 ms turns its sign bit in 24.8 days; what was remembered is void by then, §5.5. */
#define VOID_AFTER (INT64_C(24) * 24 * 3600 * SHAKEDOWN_NS_PER_S)
/* Linux forgives one tick: clocks of several processors. */
#define TICKS_FORGIVEN 1

/* Segments that follow each other are judged together, by one acknowledgment. */
static void remember(TcpStep *step)
{
	TcpSide *s = &step->conn->side[step->from];
	TcpAsideSide *aside = tcp_aside_side(step->conn, step->from);

	if (!(s->checks & TCP_CHECK_OLD_STAMP) || !tcp_seq_eq(aside->dropped, step->seg->seq))
		aside->old_from = step->seg->seq;
	aside->dropped = segment_seq_end(step->seg);
	/* Only data can be taken later. */
	if (step->seg->flags & (TCP_SYN | TCP_FIN))
		aside->old_from = aside->dropped;
	s->checks |= TCP_CHECK_OLD_STAMP;
}

/* The segment acknowledges all of them, if only selectively. */
static bool acknowledges(const TcpStep *step, const TcpAsideSide *aside)
{
	TcpSackBlock blocks[4];
	size_t n = tcp_options_sack(step->seg, blocks);

	if (tcp_seq_leq(aside->dropped, step->seg->ack))
		return true;
	for (size_t i = 0; i < n; i++)
		if (tcp_seq_leq(blocks[i].left, aside->old_from) &&
		    tcp_seq_leq(aside->dropped, blocks[i].right))
			return true;
	return false;
}

/* They have been acknowledged up to there: its receiver has got what it should have dropped, unless
 * they came again. It does not look at stamps, or somebody rewrites them; and nothing is missing.
 */
static void judge(TcpStep *step, ShakedownSideId side, TcpSeq to)
{
	TcpSide *s = &step->conn->side[side];
	TcpAside *aside = step->conn->aside;
	TcpSeq from = aside->side[side].old_from;
	const TcpHole *hole = tcp_holes_at(aside->holes[side], from, to);

	tcp_aside_side(step->conn, side)->old_from = to;
	if (tcp_seq_lt(s->snd_nxt, to)) {
		s->checks |= TCP_CHECK_NO_PAWS;
		/* The first of them may have come again. */
		if (tcp_seq_lt(s->snd_nxt, from))
			return;
		s->bytes += (uint32_t)tcp_seq_diff(to, s->snd_nxt);
		s->snd_nxt = to;
		s->flags |= TCP_SIDE_SENT_DATA;
	} else if (hole && tcp_seq_leq(hole->left, from) && tcp_seq_leq(to, hole->right)) {
		s->checks |= TCP_CHECK_NO_PAWS;
		s->bytes += tcp_holes_fill(&aside->holes[side], from, to,
					   &tcp_aside_side(step->conn, side)->missing,
					   &step->tracker->holes);
	}
}

/* Who has got many may acknowledge them one by one. */
static void judge_acknowledged(TcpStep *step, ShakedownSideId side)
{
	const TcpAsideSide *aside = &tcp_aside(step->conn)->side[side];

	if (acknowledges(step, aside)) {
		step->conn->side[side].checks &= (uint8_t)~TCP_CHECK_OLD_STAMP;
		judge(step, side, aside->dropped);
	} else if (tcp_seq_lt(aside->old_from, step->seg->ack)) {
		judge(step, side, step->seg->ack);
	}
}

bool tcp_paws_drops(TcpStep *step)
{
	TcpSide *s = &step->conn->side[step->from], *r = &step->conn->side[tcp_other(step->from)];
	const Segment *seg = step->seg;
	uint32_t tsval, tsecr;

	if (!tcp_side_has(r, TCP_SIDE_ECHOES) || segment_seq_len(seg) == 0 ||
	    (s->checks & TCP_CHECK_NO_PAWS) || !tcp_side_has(r, TCP_SIDE_ACKED) ||
	    tcp_seq_leq(segment_seq_end(seg), r->rcv_nxt))
		return false;
	if (!tcp_options_timestamps(seg, &tsval, &tsecr) ||
	    (int32_t)(r->ts_recent - tsval) <= TICKS_FORGIVEN || step->time - s->last > VOID_AFTER)
		return false;
	remember(step);
	return true;
}

void tcp_paws_take(TcpStep *step)
{
	TcpSide *s = &step->conn->side[step->from], *r = &step->conn->side[tcp_other(step->from)];
	const Segment *seg = step->seg;
	uint32_t tsval, tsecr;

	if (!(seg->flags & TCP_ACK))
		return;
	if (r->checks & TCP_CHECK_OLD_STAMP)
		judge_acknowledged(step, tcp_other(step->from));
	if (!tcp_options_timestamps(seg, &tsval, &tsecr) || tsecr == 0 ||
	    (tcp_side_has(s, TCP_SIDE_ECHOES) && (int32_t)(tsecr - s->ts_recent) <= 0))
		return;
	/* Only what the other has really sent: an echo of anything else would silence it. */
	if (!tcp_side_has(r, TCP_SIDE_TIMESTAMPS) || (int32_t)(tsecr - r->tsval) > 0)
		return;
	s->flags |= TCP_SIDE_ECHOES;
	s->ts_recent = tsecr;
}

bool tcp_paws_is_current(const TcpStep *step, uint32_t echoed)
{
	const TcpSide *r = &step->conn->side[tcp_other(step->from)];
	uint32_t tsval, tsecr;

	if (!tcp_options_timestamps(step->seg, &tsval, &tsecr) || (int32_t)(tsecr - r->tsval) > 0)
		return false;
	return tsecr == r->tsval || (echoed && (int32_t)(tsecr - echoed) > 0);
}
