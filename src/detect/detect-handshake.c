/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Handshakes: what shows at once is reported at once, what is counted or missing when the
 * connection is over. RFC 9293 §3.5, RFC 7413.
 */
#include "detect/detector.h"
#include "detect/member.h"
#include "detect/noted.h"
#include "detect/opening.h"
#include "detect/service.h"
#include "tcp/tcp-holes.h"

#include <inttypes.h>

/* A leg is slow by the service's own measure. */
#define SLOW_FACTOR 10
/* Nobody waits longer: then it is the clock that has leapt, or another capture that was joined. */
#define SLOW_MOST (INT64_C(130) * SHAKEDOWN_NS_PER_S)
/* From one side of a firewall to the other. */
#define RENUMBERED_WITHIN (INT64_C(10) * 1000 * 1000)

static void on_syn(void *self, DetectContext *context, const TcpEvent *event)
{
	TcpConnection *conn = event->conn;
	Finding f;

	if (!event->seg->payload_len || event->seg->cut == SEGMENT_CUT_HEADER ||
	    conn->side[event->side].options.fast_open >= 0 ||
	    reported(conn, SHAKEDOWN_ANOMALY_SYN_WITH_DATA))
		return;
	finding_begin(&f, context, SHAKEDOWN_ANOMALY_SYN_WITH_DATA, conn);
	finding_time(&f, event->time, event->time);
	finding_frame(&f, event->frame);
	finding_count(&f, "bytes", event->seg->payload_len);
	finding_summary(&f, "the SYN of %s carries %s without a Fast Open option",
			finding_side(event->side), finding_bytes(&f, event->seg->payload_len));
	finding_report(&f);
}

static void fast_open_ignored(DetectContext *context, const TcpEvent *event)
{
	TcpConnection *conn = event->conn;
	const TcpSide *c = &conn->side[SHAKEDOWN_CLIENT];
	Finding f;

	/* A SYN that came again may have left its data at home, and a SYN,ACK may be captured
	 * behind what answers it. Without an option it is Fast Open by agreement, as Linux does it
	 * between its own (no cookie), or something odd. */
	if (event->side != SHAKEDOWN_SERVER || c->options.fast_open == 0 || c->syns != 1 ||
	    tcp_side_originals(conn, SHAKEDOWN_CLIENT) != 1 ||
	    conn->side[SHAKEDOWN_SERVER].syns != 1 || !c->bytes ||
	    !tcp_seq_eq(event->seg->ack, tcp_seq_add(c->isn, 1)))
		return;
	finding_begin(&f, context, SHAKEDOWN_ANOMALY_FAST_OPEN_IGNORED, conn);
	finding_time(&f, conn->syn_first, event->time);
	finding_frame(&f, conn->first_frame);
	finding_frame(&f, event->frame);
	finding_count(&f, "bytes", c->bytes);
	finding_flag(&f, "cookie", c->options.fast_open == 1);
	finding_summary(&f, "the client's SYN carried %s %s, the server acknowledged the SYN alone",
			finding_bytes(&f, c->bytes),
			c->options.fast_open == 1 ? "by Fast Open" : "without a cookie");
	finding_report(&f);
}

static void on_established(void *self, DetectContext *context, const TcpEvent *event)
{
	TcpConnection *conn = event->conn;
	Finding f;

	if (conn->syn_ack_first)
		context->answers_seen++;
	else if (conn->syn_first)
		context->answers_unseen++;
	if (conn->side[0].syns != 1 || conn->side[1].syns != 1)
		return;
	for (ShakedownSideId side = SHAKEDOWN_CLIENT; side <= SHAKEDOWN_SERVER; side++) {
		ShakedownDuration leg = conn->leg[side];

		if (leg == SHAKEDOWN_DURATION_UNKNOWN || leg <= context->config->slow_handshake ||
		    leg > SLOW_MOST || reported(conn, SHAKEDOWN_ANOMALY_SLOW_HANDSHAKE))
			continue;
		const Service *s = services_get_of(context->services, conn, SERVICE_FIND);
		ShakedownDuration usual =
			s ? service_leg_median(s, side) : SHAKEDOWN_DURATION_UNKNOWN;
		bool known = usual != SHAKEDOWN_DURATION_UNKNOWN;

		if (known && leg <= SLOW_FACTOR * usual)
			continue;
		finding_begin(&f, context, SHAKEDOWN_ANOMALY_SLOW_HANDSHAKE, conn);
		finding_time(&f, conn->syn_first, event->time);
		finding_frame(&f, conn->first_frame);
		finding_frame(&f, conn->syn_ack_frame);
		finding_frame(&f, event->frame);
		finding_text(&f, "leg", shakedown_side_name(side));
		finding_duration(&f, "leg_s", leg);
		finding_summary(&f, "%s took %s to answer %s, without a retransmission",
				finding_side(side), finding_span(&f, leg),
				side == SHAKEDOWN_SERVER ? "SYN" : "SYN,ACK");
		if (known) {
			finding_duration(&f, "usual_s", usual);
			finding_summary(&f, "; usually it is %s", finding_span(&f, usual));
		}
		finding_report(&f);
	}
}

static void on_old_duplicate_syn(void *self, DetectContext *context, const TcpEvent *event)
{
	TcpConnection *conn = event->conn;
	Finding f;

	if (reported(conn, SHAKEDOWN_ANOMALY_OLD_DUPLICATE_SYN))
		return;
	finding_begin(&f, context, SHAKEDOWN_ANOMALY_OLD_DUPLICATE_SYN, conn);
	finding_time(&f, conn->start, event->time);
	finding_frame(&f, conn->first_frame);
	finding_marks(&f, TCP_MARK_RST, -1);
	finding_marks(&f, TCP_MARK_SYN, event->side);
	finding_marks(&f, TCP_MARK_OTHER_SYN, event->side);
	finding_frame(&f, event->frame);
	finding_summary(&f, "an old SYN was answered, and the client reset the answer: the real "
			    "SYN is another");
	finding_report(&f);
}

/* Acknowledges, within the handshake, what was not sent. Judged when more is known. */
static void on_bad_ack(void *self, DetectContext *context, const TcpEvent *event)
{
	const TcpConnection *conn = event->conn;
	const TcpSide *r = &conn->side[tcp_other(event->side)];
	const Segment *seg = event->seg;
	bool syn_ack = seg->flags & TCP_SYN;
	bool third = event->side == SHAKEDOWN_CLIENT && conn->syn_ack_first &&
		     !tcp_conn_has(conn, TCP_CONN_THIRD_ACK) &&
		     !tcp_conn_has(conn, TCP_CONN_MIDSTREAM);
	/* Of an older connection, as one in TIME-WAIT or the half of one that was lost. */
	bool bare = event->side == SHAKEDOWN_SERVER && !conn->syn_ack_first &&
		    r->state == SHAKEDOWN_TCP_SYN_SENT && tcp_side_has(r, TCP_SIDE_SYN_SEEN);

	if ((!syn_ack && !third && !bare) || !tcp_side_has(r, TCP_SIDE_ISN_KNOWN))
		return;
	DossierAck *d =
		&dossier_rare_of(context->dossiers, event->conn)->bad_handshake[event->side];
	if (d->count++)
		return;
	d->time = event->time;
	d->frame = event->frame;
	d->value = seg->ack.value;
	d->expected = r->isn.value + 1;
	d->ttl = seg->ttl;
	d->ip_id = seg->has_ip_id ? seg->ip_id : 0;
	d->syn_ack = syn_ack;
}

/* A tap on both sides of a firewall that gives connections other initial numbers sees the one
 * SYN,ACK twice, with the numbers of either side. */
static void note_renumbered(DetectContext *context, const TcpEvent *event)
{
	Dossier *dossier = dossier_find(context->dossiers, event->conn);
	DossierAck *d =
		dossier && dossier->rare ? &dossier->rare->bad_handshake[event->side] : NULL;

	if (d && d->syn_ack && d->ip_id && event->seg->has_ip_id && event->seg->ip_id == d->ip_id &&
	    event->time - d->time <= RENUMBERED_WITHIN)
		d->renumbered = true;
}

/* What it acknowledges may have been sent, and answered, and the capture has lost it. */
static bool may_be_right(const TcpConnection *conn, ShakedownSideId side, const DossierAck *d)
{
	return d->may_be_loss && tcp_holes_at(tcp_aside(conn)->holes[tcp_other(side)],
					      tcp_seq(d->expected), tcp_seq(d->expected + 1));
}

/* An answer without SYN may be what is left of a whole opening that the capture lost; but then
 * nobody asks again, or resets it. */
static bool may_be_remainder(const TcpConnection *conn, ShakedownSideId side, const DossierAck *d)
{
	const TcpSide *c = &conn->side[SHAKEDOWN_CLIENT];

	return side == SHAKEDOWN_SERVER && !d->syn_ack && c->syns < 2 && !c->rsts;
}

static void bad_handshake_ack(DetectContext *context, TcpConnection *conn, const Dossier *dossier)
{
	Finding f;

	for (ShakedownSideId side = SHAKEDOWN_CLIENT; side <= SHAKEDOWN_SERVER; side++) {
		const DossierAck *d = &dossier_rare(dossier)->bad_handshake[side];

		if (!d->count || d->renumbered || may_be_right(conn, side, d) ||
		    may_be_remainder(conn, side, d) ||
		    reported(conn, SHAKEDOWN_ANOMALY_BAD_HANDSHAKE_ACK))
			continue;
		finding_begin(&f, context, SHAKEDOWN_ANOMALY_BAD_HANDSHAKE_ACK, conn);
		finding_time(&f, d->time, d->time);
		finding_frame(&f, d->frame);
		finding_count(&f, "ack", d->value);
		finding_count(&f, "expected", d->expected);
		finding_summary(&f,
				"%s of %s acknowledges %" PRIu32 ", not %" PRIu32 " (off by %d)",
				d->syn_ack		   ? "the SYN,ACK"
				: side == SHAKEDOWN_CLIENT ? "the third ACK"
							   : "the answer",
				finding_side(side), d->value, d->expected,
				tcp_seq_diff(tcp_seq(d->value), tcp_seq(d->expected)));
		if (!d->syn_ack && side == SHAKEDOWN_SERVER)
			finding_summary(&f, " and has no SYN: it holds an older connection on "
					    "these ports");
		finding_report(&f);
	}
}

static void on_third_ack_lost(void *self, DetectContext *context, const TcpEvent *event)
{
	DossierRare *d = dossier_rare_of(context->dossiers, event->conn);

	if (!d->third_ack_lost++)
		d->third_ack_lost_frame = event->frame;
}

static void on_syn_ack(void *self, DetectContext *context, const TcpEvent *event)
{
	const TcpConnection *conn = event->conn;

	fast_open_ignored(context, event);
	note_renumbered(context, event);
	/* Captured behind its answer. */
	if (conn->side[SHAKEDOWN_SERVER].syns == 1 && tcp_conn_has(conn, TCP_CONN_THIRD_ACK) &&
	    context->answers_unseen > 0) {
		context->answers_unseen--;
		context->answers_seen++;
	}
}

static void on_over(void *self, DetectContext *context, const TcpEvent *event)
{
	TcpConnection *conn = event->conn;

	if (member_of_many(context, conn))
		return;
	const Dossier *dossier = dossier_find(context->dossiers, conn);
	if (dossier)
		bad_handshake_ack(context, conn, dossier);
	opening_judge(context, conn, dossier, event->time);
}

/* It is decided; to somebody who watches it is told, unless it is part of something larger, or may
 * be: that waits. */
static void on_late(void *self, DetectContext *context, const TcpEvent *event)
{
	TcpConnection *conn = event->conn;

	if (context->early && !member_of_many(context, conn) && !member_suspected(context, conn))
		opening_judge_early(context, conn, event->time);
}

static void on_rst(void *self, DetectContext *context, const TcpEvent *event)
{
	TcpConnection *conn = event->conn;

	if (tcp_conn_has(conn, TCP_CONN_REFUSED))
		conn->noted |= NOTED_REFUSED;
	if (noted(conn, NOTED_REFUSED))
		on_late(self, context, event);
}

const DetectorOps detect_handshake = {.on = {[TCP_EVENT_SYN] = on_syn,
					     [TCP_EVENT_SYN_ACK] = on_syn_ack,
					     [TCP_EVENT_ESTABLISHED] = on_established,
					     [TCP_EVENT_OLD_DUPLICATE_SYN] = on_old_duplicate_syn,
					     [TCP_EVENT_BAD_ACK] = on_bad_ack,
					     [TCP_EVENT_RST] = on_rst,
					     [TCP_EVENT_THIRD_ACK_LOST] = on_third_ack_lost,
					     [TCP_EVENT_HANDSHAKE_LATE] = on_late,
					     [TCP_EVENT_OVER] = on_over}};
