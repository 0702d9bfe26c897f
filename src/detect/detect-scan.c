/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Tells the accounts of scanner.c what became of each attempt: the first contact of a source with a
 * port of a target.
 */
#include "detect/detector.h"
#include "detect/dossier.h"
#include "detect/noted.h"
#include "detect/scanner.h"

static void on_flags(TcpConnection *conn, uint16_t flags)
{
	uint16_t all = flags & (TCP_FIN | TCP_SYN | TCP_RST | TCP_PSH | TCP_ACK | TCP_URG);

	if (flags & TCP_RESERVED)
		conn->noted |= NOTED_ODD_RESERVED;
	if ((flags & TCP_SYN) && (flags & TCP_FIN))
		conn->noted |= NOTED_ODD_SYN_FIN;
	else if ((flags & TCP_SYN) && (flags & TCP_RST))
		conn->noted |= NOTED_ODD_SYN_RST;
	else if (all == 0)
		conn->noted |= NOTED_ODD_NULL;
	else if (all == TCP_FIN)
		conn->noted |= NOTED_ODD_FIN;
	else if ((all & (TCP_FIN | TCP_ACK | TCP_RST | TCP_SYN)) == TCP_FIN)
		conn->noted |= NOTED_ODD_XMAS;
	else if (!(all & (TCP_ACK | TCP_SYN | TCP_RST)))
		conn->noted |= NOTED_ODD_NO_ACK;
}

static void note_odd(DossierOdd *odd, const TcpEvent *event)
{
	if (!odd->count)
		odd->first = event->time;
	odd->last = event->time;
	if (odd->count < G_N_ELEMENTS(odd->frames))
		odd->frames[odd->count] = event->frame;
	odd->count++;
}

static Probe probe_of(const TcpConnection *conn)
{
	if (noted(conn, NOTED_ODD_NULL))
		return PROBE_NULL;
	if (noted(conn, NOTED_ODD_XMAS))
		return PROBE_XMAS;
	if (noted(conn, NOTED_ODD_FIN))
		return PROBE_FIN;
	if (noted(conn, NOTED_STRAY_FIN))
		return PROBE_MAIMON;
	if (noted(conn, NOTED_STRAY_ACK))
		return PROBE_ACK;
	/* Who acknowledges the answer has a stack, if a small one: a load balancer's. */
	return noted(conn, NOTED_BARE_SYN) && !tcp_conn_has(conn, TCP_CONN_THIRD_ACK)
		       ? PROBE_SYN
		       : PROBE_CONNECT;
}

/* What it was taken for as long as nothing had come of it. */
static Probe probe_before(const TcpConnection *conn)
{
	return noted(conn, NOTED_BARE_SYN) ? PROBE_SYN : probe_of(conn);
}

/* Flags alone had given it away before the answer came, or the answer took its time. */
static void put_right(DetectContext *context, TcpConnection *conn, Contact contact)
{
	Contact before = conn->syn_ack_first ? CONTACT_PROBED : CONTACT_UNANSWERED;

	if (!noted(conn, NOTED_FIRST_TRY) ||
	    (before == CONTACT_PROBED && contact != CONTACT_SUCCEEDED))
		return;
	scanners_after_all(context->scanners, conn, before, contact, probe_before(conn));
	conn->noted &= ~(uint32_t)NOTED_FIRST_TRY;
}

static void settle(DetectContext *context, TcpConnection *conn, Contact contact, uint16_t window)
{
	if (noted(conn, NOTED_JUDGED)) {
		put_right(context, conn, contact);
		return;
	}
	conn->noted |= NOTED_JUDGED;
	if (scanners_outcome(context->scanners, context, conn, contact, probe_of(conn), window) &&
	    (contact == CONTACT_UNANSWERED || contact == CONTACT_PROBED))
		conn->noted |= NOTED_FIRST_TRY;
}

/* No stack begins so: that is a probe, whatever it is answered by. */
static void on_odd_flags(void *self, DetectContext *context, const TcpEvent *event)
{
	TcpConnection *conn = event->conn;

	on_flags(conn, event->seg->flags);
	if (event->frame == conn->first_frame)
		conn->noted |= NOTED_ODD_FIRST;
	else
		note_odd(&dossier_rare_of(context->dossiers, event->conn)->odd, event);
	if (conn->side[0].packets + conn->side[1].packets == 1 && noted(conn, NOTED_STRAY) &&
	    noted(conn, NOTED_ODD_NULL | NOTED_ODD_FIN | NOTED_ODD_XMAS))
		settle(context, conn, CONTACT_UNANSWERED, 0);
}

/* §3.10.7.1: else the SYN may have been forged in its name, and it never asked. */
static bool asked(const TcpConnection *conn)
{
	return tcp_side_has(&conn->side[SHAKEDOWN_CLIENT], TCP_SIDE_SYN_SEEN);
}

/* A segment that belongs to no connection, or the same once more, and nothing but RST in answer. */
static bool is_refused_probe(const TcpConnection *conn, ShakedownSideId by)
{
	ShakedownSideId source = scanners_source(conn);

	return by != source && noted(conn, NOTED_STRAY_ACK | NOTED_STRAY_FIN) &&
	       tcp_side_originals(conn, source) <= 2 && !conn->side[source].bytes &&
	       tcp_side_originals(conn, by) == conn->side[by].rsts;
}

static void on_rst(void *self, DetectContext *context, const TcpEvent *event)
{
	TcpConnection *conn = event->conn;
	uint16_t window = event->seg->window;

	if (tcp_conn_has(conn, TCP_CONN_MIDSTREAM)) {
		if (is_refused_probe(conn, event->side))
			settle(context, conn, CONTACT_REFUSED, window);
	} else if (event->side == SHAKEDOWN_SERVER) {
		if (!conn->syn_ack_first && asked(conn))
			settle(context, conn, CONTACT_REFUSED, window);
	} else if (tcp_conn_has(conn, TCP_CONN_ABORTED)) {
		if (!asked(conn))
			return;
		conn->noted |= NOTED_BARE_SYN;
		settle(context, conn, CONTACT_PROBED, window);
	} else if (tcp_conn_has(conn, TCP_CONN_THIRD_ACK) && !conn->talked) {
		settle(context, conn, CONTACT_PROBED, window);
	}
}

/* Some small stacks answer whatever comes with the number 0, an ACK too: a connection would ignore
 * that, a prober reads it. */
static void on_ignored_rst(void *self, DetectContext *context, const TcpEvent *event)
{
	if (tcp_conn_has(event->conn, TCP_CONN_MIDSTREAM) && event->seg->seq.value == 0)
		on_rst(self, context, event);
}

static void on_syn(void *self, DetectContext *context, const TcpEvent *event)
{
	TcpConnection *conn = event->conn;
	const TcpSide *c = &conn->side[SHAKEDOWN_CLIENT];

	if (event->side != SHAKEDOWN_CLIENT || c->syns > 1)
		return;
	/* Every operating system offers at least one of these. */
	if (!c->options.sack_permitted && !c->options.timestamps && c->options.window_scale < 0 &&
	    event->seg->cut != SEGMENT_CUT_HEADER)
		conn->noted |= NOTED_BARE_SYN;
	/* Captured behind its answer. */
	if (tcp_conn_has(conn, TCP_CONN_REFUSED) && !conn->syn_ack_first)
		settle(context, conn, CONTACT_REFUSED, 0);
}

static void on_first_data(void *self, DetectContext *context, const TcpEvent *event)
{
	if (!tcp_conn_has(event->conn, TCP_CONN_MIDSTREAM))
		settle(context, event->conn, CONTACT_SUCCEEDED, 0);
}

/* A prober's host may drop the answer instead of resetting it: the listener asks in vain. */
static void on_late(void *self, DetectContext *context, const TcpEvent *event)
{
	TcpConnection *conn = event->conn;

	if (!conn->syn_ack_first)
		settle(context, conn, CONTACT_UNANSWERED, 0);
	else if (asked(conn) && conn->side[SHAKEDOWN_SERVER].syns > 1 &&
		 probe_of(conn) == PROBE_SYN)
		settle(context, conn, CONTACT_PROBED, 0);
}

static void on_syn_ack(void *self, DetectContext *context, const TcpEvent *event)
{
	TcpConnection *conn = event->conn;

	if (!tcp_conn_has(conn, TCP_CONN_TIMED_HANDSHAKE))
		return;
	if (conn->side[SHAKEDOWN_SERVER].syns > 1 && !noted(conn, NOTED_JUDGED))
		on_late(self, context, event);
	else if (conn->side[SHAKEDOWN_SERVER].syns == 1 && noted(conn, NOTED_FIRST_TRY))
		scanners_after_all(context->scanners, conn, CONTACT_UNANSWERED, CONTACT_PROBED,
				   probe_before(conn));
}

static void finish(void *self, DetectContext *context)
{
	scanners_finish(context->scanners, context);
}

const DetectorOps detect_scan = {.on = {[TCP_EVENT_ODD_FLAGS] = on_odd_flags,
					[TCP_EVENT_SYN] = on_syn,
					[TCP_EVENT_SYN_ACK] = on_syn_ack,
					[TCP_EVENT_RST] = on_rst,
					[TCP_EVENT_RST_IGNORED] = on_ignored_rst,
					[TCP_EVENT_FIRST_DATA] = on_first_data,
					[TCP_EVENT_HANDSHAKE_LATE] = on_late},
				 .finish = finish};
