/* SPDX-License-Identifier: BSD-3-Clause */
#include "tcp/tcp-rtt.h"

#include <glib.h>
#include <string.h>

static unsigned bucket_of(uint32_t us)
{
	if (us < 4)
		return us;
	unsigned octave = 31 - (unsigned)__builtin_clz(us);
	unsigned quarter = us >> (octave - 2) & 3;
	return MIN(4 * (octave - 1) + quarter, TCP_RTT_BUCKETS - 1);
}

/* The middle of a bucket, in nanoseconds. */
static ShakedownDuration bucket_middle(unsigned bucket)
{
	if (bucket < 4)
		return (ShakedownDuration)bucket * 1000;
	unsigned octave = bucket / 4 + 1;
	uint64_t width = UINT64_C(1) << (octave - 2);
	uint64_t low = (4 + bucket % 4) * width;
	return (ShakedownDuration)(low * 1000 + (width * 1000 - 1000) / 2);
}

static const uint32_t *exact_of(const TcpRtt *rtt)
{
	return rtt->samples <= TCP_RTT_FEW ? rtt->few : rtt->more;
}

/* Room for one more. */
static void make_room(TcpRtt *rtt)
{
	uint32_t *room;

	if (rtt->samples == TCP_RTT_FEW) {
		room = g_new(uint32_t, TCP_RTT_EXACT);
		memcpy(room, rtt->few, sizeof rtt->few);
		rtt->more = room;
	} else if (rtt->samples == TCP_RTT_EXACT) {
		room = g_new0(uint32_t, TCP_RTT_BUCKETS);
		for (unsigned i = 0; i < TCP_RTT_EXACT; i++)
			room[bucket_of(rtt->more[i])]++;
		g_free(rtt->more);
		rtt->more = room;
	}
}

void tcp_rtt_add(TcpRtt *rtt, ShakedownDuration sample)
{
	uint32_t us = (uint32_t)CLAMP(sample / 1000, 0, (1 << 30) - 1);

	if (rtt->samples == UINT32_MAX)
		return;
	rtt->min = rtt->samples ? MIN(rtt->min, us) : us;
	rtt->max = MAX(rtt->max, us);
	make_room(rtt);
	if (rtt->samples < TCP_RTT_FEW)
		rtt->few[rtt->samples] = us;
	else if (rtt->samples < TCP_RTT_EXACT)
		rtt->more[rtt->samples] = us;
	else
		rtt->more[bucket_of(us)]++;
	rtt->samples++;
}

void tcp_rtt_clear(TcpRtt *rtt)
{
	if (rtt->samples > TCP_RTT_FEW)
		g_free(rtt->more);
	rtt->samples = 0;
}

/* By insertion: there are few. */
static void sort(uint32_t *sorted, const uint32_t *samples, uint32_t n)
{
	for (uint32_t i = 0, at; i < n; i++) {
		for (at = i; at > 0 && sorted[at - 1] > samples[i]; at--)
			sorted[at] = sorted[at - 1];
		sorted[at] = samples[i];
	}
}

/* The value that so many of the samples (1-based) do not exceed. */
static ShakedownDuration at_rank(const TcpRtt *rtt, const uint32_t *sorted, uint32_t rank)
{
	if (sorted)
		return (ShakedownDuration)sorted[rank - 1] * 1000;
	uint32_t seen = 0;
	for (unsigned i = 0; i < TCP_RTT_BUCKETS; i++) {
		seen += rtt->more[i];
		if (seen >= rank)
			return CLAMP(bucket_middle(i), (ShakedownDuration)rtt->min * 1000,
				     (ShakedownDuration)rtt->max * 1000);
	}
	return (ShakedownDuration)rtt->max * 1000;
}

ShakedownRtt tcp_rtt_summary(const TcpRtt *rtt)
{
	if (!rtt->samples)
		return (ShakedownRtt){0, SHAKEDOWN_DURATION_UNKNOWN, SHAKEDOWN_DURATION_UNKNOWN,
				      SHAKEDOWN_DURATION_UNKNOWN, SHAKEDOWN_DURATION_UNKNOWN};
	uint32_t sorted[TCP_RTT_EXACT];
	bool exact = rtt->samples <= TCP_RTT_EXACT;

	if (exact) {
		sort(sorted, exact_of(rtt), rtt->samples);
	}
	const uint32_t *s = exact ? sorted : NULL;
	uint64_t n = rtt->samples;
	return (ShakedownRtt){
		.samples = n,
		.min = (ShakedownDuration)rtt->min * 1000,
		.median = at_rank(rtt, s, (uint32_t)((n + 1) / 2)),
		.p95 = at_rank(rtt, s, (uint32_t)((n * 95 + 99) / 100)),
		.max = (ShakedownDuration)rtt->max * 1000,
	};
}
