/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Several interfaces are merged by what is known of each: up to its watermark everything has come,
 * so what is not after the least of them can be handed on.
 */
#include "capture/live.h"

#include "capture/order.h"

#include <string.h>

#define WAIT_MS 100
/* As long as packets wait for another interface's watermark. */
#define WAIT_QUEUED_MS 10
#define TEND_EVERY SHAKEDOWN_NS_PER_S
/* One interface alone must not fill memory while the others' clocks are waited for. */
#define QUEUE_MOST ((size_t)65536)
/* What had passed when the end was asked for has come by then, if nothing comes any more; … */
#define END_PATIENCE (2 * SHAKEDOWN_NS_PER_S)
/* … or what comes still is stamped by a clock that is behind. */
#define END_PATIENCE_MOST (60 * SHAKEDOWN_NS_PER_S)

static void remark(const Live *live, const char *line)
{
	if (live->options.remark)
		live->options.remark(line, live->options.data);
}

static bool may_wait(const Live *live, const GError *error)
{
	return live->options.wait &&
	       g_error_matches(error, SHAKEDOWN_CAPTURE_ERROR, SHAKEDOWN_CAPTURE_ERROR_OPEN);
}

/* To what the clock is set: it does not change but by somebody. */
static ShakedownTime set_of(ShakedownTime now)
{
	return now - g_get_monotonic_time() * (SHAKEDOWN_NS_PER_S / G_USEC_PER_SEC);
}

bool live_open(Live *live, const ShakedownCaptureOptions *options, GError **error)
{
	*live = (Live){.options = *options, .until = INT64_MAX, .watched = INT64_MIN};
	live->len = g_strv_length((char **)options->interfaces);
	live->interfaces = g_new0(LiveInterface, live->len);
	live->polls = g_new0(struct pollfd, live->len);
	for (size_t i = 0; i < live->len; i++)
		live_interface_init(&live->interfaces[i], options->interfaces[i], (uint32_t)i,
				    &live->options);
	for (size_t i = 0; i < live->len; i++) {
		GError *why = NULL;

		if (live_interface_open(&live->interfaces[i], &why))
			continue;
		if (!may_wait(live, why)) {
			g_propagate_error(error, why);
			return false;
		}
		g_autofree char *line = g_strdup_printf("%s; waiting for it", why->message);
		remark(live, line);
		live->interfaces[i].problem = g_strdup(why->message);
		g_error_free(why);
	}
	live->tended = live_clock();
	if (options->duration)
		live->until = live->tended + options->duration;
	live->set = set_of(live->tended);
	return true;
}

void live_clear(Live *live)
{
	for (size_t i = 0; i < live->len; i++)
		live_interface_clear(&live->interfaces[i]);
	g_free(live->interfaces);
	g_free(live->polls);
	*live = (Live){0};
}

/* Where that is the end, it is told as the capture's problem. */
static void tell_loss(const Live *live, const LiveInterface *in)
{
	g_autofree char *line = g_strdup_printf("%s; waiting for its return", in->problem);

	if (live->options.wait)
		remark(live, line);
	else if (live->len > 1)
		remark(live, in->problem);
}

static void fetch(Live *live, size_t room)
{
	bool several = live->len > 1;

	for (size_t i = 0; i < live->len; i++) {
		LiveInterface *in = &live->interfaces[i];
		size_t queued = live_interface_queued(in);
		size_t most = several ? QUEUE_MOST - MIN(queued, QUEUE_MOST) : room - queued;

		if (!in->pcap || (!several && queued >= room) || !most)
			continue;
		if (!live_interface_fetch(in, MIN(most, several ? 4096 : most)))
			tell_loss(live, in);
	}
}

static ShakedownTime watermark(const Live *live)
{
	ShakedownTime mark = INT64_MAX;

	for (size_t i = 0; i < live->len; i++)
		mark = MIN(mark, live_interface_watermark(&live->interfaces[i]));
	/* While none is there, time is still the clock's. */
	return mark == INT64_MAX ? live_clock() : mark;
}

static void hand_on(Live *live, LiveInterface *in, ShakedownPacket *out)
{
	*out = in->queue[in->head++];
	out->frame = ++live->frames;
	if (out->time >= in->latest) {
		in->latest = out->time;
		return;
	}
	in->disordered++;
	if (order_is_step_back(in->latest, out->time)) {
		in->clock_steps++;
		in->latest = out->time;
	}
}

/* The time of its next packet. One beyond the clock was stamped before that was set back: it comes
 * before all others. */
static ShakedownTime head_time(const LiveInterface *in, ShakedownTime now)
{
	ShakedownTime time = in->queue[in->head].time;

	return time > now ? INT64_MIN : time;
}

/* The interface whose next packet is the earliest. There are few of them. */
static LiveInterface *first(Live *live, ShakedownTime now)
{
	LiveInterface *best = NULL;

	for (size_t i = 0; i < live->len; i++) {
		LiveInterface *in = &live->interfaces[i];

		if (live_interface_queued(in) &&
		    (!best || head_time(in, now) < head_time(best, now)))
			best = in;
	}
	return best;
}

static bool any_queued(const Live *live)
{
	for (size_t i = 0; i < live->len; i++)
		if (live_interface_queued(&live->interfaces[i]))
			return true;
	return false;
}

static size_t merge(Live *live, ShakedownPacket *packets, size_t room, ShakedownTime mark)
{
	ShakedownTime now = live_clock();
	LiveInterface *in;
	size_t n = 0;

	while (n < room && (in = first(live, now)) &&
	       (live->len == 1 || head_time(in, now) <= mark))
		hand_on(live, in, &packets[n++]);
	in = first(live, now);
	if (in)
		mark = MIN(mark, in->queue[in->head].time);
	/* It is never beyond the clock, unless that was set back. */
	live->watched = live->watched > now ? MIN(mark, now) : MAX(live->watched, mark);
	return n;
}

static void wait(Live *live)
{
	int timeout = any_queued(live) ? WAIT_QUEUED_MS : WAIT_MS;

	/* poll(2) passes over those that are away: their descriptor is negative. */
	for (size_t i = 0; i < live->len; i++)
		live->polls[i] = (struct pollfd){.fd = live->interfaces[i].fd, .events = POLLIN};
	/* Packets that wait for others must not make it return at once. */
	if (any_queued(live))
		poll(NULL, 0, timeout);
	else
		poll(live->polls, (nfds_t)live->len, timeout);
}

static void try_again(const Live *live, LiveInterface *in)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *line = NULL;

	if (live_interface_open(in, &error)) {
		line = g_strdup_printf("%s: the interface is back", in->name);
		remark(live, line);
	} else if (!may_wait(live, error)) {
		/* Nobody would have it otherwise: it is told once. */
		if (g_strcmp0(in->problem, error->message) != 0)
			remark(live, error->message);
		g_free(in->problem);
		in->problem = g_strdup(error->message);
	}
}

/* How long it is to last does not depend on how the clock is set. */
static void keep_until(Live *live, ShakedownTime now)
{
	ShakedownTime set = set_of(now);

	if (live->options.duration && ABS(set - live->set) > SHAKEDOWN_NS_PER_S) {
		live->until += set - live->set;
		live->set = set;
	}
}

/* Once a second: what needs no haste. */
static void tend(Live *live, ShakedownTime now)
{
	/* A clock that was set back must not make it wait. */
	if (now - live->tended < TEND_EVERY && now >= live->tended)
		return;
	live->tended = now;
	for (size_t i = 0; i < live->len; i++) {
		LiveInterface *in = &live->interfaces[i];

		if (in->pcap && !live_interface_check(in))
			tell_loss(live, in);
		else if (in->pcap)
			live_interface_count(in);
		else if (live->options.wait)
			try_again(live, in);
	}
}

static bool any_left(const Live *live)
{
	bool left = live->options.wait || any_queued(live);

	for (size_t i = 0; i < live->len && !left; i++)
		left = live->interfaces[i].pcap;
	return left;
}

void live_end(Live *live)
{
	live->ended = true;
	for (size_t i = 0; i < live->len; i++)
		live_interface_count(&live->interfaces[i]);
}

size_t live_read(Live *live, ShakedownPacket *packets, size_t room)
{
	ShakedownTime now = live_clock();
	size_t n = 0;

	if (live->ended)
		return 0;
	keep_until(live, now);
	if (live->options.interrupted && live->options.interrupted(live->options.data))
		live->until = MIN(live->until, now);
	for (int tries = 0; n == 0 && tries < 2; tries++) {
		if (tries)
			wait(live);
		fetch(live, room);
		n = merge(live, packets, room, watermark(live));
	}
	now = live_clock();
	tend(live, now);
	if (!any_left(live) || live->watched >= live->until ||
	    (now > live->until && now - live->until > (n ? END_PATIENCE_MOST : END_PATIENCE)))
		live_end(live);
	return n;
}

void live_release(Live *live, const ShakedownPacket *held, size_t n)
{
	for (size_t i = 0; i < live->len; i++) {
		LiveInterface *in = &live->interfaces[i];
		const uint8_t *oldest = live_interface_queued(in) ? in->queue[in->head].data : NULL;

		arena_release(&in->arena, oldest, held, n);
	}
}
