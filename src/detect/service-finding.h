/* SPDX-License-Identifier: BSD-3-Clause */
/* Findings about a service, or about what it stands for. */
#pragma once

#include "detect/finding.h"
#include "detect/service.h"

void service_finding_begin(Finding *finding, DetectContext *context, ShakedownAnomalyKind kind,
			   const Service *service);
/* To how many ports of a host, or hosts of a subnet, so many segments came. */
void service_finding_targets(Finding *finding, const Service *service,
			     const SketchDistinct *targets, uint64_t segments);
/* From how many sources, which is returned. */
uint64_t service_finding_sources(Finding *finding, const SketchDistinct *sources,
				 uint64_t segments);
