/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/opening.h"

#include "detect/member.h"
#include "detect/noted.h"
#include "detect/refusal.h"
#include "tcp/tcp-outcome.h"

#include <inttypes.h>

/* RFC 6298 §2.1 begins with a second; whoever goes below it does not go below this. */
#define RETRANSMISSION_LEAST (INT64_C(20) * 1000 * 1000)
/* Linux's first gap is of a second: what comes sooner answers something. */
#define LINEAR_LEAST (INT64_C(500) * 1000 * 1000)
/* A gap between two repetitions, by the one before: so much longer it has doubled, … */
#define DOUBLES_LEAST 1.5
#define DOUBLES_MOST 3.0
/* … and no more than so much longer or shorter it is the same. */
#define ALIKE_MOST 1.25
/* So many show where the others ought to be; more are beyond any bound. */
#define SCHEDULE_LEAST 5
#define SCHEDULE_MOST 16
/* … so far from there, by the first gap. */
#define SCHEDULE_OFF_MOST 0.25
/* RFC 6298 §2.5, less what a clock's tick and a busy host take. */
#define BOUND_LEAST (59e9)
/* No stack has a segment of a handshake unanswered for longer before it gives up or repeats it. */
#define PATIENCE_MOST (INT64_C(64) * SHAKEDOWN_NS_PER_S)

/* From the first on 1, 3, 7, 15 … units: one of them may have been held up before it was captured,
 * as by a radio that slept, and shifts none of the others. */
static bool keeps_its_schedule(const ShakedownTime *times, size_t n)
{
	unsigned off = 0;

	if (n < SCHEDULE_LEAST || n > SCHEDULE_MOST)
		return false;
	double unit = (double)(times[n - 1] - times[0]) / ((1u << (n - 1)) - 1);

	for (size_t i = 1; i < n; i++) {
		double due = unit * ((1u << i) - 1), by = (double)(times[i] - times[0]) - due;

		off += by > unit * SCHEDULE_OFF_MOST || by < -unit * SCHEDULE_OFF_MOST;
	}
	return unit > 0 && off <= 1;
}

Backoff backoff_of(const ShakedownTime *times, size_t n)
{
	bool doubles = true, alike = true, linear = true;

	if (n < 3)
		return BACKOFF_UNKNOWN;
	for (size_t i = 2; i < n; i++) {
		double gap = (double)(times[i] - times[i - 1]);
		double before = (double)(times[i - 1] - times[i - 2]);
		double ratio = before > 0 ? gap / before : 0;

		/* Alike for a while, then doubling. */
		bool same = ratio <= ALIKE_MOST && ratio >= 1 / ALIKE_MOST;
		/* RFC 6298 §2.5, §5.5: no further than a bound of a minute at least. */
		bool bound = same && before >= BOUND_LEAST && i > 2;

		if (bound)
			continue;
		doubles = doubles && ratio >= DOUBLES_LEAST && ratio <= DOUBLES_MOST;
		linear = linear && (same || (ratio >= DOUBLES_LEAST && ratio <= DOUBLES_MOST)) &&
			 !(same && !alike);
		alike = alike && same;
	}
	if (doubles || (!linear && keeps_its_schedule(times, n)))
		return BACKOFF_EXPONENTIAL;
	return linear ? BACKOFF_LINEAR : BACKOFF_IRREGULAR;
}

/* The first one's time, then those of the side's marks; returns how many. */
static size_t times_of(const TcpConnection *conn, TcpMarkKind kind, ShakedownSideId side,
		       ShakedownTime first, ShakedownTime out[TCP_MARKS + 1])
{
	const TcpMarks *marks = &tcp_aside(conn)->marks;
	size_t n = 0;

	out[n++] = first;
	for (unsigned i = 0; i < marks->len; i++)
		if (marks->items[i].kind == kind && marks->items[i].side == side &&
		    marks->items[i].time > first)
			out[n++] = marks->items[i].time;
	return n;
}

/* Only one's own timer backs off; what was lost before the tap leaves a gap that no timer has. */
static void say_backoff(Finding *f, const ShakedownTime *times, size_t n, bool timer, bool syn)
{
	static const char *const names[] = {
		[BACKOFF_UNKNOWN] = "unknown",
		[BACKOFF_EXPONENTIAL] = "exponential",
		[BACKOFF_LINEAR] = "linear",
		[BACKOFF_IRREGULAR] = "irregular",
	};
	static const char *const words[] = {
		[BACKOFF_UNKNOWN] = "",
		[BACKOFF_EXPONENTIAL] = ", backing off as RFC 6298 asks",
		[BACKOFF_LINEAR] = ", at even intervals",
		[BACKOFF_IRREGULAR] = ", unlike RFC 6298's timer, unless some did not pass here",
	};
	Backoff b = timer ? backoff_of(times, n) : BACKOFF_UNKNOWN;

	if (n > 1) {
		finding_duration(f, "first_gap_s", times[1] - times[0]);
		finding_duration(f, "last_gap_s", times[n - 1] - times[n - 2]);
	}
	finding_text(f, "backoff", names[b]);
	finding_summary(f, "%s", words[b]);
	/* tcp_syn_linear_timeouts; its SYN,ACKs double from the first. */
	if (b == BACKOFF_LINEAR && syn && times[1] - times[0] >= LINEAR_LEAST)
		finding_summary(f, " at first (as Linux since 6.5 does)");
}

/* No timer is so fast: the network or the capture has doubled it, or it came but once. */
static bool doubled(const ShakedownTime *times, size_t n)
{
	return times[n - 1] - times[0] < RETRANSMISSION_LEAST;
}

unsigned opening_syns(const TcpConnection *conn)
{
	unsigned n = conn->side[SHAKEDOWN_CLIENT].syns;
	bool both = tcp_conn_has(conn, TCP_CONN_SIMULTANEOUS);

	return both && n > 1 ? n - 1 : n;
}

/* 0: it did not. */
static ShakedownTime acknowledged_at(const TcpConnection *conn)
{
	const TcpBelief *items = tcp_beliefs_items(&conn->beliefs);

	for (unsigned i = 0; i < conn->beliefs.len; i++)
		if (items[i].side == SHAKEDOWN_CLIENT &&
		    items[i].state == SHAKEDOWN_TCP_ESTABLISHED)
			return items[i].time;
	return 0;
}

/* The answer that the tap saw need not have come to who asked. A SYN behind the third ACK is not
 * its sender's: the network had kept a copy. */
static void say_answer(Finding *f, const TcpConnection *conn, ShakedownTime last, bool copy)
{
	ShakedownDuration after = conn->syn_ack_first - conn->syn_first;

	finding_duration(f, "answered_after_s", after);
	if (last < conn->syn_ack_first)
		finding_summary(f, "; the answer came after %s", finding_span(f, after));
	else if (copy)
		finding_summary(f, "; the last of them is an old copy, late: the answer had been "
				   "acknowledged");
	else
		finding_summary(f, "; the answer passed here after %s, but had not reached it then",
				finding_span(f, after));
}

static void syn_retransmitted(DetectContext *context, TcpConnection *conn, const Dossier *dossier)
{
	ShakedownTime times[TCP_MARKS + 1];
	ShakedownTime acknowledged = acknowledged_at(conn);
	unsigned syns = opening_syns(conn);
	bool anew = tcp_side_has(&conn->side[SHAKEDOWN_CLIENT], TCP_SIDE_ANEW);
	Finding f;

	if (syns < 2 || !tcp_side_has(&conn->side[SHAKEDOWN_CLIENT], TCP_SIDE_SENT_SYN))
		return;
	size_t n = times_of(conn, TCP_MARK_SYN, SHAKEDOWN_CLIENT, conn->syn_first, times);
	/* RFC 9293 §3.5 figure 8: the first was not its own, and is no repetition's beginning. */
	if (anew && n > 1) {
		memmove(times, times + 1, --n * sizeof *times);
		syns--;
	}
	/* A proxy has opened in its name, and both sides of it were captured; or, having lost the
	 * connection, it has opened it anew by the same number. */
	if (tcp_side_has(&conn->side[SHAKEDOWN_SERVER], TCP_SIDE_TWICE) ||
	    (dossier && dossier_reset(dossier, SHAKEDOWN_CLIENT)->after_syn))
		for (; n > 1 && acknowledged && times[n - 1] > acknowledged; n--)
			syns--;
	unsigned refusals = refusal_asked_again(conn);
	if (doubled(times, n) || refusals + 1 >= n)
		return;
	finding_begin(&f, context, SHAKEDOWN_ANOMALY_SYN_RETRANSMITTED, conn);
	finding_time(&f, times[0], times[n - 1]);
	if (!anew)
		finding_frame(&f, conn->first_frame);
	finding_marks(&f, TCP_MARK_SYN, SHAKEDOWN_CLIENT);
	finding_filter(&f, "tcp.flags.syn==1 && tcp.flags.ack==0");
	finding_count(&f, "syn", syns);
	finding_duration(&f, "lasted_s", times[n - 1] - times[0]);
	finding_summary(&f, "the client sent its SYN %u times in %s", syns,
			finding_span(&f, times[n - 1] - times[0]));
	bool copy = acknowledged && times[n - 1] > acknowledged;

	say_backoff(&f, times, n, !copy && !refusals, true);
	if (refusals) {
		finding_count(&f, "after_refusal", refusals);
		finding_summary(&f, ", %u of them because the one before was refused", refusals);
	}
	/* The first answer was to another SYN. */
	if (conn->syn_ack_first && (copy || !reported(conn, SHAKEDOWN_ANOMALY_OLD_DUPLICATE_SYN)))
		say_answer(&f, conn, times[n - 1], copy);
	finding_report(&f);
}

/* Of crossing SYNs those of the server alone came again. */
static void servers_syn_retransmitted(DetectContext *context, TcpConnection *conn)
{
	const TcpBelief *own = tcp_beliefs_by(&conn->beliefs, SHAKEDOWN_SERVER, TCP_SENDS_SYN);
	ShakedownTime times[TCP_MARKS + 1];
	size_t n = own ? times_of(conn, TCP_MARK_SYN, SHAKEDOWN_SERVER, own->time, times) : 0;
	Finding f;

	if (!n || doubled(times, n) || reported(conn, SHAKEDOWN_ANOMALY_SYN_RETRANSMITTED))
		return;
	finding_begin(&f, context, SHAKEDOWN_ANOMALY_SYN_RETRANSMITTED, conn);
	finding_time(&f, times[0], times[n - 1]);
	finding_frame(&f, own->frame);
	finding_marks(&f, TCP_MARK_SYN, SHAKEDOWN_SERVER);
	finding_filter(&f, "tcp.flags.syn==1 && tcp.flags.ack==0");
	finding_count(&f, "syn", n);
	finding_duration(&f, "lasted_s", times[n - 1] - times[0]);
	finding_summary(&f, "the server sent a SYN of its own %zu times in %s", n,
			finding_span(&f, times[n - 1] - times[0]));
	say_backoff(&f, times, n, true, true);
	finding_report(&f);
}

/* SYNs without any answer. */
static void no_answer(DetectContext *context, TcpConnection *conn, ShakedownTime now)
{
	const TcpSide *c = &conn->side[SHAKEDOWN_CLIENT], *s = &conn->side[SHAKEDOWN_SERVER];
	/* Who resets has given up. */
	ShakedownTime reset = tcp_aside(conn)->rst_time;
	ShakedownDuration waited = (reset ? MIN(now, reset) : now) - conn->syn_first;
	unsigned syns = opening_syns(conn);
	Finding f;

	/* Acknowledging or resetting it, the client had an answer that the tap did not see. */
	if (!conn->syn_first || tcp_side_has(s, TCP_SIDE_SEEN) ||
	    tcp_beliefs_by(&conn->beliefs, SHAKEDOWN_SERVER, TCP_SENDS_SYN_ACK) ||
	    tcp_side_has(c, TCP_SIDE_ACKED) || tcp_conn_has(conn, TCP_CONN_OLD_ANSWERED) ||
	    waited < context->config->syn_timeout || reported(conn, SHAKEDOWN_ANOMALY_NO_ANSWER) ||
	    tcp_conn_has(conn, TCP_CONN_UNREACHABLE))
		return;
	/* Nor where most answers are none of the capture's. */
	if (context->answers_unseen > context->answers_seen)
		return;
	finding_begin(&f, context, SHAKEDOWN_ANOMALY_NO_ANSWER, conn);
	/* A single SYN that nobody repeats is a probe or a client with another plan. */
	if (syns < 2)
		finding_severity(&f, SHAKEDOWN_SEVERITY_NOTICE);
	finding_time(&f, conn->syn_first, MAX(conn->end, conn->syn_first + waited));
	finding_frame(&f, conn->first_frame);
	finding_marks(&f, TCP_MARK_SYN, SHAKEDOWN_CLIENT);
	finding_count(&f, "syn", syns);
	finding_duration(&f, "waited_s", waited);
	finding_summary(&f, "the client sent SYN %u time%s and got no answer for %s", syns,
			syns == 1 ? "" : "s", finding_span(&f, waited));
	finding_report(&f);
}

/* To the client it is the same as no answer: it sends SYN until it gives up. */
static void answers_lost(DetectContext *context, TcpConnection *conn)
{
	const TcpSide *c = &conn->side[SHAKEDOWN_CLIENT];
	Finding f;

	finding_begin(&f, context, SHAKEDOWN_ANOMALY_NO_ANSWER, conn);
	finding_severity(&f, SHAKEDOWN_SEVERITY_NOTICE);
	finding_time(&f, conn->syn_first, conn->end);
	finding_frame(&f, conn->first_frame);
	finding_marks(&f, TCP_MARK_SYN, SHAKEDOWN_CLIENT);
	finding_count(&f, "syn", c->syns);
	finding_duration(&f, "waited_s", c->last - conn->syn_first);
	finding_flag(&f, "answered_at_tap", true);
	finding_summary(&f,
			"the client sent SYN %u times in %s: the answers passed here, none "
			"reached it",
			c->syns, finding_span(&f, c->last - conn->syn_first));
	finding_report(&f);
}

/* It has waited in vain, and says that it does so no more (RFC 9293 §3.10.5): its reset answers
 * nothing but silence. */
static bool server_gave_up(const TcpConnection *conn)
{
	const TcpSide *c = &conn->side[SHAKEDOWN_CLIENT], *s = &conn->side[SHAKEDOWN_SERVER];
	ShakedownTime rst = tcp_aside(conn)->rst_time;

	return s->rsts && !c->rsts && tcp_side_packets(conn, SHAKEDOWN_CLIENT) == c->syns &&
	       c->last < conn->syn_ack_last && rst > conn->syn_ack_last &&
	       tcp_syn_ack_unanswered(conn, rst);
}

static void missing_third_ack(DetectContext *context, TcpConnection *conn, ShakedownTime now)
{
	const TcpSide *c = &conn->side[SHAKEDOWN_CLIENT], *s = &conn->side[SHAKEDOWN_SERVER];
	ShakedownDuration waited = now - conn->syn_ack_first;
	ShakedownDuration span = conn->syn_ack_last - conn->syn_ack_first;
	Finding f;

	if (tcp_was_synchronized(conn, SHAKEDOWN_CLIENT) || !tcp_side_has(c, TCP_SIDE_SENT_SYN) ||
	    c->rsts || (tcp_aside(conn)->rst_time && !server_gave_up(conn)) ||
	    reported(conn, SHAKEDOWN_ANOMALY_MISSING_THIRD_ACK))
		return;
	/* Sent again it is proof; else the capture must have gone on. */
	if (!tcp_syn_ack_unanswered(conn, now) && (waited < context->config->handshake_timeout ||
						   tcp_tracker_lacks_acks(context->tracker)))
		return;
	finding_begin(&f, context, SHAKEDOWN_ANOMALY_MISSING_THIRD_ACK, conn);
	/* A server that does not ask again may have had it, or keeps no state (SYN cookies). */
	if (s->syns < 2)
		finding_severity(&f, SHAKEDOWN_SEVERITY_NOTICE);
	finding_time(&f, conn->syn_ack_first, MAX(conn->syn_ack_last, conn->end));
	finding_frame(&f, conn->first_frame);
	finding_frame(&f, conn->syn_ack_frame);
	finding_marks(&f, TCP_MARK_SYN_ACK, SHAKEDOWN_SERVER);
	finding_count(&f, "syn_ack", s->syns);
	finding_duration(&f, "waited_s", waited);
	if (s->syns > 1)
		finding_summary(&f, "SYN,ACK sent %u times in %s, never acknowledged by the client",
				s->syns, finding_span(&f, span));
	else
		finding_summary(&f, "the client did not acknowledge the SYN,ACK for %s",
				finding_span(&f, waited));
	if (server_gave_up(conn)) {
		finding_duration(&f, "gave_up_after_s",
				 tcp_aside(conn)->rst_time - conn->syn_ack_first);
		finding_marks(&f, TCP_MARK_RST, SHAKEDOWN_SERVER);
		finding_summary(&f, "; after %s the server gave up with a reset",
				finding_span(&f, tcp_aside(conn)->rst_time - conn->syn_ack_first));
	}
	if (tcp_syn_after_answer(conn)) {
		finding_flag(&f, "syn_again_after_syn_ack", true);
		finding_summary(&f, "; the client goes on sending SYN: the SYN,ACK does not reach "
				    "it");
	}
	finding_report(&f);
	if (tcp_syn_after_answer(conn))
		answers_lost(context, conn);
}

static void syn_ack_retransmitted(DetectContext *context, TcpConnection *conn)
{
	const TcpSide *s = &conn->side[SHAKEDOWN_SERVER];
	ShakedownTime times[TCP_MARKS + 1];
	Finding f;

	if (!conn->syn_ack_first)
		return;
	size_t n = times_of(conn, TCP_MARK_SYN_ACK, SHAKEDOWN_SERVER, conn->syn_ack_first, times);
	if (doubled(times, n))
		return;
	finding_begin(&f, context, SHAKEDOWN_ANOMALY_SYN_ACK_RETRANSMITTED, conn);
	finding_time(&f, conn->syn_ack_first, conn->syn_ack_last);
	finding_frame(&f, conn->syn_ack_frame);
	finding_marks(&f, TCP_MARK_SYN_ACK, SHAKEDOWN_SERVER);
	finding_filter(&f, "tcp.flags.syn==1 && tcp.flags.ack==1");
	finding_count(&f, "syn_ack", s->syns);
	finding_duration(&f, "lasted_s", conn->syn_ack_last - conn->syn_ack_first);
	finding_summary(&f, "the server sent its SYN,ACK %u times in %s", s->syns,
			finding_span(&f, conn->syn_ack_last - conn->syn_ack_first));
	/* §3.8.1 and §3.10.7.4: a SYN again is answered again, whenever that is. */
	bool asked_again = tcp_syn_after_answer(conn);

	say_backoff(&f, times, n, !asked_again, false);
	finding_flag(&f, "syn_again", asked_again);
	if (asked_again)
		finding_summary(&f, ", also because the client's SYN came again");
	finding_report(&f);
}

/* Nothing but the client's own word tells that its latest ACK arrived, while what it sends goes
 * unacknowledged. */
static bool only_hoped_for(const TcpConnection *conn)
{
	const TcpSide *c = &conn->side[SHAKEDOWN_CLIENT], *s = &conn->side[SHAKEDOWN_SERVER];

	return !s->bytes && !tcp_side_has(s, TCP_SIDE_SENT_FIN) &&
	       tcp_side_has(s, TCP_SIDE_ACKED) && tcp_seq_eq(s->rcv_nxt, tcp_seq_add(c->isn, 1)) &&
	       tcp_seq_lt(s->rcv_nxt, c->snd_nxt);
}

static void third_ack_lost(DetectContext *context, TcpConnection *conn, const DossierRare *d)
{
	const TcpSide *s = &conn->side[SHAKEDOWN_SERVER];
	bool goes_on = s->state >= SHAKEDOWN_TCP_ESTABLISHED || s->bytes ||
		       tcp_side_has(s, TCP_SIDE_SENT_FIN);
	bool mended = goes_on && !only_hoped_for(conn);
	Finding f;

	finding_begin(&f, context, SHAKEDOWN_ANOMALY_THIRD_ACK_LOST, conn);
	/* One lost packet that the next one mends is everyday life. */
	if (goes_on && d->third_ack_lost == 1)
		finding_severity(&f, SHAKEDOWN_SEVERITY_NOTICE);
	finding_time(&f, conn->syn_ack_first, conn->syn_ack_last);
	finding_frame(&f, conn->syn_ack_frame);
	finding_frame(&f, d->third_ack_lost_frame);
	finding_marks(&f, TCP_MARK_SYN_ACK, SHAKEDOWN_SERVER);
	finding_count(&f, "syn_ack", s->syns);
	finding_count(&f, "lost", d->third_ack_lost);
	finding_flag(&f, "mended", mended);
	finding_summary(&f,
			"the third ACK passed, but the server sent SYN,ACK again: it did not "
			"arrive, or was not accepted (%u time%s)",
			d->third_ack_lost, d->third_ack_lost == 1 ? "" : "s");
	finding_summary(&f,
			mended	  ? "; the connection was established all the same"
			: goes_on ? "; nothing from the server shows that a later one was accepted"
				  : "; the client believes that it is connected, the server not");
	finding_report(&f);
}

static void half_open_probe(DetectContext *context, TcpConnection *conn)
{
	Finding f;

	/* §3.10.7.1: so does whoever never asked. Who floods in its name makes others answer it. */
	if (!tcp_side_has(&conn->side[SHAKEDOWN_CLIENT], TCP_SIDE_SYN_SEEN) ||
	    tcp_conn_has(conn, TCP_CONN_THIRD_ACK) ||
	    reported(conn, SHAKEDOWN_ANOMALY_BAD_HANDSHAKE_ACK))
		return;
	finding_begin(&f, context, SHAKEDOWN_ANOMALY_HALF_OPEN_PROBE, conn);
	finding_time(&f, conn->syn_first, tcp_aside(conn)->rst_time);
	finding_frame(&f, conn->first_frame);
	finding_frame(&f, conn->syn_ack_frame);
	finding_marks(&f, TCP_MARK_RST, SHAKEDOWN_CLIENT);
	finding_duration(&f, "after_s", tcp_aside(conn)->rst_time - conn->syn_ack_first);
	finding_flag(&f, "bare_syn", noted(conn, NOTED_BARE_SYN));
	finding_summary(&f, "the client answered SYN,ACK of port %u with RST after %s",
			tcp_conn_port(conn, SHAKEDOWN_SERVER),
			finding_span(&f, tcp_aside(conn)->rst_time - conn->syn_ack_first));
	finding_report(&f);
}

static void both_open(DetectContext *context, TcpConnection *conn)
{
	bool split = tcp_conn_has(conn, TCP_CONN_SPLIT);
	Finding f;

	servers_syn_retransmitted(context, conn);
	finding_begin(&f, context,
		      split ? SHAKEDOWN_ANOMALY_SPLIT_HANDSHAKE
			    : SHAKEDOWN_ANOMALY_SIMULTANEOUS_OPEN,
		      conn);
	finding_time(&f, conn->syn_first, conn->syn_ack_last ? conn->syn_ack_last : conn->end);
	finding_frame(&f, conn->first_frame);
	finding_filter(&f, "tcp.flags.syn==1");
	finding_summary(&f, split ? "the server answered SYN with a SYN of its own, not with "
				    "SYN,ACK: a handshake of more than three steps"
				  : "both sides sent a SYN before either had the other's");
	finding_report(&f);
}

/* Of most there is nothing to be said, and nobody is asked to say so. */
static void judge_failure(DetectContext *context, TcpConnection *conn, ShakedownTime now)
{
	if (conn->syn_ack_first && !tcp_conn_has(conn, TCP_CONN_THIRD_ACK))
		missing_third_ack(context, conn, now);
	if (noted(conn, NOTED_REFUSED))
		refusal_judge(context, conn);
	if (!conn->syn_ack_first)
		no_answer(context, conn, now);
}

void opening_judge_early(DetectContext *context, TcpConnection *conn, ShakedownTime now)
{
	if (!tcp_conn_has(conn, TCP_CONN_MIDSTREAM))
		judge_failure(context, conn, now);
}

void opening_judge(DetectContext *context, TcpConnection *conn, const Dossier *dossier,
		   ShakedownTime last)
{
	/* Nobody waits for ever: what the capture shows of later is another story. */
	ShakedownTime now = MIN(last, conn->end + PATIENCE_MOST);
	const TcpSide *c = &conn->side[SHAKEDOWN_CLIENT], *s = &conn->side[SHAKEDOWN_SERVER];
	bool both = tcp_conn_has(conn, TCP_CONN_SIMULTANEOUS);

	if (tcp_conn_has(conn, TCP_CONN_MIDSTREAM))
		return;
	if (tcp_side_has(c, TCP_SIDE_SYN_SEEN)) {
		if (c->syns > 1)
			syn_retransmitted(context, conn, dossier);
		if (both)
			both_open(context, conn);
	}
	if (dossier && dossier_rare(dossier)->third_ack_lost)
		third_ack_lost(context, conn, dossier->rare);
	if (!both && s->syns > 1)
		syn_ack_retransmitted(context, conn);
	judge_failure(context, conn, now);
	if (tcp_conn_has(conn, TCP_CONN_ABORTED))
		half_open_probe(context, conn);
}
