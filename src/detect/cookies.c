/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/cookies.h"

#include "detect/noted.h"

#include <inttypes.h>

/* So many SYN,ACKs that nobody acknowledged and that did not come again … */
#define SILENT_LEAST 8
/* … for each one that did: a full queue frees a place now and then. */
#define SILENT_PER_REPEATED 10
/* So many SYNs whose options were dropped, where others like them kept theirs. */
#define STRIPPED_LEAST 3
/* After so long without a further sign it is over. */
#define OVER_AFTER (INT64_C(10) * SHAKEDOWN_NS_PER_S)

bool cookies_suspected(const Service *s)
{
	const ServiceCookies *k = &s->cookies;

	return (k->silent >= SILENT_LEAST && k->silent >= k->repeated * SILENT_PER_REPEATED) ||
	       (k->stripped >= STRIPPED_LEAST && k->kept > 0);
}

static void report(Service *s, DetectContext *context)
{
	const ServiceCookies *k = &s->cookies;
	Finding f;

	finding_begin_wide(&f, context, SHAKEDOWN_ANOMALY_SYN_COOKIES, &s->address, s->port);
	finding_time(&f, k->start, k->last);
	finding_frames(&f, k->frames, k->frames_len, k->silent + k->stripped);
	finding_filter(&f, "tcp.flags.syn==1 && tcp.flags.ack==1");
	finding_count(&f, "never_repeated", k->silent);
	finding_count(&f, "repeated", k->repeated);
	finding_count(&f, "options_dropped", k->stripped);
	finding_count(&f, "options_kept", k->kept);
	finding_summary(&f, "the service seems to answer by SYN cookies: ");
	if (k->silent)
		finding_summary(
			&f, "%" PRIu64 " SYN,ACK%s that nobody acknowledged %s not sent again",
			k->silent, k->silent == 1 ? "" : "s", k->silent == 1 ? "was" : "were");
	if (k->stripped)
		finding_summary(&f,
				"%s%" PRIu64
				" SYN%s without timestamps lost %s other options in the answer",
				k->silent ? ", " : "", k->stripped, k->stripped == 1 ? "" : "s",
				k->stripped == 1 ? "its" : "their");
	finding_report(&f);
}

void cookies_end(Service *s, DetectContext *context)
{
	const ServiceCookies *k = &s->cookies;

	/* Most services that make room have shown nothing. */
	if (!k->start)
		return;
	/* Where third ACKs are not in the capture nobody's are missed. */
	if (tcp_tracker_lacks_acks(context->tracker))
		s->cookies.silent = 0;
	if (cookies_suspected(s))
		report(s, context);
	s->cookies = (ServiceCookies){.kept = s->cookies.kept};
}

static void sign(ServiceCookies *k, ShakedownTime time, uint64_t frame)
{
	if (!k->start)
		k->start = time;
	k->last = MAX(k->last, time);
	if (k->frames_len < G_N_ELEMENTS(k->frames))
		k->frames[k->frames_len++] = frame;
}

/* Whether a SYN,ACK came again, once its time to do so is over. */
void cookies_late(Service *s, TcpConnection *conn)
{
	ServiceCookies *k = &s->cookies;

	if (!conn->syn_ack_first)
		return;
	/* An ICMP error makes a stack forget the attempt, too. */
	if (tcp_conn_latest_mark(conn, 1u << TCP_MARK_ICMP, TCP_EITHER_SIDE))
		return;
	if (conn->side[SHAKEDOWN_SERVER].syns > 1) {
		k->repeated += k->start != 0;
		return;
	}
	conn->noted |= NOTED_SILENT;
	k->silent++;
	sign(k, conn->syn_ack_first, conn->syn_ack_frame);
}

/* It came again after all: of a stack that takes its time (RFC 1122 §4.2.3.1: 3 s). */
static void on_repeated(Service *s, TcpConnection *conn)
{
	ServiceCookies *k = &s->cookies;

	if (!noted(conn, NOTED_SILENT))
		return;
	conn->noted &= ~(uint32_t)NOTED_SILENT;
	k->silent -= k->silent > 0;
	k->repeated++;
}

/* Linux has room for window scale and SACK in a cookie's timestamp only. */
static void on_options(Service *s, const TcpEvent *event)
{
	const TcpSynOptions *c = &event->conn->side[SHAKEDOWN_CLIENT].options,
			    *r = &event->conn->side[SHAKEDOWN_SERVER].options;
	ServiceCookies *k = &s->cookies;

	if (c->timestamps || c->window_scale < 0 || !c->sack_permitted)
		return;
	if (r->window_scale >= 0 || r->sack_permitted) {
		k->kept++;
		return;
	}
	k->stripped++;
	sign(k, event->time, event->frame);
}

void cookies_syn(Service *s, DetectContext *context, ShakedownTime time)
{
	if (s->cookies.start &&
	    time - s->cookies.last > context->config->handshake_timeout + OVER_AFTER)
		cookies_end(s, context);
}

void cookies_syn_ack(Service *s, const TcpEvent *event)
{
	if (event->conn->side[SHAKEDOWN_SERVER].syns > 1)
		on_repeated(s, event->conn);
	else
		on_options(s, event);
}
