/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Connections of one service that died without a word after the same silence: that is no accident,
 * but a timeout of something on the path. RFC 5382 §5 asks for two hours and four minutes at least.
 */
#include "detect/detector.h"
#include "detect/noted.h"
#include "detect/service.h"
#include "tcp/tcp-watch.h"

#include <inttypes.h>
#include <stdlib.h>

#define DEATHS_MOST 4096 /* the latest, remembered */
#define ALIKE_LEAST 3
/* "The same" within that share, and at least that long: shorter silences are everybody's. */
#define ALIKE_WITHIN 0.05
#define IDLE_LEAST (INT64_C(10) * SHAKEDOWN_NS_PER_S)

typedef struct {
	ShakedownAddress address;
	uint16_t port;
} DeathService;

typedef struct {
	DeathService service;
	ShakedownDuration idle;
	ShakedownTime time;
	uint64_t frame;
} Death;

typedef struct {
	GArray *deaths; /* of Death */
	uint64_t died;
} IdleDetector;

static void *create(DetectContext *context)
{
	IdleDetector *d = g_new0(IdleDetector, 1);

	d->deaths = g_array_new(FALSE, FALSE, sizeof(Death));
	return d;
}

static void destroy(void *data)
{
	IdleDetector *d = data;

	g_array_free(d->deaths, TRUE);
	g_free(d);
}

static void remember(IdleDetector *d, const Death *death)
{
	if (d->deaths->len < DEATHS_MOST)
		g_array_append_vals(d->deaths, death, 1);
	else
		g_array_index(d->deaths, Death, d->died % DEATHS_MOST) = *death;
	d->died++;
}

static void on_over(void *data, DetectContext *context, const TcpEvent *event)
{
	IdleDetector *d = data;
	const TcpConnection *conn = event->conn;

	if (!reported(conn, SHAKEDOWN_ANOMALY_SILENT_DEATH))
		return;
	for (unsigned side = 0; side < 2; side++) {
		const TcpWatchSide *w = &tcp_aside(conn)->watch->side[side];
		Death death = {.service = {.address = tcp_conn_address(conn, SHAKEDOWN_SERVER),
					   .port = tcp_conn_port(conn, SHAKEDOWN_SERVER)},
			       .idle = w->idle,
			       .time = w->asked,
			       .frame = w->asked_frame};

		if (w->asked && w->idle >= IDLE_LEAST) {
			remember(d, &death);
			return;
		}
	}
}

static int compare_services(const DeathService *a, const DeathService *b)
{
	int order = memcmp(&a->address, &b->address, sizeof a->address);

	return order ? order : (int)a->port - (int)b->port;
}

static int by_service_and_idle(const void *a, const void *b)
{
	const Death *x = a, *y = b;
	int order = compare_services(&x->service, &y->service);

	return order ? order : (x->idle > y->idle) - (x->idle < y->idle);
}

static void report(DetectContext *context, const Death *deaths, guint n)
{
	ShakedownTime first = deaths[0].time, last = deaths[0].time;
	Finding f;

	finding_begin_wide(&f, context, SHAKEDOWN_ANOMALY_SILENT_DEATH, &deaths->service.address,
			   deaths->service.port);
	for (guint i = 0; i < n; i++) {
		finding_frame(&f, deaths[i].frame);
		first = MIN(first, deaths[i].time);
		last = MAX(last, deaths[i].time);
	}
	finding_time(&f, first, last);
	finding_count(&f, "connections", n);
	finding_duration(&f, "idle_least_s", deaths[0].idle);
	finding_duration(&f, "idle_most_s", deaths[n - 1].idle);
	finding_summary(&f,
			"%u connections died without a word after a silence of %s each: something "
			"on the path forgets them then",
			n, finding_span(&f, deaths[n / 2].idle));
	finding_report(&f);
}

static void finish(void *data, DetectContext *context)
{
	IdleDetector *d = data;
	const Death *deaths = (const Death *)(void *)d->deaths->data;
	guint n = d->deaths->len;

	g_array_sort(d->deaths, by_service_and_idle);
	for (guint i = 0, same; i < n; i += same) {
		double most = (double)deaths[i].idle * (1 + ALIKE_WITHIN);

		for (same = 1; i + same < n && (double)deaths[i + same].idle <= most &&
			       !compare_services(&deaths[i].service, &deaths[i + same].service);
		     same++)
			;
		if (same >= ALIKE_LEAST)
			report(context, &deaths[i], same);
	}
}

const DetectorOps detect_idle = {.create = create,
				 .on = {[TCP_EVENT_OVER] = on_over},
				 .over_if = OVER_WATCHED,
				 .finish = finish,
				 .destroy = destroy};
