/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/flood.h"

#include "detect/cookies.h"

#include <inttypes.h>

/* Wang, Zhang and Shin's a: what an attempt more or less is normally, as a share of the usual. */
#define DRIFT 0.35
#define USUAL_WEIGHT 0.05
/* … their N: a sum of so much of the usual tells; */
#define BOUND 1.05
/* … if that is at least that share of flood_syns, and while at least that share are half-open. */
#define BOUND_LEAST 0.25
#define HALF_OPEN_NOW 0.4
/* A service is taken to complete at least so many handshakes a second: no sum grows by one lost
 * client now and then. */
#define USUAL_LEAST 1.0
/* With so many half-open at once it is worth knowing for longer where they come from. */
#define HALF_OPEN_MANY 8
/* Sources of which that share is new with each SYN are not people who try again. */
#define SOURCES_MANY 0.5
/* … and of which nearly every one is are forged, if something else tells as well. */
#define SOURCES_FORGED 0.9
/* A source of so large a share is named. */
#define TOP_SHARE 0.5
/* Where the capture ends, SYNs of its last moment may not have been answered yet. */
#define LAST_SLOT_LEAST (SHAKEDOWN_NS_PER_S / 4)

typedef struct {
	uint64_t opened, finished, refused, aborted, again, established, talked;
	ShakedownTime first, last;
} Sum;

static const ServiceSlot *slot_of(const Service *s, int64_t id)
{
	const ServiceSlot *slot = &s->slot[(uint64_t)id % SERVICE_SLOTS];

	return slot->id == id ? slot : NULL;
}

static Sum sum_up(const Service *s, int64_t id)
{
	Sum sum = {0};

	for (int64_t i = id - SERVICE_WINDOW_SLOTS + 1; i <= id; i++) {
		const ServiceSlot *slot = slot_of(s, i);

		if (!slot || !slot->opened)
			continue;
		if (!sum.opened)
			sum.first = slot->first;
		sum.opened += slot->opened;
		sum.finished += MIN(slot->finished, slot->opened);
		sum.refused += slot->refused;
		sum.aborted += slot->aborted;
		sum.again += slot->again;
		sum.established += slot->established;
		sum.talked += slot->talked;
		sum.last = MAX(sum.last, slot->last);
	}
	return sum;
}

/* A client that is not answered tries again after a second; forged SYNs are sent once. */
static bool tried_again(const Sum *sum)
{
	return sum->again * 2 > sum->opened - sum->finished;
}

static bool window_tells(const Sum *sum, const ShakedownConfig *config)
{
	return sum->opened >= config->flood_syns && !tried_again(sum) &&
	       (sum->opened - sum->finished) * 100 >= sum->opened * config->flood_half_open;
}

static double share_of_top_ttl(const ServiceSources *sources)
{
	uint32_t top = 0;

	for (unsigned i = 0; i < 256; i++)
		top = MAX(top, sources->ttl[i]);
	return sources->syns ? (double)top / (double)sources->syns : 0;
}

/* Nothing listens there, and yet they come. As many clients may have lost their server; but then it
 * had served somebody before, and clients do not all live at the same distance. */
static bool refused_tells(const Service *s, const Sum *sum, const ShakedownConfig *config)
{
	const ServiceSources *sources = s->sources;

	return sum->opened >= config->flood_syns && sum->again * 2 <= sum->opened &&
	       sum->refused * 100 >= sum->opened * config->flood_half_open &&
	       s->usual * SERVICE_WINDOW_SLOTS < 1 && sources &&
	       (double)sketch_distinct_count(&sources->distinct) >=
		       SOURCES_FORGED * (double)sources->syns &&
	       share_of_top_ttl(sources) >= SOURCES_FORGED;
}

/* Who floods without forging, and without keeping its own stack from answering: each SYN,ACK is
 * reset by the one that asked for it. */
static bool aborted_tells(const Sum *sum, const ShakedownConfig *config)
{
	return sum->opened >= config->flood_syns &&
	       sum->aborted * 100 >= sum->opened * config->flood_half_open;
}

/*
 * Wang, Zhang and Shin bound the sum by about what the service usually completes in a window, so
 * that a flood shows against its own service's measure. That holds where so much is half-open now
 * that no trickle explains it; what comes more slowly has to add up to the window's own bound.
 */
static double bound_of(const Service *s, const Sum *sum, const ShakedownConfig *config)
{
	double most = (double)config->flood_syns;
	uint64_t half_open = sum->opened - sum->finished;

	double usual = BOUND * s->usual * SERVICE_WINDOW_SLOTS;

	/* A quiet service has nothing to be measured by. */
	if ((double)half_open < HALF_OPEN_NOW * most || usual < BOUND_LEAST * most)
		return most;
	return MIN(usual, most);
}

static double drift_of(const Service *s, double width)
{
	return DRIFT * MAX(s->usual, USUAL_LEAST * width);
}

static bool excess_tells(Service *s, const ServiceSlot *slot, const Sum *sum,
			 const ShakedownConfig *config)
{
	double width = (double)service_slot_width(config) / (double)SHAKEDOWN_NS_PER_S;
	double bound = (double)config->flood_syns, half_open = 0, established = 0;

	if (slot) {
		half_open = (double)slot->opened - MIN(slot->finished, slot->opened) - slot->again;
		established = slot->established;
	}
	s->excess += half_open - drift_of(s, width);
	s->excess = CLAMP(s->excess, 0, 2 * bound);
	s->usual += USUAL_WEIGHT * (established - s->usual);
	return s->excess >= bound_of(s, sum, config) && half_open > 0 && s->sources &&
	       (double)sketch_distinct_count(&s->sources->distinct) >=
		       SOURCES_MANY * (double)s->sources->syns;
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

static void report_flood(Service *s, DetectContext *context, bool goes_on)
{
	const ServiceFlood *flood = s->flood;
	Finding f;
	double half_open = flood->syns ? 1 - (double)flood->finished / (double)flood->syns : 1;
	bool refused = flood->refused * 2 > flood->syns, aborted = flood->aborted * 2 > flood->syns;

	finding_begin_wide(&f, context, SHAKEDOWN_ANOMALY_SYN_FLOOD, &s->key.address, s->key.port);
	finding_time(&f, flood->start, flood->last);
	for (unsigned i = 0; i < flood->frames_len; i++)
		finding_frame(&f, flood->frames[i]);
	finding_many(&f);
	finding_filter(&f, "tcp.flags.syn==1 && tcp.flags.ack==0");
	/* Nothing is held for what is refused, and not for long what is reset. */
	if (refused || aborted)
		finding_severity(&f, SHAKEDOWN_SEVERITY_WARNING);
	finding_count(&f, "syn", flood->syns);
	if (goes_on)
		finding_flag(&f, "under_way", true);
	else
		finding_duration(&f, "lasted_s", flood->last - flood->start);
	finding_ratio(&f, "peak_rate", flood->peak_rate);
	finding_count(&f, "peak_half_open", flood->peak_half_open);
	finding_ratio(&f, "half_open_share", half_open);
	finding_count(&f, "refused", flood->refused);
	finding_count(&f, "aborted", flood->aborted);
	finding_count(&f, "syn_ack", flood->answered);
	finding_count(&f, "completed_meanwhile", flood->established);
	finding_duration(&f, "known_after_s", flood->known - flood->start);
	finding_text(&f, "told_by", flood->cumulative ? "cumulative sum" : "window");
	if (goes_on)
		finding_summary(&f, "under way: ");
	finding_summary(&f, "%" PRIu64 " SYNs in %s (at most %.0f/s), %u %% of them %s",
			flood->syns, finding_span(&f, flood->last - flood->start), flood->peak_rate,
			percent(refused	  ? flood->refused
				: aborted ? flood->aborted
					  : flood->syns - MIN(flood->finished, flood->syns),
				flood->syns),
			refused	  ? "refused"
			: aborted ? "answered and then reset by who had sent them"
				  : "left half-open");
	if (cookies_suspected(s))
		finding_flag(&f, "syn_cookies_suspected", true);
	if (s->sources) {
		/* The sketch errs to either side; nobody can be more than there were SYNs. */
		uint64_t sources = MIN(sketch_distinct_count(&s->sources->distinct), flood->syns);
		double evenness = sketch_sample_evenness(&s->sources->sample);
		double ttl = share_of_top_ttl(s->sources);
		bool forged = (double)sources >= SOURCES_MANY * (double)s->sources->syns &&
			      evenness >= SOURCES_FORGED;

		finding_count(&f, "sources", sources);
		finding_ratio(&f, "sources_standard_error", SKETCH_DISTINCT_ERROR);
		finding_ratio(&f, "sources_evenness", evenness);
		finding_ratio(&f, "same_ttl_share", ttl);
		finding_flag(&f, "sources_look_forged", forged);
		if (services_forgotten(context->services))
			finding_count(&f, "services_forgotten",
				      services_forgotten(context->services));
		finding_summary(&f, ", from %s%" PRIu64 " source%s%s", sources > 20 ? "about " : "",
				sources, sources == 1 ? "" : "s",
				forged ? " that look forged" : "");
		say_top(&f, s->sources, sources);
	}
	if (flood->behind) {
		finding_count(&f, "behind", flood->behind);
		finding_summary(&f, "; %" PRIu64 " more whose time is before their place",
				flood->behind);
	}
	if (refused)
		finding_summary(&f, "; nothing listens there");
	else if (flood->answered == 0)
		finding_summary(&f, "; the service answered none of them");
	else if (flood->established)
		finding_summary(&f, "; %" PRIu64 " other%s completed meanwhile", flood->established,
				flood->established == 1 ? " handshake was" : " handshakes were");
	finding_report(&f);
}

static void end_flood(Service *s, DetectContext *context)
{
	report_flood(s, context, false);
	s->past[s->past_next++ % SERVICE_FLOODS_PAST] =
		(ServiceSpan){s->flood->start, s->flood->last};
	g_clear_pointer(&s->flood, g_free);
	g_clear_pointer(&s->sources, g_free);
	s->excess = 0;
}

/* A slot has its share in the flood: by what is left half-open, or by what is refused. Hidden in a
 * busy service's traffic it is what the sum has grown by. */
static bool takes_part(const Service *s, const ServiceSlot *slot, double width)
{
	uint64_t finished = MIN(slot->finished, slot->opened);

	return (slot->opened - finished) * 2 >= slot->opened || slot->refused * 2 >= slot->opened ||
	       slot->aborted * 2 >= slot->opened ||
	       (s->flood->cumulative && (double)(slot->opened - finished) > drift_of(s, width));
}

static void go_on(Service *s, const ServiceSlot *slot, double width)
{
	ServiceFlood *flood = s->flood;

	flood->peak_half_open = MAX(flood->peak_half_open, s->half_open);
	if (!slot || !slot->opened || !takes_part(s, slot, width))
		return;
	if (!flood->syns)
		flood->start = slot->first;
	flood->last = MAX(flood->last, slot->last);
	flood->syns += slot->opened;
	flood->finished += MIN(slot->finished, slot->opened);
	flood->refused += slot->refused;
	flood->aborted += slot->aborted;
	flood->answered += slot->answered;
	flood->established += slot->established;
	flood->peak_rate = MAX(flood->peak_rate, slot->opened / width);
}

static bool begin_flood(Service *s, const ShakedownConfig *config, const Sum *sum, int64_t id,
			bool cumulative, double width)
{
	ServiceFlood *flood = s->flood = g_new0(ServiceFlood, 1);

	flood->start = sum->first;
	flood->last = sum->last;
	flood->known = service_slot_end(s, config, id + SERVICE_GRACE_SLOTS);
	flood->cumulative = cumulative;
	for (int64_t i = id - SERVICE_WINDOW_SLOTS + 1; i <= id + SERVICE_GRACE_SLOTS; i++) {
		const ServiceSlot *slot = slot_of(s, i);

		if (i < id)
			go_on(s, slot, width);
		if (slot && (flood->syns || i >= id) &&
		    flood->frames_len < G_N_ELEMENTS(flood->frames))
			flood->frames[flood->frames_len++] = slot->first_frame;
	}
	return true;
}

/* Full handshakes from few sources that say nothing: RFC 4987's cousin one layer up. */
static void judge_connections(Service *s, const Sum *sum, int64_t id, const ShakedownConfig *config)
{
	uint64_t idle = sum->established - MIN(sum->talked, sum->established);

	if (idle < config->flood_syns || idle * 100 < sum->established * config->flood_half_open ||
	    !s->sources)
		return;
	uint64_t sources = sketch_distinct_count(&s->sources->distinct);

	if (sources * 20 > s->sources->syns)
		return;
	bool begins = !s->connections.start;

	service_episode(&s->connections, sum->first, 0);
	for (int64_t i = id - SERVICE_WINDOW_SLOTS + 1; i <= id && begins; i++) {
		const ServiceSlot *slot = slot_of(s, i);

		if (slot && slot->opened && s->connections.frames_len < 16)
			s->connections.frames[s->connections.frames_len++] = slot->first_frame;
	}
	const ShakedownAddress *top = sketch_top_most(&s->sources->top, TOP_SHARE, &(uint64_t){0});

	if (top)
		s->connections_from = *top;
	s->connections.last = MAX(s->connections.last, sum->last);
	s->connections.peak = MAX(s->connections.peak, idle);
	s->connections.count = sources;
}

static void judge_slot(Service *s, DetectContext *context, int64_t id)
{
	const ShakedownConfig *config = context->config;
	double width = (double)service_slot_width(config) / (double)SHAKEDOWN_NS_PER_S;
	const ServiceSlot *slot = slot_of(s, id);
	Sum sum = sum_up(s, id);
	bool window = window_tells(&sum, config) || refused_tells(s, &sum, config) ||
		      aborted_tells(&sum, config);
	bool excess = excess_tells(s, slot, &sum, config), begins = false;

	judge_connections(s, &sum, id, config);
	if (!s->flood && (window || excess))
		begins = begin_flood(s, config, &sum, id, !window, width);
	if (s->flood)
		go_on(s, slot, width);
	if (begins && context->early)
		report_flood(s, context, true);
	if (s->flood && !window && !excess &&
	    service_slot_end(s, config, id) - s->flood->last > config->flood_window)
		end_flood(s, context);
	if (!s->flood && s->sources && !sum.opened && s->half_open < HALF_OPEN_MANY)
		g_clear_pointer(&s->sources, g_free);
}

/* Years may lie between two SYNs of a file: the next slot that has any, or the last there can be.
 */
static int64_t pass_silence(Service *s, int64_t id)
{
	int64_t next = INT64_MAX - 1;

	for (unsigned i = 0; i < SERVICE_SLOTS; i++)
		if (s->slot[i].id >= id)
			next = MIN(next, s->slot[i].id);
	s->excess = 0;
	return next;
}

void flood_advance(Service *s, DetectContext *context, ShakedownTime now)
{
	if (!s->begun)
		return;
	int64_t last = service_slot_id(s, context->config, now) - SERVICE_GRACE_SLOTS - 1;
	int64_t oldest = INT64_MAX, newest = INT64_MIN;

	if (last <= s->judged)
		return;
	for (unsigned i = 0; i < SERVICE_SLOTS; i++)
		if (s->slot[i].id != INT64_MIN) {
			oldest = MIN(oldest, s->slot[i].id);
			newest = MAX(newest, s->slot[i].id);
		}
	/* A window after the last SYN nothing is left to be judged. */
	if (newest != INT64_MIN) {
		int64_t until = MIN(last, newest + 2 * SERVICE_WINDOW_SLOTS);

		int64_t id = MAX(s->judged == INT64_MIN ? oldest : s->judged + 1, oldest);

		for (int64_t busy = id; id <= until; id++) {
			if (slot_of(s, id))
				busy = id;
			if (id - busy > 2 * SERVICE_WINDOW_SLOTS)
				id = busy = pass_silence(s, id);
			if (id <= until)
				judge_slot(s, context, id);
		}
		/* The rest of the silence, at once. */
		if (until < last)
			s->excess = 0;
	}
	s->judged = last;
}

void flood_close(Service *s, DetectContext *context, ShakedownTime last)
{
	ShakedownDuration width = service_slot_width(context->config);
	const ServiceSlot *slot = slot_of(s, service_slot_id(s, context->config, last));
	bool old_enough = slot && last - slot->first >= LAST_SLOT_LEAST;

	flood_advance(s, context, last + (SERVICE_GRACE_SLOTS + old_enough) * width);
}

void flood_end(Service *s, DetectContext *context)
{
	if (s->flood)
		end_flood(s, context);
}

bool flood_covers(const Service *s, const ShakedownConfig *config, ShakedownTime time)
{
	if (s->flood && time >= s->flood->start && time <= s->flood->last + config->flood_window)
		return true;
	for (unsigned i = 0; i < SERVICE_FLOODS_PAST; i++)
		if (s->past[i].until && time >= s->past[i].from &&
		    time <= s->past[i].until + config->flood_window / 10)
			return true;
	return false;
}
