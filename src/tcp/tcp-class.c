/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a segment is, by its place in sequence space: RFC 9293 §3.4, §3.8, RFC 5681, RFC 2018. What
 * looks like loss may be reordering, or the capture's own disorder; numbers, ids and stamps tell.
 */
#include "tcp/tcp-space.h"

#include <glib.h>

/* That late nobody is overtaken: what comes then was sent again. */
#define REORDER_MOST (INT64_C(200) * 1000 * 1000)
/* … unless its id is of just before: no queue holds a packet longer than that. */
#define REORDER_MOST_NUMBERED (INT64_C(5) * SHAKEDOWN_NS_PER_S)
/* That many sent later overtake: an id further off may be another's, such as a forger's. */
#define OVERTAKEN_MOST 16
#define REORDER_LEAST (INT64_C(3) * 1000 * 1000)
/* RFC 6298 §2.4 says 1 s, Linux does it in 200 ms: nobody times out earlier. */
#define TIMEOUT_LEAST (INT64_C(190) * 1000 * 1000)

/* Ids that count up tell which of two segments of a side was sent first. */
static bool ids_tell(const Segment *seg, uint16_t id, bool *seg_first)
{
	int16_t order = (int16_t)(seg->ip_id - id);

	if (!seg->has_ip_id || !seg->ip_id || !id || order <= -1000 || order >= 1000 || order == 0)
		return false;
	*seg_first = order < 0;
	return true;
}

/* Its id is of just before: what was sent again has a later one. */
static bool numbered_just_before(const Segment *seg, uint16_t id)
{
	bool first;

	return ids_tell(seg, id, &first) && first && (uint16_t)(id - seg->ip_id) <= OVERTAKEN_MOST;
}

bool tcp_space_overtaken_by(const TcpStep *step, uint16_t ip_id, ShakedownTime then)
{
	return step->time - then <= REORDER_MOST && numbered_just_before(step->seg, ip_id);
}

/* So does the sender's clock, where it has moved (RFC 7323 §4). */
static bool stamps_tell(const Segment *seg, const TcpHole *hole, bool *seg_first)
{
	uint32_t tsval, tsecr;

	if (!hole->stamped || !tcp_options_timestamps(seg, &tsval, &tsecr) || tsval == hole->tsval)
		return false;
	*seg_first = (int32_t)(tsval - hole->tsval) < 0;
	return true;
}

/* Fills a gap: overtaken on the way to the tap, or lost before it and sent again? */
static bool overtaken(const TcpStep *step, const TcpHole *hole)
{
	const TcpSide *r = &step->conn->side[tcp_other(step->from)];
	ShakedownDuration late = step->time - hole->since, rtt = 0;
	const ShakedownDuration *leg = step->conn->leg;
	bool first;

	for (unsigned i = 0; i < 2; i++)
		if (leg[i] != SHAKEDOWN_DURATION_UNKNOWN)
			rtt += leg[i];
	if (late > REORDER_MOST)
		return late <= REORDER_MOST_NUMBERED &&
		       numbered_just_before(step->seg, hole->ip_id);
	if (stamps_tell(step->seg, hole, &first) || ids_tell(step->seg, hole->ip_id, &first))
		return first;
	return r->dup_acks < 3 && late <= MAX(rtt * 3 / 4, REORDER_LEAST);
}

/* It is the capture that is out of order: file and stamps do not agree, or its receiver had it
 * just before it was captured. */
static bool captured_late(const TcpStep *step, const TcpHole *hole)
{
	return step->frame < hole->frame ||
	       (hole->acked && step->time - hole->since <= REORDER_LEAST);
}

/* Below all that was captured of a side whose SYN was not: what was sent before is not known. */
static bool before_the_capture(const TcpStep *step, TcpSeq end)
{
	const TcpSide *s = &step->conn->side[step->from];
	bool first;

	if (tcp_side_has(s, TCP_SIDE_ISN_KNOWN) || !tcp_seq_leq(end, s->low))
		return false;
	if (ids_tell(step->seg, s->high_ip_id, &first))
		return first;
	return step->time - s->last <= REORDER_LEAST;
}

/* Fast retransmission, RFC 5681 §3.2 and RFC 6675 §5: three duplicate ACKs, or a SACK of what lies
 * beyond, have come just before. Else it was a timeout. */
static bool loss_was_told(const TcpStep *step)
{
	const TcpSide *s = &step->conn->side[step->from],
		      *r = &step->conn->side[tcp_other(step->from)];
	bool sacked = tcp_side_has(r, TCP_SIDE_SACKED) &&
		      tcp_seq_lt(step->seg->seq,
				 tcp_aside(step->conn)->side[tcp_other(step->from)].sack_high);

	if (r->dup_acks < 3 && !sacked)
		return false;
	/* Whoever times out has heard nothing for that long. */
	return step->time - MAX(r->last, s->last) < TIMEOUT_LEAST;
}

static ShakedownSegmentClass class_of_old_data(const TcpStep *step)
{
	const TcpSide *s = &step->conn->side[step->from],
		      *r = &step->conn->side[tcp_other(step->from)];
	const Segment *seg = step->seg;
	TcpSeq end = tcp_seq_add(seg->seq, seg->payload_len);
	const TcpHole *hole = tcp_holes_at(tcp_aside(step->conn)->holes[step->from], seg->seq, end);

	if (hole && captured_late(step, hole))
		return SHAKEDOWN_SEGMENT_NEW;
	if (hole && !hole->acked && overtaken(step, hole))
		return SHAKEDOWN_SEGMENT_OUT_OF_ORDER;
	if ((!hole || hole->acked) && tcp_side_has(r, TCP_SIDE_ACKED) &&
	    tcp_seq_leq(end, r->rcv_nxt))
		return SHAKEDOWN_SEGMENT_SPURIOUS_RETRANSMISSION;
	/* RFC 9293 §3.8.6.1: the probe's byte was not taken; now it is sent in earnest. */
	if ((s->checks & TCP_CHECK_PROBE) &&
	    tcp_seq_eq(tcp_seq_add(seg->seq, 1), tcp_aside(step->conn)->side[step->from].dropped))
		return SHAKEDOWN_SEGMENT_NEW;
	if (!hole && before_the_capture(step, end))
		return SHAKEDOWN_SEGMENT_OUT_OF_ORDER;
	return loss_was_told(step) ? SHAKEDOWN_SEGMENT_FAST_RETRANSMISSION
				   : SHAKEDOWN_SEGMENT_RETRANSMISSION;
}

static ShakedownSegmentClass class_of_ack(const TcpStep *step)
{
	const TcpConnection *conn = step->conn;
	const TcpSide *s = &conn->side[step->from], *r = &conn->side[tcp_other(step->from)];
	const Segment *seg = step->seg;

	if (!(seg->flags & TCP_ACK) || !tcp_side_has(s, TCP_SIDE_ACKED) ||
	    tcp_seq_lt(s->rcv_nxt, seg->ack))
		return SHAKEDOWN_SEGMENT_ACK;
	/* The third segment of the handshake, the first or again. */
	if (r->state == SHAKEDOWN_TCP_SYN_RECEIVED)
		return SHAKEDOWN_SEGMENT_CONTROL;
	if (tcp_side_has(s, TCP_SIDE_CHALLENGED))
		return SHAKEDOWN_SEGMENT_CHALLENGE_ACK;
	if (tcp_side_has(s, TCP_SIDE_PROBED) && tcp_seq_eq(s->rcv_nxt, seg->ack))
		return SHAKEDOWN_SEGMENT_KEEP_ALIVE_ACK;
	if (tcp_space_window(conn, step->from, seg) != s->window)
		return SHAKEDOWN_SEGMENT_WINDOW_UPDATE;
	return tcp_seq_eq(s->rcv_nxt, seg->ack) ? SHAKEDOWN_SEGMENT_DUPLICATE_ACK
						: SHAKEDOWN_SEGMENT_ACK;
}

ShakedownSegmentClass tcp_space_class(const TcpStep *step)
{
	const TcpSide *s = &step->conn->side[step->from],
		      *r = &step->conn->side[tcp_other(step->from)];
	const Segment *seg = step->seg;
	bool fin = seg->flags & TCP_FIN;

	if (!tcp_side_has(s, TCP_SIDE_SPACE))
		return seg->payload_len ? SHAKEDOWN_SEGMENT_NEW : class_of_ack(step);
	int32_t ahead = tcp_seq_diff(seg->seq, s->snd_nxt);

	/* RFC 9293 §3.8.4: one byte, or none, below what was sent last. */
	if (ahead == -1 && seg->payload_len <= 1 && !fin &&
	    !(tcp_side_has(s, TCP_SIDE_SENT_FIN) && seg->payload_len == 0) &&
	    tcp_side_has(r, TCP_SIDE_ACKED) && tcp_seq_leq(s->snd_nxt, r->rcv_nxt))
		return tcp_side_has(r, TCP_SIDE_ZERO_WINDOW) ? SHAKEDOWN_SEGMENT_ZERO_WINDOW_PROBE
							     : SHAKEDOWN_SEGMENT_KEEP_ALIVE;
	if (seg->payload_len == 0)
		return fin ? SHAKEDOWN_SEGMENT_CONTROL : class_of_ack(step);
	if (seg->payload_len == 1 && ahead <= 0 && tcp_side_has(r, TCP_SIDE_ZERO_WINDOW))
		return SHAKEDOWN_SEGMENT_ZERO_WINDOW_PROBE;
	/* Its first copy was damaged, and dropped by its receiver as here. */
	if (ahead >= 0 && (s->checks & (TCP_CHECK_DROPPED | TCP_CHECK_OLD_STAMP)) &&
	    tcp_seq_eq(segment_seq_end(seg), tcp_aside(step->conn)->side[step->from].dropped))
		return SHAKEDOWN_SEGMENT_RETRANSMISSION;
	return ahead < 0 ? class_of_old_data(step) : SHAKEDOWN_SEGMENT_NEW;
}

bool tcp_space_began_with_keep_alive(const TcpStep *step)
{
	const TcpSide *s = &step->conn->side[step->from];

	return !(s->flags & (TCP_SIDE_SENT_DATA | TCP_SIDE_SYN_SEEN | TCP_SIDE_SENT_FIN)) &&
	       s->packets > 1 && tcp_seq_diff(step->seg->seq, s->snd_nxt) == 1 &&
	       !tcp_side_has(&step->conn->side[tcp_other(step->from)], TCP_SIDE_ACKED) &&
	       step->time - s->last >= SHAKEDOWN_NS_PER_S;
}
