/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A SYN on a four-tuple that has a connection, of which the next segments tell whether it begins
 * the next one. RFC 9293 §3.5 figure 8, §3.6.1.
 */
#include "tcp/tcp-pending.h"

#include "tcp/tcp-conn-log.h"
#include "tcp/tcp-tracker-private.h"

#include <glib.h>

/* Of the clock that initial numbers follow, nanoseconds, generously. */
#define SLOWEST_TICK 8000
#define FASTEST_TICK 32

static void keep(Segment *kept, uint8_t options[TCP_OPTIONS_MOST], const Segment *seg)
{
	*kept = *seg;
	kept->options_len = MIN(seg->options_len, TCP_OPTIONS_MOST);
	memcpy(options, seg->options, kept->options_len);
	kept->options = options;
	kept->payload = NULL;
	kept->payload_captured = 0;
}

void tcp_pending_clear(TcpConnection *conn)
{
	if (conn->aside)
		g_clear_pointer(&conn->aside->pending, g_free);
}

void tcp_pending_set(TcpConnection *conn, const Segment *seg, ShakedownSideId side)
{
	TcpPendingSyn *p = tcp_aside(conn)->pending;

	if (p && p->side == side && tcp_seq_eq(p->seg.seq, seg->seq))
		return;
	if (!p)
		p = tcp_aside_make(conn)->pending = g_new0(TcpPendingSyn, 1);
	keep(&p->seg, p->options, seg);
	p->side = side;
	p->count = 1;
	p->counted = 0;
	p->answered = false;
}

bool tcp_pending_is_alike(const TcpConnection *conn)
{
	const TcpPendingSyn *p = tcp_aside(conn)->pending;

	return tcp_seq_eq(p->seg.seq, conn->side[p->side].isn);
}

bool tcp_pending_begun_later(const TcpConnection *conn)
{
	const TcpPendingSyn *p = tcp_aside(conn)->pending;
	const TcpSide *s = &conn->side[p->side];
	ShakedownDuration since = p->seg.time - conn->syn_first;
	uint32_t on = p->seg.seq.value - s->isn.value;

	return tcp_side_has(s, TCP_SIDE_SYN_SEEN) && since > 0 && on > since / SLOWEST_TICK &&
	       on < since / FASTEST_TICK;
}

bool tcp_pending_is_answered_by(const TcpConnection *conn, ShakedownSideId side, const Segment *seg)
{
	const TcpPendingSyn *p = tcp_aside(conn)->pending;

	return p && side != p->side && (seg->flags & (TCP_SYN | TCP_ACK)) == (TCP_SYN | TCP_ACK) &&
	       seg->ack.value - 1 == p->seg.seq.value;
}

void tcp_pending_note_answer(TcpConnection *conn, const Segment *seg)
{
	TcpPendingSyn *p = conn->aside->pending;

	if (!p->answered)
		keep(&p->answer, p->answer_options, seg);
	p->answered = true;
}

/* What has answered the SYN that waited has said nothing to the one before. How often it did. */
static uint16_t revoke_answer(TcpTracker *tracker, TcpConnection *conn, const TcpPendingSyn *p)
{
	ShakedownSideId side = tcp_other(p->side);
	TcpSide *s = &conn->side[side];
	uint16_t times = s->syns;
	TcpStep step;

	tcp_step_begin_segment(&step, tracker, conn, side, &p->answer);
	tcp_take_back(&step, side, TCP_SENDS_SYN_ACK);
	s->packets -= MIN(s->packets, times);
	s->syns = 0;
	s->flags &= s->packets ? TCP_SIDE_SEEN : 0;
	if (times > 1) {
		TcpAsideSide *aside = tcp_aside_side(conn, side);

		aside->retransmissions -= MIN(aside->retransmissions, times - 1u);
		aside->spurious_retransmissions =
			MIN(aside->spurious_retransmissions, aside->retransmissions);
	}
	conn->syn_ack_first = conn->syn_ack_last = 0;
	conn->leg[side] = SHAKEDOWN_DURATION_UNKNOWN;
	return times;
}

/* … but to the one that it acknowledges. */
static void replay_answer(TcpTracker *tracker, TcpConnection *conn, ShakedownSideId side,
			  const TcpPendingSyn *p, uint16_t times)
{
	tcp_segment_arrives(tracker, conn, side, &p->answer);
	conn->side[side].packets = conn->side[side].syns = times;
	if (times > 1)
		tcp_aside_side(conn, side)->retransmissions = times - 1u;
}

TcpConnection *tcp_promote(TcpTracker *tracker, TcpConnection *conn)
{
	TcpPendingSyn *p = g_steal_pointer(&conn->aside->pending);
	unsigned end = tcp_conn_end(conn, p->side);
	TcpConnection *next =
		tcp_connection_open(tracker, &conn->key, conn->hash, &p->seg, end, conn);
	ShakedownSideId side = tcp_conn_side(next, end);

	/* It was counted where it passed; only its meaning is new. */
	conn->side[p->side].packets -= MIN(conn->side[p->side].packets, p->count);
	if (p->counted) {
		TcpSide *s = &conn->side[p->side];
		TcpAsideSide *aside = tcp_aside_side(conn, p->side);

		s->syns = (uint16_t)(s->syns - MIN(s->syns, p->counted));
		aside->retransmissions -= MIN(aside->retransmissions, p->counted);
	}
	uint16_t answers = p->answered ? revoke_answer(tracker, conn, p) : 0;

	tcp_segment_arrives(tracker, next, side, &p->seg);
	next->side[side].packets = p->count;
	next->side[side].syns = (uint16_t)MIN(p->count, UINT16_MAX);
	tcp_conn_log_times(next, side, p->count);
	if (answers)
		replay_answer(tracker, next, tcp_other(side), p, answers);
	g_free(p);
	return next;
}
