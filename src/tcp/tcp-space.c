/* SPDX-License-Identifier: BSD-3-Clause */
#include "tcp/tcp-space.h"

#include "tcp/tcp-older.h"
#include "tcp/tcp-tracker-private.h"

#include <glib.h>

#define SLACK TCP_SPACE_SLACK
/* Where the window's scale is unknown it counts for no more than that, for a lie costs more than a
 * resync. */
#define UNKNOWN_SCALE_MOST (1u << 24)
/* How far the two ways through a proxy may be from each other: its buffers, generously. */
#define BESIDE (1 << 20)

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

/* By how much it acknowledges more than was captured of the other; 0: it does not. */
static uint32_t beyond_captured(const TcpStep *step)
{
	const TcpSide *r = &step->conn->side[tcp_other(step->from)];
	int32_t beyond = tcp_seq_diff(step->seg->ack, r->snd_nxt);

	return beyond > 0 && (step->seg->flags & TCP_ACK) && tcp_side_has(r, TCP_SIDE_SPACE)
		       ? (uint32_t)beyond
		       : 0;
}

static bool beyond_all(const TcpStep *step, uint32_t beyond)
{
	const TcpSide *s = &step->conn->side[step->from],
		      *r = &step->conn->side[tcp_other(step->from)];

	/* Beyond a FIN there is nothing. */
	if (tcp_side_has(r, TCP_SIDE_SENT_FIN) && !tcp_side_has(r, TCP_SIDE_HIDDEN_FIN))
		return true;
	/* No sender goes beyond the window that it was offered, or that both have ever had. */
	return beyond > widest(s);
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
	return (seg->flags & TCP_ACK) && tcp_side_has(r, TCP_SIDE_SPACE) &&
	       tcp_seq_diff(seg->ack, r->snd_nxt) < -(int32_t)MIN(widest(s) + SLACK, 1u << 30);
}

static void suspect(TcpStep *step)
{
	TcpAsideSide *aside = tcp_aside_side(step->conn, step->from);
	TcpSide *s = &step->conn->side[step->from];
	TcpSeq end = segment_seq_end(step->seg);
	/* Behind its FIN it still acknowledges. */
	bool after_fin = aside->suspect_fin && tcp_side_has(s, TCP_SIDE_SUSPECT) &&
			 segment_seq_len(step->seg) == 0 && tcp_seq_eq(end, aside->suspect);

	s->flags |= TCP_SIDE_SUSPECT;
	aside->suspect = end;
	aside->suspect_fin = (step->seg->flags & TCP_FIN) || after_fin;
}

/* The number lies that far on from the other, or a little further. */
static bool goes_on(TcpSeq from, TcpSeq seq)
{
	int32_t on = tcp_seq_diff(seq, from);

	return on >= 0 && on <= (int32_t)SLACK;
}

/* Where the capture has lost more than a window, the next one goes on from there. The same number
 * again says no more than before, unless its sender closes, or the other side had the time to say
 * that it has not sent so much: tcp_space_stays(). */
static bool goes_on_from_suspect(const TcpStep *step)
{
	const TcpSide *s = &step->conn->side[step->from];
	const TcpAsideSide *aside = &tcp_aside(step->conn)->side[step->from];
	TcpSeq ack = step->seg->ack;

	return tcp_side_has(s, TCP_SIDE_SUSPECT_ACK) && goes_on(aside->suspect_ack, ack) &&
	       (!tcp_seq_eq(ack, aside->suspect_ack) ||
		((step->seg->flags & TCP_FIN) && tcp_seq_eq(step->seg->seq, s->snd_nxt)) ||
		step->time - aside->suspect_ack_since > tcp_leg(step->conn, tcp_other(step->from)));
}

/* … or the two agree where they are. */
static bool ack_is_agreed(const TcpStep *step)
{
	ShakedownSideId other = tcp_other(step->from);

	return goes_on_from_suspect(step) ||
	       (tcp_side_has(&step->conn->side[other], TCP_SIDE_SUSPECT) &&
		goes_on(step->seg->ack, tcp_aside(step->conn)->side[other].suspect));
}

/* It has acknowledged as much before, and that was not sent. */
static bool known_unsent(const TcpStep *step)
{
	const TcpAsideSide *aside = &tcp_aside(step->conn)->side[step->from];

	return aside->unsent && tcp_seq_leq(step->seg->ack, aside->unsent_ack);
}

bool tcp_space_bad_ack(TcpStep *step)
{
	TcpSide *s = &step->conn->side[step->from];
	TcpSeq ack = step->seg->ack;
	uint32_t beyond = beyond_captured(step);

	if (!beyond && !tcp_older_answers_below(step))
		return false;
	if (beyond && known_unsent(step))
		return true;
	bool other = tcp_older_answers_syn(step);
	if (beyond && !beyond_all(step, beyond) && !other)
		return false;
	TcpAsideSide *mine = tcp_aside_side(step->conn, step->from);

	/* A SYN that comes again gets the same answer. */
	other = other && tcp_side_has(s, TCP_SIDE_SUSPECT_ACK) &&
		tcp_seq_eq(ack, mine->suspect_ack);
	if (!other && ack_is_agreed(step))
		return false;
	if (!tcp_side_has(s, TCP_SIDE_SUSPECT_ACK) || !tcp_seq_eq(ack, mine->suspect_ack))
		mine->suspect_ack_since = step->time;
	s->flags |= TCP_SIDE_SUSPECT_ACK;
	mine->suspect_ack = ack;
	if (outside(step))
		suspect(step);
	return true;
}

void tcp_space_stays(TcpStep *step)
{
	const TcpSide *s = &step->conn->side[step->from];
	TcpSide *r = &step->conn->side[tcp_other(step->from)];

	if (tcp_seq_leq(step->seg->seq, s->snd_nxt))
		r->flags &= ~(uint32_t)TCP_SIDE_SUSPECT_ACK;
}

/* About as far from where it began as the side is by now. */
static bool near(const TcpSide *s, TcpSeq isn, TcpSeq seq)
{
	int32_t off = tcp_seq_diff(tcp_seq_add(seq, s->isn.value - isn.value), s->snd_nxt);

	return off >= -BESIDE && off <= BESIDE;
}

bool tcp_space_is_beside(const TcpStep *step)
{
	const TcpConnection *conn = step->conn;
	const Segment *seg = step->seg;

	for (ShakedownSideId side = SHAKEDOWN_CLIENT; side <= SHAKEDOWN_SERVER; side++) {
		const TcpSide *s = &conn->side[side];

		if (!tcp_side_has(s, TCP_SIDE_TWICE))
			continue;
		TcpSeq isn = tcp_aside(conn)->side[side].beside_isn;
		TcpSeq seq = side == step->from ? seg->seq : seg->ack;

		if (near(s, isn, seq) && !near(s, s->isn, seq) &&
		    (side == step->from || (seg->flags & TCP_ACK)))
			return true;
	}
	return false;
}

/* Where the capture has lost more than a window, what is beyond goes on from where it was, or from
 * where the other side says that it is. Who acknowledges what cannot be is not believed alone. */
static bool seq_is_agreed(const TcpStep *step)
{
	ShakedownSideId other = tcp_other(step->from);
	const TcpSide *s = &step->conn->side[step->from], *r = &step->conn->side[other];
	const TcpAside *aside = tcp_aside(step->conn);
	const Segment *seg = step->seg;

	return (tcp_side_has(s, TCP_SIDE_SUSPECT) && !tcp_side_has(s, TCP_SIDE_SUSPECT_ACK) &&
		segment_seq_len(seg) > 0 && goes_on(aside->side[step->from].suspect, seg->seq)) ||
	       (tcp_side_has(r, TCP_SIDE_SUSPECT_ACK) &&
		goes_on(aside->side[other].suspect_ack, seg->seq));
}

bool tcp_space_out_of_window(TcpStep *step)
{
	if (!outside(step))
		return false;
	if (seq_is_agreed(step)) {
		step->conn->side[step->from].flags &= ~(uint32_t)TCP_SIDE_SUSPECT;
		return false;
	}
	suspect(step);
	return true;
}

bool tcp_space_is_elsewhere(const TcpStep *step)
{
	if (!((step->conn->side[0].flags | step->conn->side[1].flags) & TCP_SIDE_SUSPECT))
		return false;
	return outside(step) && (seq_is_agreed(step) || ack_is_agreed(step));
}

static void add_hole(TcpStep *step, ShakedownSideId side, TcpHole hole)
{
	hole.since = step->time;
	hole.frame = step->frame;
	tcp_holes_add(&tcp_aside_make(step->conn)->holes[side], &hole, &step->tracker->holes);
}

/* The segment lies beyond what was captured of its sender. */
static void hole_before(TcpStep *step)
{
	const Segment *seg = step->seg;
	TcpHole hole = {.left = step->conn->side[step->from].snd_nxt,
			.right = seg->seq,
			.ip_id = seg->has_ip_id ? seg->ip_id : 0};
	uint32_t tsecr;

	hole.stamped = tcp_options_timestamps(seg, &hole.tsval, &tsecr);
	add_hole(step, step->from, hole);
}

/* An acknowledgment lies beyond what was captured; one hole serves those that follow each other. */
static void hole_acked(TcpStep *step, ShakedownSideId side)
{
	TcpHoles *holes = tcp_aside(step->conn)->holes[side];
	TcpHole *last = holes && holes->len ? &holes->hole[holes->len - 1] : NULL;
	TcpSeq from = step->conn->side[side].snd_nxt;

	if (last && last->acked && tcp_seq_eq(last->right, from)) {
		last->right = step->seg->ack;
		last->since = step->time;
		last->frame = step->frame;
		return;
	}
	add_hole(step, side, (TcpHole){.left = from, .right = step->seg->ack, .acked = true});
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
		tcp_aside_side(step->conn, step->from)->dropped = segment_seq_end(step->seg);
	}
}

/* Payload below the lowest that was captured: where that was overtaken, what lies between may come,
 * too. */
static void take_earlier(TcpStep *step, TcpSeq end)
{
	TcpSide *s = &step->conn->side[step->from];
	const Segment *seg = step->seg;

	/* What comes from far beyond looks as if it were before. */
	if (tcp_side_has(s, TCP_SIDE_ISN_KNOWN) || !tcp_seq_lt(seg->seq, s->low) ||
	    tcp_space_below_next(s, seg->seq) > TCP_SPACE_LOW_MOST)
		return;
	s->bytes += (uint32_t)tcp_seq_diff(tcp_seq_lt(end, s->low) ? end : s->low, seg->seq);
	if (step->segment_class == SHAKEDOWN_SEGMENT_OUT_OF_ORDER && tcp_seq_lt(end, s->low))
		add_hole(step, step->from,
			 (TcpHole){.left = end, .right = s->low, .ip_id = s->high_ip_id});
	s->low = seg->seq;
}

/* An earlier segment of it has acknowledged the other's FIN. */
static bool had_the_fin(const TcpStep *step)
{
	const TcpBelief *got = tcp_beliefs_by(&step->conn->beliefs, step->from, TCP_GETS_FIN);

	return got && got->evidence == SHAKEDOWN_EVIDENCE_CONFIRMED;
}

/* New sequence space of the sender. */
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
		if (tcp_space_began_with_keep_alive(step)) {
			s->snd_nxt = s->low = seg->seq;
			tcp_aside_side(conn, step->from)->keep_alives++;
		}
		s->flags |= TCP_SIDE_SENT_DATA;
		if (tcp_seq_lt(s->snd_nxt, seg->seq))
			hole_before(step);
		uint32_t fresh = 0;
		if (tcp_seq_lt(s->snd_nxt, data_end))
			fresh = (uint32_t)tcp_seq_diff(data_end, tcp_seq_max(s->snd_nxt, seg->seq));
		if (tcp_aside(conn)->holes[step->from])
			fresh += tcp_holes_fill(
				&conn->aside->holes[step->from], seg->seq,
				tcp_seq_lt(data_end, s->snd_nxt) ? data_end : s->snd_nxt,
				&tcp_aside_side(conn, step->from)->missing, &step->tracker->holes);
		take_earlier(step, data_end);
		/* Holes of wild numbers may lie one upon the other. */
		s->bytes += MIN(fresh, seg->payload_len);
	} else if (tcp_seq_lt(s->snd_nxt, seg->seq)) {
		hole_before(step);
		if (!had_the_fin(step)) {
			s->flags |= TCP_SIDE_JUMPED;
			TcpAsideSide *aside = tcp_aside_side(conn, step->from);
			aside->jump_seq = seg->seq;
			aside->jump_ack = seg->ack;
		}
	}
	/* A gap that a bare ACK had left may have been just this. */
	if ((seg->flags & TCP_FIN) && tcp_aside(conn)->holes[step->from] &&
	    !tcp_side_has(s, TCP_SIDE_HIDDEN_FIN))
		tcp_holes_fill(&conn->aside->holes[step->from], data_end, end,
			       &tcp_aside_side(conn, step->from)->missing, &step->tracker->holes);
	s->snd_nxt = tcp_seq_max(tcp_seq_max(s->snd_nxt, seg->seq), end);
	tcp_space_keep_low_near(s);
}

bool tcp_space_leapt_one(const TcpConnection *conn, ShakedownSideId side, TcpSeq to)
{
	TcpSeq before = tcp_seq_add(to, UINT32_MAX);
	const TcpAside *aside = tcp_aside(conn);
	const TcpHole *hole;

	if (!tcp_side_has(&conn->side[side], TCP_SIDE_JUMPED) ||
	    !tcp_seq_eq(aside->side[side].jump_seq, to))
		return false;
	hole = tcp_holes_at(aside->holes[side], before, to);
	return hole && tcp_seq_eq(hole->left, before);
}

/* The one number that may be a FIN is acknowledged. */
static void maybe_fin(TcpSide *r, TcpSeq fin)
{
	if (tcp_side_has(r, TCP_SIDE_SENT_FIN))
		return;
	r->flags |= TCP_SIDE_MAYBE_FIN;
	r->fin = fin;
}

/* It has taken a FIN that was not the other's own, and counts it. */
static bool acks_refuted_fin(const TcpStep *step)
{
	ShakedownSideId other = tcp_other(step->from);
	const TcpAsideSide *aside = &tcp_aside(step->conn)->side[other];

	return aside->refuted_taken &&
	       tcp_seq_eq(step->seg->ack, tcp_seq_add(aside->refuted_fin, 1)) &&
	       tcp_seq_eq(step->conn->side[other].snd_nxt, aside->refuted_fin);
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
	if (conn->aside) {
		if (tcp_seq_eq(ack, r->snd_nxt) && tcp_space_leapt_one(conn, other, ack))
			maybe_fin(r, tcp_seq_add(ack, UINT32_MAX));
		missing = tcp_holes_ack(&conn->aside->holes[other], ack, &step->tracker->holes);
	}
	if (tcp_seq_lt(r->snd_nxt, ack) && !acks_refuted_fin(step)) {
		bool one = tcp_seq_diff(ack, r->snd_nxt) == 1;
		/* A capture that begins with a keep-alive begins one below; behind a FIN it was
		 * the other's. */
		bool kept_alive = one && tcp_side_has(r, TCP_SIDE_SEEN) &&
				  !(r->flags & (TCP_SIDE_SENT_DATA | TCP_SIDE_SYN_SEEN)) &&
				  !tcp_side_has(s, TCP_SIDE_SENT_FIN);
		r->flags &= ~(uint32_t)TCP_SIDE_MAYBE_FIN;
		if (one && !kept_alive)
			maybe_fin(r, r->snd_nxt);
		/* Once; and a SYN that waits is another connection's. */
		if (kept_alive && r->packets == 1 && !tcp_aside(conn)->pending &&
		    !tcp_aside(conn)->side[other].keep_alives) {
			tcp_aside_side(conn, other)->keep_alives++;
		} else if (!kept_alive) {
			missing += (uint32_t)tcp_seq_diff(ack, r->snd_nxt);
			hole_acked(step, other);
		}
		r->snd_nxt = ack;
		tcp_space_keep_low_near(r);
	}
	if (missing)
		tcp_aside_side(conn, other)->missing += missing;
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

	s->window = window;
	s->window_max = MAX(s->window_max, window);
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
	if (answers) {
		/* An answer before, to no SYN of the other, was void. */
		s->flags &= ~(uint32_t)TCP_SIDE_ACKED;
		take_ack(step);
	}
	/* RFC 7323 §2.2: a SYN's own window is never scaled. */
	s->window = seg->window;
	s->window_max = MAX(s->window_max, seg->window);
}
