/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Counts what comes to each service: attempts, how they end, segments without a connection. The
 * judging is done in flood.c and queue.c.
 */
#include "detect/cookies.h"
#include "detect/cut-short.h"
#include "detect/detector.h"
#include "detect/flood.h"
#include "detect/noted.h"
#include "detect/queue.h"

#include <string.h>

/* From so many attempts in a slot, or half-open ones, on it is worth knowing where they come from.
 */
#define WORTH_A_LOOK 8
/* A lone segment and what it was answered by. */
#define STRAY_PACKETS_MOST 3

typedef struct {
	bool closing;  /* the capture is at its end */
	CutShort *cut; /* NULL: memory has sufficed */
} FloodDetector;

static void count_source(Service *s, const TcpConnection *conn, const ServiceSlot *slot,
			 uint8_t ttl)
{
	if (!s->sources && s->half_open < WORTH_A_LOOK && slot->opened < WORTH_A_LOOK)
		return;
	ShakedownAddress client = tcp_conn_address(conn, SHAKEDOWN_CLIENT);
	uint64_t hash = sketch_hash_address(&client);

	if (!s->sources)
		s->sources = g_new0(ServiceSources, 1);
	sketch_distinct_add(&s->sources->distinct, hash);
	sketch_sample_add(&s->sources->sample, hash);
	sketch_top_add(&s->sources->top, &client, hash);
	s->sources->ttl[ttl]++;
	s->sources->syns++;
}

/* The service that the connection counts for, or whose SYN is to be counted; NULL: for none. */
static Service *service_of(DetectContext *context, const TcpEvent *event)
{
	const TcpConnection *conn = event->conn;

	if (tcp_conn_has(conn, TCP_CONN_MIDSTREAM) ||
	    (event->kind != TCP_EVENT_SYN && !noted(conn, NOTED_IN_WINDOW)))
		return NULL;
	return services_of_connection(context->services, conn);
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

	if (s)
		cookies_late(s, event->conn);
}

static void on_syn_again(Service *s, DetectContext *context, TcpConnection *conn)
{
	ServiceSlot *slot = service_slot(s, context->config, conn->syn_first);

	if (conn->side[SHAKEDOWN_CLIENT].syns < 2 || conn->syn_ack_first ||
	    noted(conn, NOTED_AGAIN))
		return;
	conn->noted |= NOTED_AGAIN;
	if (slot)
		slot->again++;
}

/* The service and the slot that a connection counted for before it was cut short. */
static ServiceSlot *slot_of_cut(DetectContext *context, const TcpConnection *conn,
				const CutConnection *cut)
{
	unsigned server_end = cut->client_end ^ 1u;
	ShakedownAddress address = {.version = conn->key.ip_version};

	memcpy(address.bytes, conn->key.addr[server_end], sizeof address.bytes);
	Service *s = services_find(context->services, &address, conn->key.port[server_end]);
	return s ? service_slot(s, context->config, cut->syn) : NULL;
}

static bool take_bit(CutConnection *cut, unsigned bit)
{
	bool had = cut->bits & bit;

	cut->bits &= (uint8_t)~bit;
	return had;
}

/* The SYN again of an attempt that was cut short: it has been counted. */
static bool again_after_cut(const FloodDetector *self, DetectContext *context,
			    const TcpConnection *conn)
{
	CutConnection *cut = cut_short_find(self->cut, conn);

	if (!cut || !(cut->bits & CUT_HALF_OPEN) || cut->client_end != conn->client_end)
		return false;
	ServiceSlot *slot = slot_of_cut(context, conn, cut);
	if (slot)
		slot->again += take_bit(cut, CUT_ONCE);
	return true;
}

static void on_syn(void *self, DetectContext *context, const TcpEvent *event)
{
	TcpConnection *conn = event->conn;
	Service *s = service_of(context, event);

	if (!s)
		return;
	if (event->side == SHAKEDOWN_CLIENT)
		queue_syn(s, context, event);
	cookies_syn(s, context, event->time);
	if (event->side != SHAKEDOWN_CLIENT)
		return;
	flood_advance(s, context, event->time);
	if (noted(conn, NOTED_IN_WINDOW)) {
		on_syn_again(s, context, conn);
		return;
	}
	if (again_after_cut(self, context, conn))
		return;
	ServiceSlot *slot = service_slot(s, context->config, event->time);
	if (!slot) {
		if (s->flood && conn->side[SHAKEDOWN_CLIENT].syns == 1) {
			conn->noted |= NOTED_BEHIND;
			s->flood->behind++;
		}
		return;
	}
	conn->noted |= NOTED_IN_WINDOW | NOTED_HALF_OPEN;
	if (!slot->opened++)
		slot->first_frame = event->frame;
	slot->last = MAX(slot->last, event->time);
	s->half_open++;
	count_source(s, conn, slot, event->seg ? event->seg->ttl : 0);
	if (s->flood && s->flood->frames_len < G_N_ELEMENTS(s->flood->frames))
		s->flood->frames[s->flood->frames_len++] = event->frame;
}

/* No longer half-open: completed, refused, given up by RST. */
typedef enum {
	ATTEMPT_DONE = 0, /* completed, or the network said no */
	ATTEMPT_REFUSED,
	ATTEMPT_ABORTED, /* by the client, in answer to SYN,ACK */
} Attempt;

/* The slot is that of its SYN, if the window still has it. */
static void count_finished(ServiceSlot *slot, Attempt how)
{
	if (!slot)
		return;
	slot->finished++;
	slot->refused += how == ATTEMPT_REFUSED;
	slot->aborted += how == ATTEMPT_ABORTED;
}

static void finish_attempt(Service *s, ServiceSlot *slot, TcpConnection *conn, Attempt how)
{
	if (!noted(conn, NOTED_HALF_OPEN))
		return;
	conn->noted &= ~(uint32_t)NOTED_HALF_OPEN;
	s->half_open -= s->half_open > 0;
	count_finished(slot, how);
}

/* It was sent by that end of the connection's key. */
static bool sent_by(const TcpConnection *conn, unsigned end, const Segment *seg)
{
	return seg->src_port == conn->key.port[end] &&
	       memcmp(seg->src, conn->key.addr[end], sizeof seg->src) == 0;
}

/* What the segment tells of one that was cut short is counted where its SYN was. */
static void count_after_cut(ServiceSlot *slot, CutConnection *cut, const Segment *seg, bool client)
{
	bool data = seg->payload_len && seg->kind == SEGMENT_TCP;

	if (seg->kind == SEGMENT_ICMP_ERROR) {
		if (take_bit(cut, CUT_HALF_OPEN))
			slot->finished++;
	} else if (seg->flags & TCP_RST) {
		bool unanswered = cut->bits & CUT_UNANSWERED;
		Attempt how = client && !unanswered   ? ATTEMPT_ABORTED
			      : !client && unanswered ? ATTEMPT_REFUSED
						      : ATTEMPT_DONE;
		if (take_bit(cut, CUT_HALF_OPEN))
			count_finished(slot, how);
	} else if (seg->flags & TCP_SYN) {
		slot->answered += !client && take_bit(cut, CUT_UNANSWERED);
	} else if ((client || data) && take_bit(cut, CUT_HALF_OPEN)) {
		slot->finished++;
		slot->established++;
	}
	slot->talked += data && take_bit(cut, CUT_SILENT);
}

/* The connection goes on with one that was cut short; false: there is none. */
static bool goes_on_after_cut(const FloodDetector *self, DetectContext *context,
			      const TcpEvent *event)
{
	const TcpConnection *conn = event->conn;

	if (!self->cut || !event->seg || noted(conn, NOTED_IN_WINDOW))
		return false;
	CutConnection *cut = cut_short_find(self->cut, conn);
	ServiceSlot *slot = cut ? slot_of_cut(context, conn, cut) : NULL;

	if (slot)
		count_after_cut(slot, cut, event->seg, sent_by(conn, cut->client_end, event->seg));
	return cut != NULL;
}

static void on_syn_ack(void *self, DetectContext *context, const TcpEvent *event)
{
	const TcpConnection *conn = event->conn;
	Service *s = service_of(context, event);

	goes_on_after_cut(self, context, event);
	if (!s)
		return;
	queue_syn_ack(s, event);
	cookies_syn_ack(s, event);
	if (conn->side[SHAKEDOWN_SERVER].syns != 1)
		return;
	ServiceSlot *slot = service_slot(s, context->config, conn->syn_first);
	if (slot)
		slot->answered++;
}

static void on_established(void *self, DetectContext *context, const TcpEvent *event)
{
	TcpConnection *conn = event->conn;
	Service *s = service_of(context, event);

	goes_on_after_cut(self, context, event);
	if (!s)
		return;
	queue_established(s, conn);
	ServiceSlot *slot = service_slot(s, context->config, conn->syn_first);
	finish_attempt(s, slot, conn, ATTEMPT_DONE);
	if (slot)
		slot->established++;
}

static void on_first_data(void *self, DetectContext *context, const TcpEvent *event)
{
	TcpConnection *conn = event->conn;
	Service *s = service_of(context, event);

	goes_on_after_cut(self, context, event);
	if (!s)
		return;
	ServiceSlot *slot = service_slot(s, context->config, conn->syn_first);
	finish_attempt(s, slot, conn, ATTEMPT_DONE);
	if (slot)
		slot->talked++;
}

static Service *stray_service(DetectContext *context, const TcpConnection *conn)
{
	ShakedownSideId to = noted_stray_target(conn);
	ShakedownAddress address = tcp_conn_address(conn, to);

	return services_of(context->services, &address, tcp_conn_port(conn, to));
}

static Attempt ending_of(const TcpEvent *event)
{
	const TcpConnection *conn = event->conn;

	if (event->kind != TCP_EVENT_RST)
		return ATTEMPT_DONE;
	if (event->side == SHAKEDOWN_CLIENT)
		return tcp_conn_has(conn, TCP_CONN_ABORTED) ? ATTEMPT_ABORTED : ATTEMPT_DONE;
	return conn->syn_ack_first ? ATTEMPT_DONE : ATTEMPT_REFUSED;
}

static void on_ending(void *self, DetectContext *context, const TcpEvent *event)
{
	Service *s = service_of(context, event);

	goes_on_after_cut(self, context, event);
	if (s && noted(event->conn, NOTED_HALF_OPEN))
		finish_attempt(s, service_slot(s, context->config, event->conn->syn_first),
			       event->conn, ending_of(event));
}

/* The first segment of a connection that nobody opened. */
static void on_opened(void *self, DetectContext *context, const TcpEvent *event)
{
	TcpConnection *conn = event->conn;
	uint16_t flags = event->seg ? event->seg->flags : 0;
	unsigned end = conn->client_end;

	if (!event->seg || event->seg->kind != SEGMENT_TCP || (flags & TCP_SYN) ||
	    goes_on_after_cut(self, context, event))
		return;
	/* What no stack sends goes on with nothing. */
	if ((flags & (TCP_ACK | TCP_RST)) &&
	    cut_short_excuses(((FloodDetector *)self)->cut, event->time,
			      context->config->flood_window))
		return;
	conn->noted |= flags & TCP_RST	 ? NOTED_STRAY_RST
		       : flags & TCP_FIN ? NOTED_STRAY_FIN
					 : NOTED_STRAY_ACK;
	if (event->seg->dst_port == conn->key.port[end] &&
	    memcmp(event->seg->dst, conn->key.addr[end], sizeof event->seg->dst) == 0)
		conn->noted |= NOTED_STRAY_TO_CLIENT;
	/* No stack sends that: nothing that follows makes a connection of it. */
	if (!(flags & (TCP_ACK | TCP_RST))) {
		conn->noted |= NOTED_STRAY_COUNTED;
		queue_stray(stray_service(context, conn), context,
			    flags & TCP_FIN ? STRAY_FIN : STRAY_BARE, conn);
	}
}

/* True: it was no more than what it began with. */
static bool count_stray(DetectContext *context, TcpConnection *conn)
{
	ShakedownSideId to = noted_stray_target(conn);
	const TcpSide *target = &conn->side[to];

	if (noted(conn, NOTED_STRAY_COUNTED))
		return true;
	if (target->packets > target->rsts ||
	    conn->side[0].packets + conn->side[1].packets > STRAY_PACKETS_MOST)
		return false;
	queue_stray(stray_service(context, conn), context, noted_stray_kind(conn), conn);
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
}

static void tick(void *data, DetectContext *context, ShakedownTime now)
{
	services_foreach(context->services, advance_service, &(Closing){context, now});
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
	bool stray = noted(conn, NOTED_STRAY) && tcp_conn_has(conn, TCP_CONN_MIDSTREAM) &&
		     count_stray(context, conn);
	if (tcp_conn_has(conn, TCP_CONN_CUT_SHORT) && !stray)
		cut_short_remember(&((FloodDetector *)data)->cut, conn);
	if (tcp_conn_has(conn, TCP_CONN_MIDSTREAM))
		return;
	Service *s = service_of(context, event);

	if (!s)
		return;
	flood_advance(s, context, event->time);
	if (noted(conn, NOTED_HALF_OPEN)) {
		conn->noted &= ~(uint32_t)NOTED_HALF_OPEN;
		if (!(s->half_open -= s->half_open > 0) && !s->flood)
			g_clear_pointer(&s->sources, g_free);
	}
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

const DetectorOps detect_flood = {.name = "flood",
				  .create = create,
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
				  .finish = finish,
				  .destroy = destroy};
