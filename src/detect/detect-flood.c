/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Counts what comes to each service: attempts, how they end, segments without a connection. The
 * judging is done in flood.c and queue.c.
 */
#include "detect/attempt.h"
#include "detect/cookies.h"
#include "detect/detector.h"
#include "detect/flood.h"
#include "detect/noted.h"
#include "detect/queue.h"
#include "detect/stray.h"

typedef struct {
	bool closing;  /* the capture is at its end */
	CutShort *cut; /* NULL: memory has sufficed */
} FloodDetector;

/* The service that the connection counts for, or whose SYN is to be counted; NULL: for none, or it
 * had to make room since. */
static Service *service_of(DetectContext *context, const TcpEvent *event)
{
	const TcpConnection *conn = event->conn;

	if (tcp_conn_has(conn, TCP_CONN_MIDSTREAM) || attempt_is_past(context, conn) ||
	    (event->kind != TCP_EVENT_SYN && !noted(conn, NOTED_IN_WINDOW)))
		return NULL;
	return services_get_of(context->services, conn,
			       event->kind == TCP_EVENT_SYN ? SERVICE_MAKE : SERVICE_HEARD);
}

static void on_third_ack_lost(void *self, DetectContext *context, const TcpEvent *event)
{
	Service *s = service_of(context, event);

	if (s)
		queue_third_ack_lost(s, event);
}

static void on_late(void *self, DetectContext *context, const TcpEvent *event)
{
	Service *s = service_of(context, event);

	/* Nobody can be said to have let an answer down. */
	if (s && !tcp_tracker_lacks_acks(context->tracker))
		cookies_late(s, event->conn);
}

static void on_syn_again(Service *s, DetectContext *context, TcpConnection *conn)
{
	if (conn->syn_ack_first || noted(conn, NOTED_AGAIN))
		return;
	conn->noted |= NOTED_AGAIN;
	attempt_turn(context, s, conn, (AttemptTurn){.again = true});
}

/* The SYN again of an attempt that was cut short: it has been counted. */
static bool again_after_cut(const FloodDetector *self, DetectContext *context,
			    const TcpConnection *conn)
{
	CutConnection *cut = cut_short_find(self->cut, conn);

	if (!cut || !(cut->bits & CUT_HALF_OPEN) || cut->client_end != conn->client_end)
		return false;
	attempt_again_after_cut(context, conn, cut);
	return true;
}

static void on_syn(void *self, DetectContext *context, const TcpEvent *event)
{
	TcpConnection *conn = event->conn;
	Service *s = service_of(context, event);

	if (!s)
		return;
	cookies_syn(s, context, event->time);
	if (event->side != SHAKEDOWN_CLIENT)
		return;
	queue_syn(s, context, event);
	flood_advance(s, context, event->time);
	if (noted(conn, NOTED_IN_WINDOW))
		on_syn_again(s, context, conn);
	else if (!again_after_cut(self, context, conn))
		attempt_begin(context, s, event);
}

/* The connection goes on with one that was cut short; false: there is none. */
static bool goes_on_after_cut(const FloodDetector *self, DetectContext *context,
			      const TcpEvent *event)
{
	const TcpConnection *conn = event->conn;

	if (!self->cut || noted(conn, NOTED_IN_WINDOW))
		return false;
	CutConnection *cut = cut_short_find(self->cut, conn);

	if (cut)
		attempt_goes_on_after_cut(context, conn, cut, event->seg);
	return cut != NULL;
}

static void on_syn_ack(void *self, DetectContext *context, const TcpEvent *event)
{
	TcpConnection *conn = event->conn;
	Service *s = service_of(context, event);

	goes_on_after_cut(self, context, event);
	if (conn->side[SHAKEDOWN_CLIENT].syns)
		services_note_both_ways(context->services);
	if (s) {
		queue_syn_ack(s, event);
		cookies_syn_ack(s, event);
	}
	uint32_t answers = conn->side[SHAKEDOWN_SERVER].syns;

	if (answers <= 2)
		attempt_turn(context, s, conn,
			     (AttemptTurn){.answered = answers == 1, .repeated = answers == 2});
}

static void on_established(void *self, DetectContext *context, const TcpEvent *event)
{
	TcpConnection *conn = event->conn;
	Service *s = service_of(context, event);

	goes_on_after_cut(self, context, event);
	if (s)
		service_note_legs(s, conn);
	attempt_turn(context, s, conn, (AttemptTurn){.finished = true, .established = true});
}

static void on_first_data(void *self, DetectContext *context, const TcpEvent *event)
{
	TcpConnection *conn = event->conn;

	goes_on_after_cut(self, context, event);
	attempt_turn(context, service_of(context, event), conn,
		     (AttemptTurn){.finished = true, .talked = true});
}

static AttemptTurn ending_of(const TcpEvent *event)
{
	const TcpConnection *conn = event->conn;
	AttemptTurn turn = {.finished = true};

	/* By the service, or by a firewall's ICMP error. */
	if (event->kind == TCP_EVENT_RST && event->side == SHAKEDOWN_CLIENT)
		turn.aborted = tcp_conn_has(conn, TCP_CONN_ABORTED);
	else
		turn.refused = !conn->syn_ack_first;
	return turn;
}

static void on_ending(void *self, DetectContext *context, const TcpEvent *event)
{
	goes_on_after_cut(self, context, event);
	if (noted(event->conn, NOTED_HALF_OPEN))
		attempt_turn(context, service_of(context, event), event->conn, ending_of(event));
}

/* The first segment of a connection that nobody opened. */
static void on_opened(void *self, DetectContext *context, const TcpEvent *event)
{
	TcpConnection *conn = event->conn;
	uint16_t flags = event->seg->flags;

	if ((flags & TCP_SYN) || goes_on_after_cut(self, context, event))
		return;
	/* What no stack sends goes on with nothing. */
	if ((flags & (TCP_ACK | TCP_RST)) &&
	    cut_short_excuses(((FloodDetector *)self)->cut, event->time,
			      context->config->flood_window))
		return;
	conn->noted |= flags & TCP_RST	 ? NOTED_STRAY_RST
		       : flags & TCP_FIN ? NOTED_STRAY_FIN
					 : NOTED_STRAY_ACK;
	if (event->side == SHAKEDOWN_SERVER)
		conn->noted |= NOTED_STRAY_TO_CLIENT;
	/* No stack sends that: nothing that follows makes a connection of it. */
	if (!(flags & (TCP_ACK | TCP_RST))) {
		conn->noted |= NOTED_STRAY_COUNTED;
		stray_count(context, conn, flags & TCP_FIN ? STRAY_FIN : STRAY_BARE,
			    noted_stray_target(conn));
	}
}

/* True: it was no more than what it began with. */
static bool count_stray(DetectContext *context, TcpConnection *conn)
{
	Stray kind;
	ShakedownSideId to;

	if (attempt_is_past(context, conn) || !stray_is(conn, &kind, &to))
		return false;
	if (!noted(conn, NOTED_STRAY_COUNTED))
		stray_count(context, conn, kind, to);
	return true;
}

typedef struct {
	DetectContext *context;
	ShakedownTime last;
} Closing;

static void close_service(Service *s, void *data)
{
	const Closing *closing = data;

	flood_close(s, closing->context, closing->last);
}

static void end_service(Service *s, void *data)
{
	flood_end(s, data);
	queue_end(s, data);
	stray_end(s, data);
	cookies_end(s, data);
}

static void *create(DetectContext *context)
{
	/* A service that makes room for another says first what it knows. */
	services_on_forget(context->services, end_service, context);
	return g_new0(FloodDetector, 1);
}

static void advance_service(Service *s, void *data)
{
	const Closing *closing = data;

	flood_advance(s, closing->context, closing->last);
	queue_advance(s, closing->context, closing->last);
	stray_advance(s, closing->context, closing->last);
}

static void tick(void *data, DetectContext *context, ShakedownTime now)
{
	services_foreach(context->services, advance_service, &(Closing){context, now});
}

/* What was counted by the time before means nothing from here on. */
static void set_back(void *data, DetectContext *context)
{
	services_forget_all(context->services);
}

/* Nothing more will come: what there is decides which connections were part of it. */
static void close_all(FloodDetector *self, DetectContext *context)
{
	if (self->closing)
		return;
	self->closing = true;
	services_foreach(context->services, close_service,
			 &(Closing){context, MAX(context->summary->last,
						 tcp_tracker_now(context->tracker))});
}

static void on_over(void *data, DetectContext *context, const TcpEvent *event)
{
	TcpConnection *conn = event->conn;

	if (tcp_conn_has(conn, TCP_CONN_ENDED))
		close_all(data, context);
	bool stray = count_stray(context, conn);
	if (tcp_conn_has(conn, TCP_CONN_CUT_SHORT) && !stray)
		cut_short_remember(&((FloodDetector *)data)->cut, conn);
	attempt_over(context, service_of(context, event), event);
}

static void finish(void *data, DetectContext *context)
{
	close_all(data, context);
	services_foreach(context->services, end_service, context);
}

static void destroy(void *data)
{
	FloodDetector *self = data;

	cut_short_free(self->cut);
	g_free(self);
}

const DetectorOps detect_flood = {.create = create,
				  .on = {[TCP_EVENT_OPENED] = on_opened,
					 [TCP_EVENT_SYN] = on_syn,
					 [TCP_EVENT_SYN_ACK] = on_syn_ack,
					 [TCP_EVENT_ESTABLISHED] = on_established,
					 [TCP_EVENT_THIRD_ACK_LOST] = on_third_ack_lost,
					 [TCP_EVENT_FIRST_DATA] = on_first_data,
					 [TCP_EVENT_RST] = on_ending,
					 [TCP_EVENT_UNREACHABLE] = on_ending,
					 [TCP_EVENT_HANDSHAKE_LATE] = on_late,
					 [TCP_EVENT_OVER] = on_over},
				  .tick = tick,
				  .set_back = set_back,
				  .finish = finish,
				  .destroy = destroy};
