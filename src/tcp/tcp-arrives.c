/* SPDX-License-Identifier: BSD-3-Clause */
/* A segment on its way through the steps of RFC 9293 §3.10.7, and who is told of it. */
#include "decode/tcp-options.h"
#include "tcp/tcp-conn-log.h"
#include "tcp/tcp-copies.h"
#include "tcp/tcp-outcome.h"
#include "tcp/tcp-paws.h"
#include "tcp/tcp-pending.h"
#include "tcp/tcp-space.h"
#include "tcp/tcp-tracker-private.h"
#include "tcp/tcp-ttl.h"
#include "tcp/tcp-watch.h"

#include <glib.h>

/* A SYN that nobody answers yet, or a host that is said to be out of reach, may still be answered;
 * these will not change, unless a belief is taken back. */
static bool is_settled(ShakedownHandshakeOutcome outcome)
{
	switch (outcome) {
	case SHAKEDOWN_HANDSHAKE_COMPLETE:
	case SHAKEDOWN_HANDSHAKE_REFUSED:
	case SHAKEDOWN_HANDSHAKE_ABORTED:
		return true;
	case SHAKEDOWN_HANDSHAKE_NO_ANSWER:
	case SHAKEDOWN_HANDSHAKE_UNREACHABLE:
	case SHAKEDOWN_HANDSHAKE_UNFINISHED:
	case SHAKEDOWN_HANDSHAKE_IN_PROGRESS:
	case SHAKEDOWN_HANDSHAKE_NOT_CAPTURED:
		break;
	}
	return false;
}

void tcp_tell_opening(TcpStep *step, bool over)
{
	TcpTracker *t = step->tracker;
	TcpConnection *conn = step->conn;

	if (tcp_conn_has(conn, TCP_CONN_TOLD) ||
	    (!over && !is_settled(tcp_handshake_outcome(conn, t->config, step->time))))
		return;
	conn->flags |= TCP_CONN_TOLD;
	t->observer.opening(conn, step->time, t->data);
}

static void take_sack(const Segment *seg, ShakedownSegment *out)
{
	TcpSackBlock blocks[4];

	out->sack_len = (uint8_t)tcp_options_sack(seg, blocks);
	for (unsigned i = 0; i < out->sack_len; i++) {
		out->sack[i][0] = blocks[i].left.value;
		out->sack[i][1] = blocks[i].right.value;
	}
}

/* What the ladder draws. */
static void show(TcpStep *step)
{
	TcpTracker *t = step->tracker;
	const TcpConnection *conn = step->conn;
	const Segment *seg = step->seg;
	ShakedownAddress addr[2] = {tcp_conn_address(conn, SHAKEDOWN_CLIENT),
				    tcp_conn_address(conn, SHAKEDOWN_SERVER)};
	ShakedownSegment out = {
		.connection = conn->id,
		.sender = step->from,
		.addr = {&addr[0], &addr[1]},
		.port = {tcp_conn_port(conn, SHAKEDOWN_CLIENT),
			 tcp_conn_port(conn, SHAKEDOWN_SERVER)},
		.time = seg->time,
		.frame = seg->frame,
		.seq = seg->seq.value,
		.ack = seg->ack.value,
		.flags = seg->flags,
		.window = tcp_space_window(conn, step->from, seg),
		.len = seg->payload_len,
		.ttl = seg->ttl,
		.segment_class = step->segment_class,
		.changes = step->changes,
		.changes_len = step->changes_len,
		.note = step->note,
	};

	for (unsigned i = 0; i < 2; i++) {
		out.isn_known[i] = tcp_side_has(&conn->side[i], TCP_SIDE_ISN_KNOWN);
		out.isn[i] = conn->side[i].isn.value;
		out.state[i] = conn->side[i].state;
	}
	take_sack(seg, &out);
	t->observer.segment(&out, t->data);
}

/* §3.10.7.3 fifth, §3.10.7.4 fifth: where there is a connection, what bears neither SYN nor ACK is
 * dropped. */
static bool lacks_ack(const TcpStep *step)
{
	const TcpConnection *conn = step->conn;

	return !(step->seg->flags & TCP_ACK) && (conn->side[0].state >= SHAKEDOWN_TCP_SYN_SENT ||
						 conn->side[1].state >= SHAKEDOWN_TCP_SYN_SENT);
}

static bool dropped_by_receiver(TcpStep *step)
{
	step->segment_class = SHAKEDOWN_SEGMENT_OUT_OF_WINDOW;
	if (lacks_ack(step)) {
		step->note = "no ACK flag: dropped";
		return true;
	}
	if (tcp_space_is_beside(step)) {
		step->note = TCP_NOTE_BESIDE;
		return true;
	}
	if (tcp_space_bad_ack(step)) {
		step->note = "acknowledges what was never sent";
		step->conn->side[tcp_other(step->from)].flags |= TCP_SIDE_CHALLENGED;
		/* Behind the end it may be the next connection's, of which the opening was lost. */
		if (!tcp_conn_gone(step->conn))
			tcp_emit(step, TCP_EVENT_BAD_ACK, step->from);
		/* Somebody may have sent it data in the other's name: it closes all the same. */
		if ((step->seg->flags & TCP_FIN) && tcp_aside(step->conn)->side[step->from].unsent)
			tcp_proves_fin(step);
		return true;
	}
	if (tcp_space_out_of_window(step))
		return true;
	uint32_t echoed = step->conn->side[step->from].ts_recent;

	tcp_paws_take(step);
	if (!tcp_paws_drops(step))
		return false;
	step->old_stamp = true;
	step->note = "older timestamp than its receiver has: dropped (PAWS)";
	/* Somebody may have sent the receiver a stamp of the future in its name (RFC 7323 §7): what
	 * it sends proves its own state all the same. */
	if (tcp_paws_is_current(step, echoed)) {
		tcp_proves_ack(step);
		if (step->seg->flags & TCP_FIN)
			tcp_proves_fin(step);
	}
	return true;
}

static void arrives_in_order(TcpStep *step)
{
	tcp_two_answers_choose(step);
	if (dropped_by_receiver(step))
		return;
	const Segment *seg = step->seg;
	TcpConnection *conn = step->conn;
	TcpSide *s = &conn->side[step->from];

	/* What is hardly ever so is asked here, too, to spare a call. */
	if (tcp_side_has(s, TCP_SIDE_SENT_FIN) || conn->aside) {
		tcp_forged_fin_refuted(step);
		tcp_unsent_refuted(step);
	}
	step->segment_class = tcp_space_class(step);
	if (step->segment_class == SHAKEDOWN_SEGMENT_CHALLENGE_ACK)
		tcp_emit(step, TCP_EVENT_CHALLENGE_ACK, step->from);
	if (tcp_side_has(s, TCP_SIDE_CHALLENGED))
		tcp_space_stays(step);
	s->flags &= ~(uint32_t)(TCP_SIDE_CHALLENGED | TCP_SIDE_SUSPECT | TCP_SIDE_SUSPECT_ACK);
	/* It goes on where it was: the SYN was not its own. */
	const TcpPendingSyn *pending = tcp_aside(conn)->pending;
	if (pending && pending->side == step->from)
		tcp_pending_clear(conn);
	TcpInput reset = TCP_GETS_RST;
	bool reset_follows = tcp_goes_on(step, &reset);

	tcp_measure(step);
	if ((s->flags | conn->side[tcp_other(step->from)].flags) &
	    (TCP_SIDE_HIDDEN_FIN | TCP_SIDE_LIKELY_FIN))
		tcp_hidden_fin_refuted(step);
	bool closes = (seg->flags & TCP_FIN) && !tcp_fin_is_of_data(step);
	uint64_t missing = tcp_space_take(step);
	if (missing)
		tcp_emit(step, TCP_EVENT_CAPTURE_LOSS, tcp_other(step->from));
	if (seg->flags & TCP_ACK)
		tcp_arrives_ack(step);
	if (closes)
		tcp_arrives_fin(step);
	if (reset_follows)
		tcp_believe(step, step->from, reset,
			    reset == TCP_SENDS_RST ? SHAKEDOWN_EVIDENCE_SENT
						   : SHAKEDOWN_EVIDENCE_DELIVERED);
}

/* A SYN whose meaning the next segments tell. */
static void arrives_pending_syn(TcpStep *step)
{
	TcpConnection *conn = step->conn;

	if (conn->aside->pending->seg.frame != step->frame)
		conn->aside->pending->count++;
	conn->side[tcp_other(step->from)].flags |= TCP_SIDE_CHALLENGED;
	if (tcp_pending_is_alike(conn)) {
		step->segment_class = SHAKEDOWN_SEGMENT_RETRANSMISSION;
		step->note = "its SYN again where all was over";
		tcp_aside_side(conn, step->from)->retransmissions++;
		tcp_conn_mark(conn, TCP_MARK_SYN, step->from, step->seg);
		tcp_count(&conn->side[step->from].syns);
		conn->aside->pending->counted++;
		return;
	}
	step->segment_class = SHAKEDOWN_SEGMENT_OUT_OF_WINDOW;
	step->note = "a SYN where there is a connection";
	tcp_conn_mark(conn, TCP_MARK_OTHER_SYN, step->from, step->seg);
	tcp_emit(step, TCP_EVENT_SYN_IN_CONNECTION, step->from);
}

/* A packet that was captured before, at this place or another on its way. One with other bytes only
 * looks like it: who gives all its packets one id, or forges them, may send them as close. */
static bool is_copy(TcpStep *step)
{
	TcpTracker *t = step->tracker;
	TcpConnection *conn = step->conn;
	uint32_t flags = conn->flags;

	if (!tcp_copies_take(t->copies, conn, step->from, step->seg) &&
	    !(tcp_conn_has(conn, TCP_CONN_COPIED) &&
	      tcp_copies_is_piece(conn, step->from, step->seg)))
		return false;
	/* Where all is captured twice, so is what had other bytes than the one before it. */
	if (!t->recent || tcp_copies_all(conn) || !tcp_recent_differs(t->recent, step))
		return true;
	conn->flags = flags;
	return false;
}

/* RFC 9293 §3.10.7: segment arrives. */
static void arrives(TcpStep *step)
{
	TcpConnection *conn = step->conn;
	const Segment *seg = step->seg;
	bool first = tcp_side_packets(conn, 0) + tcp_side_packets(conn, 1) == 1;

	if (tcp_damaged(step)) {
		step->segment_class = SHAKEDOWN_SEGMENT_BAD_CHECKSUM;
		return;
	}
	if (is_copy(step)) {
		step->segment_class = SHAKEDOWN_SEGMENT_DUPLICATE_PACKET;
		TcpTrackerCounts *counts = &step->tracker->counts;
		if (counts->copies++ < TCP_EXAMPLES)
			counts->copy_frame[counts->copies - 1] = seg->frame;
		tcp_copies_note(conn, step->from, seg);
		return;
	}
	if (first && (seg->flags & (TCP_SYN | TCP_RST)) != TCP_SYN)
		tcp_starts_midway(step);
	if (seg->flags & TCP_RST) {
		tcp_arrives_rst(step);
	} else if ((seg->flags & (TCP_SYN | TCP_ACK)) == TCP_SYN) {
		const TcpPendingSyn *pending = tcp_aside(conn)->pending;

		if (pending && pending->side == step->from &&
		    tcp_seq_eq(pending->seg.seq, seg->seq))
			arrives_pending_syn(step);
		else
			tcp_arrives_syn(step);
	} else if (seg->flags & TCP_SYN) {
		tcp_arrives_syn_ack(step);
	} else {
		arrives_in_order(step);
	}
	if (!(seg->flags & TCP_RST))
		tcp_ttl_note(&conn->side[step->from], seg->ttl);
}

static uint64_t missing_of(const TcpConnection *conn)
{
	const TcpAside *aside = tcp_aside(conn);

	return aside->side[0].missing + aside->side[1].missing;
}

void tcp_segment_arrives(TcpTracker *t, TcpConnection *conn, ShakedownSideId side,
			 const Segment *seg)
{
	TcpStep step;
	TcpSide *s = &conn->side[side];
	uint8_t before[2] = {conn->side[0].state, conn->side[1].state};

	uint64_t missing = missing_of(conn);

	tcp_step_begin_segment(&step, t, conn, side, seg);
	tcp_side_count_packet(conn, side);
	s->flags |= TCP_SIDE_SEEN;
	arrives(&step);
	/* What was missing may turn out to have been a FIN: then it is less. */
	t->counts.missing_bytes += missing_of(conn) - missing;
	if (t->streams)
		tcp_streams_segment(t->streams, &step);
	else if (t->recent)
		tcp_recent_segment(t->recent, &step);
	if (step.segment_class != SHAKEDOWN_SEGMENT_BAD_CHECKSUM &&
	    step.segment_class != SHAKEDOWN_SEGMENT_DUPLICATE_PACKET)
		tcp_watch(&step);
	if (t->logs)
		tcp_conn_log_segment(&step);
	for (unsigned i = 0; i < 2; i++)
		if (conn->side[i].state == SHAKEDOWN_TCP_TIME_WAIT &&
		    before[i] != conn->side[i].state)
			tcp_emit(&step, TCP_EVENT_TIME_WAIT, i);
	s->last = seg->time;
	conn->end = MAX(conn->end, seg->time);
	conn->last_frame = MAX(conn->last_frame, seg->frame);
	if (t->observer.segment)
		show(&step);
	const TcpPendingSyn *pending = tcp_aside(conn)->pending;
	if ((seg->flags & TCP_RST) && pending && pending->side == side &&
	    s->state == SHAKEDOWN_TCP_CLOSED)
		tcp_promote(t, conn);
	bool moved = before[0] != conn->side[0].state || before[1] != conn->side[1].state;

	if (moved && t->observer.opening)
		tcp_tell_opening(&step, false);
	if (moved || (seg->flags & (TCP_FIN | TCP_SYN | TCP_RST)) ||
	    !timer_node_armed(&conn->timer))
		tcp_clock_arm(t, conn);
}

void tcp_icmp_arrives(TcpTracker *t, TcpConnection *conn, ShakedownSideId side, const Segment *seg)
{
	TcpStep step;

	tcp_step_begin_segment(&step, t, conn, side, seg);
	tcp_arrives_icmp(&step);
	conn->end = MAX(conn->end, seg->time);
	conn->last_frame = MAX(conn->last_frame, seg->frame);
	if (t->observer.segment)
		show(&step);
}
