/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * First everything is asked and nothing changed. Each condition names the step that would do more
 * than is done here; whoever gives a step something new to do asks here whether it is needed.
 */
#include "tcp/tcp-ordinary.h"

#include "tcp/tcp-copies.h"
#include "tcp/tcp-space.h"
#include "tcp/tcp-ttl.h"
#include "tcp/tcp-watch.h"

#include <glib.h>

/* What makes either side's segment or acknowledgment mean more than itself. */
#define EITHER (TCP_SIDE_SENT_FIN | TCP_SIDE_HIDDEN_FIN | TCP_SIDE_MAYBE_FIN | TCP_SIDE_ZERO_WINDOW)
#define SENDER_NOT                                                                                 \
	(EITHER | TCP_SIDE_CHALLENGED | TCP_SIDE_PROBED | TCP_SIDE_SUSPECT | TCP_SIDE_SUSPECT_ACK)
#define SENDER_MUST (TCP_SIDE_SEEN | TCP_SIDE_SPACE | TCP_SIDE_ACKED)
#define RECEIVER_NOT (EITHER | TCP_SIDE_RESENT | TCP_SIDE_PROBED)
#define RECEIVER_MUST TCP_SIDE_SPACE
/* tcp_damaged(), tcp_paws_take(), take_probe() */
#define SENDER_CHECKS (TCP_CHECK_DROPPED | TCP_CHECK_OLD_STAMP | TCP_CHECK_PROBE)
#define RECEIVER_CHECKS (TCP_CHECK_DROPPED | TCP_CHECK_OLD_STAMP)
/* An acknowledgment that far behind is in the window whatever the window is. */
#define BEHIND_MOST (2 * TCP_SPACE_SLACK)

typedef struct {
	uint32_t tsval, tsecr, window;
	bool stamped;
} Ordinary;

static bool aside_is(const TcpConnection *conn)
{
	const TcpAside *aside = conn->aside;

	return !aside || (!aside->pending && !aside->watch && !aside->holes[0] && !aside->holes[1]);
}

static bool connection_is(const TcpTracker *t, const TcpConnection *conn)
{
	return conn->side[0].state == SHAKEDOWN_TCP_ESTABLISHED &&
	       conn->side[1].state == SHAKEDOWN_TCP_ESTABLISHED && aside_is(conn) && !t->streams &&
	       !t->logs && !t->observer.segment;
}

static bool sides_are(const TcpSide *s, const TcpSide *r)
{
	return (s->flags & (SENDER_NOT | SENDER_MUST)) == SENDER_MUST &&
	       (r->flags & (RECEIVER_NOT | RECEIVER_MUST)) == RECEIVER_MUST &&
	       !(s->checks & SENDER_CHECKS) && !(r->checks & RECEIVER_CHECKS);
}

/* Next in order, acknowledging what was captured and no less than before. */
static bool numbers_are(const TcpSide *s, const TcpSide *r, const Segment *seg)
{
	return tcp_seq_eq(seg->seq, s->snd_nxt) && tcp_seq_leq(s->rcv_nxt, seg->ack) &&
	       (uint32_t)tcp_seq_diff(r->snd_nxt, seg->ack) <= BEHIND_MOST &&
	       (tcp_side_has(s, TCP_SIDE_ISN_KNOWN) || !tcp_seq_lt(seg->seq, s->low));
}

static bool segment_is(const TcpConnection *conn, const TcpSide *s, const TcpSide *r,
		       const Segment *seg, Ordinary *o)
{
	if ((seg->flags & ~(unsigned)(TCP_PSH | TCP_ECE | TCP_CWR)) != TCP_ACK ||
	    seg->kind != SEGMENT_TCP || seg->checksum == SEGMENT_CHECKSUM_BAD)
		return false;
	o->stamped = tcp_options_timestamps(seg, &o->tsval, &o->tsecr);
	/* What else it may hold is a SACK. */
	if (seg->options_len > (o->stamped ? 12 : 0))
		return false;
	/* tcp_paws_drops() */
	if (o->stamped && tcp_side_has(r, TCP_SIDE_ECHOES) &&
	    (int32_t)(r->ts_recent - o->tsval) > 0)
		return false;
	o->window = tcp_space_window(conn, s == &conn->side[1], seg);
	if (!o->window)
		return false;
	/* A duplicate acknowledgment is one that says nothing new. Asked at once: no processor can
	 * foretell each of them. */
	return (seg->payload_len != 0) | tcp_seq_lt(s->rcv_nxt, seg->ack) |
	       (o->window != s->window);
}

/* tcp_paws_take(), tcp_measure() */
static void take_stamps(TcpSide *s, const TcpSide *r, const Ordinary *o)
{
	if (o->tsecr &&
	    (!tcp_side_has(s, TCP_SIDE_ECHOES) || (int32_t)(o->tsecr - s->ts_recent) > 0) &&
	    tcp_side_has(r, TCP_SIDE_TIMESTAMPS) && (int32_t)(o->tsecr - r->tsval) <= 0) {
		s->flags |= TCP_SIDE_ECHOES;
		s->ts_recent = o->tsecr;
	}
	if (!tcp_side_has(s, TCP_SIDE_TIMESTAMPS) || (int32_t)(o->tsval - s->tsval) > 0)
		s->tsval = o->tsval;
	s->flags |= TCP_SIDE_TIMESTAMPS;
}

static void take_payload(TcpSide *s, const Segment *seg)
{
	uint16_t ip_id = seg->has_ip_id ? seg->ip_id : 0;

	if (ip_id && ip_id == s->high_ip_id)
		s->checks |= TCP_CHECK_ONE_IP_ID;
	s->high_ip_id = ip_id;
	s->bytes += seg->payload_len;
	s->snd_nxt = segment_seq_end(seg);
	s->flags |= TCP_SIDE_SENT_DATA;
	bool timing = tcp_side_has(s, TCP_SIDE_TIMING);
	s->flags |= TCP_SIDE_TIMING;
	s->timed_end.value = timing ? s->timed_end.value : s->snd_nxt.value;
	s->timed_at = timing ? s->timed_at : seg->time;
}

static void take_ack(TcpSide *s, TcpSide *r, const Segment *seg)
{
	if (tcp_side_has(r, TCP_SIDE_TIMING) && !tcp_seq_lt(seg->ack, r->timed_end)) {
		r->flags &= ~(uint32_t)TCP_SIDE_TIMING;
		tcp_rtt_add(&r->rtt, seg->time - r->timed_at);
	}
	if (tcp_seq_lt(s->rcv_nxt, seg->ack)) {
		s->rcv_nxt = seg->ack;
		s->dup_acks = 0;
	}
}

/* What few ordinary segments do beside: they prove that the handshake was complete, are the first
 * with data, or are remembered in case that they are sent again. */
static void do_beside(TcpTracker *t, TcpConnection *conn, ShakedownSideId side, const Segment *seg)
{
	TcpStep step;

	tcp_step_begin_segment(&step, t, conn, side, seg);
	step.segment_class = SHAKEDOWN_SEGMENT_NEW;
	tcp_confirm_established(&step);
	if (t->recent)
		tcp_recent_segment(t->recent, &step);
	if (seg->payload_len)
		tcp_watch_first_data(&step);
}

bool tcp_ordinary_segment(TcpTracker *t, TcpConnection *conn, ShakedownSideId side,
			  const Segment *seg)
{
	TcpSide *s = &conn->side[side], *r = &conn->side[tcp_other(side)];
	bool unproven = tcp_side_has(s, TCP_SIDE_UNPROVEN);
	Ordinary o = {0};

	/* A copy is not remembered as one, so that it can be asked again. */
	if (!connection_is(t, conn) || !sides_are(s, r) || !numbers_are(s, r, seg) ||
	    !segment_is(conn, s, r, seg, &o) ||
	    tcp_copies_take_stamped(t->copies, conn, side, seg, o.stamped ? &o.tsval : NULL))
		return false;
	tcp_side_count_packet(conn, side);
	s->checks |= (uint8_t)(seg->checksum == SEGMENT_CHECKSUM_GOOD ? TCP_CHECK_GOOD : 0);
	t->counts.offloaded += seg->checksum == SEGMENT_CHECKSUM_OFFLOADED;
	if (o.stamped)
		take_stamps(s, r, &o);
	take_ack(s, r, seg);
	s->window = o.window;
	s->window_max = MAX(s->window_max, o.window);
	if (seg->payload_len)
		take_payload(s, seg);
	tcp_space_keep_low_near(s);
	tcp_ttl_note(s, seg->ttl);
	if (unproven || (seg->payload_len && !conn->talked) || (t->recent && seg->payload_captured))
		do_beside(t, conn, side, seg);
	s->last = seg->time;
	conn->end = MAX(conn->end, seg->time);
	conn->last_frame = MAX(conn->last_frame, seg->frame);
	return true;
}
