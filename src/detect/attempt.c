/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/attempt.h"

#include "detect/flood.h"
#include "detect/noted.h"

#include <string.h>

/* From so many attempts in a slot, or half-open ones, on it is worth knowing where they come from.
 */
#define WORTH_A_LOOK 8

/* What of a wider one it came to. */
static uint64_t target_of(const Service *s, const TcpConnection *conn)
{
	ShakedownAddress server = tcp_conn_address(conn, SHAKEDOWN_SERVER);

	return service_breadth(s) == SERVICE_HOST
		       ? sketch_hash(tcp_conn_port(conn, SHAKEDOWN_SERVER))
		       : sketch_hash_address(&server);
}

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
	if (service_breadth(s) != SERVICE_ITSELF)
		sketch_distinct_add(&s->sources->targets, target_of(s, conn));
	s->sources->ttl[ttl]++;
}

/* False where the window has moved beyond it. */
static bool begin_in(Service *s, DetectContext *context, const TcpEvent *event)
{
	TcpConnection *conn = event->conn;
	ServiceSlot *slot = service_slot(s, context->config, event->time);

	if (!slot) {
		if (s->flood && conn->side[SHAKEDOWN_CLIENT].syns == 1) {
			conn->noted |= NOTED_BEHIND;
			s->flood->behind++;
		}
		return false;
	}
	if (!slot->opened++)
		slot->first_frame = event->frame;
	slot->last = MAX(slot->last, event->time);
	s->half_open++;
	count_source(s, conn, slot, event->seg->ttl);
	if (s->flood && s->flood->frames_len < G_N_ELEMENTS(s->flood->frames))
		s->flood->frames[s->flood->frames_len++] = event->frame;
	return true;
}

/* A wider one that a SYN counts for, too: few comes to what it is made of, or it is flooded. NULL:
 * for none. */
static Service *wider_for(DetectContext *context, ServiceBreadth breadth, bool few,
			  const TcpEvent *event)
{
	ShakedownAddress address = tcp_conn_address(event->conn, SHAKEDOWN_SERVER);
	Service *wider = services_get_wider(context->services, breadth, &address,
					    few ? SERVICE_MAKE : SERVICE_HEARD);

	if (wider)
		flood_advance(wider, context, event->time);
	return wider;
}

/* A flood's beginning counts for as much as the rest of it. */
static bool begin_in_wider(Service *const account[], ServiceBreadth breadth, DetectContext *context,
			   bool few, const TcpEvent *event)
{
	Service *wider = account[breadth];

	return (few || wider->flood ||
		flood_looms(wider, account, breadth, context->config, event->time)) &&
	       begin_in(wider, context, event);
}

void attempt_begin(DetectContext *context, Service *s, const TcpEvent *event)
{
	TcpConnection *conn = event->conn;
	Service *account[SERVICE_BREADTHS] = {s};
	Service **host = &account[SERVICE_HOST], **subnet = &account[SERVICE_SUBNET];

	if (!begin_in(s, context, event))
		return;
	conn->noted |= NOTED_IN_WINDOW | NOTED_HALF_OPEN;
	bool few = service_is_for_wider(s, context->config, event->time);

	/* Of one that is flooded all parts may get more than a few, if they serve nobody. */
	if ((!few && (s->flood || service_serves(s))) ||
	    !(*host = wider_for(context, SERVICE_HOST, few, event)))
		return;
	if (begin_in_wider(account, SERVICE_HOST, context, few, event))
		conn->noted |= NOTED_OF_HOST;
	few = few && service_is_for_wider(*host, context->config, event->time);
	if ((!few && (*host)->flood) || !(*subnet = wider_for(context, SERVICE_SUBNET, few, event)))
		return;
	if (begin_in_wider(account, SERVICE_SUBNET, context, few, event))
		conn->noted |= NOTED_OF_SUBNET;
}

bool attempt_is_past(const DetectContext *context, const TcpConnection *conn)
{
	return conn->end > tcp_tracker_now(context->tracker) &&
	       tcp_tracker_was_set_back(context->tracker);
}

/* Those that it counts for; NULL: not for that one. */
static void accounts_of(DetectContext *context, Service *s, const TcpConnection *conn,
			Service *account[SERVICE_BREADTHS])
{
	account[SERVICE_ITSELF] = s;
	account[SERVICE_HOST] = account[SERVICE_SUBNET] = NULL;
	if (!noted(conn, NOTED_OF_HOST | NOTED_OF_SUBNET) || attempt_is_past(context, conn))
		return;
	ShakedownAddress host = tcp_conn_address(conn, SHAKEDOWN_SERVER);

	if (noted(conn, NOTED_OF_HOST))
		account[SERVICE_HOST] =
			services_get_wider(context->services, SERVICE_HOST, &host, SERVICE_HEARD);
	if (noted(conn, NOTED_OF_SUBNET))
		account[SERVICE_SUBNET] =
			services_get_wider(context->services, SERVICE_SUBNET, &host, SERVICE_HEARD);
}

static void turn_in(Service *s, const ShakedownConfig *config, ShakedownTime syn,
		    const AttemptTurn *turn)
{
	ServiceSlot *slot = service_slot(s, config, syn);

	if (!slot)
		return;
	slot->again += turn->again;
	slot->answered += turn->answered;
	slot->finished += turn->finished;
	slot->refused += turn->refused;
	slot->aborted += turn->aborted;
	slot->established += turn->established;
	slot->talked += turn->talked;
	if (turn->repeated)
		s->repeated[slot - s->slot]++;
}

void attempt_turn(DetectContext *context, Service *s, TcpConnection *conn, AttemptTurn turn)
{
	Service *account[SERVICE_BREADTHS];

	accounts_of(context, s, conn, account);
	/* It ends but once. */
	if (!noted(conn, NOTED_HALF_OPEN))
		turn.finished = turn.refused = turn.aborted = false;
	if (turn.finished)
		conn->noted &= ~(uint32_t)NOTED_HALF_OPEN;
	for (unsigned i = 0; i < G_N_ELEMENTS(account); i++) {
		if (!account[i])
			continue;
		turn_in(account[i], context->config, conn->syn_first, &turn);
		account[i]->half_open -= turn.finished && account[i]->half_open > 0;
	}
}

static void over_in(Service *s)
{
	if (!(s->half_open -= s->half_open > 0) && !s->flood)
		g_clear_pointer(&s->sources, g_free);
}

void attempt_over(DetectContext *context, Service *s, const TcpEvent *event)
{
	TcpConnection *conn = event->conn;
	Service *account[SERVICE_BREADTHS];

	accounts_of(context, s, conn, account);
	for (unsigned i = 0; i < G_N_ELEMENTS(account); i++) {
		if (!account[i])
			continue;
		flood_advance(account[i], context, event->time);
		if (noted(conn, NOTED_HALF_OPEN))
			over_in(account[i]);
	}
	conn->noted &= ~(uint32_t)NOTED_HALF_OPEN;
}

static bool take_bit(CutConnection *cut, unsigned bit)
{
	bool had = cut->bits & bit;

	cut->bits &= (uint8_t)~bit;
	return had;
}

/* In the slots that it counted for before it was cut short: who its server was is told by what was
 * kept of it. */
static void turn_after_cut(DetectContext *context, const TcpConnection *conn,
			   const CutConnection *cut, AttemptTurn turn)
{
	unsigned end = cut->client_end ^ 1u;
	ShakedownAddress server = {.version = conn->key.ip_version};

	memcpy(server.bytes, conn->key.addr[end], sizeof server.bytes);
	Service *account[SERVICE_BREADTHS] = {
		services_get(context->services, &server, conn->key.port[end], SERVICE_FIND)};

	if (cut->bits & CUT_OF_HOST)
		account[SERVICE_HOST] =
			services_get_wider(context->services, SERVICE_HOST, &server, SERVICE_FIND);
	if (cut->bits & CUT_OF_SUBNET)
		account[SERVICE_SUBNET] = services_get_wider(context->services, SERVICE_SUBNET,
							     &server, SERVICE_FIND);
	for (unsigned i = 0; i < SERVICE_BREADTHS; i++)
		if (account[i])
			turn_in(account[i], context->config, cut->syn, &turn);
}

void attempt_again_after_cut(DetectContext *context, const TcpConnection *conn, CutConnection *cut)
{
	turn_after_cut(context, conn, cut, (AttemptTurn){.again = take_bit(cut, CUT_ONCE)});
}

void attempt_goes_on_after_cut(DetectContext *context, const TcpConnection *conn,
			       CutConnection *cut, const Segment *seg)
{
	unsigned end = cut->client_end;
	bool client = seg->src_port == conn->key.port[end] &&
		      memcmp(seg->src, conn->key.addr[end], sizeof seg->src) == 0;
	bool data = seg->payload_len && seg->kind == SEGMENT_TCP;
	AttemptTurn turn = {0};

	if (seg->kind == SEGMENT_ICMP_ERROR) {
		turn.finished = take_bit(cut, CUT_HALF_OPEN);
	} else if (seg->flags & TCP_RST) {
		bool unanswered = cut->bits & CUT_UNANSWERED;

		turn.finished = take_bit(cut, CUT_HALF_OPEN);
		turn.aborted = turn.finished && client && !unanswered;
		turn.refused = turn.finished && !client && unanswered;
	} else if (seg->flags & TCP_SYN) {
		turn.answered = !client && take_bit(cut, CUT_UNANSWERED);
	} else if (client || data) {
		turn.finished = turn.established = take_bit(cut, CUT_HALF_OPEN);
	}
	turn.talked = data && take_bit(cut, CUT_SILENT);
	turn_after_cut(context, conn, cut, turn);
}
