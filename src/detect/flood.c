/* SPDX-License-Identifier: BSD-3-Clause */
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
/* With so many half-open at once it is worth knowing for longer where they come from. */
#define HALF_OPEN_MANY 8
/* What comes to a host's ports, or a subnet's hosts, is a flood if such a share of the SYNs has a
 * source of its own. Where the 254 addresses of a network scan it in turn it is less by the time
 * there are flood_syns. */
#define WIDER_SOURCES_MANY 0.75
/* A part that gets such a share of it, or more, is flooded itself. */
#define OF_WIDER_MOST 0.1
/* Scanners look for hosts everywhere all the time, each from an address of its own: a subnet's 256
 * get some 20 SYNs a second of them where it is bad. Three times flood_syns are a flood. */
#define SUBNET_SYNS 3
/* Each SYN asks whether one begins: so often it is worked out. */
#define LOOKS_A_SLOT 16
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

static uint64_t least_syns(const Service *s, const ShakedownConfig *config)
{
	return config->flood_syns * (service_breadth(s) == SERVICE_SUBNET ? SUBNET_SYNS : 1);
}

static bool window_tells(const Service *s, const Sum *sum, const ShakedownConfig *config)
{
	return sum->opened >= least_syns(s, config) && !tried_again(sum) &&
	       (sum->opened - sum->finished) * 100 >= sum->opened * config->flood_half_open;
}

static bool share_distinct(const Service *s, double share)
{
	return s->sources && (double)sketch_distinct_count(&s->sources->distinct) >=
				     share * (double)s->sources->syns;
}

/* False, too, where not enough is known of the sources: they were forgotten just now. */
static bool wider_from_many(const Service *wider, const Sum *sum)
{
	return wider->sources && wider->sources->syns * 2 >= sum->opened &&
	       share_distinct(wider, WIDER_SOURCES_MANY);
}

/* Most of what is known of them is older than the window: it would hide what comes now. */
static bool sources_outdated(const Service *wider, int64_t id)
{
	return wider->sources->syns > 2 * sum_up(wider, id + SERVICE_GRACE_SLOTS).opened;
}

/* Nothing listens there, and yet they come. As many clients may have lost their server; but then it
 * had served somebody before, and clients do not all live at the same distance. */
static bool refused_tells(const Service *s, const Sum *sum, const ShakedownConfig *config)
{
	const ServiceSources *sources = s->sources;

	return sum->opened >= least_syns(s, config) && sum->again * 2 <= sum->opened &&
	       sum->refused * 100 >= sum->opened * config->flood_half_open && !service_serves(s) &&
	       sources &&
	       (double)sketch_distinct_count(&sources->distinct) >=
		       SOURCES_FORGED * (double)sources->syns &&
	       flood_top_ttl_share(sources) >= SOURCES_FORGED;
}

/* Who floods without forging, and without keeping its own stack from answering: each SYN,ACK is
 * reset by the one that asked for it. */
static bool aborted_tells(const Service *s, const Sum *sum, const ShakedownConfig *config)
{
	return sum->opened >= least_syns(s, config) &&
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

static double slot_seconds(const ShakedownConfig *config)
{
	return (double)service_slot_width(config) / (double)SHAKEDOWN_NS_PER_S;
}

static double drift_of(const Service *s, double width)
{
	return DRIFT * MAX(s->usual, USUAL_LEAST * width);
}

static bool excess_tells(Service *s, const ServiceSlot *slot, const Sum *sum,
			 const ShakedownConfig *config)
{
	double width = slot_seconds(config);
	double bound = (double)config->flood_syns, half_open = 0, established = 0;

	if (slot) {
		half_open = (double)slot->opened - MIN(slot->finished, slot->opened) - slot->again;
		established = slot->established;
	}
	/* A service that was busy before the capture began is measured by its first slot. */
	if (!s->measured)
		s->usual = established;
	s->excess += half_open - drift_of(s, width);
	s->excess = CLAMP(s->excess, 0, 2 * bound);
	if (s->measured < 1 / USUAL_WEIGHT)
		s->measured++;
	s->usual += (established - s->usual) / s->measured;
	return s->excess >= bound_of(s, sum, config) && half_open > 0 &&
	       share_distinct(s, SOURCES_MANY);
}

static void end_flood(Service *s, DetectContext *context)
{
	flood_report(s, context, false);
	s->past[s->past_next++ % SERVICE_FLOODS_PAST] =
		(ServiceSpan){s->flood->start, s->flood->last, (float)s->flood->peak_rate,
			      flood_severity(s->flood)};
	g_clear_pointer(&s->flood, g_free);
	g_clear_pointer(&s->sources, g_free);
	s->excess = 0;
}

/* A slot has its share in the flood: by what is left half-open, or by what is refused. Hidden in a
 * busy service's traffic it is what the sum has grown by. */
static bool takes_part(const Service *s, const ServiceSlot *slot, const ShakedownConfig *config)
{
	uint64_t half_open = slot->opened - MIN(slot->finished, slot->opened);
	uint64_t share = slot->opened * MIN(config->flood_half_open, 50);

	return half_open * 100 >= share || slot->refused * 100 >= share ||
	       slot->aborted * 100 >= share ||
	       (s->flood->cumulative && (double)half_open > drift_of(s, slot_seconds(config)));
}

static void go_on(Service *s, const ServiceSlot *slot, const ShakedownConfig *config)
{
	ServiceFlood *flood = s->flood;

	flood->peak_half_open = MAX(flood->peak_half_open, s->half_open);
	if (!slot || !slot->opened || !takes_part(s, slot, config))
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
	flood->peak_rate = MAX(flood->peak_rate, slot->opened / slot_seconds(config));
}

/* False where none of its slots, the latest included, has a share in it. */
static bool begin_flood(Service *s, const ShakedownConfig *config, const Sum *sum, int64_t id,
			bool cumulative)
{
	ServiceFlood *flood = s->flood = g_new0(ServiceFlood, 1);

	flood->start = sum->first;
	flood->last = sum->last;
	flood->known = service_slot_end(s, config, id + SERVICE_GRACE_SLOTS);
	flood->cumulative = cumulative;
	for (int64_t i = id - SERVICE_WINDOW_SLOTS + 1; i <= id + SERVICE_GRACE_SLOTS; i++) {
		const ServiceSlot *slot = slot_of(s, i);

		if (i < id)
			go_on(s, slot, config);
		if (slot && (flood->syns || i >= id) &&
		    flood->frames_len < G_N_ELEMENTS(flood->frames))
			flood->frames[flood->frames_len++] = slot->first_frame;
	}
	go_on(s, slot_of(s, id), config);
	if (!flood->syns)
		g_clear_pointer(&s->flood, g_free);
	return s->flood != NULL;
}

/* Full handshakes from few sources that say nothing: RFC 4987's cousin one layer up. */
static void judge_connections(Service *s, const Sum *sum, int64_t id, const ShakedownConfig *config)
{
	uint64_t idle = sum->established - MIN(sum->talked, sum->established);

	if (service_breadth(s) != SERVICE_ITSELF || idle < config->flood_syns ||
	    idle * 100 < sum->established * config->flood_half_open || !s->sources)
		return;
	uint64_t sources = sketch_distinct_count(&s->sources->distinct);

	if (sources * 20 > s->sources->syns)
		return;
	bool begins = !s->connections.start;

	s->troubled = true;
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

static bool under_way(const Service *s, const ShakedownConfig *config, ShakedownTime time)
{
	return s->flood && time >= s->flood->start && time <= s->flood->last + config->flood_window;
}

static const ServiceSpan *past_at(const Service *s, const ShakedownConfig *config,
				  ShakedownTime time)
{
	for (unsigned i = 0; i < SERVICE_FLOODS_PAST; i++)
		if (s->past[i].until && time >= s->past[i].from &&
		    time <= s->past[i].until + config->flood_window / 10)
			return &s->past[i];
	return NULL;
}

/* 0: it was not flooded at that time. */
static double peak_rate_at(const Service *s, const ShakedownConfig *config, ShakedownTime time)
{
	if (under_way(s, config, time))
		return s->flood->peak_rate;
	const ServiceSpan *past = past_at(s, config, time);

	return past ? past->peak_rate : 0;
}

/* What tells is of one more port of a flooded host, or host of a flooded subnet: it serves nobody,
 * and gets little of what comes there. */
static bool is_of_wider(const Service *s, DetectContext *context, const Sum *sum,
			const ServiceSlot *slot, ShakedownTime now)
{
	double rate = slot ? slot->opened / slot_seconds(context->config) : 0;

	if (service_serves(s))
		return false;
	for (ServiceBreadth wider = service_breadth(s) + 1; wider < SERVICE_BREADTHS; wider++) {
		Service *w =
			services_get_wider(context->services, wider, &s->address, SERVICE_FIND);

		if (!w)
			continue;
		/* Its SYNs came no later than those of all its parts: it has its say first. */
		flood_advance(w, context, now);
		if (rate < OF_WIDER_MOST * peak_rate_at(w, context->config, sum->last))
			return true;
	}
	return false;
}

static void judge_slot(Service *s, DetectContext *context, int64_t id, bool at_end)
{
	const ShakedownConfig *config = context->config;
	const ServiceSlot *slot = slot_of(s, id);
	Sum sum = sum_up(s, id);
	bool window = window_tells(s, &sum, config) || refused_tells(s, &sum, config) ||
		      aborted_tells(s, &sum, config);
	bool excess = excess_tells(s, slot, &sum, config), begins = false;
	bool wide = service_breadth(s) != SERVICE_ITSELF;

	/* One source that tries a host's ports looks for what is open, and what comes now and then
	 * to any of them adds up to nothing. */
	if (wide) {
		window = window && wider_from_many(s, &sum);
		excess = false;
	}
	judge_connections(s, &sum, id, config);
	/* Of the capture's last slot some had no time to be answered: it takes more than a sum. */
	if (!s->flood && (window || (excess && !at_end)) &&
	    !is_of_wider(s, context, &sum, slot,
			 service_slot_end(s, config, id + SERVICE_GRACE_SLOTS)))
		begins = begin_flood(s, config, &sum, id, !window);
	else if (s->flood)
		go_on(s, slot, config);
	if (begins && context->early)
		flood_report(s, context, true);
	if (s->flood && !window && !excess &&
	    service_slot_end(s, config, id) - s->flood->last > config->flood_window)
		end_flood(s, context);
	if (!s->flood && s->sources &&
	    (wide ? sources_outdated(s, id) : !sum.opened && s->half_open < HALF_OPEN_MANY))
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

static void advance(Service *s, DetectContext *context, ShakedownTime now, bool at_end)
{
	if (!s->begun || now < s->judge_at)
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
				judge_slot(s, context, id, at_end);
		}
		/* The rest of the silence, at once. */
		if (until < last)
			s->excess = 0;
	}
	s->judged = last;
	s->judge_at = service_slot_end(s, context->config, last + SERVICE_GRACE_SLOTS + 1);
}

void flood_advance(Service *s, DetectContext *context, ShakedownTime now)
{
	advance(s, context, now, false);
}

void flood_close(Service *s, DetectContext *context, ShakedownTime last)
{
	ShakedownDuration width = service_slot_width(context->config);
	const ServiceSlot *slot = slot_of(s, service_slot_id(s, context->config, last));
	bool old_enough = slot && last - slot->first >= LAST_SLOT_LEAST;

	flood_advance(s, context, last + SERVICE_GRACE_SLOTS * width);
	/* What goes on goes on to the end. */
	if (old_enough || (slot && s->flood))
		advance(s, context, last + (SERVICE_GRACE_SLOTS + 1) * width, true);
}

void flood_end(Service *s, DetectContext *context)
{
	if (s->flood)
		end_flood(s, context);
}

/* Works out how its window stands, unless that was done just now. */
static void look(Service *s, const ShakedownConfig *config, ShakedownTime time)
{
	const uint64_t again = (uint64_t)service_slot_width(config) / LOOKS_A_SLOT;

	/* A time before it is very far from it. */
	if ((uint64_t)time - (uint64_t)s->looked < again)
		return;
	Sum sum = sum_up(s, service_slot_id(s, config, time));

	s->looked = time;
	s->window_syns = sum.opened;
	s->looms = window_tells(s, &sum, config);
}

bool flood_looms(Service *wider, Service *const *parts, size_t n, const ShakedownConfig *config,
		 ShakedownTime time)
{
	look(wider, config, time);
	for (size_t i = 0; i < n && wider->looms; i++) {
		look(parts[i], config, time);
		if ((double)parts[i]->window_syns >= OF_WIDER_MOST * (double)wider->window_syns)
			return false;
	}
	return wider->looms;
}

bool flood_covers(const Service *s, const ShakedownConfig *config, ShakedownTime time)
{
	return under_way(s, config, time) || past_at(s, config, time);
}

ShakedownSeverity flood_severity(const ServiceFlood *flood)
{
	return flood->refused * 2 > flood->syns || flood->aborted * 2 > flood->syns
		       ? SHAKEDOWN_SEVERITY_WARNING
		       : SHAKEDOWN_SEVERITY_CRITICAL;
}

ShakedownSeverity flood_severity_at(const Service *s, const ShakedownConfig *config,
				    ShakedownTime time)
{
	const ServiceSpan *past = under_way(s, config, time) ? NULL : past_at(s, config, time);

	if (past)
		return past->severity;
	return s->flood ? flood_severity(s->flood) : SHAKEDOWN_SEVERITY_CRITICAL;
}
