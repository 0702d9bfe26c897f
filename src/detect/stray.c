/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/stray.h"

#include "detect/service-finding.h"
#include "tcp/tcp-tracker.h"

#include <inttypes.h>

/* A lone segment and what it was answered by. */
#define PACKETS_MOST 3
/* After so long without a further one it is over. */
#define OVER_AFTER (INT64_C(60) * SHAKEDOWN_NS_PER_S)
/* Whether it was a connection after all shows that much later at the most. */
#define COUNTED_WITHIN TCP_ATTEMPT_FORGET
/* A part that gets no more in a window is nothing by itself: so many count for what it is part of.
 */
#define FEW 8
/* A host's or subnet's come from so many sources at least: one alone looks for what is open, or is
 * what somebody else looked at. */
#define SOURCES_LEAST 20

typedef struct {
	ShakedownAnomalyKind kind;
	const char *name, *fault, *filter;
} StrayKind;

static const StrayKind kinds[STRAYS] = {
	[STRAY_ACK] = {SHAKEDOWN_ANOMALY_ACK_FLOOD, "ACKs", "that belong to no connection",
		       "tcp.flags.ack==1"},
	[STRAY_FIN] = {SHAKEDOWN_ANOMALY_FIN_FLOOD, "FINs", "that belong to no connection",
		       "tcp.flags.fin==1"},
	[STRAY_RST] = {SHAKEDOWN_ANOMALY_RESET_FLOOD, "RSTs", "that belong to no connection",
		       "tcp.flags.reset==1"},
	[STRAY_BARE] = {SHAKEDOWN_ANOMALY_ACK_FLOOD, "segments without ACK",
			"that belong to no connection",
			"tcp.flags.ack==0 && tcp.flags.syn==0 && tcp.flags.fin==0 && "
			"tcp.flags.reset==0"},
	[STRAY_SYN_ACK] = {SHAKEDOWN_ANOMALY_SYN_ACK_FLOOD, "SYN,ACKs",
			   "that answer no SYN of its own", "tcp.flags.syn==1 && tcp.flags.ack==1"},
};

/* Who never sent a SYN resets what answers it; or is silent, and the answer comes again. */
static bool is_unasked_answer(const TcpConnection *conn)
{
	const TcpSide *c = &conn->side[SHAKEDOWN_CLIENT], *s = &conn->side[SHAKEDOWN_SERVER];

	return s->syns && !c->syns && (c->rsts || s->syns > 1) &&
	       tcp_side_originals(conn, SHAKEDOWN_CLIENT) == c->rsts &&
	       tcp_side_originals(conn, SHAKEDOWN_SERVER) <= s->syns + s->rsts;
}

/* It, and at most a reset in answer. */
static bool is_lone(const TcpConnection *conn, ShakedownSideId to)
{
	return tcp_side_originals(conn, to) <= conn->side[to].rsts &&
	       tcp_side_originals(conn, SHAKEDOWN_CLIENT) +
			       tcp_side_originals(conn, SHAKEDOWN_SERVER) <=
		       PACKETS_MOST;
}

bool stray_is(const TcpConnection *conn, Stray *kind, ShakedownSideId *to)
{
	if (tcp_conn_has(conn, TCP_CONN_MIDSTREAM)) {
		*kind = noted_stray_kind(conn);
		*to = noted_stray_target(conn);
		return noted(conn, NOTED_STRAY) &&
		       (noted(conn, NOTED_STRAY_COUNTED) || is_lone(conn, *to));
	}
	*kind = STRAY_SYN_ACK;
	*to = SHAKEDOWN_CLIENT;
	return is_unasked_answer(conn);
}

/* goes_on: its end is not known yet. */
static void report(Service *s, DetectContext *context, Stray kind, bool goes_on)
{
	const StrayKind *k = &kinds[kind];
	const ServiceEpisode *e = &s->episode[SERVICE_STRAYS + kind];
	Finding f;

	service_finding_begin(&f, context, k->kind, s);
	finding_time(&f, e->start, e->last);
	finding_frames(&f, e->frames, e->frames_len, e->count);
	finding_count(&f, "segments", e->count);
	finding_lasted(&f, e->last - e->start, goes_on);
	finding_filter(&f, k->filter);
	finding_summary(&f, "%" PRIu64 " %s", e->count, k->name);
	if (s->crowd && service_breadth(s) != SERVICE_ITSELF)
		service_finding_targets(&f, s, &s->crowd->targets, e->count);
	finding_summary(&f, " in %s %s", finding_span(&f, e->last - e->start), k->fault);
	if (s->crowd)
		service_finding_sources(&f, &s->crowd->sources, e->count);
	finding_report(&f);
}

/* They are counted when they are over, and that is not always the order in which they came: after a
 * leap of the clock the latest may be first. */
static ShakedownDuration apart(ShakedownTime a, ShakedownTime b)
{
	return ABS(a - b);
}

/* How far it lies from an episode, before or behind it. */
static ShakedownDuration beside(const ServiceEpisode *e, ShakedownTime time)
{
	return time < e->start ? apart(e->start, time) : time > e->last ? apart(time, e->last) : 0;
}

/* No kind has an episode under way, nor a window whose time is less than that away. */
static bool none_counts(const Service *s, ShakedownTime now, ShakedownDuration shortly)
{
	if (s->troubles & ~SERVICE_QUEUES)
		return false;
	for (Stray i = 0; i < STRAYS; i++) {
		const ServiceStrays *w = &s->strays[i];

		if (w->count && apart(now, w->since) <= shortly)
			return false;
	}
	return true;
}

/* What is known of where they come from is of all kinds that are counted now. */
static void begin_anew(Service *s, const ShakedownConfig *config, Stray kind, ShakedownTime since)
{
	s->strays[kind].since = since;
	s->strays[kind].count = 0;
	if (none_counts(s, since, config->flood_window))
		g_clear_pointer(&s->crowd, g_free);
}

static void end(Service *s, DetectContext *context, Stray kind, ShakedownTime now)
{
	report(s, context, kind, false);
	service_episode_over(s, SERVICE_STRAYS + kind);
	begin_anew(s, context->config, kind, now);
}

void stray_end(Service *s, DetectContext *context)
{
	for (Stray i = 0; i < STRAYS; i++)
		if (service_trouble(s, SERVICE_STRAYS + i))
			end(s, context, i, 0);
}

void stray_advance(Service *s, DetectContext *context, ShakedownTime now)
{
	for (Stray i = 0; i < STRAYS; i++) {
		const ServiceEpisode *e = service_trouble(s, SERVICE_STRAYS + i);

		if (e && now > e->last && apart(now, e->last) > OVER_AFTER + COUNTED_WITHIN)
			end(s, context, i, now);
	}
	if (s->crowd && none_counts(s, now, context->config->flood_window + COUNTED_WITHIN))
		g_clear_pointer(&s->crowd, g_free);
}

static uint64_t target_of(const Service *s, const TcpConnection *conn, ShakedownSideId to)
{
	ShakedownAddress address = tcp_conn_address(conn, to);

	return service_breadth(s) == SERVICE_HOST ? sketch_hash(tcp_conn_port(conn, to))
						  : sketch_hash_address(&address);
}

static void count_ends(Service *s, const ServiceStrays *w, const TcpConnection *conn,
		       ShakedownSideId to)
{
	ShakedownAddress source = tcp_conn_address(conn, tcp_other(to));

	if (!s->crowd && w->count < FEW)
		return;
	if (!s->crowd)
		s->crowd = g_new0(StrayCrowd, 1);
	sketch_distinct_add(&s->crowd->sources, sketch_hash_address(&source));
	if (service_breadth(s) != SERVICE_ITSELF)
		sketch_distinct_add(&s->crowd->targets, target_of(s, conn, to));
}

static bool are_many(const Service *s, const ServiceStrays *w, const ShakedownConfig *config)
{
	return w->count >= service_flood_least(s, config) &&
	       (service_breadth(s) == SERVICE_ITSELF ||
		(s->crowd && sketch_distinct_count(&s->crowd->sources) >= SOURCES_LEAST));
}

/* True: it gets few of them. */
static bool count_in(Service *s, DetectContext *context, const TcpConnection *conn, Stray kind,
		     ShakedownSideId to)
{
	const ShakedownConfig *config = context->config;
	ServiceStrays *w = &s->strays[kind];
	const ServiceTrouble trouble = SERVICE_STRAYS + kind;
	ServiceEpisode *e = service_trouble(s, trouble);

	if (e && conn->start > e->last && apart(conn->start, e->last) > OVER_AFTER) {
		end(s, context, kind, conn->start);
		e = NULL;
	}
	if (e && beside(e, conn->start) <= config->flood_window) {
		service_episode(s, trouble, conn->start, conn->first_frame);
		e->start = MIN(e->start, conn->start);
		count_ends(s, w, conn, to);
		return false;
	}
	if (!w->count || apart(conn->start, w->since) > config->flood_window)
		begin_anew(s, config, kind, conn->start);
	w->count++;
	count_ends(s, w, conn, to);
	if (are_many(s, w, config)) {
		uint64_t before = e ? e->count : 0;

		e = service_episode(s, trouble, w->since, conn->first_frame);
		e->start = MIN(e->start, MIN(w->since, conn->start));
		e->last = MAX(e->last, conn->start);
		e->count = before + w->count;
		w->count = 0;
		if (!before && context->early)
			report(s, context, kind, true);
	}
	return !e && w->count <= FEW;
}

/* A connection that is idle, of which one direction was captured, looks the same to a host; a port
 * has not many of those. */
static bool may_be_idle(DetectContext *context, const TcpConnection *conn, Stray kind,
			ShakedownSideId to)
{
	return kind != STRAY_RST && kind != STRAY_SYN_ACK && !tcp_side_originals(conn, to) &&
	       (tcp_side_originals(conn, tcp_other(to)) > 1 ||
		!services_seen_both_ways(context->services));
}

/* What is told by the service is not told by the host, and so on. */
void stray_count(DetectContext *context, const TcpConnection *conn, Stray kind, ShakedownSideId to)
{
	ShakedownAddress address = tcp_conn_address(conn, to);
	Service *s =
		services_get(context->services, &address, tcp_conn_port(conn, to), SERVICE_MAKE);

	for (ServiceBreadth wider = SERVICE_HOST;
	     count_in(s, context, conn, kind, to) && wider < SERVICE_BREADTHS &&
	     !may_be_idle(context, conn, kind, to);
	     wider++)
		s = services_get_wider(context->services, wider, &address, SERVICE_MAKE);
}

static bool covers(Service *s, const ShakedownConfig *config, Stray kind, ShakedownTime time)
{
	const ServiceEpisode *e = s ? service_trouble(s, SERVICE_STRAYS + kind) : NULL;

	return e && time >= e->start && time - e->last <= config->flood_window;
}

bool stray_is_one_of_many(DetectContext *context, const TcpConnection *conn,
			  ShakedownAnomalyKind *flood)
{
	Stray kind;
	ShakedownSideId to;

	if (!stray_is(conn, &kind, &to))
		return false;
	ShakedownAddress address = tcp_conn_address(conn, to);
	Service *s =
		services_get(context->services, &address, tcp_conn_port(conn, to), SERVICE_FIND);

	*flood = kinds[kind].kind;
	for (ServiceBreadth wider = SERVICE_HOST; !covers(s, context->config, kind, conn->start);
	     wider++) {
		if (wider == SERVICE_BREADTHS)
			return false;
		s = services_get_wider(context->services, wider, &address, SERVICE_FIND);
	}
	return true;
}
