/* SPDX-License-Identifier: BSD-3-Clause */
/* Counting by time. */
#include "report/html/html-timeline.h"

#define WIDTH_LEAST INT64_C(1000000) /* a millisecond */
/* Linux repeats a SYN,ACK five times and forgets the SYN 32 s after the last. */
#define HALF_OPEN_LEFT (32 * SHAKEDOWN_NS_PER_S)

void html_timeline_init(HtmlTimeline *timeline)
{
	*timeline = (HtmlTimeline){.width = WIDTH_LEAST};
}

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

static void bin_add(HtmlBin *to, const HtmlBin *from)
{
	for (int i = 0; i < 4; i++) {
		to->handshakes[i] += from->handshakes[i];
		to->teardowns[i] += from->teardowns[i];
		to->anomalies[i] += from->anomalies[i];
	}
	to->half_open += from->half_open;
	to->time_wait += from->time_wait;
}

static void coarsen(HtmlTimeline *t)
{
	int64_t first = floor_div(t->first, 2);
	HtmlBin merged[HTML_TIMELINE_BINS] = {0};
	unsigned len = 0;

	for (unsigned i = 0; i < t->len; i++) {
		len = (unsigned)(floor_div(t->first + i, 2) - first);
		bin_add(&merged[len], &t->bins[i]);
	}
	memcpy(t->bins, merged, sizeof merged);
	t->len = t->len ? len + 1 : 0;
	t->first = first;
	t->width *= 2;
}

static HtmlBin *bin_at(HtmlTimeline *t, ShakedownTime time)
{
	int64_t at = floor_div(time, t->width);

	if (!t->len) {
		t->first = at;
		t->len = 1;
	}
	while (at - t->first >= HTML_TIMELINE_BINS ||
	       t->first + (int64_t)t->len - at > HTML_TIMELINE_BINS) {
		coarsen(t);
		at = floor_div(time, t->width);
	}
	if (at < t->first) {
		unsigned shift = (unsigned)(t->first - at);
		memmove(t->bins + shift, t->bins, t->len * sizeof t->bins[0]);
		memset(t->bins, 0, shift * sizeof t->bins[0]);
		t->len += shift;
		t->first = at;
	}
	unsigned i = (unsigned)(at - t->first);
	t->len = MAX(t->len, i + 1);
	return &t->bins[i];
}

/* Whether that time lies within what is known so far. */
static bool reaches(const HtmlTimeline *t, ShakedownTime time)
{
	return floor_div(time, t->width) < t->first + (int64_t)t->len;
}

/*
 * Each stay in a state, from its history. The last entry lasts on: TIME-WAIT until its timer, which
 * has an entry of its own; a half-open connection until its server gives up, or the capture ends.
 */
static void count_stays(HtmlTimeline *t, const ShakedownConnection *c, ShakedownSideId side)
{
	const ShakedownSide *s = &c->side[side];

	for (size_t i = 0; i < s->history_len; i++) {
		const ShakedownHistoryEntry *h = &s->history[i];
		const ShakedownHistoryEntry *next = i + 1 < s->history_len ? h + 1 : NULL;
		if (h->state == SHAKEDOWN_TCP_SYN_RECEIVED) {
			ShakedownTime left = next ? next->time : c->end + HALF_OPEN_LEFT;
			bin_at(t, h->time)->half_open++;
			if (next || reaches(t, left))
				bin_at(t, left)->half_open--;
		} else if (h->state == SHAKEDOWN_TCP_TIME_WAIT) {
			bin_at(t, h->time)->time_wait++;
			if (next)
				bin_at(t, next->time)->time_wait--;
		}
	}
}

void html_timeline_connection(HtmlTimeline *t, const ShakedownConnection *c)
{
	bin_at(t, c->start)->handshakes[html_handshake_tone(c->handshake.outcome)]++;
	if (c->teardown.outcome != SHAKEDOWN_TEARDOWN_OPEN &&
	    c->teardown.outcome != SHAKEDOWN_TEARDOWN_NEVER_OPENED)
		bin_at(t, c->end)->teardowns[html_teardown_tone(c->teardown.outcome)]++;
	for (ShakedownSideId side = SHAKEDOWN_CLIENT; side <= SHAKEDOWN_SERVER; side++)
		count_stays(t, c, side);
}

void html_timeline_anomaly(HtmlTimeline *t, const ShakedownAnomaly *a)
{
	bin_at(t, a->time)->anomalies[a->severity]++;
}

void html_timeline_range(const HtmlTimeline *t, ShakedownTime origin, int64_t range[2])
{
	range[0] = html_elapsed(origin, t->first * t->width) / 1000;
	range[1] = html_elapsed(origin, (t->first + (int64_t)t->len) * t->width) / 1000;
}
