/* SPDX-License-Identifier: BSD-3-Clause */
/* The registry: every family of detectors, in the order in which they hear of an event. */
#include "detect/detector.h"

static const DetectorOps *const registry[] = {
	&detect_handshake, &detect_reset, &detect_teardown,
	&detect_time_wait, &detect_flood, &detect_capture,
};

struct _Detectors {
	DetectContext *context;
	void *self[G_N_ELEMENTS(registry)];
};

Detectors *detectors_new(DetectContext *context)
{
	Detectors *d = g_new0(Detectors, 1);

	d->context = context;
	for (size_t i = 0; i < G_N_ELEMENTS(registry); i++)
		if (registry[i]->create)
			d->self[i] = registry[i]->create(context);
	return d;
}

void detectors_free(Detectors *d)
{
	if (!d)
		return;
	for (size_t i = 0; i < G_N_ELEMENTS(registry); i++)
		if (registry[i]->destroy)
			registry[i]->destroy(d->self[i]);
	g_free(d);
}

void detectors_event(Detectors *d, const TcpEvent *event)
{
	for (size_t i = 0; i < G_N_ELEMENTS(registry); i++)
		registry[i]->event(d->self[i], d->context, event);
}

void detectors_finish(Detectors *d)
{
	for (size_t i = 0; i < G_N_ELEMENTS(registry); i++)
		if (registry[i]->finish)
			registry[i]->finish(d->self[i], d->context);
}
