/* SPDX-License-Identifier: BSD-3-Clause */
/* Findings about a service, or about what it stands for. */
#pragma once

#include "detect/finding.h"
#include "detect/service.h"

static inline void service_finding_begin(Finding *f, DetectContext *context,
					 ShakedownAnomalyKind kind, const Service *s)
{
	if (service_breadth(s) == SERVICE_SUBNET)
		finding_begin_subnet(f, context, kind, &s->address,
				     service_subnet_bits(&s->address));
	else
		finding_begin_wide(f, context, kind, &s->address, s->port);
}

/* Beyond the room of an episode its frames are examples. */
static inline void service_episode_frames(Finding *f, const ServiceEpisode *e)
{
	for (unsigned i = 0; i < e->frames_len; i++)
		finding_frame(f, e->frames[i]);
	if (e->count > e->frames_len)
		finding_many(f);
}
