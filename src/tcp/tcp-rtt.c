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

/* The pointer lies where four bytes' alignment is enough, so that the object has no gap. */
static TcpRttMore *more_of(const TcpRtt *rtt)
{
	TcpRttMore *more;

	memcpy(&more, rtt->more, sizeof more);
	return more;
}

static TcpRttMore *more_new(TcpRtt *rtt, unsigned values)
{
	TcpRttMore *more = g_malloc0(sizeof *more + values * sizeof more->values[0]);

	memcpy(rtt->more, &more, sizeof more);
	return more;
}

static void sample_out(TcpRttMore *more, uint32_t us)
{
	more->min = MIN(more->min, us);
	more->max = MAX(more->max, us);
}

/* Room for one more than a few, or than are kept as they are. */
static TcpRttMore *make_room(TcpRtt *rtt)
{
	TcpRttMore *more = more_of(rtt), *old = more;

	if (rtt->samples == TCP_RTT_FEW) {
		TcpRtt few = *rtt;

		more = more_new(rtt, TCP_RTT_EXACT);
		memcpy(more->values, few.few, sizeof few.few);
		more->min = UINT32_MAX;
		for (unsigned i = 0; i < TCP_RTT_FEW; i++)
			sample_out(more, few.few[i]);
	} else if (rtt->samples == TCP_RTT_EXACT) {
		more = more_new(rtt, TCP_RTT_BUCKETS);
		more->min = old->min;
		more->max = old->max;
		for (unsigned i = 0; i < TCP_RTT_EXACT; i++)
			more->values[bucket_of(old->values[i])]++;
		g_free(old);
	}
	return more;
}

size_t tcp_rtt_bytes(const TcpRtt *rtt)
{
	unsigned values = rtt->samples > TCP_RTT_EXACT ? TCP_RTT_BUCKETS : TCP_RTT_EXACT;

	return rtt->samples > TCP_RTT_FEW ? sizeof(TcpRttMore) + values * sizeof(uint32_t) : 0;
}

void tcp_rtt_add(TcpRtt *rtt, ShakedownDuration sample)
{
	uint32_t us = (uint32_t)CLAMP(sample / 1000, 0, (1 << 30) - 1);

	if (rtt->samples < TCP_RTT_FEW) {
		rtt->few[rtt->samples++] = us;
		return;
	}
	if (rtt->samples == UINT32_MAX)
		return;
	TcpRttMore *more = make_room(rtt);

	sample_out(more, us);
	if (rtt->samples < TCP_RTT_EXACT)
		more->values[rtt->samples] = us;
	else
		more->values[bucket_of(us)]++;
	rtt->samples++;
}

void tcp_rtt_clear(TcpRtt *rtt)
{
	if (rtt->samples > TCP_RTT_FEW)
		g_free(more_of(rtt));
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
static ShakedownDuration at_rank(const TcpRttMore *buckets, uint32_t rank)
{
	uint32_t seen = 0;

	for (unsigned i = 0; i < TCP_RTT_BUCKETS; i++) {
		seen += buckets->values[i];
		if (seen >= rank)
			return CLAMP(bucket_middle(i), (ShakedownDuration)buckets->min * 1000,
				     (ShakedownDuration)buckets->max * 1000);
	}
	return (ShakedownDuration)buckets->max * 1000;
}

/* Of less than 20 samples 95 % are all of them. */
_Static_assert((TCP_RTT_EXACT * 95 + 99) / 100 == TCP_RTT_EXACT, "p95 is the last");

static ShakedownRtt exact_summary(const uint32_t *samples, uint32_t n)
{
	uint32_t sorted[TCP_RTT_EXACT];

	if (n == 1) {
		ShakedownDuration only = (ShakedownDuration)samples[0] * 1000;

		return (ShakedownRtt){1, only, only, only, only};
	}
	sort(sorted, samples, n);
	ShakedownDuration last = (ShakedownDuration)sorted[n - 1] * 1000;

	return (ShakedownRtt){n, (ShakedownDuration)sorted[0] * 1000,
			      (ShakedownDuration)sorted[(n + 1) / 2 - 1] * 1000, last, last};
}

ShakedownRtt tcp_rtt_summary(const TcpRtt *rtt)
{
	uint64_t n = rtt->samples;

	if (!n)
		return (ShakedownRtt){0, SHAKEDOWN_DURATION_UNKNOWN, SHAKEDOWN_DURATION_UNKNOWN,
				      SHAKEDOWN_DURATION_UNKNOWN, SHAKEDOWN_DURATION_UNKNOWN};
	if (n <= TCP_RTT_EXACT)
		return exact_summary(n <= TCP_RTT_FEW ? rtt->few : more_of(rtt)->values,
				     rtt->samples);
	const TcpRttMore *buckets = more_of(rtt);

	return (ShakedownRtt){n, (ShakedownDuration)buckets->min * 1000,
			      at_rank(buckets, (uint32_t)((n + 1) / 2)),
			      at_rank(buckets, (uint32_t)((n * 95 + 99) / 100)),
			      (ShakedownDuration)buckets->max * 1000};
}
