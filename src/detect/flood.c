/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/flood.h"

#include "detect/flood-window.h"
#include "detect/queue.h"

/* With so many half-open at once it is worth knowing for longer where they come from. */
#define HALF_OPEN_MANY 8
/* A part that gets such a share of it, or more, is flooded itself. */
#define OF_WIDER_MOST 0.1
/* Each SYN asks whether one begins: so often it is worked out. */
#define LOOKS_A_SLOT 16
/* Where the capture ends, SYNs of its last moment may not have been answered yet. */
#define LAST_SLOT_LEAST (SHAKEDOWN_NS_PER_S / 4)

/* Of what is a part of one. */
static uint64_t half_open_share(const ShakedownConfig *config)
{
	return MIN(config->flood_half_open, 50);
}

/* It began before it was known that the capture leaves out third ACKs. */
static bool was_none(const Service *s, const ShakedownConfig *config)
{
	const ServiceFlood *f = s->flood;
	uint64_t finished =
		MAX(f->finished, flood_by_answers(f->answered, f->repeated, f->refused));

	return s->by_answers && !f->by_answers && f->aborted * 2 <= f->syns &&
	       f->refused * 2 <= f->syns &&
	       (f->syns - MIN(finished, f->syns)) * 100 < f->syns * half_open_share(config);
}

static void drop_flood(Service *s)
{
	g_clear_pointer(&s->flood, g_free);
	g_clear_pointer(&s->sources, g_free);
	s->excess = 0;
}

static void end_flood(Service *s, DetectContext *context)
{
	flood_learn(s, context, s->flood->syns, s->flood->established);
	if (was_none(s, context->config)) {
		drop_flood(s);
		return;
	}
	flood_report(s, context, false);
	s->past[s->past_next++ % SERVICE_FLOODS_PAST] =
		(ServiceSpan){s->flood->start, s->flood->last, (float)s->flood->peak_rate,
			      flood_severity(s->flood)};
	drop_flood(s);
}

/* A slot has its share in the flood: by what is left half-open, or by what is refused. Hidden in a
 * busy service's traffic it is what the sum has grown by. */
static bool takes_part(const Service *s, const ServiceSlot *slot, const ShakedownConfig *config)
{
	uint64_t half_open = slot->opened - flood_finished(s, slot);
	uint64_t share = slot->opened * half_open_share(config);

	return half_open * 100 >= share || slot->refused * 100 >= share ||
	       slot->aborted * 100 >= share ||
	       (s->flood->cumulative &&
		(double)half_open > flood_drift(s, flood_slot_seconds(config)));
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
	flood->finished += flood_finished(s, slot);
	flood->repeated += service_repeated(s, slot);
	flood->refused += slot->refused;
	flood->aborted += slot->aborted;
	flood->answered += slot->answered;
	flood->established += slot->established;
	flood->peak_rate = MAX(flood->peak_rate, slot->opened / flood_slot_seconds(config));
}

/* False where none of its slots, the latest included, has a share in it. */
static bool begin_flood(Service *s, const ShakedownConfig *config, const FloodWindow *sum,
			int64_t id, bool cumulative)
{
	ServiceFlood *flood = s->flood = g_new0(ServiceFlood, 1);

	flood->start = sum->first;
	flood->last = sum->last;
	flood->known = service_slot_end(s, config, id + SERVICE_GRACE_SLOTS);
	flood->cumulative = cumulative;
	flood->by_answers = s->by_answers;
	for (int64_t i = id - SERVICE_WINDOW_SLOTS + 1; i <= id + SERVICE_GRACE_SLOTS; i++) {
		const ServiceSlot *slot = flood_slot(s, i);

		if (i < id)
			go_on(s, slot, config);
		if (slot && (flood->syns || i >= id) &&
		    flood->frames_len < G_N_ELEMENTS(flood->frames))
			flood->frames[flood->frames_len++] = slot->first_frame;
	}
	go_on(s, flood_slot(s, id), config);
	if (!flood->syns)
		g_clear_pointer(&s->flood, g_free);
	return s->flood != NULL;
}

/* Full handshakes from few sources that say nothing: RFC 4987's cousin one layer up. */
static void judge_connections(Service *s, DetectContext *context, const FloodWindow *sum,
			      int64_t id)
{
	const ShakedownConfig *config = context->config;
	uint64_t idle = sum->established - MIN(sum->talked, sum->established);

	if (service_breadth(s) != SERVICE_ITSELF || idle < config->flood_syns ||
	    idle * 100 < sum->established * config->flood_half_open || !s->sources)
		return;
	uint64_t sources = sketch_distinct_count(&s->sources->distinct);

	if (sources * 20 > s->sources->sample.offered)
		return;
	bool begins = !service_trouble(s, SERVICE_CONNECTIONS);
	ServiceEpisode *e = service_episode(s, SERVICE_CONNECTIONS, sum->first, 0);

	for (int64_t i = id - SERVICE_WINDOW_SLOTS + 1; i <= id && begins; i++) {
		const ServiceSlot *slot = flood_slot(s, i);

		if (slot && slot->opened && e->frames_len < G_N_ELEMENTS(e->frames))
			e->frames[e->frames_len++] = slot->first_frame;
	}
	const ShakedownAddress *top = sketch_top_most(&s->sources->top, TOP_SHARE, &(uint64_t){0});

	if (top)
		s->connections_from = *top;
	e->last = MAX(e->last, sum->last);
	e->peak = MAX(e->peak, idle);
	e->count = sources;
	if (begins && context->early)
		queue_report_connections(s, context, true);
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
static bool is_of_wider(const Service *s, DetectContext *context, const FloodWindow *sum,
			const ServiceSlot *slot, ShakedownTime now)
{
	double rate = slot ? slot->opened / flood_slot_seconds(context->config) : 0;

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
	const ServiceSlot *slot = flood_slot(s, id);
	FloodWindow sum = flood_window_learnt(s, context, id);
	bool window = flood_window_tells(s, &sum, config) || flood_refused_tells(s, &sum, config) ||
		      flood_aborted_tells(s, &sum, config);
	bool excess = flood_excess_tells(s, slot, &sum, config), begins = false;
	bool wide = service_breadth(s) != SERVICE_ITSELF;

	/* One source that tries a host's ports looks for what is open, and what comes now and then
	 * to any of them adds up to nothing. */
	if (wide) {
		window = window && flood_wider_from_many(s, &sum);
		excess = false;
	}
	/* Of a connection whose ACKs are not in the capture the data is not, either. */
	if (!tcp_tracker_lacks_acks(context->tracker))
		judge_connections(s, context, &sum, id);
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
	    (wide ? flood_sources_outdated(s, id) : !sum.opened && s->half_open < HALF_OPEN_MANY))
		g_clear_pointer(&s->sources, g_free);
}

/* Years may lie between two SYNs of a file: the next slot that has any, or the last there can be.
 */
static int64_t pass_silence(Service *s, int64_t id)
{
	int64_t next = INT64_MAX - 1;

	for (unsigned i = 0; i < SERVICE_SLOTS; i++)
		if (service_uses_slot(s, i) && s->slot[i].id >= id)
			next = MIN(next, s->slot[i].id);
	s->excess = 0;
	return next;
}

/* Judges the slots up to that one. */
static void advance(Service *s, DetectContext *context, int64_t last, bool at_end)
{
	int64_t oldest = INT64_MAX, newest = INT64_MIN;

	if (last <= s->judged)
		return;
	for (unsigned i = 0; i < SERVICE_SLOTS; i++)
		if (service_uses_slot(s, i)) {
			oldest = MIN(oldest, s->slot[i].id);
			newest = MAX(newest, s->slot[i].id);
		}
	/* A window after the last SYN nothing is left to be judged. */
	if (newest != INT64_MIN) {
		int64_t until = MIN(last, newest + 2 * SERVICE_WINDOW_SLOTS);

		int64_t id = MAX(s->judged == INT64_MIN ? oldest : s->judged + 1, oldest);

		for (int64_t busy = id; id <= until; id++) {
			if (flood_slot(s, id))
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
	if (s->begun && now >= s->judge_at)
		advance(s, context,
			service_slot_id(s, context->config, now) - SERVICE_GRACE_SLOTS - 1, false);
}

void flood_close(Service *s, DetectContext *context, ShakedownTime last)
{
	if (!s->begun)
		return;
	/* By slots: there need not be any time behind the last stamp. */
	int64_t id = service_slot_id(s, context->config, last);
	const ServiceSlot *slot = flood_slot(s, id);
	bool old_enough = slot && last - slot->first >= LAST_SLOT_LEAST;

	advance(s, context, id - 1, false);
	/* What goes on goes on to the end. */
	if (old_enough || (slot && s->flood))
		advance(s, context, id, true);
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
	FloodWindow sum = flood_window(s, service_slot_id(s, config, time));

	s->looked = time;
	s->window_syns = sum.opened;
	s->looms = flood_window_tells(s, &sum, config);
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

ShakedownSeverity flood_severity(const ServiceFlood *flood)
{
	return flood->refused * 2 > flood->syns || flood->aborted * 2 > flood->syns
		       ? SHAKEDOWN_SEVERITY_WARNING
		       : SHAKEDOWN_SEVERITY_CRITICAL;
}

bool flood_covers(const Service *s, const ShakedownConfig *config, ShakedownTime time,
		  ShakedownSeverity *severity)
{
	const ServiceSpan *past;

	if (under_way(s, config, time))
		*severity = flood_severity(s->flood);
	else if ((past = past_at(s, config, time)))
		*severity = past->severity;
	else
		return false;
	return true;
}
