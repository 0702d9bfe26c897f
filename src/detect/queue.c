/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/queue.h"

#include "detect/noted.h"
#include "detect/service-finding.h"

#include <inttypes.h>

/* So many connections within that time are more than bad luck. */
#define TOGETHER 3
#define TOGETHER_WITHIN (INT64_C(10) * SHAKEDOWN_NS_PER_S)
/* Unanswered attempts are the service's fault if they are at least that share of all. */
#define PASSED_OVER_PERCENT 10
/* After so long without a further sign the trouble is over. */
#define EPISODE_OVER (INT64_C(60) * SHAKEDOWN_NS_PER_S)

static void report_accept_queue(Service *s, DetectContext *context)
{
	const ServiceEpisode *e = &s->episode[SERVICE_ACCEPT_QUEUE];
	Finding f;

	finding_begin_wide(&f, context, SHAKEDOWN_ANOMALY_ACCEPT_QUEUE_OVERFLOW, &s->address,
			   s->port);
	finding_time(&f, e->start, e->last);
	finding_frames(&f, e->frames, e->frames_len, e->count);
	finding_count(&f, "connections", e->count);
	finding_duration(&f, "lasted_s", e->last - e->start);
	finding_filter(&f, "tcp.flags.syn==1 && tcp.flags.ack==1");
	finding_summary(&f,
			"the service did not take the third ACK, nor the data after it, of %" PRIu64
			" connections in %s: its accept queue is full",
			e->count, finding_span(&f, e->last - e->start));
	finding_report(&f);
}

static void report_backlog(Service *s, DetectContext *context)
{
	const ServiceEpisode *e = &s->episode[SERVICE_BACKLOG];
	Finding f;

	finding_begin_wide(&f, context, SHAKEDOWN_ANOMALY_BACKLOG_OVERFLOW, &s->address, s->port);
	finding_time(&f, e->start, e->last);
	finding_frames(&f, e->frames, e->frames_len, e->count);
	finding_count(&f, "attempts", e->count);
	finding_duration(&f, "lasted_s", e->last - e->start);
	finding_filter(&f, "tcp.flags.syn==1");
	finding_summary(&f,
			"the service passed over %" PRIu64
			" attempts to connect while it answered later ones: its backlog is full",
			e->count);
	finding_report(&f);
}

void queue_report_connections(Service *s, DetectContext *context, bool goes_on)
{
	const ServiceEpisode *e = &s->episode[SERVICE_CONNECTIONS];
	Finding f;

	finding_begin_wide(&f, context, SHAKEDOWN_ANOMALY_CONNECTION_FLOOD, &s->address, s->port);
	finding_time(&f, e->start, e->last);
	finding_frames(&f, e->frames, e->frames_len, e->peak);
	finding_count(&f, "connections", e->peak);
	finding_count(&f, "sources", e->count);
	finding_lasted(&f, e->last - e->start, goes_on);
	finding_filter(&f, "tcp.flags.syn==1 && tcp.flags.ack==0");
	finding_summary(&f,
			"%" PRIu64 " connections within %s carried no data, opened by %" PRIu64
			" source%s",
			e->peak, finding_span(&f, context->config->flood_window), e->count,
			e->count == 1 ? "" : "s");
	if (s->connections_from.version) {
		char top[SHAKEDOWN_ADDRESS_LEN];

		shakedown_address_format(&s->connections_from, top);
		finding_text(&f, "top_source", top);
		finding_summary(&f, "%s %s", e->count == 1 ? "," : ", most by", top);
	}
	finding_report(&f);
}

static void report(Service *s, DetectContext *context, ServiceTrouble trouble)
{
	if (trouble == SERVICE_ACCEPT_QUEUE)
		report_accept_queue(s, context);
	else if (trouble == SERVICE_BACKLOG)
		report_backlog(s, context);
	else
		queue_report_connections(s, context, false);
	service_episode_over(s, trouble);
}

void queue_end(Service *s, DetectContext *context)
{
	for (ServiceTrouble t = 0; t < SERVICE_STRAYS; t++)
		if (service_trouble(s, t))
			report(s, context, t);
}

void queue_advance(Service *s, DetectContext *context, ShakedownTime now)
{
	if (!(s->troubles & SERVICE_QUEUES))
		return;
	for (ServiceTrouble t = 0; t < SERVICE_STRAYS; t++) {
		const ServiceEpisode *e = service_trouble(s, t);

		if (e && now - e->last > EPISODE_OVER)
			report(s, context, t);
	}
}

/* Data of the client had passed as well, and yet SYN,ACK came again: that is no deferred accept(),
 * which takes the data for the third ACK. */
void queue_third_ack_lost(Service *s, const TcpEvent *event)
{
	const TcpConnection *conn = event->conn;
	unsigned near = 0, n = G_N_ELEMENTS(s->refused_ack);

	if (!conn->side[SHAKEDOWN_CLIENT].bytes)
		return;
	for (unsigned i = 0; i < n; i++)
		if (s->refused_ack[i].connection == conn->id)
			return;
	s->refused_ack[s->refused_acks % n].time = event->time;
	s->refused_ack[s->refused_acks % n].connection = conn->id;
	s->refused_ack[s->refused_acks % n].frame = event->frame;
	s->refused_acks++;
	if (service_trouble(s, SERVICE_ACCEPT_QUEUE)) {
		service_episode(s, SERVICE_ACCEPT_QUEUE, event->time, event->frame);
		return;
	}
	for (unsigned i = 0; i < n; i++)
		near += s->refused_ack[i].connection &&
			event->time - s->refused_ack[i].time <= TOGETHER_WITHIN;
	if (near < TOGETHER)
		return;
	for (unsigned i = 0; i < n; i++)
		if (s->refused_ack[i].connection &&
		    event->time - s->refused_ack[i].time <= TOGETHER_WITHIN) {
			ShakedownTime time = s->refused_ack[i].time;
			ServiceEpisode *e = service_episode(s, SERVICE_ACCEPT_QUEUE, time,
							    s->refused_ack[i].frame);
			e->start = MIN(e->start, time);
		}
}

/* Of the latest attempts enough were tried again: those that are remembered one by one are few. */
static bool many_tried_again(const Service *s, unsigned known)
{
	uint64_t attempts = 0, again = 0;

	for (unsigned i = 0; i < SERVICE_SLOTS; i++) {
		if (!service_uses_slot(s, i))
			continue;
		attempts += s->slot[i].opened;
		again += s->slot[i].again;
	}
	return MAX(again, known) * 100 >= attempts * PASSED_OVER_PERCENT;
}

/* A SYN comes again while one that was sent after it has been answered. What holds an older
 * connection on its ports answers it, if only by an ACK of that: it was not passed over. */
static void syn_again(Service *s, const TcpEvent *event)
{
	TcpConnection *conn = event->conn;
	unsigned near = 0, n = G_N_ELEMENTS(s->passed_over);

	if (tcp_side_has(&conn->side[SHAKEDOWN_SERVER], TCP_SIDE_SEEN) || noted(conn, NOTED_REUSES))
		return;
	if (conn->side[SHAKEDOWN_CLIENT].syns < 2 || noted(conn, NOTED_PASSED_OVER) ||
	    s->answered_syn <= conn->syn_first || event->time - s->answered_syn > TOGETHER_WITHIN)
		return;
	conn->noted |= NOTED_PASSED_OVER;
	s->passed_over[s->passed_overs++ % n] = event->time;
	if (service_trouble(s, SERVICE_BACKLOG)) {
		service_episode(s, SERVICE_BACKLOG, event->time, event->frame);
		return;
	}
	for (unsigned i = 0; i < n; i++)
		near += s->passed_over[i] && event->time - s->passed_over[i] <= TOGETHER_WITHIN;
	if (near < TOGETHER || !many_tried_again(s, near))
		return;
	ServiceEpisode *e = service_episode(s, SERVICE_BACKLOG, conn->syn_first, event->frame);

	e->last = event->time;
	e->count = near;
}

void queue_syn(Service *s, DetectContext *context, const TcpEvent *event)
{
	queue_advance(s, context, event->time);
	syn_again(s, event);
}

void queue_syn_ack(Service *s, const TcpEvent *event)
{
	if (event->conn->syn_ack_first == event->time)
		s->answered_syn = MAX(s->answered_syn, event->conn->syn_first);
}
