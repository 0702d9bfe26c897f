/* SPDX-License-Identifier: BSD-3-Clause */
/* What an analysis has counted so far, all of it or what changes from moment to moment. */
#include "analysis/analysis-struct.h"

#include <stdlib.h>
#include <string.h>

static int by_packets(const void *x, const void *y)
{
	const ShakedownSkipped *a = x, *b = y;

	if (a->packets != b->packets)
		return a->packets < b->packets ? 1 : -1;
	return g_strcmp0(a->reason, b->reason);
}

static void count_sides(const TcpTrackerCounts *t, uint64_t states[2][SHAKEDOWN_TCP_STATES])
{
	memset(states, 0, 2 * sizeof states[0]);
	for (unsigned c = 0; c < SHAKEDOWN_TCP_STATES; c++)
		for (unsigned s = 0; s < SHAKEDOWN_TCP_STATES; s++) {
			states[SHAKEDOWN_CLIENT][c] += t->pairs[c][s];
			states[SHAKEDOWN_SERVER][s] += t->pairs[c][s];
		}
}

/* What the decoder, and what the tracker could make nothing of. */
static void list_skipped(ShakedownAnalysis *a)
{
	uint64_t stray = tcp_tracker_counts(a->tracker)->stray_icmp;
	size_t n = 0;
	const DecoderCount *counts = decoder_counts(a->decoder, &n);

	a->skipped = g_renew(ShakedownSkipped, a->skipped, n + 1);
	for (size_t i = 0; i < n; i++)
		a->skipped[i] =
			(ShakedownSkipped){counts[i].reason, counts[i].packets, counts[i].fault};
	if (stray)
		a->skipped[n++] =
			(ShakedownSkipped){"ICMP error about no connection here", stray, false};
	qsort(a->skipped, n, sizeof a->skipped[0], by_packets);
	a->summary.skipped = a->skipped;
	a->summary.skipped_len = n;
}

const ShakedownSummary *shakedown_analysis_summary(ShakedownAnalysis *a)
{
	ShakedownSummary *s = &a->summary;
	const TcpTrackerCounts *t = tcp_tracker_counts(a->tracker);

	s->segments = t->segments;
	s->syn_segments = t->syn_segments;
	s->fin_rst_segments = t->fin_rst_segments;
	s->lacks_acks = tcp_tracker_lacks_acks(a->tracker);
	s->connections = t->connections;
	s->live = tcp_tracker_live(a->tracker);
	s->live_peak = t->live_peak;
	s->cut_half_open = t->cut_half_open;
	s->cut_closed = t->cut_closed;
	s->cut_open = t->cut_open;
	count_sides(t, s->live_states);
	s->duplicates = t->copies;
	s->bad_checksums = t->bad_checksums;
	s->offloaded = t->offloaded;
	s->missing_bytes = t->missing_bytes - MIN(t->missing_bytes, a->half_seen_missing);
	list_skipped(a);
	return s;
}

void shakedown_analysis_live(const ShakedownAnalysis *a, ShakedownLive *live)
{
	const TcpTrackerCounts *t = tcp_tracker_counts(a->tracker);

	*live = (ShakedownLive){
		.now = MAX(a->summary.last, tcp_tracker_now(a->tracker)),
		.packets = a->summary.packets,
		.live = tcp_tracker_live(a->tracker),
		.attempts = a->attempts,
		.completed = a->completed,
		.failed = a->failed,
	};
	memcpy(live->pairs, t->pairs, sizeof live->pairs);
	count_sides(t, live->states);
	memcpy(live->anomalies, a->summary.severities, sizeof live->anomalies);
	for (unsigned c = 0; c < SHAKEDOWN_TCP_STATES; c++)
		for (unsigned s = 0; s < SHAKEDOWN_TCP_STATES; s++) {
			if (c == SHAKEDOWN_TCP_SYN_SENT || c == SHAKEDOWN_TCP_SYN_RECEIVED ||
			    s == SHAKEDOWN_TCP_SYN_RECEIVED)
				live->half_open += t->pairs[c][s];
		}
}
