/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Acknowledgments of what was never sent. One beyond all that was captured of the other tells of
 * the capture's loss, as long as the other does not show where it is: an ACK without data bears its
 * SND.NXT. Then its receiver has dropped that segment, as §3.10.7.4 asks.
 */
#include "tcp/tcp-space.h"
#include "tcp/tcp-tracker-private.h"

/* What was acknowledged had passed by then, so that it was sent behind that; but captures may be
 * out of order by less than its sender takes to answer. */
static const TcpHole *shows_end(const TcpStep *step)
{
	const TcpConnection *conn = step->conn;
	const TcpSide *s = &conn->side[step->from];
	const Segment *seg = step->seg;
	TcpHoles *holes = tcp_aside(conn)->holes[step->from];

	if (!holes || !holes->acked || seg->payload_len ||
	    (seg->flags & (TCP_ACK | TCP_FIN)) != TCP_ACK || !tcp_side_has(s, TCP_SIDE_SEEN) ||
	    conn->leg[step->from] == SHAKEDOWN_DURATION_UNKNOWN)
		return NULL;
	const TcpHole *hole = tcp_holes_at(holes, seg->seq, tcp_seq_add(seg->seq, 1));

	/* A keep-alive has the last number that was sent. */
	if (!hole || !hole->acked || !tcp_seq_eq(hole->left, seg->seq) ||
	    !tcp_seq_eq(hole->right, s->snd_nxt) || tcp_hole_size(hole) == 1 ||
	    step->time - hole->since < tcp_leg(conn, step->from) / 2 || step->frame < hole->frame ||
	    tcp_space_overtaken_by(step, s->high_ip_id, hole->since))
		return NULL;
	return hole;
}

/* The FIN of a segment that was dropped closes nothing. */
static void take_back_fin(TcpStep *step, uint64_t frame)
{
	TcpConnection *conn = step->conn;
	ShakedownSideId other = tcp_other(step->from);
	const TcpBelief *fin = tcp_beliefs_by(&conn->beliefs, other, TCP_SENDS_FIN),
			*got = tcp_beliefs_by(&conn->beliefs, step->from, TCP_GETS_FIN);
	TcpSide *r = &conn->side[other];

	/* So have been those behind it, which acknowledge no less. */
	if (got && got->evidence == SHAKEDOWN_EVIDENCE_DELIVERED && got->frame >= frame)
		tcp_take_back(step, step->from, TCP_GETS_FIN);
	if (!fin || fin->frame != frame || !tcp_side_has(r, TCP_SIDE_SENT_FIN))
		return;
	if (tcp_seq_eq(r->snd_nxt, tcp_seq_add(r->fin, 1)))
		r->snd_nxt = r->fin;
	tcp_forget_fin(step, other);
	tcp_take_back(step, other, TCP_SENDS_FIN);
}

static void tell(TcpStep *step, const TcpHole *hole)
{
	ShakedownSideId other = tcp_other(step->from);
	Segment seg = {.kind = SEGMENT_TCP,
		       .flags = TCP_ACK,
		       .ack = hole->right,
		       .time = hole->since,
		       .frame = hole->frame};
	TcpStep then;

	tcp_step_begin_segment(&then, step->tracker, step->conn, other, &seg);
	tcp_emit(&then, TCP_EVENT_BAD_ACK, other);
}

void tcp_unsent_refuted(TcpStep *step)
{
	const TcpHole *found = shows_end(step);

	if (!found)
		return;
	TcpHole hole = *found;
	TcpConnection *conn = step->conn;
	ShakedownSideId other = tcp_other(step->from);
	TcpSide *s = &conn->side[step->from], *r = &conn->side[other];

	tcp_holes_fill(&conn->aside->holes[step->from], hole.left, hole.right,
		       &tcp_aside_side(conn, step->from)->missing, &step->tracker->holes);
	s->snd_nxt = hole.left;
	s->flags = (s->flags & ~(uint32_t)TCP_SIDE_MAYBE_FIN) | TCP_SIDE_CHALLENGED;
	if (tcp_seq_eq(r->rcv_nxt, hole.right))
		r->rcv_nxt = hole.left;
	TcpAsideSide *aside = tcp_aside_side(conn, other);

	aside->unsent = true;
	aside->unsent_ack = hole.right;
	take_back_fin(step, hole.frame);
	tell(step, &hole);
	step->note = "it has not sent what was acknowledged";
}
