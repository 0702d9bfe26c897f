/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Acknowledgments: RFC 9293 §3.10.7.4, fifth. What a side acknowledges it has got: that is proof.
 * That its acknowledgment arrives is not.
 */
#include "tcp/tcp-holes.h"
#include "tcp/tcp-outcome.h"
#include "tcp/tcp-space.h"
#include "tcp/tcp-tracker-private.h"

#include <glib.h>

/* How many bytes behind its SYN may be missing where its handshake is missing, too. */
#define NEAR_SYN 65535

/* Its SYN,ACK was not captured, nor what acknowledged that: it has answered the other's SYN, and
 * has got more than that SYN since or sends data itself. Who opens with an ACK alone may split the
 * handshake (tcp-open.c); who acknowledges what is far from that SYN has some older connection
 * (RFC 5961 §4). */
static bool has_answered_unseen(const TcpStep *step)
{
	const TcpSide *s = &step->conn->side[step->from],
		      *r = &step->conn->side[tcp_other(step->from)];
	int32_t got = tcp_seq_diff(step->seg->ack, tcp_seq_add(r->isn, 1));

	return s->state == SHAKEDOWN_TCP_CLOSED && r->state == SHAKEDOWN_TCP_SYN_SENT &&
	       tcp_side_has(r, TCP_SIDE_SENT_SYN) && got >= 0 && got <= NEAR_SYN &&
	       (got > 0 || segment_seq_len(step->seg) > 0);
}

/* The client's ACK of SYN,ACK, or whatever comes in its place: the third segment. */
static void third_ack(TcpStep *step)
{
	TcpConnection *conn = step->conn;
	TcpSide *r = &conn->side[tcp_other(step->from)];
	const Segment *seg = step->seg;

	if (!tcp_side_has(r, TCP_SIDE_SYN_SEEN)) {
		/* SYN,ACK was not captured, but nobody acknowledges what he has not got. */
		tcp_believe(step, tcp_other(step->from), TCP_SENDS_SYN_ACK,
			    SHAKEDOWN_EVIDENCE_CONFIRMED);
		if (!tcp_side_has(r, TCP_SIDE_SEEN)) {
			r->isn = tcp_seq_add(seg->ack, UINT32_MAX);
			r->flags |= TCP_SIDE_ISN_KNOWN;
		}
	} else if (!tcp_seq_lt(r->isn, seg->ack)) {
		return;
	}
	bool unseen = has_answered_unseen(step);
	if (unseen)
		tcp_believe(step, step->from, TCP_SENDS_SYN_ACK, SHAKEDOWN_EVIDENCE_CONFIRMED);
	tcp_believe(step, step->from, TCP_SENDS_ACK, SHAKEDOWN_EVIDENCE_SENT);
	/* Data on a SYN may be answered before (RFC 7413). */
	if (unseen && !r->bytes)
		tcp_infer_established(step);
	if (tcp_conn_has(conn, TCP_CONN_THIRD_ACK))
		return;
	conn->flags |= TCP_CONN_THIRD_ACK;
	if (tcp_side_has(r, TCP_SIDE_ISN_KNOWN) && tcp_seq_eq(seg->ack, tcp_seq_add(r->isn, 1)))
		conn->flags |= TCP_CONN_THIRD_ACK_EXACT;
	if (step->segment_class == SHAKEDOWN_SEGMENT_ACK)
		step->segment_class = SHAKEDOWN_SEGMENT_CONTROL;
	/* By FIN its answer had been sent long since, and was not captured. */
	if (conn->syn_ack_last && conn->leg[step->from] == SHAKEDOWN_DURATION_UNKNOWN &&
	    !(seg->flags & TCP_FIN))
		conn->leg[step->from] = tcp_leg_of(conn->syn_ack_last, step->time);
	step->tracker->counts.established++;
	tcp_emit(step, TCP_EVENT_ESTABLISHED, step->from);
}

/* In SYN-RECEIVED a side sends nothing but SYN,ACK (and, by RFC 7413, data when it took data on
 * the SYN), and acknowledges nothing beyond the SYN. */
static bool shows_established(const TcpStep *step)
{
	const TcpConnection *conn = step->conn;
	const TcpSide *s = &conn->side[step->from], *r = &conn->side[tcp_other(step->from)];
	const Segment *seg = step->seg;

	if (!tcp_side_has(s, TCP_SIDE_ISN_KNOWN) || !tcp_side_has(r, TCP_SIDE_ISN_KNOWN))
		return true;
	/* Of a side that goes on with its bare SYN it has got no ACK: it answers that SYN, as in a
	 * synchronized state (RFC 5961 §4). */
	if (tcp_conn_has(conn, TCP_CONN_SIMULTANEOUS) && tcp_side_has(s, TCP_SIDE_SENT_SYN) &&
	    (tcp_side_has(r, TCP_SIDE_ACKED) || !tcp_side_has(r, TCP_SIDE_SEEN)))
		return true;
	if (tcp_conn_has(conn, TCP_CONN_FAST_OPEN))
		return tcp_side_has(r, TCP_SIDE_SENT_FIN) &&
		       tcp_fin_acked(conn, tcp_other(step->from));
	TcpSeq first = tcp_seq_add(s->isn, 1);
	return tcp_seq_lt(first, segment_seq_end(seg)) || tcp_seq_lt(first, seg->seq) ||
	       tcp_seq_lt(tcp_seq_add(r->isn, 1), seg->ack);
}

void tcp_confirm_established(TcpStep *step)
{
	if (tcp_side_has(&step->conn->side[step->from], TCP_SIDE_UNPROVEN) &&
	    shows_established(step))
		tcp_confirm(step, step->from, TCP_GETS_ACK_OF_SYN);
}

static void prove_established(TcpStep *step)
{
	const TcpSide *s = &step->conn->side[step->from];

	switch ((ShakedownTcpState)s->state) {
	case SHAKEDOWN_TCP_CLOSED:
		/* It was not captured opening; what has been closed does not open by an ACK. */
		if (tcp_beliefs_last(&step->conn->beliefs, step->from))
			tcp_confirm_established(step);
		else
			third_ack(step);
		return;
	case SHAKEDOWN_TCP_LISTEN:
	case SHAKEDOWN_TCP_SYN_SENT:
		third_ack(step);
		return;
	case SHAKEDOWN_TCP_SYN_RECEIVED:
		if (shows_established(step)) {
			tcp_infer_established(step);
			tcp_believe(step, step->from, TCP_SENDS_ACK, SHAKEDOWN_EVIDENCE_SENT);
		}
		return;
	case SHAKEDOWN_TCP_ESTABLISHED:
		if (step->conn->side[tcp_other(step->from)].state == SHAKEDOWN_TCP_SYN_SENT &&
		    shows_established(step))
			tcp_infer_established(step);
		tcp_confirm_established(step);
		return;
	case SHAKEDOWN_TCP_FIN_WAIT_1:
	case SHAKEDOWN_TCP_FIN_WAIT_2:
	case SHAKEDOWN_TCP_CLOSE_WAIT:
	case SHAKEDOWN_TCP_CLOSING:
	case SHAKEDOWN_TCP_LAST_ACK:
	case SHAKEDOWN_TCP_TIME_WAIT:
		tcp_confirm_established(step);
		return;
	}
}

/* Without SACK: it says again up to where it has got all, and what comes next has not passed, as it
 * was to have reached it. */
static bool repeats_ack_of_hole(const TcpStep *step)
{
	TcpHoles *holes = tcp_aside(step->conn)->holes[tcp_other(step->from)];
	TcpSeq ack = step->seg->ack;
	ShakedownDuration leg = tcp_leg(step->conn, step->from);

	if (step->segment_class != SHAKEDOWN_SEGMENT_DUPLICATE_ACK)
		return false;
	const TcpHole *hole = tcp_holes_at(holes, ack, tcp_seq_add(ack, 1));

	return hole && step->time - hole->since >= leg - leg / 4;
}

/* It holds what lies beyond a hole (RFC 2018) that nothing has filled since. */
static bool waits_for_a_hole(const TcpStep *step)
{
	ShakedownSideId other = tcp_other(step->from);
	const TcpAsideSide *aside = &tcp_aside(step->conn)->side[other];
	TcpSeq ack = step->seg->ack;
	TcpSackBlock blocks[4];
	unsigned n = tcp_options_sack(step->seg, blocks);

	if (tcp_side_has(&step->conn->side[other], TCP_SIDE_RESENT) &&
	    tcp_seq_leq(aside->resent_seq, ack) && tcp_seq_lt(ack, aside->resent_end))
		return false;
	for (unsigned i = 0; i < n; i++)
		if (tcp_seq_lt(ack, blocks[i].left))
			return true;
	/* One with a block that lies below tells of what came twice (RFC 2883). */
	return n == 0 && repeats_ack_of_hole(step);
}

/* Whoever gets a FIN acknowledges it at once (§3.10.7.4 eighth). What it sends when the FIN should
 * have been there, and does not cover it, shows that it was not, or that something before it was
 * missing. */
static void fin_not_received(TcpStep *step)
{
	TcpConnection *conn = step->conn;
	ShakedownSideId other = tcp_other(step->from);
	const TcpSide *s = &conn->side[step->from];

	if (!tcp_side_has(s, TCP_SIDE_UNPROVEN))
		return;
	if (!tcp_side_has(&conn->side[other], TCP_SIDE_SENT_FIN)) {
		tcp_forged_fin_answered(step);
		return;
	}
	const TcpBelief *got = tcp_beliefs_by(&conn->beliefs, step->from, TCP_GETS_FIN);
	if (!got || got->evidence != SHAKEDOWN_EVIDENCE_DELIVERED)
		return;
	ShakedownDuration leg = tcp_leg(conn, step->from), since = step->time - got->time;
	/* Data that came just before it may be acknowledged for itself, and the FIN only then. */
	bool of_data = step->segment_class == SHAKEDOWN_SEGMENT_ACK && since <= leg * 2;

	/* Without a known leg it may have been under way. */
	if ((of_data || conn->leg[step->from] == SHAKEDOWN_DURATION_UNKNOWN ||
	     since <= MAX(leg, TCP_IN_THE_HOST)) &&
	    !waits_for_a_hole(step))
		return;
	tcp_take_back(step, step->from, TCP_GETS_FIN);
	step->note = "it has not got the FIN";
	if (tcp_fin_acked(conn, step->from))
		tcp_believe(step, step->from, TCP_GETS_ACK_OF_FIN, SHAKEDOWN_EVIDENCE_DELIVERED);
}

/* Sent again although the ACK of it has passed: that ACK did not arrive, nor any since. */
static void ack_not_received(TcpStep *step)
{
	TcpConnection *conn = step->conn;
	const TcpSide *s = &conn->side[step->from];

	/* One that acknowledges less than it has before was sent before. */
	if (!tcp_space_sent_again(step->segment_class) || !tcp_side_has(s, TCP_SIDE_UNPROVEN) ||
	    (step->seg->flags & TCP_FIN) || tcp_seq_lt(step->seg->ack, s->rcv_nxt))
		return;
	const TcpBelief *acked = tcp_beliefs_by(&conn->beliefs, step->from, TCP_GETS_ACK_OF_FIN);
	if (!acked || acked->evidence != SHAKEDOWN_EVIDENCE_DELIVERED ||
	    conn->leg[step->from] == SHAKEDOWN_DURATION_UNKNOWN ||
	    step->time - acked->time <= tcp_leg(conn, step->from) ||
	    tcp_space_overtaken_by(step, s->high_ip_id, acked->time))
		return;
	tcp_take_back(step, step->from, TCP_GETS_ACK_OF_FIN);
	step->note = "the ACK of its FIN did not arrive";
}

/* It acknowledges the other's FIN sooner than the other's ACK of its own can have reached it: of
 * the two it got the FIN first, and was in CLOSING in between (figure 13). Not where every copy of
 * that FIN acknowledges its own. */
static bool got_fin_before_ack(const TcpStep *step)
{
	const TcpConnection *conn = step->conn;
	const TcpBelief *acked = tcp_beliefs_by(&conn->beliefs, step->from, TCP_GETS_ACK_OF_FIN);

	return acked && acked->evidence == SHAKEDOWN_EVIDENCE_DELIVERED &&
	       acked->state == SHAKEDOWN_TCP_FIN_WAIT_2 && tcp_conn_has(conn, TCP_CONN_CROSSED) &&
	       step->time - acked->time < tcp_leg(conn, step->from);
}

/* … and though the ACK came with a copy of that FIN: it answers the first, which had crossed.
 * Beside the host itself the leg is but the time that one answer took. */
static bool answers_first_copy(const TcpStep *step)
{
	const TcpConnection *conn = step->conn;
	const TcpBelief *acked = tcp_beliefs_by(&conn->beliefs, step->from, TCP_GETS_ACK_OF_FIN),
			*got = tcp_beliefs_by(&conn->beliefs, step->from, TCP_GETS_FIN);

	return got_fin_before_ack(step) && conn->side[tcp_other(step->from)].fins > 1 &&
	       acked->frame == got->frame && tcp_leg(conn, step->from) > TCP_BUSY;
}

static void put_fin_before_ack(TcpStep *step)
{
	tcp_take_back(step, step->from, TCP_GETS_FIN);
	tcp_take_back(step, step->from, TCP_GETS_ACK_OF_FIN);
	tcp_believe(step, step->from, TCP_GETS_FIN, SHAKEDOWN_EVIDENCE_CONFIRMED);
	tcp_believe(step, step->from, TCP_GETS_ACK_OF_FIN, SHAKEDOWN_EVIDENCE_DELIVERED);
}

/* The sender acknowledges the other's FIN: it has got it, and what that led to is certain. */
static void prove_fin_received(TcpStep *step)
{
	TcpConnection *conn = step->conn;

	if (!tcp_fin_acked(conn, tcp_other(step->from))) {
		fin_not_received(step);
		return;
	}
	if (tcp_beliefs_by(&conn->beliefs, step->from, TCP_GETS_FIN)) {
		if (answers_first_copy(step))
			put_fin_before_ack(step);
		tcp_confirm(step, step->from, TCP_GETS_FIN);
		return;
	}
	/* Where they did not cross, the ACK of its own came with it at the latest. */
	if (tcp_fin_acked(conn, step->from) && !tcp_conn_has(conn, TCP_CONN_CROSSED))
		tcp_believe(step, step->from, TCP_GETS_ACK_OF_FIN, SHAKEDOWN_EVIDENCE_CONFIRMED);
	bool fin_first = got_fin_before_ack(step);
	if (fin_first)
		tcp_take_back(step, step->from, TCP_GETS_ACK_OF_FIN);
	tcp_believe(step, step->from, TCP_GETS_FIN, SHAKEDOWN_EVIDENCE_CONFIRMED);
	if (fin_first)
		tcp_believe(step, step->from, TCP_GETS_ACK_OF_FIN, SHAKEDOWN_EVIDENCE_DELIVERED);
}

static void note_bare_ack(const TcpStep *step)
{
	uint32_t *flags = &step->conn->side[step->from].flags;

	*flags &= ~(uint32_t)TCP_SIDE_BARE_ACK;
	if (!step->seg->payload_len && !(step->seg->flags & TCP_FIN))
		*flags |= TCP_SIDE_BARE_ACK;
}

/* What the acknowledgment does to the one it should reach. */
static void suggest(TcpStep *step)
{
	TcpConnection *conn = step->conn;
	ShakedownSideId other = tcp_other(step->from);
	const TcpSide *r = &conn->side[other];
	TcpSeq ack = step->seg->ack;

	if (r->state == SHAKEDOWN_TCP_SYN_RECEIVED &&
	    (!tcp_side_has(r, TCP_SIDE_ISN_KNOWN) || tcp_seq_lt(r->isn, ack)))
		tcp_believe(step, other, TCP_GETS_ACK_OF_SYN, SHAKEDOWN_EVIDENCE_DELIVERED);
	if (tcp_side_has(r, TCP_SIDE_SENT_FIN) && tcp_seq_lt(r->fin, ack)) {
		if (tcp_believe(step, other, TCP_GETS_ACK_OF_FIN, SHAKEDOWN_EVIDENCE_DELIVERED))
			note_bare_ack(step);
		if (tcp_fin_acked(conn, step->from))
			conn->flags |= TCP_CONN_FINS_ACKED;
	}
}

/* The latest SYN that the other's SYN can answer. */
static ShakedownTime asked_before(const TcpConnection *conn, ShakedownTime syn)
{
	const TcpMarks *marks = &tcp_aside(conn)->marks;
	ShakedownTime asked = conn->syn_first;

	for (unsigned i = 0; i < marks->len; i++)
		if (marks->items[i].kind == TCP_MARK_SYN &&
		    marks->items[i].side == SHAKEDOWN_CLIENT && marks->items[i].time <= syn)
			asked = marks->items[i].time;
	return asked;
}

/* Its SYN came sooner than it answers: no answer to the other's, which crossed it. Where both began
 * at the same moment it took half of what an answer takes, and more where it began later. Beside it
 * what its host takes is more than the way. */
static bool syns_crossed(const TcpStep *step)
{
	const TcpConnection *conn = step->conn;
	const TcpBelief *syn = tcp_beliefs_by(&conn->beliefs, step->from, TCP_SENDS_SYN);

	return syn && conn->syn_ack_last &&
	       (syn->time - asked_before(conn, syn->time)) * 5 / 3 + TCP_IN_THE_HOST <
		       step->time - conn->syn_ack_last;
}

void tcp_arrives_ack(TcpStep *step)
{
	TcpConnection *conn = step->conn;
	TcpSide *s = &conn->side[step->from];

	/* Split handshake: a SYN answered by a SYN, then ACK: no SYN,ACK from it ever. */
	if (tcp_conn_has(conn, TCP_CONN_SIMULTANEOUS) && s->state == SHAKEDOWN_TCP_SYN_SENT &&
	    step->from == SHAKEDOWN_SERVER && !syns_crossed(step))
		conn->flags |= TCP_CONN_SPLIT;
	prove_established(step);
	ack_not_received(step);
	tcp_ack_of_hidden_fin(step);
	prove_fin_received(step);
	suggest(step);
}

void tcp_proves_ack(TcpStep *step)
{
	TcpSide *s = &step->conn->side[step->from];

	if (!(step->seg->flags & TCP_ACK))
		return;
	s->rcv_nxt = tcp_side_has(s, TCP_SIDE_ACKED) ? tcp_seq_max(s->rcv_nxt, step->seg->ack)
						     : step->seg->ack;
	s->flags |= TCP_SIDE_ACKED;
	prove_established(step);
	prove_fin_received(step);
}
