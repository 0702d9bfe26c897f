/* SPDX-License-Identifier: BSD-3-Clause */
#include "tcp/tcp-paws.h"

/* A clock of 1 ms turns its sign bit in 24.8 days; what was remembered is void by then, §5.5. */
#define VOID_AFTER (INT64_C(24) * 24 * 3600 * SHAKEDOWN_NS_PER_S)
/* Linux forgives one tick: clocks of several processors. */
#define TICKS_FORGIVEN 1

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
	s->checks |= TCP_CHECK_OLD_STAMP;
	tcp_aside_make(step->conn)->side[step->from].dropped = segment_seq_end(seg);
	return true;
}

void tcp_paws_take(TcpStep *step)
{
	TcpSide *s = &step->conn->side[step->from], *r = &step->conn->side[tcp_other(step->from)];
	const Segment *seg = step->seg;
	uint32_t tsval, tsecr;

	if (!(seg->flags & TCP_ACK))
		return;
	/* It has got what it should have dropped: it does not look at stamps, or somebody rewrites
	 * them. */
	TcpSeq dropped = tcp_aside(step->conn)->side[tcp_other(step->from)].dropped;
	if ((r->checks & TCP_CHECK_OLD_STAMP) && tcp_seq_leq(dropped, seg->ack)) {
		r->checks &= (uint8_t)~TCP_CHECK_OLD_STAMP;
		if (tcp_seq_lt(r->snd_nxt, dropped))
			r->checks |= TCP_CHECK_NO_PAWS;
	}
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
	const TcpSide *s = &step->conn->side[step->from],
		      *r = &step->conn->side[tcp_other(step->from)];
	uint32_t tsval, tsecr;

	if (!tcp_side_has(r, TCP_SIDE_TIMESTAMPS | TCP_SIDE_ECHOES) ||
	    !tcp_side_has(s, TCP_SIDE_ECHOES) || !segment_seq_len(step->seg) ||
	    !tcp_options_timestamps(step->seg, &tsval, &tsecr) || (int32_t)(tsecr - r->tsval) > 0)
		return false;
	return tsecr == r->tsval || (echoed && (int32_t)(tsecr - echoed) > 0);
}
