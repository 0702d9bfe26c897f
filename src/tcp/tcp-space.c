/* SPDX-License-Identifier: BSD-3-Clause */
#include "tcp/tcp-space.h"

#include <glib.h>

/* Copies of a packet follow each other that closely; a retransmission takes longer. */
#define COPY_WITHIN_US 10000u
/* … where the IP id says so, too: each copy had a clock of its own. */
#define COPY_WITHIN_US_NUMBERED 25000u
/* … where nothing but time tells them from a retransmission. */
#define COPY_WITHIN_US_BARE 2000u
/* Room for reordering and for windows never seen: nf_conntrack's MAXACKWINDOW has the same size. */
#define SLACK 66000u
/* A second later nobody reorders: what comes then was sent again. */
/* … unless the scale is unknown: then no more than that, for a lie costs more than a resync. */
#define UNKNOWN_SCALE_MOST (1u << 24)
#define REORDER_MOST (INT64_C(200) * 1000 * 1000)
/* RFC 6298 §2.4 says 1 s, Linux does it in 200 ms: nobody times out earlier. */
#define TIMEOUT_LEAST (INT64_C(190) * 1000 * 1000)
#define REORDER_LEAST (INT64_C(3) * 1000 * 1000)

static uint32_t mix(uint32_t h, uint32_t v)
{
	h = (h ^ v) * 0x9E3779B1u;
	return h ^ h >> 15;
}

bool tcp_space_is_copy(TcpSide *side, const Segment *seg)
{
	uint32_t tsval = 0, tsecr = 0, now = (uint32_t)(seg->time / 1000);
	bool stamped = tcp_options_timestamps(seg, &tsval, &tsecr);
	bool numbered = seg->has_ip_id && seg->ip_id;
	bool counted = numbered && !(side->checks & TCP_CHECK_ONE_IP_ID);
	uint32_t print =
		mix(mix(mix(0x51ed270b, seg->seq.value), seg->ack.value), seg->payload_len);

	print = mix(mix(print, (uint32_t)seg->flags << 16 | seg->window), tsval);
	print = mix(print, numbered ? seg->ip_id : 0) | 1;
	bool telling = numbered || stamped || segment_seq_len(seg) > 0 || (seg->flags & TCP_RST);
	uint32_t within = counted && segment_seq_len(seg) > 0 ? COPY_WITHIN_US_NUMBERED
			  : numbered || stamped		      ? COPY_WITHIN_US
							      : COPY_WITHIN_US_BARE;

	/* Bare ACKs repeat themselves within a clock tick; without an id they can't be told apart.
	 */
	if (!numbered && segment_seq_len(seg) == 0)
		telling = false;
	for (unsigned i = 0; telling && i < TCP_RECENT; i++)
		if (side->recent[i].print == print && now - side->recent[i].time <= within)
			return true;
	side->recent[side->recent_next] = (TcpPrint){print, now};
	side->recent_next = (uint8_t)((side->recent_next + 1) % TCP_RECENT);
	return false;
}

uint32_t tcp_space_window(const TcpConnection *conn, ShakedownSideId side, const Segment *seg)
{
	const TcpSide *s = &conn->side[side], *r = &conn->side[tcp_other(side)];

	if ((seg->flags & TCP_SYN) || s->wscale == TCP_WSCALE_NONE || r->wscale == TCP_WSCALE_NONE)
		return seg->window;
	return (uint32_t)seg->window << s->wscale;
}

/* What the side may have offered: where its SYN was missed its scale is unknown, so at most. */
static uint32_t widest(const TcpSide *side)
{
	uint64_t window = side->window_max;

	if (!tcp_side_has(side, TCP_SIDE_SYN_SEEN))
		window = MIN(window << 14, UNKNOWN_SCALE_MOST);
	return (uint32_t)MIN(MAX(window, SLACK), 1u << 30);
}

static bool beyond_all(const TcpStep *step)
{
	const TcpSide *s = &step->conn->side[step->from],
		      *r = &step->conn->side[tcp_other(step->from)];
	const Segment *seg = step->seg;

	if (!(seg->flags & TCP_ACK) || !tcp_side_has(r, TCP_SIDE_SPACE))
		return false;
	int32_t beyond = tcp_seq_diff(seg->ack, r->snd_nxt);

	if (beyond <= 0)
		return false;
	/* Beyond a FIN there is nothing. */
	if (tcp_side_has(r, TCP_SIDE_SENT_FIN) && !tcp_side_has(r, TCP_SIDE_HIDDEN_FIN))
		return true;
	/* No sender goes beyond the window that it was offered, or that both have ever had. */
	return (uint32_t)beyond > widest(s);
}

bool tcp_space_bad_ack(TcpStep *step)
{
	TcpSide *s = &step->conn->side[step->from];
	TcpSeq ack = step->seg->ack;

	if (!beyond_all(step))
		return false;
	/* Where the capture has lost more than a window, the next one goes on from there. */
	if (tcp_side_has(s, TCP_SIDE_SUSPECT_ACK)) {
		int32_t on = tcp_seq_diff(ack, s->suspect);
		if (on >= 0 && on <= (int32_t)SLACK)
			return false;
	}
	s->flags |= TCP_SIDE_SUSPECT_ACK;
	s->suspect = ack;
	return true;
}

static bool outside(const TcpStep *step)
{
	const TcpSide *s = &step->conn->side[step->from],
		      *r = &step->conn->side[tcp_other(step->from)];
	const Segment *seg = step->seg;
	uint32_t reach = widest(r);

	if (tcp_side_has(s, TCP_SIDE_SPACE)) {
		/* Upper bound: the right edge of the other's widest window. */
		if (tcp_side_has(r, TCP_SIDE_ACKED)) {
			if (tcp_seq_diff(segment_seq_end(seg), tcp_seq_add(r->rcv_nxt, reach)) >
				    0 &&
			    tcp_seq_diff(seg->seq, tcp_seq_add(s->snd_nxt, reach)) > 0)
				return true;
		} else if (tcp_seq_diff(seg->seq, s->snd_nxt) > (int32_t)(1u << 30) - 1) {
			return true;
		}
		/* Lower bound: older than anything in flight. */
		if (tcp_seq_diff(seg->seq, s->snd_nxt) < -(int32_t)MIN(reach + SLACK, 1u << 30))
			return true;
	}
	if ((seg->flags & TCP_ACK) && tcp_side_has(r, TCP_SIDE_SPACE) &&
	    tcp_seq_diff(seg->ack, r->snd_nxt) < -(int32_t)MIN(widest(s) + SLACK, 1u << 30))
		return true;
	return false;
}

bool tcp_space_out_of_window(TcpStep *step)
{
	TcpSide *s = &step->conn->side[step->from];
	const Segment *seg = step->seg;

	if (!outside(step)) {
		return false;
	}
	/* Where the capture has lost more than a window, what is beyond goes on from where it was.
	 */
	if (tcp_side_has(s, TCP_SIDE_SUSPECT)) {
		int32_t on = tcp_seq_diff(seg->seq, s->suspect);
		if (on >= 0 && on <= (int32_t)SLACK && segment_seq_len(seg) > 0) {
			s->flags &= ~(uint32_t)TCP_SIDE_SUSPECT;
			return false;
		}
	}
	s->flags |= TCP_SIDE_SUSPECT;
	s->suspect = segment_seq_end(seg);
	return true;
}

static TcpHole *hole_at(const TcpConnection *conn, ShakedownSideId side, TcpSeq from, TcpSeq to)
{
	TcpHoles *holes = conn->holes[side];

	for (unsigned i = 0; holes && i < holes->len; i++)
		if (tcp_seq_lt(from, holes->hole[i].right) && tcp_seq_lt(holes->hole[i].left, to))
			return &holes->hole[i];
	return NULL;
}

/* Ids that count up tell which of two segments of a side was sent first. */
static bool ids_tell(const Segment *seg, uint16_t id, bool *seg_first)
{
	int16_t order = (int16_t)(seg->ip_id - id);

	if (!seg->has_ip_id || !seg->ip_id || !id || order <= -1000 || order >= 1000 || order == 0)
		return false;
	*seg_first = order < 0;
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
	if (late > REORDER_MOST || r->dup_acks >= 3)
		return false;
	if (hole->has_ip_id && ids_tell(step->seg, hole->ip_id, &first))
		return first;
	return late <= MAX(rtt * 3 / 4, REORDER_LEAST);
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
	bool sacked = tcp_side_has(r, TCP_SIDE_SACKED) && tcp_seq_lt(step->seg->seq, r->sack_high);

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
	const TcpHole *hole = hole_at(step->conn, step->from, seg->seq, end);

	if (hole && captured_late(step, hole))
		return SHAKEDOWN_SEGMENT_NEW;
	if (hole && !hole->acked)
		return overtaken(step, hole) ? SHAKEDOWN_SEGMENT_OUT_OF_ORDER
					     : SHAKEDOWN_SEGMENT_RETRANSMISSION;
	if (tcp_side_has(r, TCP_SIDE_ACKED) && tcp_seq_leq(end, r->rcv_nxt))
		return SHAKEDOWN_SEGMENT_SPURIOUS_RETRANSMISSION;
	/* RFC 9293 §3.8.6.1: the probe's byte was not taken; now it is sent in earnest. */
	if ((s->checks & TCP_CHECK_PROBE) && tcp_seq_eq(tcp_seq_add(seg->seq, 1), s->dropped))
		return SHAKEDOWN_SEGMENT_NEW;
	if (before_the_capture(step, end))
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
	    tcp_seq_eq(segment_seq_end(seg), s->dropped))
		return SHAKEDOWN_SEGMENT_RETRANSMISSION;
	return ahead < 0 ? class_of_old_data(step) : SHAKEDOWN_SEGMENT_NEW;
}

static TcpHoles *holes_of(TcpConnection *conn, ShakedownSideId side)
{
	if (!conn->holes[side])
		conn->holes[side] = g_new0(TcpHoles, 1);
	return conn->holes[side];
}

static uint32_t hole_size(const TcpHole *hole)
{
	return (uint32_t)tcp_seq_diff(hole->right, hole->left);
}

static void hole_add(TcpConnection *conn, ShakedownSideId side, const TcpHole *hole)
{
	TcpHoles *holes = holes_of(conn, side);

	/* Too many at once: the oldest is given up for missing. */
	if (holes->len == TCP_HOLES) {
		if (!holes->hole[0].acked)
			conn->side[side].missing += hole_size(&holes->hole[0]);
		memmove(holes->hole, holes->hole + 1, (TCP_HOLES - 1) * sizeof holes->hole[0]);
		holes->len--;
	}
	holes->hole[holes->len++] = *hole;
}

/* A segment lies beyond what was captured. */
static void hole_before(TcpConnection *conn, ShakedownSideId side, const Segment *seg)
{
	hole_add(conn, side,
		 &(TcpHole){.left = conn->side[side].snd_nxt,
			    .right = seg->seq,
			    .since = seg->time,
			    .frame = seg->frame,
			    .ip_id = seg->ip_id,
			    .has_ip_id = seg->has_ip_id});
}

/* An acknowledgment lies beyond what was captured; one hole serves those that follow each other. */
static void hole_acked(TcpConnection *conn, ShakedownSideId side, const Segment *seg)
{
	TcpHoles *holes = holes_of(conn, side);
	TcpHole *last = holes->len ? &holes->hole[holes->len - 1] : NULL;
	TcpSeq from = conn->side[side].snd_nxt;

	if (last && last->acked && tcp_seq_eq(last->right, from)) {
		last->right = seg->ack;
		last->since = seg->time;
		last->frame = seg->frame;
		return;
	}
	hole_add(conn, side,
		 &(TcpHole){.left = from,
			    .right = seg->ack,
			    .since = seg->time,
			    .frame = seg->frame,
			    .acked = true});
}

/* Everything below is acknowledged: what is missing of it was lost by the capture, as far as it
 * goes. Returns how much of it was not known to be. */
static uint32_t holes_ack(TcpHoles *holes, TcpSeq ack)
{
	uint32_t missing = 0;

	for (unsigned i = 0; i < holes->len; i++) {
		TcpHole *h = &holes->hole[i];
		if (h->acked || !tcp_seq_lt(h->left, ack))
			continue;
		if (tcp_seq_lt(ack, h->right)) {
			TcpHole rest = *h;

			missing += (uint32_t)tcp_seq_diff(ack, h->left);
			rest.left = ack;
			if (holes->len == TCP_HOLES) {
				*h = rest;
				continue;
			}
			memmove(h + 1, h, (size_t)(holes->len - i) * sizeof *h);
			h[1] = rest;
			h->right = ack;
			h->acked = true;
			holes->len++;
			i++;
			continue;
		}
		h->acked = true;
		missing += hole_size(h);
	}
	return missing;
}

/* Takes [from, to) out of the holes and returns how many bytes of it were missing. What was counted
 * as missing is not any more; what there is no room to remember as a hole is. */
static uint32_t holes_fill(TcpHoles *holes, TcpSeq from, TcpSeq to, uint64_t *missing)
{
	uint32_t filled = 0;

	for (unsigned i = 0; i < holes->len;) {
		TcpHole *h = &holes->hole[i];
		TcpSeq left = tcp_seq_max(h->left, from);
		TcpSeq right = tcp_seq_lt(to, h->right) ? to : h->right;

		if (!tcp_seq_lt(left, right)) {
			i++;
			continue;
		}
		filled += (uint32_t)tcp_seq_diff(right, left);
		if (h->acked)
			*missing -= MIN(*missing, (uint32_t)tcp_seq_diff(right, left));
		TcpHole rest = *h;
		rest.left = right;
		h->right = left;
		bool keep_left = tcp_seq_lt(h->left, h->right);
		bool keep_right = tcp_seq_lt(rest.left, rest.right);

		if (!keep_left && keep_right) {
			*h = rest;
		} else if (!keep_left) {
			memmove(h, h + 1, (size_t)(holes->len - i - 1) * sizeof *h);
			holes->len--;
			continue;
		} else if (keep_right && holes->len < TCP_HOLES) {
			memmove(h + 2, h + 1, (size_t)(holes->len - i - 1) * sizeof *h);
			h[1] = rest;
			holes->len++;
			i++;
		} else if (keep_right && !rest.acked) {
			*missing += hole_size(&rest);
		}
		i++;
	}
	return filled;
}

/* A byte sent into a closed window is dropped by its receiver, unless it had room all the same. */
static void take_probe(TcpStep *step)
{
	TcpSide *s = &step->conn->side[step->from];

	if (!step->seg->payload_len)
		return;
	s->checks &= (uint8_t)~TCP_CHECK_PROBE;
	if (step->segment_class == SHAKEDOWN_SEGMENT_ZERO_WINDOW_PROBE) {
		s->checks |= TCP_CHECK_PROBE;
		s->dropped = segment_seq_end(step->seg);
	}
}

/* Payload below the lowest that was captured: where that was overtaken, what lies between may come,
 * too. */
static void take_earlier(TcpStep *step, TcpSeq end)
{
	TcpSide *s = &step->conn->side[step->from];
	const Segment *seg = step->seg;

	/* From far beyond, it would look as if it were before. */
	if (tcp_side_has(s, TCP_SIDE_ISN_KNOWN) || !tcp_seq_lt(seg->seq, s->low) ||
	    !tcp_seq_lt(seg->seq, s->snd_nxt))
		return;
	s->bytes += (uint32_t)tcp_seq_diff(tcp_seq_lt(end, s->low) ? end : s->low, seg->seq);
	if (step->segment_class == SHAKEDOWN_SEGMENT_OUT_OF_ORDER && tcp_seq_lt(end, s->low))
		hole_add(step->conn, step->from,
			 &(TcpHole){.left = end,
				    .right = s->low,
				    .since = seg->time,
				    .frame = seg->frame,
				    .ip_id = s->high_ip_id,
				    .has_ip_id = s->high_ip_id != 0});
	s->low = seg->seq;
}

/* Numbers wrap: what began two gigabytes ago would come to lie ahead. */
static void keep_low_near(TcpSide *s)
{
	if ((uint32_t)tcp_seq_diff(s->snd_nxt, s->low) > 1u << 30)
		s->low = tcp_seq_add(s->snd_nxt, 0u - (1u << 30));
}

/* New sequence space of the sender; returns how much of the payload was not seen before. */
static void take_data(TcpStep *step)
{
	TcpConnection *conn = step->conn;
	TcpSide *s = &conn->side[step->from];
	const Segment *seg = step->seg;
	TcpSeq end = segment_seq_end(seg), data_end = tcp_seq_add(seg->seq, seg->payload_len);

	if (!tcp_side_has(s, TCP_SIDE_SPACE)) {
		s->flags |= TCP_SIDE_SPACE;
		s->snd_nxt = s->low = seg->seq;
	}
	if (tcp_seq_lt(s->snd_nxt, end)) {
		s->flags &= ~(uint32_t)TCP_SIDE_MAYBE_FIN;
		if (seg->has_ip_id && seg->ip_id && seg->ip_id == s->high_ip_id)
			s->checks |= TCP_CHECK_ONE_IP_ID;
		s->high_ip_id = seg->has_ip_id ? seg->ip_id : 0;
	}
	take_probe(step);
	if (seg->payload_len) {
		s->flags |= TCP_SIDE_SENT_DATA;
		if (tcp_seq_lt(s->snd_nxt, seg->seq))
			hole_before(conn, step->from, seg);
		uint32_t fresh = 0;
		if (tcp_seq_lt(s->snd_nxt, data_end))
			fresh = (uint32_t)tcp_seq_diff(data_end, tcp_seq_max(s->snd_nxt, seg->seq));
		if (conn->holes[step->from])
			fresh +=
				holes_fill(conn->holes[step->from], seg->seq,
					   tcp_seq_lt(data_end, s->snd_nxt) ? data_end : s->snd_nxt,
					   &s->missing);
		take_earlier(step, data_end);
		/* Holes of wild numbers may lie one upon the other. */
		s->bytes += MIN(fresh, seg->payload_len);
	} else if (tcp_seq_lt(s->snd_nxt, seg->seq)) {
		hole_before(conn, step->from, seg);
		s->flags |= TCP_SIDE_JUMPED;
		s->jump_seq = seg->seq;
		s->jump_ack = seg->ack;
	}
	s->snd_nxt = tcp_seq_max(tcp_seq_max(s->snd_nxt, seg->seq), end);
	keep_low_near(s);
}

/* What the other side has by this acknowledgment, though the tap may not have seen it. */
static uint64_t take_ack(TcpStep *step)
{
	TcpConnection *conn = step->conn;
	ShakedownSideId other = tcp_other(step->from);
	TcpSide *s = &conn->side[step->from], *r = &conn->side[other];
	TcpSeq ack = step->seg->ack;
	uint64_t missing = 0;

	if (!tcp_side_has(r, TCP_SIDE_SPACE)) {
		r->flags |= TCP_SIDE_SPACE;
		r->snd_nxt = r->low = ack;
	}
	if (conn->holes[other])
		missing = holes_ack(conn->holes[other], ack);
	if (tcp_seq_lt(r->snd_nxt, ack)) {
		bool one = tcp_seq_diff(ack, r->snd_nxt) == 1;
		/* A capture that begins with a keep-alive begins one below. */
		bool kept_alive = one && tcp_side_has(r, TCP_SIDE_SEEN) &&
				  !tcp_side_has(r, TCP_SIDE_SENT_DATA) &&
				  !tcp_side_has(r, TCP_SIDE_SYN_SEEN);
		if (one && !kept_alive && !tcp_side_has(r, TCP_SIDE_SENT_FIN)) {
			r->flags |= TCP_SIDE_MAYBE_FIN;
			r->fin = r->snd_nxt;
		}
		if (!kept_alive) {
			missing += (uint32_t)tcp_seq_diff(ack, r->snd_nxt);
			hole_acked(conn, other, step->seg);
		}
		r->snd_nxt = ack;
		keep_low_near(r);
	}
	r->missing += missing;
	if (!tcp_side_has(s, TCP_SIDE_ACKED) || tcp_seq_lt(s->rcv_nxt, ack)) {
		s->rcv_nxt = ack;
		s->dup_acks = 0;
	} else if (step->segment_class == SHAKEDOWN_SEGMENT_DUPLICATE_ACK && s->dup_acks < 255) {
		s->dup_acks++;
	}
	s->flags |= TCP_SIDE_ACKED;
	return missing;
}

static void take_window(TcpStep *step)
{
	TcpSide *s = &step->conn->side[step->from];
	uint32_t window = tcp_space_window(step->conn, step->from, step->seg);
	TcpSeq right = tcp_seq_add(s->rcv_nxt, window);

	s->window = window;
	s->window_max = MAX(s->window_max, window);
	s->right = tcp_seq_max(s->right, right);
	if (window == 0)
		s->flags |= TCP_SIDE_ZERO_WINDOW;
	else
		s->flags &= ~(uint32_t)TCP_SIDE_ZERO_WINDOW;
}

uint64_t tcp_space_take(TcpStep *step)
{
	uint64_t missing = 0;

	if (step->seg->flags & TCP_ACK) {
		missing = take_ack(step);
		take_window(step);
	}
	take_data(step);
	return missing;
}

void tcp_space_open(TcpStep *step, bool answers)
{
	TcpSide *s = &step->conn->side[step->from];
	const Segment *seg = step->seg;

	s->isn = seg->seq;
	s->snd_nxt = segment_seq_end(seg);
	s->flags |= TCP_SIDE_ISN_KNOWN | TCP_SIDE_SYN_SEEN | TCP_SIDE_SPACE;
	s->bytes = seg->payload_len;
	if (seg->payload_len)
		s->flags |= TCP_SIDE_SENT_DATA;
	if (answers)
		take_ack(step);
	/* RFC 7323 §2.2: a SYN's own window is never scaled. */
	s->right = tcp_seq_add(s->rcv_nxt, seg->window);
	s->window = seg->window;
	s->window_max = MAX(s->window_max, seg->window);
}
