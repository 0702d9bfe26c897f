/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/silence.h"

#include "detect/noted.h"
#include "tcp/tcp-watch.h"

#include <inttypes.h>

/* Loss explains fewer repetitions. */
#define UNANSWERED_LEAST 3
#define KEEP_ALIVES_LEAST 2
/* RFC 9293 §3.7.1: a segment of that size gets through everywhere. */
#define LARGE_MORE_THAN 536
/* Three timeouts take longer than that: RFC 6298 §2.4, and Linux with its 200 ms. */
#define UNANSWERED_FOR (SHAKEDOWN_NS_PER_S / 2)

/* What it answers after it has given up is no question. */
static ShakedownTime asked_until(const TcpConnection *conn, ShakedownSideId side,
				 ShakedownTime since)
{
	const TcpMarks *marks = &tcp_aside(conn)->marks;

	for (unsigned i = 0; i < marks->len; i++)
		if (marks->items[i].kind == TCP_MARK_RST && marks->items[i].side == side &&
		    marks->items[i].time >= since)
			return marks->items[i].time;
	return conn->side[side].last;
}

/* Linux drops the third ACK, and data with it, where the accept queue is full. */
static void say_before(Finding *f, const TcpConnection *conn, ShakedownSideId silent,
		       ShakedownDuration idle)
{
	uint32_t syns = conn->side[silent].syns;

	if (idle >= SHAKEDOWN_NS_PER_S)
		finding_summary(f, ", after the connection had been idle for %s",
				finding_span(f, idle));
	if (silent == SHAKEDOWN_SERVER && syns && tcp_side_originals(conn, silent) <= syns)
		finding_summary(f, "; it has sent nothing but SYN,ACK: perhaps its accept queue "
				   "was full");
}

static void silent_death(DetectContext *context, TcpConnection *conn)
{
	Finding f;

	for (ShakedownSideId side = SHAKEDOWN_CLIENT; side <= SHAKEDOWN_SERVER; side++) {
		const TcpWatchSide *w = &tcp_aside(conn)->watch->side[side];
		const TcpSide *s = &conn->side[side], *o = &conn->side[tcp_other(side)];
		const TcpWatchSide *o_watch = &tcp_aside(conn)->watch->side[tcp_other(side)];
		bool data = w->resent >= UNANSWERED_LEAST;
		bool fin = tcp_side_has(s, TCP_SIDE_SENT_FIN) && tcp_seq_eq(w->asked_seq, s->fin);
		bool deaf = data && o_watch->resent >= UNANSWERED_LEAST;
		bool probes = w->keep_alives >= KEEP_ALIVES_LEAST ||
			      w->zero_probes >= UNANSWERED_LEAST + 1;

		if ((!data && !probes) || !tcp_side_has(o, TCP_SIDE_SEEN) ||
		    !tcp_side_has(o, TCP_SIDE_ACKED) ||
		    reported(conn, SHAKEDOWN_ANOMALY_SILENT_DEATH) ||
		    reported(conn, SHAKEDOWN_ANOMALY_FIN_UNANSWERED))
			continue;
		/* An orphan's last FIN: the peer had closed, and may be gone. */
		if (tcp_side_has(o, TCP_SIDE_SENT_FIN) && tcp_side_has(s, TCP_SIDE_SENT_FIN))
			continue;
		ShakedownTime until = asked_until(conn, side, w->asked);
		ShakedownDuration waited = until - w->asked;

		if (waited < UNANSWERED_FOR)
			continue;
		finding_begin(&f, context, SHAKEDOWN_ANOMALY_SILENT_DEATH, conn);
		finding_time(&f, w->asked, until);
		finding_frame(&f, w->asked_frame);
		finding_frame(&f, conn->last_frame);
		finding_text(&f, "silent", shakedown_side_name(tcp_other(side)));
		finding_count(&f, "retransmissions", w->resent);
		finding_count(&f, "keep_alives", w->keep_alives);
		finding_count(&f, "window_probes", w->zero_probes);
		finding_duration(&f, "idle_before_s", MAX(w->idle, 0));
		finding_duration(&f, "waited_s", waited);
		finding_flag(&f, "gave_up", s->rsts > 0);
		finding_flag(&f, "both", deaf);
		if (deaf)
			finding_summary(&f, "neither side hears the other: ");
		else
			finding_summary(&f, "%s fell silent: ", finding_side(tcp_other(side)));
		finding_summary(&f, "%s sent %s %u times in %s without an answer",
				finding_side(side),
				data		 ? fin ? "its FIN again" : "its data again"
				: w->zero_probes ? "window probes"
						 : "keep-alives",
				data ? w->resent : w->zero_probes + w->keep_alives,
				finding_span(&f, waited));
		if (deaf)
			finding_summary(&f, ", and %s %u times", finding_side(tcp_other(side)),
					o_watch->resent);
		say_before(&f, conn, tcp_other(side), w->idle);
		finding_report(&f);
	}
}

/* The other side lives, and has not got what was sent to it. */
static void stuck(DetectContext *context, TcpConnection *conn)
{
	Finding f;

	for (ShakedownSideId side = SHAKEDOWN_CLIENT; side <= SHAKEDOWN_SERVER; side++) {
		const TcpWatchSide *w = &tcp_aside(conn)->watch->side[side];

		if (!w->stuck || reported(conn, SHAKEDOWN_ANOMALY_SILENT_DEATH))
			continue;
		finding_begin(&f, context, SHAKEDOWN_ANOMALY_SILENT_DEATH, conn);
		finding_time(&f, w->stuck_since, w->stuck_last);
		finding_frame(&f, w->stuck_frame);
		finding_frame(&f, w->stuck_heard_frame);
		finding_text(&f, "silent", shakedown_side_name(tcp_other(side)));
		finding_count(&f, "retransmissions", w->stuck);
		finding_count(&f, "bytes", w->stuck_len);
		finding_duration(&f, "waited_s", w->stuck_last - w->stuck_since);
		finding_flag(&f, "heard_later", true);
		finding_summary(&f,
				"%s did not get the data of %s, which sent it again %u times in "
				"%s: it was heard of later and had not acknowledged it",
				finding_side(tcp_other(side)), finding_side(side), w->stuck,
				finding_span(&f, w->stuck_last - w->stuck_since));
		if (w->stuck_len > LARGE_MORE_THAN)
			finding_summary(&f,
					"; packets with as much as these %s may be too large for "
					"the path",
					finding_bytes(&f, w->stuck_len));
		finding_report(&f);
	}
}

static void zero_window_stall(DetectContext *context, TcpConnection *conn)
{
	Finding f;

	for (ShakedownSideId side = SHAKEDOWN_CLIENT; side <= SHAKEDOWN_SERVER; side++) {
		const TcpWatchSide *w = &tcp_aside(conn)->watch->side[side];
		ShakedownDuration open_end =
			w->zero_since ? MAX(conn->end, conn->side[side].last) - w->zero_since : 0;
		ShakedownDuration longest = MAX(w->zero_longest, open_end);

		if (longest <= context->config->zero_window ||
		    reported(conn, SHAKEDOWN_ANOMALY_ZERO_WINDOW_STALL))
			continue;
		finding_begin(&f, context, SHAKEDOWN_ANOMALY_ZERO_WINDOW_STALL, conn);
		finding_time(&f, w->zero_first, w->zero_since ? conn->end : w->zero_last);
		finding_frame(&f, w->zero_frame);
		finding_filter(&f, "tcp.window_size==0");
		finding_text(&f, "closed_by", shakedown_side_name(side));
		finding_count(&f, "times", w->zero_times);
		finding_duration(&f, "longest_s", longest);
		finding_duration(&f, "total_s", w->zero_total + open_end);
		finding_flag(&f, "still_closed", w->zero_since != 0);
		finding_summary(&f, "%s advertised a zero window for %s", finding_side(side),
				finding_span(&f, longest));
		if (w->zero_times > 1)
			finding_summary(&f, " at the longest of %" PRIu32 " times, %s in all",
					w->zero_times, finding_span(&f, w->zero_total + open_end));
		if (w->zero_since)
			finding_summary(&f, ", and has not opened it again");
		finding_report(&f);
	}
}

void silence_judge(DetectContext *context, TcpConnection *conn)
{
	silent_death(context, conn);
	stuck(context, conn);
	zero_window_stall(context, conn);
}
