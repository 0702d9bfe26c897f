/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/flood-window.h"

#include "detect/flood.h"

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
/* What comes to a host's ports, or a subnet's hosts, is a flood if such a share of the SYNs has a
 * source of its own. Where the 254 addresses of a network scan it in turn it is less by the time
 * there are flood_syns. */
#define WIDER_SOURCES_MANY 0.75

const ServiceSlot *flood_slot(const Service *s, int64_t id)
{
	unsigned at = (unsigned)((uint64_t)id % SERVICE_SLOTS);

	return service_uses_slot(s, at) && s->slot[at].id == id ? &s->slot[at] : NULL;
}

uint64_t flood_by_answers(uint64_t answered, uint64_t repeated, uint64_t refused)
{
	return answered - MIN(answered, repeated) + refused;
}

uint64_t flood_finished(const Service *s, const ServiceSlot *slot)
{
	uint64_t finished = slot->finished;

	if (s->by_answers)
		finished = MAX(finished, flood_by_answers(slot->answered, service_repeated(s, slot),
							  slot->refused));
	return MIN(finished, slot->opened);
}

FloodWindow flood_window(const Service *s, int64_t id)
{
	FloodWindow sum = {0};

	for (int64_t i = id - SERVICE_WINDOW_SLOTS + 1; i <= id; i++) {
		const ServiceSlot *slot = flood_slot(s, i);

		if (!slot || !slot->opened)
			continue;
		if (!sum.opened)
			sum.first = slot->first;
		sum.opened += slot->opened;
		sum.finished += flood_finished(s, slot);
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
static bool tried_again(const FloodWindow *sum)
{
	return sum->again * 2 > sum->opened - sum->finished;
}

bool flood_window_tells(const Service *s, const FloodWindow *sum, const ShakedownConfig *config)
{
	return sum->opened >= service_flood_least(s, config) && !tried_again(sum) &&
	       (sum->opened - sum->finished) * 100 >= sum->opened * config->flood_half_open;
}

static bool share_distinct(const Service *s, double share)
{
	return s->sources && (double)sketch_distinct_count(&s->sources->distinct) >=
				     share * (double)s->sources->sample.offered;
}

bool flood_wider_from_many(const Service *wider, const FloodWindow *sum)
{
	return wider->sources && wider->sources->sample.offered * 2 >= sum->opened &&
	       share_distinct(wider, WIDER_SOURCES_MANY);
}

bool flood_sources_outdated(const Service *wider, int64_t id)
{
	return wider->sources->sample.offered >
	       2 * flood_window(wider, id + SERVICE_GRACE_SLOTS).opened;
}

static bool look_forged(const ServiceSources *sources)
{
	return sources &&
	       (double)sketch_distinct_count(&sources->distinct) >=
		       SOURCES_FORGED * (double)sources->sample.offered &&
	       flood_top_ttl_share(sources) >= SOURCES_FORGED;
}

/* Who has forged a source completes nothing, answered or not. */
void flood_learn(Service *s, const DetectContext *context, uint64_t opened, uint64_t established)
{
	s->by_answers = tcp_tracker_lacks_acks(context->tracker) &&
			!(look_forged(s->sources) && (double)(opened - MIN(opened, established)) >=
							     SOURCES_FORGED * (double)opened);
}

FloodWindow flood_window_learnt(Service *s, const DetectContext *context, int64_t id)
{
	FloodWindow sum = flood_window(s, id);

	flood_learn(s, context, sum.opened, sum.established);
	return s->by_answers ? flood_window(s, id) : sum;
}

/* As many clients may have lost their server; but then it had served somebody before, and clients
 * do not all live at the same distance. */
bool flood_refused_tells(const Service *s, const FloodWindow *sum, const ShakedownConfig *config)
{
	return sum->opened >= service_flood_least(s, config) && sum->again * 2 <= sum->opened &&
	       sum->refused * 100 >= sum->opened * config->flood_half_open && !service_serves(s) &&
	       look_forged(s->sources);
}

/* Who floods without forging, and without keeping its own stack from answering. */
bool flood_aborted_tells(const Service *s, const FloodWindow *sum, const ShakedownConfig *config)
{
	return sum->opened >= service_flood_least(s, config) &&
	       sum->aborted * 100 >= sum->opened * config->flood_half_open;
}

/*
 * Wang, Zhang and Shin bound the sum by about what the service usually completes in a window, so
 * that a flood shows against its own service's measure. That holds where so much is half-open now
 * that no trickle explains it; what comes more slowly has to add up to the window's own bound.
 */
static double bound_of(const Service *s, const FloodWindow *sum, const ShakedownConfig *config)
{
	double most = (double)config->flood_syns;
	uint64_t half_open = sum->opened - sum->finished;

	double usual = BOUND * s->usual * SERVICE_WINDOW_SLOTS;

	/* A quiet service has nothing to be measured by. */
	if ((double)half_open < HALF_OPEN_NOW * most || usual < BOUND_LEAST * most)
		return most;
	return MIN(usual, most);
}

double flood_slot_seconds(const ShakedownConfig *config)
{
	return (double)service_slot_width(config) / (double)SHAKEDOWN_NS_PER_S;
}

double flood_drift(const Service *s, double width)
{
	return DRIFT * MAX(s->usual, USUAL_LEAST * width);
}

bool flood_excess_tells(Service *s, const ServiceSlot *slot, const FloodWindow *sum,
			const ShakedownConfig *config)
{
	double width = flood_slot_seconds(config);
	double bound = (double)config->flood_syns, half_open = 0, established = 0;

	if (slot) {
		half_open = (double)(slot->opened - flood_finished(s, slot)) - slot->again;
		established = slot->established;
	}
	/* A service that was busy before the capture began is measured by its first slot. */
	if (!s->measured)
		s->usual = established;
	s->excess += half_open - flood_drift(s, width);
	s->excess = CLAMP(s->excess, 0, 2 * bound);
	if (s->measured < 1 / USUAL_WEIGHT)
		s->measured++;
	s->usual += (established - s->usual) / s->measured;
	return s->excess >= bound_of(s, sum, config) && half_open > 0 &&
	       share_distinct(s, SOURCES_MANY);
}
