/* SPDX-License-Identifier: BSD-3-Clause */
/* How connections close, or fail to: RFC 9293 §3.6. */
#include "detect/detector.h"
#include "detect/dossier.h"
#include "detect/noted.h"
#include "detect/silence.h"
#include "tcp/tcp-outcome.h"
#include "tcp/tcp-watch.h"

/* Legal, and worth a word, if it lasts so long. */
#define HALF_CLOSE_LEAST SHAKEDOWN_NS_PER_S
/* … or for many round trips, with more than an answer's tail. */
#define HALF_CLOSE_SHORT (SHAKEDOWN_NS_PER_S / 10)
#define HALF_CLOSE_ROUNDS 10
#define HALF_CLOSE_BYTES 16384
/* Linux' TCP_RTO_MIN; RFC 6298 §2.4 has a second. */
#define TIMEOUT_LEAST (SHAKEDOWN_NS_PER_S / 5)
/* A tail loss probe (RFC 8985) may come after two round trips, on a short path. */
#define RETRANSMISSION_LEAST (INT64_C(5) * 1000 * 1000)
/* No stack repeats a FIN less often. */
#define PATIENCE_MOST (INT64_C(120) * SHAKEDOWN_NS_PER_S)

/* How many were sent, leaving out those that the network or the capture has doubled. */
static unsigned fins_of(const TcpConnection *conn, ShakedownSideId side)
{
	const TcpSide *s = &conn->side[side];
	unsigned n = s->fins;

	/* One that was damaged has been dropped, but it was sent. */
	bool damaged = (s->checks & TCP_CHECK_BAD) && tcp_side_has(s, TCP_SIDE_SENT_FIN) &&
		       tcp_seq_eq(tcp_aside(conn)->side[side].dropped, tcp_seq_add(s->fin, 1));

	for (unsigned i = 0; i < tcp_aside(conn)->marks.len && n > 1; i++)
		if (tcp_aside(conn)->marks.items[i].kind == TCP_MARK_FIN &&
		    tcp_aside(conn)->marks.items[i].side == side &&
		    tcp_aside(conn)->marks.items[i].time - tcp_closing(conn)->fin_time[side] <
			    RETRANSMISSION_LEAST)
			n--;
	return n + damaged;
}

/* All that a side sent again, its FIN among it, had arrived, as the other has told. */
static bool had_arrived(const TcpConnection *conn, ShakedownSideId side)
{
	const TcpAsideSide *a = &tcp_aside(conn)->side[side];

	return a->retransmissions && a->spurious_retransmissions >= a->retransmissions;
}

/* … before any stack's timer could run out: a tail loss probe (RFC 8985), sent while the other
 * still waited with its ACK. */
static bool was_probe(const TcpConnection *conn, ShakedownSideId side)
{
	const TcpMarks *marks = &tcp_aside(conn)->marks;
	ShakedownTime last = 0;

	for (unsigned i = 0; i < marks->len; i++)
		if (marks->items[i].kind == TCP_MARK_FIN && marks->items[i].side == side)
			last = marks->items[i].time;
	return had_arrived(conn, side) && last - tcp_closing(conn)->fin_time[side] < TIMEOUT_LEAST;
}

static void fin_retransmitted(DetectContext *context, TcpConnection *conn)
{
	unsigned fins[2] = {fins_of(conn, SHAKEDOWN_CLIENT), fins_of(conn, SHAKEDOWN_SERVER)};
	ShakedownSideId side = fins[SHAKEDOWN_CLIENT] > 1 ? SHAKEDOWN_CLIENT : SHAKEDOWN_SERVER;
	Finding f;

	if (fins[0] < 2 && fins[1] < 2)
		return;
	bool needless = (fins[0] < 2 || had_arrived(conn, SHAKEDOWN_CLIENT)) &&
			(fins[1] < 2 || had_arrived(conn, SHAKEDOWN_SERVER));
	bool probes = (fins[0] < 2 || was_probe(conn, SHAKEDOWN_CLIENT)) &&
		      (fins[1] < 2 || was_probe(conn, SHAKEDOWN_SERVER));
	finding_begin(&f, context, SHAKEDOWN_ANOMALY_FIN_RETRANSMITTED, conn);
	if (probes)
		finding_severity(&f, SHAKEDOWN_SEVERITY_INFO);
	finding_time(&f, tcp_closing(conn)->fin_time[side], conn->end);
	finding_fins(&f, -1);
	finding_filter(&f, "tcp.flags.fin==1");
	if (fins[SHAKEDOWN_CLIENT] > 1)
		finding_count(&f, "client_fin", fins[SHAKEDOWN_CLIENT]);
	if (fins[SHAKEDOWN_SERVER] > 1)
		finding_count(&f, "server_fin", fins[SHAKEDOWN_SERVER]);
	if (fins[0] > 1 && fins[1] > 1)
		finding_summary(&f, "the client sent its FIN %u times, the server %u times",
				fins[SHAKEDOWN_CLIENT], fins[SHAKEDOWN_SERVER]);
	else
		finding_summary(&f, "%s sent its FIN %u times", finding_side(side), fins[side]);
	finding_flag(&f, "needless", needless);
	if (needless)
		finding_summary(&f, "; the first had arrived, its ACK was late or lost");
	finding_report(&f);
}

static void last_ack_lost(DetectContext *context, TcpConnection *conn)
{
	Finding f;

	finding_begin(&f, context, SHAKEDOWN_ANOMALY_LAST_ACK_LOST, conn);
	finding_fins(&f, -1);
	finding_time(&f, MAX(tcp_closing(conn)->fin_time[0], tcp_closing(conn)->fin_time[1]),
		     conn->end);
	finding_summary(&f, "the last ACK passed, but the FIN came again: the ACK did not arrive, "
			    "and TIME-WAIT was restarted");
	finding_report(&f);
}

/* Where the other direction is not captured nothing but that it comes again tells that there was no
 * answer: there was none up to the last of them. */
static ShakedownTime unanswered_until(const TcpConnection *conn, ShakedownSideId side,
				      ShakedownTime now)
{
	ShakedownTime rst = tcp_aside(conn)->rst_time, end = rst ? MIN(rst, now) : now;

	return tcp_side_has(&conn->side[tcp_other(side)], TCP_SIDE_SEEN)
		       ? end
		       : MIN(end, tcp_closing(conn)->fin_latest[side]);
}

/* What has come of its waiting; NULL: it goes on. */
static const char *ended_by(const TcpConnection *conn, ShakedownSideId side)
{
	if (tcp_aside(conn)->rst_time)
		return "then a reset ended it";
	return conn->side[side].state == SHAKEDOWN_TCP_CLOSED ? "then its ports were used again"
							      : NULL;
}

/* A FIN that was sent again: one that was not has been acknowledged where the tap did not see. */
static void fin_unanswered(DetectContext *context, TcpConnection *conn)
{
	ShakedownTime now = tcp_tracker_now(context->tracker);
	Finding f;

	now = CLAMP(now, conn->end, conn->end + PATIENCE_MOST);
	for (ShakedownSideId side = SHAKEDOWN_CLIENT; side <= SHAKEDOWN_SERVER; side++) {
		const TcpSide *s = &conn->side[side];
		ShakedownTime end = unanswered_until(conn, side, now);
		ShakedownDuration waited = end - tcp_closing(conn)->fin_time[side];

		if (!tcp_side_has(s, TCP_SIDE_SENT_FIN) || tcp_fin_acked(conn, side) ||
		    tcp_side_has(s, TCP_SIDE_HIDDEN_FIN) || s->fins < 2 ||
		    (tcp_aside(conn)->rst_time && !noted(conn, NOTED_FIN_LATE)) ||
		    waited < context->config->fin_timeout ||
		    reported(conn, SHAKEDOWN_ANOMALY_FIN_UNANSWERED))
			continue;
		finding_begin(&f, context, SHAKEDOWN_ANOMALY_FIN_UNANSWERED, conn);
		finding_time(&f, tcp_closing(conn)->fin_time[side], end);
		finding_fins(&f, side);
		finding_filter(&f, "tcp.flags.fin==1");
		finding_text(&f, "sender", shakedown_side_name(side));
		finding_count(&f, "fin", s->fins);
		finding_duration(&f, "waited_s", waited);
		finding_text(&f, "state", shakedown_tcp_state_name(s->state));
		finding_summary(&f, "%s sent FIN %u times in %s and got no acknowledgment: ",
				finding_side(side), s->fins, finding_span(&f, waited));
		const char *end_of_it = ended_by(conn, side);
		if (end_of_it)
			finding_summary(&f, "%s", end_of_it);
		else
			finding_summary(&f, "it hangs in %s", shakedown_tcp_state_name(s->state));
		finding_report(&f);
	}
}

static void on_lingering(void *self, DetectContext *context, const TcpEvent *event)
{
	TcpConnection *conn = event->conn;
	ShakedownSideId stuck = event->side, closed = tcp_other(stuck);
	ShakedownDuration waited =
		event->time - MAX(conn->side[stuck].last, tcp_closing(conn)->fin_time[closed]);
	Finding f;

	if (!tcp_side_has(&conn->side[stuck], TCP_SIDE_SEEN) ||
	    reported(conn, SHAKEDOWN_ANOMALY_HALF_CLOSED_LINGERING))
		return;
	/* It may have closed before the capture began, and this be the other's answer. */
	if (tcp_conn_has(conn, TCP_CONN_MIDSTREAM) && !conn->side[stuck].bytes)
		return;
	finding_begin(&f, context, SHAKEDOWN_ANOMALY_HALF_CLOSED_LINGERING, conn);
	finding_time(&f, tcp_closing(conn)->fin_time[closed], event->time);
	finding_fins(&f, closed);
	finding_frame(&f, conn->last_frame);
	finding_text(&f, "stuck", shakedown_side_name(stuck));
	finding_duration(&f, "waited_s", waited);
	finding_summary(&f,
			"%s closed, %s acknowledged and has then done nothing for %s: it stays in "
			"CLOSE-WAIT",
			finding_side(closed), finding_side(stuck), finding_span(&f, waited));
	finding_report(&f);
}

static bool went_on(const TcpConnection *conn, const TcpWatchSide *w, ShakedownDuration lasted)
{
	ShakedownDuration rtt = 0;

	if (lasted >= HALF_CLOSE_LEAST)
		return true;
	for (unsigned i = 0; i < 2; i++) {
		if (conn->leg[i] == SHAKEDOWN_DURATION_UNKNOWN)
			return false;
		rtt += conn->leg[i];
	}
	return lasted >= MAX(HALF_CLOSE_SHORT, HALF_CLOSE_ROUNDS * rtt) &&
	       w->late_bytes >= HALF_CLOSE_BYTES;
}

/* Who resets, and has acknowledged nothing of what came after its FIN, had closed both directions:
 * nobody was there to read. */
static bool closed_both(const TcpConnection *conn, ShakedownSideId closed, const TcpWatchSide *w)
{
	const TcpSide *c = &conn->side[closed], *o = &conn->side[tcp_other(closed)];

	return c->rsts && tcp_side_has(c, TCP_SIDE_ACKED) &&
	       tcp_seq_diff(o->snd_nxt, c->rcv_nxt) >= (int64_t)w->late_bytes;
}

static void half_close(DetectContext *context, TcpConnection *conn)
{
	Finding f;

	if (conn->first_fin < 0)
		return;
	ShakedownSideId closed = (ShakedownSideId)conn->first_fin, open = tcp_other(closed);
	const TcpWatchSide *w = &tcp_aside(conn)->watch->side[open];
	ShakedownDuration lasted = w->late_last - tcp_closing(conn)->fin_time[closed];

	/* Who has not got the FIN does not go on in spite of it. */
	if (!w->late_bytes || !tcp_fin_acked(conn, closed) || !went_on(conn, w, lasted) ||
	    closed_both(conn, closed, w))
		return;
	finding_begin(&f, context, SHAKEDOWN_ANOMALY_HALF_CLOSE, conn);
	finding_time(&f, tcp_closing(conn)->fin_time[closed], w->late_last);
	finding_fins(&f, -1);
	finding_text(&f, "closed_by", shakedown_side_name(closed));
	finding_duration(&f, "lasted_s", lasted);
	finding_count(&f, "bytes", w->late_bytes);
	finding_summary(&f, "%s closed its direction, %s went on for %s and sent %s",
			finding_side(closed), finding_side(open), finding_span(&f, lasted),
			finding_bytes(&f, w->late_bytes));
	finding_report(&f);
}

static void simultaneous_close(DetectContext *context, TcpConnection *conn)
{
	Finding f;

	finding_begin(&f, context, SHAKEDOWN_ANOMALY_SIMULTANEOUS_CLOSE, conn);
	finding_time(&f, MIN(tcp_closing(conn)->fin_time[0], tcp_closing(conn)->fin_time[1]),
		     MAX(tcp_closing(conn)->fin_time[0], tcp_closing(conn)->fin_time[1]));
	finding_fins(&f, -1);
	finding_filter(&f, "tcp.flags.fin==1");
	finding_duration(&f, "apart_s",
			 ABS(tcp_closing(conn)->fin_time[0] - tcp_closing(conn)->fin_time[1]));
	finding_summary(&f, "the FINs crossed: both sides closed before either had the other's");
	finding_report(&f);
}

static void data_after_fin(DetectContext *context, TcpConnection *conn)
{
	const DossierRare *d = dossier_rare(dossier_get(context->dossiers, conn));
	Finding f;

	for (ShakedownSideId side = SHAKEDOWN_CLIENT; side <= SHAKEDOWN_SERVER; side++) {
		const DossierData *data = &d->after_fin[side];

		if (!data->count || reported(conn, SHAKEDOWN_ANOMALY_DATA_AFTER_FIN))
			continue;
		finding_begin(&f, context, SHAKEDOWN_ANOMALY_DATA_AFTER_FIN, conn);
		finding_time(&f, data->time, conn->end);
		finding_frame(&f, data->frame);
		finding_fins(&f, side);
		finding_frame(&f, d->not_its_fin[side]);
		finding_count(&f, "segments", data->count);
		finding_count(&f, "bytes", data->bytes);
		finding_flag(&f, "forged", d->not_its_fin[side] != 0);
		if (d->not_its_fin[side])
			finding_summary(&f,
					"%s went on with %s where a FIN in its name had stood: "
					"the FIN was not its own",
					finding_side(side), finding_bytes(&f, data->bytes));
		else
			finding_summary(&f, "%s sent %s beyond its own FIN", finding_side(side),
					finding_bytes(&f, data->bytes));
		finding_report(&f);
	}
}

static void on_data_after_fin(void *self, DetectContext *context, const TcpEvent *event)
{
	DossierData *d = &dossier_rare_of(context->dossiers, event->conn)->after_fin[event->side];

	if (!d->count++) {
		d->time = event->time;
		d->frame = event->frame;
	}
	d->bytes += event->seg->payload_len;
}

static void on_forged_fin(void *self, DetectContext *context, const TcpEvent *event)
{
	const TcpBelief *fin = tcp_beliefs_by(&event->conn->beliefs, event->side, TCP_SENDS_FIN);

	uint64_t *frame =
		&dossier_rare_of(context->dossiers, event->conn)->not_its_fin[event->side];

	if (fin)
		*frame = fin->frame;
	if (event->seg->payload_len)
		on_data_after_fin(self, context, event);
}

/* Its FIN, or one that was damaged on the way and counts none the less. */
static bool may_have_repeated(const TcpConnection *conn)
{
	return conn->side[0].fins > 1 || conn->side[1].fins > 1 ||
	       ((conn->side[0].checks | conn->side[1].checks) & TCP_CHECK_BAD);
}

static void on_over(void *self, DetectContext *context, const TcpEvent *event)
{
	TcpConnection *conn = event->conn;

	if (reported(conn, SHAKEDOWN_ANOMALY_PORT_SCAN))
		return;
	if (noted_closed(conn)) {
		if (may_have_repeated(conn))
			fin_retransmitted(context, conn);
		if (tcp_conn_has(conn, TCP_CONN_LAST_ACK_LOST))
			last_ack_lost(context, conn);
		if (conn->side[0].fins > 1 || conn->side[1].fins > 1)
			fin_unanswered(context, conn);
		if (tcp_conn_has(conn, TCP_CONN_CROSSED))
			simultaneous_close(context, conn);
		if (tcp_aside(conn)->watch)
			half_close(context, conn);
	}
	if (noted(conn, NOTED_DOSSIER))
		data_after_fin(context, conn);
	if (tcp_aside(conn)->watch)
		silence_judge(context, conn);
}

/* How often, and whether at all, shows when the connection is over. */
static void on_fin_late(void *self, DetectContext *context, const TcpEvent *event)
{
	TcpConnection *conn = event->conn;

	if (!tcp_aside(conn)->rst_time && MAX(conn->side[0].fins, conn->side[1].fins) > 1)
		conn->noted |= NOTED_FIN_LATE;
}

const DetectorOps detect_teardown = {.on = {[TCP_EVENT_FIN_LATE] = on_fin_late,
					    [TCP_EVENT_LINGERING] = on_lingering,
					    [TCP_EVENT_DATA_AFTER_FIN] = on_data_after_fin,
					    [TCP_EVENT_FIN_CONTRADICTED] = on_forged_fin,
					    [TCP_EVENT_OVER] = on_over},
				     .over_if = OVER_CLOSED | OVER_WATCHED | NOTED_DOSSIER};
