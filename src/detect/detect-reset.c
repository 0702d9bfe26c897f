/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Notes what resets, SYNs and impossible acknowledgments do within a connection, and judges when it
 * is over: whether a reset was its sender's own shows only afterwards.
 */
#include "detect/detector.h"
#include "detect/dossier.h"
#include "detect/impossible.h"
#include "detect/noted.h"
#include "detect/reset.h"
#include "tcp/tcp-outcome.h"
#include "tcp/tcp-pending.h"
#include "tcp/tcp-repetition.h"
#include "tcp/tcp-ttl.h"

#include <stdlib.h>

/* Segments of its sender that were captured behind the RST, though sent before it. */
#define DISORDER (INT64_C(20) * 1000 * 1000)

/* What comes later does not answer that segment any more. */
#define ANSWER_MOST SHAKEDOWN_NS_PER_S
/* RSTs that follow each other so closely are one's. */
#define TRAIN (SHAKEDOWN_NS_PER_S / 10)
/* So far apart are machines that share an address, or two ways to one. */
#define NEIGHBOUR_HOPS 2

/* The state before the segment of that frame. */
static uint8_t state_before(const TcpConnection *conn, ShakedownSideId side, uint64_t frame)
{
	const TcpBelief *items = tcp_beliefs_items(&conn->beliefs);

	for (unsigned i = conn->beliefs.len; i-- > 0;) {
		const TcpBelief *b = &items[i];
		if (b->side == side && b->frame != frame)
			return (uint8_t)b->state;
	}
	return SHAKEDOWN_TCP_CLOSED;
}

static uint32_t unacked(const TcpSide *sent, const TcpSide *by, const Segment *last_ack)
{
	if (!tcp_side_has(sent, TCP_SIDE_SPACE) || !tcp_side_has(by, TCP_SIDE_ACKED))
		return 0;
	TcpSeq acked = by->rcv_nxt;

	if (last_ack && (last_ack->flags & TCP_ACK) && tcp_seq_lt(acked, last_ack->ack) &&
	    tcp_seq_leq(last_ack->ack, sent->snd_nxt))
		acked = last_ack->ack;
	int32_t n = tcp_seq_diff(sent->snd_nxt, acked);

	n -= n > 0 && tcp_side_has(sent, TCP_SIDE_SENT_FIN);
	return n > 0 ? (uint32_t)n : 0;
}

/* Its segments other than resets. */
static uint32_t spoken(const TcpConnection *conn, ShakedownSideId side)
{
	uint64_t all = tcp_side_originals(conn, side);

	return (uint32_t)MIN(all - MIN(all, conn->side[side].rsts), UINT32_MAX);
}

/* No server sends more before it is answered. */
#define NEAR_SYN 65536
/* A listener would have asked again by then, RFC 6298 §2.1. */
#define ASKS_AGAIN_AFTER_SYN_ACK (SHAKEDOWN_NS_PER_S * 3 / 2)

/* §3.10.7.4 fifth: in SYN-RECEIVED it resets what acknowledges anything but its SYN, and still
 * waits. */
static bool of_listener(const TcpEvent *event)
{
	const TcpConnection *conn = event->conn;
	const TcpSide *s = &conn->side[event->side], *o = &conn->side[tcp_other(event->side)];

	/* What has acknowledged more than a SYN is none. */
	if (!tcp_side_has(s, TCP_SIDE_ACKED) || !tcp_side_has(o, TCP_SIDE_ISN_KNOWN) ||
	    !tcp_seq_eq(s->rcv_nxt, tcp_seq_add(o->isn, 1)) ||
	    (s->syns == 1 && event->time - conn->syn_ack_last >= ASKS_AGAIN_AFTER_SYN_ACK))
		return false;
	return event->side == SHAKEDOWN_SERVER && !(event->seg->flags & TCP_ACK) &&
	       tcp_side_has(s, TCP_SIDE_SYN_SEEN | TCP_SIDE_ISN_KNOWN) &&
	       !(s->flags & (TCP_SIDE_SENT_SYN | TCP_SIDE_SENT_DATA | TCP_SIDE_SENT_FIN)) &&
	       !tcp_seq_eq(event->seg->seq, tcp_seq_add(s->isn, 1));
}

/* It is that long ago that the client answered the SYN,ACK, that the server may have answered what
 * came then. */
static bool had_time_to_answer(const TcpEvent *event)
{
	const TcpBelief *b = tcp_beliefs_by(&event->conn->beliefs, SHAKEDOWN_CLIENT, TCP_SENDS_ACK);
	ShakedownDuration leg = event->conn->leg[SHAKEDOWN_SERVER];

	return b && leg != SHAKEDOWN_DURATION_UNKNOWN &&
	       event->time - b->time + leg / 4 + TCP_IN_THE_HOST >= leg;
}

/* RFC 4987 §3.6: who answers by SYN cookies listens until the third ACK comes, and resets what has
 * overtaken that (§3.10.7.2 second), with the number of its SYN,ACK. */
static bool of_stateless_listener(const TcpEvent *event)
{
	const TcpSide *s = &event->conn->side[event->side],
		      *o = &event->conn->side[tcp_other(event->side)];

	return event->side == SHAKEDOWN_SERVER && tcp_side_has(s, TCP_SIDE_SYN_SEEN) &&
	       tcp_seq_eq(event->seg->seq, tcp_seq_add(s->isn, 1)) &&
	       !(s->flags & (TCP_SIDE_SENT_SYN | TCP_SIDE_SENT_DATA | TCP_SIDE_SENT_FIN)) &&
	       tcp_side_has(s, TCP_SIDE_ACKED) && tcp_side_has(o, TCP_SIDE_SYN_SEEN) &&
	       tcp_seq_eq(s->rcv_nxt, tcp_seq_add(o->isn, 1)) && had_time_to_answer(event);
}

/* … and that was the third ACK, if it was captured, and no right one before it. */
static void note_bad_third(DetectContext *context, const TcpEvent *event)
{
	const TcpConnection *conn = event->conn;
	ShakedownSideId other = tcp_other(event->side);
	const TcpSide *s = &conn->side[event->side], *o = &conn->side[other];
	const Dossier *d = dossier_get(context->dossiers, conn);

	if (dossier_rare(d)->bad_handshake[other].count ||
	    tcp_conn_has(conn, TCP_CONN_THIRD_ACK_EXACT) || !tcp_side_has(o, TCP_SIDE_ACKED) ||
	    !tcp_seq_eq(o->rcv_nxt, event->seg->seq))
		return;
	dossier_rare_of(context->dossiers, event->conn)->bad_handshake[other] =
		(DossierAck){.count = 1,
			     .time = event->time,
			     .frame = event->frame,
			     .value = event->seg->seq.value,
			     .expected = s->isn.value + 1,
			     .may_be_loss = tcp_side_originals(conn, other) > o->syns + 1u &&
					    event->seg->seq.value - s->isn.value <= NEAR_SYN};
}

/* Who has reset answers with numbers that were acknowledged to it: never beyond what it has sent.
 * If even the first stands where nothing was captured, the capture has lost something. */
static void note_beyond(DossierReset *r, const TcpEvent *event, int32_t ahead)
{
	uint32_t seq = event->seg->seq.value;

	if (ahead <= 0 || !r->placed || event->time - r->time > TRAIN || r->beyond == UINT8_MAX ||
	    (r->beyond && r->beyond_seq == seq) ||
	    tcp_aside(event->conn)->side[event->side].missing)
		return;
	r->beyond++;
	r->beyond_seq = seq;
}

/* §3.10.7.1, as of who has no connection: of a SYN that came beside it, and of nothing else. */
static bool refuses(const Segment *rst, const Segment *syn)
{
	return (rst->flags & TCP_ACK) && rst->seq.value == 0 &&
	       tcp_seq_eq(rst->ack, segment_seq_end(syn));
}

static void note_first(DossierReset *r, const TcpEvent *event)
{
	const TcpConnection *conn = event->conn;
	const Segment *seg = event->seg;
	ShakedownSideId side = event->side, other = tcp_other(side);
	const TcpSide *s = &conn->side[side], *o = &conn->side[other];
	const TcpPendingSyn *pending = tcp_aside(conn)->pending;

	r->time = event->time;
	r->frame = event->frame;
	r->ttl = seg->ttl;
	r->usual_ttl = s->ttl[0];
	r->foreign = tcp_ttl_is_foreign(s, seg->ttl);
	r->same_distance = tcp_ttl_hops(seg->ttl) == tcp_ttl_hops(s->ttl[0]);
	r->behind_proxy = tcp_ttl_behind_proxy(conn, side, seg);
	r->neighbour = abs(seg->ttl - s->ttl[0]) <= NEIGHBOUR_HOPS;
	r->of_listener = of_listener(event);
	r->placed = (seg->flags & TCP_ACK)
			    ? tcp_seq_eq(seg->seq, s->snd_nxt)
			    : tcp_side_has(o, TCP_SIDE_ACKED) && tcp_seq_eq(seg->seq, o->rcv_nxt);
	r->seq = seg->seq.value;
	r->without_ack = !(seg->flags & TCP_ACK) && r->placed && o->last > s->last &&
			 event->time - o->last <= ANSWER_MOST;
	r->stateless = r->without_ack && of_stateless_listener(event);
	r->answered = o->snd_nxt.value;
	r->with_ack = tcp_answers_repetition(conn, side, seg);
	r->state[0] = state_before(conn, side, event->frame);
	r->state[1] = state_before(conn, other, event->frame);
	r->fin[0] = tcp_side_has(s, TCP_SIDE_SENT_FIN);
	r->fin[1] = tcp_side_has(o, TCP_SIDE_SENT_FIN);
	r->unacked[0] = unacked(s, o, NULL);
	r->unacked[1] = unacked(o, s, seg);
	r->zero_window = tcp_side_has(s, TCP_SIDE_ZERO_WINDOW);
	r->idle = MAX(event->time - conn->end, 0);
	r->silent = MAX(event->time - (s->last ? s->last : conn->start), 0);
	r->after_syn = pending && (pending->side == side || refuses(seg, &pending->seg));
	r->spoke[0] = spoken(conn, side);
	r->spoke[1] = spoken(conn, other);
}

/* The last that it has said: a small stack begins with the same number each time it starts. */
static bool just_opened_again(const TcpConnection *conn, ShakedownSideId side)
{
	const TcpMark *syn = tcp_conn_latest_mark(conn, 1u << TCP_MARK_SYN, 1u << side);

	return syn && syn->time == conn->side[side].last && tcp_conn_has(conn, TCP_CONN_THIRD_ACK);
}

/* Those before were ignored, and nobody showed it: there is nothing to tell of them. */
static bool came_to_nothing(const DossierReset *r)
{
	return !r->accepted && !r->moving && !r->beyond && !r->goes_on_frame && !r->missed_frame &&
	       !r->challenged_frame;
}

#define NEAR (1 << 20)

static bool is_near(int32_t ahead)
{
	return ahead >= -NEAR && ahead <= NEAR;
}

/* Not below what its receiver has acknowledged, nor beyond what that has offered, so far as the
 * scale of its window is known. */
static bool in_window(const TcpConnection *conn, const TcpEvent *event)
{
	const TcpSide *s = &conn->side[event->side], *o = &conn->side[tcp_other(event->side)];
	TcpSeq seq = event->seg->seq;
	int32_t ahead = tcp_seq_diff(seq, s->snd_nxt);
	uint32_t reach = NEAR;

	if (tcp_side_has(o, TCP_SIDE_ACKED) && tcp_seq_lt(seq, o->rcv_nxt))
		return false;
	if (tcp_side_has(o, TCP_SIDE_SYN_SEEN))
		reach = MIN(o->window_max, (uint32_t)INT32_MAX);
	return ahead >= -NEAR && ahead <= (int32_t)reach;
}

static void note_rst(DetectContext *context, const TcpEvent *event, bool accepted)
{
	const TcpConnection *conn = event->conn;
	bool opened = conn->syn_ack_first || tcp_conn_has(conn, TCP_CONN_MIDSTREAM);

	/* What answers a SYN as it should is the handshake's affair. */
	if ((!opened && accepted) ||
	    (tcp_conn_has(conn, TCP_CONN_ABORTED) && event->side == SHAKEDOWN_CLIENT))
		return;
	DossierReset *r = dossier_reset_of(context->dossiers, event->conn, event->side);
	int32_t ahead = tcp_seq_diff(event->seg->seq, conn->side[event->side].snd_nxt);

	bool first = !r->accepted && !r->ignored;
	bool moves = !first && event->seg->seq.value != r->seq && event->time - r->time <= TRAIN;

	if (first || (accepted && came_to_nothing(r))) {
		/* Who guesses does that near the window, and from where it is. */
		r->moving = moves && r->near && r->ttl == event->seg->ttl;
		note_first(r, event);
		r->after_syn = r->after_syn || just_opened_again(conn, event->side);
		r->first_accepted = accepted;
		r->near = is_near(ahead);
		r->in_window = in_window(conn, event);
	} else if (moves) {
		r->moving = true;
	}
	if (of_listener(event))
		note_bad_third(context, event);
	note_beyond(r, event, ahead);
	if (accepted)
		r->accepted++;
	else
		r->ignored++;
}

static void on_rst(void *self, DetectContext *context, const TcpEvent *event)
{
	note_rst(context, event, true);
}

static void on_ignored_rst(void *self, DetectContext *context, const TcpEvent *event)
{
	note_rst(context, event, false);
}

/* Who asks again after a refusal waits for at least so long: half a second, less a clock's tick. */
#define ASKS_AGAIN_AFTER (SHAKEDOWN_NS_PER_S * 2 / 5)

/* A SYN,ACK behind a refusal may answer another SYN: one of two that were captured, or one that
 * was not. */
static bool answers_another_syn(const TcpEvent *event, const TcpMark *refusal)
{
	const TcpConnection *conn = event->conn;
	const TcpSide *s = &conn->side[event->side], *o = &conn->side[tcp_other(event->side)];

	return s->rsts < o->syns || event->time - refusal->time >= ASKS_AGAIN_AFTER;
}

/* Linux, BSD, macOS: 64; Windows: 128. */
#define KERNELS_TTL_MOST 128

/* ttl: none of the client's own. */
static bool is_of_scanners_kernel(const TcpSide *c, uint8_t ttl)
{
	return c->ttl[0] > KERNELS_TTL_MOST && tcp_ttl_hops(ttl) == tcp_ttl_hops(c->ttl[0]);
}

/* A client that opens resets what answers another SYN than its own (§3.10.7.3 first), as old
 * duplicates and what the other still holds of a connection before have it, and goes on. The host
 * of a program that makes its segments itself resets SYN,ACK, and the program goes on: of the two
 * another's reset is told by its TTL, unless it is of a kernel, and as far away as the client,
 * whose TTL is none of a kernel's: a scanner's is 255. */
static bool client_may_reset(const TcpConnection *conn, const Dossier *d, const TcpMark *mark)
{
	const TcpSide *c = &conn->side[SHAKEDOWN_CLIENT];

	return mark->side == SHAKEDOWN_CLIENT &&
	       (!conn->syn_ack_first || mark->time < conn->syn_ack_first ||
		(d && dossier_rare(d)->bad_handshake[SHAKEDOWN_SERVER].count) ||
		!tcp_ttl_is_foreign(c, mark->ttl) || is_of_scanners_kernel(c, mark->ttl));
}

/* One that seemed to answer as it should, so that nothing was noted of it. */
static void note_of_opening(DossierReset *r, const TcpMark *mark)
{
	r->time = mark->time;
	r->frame = mark->frame;
	r->accepted = 1;
	r->first_accepted = true;
}

/* A side goes on: whose RST does that contradict? The latest one's. A SYN,ACK is never captured
 * before the RST that refuses its SYN, and any other may be. */
static void on_contradiction(void *self, DetectContext *context, const TcpEvent *event)
{
	const TcpConnection *conn = event->conn;
	const TcpMark *mark = tcp_conn_latest_mark(conn, 1u << TCP_MARK_RST, TCP_EITHER_SIDE);
	bool refused = (event->seg->flags & TCP_SYN) && event->side == SHAKEDOWN_SERVER;

	if (!mark || (refused && answers_another_syn(event, mark)))
		return;
	const Dossier *d = dossier_find(context->dossiers, conn);
	bool of_opening = !d || !d->reset[mark->side];

	if (of_opening && client_may_reset(conn, d, mark))
		return;
	DossierReset *r = dossier_reset_of(context->dossiers, event->conn, mark->side);

	if (of_opening)
		note_of_opening(r, mark);
	if (mark->side == event->side) {
		if (!r->goes_on_frame && (refused || event->time - r->time > DISORDER))
			r->goes_on_frame = event->frame;
		return;
	}
	if (!r->missed_frame)
		r->missed_frame = event->frame;
	r->missed_data |= event->seg->payload_len > 0;
}

/* A SYN that is the connection's own, once more, is in nobody's dossier. */
static uint64_t syn_before(const TcpEvent *event)
{
	const TcpMark *syn =
		tcp_conn_latest_mark(event->conn, 1u << TCP_MARK_SYN | 1u << TCP_MARK_OTHER_SYN,
				     1u << tcp_other(event->side));

	return syn && event->time - syn->time <= ANSWER_MOST ? syn->frame : 0;
}

static void on_challenge(void *self, DetectContext *context, const TcpEvent *event)
{
	DossierRare *d = dossier_rare_of(context->dossiers, event->conn);
	ShakedownSideId other = tcp_other(event->side);
	DossierReset *r = dossier_get(context->dossiers, event->conn)->reset[other];
	DossierSyn *syn = &d->syn[other];

	if (!d->challenges[event->side]++) {
		d->challenge_frame[event->side] = event->frame;
		d->challenge_time[event->side] = event->time;
	}
	d->challenge_last[event->side] = event->time;
	if (r && r->ignored && !r->challenged_frame && r->time >= syn->time)
		r->challenged_frame = event->frame;
	else if (syn->count && !syn->challenged_frame)
		syn->challenged_frame = event->frame;
	else if (!d->old_syn_frame[other])
		d->old_syn_frame[other] = syn_before(event);
}

static void on_syn_inside(void *self, DetectContext *context, const TcpEvent *event)
{
	const TcpConnection *conn = event->conn;
	const TcpSide *s = &conn->side[event->side];

	if (!tcp_was_synchronized(conn, SHAKEDOWN_CLIENT) ||
	    !tcp_was_synchronized(conn, SHAKEDOWN_SERVER) ||
	    conn->side[tcp_other(event->side)].state == SHAKEDOWN_TCP_CLOSED ||
	    conn->side[tcp_other(event->side)].state == SHAKEDOWN_TCP_TIME_WAIT)
		return;
	DossierSyn *d = &dossier_rare_of(context->dossiers, event->conn)->syn[event->side];

	if (d->count++)
		return;
	d->time = event->time;
	d->frame = event->frame;
	d->ttl = event->seg->ttl;
	d->usual_ttl = s->ttl[0];
	d->foreign = tcp_ttl_is_foreign(s, d->ttl);
}

/* The other has taken it, and opens anew: for it there was no connection any more. */
static void on_reused(void *self, DetectContext *context, const TcpEvent *event)
{
	Dossier *d = dossier_find(context->dossiers, event->conn);
	DossierSyn *syn = d && d->rare ? &d->rare->syn[event->side] : NULL;

	if (syn && syn->frame == event->frame && !syn->challenged_frame)
		*syn = (DossierSyn){0};
}

static void on_bad_ack(void *self, DetectContext *context, const TcpEvent *event)
{
	const TcpConnection *conn = event->conn;
	const TcpSide *r = &conn->side[tcp_other(event->side)];
	bool opening = !tcp_conn_has(conn, TCP_CONN_THIRD_ACK) &&
		       !tcp_conn_has(conn, TCP_CONN_MIDSTREAM) && !conn->talked;

	if (opening || (event->seg->flags & TCP_SYN) ||
	    tcp_aside(conn)->side[tcp_other(event->side)].missing ||
	    !tcp_side_has(r, TCP_SIDE_SEEN))
		return;
	DossierAck *d = &dossier_rare_of(context->dossiers, event->conn)->bad_ack[event->side];

	if (d->count++)
		return;
	d->time = event->time;
	d->frame = event->frame;
	d->value = event->seg->ack.value;
	d->expected = r->snd_nxt.value;
	d->ttl = event->seg->ttl;
}

/* Whether those in whose name it came, and to whom, went on. A side that the tracker has closed
 * contradicts it by itself; here are those that it never closed. */
static void see_who_went_on(const TcpConnection *conn, Dossier *d)
{
	for (ShakedownSideId side = SHAKEDOWN_CLIENT; side <= SHAKEDOWN_SERVER; side++) {
		DossierReset *r = d->reset[side];
		const TcpSide *s = &conn->side[side], *o = &conn->side[tcp_other(side)];

		if (!r)
			continue;
		/* What came later of a side that had reset, and has not been contradicted, was
		 * late. */
		bool ended = s->state == SHAKEDOWN_TCP_CLOSED && tcp_side_has(s, TCP_SIDE_SENT_RST);

		if (!r->after_syn && !r->goes_on_frame && spoken(conn, side) > r->spoke[0] &&
		    s->last - r->time > DISORDER && (r->foreign || (!r->first_accepted && !ended)))
			r->goes_on_frame = conn->last_frame;
		if (!r->first_accepted && spoken(conn, tcp_other(side)) > r->spoke[1] &&
		    o->last > r->time && !r->missed_frame)
			r->missed_frame = conn->last_frame;
	}
}

static void on_over(void *self, DetectContext *context, const TcpEvent *event)
{
	TcpConnection *conn = event->conn;
	Dossier *d = dossier_get(context->dossiers, conn);

	if (reported(conn, SHAKEDOWN_ANOMALY_PORT_SCAN))
		return;
	see_who_went_on(conn, d);
	reset_judge(context, conn, d);
	impossible_judge(context, conn, d);
}

const DetectorOps detect_reset = {.on = {[TCP_EVENT_RST] = on_rst,
					 [TCP_EVENT_RST_IGNORED] = on_ignored_rst,
					 [TCP_EVENT_RST_CONTRADICTED] = on_contradiction,
					 [TCP_EVENT_CHALLENGE_ACK] = on_challenge,
					 [TCP_EVENT_SYN_IN_CONNECTION] = on_syn_inside,
					 [TCP_EVENT_REUSED] = on_reused,
					 [TCP_EVENT_BAD_ACK] = on_bad_ack,
					 [TCP_EVENT_OVER] = on_over},
				  .over_if = NOTED_DOSSIER};
