/* SPDX-License-Identifier: BSD-3-Clause */
/* A flood in words. */
#include "detect/cookies.h"
#include "detect/flood.h"
#include "detect/service-finding.h"

#include <inttypes.h>

double flood_top_ttl_share(const ServiceSources *sources)
{
	uint32_t top = 0;

	for (unsigned i = 0; i < 256; i++)
		top = MAX(top, sources->ttl[i]);
	return sources->sample.offered ? (double)top / (double)sources->sample.offered : 0;
}

/* 100 only if it is all of them. */
static unsigned percent(uint64_t part, uint64_t whole)
{
	unsigned n = whole ? (unsigned)(100 * (double)part / (double)whole + 0.5) : 100;

	return n >= 100 && part < whole ? 99 : n;
}

/* One that is worth blocking. */
static void say_top(Finding *f, const ServiceSources *sources, uint64_t distinct)
{
	uint64_t count;
	const ShakedownAddress *top = sketch_top_most(&sources->top, TOP_SHARE, &count);
	char address[SHAKEDOWN_ADDRESS_LEN];

	if (!top)
		return;
	shakedown_address_format(top, address);
	finding_text(f, "top_source", address);
	finding_count(f, "top_source_syn", count);
	if (distinct == 1)
		finding_summary(f, ", %s", address);
	else
		finding_summary(f, ", %u %% of them from %s", percent(count, sources->top.offered),
				address);
}

static void say_sources(Finding *f, const Service *s, DetectContext *context)
{
	uint64_t sources = service_finding_sources(f, &s->sources->distinct, s->flood->syns);
	double evenness = sketch_sample_evenness(&s->sources->sample);
	double ttl = flood_top_ttl_share(s->sources);
	bool forged = (double)sources >= SOURCES_MANY * (double)s->sources->sample.offered &&
		      evenness >= SOURCES_FORGED;

	finding_ratio(f, "sources_evenness", evenness);
	finding_ratio(f, "same_ttl_share", ttl);
	finding_flag(f, "sources_look_forged", forged);
	if (services_forgotten(context->services))
		finding_count(f, "services_forgotten", services_forgotten(context->services));
	if (forged)
		finding_summary(f, " that look forged");
	say_top(f, s->sources, sources);
}

void flood_report(const Service *s, DetectContext *context, bool goes_on)
{
	static const char *const breadths[SERVICE_BREADTHS] = {"service", "host", "subnet"};
	const ServiceFlood *flood = s->flood;
	Finding f;
	double half_open = flood->syns ? 1 - (double)flood->finished / (double)flood->syns : 1;
	bool refused = flood->refused * 2 > flood->syns, aborted = flood->aborted * 2 > flood->syns;

	service_finding_begin(&f, context, SHAKEDOWN_ANOMALY_SYN_FLOOD, s);
	finding_time(&f, flood->start, flood->last);
	finding_frames(&f, flood->frames, flood->frames_len, flood->syns);
	finding_filter(&f, "tcp.flags.syn==1 && tcp.flags.ack==0");
	finding_severity(&f, flood_severity(flood));
	finding_count(&f, "syn", flood->syns);
	finding_lasted(&f, flood->last - flood->start, goes_on);
	finding_ratio(&f, "peak_rate", flood->peak_rate);
	finding_count(&f, "peak_half_open", flood->peak_half_open);
	finding_ratio(&f, "half_open_share", half_open);
	finding_count(&f, "refused", flood->refused);
	finding_count(&f, "aborted", flood->aborted);
	finding_count(&f, "syn_ack", flood->answered);
	finding_count(&f, "completed_meanwhile", flood->established);
	finding_duration(&f, "known_after_s", flood->known - flood->start);
	finding_text(&f, "told_by", flood->cumulative ? "cumulative sum" : "window");
	finding_summary(&f, "%" PRIu64 " SYNs", flood->syns);
	if (service_breadth(s) != SERVICE_ITSELF && s->sources)
		service_finding_targets(&f, s, &s->sources->targets, flood->syns);
	finding_summary(&f, " in %s (at most %.0f/s), %u %% of them %s",
			finding_span(&f, flood->last - flood->start), flood->peak_rate,
			percent(refused	  ? flood->refused
				: aborted ? flood->aborted
					  : flood->syns - MIN(flood->finished, flood->syns),
				flood->syns),
			refused	  ? "refused"
			: aborted ? "answered and then reset by who had sent them"
				  : "left half-open");
	if (cookies_suspected(s))
		finding_flag(&f, "syn_cookies_suspected", true);
	if (s->sources)
		say_sources(&f, s, context);
	if (flood->behind) {
		finding_count(&f, "behind", flood->behind);
		finding_summary(&f, "; %" PRIu64 " more whose time is before their place",
				flood->behind);
	}
	if (refused)
		finding_summary(&f, "; nothing listens there");
	else if (flood->answered == 0)
		finding_summary(&f, "; the %s answered none of them", breadths[service_breadth(s)]);
	else if (flood->established)
		finding_summary(&f, "; %" PRIu64 " other%s completed meanwhile", flood->established,
				flood->established == 1 ? " handshake was" : " handshakes were");
	finding_report(&f);
}
