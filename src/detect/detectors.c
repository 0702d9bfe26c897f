/* SPDX-License-Identifier: BSD-3-Clause */
/* The registry: every family of detectors, in the order in which they hear of an event. */
#include "detect/detector.h"
#include "detect/dossier.h"
#include "detect/scanner.h"
#include "detect/service.h"

/* Those that look at many connections at once hear of it first, so that the others can ask them. */
static const DetectorOps *const registry[] = {
	&detect_flood, &detect_scan,	 &detect_handshake, &detect_icmp,
	&detect_reset, &detect_teardown, &detect_idle,	    &detect_time_wait,
	&detect_host,  &detect_overlap,	 &detect_capture,
};

#define DETECTORS G_N_ELEMENTS(registry)

typedef struct {
	void (*hear)(void *self, DetectContext *context, const TcpEvent *event);
	void *self;
	uint32_t noted; /* one of these must be, of TCP_EVENT_OVER; 0: none */
} Listener;

struct _Detectors {
	DetectContext *context;
	void *self[DETECTORS];
	Listener listeners[TCP_EVENTS][DETECTORS + 1]; /* in their order, up to one without hear */
	/* Those of TCP_EVENT_OVER that want to hear of each, for where none of the others does. */
	Listener over_each[DETECTORS + 1];
	uint32_t over_if; /* what one of the others wants */
};

static void append(Listener *l, const Listener *one)
{
	while (l->hear)
		l++;
	*l = *one;
}

static void listen(Detectors *d, size_t who)
{
	for (unsigned kind = 0; kind < TCP_EVENTS; kind++) {
		const Listener l = {registry[who]->on[kind], d->self[who],
				    kind == TCP_EVENT_OVER ? registry[who]->over_if : 0};

		if (!l.hear)
			continue;
		append(d->listeners[kind], &l);
		if (kind == TCP_EVENT_OVER && !l.noted)
			append(d->over_each, &l);
		d->over_if |= l.noted;
	}
}

static size_t dossier_bytes_of(const TcpConnection *conn, void *dossiers)
{
	return dossier_bytes(dossiers, conn);
}

Detectors *detectors_new(DetectContext *context)
{
	Detectors *d = g_new0(Detectors, 1);

	d->context = context;
	context->dossiers = dossiers_new();
	tcp_tracker_set_noted(context->tracker, NOTED_DOSSIER, dossier_bytes_of, context->dossiers);
	context->services = services_new(context->config);
	context->scanners = scanners_new();
	for (size_t i = 0; i < DETECTORS; i++) {
		if (registry[i]->create)
			d->self[i] = registry[i]->create(context);
		listen(d, i);
	}
	return d;
}

void detectors_free(Detectors *d)
{
	if (!d)
		return;
	for (size_t i = 0; i < DETECTORS; i++)
		if (registry[i]->destroy)
			registry[i]->destroy(d->self[i]);
	dossiers_free(d->context->dossiers);
	services_free(d->context->services);
	scanners_free(d->context->scanners);
	g_free(d);
}

/* Nothing was noted of most connections that most detectors would look at. */
static void over(Detectors *d, const TcpEvent *event)
{
	const TcpConnection *conn = event->conn;
	const uint32_t bits = noted_over(conn);

	if ((conn->noted | bits) & d->over_if) {
		for (const Listener *l = d->listeners[TCP_EVENT_OVER]; l->hear; l++)
			if (!l->noted || ((conn->noted | bits) & l->noted))
				l->hear(l->self, d->context, event);
	} else {
		for (const Listener *l = d->over_each; l->hear; l++)
			l->hear(l->self, d->context, event);
	}
	dossier_close(d->context->dossiers, conn);
}

void detectors_event(Detectors *d, const TcpEvent *event)
{
	if (event->kind == TCP_EVENT_OVER) {
		over(d, event);
		return;
	}
	for (const Listener *l = d->listeners[event->kind]; l->hear; l++)
		l->hear(l->self, d->context, event);
}

void detectors_tick(Detectors *d, ShakedownTime now)
{
	for (size_t i = 0; i < G_N_ELEMENTS(registry); i++)
		if (registry[i]->tick)
			registry[i]->tick(d->self[i], d->context, now);
}

void detectors_set_back(Detectors *d)
{
	for (size_t i = 0; i < DETECTORS; i++)
		if (registry[i]->set_back)
			registry[i]->set_back(d->self[i], d->context);
}

void detectors_finish(Detectors *d)
{
	for (size_t i = 0; i < DETECTORS; i++)
		if (registry[i]->finish)
			registry[i]->finish(d->self[i], d->context);
}
