/* SPDX-License-Identifier: BSD-3-Clause */
#include "tcp/tcp-watch.h"

#include "tcp/tcp-space.h"

#include <glib.h>

/* What is on its way when a router complains is not meant. */
#define MTU_GRACE SHAKEDOWN_NS_PER_S

static TcpWatch *watch_of(TcpConnection *conn)
{
	TcpAside *aside = tcp_aside_make(conn);

	if (!aside->watch)
		aside->watch = g_new0(TcpWatch, 1);
	return aside->watch;
}

/* RFC 9293 §3.1, §3.10.7: flags that no stack has a reason to send together. */
static bool odd_flags(uint16_t flags)
{
	bool syn = flags & TCP_SYN, fin = flags & TCP_FIN, rst = flags & TCP_RST;

	if (flags & TCP_RESERVED)
		return true;
	if (syn && (fin || rst))
		return true;
	return !(flags & TCP_ACK) && !rst && !syn;
}

static void watch_window(TcpStep *step)
{
	TcpConnection *conn = step->conn;
	const TcpSide *s = &conn->side[step->from], *r = &conn->side[tcp_other(step->from)];
	bool closed = tcp_side_has(s, TCP_SIDE_ZERO_WINDOW) &&
		      !tcp_side_has(r, TCP_SIDE_SENT_FIN) && !(step->seg->flags & TCP_RST);

	if (!closed && !tcp_aside(conn)->watch)
		return;
	TcpWatchSide *w = &watch_of(conn)->side[step->from];

	if (closed && !w->zero_since) {
		w->zero_since = step->time;
		w->zero_times++;
		if (!w->zero_frame) {
			w->zero_frame = step->frame;
			w->zero_first = step->time;
		}
	} else if (!closed && w->zero_since) {
		ShakedownDuration took = step->time - w->zero_since;

		w->zero_since = 0;
		w->zero_last = step->time;
		w->zero_total += took;
		w->zero_longest = MAX(w->zero_longest, took);
	}
}

static void ask(TcpStep *step, TcpWatchSide *w)
{
	const TcpConnection *conn = step->conn;
	const TcpSide *s = &conn->side[step->from], *r = &conn->side[tcp_other(step->from)];
	bool resent = step->segment_class != SHAKEDOWN_SEGMENT_KEEP_ALIVE &&
		      step->segment_class != SHAKEDOWN_SEGMENT_ZERO_WINDOW_PROBE;

	if (w->asked)
		return;
	/* What is sent again was its last segment, most likely; a probe asks by itself. */
	w->asked = resent ? MAX(s->last, conn->start) : step->time;
	w->asked_frame = step->frame;
	w->asked_seq = step->seg->seq;
	w->asked_len = step->seg->payload_len;
	w->heard = r->last;
	w->idle = w->asked - (resent ? r->last : MAX(s->last, r->last));
}

/* What passes of a side answers the other, but not what it says again without having heard of the
 * question, and nothing answers one who has asked in vain and given up. */
static bool answers(const TcpStep *step, const TcpWatchSide *asked, bool resent)
{
	const TcpSide *asker = &step->conn->side[tcp_other(step->from)];

	if (asker->state == SHAKEDOWN_TCP_CLOSED && tcp_side_has(asker, TCP_SIDE_SENT_RST))
		return false;
	return !resent || !(step->seg->flags & TCP_ACK) ||
	       tcp_seq_lt(asked->asked_seq, step->seg->ack);
}

/* So often and for so long data is sent again in vain before it is said to be stuck, and not lost
 * by chance; who speaks so long after the last of them has had the time to get it. */
#define STUCK_LEAST 3
#define STUCK_FOR SHAKEDOWN_NS_PER_S
#define HEARD_AFTER (SHAKEDOWN_NS_PER_S / 2)

/* The other side is heard of: what was asked of it was acknowledged, or is not. */
static void watch_stuck(TcpStep *step, TcpWatchSide *asked, const TcpWatchSide *own)
{
	const TcpSide *asker = &step->conn->side[tcp_other(step->from)];
	const Segment *seg = step->seg;

	if (!(seg->flags & TCP_ACK) || (seg->flags & TCP_RST))
		return;
	if (asked->stuck && tcp_seq_lt(asked->stuck_seq, seg->ack))
		asked->stuck = 0;
	if (asked->stuck || asked->resent < STUCK_LEAST || own->zero_since ||
	    tcp_seq_lt(asked->asked_seq, seg->ack) || step->time - asker->last < HEARD_AFTER ||
	    asker->last - asked->asked < STUCK_FOR ||
	    (tcp_side_has(asker, TCP_SIDE_SENT_FIN) && tcp_seq_eq(asked->asked_seq, asker->fin)))
		return;
	asked->stuck = asked->resent;
	asked->stuck_len = asked->asked_len;
	asked->stuck_seq = asked->asked_seq;
	asked->stuck_frame = asked->asked_frame;
	asked->stuck_heard_frame = step->frame;
	asked->stuck_since = asked->asked;
	asked->stuck_last = asker->last;
}

/* Questions without an answer: RFC 9293 §3.8.1, §3.8.4, §3.8.6.1. */
static void watch_silence(TcpStep *step)
{
	TcpConnection *conn = step->conn;
	ShakedownSegmentClass c = step->segment_class;
	/* A FIN again has no class of its own when it carries nothing. */
	bool resent = tcp_space_sent_again(c) && !(step->seg->flags & TCP_SYN);

	if (conn->aside && conn->aside->watch) {
		TcpWatchSide *side = conn->aside->watch->side;
		TcpWatchSide *asked = &side[tcp_other(step->from)];

		watch_stuck(step, asked, &side[step->from]);
		if (answers(step, asked, resent)) {
			asked->resent = asked->keep_alives = asked->zero_probes = 0;
			asked->asked = 0;
		}
	}
	if (!resent && c != SHAKEDOWN_SEGMENT_KEEP_ALIVE &&
	    c != SHAKEDOWN_SEGMENT_ZERO_WINDOW_PROBE)
		return;
	TcpWatchSide *w = &watch_of(conn)->side[step->from];

	ask(step, w);
	if (c == SHAKEDOWN_SEGMENT_KEEP_ALIVE)
		w->keep_alives += w->keep_alives < UINT16_MAX;
	else if (c == SHAKEDOWN_SEGMENT_ZERO_WINDOW_PROBE)
		w->zero_probes += w->zero_probes < UINT16_MAX;
	else if (tcp_seq_leq(step->seg->seq, w->asked_seq)) /* a burst counts once */
		w->resent += w->resent < UINT16_MAX;
}

bool tcp_watch_is_padding(const Segment *seg)
{
	if (seg->payload_len > 6 || seg->payload_captured < seg->payload_len)
		return false;
	for (uint32_t i = 0; i < seg->payload_len; i++)
		if (seg->payload[i])
			return false;
	return true;
}

static void watch_fin(TcpStep *step)
{
	TcpConnection *conn = step->conn;
	const TcpSide *s = &conn->side[step->from], *r = &conn->side[tcp_other(step->from)];
	const Segment *seg = step->seg;
	TcpSeq end = tcp_seq_add(seg->seq, seg->payload_len);

	if (tcp_side_has(s, TCP_SIDE_SENT_FIN) && !tcp_side_has(s, TCP_SIDE_HIDDEN_FIN) &&
	    tcp_seq_lt(s->fin, end) && !tcp_watch_is_padding(seg))
		tcp_emit(step, TCP_EVENT_DATA_AFTER_FIN, step->from);
	if (tcp_side_has(r, TCP_SIDE_SENT_FIN) && step->segment_class == SHAKEDOWN_SEGMENT_NEW) {
		TcpWatchSide *w = &watch_of(conn)->side[step->from];

		w->late_bytes += seg->payload_len;
		w->late_last = step->time;
	}
}

void tcp_watch_first_data(TcpStep *step)
{
	if (step->conn->talked)
		return;
	step->conn->talked = true;
	tcp_emit(step, TCP_EVENT_FIRST_DATA, step->from);
}

void tcp_watch(TcpStep *step)
{
	TcpConnection *conn = step->conn;
	const Segment *seg = step->seg;
	ShakedownSegmentClass c = step->segment_class;

	if (odd_flags(seg->flags))
		tcp_emit(step, TCP_EVENT_ODD_FLAGS, step->from);
	if (c == SHAKEDOWN_SEGMENT_OUT_OF_WINDOW)
		return;
	watch_window(step);
	watch_silence(step);
	if (seg->payload_len && c != SHAKEDOWN_SEGMENT_KEEP_ALIVE)
		watch_fin(step);
	if (seg->payload_len && !(seg->flags & TCP_SYN))
		tcp_watch_first_data(step);
	if (tcp_aside(conn)->watch) {
		TcpWatchSide *w = &conn->aside->watch->side[step->from];

		w->oversized += w->mtu && seg->ip_len > w->mtu && !seg->fragmented &&
				step->time - w->mtu_at >= MTU_GRACE;
	}
}

void tcp_watch_mtu(TcpStep *step)
{
	TcpWatchSide *w = &watch_of(step->conn)->side[step->from];

	if (!w->mtu || step->seg->icmp.mtu < w->mtu) {
		w->mtu = step->seg->icmp.mtu;
		w->mtu_at = step->time;
	}
	tcp_emit(step, TCP_EVENT_TOO_BIG, step->from);
}
