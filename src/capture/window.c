/* SPDX-License-Identifier: BSD-3-Clause */
#include "capture/window.h"

#define S SHAKEDOWN_NS_PER_S
#define DAY (24 * 3600 * S)
/* A clock that runs over midnight: what is so long before the first packet is of the next day. */
#define YESTERDAY (12 * 3600 * S)
/* Packets are not in order by more than that, unless somebody sets the clock. */
#define FAR (60 * S)

bool window_is_unbounded(const Window *w)
{
	return w->from.kind == SHAKEDOWN_MOMENT_NONE && w->to.kind == SHAKEDOWN_MOMENT_NONE;
}

static ShakedownTime add(ShakedownTime time, int64_t more)
{
	ShakedownTime sum;

	if (__builtin_add_overflow(time, more, &sum))
		return more > 0 ? INT64_MAX : INT64_MIN;
	return sum;
}

static ShakedownTime midnight_before(ShakedownTime time)
{
	int64_t into = time % DAY;

	return add(time, -(into < 0 ? into + DAY : into));
}

/* The time of day that comes at that time or after it, or not long before. */
static ShakedownTime of_day(ShakedownTime near, int64_t time, int64_t before)
{
	ShakedownTime then = add(midnight_before(near), time);

	return then < add(near, -before) ? add(then, DAY) : then;
}

static void know(Window *w, ShakedownTime first)
{
	bool bounded = w->from.kind != SHAKEDOWN_MOMENT_NONE;

	w->known = true;
	w->first = w->last = first;
	w->begin = w->from.time;
	if (!bounded)
		w->begin = INT64_MIN;
	else if (w->from.kind == SHAKEDOWN_MOMENT_AFTER)
		w->begin = add(first, w->from.time);
	else if (w->from.kind == SHAKEDOWN_MOMENT_OF_DAY)
		w->begin = of_day(first, w->from.time, YESTERDAY);

	w->end = w->to.time;
	if (w->to.kind == SHAKEDOWN_MOMENT_NONE)
		w->end = INT64_MAX;
	else if (w->to.kind == SHAKEDOWN_MOMENT_AFTER)
		w->end = add(bounded ? w->begin : first, w->to.time);
	else if (w->to.kind == SHAKEDOWN_MOMENT_OF_DAY)
		w->end = bounded ? of_day(w->begin, w->to.time, -1)
				 : of_day(first, w->to.time, YESTERDAY);
}

size_t window_apply(Window *w, ShakedownPacket *packets, size_t n)
{
	size_t kept = 0;

	if (n && !w->known)
		know(w, packets[0].time);
	/* What comes behind so many is not looked at, however many were read at once. */
	for (size_t i = 0; i < n && !window_is_past(w); i++) {
		ShakedownTime time = packets[i].time;

		w->first = MIN(w->first, time);
		w->last = MAX(w->last, time);
		w->beyond = time >= add(w->end, FAR) && time > w->end ? w->beyond + 1 : 0;
		if (time >= w->begin && time < w->end)
			packets[kept++] = packets[i];
	}
	w->inside += kept;
	return kept;
}

static ShakedownTime bound(const Window *w, const ShakedownMoment *given, ShakedownTime time)
{
	if (!w->known || given->kind == SHAKEDOWN_MOMENT_NONE)
		return 0;
	return time ? time : 1;
}

ShakedownTime window_since(const Window *w)
{
	return bound(w, &w->from, w->begin);
}

ShakedownTime window_until(const Window *w)
{
	return bound(w, &w->to, w->end);
}

ShakedownTime window_ends(const Window *w, ShakedownTime end)
{
	if (!w->known || w->to.kind == SHAKEDOWN_MOMENT_NONE)
		return end;
	return MIN(MAX(end, w->last), w->end - (w->end > INT64_MIN));
}

static void put_time(GString *out, const char *before, ShakedownTime time)
{
	int64_t ms = time / 1000000 - (time % 1000000 < 0), s = ms / 1000 - (ms % 1000 < 0);
	g_autoptr(GDateTime) date = g_date_time_new_from_unix_utc(s);
	g_autofree char *text = date ? g_date_time_format(date, "%Y-%m-%d %H:%M:%S") : NULL;

	g_string_append_printf(out, "%s%s.%03d", before, text ? text : "?", (int)(ms - s * 1000));
}

const char *window_missed(Window *w)
{
	if (!w->known || w->inside || w->missed)
		return w->missed;
	g_autoptr(GString) line = g_string_new("no packet");

	if (w->from.kind != SHAKEDOWN_MOMENT_NONE)
		put_time(line, " since ", w->begin);
	if (w->to.kind != SHAKEDOWN_MOMENT_NONE)
		put_time(line, " until ", w->end);
	put_time(line, " UTC: those that were read are of ", w->first);
	put_time(line, " to ", w->last);
	g_string_append(line, " UTC");
	w->missed = g_string_free(g_steal_pointer(&line), FALSE);
	return w->missed;
}

void window_clear(Window *w)
{
	g_clear_pointer(&w->missed, g_free);
}
