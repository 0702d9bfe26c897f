/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/service-finding.h"

#include <inttypes.h>

/* Up to so many the sketch is right to the unit, nearly always. */
#define ABOUT_FROM 20

void service_finding_begin(Finding *f, DetectContext *context, ShakedownAnomalyKind kind,
			   const Service *s)
{
	if (service_breadth(s) == SERVICE_SUBNET)
		finding_begin_subnet(f, context, kind, &s->address,
				     service_subnet_bits(&s->address));
	else
		finding_begin_wide(f, context, kind, &s->address, s->port);
}

static const char *about(uint64_t n)
{
	return n > ABOUT_FROM ? "about " : "";
}

/* How many ports a host has, or hosts a subnet. */
static uint64_t targets_most(const Service *s)
{
	unsigned whole = s->address.version == 6 ? 128 : 32;
	unsigned bits =
		service_breadth(s) == SERVICE_HOST ? 16 : whole - service_subnet_bits(&s->address);

	return bits < 64 ? UINT64_C(1) << bits : UINT64_MAX;
}

/* The sketch errs to either side; there are no more than there can be. */
void service_finding_targets(Finding *f, const Service *s, const SketchDistinct *targets,
			     uint64_t segments)
{
	bool host = service_breadth(s) == SERVICE_HOST;
	uint64_t n = MIN(sketch_distinct_count(targets), MIN(segments, targets_most(s)));

	finding_count(f, host ? "ports" : "hosts", n);
	finding_ratio(f, host ? "ports_standard_error" : "hosts_standard_error",
		      SKETCH_DISTINCT_ERROR);
	finding_summary(f, " to %s%" PRIu64 " %s", about(n), n, host ? "ports" : "hosts");
}

uint64_t service_finding_sources(Finding *f, const SketchDistinct *sources, uint64_t segments)
{
	uint64_t n = MIN(sketch_distinct_count(sources), segments);

	finding_count(f, "sources", n);
	finding_ratio(f, "sources_standard_error", SKETCH_DISTINCT_ERROR);
	finding_summary(f, ", from %s%" PRIu64 " source%s", about(n), n, n == 1 ? "" : "s");
	return n;
}
